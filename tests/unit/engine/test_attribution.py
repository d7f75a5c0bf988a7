"""Why a score changed: one known cause at a time, several at once, and what cannot be split."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from stadtindex.engine import (
    Background,
    Cell,
    Denominator,
    EngineError,
    Imputation,
    Impute,
    Missing,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Table,
    Tree,
)
from stadtindex.engine.attribution.game import (
    coalition_sizes,
    coalition_weights,
    shapley_ranks,
    shapley_scores,
)
from stadtindex.engine.attribution.mix import Cause, Pair, State
from stadtindex.engine.attribution.split import CAUSES, COALITIONS, Attribution, whatif

FIXED = NodeRecipe(normalise=Normalise(Normalisation.FIXED, low=0.0, high=100.0))
RELATIVE = NodeRecipe(normalise=Normalise(Normalisation.MIN_MAX))
OWN, OTHERS, METHOD, UNITS, CORRECTIONS = CAUSES
LEAVES = {"a": "x", "b": "x", "c": "y", "d": "y"}
VALUES = {"A": [10, 20, 30, 40], "B": [20, 30, 50, 60], "C": [0, 10, 10, 100], "D": [100, 0, 90, 20]}
SAME = {leaf: leaf for leaf in LEAVES}


def state(values=VALUES, leaves=LEAVES, recipe=FIXED, weights=None, bonus=None, inner=None) -> State:
    """Root, domains x and y with two leaves each (unless said otherwise), all weights 1."""
    weights = weights or {}
    domains = dict.fromkeys(leaves.values())
    nodes = [Node("root", None), *(Node(code, "root", weights.get(code, 1.0)) for code in domains)]
    nodes += [Node(leaf, parent, weights.get(leaf, 1.0)) for leaf, parent in leaves.items()]
    chosen = {code: inner or NodeRecipe(bonus_cap=5.0) for code in ("root", *domains)} | dict.fromkeys(
        leaves, recipe
    )
    table = Table.build(list(values), list(leaves), [values[unit] for unit in values])
    return State(Tree.build(nodes), table, Recipe(chosen), bonus=bonus or {})


def changed(unit: str, position: int, value: float, values=VALUES) -> dict[str, list[float]]:
    row = [value if index == position else old for index, old in enumerate(values[unit])]
    return {**values, unit: row}


def split(
    before: State, after: State, unit: str = "A", corrected: State | None = None, carried=SAME, depth=2
):
    return Attribution(Pair(before, after, carried, corrected)).split(unit, own_depth=depth)


def parts(found) -> dict[Cause, float]:
    return {cause: round(points, 9) for cause, points in found.score.items() if round(points, 9) != 0}


def test_the_glove_game() -> None:
    """Players 0 and 1 have a left glove, 2 a right one; a pair is worth 1. Known: 1/6, 1/6, 2/3."""
    worth = np.array([0, 0, 0, 0, 0, 1, 1, 1])
    assert shapley_ranks(worth) == (Fraction(1, 6), Fraction(1, 6), Fraction(2, 3))
    assert shapley_scores(worth.astype(float)) == pytest.approx((1 / 6, 1 / 6, 2 / 3))


def test_games_of_no_and_of_one_player() -> None:
    assert shapley_ranks(np.array([4])) == ()
    assert shapley_ranks(np.array([4, 1])) == (Fraction(-3),)
    assert coalition_sizes(2).tolist() == [0, 1, 1, 2]
    assert coalition_weights(3) == (Fraction(1, 3), Fraction(1, 6), Fraction(1, 3))


def test_a_game_needs_every_coalition() -> None:
    with pytest.raises(EngineError, match=r"2\*\*n"):
        shapley_scores(np.array([0.0, 1.0, 2.0]))


def test_coalitions_stand_in_the_order_of_their_bits() -> None:
    for number, coalition in enumerate(COALITIONS):
        assert coalition == {cause for bit, cause in enumerate(CAUSES) if number >> bit & 1}


def test_identical_states_change_nothing() -> None:
    found = split(state(), state())
    assert set(found.score.values()) == {0.0}
    assert set(found.rank.values()) == {Fraction(0)}
    assert found.own == ()


def test_own_data_alone() -> None:
    """A, parameter c: 30 to 90. A quarter of 60 points: 15, all of it in y, in c; A passes B (40) with 40 as well."""
    found = split(state(), state(changed("A", 2, 90.0)))
    assert (found.score_before, found.score_after) == (25.0, 40.0)
    assert parts(found) == {OWN: 15.0}
    assert (found.rank_before, found.rank_after) == (4, 2)
    assert found.rank[OWN] == -2
    ((domain,),) = [found.own]
    assert (domain.code, domain.score, domain.rank) == ("y", 15.0, -2)
    assert [(part.code, part.score, part.rank) for part in domain.parts] == [("c", 15.0, -2)]


def test_other_units_data_alone_move_the_rank() -> None:
    """B falls from 40 to the 25 of A, who is now third with it instead of fourth."""
    found = split(state(), state(changed("B", 3, 0.0)))
    assert parts(found) == {}
    assert found.rank == {OWN: 0, OTHERS: -1, METHOD: 0, UNITS: 0, CORRECTIONS: 0}


def test_other_units_data_alone_move_a_relative_score() -> None:
    """In c the best goes from 90 to 170 (A: 20/80 to 20/160 of 100): 12.5 points of a quarter."""
    found = split(state(recipe=RELATIVE), state(changed("D", 2, 170.0), recipe=RELATIVE))
    assert parts(found) == {OTHERS: -3.125}


def test_the_method_alone() -> None:
    """The weight of y rises from 1 to 3: 15/2 + 35/2 becomes 15/4 + 105/4."""
    found = split(state(), state(weights={"y": 3.0}))
    assert parts(found) == {METHOD: 5.0}


def test_other_groups_of_units_are_another_method() -> None:
    """A's gap in a is filled with the mean of its group: B (20) in the first edition, D (100) in the second."""
    filled = replace(FIXED, missing=Missing.IMPUTE, impute=Impute(Imputation.GROUP_MEAN))
    gap = state(changed("A", 0, np.nan), recipe=filled)
    before = replace(gap, background=Background({"A": "g", "B": "g", "C": "h", "D": "h"}))
    after = replace(gap, background=Background({"A": "g", "B": "h", "C": "h", "D": "g"}))
    assert parts(split(before, after)) == {METHOD: 20.0}
    assert parts(split(before, replace(before, background=Background(dict(before.background.groups))))) == {}


