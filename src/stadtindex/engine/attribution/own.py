"""What own data add to a change, by domain and indicator: a game within the game (Owen's value).

Between two states that differ in one unit's data only, the nodes two levels below the root (indicators; leaves that
hang higher) each have an old and a new column of scores. A player is one such node, or the bonus points of a node
above. What is above is computed for every choice of old and new columns, by the function that makes rankings.

Reference: Owen (1977), Values of games with a priori unions, doi:10.1007/978-3-642-45494-3_7.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, Ints
from stadtindex.engine.attribution.game import coalition_weights, shapley_ranks, shapley_scores
from stadtindex.engine.attribution.mix import State
from stadtindex.engine.attribution.upper import Upper
from stadtindex.engine.errors import EngineError
from stadtindex.engine.results import Results

# More players in one domain (2**players states) are not split further: their domain's part is left whole.
MOST_PLAYERS = 10


@dataclass(frozen=True)
class Part:
    """What one node's own data add to the change; `parts` add up to it, and are empty where it is not split further.

    A part with the code of the node that it belongs to are the bonus points given to that node.
    """

    code: str
    score: float
    rank: Fraction
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True, eq=False)
class Step:
    """A state and what came out of it."""

    state: State
    results: Results

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {unit: row for row, unit in enumerate(self.results.units)}

    def score(self, unit: str) -> float:
        """Return the ranked score of a unit; NaN without one."""
        return float(self.results.rounded[self.results.tree.root][self._rows[unit]])

    def rank(self, unit: str) -> int:
        """Return the rank of a unit; 0 without a score."""
        return int(self.results.rank[self.results.tree.root][self._rows[unit]])


def own_parts(old: Step, new: Step, unit: str, depth: int) -> tuple[Part, ...]:
    """Split what own data change from one state to another, by domain (`depth` 1) or by indicator as well (2).

    The parts add up to the change, ranks exactly; nodes without part have changed nothing. EngineError where a
    choice of old and new columns leaves the unit without a score.
    """
    upper = Upper(old.state, old.results, new.state, new.results)
    players = upper.changed()
    domains = _by_domain(old.results, players)
    position = {player: index for index, player in enumerate(upper.players)}
    game = _Game(upper, unit, [[position[player] for player in members] for members in domains.values()])
    scores, ranks = game.split_domains()
    parts = []
    for index, (code, members) in enumerate(domains.items()):
        inner: tuple[Part, ...] = ()
        further = [member for member in members if member != code]
        if depth > 1 and len(further) > 0 and len(members) <= MOST_PLAYERS:
            inner_scores, inner_ranks = game.split_members(index)
            inner = tuple(map(Part, members, inner_scores, inner_ranks))
        parts.append(Part(code, scores[index], ranks[index], inner))
    return tuple(parts)


def _by_domain(results: Results, players: Iterable[str]) -> dict[str, list[str]]:
    """Group the players by the child of the root that they belong to; the root's bonus is a group of its own."""
    domains: dict[str, list[str]] = {}
    for player in players:
        code = player
        while (parent := results.tree.parent(code)) is not None and parent != results.tree.root:
            code = parent
        domains.setdefault(code, []).append(player)
    return domains


@dataclass(frozen=True, eq=False)
class _Game:
    """The game of one unit: `domains` lists, for every domain, the positions of its players."""

    upper: Upper
    unit: str
    domains: Sequence[Sequence[int]]

    def split_domains(self) -> tuple[tuple[float, ...], tuple[Fraction, ...]]:
        scores, ranks = self._worth(self._choices(self.domains))
        return shapley_scores(scores), shapley_ranks(ranks)

    def split_members(self, index: int) -> tuple[list[float], list[Fraction]]:
        """Split the part of one domain among its players, in every coalition of the other domains."""
        members = [[player] for player in self.domains[index]]
        others = [domain for at, domain in enumerate(self.domains) if at != index]
        weights = coalition_weights(len(self.domains))
        score, rank = [0.0] * len(members), [Fraction(0)] * len(members)
        outer, inner = self._choices(others), self._choices(members)
        scores, ranks = self._worth((outer[:, np.newaxis] | inner).reshape(-1, outer.shape[1]))
        for number in range(len(outer)):
            weight = weights[number.bit_count()]
            here = slice(number * len(inner), (number + 1) * len(inner))
            for at, part in enumerate(shapley_scores(scores[here])):
                score[at] += float(weight) * part
            for at, exact in enumerate(shapley_ranks(ranks[here])):
                rank[at] += weight * exact
        return score, rank

    def _choices(self, groups: Sequence[Sequence[int]]) -> Bools:
        """Say for every coalition of groups (2**groups,) which players are new; shape (coalitions, players)."""
        chosen = np.zeros((2 ** len(groups), len(self.upper.players)), dtype=np.bool_)
        numbers = np.arange(len(chosen))
        for bit, group in enumerate(groups):
            chosen[:, list(group)] = (numbers >> bit & 1 == 1)[:, np.newaxis]
        return chosen

    def _worth(self, choices: Bools) -> tuple[Floats, Ints]:
        scores, ranks = self.upper.worth(choices, self.unit)
        if (ranks == 0).any():
            raise EngineError("has no score with part of its own data changed", unit=self.unit)
        return scores, ranks


def add_up(weighed: Iterable[tuple[Fraction, tuple[Part, ...]]]) -> tuple[Part, ...]:
    """Add up parts by their codes, each list with its weight."""
    score: dict[str, float] = {}
    rank: dict[str, Fraction] = {}
    below: dict[str, list[tuple[Fraction, tuple[Part, ...]]]] = {}
    whole: set[str] = set()
    for weight, parts in weighed:
        for part in parts:
            score[part.code] = score.get(part.code, 0.0) + float(weight) * part.score
            rank[part.code] = rank.get(part.code, Fraction(0)) + weight * part.rank
            below.setdefault(part.code, []).append((weight, part.parts))
            if len(part.parts) == 0:
                whole.add(part.code)
    return tuple(
        Part(code, score[code], rank[code], () if code in whole else add_up(below[code])) for code in score
    )
