"""Functions whose sensitivity indices are known by analysis, and Jansen's formulas written out plainly."""

import math

import numpy as np
import pytest

from stadtindex.engine.arrays import Floats
from stadtindex.engine.sensitivity.design import saltelli_design
from stadtindex.engine.sensitivity.indices import Sampling, sobol_indices

A, B = 7.0, 0.1
G = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])


def chance(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=seed))


def ishigami(points: Floats) -> Floats:
    """Ishigami and Homma (1990): sin x1 + a sin² x2 + b x3⁴ sin x1, x uniform on -π..π."""
    x = math.pi * (2.0 * points.T - 1.0)
    return np.sin(x[0]) + A * np.sin(x[1]) ** 2 + B * x[2] ** 4 * np.sin(x[0])


def ishigami_indices() -> tuple[list[float], list[float]]:
    one = 0.5 * (1.0 + B * math.pi**4 / 5.0) ** 2
    two = A**2 / 8.0
    both = B**2 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    whole = one + two + both
    return [one / whole, two / whole, 0.0], [(one + both) / whole, two / whole, both / whole]


def g_function(points: Floats) -> Floats:
    """Sobol's g function: the product of (|4 u - 2| + a) / (1 + a)."""
    return np.prod((np.abs(4.0 * points - 2.0) + G) / (1.0 + G), axis=1)


def g_indices() -> tuple[list[float], list[float]]:
    own = [1.0 / (3.0 * (1.0 + a) ** 2) for a in G]
    product = math.prod(1.0 + v for v in own)
    whole = product - 1.0
    return [v / whole for v in own], [v * product / (1.0 + v) / whole for v in own]


def test_the_analytic_values_are_the_published_ones() -> None:
    first, total = ishigami_indices()
    assert first == pytest.approx([0.3139, 0.4424, 0.0], abs=5e-5)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437], abs=5e-5)
    assert g_indices()[0][:4] == pytest.approx([0.7162, 0.1790, 0.0237, 0.0072], abs=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_ishigami(seed: int) -> None:
    found = sobol_indices(ishigami, ["x1", "x2", "x3"], chance(seed), Sampling(points=8192, resamples=100))
    first, total = ishigami_indices()
    assert found.first.value[:, 0] == pytest.approx(first, abs=0.02)
    assert found.total.value[:, 0] == pytest.approx(total, abs=0.02)
    assert found.error() < 0.03


@pytest.mark.parametrize("seed", range(5))
def test_g_function(seed: int) -> None:
    found = sobol_indices(g_function, list("abcdefgh"), chance(seed), Sampling(points=8192, resamples=100))
    first, total = g_indices()
    assert found.first.value[:, 0] == pytest.approx(first, abs=0.02)
    assert found.total.value[:, 0] == pytest.approx(total, abs=0.02)


def test_both_functions_at_once_as_two_outputs() -> None:
    def model(points: Floats) -> Floats:
        return np.stack([ishigami(points[:, :3]), g_function(points[:, 3:])], axis=1)

    factors = ["x1", "x2", "x3", *"abcdefgh"]
    found = sobol_indices(model, factors, chance(11), Sampling(points=8192, resamples=0))
    assert found.first.value[:3, 0] == pytest.approx(ishigami_indices()[0], abs=0.02)
    assert found.total.value[:3, 0] == pytest.approx(ishigami_indices()[1], abs=0.02)
    assert found.total.value[3:, 0].tolist() == [0.0] * 8
    assert found.first.value[3:, 1] == pytest.approx(g_indices()[0], abs=0.02)


def test_the_group_of_the_two_that_interact() -> None:
    # x1 and x3 together explain all that x2 does not.
    found = sobol_indices(ishigami, ["odd", "x2", "odd"], chance(2), Sampling(points=4096, resamples=0))
    second = ishigami_indices()[0][1]
    assert found.first.value[:, 0] == pytest.approx([1.0 - second, second], abs=0.02)
    assert found.total.value[:, 0] == pytest.approx([1.0 - second, second], abs=0.02)


def test_intervals_hold_the_truth_at_least_as_often_as_they_say() -> None:
    first, total = ishigami_indices()
    held = asked = 0
    for seed in range(40):
        found = sobol_indices(ishigami, ["x1", "x2", "x3"], chance(seed), Sampling(512, 200, 0.9))
        for band, truth in ((found.first, first), (found.total, total)):
            held += int(np.count_nonzero((band.low[:, 0] <= truth) & (truth <= band.high[:, 0])))
            asked += 3
    assert held / asked > 0.85


def test_the_estimators_written_out() -> None:
    """Jansen (1999), pair by pair, on the very points of the design."""
    names = ["x1", "x2", "x3"]
    design = saltelli_design(names, 32, chance(3))
    a, b = ishigami(design.a).tolist(), ishigami(design.b).tolist()
    mean = sum(a + b) / 64
    variance = sum((y - mean) ** 2 for y in a + b) / 64
    found = sobol_indices(ishigami, names, chance(3), Sampling(32, 0))
    for place, name in enumerate(names):
        mixed = ishigami(design.mixed(name)).tolist()
        apart_b = sum((y - z) ** 2 for y, z in zip(b, mixed, strict=True)) / 64
        apart_a = sum((y - z) ** 2 for y, z in zip(a, mixed, strict=True)) / 64
        assert found.first.value[place, 0] == pytest.approx(1.0 - apart_b / variance, rel=1e-12)
        assert found.total.value[place, 0] == pytest.approx(apart_a / variance, rel=1e-12)
