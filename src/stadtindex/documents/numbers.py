"""Numbers and dates as publishers write them: 1.234,5 and 31.12.2026, plain 1234.5 and 2026-12-31, Excel cells.

Every function takes the cell as it was read (text, or the number or date that a workbook holds) and gives a value or
raises `NotReadable`. Nothing is guessed: what could mean two things is refused.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TypeVar

Value = TypeVar("Value")

SPACES = str.maketrans(dict.fromkeys(" \u00a0\u2007\u2009\u202f", " "))
MINUS = "\u2212"
PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
GERMAN = re.compile(r"[+-]?([0-9]+|[1-9][0-9]{0,2}([. ])[0-9]{3}(\2[0-9]{3})*)(,[0-9]+)?")
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})([T ][0-9:.,+Z-]*)?")
DOTTED = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")
NAMED = re.compile(r"([0-9]{1,2})\.? ([A-Za-zäÄ]+)\.? ([0-9]{4})")
ISO_EXPECTED = "a date of the form YYYY-MM-DD"
MONTHS = (
    "januar",
    "februar",
    "märz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
)
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_FIRST = 61  # 1900-03-01: before it the serial numbers carry Lotus' leap-year error
EXCEL_LAST = 2_958_465  # 9999-12-31


class NotReadable(ValueError):  # noqa: N818 - named after what it is
    """A cell that cannot be read as what was asked for."""

    def __init__(self, found: object, expected: str) -> None:
        super().__init__(f"found {found!r}; expected {expected}")
        self.found = found
        self.expected = expected


def plain_number(value: object) -> float:
    """Read a number with a decimal point and no grouping: 1234.5, -0.5, 1e-3; a number stays what it is."""
    expected = "a number with a decimal point and without thousands marks, e.g. 1234.5"
    text = _number_or_text(value, expected)
    if isinstance(text, float):
        return text
    if not PLAIN.fullmatch(text):
        raise NotReadable(value, expected)
    return _finite(float(text), value, expected)


def german_number(value: object, *, thousands: bool = False) -> float:
    """Read a number in German writing: 1.234,5 or 1234,5 or 12; a number stays what it is.

    "1.234" alone may mean one thousand or one and a bit: it is refused unless `thousands` says that the column writes
    thousands points.
    """
    expected = "a number in German writing, e.g. 1.234,5"
    text = _number_or_text(value, expected)
    if isinstance(text, float):
        return text
    match = GERMAN.fullmatch(text)
    if not match:
        raise NotReadable(value, expected)
    if not thousands and "," not in text and text.count(".") == 1:
        raise NotReadable(
            value, "a number that cannot mean two things (1234 or 1,234), or thousands=True for this column"
        )
    return _finite(float(text.replace(".", "").replace(" ", "").replace(",", ".")), value, expected)


def integer(value: object) -> int:
    """Read a whole number without grouping: 1234; a number must be whole."""
    expected = "a whole number, e.g. 1234"
    text = _number_or_text(value, expected)
    if isinstance(text, str):
        if not WHOLE.fullmatch(text):
            raise NotReadable(value, expected)
        return int(text)
    if not text.is_integer():
        raise NotReadable(value, expected)
    return int(value) if isinstance(value, int) else int(text)


def german_integer(value: object) -> int:
    """Read a whole number, thousands points allowed: 1.234.567; a number must be whole."""
    if isinstance(value, str):
        number = german_number(value, thousands=True)
        if not number.is_integer() or "," in value:
            raise NotReadable(value, "a whole number, e.g. 1.234")
        return int(number)
    return integer(value)


def iso_date(value: object) -> date:
    """Read 2026-12-31, with or without a time behind it; a date cell stays what it is."""
    if isinstance(value, date):
        return _day(value)
    if not isinstance(value, str):
        raise NotReadable(value, ISO_EXPECTED)
    return _iso_day(value)


@lru_cache(maxsize=4096)
def _iso_day(text: str) -> date:
    """Read a day; a table has few days and names them often."""
    match = ISO.fullmatch(text.strip())
    if not match:
        raise NotReadable(text, ISO_EXPECTED)
    return _date(int(match[1]), int(match[2]), int(match[3]), text)


def german_date(value: object) -> date:
    """Read 31.12.2026 or 31. Dezember 2026 (years in full); a date cell stays what it is."""
    if isinstance(value, date):
        return _day(value)
    text = " ".join(value.translate(SPACES).split()) if isinstance(value, str) else ""
    if match := DOTTED.fullmatch(text):
        return _date(int(match[3]), int(match[2]), int(match[1]), value)
    match = NAMED.fullmatch(text)
    if match and match[2].lower() in MONTHS:
        return _date(int(match[3]), MONTHS.index(match[2].lower()) + 1, int(match[1]), value)
    raise NotReadable(value, "a date of the form DD.MM.YYYY (the year with four digits)")


def excel_date(value: object) -> date:
    """Read a date cell, or the serial number of days behind one (1900 system)."""
    if isinstance(value, date):
        return _day(value)
    expected = "a date cell or its serial number"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotReadable(value, expected)
    if not EXCEL_FIRST <= value <= EXCEL_LAST:
        raise NotReadable(value, f"{expected} between {EXCEL_FIRST} and {EXCEL_LAST}")
    return EXCEL_EPOCH + timedelta(days=int(value))


def any_date(value: object) -> date:
    """Read a date in ISO or German writing, or a date cell; serial numbers only through `excel_date`."""
    for read in (iso_date, german_date):
        try:
            return read(value)
        except NotReadable:
            continue
    raise NotReadable(value, "a date of the form YYYY-MM-DD or DD.MM.YYYY")


def with_symbols(
    convert: Callable[[object], Value], symbols: Mapping[str, Value]
) -> Callable[[object], Value]:
    """Make a converter that knows a table's legend, e.g. {".": None, "-": 0.0} where "." is secret, "-" nothing.

    A symbol is never a number by itself: which one means what is the publisher's word and stands at the call.
    """

    def read(value: object) -> Value:
        if isinstance(value, str) and value.strip() in symbols:
            return symbols[value.strip()]
        return convert(value)

    return read


def _number_or_text(value: object, expected: str) -> float | str:
    if isinstance(value, str):
        return value.translate(SPACES).strip().replace(MINUS, "-")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotReadable(value, expected)
    try:
        return _finite(float(value), value, expected)
    except OverflowError as error:
        raise NotReadable("a number beyond all measure", expected) from error


def _finite(number: float, value: object, expected: str) -> float:
    if not math.isfinite(number):
        raise NotReadable(value, expected)
    return number


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _date(year: int, month: int, day: int, value: object) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NotReadable(value, "a day that exists in the calendar") from error
