"""Imputation by the units most alike: the mean of the k nearest neighbours that have a value.

References: Troyanskaya et al. (2001), doi:10.1093/bioinformatics/17.6.520; distances over what both have: Gower
(1971), doi:10.2307/2528823.
"""

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, present, sum_in_order
from stadtindex.engine.impute.gaps import Filling, Gaps, Impute, varies
from stadtindex.engine.moments import deviation, mean

# Distances that differ by less than this part differ by rounding: those neighbours are equally near.
NOISE = 1e-12


def neighbours(gaps: Gaps, options: Impute) -> Filling:
    """Fill a gap with the mean of the `neighbours` nearest units that have a value in that column.

    Distance: the root of the mean squared difference over the columns in which both units have a value, each column
    measured in its sample standard deviation (n - 1); a constant column measures nothing. Two units with fewer than
    `overlap` columns in common are not compared. Neighbours as near as the last one all count, so the order of units
    does not matter; with fewer than asked, those that are there are averaged; with none the gap stays open. Cost:
    units with gaps x units x columns.
    """
    scaled = _standardised(gaps.values)
    there = present(gaps.values)
    filling = np.full(gaps.values.shape, np.nan)
    for row in np.flatnonzero(gaps.wanted.any(axis=1)).tolist():
        distance = _distances(scaled, row, options.overlap)
        for place in np.flatnonzero(gaps.wanted[row]).tolist():
            donors = there[:, place] & present(distance)
            near = _nearest(distance, donors, options.neighbours)
            filling[row, place] = mean(gaps.values[near, place])
    return Filling(filling)


def _standardised(values: Floats) -> Floats:
    scaled = np.full(values.shape, np.nan)
    for place in range(values.shape[1]):
        known = values[present(values[:, place]), place]
        if varies(known):
            scaled[:, place] = (values[:, place] - mean(known)) / deviation(known)
    return scaled


def _distances(scaled: Floats, row: int, overlap: int) -> Floats:
    """Mean squared distance of every unit to the one of that row; NaN where there is too little to compare, (n,)."""
    apart = (scaled - scaled[row]).T
    common = present(apart)
    shared = np.count_nonzero(common, axis=0)
    total = sum_in_order(np.where(common, apart * apart, 0.0))
    return np.where(shared >= overlap, total / np.maximum(shared, 1), np.nan)


def _nearest(distance: Floats, donors: Bools, count: int) -> Bools:
    if not donors.any():
        return donors
    ordered = np.sort(distance[donors])
    last = float(ordered[min(count, ordered.size) - 1])
    # NaN is never near: a comparison with it is false.
    return donors & (distance <= last * (1.0 + NOISE))
