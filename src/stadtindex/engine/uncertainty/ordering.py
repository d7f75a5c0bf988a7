"""Ranks of many draws at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stadtindex.engine.arrays import Bools, Floats
from stadtindex.engine.rank import round_once

# Whole numbers no wider than they need be.
Ranks = NDArray[np.integer[Any]]

# So many scores, draws times units, are sorted at a time.
AT_ONCE = 1 << 16


def ranks(scores: Floats, decimals: int) -> Ranks:
    """Rank each row of scores (draws, n), best first, ties sharing the better rank, 0 for NaN; (draws, n)."""
    n = scores.shape[1]
    result = np.zeros(scores.shape, dtype=_width(n))
    step = max(1, AT_ONCE // n)
    for begin in range(0, len(scores), step):
        some = slice(begin, begin + step)
        _rank(scores[some], decimals, result[some])
    return result


def _width(n: int) -> type[np.integer[Any]]:
    """Return the smallest type that holds ranks up to n."""
    if n < 2**8:
        return np.uint8
    return np.uint16 if n < 2**16 else np.int32


def _rank(scores: Floats, decimals: int, result: Ranks) -> None:
    n = scores.shape[1]
    bits = max(1, (n - 1).bit_length())
    whole = scores * -float(10**decimals)
    np.rint(whole, out=whole)
    largest = float(np.maximum.reduce(np.abs(whole), axis=None))
    known = None
    if np.isnan(largest):
        known = ~np.isnan(whole)
        largest = float(np.maximum.reduce(np.abs(whole), axis=None, where=known, initial=0.0))
        whole[~known] = 2.0 ** (62 - bits)
    if largest >= 2.0 ** (62 - bits):
        _rank_by_argsort(round_once(scores, decimals), result)
        return
    # Score and place in one integer: sorting these is several times faster than sorting places by score.
    packed = whole.astype(np.int64)
    packed <<= bits
    packed |= np.arange(n)
    packed.sort(axis=1)
    # Two scores are equal where nothing but the bits of the place differs.
    tied = (packed[:, 1:] ^ packed[:, :-1]) >> bits == 0
    packed &= (1 << bits) - 1
    _write(packed, tied, result, known)


def _rank_by_argsort(rounded: Floats, result: Ranks) -> None:
    places = np.argsort(-rounded, axis=1, kind="stable")
    ordered = np.take_along_axis(rounded, places, axis=1)
    _write(places, ordered[:, 1:] == ordered[:, :-1], result, ~np.isnan(rounded))


def _write(places: Ranks, tied: Bools, result: Ranks, known: Bools | None) -> None:
    """Write the position of each place in its row, of several that are tied the first; 0 where not known."""
    draws, n = result.shape
    position = np.arange(1, n + 1, dtype=result.dtype)
    position = np.broadcast_to(position, result.shape)
    if tied.any():
        first = position.copy()
        first[:, 1:][tied] = 0
        position = np.maximum.accumulate(first, axis=1)
    places += np.arange(0, draws * n, n)[:, np.newaxis]
    flat = np.empty(result.shape, dtype=result.dtype)
    flat.reshape(-1)[places] = position
    if known is not None:
        flat *= known
    result[...] = flat
