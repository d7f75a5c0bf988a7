"""Print tables and sentences; wide enough for a pipe, as wide as the window in a terminal."""

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import fill

from rich import box
from rich.console import Console
from rich.table import Table

WIDTH_OF_A_PIPE = 200
# Running text is hard to read in longer lines.
WIDTH_OF_TEXT = 110
SHORTEST_TEXT = 16


@dataclass(frozen=True)
class Column:
    """A column of a printed table: numbers stand to the right and are never cut, text folds where room is short."""

    title: str
    right: bool = False


def console() -> Console:
    """Give the console that writes to standard output."""
    return Console(
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
        width=None if sys.stdout.isatty() else WIDTH_OF_A_PIPE,
    )


def width() -> int:
    """Give the number of characters that fit into a line."""
    return console().width


def show_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
    """Print a table with hairlines only."""
    cells = [list(row) for row in rows]
    table = Table(
        box=box.SIMPLE_HEAD,
        title=title or None,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    for index, column in enumerate(columns):
        longest = max((len(line) for row in cells for line in row[index].splitlines()), default=0)
        least = longest if column.right else min(longest, SHORTEST_TEXT)
        table.add_column(
            column.title, justify="right" if column.right else "left", overflow="fold", min_width=least
        )
    for row in cells:
        table.add_row(*row)
    console().print(table)
    say()


def wrapped(text: str, *, hanging: str = "") -> str:
    """Break a text between words where the line ends; `hanging` stands before the first line, the others are indented."""
    room = min(width(), WIDTH_OF_TEXT)
    return fill(
        text,
        width=room,
        initial_indent=hanging,
        subsequent_indent=" " * len(hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )


def show_groups(
    columns: Sequence[Column], groups: Iterable[tuple[str, Sequence[Sequence[str]]]], *, title: str = ""
) -> None:
    """Print a table in which a line of text stands above some groups of rows ("" for none); columns run through."""
    parts = [(heading, [list(row) for row in rows]) for heading, rows in groups]
    widths = _widths(columns, [row for _, rows in parts for row in rows])
    for at, (heading, rows) in enumerate(parts):
        table = Table(
            box=box.SIMPLE_HEAD,
            title=(title or None) if at == 0 else None,
            title_justify="left",
            title_style="bold",
            pad_edge=False,
            show_edge=False,
            show_header=at == 0,
            padding=(0, 1, 0, 0),
        )
        for column, room in zip(columns, widths, strict=True):
            table.add_column(
                column.title, justify="right" if column.right else "left", overflow="fold", width=room
            )
        if heading and at == 0:
            # The first heading stands under the titles of the columns.
            console().print(table)
            table.title, table.show_header = None, False
        if heading:
            console().print(heading, style="dim", soft_wrap=False)
        for row in rows:
            table.add_row(*row)
        console().print(table)
    say()


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    """Give every column its room: numbers are never cut; where a line is short, titles and texts fold."""
    longest = [
        max((len(line) for row in rows for line in row[at].splitlines()), default=1)
        for at in range(len(columns))
    ]
    least = [
        room if column.right else min(room, SHORTEST_TEXT)
        for column, room in zip(columns, longest, strict=True)
    ]
    wanted = [max(room, len(column.title)) for column, room in zip(columns, longest, strict=True)]
    # Between two columns stand two blanks.
    over = sum(wanted) + 2 * (len(columns) - 1) - width()
    while over > 0:
        spare = [room - floor for room, floor in zip(wanted, least, strict=True)]
        widest = spare.index(max(spare))
        if spare[widest] <= 0:
            break
        wanted[widest] -= 1
        over -= 1
    return wanted


def say(text: str = "") -> None:
    """Print one sentence."""
    sys.stdout.write(f"{text}\n")


def show_json(document: object) -> None:
    """Print JSON."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def show_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print CSV: comma, decimal point; a cell that a spreadsheet would run as a formula is disarmed."""
    from stadtindex.documents.safe import guard_formula

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(
            [guard_formula(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row]
        )
