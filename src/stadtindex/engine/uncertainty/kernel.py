"""The batch: the root's scores of all units in many draws at once, as matrix products.

Under one set of choices the leaves are the same in every draw, so that all nodes above leaves are one stack of matrix
products: weights (draws, k) times values (k, n), and, where values are missing, weights times presence to divide by.
Nodes above nodes multiply per draw. A missing value has value 0 and presence 0. Scores agree with `engine.compute` to
1e-9; matrix products round in an order of their own, which is why only Monte Carlo uses them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, Ints
from stadtindex.engine.recipe import Aggregation
from stadtindex.engine.uncertainty.blocks import Block, alike
from stadtindex.engine.uncertainty.error import Errors
from stadtindex.engine.uncertainty.layer import Layer, finish
from stadtindex.engine.uncertainty.model import Model, Parent
from stadtindex.engine.uncertainty.plan import BLOCK

# So many units at a time: what lies between the leaves and the root of so many fits into the processor's cache.
TILE = 2048
# Up to so many numbers, prepared leaves are kept from block to block; beyond, memory is worth more.
KEPT = 4_000_000


@dataclass(frozen=True, eq=False)
class Stack:
    """Nodes at one depth that combine nothing but leaves: `edges` and `leaves` (nodes, k), padded where `real` is 0."""

    parents: tuple[Parent, ...]
    edges: Ints
    leaves: Ints
    real: Bools


@dataclass(frozen=True, eq=False)
class Prepared:
    """The leaves of a stack: values times presence, presence, considered, each (nodes, k, n); `refused` (nodes, k)."""

    values: Floats
    presence: Floats
    considered: Floats
    refused: Bools
    full: bool


class Kernel:
    """Computes blocks of draws of one model; safe to share between threads."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.errors = Errors(model)
        self.stacks = _stacks(model) if len(model.plan.errors) == 0 else ()
        stacked = {parent.code for stack in self.stacks for parent in stack.parents}
        self.above = tuple(parent for parent in model.parents if parent.code not in stacked)
        n = len(model.given.table.units)
        step = TILE if model.alike else n
        self.tiles = tuple(slice(begin, min(begin + step, n)) for begin in range(0, n, step))
        self._keeps = len(model.leaves) * len(model.leaf) * n <= KEPT
        self._kept: dict[tuple[int, int, Aggregation, int], Prepared] = {}

    def scores(self, block: Block) -> tuple[Floats, Bools]:
        """Return the root's scores (256, n), NaN where none, and which draws (256,) a method refused."""
        scores = np.empty((BLOCK, len(self.model.given.table.units)))
        failed = np.zeros(BLOCK, dtype=np.bool_)
        with np.errstate(all="ignore"):
            for places, alternative, options in alike(self.model, block):
                for some in self.errors.split(places):
                    for tile in self.tiles:
                        part = Part(self, block.weights[some], alternative, options, tile)
                        part.measure(block, some)
                        scores[some, tile] = part.root()
                        failed[some] |= part.failed
        return scores, failed

    def prepared(self, alternative: int, number: int, how: Aggregation, tile: slice) -> Prepared:
        """Return the leaves of a stack, kept or made anew."""
        key = (alternative, number, how, tile.start)
        kept = self._kept.get(key)
        if kept is None:
            kept = self._prepare(alternative, number, how, tile)
            if self._keeps:
                # Two threads may prepare the same at the same time; what they keep is equal.
                self._kept[key] = kept
        return kept

    def _prepare(self, alternative: int, number: int, how: Aggregation, tile: slice) -> Prepared:
        stack, leaves = self.stacks[number], self.model.leaves[alternative]
        real = stack.real[:, :, np.newaxis]
        there = _rows(leaves.present, stack, tile) & real
        values = np.where(there, _rows(leaves.score, stack, tile), 0.0)
        refused: Bools = np.zeros(stack.real.shape, dtype=np.bool_)
        if how is Aggregation.GEOMETRIC:
            refused = np.logical_or.reduce(there & (values <= 0.0), axis=2)
            values = np.log(np.where(there & (values > 0.0), values, 1.0))
        considered = _rows(leaves.considered, stack, tile) & real
        return Prepared(
            values, there.astype(float), considered.astype(float), refused, bool((there == real).all())
        )


