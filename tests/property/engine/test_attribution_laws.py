"""Laws of the split of a change, for random indices with gaps, ties, constants and every method."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import chain, pairwise

import numpy as np
import pytest
from engine_indices import KINDS, MISSING, Choices, Index, indices
from hypothesis import assume, given
from hypothesis import strategies as st

from stadtindex.engine import Aggregation, Cell, EngineError, Normalisation, Recipe, Results, Table
from stadtindex.engine.attribution.game import shapley_ranks, shapley_scores
from stadtindex.engine.attribution.lead import Lead, lead
from stadtindex.engine.attribution.mix import Cause, Pair, State
from stadtindex.engine.attribution.split import CAUSES, Attribution, Split

METHODS = tuple(
    Normalisation(name)
    for name in (
        "none",
        "fixed",
        "min_max",
        "z_score",
        "rank",
        "percentile",
        "goalposts",
        "share_of_best",
        "borda",
    )
)
WAYS = tuple(
    Aggregation(name) for name in ("arithmetic", "arithmetic", "geometric", "median", "mpi", "copeland")
)
CHOICES = Choices(leaf_methods=METHODS, inner_methods=METHODS, aggregations=WAYS)
Worth = st.integers(0, 4).flatmap(
    lambda n: st.lists(st.integers(1, 100), min_size=2**n, max_size=2**n).map(np.array)
)


def state(index: Index) -> State:
    tree = index.tree
    rows = [[index.cells[unit][leaf] for leaf in tree.leaves] for unit in index.units]
    values = [[math.nan if isinstance(entry, str) else entry for entry in row] for row in rows]
    cells = [[KINDS[entry] if isinstance(entry, str) else Cell.VALUE for entry in row] for row in rows]
    return State(
        tree,
        Table.build(index.units, tree.leaves, values, cells),
        Recipe(index.recipe, index.decimals),
        denominators={
            column: np.array(
                [math.nan if by[unit] is None else by[unit] for unit in index.units], dtype=float
            )
            for column, by in index.denominators.items()
        },
        bonus={
            code: np.array([points[unit] for unit in index.units]) for code, points in index.bonus.items()
        },
    )


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Two states of an index: values, weights, bonus points and units may change, some values were corrected."""
    index = draw(indices(CHOICES))
    leaves = index.tree.leaves
    later, mended = index, index
    for _ in range(draw(st.integers(0, 4))):
        unit, leaf = draw(st.sampled_from(index.units)), draw(st.sampled_from(leaves))
        donor = draw(st.sampled_from(index.units))
        value = draw(st.sampled_from([index.cells[donor][leaf], MISSING, 1.5, 8.0]))
        later = later.with_cell(unit, leaf, value)
        if draw(st.booleans()):
            mended = mended.with_cell(unit, leaf, draw(st.sampled_from([value, 3.0])))
    if draw(st.booleans()):
        node = draw(st.sampled_from(index.nodes))
        later = later.with_node(node.code, weight=node.weight + 1.0)
    if draw(st.booleans()):
        later = replace(later, bonus={code: dict.fromkeys(index.units, 2.0) for code in index.bonus})
    if len(index.units) > 2 and draw(st.booleans()):
        later = later.reordered(later.units[1:])
    carried = {leaf: leaf for leaf in leaves if draw(st.integers(0, 4)) > 0}
    return Pair(state(index), state(later), carried, draw(st.sampled_from([None, state(mended)])))


def splits(pair: Pair, depth: int = 0) -> list[Split]:
    """Split the changes of two units, as far as they have a score in every coalition."""
    attribution, found = Attribution(pair), []
    for unit in [unit for unit in pair.after.table.units if unit in pair.before.table.units][:2]:
        try:
            found.append(attribution.split(unit, own_depth=depth))
        except EngineError as problem:
            if "two levels below" in str(problem):
                raise
    return found


@given(Worth)
def test_efficiency_of_games(worth: np.ndarray) -> None:
    assert sum(shapley_ranks(worth), Fraction(0)) == worth[-1] - worth[0]
    assert sum(shapley_scores(worth.astype(float))) == pytest.approx(worth[-1] - worth[0])


