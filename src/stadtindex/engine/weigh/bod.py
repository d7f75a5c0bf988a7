"""Benefit of the doubt: every unit is measured with the weights that are most favourable to it.

One linear programme per unit (data envelopment analysis with outputs only): the weights that maximise its weighted
sum relative to the best of all units under the same weights. The score of a unit is unique; its weights need not be.
They do not depend on the order of the units. The solver (HiGHS) promises no last bits: weights are rounded to 12
significant digits, and on another machine results are equal within 1e-9, not to the last bit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, canonical, present, sum_in_order
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe import Bounded
from stadtindex.engine.weigh.siblings import NOISE, Siblings, to_one

# The last bits of the solver's weights are its own business: so many digits are kept, and no traces of nothing.
DIGITS = 12
TRACE = 1e-13
# How far the solver may leave a bound, of contributions that are around 1: its strictest setting.
STRICT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True)
class Bounds:
    """At least `lower` and at most `upper` for each of k children, both from 0 to 1, of weight or of share.

    The lower ones add up to at most 1, the upper ones of the children that count to at least 1.
    """

    lower: Sequence[float]
    upper: Sequence[float]
    of: Bounded = Bounded.WEIGHT

    def __post_init__(self) -> None:
        if len(self.lower) != len(self.upper):
            raise EngineError("as many lower as upper bounds are needed")
        for low, high in zip(self.lower, self.upper, strict=True):
            if not 0.0 <= low <= high <= 1.0:
                raise EngineError(f"bounds must be 0 <= lower <= upper <= 1, not {low!r} and {high!r}")


@dataclass(frozen=True, eq=False)
class BodWeights:
    """Benefit of the doubt: `weights` (n, k), each row summing to 1 (NaN for a unit without any score).

    `score` (n,) from 0 to 1 is the weighted mean of the unit divided by `benchmark` (n,), the highest weighted sum of
    any unit under the same weights; NaN for a unit without any score. `share` (n, k) is what each child contributes
    to the unit's weighted sum (0 where that is 0). `best` are the units with score 1.
    """

    weights: Floats
    score: Floats
    benchmark: Floats
    share: Floats
    best: tuple[str, ...]
    findings: tuple[str, ...]


def benefit_of_the_doubt(
    siblings: Siblings, bounds: Bounds | None = None, own: Floats | None = None
) -> BodWeights:
    """Give every unit the weights, within the bounds, under which it looks best against all others.

    Scores >= 0, otherwise EngineError naming unit and node. A missing score of the unit itself gets weight 0: lower
    bounds on it are waived, and upper bounds of the rest that leave less than 1 are raised in proportion. A missing
    score of another unit counts as 0 in the comparison, which is in favour of the unit measured. Children of stated
    weight 0 stay out; apart from that the stated weights are not used. A unit whose scores are all 0 has score 0 and
    weights in the middle of the bounds. Without bounds, a unit that is best in one child has score 1; so has every
    unit where a child is constant (a finding says so). A share that is demanded of a score 0 is an EngineError.

    With `own` (n, k) every unit is measured with these scores in place of its own, against itself and all others as
    they are: what it would score if its gaps were filled. Scores below 0 count as 0 there.

    References: Cherchye, Moesen, Rogge and Van Puyenbroeck (2007), doi:10.1007/s11205-006-9029-7; for missing scores
    Kuosmanen (2009), doi:10.1057/jors.2008.132.
    """
    counted = siblings.counted
    siblings.refuse((siblings.scores < 0.0) & counted, "benefit of the doubt needs scores >= 0, not {x}")
    limits = _checked(siblings, bounds)
    known = present(siblings.scores) & counted
    scores = np.where(known, siblings.scores, 0.0)
    rivals = _undominated(scores)
    # Contributions are measured in the best score of each child, so that no child is too small for the solver.
    best = scores.max(axis=0, initial=0.0)
    scale = np.where(best > 0.0, best, 1.0)
    if own is not None:
        known = present(own) & counted
        scores = np.where(known, np.maximum(own, 0.0), 0.0)
    weights = np.full(scores.shape, np.nan)
    for unit in np.flatnonzero(known.any(axis=1)).tolist():
        there = known[unit]
        mine = scores[unit, there]
        others = rivals[:, there] if own is None else np.concatenate([rivals[:, there], mine[np.newaxis]])
        task = Programme(mine, others, scale[there], _relaxed(limits, there))
        weights[unit] = 0.0
        weights[unit, there] = _solve(task, siblings.units[unit])
    return _result(siblings, scores, rivals, weights)


@dataclass(frozen=True, eq=False)
class Programme:
    """The linear programme of one unit: its own scores (m,), the rivals' (r, m), the scale (m,), and the bounds."""

    own: Floats
    rivals: Floats
    scale: Floats
    bounds: Bounds


