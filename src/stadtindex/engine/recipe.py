"""What a method maker may choose, per node: the names of all methods and their parameters, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from stadtindex.engine.arrays import LARGEST
from stadtindex.engine.errors import EngineError


class Normalisation(StrEnum):
    """How a column is put on a scale; the functions are in `engine.normalise.methods`."""

    NONE = "none"
    FIXED = "fixed"
    MIN_MAX = "min_max"
    Z_SCORE = "z_score"
    RANK = "rank"
    PERCENTILE = "percentile"
    GOALPOSTS = "goalposts"
    SHARE_OF_BEST = "share_of_best"
    BORDA = "borda"
    DISTANCE_TO_BEST = "distance_to_best"
    DISTANCE_TO_UNIT = "distance_to_unit"
    DISTANCE_TO_TARGET = "distance_to_target"
    TWO_SIDED = "two_sided"


class Weighing(StrEnum):
    """How the children of a node are weighed; the functions are in `engine.weigh.methods`."""

    GIVEN = "given"
    EQUAL = "equal"


class Aggregation(StrEnum):
    """How the children of a node are combined; the functions are in `engine.aggregate.methods`."""

    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"
    HARMONIC = "harmonic"
    GENERALISED = "generalised"
    MEDIAN = "median"
    OWA = "owa"
    MPI = "mpi"
    AMPI = "ampi"
    DP2 = "dp2"
    COPELAND = "copeland"


class Penalty(StrEnum):
    """What an unbalanced profile costs: points (higher is better), or points on top (of a burden)."""

    DOWN = "down"
    UP = "up"


class Missing(StrEnum):
    """What stands in for a value that is not there: nothing (the rest is re-weighted), or the worst of the scale."""

    REWEIGHT = "reweight"
    ZERO = "zero"


@dataclass(frozen=True)
class Normalise:
    """A normalisation with its parameters; those that a method does not use are ignored by it.

    `lower` and `upper` are the ends of the target scale. `low` and `high` are the ends of the source scale in
    original units (FIXED, GOALPOSTS, TWO_SIDED: both needed), `cap` keeps values beyond them, and beyond a target or
    reference, at the ends, `log` compares logarithms (GOALPOSTS). `mean` and `sd` rescale z-scores; without them they
    stay plain. `target` is in original units (DISTANCE_TO_TARGET, TWO_SIDED), `reference` the id of a unit
    (DISTANCE_TO_UNIT).
    """

    method: Normalisation = Normalisation.NONE
    lower: float = 0.0
    upper: float = 100.0
    low: float | None = None
    high: float | None = None
    cap: bool = True
    log: bool = False
    mean: float | None = None
    sd: float | None = None
    target: float | None = None
    reference: str | None = None

    def __post_init__(self) -> None:
        """Refuse ends that are not finite or not in order, and parameters that the method needs and lacks."""
        _finite(lower=self.lower, upper=self.upper, low=self.low, high=self.high, mean=self.mean, sd=self.sd)
        _finite(target=self.target)
        if not self.lower < self.upper:
            raise EngineError(f"the target scale must rise, not {self.lower!r} to {self.upper!r}")
        if self.method in (Normalisation.FIXED, Normalisation.GOALPOSTS, Normalisation.TWO_SIDED):
            self._check_source_scale()
        self._check_aim()
        if self.method is Normalisation.SHARE_OF_BEST and self.lower != 0.0:
            raise EngineError(f"share_of_best starts at 0; lower = {self.lower!r} has no meaning")
        if (self.mean is None) != (self.sd is None):
            raise EngineError("mean and sd of a rescaled z-score belong together: give both or neither")
        if self.sd is not None and not self.sd > 0.0:
            raise EngineError(f"sd must be > 0, not {self.sd!r}")

    def _check_aim(self) -> None:
        aimed = (Normalisation.DISTANCE_TO_TARGET, Normalisation.TWO_SIDED)
        if self.method in aimed and self.target is None:
            raise EngineError(f"{self.method} needs target, a value in original units")
        two_sided = self.method is Normalisation.TWO_SIDED
        low, target, high = self.low, self.target, self.high
        if two_sided and low is not None and target is not None and high is not None:
            self._check_between(low, target, high)
        if self.method is Normalisation.DISTANCE_TO_UNIT and self.reference in (None, ""):
            raise EngineError("distance_to_unit needs reference, the id of the unit that is compared with")

    def _check_between(self, low: float, target: float, high: float) -> None:
        if not low < target < high:
            raise EngineError(f"the target must lie between low and high, not at {target!r}")

    def _check_source_scale(self) -> None:
        if self.low is None or self.high is None:
            raise EngineError(f"{self.method} needs low and high, the ends of the scale in original units")
        if not self.low < self.high:
            raise EngineError(f"the source scale must rise, not {self.low!r} to {self.high!r}; use direction")
        if self.method is Normalisation.GOALPOSTS and self.log and not self.low > 0.0:
            raise EngineError(f"a logarithmic scale needs low > 0, not {self.low!r}")


# A mean of power p loses digits where p is tiny, and leaves the range of a double where it is huge.
SMALLEST_POWER, LARGEST_POWER = 0.001, 100.0


@dataclass(frozen=True)
class Combining:
    """The parameters of an aggregation; those that a method does not use are ignored by it.

    `power` is the exponent of the GENERALISED mean (-100 to 100; 0 is the geometric mean). `order` are the weights of
    OWA by rank, the best child first; any number, they need not sum to 1. `penalty` is the direction of the penalty
    of MPI and AMPI. `low` and `high` are the ends of the children's scores that AMPI maps to 70 and 130.
    """

    power: float | None = None
    order: tuple[float, ...] = ()
    penalty: Penalty = Penalty.DOWN
    low: float = 0.0
    high: float = 100.0

    def __post_init__(self) -> None:
        """Refuse a power out of range, order weights that are negative or all 0, and ends that do not rise."""
        _finite(power=self.power, low=self.low, high=self.high)
        if self.power is not None and not (
            self.power == 0.0 or SMALLEST_POWER <= abs(self.power) <= LARGEST_POWER
        ):
            raise EngineError(f"the power must be 0, or 0.001 to 100 in size, not {self.power!r}")
        if any(not 0.0 <= weight <= LARGEST for weight in self.order):
            raise EngineError(f"order weights must be numbers >= 0, not {list(self.order)!r}")
        if len(self.order) > 0 and not any(weight > 0.0 for weight in self.order):
            raise EngineError("all order weights are 0; one must count")
        if not self.low < self.high:
            raise EngineError(f"the children's scale must rise, not {self.low!r} to {self.high!r}")

    def check(self, method: Aggregation) -> None:
        """Refuse where the method needs a parameter that is not there."""
        if method is Aggregation.GENERALISED and self.power is None:
            raise EngineError("generalised needs power, the exponent of the mean")
        if method is Aggregation.OWA and len(self.order) == 0:
            raise EngineError("owa needs order, the weights by rank, the best child first")


@dataclass(frozen=True)
class Denominator:
    """A leaf is divided by this column and multiplied by `per` (1,000 for "per 1,000 inhabitants")."""

    column: str
    per: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.per <= LARGEST:
            raise EngineError(f"per must be a number > 0, not {self.per!r}", column=self.column)


@dataclass(frozen=True)
class NodeRecipe:
    """Everything that is chosen for one node.

    Leaves use `normalise`, `denominator`, `missing` (cells whose source lacks a value) and `unanswered`. Inner nodes
    use `weigh` and `combine` (its parameters are in `combining`) for their children, `threshold` (0..1: with a smaller share of the children's weight
    present the node has no value; a worst value put in for a missing one counts as present), `bonus_cap` (None: no bonus may be given), `bonus_top` (what a bonus cannot
    exceed), and `normalise` once more for the combined column.
    """

    normalise: Normalise = field(default_factory=Normalise)
    weigh: Weighing = Weighing.GIVEN
    combine: Aggregation = Aggregation.ARITHMETIC
    combining: Combining = field(default_factory=Combining)
    threshold: float = 0.0
    missing: Missing = Missing.REWEIGHT
    unanswered: Missing = Missing.ZERO
    denominator: Denominator | None = None
    bonus_cap: float | None = None
    bonus_top: float = 100.0

    def __post_init__(self) -> None:
        self.combining.check(self.combine)
        if not 0.0 <= self.threshold <= 1.0:
            raise EngineError(f"the threshold is a share between 0 and 1, not {self.threshold!r}")
        _finite(bonus_cap=self.bonus_cap, bonus_top=self.bonus_top)
        if self.bonus_cap is not None and self.bonus_cap < 0.0:
            raise EngineError(f"bonus_cap must be >= 0, not {self.bonus_cap!r}")


@dataclass(frozen=True)
class Recipe:
    """The recipe of a whole tree: one NodeRecipe per node code, and the decimals of the one rounding (0..12)."""

    nodes: Mapping[str, NodeRecipe]
    decimals: int = 10

    def __post_init__(self) -> None:
        if self.decimals not in range(13):
            raise EngineError(f"decimals must be a whole number from 0 to 12, not {self.decimals!r}")


def _finite(**values: float | None) -> None:
    for name, value in values.items():
        if value is not None and not abs(value) <= LARGEST:
            raise EngineError(f"{name} must be a finite number, not {value!r}")
