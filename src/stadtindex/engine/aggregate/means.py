"""Further means of a node's children: harmonic, generalised, weighted median, ordered weighted average.

They are registered in `engine.aggregate.methods`, which says what a Group is and what is returned. All of them lie between
the smallest and the largest score that counts.
"""

import numpy as np
from numpy.typing import NDArray

from stadtindex.engine.aggregate.group import Combined, Group, inseparable, within
from stadtindex.engine.arrays import NOISE, Bools, Floats, sum_in_order
from stadtindex.engine.elementary import exp, ln

# Below this exponential a term of a sum, the largest term of which is 1, no longer counts.
_NEGLIGIBLE = -700.0


def harmonic(group: Group) -> Combined:
    """Weighted harmonic mean: 1 / the sum of share / score; contributions share / score add up to its inverse.

    Every score that counts must be > 0, otherwise EngineError naming unit and child. Compensates less than the
    geometric mean. Reference: OECD/JRC (2008), step 6, doi:10.1787/9789264043466-en.
    """
    present, not_positive = _positive(group, "a harmonic mean needs a score > 0, not {x}")
    counted = present & ~not_positive
    parts = np.where(counted, group.shares / np.where(counted, group.scores, 1.0), 0.0)
    total = sum_in_order(parts)
    mean = within(group, 1.0 / np.where(total > 0.0, total, 1.0))
    return np.where(not_positive.any(axis=0), 0.0, mean), parts


def generalised(group: Group) -> Combined:
    """Weighted mean of power p: (the sum of share · score^p)^(1/p); p = 1 arithmetic, 0 geometric, -1 harmonic.

    Every score that counts must be > 0, whatever p, otherwise EngineError naming unit and child. The greater p, the
    more the best child counts; the smaller, the worst. No contributions add up to it: NaN. Reference: Hardy,
    Littlewood, Pólya (1934), Inequalities, chapter 2.
    """
    power = group.options.power
    if power is None:  # the recipe has refused this already
        raise AssertionError("a generalised mean without a power")
    present, not_positive = _positive(group, "a generalised mean needs a score > 0, not {x}")
    counted = present & ~not_positive
    logs = ln(np.where(counted, group.scores, 1.0))
    if power == 0.0:
        mean = exp(sum_in_order(np.where(counted, group.shares * logs, 0.0)))
    else:
        # Measured in the child that counts most, no power can leave the range of a double.
        extreme = np.where(counted, power * logs, -np.inf).max(axis=0, initial=-np.inf)
        extreme = np.where(np.isfinite(extreme), extreme, 0.0)
        powers = exp(np.where(counted, np.maximum(power * logs - extreme, _NEGLIGIBLE), 0.0))
        total = sum_in_order(np.where(counted, group.shares * powers, 0.0))
        mean = exp((ln(np.where(total > 0.0, total, 1.0)) + extreme) / power)
    ended = not_positive.any(axis=0) if power <= 0.0 else present.any(axis=0) & ~counted.any(axis=0)
    kept = np.where(ended, 0.0, within(group, mean))
    return kept, inseparable(group)


def median(group: Group) -> Combined:
    """Weighted median: the score at which half of the shares is reached, from below; midway where it falls between two.

    Compensates nothing: how far the others lie from the middle does not matter. Has no contributions that add up: NaN.
    Reference: Edgeworth (1888), On a new method of reducing observations relating to several quantities.
    """
    ascending = _best_first(group)[::-1]
    scores = np.take_along_axis(group.scores, ascending, axis=0)
    shares = np.take_along_axis(group.shares, ascending, axis=0)
    reached = np.zeros(scores.shape[1:])
    low = np.full(scores.shape[1:], np.nan)
    high = np.full(scores.shape[1:], np.nan)
    for score, share in zip(scores, shares, strict=True):
        reached = reached + share
        there = share > 0.0
        low = np.where(there & np.isnan(low) & (reached >= 0.5 - NOISE), score, low)
        high = np.where(there & np.isnan(high) & (reached > 0.5 + NOISE), score, high)
    middle = low + (high - low) * 0.5
    return within(group, middle), inseparable(group)


def owa(group: Group) -> Combined:
    """Ordered weighted average: scores are weighed by their rank within the unit, the best child first.

    The order weights v_1 … v_m spread evenly over the shares: Q is the straight-line curve through (j / m, v_1 + … +
    v_j), scaled to end at 1, and a child between the cumulated shares a and b counts Q(b) - Q(a). With m equal
    children these are the order weights themselves; with equal order weights it is the arithmetic mean; a missing child
    drops out and the curve spreads over the rest. Contributions (weight of the rank · score) add up to the value;
    between tied children their split follows tree order.

    References: Yager (1988), doi:10.1109/21.87068; for weighted children Torra (1997), The weighted OWA operator,
    International Journal of Intelligent Systems 12, 153-166.
    """
    order = _best_first(group)
    shares = np.take_along_axis(group.shares, order, axis=0)
    taken = np.zeros_like(shares)
    reached, before = np.zeros(shares.shape[1:]), np.zeros(shares.shape[1:])
    for place, share in enumerate(shares):
        reached = reached + share
        upto = _quantifier(group.options.order, np.minimum(reached, 1.0))
        taken[place] = np.where(share > 0.0, upto - before, 0.0)
        before = np.where(share > 0.0, upto, before)
    weights = np.zeros_like(taken)
    np.put_along_axis(weights, order, taken, axis=0)
    contributions = np.where(group.shares > 0.0, weights * group.scores, 0.0)
    return within(group, sum_in_order(contributions)), contributions


def _positive(group: Group, why: str) -> tuple[Bools, Bools]:
    """Say which children count and which of these are not positive; refuse them unless they are bounds."""
    present = group.shares > 0.0
    not_positive = present & (group.scores <= 0.0)
    if not group.hypothetical:
        group.refuse(not_positive, why)
    return present, not_positive


def _best_first(group: Group) -> NDArray[np.intp]:
    # Ties stay in tree order; what does not count comes last.
    return np.argsort(np.where(group.shares > 0.0, 0.0 - group.scores, np.inf), axis=0, kind="stable")


def _quantifier(order: tuple[float, ...], reached: Floats) -> Floats:
    """Read the curve through the cumulated order weights at cumulated shares (n,) between 0 and 1."""
    heights = [0.0]
    for weight in order:
        heights.append(heights[-1] + weight / max(order))
    place = reached * len(order)
    # A share that ends on a corner of the curve, but for rounding, ends on the corner.
    corner = np.rint(place)
    place = np.where(np.abs(place - corner) <= NOISE * len(order), corner, place)
    step = np.minimum(np.floor(place), len(order) - 1.0).astype(np.int64)
    curve = np.array(heights)
    height: Floats = curve[step] + (place - step) * (curve[step + 1] - curve[step])
    return height / heights[-1]
