"""From a definition and data points to what the engine takes: tree, table, recipe, denominators, bonus."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from stadtindex.datapoints.freeze import Frozen
from stadtindex.datapoints.plausible import AnyNumber, Asked, about
from stadtindex.datapoints.point import DataPoint
from stadtindex.datapoints.state import Status
from stadtindex.definitions.edition import DenominatorColumn, Edition
from stadtindex.definitions.finding import Finding
from stadtindex.definitions.rule import Value
from stadtindex.engine.background import Background, Period
from stadtindex.engine.recipe import Recipe
from stadtindex.engine.table import Cell, Table
from stadtindex.engine.tree import Tree

Floats = NDArray[np.float64]
Key = tuple[str, str]

CELL_OF_STATUS = {
    Status.VALUE: Cell.VALUE,
    Status.MISSING: Cell.MISSING,
    Status.NOT_APPLICABLE: Cell.NOT_APPLICABLE,
    Status.UNANSWERED: Cell.UNANSWERED,
}
ANSWER = "answer."


@dataclass(frozen=True)
class Assembled:
    """What the engine computes from, and the data points behind it.

    `points` holds the point of each (unit, code) of the universe, for parameters, denominators and bonus alike;
    `not_applicable` the reason, per language, where a rule of the edition rules a cell out.
    """

    edition: Edition
    units: tuple[str, ...]
    points: Mapping[Key, DataPoint]
    not_applicable: Mapping[Key, Mapping[str, str]]
    tree: Tree
    table: Table
    recipe: Recipe
    denominators: Mapping[str, Floats]
    bonus: Mapping[str, Floats]
    background: Background
    findings: tuple[Finding, ...]


def assemble(edition: Edition, frozen: Frozen, others: Sequence[Frozen]) -> Assembled:
    """Put an edition and its frozen points together; `others` are the points of its other periods, in their order.

    A cell of the universe without any point is missing; points of units outside the universe are left aside.
    """
    by_key = {point.cell: point for point in frozen.points}
    units = edition.ranked
    ruled_out, unknown = _ruled_out(edition, units, by_key)
    ranked = set(units)
    findings = (*unknown, *_left_aside(frozen, ranked, ruled_out))
    return Assembled(
        edition=edition,
        units=units,
        points={key: point for key, point in by_key.items() if key[0] in ranked},
        not_applicable=ruled_out,
        tree=Tree.build(edition.tree_nodes()),
        table=_table(edition, units, by_key, ruled_out),
        recipe=edition.recipe(),
        denominators={
            column.code: denominator_of(edition, column, units, by_key) for column in edition.denominators
        },
        bonus={branch.code: _bonus(code, units, by_key) for code, branch in edition.bonus_codes.items()},
        background=_background(edition, units, others),
        findings=findings,
    )


def _table(
    edition: Edition, units: tuple[str, ...], points: Mapping[Key, DataPoint], ruled_out: Collection[Key]
) -> Table:
    codes = [parameter.code for parameter in edition.parameters]
    values = np.full((len(units), len(codes)), np.nan)
    cells = np.full(values.shape, Cell.MISSING, dtype=np.int8)
    for column, code in enumerate(codes):
        for row, unit in enumerate(units):
            point = points.get((unit, code))
            if (unit, code) in ruled_out:
                cells[row, column] = Cell.NOT_APPLICABLE
            elif point is not None:
                cells[row, column] = CELL_OF_STATUS[point.status]
                values[row, column] = np.nan if point.value is None else point.value
    return Table.build(units, codes, values, cells)


def _background(edition: Edition, units: tuple[str, ...], others: Sequence[Frozen]) -> Background:
    """Give what imputation may look at besides the table: the groups of the units, and other periods."""
    asked, groups = edition.imputation, {}
    if asked.groups is not None:
        for unit in units:
            value = edition.units.attribute(unit, asked.groups, at=edition.reference_date)
            groups[unit] = "" if value is None else str(value)
    periods = []
    for other, frozen in zip(asked.periods, others, strict=True):
        points = {point.cell: point for point in frozen.points}
        columns = {
            column.code: denominator_of(edition, replace(column, at=other.at), units, points)
            for column in edition.denominators
        }
        periods.append(Period(other.period, _table(edition, units, points, ()), columns))
    return Background(groups, asked.period, tuple(periods))


def asked(edition: Edition) -> dict[str, Asked]:
    """Give what each code of the edition may hold: its parameters by kind, denominators and bonus any number."""
    others = [column.code for column in edition.denominators if column.attribute is None]
    anything: dict[str, Asked] = {code: AnyNumber() for code in (*others, *edition.bonus_codes)}
    return anything | {parameter.code: parameter for parameter in edition.parameters}


def _ruled_out(
    edition: Edition, units: tuple[str, ...], points: Mapping[Key, DataPoint]
) -> tuple[dict[Key, Mapping[str, str]], tuple[Finding, ...]]:
    """Apply every `applies_if`; where an attribute or answer is not known the parameter stays, with a finding."""
    out: dict[Key, Mapping[str, str]] = {}
    findings: list[Finding] = []
    for parameter in edition.parameters:
        if parameter.applies_if is None:
            continue
        for unit in units:
            applies = parameter.applies_if.rule.holds(partial(_known, edition, points, unit))
            if applies is None:
                found = "an attribute or answer that is not known"
                expected = "what the rule asks for; until then the parameter counts as applicable"
                where = f"{parameter.code}.applies_if for {unit}"
                findings.append(
                    Finding(
                        str(parameter.place.file), parameter.place.line, where, found, expected, "warning"
                    )
                )
            elif not applies:
                out[unit, parameter.code] = dict(parameter.applies_if.reason)
    return out, tuple(findings)


def _left_aside(
    frozen: Frozen, units: set[str], ruled_out: Mapping[Key, Mapping[str, str]]
) -> Iterator[Finding]:
    """Tell which points do not count: of units outside the universe, and values where a parameter does not apply."""
    outside = [point for point in frozen.points if point.unit not in units]
    if outside:
        found = (
            f"{len(outside)} points of {len({point.unit for point in outside})} units outside the universe"
        )
        yield about(outside[0], found, "points of ranked units; these are left aside", severity="warning")
    for point in frozen.points:
        if point.cell in ruled_out and point.value is not None:
            yield about(
                point,
                repr(point.value),
                "no value, for the parameter does not apply; left aside",
                severity="warning",
            )


def _known(edition: Edition, points: Mapping[Key, DataPoint], unit: str, name: str) -> Value | None:
    if name.startswith(ANSWER):
        point = points.get((unit, name.removeprefix(ANSWER)))
        return None if point is None else point.value
    return edition.units.attribute(unit, name, at=edition.reference_date)


def denominator_of(
    edition: Edition, column: DenominatorColumn, units: tuple[str, ...], points: Mapping[Key, DataPoint]
) -> Floats:
    """Give the column that counts are divided by: of an attribute on its day, or of points; NaN where not known."""
    if column.attribute is None:
        return _bonus(column.code, units, points, absent=np.nan)
    day = column.at or edition.reference_date
    found = [edition.units.attribute(unit, column.attribute, at=day) for unit in units]
    return np.array([float(value) if isinstance(value, int | float) else np.nan for value in found])


def _bonus(
    code: str, units: tuple[str, ...], points: Mapping[Key, DataPoint], *, absent: float = 0.0
) -> Floats:
    values = [point.value if (point := points.get((unit, code))) else None for unit in units]
    return np.array([absent if value is None else value for value in values])