@given(Worth.filter(lambda worth: worth.size >= 4))
def test_symmetry_of_games(worth: np.ndarray) -> None:
    """Two players who add the same to every coalition get the same."""
    numbers = np.arange(worth.size)
    swapped = numbers & ~3 | (numbers & 1) << 1 | (numbers & 2) >> 1
    ranks = shapley_ranks(worth + worth[swapped])
    assert ranks[0] == ranks[1]


@given(Worth.filter(lambda worth: worth.size >= 2))
def test_null_players_get_nothing(worth: np.ndarray) -> None:
    assert shapley_ranks(worth[np.arange(worth.size) & ~1])[0] == 0


@given(pairs())
def test_the_parts_add_up_to_the_change_between_the_rankings(pair: Pair) -> None:
    ends = []
    for one in splits(pair):
        ends = ends or [pair.before.compute(), pair.after.compute()]
        scores, ranks = [one.score_before, one.score_after], [one.rank_before, one.rank_after]
        for results, score, rank in zip(ends, scores, ranks, strict=True):
            at = results.units.index(one.unit)
            assert results.rounded[results.tree.root][at] == score
            assert results.rank[results.tree.root][at] == rank
        assert math.fsum(one.score.values()) == pytest.approx(scores[1] - scores[0], abs=1e-9)
        assert sum(one.rank.values(), Fraction(0)) == ranks[1] - ranks[0]


@given(pairs())
def test_own_parts_add_up_to_own_data(pair: Pair) -> None:
    for one in splits(pair, depth=2):
        assert math.fsum(part.score for part in one.own) == pytest.approx(one.score[Cause.OWN], abs=1e-9)
        assert sum((part.rank for part in one.own), Fraction(0)) == one.rank[Cause.OWN]
        for domain in one.own:
            if len(domain.parts) > 0:
                added = math.fsum(part.score for part in domain.parts)
                assert added == pytest.approx(domain.score, abs=1e-9)
                assert sum((part.rank for part in domain.parts), Fraction(0)) == domain.rank


@given(pairs())
def test_looking_back_the_signs_turn(pair: Pair) -> None:
    """From after to before every part is the same with the other sign; corrections have no way back."""
    there = Pair(pair.before, pair.after, pair.carried)
    back = Pair(pair.after, pair.before, {old: new for new, old in pair.carried.items()})
    returned = {found.unit: found for found in splits(back)}
    for found in splits(there):
        for cause in CAUSES:
            assert returned[found.unit].score[cause] == pytest.approx(-found.score[cause], abs=1e-9)
            assert returned[found.unit].rank[cause] == -found.rank[cause]


@given(indices(CHOICES))
def test_identical_data_give_zero(index: Index) -> None:
    pair = Pair(state(index), state(index), {leaf: leaf for leaf in index.tree.leaves}, state(index))
    for found in splits(pair, depth=2):
        assert set(found.score.values()) == {0.0}
        assert set(found.rank.values()) == {Fraction(0)}
        assert found.own == ()


@given(pairs())
def test_a_cause_that_changes_nothing_gets_nothing(pair: Pair) -> None:
    same_data = Pair(pair.before, replace(pair.before, tree=pair.after.tree), dict.fromkeys(()), None)
    for found in splits(same_data):
        assert {cause for cause in CAUSES if found.score[cause] != 0 or found.rank[cause] != 0} <= {
            Cause.METHOD
        }


@given(indices(CHOICES))
def test_leads_add_up_at_every_node(index: Index) -> None:
    results = computed(index)
    scored = [
        unit for unit, rank in zip(results.units, results.rank[results.tree.root], strict=True) if rank > 0
    ]
    for unit, other in chain.from_iterable(((a, b), (b, a)) for a, b in pairwise(scored)):
        found = lead(results, unit, other)
        root = results.score[results.tree.root]
        difference = root[results.units.index(unit)] - root[results.units.index(other)]
        assert found.points == pytest.approx(difference, abs=1e-9)
        check(found)


def computed(index: Index) -> Results:
    try:
        return index.compute()
    except EngineError:
        assume(False)
        raise


def check(found: Lead) -> None:
    if len(found.parts) > 0:
        assert math.fsum(part.points for part in found.parts) == pytest.approx(
            found.points, abs=1e-9, rel=1e-9
        )
        for part in found.parts:
            check(part)
