"""Errors of measurement: leaves drawn anew for every unit in every draw, and normalised anew in every draw.

Each draw has a stream of its own, Philox(seed, block, draw), so that a batch can be computed in parts of any size.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator, Philox

from stadtindex.engine.arrays import Bools, Codes, Floats, Ints
from stadtindex.engine.column import Column
from stadtindex.engine.recipe import Missing, NodeRecipe, Normalise
from stadtindex.engine.table import Cell
from stadtindex.engine.uncertainty.blocks import Block
from stadtindex.engine.uncertainty.model import Model
from stadtindex.engine.uncertainty.plan import BLOCK, ErrorKind, MeasurementError
from stadtindex.engine.uncertainty.scales import Columns, rescale
from stadtindex.engine.uncertainty.wrong import Wrong

# So many drawn values are in memory at a time, per worker: about a cache full.
AT_ONCE = 1 << 18


# A scale and direction, the errors that share them, and their recipes.
Group = tuple[tuple[Normalise, int], list[int] | slice, list[NodeRecipe]]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Leaves as drawn and normalised: `score` (draws, errors, n), 0 where there is none.

    `present` and `considered` (errors, n) are 1 or 0, the same in every draw; but where `constant` (draws, errors) the
    column has dropped out of that draw altogether. `failed` (draws,) are draws that a scale refuses. `index`
    (leaves,) is the place of a leaf here, -1 for leaves that are not drawn.
    """

    score: Floats
    present: Floats
    considered: Floats
    constant: Bools
    failed: Bools
    index: Ints

    def put(
        self, leaves: Ints, rows: slice, score: Floats, present: Floats | None, considered: Floats | None
    ) -> None:
        """Overwrite those of the rows (draws, k, n) whose leaves are drawn."""
        at = self.index[leaves]
        into, at = rows.start + np.flatnonzero(at >= 0), at[at >= 0]
        if at.size == 0:
            return
        score[:, into] = self.score[:, at]
        there = ~self.constant[:, at, np.newaxis]
        if present is not None:
            present[:, into] = self.present[at] * there
        if considered is not None:
            considered[:, into] = self.considered[at] * there


