"""Correlation-balanced weights: each child is to sway the composite as much as its stated weight says.

A weight is not an importance: a child that varies more, or hangs together with the others, counts for more than its
weight. Here the stated weights are taken as importances, and weights >= 0 are sought under which they come true.
"""

import math
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, canonical, sum_in_order
from stadtindex.engine.recipe import Importance
from stadtindex.engine.weigh.components import eigen
from stadtindex.engine.weigh.importance import Influence, influence
from stadtindex.engine.weigh.siblings import (
    NOISE,
    Siblings,
    equal_instead,
    left_out,
    spread,
    standard_deviation,
    to_one,
)

# Correlations with an eigenvalue below this are taken for perfectly collinear.
SINGULAR = 1e-9
# From so many points the search sets out, at most, with so many steps each; from fewer with more than 16 children.
STARTS, STEPS = 24, 200
CHILD_STARTS = 400
# So many children are named in a finding, the others counted.
NAMED = 5
# The best of them goes on for so many rounds of steps.
ROUNDS = 20
# An objective this small is none; shares of importance this near to the target have reached it.
NOTHING, REACHED = 1e-28, 1e-6


@dataclass(frozen=True, eq=False)
class BalancedWeights:
    """`weights` (k,) >= 0 that bring the importance of the children nearest to the stated one.

    `target` and `importance` (k,): stated and reached share of importance; the reached ones sum to 1 in size, and are
    negative where a child runs against the composite. `objective` is the sum of their squared differences. `explained`
    (k,) is the squared correlation, or correlation ratio, with the composite, `correlation` (k,) the correlation. All
    NaN for a child that takes no part. `shrinkage` > 0 says that gaps made the correlations contradict each other.
    """

    weights: Floats
    target: Floats
    importance: Floats
    objective: float
    explained: Floats
    correlation: Floats
    shrinkage: float
    findings: tuple[str, ...]


def balanced(siblings: Siblings, importance: Importance = Importance.SQUARED_CORRELATION) -> BalancedWeights:
    """Weigh so that the importance of each child for the weighted arithmetic mean is proportional to its stated weight.

    Importance is the squared correlation with the composite (negative where the correlation is), or the correlation
    ratio. Sought are weights >= 0 with the least sum of squared differences between the shares of importance and the
    shares of the stated weights; if they do not come true, a finding names the child that is furthest off. A child of
    stated weight 0 stays out, one that does not vary gets weight 0, both without importance. One varying child gets
    all the weight; where nothing varies (also n = 1) all count the same, with a finding. Perfectly collinear children
    share equally, in standard deviations, what one of them would get. With gaps, correlations are pairwise complete,
    and the importance is that in the composite without gaps.

    The search is deterministic: the solution of the linear equations where it has no negative weight, otherwise
    projected Levenberg-Marquardt steps from up to 24 fixed points, fewer with more than 16
    children. As with every search of this kind, a better local optimum elsewhere cannot be ruled out.

    Reference: Becker, Saisana, Paruolo and Vandecasteele (2017), doi:10.1016/j.ecolind.2017.03.056.
    """
    varying = siblings.varying
    if not varying.any():
        weights, finding = equal_instead(siblings, "balanced", "no child varies between the units")
        nothing = canonical(np.full(varying.shape, np.nan))
        return BalancedWeights(weights, nothing, nothing, math.nan, nothing, nothing, 0.0, (finding,))
    scores = siblings.scores[:, varying]
    target = to_one(siblings.weights[varying])
    sways = influence(scores, importance)
    pulls = _alike(sways.related, _search(sways, target))
    deviation = np.array([standard_deviation(column) for column in scores.T])
    # Measured in the smallest deviation, so that the quotient cannot overflow.
    weights = to_one(pulls * (deviation.min() / deviation))
    shares, _ = sways.shares(pulls)
    findings = left_out(siblings, varying, "balanced") + _findings(
        siblings.named(varying), (target, shares), pulls, sways
    )
    return BalancedWeights(
        weights=spread(weights, varying),
        target=_widened(target, varying),
        importance=_widened(shares, varying),
        objective=_objective(shares, target),
        explained=_widened(sways.explained(pulls), varying),
        correlation=_widened(sways.correlation(pulls), varying),
        shrinkage=sways.shrinkage,
        findings=findings,
    )


def _findings(
    codes: tuple[str, ...], pair: tuple[Floats, Floats], pulls: Floats, sways: Influence
) -> tuple[str, ...]:
    """Say where target and reached shares (m,) part, and that the correlations had to be repaired."""
    target, shares = pair
    said: tuple[str, ...] = ()
    if float(np.abs(shares - target).max()) > REACHED:
        worst = int(np.argmax(np.abs(shares - target)))
        names = [repr(code) for code, pull in zip(codes, pulls.tolist(), strict=True) if pull == 0.0]
        idle = f"; without any weight: {', '.join(names[:NAMED])}" if len(names) > 0 else ""
        idle += f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        said = (
            f"balanced: no weights >= 0 give the stated importance; furthest off is {codes[worst]!r} with "
            f"{100.0 * shares[worst]:.1f} % instead of {100.0 * target[worst]:.1f} %{idle}",
        )
    if sways.shrinkage > 0.0:
        said += (
            f"balanced: gaps make the correlations contradict each other; shrunk by {sways.shrinkage:.3g}",
        )
    return said


