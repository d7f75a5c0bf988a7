"""The parameters of normalisations, aggregations, weighings and denominators, checked."""

from dataclasses import dataclass

from stadtindex.engine.arrays import LARGEST
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe.names import Aggregation, Bounded, Importance, Normalisation, Penalty


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
        finite(lower=self.lower, upper=self.upper, low=self.low, high=self.high, mean=self.mean, sd=self.sd)
        finite(target=self.target)
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
        finite(power=self.power, low=self.low, high=self.high)
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
class Weighting:
    """The parameters of a weighing; those that a method does not use are ignored by it.

    `components` is how many principal components are kept (PCA; None: by their eigenvalues). `importance` is what
    balanced weights make come true. Benefit of the doubt: every child's weight, or the share it contributes (`of`),
    lies between `lower` and `upper`, 0 to 1; with `around` (0..1) also within that share of its stated weight. `top`
    is the score of a unit that no other beats under its own weights; None: the plain mean under its own weights.
    """

    components: int | None = None
    importance: Importance = Importance.SQUARED_CORRELATION
    lower: float = 0.0
    upper: float = 1.0
    of: Bounded = Bounded.WEIGHT
    around: float | None = None
    top: float | None = 100.0

    def __post_init__(self) -> None:
        """Refuse less than one component, bounds that are no shares or do not rise, and a top that is not > 0."""
        if self.components is not None and self.components < 1:
            raise EngineError(f"components must be at least 1, not {self.components!r}")
        if not 0.0 <= self.lower <= self.upper <= 1.0:
            raise EngineError(
                f"bounds must be 0 <= lower <= upper <= 1, not {self.lower!r} and {self.upper!r}"
            )
        if self.around is not None and not 0.0 <= self.around <= 1.0:
            raise EngineError(f"around is a share between 0 and 1, not {self.around!r}")
        if self.top is not None and not 0.0 < self.top <= LARGEST:
            raise EngineError(f"top must be a number > 0, not {self.top!r}")


@dataclass(frozen=True)
class Denominator:
    """A leaf is divided by this column and multiplied by `per` (1,000 for "per 1,000 inhabitants")."""

    column: str
    per: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.per <= LARGEST:
            raise EngineError(f"per must be a number > 0, not {self.per!r}", column=self.column)


def finite(**values: float | None) -> None:
    """Refuse the first of the named numbers that is not finite, or beyond 1e100; None is no number."""
    for name, value in values.items():
        if value is not None and not abs(value) <= LARGEST:
            raise EngineError(f"{name} must be a finite number, not {value!r}")
