"""Laws of the split of a change, for random indices with gaps, ties, constants and every method."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import chain, pairwise, permutations

import numpy as np
import pytest
from engine_indices import KINDS, MISSING, Choices, Index, indices
from hypothesis import assume, given
from hypothesis import strategies as st

from stadtindex.engine import Aggregation, Cell, EngineError, Normalisation, Recipe, Results, Table
from stadtindex.engine.attribution.game import shapley_ranks, shapley_scores
from stadtindex.engine.attribution.lead import Lead, lead
from stadtindex.engine.attribution.means import Means
from stadtindex.engine.attribution.mix import Cause, Pair, Side, State
from stadtindex.engine.attribution.outcome import plainly
from stadtindex.engine.attribution.own import Part
from stadtindex.engine.attribution.split import CAUSES, Attribution, Split
from stadtindex.engine.attribution.stack import outcomes

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
def pairs(draw: st.DrawFn, choices: Choices = CHOICES) -> Pair:
    """Two states of an index: values, weights, bonus points and units may change, some values were corrected."""
    index = draw(indices(choices))
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
    """Split the changes of two units; that must succeed wherever a unit has a score at both ends."""
    attribution, found = Attribution(pair), []
    both = [unit for unit in pair.after.table.units if unit in pair.before.table.units][:2]
    for unit in both:
        if all(scored(state, unit) for state in (pair.before, pair.after)):
            found.append(attribution.split(unit, own_depth=depth))
        else:
            with pytest.raises(EngineError):
                attribution.split(unit, own_depth=depth)
    return found


def scored(state: State, unit: str) -> bool:
    try:
        results = state.compute()
    except EngineError:
        return False
    return bool(results.rank[results.tree.root][results.units.index(unit)] > 0)


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


@st.composite
def games_with_gaps(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """A game of up to four players, some of its coalitions between the ends without a worth."""
    worth = draw(Worth)
    known = np.array([draw(st.integers(0, 2)) > 0 for _ in worth])
    known[[0, -1]] = True
    return worth, known


@given(games_with_gaps())
def test_games_with_gaps_over_every_order(game: tuple[np.ndarray, np.ndarray]) -> None:
    """In every order, what is gained between two known coalitions is shared equally by those who join between them."""
    worth, known = game
    players = worth.size.bit_length() - 1
    expected = [Fraction(0)] * players
    orders = list(permutations(range(players)))
    for order in orders:
        last, coalition, waiting = 0, 0, []
        for player in order:
            coalition |= 1 << player
            waiting.append(player)
            if known[coalition]:
                for one in waiting:
                    expected[one] += Fraction(int(worth[coalition] - worth[last]), len(waiting) * len(orders))
                last, waiting = coalition, []
    assert shapley_ranks(worth, known) == tuple(expected)
    scores = shapley_scores(np.where(known, worth, np.nan))
    assert scores == pytest.approx([float(part) for part in expected], abs=1e-9)


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
        if len(one.unscored) > 0:
            assert one.own == ()
            continue
        assert math.fsum(part.score for part in one.own) == pytest.approx(one.score[Cause.OWN], abs=1e-9)
        assert sum((part.rank for part in one.own), Fraction(0)) == one.rank[Cause.OWN]
        for domain in one.own:
            if len(domain.parts) > 0:
                added = math.fsum(part.score for part in domain.parts)
                assert added == pytest.approx(domain.score, abs=1e-9)
                assert sum((part.rank for part in domain.parts), Fraction(0)) == domain.rank


@given(pairs())
def test_all_units_at_once_give_the_same_as_each_alone(pair: Pair) -> None:
    """All are computed side by side, one is not: the parts agree to the last bit."""
    attribution = Attribution(pair)
    for found in attribution.all(own_depth=2):
        if isinstance(found, Split):
            assert found == Attribution(pair).split(found.unit, own_depth=2)


@given(pairs(), st.data())
def test_states_side_by_side_are_the_states_one_by_one(pair: Pair, data: st.DataObject) -> None:
    """Whose data have changed is drawn; scores, ranks and the columns below are the same to the last bit."""
    for later in (False, True):
        side = Side.build(pair, pair.before.table.units, after=later)
        n = len(side.units)
        moved = st.lists(st.booleans(), min_size=n, max_size=n).map(np.array)
        states = [
            side.state(side.units, data.draw(moved), corrected=data.draw(st.booleans())) for _ in range(4)
        ]
        for one, other in zip(outcomes(states), map(plainly, states), strict=True):
            assert one.rounded.tobytes() == other.rounded.tobytes()
            assert one.ranks.tolist() == other.ranks.tolist()
            assert one.feet.keys() == other.feet.keys()
            for code, foot in other.feet.items():
                assert one.feet[code].values.tobytes() == foot.values.tobytes(), code
                assert one.feet[code].counts.tolist() == foot.counts.tolist(), code


MEANS = Choices(
    inner_methods=(Normalisation.NONE,), aggregations=(Aggregation.ARITHMETIC,), leaf_methods=METHODS
)


@given(pairs(MEANS))
def test_sums_for_all_choices_are_what_computing_each_choice_gives(pair: Pair) -> None:
    """Own data of weighted means are split without computing every choice: as if every choice had been computed."""
    fast = splits(pair, depth=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Means, "can", staticmethod(lambda tree, nodes: False))
        slow = splits(pair, depth=2)
    for one, other in zip(fast, slow, strict=True):
        compare_parts(one.own, other.own)


def compare_parts(one: tuple[Part, ...], other: tuple[Part, ...]) -> None:
    assert [part.code for part in one] == [part.code for part in other]
    for mine, its in zip(one, other, strict=True):
        assert mine.score == pytest.approx(its.score, abs=1e-9)
        assert mine.rank == its.rank
        compare_parts(mine.parts, its.parts)


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
