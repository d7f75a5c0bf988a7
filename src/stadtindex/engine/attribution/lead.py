"""Why one unit is ahead of another in the same ranking: the difference of their scores, node by node down to the leaves.

At every node the difference is split among its children by the Shapley value of a game in which each child is taken
from one unit or from the other; what a child adds is handed down in proportion (a chain of Shapley values). Where
both units' children have the same shares in an arithmetic mean, that is the difference of their addends.

Reference: Shapley (1953), A value for n-person games, doi:10.1515/9781400881970-018; for the chain Chen, Lundberg and
Lee (2022), Explaining a series of models by propagating Shapley values, doi:10.1038/s41467-022-31384-3.
"""

import math
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats
from stadtindex.engine.attribution.game import shapley_scores
from stadtindex.engine.attribution.upper import ALONE_COMBINE
from stadtindex.engine.compute import compute
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe import Aggregation, NodeRecipe, Recipe
from stadtindex.engine.results import Results
from stadtindex.engine.table import Table
from stadtindex.engine.tree import Node, Tree

# Children that differ beyond this number are not played out (2**children states): the addends are compared.
MOST_CHILDREN = 12
# Differences of scores below this are rounding.
NOTHING = 1e-9
# A rest below this is no part of its own.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Lead:
    """What one node adds to the difference at the root, in the units of its scores; `parts` add up to it.

    `score` and `other` are the two units' scores at the node (NaN: none). The last of the parts may have the code of
    the node itself: its bonus points, and what comes from other shares where one unit lacks children that the other
    has. Leaves, nodes where one of the two has no score, and aggregations without addends have no parts.
    """

    code: str
    score: float
    other: float
    points: float
    parts: tuple["Lead", ...] = ()


def lead(results: Results, unit: str, other: str) -> Lead:
    """Split the difference of two units' scores, unit minus other; EngineError where one of them has no score."""
    rows = []
    for name in (unit, other):
        if name not in results.units:
            raise EngineError("the results have no such unit", unit=name)
        rows.append(results.units.index(name))
        if math.isnan(results.score[results.tree.root][rows[-1]]):
            raise EngineError("has no score that could be compared", unit=name, node=results.tree.root)
    return _Comparison(results, (rows[0], rows[1])).node(results.tree.root, 1.0, None)


