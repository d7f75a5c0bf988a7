"""What own data add to a change, by domain and indicator: a game within the game (Owen's value).

Between two states that differ in one unit's data only, the nodes two levels below the root (indicators; leaves that
hang higher) each have an old and a new column of scores. A player is one such node, or the bonus points of a node
above. What is above is computed for every choice of old and new columns.

Reference: Owen (1977), Values of games with a priori unions, doi:10.1007/978-3-642-45494-3_7.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from stadtindex.engine.arrays import Floats, Ints
from stadtindex.engine.attribution.game import (
    coalition_sizes,
    orders,
    shapley_ranks,
    shapley_scores,
    split_whole,
)
from stadtindex.engine.attribution.means import Means
from stadtindex.engine.attribution.outcome import Outcome, cut_of
from stadtindex.engine.attribution.upper import Upper
from stadtindex.engine.tree import Tree

# More players in one domain (2**players states) are not split further: their domain's part is left whole. Nor are
# more players in the domain together with other domains; and with more domains own data are left whole.
MOST_PLAYERS = 10
MOST_TOGETHER = 16


@dataclass(frozen=True)
class Part:
    """What one node's own data add to the change; `parts` add up to it, and are empty where it is not split further.

    A part with the code of the node that it belongs to are the bonus points given to that node.
    """

    code: str
    score: float
    rank: Fraction
    parts: tuple["Part", ...] = ()


def own_parts(old: Outcome, new: Outcome, unit: str, depth: int) -> tuple[Part, ...]:
    """Split what own data change from one state to another, by domain (`depth` 1) or by indicator as well (2).

    The unit has a score in both. The parts add up to the change, ranks exactly; nodes without part have changed
    nothing. Where a choice of old and new columns leaves the unit without a score, its domain is left whole.
    """
    groups = _by_domain(old.state.tree, _changed(old, new))
    if not 0 < len(groups) <= MOST_PLAYERS:
        return ()
    game = _Game.of(old, new, groups, unit)
    domain_scores, domain_ranks = game.by_domain()
    scores, ranks = shapley_scores(domain_scores), shapley_ranks(domain_ranks, domain_ranks > 0)
    parts = []
    for at, (code, members) in enumerate(groups.items()):
        inner: tuple[Part, ...] = ()
        further = any(member != code for member in members)
        fits = len(members) <= MOST_PLAYERS and len(members) + len(groups) - 1 <= MOST_TOGETHER
        if depth > 1 and further and fits:
            inner = _inner_parts(members, len(groups), *game.by_member(at))
        parts.append(Part(code, scores[at], ranks[at], inner))
    return tuple(parts)


def _changed(old: Outcome, new: Outcome) -> list[str]:
    """List the players whose old and new columns, or bonus points, differ."""
    tree = old.state.tree
    found = [code for code in cut_of(tree) if not old.feet[code].same(new.feet[code])]
    bonus = set(old.state.bonus) | set(new.state.bonus)
    above = [node.code for node in tree.nodes if node.code in bonus and tree.depth(node.code) < 2]
    nothing = np.zeros(len(old.rounded))
    for code in above:
        mine, its = (outcome.state.bonus.get(code, nothing) for outcome in (old, new))
        if not np.array_equal(mine, its):
            found.append(code)
    return found


def _by_domain(tree: Tree, players: Iterable[str]) -> dict[str, list[str]]:
    """Group the players by the child of the root that they belong to; the root's bonus is a group of its own."""
    domains: dict[str, list[str]] = {}
    for player in players:
        code = player
        while (parent := tree.parent(code)) is not None and parent != tree.root:
            code = parent
        domains.setdefault(code, []).append(player)
    return domains


@dataclass(frozen=True, eq=False)
class _Game:
    """The game of one unit, played on weighted means where the upper tree is made of them, else by computing it."""

    board: Means | Upper
    groups: Mapping[str, list[str]]
    unit: str

    @classmethod
    def of(cls, old: Outcome, new: Outcome, groups: Mapping[str, list[str]], unit: str) -> "_Game":
        if Means.can(old.state.tree, old.state.recipe.nodes):
            means = Means(old, new, groups)
            if means.agrees:
                return cls(means, groups, unit)
        return cls(Upper(old, new), groups, unit)

    def by_domain(self) -> tuple[Floats, Ints]:
        if isinstance(self.board, Means):
            return self.board.by_domain(self.unit)
        return self.board.by_domain(list(self.groups.values()), self.unit)

    def by_member(self, at: int) -> tuple[Floats, Ints]:
        if isinstance(self.board, Means):
            return self.board.by_member(at, self.unit)
        return self.board.by_member(list(self.groups.values()), at, self.unit)


def _inner_parts(members: list[str], domains: int, scores: Floats, ranks: Ints) -> tuple[Part, ...]:
    """Split the part of one domain among its members, worth (2**other domains, 2**members); none where not all is known."""
    if (ranks == 0).any():
        return ()
    counts = np.array(orders(domains), dtype=np.int64)[coalition_sizes(domains - 1)]
    whole = math.factorial(domains)
    # Averaging over the other domains first is the same, and leaves one small game.
    score = shapley_scores(np.array([math.fsum((column * counts).tolist()) / whole for column in scores.T]))
    rank = split_whole(counts @ ranks, whole * math.factorial(len(members)))
    return tuple(map(Part, members, score, rank))


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
