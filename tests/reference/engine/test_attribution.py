"""The split against a slow, plain one: every order in which the causes can change, state by state, in dictionaries."""

import math
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

from stadtindex.engine import (
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

# Two domains: x with the indicators i and j, y with one. q is in the first edition only, s in the second only.
OLD_TREE = {"i": "x", "j": "x", "k": "y", "p": "i", "q": "i", "r": "j", "t": "k", "u": "k"}
NEW_TREE = {"i": "x", "j": "x", "k": "y", "p": "i", "s": "i", "r": "j", "t": "k", "v": "k"}
CARRIED = {"p": "p", "r": "r", "t": "t", "v": "u"}
KNOWN: dict[tuple[str, frozenset[Cause], frozenset[str]], tuple[float, int]] = {}
Cells = dict[str, dict[str, float | None]]
OLD: Cells = {
    "A": {"p": 3, "q": 10, "r": 5, "t": 7, "u": 2},
    "B": {"p": 8, "q": 4, "r": None, "t": 1, "u": 6},
    "C": {"p": 5, "q": 9, "r": 2, "t": 4, "u": 9},
    "D": {"p": 9, "q": 1, "r": 8, "t": None, "u": 1},
}
MENDED: Cells = {**OLD, "A": {**OLD["A"], "r": 6, "t": 6}, "C": {**OLD["C"], "u": 4}}
NEW: Cells = {
    "A": {"p": 7, "s": 3, "r": 9, "t": 6, "v": 5},
    "B": {"p": 8, "s": 5, "r": 7, "t": 2, "v": 6},
    "C": {"p": 4, "s": 2, "r": 2, "t": 9, "v": 4},
    "E": {"p": 1, "s": 8, "r": 3, "t": 5, "v": 8},
}


def state(cells: Cells, parents: dict[str, str], y_weight: float) -> State:
    leaves = [code for code in parents if code not in parents.values()]
    nodes = [Node("root", None), Node("x", "root"), Node("y", "root", y_weight)]
    nodes += [Node(code, parent) for code, parent in parents.items()]
    nodes = [Node(n.code, n.parent, n.weight, -1 if n.code == "r" else 1) for n in nodes]
    recipe = {node.code: NodeRecipe() for node in nodes}
    recipe["k"] = NodeRecipe(normalise=Normalise(Normalisation.MIN_MAX))
    recipe |= {
        leaf: NodeRecipe(normalise=Normalise(Normalisation.MIN_MAX), missing=Missing.REWEIGHT)
        for leaf in leaves
    }
    rows = [
        [math.nan if (value := cells[unit].get(leaf)) is None else value for leaf in leaves] for unit in cells
    ]
    return State(Tree.build(nodes), Table.build(list(cells), leaves, rows), Recipe(recipe))


def value(unit: str, moved: set[Cause], code: str, *, own: bool) -> float | None:
    """Look up one cell of a mixed state, the rule in words: see the docstrings of Pair and Side."""
    old = CARRIED.get(code) if Cause.METHOD in moved else code
    new = code if Cause.METHOD in moved else {o: n for n, o in CARRIED.items()}.get(code)
    if unit not in OLD or old is None:
        return NEW[unit].get(new) if unit in NEW and new is not None else None
    was, mended = OLD[unit].get(old), MENDED[unit].get(old)
    now = NEW[unit].get(new) if unit in NEW and new is not None else mended
    if (Cause.OWN if own else Cause.OTHERS) in moved and now != mended:
        return now
    return mended if Cause.CORRECTIONS in moved else was


def ranked(unit: str, moved: set[Cause], own_now: set[str] | None = None) -> tuple[float, int]:
    """Score and rank in the state in which the causes in `moved` have changed; own data of `own_now` leaves only."""
    parents, weight = (NEW_TREE, 3.0) if Cause.METHOD in moved else (OLD_TREE, 1.0)
    leaves = [code for code in parents if code not in parents.values()]
    cells: Cells = {}
    for other in NEW if Cause.UNITS in moved else OLD:
        cells[other] = {}
        for leaf in leaves:
            here = moved
            if other == unit and own_now is not None:
                here = moved | {Cause.OWN} if leaf in own_now else moved - {Cause.OWN}
            cells[other][leaf] = value(other, here, leaf, own=other == unit)
    given = state(cells, parents, weight)
    results = compute(given.tree, given.table, given.recipe)
    at = results.units.index(unit)
    return float(results.rounded["root"][at]), int(results.rank["root"][at])


def pair() -> Pair:
    return Pair(state(OLD, OLD_TREE, 1.0), state(NEW, NEW_TREE, 3.0), CARRIED, state(MENDED, OLD_TREE, 1.0))


@pytest.mark.parametrize("unit", ["A", "B", "C"])
def test_every_order_of_the_causes(unit: str) -> None:
    score, rank = dict.fromkeys(CAUSES, 0.0), dict.fromkeys(CAUSES, Fraction(0))
    known: dict[frozenset[Cause], tuple[float, int]] = {}

    def at(moved: set[Cause]) -> tuple[float, int]:
        key = frozenset(moved)
        if key not in known:
            known[key] = ranked(unit, moved)
        return known[key]

    for order in permutations(CAUSES):
        moved: set[Cause] = set()
        for cause in order:
            before, after = at(moved), at(moved | {cause})
            score[cause] += (after[0] - before[0]) / 120
            rank[cause] += Fraction(after[1] - before[1], 120)
            moved.add(cause)
    found = Attribution(pair()).split(unit)
    assert found.score == pytest.approx(score, abs=1e-9)
    assert found.rank == rank
    assert all(points != 0 for cause, points in found.score.items() if cause is not Cause.CORRECTIONS)


def own_moved(unit: str, moved: set[Cause], now: set[str]) -> tuple[float, int]:
    """Score and rank with own data of the indicators in `now` changed."""
    key = (unit, frozenset(moved), frozenset(now))
    if key not in KNOWN:
        parents = NEW_TREE if Cause.METHOD in moved else OLD_TREE
        KNOWN[key] = ranked(unit, moved, {leaf for leaf, parent in parents.items() if parent in now})
    return KNOWN[key]


@pytest.mark.parametrize("unit", ["A", "B", "C"])
def test_own_data_in_every_order_of_domains_and_of_indicators_within_them(unit: str) -> None:
    """Orders in which the causes change, own data domain by domain and indicator by indicator (Owen's value)."""
    score: dict[str, float] = {"i": 0.0, "j": 0.0, "k": 0.0}
    rank = {code: Fraction(0) for code in score}
    orders = 0
    for causes in permutations(CAUSES):
        moved = set(causes[: causes.index(Cause.OWN)])
        for inside in (["i", "j", "k"], ["j", "i", "k"], ["k", "i", "j"], ["k", "j", "i"]):
            orders += 1
            now: set[str] = set()
            for code in inside:
                before, after = own_moved(unit, moved, now), own_moved(unit, moved, now | {code})
                score[code] += after[0] - before[0]
                rank[code] += after[1] - before[1]
                now.add(code)
    found = Attribution(pair()).split(unit, own_depth=2)
    for domain in found.own:
        for part in domain.parts:
            assert part.score == pytest.approx(score.pop(part.code) / orders, abs=1e-9)
            assert part.rank == rank[part.code] / orders
    assert np.allclose(list(score.values()), 0.0)
