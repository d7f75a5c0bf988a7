"""Random weights: their moments, what is refused, and that nothing but the Generator decides."""

import math

import numpy as np
import pytest

from stadtindex.engine import EngineError
from stadtindex.engine.weigh.noise import around, dirichlet

STATED = np.array([5.0, 0.0, 3.0, 2.0])
DRAWS = 40_000


def chance(key: int = 7) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=key))


def test_dirichlet_has_the_mean_and_spread_it_promises() -> None:
    drawn = dirichlet(chance(), STATED, 100.0, DRAWS)
    shares = STATED / 10.0
    spread = np.sqrt(shares * (1.0 - shares) / 101.0)
    np.testing.assert_allclose(drawn.mean(axis=0), shares, atol=6.0 * spread.max() / math.sqrt(DRAWS))
    np.testing.assert_allclose(drawn.std(axis=0), spread, rtol=0.03, atol=1e-15)


def test_dirichlet_of_concentration_k_is_uniform_over_the_simplex() -> None:
    drawn = dirichlet(chance(), np.ones(3), 3.0, DRAWS)
    # The first of three uniform shares has the distribution function 1 - (1 - x)².
    for x in (0.1, 0.3, 0.6):
        assert (drawn[:, 0] <= x).mean() == pytest.approx(1.0 - (1.0 - x) ** 2, abs=0.015)


def test_around_is_uniform_before_it_is_scaled() -> None:
    drawn = around(chance(), np.array([1.0, 1.0]), 0.5, DRAWS)
    ratio = drawn[:, 0] / drawn[:, 1]
    assert ratio.min() >= 0.5 / 1.5
    assert ratio.max() <= 1.5 / 0.5
    assert ratio.max() > 2.5
    # Of two equal uniform numbers either is the larger in half of the draws.
    assert (ratio > 1.0).mean() == pytest.approx(0.5, abs=0.015)


def test_a_share_of_zero_and_a_huge_concentration_change_nothing() -> None:
    np.testing.assert_allclose(around(chance(), STATED, 0.0, 3), np.tile(STATED / 10.0, (3, 1)), atol=1e-15)
    np.testing.assert_allclose(
        dirichlet(chance(), STATED, 1e14, 3), np.tile(STATED / 10.0, (3, 1)), atol=1e-6
    )


def test_tiny_concentrations_put_everything_on_one_child() -> None:
    drawn = dirichlet(chance(), STATED, 1e-6, 200)
    assert np.isfinite(drawn).all()
    assert (drawn.max(axis=1) > 0.999).mean() > 0.9


def test_a_single_counted_child_keeps_everything() -> None:
    for drawn in (
        dirichlet(chance(), np.array([0.0, 2.0]), 5.0, 4),
        around(chance(), np.array([0.0, 2.0]), 0.5, 4),
    ):
        assert drawn.tolist() == [[0.0, 1.0]] * 4


@pytest.mark.parametrize("amount", [0.0, -1.0, math.nan, math.inf])
def test_concentrations_that_are_refused(amount: float) -> None:
    with pytest.raises(EngineError, match="the concentration must be a number > 0"):
        dirichlet(chance(), STATED, amount, 1)


@pytest.mark.parametrize("share", [-0.1, 1.0, math.nan])
def test_shares_that_are_refused(share: float) -> None:
    with pytest.raises(EngineError, match="the share must be >= 0 and < 1"):
        around(chance(), STATED, share, 1)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -1.0], [1.0, math.nan], [1.0, math.inf]])
def test_weights_that_are_refused(weights: list[float]) -> None:
    with pytest.raises(EngineError, match="the weights must be numbers >= 0"):
        around(chance(), np.array(weights), 0.1, 1)


def test_no_draws_are_refused() -> None:
    with pytest.raises(EngineError, match="draws must be >= 1"):
        dirichlet(chance(), STATED, 10.0, 0)
