"""What is kept of the draws: integer counts and sums in the order of the blocks, never the draws themselves."""

from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, Ints
from stadtindex.engine.rank import round_once

# Up to so many units every rank is counted on its own; beyond, ranks are counted in so many bins of equal width.
EVERY_RANK = 2000
RANK_BINS = 1000
# Up to so many units all pairs are counted; beyond, neighbours by mean rank and the pairs that are named.
EVERY_PAIR = 500
# Scores are counted per unit in so many bins between the ends seen in the first block and half its width beyond.
SCORE_BINS = 500
FEW_SCORE_BINS = 100
# So many rows of draws, times units, are ranked at a time.
AT_ONCE = 1 << 20


def ranks(scores: Floats, decimals: int) -> Ints:
    """Rank each row of scores (draws, n), best first, ties sharing the better rank, 0 for NaN; (draws, n)."""
    n = scores.shape[1]
    known = ~np.isnan(scores)
    bits = max(1, (n - 1).bit_length())
    whole = np.rint(scores * float(10**decimals))
    largest = np.abs(np.where(known, whole, 0.0)).max()
    if largest >= 2.0 ** (62 - bits):
        return _ranks_by_argsort(round_once(scores, decimals))
    # Score and place in one integer: sorting these is several times faster than sorting places by score.
    packed = np.where(known, -whole, 2.0 ** (62 - bits)).astype(np.int64) << bits
    packed |= np.arange(n)
    packed.sort(axis=1)
    places = packed & ((1 << bits) - 1)
    packed >>= bits
    return _ranks_in_order(packed, places, known)


def _ranks_by_argsort(rounded: Floats) -> Ints:
    places = np.argsort(-rounded, axis=1, kind="stable")
    return _ranks_in_order(np.take_along_axis(rounded, places, axis=1), places, ~np.isnan(rounded))


def _ranks_in_order(ordered: Floats | Ints, places: Ints, known: Bools) -> Ints:
    draws, n = known.shape
    position = np.broadcast_to(np.arange(1, n + 1), (draws, n))
    tied = ordered[:, 1:] == ordered[:, :-1]
    if tied.any():
        first = np.where(np.pad(~tied, ((0, 0), (1, 0)), constant_values=True), position, 0)
        position = np.maximum.accumulate(first, axis=1)
    result = np.empty((draws, n), dtype=np.int64)
    np.put_along_axis(result, places, position, axis=1)
    return result if known.all() else np.where(known, result, 0)


@dataclass(frozen=True, eq=False)
class Plan:
    """What is counted: `low` and `width` (n,) of the score bins, `top` ranks, `pairs` (m, 2) or None for all pairs."""

    n: int
    decimals: int
    top: tuple[int, ...]
    pairs: Ints | None
    low: Floats
    width: Floats

    @property
    def rank_bins(self) -> int:
        """Return the number of bins for ranks, which are single ranks where they suffice."""
        return self.n if self.n <= EVERY_RANK else RANK_BINS

    @property
    def score_bins(self) -> int:
        """Return the number of bins for scores."""
        return SCORE_BINS if self.n <= EVERY_RANK else FEW_SCORE_BINS

    def rank_bin(self, rank: Ints) -> Ints:
        """Return the bin of each rank >= 1."""
        return rank - 1 if self.n <= EVERY_RANK else (rank - 1) * RANK_BINS // self.n


