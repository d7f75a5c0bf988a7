"""Components: how many dimensions a group of columns really has (PCA), and which of its columns say nothing new (VIF).

Both work on the correlation matrix of the units that have all values (listwise). Eigenvalues come from LAPACK: equal
on one machine, within 1e-9 on another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats, canonical, present
from stadtindex.engine.diagnose.pairwise import correlations, pearson_pairs
from stadtindex.engine.errors import EngineError

# An eigenvalue below this is zero but for rounding; two loadings closer than this are equal.
NOISE = 1e-9


@dataclass(frozen=True, eq=False)
class Components:
    """Principal components of the columns `codes` (m,) over `units` complete units.

    `eigenvalues` (m,) falling, they sum to m; `explained` (m,) is each one's share of the variance; `loadings`
    (m columns, m components) are the correlations of columns with components, the largest of each positive. `kaiser`
    counts eigenvalues > 1. `left_out` are columns that are constant over the complete units.
    """

    codes: tuple[str, ...]
    left_out: tuple[str, ...]
    units: int
    eigenvalues: Floats
    explained: Floats
    loadings: Floats
    kaiser: int

    def one_dimension(self) -> bool:
        """Say whether one component stands out (the only one above 1) and all columns point the same way on it."""
        return self.kaiser <= 1 and bool(np.all(self.loadings[:, 0] > 0.0))


def components(codes: Sequence[str], columns: Floats) -> Components:
    """Decompose the correlations of columns (m, n units), listwise complete.

    EngineError with fewer than two columns that vary over at least three complete units.

    References: OECD/JRC (2008), step 4, doi:10.1787/9789264043466-en; Kaiser (1960), doi:10.1177/001316446002000116.
    """
    kept, complete = _complete(codes, columns)
    if len(kept) < 2:
        raise EngineError(
            f"components need two columns that vary over three complete units; {complete.shape[1]} unit(s) are complete"
        )
    values, vectors = np.linalg.eigh(pearson_pairs(complete)[0])
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    sizes = np.abs(vectors)
    # The first of the largest decides, so that rounding between equal loadings does not.
    leading = np.argmax(sizes >= sizes.max(axis=0) - NOISE, axis=0)
    signs = np.where(vectors[leading, np.arange(len(kept))] < 0.0, -1.0, 1.0)
    return Components(
        codes=kept,
        left_out=tuple(code for code in codes if code not in kept),
        units=complete.shape[1],
        eigenvalues=canonical(values),
        explained=canonical(values / len(kept)),
        loadings=canonical(vectors * signs * np.sqrt(values)),
        kaiser=int(np.count_nonzero(values > 1.0 + NOISE)),
    )


def inflation(codes: Sequence[str], columns: Floats) -> Floats:
    """Return the variance inflation factor (m,) of each column: 1 / (1 - R²) on all others, listwise complete.

    1 is unrelated, above 10 collinear, infinite an exact combination of the others. NaN for a constant column, and for
    all where fewer than m + 2 units are complete (any column would then be a combination of the others).

    Reference: O'Brien (2007), A caution regarding rules of thumb for variance inflation factors,
    doi:10.1007/s11135-006-9018-6.
    """
    kept, complete = _complete(codes, columns)
    factors = np.full(len(codes), np.nan)
    if len(kept) < 2 or complete.shape[1] < len(kept) + 2:
        return canonical(factors)
    values, vectors = np.linalg.eigh(pearson_pairs(complete)[0])
    within_zero = values <= NOISE
    squares = vectors * vectors
    found = np.sum(np.where(within_zero, 0.0, squares / np.where(within_zero, 1.0, values)), axis=1)
    found = np.where(np.any(squares[:, within_zero] > NOISE, axis=1), np.inf, np.maximum(found, 1.0))
    place = {code: index for index, code in enumerate(codes)}
    for code, factor in zip(kept, found.tolist(), strict=True):
        factors[place[code]] = factor
    return canonical(factors)


def _complete(codes: Sequence[str], columns: Floats) -> tuple[tuple[str, ...], Floats]:
    """Return the codes and values (k, units) of the columns that vary over the units with all values; at least three."""
    if columns.ndim != 2 or columns.shape[0] != len(codes):
        raise EngineError(f"{len(codes)} codes and columns {columns.shape} do not fit together")
    complete = columns[:, np.all(present(columns), axis=0)]
    varies = present(correlations(complete, complete, present(complete)))
    return tuple(code for code, kept in zip(codes, varies, strict=True) if kept), complete[varies]
