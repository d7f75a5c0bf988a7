"""Winsorising: the most extreme values of a column are drawn in, one step at a time, until its shape is acceptable.

References: OECD/JRC (2008), step 3, doi:10.1787/9789264043466-en; steps, end and count of points as in COINr, Becker
et al. (2022), doi:10.21105/joss.04567.
"""

from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats
from stadtindex.engine.moments import moments
from stadtindex.engine.treat.options import Treat


@dataclass(frozen=True)
class Bounds:
    """Where the column is held, in original units, and how many `points` of it lie beyond; `passes` says if it helped."""

    low: float
    high: float
    points: int
    passes: bool


def winsorise(known: Floats, noise: float, options: Treat) -> Bounds:
    """Draw in the most extreme value (ties together, within `noise`) to the next one, and test again after each step.

    `known` (n,) are the values that are there. The end is the upper one where the skewness is >= 0, else the lower
    one. It stops when the column passes, when the next step would move more than `winmax` points in all, or when it
    would leave no two distinct values.
    """
    low, high, points = float(known.min()), float(known.max()), 0
    while True:
        held = np.clip(known, low, high)
        shape = moments(held, noise)
        if options.passes(shape):
            return Bounds(low, high, points, passes=True)
        if shape.skewness >= 0.0:
            next_low, next_high = low, float(held[held < high - noise].max())
        else:
            next_low, next_high = float(held[held > low + noise].min()), high
        moved = int(np.count_nonzero((known < next_low) | (known > next_high)))
        allowed = points < options.winmax if options.ties_may_exceed else moved <= options.winmax
        if not (allowed and next_high - next_low > noise):
            return Bounds(low, high, points, passes=False)
        low, high, points = next_low, next_high, moved
