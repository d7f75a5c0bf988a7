"""Branches: the inner nodes of the tree - domains, indicators, or whatever an edition calls its levels."""

from dataclasses import dataclass, field

from stadtindex.definitions.locate import Place
from stadtindex.definitions.text import Text
from stadtindex.engine.recipe import Aggregation, Combining, Impute, Normalise, Treat, Weighing, Weighting


@dataclass(frozen=True)
class Bonus:
    """Points for projects outside the indicators: at most `cap`, read from the data points of the code `parameter`."""

    cap: float
    parameter: str


@dataclass(frozen=True)
class Branch:
    """An inner node; `level` is the name of its level, e.g. "domain". What is None follows the recipe of the level.

    `impute` and `treat` are for the parameters below it.
    """

    code: str
    parent: str
    level: str
    title: Text
    weight: float = 1.0
    description: Text | None = None
    combine: Aggregation | None = None
    combining: Combining | None = None
    weigh: Weighing | None = None
    weighting: Weighting | None = None
    normalise: Normalise | None = None
    threshold: float | None = None
    impute: Impute | None = None
    treat: Treat | None = None
    bonus: Bonus | None = None
    place: Place = field(default=Place(""), compare=False, repr=False)
