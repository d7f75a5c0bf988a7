"""The fitted scale of a column, and what the normalisations share in building one."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats
from stadtindex.engine.column import Column
from stadtindex.engine.recipe import Normalise


@dataclass(frozen=True)
class Scale:
    """A fitted scale: `place` maps values in original units, any shape, to scores; NaN stays NaN.

    `worst` and `best` are the scores of a value of which nothing is known. `constant` says that the column cannot be
    put on this scale and drops out for all units. `finding` is a sentence for the reader, or None.
    """

    place: Callable[[Floats], Floats]
    worst: float
    best: float
    constant: bool = False
    finding: str | None = None


def source_ends(options: Normalise) -> tuple[float, float]:
    """Return low and high, the ends of the source scale in original units."""
    if options.low is None or options.high is None:  # the recipe has refused this already
        raise AssertionError("a scale without ends")
    return options.low, options.high


def directed(values: Floats, direction: int) -> Floats:
    """Turn values, any shape, so that more is better; NaN stays NaN."""
    # Subtracting from zero, unlike negating, makes no -0.0.
    return values + 0.0 if direction > 0 else 0.0 - values


def between(
    values: Floats, low: float | Floats, high: float | Floats, direction: int, options: Normalise
) -> Floats:
    """Map low..high in a straight line to lower..upper, reversed where lower is better; NaN stays NaN.

    The ends are numbers, or arrays that stand beside the values.
    """
    above = values - low if direction > 0 else high - values
    return options.lower + above / (high - low) * (options.upper - options.lower)


def below(column: Column, values: Floats) -> Floats:
    """Count, for each value, the values of the column that are worse by more than the noise; NaN stays NaN.

    A hypothetical value better than all counts all but one: it takes the place of one of them.
    """
    ordered = np.sort(directed(column.known(), column.direction))
    counts = np.searchsorted(ordered, directed(values, column.direction) - column.noise, side="left")
    return np.where(np.isnan(values), np.nan, np.minimum(counts, ordered.size - 1))


def open_scale(column: Column, place: Callable[[Floats], Floats], ends: Floats) -> Scale:
    """Build a scale whose worst and best are the given ends, or those of the column where it goes beyond."""
    reached = np.concatenate([ends, place(column.known())])
    return Scale(place, float(reached.min()), float(reached.max()))


def dropped(column: Column, options: Normalise) -> Scale:
    """Build the scale of a column that drops out for all units, with the finding that says why."""
    known = column.known()
    what = "no value at all" if known.size == 0 else f"no two distinct values (all {known[0]:g})"
    finding = (
        f"constant column: {column.node!r} has {what}; under {options.method} it drops out for all units"
    )

    def place(values: Floats) -> Floats:
        return np.full_like(values, np.nan)

    return Scale(place, math.nan, math.nan, constant=True, finding=finding)
