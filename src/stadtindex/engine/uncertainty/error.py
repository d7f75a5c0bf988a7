"""Errors of measurement: leaves drawn anew for every unit in every draw, and normalised anew in every draw.

Each draw has a stream of its own, Philox(seed, block, draw), so that a block can be computed in parts of any size.
"""

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator, Philox

from stadtindex.engine.arrays import Bools, Floats, Ints
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe import Missing, NodeRecipe, Normalise
from stadtindex.engine.table import Cell
from stadtindex.engine.uncertainty.blocks import Block
from stadtindex.engine.uncertainty.layer import Layer, rescale
from stadtindex.engine.uncertainty.model import BATCHED, Model
from stadtindex.engine.uncertainty.plan import ErrorKind, MeasurementError
from stadtindex.engine.uncertainty.wrong import Wrong

# So many drawn values are in memory at a time, per worker.
AT_ONCE = 1 << 19


class Errors:
    """The leaves with an error of measurement; EngineError where a value does not fit its kind of error."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.kinds = {kind: [e for e in model.plan.errors if e.kind is kind] for kind in ErrorKind}
        # In the order in which they are drawn.
        self.errors = [error for kind in ErrorKind for error in self.kinds[kind]]
        self.rows = np.array([model.leaf[error.leaf] for error in self.errors], dtype=np.int64)
        columns = [model.columns[row] for row in self.rows]
        n = len(model.given.table.units)
        self.values = np.array([column.values for column, _ in columns]).reshape(-1, n)
        self.cells = np.array([cells for _, cells in columns]).reshape(-1, n)
        self.noise = np.array([column.noise for column, _ in columns])
        for error in self.errors:
            self._check(error)
        self.wrong, begin = [], 0
        for kind, errors in self.kinds.items():
            if len(errors) > 0:
                self.wrong.append(Wrong.build(kind, errors, self.values[begin : begin + len(errors)]))
            begin += len(errors)

    def _check(self, error: MeasurementError) -> None:
        column, _ = self.model.columns[self.model.leaf[error.leaf]]
        if error.kind is ErrorKind.BINOMIAL:
            beyond = (column.values < 0.0) | (column.values > error.top)
            column.refuse(beyond, f"a share lies in 0..{error.top:g}, not {{x}}")
        if error.kind is ErrorKind.FLIP:
            wrong = ~np.isnan(column.values) & (column.values != 0.0) & (column.values != 1.0)
            column.refuse(wrong, "a yes or no is 1 or 0, not {x}")
        for leaves in self.model.leaves:
            method = leaves.chosen[self.model.leaf[error.leaf]].normalise.method
            if method not in BATCHED:
                raise EngineError(f"drawn values are not normalised by {method} in batches", node=error.leaf)

    def split(self, places: Ints) -> Iterator[Ints]:
        """Split draws so that what is drawn for them stays in memory."""
        step = max(1, AT_ONCE // self.values.size) if self.values.size > 0 else len(places)
        for begin in range(0, len(places), step):
            yield places[begin : begin + step]

    def measured(self, block: Block, place: int) -> Floats:
        """Draw the values (errors, n) of one draw, in the order of `errors`; NaN where there is no value."""
        counter = np.array([0, 0, 1 + place, block.number], dtype=np.uint64)
        chance = Generator(Philox(key=block.seed, counter=counter))
        drawn = [wrong.draw(chance) for wrong in self.wrong]
        return np.concatenate(drawn) if len(drawn) > 0 else self.values.copy()

    def leaves(self, block: Block, places: Ints, alternative: int) -> Iterator[Layer]:
        """Draw and normalise the leaves for some draws of a block: one layer per scale."""
        if len(self.errors) == 0:
            return
        drawn = np.stack([self.measured(block, int(place)) for place in places], axis=1)
        together: dict[tuple[Normalise, int], list[int]] = {}
        chosen = [self.model.leaves[alternative].chosen[row] for row in self.rows]
        for index, (error, recipe) in enumerate(zip(self.errors, chosen, strict=True)):
            direction = self.model.given.tree.node(error.leaf).direction
            together.setdefault((recipe.normalise, direction), []).append(index)
        for (options, direction), some in together.items():
            yield self._layer(drawn[some], some, (options, direction), [chosen[index] for index in some])

    def _layer(
        self, drawn: Floats, some: list[int], scale: tuple[Normalise, int], chosen: list[NodeRecipe]
    ) -> Layer:
        cells = self.cells[some][:, np.newaxis, :]
        there: Bools = np.broadcast_to(cells == Cell.VALUE, drawn.shape)
        noise = self.noise[some][:, np.newaxis, np.newaxis]
        placed = rescale(np.where(there, drawn, 0.0), there, noise, scale[1], scale[0])
        known = ~placed.constant[..., np.newaxis]
        zero = np.array([[c.missing is Missing.ZERO, c.unanswered is Missing.ZERO] for c in chosen])
        filled = (cells == Cell.MISSING) & zero[:, 0, np.newaxis, np.newaxis]
        filled = (filled | ((cells == Cell.UNANSWERED) & zero[:, 1, np.newaxis, np.newaxis])) & known
        return Layer(
            np.where(filled, placed.worst[..., np.newaxis], placed.score),
            placed.present | filled,
            np.broadcast_to(cells != Cell.NOT_APPLICABLE, drawn.shape) & known,
            np.logical_or.reduce(placed.refused, axis=0),
            tuple(self.errors[index].leaf for index in some),
        )
