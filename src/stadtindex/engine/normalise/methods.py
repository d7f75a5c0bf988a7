"""Normalisation: a column is put on a scale on which columns can be compared.

Every method takes a column and the options, checks it, and returns a Scale fitted to it. The Scale places any values
elementwise, so the same scale serves the column itself, the bounds "all missing at worst / best" and what-ifs in
which the others stand still. Values beyond the fitted column are hypothetical: they are kept at the ends of scales
that have ends.

References: OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 5, doi:10.1787/9789264043466-en.
"""

import math
from collections.abc import Callable

import numpy as np

from stadtindex.engine.arrays import Floats
from stadtindex.engine.column import Column
from stadtindex.engine.elementary import ln
from stadtindex.engine.normalise.distance import (
    distance_to_best,
    distance_to_target,
    distance_to_unit,
    two_sided,
)
from stadtindex.engine.normalise.scale import (
    Scale,
    below,
    between,
    directed,
    dropped,
    open_scale,
    source_ends,
)
from stadtindex.engine.recipe import Normalisation, Normalise

# The smallest normal double: where the logarithm of a hypothetical value ends.
SMALLEST = 2.2250738585072014e-308


def none(column: Column, options: Normalise) -> Scale:
    """Take the values as they are, times the direction; for values already on the scale lower..upper.

    Worst and best are the ends of that scale, or of the column where it goes beyond. A constant column stays.
    """

    def place(values: Floats) -> Floats:
        return directed(values, column.direction)

    ends = np.array([options.lower, options.upper])
    return open_scale(column, place, place(ends))


def fixed(column: Column, options: Normalise) -> Scale:
    """Map the stated scale low..high (yes/no 0..1, levels, shares) to lower..upper; reversed where lower is better.

    A value beyond the scale is kept at its end, with a finding; with cap = False it is refused (EngineError naming
    unit and node). A constant column stays.
    """
    low, high = source_ends(options)
    beyond = (column.values < low - column.noise) | (column.values > high + column.noise)
    finding = None
    if not options.cap:
        column.refuse(beyond, f"the value {{x}} lies beyond the fixed scale {low:g} to {high:g}")
    elif beyond.any():
        first = int(np.argmax(beyond))
        finding = (
            f"fixed scale: {np.count_nonzero(beyond)} value(s) of {column.node!r} lie beyond {low:g} to {high:g} and were "
            f"kept at its ends (first: {column.values[first]:g}, unit {column.units[first]!r})"
        )

    def place(values: Floats) -> Floats:
        return between(np.clip(values, low, high), low, high, column.direction, options)

    return Scale(place, options.lower, options.upper, finding=finding)


def min_max(column: Column, options: Normalise) -> Scale:
    """Map the worst value of the column to lower and the best to upper, straight in between.

    With x times the direction: lower + (x - min) / (max - min) · (upper - lower). Missing values take no part. A
    column with fewer than two distinct values (also n = 1) drops out.
    """
    if column.is_constant():
        return dropped(column, options)
    low, high = float(column.known().min()), float(column.known().max())

    def place(values: Floats) -> Floats:
        return between(np.clip(values, low, high), low, high, column.direction, options)

    return Scale(place, options.lower, options.upper)


def z_score(column: Column, options: Normalise) -> Scale:
    """Count in standard deviations from the mean: (x - mean) / sd, optionally rescaled to another mean and sd.

    Mean and sample standard deviation (n - 1) of the values that are there, summed exactly (independent of their
    order). Worst and best are those of the column. Fewer than two distinct values: the column drops out.
    """
    if column.is_constant():
        return dropped(column, options)
    known = directed(column.known(), column.direction)
    mean = math.fsum(known.tolist()) / known.size
    apart = known - mean
    # Squares of very small or large differences would leave the range of a double: measure in the largest one.
    largest = float(np.abs(apart).max())
    in_largest = apart / largest
    sd = math.sqrt(math.fsum((in_largest * in_largest).tolist()) / (known.size - 1))

    def place(values: Floats) -> Floats:
        scores = (directed(values, column.direction) - mean) / largest / sd
        if options.mean is None or options.sd is None:
            return scores
        return options.mean + scores * options.sd

    placed = place(column.known())
    return Scale(place, float(placed.min()), float(placed.max()))


