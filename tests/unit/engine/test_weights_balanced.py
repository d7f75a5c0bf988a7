"""Correlation-balanced weights: what they report, when they cannot be had, and the awkward inputs."""

import math

import numpy as np
import pytest

from stadtindex.engine.weigh.balanced import balanced, solve
from stadtindex.engine.weigh.importance import Importance, influence
from stadtindex.engine.weigh.siblings import Siblings

GAP = math.nan


def siblings(scores: list[list[float]], weights: list[float]) -> Siblings:
    codes = tuple("abcdef"[: len(weights)])
    units = tuple(f"u{i}" for i in range(len(scores)))
    return Siblings(codes, units, np.array(scores, dtype=float), np.array(weights))


def test_what_is_reported_when_the_target_is_reached() -> None:
    found = balanced(siblings([[0, 0], [0, 1], [1, 0], [1, 1]], [4, 1]))
    np.testing.assert_allclose(found.target, [0.8, 0.2], atol=1e-15)
    np.testing.assert_allclose(found.importance, [0.8, 0.2], atol=1e-12)
    np.testing.assert_allclose(found.explained, [0.8, 0.2], atol=1e-12)
    np.testing.assert_allclose(found.correlation, [math.sqrt(0.8), math.sqrt(0.2)], atol=1e-12)
    assert found.objective < 1e-24
    assert found.findings == ()
    assert found.shrinkage == 0.0


def test_a_child_that_comes_along_by_itself_gets_weight_zero_and_is_named() -> None:
    # Correlation 0.8: b reaches 0.64 / 1.64 without any weight, more than the tenth that was stated.
    found = balanced(siblings([[0, 0], [1, 1], [2, 3], [3, 2]], [9, 1]))
    assert found.weights.tolist() == [1.0, 0.0]
    np.testing.assert_allclose(found.importance, [1.0 / 1.64, 0.64 / 1.64], atol=1e-12)
    assert "with 39.0 % instead of 10.0 %" in found.findings[0] or "with 61.0 %" in found.findings[0]
    assert "without any weight: 'b'" in found.findings[0]
    assert found.objective == pytest.approx(2.0 * (0.64 / 1.64 - 0.1) ** 2, abs=1e-12)


def test_opposites_cannot_both_matter() -> None:
    found = balanced(siblings([[0, 3], [1, 2], [2, 1], [3, 0]], [1, 1]))
    assert math.fsum(found.weights.tolist()) == pytest.approx(1.0, abs=1e-15)
    assert sorted(np.round(found.importance, 9).tolist()) == [-0.5, 0.5]
    assert "no weights >= 0" in found.findings[0]


def test_twins_share_equally_whatever_they_are_measured_in() -> None:
    found = balanced(siblings([[0, 0, 0], [0, 0, 1], [1, 10, 0], [1, 10, 1]], [2, 1, 3]))
    assert found.weights[0] == pytest.approx(10.0 * found.weights[1], rel=1e-12)


def test_stated_zero_stays_out_and_a_constant_gets_nothing() -> None:
    found = balanced(siblings([[0, 5, 3, 9], [1, 5, 1, 2], [2, 5, 2, 4]], [1, 1, 1, 0]))
    assert found.weights[[1, 3]].tolist() == [0.0, 0.0]
    assert np.isnan(found.importance[[1, 3]]).all()
    assert "no weight for 'b'" in found.findings[0]


def test_one_varying_child_gets_all_and_nothing_varying_is_equal() -> None:
    assert balanced(siblings([[0, 5], [1, 5]], [1, 3])).weights.tolist() == [1.0, 0.0]
    for scores in ([[4.0, 5.0]], [[4.0, 5.0], [4.0, 5.0]], [[GAP, GAP], [GAP, GAP]]):
        found = balanced(siblings(scores, [1, 3]))
        assert found.weights.tolist() == [0.5, 0.5]
        assert math.isnan(found.objective)
        assert "all children count the same" in found.findings[0]


def test_more_children_than_units() -> None:
    found = balanced(siblings([[0, 3, 1, 2, 5], [1, 1, 4, 2.5, 1], [2, 0, 2, 9, 3]], [1] * 5))
    assert (found.weights >= 0.0).all()
    assert math.fsum(np.abs(found.importance).tolist()) == pytest.approx(1.0, abs=1e-12)


