"""Strict reading: every field of a record is taken, ignored by name, or raises.

for record in csv_records(doc, required=("AGS", "total")):
    key = record.take("AGS")
    amount = record.take("total", integer)
    record.done(ignoring=("Public Key*",))
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, TypeVar, overload

from stadtindex.definitions.finding import BadInput, Finding
from stadtindex.documents.names import Names
from stadtindex.documents.numbers import NotReadable, integer, plain_number

Value = TypeVar("Value")
NOTHING: Mapping[tuple[str, tuple[str, ...]], str | None] = {}


class Record:
    """One row or object of a document, with its place in it.

    `fields` maps names to values as read. Columns of tables (`names` given) are found by meaning, as described at
    `Names`; keys of JSON objects are found by their exact text.
    """

    __slots__ = ("_names", "_taken", "fields", "file", "line", "place", "unused")

    def __init__(
        self,
        fields: Mapping[str, object],
        file: str,
        line: int | None,
        *,
        place: str = "",
        names: Names | None = None,
    ) -> None:
        self.fields = fields
        self.file = file
        self.line = line
        self.place = place or f"line {line}"
        self._names = names
        self._taken: set[str] = set()
        self.unused: Callable[[str, object], None] | None = None

    @overload
    def take(self, name: str, *, aliases: tuple[str, ...] = ()) -> str: ...
    @overload
    def take(self, name: str, *, optional: Literal[True], aliases: tuple[str, ...] = ()) -> str | None: ...
    @overload
    def take(self, name: str, convert: Callable[[Any], Value], *, aliases: tuple[str, ...] = ()) -> Value: ...
    @overload
    def take(
        self,
        name: str,
        convert: Callable[[Any], Value],
        *,
        optional: Literal[True],
        aliases: tuple[str, ...] = (),
    ) -> Value | None: ...
    def take(
        self,
        name: str,
        convert: Callable[[Any], Any] = str,
        *,
        optional: bool = False,
        aliases: tuple[str, ...] = (),
    ) -> Any:
        """Read the value of a field, converted. `optional` lets the field be absent or empty (then None).

        `str`, `int`, `float`, `bool`, `list` and `dict` as converters are strict: a whole number becomes text without
        ".0", text becomes a number only in plain writing, truth must be truth.
        """
        # What was asked of an earlier row of the same table need not be looked for again.
        found = self._names.found if self._names is not None else NOTHING
        field = found[name, aliases] if (name, aliases) in found else self._find(name, aliases)
        if field is None:
            if optional:
                return None
            raise self.bad(name, "no such field", self._known(name))
        self._taken.add(field)
        value = self.fields[field]
        text = value.strip() if isinstance(value, str) else value
        if text is None or text == "":
            if optional:
                return None
            raise self.bad(name, "an empty field", "a value")
        # Text that is asked for as text is most of what tables hold: it needs no converter.
        return text if convert is str and isinstance(text, str) else self._converted(name, value, convert)

    def has(self, name: str, aliases: tuple[str, ...] = ()) -> bool:
        """Tell whether there is such a field (empty or not)."""
        return self._find(name, aliases) is not None

    def done(self, ignoring: Iterable[str] = ()) -> None:
        """Raise if a field was neither taken nor is ignored by name; `*` in a name stands for anything.

        Where somebody listens (`unused` is set) every such field is told instead: a column that a publisher has added
        must be looked at, but it does not change what the other columns say.
        """
        left = self.fields.keys() - self._taken
        if left:
            names = tuple(ignoring)
            left -= self._names.matching(names) if self._names else _ignored(tuple(self.fields), names)
        if left and self.unused is not None:
            for name in left:
                self.unused(name, self.fields[name])
        elif left:
            first = next(name for name in self.fields if name in left)
            message = "a field that is read or ignored by name; the source has changed: decide what this field means"
            raise self.bad(
                first, f"an unused field ({len(left)} in all), value {self.fields[first]!r}", message
            )

    def replaced(self, values: Mapping[str, object]) -> "Record":
        """Copy the record with other values for fields that exist (a declared correction)."""
        fields = dict(self.fields)
        for name, value in values.items():
            field = self._find(name, ())
            if field is None:
                raise self.bad(name, "no such field", self._known(name))
            fields[field] = value
        copy = Record(fields, self.file, self.line, place=self.place, names=self._names)
        copy.unused = self.unused
        return copy

    def bad(self, field: str, found: str, expected: str) -> BadInput:
        """Make the exception for this record, to be raised by whoever finds its content impossible."""
        place = "" if self.place == f"line {self.line}" else self.place
        where = ", ".join(part for part in (place, field) if part)
        return BadInput(Finding(self.file, self.line, where, found, expected))

    def _find(self, name: str, aliases: tuple[str, ...]) -> str | None:
        if self._names is not None:
            try:
                return self._names.find(name, aliases)
            except ValueError as error:
                raise self.bad(name, "a name that fits more than one column", str(error)) from error
        return next((one for one in (name, *aliases) if one in self.fields), None)

    def _known(self, name: str) -> str:
        return f"a field {name!r}; there are: {', '.join(self.fields)}"

    def _converted(self, name: str, value: object, convert: Callable[[Any], Any]) -> Any:
        try:
            return STRICT.get(convert, convert)(value)
        except BadInput:
            raise
        except NotReadable as error:
            raise self.bad(name, repr(error.found), error.expected) from error
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise self.bad(name, repr(value), f"{_called(convert)} ({error})") from error

    def __repr__(self) -> str:
        return f"Record({self.file}, {self.place}, {dict(self.fields)!r})"


def as_text(value: object) -> str:
    """Read text as it stands, without blanks around it; a whole number without ".0"; never truth, lists or objects."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if value is None or isinstance(value, bool | list | dict):
        raise NotReadable(value, "text")
    return str(value)


def as_flag(value: object) -> bool:
    """Accept True or False and nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise NotReadable(value, "true or false")
    return value


def as_list(value: object) -> list[Any]:
    """Accept a JSON array."""
    if not isinstance(value, list):
        raise NotReadable(value, "an array")
    return value


def as_object(value: object) -> dict[str, Any]:
    """Accept a JSON object."""
    if not isinstance(value, dict):
        raise NotReadable(value, "an object")
    return value


# The plain types convert too willingly (bool("nein") is True, str(1.0) is "1.0"): strict readers stand in for them.
STRICT: dict[Any, Callable[[Any], Any]] = {
    str: as_text,
    int: integer,
    float: plain_number,
    bool: as_flag,
    list: as_list,
    dict: as_object,
}


@lru_cache(maxsize=1024)
def _ignored(fields: tuple[str, ...], ignoring: tuple[str, ...]) -> frozenset[str]:
    patterns = [
        re.compile(".*".join(re.escape(part) for part in name.split("*")), re.DOTALL) for name in ignoring
    ]
    return frozenset(field for field in fields if any(pattern.fullmatch(field) for pattern in patterns))


def _called(convert: Callable[[Any], Any]) -> str:
    return f"something that {getattr(convert, '__name__', 'the converter')} understands"
