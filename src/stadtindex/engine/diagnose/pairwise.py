"""All pairs of columns at once: Pearson, Spearman and Kendall over the units that both columns of a pair have.

Every function takes columns (m, n units), NaN where there is no value, and returns coefficient and two-sided p-value,
both symmetric (m, m), NaN where a pair has fewer than three units or a column is constant over them, the p-values also
on the diagonal. One row of the matrix is computed at a time, so memory grows with columns times units.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from stadtindex.engine.arrays import Bools, Floats, Ints, present

# A difference below this part of the magnitude is rounding.
NOISE = 1e-12
# Up to so many units Kendall compares all pairs of units as one matrix product; beyond, each pair of columns is sorted.
EVERY_PAIR = 2000
# So many pairs of units are compared at a time; their counts stay exact in single precision.
AT_ONCE = 1 << 14

Found = tuple[Floats, Floats]


def common_units(columns: Floats) -> Ints:
    """Return how many units have a value in both columns of each pair, (m, m)."""
    there = present(columns).astype(np.float64)
    # Counts are whole numbers, exact in any order of summation.
    counts: Ints = np.rint(there @ there.T).astype(np.int64)
    return counts


def pearson_pairs(columns: Floats) -> Found:
    """Pearson's correlation and its p-value after Student's t with n - 2 degrees of freedom."""
    there, units = present(columns), common_units(columns)
    coefficient = _empty(columns)
    for i in range(len(columns)):
        others = slice(0, i + 1)
        row = correlations(columns[i], columns[others], there[i] & there[others])
        _both(coefficient, i, row)
    np.fill_diagonal(coefficient, np.where(np.isnan(np.diagonal(coefficient)), np.nan, 1.0))
    return coefficient, student(coefficient, units)


def spearman_pairs(columns: Floats) -> Found:
    """Spearman's rank correlation (ties share the mean rank) and its p-value, as for Pearson's.

    Ranks are taken anew for each pair, among the units that both columns have.
    """
    there, units, order = present(columns), common_units(columns), Order.of(columns)
    coefficient = _empty(columns)
    for i in range(len(columns)):
        others = slice(0, i + 1)
        both = there[i] & there[others]
        mine, its = order.places(i, both), order.places(others, both)
        _both(coefficient, i, correlations(mine.rank, its.rank, both, _constant(columns[others], both)))
    np.fill_diagonal(coefficient, np.where(np.isnan(np.diagonal(coefficient)), np.nan, 1.0))
    return coefficient, student(coefficient, units)


def kendall_pairs(columns: Floats) -> Found:
    """Kendall's tau-b and its p-value: normal approximation, its variance corrected for ties.

    Reference: M. G. Kendall (1945), The treatment of ties in ranking problems, doi:10.1093/biomet/33.3.239.
    """
    if columns.shape[1] > EVERY_PAIR:
        return _kendall_by_sorting(columns)
    there, units, order = present(columns), common_units(columns), Order.of(columns)
    balance = _concordant_minus_discordant(columns)
    coefficient, p = _empty(columns), _empty(columns)
    with np.errstate(all="ignore"):
        for i in range(len(columns)):
            others = slice(0, i + 1)
            both = there[i] & there[others]
            ties = _Ties.of(order.places(i, both), both), _Ties.of(order.places(others, both), both)
            n = units[i, others].astype(np.float64)
            known = (n >= 3.0) & ~_constant(columns[others], both) & ~_constant(columns[i], both)
            pairs = n * (n - 1.0) / 2.0
            tau = balance[i, others] / np.sqrt(pairs - ties[0].pairs) / np.sqrt(pairs - ties[1].pairs)
            spread = np.sqrt(_variance(n, *ties))
            _both(coefficient, i, np.where(known, np.clip(tau, -1.0, 1.0), np.nan))
            _both(
                p,
                i,
                np.where(known, special.erfc(np.abs(balance[i, others]) / spread / math.sqrt(2.0)), np.nan),
            )
    np.fill_diagonal(coefficient, np.where(np.isnan(np.diagonal(coefficient)), np.nan, 1.0))
    np.fill_diagonal(p, np.nan)
    return coefficient, p


def correlations(x: Floats, y: Floats, both: Bools, constant: Bools | None = None) -> Floats:
    """Pearson's correlation of rows x and y (k, n), each over the units in `both` (k, n); (k,).

    NaN with fewer than three units or a constant side; `constant` (k,) says so where the rows stand for other values.
    What is within rounding of a straight line lies on it: exactly 1 or -1, so that its p-value is 0 in any unit.
    """
    count = np.count_nonzero(both, axis=1)
    known = (count >= 3) & ~_constant(x, both) & ~_constant(y, both)
    if constant is not None:
        known &= ~constant
    dx, dy = _apart(x, both, count), _apart(y, both, count)
    with np.errstate(all="ignore"):
        r = (dx * dy).sum(axis=1) / np.sqrt((dx * dx).sum(axis=1) * (dy * dy).sum(axis=1))
    r = np.where(np.abs(r) >= 1.0 - NOISE, np.sign(r), r)
    return np.where(known, r, np.nan)


def student(coefficient: Floats, units: Ints) -> Floats:
    """Return two-sided p-values (m, m) of correlations after Student's t with units - 2 degrees of freedom."""
    free = np.maximum(units - 2, 1).astype(np.float64)
    with np.errstate(all="ignore"):
        t = np.abs(coefficient) * np.sqrt(free / ((1.0 - coefficient) * (1.0 + coefficient)))
        p: Floats = np.where(np.abs(coefficient) == 1.0, 0.0, 2.0 * special.stdtr(free, -t))
    p[np.isnan(coefficient)] = np.nan
    np.fill_diagonal(p, np.nan)
    return p


