"""Leave one out: what the ranking would be without this node.

`leave_one_out` computes all of it as one batch where the recipe allows that, `leave_out_plainly` builds the index once
per node; scores agree to 1e-9.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stadtindex.engine.arrays import Floats, Ints, canonical
from stadtindex.engine.compute import compute
from stadtindex.engine.errors import EngineError
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.rank import rank, round_once
from stadtindex.engine.results import Results
from stadtindex.engine.tree import Tree
from stadtindex.engine.uncertainty.blocks import Block
from stadtindex.engine.uncertainty.kernel import Kernel
from stadtindex.engine.uncertainty.model import Model
from stadtindex.engine.uncertainty.plan import BLOCK, Uncertainty

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


def leave_one_out(given: Inputs, nodes: Sequence[str] | None = None, base: Results | None = None) -> LeaveOut:
    """Compute the index again without each node (default: every node but the root): its weight is set to 0.

    `base` is the index as it is, where it has been computed already. A node that alone counts among its siblings takes
    its parent with it. A node of weight 0, or in a branch of weight 0, changes nothing. Where the recipe asks for what cannot be computed in
    batches (see `engine.uncertainty.model`) the index is built once per node, with the same result.

    Reference: OECD/JRC (2008), step 7, doi:10.1787/9789264043466-en.
    """
    base = _build(given, given.tree) if base is None else base
    asked = _asked(given.tree, nodes)
    try:
        batch = _in_one_batch(given, base, asked)
    except EngineError:
        # Not done in batches. What is wrong in itself is refused again, by name, when it is built.
        return _plainly(given.tree, lambda tree: _build(given, tree), asked, base)
    return batch


def leave_out_plainly(tree: Tree, build: Build, nodes: Sequence[str] | None = None) -> LeaveOut:
    """Do as `leave_one_out` does, by building the index once per node.

    `build` computes the index for a tree, for instance `lambda tree: compute(tree, table, recipe)`.
    """
    return _plainly(tree, build, _asked(tree, nodes), build(tree))


def _asked(tree: Tree, nodes: Sequence[str] | None) -> tuple[str, ...]:
    if nodes is None:
        return tuple(node.code for node in tree.nodes if node.parent is not None)
    for code in nodes:
        tree.node(code)
    return tuple(nodes)


def _build(given: Inputs, tree: Tree) -> Results:
    return compute(
        tree,
        given.table,
        given.recipe,
        denominators=given.denominators,
        bonus=given.bonus,
        background=given.background,
    )


def _plainly(tree: Tree, build: Build, asked: tuple[str, ...], base: Results) -> LeaveOut:
    root, found = tree.root, _Found({}, [], [])
    for code in asked:
        smaller = without(tree, code)
        if smaller is None:
            found.indispensable.append(code)
            continue
        try:
            other = build(smaller)
        except EngineError as error:
            # What a method refuses in a branch that counts nothing changes nothing.
            if _counts_at_all(tree, code):
                found.failed.append((code, str(error)))
            else:
                found.scores[code] = base.rounded[root]
        else:
            found.scores[code] = other.rounded[root]
    return _compare(base, found)


def _in_one_batch(given: Inputs, base: Results, asked: tuple[str, ...]) -> LeaveOut:
    root, found = given.tree.root, _Found({}, [], [])
    effective = {code: _effective(given.tree, code) for code in asked}
    gone = tuple(dict.fromkeys(at for at in effective.values() if at is not None and _counts(given.tree, at)))
    scores = _batch(given, gone) if len(gone) > 0 else {}
    for code, at in effective.items():
        if at is None:
            found.indispensable.append(code)
        elif not _counts(given.tree, at):
            found.scores[code] = base.rounded[root]
        elif (score := scores[at]) is not None:
            found.scores[code] = score
        else:
            _tell_why(given, code, found)
    return _compare(base, found)


def _batch(given: Inputs, gone: tuple[str, ...]) -> Mapping[str, Floats | None]:
    """Return the rounded scores (n,) of the root without each node; None where a method refuses."""
    model = Model.build(given, Uncertainty(leave_out=gone))
    if model.singly:
        raise EngineError("the recipe asks for what is not done in batches")
    kernel = Kernel(model)
    found: dict[str, Floats | None] = {}
    for begin in range(0, len(gone), BLOCK):
        some = gone[begin : begin + BLOCK]
        left_out = np.arange(begin, begin + len(some))
        weights = np.zeros((len(some), model.weights.size + 1))
        weights[:, :-1] = model.weights
        for row, code in enumerate(some):
            weights[row, model.edge[code]] = 0.0
        block = Block(0, begin // BLOCK, np.zeros(len(some), dtype=np.int64), {}, weights, left_out)
        scores, failed = kernel.scores(block)
        rounded = round_once(scores, given.recipe.decimals)
        found |= {code: None if failed[row] else rounded[row] for row, code in enumerate(some)}
    return found


def _tell_why(given: Inputs, code: str, found: "_Found") -> None:
    smaller = without(given.tree, code)
    try:
        if smaller is not None:
            found.scores[code] = _build(given, smaller).rounded[given.tree.root]
    except EngineError as error:
        found.failed.append((code, str(error)))


def _counts(tree: Tree, code: str) -> bool:
    return tree.node(code).weight > 0.0


def _counts_at_all(tree: Tree, code: str) -> bool:
    """Say whether the node and everything above it has a weight."""
    at: str | None = code
    while at is not None and tree.parent(at) is not None:
        if not _counts(tree, at):
            return False
        at = tree.parent(at)
    return True


def _effective(tree: Tree, code: str) -> str | None:
    """Return the node that goes when this one does: itself, or what would be empty without it; None for the last one."""
    at = code
    while (parent := tree.parent(at)) is not None:
        if any(tree.node(other).weight > 0.0 for other in tree.children(parent) if other != at):
            return at
        at = parent
    return None


def without(tree: Tree, code: str) -> Tree | None:
    """Return the tree in which the node weighs 0 (or its parent, if nothing else counts there); None for the last one."""
    at = _effective(tree, code)
    if at is None:
        return None
    return Tree.build(replace(node, weight=0.0) if node.code == at else node for node in tree.nodes)


@dataclass(frozen=True)
class _Found:
    """Per node the root's rounded scores (n,); nodes that cannot go; nodes that failed, with the reason."""

    scores: dict[str, Floats]
    indispensable: list[str]
    failed: list[tuple[str, str]]


def _compare(base: Results, found: _Found) -> LeaveOut:
    root, shape = base.tree.root, (len(found.scores), len(base.units))
    score = np.array(list(found.scores.values()), dtype=np.float64).reshape(shape)
    ranks = np.array([rank(row) for row in score], dtype=np.int64).reshape(shape)
    ranked = (ranks > 0) & (base.rank[root] > 0)
    change = np.where(ranked, ranks - base.rank[root], np.nan)
    apart = np.where(ranked, np.abs(change), 0.0)
    units = ranked.sum(axis=1)
    ranks.flags.writeable = False
    return LeaveOut(
        nodes=tuple(found.scores),
        units=base.units,
        score=canonical(score),
        rank=ranks,
        score_change=canonical(score - base.rounded[root]),
        rank_change=canonical(change),
        mean_shift=canonical(np.where(units > 0, apart.sum(axis=1) / np.maximum(units, 1), np.nan)),
        largest_shift=canonical(np.where(units > 0, apart.max(axis=1, initial=0.0), np.nan)),
        indispensable=tuple(found.indispensable),
        failed=tuple(found.failed),
    )
