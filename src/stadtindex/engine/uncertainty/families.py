"""The nodes of a model in the order of a batch: who combines what, and which nodes are one matrix product together."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Bools, Ints
from stadtindex.engine.recipe import Aggregation
from stadtindex.engine.uncertainty.model import Model, Parent


@dataclass(frozen=True, eq=False)
class Stack:
    """Siblings that combine nothing but leaves, in one way: rows `rows` of their parent, one product for all.

    `edges` and `leaves` (nodes, k) are padded where `real` is False; the padding has no weight.
    """

    number: int
    parents: tuple[Parent, ...]
    rows: slice
    edges: Ints
    leaves: Ints
    real: Bools


@dataclass(frozen=True, eq=False)
class Family:
    """One node and its children in the order of their rows: first the stacks, then single leaves, then inner nodes.

    `columns` (k,) are the edges of the children in that order. Single leaves begin at `leaf_row`; `leaves` are their
    places among all leaves. `top` stands above the root and has no parent of its
    own; its one child is the root.
    """

    parent: Parent | None
    children: tuple[str, ...]
    columns: Ints
    stacks: tuple[Stack, ...]
    leaf_row: int
    leaves: Ints
    inner: Mapping[int, "Family"]


class Families:
    """All families of a model below `top`; `stacks` numbered in the order in which they are met.

    Nodes with a leaf in `drawn` are not stacked: their leaves differ from draw to draw.
    """

    def __init__(self, model: Model, drawn: frozenset[str]) -> None:
        self._model, self._drawn = model, drawn
        self._parents = {parent.code: parent for parent in model.parents}
        self._gappy = np.logical_or.reduce([~leaves.present for leaves in model.leaves]).any(axis=1)
        self._stacked = 0
        self.top = self._family(None, (model.given.tree.root,))

    def _family(self, parent: Parent | None, children: tuple[str, ...]) -> Family:
        together: dict[tuple[Aggregation, bool], list[Parent]] = {}
        for child in children:
            node = self._parents.get(child)
            if node is not None and self._only_leaves(node):
                together.setdefault((node.chosen.combine, self._has_gaps(node)), []).append(node)
        stacks = tuple(self._stacks(list(together.values())))
        ordered = [node.code for stack in stacks for node in stack.parents]
        ordered += [child for child in children if child not in self._parents]
        ordered += [child for child in children if child in self._parents and child not in ordered]
        at = {code: row for row, code in enumerate(ordered)}
        inner = [
            child for child in ordered if child in self._parents and not self._stacks_hold(stacks, child)
        ]
        edge = self._model.edge
        return Family(
            parent,
            tuple(ordered),
            np.array([edge[child] for child in ordered if child in edge], dtype=np.int64),
            stacks,
            sum(len(stack.parents) for stack in stacks),
            np.array(
                [self._model.leaf[child] for child in ordered if child in self._model.leaf], dtype=np.int64
            ),
            {at[code]: self._family(self._parents[code], self._parents[code].children) for code in inner},
        )

    def _stacks_hold(self, stacks: tuple[Stack, ...], code: str) -> bool:
        return any(node.code == code for stack in stacks for node in stack.parents)

    def _only_leaves(self, node: Parent) -> bool:
        return all(child in self._model.leaf and child not in self._drawn for child in node.children)

    def _has_gaps(self, node: Parent) -> bool:
        return bool(self._gappy[[self._model.leaf[child] for child in node.children]].any())

    def _stacks(self, groups: list[list[Parent]]) -> list[Stack]:
        made, begin = [], 0
        for parents in groups:
            made.append(self._stack(parents, slice(begin, begin + len(parents))))
            begin += len(parents)
        return made

    def _stack(self, parents: list[Parent], rows: slice) -> Stack:
        widest = max(len(parent.children) for parent in parents)
        edges = np.full((len(parents), widest), self._model.weights.size)
        leaves = np.zeros((len(parents), widest), dtype=np.int64)
        real = np.zeros((len(parents), widest), dtype=np.bool_)
        for row, parent in enumerate(parents):
            k = len(parent.children)
            edges[row, :k] = np.arange(parent.edges.start, parent.edges.stop)
            leaves[row, :k] = [self._model.leaf[child] for child in parent.children]
            real[row, :k] = True
        self._stacked += 1
        return Stack(self._stacked - 1, tuple(parents), rows, edges, leaves, real)