def test_the_set_of_units_alone() -> None:
    """D leaves: in a the best is B with 20, in c B with 50; C stays best in d, B in b."""
    fewer = {unit: row for unit, row in VALUES.items() if unit != "D"}
    found = split(state(recipe=RELATIVE), state(fewer, recipe=RELATIVE))
    change = found.score_after - found.score_before
    assert change == pytest.approx((50 - 10 + 50 - 100 * 20 / 30 + 50 - 25 + 0 - 25) / 4)
    assert parts(found) == {UNITS: round(change, 9)}


def test_corrections_alone() -> None:
    """The old value 30 was wrong, 50 is right and has not changed since: 5 points, none of them own data."""
    mended = changed("A", 2, 50.0)
    found = split(state(), state(mended), corrected=state(mended))
    assert parts(found) == {CORRECTIONS: 5.0}
    assert found.own == ()


def test_several_causes_are_told_apart() -> None:
    """On fixed scales with equal weights, own data (a: +40) and a correction (c: +20) do not touch each other."""
    mended = changed("A", 2, 50.0)
    after = changed("B", 0, 0.0, changed("A", 0, 50.0, mended))
    found = split(state(), state(after), corrected=state(mended))
    assert parts(found) == {OWN: 10.0, CORRECTIONS: 5.0}


def test_two_causes_that_work_only_together_share_alike() -> None:
    """Own data rise by 40 in a, whose weight goes from 0 to 1: Shapley halves what neither does alone."""
    before, after = state(weights={"a": 0.0}), state(changed("A", 0, 50.0))
    found = split(before, after)
    # Method alone: x from 20 to 15, at half weight -2.5; both: x = 35, +7.5. Own alone: nothing.
    assert parts(found) == {OWN: 5.0, METHOD: 2.5}


def test_a_value_corrected_and_measured_anew() -> None:
    """30 was wrong, 50 right, now 70: either cause alone brings its value; order decides 5 points, halved."""
    found = split(state(), state(changed("A", 2, 70.0)), corrected=state(changed("A", 2, 50.0)))
    assert parts(found) == {OWN: 7.5, CORRECTIONS: 2.5}


def test_new_and_dropped_parameters_are_booked_under_method() -> None:
    """d is dropped, e is new: without counterpart their values come and go with the method."""
    leaves = {"a": "x", "b": "x", "c": "y", "e": "y"}
    values = {unit: [*row[:3], 80.0] for unit, row in VALUES.items()}
    found = split(state(), state(values, leaves), carried={code: code for code in "abc"})
    assert parts(found) == {METHOD: 10.0}


def test_renamed_parameters_are_followed() -> None:
    leaves = {"a": "x", "b": "x", "c": "y", "renamed": "y"}
    found = split(
        state(), state(changed("A", 3, 80.0), leaves), carried={"a": "a", "b": "b", "c": "c", "renamed": "d"}
    )
    assert parts(found) == {OWN: 10.0}


