"""Draws with the same choices over some units: from the leaves to the root, family by family."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from stadtindex.engine.arrays import NOISE, Bools, Floats
from stadtindex.engine.recipe import Aggregation
from stadtindex.engine.uncertainty.again import settle
from stadtindex.engine.uncertainty.error import Drawn
from stadtindex.engine.uncertainty.families import Families, Family, Stack
from stadtindex.engine.uncertainty.model import Model, Parent
from stadtindex.engine.uncertainty.prepared import Preparation
from stadtindex.engine.uncertainty.workspace import Workspace


class Shared(Protocol):
    """What all parts of a model share."""

    model: Model
    families: Families
    preparation: Preparation
    settled: frozenset[str]
    measured: Mapping[str, slice]


@dataclass(frozen=True)
class Chosen:
    """What was chosen for these draws: the alternative of the leaves, the way to combine per depth."""

    alternative: int
    options: Mapping[int, Aggregation]


@dataclass(eq=False)
class Rows:
    """The children of one family in some draws: `score` (draws, k, n), 0 where there is none.

    `present` and `considered` are 1 or 0, (draws, k, n), or (k, n) where no draw changes them; None where all are
    there, or where nobody asks. `divisor` (k, n) is `present` for dividing, where no draw changes it. `logs` are the
    rows that hold logarithms.
    """

    score: Floats
    present: Floats | None = None
    considered: Floats | None = None
    divisor: Floats | None = None
    logs: list[slice] = field(default_factory=list)

    def plain(self) -> list[slice]:
        """Return the rows that hold no logarithms."""
        begin, found = 0, []
        for rows in [*self.logs, slice(self.score.shape[1], 0)]:
            if rows.start > begin:
                found.append(slice(begin, rows.start))
            begin = rows.stop
        return found

    def there(self, rows: slice | int) -> Floats | None:
        """Return the presence of some rows, with draws in front or without."""
        return None if self.present is None else self.present[..., rows, :]


class Part:
    """One computation: the draws with these weights (draws, edges + 1), over the units of one tile."""

    def __init__(
        self, shared: Shared, chosen: Chosen, weights: Floats, tile: slice, workspace: Workspace
    ) -> None:
        self.shared, self.model, self.chosen, self.tile = shared, shared.model, chosen, tile
        self.weights, self.workspace = weights, workspace
        self.failed = np.zeros(len(weights), dtype=np.bool_)
        self.drawn: Drawn | None = None

    def root(self, drawn: Drawn | None = None) -> Floats:
        """Return the root's scores (draws, n), NaN where none; `drawn` are leaves with an error of measurement."""
        self.drawn = drawn
        if drawn is not None:
            self.failed |= drawn.failed
        rows = self._children(self.shared.families.top)
        _unlog(rows)
        there = rows.there(0)
        return rows.score[:, 0] if there is None else np.where(there > 0.0, rows.score[:, 0], np.nan)

    def _take(self, name: tuple[str, str], *shape: int) -> Floats:
        return self.workspace.take(name, (len(self.weights), *shape))

    def _children(self, family: Family) -> Rows:
        code = "" if family.parent is None else family.parent.code
        shape = (len(family.children), self.tile.stop - self.tile.start)
        rows = Rows(self._take((code, "score"), *shape))
        if self.model.steady:
            found = self.shared.preparation.presence(family, self.chosen.alternative, self.tile)
            rows.present, rows.divisor = (None, None) if found is None else found
        else:
            rows.present = self._take((code, "present"), *shape)
            if self.model.asks:
                rows.considered = self._take((code, "considered"), *shape)
        for stack in family.stacks:
            self._stack(stack, rows)
        if family.leaves.size > 0:
            self._leaves(family, rows)
        for row, child in family.inner.items():
            self._node(child, row, rows)
        return rows

    def _leaves(self, family: Family, rows: Rows) -> None:
        """Put single leaves into their rows, those drawn anew as drawn."""
        some = slice(family.leaf_row, family.leaf_row + family.leaves.size)
        leaves = self.model.leaves[self.chosen.alternative]
        rows.score[:, some] = leaves.score[family.leaves, self.tile]
        if not self.model.steady and rows.present is not None:
            rows.present[:, some] = leaves.present[family.leaves, self.tile]
        if rows.considered is not None:
            rows.considered[:, some] = leaves.considered[family.leaves, self.tile]
        if self.drawn is not None:
            self.drawn.put(family.leaves, some, rows.score, rows.present, rows.considered)

    def _stack(self, stack: Stack, rows: Rows) -> None:
        how = self.model.combine(stack.parents[0], self.chosen.options)
        leaves = self.shared.preparation.stack(stack, self.chosen.alternative, how, self.tile)
        where = self.shared.preparation.where(stack, self.chosen.alternative, self.tile)
        drawn = self.weights[:, stack.edges]
        if leaves.refused.any():
            self.failed |= ((drawn > 0.0) & leaves.refused).any(axis=(1, 2))
        weights = drawn.transpose(1, 0, 2)
        out = rows.score[:, stack.rows].transpose(1, 0, 2)
        if self.model.steady and where.full:
            drawn /= np.add.reduce(drawn, axis=2, keepdims=True)
            np.matmul(weights, leaves.values, out=out)
        else:
            np.matmul(weights, leaves.values, out=out)
            total = self.workspace.take("total", (out.shape[0], out.shape[1], out.shape[2]))
            np.matmul(weights, where.presence, out=total)
            if self.model.steady:
                out /= total
            else:
                wanted = None
                if where.considered is not None:
                    wanted = np.matmul(weights, where.considered).transpose(1, 0, 2)
                at = (slice(None), stack.rows)
                self._mean(rows, at, total.transpose(1, 0, 2), wanted, stack.parents)
        self._finish(rows, stack.rows, stack.parents, how)

    def _node(self, family: Family, row: int, rows: Rows) -> None:
        parent = family.parent
        if parent is None:
            raise AssertionError("only the top has no parent")
        how = self.model.combine(parent, self.chosen.options)
        weights = self.weights[:, family.columns]
        below = self._measured(family, weights) or self._children(family)
        self._ready(below, how, weights)
        by_draw = weights[:, np.newaxis, :]
        np.matmul(by_draw, below.score, out=rows.score[:, row : row + 1])
        if self.model.steady:
            out = rows.score[:, row]
            out /= (
                np.add.reduce(weights, axis=1, keepdims=True)
                if below.divisor is None
                else weights @ below.divisor
            )
        elif below.present is not None:
            total = _weighted(weights, below.present)
            wanted = None if below.considered is None else _weighted(weights, below.considered)
            self._mean(rows, (slice(None), slice(row, row + 1)), total, wanted, (parent,))
        self._finish(rows, slice(row, row + 1), (parent,), how)

    def _measured(self, family: Family, weights: Floats) -> Rows | None:
        """Return the children of a family all of whose leaves are drawn, where they stand; else None.

        A column that has dropped out of a draw loses its weight there.
        """
        rows = None if family.parent is None else self.shared.measured.get(family.parent.code)
        if self.drawn is None or rows is None:
            return None
        constant = self.drawn.constant[:, rows]
        if constant.any():
            weights[constant] = 0.0
        considered = self.drawn.considered[rows] if self.model.asks else None
        return Rows(self.drawn.score[:, rows], self.drawn.present[rows], considered)

    def _ready(self, below: Rows, how: Aggregation, weights: Floats) -> None:
        """Turn the children into what is added up: scores, or their logarithms."""
        if how is not Aggregation.GEOMETRIC:
            _unlog(below)
            return
        for rows in below.plain():
            part = below.score[:, rows]
            there = below.there(rows)
            if there is not None:
                part += 1.0 - there
            wrong = np.minimum.reduce(part, axis=2) <= 0.0
            if wrong.any():
                self.failed |= (wrong & (weights[:, rows] > 0.0)).any(axis=1)
                np.copyto(part, 1.0, where=part <= 0.0)
            np.log(part, out=part)

    def _mean(
        self,
        rows: Rows,
        at: tuple[slice, slice],
        total: Floats,
        wanted: Floats | None,
        parents: tuple[Parent, ...],
    ) -> None:
        """Divide sums by the weight present; below its threshold of the weight wanted a node has no score."""
        if rows.present is None:
            raise AssertionError("presence is not followed")
        there: Bools = total > 0.0
        if wanted is not None and rows.considered is not None:
            threshold = np.array([parent.chosen.threshold for parent in parents])[:, np.newaxis]
            there &= total >= (threshold - NOISE) * wanted
            rows.considered[at] = wanted > 0.0
        out = rows.score[at]
        if there.all():
            out /= total
            rows.present[at] = 1.0
            return
        out /= np.where(there, total, 1.0)
        out *= there
        rows.present[at] = there

    def _finish(self, rows: Rows, some: slice, parents: tuple[Parent, ...], how: Aggregation) -> None:
        """Leave logarithms where they stand for the parent to turn, unless bonus or scale ask for scores now."""
        asking = [place for place, parent in enumerate(parents) if parent.code in self.shared.settled]
        if how is Aggregation.GEOMETRIC:
            rows.logs.append(some)
            if len(asking) > 0:
                _unlog(rows)
        for place in asking:
            three = rows.score, rows.present, rows.considered
            self.failed |= settle(self.model, parents[place], self.tile, three, some.start + place)


def _weighted(weights: Floats, values: Floats) -> Floats:
    """Add up values (draws, k, n), or (k, n) of every draw, by weights (draws, k); (draws, 1, n)."""
    by_draw: Floats = weights @ values if values.ndim == 2 else np.matmul(weights[:, np.newaxis, :], values)
    return by_draw.reshape(len(weights), 1, -1)


def _unlog(below: Rows) -> None:
    """Turn logarithms into scores."""
    for rows in below.logs:
        part = below.score[:, rows]
        np.exp(part, out=part)
        there = below.there(rows)
        if there is not None:
            part *= there
    below.logs.clear()
