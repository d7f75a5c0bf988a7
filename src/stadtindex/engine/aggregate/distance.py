"""The distance DP2 from an imaginary unit that is the worst in everything; registered in `engine.aggregate.methods`."""

import math

import numpy as np

from stadtindex.engine.aggregate.group import Combined, Group, nothing_as_missing
from stadtindex.engine.arrays import Floats, present, sum_in_order
from stadtindex.engine.moments import deviation, mean

# Correlations are compared to this many decimals, so that rounding never decides an order.
DECIMALS = 9
# A child of which less than this part is its own adds nothing.
NOTHING_NEW = 1e-9


def dp2(group: Group) -> Combined:
    """Distance DP2: the sum over the children of distance from the worst, in deviations, times 1 - R².

    d = (score - min) / deviation (n - 1), min and deviation those of the scores that are there. R² is that of a linear
    regression of the child on all children that came before it: what earlier ones said already does not count again.
    The order follows the correlation of each child with the distance itself, strongest first, starting from the sum of
    all d, until an order recurs; equal correlations keep tree order. Each child counts share times the number k of
    children: with equal weights and nothing missing this is the classical DP2, weights tilt it, and where a child is
    missing the rest is re-weighted. Contributions add up to the value. A distance, not on 0..100: normalise the node.

    Regressions and correlations use the units of which all children are present; where a child does not vary among
    them (or there is none) its R² is 0. A child that is the same everywhere drops out before, for all units; so n = 1 has no
    value.

    References: Pena Trapero (1977); Somarriba, Pena (2009), doi:10.1007/s11205-008-9356-y.
    """
    actual = group.actual
    counting = np.flatnonzero((actual.shares > 0.0).any(axis=1))
    distances = np.zeros_like(group.scores)
    reference = np.zeros_like(actual.scores)
    for row in counting:
        known = actual.scores[row][present(actual.scores[row])]
        worst, spread = float(known.min()), deviation(known)
        # What is worse than everything measured is hypothetical and kept at the end.
        distances[row] = np.maximum(group.scores[row] - worst, 0.0) / spread
        reference[row] = (actual.scores[row] - worst) / spread
    complete = np.flatnonzero((actual.shares[counting] > 0.0).all(axis=0))
    corrections = np.zeros(len(group.codes))
    corrections[counting] = _corrections(reference[counting][:, complete])
    factors = (group.shares * counting.size) * corrections[:, np.newaxis]
    contributions = np.where(group.shares > 0.0, factors * distances, 0.0)
    return nothing_as_missing(group, sum_in_order(contributions)), contributions


def _corrections(distances: Floats) -> Floats:
    """Work out 1 - R² of each child (k,) from the distances (k, m) of the complete units."""
    k, m = distances.shape
    if k == 0 or m < 2:
        return np.ones(k)
    # Deviations among the complete units; the regression has a constant, so only these matter.
    centred = np.array([_centred(row) for row in distances])
    factors = np.ones(k)
    seen: set[tuple[int, ...]] = set()
    while True:
        total = _without_rounding(sum_in_order(factors[:, np.newaxis] * centred))
        likeness = [-round(abs(_correlation(row, total)), DECIMALS) for row in centred]
        order = tuple(sorted(range(k), key=likeness.__getitem__))
        if order in seen:
            return factors
        seen.add(order)
        factors = _own_parts(centred, order)


def _centred(row: Floats) -> Floats:
    """Take away the mean; what is left of a child that does not vary here is exactly 0."""
    return _without_rounding(row - mean(row))


def _without_rounding(apart: Floats) -> Floats:
    # Distances are counted in deviations: what varies by this little varies by rounding.
    return np.where(np.abs(apart).max() > NOTHING_NEW, apart, 0.0)


def _own_parts(centred: Floats, order: tuple[int, ...]) -> Floats:
    """Return the part of each child's variance that the children before it in the order do not explain."""
    parts = np.ones(len(centred))
    basis: list[Floats] = []
    for row in order:
        whole = _product(centred[row], centred[row])
        if not whole > 0.0:
            continue
        rest = centred[row] / math.sqrt(whole)
        for _ in range(2):  # the second time takes away what rounding left of the first
            for direction in basis:
                rest = rest - _product(rest, direction) * direction
        own = _product(rest, rest)
        parts[row] = min(own, 1.0) if own > NOTHING_NEW else 0.0
        if own > NOTHING_NEW:
            basis.append(rest / math.sqrt(own))
    return parts


def _correlation(one: Floats, other: Floats) -> float:
    sizes = math.sqrt(_product(one, one)) * math.sqrt(_product(other, other))
    return _product(one, other) / sizes if sizes > 0.0 else 0.0


def _product(one: Floats, other: Floats) -> float:
    return math.fsum((one * other).tolist())
