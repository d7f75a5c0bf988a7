"""Records from rows: what CSV files and worksheets have in common once their cells are read."""

from collections.abc import Iterable, Iterator, Sequence

from stadtindex.documents.header import NAMELESS, Cell, Header, blank, empty
from stadtindex.documents.record import Record

Line = tuple[int, Sequence[Cell]]  # the line or row as a reader of the file counts it, and its cells


class Records(Iterator[Record]):
    """The records below a header, one after the other; knows what stood above them.

    `preamble` are the rows above the header (title, date of the data), `columns` the names of the columns,
    `title` the name of the sheet ("" for CSV). A column without a name is a field only where it has content.
    """

    def __init__(self, lines: Iterable[Line], header: Header, file: str, *, title: str = "") -> None:
        rows = iter(lines)
        self.title = title
        self.columns = header.names.columns
        self.preamble: tuple[Line, ...] = tuple(
            row for _, row in zip(range(header.start), rows, strict=False)
        )
        for _ in zip(range(header.end - header.start), rows, strict=False):
            pass
        self._rows = rows
        self._file = file
        self._header = header
        self._nameless = [column for column in self.columns if column.startswith(NAMELESS)]

    def __next__(self) -> Record:
        for line, cells in self._rows:
            if not blank(cells):
                return self._record(line, cells)
        raise StopIteration

    def _record(self, line: int, cells: Sequence[Cell]) -> Record:
        place = f"sheet {self.title} row {line}" if self.title else ""
        fields = dict(zip(self.columns, cells, strict=False))
        for column in self._nameless:
            if empty(fields.get(column)):
                fields.pop(column, None)
        record = Record(fields, self._file, line, place=place, names=self._header.names)
        width = len(self.columns)
        if len(cells) < width:
            raise record.bad(
                "", f"a row of {len(cells)} cells", f"{width} cells as in the header; is the file cut off?"
            )
        if len(cells) > width and not blank(cells[width:]):
            extra = next(cell for cell in cells[width:] if not empty(cell))
            raise record.bad(
                "",
                f"{extra!r} beyond the last column",
                f"{width} cells as in the header; check the delimiters",
            )
        return record
