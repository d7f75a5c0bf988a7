"""Benefit of the doubt inside an index: bounds from a recipe's options, and the points of each unit.

The weighted mean of a unit under its own weights says little beside that of others under theirs, so it is measured in
the best that any unit has under the same weights: `top` points for a unit that no other beats. See `weigh.bod`.
"""

import numpy as np

from stadtindex.engine.arrays import Floats, canonical, present, sum_in_order
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe import Weighting
from stadtindex.engine.weigh.bod import BodWeights, Bounds, benefit_of_the_doubt
from stadtindex.engine.weigh.siblings import Siblings, to_one


def favourable(siblings: Siblings, options: Weighting, own: Floats | None = None) -> BodWeights:
    """Measure every unit with the weights that favour it most; bounds follow from the options.

    Every child's bounds are `lower` and `upper`; with `around` also its stated share times 1 - around and 1 + around.
    Bounds that cross are an EngineError naming the child. `own` is as in `benefit_of_the_doubt`.
    """
    stated = to_one(siblings.weights)
    lower, upper = np.full(stated.shape, options.lower), np.full(stated.shape, options.upper)
    if options.around is not None:
        lower = np.maximum(lower, stated * (1.0 - options.around))
        upper = np.minimum(upper, stated * (1.0 + options.around))
    crossed = (lower > upper) & siblings.counted
    if crossed.any():
        at = int(np.argmax(crossed))
        why = f"its bounds ask for at least {lower[at]:g} and at most {upper[at]:g}"
        raise EngineError(why, node=siblings.codes[at])
    # A child that does not count has no bounds of its own.
    lower = np.where(siblings.counted, lower, 0.0)
    upper = np.where(siblings.counted, upper, 1.0)
    return benefit_of_the_doubt(siblings, Bounds(lower.tolist(), upper.tolist(), options.of), own)


def points(found: BodWeights, scores: Floats, options: Weighting) -> Floats:
    """Return the value (n,) of each unit with these scores (n, k); NaN for a unit without any score.

    `top` times its score, or (top None) the plain mean under its own weights.
    """
    if options.top is not None:
        return canonical(options.top * found.score)
    parts = np.where(present(scores), found.weights * scores, 0.0)
    return canonical(np.where(np.isnan(found.score), np.nan, sum_in_order(parts.T)))


def rates(found: BodWeights, options: Weighting) -> Floats:
    """Return what a point of the weighted mean is worth (n,): top / benchmark, 1 with top None, 0 of a benchmark 0."""
    if options.top is None:
        return np.ones(found.benchmark.shape)
    there = found.benchmark > 0.0
    return np.where(there, options.top / np.where(there, found.benchmark, 1.0), 0.0)
