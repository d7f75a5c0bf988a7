"""What every draw with the same choices shares: the leaves as they stand in the products, and where there is a value."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Bools, Floats
from stadtindex.engine.recipe import Aggregation
from stadtindex.engine.uncertainty.alternatives import Leaves
from stadtindex.engine.uncertainty.families import Family, Stack
from stadtindex.engine.uncertainty.model import Model

# Up to so many numbers, prepared leaves are kept from one batch to the next (a gigabyte); beyond, memory is worth more.
KEPT = 1 << 27


@dataclass(frozen=True, eq=False)
class Prepared:
    """The leaves of a stack: `values` (nodes, k, n), logarithms where the mean is geometric, 0 where there is none.

    `refused` (nodes, k): a logarithm does not exist for some unit.
    """

    values: Floats
    refused: Bools


@dataclass(frozen=True, eq=False)
class There:
    """Where the leaves of a stack have values, `presence` and `considered` (nodes, k, n), 1 or 0.

    `full` says that presence is 1 throughout; `considered` is None where nobody asks.
    """

    presence: Floats
    considered: Floats | None
    full: bool


class Preparation:
    """Prepares the leaves of a model, and keeps them where memory allows; equal for every thread that asks."""

    def __init__(self, model: Model) -> None:
        self._model = model
        ways = 1 + 2 * len(model.leaves)
        self._keeps = ways * len(model.leaf) * len(model.given.table.units) <= KEPT
        self._kept: dict[tuple[int, int, Aggregation, int], Prepared] = {}
        self._where: dict[tuple[int, int, int], There] = {}
        self._presence: dict[tuple[int, str, int], tuple[Floats, Floats] | None] = {}
        self._there: dict[int, Mapping[str, Bools]] = {}
        # The first alternative with the same gaps stands for all that have them.
        self._alike = [
            next(i for i, other in enumerate(model.leaves) if _same_gaps(other, leaves))
            for leaves in model.leaves
        ]

    def stack(self, stack: Stack, alternative: int, how: Aggregation, tile: slice) -> Prepared:
        """Return the leaves of a stack under one alternative, for one way to combine them."""
        key = (alternative, stack.number, how, tile.start)
        kept = self._kept.get(key)
        if kept is None:
            kept = _prepare(self._model.leaves[alternative], stack, how, tile)
            if self._keeps:
                self._kept[key] = kept
        return kept

    def where(self, stack: Stack, alternative: int, tile: slice) -> There:
        """Return where the leaves of a stack have values under one alternative."""
        key = (self._alike[alternative], stack.number, tile.start)
        kept = self._where.get(key)
        if kept is None:
            kept = _where(self._model, self._model.leaves[alternative], stack, tile)
            if self._keeps:
                self._where[key] = kept
        return kept

    def presence(self, family: Family, alternative: int, tile: slice) -> tuple[Floats, Floats] | None:
        """Return where the children have a score when no draw changes that, (k, n); None where they all have.

        The second array is for dividing: there a unit without any child has them all, lest something be divided by 0.
        """
        code = "" if family.parent is None else family.parent.code
        key = (alternative, code, tile.start)
        if key not in self._presence:
            there = self.there(alternative)
            rows = np.array([there[child][tile] for child in family.children])
            divisor = rows | ~rows.any(axis=0)
            self._presence[key] = None if rows.all() else (rows.astype(float), divisor.astype(float))
        return self._presence[key]

    def there(self, alternative: int) -> Mapping[str, Bools]:
        """Return for every node which units (n,) have a score, where no draw changes that."""
        kept = self._there.get(alternative)
        if kept is None:
            leaves = self._model.leaves[alternative]
            found = {code: leaves.present[row] for code, row in self._model.leaf.items()}
            for parent in self._model.parents:
                found[parent.code] = np.logical_or.reduce([found[child] for child in parent.children])
            kept = self._there[alternative] = found
        return kept


def _same_gaps(one: Leaves, other: Leaves) -> bool:
    if one is other:
        return True
    return np.array_equal(one.present, other.present) and np.array_equal(one.considered, other.considered)


def _prepare(leaves: Leaves, stack: Stack, how: Aggregation, tile: slice) -> Prepared:
    there = leaves.present[:, tile][stack.leaves] & stack.real[:, :, np.newaxis]
    values = np.where(there, leaves.score[:, tile][stack.leaves], 0.0)
    refused: Bools = np.zeros(stack.real.shape, dtype=np.bool_)
    if how is Aggregation.GEOMETRIC:
        refused = np.logical_or.reduce(there & (values <= 0.0), axis=2)
        values = np.log(np.where(there & (values > 0.0), values, 1.0))
    return Prepared(values, refused)


def _where(model: Model, leaves: Leaves, stack: Stack, tile: slice) -> There:
    real = stack.real[:, :, np.newaxis]
    there = leaves.present[:, tile][stack.leaves] & real
    full = bool((there == real).all())
    presence = there.astype(float)
    if model.steady:
        # No product to divide by may be 0: who has none of the leaves divides by all of them, and has no score anyway.
        presence[np.broadcast_to(real & ~there.any(axis=1, keepdims=True), presence.shape)] = 1.0
    if not model.asks:
        return There(presence, None, full)
    considered = leaves.considered[:, tile][stack.leaves] & real
    return There(presence, considered.astype(float), full)
