"""Labelled tables as data frames of pandas or polars; both are optional and imported only when asked for."""

from importlib import import_module
from typing import Any

from stadtindex.publish.labelled import Content, LabelledTable, State


class LibraryMissingError(ImportError):
    """The data frame library is not installed; the message says how to install it."""


def to_pandas(table: LabelledTable) -> Any:
    """Make a pandas data frame: numbers float64 (absent: NaN), whole numbers Int64 (absent: NA), texts string, cells categorical.

    `frame.attrs` holds the name of the table, and the unit of measure and title of every column that has one.
    LibraryMissingError without pandas.
    """
    pandas = _library("pandas")
    dtypes = {
        Content.TEXT: "string",
        Content.NUMBER: "float64",
        Content.WHOLE: "Int64",
        Content.CELL: pandas.CategoricalDtype([state.value for state in State]),
    }
    series = {
        column.name: pandas.Series(list(column.values), dtype=dtypes[column.content])
        for column in table.columns
    }
    frame = pandas.DataFrame(series)
    frame.attrs = {"table": table.name, "units": _units(table), "titles": _titles(table)}
    return frame


def to_polars(table: LabelledTable) -> Any:
    """Make a polars data frame: numbers Float64, whole numbers Int64, texts String, cells Enum; absent is null, never NaN.

    polars frames carry no labels of their own: units and titles stay in the table. LibraryMissingError without polars.
    """
    polars = _library("polars")
    dtypes = {
        Content.TEXT: polars.String,
        Content.NUMBER: polars.Float64,
        Content.WHOLE: polars.Int64,
        Content.CELL: polars.Enum([state.value for state in State]),
    }
    series = [
        polars.Series(column.name, list(column.values), dtype=dtypes[column.content])
        for column in table.columns
    ]
    return polars.DataFrame(series)


def _units(table: LabelledTable) -> dict[str, str]:
    return {column.name: column.unit for column in table.columns if column.unit != ""}


def _titles(table: LabelledTable) -> dict[str, str]:
    return {column.name: column.title for column in table.columns if column.title != ""}


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as problem:
        if problem.name != name:
            raise
        advice = f"{name} is not installed; install it with: pip install 'stadtindex[frames]'"
        raise LibraryMissingError(advice, name=name) from problem
