"""Treatment of outliers: winsorise first; only where that fails, transform the original column; say what was done.

Every method takes a column and the options and returns Treated. Treatment comes after imputation and before
normalisation, works on the values as they are (whichever direction is better), and keeps their order.

References: OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 3, doi:10.1787/9789264043466-en;
conventions of COINr, Becker et al. (2022), doi:10.21105/joss.04567.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from stadtindex.engine.arrays import LARGEST, Bools, Floats, canonical, present
from stadtindex.engine.column import Column
from stadtindex.engine.moments import Moments, moments
from stadtindex.engine.treat.options import Transformation, Treat, Treatment
from stadtindex.engine.treat.transform import TRANSFORMATIONS, Curve
from stadtindex.engine.treat.winsorise import Bounds, winsorise


class Outcome(StrEnum):
    """What was done to a column."""

    UNTESTED = "untested"  # fewer than four values, or none that differ: there is no shape to test
    PASSED = "passed"  # nothing had to be done
    WINSORISED = "winsorised"
    TRANSFORMED = "transformed"
    FAILED = "failed"  # still outside the limits: winsorised as far as allowed, or transformed


@dataclass(frozen=True, eq=False)
class Treated:
    """A treated column: `values` (n,), read-only, NaN where there was none, and the report.

    `place` maps any values in original units to treated ones (for what-ifs in which the others stand still).
    `winsorised` (n,) marks the units whose value was drawn in; `tried` is the number of points winsorised before a
    transformation was preferred. `low` and `high` are where the column is held, in original units. `shift`,
    `measure` and `exponent` belong to `by`, the transformation that was applied (NONE: no one). `before`, `after_winsorising` (None:
    not tried) and `after` are the moments. `finding` is a sentence for the reader, None where nothing was done.
    """

    node: str
    values: Floats
    place: Callable[[Floats], Floats]
    outcome: Outcome
    before: Moments
    after_winsorising: Moments | None
    after: Moments
    winsorised: Bools
    tried: int
    low: float
    high: float
    by: Transformation
    shift: float
    measure: float
    exponent: float
    finding: str | None


def none(column: Column, options: Treat) -> Treated:
    """Leave the column as it is, and report its moments and whether it passes."""
    shape = moments(column.known(), column.noise)
    return _untouched(column, shape, _judged(shape, options), None)


def winsorise_then_transform(column: Column, options: Treat) -> Treated:
    """Winsorise until the column passes; where `winmax` points do not suffice, transform the original column.

    A column with fewer than four values, or without two distinct ones (also all missing), has no shape to test and
    stays. Where both fail, the transformed column is the result and a finding says so; with `then` = NONE it is the
    winsorised one. A column of two distinct values has the same shape whatever is done to it: it stays, as failed.
    """
    shape = moments(column.known(), column.noise)
    if _stays(column, shape, options):
        return _left(column, shape, options)
    bounds = winsorise(column.known(), column.noise, options)
    if bounds.passes or options.then is Transformation.NONE:
        return _winsorised(column, shape, bounds)
    return _transformed(column, shape, bounds, options)


def transform(column: Column, options: Treat) -> Treated:
    """Transform a column that does not pass, without winsorising; one that passes or cannot be tested stays."""
    shape = moments(column.known(), column.noise)
    if _stays(column, shape, options):
        return _left(column, shape, options)
    return _transformed(column, shape, None, options)


def treat(column: Column, options: Treat) -> Treated:
    """Treat one column by the method of the options; see the methods of this module."""
    return TREATMENTS[options.method](column, options)


def _testable(shape: Moments) -> bool:
    return not np.isnan(shape.kurtosis)


def _judged(shape: Moments, options: Treat) -> Outcome:
    if not _testable(shape):
        return Outcome.UNTESTED
    return Outcome.PASSED if options.passes(shape) else Outcome.FAILED


def _stays(column: Column, shape: Moments, options: Treat) -> bool:
    """Say whether nothing is to be done, or nothing can be: with two distinct values the shape is what it is."""
    return _judged(shape, options) is not Outcome.FAILED or _two_values(column)


def _left(column: Column, shape: Moments, options: Treat) -> Treated:
    outcome = _judged(shape, options)
    finding = None
    if outcome is Outcome.FAILED:
        finding = f"treatment: {column.node!r} has two distinct values only; no treatment changes its shape"
    return _untouched(column, shape, outcome, finding)


def _two_values(column: Column) -> bool:
    known = column.known()
    low, high = float(known.min()) + column.noise, float(known.max()) - column.noise
    return not bool(np.any((known > low) & (known < high)))


def _untouched(column: Column, shape: Moments, outcome: Outcome, finding: str | None) -> Treated:
    known = column.known()
    low, high = (float(known.min()), float(known.max())) if known.size > 0 else (np.nan, np.nan)
    return Treated(
        node=column.node,
        values=canonical(column.values),
        place=np.copy,
        outcome=outcome,
        before=shape,
        after_winsorising=None,
        after=shape,
        winsorised=_frozen(np.zeros(column.values.shape, dtype=np.bool_)),
        tried=0,
        low=low,
        high=high,
        by=Transformation.NONE,
        shift=0.0,
        measure=1.0,
        exponent=1.0,
        finding=finding,
    )


def _winsorised(column: Column, before: Moments, bounds: Bounds) -> Treated:
    def place(values: Floats) -> Floats:
        return np.clip(values, bounds.low, bounds.high)

    values = place(column.values)
    after = moments(values[present(values)], column.noise)
    moved = (column.values < bounds.low) | (column.values > bounds.high)
    said = (
        f"treatment: {bounds.points} point(s) of {column.node!r} winsorised to {bounds.low:g} to {bounds.high:g}"
        f" ({_shapes(before, after)})"
    )
    return Treated(
        node=column.node,
        values=canonical(values),
        place=place,
        outcome=Outcome.WINSORISED if bounds.passes else Outcome.FAILED,
        before=before,
        after_winsorising=after,
        after=after,
        winsorised=_frozen(moved),
        tried=bounds.points,
        low=bounds.low,
        high=bounds.high,
        by=Transformation.NONE,
        shift=0.0,
        measure=1.0,
        exponent=1.0,
        finding=said if bounds.passes else f"{said}; it is still outside the limits",
    )


def _transformed(column: Column, before: Moments, bounds: Bounds | None, options: Treat) -> Treated:
    curve = TRANSFORMATIONS[options.then](column, options)
    values = curve.place(column.values)
    column.refuse(
        present(column.values) & ~(np.abs(values) <= LARGEST),
        "the value {x} cannot be computed with once transformed",
    )
    known = column.known()
    held = None if bounds is None else moments(np.clip(known, bounds.low, bounds.high), column.noise)
    after = moments(values[present(values)])
    passes = _testable(after) and options.passes(after)
    return Treated(
        node=column.node,
        values=canonical(values),
        place=curve.place,
        outcome=Outcome.TRANSFORMED if passes else Outcome.FAILED,
        before=before,
        after_winsorising=held,
        after=after,
        winsorised=_frozen(np.zeros(column.values.shape, dtype=np.bool_)),
        tried=0 if bounds is None else bounds.points,
        low=float(known.min()),
        high=float(known.max()),
        by=options.then,
        shift=curve.shift,
        measure=curve.measure,
        exponent=curve.exponent,
        finding=_said(column.node, curve, options, _shapes(before, after), passes),
    )


def _said(node: str, curve: Curve, options: Treat, shapes: str, passes: bool) -> str:
    power = f", exponent {curve.exponent:g}" if options.then is Transformation.BOX_COX else ""
    ends = " at the end of its range" if curve.at_end else ""
    still = "" if passes else "; it is still outside the limits"
    return f"treatment: {node!r} transformed by {options.then}, shift {curve.shift:g}{power}{ends} ({shapes}){still}"


def _shapes(before: Moments, after: Moments) -> str:
    return (
        f"skewness {before.skewness:.2f} to {after.skewness:.2f}, "
        f"kurtosis {before.kurtosis:.2f} to {after.kurtosis:.2f}"
    )


def _frozen(marks: Bools) -> Bools:
    marks.flags.writeable = False
    return marks


Method = Callable[[Column, Treat], Treated]

TREATMENTS: dict[Treatment, Method] = {
    Treatment.NONE: none,
    Treatment.WINSORISE: winsorise_then_transform,
    Treatment.TRANSFORM: transform,
}
