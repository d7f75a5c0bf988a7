"""CSV tables of the definitions (units, attributes, aliases, territory), read strictly."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from stadtindex.definitions.finding import BadInput, Finding
from stadtindex.definitions.load.files import read_text
from stadtindex.definitions.locate import Place
from stadtindex.definitions.wording import did_you_mean, listed, shown

T = TypeVar("T")
MOST_FINDINGS = 50
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One row; a field that is wrong adds a finding and counts as absent."""

    fields: dict[str, str]
    place: Place
    findings: list[Finding]

    def text(self, name: str) -> str:
        """Give a field that must not be empty."""
        value = self.fields.get(name, "")
        if not value:
            self.wrong(name, "a value; fill in the field or remove the row")
        return value

    def day(self, name: str) -> date | None:
        """Give a date, None when the field is empty."""
        return self._read(name, day, "a date such as 2023-12-31, or an empty field")

    def number(self, name: str) -> float | None:
        """Give a number, None when the field is empty."""
        return self._read(name, number, "a number such as 51.5 with a point, or an empty field")

    def wrong(self, name: str, expected: str) -> None:
        """Add a finding about a field."""
        self.findings.append(self.place.at(name).finding(shown(self.fields.get(name, "")), expected))

    def _read(self, name: str, convert: Callable[[str], T], expected: str) -> T | None:
        value = self.fields.get(name, "")
        if not value:
            return None
        try:
            return convert(value)
        except ValueError:
            self.wrong(name, expected)
            return None


def day(text: str) -> date:
    """Read 2023-12-31 and nothing else, or raise ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def number(text: str) -> float:
    """Read 51.5 and nothing else (no leading zeros, comma or blanks), or raise ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text)


def shortened(findings: Iterable[Finding]) -> list[Finding]:
    """Keep fifty findings of each file, and say how many more there are: one mistake can spoil every row."""
    kept: list[Finding] = []
    number: dict[str, int] = {}
    for finding in findings:
        number[finding.file] = number.get(finding.file, 0) + 1
        if number[finding.file] <= MOST_FINDINGS:
            kept.append(finding)
    for file, count in number.items():
        if count > MOST_FINDINGS:
            found = f"{count - MOST_FINDINGS} more findings"
            kept.append(Finding(file, None, "", found, "the first fifty mended first"))
    return kept


def read_table(
    path: Path,
    required: Sequence[str],
    optional: Sequence[str],
    findings: list[Finding],
    *,
    open_ended: bool = False,
) -> list[Row]:
    """Read a CSV file with a header; `open_ended` also allows columns of other names.

    Adds findings for a wrong header and rows of a wrong length; rows that can be read are given all the same.
    """
    try:
        text = read_text(path, "CSV")
    except BadInput as error:
        findings.extend(error.findings)
        return []
    lines = _lines(path, text, findings)
    first = next(lines, None)
    if first is None:
        findings.append(Finding(str(path), 1, "", "an empty file", f"a header with {', '.join(required)}"))
        return []
    header = [name.strip() for name in first[1]]
    if not _header_is_right(path, header, (required, optional, open_ended), findings):
        return []
    return list(_rows(path, header, lines, findings))


def _lines(path: Path, text: str, findings: list[Finding]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for fields in reader:
            if fields:
                yield start, fields
            start = reader.line_num + 1
    except csv.Error as error:
        findings.append(
            Finding(str(path), start, "", str(error), 'CSV with commas and, where needed, quotes "…"')
        )


def _header_is_right(
    path: Path, header: list[str], allowed: tuple[Sequence[str], Sequence[str], bool], findings: list[Finding]
) -> bool:
    required, optional, open_ended = allowed
    known = [*required, *optional]
    before = len(findings)
    for name in required:
        if name not in header:
            advice = f"the column {name}; the header must have {', '.join(required)}, separated by commas"
            findings.append(Finding(str(path), 1, name, f"the columns {listed(header)}", advice))
    for index, name in enumerate(header):
        meant = did_you_mean(name, [column for column in known if column not in header])
        if name in header[:index]:
            findings.append(Finding(str(path), 1, name, "the column twice", "every column once; remove one"))
        elif name not in known and (not open_ended or not name or meant.startswith("did")):
            findings.append(
                Finding(str(path), 1, name, f"the unknown column {shown(name)}", f"a known column; {meant}")
            )
    return len(findings) == before


def _rows(
    path: Path, header: list[str], lines: Iterator[tuple[int, list[str]]], findings: list[Finding]
) -> Iterator[Row]:
    for line, fields in lines:
        if len(fields) != len(header):
            advice = f"{len(header)} fields as in the header; put fields with a comma in quotes"
            findings.append(Finding(str(path), line, "", f"{len(fields)} fields", advice))
            continue
        values = dict(zip(header, map(str.strip, fields), strict=True))
        yield Row(values, Place(str(path), {("row",): line}, ("row",)), findings)
