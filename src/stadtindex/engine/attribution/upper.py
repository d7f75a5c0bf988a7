"""The upper part of a tree, computed for many choices between an old and a new column of each node at its foot."""

from dataclasses import dataclass, replace

import numpy as np

from stadtindex.engine.arrays import Bools, Codes, Floats, Ints
from stadtindex.engine.attribution.game import coalitions
from stadtindex.engine.attribution.outcome import DEPTH, Outcome, cut_of
from stadtindex.engine.compute import compute
from stadtindex.engine.errors import EngineError
from stadtindex.engine.rank import rank
from stadtindex.engine.recipe import Aggregation, NodeRecipe, Normalisation, Recipe, Weighing
from stadtindex.engine.table import Cell, Table
from stadtindex.engine.tree import Node, Tree

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


def alone(recipe: NodeRecipe) -> bool:
    """Say whether a unit's value at this node depends on no other unit."""
    return (
        recipe.normalise.method in ALONE_NORMALISE
        and recipe.weigh in ALONE_WEIGH
        and recipe.combine in ALONE_COMBINE
    )


@dataclass(frozen=True, eq=False)
class _Foot:
    """The columns at the foot: `values` (n, k), NaN where none, `cells` alike, and the bonus points above (n, b)."""

    values: Floats
    cells: Codes
    bonus: Floats

    @classmethod
    def of(cls, outcome: Outcome, codes: tuple[str, ...], given: tuple[str, ...]) -> "_Foot":
        values = np.column_stack([outcome.feet[code].values for code in codes])
        there = np.column_stack([outcome.feet[code].counts for code in codes])
        absent = np.where(there, np.int8(Cell.MISSING), np.int8(Cell.NOT_APPLICABLE))
        cells = np.where(np.isnan(values), absent, np.int8(Cell.VALUE)).astype(np.int8)
        nothing = np.zeros(len(values))
        bonus = [outcome.state.bonus.get(code, nothing) for code in given]
        return cls(values, cells, np.column_stack(bonus) if bonus else np.empty((len(nothing), 0)))


class Upper:
    """The upper part of the tree of two states with the same method and units.

    `players` are the codes at the foot, then those of the nodes above with bonus points.
    """

    def __init__(self, old: Outcome, new: Outcome) -> None:
        tree, recipe = old.state.tree, old.state.recipe
        self._units = old.state.table.units
        self._cut = cut_of(tree)
        self._inner = tuple(
            n.code for n in tree.nodes if tree.depth(n.code) < DEPTH and not tree.is_leaf(n.code)
        )
        self._bonus = tuple(c for c in self._inner if c in old.state.bonus or c in new.state.bonus)
        self.players = (*self._cut, *self._bonus)
        self._old = _Foot.of(old, self._cut, self._bonus)
        self._new = _Foot.of(new, self._cut, self._bonus)
        kept = {*self._cut, *self._inner}
        self._tree = Tree.build(_as_foot(n, self._cut) for n in tree.nodes if n.code in kept)
        nodes = {code: recipe.nodes[code] for code in self._inner} | {
            code: NodeRecipe() for code in self._cut
        }
        # What is done to the whole table before the tree begins has been done to the columns at the foot.
        self._recipe = Recipe(nodes, recipe.decimals)
        self._alone = all(alone(recipe.nodes[code]) for code in self._inner)
        for foot, outcome in ((self._old, old), (self._new, new)):
            if not np.array_equal(self._compute(foot)[0], outcome.rounded, equal_nan=True):
                raise EngineError(
                    "its scores do not follow from those two levels below alone", node=tree.root
                )

    def by_domain(self, groups: list[list[str]], unit: str) -> tuple[Floats, Ints]:
        """Compute score and rank of a unit for every coalition of groups of players (2**groups,)."""
        return self._worth(coalitions(self._positions(groups), len(self.players)), unit)

    def by_member(self, groups: list[list[str]], at: int, unit: str) -> tuple[Floats, Ints]:
        """Compute them for every coalition of the other groups and of the members of one; (2**others, 2**members)."""
        members = [[player] for player in groups[at]]
        others = [group for index, group in enumerate(groups) if index != at]
        outer = coalitions(self._positions(others), len(self.players))
        inner = coalitions(self._positions(members), len(self.players))
        scores, ranks = self._worth((outer[:, np.newaxis] | inner).reshape(-1, outer.shape[1]), unit)
        return scores.reshape(len(outer), -1), ranks.reshape(len(outer), -1)

    def _positions(self, groups: list[list[str]]) -> list[list[int]]:
        return [[self.players.index(player) for player in group] for group in groups]

    def _worth(self, choices: Bools, unit: str) -> tuple[Floats, Ints]:
        """Compute score and rank of a unit for every choice (c, players) of new columns; shapes (c,)."""
        at = self._units.index(unit)
        size = max(1, ROWS // len(self._units)) if self._alone else 1
        scores, ranks = [], []
        for start in range(0, len(choices), size):
            for row in self._scores(choices[start : start + size]):
                scores.append(row[at])
                ranks.append(int(rank(row)[at]))
        return np.array(scores), np.array(ranks, dtype=np.int64)

    def _scores(self, choices: Bools) -> Floats:
        """Compute the rounded scores of the root, (choices, units); NaN where the methods refuse."""
        try:
            return self._compute(self._mixed(choices))
        except EngineError:
            if len(choices) == 1:
                return np.full((1, len(self._units)), np.nan)
            return np.concatenate([self._scores(choice) for choice in choices[:, np.newaxis]])

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