@dataclass(frozen=True, eq=False)
class _Comparison:
    results: Results
    rows: tuple[int, int]

    def node(self, code: str, rate: float, points: float | None) -> Lead:
        """Split a node: `rate` points at the root per point of its score, `points` if not rate · difference."""
        score, other = self._pair(self.results.score[code])
        below = rate * (score - other)
        amount = below if points is None else points
        children = self.results.tree.children(code)
        if len(children) == 0 or math.isnan(below):
            return Lead(code, score, other, amount)
        local = self._local(code)
        if any(math.isnan(part) for part in local):
            return Lead(code, score, other, amount)
        slope = rate * self._slope(code)
        parts = [
            self.node(child, slope * self._rate(code, child, part), slope * part)
            for child, part in zip(children, local, strict=True)
        ]
        rest = amount - math.fsum(part.points for part in parts)
        if abs(rest) > ROUNDING:
            parts.append(Lead(code, math.nan, math.nan, rest))
        return Lead(code, score, other, amount, tuple(parts))

    def _pair(self, column: Floats) -> tuple[float, float]:
        return float(column[self.rows[0]]), float(column[self.rows[1]])

    def _slope(self, code: str) -> float:
        """Return how many points of score one point of the combined column is, between the two units."""
        score = self.results.score[code]
        combined = self.results.combined[code] + self.results.bonus[code]
        rows = self.rows
        difference = float(combined[rows[0]] - combined[rows[1]])
        if abs(difference) <= NOTHING:
            # Equal here, but perhaps not below: the slope is that of the whole column.
            rows = (int(np.nanargmax(combined)), int(np.nanargmin(combined)))
            difference = float(combined[rows[0]] - combined[rows[1]])
        return 1.0 if abs(difference) <= NOTHING else float(score[rows[0]] - score[rows[1]]) / difference

    def _rate(self, code: str, child: str, part: float) -> float:
        """Return how many combined points of the node one point of the child is, between the two units."""
        score, other = self._pair(self.results.score[child])
        share, share_other = self._pair(self.results.share[child])
        equal = abs(share - share_other) <= NOTHING
        if equal and abs(score - other) > NOTHING:
            return part / (score - other)
        if (
            self.results.recipe.nodes[code].combine is not Aggregation.GEOMETRIC
            or not score > 0
            or not other > 0
        ):
            return (share + share_other) / 2
        combined, combined_other = self._pair(self.results.combined[code])
        return (share * combined / score + share_other * combined_other / other) / 2

    def _local(self, code: str) -> list[float]:
        """Split the difference of the combined values among the children."""
        children = self.results.tree.children(code)
        shares = np.array([self._pair(self.results.share[child]) for child in children])
        scores = np.array([self._pair(self.results.score[child]) for child in children])
        scores[shares == 0.0] = np.nan
        combine = self.results.recipe.nodes[code].combine
        if combine is Aggregation.ARITHMETIC and (np.abs(shares[:, 0] - shares[:, 1]) <= NOTHING).all():
            return [
                float(part) for part in np.nan_to_num(shares.mean(axis=1) * (scores[:, 0] - scores[:, 1]))
            ]
        played = self._played(code, scores) if combine in ALONE_COMBINE else None
        return self._addends(code) if played is None else played

    def _played(self, code: str, scores: Floats) -> list[float] | None:
        """Play the game of the children, scores (k, 2); None where it cannot be played."""
        children = self.results.tree.children(code)
        weights = [self._pair(self.results.weight[child]) for child in children]
        same = (scores[:, 0] == scores[:, 1]) | np.isnan(scores).all(axis=1)
        players = np.flatnonzero(~same)
        if len(players) > MOST_CHILDREN or any(mine != theirs for mine, theirs in weights):
            return None
        mixed = np.tile(scores[:, 1], (2 ** len(players), 1))
        numbers = np.arange(len(mixed))
        for bit, player in enumerate(players):
            mixed[numbers >> bit & 1 == 1, player] = scores[player, 0]
        worth = self._combine(code, [weight for weight, _ in weights], mixed)
        ends = self._pair(self.results.combined[code])
        if np.isnan(worth).any() or not np.allclose((worth[-1], worth[0]), ends, rtol=NOTHING, atol=NOTHING):
            return None
        parts = dict(zip(players.tolist(), shapley_scores(worth), strict=True))
        return [parts.get(index, 0.0) for index in range(len(children))]

    def _combine(self, code: str, weights: list[float], mixed: Floats) -> Floats:
        """Combine children's scores (states, k) as the node does, by the function that makes rankings."""
        children = self.results.tree.children(code)
        nodes = [Node(child, code, weight) for child, weight in zip(children, weights, strict=True)]
        chosen = self.results.recipe.nodes[code]
        recipe = NodeRecipe(combine=chosen.combine, combining=chosen.combining)
        return compute(
            Tree.build([Node(code, None), *nodes]),
            Table.build([str(state) for state in range(len(mixed))], children, mixed),
            Recipe({code: recipe} | {child: NodeRecipe() for child in children}),
        ).combined[code]

    def _addends(self, code: str) -> list[float]:
        """Compare the addends, brought to the difference of what they add up to."""
        children = self.results.tree.children(code)
        pairs = [self._pair(self.results.contribution[child]) for child in children]
        gaps = [mine - theirs for mine, theirs in pairs]
        total = math.fsum(gaps)
        mine, theirs = self._pair(self.results.combined[code])
        factor = (mine - theirs) / total if abs(total) > NOTHING else 0.0
        return [gap * factor for gap in gaps]
