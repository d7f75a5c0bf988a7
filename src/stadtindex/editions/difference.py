"""One place where something is not what it should be, for everything that compares stored with recomputed files."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True)
class Difference:
    """One place where a bundle is not what it should be; `row` are the first cells of a table's row."""

    file: str
    line: int | None
    row: tuple[str, ...]
    column: str
    stored: str
    recomputed: str
    small: bool = False

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        cell = ", ".join((*self.row, self.column)) if self.column else ", ".join(self.row)
        return f"{place}: {cell + ': ' if cell else ''}stored {self.stored}, {self.recomputed}"


def compare_lines(name: str, left: bytes, right: bytes) -> Iterator[Difference]:
    """Compare two texts line by line."""
    pairs = zip_longest(left.decode("utf-8", "replace").split("\n"), right.decode("utf-8").split("\n"))
    for line, (a, b) in enumerate(pairs, start=1):
        if a != b:
            yield Difference(name, line, (), "", repr(a), f"recomputed {b!r}")
