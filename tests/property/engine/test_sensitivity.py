"""What holds for the sensitivity indices of every model."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stadtindex.engine.arrays import Floats
from stadtindex.engine.sensitivity.design import saltelli_design
from stadtindex.engine.sensitivity.indices import Sampling, Sensitivity, sobol_indices

NAMES = ("a", "b", "c", "d")
coefficients = st.lists(st.integers(-5, 5), min_size=8, max_size=8)


def model_of(numbers: list[int], first: float = 1.0) -> "Model":
    return Model(np.array(numbers, dtype=float), first)


class Model:
    """Linear terms, products of neighbours and one step, with whole coefficients."""

    def __init__(self, numbers: Floats, scale: float) -> None:
        self.numbers, self.scale = numbers, scale

    def __call__(self, u: Floats) -> Floats:
        linear = u @ self.numbers[:4]
        products = (u * np.roll(u, 1, axis=1)) @ self.numbers[4:]
        return self.scale * (linear + products + np.where(u[:, 0] > 0.5, 1.0, 0.0))


def run(model: "Model", seed: int, factors: tuple[str, ...] = NAMES) -> Sensitivity:
    rng = np.random.Generator(np.random.Philox(key=seed))
    return sobol_indices(lambda u: model(u), factors, rng, Sampling(64, 20))


def close(one: Sensitivity, other: Sensitivity) -> None:
    for a, b in ((one.first, other.first), (one.total, other.total)):
        for x, y in ((a.value, b.value), (a.low, b.low), (a.high, b.high)):
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9)


@given(
    coefficients, st.integers(0, 99), st.sampled_from([-3.0, 0.001, 1e6]), st.sampled_from([-1e3, 0.0, 50.0])
)
def test_scale_and_origin_of_the_output_do_not_matter(
    numbers: list[int], seed: int, factor: float, offset: float
) -> None:
    rng = np.random.Generator(np.random.Philox(key=seed))
    moved = sobol_indices(lambda u: (model_of(numbers)(u) + offset) * factor, NAMES, rng, Sampling(64, 20))
    close(run(model_of(numbers), seed), moved)


@given(coefficients, st.integers(0, 99))
def test_the_same_generator_gives_the_same_result(numbers: list[int], seed: int) -> None:
    one, other = run(model_of(numbers), seed), run(model_of(numbers), seed)
    assert one.first.value.tobytes() == other.first.value.tobytes()
    assert one.total.high.tobytes() == other.total.high.tobytes()


@given(coefficients, st.integers(0, 99))
def test_a_total_index_is_never_negative(numbers: list[int], seed: int) -> None:
    found = run(model_of(numbers), seed)
    known = found.total.value[~np.isnan(found.total.value)]
    assert (known >= 0.0).all()


@given(coefficients, st.integers(0, 99), st.integers(1, 3))
def test_a_factor_that_is_not_used_has_no_total_effect(numbers: list[int], seed: int, unused: int) -> None:
    numbers = list(numbers)
    numbers[unused] = numbers[4 + unused] = numbers[4 + (unused + 1) % 4] = 0
    found = run(model_of(numbers), seed)
    assert found.total.value[unused, 0] == 0.0


@given(coefficients, st.integers(0, 99))
def test_one_group_of_everything_explains_everything(numbers: list[int], seed: int) -> None:
    found = run(model_of(numbers), seed, ("all",) * 4)
    np.testing.assert_allclose(found.first.value, [[1.0]], atol=1e-12)
    # Between independent samples the mean square is twice the variance, up to the error of 64 points.
    assert 0.4 < found.total.value[0, 0] < 2.0


@given(st.permutations(NAMES), st.integers(0, 99))
def test_names_do_not_change_the_points(names: list[str], seed: int) -> None:
    one, other = (
        saltelli_design(chosen, 16, np.random.Generator(np.random.Philox(key=seed)))
        for chosen in (NAMES, names)
    )
    assert one.a.tobytes() == other.a.tobytes()
    assert one.mixed("a").tobytes() == other.mixed(names[0]).tobytes()


@given(coefficients, st.integers(0, 99), st.sets(st.integers(0, 63), max_size=5))
def test_failed_builds_leave_the_rest_as_if_they_had_not_been_asked(
    numbers: list[int], seed: int, failed: set[int]
) -> None:
    """The plain formulas over the base points that are left."""
    model, gone = model_of(numbers), sorted(failed)

    def failing(u: Floats) -> Floats:
        values = model(u)
        values[gone] = np.nan
        return values

    rng = np.random.Generator(np.random.Philox(key=seed))
    found = sobol_indices(failing, NAMES, rng, Sampling(64, 0))
    design = saltelli_design(NAMES, 64, np.random.Generator(np.random.Philox(key=seed)))
    kept = np.setdiff1d(np.arange(64), gone)
    a, b = model(design.a)[kept], model(design.b)[kept]
    variance = np.concatenate([a, b]).var()
    assert found.used[0] == kept.size
    for place, name in enumerate(NAMES):
        mixed = model(design.mixed(name))[kept]
        expected = 1.0 - ((b - mixed) ** 2).mean() / 2.0 / variance
        np.testing.assert_allclose(found.first.value[place, 0], expected, rtol=1e-9, atol=1e-9)
        expected = ((a - mixed) ** 2).mean() / 2.0 / variance
        np.testing.assert_allclose(found.total.value[place, 0], expected, rtol=1e-9, atol=1e-9)
