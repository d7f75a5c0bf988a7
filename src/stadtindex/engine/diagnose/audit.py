"""The statistical audit of a computed index: data, structure, redundancy and influence, in the order of the JRC's audits.

What follows in such an audit, the impact of the choices made, is in `engine.uncertainty.simulate`, `engine.sensitivity.indices` and
`engine.diagnose.leave_out`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats, present
from stadtindex.engine.diagnose.components import Components, components, inflation
from stadtindex.engine.diagnose.correlate import Correlation, Correlations, correlate
from stadtindex.engine.diagnose.describe import Description, Limits, describe
from stadtindex.engine.diagnose.findings import (
    Finding,
    Placement,
    about_columns,
    about_inflation,
    about_influence,
    about_pairs,
    about_placements,
    about_structure,
)
from stadtindex.engine.diagnose.influence import Influence, influence
from stadtindex.engine.diagnose.pairwise import correlations as paired
from stadtindex.engine.diagnose.reliability import Reliability, reliability
from stadtindex.engine.errors import EngineError
from stadtindex.engine.results import Results
from stadtindex.engine.table import Table


@dataclass(frozen=True, eq=False)
class GroupAudit:
    """One inner node: its children's correlations, reliability, components (None: too few data), inflation, influence."""

    node: str
    children: tuple[str, ...]
    correlations: Correlations
    reliability: Reliability
    components: Components | None
    inflation: Floats
    influence: Influence


@dataclass(frozen=True, eq=False)
class Audit:
    """Everything about the structure of an index: columns, leaf correlations, groups from the root down, findings.

    `correlations` (Pearson), `spearman` and `kendall` are of all leaves, grouped by parent; `branches` (Pearson) of the
    root's children and, last, the root itself; `influence` is that of all leaves on the root.
    """

    columns: tuple[Description, ...]
    correlations: Correlations
    spearman: Correlations
    kendall: Correlations
    branches: Correlations
    groups: tuple[GroupAudit, ...]
    placements: tuple[Placement, ...]
    influence: Influence
    findings: tuple[Finding, ...]


def audit(results: Results, limits: Limits | None = None) -> Audit:
    """Audit a computed index.

    Columns are described as denominated. Correlations take normalised leaves (a value that is not there is not
    there, whatever the recipe puts in its place; better is higher) and the scores of inner nodes. Pairs count as
    related where q after Benjamini and Yekutieli is at most 5 %.

    Reference: OECD/JRC (2008), steps 3, 4 and 7, doi:10.1787/9789264043466-en.
    """
    tree, leaves = results.tree, results.tree.leaves
    cells = np.array([results.cells[leaf] for leaf in leaves]).T
    values = np.array([results.denominated[leaf] for leaf in leaves]).T
    columns = describe(Table.build(results.units, leaves, values, cells), limits)
    parents = [parent if (parent := tree.parent(leaf)) is not None else leaf for leaf in leaves]
    normalised = _values(results, leaves)
    pearson, spearman, kendall = (correlate(leaves, normalised, kind, parents) for kind in Correlation)
    inner = [node.code for node in tree.nodes if not tree.is_leaf(node.code)]
    groups = tuple(_group(results, code) for code in sorted(inner, key=tree.depth))
    placements = tuple(_placements(results))
    whole = influence(results)
    top = (*tree.children(tree.root), tree.root)
    findings = (
        *about_columns(columns),
        *(
            finding
            for group in groups
            for finding in about_structure(
                group.node, group.reliability, group.components, group.correlations
            )
        ),
        *about_placements(placements),
        *about_pairs(pearson),
        *(
            finding
            for group in groups
            for finding in about_inflation(group.children, group.inflation.tolist())
        ),
        *(finding for group in groups for finding in about_influence(group.influence)),
    )
    return Audit(
        columns=columns,
        correlations=pearson,
        spearman=spearman,
        kendall=kendall,
        branches=correlate(top, _values(results, top)),
        groups=groups,
        placements=placements,
        influence=whole,
        findings=findings,
    )


def _values(results: Results, codes: tuple[str, ...]) -> Floats:
    return np.array([results.normalised.get(code, results.score[code]) for code in codes])


def _group(results: Results, code: str) -> GroupAudit:
    children = results.tree.children(code)
    values = _values(results, children)
    try:
        parts = components(children, values)
    except EngineError:
        parts = None
    return GroupAudit(
        node=code,
        children=children,
        correlations=correlate(children, values),
        reliability=reliability(children, values),
        components=parts,
        inflation=inflation(children, values),
        influence=influence(results, children, code),
    )


def _placements(results: Results) -> Iterator[Placement]:
    """Find the branch that each leaf follows most; nothing where fewer than two correlations are known, or not its own."""
    tree = results.tree
    branches = tuple(code for code in tree.children(tree.root) if not tree.is_leaf(code))
    leaves = [leaf for leaf in tree.leaves if tree.depth(leaf) > 1]
    if len(branches) < 2:
        return
    scores = np.array([results.score[code] for code in branches])
    for leaf in leaves:
        branch = leaf
        while tree.depth(branch) > 1:
            branch = tree.parent(branch) or branch
        values = np.broadcast_to(results.normalised[leaf], scores.shape)
        found = paired(values, scores, present(values) & present(scores))
        own = found[branches.index(branch)]
        if np.isnan(own) or np.count_nonzero(present(found)) < 2:
            continue
        # Of equal ones the own branch comes first.
        strongest = own if own == np.nanmax(found) else np.nanmax(found)
        other = branch if strongest == own else branches[int(np.nanargmax(found))]
        yield Placement(leaf, branch, float(own), other, float(strongest))
