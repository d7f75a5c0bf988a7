"""The upper part of a tree of weighted arithmetic means, for all choices at once.

Where the root and its children are weighted means, what a child adds to the weighted sum does not depend on its
siblings. So each domain is worked out once for every choice of its own columns, and the root adds up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stadtindex.engine.arrays import NOISE, Bools, Floats, Ints
from stadtindex.engine.attribution.game import coalitions
from stadtindex.engine.attribution.outcome import Outcome
from stadtindex.engine.attribution.stack import with_bonus
from stadtindex.engine.rank import round_once
from stadtindex.engine.recipe import Aggregation, NodeRecipe, Normalisation, Weighing
from stadtindex.engine.tree import Tree

# Scores that differ by less are the same but for rounding.
SAME = 1e-9
# So many scores are worked out at once, to bound the memory.
AT_ONCE = 200_000


@dataclass(frozen=True, eq=False)
class _Sum:
    """A weighted sum of columns (…, n): `total`, the weight `there` and `asked` for, and how `many` columns are there.

    What is the same for all choices and units is kept once, without axes.
    """

    total: Floats
    there: Floats
    asked: Floats
    many: Floats

    @classmethod
    def of(cls, weight: float, values: Floats, counts: Bools) -> "_Sum":
        """Weigh columns (…, n), `values` NaN where there is none; a weight of 0 counts nothing."""
        counted = counts & (weight > 0.0)
        there = counted & ~np.isnan(values)
        total = np.where(there, weight * values, 0.0)
        return cls(total, *(_once(part) for part in (there * weight, counted * weight, there * 1.0)))

    def __add__(self, other: "_Sum") -> "_Sum":
        return _Sum(*(mine + its for mine, its in zip(self.parts, other.parts, strict=True)))

    @property
    def parts(self) -> tuple[Floats, Floats, Floats, Floats]:
        return self.total, self.there, self.asked, self.many

    def across(self) -> "_Sum":
        """Make room for another axis before the units."""
        return _Sum(*(part[:, np.newaxis] if part.ndim > 1 else part for part in self.parts))

    def picked(self, rows: Ints | slice) -> "_Sum":
        """Take some of the choices, also several times."""
        return _Sum(*(part[rows] if part.ndim > 1 else part for part in self.parts))

    def mean(self, threshold: float) -> Floats:
        """Divide, where enough is there."""
        enough = (self.many > 0.0) & (self.there >= (threshold - NOISE) * self.asked)
        if enough.all():
            return self.total / self.there
        return np.where(enough, self.total / np.where(enough, self.there, 1.0), np.nan)


def _once(values: NDArray[np.floating]) -> Floats:
    same = values.size > 0 and bool((values == values.flat[0]).all())
    return np.asarray(values.flat[0] if same else values, dtype=np.float64)


def plain_mean(chosen: NodeRecipe) -> bool:
    """Say whether a node is a weighted arithmetic mean of given or equal weights, not scaled again."""
    return (
        chosen.combine is Aggregation.ARITHMETIC
        and chosen.normalise.method is Normalisation.NONE
        and chosen.weigh in (Weighing.GIVEN, Weighing.EQUAL)
    )


class Means:
    """The upper part of the tree of two states with the same method and units: as `Upper`, for weighted means only.

    `groups` gives by domain the players whose columns, or bonus points, differ.
    """

    def __init__(self, old: Outcome, new: Outcome, groups: Mapping[str, list[str]]) -> None:
        self._old, self._new, self._groups = old, new, groups
        self._tree, self._recipe = old.state.tree, old.state.recipe
        self._codes = list(groups)

    @staticmethod
    def can(tree: Tree, nodes: Mapping[str, NodeRecipe]) -> bool:
        """Say whether root and domains are weighted means."""
        above = [code for code in (tree.root, *tree.children(tree.root)) if not tree.is_leaf(code)]
        return len(above) > 0 and all(plain_mean(nodes[code]) for code in above)

    @cached_property
    def agrees(self) -> bool:
        """Say whether both ends come out as they were computed."""
        ends = np.array([[False], [True]])
        found = self._rounded(self._sum(self._codes, ends.repeat(len(self._codes), axis=1)), ends[:, 0])
        return all(
            np.allclose(row, outcome.rounded, rtol=0.0, atol=SAME, equal_nan=True)
            for row, outcome in zip(found, (self._old, self._new), strict=True)
        )

    def by_domain(self, unit: str) -> tuple[Floats, Ints]:
        """Compute score and rank of a unit for every coalition of domains (2**domains,)."""
        choices = coalitions([[at] for at in range(len(self._codes))], len(self._codes))
        return self._ranked(
            self._rounded(self._sum(self._codes, choices), self._of_root(self._codes, choices)), unit
        )

    def by_member(self, at: int, unit: str) -> tuple[Floats, Ints]:
        """Compute them for every coalition of the other domains and of the members of one; (2**others, 2**members)."""
        code, others = self._codes[at], [code for code in self._codes if code != self._codes[at]]
        outer = coalitions([[other] for other in range(len(others))], len(others))
        members = len(self._groups[code])
        inner = _Sum.of(
            self._weight(code), *self._domain(code, coalitions([[m] for m in range(members)], members))
        )
        whole, root = self._sum(others, outer), self._of_root(others, outer)
        size = max(1, AT_ONCE // (2**members * len(self._old.rounded)))
        scores, ranks = [], []
        for start in range(0, len(outer), size):
            here = whole.picked(slice(start, start + size)).across() + inner
            found = self._ranked(self._rounded(here, root[start : start + size]), unit)
            scores.append(found[0])
            ranks.append(found[1])
        return np.concatenate(scores), np.concatenate(ranks)

    def _sum(self, codes: list[str], choices: Bools) -> _Sum:
        """Add up the domains: those of the codes old or new as chosen (c, codes), all that are not players as they are."""
        found = self._unchanged
        for at, code in enumerate(codes):
            if code != self._tree.root:
                found = found + self._ends[code].picked(choices[:, at].astype(np.int64))
        return found

    @cached_property
    def _unchanged(self) -> _Sum:
        """Add up what is no player, (1, n)."""
        found = _Sum(np.zeros((1, len(self._old.rounded))), *(np.asarray(0.0) for _ in range(3)))
        for code in self._tree.children(self._tree.root):
            if code not in self._groups:
                found = found + _Sum.of(
                    self._weight(code), *self._domain(code, np.zeros((1, 0), dtype=np.bool_))
                )
        return found

    @cached_property
    def _ends(self) -> dict[str, _Sum]:
        """Work out every domain that is a player, all of it old, then all of it new, (2, n)."""
        found = {}
        for code, members in self._groups.items():
            if code != self._tree.root:
                ends = np.array([[False], [True]]).repeat(len(members), axis=1)
                found[code] = _Sum.of(self._weight(code), *self._domain(code, ends))
        return found

    def _domain(self, code: str, choices: Bools) -> tuple[Floats, Bools]:
        """Work out a domain for choices (c, members) of its new columns: values and whether it counts, (c, n)."""
        members = self._groups.get(code, [])
        rows = {member: choices[:, at].astype(np.int64) for at, member in enumerate(members)}
        nothing = np.zeros(len(choices), dtype=np.int64)
        if self._tree.is_leaf(code):
            values, counts = self._columns(code)
            pick = rows.get(code, nothing)
            return values[pick], counts[pick]
        whole = _Sum(np.zeros((len(choices), len(self._old.rounded))), *(np.asarray(0.0) for _ in range(3)))
        for child in self._tree.children(code):
            column = _Sum.of(self._weight(child), *self._columns(child))
            whole = whole + column.picked(rows.get(child, nothing))
        chosen = self._recipe.nodes[code]
        values = whole.mean(chosen.threshold)
        if code in self._old.state.bonus:
            points = np.stack([outcome.state.bonus[code] for outcome in (self._old, self._new)])
            values = with_bonus(values, points[rows.get(code, nothing)], chosen)
        return values, np.broadcast_to(whole.asked > 0.0, values.shape)

    def _columns(self, code: str) -> tuple[Floats, Bools]:
        """Return the column at the foot as it was and as it is: values and whether they count, (2, n)."""
        old, new = self._old.feet[code], self._new.feet[code]
        return np.stack([old.values, new.values]), np.stack([old.counts, new.counts])

    def _of_root(self, codes: list[str], choices: Bools) -> Bools:
        """Say for which choices (c,) the root's own bonus points are new."""
        root = self._tree.root
        nothing: Bools = np.zeros(len(choices), dtype=np.bool_)
        return choices[:, codes.index(root)] if root in codes else nothing

    def _weight(self, code: str) -> float:
        """Return what a node weighs among its siblings; any scale."""
        parent, weight = self._tree.parent(code), self._tree.node(code).weight
        equal = parent is not None and self._recipe.nodes[parent].weigh is Weighing.EQUAL
        return float(weight > 0.0) if equal else weight

    def _rounded(self, whole: _Sum, new_bonus: Bools) -> Floats:
        """Score the root, (c, …, n), `new_bonus` (c,) saying whose bonus points count."""
        root = self._tree.root
        chosen = self._recipe.nodes[root]
        values = whole.mean(chosen.threshold)
        if root in self._old.state.bonus:
            old, new = self._old.state.bonus[root], self._new.state.bonus[root]
            pick = new_bonus.reshape(-1, *(1 for _ in values.shape[1:]))
            values = with_bonus(values, np.where(pick, new, old), chosen)
        return round_once(values, self._recipe.decimals)

    def _ranked(self, rounded: Floats, unit: str) -> tuple[Floats, Ints]:
        """Return score and rank of a unit, both (…,) for scores (…, n); rank 0 where it has no score."""
        own = rounded[..., self._old.row(unit)]
        ranks = 1 + np.count_nonzero(rounded > own[..., np.newaxis], axis=-1)
        return own, np.where(np.isnan(own), 0, ranks)