def _checked(siblings: Siblings, bounds: Bounds | None) -> Bounds:
    count = len(siblings.codes)
    if bounds is None:
        return Bounds([0.0] * count, [1.0] * count)
    if len(bounds.lower) != count:
        raise EngineError(f"{count} children need as many bounds, not {len(bounds.lower)}")
    low = math.fsum(np.array(bounds.lower)[siblings.counted].tolist())
    high = math.fsum(np.array(bounds.upper)[siblings.counted].tolist())
    if low > 1.0 + NOISE or high < 1.0 - NOISE:
        raise EngineError(f"the lower bounds add up to {low:g}, the upper ones to {high:g}: 1 is not between")
    if bounds.of is Bounded.SHARE:
        needed = np.array(bounds.lower) > 0.0
        empty = (siblings.scores == 0.0) & needed & siblings.counted
        siblings.refuse(empty, "a score of {x} cannot contribute the share that its lower bound demands")
    return bounds


def _relaxed(bounds: Bounds, there: Bools) -> Bounds:
    """Return the bounds of the children that are there, the upper ones raised where they leave less than 1."""
    lower, upper = np.array(bounds.lower)[there], np.array(bounds.upper)[there]
    total = math.fsum(upper.tolist())
    if total == 0.0:
        upper = np.ones_like(upper)
    elif total < 1.0:
        upper = np.minimum(upper / total, 1.0)
    return Bounds(lower.tolist(), upper.tolist(), bounds.of)


def _undominated(scores: Floats) -> Floats:
    """Return the distinct rows (r, k) that no other row reaches in every child, sorted: the only ones that bind."""
    rows = np.unique(scores, axis=0)
    kept = [
        index
        for index, row in enumerate(rows)
        if np.count_nonzero((rows >= row).all(axis=1)) == 1 and (row > 0.0).any()
    ]
    binding: Floats = rows[kept]
    return binding


def _solve(task: Programme, unit: str) -> Floats:
    """Return the most favourable weights (m,), summing to 1 up to their rounding to 12 digits."""
    # Imported here, for whoever computes without a linear programme should not wait for it.
    from scipy.optimize import linprog

    lower, upper = np.array(task.bounds.lower), np.array(task.bounds.upper)
    by_weight = task.bounds.of is Bounded.WEIGHT
    if not (task.own > 0.0).any():
        return _middle(lower, upper) if by_weight else to_one(np.ones_like(lower))
    # Bounds on weight / sum of weights, or on weight · score / sum of weight · score, made linear.
    own = task.own / task.scale
    measure = task.scale.min() / task.scale if by_weight else own
    own_part = np.diag(measure)
    above = lower[:, np.newaxis] * measure - own_part
    below = own_part - upper[:, np.newaxis] * measure
    bounding = np.concatenate([above[lower > 0.0], below[upper < 1.0]])
    solved = linprog(
        -own,
        A_ub=np.concatenate([task.rivals / task.scale, bounding]),
        b_ub=np.concatenate([np.ones(task.rivals.shape[0]), np.zeros(bounding.shape[0])]),
        method="highs-ds",
        options=STRICT,
    )
    if solved.status != 0:
        raise EngineError(f"benefit of the doubt has no solution: {solved.message}", unit=unit)
    found = to_one(np.maximum(np.asarray(solved.x, dtype=np.float64), 0.0))
    cleaned = np.where((found < TRACE) & (lower == 0.0), 0.0, found)
    weights = to_one(cleaned / task.scale)
    return np.array([float(f"{weight:.{DIGITS - 1}e}") for weight in weights.tolist()])


def _middle(lower: Floats, upper: Floats) -> Floats:
    """Return weights (m,), summing to 1, that lie equally far between their bounds."""
    room = math.fsum((upper - lower).tolist())
    part = (1.0 - math.fsum(lower.tolist())) / room if room > 0.0 else 0.0
    return to_one(lower + part * (upper - lower))


def _result(siblings: Siblings, scores: Floats, rivals: Floats, weights: Floats) -> BodWeights:
    """Measure every unit with its weights, by sums in a fixed order."""
    with np.errstate(invalid="ignore", divide="ignore"):
        parts: Floats = weights * scores
        own = sum_in_order(parts.T)
        best = np.fmax(own, 0.0)
        for rival in rivals:
            best = np.fmax(best, sum_in_order((weights * rival).T))
        score = np.where(best > 0.0, np.minimum(own / best, 1.0), np.where(np.isnan(own), np.nan, 0.0))
        share = np.where(
            own[:, np.newaxis] > 0.0, parts / own[:, np.newaxis], np.where(np.isnan(parts), np.nan, 0.0)
        )
    score = np.where(score > 1.0 - NOISE, 1.0, score)
    top = score == 1.0
    names = tuple(unit for unit, is_top in zip(siblings.units, top.tolist(), strict=True) if is_top)
    findings: tuple[str, ...] = ()
    if len(names) > 1 and len(names) == np.count_nonzero(~np.isnan(score)):
        findings = ("benefit of the doubt: every unit has score 1; bounds would tell them apart",)
    return BodWeights(
        weights=canonical(weights),
        score=canonical(score),
        benchmark=canonical(np.where(np.isnan(own), np.nan, best)),
        share=canonical(share),
        best=names,
        findings=findings,
    )
