"""The statistical audit of a computed index: data, structure, redundancy and influence, in the order of the JRC's audits.

What follows in such an audit, the impact of the choices made, is in `engine.uncertainty.simulate`, `engine.sensitivity.indices` and
`engine.diagnose.leave_out`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from stadtindex.engine.arrays import Floats
from stadtindex.engine.diagnose.components import Components, components, inflation
from stadtindex.engine.diagnose.correlate import Correlations, correlate, notable, pearson
from stadtindex.engine.diagnose.describe import Description, Limits, describe
from stadtindex.engine.diagnose.influence import Influence, influence
from stadtindex.engine.diagnose.reliability import Reliability, reliability
from stadtindex.engine.errors import EngineError
from stadtindex.engine.results import Results
from stadtindex.engine.table import Table

# From where on the audit says something; coefficients and alpha as in the JRC's audits.
COLLINEAR = 0.9
OPPOSED = -0.3
CONSISTENT = 0.7
INFLATED = 10.0
# An influence this many times the weight, or one part in so many of it, is not what was stated.
FAR = 2.0


class Section(StrEnum):
    """The parts of the audit, in their order."""

    DATA = "data"
    STRUCTURE = "structure"
    REDUNDANCY = "redundancy"
    INFLUENCE = "influence"


@dataclass(frozen=True)
class Finding:
    """One thing worth a look: the section, the node concerned (None: several), and a sentence for developers."""

    section: Section
    node: str | None
    text: str


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


@dataclass(frozen=True)
class Placement:
    """A leaf, its branch (child of the root) with their correlation, and the branch that it follows most."""

    leaf: str
    branch: str
    own: float
    strongest: str
    other: float


@dataclass(frozen=True, eq=False)
class Audit:
    """Everything about the structure of an index: columns, leaf correlations, groups from the root down, findings."""

    columns: tuple[Description, ...]
    correlations: Correlations
    groups: tuple[GroupAudit, ...]
    placements: tuple[Placement, ...]
    influence: Influence
    findings: tuple[Finding, ...]


def audit(results: Results, limits: Limits | None = None) -> Audit:
    """Audit a computed index.

    Columns are described as denominated. Correlations take normalised leaves (a value that is not there is not
    there, whatever the recipe puts in its place; better is higher) and the scores of inner nodes.

    Reference: OECD/JRC (2008), steps 3, 4 and 7, doi:10.1787/9789264043466-en.
    """
    tree, leaves = results.tree, results.tree.leaves
    cells = np.array([results.cells[leaf] for leaf in leaves]).T
    values = np.array([results.denominated[leaf] for leaf in leaves]).T
    columns = describe(Table.build(results.units, leaves, values, cells), limits)
    parents = [parent if (parent := tree.parent(leaf)) is not None else leaf for leaf in leaves]
    correlations = correlate(leaves, _values(results, leaves), groups=parents)
    inner = [node.code for node in tree.nodes if not tree.is_leaf(node.code)]
    groups = tuple(_group(results, code) for code in sorted(inner, key=tree.depth))
    placements = tuple(_placements(results))
    whole = influence(results)
    findings = (
        *_about_columns(columns),
        *(finding for group in groups for finding in _about_structure(group)),
        *_about_placements(placements),
        *_about_pairs(correlations),
        *(finding for group in groups for finding in _about_inflation(group)),
        *(finding for group in groups for finding in _about_influence(group)),
    )
    return Audit(columns, correlations, groups, placements, whole, findings)


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
    tree = results.tree
    branches = tuple(code for code in tree.children(tree.root) if not tree.is_leaf(code))
    for leaf in tree.leaves:
        branch = leaf
        while tree.depth(branch) > 1:
            branch = tree.parent(branch) or branch
        if branch not in branches or branch == leaf:
            continue
        found = {code: pearson(results.normalised[leaf], results.score[code]) for code in branches}
        known = {code: r for code, r in found.items() if not math.isnan(r)}
        if len(known) > 1 and branch in known:
            strongest = max(known, key=lambda code: (known[code], code == branch))
            yield Placement(leaf, branch, known[branch], strongest, known[strongest])


def _about_columns(columns: tuple[Description, ...]) -> Iterator[Finding]:
    for column in columns:
        for flag in column.flags:
            yield Finding(Section.DATA, column.code, flag.value)


def _about_structure(group: GroupAudit) -> Iterator[Finding]:
    alpha = group.reliability.alpha
    if alpha < CONSISTENT:
        yield Finding(Section.STRUCTURE, group.node, f"Cronbach's alpha is {alpha:.3f}, below {CONSISTENT}")
    if group.components is not None and group.components.kaiser > 1:
        text = f"{group.components.kaiser} components have an eigenvalue above 1: more than one thing is measured"
        yield Finding(Section.STRUCTURE, group.node, text)
    for pair in notable(group.correlations, within=True, wanted=lambda r: r < OPPOSED):
        text = f"{pair.one!r} and {pair.other!r} work against each other (r = {pair.coefficient:.2f})"
        yield Finding(Section.STRUCTURE, group.node, text)


def _about_placements(placements: tuple[Placement, ...]) -> Iterator[Finding]:
    for place in placements:
        if place.strongest != place.branch:
            text = f"follows {place.strongest!r} (r = {place.other:.2f}) more than its own {place.branch!r} ({place.own:.2f})"
            yield Finding(Section.STRUCTURE, place.leaf, text)


def _about_pairs(correlations: Correlations) -> Iterator[Finding]:
    for within, where in ((True, "of one group"), (False, "of different groups")):
        for pair in notable(correlations, within=within, wanted=lambda r: abs(r) > COLLINEAR):
            text = f"{pair.one!r} and {pair.other!r} {where} say the same (r = {pair.coefficient:.2f})"
            yield Finding(Section.REDUNDANCY, None, text)


def _about_inflation(group: GroupAudit) -> Iterator[Finding]:
    for code, factor in zip(group.children, group.inflation.tolist(), strict=True):
        if factor > INFLATED:
            text = f"is nearly a combination of its siblings (variance inflation {factor:.1f})"
            yield Finding(Section.REDUNDANCY, code, text)


def _about_influence(group: GroupAudit) -> Iterator[Finding]:
    found = group.influence
    for code, share, weight, ratio in zip(
        found.nodes, found.share.tolist(), found.weight.tolist(), found.ratio.tolist(), strict=True
    ):
        if ratio > FAR or ratio < 1.0 / FAR:
            text = f"has {share:.0%} of the influence on {found.on!r}, its weight says {weight:.0%}"
            yield Finding(Section.INFLUENCE, code, text)
