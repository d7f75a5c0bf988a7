"""Which choice matters most: from indices to an order, and whether the order is sure."""

import math

import numpy as np
import pytest

from stadtindex.engine import EngineError
from stadtindex.engine.arrays import Floats
from stadtindex.engine.sensitivity.decisive import decisive
from stadtindex.engine.sensitivity.indices import Sampling, Sensitivity, sobol_indices


def analysed(weights: tuple[float, float, float], points: int = 1024) -> Sensitivity:
    """A sum of three independent uniform numbers times weights: indices are the shares of the squares."""

    def model(u: Floats) -> Floats:
        return np.stack([u @ np.array(weights), np.full(len(u), 7.0)], axis=1)

    chance = np.random.Generator(np.random.Philox(key=3))
    return sobol_indices(model, ["a", "b", "c"], chance, Sampling(points, 100), ["sum", "same"])


def test_the_strongest_comes_first_with_its_share_of_the_squares() -> None:
    found = decisive(analysed((1.0, 3.0, 0.0)), "sum")
    assert [each.factor for each in found.factors] == ["b", "a", "c"]
    assert found.first is found.factors[0]
    assert found.first.total == pytest.approx(0.9, abs=0.03)
    assert found.first.low <= found.first.total <= found.first.high
    assert found.factors[2].total == pytest.approx(0.0, abs=1e-12)
    assert found.clear
    assert found.alone == pytest.approx(1.0, abs=0.05)
    assert found.mean == pytest.approx(2.0, abs=0.01)
    assert found.deviation == pytest.approx(math.sqrt(10.0 / 12.0), abs=0.02)
    assert found.builds == 5 * 1024


def test_two_that_matter_alike_are_not_told_apart() -> None:
    assert not decisive(analysed((1.0, 1.0, 0.1), points=64), "sum").clear


def test_an_output_that_does_not_vary_has_no_strongest() -> None:
    found = decisive(analysed((1.0, 2.0, 3.0), points=64), "same")
    assert found.factors == ()
    assert found.first is None
    assert not found.clear
    assert math.isnan(found.alone)
    assert found.mean == 7.0


def test_an_output_that_is_not_there() -> None:
    with pytest.raises(EngineError, match="no output 'other'"):
        decisive(analysed((1.0, 2.0, 3.0), points=64), "other")
