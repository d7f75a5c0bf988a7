"""How a score came about, addend by addend."""

from dataclasses import dataclass
from enum import StrEnum

from stadtindex.engine.recipe import Aggregation, Normalise
from stadtindex.engine.table import Cell
from stadtindex.engine.treat.columns import Treated


class Note(StrEnum):
    """What is worth saying beside a score; the words are for developers, publications translate the name."""

    NOTHING = ""
    NOT_EVIDENCED = "not evidenced: counts as the worst of the scale"
    IMPUTED = "missing: an estimate stands in for it"
    SCREENED_OUT = "screened out: too little data, no score and no rank"
    MISSING = "missing: the rest is re-weighted"
    NOT_APPLICABLE = "not applicable: drops out of this unit's maximum"
    CONSTANT = "constant column: drops out for all units"
    BELOW_THRESHOLD = "too little data: below the threshold"
    NO_WEIGHT = "weight 0: shown, does not count"


@dataclass(frozen=True)
class Addend:
    """One child's part of the parent's combined value.

    `contribution` is share · score (arithmetic), share · ln(score) (geometric), share / score (harmonic), weight of its
    rank · score (OWA), or its corrected distance (DP2). The other aggregations have no parts that add up: NaN, 0 for a
    child that does not count.

    Benefit of the doubt: times `top` / benchmark.

    `weight` is the child's share among all siblings, `share` what is left of it, or added to it, once siblings
    without a score have dropped out; `score` is NaN where there is none. `cell` is None for inner nodes.
    """

    code: str
    score: float
    weight: float
    share: float
    contribution: float
    cell: Cell | None
    note: Note


@dataclass(frozen=True)
class Explanation:
    """The way to one score. Inner node: addends → combined → + bonus → normalise → score (`benchmark`: see Results).

    Leaf: raw → denominated (or imputed) → treated → normalise → score, without addends and with `combine` None;
    `treatment` is the report on its column, None where none was chosen. What a node does not have is NaN. Addends add up to `combined` within 1e-9 of its size (arithmetic, OWA, DP2), to its logarithm (geometric), to its
    inverse (harmonic); under other aggregations to nothing, see Addend.
    """

    unit: str
    node: str
    combine: Aggregation | None
    addends: tuple[Addend, ...]
    combined: float
    benchmark: float
    bonus: float
    raw: float
    denominated: float
    imputed: float
    treated: float
    treatment: Treated | None
    normalise: Normalise
    score: float
    note: Note
