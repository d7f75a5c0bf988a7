"""Transformations of a skewed column: logarithm and Box-Cox power, both rising, so the order of units stays.

References: Box and Cox (1964), doi:10.1111/j.2517-6161.1964.tb00553.x; the shift of the logarithm as in the COIN Tool
of the JRC and in COINr, Becker et al. (2022), doi:10.21105/joss.04567.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats
from stadtindex.engine.column import Column
from stadtindex.engine.elementary import exp, ln
from stadtindex.engine.errors import EngineError
from stadtindex.engine.moments import mean
from stadtindex.engine.treat.options import Transformation, Treat

# Between these the exponent is looked for, and x to its power must stay a number that can be computed with.
WIDEST = 5.0
FURTHEST = 150.0
HALVINGS = 70
# Hypothetical values far beyond the column are held where their power is still a number.
LIMIT = 600.0
# (exp(t) - 1) / t = 1 + t/2! + t²/3! + …, and its derivative: enough terms for |t| <= 1.
_SERIES = tuple(1.0 / math.factorial(order) for order in range(1, 21))
_SLOPES = tuple(order / math.factorial(order + 1) for order in range(1, 21))


@dataclass(frozen=True)
class Curve:
    """A fitted transformation: `place` maps values in original units, any shape, NaN to NaN.

    `shift` was added before, and the sum divided by `measure`; `exponent` is the lambda of Box-Cox (0 for a
    logarithm). `at_end` says that the exponent lies at the end of the range it was looked for in.
    """

    place: Callable[[Floats], Floats]
    shift: float
    measure: float
    exponent: float
    at_end: bool = False


def log(column: Column, options: Treat) -> Curve:
    """Take ln(x + shift); without a shift given, shift = 0.01 · (max - min) - min.

    A value + shift <= 0 is refused (EngineError naming unit and node). Values below the column are hypothetical and
    kept at its minimum. The column must have two distinct values.
    """
    shift = _range_shift(column) if options.shift is None else options.shift
    _refuse(column, shift)
    return Curve(_power(column, shift, 0.0, 0.0), shift, 1.0, 0.0)


def box_cox(column: Column, options: Treat) -> Curve:
    """Take (y^lambda - 1) / lambda, or ln(y) for lambda = 0; y is x + shift, measured in its geometric mean.

    Measured so, it is the power of x + shift but for a factor and a constant, and keeps its digits where x is large.
    Without a shift given it is 0 if all values are > 0, else 0.01 · (max - min) - min. Without a lambda given it is
    the one of greatest profile likelihood between -5 and 5 (less where the powers would leave the numbers that can be
    computed with): the root of the derivative, by halving, so without chance or starting point. A value + shift <= 0
    is refused (EngineError naming unit and node). Values below the column are hypothetical and kept at its minimum.
    """
    positive = float(column.known().min()) > 0.0
    automatic = 0.0 if positive else _range_shift(column)
    shift = automatic if options.shift is None else options.shift
    _refuse(column, shift)
    logs = ln(column.known() + shift)
    centre = mean(logs)
    reach = float(np.abs(logs - centre).max())
    end = WIDEST if reach * WIDEST <= FURTHEST else FURTHEST / reach
    exponent = likeliest_exponent(logs, end) if options.exponent is None else options.exponent
    if abs(exponent) > end:
        raise EngineError(f"x to the power {exponent:g} cannot be computed with", node=column.node)
    measure = float(exp(np.array([centre]))[0])
    at_end = options.exponent is None and abs(exponent) == end
    return Curve(_power(column, shift, centre, exponent), shift, measure, exponent, at_end)


def likeliest_exponent(logs: Floats, end: float) -> float:
    """Return the Box-Cox lambda in -end..end of greatest profile likelihood for x = exp(logs), logs (n,).

    With z = ln x less its mean, the likelihood falls as the variance of (exp(lambda z) - 1) / lambda rises. That has
    one minimum; its slope is followed to zero. At an end where the slope still leads outwards, the end is returned.
    """
    centred = logs - mean(logs)
    low, high = -end, end
    if _slope(centred, low) >= 0.0:
        return low
    if _slope(centred, high) <= 0.0:
        return high
    for _ in range(HALVINGS):
        middle = low + (high - low) / 2.0
        if _slope(centred, middle) < 0.0:
            low = middle
        else:
            high = middle
    return low + (high - low) / 2.0


def _slope(centred: Floats, exponent: float) -> float:
    """Half the derivative of the sum of squares of y - mean(y), y = (exp(lambda z) - 1) / lambda, by lambda."""
    growth, steepness = _growth(exponent * centred)
    y = centred * growth
    dy = centred * centred * steepness
    return math.fsum(((y - mean(y)) * dy).tolist())


def _growth(t: Floats) -> tuple[Floats, Floats]:
    """Return (exp(t) - 1) / t and its derivative, smooth through t = 0."""
    small = np.abs(t) <= 1.0
    near, far = np.where(small, t, 0.0), np.where(small, 2.0, t)
    raised = exp(far)
    growth = np.where(small, _horner(near, _SERIES), (raised - 1.0) / far)
    steepness = np.where(small, _horner(near, _SLOPES), (raised * (far - 1.0) + 1.0) / (far * far))
    return growth, steepness


def _horner(x: Floats, coefficients: tuple[float, ...]) -> Floats:
    total = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total


def _power(column: Column, shift: float, centre: float, exponent: float) -> Callable[[Floats], Floats]:
    lowest = float(column.known().min())

    def place(values: Floats) -> Floats:
        logs = ln(np.maximum(values, lowest) + shift) - centre
        growth, _ = _growth(np.clip(exponent * logs, -LIMIT, LIMIT))
        return logs * growth

    return place


def _range_shift(column: Column) -> float:
    known = column.known()
    low, high = float(known.min()), float(known.max())
    return 0.01 * (high - low) - low


def _refuse(column: Column, shift: float) -> None:
    column.refuse(
        column.values + shift <= 0.0, f"the value {{x}} with the shift {shift:g} is not > 0: no logarithm"
    )


Method = Callable[[Column, Treat], Curve]

TRANSFORMATIONS: dict[Transformation, Method] = {
    Transformation.LOG: log,
    Transformation.BOX_COX: box_cox,
}
