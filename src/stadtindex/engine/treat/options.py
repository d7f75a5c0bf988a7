"""What a method maker may choose for the treatment of outliers, and when a column passes."""

from dataclasses import dataclass
from enum import StrEnum

from stadtindex.engine.arrays import LARGEST
from stadtindex.engine.errors import EngineError
from stadtindex.engine.moments import Moments


class Treatment(StrEnum):
    """Whether a column is treated; the functions are in `engine.treat.columns`."""

    NONE = "none"
    WINSORISE = "winsorise"
    TRANSFORM = "transform"


class Transformation(StrEnum):
    """What is tried when winsorising has failed; the functions are in `engine.treat.transform`."""

    NONE = "none"
    LOG = "log"
    BOX_COX = "box_cox"


@dataclass(frozen=True)
class Treat:
    """A treatment with its parameters.

    A column passes when |skewness| < `skewness` or excess kurtosis < `kurtosis`. WINSORISE changes at most `winmax`
    points and, where that does not help, transforms the original column by `then`; TRANSFORM goes straight to `then`
    where a column does not pass. With `ties_may_exceed` a step that begins below `winmax` is done even where its ties
    go beyond, as COINr does; without it such a step is not taken.

    `shift` is added before a logarithm or power; None: LOG adds 1 % of the range minus the minimum (the convention of
    the COIN Tool), BOX_COX the same where a value is <= 0 and otherwise nothing. `exponent` is the lambda of BOX_COX;
    None: the one of greatest profile likelihood between -5 and 5.
    """

    method: Treatment = Treatment.NONE
    winmax: int = 5
    skewness: float = 2.0
    kurtosis: float = 3.5
    then: Transformation = Transformation.LOG
    shift: float | None = None
    exponent: float | None = None
    ties_may_exceed: bool = False

    def __post_init__(self) -> None:
        if self.winmax < 0:
            raise EngineError(f"winmax is a number of points >= 0, not {self.winmax!r}")
        if not 0.0 < self.skewness <= LARGEST or not abs(self.kurtosis) <= LARGEST:
            raise EngineError("the limits of skewness (> 0) and kurtosis must be finite numbers")
        if self.shift is not None and not abs(self.shift) <= LARGEST:
            raise EngineError(f"shift must be a finite number, not {self.shift!r}")
        if self.exponent is not None and not abs(self.exponent) <= 5.0:
            raise EngineError(f"exponent must lie between -5 and 5, not {self.exponent!r}")
        if self.method is Treatment.TRANSFORM and self.then is Transformation.NONE:
            raise EngineError("a treatment that only transforms needs a transformation")

    def passes(self, shape: Moments) -> bool:
        """Say whether a column of that shape passes; one whose shape is not defined has nothing to treat."""
        return not (abs(shape.skewness) >= self.skewness and shape.kurtosis >= self.kurtosis)