def rank(column: Column, options: Normalise) -> Scale:
    """Replace values by ascending ranks 1..n, the best being n; ties take the smallest rank.

    n is the number of values that are there; lower and upper are not used. Fewer than two distinct values: the
    column drops out.
    """
    if column.is_constant():
        return dropped(column, options)

    def place(values: Floats) -> Floats:
        return 1.0 + below(column, values)

    placed = place(column.known())
    return Scale(place, float(placed.min()), float(placed.max()))


def borda(column: Column, options: Normalise) -> Scale:
    """Give a point for every unit that is worse: ascending rank - 1, so 0..n - 1; ties take the smallest.

    n is the number of values that are there; lower and upper are not used. Fewer than two distinct values: the
    column drops out.
    """
    if column.is_constant():
        return dropped(column, options)

    def place(values: Floats) -> Floats:
        return below(column, values)

    placed = place(column.known())
    return Scale(place, float(placed.min()), float(placed.max()))


def percentile(column: Column, options: Normalise) -> Scale:
    """Map ranks to the scale: lower + (r - 1) / (n - 1) · (upper - lower), r ascending, ties take the smallest.

    n is the number of values that are there. Fewer than two distinct values: the column drops out.
    """
    if column.is_constant():
        return dropped(column, options)
    steps = column.known().size - 1

    def place(values: Floats) -> Floats:
        return options.lower + below(column, values) / steps * (options.upper - options.lower)

    return Scale(place, options.lower, options.upper)


def goalposts(column: Column, options: Normalise) -> Scale:
    """Map goalposts low..high, stated in original units, to lower..upper; values beyond are kept at the ends.

    With log = True logarithms are compared, (ln x - ln low) / (ln high - ln low), as for income in the HDI. With
    cap = False values beyond the goalposts score beyond the scale; a logarithm then refuses x <= 0 (EngineError
    naming unit and node). A constant column stays.

    Reference: UNDP, Human Development Report, technical note 1 (calculating the dimension indices).
    """
    low, high = source_ends(options)
    if options.log and not options.cap:
        column.refuse(
            column.values <= 0.0, "the value {x} has no logarithm; goalposts on a log scale need x > 0"
        )

    def place(values: Floats) -> Floats:
        kept = np.clip(values, low, high) if options.cap else values
        if not options.log:
            return between(kept, low, high, column.direction, options)
        ends = ln(np.array([low, high]))
        logs = ln(np.maximum(kept, SMALLEST))
        return between(logs, float(ends[0]), float(ends[1]), column.direction, options)

    return open_scale(column, place, np.array([options.lower, options.upper]))


def share_of_best(column: Column, options: Normalise) -> Scale:
    """Express each value as a share of the best one, times upper: x / max, or min / x where lower is better.

    Higher is better: values must be >= 0, worst is 0. Lower is better: values must be > 0. Otherwise EngineError
    naming unit and node. A constant column scores upper (being the only one is being the best); a column without any
    value above 0 has no best and drops out.
    """
    if column.direction > 0:
        column.refuse(column.values < -column.noise, "share of best needs a value >= 0, not {x}")
    else:
        column.refuse(
            column.values <= column.noise, "share of best, lower being better, needs a value > 0, not {x}"
        )
    known = column.known()
    if known.size == 0 or not known.max() > column.noise:
        return dropped(column, options)
    best = float(known.max() if column.direction > 0 else known.min())

    def place(values: Floats) -> Floats:
        if column.direction > 0:
            return np.clip(values, 0.0, best) / best * options.upper
        return best / np.maximum(values, best) * options.upper

    return Scale(place, 0.0, options.upper)


Method = Callable[[Column, Normalise], Scale]

NORMALISATIONS: dict[Normalisation, Method] = {
    Normalisation.NONE: none,
    Normalisation.FIXED: fixed,
    Normalisation.MIN_MAX: min_max,
    Normalisation.Z_SCORE: z_score,
    Normalisation.RANK: rank,
    Normalisation.PERCENTILE: percentile,
    Normalisation.GOALPOSTS: goalposts,
    Normalisation.SHARE_OF_BEST: share_of_best,
    Normalisation.BORDA: borda,
    Normalisation.DISTANCE_TO_BEST: distance_to_best,
    Normalisation.DISTANCE_TO_UNIT: distance_to_unit,
    Normalisation.DISTANCE_TO_TARGET: distance_to_target,
    Normalisation.TWO_SIDED: two_sided,
}
