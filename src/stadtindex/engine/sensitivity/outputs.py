"""What a sensitivity analysis of an index looks at: the mean rank shift, and each unit's score and rank."""

from collections.abc import Sequence

import numpy as np

from stadtindex.engine.arrays import Floats, Ints
from stadtindex.engine.errors import EngineError

RANK_SHIFT = "mean absolute rank shift"


def rank_shift(ranks: Ints, reference: Ints) -> Floats:
    """Return the mean absolute difference of ranks (N builds, n units) from the reference ranks (n,); (N,), in ranks.

    A unit that has no rank (0) in the build or in the reference is not counted; NaN where none is left.

    Reference: OECD/JRC (2008), step 7, doi:10.1787/9789264043466-en.
    """
    if ranks.ndim != 2 or reference.shape != ranks.shape[1:]:
        raise EngineError(f"ranks {ranks.shape} and reference ranks {reference.shape} do not fit together")
    counted = (ranks > 0) & (reference > 0)
    apart = np.where(counted, np.abs(ranks - reference), 0).sum(axis=1)
    units = counted.sum(axis=1)
    return np.where(units > 0, apart / np.maximum(units, 1), np.nan)


def index_outputs(scores: Floats, ranks: Ints, reference: Ints, watched: Ints | None = None) -> Floats:
    """Put the outputs of N builds side by side: rank shift, scores, ranks; (N, 1 + 2 n), or (N, 1 + 2 k) of those watched.

    `scores` and `ranks` are (N, n), `reference` (n,) holds the ranks of the published result, `watched` (k,) are places
    of units. The rank shift is that of all units. Without a score or rank (0) the output is NaN, and the analysis
    leaves the build out for that unit.
    """
    if scores.shape != ranks.shape:
        raise EngineError(f"scores {scores.shape} and ranks {ranks.shape} do not fit together")
    shift = rank_shift(ranks, reference)[:, np.newaxis]
    some = slice(None) if watched is None else watched
    return np.concatenate([shift, scores[:, some], np.where(ranks > 0, ranks, np.nan)[:, some]], axis=1)


def output_names(units: Sequence[str]) -> tuple[str, ...]:
    """Name the outputs of `index_outputs`: the rank shift, "score UNIT" for each unit, "rank UNIT" for each unit."""
    return (RANK_SHIFT, *(f"score {unit}" for unit in units), *(f"rank {unit}" for unit in units))
