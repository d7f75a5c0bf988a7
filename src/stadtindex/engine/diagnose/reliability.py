"""Reliability: whether the parts of a group measure the same thing (Cronbach's alpha)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats, canonical, present
from stadtindex.engine.errors import EngineError


@dataclass(frozen=True, eq=False)
class Reliability:
    """Cronbach's `alpha` of the columns `codes` (m,), and `without` (m,): alpha of the group without each column.

    From 0.7 on a group counts as consistent; alpha may be negative. NaN where undefined.
    """

    codes: tuple[str, ...]
    alpha: float
    without: Floats


def reliability(codes: Sequence[str], columns: Floats) -> Reliability:
    """Compute alpha = m / (m - 1) · (1 - sum of variances / sum of all covariances) of columns (m, n units).

    Variances over all values of a column, covariances pairwise complete, both with n - 1; sums are exact. A column
    without two distinct values takes no part. NaN with fewer than two columns, a pair without two common units, or a
    sum of covariances that is not > 0.

    Reference: Cronbach (1951), Coefficient alpha and the internal structure of tests, doi:10.1007/BF02310555.
    """
    if columns.ndim != 2 or columns.shape[0] != len(codes):
        raise EngineError(f"{len(codes)} codes and columns {columns.shape} do not fit together")
    together = covariances(columns)
    varying = [i for i, column in enumerate(columns) if np.unique(column[present(column)]).size > 1]
    rest = [[kept for kept in varying if kept != i] for i in range(len(codes))]
    without = np.array([_alpha(together[np.ix_(kept, kept)]) for kept in rest], dtype=np.float64)
    return Reliability(tuple(codes), _alpha(together[np.ix_(varying, varying)]), canonical(without))


def covariances(columns: Floats) -> Floats:
    """Return the pairwise complete sample covariances (m, m) of columns (m, n); NaN below two common units."""
    size = columns.shape[0]
    together = np.full((size, size), np.nan)
    for i in range(size):
        for j in range(i + 1):
            together[i, j] = together[j, i] = _covariance(columns[i], columns[j])
    return together


def _covariance(x: Floats, y: Floats) -> float:
    both = present(x) & present(y)
    count = int(np.count_nonzero(both))
    if count < 2:
        return math.nan
    x, y = x[both], y[both]
    apart = (x - math.fsum(x.tolist()) / count) * (y - math.fsum(y.tolist()) / count)
    return math.fsum(apart.tolist()) / (count - 1)


def _alpha(together: Floats) -> float:
    size = together.shape[0]
    if size < 2:
        return math.nan
    own = math.fsum(np.diagonal(together).tolist())
    total = math.fsum(together.ravel().tolist())
    return size / (size - 1) * (1.0 - own / total) if total > 0.0 else math.nan
