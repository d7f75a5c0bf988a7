"""What an audit finds worth a look: a kind, the nodes concerned, and the numbers that it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from stadtindex.engine.diagnose.components import Components
from stadtindex.engine.diagnose.correlate import Correlations, notable
from stadtindex.engine.diagnose.describe import Description
from stadtindex.engine.diagnose.influence import Influence
from stadtindex.engine.diagnose.reliability import Reliability

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


class Kind(StrEnum):
    """What was found; what the numbers of a finding are stands beside each."""

    COLUMN = "column"  # a flag of the column (its name is the detail); no numbers
    INCONSISTENT = "inconsistent"  # Cronbach's alpha, the limit
    SEVERAL_DIMENSIONS = "several_dimensions"  # components above 1, share of the variance of the first
    OPPOSED = "opposed"  # two nodes: coefficient, q
    MISPLACED = "misplaced"  # node, own branch, strongest branch: coefficient with own, with strongest
    SAME_WITHIN = "same_within"  # two nodes of one group: coefficient
    SAME_ACROSS = "same_across"  # two nodes of different groups: coefficient
    INFLATED = "inflated"  # variance inflation factor
    INFLUENCE = "influence"  # node, on which node: share of the influence, weight


@dataclass(frozen=True)
class Finding:
    """One thing worth a look.

    `node` is the one whose part of the audit it belongs to (None: several), `nodes` are all that it names, `numbers` are
    what it rests on (see Kind), `text` is a sentence for developers; publications write their own.
    """

    section: Section
    kind: Kind
    node: str | None
    nodes: tuple[str, ...]
    numbers: tuple[float, ...]
    text: str
    detail: str = ""


@dataclass(frozen=True)
class Placement:
    """A leaf, its branch (child of the root) with their correlation, and the branch that it follows most."""

    leaf: str
    branch: str
    own: float
    strongest: str
    other: float


def about_columns(columns: tuple[Description, ...]) -> Iterator[Finding]:
    """Name every flag of every column."""
    for column in columns:
        for flag in column.flags:
            yield Finding(
                Section.DATA, Kind.COLUMN, column.code, (column.code,), (), flag.value, flag.name.lower()
            )


def about_structure(
    node: str, found: Reliability, parts: Components | None, correlations: Correlations
) -> Iterator[Finding]:
    """Say where a group does not measure one thing: low alpha, several components, children that work against each other."""
    alpha = found.alpha
    if alpha < CONSISTENT:
        text = f"Cronbach's alpha is {alpha:.3f}, below {CONSISTENT}"
        yield Finding(Section.STRUCTURE, Kind.INCONSISTENT, node, (node,), (alpha, CONSISTENT), text)
    if parts is not None and parts.kaiser > 1:
        text = f"{parts.kaiser} components have an eigenvalue above 1: more than one thing is measured"
        numbers = (float(parts.kaiser), float(parts.explained[0]))
        yield Finding(Section.STRUCTURE, Kind.SEVERAL_DIMENSIONS, node, (node,), numbers, text)
    for pair in notable(correlations, within=True, wanted=lambda r: r < OPPOSED):
        text = f"{pair.one!r} and {pair.other!r} work against each other (r = {pair.coefficient:.2f})"
        numbers = (pair.coefficient, pair.q_dependent)
        yield Finding(Section.STRUCTURE, Kind.OPPOSED, node, (pair.one, pair.other), numbers, text)


def about_placements(placements: tuple[Placement, ...]) -> Iterator[Finding]:
    """Name the leaves that follow another branch more than their own."""
    for place in placements:
        if place.strongest != place.branch:
            text = f"follows {place.strongest!r} (r = {place.other:.2f}) more than its own {place.branch!r} ({place.own:.2f})"
            nodes = (place.leaf, place.branch, place.strongest)
            yield Finding(
                Section.STRUCTURE, Kind.MISPLACED, place.leaf, nodes, (place.own, place.other), text
            )


def about_pairs(correlations: Correlations) -> Iterator[Finding]:
    """Name the pairs of leaves that say the same, or the very opposite."""
    kinds = ((True, Kind.SAME_WITHIN, "of one group"), (False, Kind.SAME_ACROSS, "of different groups"))
    for within, kind, where in kinds:
        for pair in notable(correlations, within=within, wanted=lambda r: abs(r) > COLLINEAR):
            text = f"{pair.one!r} and {pair.other!r} {where} say the same (r = {pair.coefficient:.2f})"
            yield Finding(Section.REDUNDANCY, kind, None, (pair.one, pair.other), (pair.coefficient,), text)


def about_inflation(children: tuple[str, ...], factors: list[float]) -> Iterator[Finding]:
    """Name the children that are nearly a combination of their siblings."""
    for code, factor in zip(children, factors, strict=True):
        if factor > INFLATED:
            text = f"is nearly a combination of its siblings (variance inflation {factor:.1f})"
            yield Finding(Section.REDUNDANCY, Kind.INFLATED, code, (code,), (factor,), text)


def about_influence(found: Influence) -> Iterator[Finding]:
    """Name the nodes whose influence is far from their weight."""
    for code, share, weight, ratio in zip(
        found.nodes, found.share.tolist(), found.weight.tolist(), found.ratio.tolist(), strict=True
    ):
        if ratio > FAR or ratio < 1.0 / FAR:
            text = f"has {share:.0%} of the influence on {found.on!r}, its weight says {weight:.0%}"
            yield Finding(Section.INFLUENCE, Kind.INFLUENCE, code, (code, found.on), (share, weight), text)
