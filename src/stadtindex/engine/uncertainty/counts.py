"""What is kept of the draws: integer counts and sums in the order of the blocks, never the draws themselves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stadtindex.engine.arrays import Bools, Floats, Ints
from stadtindex.engine.uncertainty.ordering import Ranks, ranks
from stadtindex.engine.uncertainty.workspace import Workspace

# Up to so many units every rank is counted on its own; beyond, ranks are counted in so many bins of equal width.
EVERY_RANK = 2000
RANK_BINS = 1000
# Up to so many units all pairs are counted; beyond, neighbours by mean rank and the pairs that are named.
EVERY_PAIR = 500
# Scores are counted per unit in so many bins between the ends seen in the first block and half its width beyond.
SCORE_BINS = 500
FEW_SCORE_BINS = 100
# So many numbers, draws times units, are counted at a time: about a cache full.
AT_ONCE = 1 << 17


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
        # Bin 0 is for draws in which the unit had no rank.
        self._ranks = np.zeros((n, 1 + plan.rank_bins), dtype=small)
        self._scores = np.zeros((n, 1 + plan.score_bins), dtype=small)
        # Only where ranks are binned: otherwise these follow from the counts of the ranks.
        self._sums = np.zeros((2 + len(plan.top), n if n > EVERY_RANK else 0), dtype=np.int64)
        self.ahead = np.zeros(pairs, dtype=np.int64)
        self.level = np.zeros(pairs, dtype=np.int64)

    @property
    def rank(self) -> Ints:
        """Return the draws per unit and bin of ranks."""
        return self._ranks[:, 1:]

    @property
    def score(self) -> Ints:
        """Return the draws per unit and bin of scores."""
        return self._scores[:, 1:]

    @property
    def ranked(self) -> Ints:
        """Return the draws in which each unit had a rank."""
        return self.done - self._ranks[:, 0].astype(np.int64)

    @property
    def rank_sum(self) -> Ints:
        """Return the sum of the ranks of each unit."""
        return self._sums[0] if self.plan.n > EVERY_RANK else self._moment(1)

    @property
    def rank_squares(self) -> Ints:
        """Return the sum of the squared ranks of each unit."""
        return self._sums[1] if self.plan.n > EVERY_RANK else self._moment(2)

    @property
    def top(self) -> Ints:
        """Return the draws in which each unit was among the first k, for each k of the plan."""
        if self.plan.n > EVERY_RANK:
            return self._sums[2:]
        among = np.zeros((len(self.plan.top), self.plan.n), dtype=np.int64)
        for place, k in enumerate(self.plan.top):
            among[place] = np.add.reduce(self.rank[:, : max(k, 0)], axis=1)
        return among

    def _moment(self, power: int) -> Ints:
        values = np.arange(1, self.plan.n + 1, dtype=np.int64) ** power
        moment: Ints = np.add.reduce(self.rank * values, axis=1)
        return moment

    def add(self, scores: Floats, space: Workspace) -> None:
        """Rank and count scores (draws, n), NaN where none."""
        if len(scores) == 0:
            return
        ranked = ranks(scores, self.plan.decimals)
        complete = bool(ranked.all())
        step = max(1, AT_ONCE // len(scores))
        for begin in range(0, self.plan.n, step):
            units = slice(begin, min(begin + step, self.plan.n))
            self._count_ranks(units, ranked[:, units])
            place = space.take("bins", (len(scores), units.stop - units.start))
            self._count_scores(units, scores[:, units], place, complete=complete)
        _pairs(self, self.plan, ranked)
        self.done += len(scores)

    def _count_ranks(self, units: slice, ranked: Ranks) -> None:
        """Count the ranks (draws, units) of some units."""
        plan = self.plan
        if plan.n <= EVERY_RANK:
            _count(self._ranks[units], _in_rows(ranked, 1 + plan.rank_bins))
            return
        # Unit by unit: the counts of one unit stand together, those of all do not fit into the cache.
        wide = np.ascontiguousarray(ranked.T).astype(np.int64)
        self._sums[0, units] += np.add.reduce(wide, axis=1)
        self._sums[1, units] += np.add.reduce(wide * wide, axis=1)
        for place, k in enumerate(plan.top, start=2):
            self._sums[place, units] += np.count_nonzero(wide <= k, axis=1) - np.count_nonzero(
                wide <= 0, axis=1
            )
        bins = plan.rank_bin(wide) + 1
        bins += np.arange(len(wide))[:, np.newaxis] * (1 + plan.rank_bins)
        _count(self._ranks[units], bins)

    def _count_scores(self, units: slice, scores: Floats, place: Floats, *, complete: bool) -> None:
        """Count scores (draws, units) of some units; `place` is memory to work in."""
        plan = self.plan
        np.subtract(scores, plan.low[units] - plan.width[units], out=place)
        place /= plan.width[units]
        np.minimum(place, float(plan.score_bins), out=place)
        np.maximum(place, 1.0, out=place)
        if not complete:
            np.copyto(place, 0.0, where=np.isnan(place))
        _count(self._scores[units], _in_rows(place, 1 + plan.score_bins))

    def merge(self, other: "Counts") -> None:
        """Add the counts of other draws under the same plan."""
        self.done += other.done
        self.failed += other.failed
        for mine, its in zip(self._arrays(), other._arrays(), strict=True):
            mine += its

    def _arrays(self) -> tuple[Ints, ...]:
        return self._ranks, self._scores, self._sums, self.ahead, self.level


def _in_rows(bins: Ranks | Floats, width: int) -> Ints:
    """Return where bins (draws, units) stand in a table of so many bins per unit."""
    found = bins.astype(np.int64)
    found += np.arange(bins.shape[1]) * width
    return found


def _count(table: Ints, flat: Ints) -> None:
    """Count into a contiguous part of a table; `flat` are places in it."""
    np.add.at(table.reshape(-1), flat.reshape(-1), table.dtype.type(1))


def _pairs(counts: Counts, plan: Plan, ranked: Ranks) -> None:
    if plan.pairs is None:
        for begin in range(0, len(ranked), BYTES):
            _all_pairs(counts, np.ascontiguousarray(ranked[begin : begin + BYTES].T))
        return
    step = max(1, AT_ONCE // len(plan.pairs))
    for begin in range(0, len(ranked), step):
        some = ranked[begin : begin + step]
        one, other = some[:, plan.pairs[:, 0]], some[:, plan.pairs[:, 1]]
        # A unit without rank is neither ahead of another nor level with it.
        both = (one > 0) & (other > 0)
        counts.ahead += np.count_nonzero((one < other) & both, axis=0)
        counts.level += np.count_nonzero((one == other) & both, axis=0)


# Eight truth values stand in one word; so many words can be added before a byte of the sum overflows.
BYTES = 8 * 255


def _all_pairs(counts: Counts, ranked: Ranks) -> None:
    """Compare each unit with all that follow it; ranks (n, draws), at most `BYTES` draws."""
    n, draws = ranked.shape
    padded = np.zeros((n, -(-draws // 8) * 8), dtype=ranked.dtype)
    padded[:, :draws] = ranked
    known = padded > 0
    everywhere = bool(known[:, :draws].all())
    # Ranks 1 to n, each once, add up to this; where some are tied, to less.
    different = (
        everywhere and int(np.add.reduce(ranked, axis=None, dtype=np.int64)) == draws * n * (n + 1) // 2
    )
    counts.level[np.diag_indices(n)] += np.count_nonzero(known, axis=1)
    truth = np.empty(padded.shape, dtype=np.bool_)
    won, tied, compared = (np.zeros((n, n), dtype=np.uint64) for _ in range(3))
    for unit in range(n - 1):
        others, ahead = slice(unit + 1, n), truth[unit + 1 :]
        np.less(padded[unit], padded[others], out=ahead)
        if not everywhere:
            # A unit without rank is neither ahead of another nor level with it; nor is padding, which has rank 0.
            both = known[unit] & known[others]
            ahead &= both
            compared[unit, others] = _words(both)
        won[unit, others] = _words(ahead)
        if not different:
            tied[unit, others] = _words((padded[unit] == padded[others]) & known[unit])
    first, level = _true(won), _true(tied)
    between = np.triu(np.full((n, n), draws), 1) if everywhere else _true(compared)
    counts.ahead += first + (between - first - level).T
    counts.level += level + level.T


def _words(truth: Bools) -> NDArray[np.uint64]:
    """Add up truth values, rows of at most `BYTES` and a multiple of 8, eight side by side in each word."""
    words: NDArray[np.uint64] = np.add.reduce(truth.view(np.uint64), axis=1)
    return words


def _true(words: NDArray[np.uint64]) -> Ints:
    """Count the truth values (n, n) that were added up in words (n, n)."""
    found: Ints = np.add.reduce(words.view(np.uint8).reshape(*words.shape, 8), axis=2, dtype=np.int64)
    return found
