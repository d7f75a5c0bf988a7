"""Profile: the strengths and weaknesses of one unit, and how strongly its score answers to each of its values."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats, canonical, present
from stadtindex.engine.errors import EngineError
from stadtindex.engine.moments import mean
from stadtindex.engine.results import Results
from stadtindex.engine.table import Cell, Table


@dataclass(frozen=True)
class Standing:
    """Where a unit stands at one node: its `score` and `rank` among `units` with a score, and the `average` score.

    `share` is what the node counts in the index for this unit (shares multiplied up to the root), `gain` = share ·
    (score - average): the points the unit gains (or loses, < 0) against the average. Under plain arithmetic means
    with all values there, the gains of all leaves add up to the unit's distance from the average index.
    """

    code: str
    score: float
    average: float
    rank: int
    units: int
    share: float
    gain: float


@dataclass(frozen=True)
class Profile:
    """The nodes at which a unit gains most (`strengths`) and loses most (`weaknesses`), most important first."""

    unit: str
    strengths: tuple[Standing, ...]
    weaknesses: tuple[Standing, ...]


def profile(results: Results, unit: str, nodes: Sequence[str] | None = None, count: int = 5) -> Profile:
    """Name at most `count` strengths and weaknesses of a unit among nodes (default: all leaves).

    Nodes at which the unit has no score or that do not count for it are left out; ties keep the order of the nodes.
    EngineError if there is no such unit or node.
    """
    found = [
        each for each in standings(results, unit, nodes) if not math.isnan(each.gain) and each.share > 0.0
    ]
    strong = sorted((each for each in found if each.gain > 0.0), key=lambda each: -each.gain)
    weak = sorted((each for each in found if each.gain < 0.0), key=lambda each: each.gain)
    return Profile(unit, tuple(strong[:count]), tuple(weak[:count]))


def standings(results: Results, unit: str, nodes: Sequence[str] | None = None) -> tuple[Standing, ...]:
    """Return where a unit stands at each node (default: all leaves), in their order; NaN and rank 0 without score."""
    if unit not in results.units:
        raise EngineError("the results have no such unit", unit=unit)
    chosen = results.tree.leaves if nodes is None else tuple(nodes)
    return tuple(_standing(results, results.units.index(unit), code) for code in chosen)


def _standing(results: Results, index: int, code: str) -> Standing:
    share, at = 1.0, code
    while (above := results.tree.parent(at)) is not None:
        share, at = share * float(results.share[at][index]), above
    scores = results.score[code]
    known = scores[present(scores)]
    score, average = float(scores[index]), mean(known)
    rank = int(results.rank[code][index])
    return Standing(code, score, average, rank, int(known.size), share, share * (score - average))


@dataclass(frozen=True, eq=False)
class Elasticity:
    """How the score of `unit` answers to its own values at `leaves` (k,), all else unchanged; arrays (k,).

    `up` and `down` are the changes of the root's score (points) when the value rises or falls by `step` (0.01: one
    percent of its size); `elasticity` is percent of score per percent of value, the mean of both sides. NaN where the
    cell has no value, or 0 (which has no percent), where the score is missing or 0, or where the changed value is
    refused.
    """

    unit: str
    leaves: tuple[str, ...]
    step: float
    up: Floats
    down: Floats
    elasticity: Floats


def elasticity(
    table: Table,
    build: Callable[[Table], Results],
    unit: str,
    leaves: Sequence[str] | None = None,
    step: float = 0.01,
) -> Elasticity:
    """Compute the index again with each value of one unit a little larger and smaller.

    `build` computes the index for a table, for instance `lambda table: compute(tree, table, recipe)`. Raises
    EngineError if there is no such unit or column, or where step is not between 0 and 1.

    Reference: OECD/JRC (2008), step 7, doi:10.1787/9789264043466-en.
    """
    if unit not in table.units:
        raise EngineError("the table has no such unit", unit=unit)
    if not 0.0 < step < 1.0:
        raise EngineError(f"the step is a share between 0 and 1, not {step!r}")
    chosen = table.columns if leaves is None else tuple(leaves)
    row = table.units.index(unit)
    base = _score(build, table, row)
    sides = []
    for factor in (1.0 + step, 1.0 - step):
        changed = [_changed(table, row, code, factor) for code in chosen]
        sides.append([math.nan if each is None else _score(build, each, row) - base for each in changed])
    up, down = (np.array(side, dtype=np.float64) for side in sides)
    percent = (up - down) / (2.0 * step) / base if abs(base) > 0.0 else np.full_like(up, np.nan)
    return Elasticity(unit, chosen, step, canonical(up), canonical(down), canonical(percent))


def _changed(table: Table, row: int, code: str, factor: float) -> Table | None:
    """Return the table with one value multiplied; None where there is none, or it is 0."""
    if code not in table.columns:
        raise EngineError("the table has no such column", column=code)
    column = table.columns.index(code)
    value = float(table.values[row, column])
    if table.cells[row, column] != Cell.VALUE or value == 0.0:
        return None
    values = table.values.copy()
    # A percent of a negative value's size: up is up.
    values[row, column] = value + abs(value) * (factor - 1.0)
    return Table(table.units, table.columns, values, table.cells)


def _score(build: Callable[[Table], Results], table: Table, row: int) -> float:
    try:
        results = build(table)
    except EngineError:
        return math.nan
    return float(results.score[results.tree.root][row])
