"""Correlate: how the columns move together, with p-values and the false-discovery rate under control."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, Ints, canonical, present
from stadtindex.engine.diagnose.pairwise import (
    Found,
    common_units,
    correlations,
    kendall_pairs,
    pearson_pairs,
    spearman_pairs,
)
from stadtindex.engine.errors import EngineError


class Correlation(StrEnum):
    """Which correlation is taken; the functions are at the end of the module."""

    PEARSON = "pearson"
    SPEARMAN = "spearman"
    KENDALL = "kendall"


@dataclass(frozen=True, eq=False)
class Correlations:
    """All pairs of `codes` (m,), pairwise complete; symmetric read-only matrices (m, m), NaN where undefined.

    `coefficient` (-1..1, the diagonal 1), `p` (two-sided, of no relation), `q` (p adjusted over all pairs: of the pairs
    with q <= 0.05 at most 5 % are false discoveries in expectation), `units` (m, m) with both values, `within` whether
    both columns belong to the same group. p and q are NaN on the diagonal. Tests of pairs that share a column depend on
    each other: `q` (Benjamini and Hochberg) holds where they do so positively, `q_dependent` (Benjamini and Yekutieli)
    whatever the dependence, and is the larger by the factor 1 + 1/2 + … + 1/pairs, at most 1.
    """

    kind: Correlation
    codes: tuple[str, ...]
    groups: tuple[str, ...]
    coefficient: Floats
    p: Floats
    q: Floats
    q_dependent: Floats
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
    q_dependent: float
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

    References: Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x; Benjamini and Yekutieli (2001),
    doi:10.1214/aos/1013699998.
    """
    names = ("",) * len(codes) if groups is None else tuple(groups)
    if columns.ndim != 2 or columns.shape[0] != len(codes) or len(names) != len(codes):
        raise EngineError(
            f"{len(codes)} codes, {len(names)} groups and columns {columns.shape} do not fit together"
        )
    coefficient, p = METHODS[kind](columns)
    units = common_units(columns)
    within = np.array([[a == b for b in names] for a in names], dtype=np.bool_).reshape(units.shape)
    for frozen in (units, within):
        frozen.flags.writeable = False
    return Correlations(
        kind=kind,
        codes=tuple(codes),
        groups=names,
        coefficient=canonical(coefficient),
        p=canonical(p),
        q=canonical(_over_all_pairs(p, dependent=False)),
        q_dependent=canonical(_over_all_pairs(p, dependent=True)),
        units=units,
        within=within,
    )


def _over_all_pairs(p: Floats, *, dependent: bool) -> Floats:
    low = np.tril_indices(len(p), -1)
    q = np.full_like(p, np.nan)
    q[low] = false_discovery(p[low], dependent=dependent)
    q.T[low] = q[low]
    return q


def false_discovery(p: Floats, *, dependent: bool = False) -> Floats:
    """Adjust p-values (k,) after Benjamini and Hochberg: q = min over larger p of p · (k / rank); NaN stays out.

    With `dependent` = True after Benjamini and Yekutieli: p is first multiplied by 1 + 1/2 + … + 1/k, and the rate is
    controlled whatever the dependence between the tests.

    References: Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x; Benjamini and Yekutieli (2001),
    doi:10.1214/aos/1013699998.
    """
    adjusted = np.full_like(p, np.nan)
    tested = np.flatnonzero(present(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    places = np.arange(1, order.size + 1)
    factor = float((1.0 / places).sum()) if dependent else 1.0
    raised = p[order] * factor * (order.size / places)
    adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return adjusted


def notable(
    found: Correlations, *, within: bool, wanted: Callable[[float], bool], level: float = 0.05
) -> tuple[Pair, ...]:
    """Return the pairs inside groups (or across) whose coefficient is `wanted`, strongest first, with q <= level.

    q is that under any dependence. With level = 1 every pair whose coefficient is wanted is returned.
    """
    pairs = [
        pair
        for pair in pairs_of(found)
        if pair.within is within and wanted(pair.coefficient) and pair.q_dependent <= level
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
            float(found.q_dependent[i, j]),
            int(found.units[i, j]),
        )
        for i in range(len(found.codes))
        for j in range(i + 1, len(found.codes))
        if not math.isnan(found.coefficient[i, j])
    )


def pearson(x: Floats, y: Floats) -> float:
    """Return Pearson's correlation (-1..1) of x and y (n,); units with NaN left out, NaN where either is constant."""
    both = (present(x) & present(y))[np.newaxis]
    return float(correlations(x[np.newaxis], y[np.newaxis], both)[0])


METHODS: dict[Correlation, Callable[[Floats], Found]] = {
    Correlation.PEARSON: pearson_pairs,
    Correlation.SPEARMAN: spearman_pairs,
    Correlation.KENDALL: kendall_pairs,
}
