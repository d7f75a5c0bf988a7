"""Benefit of the doubt: bounds that are refused or relaxed, awkward scores, and what stands beside the weights."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from stadtindex.engine import EngineError
from stadtindex.engine.weigh.bod import Bounded, Bounds, benefit_of_the_doubt
from stadtindex.engine.weigh.siblings import Siblings

GAP = math.nan


def siblings(scores: list[list[float]], weights: list[float] | None = None) -> Siblings:
    table = np.array(scores, dtype=float)
    given = np.ones(table.shape[1]) if weights is None else np.array(weights)
    return Siblings(
        tuple("abcdef"[: table.shape[1]]), tuple(f"u{i}" for i in range(table.shape[0])), table, given
    )


def test_score_is_the_weighted_mean_by_the_benchmark() -> None:
    found = benefit_of_the_doubt(siblings([[100, 50], [50, 100], [60, 60]]))
    own = (found.weights * [[100, 50], [50, 100], [60, 60]]).sum(axis=1)
    np.testing.assert_allclose(found.score, own / found.benchmark, atol=1e-12)
    assert found.benchmark[2] == pytest.approx(75.0, abs=1e-9)
    np.testing.assert_allclose(found.share[2], [0.5, 0.5], atol=1e-9)
    assert found.best == ("u0", "u1")
    assert found.findings == ()


def test_the_best_have_exactly_one_and_equal_units_are_equal() -> None:
    scores = np.random.Generator(np.random.Philox(key=1)).uniform(0, 100, size=(30, 4))
    scores[7] = scores[3]
    found = benefit_of_the_doubt(siblings(scores.tolist()))
    assert all(found.score[scores[:, child].argmax()] == 1.0 for child in range(4))
    assert found.score[7] == found.score[3]
    assert found.weights[7].tolist() == found.weights[3].tolist()


def test_a_constant_child_makes_everybody_the_best() -> None:
    found = benefit_of_the_doubt(siblings([[10, 5], [10, 1]]))
    assert found.score.tolist() == [1.0, 1.0]
    assert "every unit has score 1" in found.findings[0]


def test_all_zero_is_zero_in_the_middle_of_the_bounds() -> None:
    group = siblings([[0, 0], [10, 20]])
    assert benefit_of_the_doubt(group).weights[0].tolist() == [0.5, 0.5]
    found = benefit_of_the_doubt(group, Bounds([0.2, 0.2], [0.4, 1.0]))
    assert found.score[0] == 0.0
    np.testing.assert_allclose(found.weights[0], [0.32, 0.68], atol=1e-12)
    shares = benefit_of_the_doubt(group, Bounds([0.0, 0.0], [0.6, 0.6], Bounded.SHARE))
    assert shares.score[0] == 0.0
    assert shares.weights[0].tolist() == [0.5, 0.5]


def test_nobody_has_anything() -> None:
    found = benefit_of_the_doubt(siblings([[0, 0], [0, 0]]))
    assert found.score.tolist() == [0.0, 0.0]
    assert found.share.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert found.best == ()


def test_a_single_unit_and_a_single_child_are_their_own_benchmark() -> None:
    assert benefit_of_the_doubt(siblings([[3, 4]])).score.tolist() == [1.0]
    found = benefit_of_the_doubt(siblings([[30], [40]]))
    assert found.weights.tolist() == [[1.0], [1.0]]
    assert found.score.tolist() == [0.75, 1.0]


def test_children_of_very_different_size_keep_their_digits() -> None:
    found = benefit_of_the_doubt(siblings([[1e8, 5e-5], [5e7, 1e-4], [6e7, 6e-5]]))
    assert found.score[2] == pytest.approx(0.8, abs=1e-11)


def test_bounds_on_what_is_missing_are_waived_and_upper_ones_raised() -> None:
    group = siblings([[80, GAP, GAP], [80, 60, GAP], [40, 60, 50]])
    found = benefit_of_the_doubt(group, Bounds([0.2] * 3, [0.4] * 3))
    assert found.weights[0].tolist() == [1.0, 0.0, 0.0]
    np.testing.assert_allclose(found.weights[1], [0.5, 0.5, 0.0], atol=1e-12)
    none = benefit_of_the_doubt(siblings([[GAP, 5], [3, 6]]), Bounds([0.0, 0.0], [1.0, 0.0]))
    assert none.weights[0].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("lower", "upper", "why"),
    [
        ([0.6, 0.6], [1.0, 1.0], "lower bounds add up to 1.2"),
        ([0.0, 0.0], [0.4, 0.4], "upper ones to 0.8"),
        ([0.0], [1.0], "2 children need as many bounds, not 1"),
    ],
)
def test_bounds_that_do_not_fit_are_refused(lower: list[float], upper: list[float], why: str) -> None:
    with pytest.raises(EngineError, match=why):
        benefit_of_the_doubt(siblings([[1, 2]]), Bounds(lower, upper))


@pytest.mark.parametrize(
    ("lower", "upper"), [([0.5], [0.4]), ([-0.1], [1.0]), ([0.0], [1.1]), ([GAP], [1.0]), ([0.0, 0.0], [1.0])]
)
def test_bounds_are_from_zero_to_one_and_in_order(lower: list[float], upper: list[float]) -> None:
    with pytest.raises(EngineError, match="bounds"):
        Bounds(lower, upper)


def test_negative_scores_and_impossible_shares_name_unit_and_node() -> None:
    with pytest.raises(EngineError, match="needs scores >= 0, not -2") as caught:
        benefit_of_the_doubt(siblings([[1, 2], [1, -2]]))
    assert (caught.value.unit, caught.value.node) == ("u1", "b")
    with pytest.raises(EngineError, match="a score of 0 cannot contribute the share") as caught:
        benefit_of_the_doubt(siblings([[1, 2], [0, 2]]), Bounds([0.1, 0.1], [1, 1], Bounded.SHARE))
    assert (caught.value.unit, caught.value.node) == ("u1", "a")


def test_a_solver_that_gives_up_names_the_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = SimpleNamespace(status=4, message="numerical difficulties")
    monkeypatch.setattr("scipy.optimize.linprog", lambda *_, **__: given_up)
    with pytest.raises(EngineError, match="numerical difficulties") as caught:
        benefit_of_the_doubt(siblings([[1, 2]]))
    assert caught.value.unit == "u0"