@dataclass(frozen=True, eq=False)
class Places:
    """Mean `rank` of each value and `size` of its tie among the chosen units of its row; (k, n), 0 elsewhere."""

    rank: Floats
    size: Floats


@dataclass(frozen=True, eq=False)
class Order:
    """The order of the units in each column, (m, n) each: places by value, and where each value's tie begins and ends."""

    order: Ints
    begin: Ints
    end: Ints

    @classmethod
    def of(cls, columns: Floats) -> "Order":
        """Sort every column once; units without a value come last, each alone."""
        order = np.argsort(columns, axis=1, kind="stable")
        values = np.take_along_axis(columns, order, axis=1)
        places = np.broadcast_to(np.arange(columns.shape[1]), columns.shape)
        new = np.ones(columns.shape, dtype=np.bool_)
        new[:, 1:] = values[:, 1:] != values[:, :-1]
        begin = np.maximum.accumulate(np.where(new, places, 0), axis=1)
        last = np.ones(columns.shape, dtype=np.bool_)
        last[:, :-1] = new[:, 1:]
        backwards = np.where(last, places, columns.shape[1])[:, ::-1]
        return cls(order, begin, np.minimum.accumulate(backwards, axis=1)[:, ::-1])

    def places(self, row: int | slice, chosen: Bools) -> Places:
        """Rank the values of one column, or of several, among the units chosen in each pair; chosen is (k, n)."""
        if isinstance(row, int):
            row = slice(row, row + 1)
        shape = chosen.shape
        order, begin, end = (np.broadcast_to(each[row], shape) for each in (self.order, self.begin, self.end))
        counted = np.zeros((shape[0], shape[1] + 1))
        np.cumsum(np.take_along_axis(chosen, order, axis=1), axis=1, out=counted[:, 1:])
        before = np.take_along_axis(counted, begin, axis=1)
        size = np.take_along_axis(counted, end + 1, axis=1) - before
        rank, ties = np.empty(shape), np.empty(shape)
        np.put_along_axis(rank, order, before + (size + 1.0) / 2.0, axis=1)
        np.put_along_axis(ties, order, size, axis=1)
        return Places(np.where(chosen, rank, 0.0), np.where(chosen, ties, 0.0))


