"""Leave one out: what the ranking would be without this node."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stadtindex.engine.arrays import Floats, Ints, canonical
from stadtindex.engine.errors import EngineError
from stadtindex.engine.results import Results
from stadtindex.engine.tree import Tree

Build = Callable[[Tree], Results]


@dataclass(frozen=True, eq=False)
class LeaveOut:
    """The index without each node in turn: `nodes` (k,), `units` (n,); arrays (k, n) or (k,).

    `score` and `rank` (0: none) are those of the root without the node. `score_change` (points) and `rank_change`
    (ranks, positive: worse without the node) compare them with the index as it is; NaN where one of both is missing.
    `mean_shift` (k,) is the mean absolute rank change, `largest_shift` (k,) the largest; NaN where no unit has both.
    `indispensable` are the nodes that cannot be left out, because nothing else would be left; `failed` maps a node to
    the reason why the index without it cannot be computed.
    """

    nodes: tuple[str, ...]
    units: tuple[str, ...]
    score: Floats
    rank: Ints
    score_change: Floats
    rank_change: Floats
    mean_shift: Floats
    largest_shift: Floats
    indispensable: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


def leave_one_out(tree: Tree, build: Build, nodes: Sequence[str] | None = None) -> LeaveOut:
    """Compute the index again without each node (default: every node but the root): its weight is set to 0.

    `build` computes the index for a tree, for instance `lambda tree: compute(tree, table, recipe)`. A node that alone
    counts among its siblings takes its parent with it. A node of weight 0 changes nothing.

    Reference: OECD/JRC (2008), step 7, doi:10.1787/9789264043466-en.
    """
    asked = (
        tuple(node.code for node in tree.nodes if node.parent is not None) if nodes is None else tuple(nodes)
    )
    base = build(tree)
    found: dict[str, Results] = {}
    indispensable: list[str] = []
    failed: list[tuple[str, str]] = []
    for code in asked:
        smaller = without(tree, code)
        if smaller is None:
            indispensable.append(code)
            continue
        try:
            found[code] = build(smaller)
        except EngineError as error:
            failed.append((code, str(error)))
    return _compare(base, found, tuple(indispensable), tuple(failed))


def without(tree: Tree, code: str) -> Tree | None:
    """Return the tree in which the node weighs 0 (or its parent, if nothing else counts there); None for the last one."""
    at = code
    while (parent := tree.parent(at)) is not None:
        if any(tree.node(other).weight > 0.0 for other in tree.children(parent) if other != at):
            return Tree.build(replace(node, weight=0.0) if node.code == at else node for node in tree.nodes)
        at = parent
    return None


def _compare(
    base: Results,
    found: dict[str, Results],
    indispensable: tuple[str, ...],
    failed: tuple[tuple[str, str], ...],
) -> LeaveOut:
    root, shape = base.tree.root, (len(found), len(base.units))
    score = np.array([other.rounded[root] for other in found.values()], dtype=np.float64).reshape(shape)
    rank = np.array([other.rank[root] for other in found.values()], dtype=np.int64).reshape(shape)
    ranked = (rank > 0) & (base.rank[root] > 0)
    change = np.where(ranked, rank - base.rank[root], np.nan)
    apart = np.where(ranked, np.abs(change), 0.0)
    units = ranked.sum(axis=1)
    rank.flags.writeable = False
    return LeaveOut(
        nodes=tuple(found),
        units=base.units,
        score=canonical(score),
        rank=rank,
        score_change=canonical(score - base.rounded[root]),
        rank_change=canonical(change),
        mean_shift=canonical(np.where(units > 0, apart.sum(axis=1) / np.maximum(units, 1), np.nan)),
        largest_shift=canonical(np.where(units > 0, apart.max(axis=1, initial=0.0), np.nan)),
        indispensable=indispensable,
        failed=failed,
    )
