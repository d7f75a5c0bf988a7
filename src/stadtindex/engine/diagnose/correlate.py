"""Correlate: how the columns move together, with p-values and the false-discovery rate under control."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import stats

from stadtindex.engine.arrays import Bools, Floats, Ints, canonical, present
from stadtindex.engine.errors import EngineError

# A difference below this part of the magnitude is rounding.
NOISE = 1e-12


class Correlation(StrEnum):
    """Which correlation is taken; the functions are at the end of the module."""

    PEARSON = "pearson"
    SPEARMAN = "spearman"
    KENDALL = "kendall"


@dataclass(frozen=True, eq=False)
class Correlations:
    """All pairs of `codes` (m,), pairwise complete; symmetric read-only matrices (m, m), NaN where undefined.

    `coefficient` (-1..1, the diagonal 1), `p` (two-sided, of no relation), `q` (p adjusted after Benjamini and
    Hochberg over all pairs: pairs with q <= 0.05 hold at most 5 % false discoveries in expectation), `units` (m, m)
    with both values, `within` whether both columns belong to the same group. p and q are NaN on the diagonal.
    """

    kind: Correlation
    codes: tuple[str, ...]
    groups: tuple[str, ...]
    coefficient: Floats
    p: Floats
    q: Floats
    units: Ints
    within: Bools


@dataclass(frozen=True)
class Pair:
    """One pair of columns out of a correlation matrix."""

    one: str
    other: str
    within: bool
    coefficient: float
    p: float
    q: float
    units: int


def correlate(
    codes: Sequence[str],
    columns: Floats,
    kind: Correlation = Correlation.PEARSON,
    groups: Sequence[str] | None = None,
) -> Correlations:
    """Correlate all pairs of columns (m, n units), each pair over the units where both have a value.

    `groups` names the group (domain, indicator) of each column; without it all are one group. A pair with fewer than
    three units, or in which a column is constant, is NaN and no test. P-values: Student's t with n - 2 degrees of
    freedom (Pearson, Spearman), normal approximation with ties (Kendall's tau-b).

    Reference: Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    names = ("",) * len(codes) if groups is None else tuple(groups)
    if columns.ndim != 2 or columns.shape[0] != len(codes) or len(names) != len(codes):
        raise EngineError(
            f"{len(codes)} codes, {len(names)} groups and columns {columns.shape} do not fit together"
        )
    size = len(codes)
    coefficient, p = np.full((size, size), np.nan), np.full((size, size), np.nan)
    there = present(columns)
    units = np.array([[int(np.count_nonzero(a & b)) for b in there] for a in there], dtype=np.int64)
    for i in range(size):
        coefficient[i, i] = 1.0 if units[i, i] >= 3 and not _constant(columns[i][there[i]]) else np.nan
        for j in range(i):
            both = there[i] & there[j]
            found = METHODS[kind](columns[i][both], columns[j][both])
            coefficient[i, j], p[i, j] = coefficient[j, i], p[j, i] = found
    q = np.full_like(p, np.nan)
    low = np.tril_indices(size, -1)
    q[low] = false_discovery(p[low])
    q.T[low] = q[low]
    within = np.array([[a == b for b in names] for a in names], dtype=np.bool_).reshape(size, size)
    units = units.reshape(size, size)
    for frozen in (units, within):
        frozen.flags.writeable = False
    return Correlations(
        kind, tuple(codes), names, canonical(coefficient), canonical(p), canonical(q), units, within
    )


def false_discovery(p: Floats) -> Floats:
    """Adjust p-values (k,) after Benjamini and Hochberg: q = min over larger p of p · (k / rank); NaN stays out.

    Reference: Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    adjusted = np.full_like(p, np.nan)
    tested = np.flatnonzero(present(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    lowest = 1.0
    for place in range(order.size, 0, -1):
        index = order[place - 1]
        lowest = min(lowest, float(p[index]) * (order.size / place))
        adjusted[index] = lowest
    return adjusted


def notable(
    found: Correlations, *, within: bool, wanted: Callable[[float], bool], level: float = 0.05
) -> tuple[Pair, ...]:
    """Return the pairs inside groups (or across) whose coefficient is `wanted` and whose q is <= level, strongest first.

    With level = 1 every pair whose coefficient is wanted is returned.
    """
    pairs = [
        pair
        for pair in pairs_of(found)
        if pair.within is within and wanted(pair.coefficient) and pair.q <= level
    ]
    return tuple(sorted(pairs, key=lambda pair: -abs(pair.coefficient)))


def pairs_of(found: Correlations) -> tuple[Pair, ...]:
    """Return every pair of different columns once, in the order of the codes; pairs without coefficient are left out."""
    return tuple(
        Pair(
            found.codes[i],
            found.codes[j],
            bool(found.within[i, j]),
            float(found.coefficient[i, j]),
            float(found.p[i, j]),
            float(found.q[i, j]),
            int(found.units[i, j]),
        )
        for i in range(len(found.codes))
        for j in range(i + 1, len(found.codes))
        if not math.isnan(found.coefficient[i, j])
    )


def pearson(x: Floats, y: Floats) -> float:
    """Return Pearson's correlation (-1..1) of x and y (n,); units with NaN left out, NaN where either is constant.

    Sums are exact, so that the order of the units does not matter.
    """
    known = present(x) & present(y)
    x, y = x[known], y[known]
    if x.size < 3 or _constant(x) or _constant(y):
        return math.nan
    dx, dy = x - math.fsum(x.tolist()) / x.size, y - math.fsum(y.tolist()) / y.size
    # Products of very small or large differences would leave the range of a double.
    dx, dy = dx / np.abs(dx).max(), dy / np.abs(dy).max()
    both, one, other = (math.fsum((a * b).tolist()) for a, b in ((dx, dy), (dx, dx), (dy, dy)))
    return min(1.0, max(-1.0, both / math.sqrt(one * other)))


def _constant(values: Floats) -> bool:
    return values.size == 0 or float(values.max() - values.min()) <= NOISE * float(np.abs(values).max())


Found = tuple[float, float]


def _pearson(x: Floats, y: Floats) -> Found:
    r = pearson(x, y)
    free = x.size - 2
    if math.isnan(r):
        return r, math.nan
    if abs(r) == 1.0:
        return r, 0.0
    return r, float(2.0 * stats.t.sf(abs(r) * math.sqrt(free / ((1.0 - r) * (1.0 + r))), free))


def _spearman(x: Floats, y: Floats) -> Found:
    return _pearson(stats.rankdata(x), stats.rankdata(y)) if x.size >= 3 else (math.nan, math.nan)


def _kendall(x: Floats, y: Floats) -> Found:
    """Kendall's tau-b: concordant minus discordant pairs, ties counted on both sides."""
    if x.size < 3 or _constant(x) or _constant(y):
        return math.nan, math.nan
    found = stats.kendalltau(x, y, method="asymptotic")
    return float(found.statistic), float(found.pvalue)


METHODS: dict[Correlation, Callable[[Floats, Floats], Found]] = {
    Correlation.PEARSON: _pearson,
    Correlation.SPEARMAN: _spearman,
    Correlation.KENDALL: _kendall,
}
