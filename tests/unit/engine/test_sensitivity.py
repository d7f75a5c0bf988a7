"""Sensitivity: the design of the points, grouped factors, several outputs, failed builds, and what is refused."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from stadtindex.engine.arrays import Floats
from stadtindex.engine.errors import EngineError
from stadtindex.engine.sensitivity.design import saltelli_design, sobol_points
from stadtindex.engine.sensitivity.indices import Sampling, sobol_indices
from stadtindex.engine.sensitivity.outputs import RANK_SHIFT, index_outputs, output_names, rank_shift

NAN = math.nan
SMALL = Sampling(points=256, resamples=50)


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=seed))


def plain_sum(points: Floats) -> Floats:
    return points @ np.array([3.0, 1.0, 1.0])


# --- the points


def test_points_fill_every_interval_evenly_and_never_touch_the_ends() -> None:
    points = sobol_points(64, 5, chance())
    assert points.shape == (64, 5)
    assert points.min() > 0.0
    assert points.max() < 1.0
    for column in points.T:
        assert sorted(np.floor(column * 64).astype(int)) == list(range(64))


def test_the_same_generator_gives_the_same_points() -> None:
    assert np.array_equal(sobol_points(8, 3, chance(0)), sobol_points(8, 3, chance(0)))
    assert not np.array_equal(sobol_points(8, 3, chance(0)), sobol_points(8, 3, chance(2)))


def test_a_generator_from_a_seed_sequence_serves_as_well() -> None:
    assert sobol_points(4, 2, np.random.Generator(np.random.PCG64(5))).shape == (4, 2)


@pytest.mark.parametrize("count", [0, 1, 3, 100, -4])
def test_only_powers_of_two_are_balanced(count: int) -> None:
    with pytest.raises(EngineError, match="power of two"):
        sobol_points(count, 2, chance())


def test_points_need_a_dimension() -> None:
    with pytest.raises(EngineError, match="at least one dimension"):
        sobol_points(4, 0, chance())


def test_columns_of_one_name_are_one_factor() -> None:
    design = saltelli_design(["weights", "rule", "weights"], 4, chance())
    assert design.factors == ("weights", "rule")
    assert design.columns == ((0, 2), (1,))
    mixed = design.mixed("weights")
    assert np.array_equal(mixed[:, [0, 2]], design.b[:, [0, 2]])
    assert np.array_equal(mixed[:, 1], design.a[:, 1])
    assert not np.array_equal(design.a, design.b)


def test_a_design_is_frozen() -> None:
    design = saltelli_design(["x"], 4, chance())
    with pytest.raises(ValueError, match="read-only"):
        design.a[0, 0] = 0.5
    with pytest.raises(FrozenInstanceError):
        design.factors = ()  # type: ignore[misc]


def test_a_design_without_factor_and_an_unknown_factor() -> None:
    with pytest.raises(EngineError, match="at least one factor"):
        saltelli_design([], 4, chance())
    with pytest.raises(EngineError, match="no factor 'y'"):
        saltelli_design(["x"], 4, chance()).mixed("y")


# --- the indices


def test_a_sum_has_the_shares_of_its_parts() -> None:
    # Var of c·u is c²/12: 9, 1 and 1 parts of 11, and nothing interacts.
    found = sobol_indices(plain_sum, ["a", "b", "c"], chance(), Sampling(points=1024))
    assert found.first.value[:, 0] == pytest.approx([9 / 11, 1 / 11, 1 / 11], abs=0.02)
    assert found.total.value[:, 0] == pytest.approx([9 / 11, 1 / 11, 1 / 11], abs=0.02)
    assert found.mean[0] == pytest.approx(2.5, abs=0.001)
    assert found.variance[0] == pytest.approx(11 / 12, abs=0.005)
    assert found.builds == 1024 * 5


def test_a_group_explains_what_its_members_explain_together() -> None:
    found = sobol_indices(plain_sum, ["a", "rest", "rest"], chance(), Sampling(points=1024))
    assert found.factors == ("a", "rest")
    assert found.first.value[:, 0] == pytest.approx([9 / 11, 2 / 11], abs=0.02)
    assert found.builds == 1024 * 4


def test_a_pure_interaction_has_no_effect_alone() -> None:
    found = sobol_indices(
        lambda u: (u[:, 0] - 0.5) * (u[:, 1] - 0.5), ["a", "b"], chance(), Sampling(points=1024)
    )
    assert found.first.value[:, 0] == pytest.approx([0.0, 0.0], abs=0.03)
    assert found.total.value[:, 0] == pytest.approx([1.0, 1.0], abs=0.03)


def test_intervals_enclose_the_estimate_and_narrow_with_more_points() -> None:
    few = sobol_indices(plain_sum, ["a", "b", "c"], chance(), Sampling(points=64))
    many = sobol_indices(plain_sum, ["a", "b", "c"], chance(), Sampling(points=4096))
    for found in (few, many):
        for band in (found.first, found.total):
            assert (band.low <= band.value).all()
            assert (band.value <= band.high).all()
    assert many.error() < few.error() / 3.0


def test_a_wider_level_gives_wider_intervals() -> None:
    narrow = sobol_indices(plain_sum, ["a", "b", "c"], chance(), Sampling(256, 200, 0.5))
    wide = sobol_indices(plain_sum, ["a", "b", "c"], chance(), Sampling(256, 200, 0.95))
    assert np.array_equal(narrow.first.value, wide.first.value)
    assert (wide.first.low < narrow.first.low).all()
    assert (wide.first.high > narrow.first.high).all()


def test_without_resamples_there_is_no_interval() -> None:
    found = sobol_indices(plain_sum, ["a", "b", "c"], chance(), Sampling(64, 0))
    assert np.isnan(found.first.low).all()
    assert np.isnan(found.total.high).all()
    assert not np.isnan(found.first.value).any()
    assert math.isnan(found.error())


def test_many_outputs_are_estimated_as_each_alone() -> None:
    factors = ["a", "b"]
    matrix = np.arange(1.0, 401.0).reshape(2, 200) % 7.0 + 1.0
    together = sobol_indices(lambda u: u @ matrix, factors, chance(), SMALL)
    assert together.first.value.shape == (2, 200)
    for column in (0, 127, 128, 199):
        alone = sobol_indices(lambda u, c=column: (u @ matrix)[:, c], factors, chance(), SMALL)
        for one, other in ((alone.first, together.first), (alone.total, together.total)):
            np.testing.assert_allclose(one.value[:, 0], other.value[:, column], rtol=1e-12)
            np.testing.assert_allclose(one.low[:, 0], other.low[:, column], rtol=1e-12)


def test_the_order_of_importance() -> None:
    found = sobol_indices(lambda u: u[:, 0] + 5.0 * u[:, 1], ["a", "b"], chance(), SMALL, ["score"])
    assert found.ordered("score") == ("b", "a")
    with pytest.raises(EngineError, match="no output 'rank'"):
        found.ordered("rank")


def test_an_output_that_does_not_vary_has_no_indices() -> None:
    def model(u: Floats) -> Floats:
        return np.stack([np.full(u.shape[0], 71.3), u[:, 0]], axis=1)

    found = sobol_indices(model, ["a", "b"], chance(), SMALL)
    assert np.isnan(found.first.value[:, 0]).all()
    assert np.isnan(found.total.high[:, 0]).all()
    assert found.first.value[0, 1] == pytest.approx(1.0, abs=1e-9)
    assert found.ordered("output 0") == ("a", "b")


def test_failed_builds_are_left_out_for_their_output_and_counted() -> None:
    calls = []

    def model(u: Floats) -> Floats:
        values = np.stack([plain_sum(u), plain_sum(u)], axis=1)
        values[2 * 256 + 5, 0], values[2 * 256 + 7, 0] = NAN, math.inf  # in the first mixed sample
        calls.append(u.shape)
        return values

    found = sobol_indices(model, ["a", "b", "c"], chance(), SMALL)
    assert calls == [(5 * 256, 3)]
    assert found.used.tolist() == [254, 256]
    whole = sobol_indices(plain_sum, ["a", "b", "c"], chance(), SMALL)
    np.testing.assert_allclose(found.first.value[:, 1], whole.first.value[:, 0], rtol=1e-12)
    assert np.abs(found.total.value[:, 0] - whole.total.value[:, 0]).max() < 0.02
    assert not np.isnan(found.first.low).any()


def test_where_every_build_failed_nothing_is_known() -> None:
    found = sobol_indices(lambda u: u[:, 0] * NAN, ["a"], chance(), SMALL)
    assert found.used.tolist() == [0]
    assert np.isnan(found.first.value).all()
    assert np.isnan(found.mean).all()


def test_a_model_that_gives_the_wrong_shape() -> None:
    with pytest.raises(EngineError, match=r"shape \(3, 1\) for 12 points"):
        sobol_indices(lambda u: u[:3, 0], ["a"], chance(), Sampling(4, 0))
    with pytest.raises(EngineError, match=r"shape \(12, 1, 1\) for 12 points"):
        sobol_indices(lambda u: u[:, :, np.newaxis], ["a"], chance(), Sampling(4, 0))


class Doubled:
    """A model that works out once what its points stand for: twice the number."""

    def __init__(self) -> None:
        self.translated: list[tuple[int, ...]] = []

    def translate(self, points: Floats) -> Floats:
        self.translated.append(points.shape)
        return 2.0 * points

    def __call__(self, points: Floats) -> Floats:
        return plain_sum(points / 2.0)


def test_points_are_translated_once_before_they_are_mixed() -> None:
    model = Doubled()
    found = sobol_indices(model, ["a", "b", "c"], chance(), SMALL)
    assert model.translated == [(512, 3)]
    plain = sobol_indices(plain_sum, ["a", "b", "c"], chance(), SMALL)
    np.testing.assert_array_equal(found.total.value, plain.total.value)


def test_a_translation_keeps_the_shape() -> None:
    model = Doubled()
    model.translate = lambda points: points[:, :1]  # type: ignore[method-assign]
    with pytest.raises(EngineError, match=r"translated into the shape \(8, 1\)"):
        sobol_indices(model, ["a", "b", "c"], chance(), Sampling(4, 0))


def test_what_else_is_refused() -> None:
    with pytest.raises(EngineError, match="1 outputs, but 2 are named"):
        sobol_indices(lambda u: u[:, 0], ["a"], chance(), Sampling(4, 0), ["x", "y"])
    with pytest.raises(EngineError, match="resamples must be >= 0"):
        Sampling(resamples=-1)
    with pytest.raises(EngineError, match="between 0 and 1"):
        Sampling(level=1.0)


def test_results_are_frozen() -> None:
    found = sobol_indices(plain_sum, ["a", "b", "c"], chance(), SMALL)
    for array in (found.first.value, found.total.low, found.mean, found.variance, found.used):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(FrozenInstanceError):
        found.builds = 0  # type: ignore[misc]


# --- the outputs of an index


def test_the_mean_rank_shift_by_hand() -> None:
    ranks = np.array([[1, 2, 3], [3, 2, 1], [0, 1, 2], [0, 0, 0]])
    shift = rank_shift(ranks, np.array([1, 2, 3]))
    assert shift[:3].tolist() == [0.0, 4 / 3, 1.0]
    assert math.isnan(shift[3])
    assert rank_shift(ranks[:2], np.array([1, 2, 0])).tolist() == [0.0, 1.0]


def test_outputs_stand_side_by_side() -> None:
    scores, ranks = np.array([[60.0, NAN]]), np.array([[1, 0]])
    outputs = index_outputs(scores, ranks, np.array([2, 1]))
    assert output_names(["u", "v"]) == (RANK_SHIFT, "score u", "score v", "rank u", "rank v")
    assert np.array_equal(outputs, [[1.0, 60.0, NAN, 1.0, NAN]], equal_nan=True)


def test_outputs_that_do_not_fit_together() -> None:
    with pytest.raises(EngineError, match="do not fit together"):
        rank_shift(np.ones((2, 3), dtype=np.int64), np.array([1, 2]))
    with pytest.raises(EngineError, match="do not fit together"):
        index_outputs(np.ones((2, 2)), np.ones((2, 3), dtype=np.int64), np.array([1, 2, 3]))
