"""Imputation by a figure of the column itself: mean or median, of all units or of the unit's group.

Each column is taken for itself; a column or group without any value stays open. The mean lowers the spread of a
column and every correlation; the median does the same and is not drawn by outliers.

References: OECD/JRC (2008), step 2, doi:10.1787/9789264043466-en; Little and Rubin (2019), chapter 4,
doi:10.1002/9781119482260.
"""

from collections.abc import Callable, Sequence

import numpy as np

from stadtindex.engine.arrays import Floats, present
from stadtindex.engine.errors import EngineError
from stadtindex.engine.impute.gaps import Filling, Gaps, Impute
from stadtindex.engine.moments import mean as mean_of
from stadtindex.engine.moments import median as median_of

Figure = Callable[[Floats], float]


def mean(gaps: Gaps, options: Impute) -> Filling:
    """Put the arithmetic mean of the values that are there into every gap of the column."""
    return _by_group(gaps, [""] * len(gaps.units), mean_of)


def median(gaps: Gaps, options: Impute) -> Filling:
    """Put the median of the values that are there (between two middle ones, halfway) into every gap of the column."""
    return _by_group(gaps, [""] * len(gaps.units), median_of)


def group_mean(gaps: Gaps, options: Impute) -> Filling:
    """Put the mean of the column within the unit's group into its gaps; EngineError without groups.

    A gap stays open where no unit of the group has a value, or where the unit's group is "" (it has none).
    """
    return _by_group(gaps, _groups(gaps), mean_of)


def group_median(gaps: Gaps, options: Impute) -> Filling:
    """Put the median of the column within the unit's group into its gaps; otherwise like the group mean."""
    return _by_group(gaps, _groups(gaps), median_of)


def _groups(gaps: Gaps) -> list[str | None]:
    if gaps.groups is None:
        raise EngineError("imputation by group needs the group of every unit")
    return [None if group == "" else group for group in gaps.groups]


def _by_group(gaps: Gaps, groups: Sequence[str | None], figure: Figure) -> Filling:
    filling = np.full(gaps.values.shape, np.nan)
    for group in dict.fromkeys(groups):
        if group is None:
            continue
        inside = np.array([other == group for other in groups])
        for column in range(len(gaps.columns)):
            there = gaps.values[inside, column]
            filling[inside, column] = figure(there[present(there)])
    return Filling(filling)
