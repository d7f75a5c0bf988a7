"""Aggregation: the scores of a node's children become one number per unit.

Every method takes a Group (scores and shares, k children by n units) and returns the combined value (n,) and what
each child contributes to it (k, n). A unit of which no child is present gets NaN. Children without share (missing,
not applicable, weight 0) contribute 0; their scores are not looked at. Under a method whose value has no parts that
add up, a child with a share contributes NaN: no honest number can be given. Sums run over the children in tree order,
elementwise over the units, so they are equal to the last bit on every machine.

Reference: OECD/JRC (2008), step 6, doi:10.1787/9789264043466-en.
"""

from collections.abc import Callable

import numpy as np

from stadtindex.engine.aggregate.distance import dp2
from stadtindex.engine.aggregate.group import Combined, Group, within
from stadtindex.engine.aggregate.means import generalised, harmonic, median, owa
from stadtindex.engine.aggregate.outranking import copeland
from stadtindex.engine.aggregate.penalty import ampi, mpi
from stadtindex.engine.arrays import sum_in_order
from stadtindex.engine.elementary import exp, ln
from stadtindex.engine.recipe import Aggregation


def arithmetic(group: Group) -> Combined:
    """Weighted arithmetic mean: the sum of share · score, in the units of the scores; contributions add up to it.

    Full compensation: a deficit in one child is made good by any other.
    """
    present = group.shares > 0.0
    contributions = np.where(present, group.shares * group.scores, 0.0)
    return within(group, sum_in_order(contributions)), contributions


def geometric(group: Group) -> Combined:
    """Weighted geometric mean: exp of the sum of share · ln(score); contributions add up to its logarithm.

    Every score that counts must be > 0, otherwise EngineError naming unit and child; nothing is shifted silently.
    Limited compensation: what is low weighs heavier.
    """
    present = group.shares > 0.0
    not_positive = present & (group.scores <= 0.0)
    if not group.hypothetical:
        group.refuse(not_positive, "a geometric mean needs a score > 0, not {x}")
    logs = ln(np.where(present & ~not_positive, group.scores, 1.0))
    contributions = np.where(present, group.shares * logs, 0.0)
    mean = within(group, exp(sum_in_order(contributions)))
    return np.where(not_positive.any(axis=0), 0.0, mean), contributions


Method = Callable[[Group], Combined]

AGGREGATIONS: dict[Aggregation, Method] = {
    Aggregation.ARITHMETIC: arithmetic,
    Aggregation.GEOMETRIC: geometric,
    Aggregation.HARMONIC: harmonic,
    Aggregation.GENERALISED: generalised,
    Aggregation.MEDIAN: median,
    Aggregation.OWA: owa,
    Aggregation.MPI: mpi,
    Aggregation.AMPI: ampi,
    Aggregation.DP2: dp2,
    Aggregation.COPELAND: copeland,
}

# They measure children in the children's own spread: a child that is the same everywhere drops out beforehand.
RELATIVE = (Aggregation.MPI, Aggregation.DP2)
