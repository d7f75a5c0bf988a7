"""A data point: what one document says about one parameter of one unit, and where it says so."""

import math
from dataclasses import dataclass, field
from datetime import date

from stadtindex.datapoints.origin import Origin
from stadtindex.datapoints.state import Status
from stadtindex.definitions.finding import BadInput, Finding

GRADES = ("A", "B", "C")
DIGITS = 12  # more than any source measures; fewer than where sums of floats differ in the last bits


@dataclass(frozen=True)
class DataPoint:
    """One cell with its origin.

    `value` is what counts (None unless `status` is value), `found` the raw finding where it differs in kind: a list in
    which a unit is not named has found 0, and the value is missing. `grade` says how far the source can be trusted (A
    official, B with a stated weakness, C a list of those present), `reason` why there is no value, `place` where in
    the file it stands. `approximated` marks a value of a larger area. The period of validity is inclusive at both ends.
    `table` is the file and line of the table of points that it was read from, for messages only.
    """

    unit: str
    parameter: str
    status: Status
    value: float | None
    found: float | None
    grade: str
    reason: str
    approximated: bool
    data_date: date
    valid_from: date | None
    valid_to: date | None
    origin: Origin
    place: str
    note: str = ""
    table: tuple[str, int | None] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        checks = (*_texts(self), *_status(self), *_numbers(self), *_period(self))
        findings = [Finding("", None, name, found, expected) for name, found, expected in checks]
        if findings:
            raise BadInput(*findings)

    @property
    def cell(self) -> tuple[str, str]:
        """Unit and parameter: of each pair there is one point in an edition."""
        return self.unit, self.parameter

    @property
    def whereabouts(self) -> str:
        """Where it was read, for messages: the table of points and its line, else the source's file and the place in it."""
        if self.table is not None:
            return ":".join(str(part) for part in self.table if part is not None)
        return f"{self.origin.file}, {self.place}"


def canonical(value: float) -> float:
    """Round to 12 significant digits, and minus zero to zero: the value that is kept, hashed and computed with."""
    return float(f"{value:.{DIGITS}g}") + 0.0


def number_text(value: float) -> str:
    """Write a number in its one canonical way: the shortest text of its canonical value, whole numbers without ".0"."""
    return repr(canonical(value)).removesuffix(".0")


Check = tuple[str, str, str]


def _texts(point: DataPoint) -> list[Check]:
    expected = "a text: no data point without unit, parameter and the place where it was found"
    texts = (("unit", point.unit), ("parameter", point.parameter), ("place", point.place))
    return [(name, "nothing", expected) for name, text in texts if not text.strip()]


def _status(point: DataPoint) -> list[Check]:
    if point.status is Status.VALUE:
        if point.value is None:
            return [("value", "nothing", "a number, or a status that says why there is none")]
        return []
    checks = []
    if point.value is not None:
        checks.append(("value", repr(point.value), f"nothing, because the status is {point.status}"))
    if not point.reason.strip():
        checks.append(
            ("reason", "nothing", f"why the value is {point.status}, in words that the city understands")
        )
    return checks


def _numbers(point: DataPoint) -> list[Check]:
    numbers = (("value", point.value), ("found", point.found))
    checks = [
        (name, repr(number), "a finite number")
        for name, number in numbers
        if number is not None and not math.isfinite(number)
    ]
    if point.grade not in GRADES:
        checks.append(("grade", repr(point.grade), f"one of {', '.join(GRADES)}"))
    return checks


def _period(point: DataPoint) -> list[Check]:
    if point.valid_from and point.valid_to and point.valid_to < point.valid_from:
        return [("valid_to", point.valid_to.isoformat(), f"a day not before {point.valid_from.isoformat()}")]
    return []
