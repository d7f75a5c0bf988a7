"""Describe: the statistics of every column of the table, with flags on what deserves a look."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from stadtindex.engine.arrays import Floats
from stadtindex.engine.errors import EngineError
from stadtindex.engine.moments import deviation, mean, moments, quantile
from stadtindex.engine.table import Cell, Table


class Flag(StrEnum):
    """What a column is flagged for; the words are for developers, publications translate the name."""

    FEW_VALUES = "too small a share of the units to which it applies has a value"
    MANY_ZEROS = "too large a share of the values is zero"
    SAME_VALUE = "too large a share of the units has the same value"
    CONSTANT = "fewer than two distinct values"
    SKEWED = "skewness and kurtosis both beyond their limits: outliers or a long tail"


@dataclass(frozen=True)
class Limits:
    """From where on a column is flagged; shares 0..1, skewness and kurtosis as in treatment (type 2).

    `fence` is how many interquartile ranges beyond the quartiles a value counts as an outlier (Tukey).
    """

    data: float = 0.65
    zeros: float = 0.5
    same: float = 0.5
    skewness: float = 2.0
    kurtosis: float = 3.5
    fence: float = 1.5


@dataclass(frozen=True)
class Description:
    """One column. Counts: `units` to which it applies, `values`, `missing`, `unanswered`, `zeros`, `distinct` values.

    `zero_share` and `same_share` (of the most frequent value) are shares of the values, `data_share` is values / units.
    Statistics in original units: minimum, maximum, mean, median, sample standard deviation, quartiles of type 7;
    skewness and excess kurtosis are sample-adjusted. `outliers` are the units beyond the fences. NaN where undefined.
    """

    code: str
    units: int
    values: int
    missing: int
    unanswered: int
    zeros: int
    distinct: int
    data_share: float
    zero_share: float
    same_share: float
    minimum: float
    maximum: float
    mean: float
    median: float
    sd: float
    quartiles: tuple[float, float]
    skewness: float
    kurtosis: float
    outliers: tuple[str, ...]
    flags: tuple[Flag, ...]


def describe(table: Table, limits: Limits | None = None) -> tuple[Description, ...]:
    """Describe every column of the table, in its order; not applicable cells are no part of a column.

    Flagged are: a share of values below the limit; shares of zeros or of the most frequent value above it; constant
    columns; |skewness| >= 2 together with kurtosis >= 3.5, which is when treatment would act.

    References: OECD/JRC (2008), doi:10.1787/9789264043466-en; Joanes and Gill (1998), doi:10.1111/1467-9884.00122.
    """
    limits = Limits() if limits is None else limits
    return tuple(_column(table, index, limits) for index in range(len(table.columns)))


def describe_one(table: Table, code: str, limits: Limits | None = None) -> Description:
    """Describe one column; EngineError if the table has no such column."""
    if code not in table.columns:
        raise EngineError("the table has no such column", column=code)
    return _column(table, table.columns.index(code), Limits() if limits is None else limits)


def _column(table: Table, index: int, limits: Limits) -> Description:
    cells, column = table.cells[:, index], table.values[:, index]
    there = column[cells == Cell.VALUE]
    units = int(np.count_nonzero(cells != Cell.NOT_APPLICABLE))
    distinct, counts = np.unique(there, return_counts=True)
    zeros, shape = int(np.count_nonzero(there == 0.0)), moments(there)
    low, high = quantile(there, 0.25), quantile(there, 0.75)
    same = int(counts.max()) if counts.size > 0 else 0
    shares = (_share(there.size, units), _share(zeros, there.size), _share(same, there.size))
    return Description(
        code=table.columns[index],
        units=units,
        values=int(there.size),
        missing=int(np.count_nonzero(cells == Cell.MISSING)),
        unanswered=int(np.count_nonzero(cells == Cell.UNANSWERED)),
        zeros=zeros,
        distinct=int(distinct.size),
        data_share=shares[0],
        zero_share=shares[1],
        same_share=shares[2],
        minimum=float(there.min()) if there.size > 0 else math.nan,
        maximum=float(there.max()) if there.size > 0 else math.nan,
        mean=mean(there),
        median=quantile(there, 0.5),
        sd=deviation(there),
        quartiles=(low, high),
        skewness=shape.skewness,
        kurtosis=shape.kurtosis,
        outliers=_outliers(table.units, column, (low, high), limits.fence),
        flags=_flags(shares, int(distinct.size), (shape.skewness, shape.kurtosis), limits),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole > 0 else math.nan


def _outliers(
    units: tuple[str, ...], column: Floats, quartiles: tuple[float, float], fence: float
) -> tuple[str, ...]:
    low, high = quartiles
    reach = fence * (high - low)
    beyond = (column < low - reach) | (column > high + reach)
    return tuple(unit for unit, far in zip(units, beyond, strict=True) if far)


def _flags(
    shares: tuple[float, float, float], distinct: int, shape: tuple[float, float], limits: Limits
) -> tuple[Flag, ...]:
    data, zeros, same = shares
    raised = {
        Flag.FEW_VALUES: data < limits.data,
        Flag.MANY_ZEROS: zeros > limits.zeros,
        Flag.SAME_VALUE: same > limits.same,
        Flag.CONSTANT: distinct < 2,
        Flag.SKEWED: abs(shape[0]) >= limits.skewness and shape[1] >= limits.kurtosis,
    }
    return tuple(flag for flag, holds in raised.items() if holds)
