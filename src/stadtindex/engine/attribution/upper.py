"""The upper part of a tree, computed for many choices between an old and a new column of each node at its foot."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from stadtindex.engine.arrays import Bools, Codes, Floats, Ints
from stadtindex.engine.attribution.mix import State
from stadtindex.engine.compute import compute
from stadtindex.engine.errors import EngineError
from stadtindex.engine.rank import rank
from stadtindex.engine.recipe import Aggregation, NodeRecipe, Normalisation, Recipe, Screen, Weighing
from stadtindex.engine.results import Results
from stadtindex.engine.table import Cell, Table
from stadtindex.engine.tree import Node, Tree

DEPTH = 2
# Methods by which a unit's value depends on no other unit: choices can be computed side by side as if all were units.
ALONE_NORMALISE = (Normalisation.NONE, Normalisation.FIXED, Normalisation.GOALPOSTS)
ALONE_WEIGH = (Weighing.GIVEN, Weighing.EQUAL)
ALONE_COMBINE = (
    Aggregation.ARITHMETIC,
    Aggregation.GEOMETRIC,
    Aggregation.HARMONIC,
    Aggregation.GENERALISED,
    Aggregation.MEDIAN,
    Aggregation.OWA,
)
# So many rows are computed at once, to bound the memory.
ROWS = 50_000


def cut_of(tree: Tree) -> tuple[str, ...]:
    """List the nodes two levels below the root, and the leaves above them, in the order of the tree."""
    return tuple(
        node.code
        for node in tree.nodes
        if tree.depth(node.code) == DEPTH or (tree.depth(node.code) < DEPTH and tree.is_leaf(node.code))
    )


def alone(recipe: NodeRecipe) -> bool:
    """Say whether a unit's value at this node depends on no other unit."""
    return (
        recipe.normalise.method in ALONE_NORMALISE
        and recipe.weigh in ALONE_WEIGH
        and recipe.combine in ALONE_COMBINE
    )


def considered(results: Results) -> Mapping[str, Bools]:
    """Say for every node which units (n,) it stands to count for: something applies, and no column has dropped out."""
    found: dict[str, Bools] = {}
    for code in results.tree.postorder():
        if results.tree.is_leaf(code):
            stands = results.applicable[code]
        else:
            below = [found[child] & (results.weight[child] > 0.0) for child in results.tree.children(code)]
            stands = np.logical_or.reduce(below)
        found[code] = stands & (code not in results.constant)
    return found


@dataclass(frozen=True, eq=False)
class _Foot:
    """The columns at the foot: `values` (n, k), NaN where none, `cells` alike, and the bonus points above (n, b)."""

    values: Floats
    cells: Codes
    bonus: Floats

    @classmethod
    def of(cls, results: Results, state: State, codes: tuple[str, ...], given: tuple[str, ...]) -> "_Foot":
        stands = considered(results)
        values = np.column_stack([np.where(stands[code], results.score[code], np.nan) for code in codes])
        there = np.column_stack([stands[code] for code in codes])
        absent = np.where(there, np.int8(Cell.MISSING), np.int8(Cell.NOT_APPLICABLE))
        cells = np.where(np.isnan(values), absent, np.int8(Cell.VALUE)).astype(np.int8)
        nothing = np.zeros(len(results.units))
        bonus = [state.bonus.get(code, nothing) for code in given]
        return cls(values, cells, np.column_stack(bonus) if bonus else np.empty((len(nothing), 0)))


class Upper:
    """The upper part of the tree of two states with the same method and units.

    `players` are the codes at the foot, then those of the nodes above with bonus points.
    """

    def __init__(self, old_state: State, old: Results, new_state: State, new: Results) -> None:
        tree, recipe = old.tree, old.recipe
        self._units = old.units
        self._cut = cut_of(tree)
        self._inner = tuple(
            n.code for n in tree.nodes if tree.depth(n.code) < DEPTH and not tree.is_leaf(n.code)
        )
        self._bonus = tuple(c for c in self._inner if c in old_state.bonus or c in new_state.bonus)
        self.players = (*self._cut, *self._bonus)
        self._old = _Foot.of(old, old_state, self._cut, self._bonus)
        self._new = _Foot.of(new, new_state, self._cut, self._bonus)
        kept = {*self._cut, *self._inner}
        self._tree = Tree.build(_as_foot(n, self._cut) for n in tree.nodes if n.code in kept)
        nodes = {code: recipe.nodes[code] for code in self._inner} | {
            code: NodeRecipe() for code in self._cut
        }
        self._recipe: Recipe = replace(recipe, nodes=nodes, screen=Screen())
        self._alone = all(alone(recipe.nodes[code]) for code in self._inner)
        for foot, results in ((self._old, old), (self._new, new)):
            if not np.array_equal(self._compute(foot)[0], results.rounded[tree.root], equal_nan=True):
                raise EngineError(
                    "its scores do not follow from those two levels below alone", node=tree.root
                )

    def changed(self) -> tuple[str, ...]:
        """List the players whose old and new columns differ."""
        old, new = self._old, self._new
        values = (old.values == new.values) | (np.isnan(old.values) & np.isnan(new.values))
        differ = [*(~(values & (old.cells == new.cells))).any(axis=0), *(old.bonus != new.bonus).any(axis=0)]
        return tuple(player for player, unlike in zip(self.players, differ, strict=True) if unlike)

    def worth(self, choices: Bools, unit: str) -> tuple[Floats, Ints]:
        """Compute score and rank of a unit for every choice (c, players) of new columns; shapes (c,)."""
        at = self._units.index(unit)
        size = max(1, ROWS // len(self._units)) if self._alone else 1
        scores, ranks = [], []
        for start in range(0, len(choices), size):
            for row in self._compute(self._mixed(choices[start : start + size])):
                scores.append(row[at])
                ranks.append(int(rank(row)[at]))
        return np.array(scores), np.array(ranks, dtype=np.int64)

    def _mixed(self, choices: Bools) -> _Foot:
        """Lay the units of every choice one below the other."""
        columns, rows = len(self._cut), len(choices) * len(self._units)
        foot, bonus = choices[:, np.newaxis, :columns], choices[:, np.newaxis, columns:]
        return _Foot(
            np.where(foot, self._new.values, self._old.values).reshape(rows, columns),
            np.where(foot, self._new.cells, self._old.cells).reshape(rows, columns),
            np.where(bonus, self._new.bonus, self._old.bonus).reshape(rows, len(self._bonus)),
        )

    def _compute(self, foot: _Foot) -> Floats:
        """Compute the rounded scores of the root, (choices, units)."""
        rows = len(foot.values)
        names = self._units
        if rows > len(names):
            names = tuple(f"{row}: {self._units[row % len(self._units)]}" for row in range(rows))
        results = compute(
            self._tree,
            Table(names, self._cut, foot.values, foot.cells),
            self._recipe,
            bonus={code: foot.bonus[:, index] for index, code in enumerate(self._bonus)},
        )
        return results.rounded[self._tree.root].reshape(-1, len(self._units))


def _as_foot(node: Node, cut: tuple[str, ...]) -> Node:
    return replace(node, direction=1) if node.code in cut else node
