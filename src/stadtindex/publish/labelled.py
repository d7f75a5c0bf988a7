"""What a labelled table is: columns with codes, titles and units of measure, in which an absent number is None."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Value = str | float | int | None


class Content(StrEnum):
    """What a column holds; absent values are None in all of them."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    CELL = "cell"


class State(StrEnum):
    """What a cell of a table says: a value (zero is one), one that was put in for a missing one, or why there is none."""

    VALUE = "value"
    IMPUTED = "imputed"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    UNANSWERED = "unanswered"
    CONSTANT = "constant"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Column:
    """One column: its `name` (a code), what it holds, its unit of measure ("" for none) and its title."""

    name: str
    content: Content
    values: tuple[Value, ...]
    unit: str = ""
    title: str = ""


@dataclass(frozen=True)
class LabelledTable:
    """Columns of equal length; ValueError where they are not, or where a name is there twice."""

    name: str
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        if len({len(column.values) for column in self.columns}) > 1:
            raise ValueError(f"the columns of {self.name} are not of one length")
        if len({column.name for column in self.columns}) < len(self.columns):
            raise ValueError(f"a column of {self.name} is there twice")

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True)
class Labels:
    """What codes are called: names of units, titles of nodes, and the units of measure of leaves.

    A code without a name is called by its code, so that a library user may leave everything out.
    """

    units: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)

    def unit(self, code: str) -> str:
        """Return the name of a unit."""
        return self.units.get(code, code)

    def node(self, code: str) -> str:
        """Return the title of a node."""
        return self.nodes.get(code, code)
