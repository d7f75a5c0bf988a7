"""Imputation: gaps are filled by the method chosen for each column, and every filled cell is marked.

Every method takes the gaps and the options, looks at the given values only (never at what another method has filled),
and returns a Filling. What it cannot fill stays open, with a finding, and is then re-weighted like any missing value.

References: OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 2, doi:10.1787/9789264043466-en;
Little and Rubin (2019), Statistical Analysis with Missing Data, doi:10.1002/9781119482260.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, present
from stadtindex.engine.errors import EngineError
from stadtindex.engine.impute.columns import group_mean, group_median, mean, median
from stadtindex.engine.impute.em import em
from stadtindex.engine.impute.gaps import Convergence, Filling, Gaps, Imputation, Impute, Imputed, publish
from stadtindex.engine.impute.neighbours import neighbours
from stadtindex.engine.impute.panel import latest, linear
from stadtindex.engine.impute.siblings import siblings


def none(gaps: Gaps, options: Impute) -> Filling:
    """Fill nothing: what is missing drops out and the rest is re-weighted."""
    return Filling(np.full(gaps.values.shape, np.nan))


def impute(gaps: Gaps, choices: Mapping[str, Impute]) -> Imputed:
    """Fill the wanted gaps, each column by its own choice; a column without one is left as it is.

    Columns with equal choices are filled together; every column informs them, whatever its own choice, unless the
    choice keeps to the family. EngineError for a choice of a column that is not there, and whatever the methods raise.
    """
    for code in choices:
        if code not in gaps.columns:
            raise EngineError("an imputation is chosen for a column that is not there", node=code)
    chosen = tuple(choices.get(code, Impute()) for code in gaps.columns)
    values, age = np.full(gaps.values.shape, np.nan), np.full(gaps.values.shape, np.nan)
    convergence: list[Convergence] = []
    findings: list[str] = []
    for options in dict.fromkeys(chosen):
        for places in _blocks(gaps, options):
            mine = np.array([chosen[place] == options for place in places])
            block = gaps.within(places)
            if not (block.wanted & mine).any():
                continue
            filling = IMPUTATIONS[options.method](_only(block, mine), options)
            target = np.array(places)[mine]
            values[:, target] = filling.values[:, mine]
            if filling.age is not None:
                age[:, target] = filling.age[:, mine]
            convergence.extend(filling.convergence)
            findings.extend(filling.findings)
    methods = tuple(options.method for options in chosen)
    found = (*findings, *_open(gaps, chosen, values))
    return publish(gaps, methods, Filling(values, age, tuple(convergence)), found)


def _blocks(gaps: Gaps, options: Impute) -> Iterator[list[int]]:
    """Yield the columns that inform each other: all of them, or family by family."""
    if not options.family:
        yield list(range(len(gaps.columns)))
        return
    for family in dict.fromkeys(gaps.families):
        yield [place for place, other in enumerate(gaps.families) if other == family]


def _only(gaps: Gaps, mine: Bools) -> Gaps:
    """Return the same gaps, wanted in some columns only."""
    return replace(gaps, wanted=gaps.wanted & mine)


def _open(gaps: Gaps, chosen: tuple[Impute, ...], values: Floats) -> Iterator[str]:
    still = gaps.wanted & ~present(values)
    for place, options in enumerate(chosen):
        rows = np.flatnonzero(still[:, place])
        if rows.size > 0 and options.method is not Imputation.NONE:
            yield (
                f"imputation by {options.method}: {rows.size} gap(s) of {gaps.columns[place]!r} stay open "
                f"(first: unit {gaps.units[int(rows[0])]!r})"
            )


Method = Callable[[Gaps, Impute], Filling]

IMPUTATIONS: dict[Imputation, Method] = {
    Imputation.NONE: none,
    Imputation.MEAN: mean,
    Imputation.MEDIAN: median,
    Imputation.GROUP_MEAN: group_mean,
    Imputation.GROUP_MEDIAN: group_median,
    Imputation.SIBLINGS: siblings,
    Imputation.NEIGHBOURS: neighbours,
    Imputation.EM: em,
    Imputation.LATEST: latest,
    Imputation.LINEAR: linear,
}
