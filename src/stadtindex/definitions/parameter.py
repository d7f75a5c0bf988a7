"""Parameters: the questions at the leaves of the tree, each with all that is declared about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stadtindex.definitions.locate import Place
from stadtindex.definitions.quantities import Quantity
from stadtindex.definitions.rule import Rule
from stadtindex.definitions.text import Text
from stadtindex.engine.recipe import Denominator, Impute, Missing, Normalise, Treat


class Kind(StrEnum):
    """What values a parameter may have."""

    YES_NO = "yes_no"
    LEVELS = "levels"
    COUNT = "count"
    SHARE = "share"
    RATE = "rate"


class Direction(StrEnum):
    """Which end of the scale is the good one."""

    HIGHER = "higher_is_better"
    LOWER = "lower_is_better"

    @property
    def sign(self) -> int:
        """+1 or -1, as the engine writes it."""
        return 1 if self is Direction.HIGHER else -1


class Supplier(StrEnum):
    """Who can supply a value."""

    SOURCE = "source"
    CITY = "city"
    RESEARCHER = "researcher"


class Controllability(StrEnum):
    """Who can change the thing measured."""

    CITY = "city"
    MUNICIPAL_COMPANY = "municipal_company"
    MARKET = "market"
    STATE = "state"


@dataclass(frozen=True)
class AnswerLevel:
    """One of the answers to a parameter of the kind levels, with its points from 0 to 100."""

    code: str
    title: Text
    points: float


@dataclass(frozen=True)
class Applicability:
    """A rule over attributes and answers: where it does not hold, the parameter drops out, for this reason."""

    rule: Rule
    reason: Text


@dataclass(frozen=True)
class Parameter:
    """A leaf of the tree."""

    code: str
    parent: str
    title: Text
    question: Text
    unit: Quantity
    kind: Kind
    direction: Direction
    weight: float
    supplied_by: tuple[Supplier, ...]
    controllability: Controllability
    why: Text | None = None
    evidence: Text | None = None
    criterion: Text | None = None
    source: str | None = None
    measure: str | None = None
    denominator: Denominator | None = None
    applies_if: Applicability | None = None
    levels: tuple[AnswerLevel, ...] = ()
    normalise: Normalise | None = None
    missing: Missing | None = None
    unanswered: Missing | None = None
    impute: Impute | None = None
    treat: Treat | None = None
    maximum_age_years: float | None = None
    tags: tuple[str, ...] = ()
    place: Place = field(default=Place(""), compare=False, repr=False)

    def problem(self, value: float) -> str | None:
        """Say what a value of this kind must be when `value` is none; None when it is one."""
        if self.kind is Kind.YES_NO and value not in (0, 1):
            return "0 (no) or 1 (yes)"
        if self.kind is Kind.LEVELS and value not in self.points.values():
            return f"the points of one of its levels: {', '.join(f'{p:g}' for p in self.points.values())}"
        if self.kind is Kind.SHARE and not 0 <= value <= 100:
            return "a share in percent, from 0 to 100"
        if self.kind is Kind.COUNT and not (value >= 0 and float(value).is_integer()):
            return "a count: a whole number, 0 or greater"
        return None if abs(value) < float("inf") else "a finite number"

    @property
    def points(self) -> Mapping[str, float]:
        """The points of every level, by its code."""
        return {level.code: level.points for level in self.levels}
