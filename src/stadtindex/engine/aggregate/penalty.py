"""The Mazziotta-Pareto indices: a mean that is docked for being unbalanced.

Both are registered in `engine.aggregate.methods`. With M the mean of a unit's standardised children and S their standard
deviation (both weighted by share, S over all shares as in the references): M - S² / M, or M + S² / M where the penalty
goes up because more is worse. A single child has no penalty. They have no contributions that add up: NaN. They do
not always rise with each score: a child far above the others may raise the penalty more than the mean.
"""

import numpy as np

from stadtindex.engine.aggregate.group import Combined, Group, inseparable, nothing_as_missing
from stadtindex.engine.arrays import Floats, present, sum_in_order
from stadtindex.engine.moments import deviation, mean
from stadtindex.engine.recipe import Penalty

# The scales of the references: mean and standard deviation of the MPI, ends of the AMPI.
MEAN, SPREAD = 100.0, 10.0
BOTTOM, TOP = 70.0, 130.0


def mpi(group: Group) -> Combined:
    """Mazziotta-Pareto index: children standardised over the units to mean 100 and deviation 10, then M ∓ S² / M.

    Compares units of one edition; the unit with average children gets 100. Means and deviations (n - 1) are those of
    the scores that are there. A child that is the same everywhere drops out before, for all units. A standardised
    score <= 0 (ten deviations below the mean) is refused: EngineError naming unit and child.

    Reference: De Muro, Mazziotta, Pareto (2011), doi:10.1007/s11205-010-9727-z.
    """
    standardised = np.full_like(group.scores, np.nan)
    for row, (measured, share) in enumerate(zip(group.actual.scores, group.actual.shares, strict=True)):
        known = measured[present(measured)]
        if bool((share > 0.0).any()):
            standardised[row] = MEAN + (group.scores[row] - mean(known)) / deviation(known) * SPREAD
    return _penalised(group, standardised, "lies ten deviations below the mean; mpi cannot compare it")


def ampi(group: Group) -> Combined:
    """Mazziotta-Pareto index, adjusted: children mapped from low..high to 70..130, then M ∓ S² / M.

    Depends on no other unit, so editions can be compared; 100 is the middle of low..high, which for an index on the
    scale 0..100 are 0 and 100. Scores beyond are taken as they are; one so low that nothing positive is left is refused:
    EngineError naming unit and child.

    Reference: Mazziotta, Pareto (2016), doi:10.1007/s11205-015-0998-2.
    """
    low, high = group.options.low, group.options.high
    placed = BOTTOM + (group.scores - low) / (high - low) * (TOP - BOTTOM)
    return _penalised(group, placed, "lies too far below the scale low..high of ampi")


def _penalised(group: Group, placed: Floats, why: str) -> Combined:
    counted = group.shares > 0.0
    not_positive = counted & (placed <= 0.0)
    if not group.hypothetical:
        group.refuse(not_positive, f"the score {{x}} {why}")
    kept = np.where(counted, np.maximum(placed, 0.0), 0.0)
    middle = sum_in_order(group.shares * kept)
    apart = np.where(counted, kept - middle, 0.0)
    variance = sum_in_order(group.shares * (apart * apart))
    penalty = np.where(middle > 0.0, variance / np.where(middle > 0.0, middle, 1.0), 0.0)
    value = middle - penalty if group.options.penalty is Penalty.DOWN else middle + penalty
    return nothing_as_missing(group, value), inseparable(group)