class Counts:
    """The counts of some draws: integers, so that their sum does not depend on the order; see `Plan` for the bins.

    `done` draws counted, `failed` draws a method refused (not counted); arrays: `ranked` (n,) draws in which the unit
    had a rank, `rank` and `score` (n, bins), `rank_sum` and `rank_squares` (n,), `top` (k, n), `ahead` (n, n) or (m,)
    draws in which the first of the pair had the better rank, `level` the same for equal ranks.
    """

    def __init__(self, plan: Plan) -> None:
        n = plan.n
        pairs = (n, n) if plan.pairs is None else (len(plan.pairs),)
        small = np.int64 if n <= EVERY_RANK else np.int32
        self.plan, self.done, self.failed = plan, 0, 0
        self.ranked, self.rank_sum, self.rank_squares = (np.zeros(n, dtype=np.int64) for _ in range(3))
        self.rank = np.zeros((n, plan.rank_bins), dtype=small)
        self.score = np.zeros((n, plan.score_bins), dtype=small)
        self.top = np.zeros((len(plan.top), n), dtype=np.int64)
        self.ahead = np.zeros(pairs, dtype=np.int64)
        self.level = np.zeros(pairs, dtype=np.int64)

    def add(self, scores: Floats) -> None:
        """Rank and count scores (draws, n), NaN where none."""
        step = max(1, AT_ONCE // self.plan.n)
        for begin in range(0, len(scores), step):
            some = scores[begin : begin + step]
            self._add(some, ranks(some, self.plan.decimals))
        self.done += len(scores)

    def _add(self, scores: Floats, ranked: Ints) -> None:
        plan, known = self.plan, ranked > 0
        units = np.broadcast_to(np.arange(plan.n), ranked.shape)
        if known.all():
            _count(self.rank, units, plan.rank_bin(ranked))
            _count(self.score, units, _score_bin(plan, scores))
        else:
            _count(self.rank, units[known], plan.rank_bin(ranked[known]))
            _count(self.score, units[known], _score_bin(plan, np.where(known, scores, 0.0))[known])
        for place, k in enumerate(plan.top):
            self.top[place] += np.count_nonzero(known & (ranked <= k), axis=0)
        _pairs(self, plan, ranked)
        self.ranked += np.count_nonzero(known, axis=0)
        self.rank_sum += np.add.reduce(ranked, axis=0)
        self.rank_squares += np.add.reduce(ranked * ranked, axis=0)

    def merge(self, other: "Counts") -> None:
        """Add the counts of other draws under the same plan."""
        self.done += other.done
        self.failed += other.failed
        for mine, its in zip(self._arrays(), other._arrays(), strict=True):
            mine += its

    def _arrays(self) -> tuple[Ints, ...]:
        counted = (self.ranked, self.rank_sum, self.rank_squares, self.rank, self.score)
        return (*counted, self.top, self.ahead, self.level)


def _score_bin(plan: Plan, scores: Floats) -> Ints:
    place = (scores - plan.low) / plan.width
    return np.clip(place, 0, plan.score_bins - 1).astype(np.int64)


def _count(table: Ints, rows: Ints, columns: Ints) -> None:
    flat = (rows * table.shape[1] + columns).T.ravel()
    if table.size <= 4 * flat.size:
        table += np.bincount(flat, minlength=table.size).reshape(table.shape)
    else:
        np.add.at(table.reshape(-1), flat, table.dtype.type(1))


def _pairs(counts: Counts, plan: Plan, ranked: Ints) -> None:
    if plan.pairs is not None:
        by_unit = np.ascontiguousarray(ranked.T, dtype=np.int32)
        one, other = by_unit[plan.pairs[:, 0]], by_unit[plan.pairs[:, 1]]
        # A unit without rank is neither ahead of another nor level with it.
        both = (one > 0) & (other > 0)
        counts.ahead += np.count_nonzero((one < other) & both, axis=1)
        counts.level += np.count_nonzero((one == other) & both, axis=1)
        return
    small = np.uint8 if plan.n < 255 else np.uint16
    step = max(1, min(255, (4 << 20) // (plan.n * plan.n)))
    for begin in range(0, len(ranked), step):
        some = ranked[begin : begin + step].astype(small)
        _all_pairs(counts, some)


def _all_pairs(counts: Counts, some: np.ndarray) -> None:
    """Compare all units in at most 255 draws, so that a count fits into one byte."""
    known = some > 0
    column, row = some[:, :, np.newaxis], some[:, np.newaxis, :]
    ahead = column < row
    if not known.all():
        both = known[:, :, np.newaxis] & known[:, np.newaxis, :]
        ahead &= both
        counts.level += np.count_nonzero((column == row) & both, axis=0)
        counts.ahead += np.add.reduce(ahead.view(np.uint8), axis=0, dtype=np.uint8)
        return
    won = np.add.reduce(ahead.view(np.uint8), axis=0, dtype=np.uint8).astype(np.int64)
    counts.ahead += won
    counts.level += len(some) - won - won.T
