"""From counts to what is published: medians, intervals, probabilities, tie groups, and how far to trust them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats, Ints
from stadtindex.engine.uncertainty.counts import EVERY_RANK, RANK_BINS, Counts, Plan

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# A unit ahead of another in so large a share of the draws is not in its tie group.
APART = 0.95


@dataclass(frozen=True, eq=False)
class Spread:
    """What the draws say, all arrays read-only, over `units` (n,).

    `draws` counted, `failed` replicates that a method refused (not counted), `complete` unless stopped from outside.
    `rank` and `score` (5, n): quantiles 5, 25, 50, 75, 95 % (type 7; exact for ranks up to 2,000 units, otherwise the
    middle of the bin; scores to the width of `score_width` (n,)), NaN for a unit never ranked. `mean_rank` (n,) and
    its Monte Carlo standard error `rank_error` (n,); `error` is the largest of them, the figure of convergence, in
    ranks. `rank_counts` (n, n): draws per unit and rank, or (n, 1000) bins of equal width above 2,000 units.
    `ranked` (n,): draws in which the unit had a score. `top` (k, n): share of the draws with rank at most `top_ranks`.
    `ahead` and `level`: share of the draws with A ahead of B, and level, as (n, n), or (m,) for `pairs` (m, 2) of
    places in `units`. `group` (n,): tie groups numbered from 1 in the order of mean ranks, 0 for a unit never ranked;
    a group ends where its first unit is ahead of the next in at least 95 % of the draws (above 500 units: where
    their 5-95 % intervals part).
    """

    units: tuple[str, ...]
    draws: int
    failed: int
    complete: bool
    rank: Floats
    score: Floats
    score_width: Floats
    mean_rank: Floats
    rank_error: Floats
    error: float
    rank_counts: Ints
    ranked: Ints
    top_ranks: tuple[int, ...]
    top: Floats
    pairs: Ints | None
    ahead: Floats
    level: Floats
    group: Ints

    def top_probability(self, k: int) -> Floats:
        """Return the share of the draws (n,) with a rank of at most k; above 2,000 units only for `top_ranks`."""
        if k in self.top_ranks:
            counted: Floats = self.top[self.top_ranks.index(k)]
            return counted
        if len(self.units) > EVERY_RANK:
            raise KeyError(k)
        share: Floats = np.add.reduce(self.rank_counts[:, : max(k, 0)], axis=1) / float(max(self.draws, 1))
        return share


def spread(counts: Counts, units: tuple[str, ...], *, complete: bool) -> Spread:
    """Summarise counts; deterministic, whatever the order in which they were counted."""
    plan, done = counts.plan, max(counts.done, 1)
    mean, error = _mean_rank([counts])
    rank = _quantiles(counts.rank, counts.ranked, _rank_values(plan))
    place = _quantiles(counts.score, counts.ranked, np.arange(plan.score_bins, dtype=np.float64) + 0.5)
    result = Spread(
        units=units,
        draws=counts.done,
        failed=counts.failed,
        complete=complete,
        rank=rank,
        score=plan.low + place * plan.width,
        score_width=plan.width,
        mean_rank=mean,
        rank_error=error,
        error=worst_error([counts]),
        rank_counts=counts.rank,
        ranked=counts.ranked,
        top_ranks=plan.top,
        top=counts.top / done,
        pairs=plan.pairs,
        ahead=counts.ahead / done,
        level=counts.level / done,
        group=_groups(counts, mean, rank),
    )
    for value in vars(result).values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return result


def worst_error(parts: Sequence[Counts]) -> float:
    """Return the largest Monte Carlo standard error of a mean rank over all parts, in ranks; infinite at first."""
    error = _mean_rank(parts)[1]
    known = error[~np.isnan(error)]
    return float(known.max()) if known.size > 0 else float("inf")


def _mean_rank(parts: Sequence[Counts]) -> tuple[Floats, Floats]:
    count = np.add.reduce([part.ranked for part in parts]).astype(float)
    total = np.add.reduce([part.rank_sum for part in parts])
    squares = np.add.reduce([part.rank_squares for part in parts])
    with np.errstate(all="ignore"):
        mean = np.where(count > 0.0, total / count, np.nan)
        error = np.sqrt(np.maximum(squares - total * mean, 0.0) / (count - 1.0) / count)
    return mean, np.where(count > 1.0, error, np.nan)


def _rank_values(plan: Plan) -> Floats:
    if plan.n <= EVERY_RANK:
        return np.arange(1.0, plan.n + 1.0)
    # Bin b holds the ranks 1 + ceil(b · n / 1000) to ceil((b + 1) · n / 1000).
    edges: Ints = -(-np.arange(RANK_BINS + 1) * plan.n // RANK_BINS)
    return np.asarray((1.0 + edges[:-1] + edges[1:]) / 2.0, dtype=np.float64)


def _quantiles(table: Ints, total: Ints, values: Floats) -> Floats:
    """Return quantiles of type 7 (5, n) of counts (n, bins) of the values (bins,)."""
    result = np.full((len(QUANTILES), len(table)), np.nan)
    step = max(1, (1 << 22) // table.shape[1])
    for begin in range(0, len(table), step):
        rows = slice(begin, begin + step)
        below = np.add.accumulate(table[rows].reshape(-1), dtype=np.int64)
        last = np.maximum(total[rows], 1) - 1
        for place, quantile in enumerate(QUANTILES):
            at = last * quantile
            low = np.floor(at).astype(np.int64)
            first = values[_order_statistic(below, total[rows], low)]
            second = values[_order_statistic(below, total[rows], np.minimum(low + 1, last))]
            result[place, rows] = np.where(total[rows] > 0, first + (at - low) * (second - first), np.nan)
    return result


def _order_statistic(below: Ints, total: Ints, place: Ints) -> Ints:
    """Return per unit the bin (n,) of the value with so many values before it.

    `below` are the counts (n · bins,) added up over all units, each of which has `total` (n,).
    """
    bins = below.size // total.size
    before = np.add.accumulate(total) - total
    found = np.searchsorted(below, before + place, side="right") - np.arange(total.size) * bins
    return np.asarray(np.clip(found, 0, bins - 1), dtype=np.int64)


def _groups(counts: Counts, mean: Floats, rank: Floats) -> Ints:
    group = np.zeros(counts.plan.n, dtype=np.int64)
    ranked = counts.ranked
    ordered = [int(unit) for unit in np.argsort(mean, kind="stable") if ranked[unit] > 0]
    number, leader = 0, -1
    for unit in ordered:
        if leader < 0 or _apart(counts, rank, leader, unit):
            number, leader = number + 1, unit
        group[unit] = number
    return group


def _apart(counts: Counts, rank: Floats, leader: int, unit: int) -> bool:
    if counts.plan.pairs is None:
        return bool(counts.ahead[leader, unit] >= APART * counts.done)
    return bool(rank[4, leader] < rank[0, unit])