@dataclass(frozen=True, eq=False)
class _Ties:
    """Of the ties of t units in each row (k,): tied `pairs`, and the sums of t(t-1)(t-2) and of t(t-1)(2t+5)."""

    pairs: Floats
    triples: Floats
    spread: Floats

    @classmethod
    def of(cls, places: Places, both: Bools) -> "_Ties":
        one = np.where(both, places.size - 1.0, 0.0)
        two = one * (places.size - 2.0)
        pairs, triples = one.sum(axis=1), two.sum(axis=1)
        return cls(pairs / 2.0, triples, 2.0 * triples + 9.0 * pairs)


def _variance(n: Floats, x: _Ties, y: _Ties) -> Floats:
    """Return the variance of the balance of pairs, were the columns unrelated."""
    ordered = n * (n - 1.0)
    free = (ordered * (2.0 * n + 5.0) - x.spread - y.spread) / 18.0
    tied: Floats = 2.0 * x.pairs * y.pairs / ordered + x.triples * y.triples / (9.0 * ordered * (n - 2.0))
    return free + tied


def _concordant_minus_discordant(columns: Floats) -> Floats:
    """Count pairs of units that both columns order alike, less those they order differently; (m, m)."""
    one, other = np.triu_indices(columns.shape[1], 1)
    balance = np.zeros((len(columns), len(columns)))
    for begin in range(0, one.size, AT_ONCE):
        some = slice(begin, begin + AT_ONCE)
        signs = np.sign(columns[:, one[some]] - columns[:, other[some]])
        signs = np.where(np.isnan(signs), 0.0, signs).astype(np.float32)
        balance += signs @ signs.T
    return balance


def _kendall_by_sorting(columns: Floats) -> Found:
    there = present(columns)
    coefficient, p = _empty(columns), _empty(columns)
    for i in range(len(columns)):
        for j in range(i + 1):
            both = (there[i] & there[j])[np.newaxis]
            x, y = columns[i : i + 1], columns[j : j + 1]
            if int(np.count_nonzero(both)) < 3 or _constant(x, both)[0] or _constant(y, both)[0]:
                continue
            if i == j:
                coefficient[i, i] = 1.0
                continue
            found = stats.kendalltau(x[both], y[both], method="asymptotic")
            coefficient[i, j] = coefficient[j, i] = found.statistic
            p[i, j] = p[j, i] = found.pvalue
    return coefficient, p


def _apart(values: Floats, both: Bools, count: Ints) -> Floats:
    """Return distances from the mean over `both` (k, n), 0 elsewhere, measured in the largest of each row."""
    by = np.maximum(count, 1)[:, np.newaxis]
    chosen = np.where(both, values, 0.0)
    apart = np.where(both, chosen - chosen.sum(axis=1, keepdims=True) / by, 0.0)
    # What the rounding of the mean has left over.
    apart = np.where(both, apart - apart.sum(axis=1, keepdims=True) / by, 0.0)
    largest = np.abs(apart).max(axis=1, initial=0.0, keepdims=True)
    # Products of very small or large differences would leave the range of a double.
    scaled: Floats = apart / np.where(largest > 0.0, largest, 1.0)
    return scaled


def _constant(values: Floats, both: Bools) -> Bools:
    """Say of which rows (k,) the values over `both` (k, n) differ by no more than rounding."""
    low = np.where(both, values, np.inf).min(axis=1, initial=np.inf)
    high = np.where(both, values, -np.inf).max(axis=1, initial=-np.inf)
    constant: Bools = ~(high - low > NOISE * np.maximum(np.abs(low), np.abs(high)))
    return constant


def _empty(columns: Floats) -> Floats:
    return np.full((len(columns), len(columns)), np.nan)


def _both(matrix: Floats, i: int, row: Floats) -> None:
    matrix[i, : i + 1] = row
    matrix[: i + 1, i] = row
