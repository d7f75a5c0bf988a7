"""Freezing: from then on the points of an edition are these and no others, and a hash says so."""

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from operator import attrgetter

from stadtindex.datapoints.origin import Origin
from stadtindex.datapoints.plausible import Asked, about, implausible
from stadtindex.datapoints.point import DataPoint, canonical, number_text
from stadtindex.definitions.finding import BadInput, Finding

OF_ORIGIN = attrgetter(*(field.name for field in fields(Origin)))
OF_POINT = attrgetter(*(field.name for field in fields(DataPoint) if field.compare))
LINE = json.JSONEncoder(separators=(",", ":"))


@dataclass(frozen=True)
class Frozen:
    """The points of an edition in the order of their cells, their origins by id, and the SHA-256 of both.

    The hash is over one line of JSON per origin and point (all fields, in canonical text), so that anybody can compute
    it again; it does not depend on the order in which the points came.
    """

    points: tuple[DataPoint, ...]
    origins: tuple[Origin, ...]
    sha256: str


def freeze(points: Iterable[DataPoint], parameters: Mapping[str, Asked], units: Collection[str]) -> Frozen:
    """Check, sort and hash points; BadInput names every one that does not fit, and both places of two for one cell.

    What does not fit: a unit or parameter that nobody declared, a value outside its kind, one origin id for two origins.
    `parameters` gives by code what each may hold (`AnyNumber` for denominators and bonus), `units` the known ids.
    """
    by_cell: dict[tuple[str, str], DataPoint] = {}
    by_origin: dict[str, DataPoint] = {}
    findings: list[Finding] = []
    for point in points:
        findings.extend(_misfit(point, parameters, units))
        if point.cell in by_cell:
            found = f"a second point for this cell, the first at {by_cell[point.cell].whereabouts}"
            findings.append(about(point, found, "one data point for each unit and parameter"))
        by_cell.setdefault(point.cell, point)
        if (known := by_origin.setdefault(point.origin.id, point)).origin != point.origin:
            found = f"the origin {point.origin.id!r} with other content than at {known.whereabouts}"
            findings.append(about(point, found, "one origin for each id"))
    if findings:
        raise BadInput(*findings)
    kept = tuple(_canonical(by_cell[cell]) for cell in sorted(by_cell))
    origins = tuple(by_origin[name].origin for name in sorted(by_origin))
    return Frozen(kept, origins, _sha256(kept, origins))


def canonical_rows(points: Iterable[DataPoint], origins: Iterable[Origin]) -> Iterable[str]:
    """Write the lines that are hashed: what kind of row, then every field as text."""
    for kind, things, of in (("origin", origins, OF_ORIGIN), ("point", points, OF_POINT)):
        for thing in things:
            yield LINE.encode([kind, *map(_text, of(thing))])


def _misfit(point: DataPoint, parameters: Mapping[str, Asked], units: Collection[str]) -> Iterable[Finding]:
    if point.unit not in units:
        yield about(point, f"the unit {point.unit!r}", "a unit that is declared")
    if point.parameter not in parameters:
        yield about(point, f"the parameter {point.parameter!r}", "a parameter that is declared")
    elif finding := implausible(point, parameters[point.parameter]):
        yield finding


def _canonical(point: DataPoint) -> DataPoint:
    value = None if point.value is None else canonical(point.value)
    found = None if point.found is None else canonical(point.found)
    # Most points were read from a frozen table and are canonical already; copying them costs more than comparing.
    if (value, found) == (point.value, point.found) and not _minus_zero(point):
        return point
    return replace(point, value=value, found=found)


def _minus_zero(point: DataPoint) -> bool:
    return any(
        number == 0 and math.copysign(1, number) < 0
        for number in (point.value, point.found)
        if number is not None
    )


def _sha256(points: Iterable[DataPoint], origins: Iterable[Origin]) -> str:
    digest = hashlib.sha256()
    for line in canonical_rows(points, origins):
        digest.update(line.encode("utf-8") + b"\n")
    return digest.hexdigest()


def _text(value: object) -> str:
    # The kinds that most fields have come first.
    if value is None or isinstance(value, str):
        return "" if value is None else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return number_text(value)
    return value.id if isinstance(value, Origin) else str(value)