class Errors:
    """The leaves with an error of measurement; EngineError where a value does not fit its kind of error."""

    def __init__(self, model: Model) -> None:
        self.model = model
        # In the order in which they are drawn: by kind, then as the leaves stand in the tree.
        listed = sorted(model.plan.errors, key=lambda error: model.leaf[error.leaf])
        self.kinds = {kind: [e for e in listed if e.kind is kind] for kind in ErrorKind}
        self.errors = [error for kind in ErrorKind for error in self.kinds[kind]]
        self.rows = np.array([model.leaf[error.leaf] for error in self.errors], dtype=np.int64)
        self.index = np.full(len(model.leaf), -1)
        self.index[self.rows] = np.arange(len(self.rows))
        columns = [self._column(row) for row in self.rows]
        n = len(model.given.table.units)
        self.values = np.array([column.values for column, _ in columns]).reshape(-1, n)
        self.cells = np.array([cells for _, cells in columns]).reshape(-1, n)
        self.noise = np.array([column.noise for column, _ in columns])
        for error in self.errors:
            self._check(error)
        self._wrong = self._kinds()
        self._kept: dict[int, list[Group]] = {}

    def _kinds(self) -> list[tuple[slice, Wrong]]:
        """Return for each kind of error which rows have it, and how they are drawn."""
        found, begin = [], 0
        for kind, errors in self.kinds.items():
            some = slice(begin, begin + len(errors))
            begin = some.stop
            if len(errors) > 0:
                found.append((some, Wrong.build(kind, errors, self.values[some])))
        return found

    def _column(self, row: int) -> tuple[Column, Codes]:
        """Return what is drawn: the column that is put on a scale; where each draw is computed anew, the one measured."""
        column, cells = self.model.columns[row]
        if not self.model.singly:
            return column, cells
        table = self.model.given.table
        return replace(column, values=table.values[:, table.columns.index(column.node)]), cells

    def _check(self, error: MeasurementError) -> None:
        column, _ = self._column(self.model.leaf[error.leaf])
        if error.kind is ErrorKind.BINOMIAL:
            beyond = (column.values < 0.0) | (column.values > error.top)
            column.refuse(beyond, f"a share lies in 0..{error.top:g}, not {{x}}")
        if error.kind is ErrorKind.FLIP:
            wrong = ~np.isnan(column.values) & (column.values != 0.0) & (column.values != 1.0)
            column.refuse(wrong, "a yes or no is 1 or 0, not {x}")

    def beside(self, leaves: Ints) -> slice | None:
        """Return which errors these leaves have, if all have one and they stand side by side in this order."""
        at = self.index[leaves]
        whole = at.size > 0 and at[0] >= 0 and bool((np.diff(at) == 1).all())
        return slice(int(at[0]), int(at[-1]) + 1) if whole else None

    def split(self, places: Ints) -> Iterator[Ints]:
        """Split draws so that what is drawn for them stays in memory."""
        step = max(1, AT_ONCE // self.values.size) if self.values.size > 0 else len(places)
        for begin in range(0, len(places), step):
            yield places[begin : begin + step]

    def measured(self, block: Block, place: int) -> Floats:
        """Draw the values (errors, n) of one draw, in the order of `errors`; NaN where there is no value."""
        return np.where(np.isnan(self.values), np.nan, self._measured(block, np.array([place]))[0])

    def _measured(self, block: Block, places: Ints) -> Floats:
        """Draw the values (draws, errors, n) of some draws; any finite number where there is no value."""
        drawn = np.empty((len(places), *self.values.shape))
        for row, place in enumerate(places.tolist()):
            counter = np.array([0, 0, 1 + place % BLOCK, block.number + place // BLOCK], dtype=np.uint64)
            chance = Generator(Philox(key=block.seed, counter=counter))
            for some, wrong in self._wrong:
                wrong.begin(chance, drawn[row, some])
        for some, wrong in self._wrong:
            wrong.end(drawn[:, some])
        return drawn

    def leaves(self, block: Block, places: Ints, alternative: int) -> Drawn | None:
        """Draw and normalise the leaves for some draws of a block; None where none has an error."""
        if len(self.errors) == 0:
            return None
        drawn = self._measured(block, places)
        present = (self.cells == Cell.VALUE).astype(float)
        constant = np.empty(drawn.shape[:2], dtype=np.bool_)
        failed = np.zeros(len(places), dtype=np.bool_)
        for (scale, direction), some, chosen in self._scales(alternative):
            columns = Columns(
                self.errors[some.start if isinstance(some, slice) else some[0]].leaf,
                self.model.given.table.units,
                drawn[:, some],
                self.cells[some] == Cell.VALUE,
                np.broadcast_to(self.noise[some], (len(places), len(chosen))),
                direction,
            )
            placed = rescale(columns, scale)
            failed |= np.logical_or.reduce(placed.refused, axis=1)
            drawn[:, some], constant[:, some] = placed.score, placed.constant
            filled = self._filled(some, chosen)
            if filled.any():
                # A column that has dropped out has no scale, and so no worst to put in.
                put = filled & ~placed.constant[..., np.newaxis]
                drawn[:, some] += np.where(put, placed.worst()[..., np.newaxis], 0.0)
                present[some] += filled
        considered = (self.cells != Cell.NOT_APPLICABLE).astype(float)
        return Drawn(drawn, present, considered, constant, failed, self.index)

    def _scales(self, alternative: int) -> list[Group]:
        """Return the errors that share a scale, with their recipes; prepared once."""
        kept = self._kept.get(alternative)
        if kept is not None:
            return kept
        together: dict[tuple[Normalise, int], list[int]] = {}
        chosen = [self.model.leaves[alternative].chosen[row] for row in self.rows]
        for index, (error, recipe) in enumerate(zip(self.errors, chosen, strict=True)):
            direction = self.model.given.tree.node(error.leaf).direction
            together.setdefault((recipe.normalise, direction), []).append(index)
        found: list[Group] = []
        for key, some in together.items():
            beside = some == list(range(some[0], some[-1] + 1))
            place: list[int] | slice = slice(some[0], some[-1] + 1) if beside else some
            found.append((key, place, [chosen[index] for index in some]))
        self._kept[alternative] = found
        return found

    def _filled(self, some: list[int] | slice, chosen: list[NodeRecipe]) -> Bools:
        """Say in which cells (errors, n) the worst of the scale is put."""
        cells = self.cells[some]
        zero = np.array([[c.missing is Missing.ZERO, c.unanswered is Missing.ZERO] for c in chosen])
        missing: Bools = (cells == Cell.MISSING) & zero[:, :1]
        unanswered: Bools = (cells == Cell.UNANSWERED) & zero[:, 1:]

        return missing | unanswered
