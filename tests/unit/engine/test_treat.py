"""Treatment: what is stated about constants, few values, ties, shifts and reports; errors name unit and node."""

import math
from typing import Any

import numpy as np
import pytest
import scipy.stats

from stadtindex.engine import EngineError
from stadtindex.engine.column import Column
from stadtindex.engine.moments import deviation, mean, median, moments, quantile
from stadtindex.engine.treat.columns import TREATMENTS, Outcome, Treated, treat
from stadtindex.engine.treat.options import Transformation, Treat, Treatment
from stadtindex.engine.treat.transform import TRANSFORMATIONS, likeliest_exponent

NAN = math.nan


def column(*values: float, noise: float = 0.0) -> Column:
    return Column("x", tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(values)]), np.array(values), noise=noise)


def treated(*values: float, noise: float = 0.0, **options: Any) -> Treated:
    return treat(column(*values, noise=noise), Treat(**{"method": Treatment.WINSORISE, **options}))


ONE_OUTLIER = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 100.0)
TWO_OUTLIERS = (*(float(value) for value in range(1, 21)), 100.0, 200.0)


def test_every_choice_has_its_method() -> None:
    assert set(TREATMENTS) == set(Treatment)
    assert set(TRANSFORMATIONS) == set(Transformation) - {Transformation.NONE}


def test_one_outlier_is_drawn_in_as_in_coinr() -> None:
    result = treated(*ONE_OUTLIER)
    assert result.values.tolist() == [*ONE_OUTLIER[:10], 10.0]
    assert (result.outcome, result.tried, result.high) == (Outcome.WINSORISED, 1, 10.0)
    assert np.flatnonzero(result.winsorised).tolist() == [10]
    assert result.finding is not None
    assert "1 point(s) of 'x' winsorised to 1 to 10" in result.finding


def test_two_outliers_and_one_permitted_point_lead_to_the_logarithm_of_the_original() -> None:
    result = treated(*TWO_OUTLIERS, winmax=1, shift=0.0)
    np.testing.assert_allclose(result.values, np.log(TWO_OUTLIERS), rtol=1e-15, atol=1e-15)
    assert (result.by, result.tried, result.shift) == (Transformation.LOG, 1, 0.0)
    assert result.after_winsorising == moments(np.array([*TWO_OUTLIERS[:-1], 100.0]))
    assert not result.winsorised.any()


def test_the_shift_of_the_logarithm_is_stated() -> None:
    result = treated(*TWO_OUTLIERS, winmax=1)
    assert result.shift == pytest.approx(0.01 * 199.0 - 1.0)
    np.testing.assert_allclose(result.values, np.log(np.array(TWO_OUTLIERS) + result.shift), rtol=1e-13)
    assert result.finding is not None
    assert "shift 0.99" in result.finding


def test_without_a_transformation_the_winsorised_column_stays_and_says_that_it_failed() -> None:
    result = treated(*TWO_OUTLIERS, winmax=1, then=Transformation.NONE)
    assert result.values[-1] == 100.0
    assert result.outcome is Outcome.FAILED
    assert result.finding is not None
    assert result.finding.endswith("it is still outside the limits")


def test_ties_move_together_or_not_at_all() -> None:
    values = (*(float(value) for value in range(1, 19)), 500.0, 500.0, 500.0)
    strict = treated(*values, winmax=2, skewness=1.0, kurtosis=1.0, then=Transformation.NONE)
    assert (strict.tried, strict.values.tolist()) == (0, list(values))
    loose = treated(
        *values, winmax=2, skewness=1.0, kurtosis=1.0, then=Transformation.NONE, ties_may_exceed=True
    )
    assert loose.tried == 3
    assert loose.values.tolist()[-3:] == [18.0, 18.0, 18.0]


def test_low_outliers_are_drawn_up() -> None:
    result = treated(*(0.0 - value for value in ONE_OUTLIER))
    assert result.values[10] == -10.0
    assert (result.low, result.high) == (-10.0, -1.0)


@pytest.mark.parametrize("values", [(NAN, NAN), (1.0,), (1.0, 2.0, 900.0), (3.0,) * 9, (3.0, NAN) * 5])
def test_what_has_no_shape_stays(values: tuple[float, ...]) -> None:
    for method in Treatment:
        result = treated(*values, method=method)
        assert result.outcome is Outcome.UNTESTED
        np.testing.assert_array_equal(result.values, values)
        assert result.finding is None


def test_rounding_noise_makes_no_shape() -> None:
    values = [1.0] * 9 + [1.0 + 1e-15]
    assert treated(*values, noise=1e-12).outcome is Outcome.UNTESTED
    assert treated(*values).outcome is Outcome.FAILED


def test_ties_within_the_noise_move_together() -> None:
    result = treated(*range(1, 19), 500.0, 500.0 + 1e-12, noise=1e-11)
    assert result.values.tolist()[-2:] == [18.0, 18.0]
    assert result.tried == 2


@pytest.mark.parametrize("method", [Treatment.WINSORISE, Treatment.TRANSFORM])
def test_two_distinct_values_stay_and_say_so(method: Treatment) -> None:
    values = (0.0,) * 12 + (1.0,)
    result = treated(*values, method=method)
    assert result.outcome is Outcome.FAILED
    assert result.values.tolist() == list(values)
    assert result.finding == "treatment: 'x' has two distinct values only; no treatment changes its shape"


def test_nothing_is_done_where_nothing_is_chosen() -> None:
    result = treated(*ONE_OUTLIER, method=Treatment.NONE)
    assert result.values.tolist() == list(ONE_OUTLIER)
    assert (result.outcome, result.finding) == (Outcome.FAILED, None)
    assert treated(1.0, 2.0, 3.0, 4.0, method=Treatment.NONE).outcome is Outcome.PASSED


