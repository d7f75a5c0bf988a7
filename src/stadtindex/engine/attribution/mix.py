"""Two states of an index, and every state between them: part of the causes changed already, the rest not yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

import numpy as np

from stadtindex.engine.arrays import Bools, Codes, Floats
from stadtindex.engine.background import Background
from stadtindex.engine.compute import compute
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe import Recipe
from stadtindex.engine.results import Results
from stadtindex.engine.table import Cell, Table
from stadtindex.engine.tree import Tree


class Cause(StrEnum):
    """Why a score or a rank can change from one state to the next."""

    OWN = "own data"
    OTHERS = "other units' data"
    METHOD = "method"
    UNITS = "set of units"
    CORRECTIONS = "corrections"


Key = tuple[Literal["column", "denominator", "bonus"], str]
Coalition = frozenset[Cause]


@dataclass(frozen=True, eq=False)
class State:
    """What one computation takes: the arguments of `compute`. What imputation looks at besides the table goes with the method."""

    tree: Tree
    table: Table
    recipe: Recipe
    denominators: Mapping[str, Floats] = field(default_factory=dict)
    bonus: Mapping[str, Floats] = field(default_factory=dict)
    background: Background = field(default_factory=Background)

    def compute(self) -> Results:
        """Compute the state with the very function that makes rankings."""
        return compute(
            self.tree,
            self.table,
            self.recipe,
            denominators=self.denominators,
            bonus=self.bonus,
            background=self.background,
        )

    def keys(self) -> tuple[Key, ...]:
        """List all columns of data: those of the table, denominators and bonus points."""
        columns: list[Key] = [("column", code) for code in self.table.columns]
        columns += [("denominator", code) for code in self.denominators]
        return tuple(columns + [("bonus", code) for code in self.bonus])

    def same_method(self, other: "State") -> bool:
        """Say whether tree, recipe and background are the same, whatever order the columns have."""
        mine, its = self.background, other.background
        # Other periods are the same only if they are the very same; where there are none, one's own does not matter.
        same_background = mine.groups == its.groups and mine.others == its.others
        same_period = len(mine.others) == 0 or mine.period == its.period
        same_recipe = self.tree.nodes == other.tree.nodes and self.recipe == other.recipe
        return same_recipe and same_background and same_period


@dataclass(frozen=True, eq=False)
class Pair:
    """Two states. `carried` gives, by its column in `after`, the column in `before` that measures the same.

    Denominators and bonus points of the same code are the same. All other columns come and go with the method: under
    a tree that has them they have the values of their edition, under the other they do not exist. `corrected` is the
    state before with the errors mended that became known later (same columns; its tree and recipe are not used);
    without it there are no corrections.
    """

    before: State
    after: State
    carried: Mapping[str, str]
    corrected: State | None = None

    def __post_init__(self) -> None:
        for new, old in self.carried.items():
            for code, state in ((new, self.after), (old, self.before)):
                if code not in state.table.columns:
                    raise EngineError("is carried from state to state and is in no table", column=code)
        if len(set(self.carried.values())) < len(self.carried):
            raise EngineError("a column of the state before is carried to several columns after")


@dataclass(frozen=True, eq=False)
class Sheet:
    """All data of a state, (units, keys): `values` (NaN where none) and `cells`; rows and columns that lack are empty."""

    values: Floats
    cells: Codes

    @classmethod
    def of(cls, state: State, units: Sequence[str], keys: Sequence[Key | None]) -> tuple["Sheet", Bools]:
        """Lay out the data of a state; say also which entries (units, keys) the state has at all."""
        known = {key: position for position, key in enumerate(state.keys())}
        rows = {unit: row for row, unit in enumerate(state.table.units)}
        values, cells = _columns(state)
        row = np.array([rows.get(unit, -1) for unit in units], dtype=np.int64)
        column = np.array([-1 if key is None else known.get(key, -1) for key in keys], dtype=np.int64)
        there = (row[:, np.newaxis] >= 0) & (column >= 0)
        picked = np.ix_(row, column)
        return cls(
            np.where(there, values[picked], np.nan),
            np.where(there, cells[picked], Cell.MISSING).astype(np.int8),
        ), there

    def where(self, chosen: Bools, other: "Sheet") -> "Sheet":
        """Take the other sheet's entries where `chosen` (units, keys), else the own."""
        return Sheet(np.where(chosen, other.values, self.values), np.where(chosen, other.cells, self.cells))

    def differs(self, other: "Sheet") -> Bools:
        """Say entry by entry whether the two sheets differ; NaN equals NaN."""
        same = (self.values == other.values) | (np.isnan(self.values) & np.isnan(other.values))
        unlike: Bools = ~same | (self.cells != other.cells)
        return unlike


