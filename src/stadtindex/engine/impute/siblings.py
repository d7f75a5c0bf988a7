"""Imputation by the unit's own other values: the mean of its siblings on a common scale, put back on the column's own.

Reference: OECD/JRC (2008), step 2, doi:10.1787/9789264043466-en; by rows after min-max, with directions, as in COINr,
Becker et al. (2022), doi:10.21105/joss.04567.
"""

import numpy as np

from stadtindex.engine.arrays import Floats, present
from stadtindex.engine.impute.gaps import Filling, Gaps, Impute, varies
from stadtindex.engine.moments import mean


def siblings(gaps: Gaps, options: Impute) -> Filling:
    """Fill a gap with the unweighted mean of the unit's siblings (columns of the same family), both by min-max.

    Each column is put on 0 (worst) to 1 (best) by its own minimum, maximum and direction; the mean of the unit's
    siblings that are there is put back into the column's unit. A constant or empty column informs no sibling; a gap
    in a constant column gets its value if a sibling is there. Without a sibling, or in an empty column, it stays open.
    """
    count = len(gaps.columns)
    ends = [_ends(gaps.values[:, place], gaps.directions[place]) for place in range(count)]
    scaled = np.full(gaps.values.shape, np.nan)
    for place, (worst, best) in enumerate(ends):
        if best != worst:
            scaled[:, place] = (gaps.values[:, place] - worst) / (best - worst)
    filling = np.full(gaps.values.shape, np.nan)
    for row, place in np.argwhere(gaps.wanted).tolist():
        family = [other for other in range(count) if gaps.families[other] == gaps.families[place]]
        there = scaled[row, family]
        worst, best = ends[place]
        share = mean(there[present(there)])
        filling[row, place] = worst + share * (best - worst)
    return Filling(filling)


def _ends(values: Floats, direction: int) -> tuple[float, float]:
    known = values[present(values)]
    if known.size == 0:
        return np.nan, np.nan
    low, high = float(known.min()), float(known.max())
    if not varies(known):
        return low, low
    return (low, high) if direction > 0 else (high, low)
