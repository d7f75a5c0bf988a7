"""The header of a table, found by meaning and not by position.

Publishers put titles above their header, spread it over several rows with merged cells, add columns and move rows from
one edition of a file to the next. What stays is what the columns are called; so a header is the first block of rows in
which all required names occur.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from stadtindex.documents.names import Names, cleaned, fits, meaning, wanted

Cell = object
Row = Sequence[Cell]
Required = Sequence[str | tuple[str, ...]]
Merge = tuple[tuple[int, int], tuple[int, int]]  # first and last (row, column), counted from 0

NAMELESS = "(column"
DEEPEST = 8  # rows of the deepest header
SEARCHED = 120  # rows in which a header is looked for
MERGES = 2000  # merged ranges that are looked at around the header


@dataclass(frozen=True)
class Header:
    """Where the header stands (rows counted from 0, `end` exclusive) and what its columns are called."""

    start: int
    end: int
    names: Names


def find_header(rows: Sequence[Row], required: Required, merges: Sequence[Merge] = ()) -> Header | None:
    """Find the earliest and smallest block of rows with all required names; without any, the first row not blank.

    A tuple among the required names lists alternatives. Cells merged downwards pull the rows they cover into the block.
    """
    searched = rows[:SEARCHED]
    if not required:
        first = next((at for at, row in enumerate(searched) if not blank(row)), None)
        return None if first is None else Header(first, first + 1, _names(rows, first, first + 1, ()))
    near = [merge for merge in merges if merge[0][0] < SEARCHED + DEEPEST][:MERGES]
    tall = [merge for merge in near if 0 < merge[1][0] - merge[0][0] < DEEPEST]
    for end in range(_earliest(searched, required), len(searched) + 1):
        if blank(rows[end - 1]):
            continue
        for start in range(end - 1, max(-1, end - 1 - DEEPEST), -1):
            if _complete(_names(rows, start, end, near), required):
                top, bottom = _closed(start, end, tall, len(rows))
                return Header(top, bottom, _names(rows, top, bottom, near))
    return None


def missing_names(rows: Sequence[Row], required: Required) -> list[str]:
    """List the required names that occur in no row at all (for the message when no header was found)."""
    seen = {meaning(_text(cell)) for row in rows for cell in row if not empty(cell)}
    return [" or ".join(names) for names in map(_alternatives, required) if not _seen(names, seen)]


def blank(row: Row) -> bool:
    """Tell whether no cell of the row says anything."""
    return all(map(empty, row))


def empty(cell: Cell) -> bool:
    """Tell whether a cell says nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _earliest(rows: Sequence[Row], required: Required) -> int:
    """Count the rows after which every required word has been seen: no header can end before."""
    lacking = [_alternatives(want) for want in required]
    seen: set[str] = set()
    for end, row in enumerate(rows, start=1):
        new = {meaning(_text(cell)) for cell in row if not empty(cell)}
        if new - seen:
            seen |= new
            lacking = [names for names in lacking if not _seen(names, seen)]
        if not lacking:
            return end
    return len(rows) + 1


def _alternatives(want: str | tuple[str, ...]) -> tuple[str, ...]:
    return (want,) if isinstance(want, str) else want


def _seen(names: tuple[str, ...], seen: set[str]) -> bool:
    return any(all(_among(part, seen) for part in wanted(name)) for name in names)


def _among(part: str, seen: set[str]) -> bool:
    return any(fits(part, one) for one in seen) if "*" in part else part in seen


def _complete(names: Names, required: Required) -> bool:
    for want in required:
        first, *others = _alternatives(want)
        try:
            if names.find(first, tuple(others)) is None:
                return False
        except ValueError:  # several columns are called so: it is there, and whoever takes it must say which
            continue
    return True


def _closed(start: int, end: int, tall: Sequence[Merge], last: int) -> tuple[int, int]:
    """Grow the block until no merged cell sticks out of it (and never beyond DEEPEST rows)."""
    while True:
        touching = [m for m in tall if m[0][0] < end and m[1][0] >= start]
        top = min([start, *(m[0][0] for m in touching)])
        bottom = min(max([end, *(m[1][0] + 1 for m in touching)]), last)
        if (top, bottom) == (start, end) or bottom - top > DEEPEST:
            return start, end
        start, end = top, bottom


def _names(rows: Sequence[Row], start: int, end: int, merges: Sequence[Merge]) -> Names:
    width = max((len(row) for row in rows[start:end]), default=0)
    grid = [[_text(row[at]) if at < len(row) else "" for at in range(width)] for row in rows[start:end]]
    for (top, left), (_, right) in merges:
        if start <= top < end and left < width:
            for at in range(left, min(right + 1, width)):
                grid[top - start][at] = grid[top - start][left]
    _fill_forward(grid)
    while width and not any(row[width - 1] for row in grid):
        width -= 1
    return Names(_column(grid, at) for at in range(width))


def _fill_forward(grid: list[list[str]]) -> None:
    """Spread a heading to the right over the blanks that have a sub-heading below, within the heading above."""
    for depth, row in enumerate(grid[:-1]):
        source = -1
        for at, cell in enumerate(row):
            if cell:
                source = at
            elif source >= 0 and _below(grid, depth, at) and _same_above(grid, depth, source, at):
                row[at] = row[source]


def _below(grid: list[list[str]], depth: int, at: int) -> bool:
    return any(row[at] for row in grid[depth + 1 :])


def _same_above(grid: list[list[str]], depth: int, one: int, other: int) -> bool:
    return all(row[one] == row[other] for row in grid[:depth])


def _column(grid: list[list[str]], at: int) -> tuple[str, ...]:
    parts = [cleaned(row[at]) for row in grid if row[at]]
    return tuple(parts) or (f"{NAMELESS} {at + 1})",)


def _text(cell: Cell) -> str:
    if empty(cell):
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
