"""What an edition declares to be uncertain: alternatives of choices, noise of weights, errors of measurement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from stadtindex.definitions.locate import Place
from stadtindex.definitions.parameter import Kind
from stadtindex.definitions.text import Text
from stadtindex.engine.recipe import Aggregation, Impute, Missing, Normalisation, Normalise, Treat

# What varies in an edition that declares nothing: every weight by so large a share of itself.
USUAL_SHARE = 0.25


class RangeOption(StrEnum):
    """Numeric options of a normalisation that may be uncertain."""

    LOW = "low"
    HIGH = "high"
    TARGET = "target"
    LOWER = "lower"
    UPPER = "upper"


@dataclass(frozen=True)
class NormaliseDoubt:
    """One of `options` for all `parameters`, or (none named) for all whose normalisation is in `replaces`, or for all."""

    options: tuple[Normalise, ...]
    replaces: tuple[Normalisation, ...]
    parameters: tuple[str, ...]
    why: Text


@dataclass(frozen=True)
class MissingDoubt:
    """One of `options` as the rule for missing values of all parameters."""

    options: tuple[Missing, ...]
    why: Text


@dataclass(frozen=True)
class ImputeDoubt:
    """One of `options` for all parameters whose gaps are imputed."""

    options: tuple[Impute, ...]
    why: Text


@dataclass(frozen=True)
class TreatDoubt:
    """One of `options` for the outliers of all `parameters`; which these are is said as in `NormaliseDoubt`."""

    options: tuple[Treat, ...]
    replaces: tuple[Normalisation, ...]
    parameters: tuple[str, ...]
    why: Text


@dataclass(frozen=True)
class CombineDoubt:
    """The nodes of `level` combine their children by one of `options`."""

    level: str
    options: tuple[Aggregation, ...]
    why: Text
    place: Place = field(default=Place(""), compare=False, repr=False)


@dataclass(frozen=True)
class WeightDoubt:
    """The weights of the nodes of `level` vary among siblings, by `share` or by `concentration`."""

    level: str
    share: float | None
    concentration: float | None
    why: Text
    place: Place = field(default=Place(""), compare=False, repr=False)


@dataclass(frozen=True)
class RangeDoubt:
    """`option` of a parameter's normalisation lies between `least` and `most`; cut into the middles of equal `steps`."""

    parameter: str
    option: RangeOption
    least: float
    most: float
    steps: int
    why: Text
    place: Place = field(default=Place(""), compare=False, repr=False)

    def values(self) -> tuple[float, ...]:
        """List the middle of every step, from the least."""
        width = (self.most - self.least) / self.steps
        return tuple(self.least + (step + 0.5) * width for step in range(self.steps))


def varied(chosen: Normalise, option: RangeOption, value: float) -> Normalise:
    """Put another value in the place of one option; EngineError where it does not fit the others."""
    options: dict[str, Any] = {**vars(chosen), str(option): value}
    return Normalise(**options)


@dataclass(frozen=True)
class LeaveOutDoubt:
    """None or one of the `nodes`, or of all nodes of `level` that have siblings, is left out."""

    level: str | None
    nodes: tuple[str, ...]
    why: Text


@dataclass(frozen=True)
class ErrorDoubt:
    """The error of measurement of a kind or a parameter, and how much a year of age adds; see `editions.doubt`."""

    relative: float | None
    sample: int | None
    flip: float | None
    step: float | None
    age: float | None
    why: Text
    place: Place = field(default=Place(""), compare=False, repr=False)


@dataclass(frozen=True)
class Doubts:
    """Everything an edition declares under [uncertainty]; `declared` is False for one that declares nothing.

    `draws` None: as many as are usual, see `editions.robustness`.
    """

    seed: int = 0
    draws: int | None = None
    precision: float | None = None
    top: tuple[int, ...] = (1, 3, 10)
    normalise: NormaliseDoubt | None = None
    missing: MissingDoubt | None = None
    impute: ImputeDoubt | None = None
    treat: TreatDoubt | None = None
    combine: tuple[CombineDoubt, ...] = ()
    weights: tuple[WeightDoubt, ...] = ()
    ranges: tuple[RangeDoubt, ...] = ()
    leave_out: LeaveOutDoubt | None = None
    errors: Mapping[Kind, ErrorDoubt] = field(default_factory=dict)
    parameters: Mapping[str, ErrorDoubt] = field(default_factory=dict)
    declared: bool = False
    place: Place = field(default=Place(""), compare=False, repr=False)
