"""The split of a change against a slow, plain one: every order in which the causes can change, on dictionaries.

The trees are those of two editions with a parameter dropped (q), a new one (s), one renamed (u is v) and another weight
of a domain; units, values, gaps and corrections are invented.
"""

import math
from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from stadtindex.engine import (
    EngineError,
    Missing,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Table,
    Tree,
    compute,
)
from stadtindex.engine.attribution.mix import Cause, Pair, State
from stadtindex.engine.attribution.split import CAUSES, Attribution

OLD_TREE = {"i": "x", "j": "x", "k": "y", "p": "i", "q": "i", "r": "j", "t": "k", "u": "k"}
NEW_TREE = {"i": "x", "j": "x", "k": "y", "p": "i", "s": "i", "r": "j", "t": "k", "v": "k"}
FROM_NEW = {"p": "p", "r": "r", "t": "t", "v": "u"}
FROM_OLD = {old: new for new, old in FROM_NEW.items()}
SCALES = (
    Normalise(Normalisation.MIN_MAX),
    Normalise(Normalisation.FIXED, low=0.0, high=9.0),
    Normalise(Normalisation.PERCENTILE),
)
UNIT = "A"
Cells = dict[str, dict[str, float | None]]
VALUES = st.one_of(st.integers(0, 9).map(float), st.none())


def leaves_of(parents: dict[str, str]) -> list[str]:
    return [code for code in parents if code not in parents.values()]


@st.composite
def editions(draw: st.DrawFn) -> tuple[Cells, Cells, Cells, tuple[Normalise, float]]:
    """The old edition, the same with errors mended, the new one; the scale, and how much must be there."""

    def sheet(parents: dict[str, str]) -> Cells:
        units = [UNIT, *draw(st.lists(st.sampled_from("BCD"), unique=True, max_size=3))]
        return {unit: {leaf: draw(VALUES) for leaf in leaves_of(parents)} for unit in sorted(units)}

    old, new = sheet(OLD_TREE), sheet(NEW_TREE)
    mended = {unit: dict(row) for unit, row in old.items()}
    for unit in old:
        if draw(st.integers(0, 2)) == 0:
            mended[unit][draw(st.sampled_from(leaves_of(OLD_TREE)))] = draw(VALUES)
    for unit in set(old) & set(new):
        for leaf, earlier in FROM_NEW.items():
            if draw(st.booleans()):
                new[unit][leaf] = mended[unit][earlier]
    return old, mended, new, (draw(st.sampled_from(SCALES)), draw(st.sampled_from([0.0, 0.6])))


def state(cells: Cells, parents: dict[str, str], method: tuple[Normalise, float]) -> State:
    scale, threshold = method
    weight = 3.0 if parents is NEW_TREE else 1.0
    nodes = [Node("root", None), Node("x", "root"), Node("y", "root", weight)]
    nodes += [Node(code, parent, direction=-1 if code == "r" else 1) for code, parent in parents.items()]
    recipe = {node.code: NodeRecipe(threshold=threshold) for node in nodes}
    leaves = leaves_of(parents)
    recipe |= {leaf: NodeRecipe(normalise=scale, missing=Missing.REWEIGHT) for leaf in leaves}
    rows = [[math.nan if row[leaf] is None else row[leaf] for leaf in leaves] for row in cells.values()]
    return State(Tree.build(nodes), Table.build(list(cells), leaves, rows), Recipe(recipe))


class Referee:
    """The states between two editions, cell by cell as METHOD says in words."""

    def __init__(self, old: Cells, mended: Cells, new: Cells, method: tuple[Normalise, float]) -> None:
        self.old, self.mended, self.new, self.method = old, mended, new, method
        self.known: dict[frozenset[Cause], tuple[float, int] | None] = {}

    def value(self, unit: str, leaf: str, changed: frozenset[Cause]) -> float | None:
        method = Cause.METHOD in changed
        before = FROM_NEW.get(leaf) if method else leaf
        after = leaf if method else FROM_OLD.get(leaf)
        has_before = unit in self.old and before is not None
        has_after = unit in self.new and after is not None
        if not has_before:
            return self.new[unit][after] if has_after else None
        was, mended = self.old[unit][before], self.mended[unit][before]
        cause = Cause.OWN if unit == UNIT else Cause.OTHERS
        if has_after and cause in changed and self.new[unit][after] != mended:
            return self.new[unit][after]
        return mended if Cause.CORRECTIONS in changed else was

    def cells(self, changed: frozenset[Cause]) -> Cells:
        """The whole table once these have changed."""
        leaves = leaves_of(NEW_TREE if Cause.METHOD in changed else OLD_TREE)
        units = self.new if Cause.UNITS in changed else self.old
        return {unit: {leaf: self.value(unit, leaf, changed) for leaf in leaves} for unit in units}

    def active(self) -> list[Cause]:
        """The causes that change any table at all; the others can have caused nothing."""
        every = [frozenset(some) for n in range(len(CAUSES)) for some in combinations(CAUSES, n)]
        return [
            cause for cause in CAUSES if any(self.cells(some) != self.cells(some | {cause}) for some in every)
        ]

    def at(self, changed: frozenset[Cause]) -> tuple[float, int] | None:
        """Score and rank of the unit once these have changed; None without."""
        if changed not in self.known:
            parents = NEW_TREE if Cause.METHOD in changed else OLD_TREE
            mixed = state(self.cells(changed), parents, self.method)
            try:
                results = compute(mixed.tree, mixed.table, mixed.recipe)
            except EngineError:
                self.known[changed] = None
            else:
                row = results.units.index(UNIT)
                rank = int(results.rank["root"][row])
                self.known[changed] = None if rank == 0 else (float(results.rounded["root"][row]), rank)
        return self.known[changed]

    def split(self) -> tuple[dict[Cause, float], dict[Cause, Fraction]]:
        """Average over all orders; across states without a score the change is shared equally."""
        score, rank = dict.fromkeys(CAUSES, 0.0), dict.fromkeys(CAUSES, Fraction(0))
        orders = list(permutations(self.active()))
        for order in orders:
            last, waiting, changed = self.at(frozenset()), [], frozenset[Cause]()
            assert last is not None
            for cause in order:
                changed |= {cause}
                waiting.append(cause)
                here = self.at(changed)
                if here is None:
                    continue
                for one in waiting:
                    score[one] += (here[0] - last[0]) / len(waiting) / len(orders)
                    rank[one] += Fraction(here[1] - last[1], len(waiting) * len(orders))
                last, waiting = here, []
            assert waiting == []
        return score, rank


@given(editions())
def test_as_every_order_of_the_causes_says(
    edition: tuple[Cells, Cells, Cells, tuple[Normalise, float]],
) -> None:
    """Scores to 1e-9 and ranks as exact fractions, also where states between the editions have no score."""
    old, mended, new, method = edition
    referee = Referee(*edition)
    assume(referee.at(frozenset()) is not None)
    assume(referee.at(frozenset(CAUSES)) is not None)
    pair = Pair(
        state(old, OLD_TREE, method),
        state(new, NEW_TREE, method),
        FROM_NEW,
        state(mended, OLD_TREE, method),
    )
    found = Attribution(pair).split(UNIT, own_depth=2)
    score, rank = referee.split()
    event(f"states without a score: {len(found.unscored) > 0}")
    assert found.score == pytest.approx(score, abs=1e-9)
    assert found.rank == rank
    if len(found.own) > 0:
        np.testing.assert_allclose(math.fsum(p.score for p in found.own), score[Cause.OWN], atol=1e-9)
        assert sum((part.rank for part in found.own), Fraction(0)) == rank[Cause.OWN]
