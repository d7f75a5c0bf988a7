"""Which choice matters most: the factor with the largest total index, and whether the draws suffice to say so."""

import math
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.errors import EngineError
from stadtindex.engine.sensitivity.indices import Sensitivity


@dataclass(frozen=True)
class Strength:
    """A factor's total index (share of the output's variance that it takes part in), and its bootstrap interval."""

    factor: str
    total: float
    low: float
    high: float


@dataclass(frozen=True)
class Decisive:
    """The factors of one output, strongest first; `first` is None where the output does not vary.

    `clear`: the interval of the strongest lies above that of every other, so that another sample would name the same.
    `alone` is the share of the variance that single factors explain by themselves, the rest is their interplay; `mean`
    and `deviation` describe the output, `builds` counts how often the model was evaluated.
    """

    output: str
    factors: tuple[Strength, ...]
    clear: bool
    alone: float
    mean: float
    deviation: float
    builds: int

    @property
    def first(self) -> Strength | None:
        """The strongest factor."""
        return self.factors[0] if len(self.factors) > 0 else None


def decisive(found: Sensitivity, output: str) -> Decisive:
    """Order the factors of one output by their total index; factors whose index is not known are left out.

    EngineError if the analysis has no such output.
    """
    if output not in found.outputs:
        raise EngineError(f"the analysis has no output {output!r}")
    at = found.outputs.index(output)
    place = {factor: index for index, factor in enumerate(found.factors)}
    factors = tuple(
        Strength(factor, *(float(ends[place[factor], at]) for ends in _ends(found)))
        for factor in found.ordered(output)
        if not math.isnan(float(found.total.value[place[factor], at]))
    )
    first = found.first.value[:, at]
    return Decisive(
        output=output,
        factors=factors,
        clear=len(factors) > 0 and all(factors[0].low > other.high for other in factors[1:]),
        alone=float(np.clip(np.clip(first, 0.0, None).sum(), 0.0, 1.0)) if len(factors) > 0 else math.nan,
        mean=float(found.mean[at]),
        deviation=math.sqrt(float(found.variance[at])) if found.variance[at] >= 0.0 else math.nan,
        builds=found.builds,
    )


def _ends(found: Sensitivity) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return found.total.value, found.total.low, found.total.high