def test_a_transformation_may_be_chosen_straight_away() -> None:
    result = treated(*ONE_OUTLIER, method=Treatment.TRANSFORM, shift=0.0)
    np.testing.assert_allclose(result.values, np.log(ONE_OUTLIER), rtol=1e-14, atol=1e-15)
    assert (result.tried, result.after_winsorising) == (0, None)


def test_a_logarithm_of_nothing_is_refused_by_name() -> None:
    with pytest.raises(EngineError, match="shift -1 is not > 0") as caught:
        treated(*TWO_OUTLIERS, winmax=0, shift=-1.0)
    assert (caught.value.unit, caught.value.node) == ("A", "x")


def test_box_cox_finds_the_exponent_of_scipy() -> None:
    result = treated(*TWO_OUTLIERS, winmax=0, then=Transformation.BOX_COX)
    _, exponent = scipy.stats.boxcox(np.array(TWO_OUTLIERS))
    assert result.exponent == pytest.approx(exponent, abs=1e-6)
    assert result.shift == 0.0
    assert result.measure == pytest.approx(scipy.stats.gmean(TWO_OUTLIERS), rel=1e-13)
    expected = scipy.stats.boxcox(np.array(TWO_OUTLIERS) / result.measure, lmbda=result.exponent)
    np.testing.assert_allclose(result.values, expected, rtol=1e-10, atol=1e-12)
    assert result.finding is not None
    assert f"exponent {result.exponent:g}" in result.finding


def test_box_cox_shifts_only_what_is_not_positive() -> None:
    values = [value - 1.0 for value in TWO_OUTLIERS]
    result = treated(*values, winmax=0, then=Transformation.BOX_COX)
    assert result.shift == pytest.approx(1.99)


def test_an_exponent_of_zero_is_the_logarithm() -> None:
    result = treated(*TWO_OUTLIERS, winmax=0, then=Transformation.BOX_COX, exponent=0.0)
    logs = np.log(TWO_OUTLIERS)
    np.testing.assert_allclose(result.values, logs - logs.mean(), rtol=1e-13, atol=1e-14)


def test_large_values_keep_their_digits_under_a_negative_exponent() -> None:
    values = [1e6 + 7.0 * value for value in (*range(40), 9000.0)]
    result = treat(
        Column("x", tuple(map(str, range(41))), np.array(values)),
        Treat(Treatment.TRANSFORM, then=Transformation.BOX_COX, exponent=-5.0),
    )
    assert (np.diff(result.values) > 1e-6).all()


def test_the_likeliest_exponent_lies_at_an_end_where_the_likelihood_still_rises() -> None:
    logs = np.array([0.0, 3.0, 3.1, 3.2, 3.25, 3.3])
    assert likeliest_exponent(logs, 0.5) == 0.5
    assert likeliest_exponent(0.0 - logs, 0.5) == -0.5


def test_an_exponent_at_its_end_is_told() -> None:
    result = treated(
        *(1.0, *(1.0 + 1e-6 * value for value in range(1, 10)), 1.5),
        winmax=0,
        then=Transformation.BOX_COX,
    )
    assert abs(result.exponent) == 5.0
    assert result.finding is not None
    assert "at the end of its range" in result.finding


def test_powers_beyond_all_numbers_are_refused() -> None:
    with pytest.raises(EngineError, match="cannot be computed with"):
        treated(
            *(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 1e60),
            winmax=0,
            then=Transformation.BOX_COX,
            exponent=4.0,
        )


def test_hypothetical_values_are_held_where_the_scale_ends() -> None:
    held = treated(*ONE_OUTLIER)
    assert held.place(np.array([-5.0, 5.0, 400.0, NAN])).tolist()[:3] == [1.0, 5.0, 10.0]
    logs = treated(*TWO_OUTLIERS, winmax=1)
    placed = logs.place(np.array([-900.0, 1.0, 200.0, 1e9]))
    assert placed[0] == placed[1] == logs.values[0]
    assert placed[3] > placed[2] == logs.values[-1]


def test_what_is_returned_cannot_be_changed() -> None:
    result = treated(*ONE_OUTLIER)
    for array in (result.values, result.winsorised):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize(
    "options",
    [
        {"winmax": -1},
        {"skewness": 0.0},
        {"kurtosis": math.inf},
        {"shift": math.nan},
        {"exponent": 6.0},
        {"method": Treatment.TRANSFORM, "then": Transformation.NONE},
    ],
)
def test_choices_without_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(EngineError):
        Treat(**options)


def test_figures_of_nothing_and_of_one_value() -> None:
    empty, one = np.array([]), np.array([3.0])
    assert math.isnan(mean(empty))
    assert math.isnan(median(empty))
    assert math.isnan(deviation(one))
    assert (mean(one), median(one), moments(one).count) == (3.0, 3.0, 1)
    assert deviation(np.array([2.0, 2.0])) == 0.0
    with pytest.raises(EngineError, match="share between 0 and 1"):
        quantile(one, 1.5)


def test_three_values_have_a_skewness_and_no_kurtosis() -> None:
    shape = moments(np.array([0.0, 0.0, 1.0]))
    assert shape.skewness == pytest.approx(math.sqrt(3.0), rel=1e-12)
    assert math.isnan(shape.kurtosis)


def test_moments_do_not_depend_on_the_size_of_the_unit() -> None:
    values = np.array(ONE_OUTLIER)
    for factor in (2.0**-300, 2.0**300):
        assert moments(values * factor) == moments(values)
