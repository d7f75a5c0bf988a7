"""How sure a ranking is: everything uncertain drawn anew, thousands of times; `simulate` is the door.

`Uncertainty` says what is drawn, `Simulation` how often and from which seed; a `Spread` comes out.
"""

from stadtindex.engine.uncertainty.plan import (
    CombineChoice,
    ErrorKind,
    MeasurementError,
    Uncertainty,
    WeightNoise,
)
from stadtindex.engine.uncertainty.simulate import Simulation, simulate
from stadtindex.engine.uncertainty.spread import QUANTILES, Spread

__all__ = [
    "QUANTILES",
    "CombineChoice",
    "ErrorKind",
    "MeasurementError",
    "Simulation",
    "Spread",
    "Uncertainty",
    "WeightNoise",
    "simulate",
]
