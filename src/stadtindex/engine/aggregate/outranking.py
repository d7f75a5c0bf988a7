"""Outranking: units are compared pair by pair, child by child; registered in `engine.aggregate.methods`."""

import numpy as np

from stadtindex.engine.aggregate.group import Combined, Group, inseparable, nothing_as_missing
from stadtindex.engine.arrays import NOISE, Floats, sum_in_order


def copeland(group: Group) -> Combined:
    """Copeland score: the number of units that a unit outranks, less the number by which it is outranked.

    A unit outranks another if the children in which it is better weigh more than those in which it is worse; a tie
    counts one half for both. Only children present in both are compared, with their weights spread anew; a pair without
    any is no comparison. From -(n - 1) to n - 1, so a node is usually normalised again; a unit without any comparison
    (also n = 1) gets 0. Nothing but order counts: no compensation. No contributions add up: NaN. Scores that differ by
    rounding only are ties. Time grows with the square of the number of units.

    References: Copeland (1951), A reasonable social welfare function, University of Michigan; OECD/JRC (2008), step 6,
    doi:10.1787/9789264043466-en (non-compensatory multi-criteria approach).
    """
    actual = group.actual
    noise = _noise(actual)
    scores = np.zeros(len(group.units))
    for unit in range(len(group.units)):
        # The shares of both units, so that weights that differ between units count half and half.
        both = (group.shares[:, [unit]] > 0.0) & (actual.shares > 0.0)
        both[:, unit] = False
        weights = np.where(both, group.shares[:, [unit]] + actual.shares, 0.0)
        apart = np.where(both, group.scores[:, [unit]] - actual.scores, 0.0)
        won = sum_in_order(np.where(apart > noise, weights, 0.0))
        lost = sum_in_order(np.where(apart < 0.0 - noise, weights, 0.0))
        margin, slack = won - lost, NOISE * sum_in_order(weights)
        scores[unit] = np.count_nonzero(margin > slack) - np.count_nonzero(margin < 0.0 - slack)
    return nothing_as_missing(group, scores), inseparable(group)


def _noise(group: Group) -> Floats:
    """Return, for each child (k, 1), the difference up to which two computed scores count as the same."""
    sizes = np.where(group.shares > 0.0, np.abs(group.scores), 0.0)
    largest: Floats = sizes.max(axis=1, keepdims=True, initial=0.0)
    return NOISE * largest
