"""Normalisations that measure how far a value is from something: the best, a named unit, a target.

They are registered in `engine.normalise.methods`. All of them run from the worst value of the column, at lower, to what is
aimed at, at upper; missing values take no part.

References: OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 5, doi:10.1787/9789264043466-en; the
formulas are those of the R package COINr (n_dist2max, n_dist2ref, n_dist2targ).
"""

import numpy as np

from stadtindex.engine.arrays import Floats, present
from stadtindex.engine.column import Column
from stadtindex.engine.errors import EngineError
from stadtindex.engine.normalise.scale import Scale, between, directed, dropped, open_scale, source_ends
from stadtindex.engine.recipe import Normalise


def distance_to_best(column: Column, options: Normalise) -> Scale:
    """Measure the distance to the best value, in ranges of the column, and take it from the full score.

    With x times the direction: lower + (1 - (max - x) / (max - min)) · (upper - lower); in value the same as min-max. A
    column with fewer than two distinct values (also n = 1) drops out.
    """
    if column.is_constant():
        return dropped(column, options)
    known = directed(column.known(), column.direction)
    return _from_worst(column, options, float(known.max()), cap=True)


def distance_to_unit(column: Column, options: Normalise) -> Scale:
    """Measure against the value r of a named unit: lower + (1 - (r - x) / (r - min)) · (upper - lower).

    x times the direction. The reference gets upper, the worst value lower; who is better than the reference is kept at
    upper, or with cap = False scores beyond it. A column with fewer than two distinct values drops out. EngineError
    naming unit and node if the reference is no unit, has no value, or has the worst one.
    """
    if column.is_constant():
        return dropped(column, options)
    unit = options.reference
    if unit is None or unit not in column.units:
        raise EngineError(
            "the reference of distance_to_unit is not among the units", unit=unit, node=column.node
        )
    index = column.units.index(unit)
    reference = float(directed(column.values, column.direction)[index])
    at = np.arange(len(column.units)) == index
    column.refuse(at & ~present(column.values), "the reference of distance_to_unit has no value")
    worst = float(directed(column.known(), column.direction).min())
    column.refuse(
        at & np.full(at.shape, reference - worst <= column.noise),
        "the reference of distance_to_unit has the worst value ({x}): nothing can be measured against it",
    )
    return _from_worst(column, options, reference, cap=options.cap)


def distance_to_target(column: Column, options: Normalise) -> Scale:
    """Measure the way from the worst value to a target in original units: lower at the worst, upper at the target.

    Higher is better: (x - min) / (target - min); lower is better: (max - x) / (max - target). Who is beyond the target
    is kept at upper, or with cap = False scores beyond it. Where even the worst value has reached the target, all score
    upper; with cap = False that has no meaning (EngineError naming unit and node). A column with fewer than two
    distinct values that has not reached the target drops out.
    """
    if options.target is None:  # the recipe has refused this already
        raise AssertionError("a distance without a target")
    known = directed(column.known(), column.direction)
    target = float(directed(np.array([options.target]), column.direction)[0])
    if known.size > 0 and target - float(known.min()) <= column.noise:
        column.refuse(
            present(column.values) & np.full(column.values.shape, not options.cap),
            "the value {x} and all others have reached the target; without cap nothing can be measured against it",
        )

        def full(values: Floats) -> Floats:
            return np.where(np.isnan(values), np.nan, options.upper)

        return Scale(full, options.upper, options.upper)
    if column.is_constant():
        return dropped(column, options)
    return _from_worst(column, options, target, cap=options.cap)


def two_sided(column: Column, options: Normalise) -> Scale:
    """Map the target to upper, and falling in straight lines on both sides low and high to lower.

    For what can be too little and too much; all three are stated in original units, low < target < high. Values beyond
    low and high score lower, with cap = False even less. Where lower is better the scale is reversed: the target is
    then the worst place. A constant column stays.

    Reference: Derringer, Suich (1980), two-sided desirability with exponents 1, doi:10.1080/00224065.1980.11980968.
    """
    low, high = source_ends(options)
    if options.target is None:  # the recipe has refused this already
        raise AssertionError("two sides without a middle")
    target = options.target

    def place(values: Floats) -> Floats:
        kept = np.clip(values, low, high) if options.cap else values
        rising = between(kept, low, target, 1, options)
        falling = between(kept, target, high, -1, options)
        score = np.where(kept <= target, rising, falling)
        return score if column.direction > 0 else options.lower + (options.upper - score)

    return open_scale(column, place, np.array([options.lower, options.upper]))


def _from_worst(column: Column, options: Normalise, aim: float, *, cap: bool) -> Scale:
    """Build the scale from the worst value, at lower, to the aim (direction applied), at upper."""
    known = directed(column.known(), column.direction)
    worst, best = float(known.min()), float(known.max())
    span = options.upper - options.lower

    def place(values: Floats) -> Floats:
        # What is worse than the column is hypothetical and kept at its end.
        kept = np.maximum(directed(values, column.direction), worst)
        part = 1.0 - (aim - kept) / (aim - worst)
        return options.lower + (np.minimum(part, 1.0) if cap else part) * span

    ends = place(directed(np.array([worst, best]), column.direction))
    return Scale(place, options.lower, max(options.upper, float(ends[1])))
