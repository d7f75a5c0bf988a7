"""How numbers and dates are written, in German and in English; the counterpart of documents.numbers, which reads them.

Rounding is half to even on the decimal value, as Babel does it. A value that is not there is a dash, never a zero.
"""

import math
from datetime import date
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


@cache
def _pattern(decimals: int, grouping: bool) -> str:
    whole = "#,##0" if grouping else "0"
    return whole + ("." + "0" * decimals if decimals else "")


def number(value: float | None, language: str, *, decimals: int = 1, grouping: bool = True) -> str:
    """Write a number with a fixed count of decimals: 1.234,5 in German, 1,234.5 in English; missing is a dash."""
    if value is None or math.isnan(value):
        return DASH
    # A negative value that rounds to nothing is nothing: no "−0.0".
    value = 0.0 if round(value, decimals) == 0 else value
    text = format_decimal(value, format=_pattern(decimals, grouping), locale=_locale(language))
    return text.replace("-", MINUS)


def signed(value: float | None, language: str, *, decimals: int = 1) -> str:
    """Write a change with its sign: +10,5, −4,5; nothing has no sign, missing is a dash."""
    text = number(value, language, decimals=decimals)
    return f"+{text}" if value is not None and round(value, decimals) > 0 else text


def plain(value: float | None, language: str) -> str:
    """Write a source value with as many decimals as it carries, at most six: 94, 0,26, 12,5."""
    if value is None or math.isnan(value):
        return DASH
    text = format_decimal(value, format="#,##0.######", locale=_locale(language))
    return text.replace("-", MINUS)


def percent(share: float | None, language: str, *, decimals: int = 0) -> str:
    """Write a share between 0 and 1 as a percentage: 93,8 % in German, 93.8% in English."""
    if share is None or math.isnan(share):
        return DASH
    gap = NO_BREAK_SPACE if language == "de" else ""
    return number(share * 100, language, decimals=decimals) + gap + "%"


def chance(share: float | None, language: str) -> str:
    """Write a share of draws as a percentage: never 0 or 100 %, for draws are not all there could be."""
    if share is None or math.isnan(share):
        return DASH
    least, most = percent(0.01, language), percent(0.99, language)
    if share < 0.01:
        return f"unter {least}" if language == "de" else f"under {least}"
    if share > 0.99:
        return f"über {most}" if language == "de" else f"over {most}"
    return percent(share, language)


def span(low: int, high: int, language: str) -> str:
    """Write an interval of ranks: 17 bis 34 in German, 17 to 34 in English; one rank alone is that rank."""
    if low == high:
        return str(low)
    return f"{low} bis {high}" if language == "de" else f"{low} to {high}"


def day(value: date, language: str) -> str:
    """Write a date for a table: 11.12.2026 in German, 2026-12-11 in English."""
    if language == "de":
        return value.strftime("%d.%m.%Y")
    return value.isoformat()


def day_in_text(value: date, language: str) -> str:
    """Write a date for running text: 11. Dezember 2026 in German, 11 December 2026 in English."""
    pattern = "d. MMMM y" if language == "de" else "d MMMM y"
    return format_date(value, format=pattern, locale=_locale(language))
