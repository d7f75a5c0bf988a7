"""Draw by draw: for indices that ask for what a batch of draws cannot do, each draw is a computation of its own.

Slow, and the same in every respect: weights, options and errors come from the same streams as those of the batch.
"""

from dataclasses import replace

import numpy as np

from stadtindex.engine.arrays import Bools, Floats
from stadtindex.engine.compute import compute
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe import Recipe, Weighing
from stadtindex.engine.results import Results
from stadtindex.engine.table import Table
from stadtindex.engine.tree import Tree
from stadtindex.engine.uncertainty.alternatives import listed, under
from stadtindex.engine.uncertainty.blocks import Block
from stadtindex.engine.uncertainty.error import Errors
from stadtindex.engine.uncertainty.model import WEIGHED, Model


class Singly:
    """Computes each draw of a block with `engine.compute`."""

    def __init__(self, model: Model, errors: Errors) -> None:
        self.model, self.errors = model, errors
        self._inputs = [under(model.given, model.plan, alternative) for alternative in listed(model.plan)]

    def scores(self, block: Block) -> tuple[Floats, Bools]:
        """Return the root's scores (draws, n), NaN where none, and which draws (draws,) a method refused."""
        root = self.model.given.tree.root
        scores = np.full((len(block.leaves), len(self.model.given.table.units)), np.nan)
        failed = np.zeros(len(block.leaves), dtype=np.bool_)
        for place in range(len(block.leaves)):
            try:
                scores[place] = self.result(block, place).score[root]
            except EngineError:
                failed[place] = True
        return scores, failed

    def result(self, block: Block, place: int) -> Results:
        """Compute one draw; EngineError where a method refuses it."""
        given = self._inputs[int(block.leaves[place])]
        return compute(
            self._tree(block, place),
            self._table(block, place),
            self._recipe(given.recipe, block, place),
            denominators=given.denominators,
            bonus=given.bonus,
            background=given.background,
        )

    def _tree(self, block: Block, place: int) -> Tree:
        edge = self.model.edge
        return Tree.build(
            replace(node, weight=float(block.weights[place, edge[node.code]])) if node.code in edge else node
            for node in self.model.given.tree.nodes
        )

    def _recipe(self, recipe: Recipe, block: Block, place: int) -> Recipe:
        tree, nodes = self.model.given.tree, dict(recipe.nodes)
        options = {
            choice.depth: choice.options[block.combine[choice.depth][place]]
            for choice in self.model.plan.combine
        }
        for code in (node.code for node in tree.nodes if not tree.is_leaf(node.code)):
            combine = options.get(tree.depth(code), nodes[code].combine)
            # What was drawn around equal weights are weights like any other.
            weigh = Weighing.GIVEN if nodes[code].weigh in WEIGHED else nodes[code].weigh
            nodes[code] = replace(nodes[code], combine=combine, weigh=weigh)
        return replace(recipe, nodes=nodes)

    def _table(self, block: Block, place: int) -> Table:
        table = self.model.given.table
        if len(self.errors.errors) == 0:
            return table
        values = table.values.copy()
        for error, drawn in zip(self.errors.errors, self.errors.measured(block, place), strict=True):
            at = table.columns.index(error.leaf)
            values[:, at] = np.where(np.isnan(values[:, at]), np.nan, drawn)
        return Table.build(table.units, table.columns, values, table.cells)