def test_bonus_points_are_own_data_of_their_node() -> None:
    nothing, given = {"x": np.zeros(4)}, {"x": np.array([4.0, 0.0, 0.0, 0.0])}
    found = split(state(bonus=nothing), state(bonus=given))
    assert parts(found) == {OWN: 2.0}
    assert [(part.code, part.score, part.parts) for part in found.own] == [("x", 2.0, ())]


def test_gaps_that_are_filled_are_own_data() -> None:
    """A had no value in a: x was 20 by re-weighting; with 60 it is 40."""
    found = split(state(changed("A", 0, np.nan)), state(changed("A", 0, 60.0)))
    assert parts(found) == {OWN: 10.0}


def test_own_parts_interact_within_a_domain_and_between_domains() -> None:
    before = state(recipe=RELATIVE, inner=NodeRecipe(normalise=Normalise(Normalisation.PERCENTILE)))
    values = {**VALUES, "A": [90, 25, 80, 90]}
    after = state(values, recipe=RELATIVE, inner=NodeRecipe(normalise=Normalise(Normalisation.PERCENTILE)))
    found = split(before, after)
    assert sum(part.score for part in found.own) == pytest.approx(found.score[OWN], abs=1e-9)
    assert sum(part.rank for part in found.own) == found.rank[OWN]
    for domain in found.own:
        assert {part.code for part in domain.parts} <= {"a", "b", "c", "d"}
        assert sum(part.score for part in domain.parts) == pytest.approx(domain.score, abs=1e-9)
        assert sum(part.rank for part in domain.parts) == domain.rank


def test_too_many_players_leave_a_domain_whole() -> None:
    leaves = {f"p{index}": "x" for index in range(11)} | {"q": "y"}
    values = {"A": [10.0] * 12, "B": [20.0] * 12}
    after = {"A": [11.0] * 11 + [10.0], "B": [20.0] * 12}
    found = split(state(values, leaves), state(after, leaves), carried={leaf: leaf for leaf in leaves})
    assert [(part.code, round(part.score, 9), part.parts) for part in found.own] == [("x", 0.5, ())]


def test_denominators_are_data_of_their_unit() -> None:
    plain = state()
    recipe = replace(
        plain.recipe,
        nodes={**plain.recipe.nodes, "a": replace(FIXED, denominator=Denominator("people", 10.0))},
    )
    before = replace(plain, recipe=recipe, denominators={"people": np.array([10.0, 10.0, 10.0, 10.0])})
    after = replace(before, denominators={"people": np.array([5.0, 10.0, 10.0, 10.0])})
    found = split(before, after)
    assert parts(found) == {OWN: 2.5}
    assert found.own[0].parts[0].code == "a"


def test_units_of_one_state_only_are_refused() -> None:
    fewer = {unit: row for unit, row in VALUES.items() if unit != "D"}
    with pytest.raises(EngineError, match=r"unit 'D'.*both states"):
        split(state(), state(fewer), "D")


def test_all_gives_every_unit_of_both_and_names_those_without_score() -> None:
    empty = {**VALUES, "C": [np.nan] * 4}
    calls = []
    attribution = Attribution(Pair(state(), state(empty), SAME))
    found = list(attribution.all(progress=lambda done, whole: calls.append((done, whole))))
    assert [one.unit for one in found] == ["A", "B", "C", "D"]
    assert isinstance(found[2], EngineError)
    assert "no score in the state after" in str(found[2])
    assert calls == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_a_pair_must_fit() -> None:
    with pytest.raises(EngineError, match=r"'z'.*no table"):
        Pair(state(), state(), {"z": "a"})
    with pytest.raises(EngineError, match="several columns"):
        Pair(state(), state(), {"a": "a", "b": "a"})


def test_whatif_is_the_ranking_with_other_values() -> None:
    before, after = whatif(state(), "A", {"c": 90.0})
    assert before.rounded["root"].tolist() == state().compute().rounded["root"].tolist()
    assert after.rounded["root"].tolist() == state(changed("A", 2, 90.0)).compute().rounded["root"].tolist()
    assert after.rank["root"][0] == 2


def test_whatif_fills_a_gap_and_refuses_what_it_does_not_know() -> None:
    gap = state(changed("A", 0, np.nan))
    before, after = whatif(gap, "A", {"a": 60.0})
    assert before.cells["a"][0] == Cell.MISSING
    assert (before.score["x"][0], after.score["x"][0]) == (20.0, 40.0)
    with pytest.raises(EngineError, match="unit 'Z'"):
        whatif(gap, "Z", {"a": 1.0})
    with pytest.raises(EngineError, match="column 'z'"):
        whatif(gap, "A", {"z": 1.0})
    with pytest.raises(EngineError, match="unit 'A'"):
        whatif(gap, "A", {"a": float("inf")})
