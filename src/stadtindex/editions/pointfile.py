"""Data points and their origins as tables that people read: points.csv and origins.csv.

Only `unit`, `parameter` and `value` must be there; the rest is filled in where one origin answers for the whole table.
An empty value is missing. Both directions are strict: a column nobody knows is an error.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from stadtindex.datapoints.origin import Origin
from stadtindex.datapoints.point import DataPoint, number_text
from stadtindex.datapoints.state import Status
from stadtindex.definitions.finding import BadInput, Finding
from stadtindex.documents.formats import csv_records
from stadtindex.documents.numbers import NotReadable, iso_date, plain_number
from stadtindex.documents.record import Record

COLUMNS = (
    "unit",
    "parameter",
    "status",
    "value",
    "found",
    "grade",
    "approximated",
    "reason",
    "data_date",
    "valid_from",
    "valid_to",
    "origin",
    "place",
    "note",
)
Thing = TypeVar("Thing")

ORIGIN_COLUMNS = tuple(field.name for field in fields(Origin))
ORIGIN_DATES = ("data_date", "retrieved")

Reading = Callable[[str, str], float | None]
"""Gives the number that a word stands for in a parameter (the code of a level, yes, no); None when it is no such word."""


def read_origins(path: Path) -> dict[str, Origin]:
    """Read origins.csv: one row per source file that points come from."""
    origins: dict[str, Origin] = {}
    for record in csv_records(path, required=("id", "source"), delimiter=","):
        values: dict[str, Any] = {
            name: record.take(name, iso_date if name in ORIGIN_DATES else str) for name in ORIGIN_COLUMNS
        }
        record.done()
        if values["id"] in origins:
            raise record.bad("id", f"{values['id']!r} a second time", "every origin once")
        origins[values["id"]] = _checked(record, partial(Origin, **values))
    return origins


def read_points(
    path: Path, origins: Mapping[str, Origin], words: Reading | None = None
) -> tuple[DataPoint, ...]:
    """Read one table of points; `words` translates values that are words.

    BadInput names file, line and column of every row that cannot be a data point.
    """
    points: list[DataPoint] = []
    findings: list[Finding] = []
    for record in csv_records(path, required=("unit", "parameter", "value"), delimiter=","):
        try:
            points.append(_point(record, origins, words or _no_words))
        except BadInput as problem:
            findings.extend(problem.findings)
    if findings:
        raise BadInput(*findings)
    return tuple(points)


def _no_words(parameter: str, word: str) -> float | None:
    return None


def _point(record: Record, origins: Mapping[str, Origin], words: Reading) -> DataPoint:
    unit, parameter = record.take("unit"), record.take("parameter")
    value = record.take("value", _number(parameter, words), optional=True)
    status = record.take("status", _status, optional=True) or (
        Status.VALUE if value is not None else Status.MISSING
    )
    origin = _origin(record, origins)
    point = _checked(
        record,
        lambda: DataPoint(
            unit=unit,
            parameter=parameter,
            status=status,
            value=value,
            found=record.take("found", float, optional=True),
            grade=record.take("grade", optional=True) or "B",
            reason=record.take("reason", optional=True)
            or ("" if status is Status.VALUE else "no value given"),
            approximated=record.take("approximated", _flag, optional=True) or False,
            data_date=record.take("data_date", iso_date, optional=True) or origin.data_date,
            valid_from=record.take("valid_from", iso_date, optional=True),
            valid_to=record.take("valid_to", iso_date, optional=True),
            origin=origin,
            place=record.take("place", optional=True) or f"{Path(record.file).name} {record.place}",
            note=record.take("note", optional=True) or "",
            table=(record.file, record.line),
        ),
    )
    record.done()
    return point


def _number(parameter: str, words: Reading) -> Callable[[object], float]:
    def read(value: object) -> float:
        word = words(parameter, str(value).strip())
        return plain_number(value) if word is None else word

    return read


def _status(value: object) -> Status:
    try:
        return Status(str(value))
    except ValueError as problem:
        raise NotReadable(value, f"one of {', '.join(Status)}, or nothing") from problem


def _flag(value: object) -> bool:
    if value not in ("yes", "no"):
        raise NotReadable(value, "yes, no or nothing")
    return value == "yes"


def _origin(record: Record, origins: Mapping[str, Origin]) -> Origin:
    name = record.take("origin", optional=True)
    if name is None and len(origins) == 1:
        return next(iter(origins.values()))
    if name is None:
        message = "the id of a row of origins.csv: no data point without origin"
        raise record.bad("origin", "no origin", message)
    if name not in origins:
        raise record.bad(
            "origin", repr(name), f"the id of a row of origins.csv: {', '.join(origins) or 'it is empty'}"
        )
    return origins[name]


def _checked(record: Record, make: Callable[[], Thing]) -> Thing:
    """Give the errors of a constructor the place of the record."""
    try:
        return make()
    except BadInput as problem:
        raise BadInput(*(_placed(finding, record) for finding in problem.findings)) from problem


def _placed(finding: Finding, record: Record) -> Finding:
    if finding.file:
        return finding
    return Finding(record.file, record.line, finding.field, finding.found, finding.expected, finding.severity)


def points_table(points: Iterable[DataPoint]) -> bytes:
    """Write points as CSV in the order given; the same points give the same bytes."""
    return table(COLUMNS, (as_texts(point) for point in points))


def origins_table(origins: Iterable[Origin]) -> bytes:
    """Write origins as CSV, sorted by id."""
    rows = (
        [_text(getattr(origin, name)) for name in ORIGIN_COLUMNS]
        for origin in sorted(origins, key=lambda o: o.id)
    )
    return table(ORIGIN_COLUMNS, rows)


def as_texts(point: DataPoint) -> list[str]:
    """Write the fields of a point as texts, in the order of COLUMNS."""
    return [_text(point.origin.id if name == "origin" else getattr(point, name)) for name in COLUMNS]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Write a table as CSV: comma, UTF-8, line feed, quotes only where needed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def number(value: float) -> str:
    """Write a number with 12 significant digits; NaN is empty."""
    return "" if value != value else number_text(float(value))