def _columns(state: State) -> tuple[Floats, Codes]:
    rows = len(state.table.units)
    beside = [*state.denominators.values(), *state.bonus.values()]
    more = np.column_stack(beside) if len(beside) > 0 else np.empty((rows, 0))
    return (
        np.concatenate([state.table.values, more], axis=1),
        np.concatenate([state.table.cells, np.zeros(more.shape, dtype=np.int8)], axis=1),
    )


@dataclass(frozen=True, eq=False)
class Side:
    """The data of all units under one of the two methods: as they were, corrected, and as they are now.

    A cause that does not change an entry does not move it: every entry of a mixed state is one that was really there.
    """

    method: State
    units: tuple[str, ...]
    was: Sheet
    mended: Sheet
    now: Sheet

    @classmethod
    def build(cls, pair: Pair, units: tuple[str, ...], *, after: bool) -> "Side":
        """Lay out the three sheets; what an edition lacks is taken from the other, so that nobody moves it."""
        method = pair.after if after else pair.before
        keys = method.keys()
        partner = _partners(pair, keys, after=after)
        old, new = (partner, keys) if after else (keys, partner)
        was, had = Sheet.of(pair.before, units, old)
        now, has = Sheet.of(pair.after, units, new)
        if pair.corrected is None:
            mended, mends = was, had
        else:
            mended, mends = Sheet.of(pair.corrected, units, old)
        mended = was.where(mends & had, mended)
        now = mended.where(has, now)
        was, mended = now.where(had, was), now.where(had, mended)
        return cls(method, units, was, mended, now)

    def corrects(self) -> Bools:
        """Say which units (all units,) have corrected entries."""
        found: Bools = np.logical_or.reduce(self.was.differs(self.mended), axis=1)
        return found

    def moves(self) -> Bools:
        """Say which units (all units,) have entries that were measured anew, with another result."""
        found: Bools = np.logical_or.reduce(self.mended.differs(self.now), axis=1)
        return found

    def state(self, chosen: Sequence[str], moved: Bools, *, corrected: bool) -> State:
        """Make the state of the chosen units; `moved` (all units,) says whose data are those of now."""
        sheet = self.was.where(self.was.differs(self.mended), self.mended) if corrected else self.was
        sheet = sheet.where(self.mended.differs(self.now) & moved[:, np.newaxis], self.now)
        at = {unit: row for row, unit in enumerate(self.units)}
        rows = [at[unit] for unit in chosen]
        columns = self.method.table.columns
        width = len(columns)
        beside = sheet.values[rows, width:].T
        names = self.method.keys()[width:]
        table = Table(tuple(chosen), columns, sheet.values[rows, :width], sheet.cells[rows, :width])
        split = len(self.method.denominators)
        return State(
            self.method.tree,
            table,
            _screening(self.method.recipe, frozenset(chosen)),
            {code: beside[i] for i, (_, code) in enumerate(names[:split])},
            {code: np.nan_to_num(beside[split + i]) for i, (_, code) in enumerate(names[split:])},
            self.method.background,
        )


def _screening(recipe: Recipe, units: frozenset[str]) -> Recipe:
    """Return the recipe whose screening keeps and drops by name only units that are there."""
    asked = recipe.screen
    return replace(recipe, screen=replace(asked, keep=asked.keep & units, drop=asked.drop & units))


def _partners(pair: Pair, keys: Sequence[Key], *, after: bool) -> list[Key | None]:
    """Give for every column of one state the column of the other that measures the same."""
    carried = pair.carried if after else {old: new for new, old in pair.carried.items()}
    return [
        key if key[0] != "column" else ("column", carried[key[1]]) if key[1] in carried else None
        for key in keys
    ]
