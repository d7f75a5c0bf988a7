"""Reliability: whether the parts of a group measure the same thing (Cronbach's alpha)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, Ints, canonical, present
from stadtindex.engine.errors import EngineError

# A sum of covariances below this part of their sizes is zero but for rounding.
NOISE = 1e-12


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

    Variances over all values of a column, covariances pairwise complete, both with n - 1. A column
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
    there = present(columns)
    together = np.full((len(columns), len(columns)), np.nan)
    for i in range(len(columns)):
        others = slice(0, i + 1)
        both = there[i] & there[others]
        count = np.count_nonzero(both, axis=1)[:, np.newaxis]
        x, y = _apart(columns[i], both, count), _apart(columns[others], both, count)
        found = np.where(count[:, 0] > 1, (x * y).sum(axis=1) / np.maximum(count[:, 0] - 1, 1), np.nan)
        together[i, others] = together[others, i] = found
    return together


def _apart(values: Floats, both: Bools, count: Ints) -> Floats:
    """Return distances from the mean over the units in `both` (k, n), 0 elsewhere."""
    chosen = np.where(both, values, 0.0)
    apart: Floats = np.where(both, chosen - chosen.sum(axis=1, keepdims=True) / np.maximum(count, 1), 0.0)
    return apart


def _alpha(together: Floats) -> float:
    size = together.shape[0]
    if size < 2:
        return math.nan
    own, total = float(np.trace(together)), float(together.sum())
    return (
        size / (size - 1) * (1.0 - own / total) if total > NOISE * float(np.abs(together).sum()) else math.nan
    )
