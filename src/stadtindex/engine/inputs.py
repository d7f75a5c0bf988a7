"""What compute is given, checked: tree, table and recipe fit together, and so do denominators and bonus points."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from stadtindex.engine.arrays import Bools, Floats
from stadtindex.engine.background import Background
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe import Imputation, Normalisation, Recipe
from stadtindex.engine.table import Table
from stadtindex.engine.tree import Tree


@dataclass(frozen=True, eq=False)
class Inputs:
    """The arguments of `compute`; raises EngineError naming the node, column or unit that does not fit."""

    tree: Tree
    table: Table
    recipe: Recipe
    denominators: Mapping[str, Floats] = field(default_factory=dict)
    bonus: Mapping[str, Floats] = field(default_factory=dict)
    background: Background = field(default_factory=Background)

    def __post_init__(self) -> None:
        codes = {node.code for node in self.tree.nodes}
        _same(set(self.tree.leaves), set(self.table.columns), "leaf", "column of the table")
        _same(codes, set(self.recipe.nodes), "node", "entry in the recipe")
        for code in self.recipe.nodes:
            self._check_direction(code)
            self._check_denominator(code)
            self._check_imputation(code)
        for code in self.bonus:
            self._check_bonus(code)

    def _check_direction(self, code: str) -> None:
        plain = self.recipe.nodes[code].normalise.method is Normalisation.NONE
        if plain and self.tree.node(code).direction < 0 and not self.tree.is_leaf(code):
            why = "lower is better, but it is not normalised: its sign alone would turn; name a normalisation"
            raise EngineError(why, node=code)

    def _check_denominator(self, code: str) -> None:
        denominator = self.recipe.nodes[code].denominator
        if denominator is None:
            return
        if not self.tree.is_leaf(code):
            raise EngineError("only leaves have a denominator; this node has children", node=code)
        if denominator.column not in self.denominators:
            raise EngineError("the denominator was not given", node=code, column=denominator.column)
        self._check_shape(self.denominators[denominator.column], "denominator", denominator.column)

    def _check_imputation(self, code: str) -> None:
        chosen = self.recipe.nodes[code]
        if not chosen.imputes:
            return
        if not self.tree.is_leaf(code):
            raise EngineError("only leaves are imputed; this node has children", node=code)
        method, background = chosen.impute.method, self.background
        if method in (Imputation.GROUP_MEAN, Imputation.GROUP_MEDIAN) and len(background.groups) == 0:
            raise EngineError(f"imputation by {method} needs the group of every unit", node=code)
        over_time = method in (Imputation.LATEST, Imputation.LINEAR)
        if over_time and (background.period is None or len(background.others) == 0):
            raise EngineError(
                f"imputation by {method} needs the table in at least one other period", node=code
            )

    def _check_bonus(self, code: str) -> None:
        if self.tree.is_leaf(code):
            raise EngineError("a bonus belongs to a node with children, not to a leaf", node=code)
        if self.recipe.nodes[code].bonus_cap is None:
            raise EngineError("a bonus was given, but the recipe sets no bonus_cap", node=code)
        points = self.bonus[code]
        self._check_shape(points, "bonus", code)
        wrong: Bools = ~((points >= 0.0) & np.isfinite(points))
        if wrong.any():
            index = int(np.argmax(wrong))
            unit = self.table.units[index]
            raise EngineError(f"bonus points must be >= 0, not {points[index]:g}", unit=unit, node=code)

    def _check_shape(self, values: Floats, kind: str, code: str) -> None:
        asked = (len(self.table.units),)
        if values.shape != asked:
            raise EngineError(
                f"the {kind} has the shape {values.shape}, the units ask for {asked}", column=code
            )


def _same(asked: set[str], given: set[str], one: str, other: str) -> None:
    for code in sorted(asked - given):
        raise EngineError(f"the {one} has no {other}", node=code)
    for code in sorted(given - asked):
        raise EngineError(f"the {other} belongs to no {one} of the tree", node=code)
