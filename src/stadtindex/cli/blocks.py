"""A report as a list of blocks, which the terminal and Markdown both know how to write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stadtindex.cli.show import Column


@dataclass(frozen=True)
class Heading:
    """A heading; the title of the report has depth 1."""

    depth: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A sentence, or several."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list of sentences, each with a mark (may be empty) before it."""

    points: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table with a line that says what it shows."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Points | Grid


def markdown(blocks: Iterable[Block]) -> str:
    """Write a report as Markdown: one line per paragraph, tables with aligned numbers."""
    return "\n".join(_as_markdown(block) for block in blocks)


def _as_markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.depth} {_escaped(block.text)}\n"
    if isinstance(block, Paragraph):
        return f"{_escaped(block.text)}\n"
    if isinstance(block, Points):
        return "".join(f"- {f'**{mark}** ' if mark else ''}{_escaped(text)}\n" for mark, text in block.points)
    lines = [_row([column.title for column in block.columns])]
    lines += [_row(["--:" if column.right else ":--" for column in block.columns])]
    lines += [_row([_escaped(cell) for cell in row]) for row in block.rows]
    return f"*{_escaped(block.title)}*\n\n" + "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Take their meaning from characters that Markdown reads as marks."""
    for sign in "\\`*_[]<|":
        text = text.replace(sign, f"\\{sign}")
    return text


def show(blocks: Iterable[Block]) -> None:
    """Print a report in the terminal."""
    for block in blocks:
        _print(block)


def _print(block: Block) -> None:
    from stadtindex.cli.show import say, show_table, wrapped

    if isinstance(block, Heading):
        say(block.text)
        say(("═" if block.depth == 1 else "─") * len(block.text) if block.depth < 3 else "")
    elif isinstance(block, Paragraph):
        say(wrapped(block.text))
        say()
    elif isinstance(block, Points):
        for mark, text in block.points:
            say(wrapped(f"{mark + ' ' if mark else ''}{text}", hanging="• "))
        say()
    else:
        show_table(block.columns, block.rows, title=block.title)
