"""The children as computed weighings see them: what is refused, and moments that survive any magnitude."""

import math

import numpy as np
import pytest

from stadtindex.engine import EngineError
from stadtindex.engine.weigh.siblings import (
    Siblings,
    correlation,
    correlations,
    deviations,
    is_constant,
    standard_deviation,
    to_one,
)

GAP = math.nan


def siblings(scores: list[list[float]], weights: list[float]) -> Siblings:
    codes = tuple("abcdef"[: len(weights)])
    return Siblings(codes, tuple(f"u{i}" for i in range(len(scores))), np.array(scores), np.array(weights))


@pytest.mark.parametrize(
    ("scores", "weights", "why", "unit", "node"),
    [
        ([[1.0, 2.0]], [1.0, -1.0], "a weight must be a number >= 0, not -1.0", None, "b"),
        ([[1.0, 2.0]], [GAP, 1.0], "a weight must be a number >= 0, not nan", None, "a"),
        ([[1.0, 2.0]], [0.0, 0.0], "no child has a weight > 0", None, None),
        ([[1.0, 2.0], [3.0, math.inf]], [1.0, 1.0], "a score must be a finite number, not inf", "u1", "b"),
        ([[1.0, 2.0, 3.0]], [1.0, 1.0], r"the scores have the shape \(1, 3\), not \(1, 2\)", None, None),
    ],
)
def test_what_is_refused(
    scores: list[list[float]], weights: list[float], why: str, unit: str | None, node: str | None
) -> None:
    with pytest.raises(EngineError, match=why) as caught:
        siblings(scores, weights)
    assert (caught.value.unit, caught.value.node) == (unit, node)


def test_weights_must_be_as_many_as_children() -> None:
    with pytest.raises(EngineError, match="2 children need as many weights"):
        Siblings(("a", "b"), ("u",), np.ones((1, 2)), np.ones(3))


def test_varying_are_counted_children_with_two_values() -> None:
    group = siblings([[1.0, 5.0, 1.0, GAP], [2.0, 5.0, 2.0, 7.0]], [1.0, 1.0, 0.0, 1.0])
    assert group.varying.tolist() == [True, False, False, False]


def test_rounding_is_no_variation() -> None:
    assert is_constant(np.array([0.1 + 0.2, 0.3, GAP]))
    assert not is_constant(np.array([0.3, 0.3 + 1e-9]))
    assert is_constant(np.array([GAP, GAP]))


def test_standard_deviations_of_any_magnitude() -> None:
    for size in (1e-90, 1.0, 1e90):
        found = standard_deviation(size * np.array([1.0, 2.0, GAP, 3.0]))
        assert found == pytest.approx(size, rel=1e-14)
    assert standard_deviation(np.array([4.0, GAP])) == 0.0


def test_deviations_keep_their_digits_far_from_zero() -> None:
    found = deviations(np.array([1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]))
    assert found.tolist() == [-1.0, 0.0, 1.0]
    assert deviations(np.array([7.0, GAP, 7.0]))[[0, 2]].tolist() == [0.0, 0.0]


def test_correlations_are_pairwise_complete() -> None:
    found = correlations(np.array([[0.0, 0.0, GAP], [1.0, 2.0, 3.0], [2.0, 4.0, 1.0], [3.0, GAP, 2.0]]))
    assert found[0, 1] == 1.0
    assert found[0, 2] == pytest.approx(-0.5, abs=1e-15)
    assert found[1, 2] == -1.0
    assert found.tolist() == found.T.tolist()


@pytest.mark.parametrize(
    ("one", "other"), [([1.0, GAP], [GAP, 1.0]), ([1.0, 2.0], [1.0, GAP]), ([1.0, 2.0], [3.0, 3.0])]
)
def test_no_correlation_without_two_different_units(one: list[float], other: list[float]) -> None:
    assert math.isnan(correlation(np.array(one), np.array(other)))


def test_perfect_up_to_rounding_is_perfect() -> None:
    x = np.array([0.1, 0.2, 0.3, 0.7])
    assert correlation(x, 3.0 * x + 0.1) == 1.0
    assert correlation(x, 0.1 - x / 3.0) == -1.0


def test_shares_of_huge_weights_do_not_overflow() -> None:
    assert to_one(np.array([1e308, 1e308, 0.0])).tolist() == [0.5, 0.5, 0.0]
