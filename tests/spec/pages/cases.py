"""Which special cases a small table shows, seen from its numbers alone: nobody has to say so, and nobody can be wrong."""

from collections.abc import Callable, Iterable
from typing import Any

from pages.read import Example

Shown = set[str]


def of_values(values: Iterable[float | str]) -> Shown:
    """Look at one column over units: a gap, all values equal, some values equal, one single value."""
    entries = list(values)
    known = [value for value in entries if not isinstance(value, str)]
    shown = {"missing"} if len(known) < len(entries) else set()
    if len(known) > 1 and len(set(known)) == 1:
        shown.add("constant")
    elif len(set(known)) < len(known):
        shown.add("ties")
    if len(known) == 1:
        shown.add("single")
    return shown


def column(example: Example) -> Shown:
    return of_values(example["input"].values())


def given_weights(example: Example) -> Shown:
    return {"zero_weight"} if 0 in example["weights"].values() else set()


def scores(example: Example) -> Shown:
    """Look at children over units, with their stated weights."""
    rows = list(example["scores"].values())
    shown = of_columns(rows)
    if 0 in example["children"].values():
        shown.add("zero_weight")
    return shown


def of_columns(rows: list[list[float | str]]) -> Shown:
    """Look at all columns of a matrix; one single unit is one row."""
    shown: Shown = set()
    for values in zip(*rows, strict=True):
        shown |= of_values(values) - {"single"}
    if len(rows) == 1:
        shown.add("single")
    return shown


def children(example: Example) -> Shown:
    """Look at the children of one node: share first, then the scores of the units."""
    shown: Shown = set()
    rows = list(example["children"].values())
    units = list(zip(*rows, strict=True))
    shares, by_unit = units[0], units[1:]
    for one in by_unit:
        counted = [score for share, score in zip(shares, one, strict=True) if share > 0]
        if len(set(counted)) < len(counted):
            shown.add("ties")
        if any(share == 0 and isinstance(score, str) for share, score in zip(shares, one, strict=True)):
            shown.add("missing")
        if any(share == 0 and not isinstance(score, str) for share, score in zip(shares, one, strict=True)):
            shown.add("zero_weight")
    if len(by_unit) == 1:
        shown.add("single")
    if any(len(set(row[1:])) == 1 and len(row) > 2 for row in rows):
        shown.add("constant")
    return shown


def rows(example: Example) -> Shown:
    return of_columns(list(example["rows"].values()))


def first_column(example: Example) -> Shown:
    """Look at the values that are divided; what they are divided by counts for gaps alone."""
    shown = of_values(row[0] for row in example["rows"].values())
    return shown | (of_values(row[1] for row in example["rows"].values()) & {"missing"})


# Under these a column without differences is nothing special.
FIXED = ("none", "fixed", "goalposts", "two_sided")


def whole(example: Example) -> Shown:
    """Look at a whole small index; a column without differences matters where units are compared by it."""
    recipe = example.get("recipe", {})
    rows = list(example["table"].values())
    shown: Shown = {"single"} if len(rows) == 1 else set()
    relative = any(node.get("combine") in ("mpi", "dp2") for node in recipe.values())
    for leaf in rows[0]:
        found = of_values(row[leaf] for row in rows)
        method = recipe.get(leaf, {}).get("normalise", {}).get("method", "none")
        if not (relative or method not in FIXED):
            found -= {"constant", "ties"}
        shown |= found - {"single"}
    weights = [node[2] for node in example["nodes"]]
    return shown | ({"zero_weight"} if 0 in weights else set())


def stated(example: Example) -> Shown:
    """Take the word of the example, where the case lies in a draw or in a second table."""
    return set(example.get("shows", []))


CASES_OF: dict[str, Callable[[Any], Shown]] = {
    "normalise": column,
    "treat": column,
    "rank": column,
    "weigh": given_weights,
    "weights": scores,
    "aggregate": children,
    "impute": rows,
    "screen": rows,
    "denominate": first_column,
    "missing": whole,
    "uncertainty": stated,
    "sensitivity": stated,
    "diagnose": stated,
    "attribution": stated,
}


def cases(file: str, example: Example) -> Shown:
    """Return the special cases that an example of a file shows."""
    return CASES_OF[file](example)