def _search(sways: Influence, target: Floats) -> Floats:
    """Return the best pulls (m,), summing to 1, that any of the starting points leads to."""
    best, lowest = target, math.inf
    for start in _starts(sways, target):
        pulls, objective = _descend(sways, target, start)
        # Another start must be better by more than rounding to be preferred.
        if objective < lowest * (1.0 - 1e-9):
            best, lowest = pulls, objective
        if lowest <= NOTHING:
            return best
    for _ in range(ROUNDS):
        best, objective = _descend(sways, target, best)
        if not objective < lowest * (1.0 - 1e-12):
            break
        lowest = objective
    return best


def _alike(related: Floats, pulls: Floats) -> Floats:
    """Give perfectly collinear children the same pull (m,): only their sum matters."""
    apart = np.abs(related[:, np.newaxis, :] - related[np.newaxis, :, :]).max(axis=2)
    levelled = [math.fsum(pulls[near].tolist()) / int(np.count_nonzero(near)) for near in apart <= SINGULAR]
    return to_one(np.array(levelled))


def _starts(sways: Influence, target: Floats) -> list[Floats]:
    """Return 6 to 24 starting points (m,) >= 0 that sum to 1: fewer with few and with very many children."""
    count = target.size
    solved = np.maximum(_least(sways.related, np.sqrt(target)), 0.0)
    smoothed = np.maximum(solve(sways.related + 0.1 * np.eye(count), np.sqrt(target)), 0.0)
    flat = np.full(count, 1.0 / count)
    # One child alone always explains something of itself, whatever the others cancel.
    alone = np.where(np.arange(count) == np.argmax(target), 1.0, 0.0)
    starts = [solved, smoothed, np.sqrt(target), target, alone, flat]
    for favoured in (0.0, 8.0):
        for child in range(count):
            start = flat.copy()
            start[child] = favoured
            starts.append(start)
    limit = max(6, min(STARTS, CHILD_STARTS // count))
    return [to_one(start) for start in starts if (start > 0.0).any()][:limit]


def _least(related: Floats, right: Floats) -> Floats:
    """Return the shortest of the pulls (m,) that come nearest to related · pulls = right; twins get the same."""
    values, vectors = eigen(related)
    along = sum_in_order(vectors * right[:, np.newaxis])
    inverse = np.where(values > SINGULAR, 1.0 / np.where(values > SINGULAR, values, 1.0), 0.0)
    found = sum_in_order(vectors.T * (along * inverse)[:, np.newaxis])
    return np.where(np.abs(found) <= NOISE * float(np.abs(found).max()), 0.0, found)


def _descend(sways: Influence, target: Floats, start: Floats) -> tuple[Floats, float]:
    """Go downhill from pulls (m,) in projected Levenberg-Marquardt steps; return where, and the objective there."""
    pulls, found = start, sways.shares(start)
    objective, damping, idle = _objective(found[0], target), 1e-3, 0
    if math.isnan(objective):
        return start, math.inf
    for _ in range(STEPS):
        if objective <= NOTHING or damping > 1e14 or idle >= 5:
            break
        trial = _step(found, target, pulls, damping)
        there = sways.shares(trial)
        reached = _objective(there[0], target)
        if not reached < objective:
            damping *= 8.0
            continue
        idle = idle + 1 if objective - reached <= 1e-13 * objective else 0
        pulls, found, objective, damping = trial, there, reached, max(damping / 8.0, 1e-14)
    return pulls, objective


def _objective(shares: Floats, target: Floats) -> float:
    apart = shares - target
    return math.fsum((apart * apart).tolist())


def _step(found: tuple[Floats, Floats], target: Floats, pulls: Floats, damping: float) -> Floats:
    """Return the pulls (m,) after one damped step; those at 0 that would fall below stay where they are."""
    shares, slopes = found
    gradient = sum_in_order(slopes * (shares - target)[:, np.newaxis])
    free = (pulls > 0.0) | (gradient < 0.0)
    inside = slopes[:, free]
    normal = sum_in_order(inside[:, :, np.newaxis] * inside[:, np.newaxis, :])
    size = float(np.diag(normal).max(initial=0.0))
    if size == 0.0:
        return pulls
    moved = pulls.copy()
    moved[free] -= solve(normal + damping * size * np.eye(normal.shape[0]), gradient[free])
    moved = np.maximum(moved, 0.0)
    return to_one(moved) if (moved > 0.0).any() else pulls


def solve(matrix: Floats, right: Floats) -> Floats:
    """Solve matrix (m, m) · x = right (m,) by elimination with pivoting, in a fixed order; no row may be all zero."""
    work = np.concatenate([matrix, right[:, np.newaxis]], axis=1)
    size = right.size
    for i in range(size):
        pivot = i + int(np.argmax(np.abs(work[i:, i])))
        work[[i, pivot]] = work[[pivot, i]]
        work[i] = work[i] / (work[i, i] if work[i, i] != 0.0 else NOISE)
        others = np.arange(size) != i
        work[others] -= work[others, i : i + 1] * work[i]
    solution: Floats = work[:, size].copy()
    return solution


def _widened(values: Floats, which: Bools) -> Floats:
    full = np.full(which.shape, np.nan)
    full[which] = values
    return canonical(full)
