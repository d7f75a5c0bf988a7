"""Weighing: how much each child of a node counts.

Every method takes the given weights (k,) of the children and their scores (k children, n units; NaN where missing),
and returns weights of shape (k,), or (k, n) where they differ between units, that sum to 1 over the children.
Re-weighting for what is missing comes after, in `engine.compute`.

Reference: OECD/JRC (2008), step 6, doi:10.1787/9789264043466-en.
"""

from collections.abc import Callable

import numpy as np

from stadtindex.engine.arrays import Floats
from stadtindex.engine.recipe import Weighing


def given(weights: Floats, scores: Floats) -> Floats:
    """Use the weights (k,) of the tree, which need not sum to 1; the scores are not used.

    At least one weight is > 0 (the tree has checked it); a child of weight 0 counts nothing.
    """
    # Measured in the largest weight: weights of any magnitude, and a sum that cannot overflow.
    shares: Floats = weights / weights.max()
    total = 0.0
    for share in shares.tolist():
        total += share
    return shares / total


def equal(weights: Floats, scores: Floats) -> Floats:
    """Let every child count the same, except those of weight 0, which stay out; the scores are not used."""
    counted = weights > 0.0
    return np.where(counted, 1.0 / np.count_nonzero(counted), 0.0)


Method = Callable[[Floats, Floats], Floats]

WEIGHINGS: dict[Weighing, Method] = {
    Weighing.GIVEN: given,
    Weighing.EQUAL: equal,
}