def test_contradicting_correlations_are_shrunk_and_told() -> None:
    # a and b move together, b and c too, but a and c against each other: each pair on units of its own.
    scores = [[0, 0, GAP], [1, 1, GAP], [GAP, 0, 0], [GAP, 1, 1], [0, GAP, 1], [1, GAP, 0]]
    found = balanced(siblings(scores, [1, 1, 1]))
    assert found.shrinkage == pytest.approx(1.0, abs=1e-12)
    assert any("contradict each other" in said for said in found.findings)
    assert (np.abs(found.correlation) <= 1.0).all()


def test_a_ratio_sees_the_curve_that_a_correlation_does_not() -> None:
    x = np.linspace(-1.0, 1.0, 21)
    scores = np.stack([x, x * x], axis=1)
    both = influence(scores, Importance.CORRELATION_RATIO)
    pulls = np.array([0.0, 1.0])
    np.testing.assert_allclose(both.explained(pulls), [1.0, 1.0], atol=1e-12)
    np.testing.assert_allclose(both.correlation(pulls), [0.0, 1.0], atol=1e-12)
    linear = influence(scores, Importance.SQUARED_CORRELATION)
    np.testing.assert_allclose(linear.explained(pulls), [0.0, 1.0], atol=1e-12)


def test_a_ratio_of_few_units_or_values_is_a_squared_correlation() -> None:
    scores = np.array([[0, 3], [1, 1], [0, 2], [1, 0], [0, 1], [1, 5]], dtype=float)
    pulls = np.array([0.3, 0.7])
    expected = influence(scores, Importance.SQUARED_CORRELATION).explained(pulls)
    found = influence(scores, Importance.CORRELATION_RATIO).explained(pulls)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_ratio_sees_no_third_value_in_rounding_and_nothing_in_pairs_without_common_units() -> None:
    x = np.array([0.0, 1.0, 1.0 + 1e-10] * 5)
    y = np.where(np.arange(15) < 8, np.arange(15.0), GAP)
    z = np.where(np.arange(15) < 8, GAP, np.arange(15.0) ** 2)
    sways = influence(np.stack([x, y, z], axis=1), Importance.CORRELATION_RATIO)
    assert sways.forms[0, 1:].tolist() == [[0.0] * 3] * 2
    assert sways.forms[1, :, 2].tolist() == [0.0] * 3
    assert sways.related[1, 2] == 0.0


def test_what_cancels_out_explains_nothing() -> None:
    sways = influence(np.array([[0.0, 3.0], [1.0, 2.0], [3.0, 0.0]]), Importance.SQUARED_CORRELATION)
    for found in (sways.shares(np.ones(2))[0], sways.correlation(np.ones(2)), sways.explained(np.ones(2))):
        assert np.isnan(found).all()


def test_the_derivative_is_that_of_small_differences() -> None:
    scores = np.random.Generator(np.random.Philox(key=4)).normal(size=(30, 4))
    pulls, step = np.array([0.1, 0.4, 0.3, 0.2]), 1e-6
    for importance in Importance:
        sways = influence(scores, importance)
        found = sways.shares(pulls)
        for child in range(4):
            ends = [sways.shares(pulls + sign * step * np.eye(4)[child]) for sign in (1.0, -1.0)]
            slope = (ends[0][0] - ends[1][0]) / (2.0 * step)
            np.testing.assert_allclose(found[1][:, child], slope, atol=1e-7)


def test_solve_needs_its_pivots() -> None:
    matrix = np.array([[0.0, 2.0, 1.0], [1.0, 0.0, 0.0], [4.0, 1.0, 0.0]])
    np.testing.assert_allclose(solve(matrix, np.array([7.0, 1.0, 6.0])), [1.0, 2.0, 3.0], atol=1e-14)


def test_a_finding_names_five_and_counts_the_others() -> None:
    scores = np.random.Generator(np.random.Philox(key=9)).normal(size=(20, 8))
    scores[:, 1:] = scores[:, :1] + 0.01 * scores[:, 1:]
    codes = tuple("abcdefgh")
    group = Siblings(codes, tuple(map(str, range(20))), scores, np.array([50.0] + [1.0] * 7))
    found = balanced(group)
    count = int(np.count_nonzero(found.weights == 0.0))
    assert count == 7
    assert found.findings[0].endswith("without any weight: 'b', 'c', 'd', 'e', 'f' and 2 more")