class Part:
    """Draws with the same choices over some units: layers of nodes from the leaves to the root."""

    def __init__(
        self,
        kernel: Kernel,
        weights: Floats,
        alternative: int,
        options: Mapping[int, Aggregation],
        tile: slice,
    ) -> None:
        self.kernel, self.model, self.weights = kernel, kernel.model, weights
        self.alternative, self.options, self.tile = alternative, options, tile
        self.failed = np.zeros(len(weights), dtype=np.bool_)
        self.layers: dict[str, tuple[Layer, int]] = {}

    def measure(self, block: Block, places: Ints) -> None:
        """Draw the leaves whose measurement has an error, and put them on their scales."""
        drawn = self.kernel.errors.leaves(block, places, self.alternative)
        for layer in drawn:
            self._keep((), layer)

    def root(self) -> Floats:
        """Compute all layers and return the root's scores (draws, n)."""
        for number, stack in enumerate(self.kernel.stacks):
            layer = self._stack(number, stack)
            self._keep(stack.parents, layer)
        for parent in self.kernel.above:
            self._keep((parent,), self._node(parent))
        layer, place = self.layers[self.model.given.tree.root]
        if layer.present is None:
            whole: Floats = layer.score[place]
            return whole
        return np.where(layer.present[place], layer.score[place], np.nan)

    def _keep(self, parents: tuple[Parent, ...], layer: Layer) -> None:
        if len(parents) > 0:
            layer = finish(layer, parents, self.model.given.bonus, self.tile)
        self.failed |= layer.failed
        for place, code in enumerate(layer.codes):
            self.layers[code] = layer, place

    def _stack(self, number: int, stack: Stack) -> Layer:
        how = self.model.combine(stack.parents[0], self.options)
        leaves = self.kernel.prepared(self.alternative, number, how, self.tile)
        drawn = self.weights[:, stack.edges]
        weights = drawn.transpose(1, 0, 2)
        if leaves.refused.any():
            self.failed |= ((drawn > 0.0) & leaves.refused).any(axis=(1, 2))
        if leaves.full and self.model.steady:
            total = weights.sum(axis=2)[:, :, np.newaxis]
        else:
            total = np.matmul(weights, leaves.presence)
        wanted = None if self.model.steady else np.matmul(weights, leaves.considered)
        thresholds = np.array([parent.chosen.threshold for parent in stack.parents])
        layer = Layer.mean(np.matmul(weights, leaves.values), total, wanted, thresholds)
        return layer.exponential() if how is Aggregation.GEOMETRIC else layer

    def _node(self, parent: Parent) -> Layer:
        how = self.model.combine(parent, self.options)
        score, present, considered = self._children(parent)
        weights = self.weights[:, np.newaxis, parent.edges]
        if how is Aggregation.GEOMETRIC:
            refused = (score <= 0.0) if present is None else (score <= 0.0) & present
            if refused.any():
                self.failed |= (refused.any(axis=2) & (weights[:, 0] > 0.0).T).any(axis=0)
            score = np.log(np.where(score > 0.0, score, 1.0))
        top = np.matmul(weights, score.transpose(1, 0, 2))
        if present is None:
            total = weights.sum(axis=2)[:, :, np.newaxis]
        else:
            total = np.matmul(weights, present.astype(float).transpose(1, 0, 2))
        wanted = (
            None if considered is None else np.matmul(weights, considered.astype(float).transpose(1, 0, 2))
        )
        layer = Layer.mean(
            top.transpose(1, 0, 2),
            total.transpose(1, 0, 2),
            None if wanted is None else wanted.transpose(1, 0, 2),
            np.array([parent.chosen.threshold]),
        )
        return layer.exponential() if how is Aggregation.GEOMETRIC else layer

    def _children(self, parent: Parent) -> tuple[Floats, Bools | None, Bools | None]:
        """Return the children's scores, presence and considered, each (k, draws, n); None where all are there."""
        first = self.layers.get(parent.children[0])
        if first is not None and first[0].codes == parent.children:
            return first[0].score, first[0].present, first[0].considered
        shape = (len(self.weights), self.tile.stop - self.tile.start)
        leaves = self.model.leaves[self.alternative]
        score = np.empty((len(parent.children), *shape))
        present = np.ones(score.shape, dtype=np.bool_)
        considered = np.ones(score.shape, dtype=np.bool_)
        for row, child in enumerate(parent.children):
            if child not in self.layers:
                leaf = self.model.leaf[child]
                score[row] = leaves.score[leaf, self.tile]
                present[row] = leaves.present[leaf, self.tile]
                considered[row] = leaves.considered[leaf, self.tile]
                continue
            layer, place = self.layers[child]
            score[row] = layer.score[place]
            if layer.present is not None:
                present[row] = layer.present[place]
            if layer.considered is not None:
                considered[row] = layer.considered[place]
        everywhere = self.model.steady and bool(present.all())
        return score, None if everywhere else present, None if self.model.steady else considered


def _stacks(model: Model) -> tuple[Stack, ...]:
    together: dict[tuple[int, Aggregation], list[Parent]] = {}
    for parent in model.parents:
        if all(child in model.leaf for child in parent.children):
            together.setdefault((parent.depth, parent.chosen.combine), []).append(parent)
    return tuple(_stack_of(model, tuple(parents)) for parents in together.values())


def _stack_of(model: Model, parents: tuple[Parent, ...]) -> Stack:
    widest = max(len(parent.children) for parent in parents)
    edges = np.full((len(parents), widest), model.weights.size)
    leaves = np.zeros((len(parents), widest), dtype=np.int64)
    real = np.zeros((len(parents), widest), dtype=np.bool_)
    for row, parent in enumerate(parents):
        k = len(parent.children)
        edges[row, :k] = np.arange(parent.edges.start, parent.edges.stop)
        leaves[row, :k] = [model.leaf[child] for child in parent.children]
        real[row, :k] = True
    return Stack(parents, edges, leaves, real)


def _rows(table: Floats | Bools, stack: Stack, tile: slice) -> np.ndarray:
    return table[:, tile][stack.leaves]
