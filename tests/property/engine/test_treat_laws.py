"""Treatment against a slow plain referee and scipy's estimators, on whatever Hypothesis invents."""

import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, event, given
from hypothesis import strategies as st

from stadtindex.engine.column import Column
from stadtindex.engine.moments import deviation, mean, median, moments, quantile
from stadtindex.engine.treat.columns import Outcome, Treated, treat
from stadtindex.engine.treat.options import Transformation, Treat, Treatment
from stadtindex.engine.treat.transform import likeliest_exponent

# Few distinct numbers make ties, a wide range makes outliers.
NUMBERS = st.one_of(st.integers(-4, 4), st.integers(-3000, 3000)).map(float)
COLUMNS = st.lists(st.one_of(NUMBERS, NUMBERS, NUMBERS, st.just(math.nan)), min_size=1, max_size=40)
WINMAX = st.integers(0, 6)


def column(values: list[float]) -> Column:
    return Column("x", tuple(f"u{index}" for index in range(len(values))), np.array(values))


def winsorised(values: list[float], **options: object) -> Treated:
    return treat(column(values), Treat(Treatment.WINSORISE, **options))  # type: ignore[arg-type]


def shape_of(values: list[float]) -> tuple[float, float] | None:
    """Squared skewness with its sign and kurtosis from exact fractions; None where they are not defined."""
    exact = [Fraction(value) for value in values]
    n = len(exact)
    if n < 4 or len(set(exact)) < 2:
        return None
    centre = sum(exact) / n
    second, third, fourth = (sum((value - centre) ** k for value in exact) / n for k in (2, 3, 4))
    squared = third * third / second**3 * Fraction(n * (n - 1), (n - 2) ** 2)
    kurtosis = Fraction(n - 1, (n - 2) * (n - 3)) * ((n + 1) * (fourth / second**2 - 3) + 6)
    return math.copysign(math.sqrt(squared), third), float(kurtosis)


def slow_winsorise(values: list[float], winmax: int, exceed: bool) -> tuple[list[float], set[int], bool]:
    """As the manual says it: replace the most extreme one, ties together, count, test again."""
    current, touched = list(values), set()
    while True:
        shape = shape_of(current)
        assert shape is not None
        if abs(shape[0]) < 2.0 or shape[1] < 3.5:
            return current, touched, True
        extreme = max(current) if shape[0] >= 0.0 else min(current)
        places = {place for place, value in enumerate(current) if value == extreme}
        rest = [value for place, value in enumerate(current) if place not in places]
        replacement = max(rest) if shape[0] >= 0.0 else min(rest)
        following = [replacement if place in places else value for place, value in enumerate(current)]
        too_many = len(touched) >= winmax if exceed else len(touched | places) > winmax
        if too_many or len(set(following)) < 2:
            return current, touched, False
        current, touched = following, touched | places


@given(COLUMNS)
def test_moments_as_exact_fractions(values: list[float]) -> None:
    known = np.array([value for value in values if value == value])
    found, expected = moments(known), shape_of(known.tolist())
    assert found.count == known.size
    if expected is None:
        assert math.isnan(found.kurtosis)
        return
    assert (found.skewness, found.kurtosis) == pytest.approx(expected, rel=1e-11, abs=1e-11)


@given(st.lists(NUMBERS, min_size=4, max_size=40))
def test_moments_as_scipy(values: list[float]) -> None:
    assume(len(set(values)) > 1)
    found = moments(np.array(values))
    assert found.skewness == pytest.approx(float(scipy.stats.skew(values, bias=False)), rel=1e-9, abs=1e-9)
    assert found.kurtosis == pytest.approx(
        float(scipy.stats.kurtosis(values, bias=False)), rel=1e-9, abs=1e-9
    )


@given(st.lists(NUMBERS, min_size=2, max_size=40), st.floats(0.0, 1.0))
def test_mean_deviation_and_quantiles_as_numpy(values: list[float], share: float) -> None:
    array = np.array(values)
    assert mean(array) == pytest.approx(float(np.mean(array)), rel=1e-12, abs=1e-12)
    assert deviation(array) == pytest.approx(float(np.std(array, ddof=1)), rel=1e-12, abs=1e-12)
    assert quantile(array, share) == pytest.approx(float(np.quantile(array, share)), rel=1e-12, abs=1e-9)
    assert median(array) == float(np.median(array))


@given(COLUMNS, WINMAX, st.booleans())
def test_winsorising_as_the_referee(values: list[float], winmax: int, exceed: bool) -> None:
    result = winsorised(values, winmax=winmax, ties_may_exceed=exceed, then=Transformation.NONE)
    known = [value for value in values if value == value]
    shape = shape_of(known)
    places = [place for place, value in enumerate(values) if value == value]
    if shape is None or abs(shape[0]) < 2.0 or shape[1] < 3.5 or len(set(known)) == 2:
        event("stays")
        assert result.outcome in (Outcome.UNTESTED, Outcome.PASSED, Outcome.FAILED)
        assert np.array_equal(result.values, np.array(values), equal_nan=True)
        assert result.tried == 0
        return
    expected, touched, passes = slow_winsorise(known, winmax, exceed)
    event("winsorised" if passes else "failed")
    assert [result.values[place] for place in places] == expected
    assert set(np.flatnonzero(result.winsorised)) == {places[place] for place in touched}
    assert result.tried == len(touched)
    assert result.outcome is (Outcome.WINSORISED if passes else Outcome.FAILED)


@given(COLUMNS, WINMAX, st.sampled_from(list(Transformation)))
def test_order_stays_and_gaps_stay(values: list[float], winmax: int, then: Transformation) -> None:
    result = winsorised(values, winmax=winmax, then=then)
    before, after = np.array(values), result.values
    assert np.array_equal(np.isnan(before), np.isnan(after))
    ordered = np.argsort(before[~np.isnan(before)], kind="stable")
    assert (np.diff(after[~np.isnan(after)][ordered]) >= 0.0).all()
    assert np.array_equal(result.place(before), after, equal_nan=True)


@given(COLUMNS, st.sampled_from(list(Transformation)), st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(values: list[float], then: Transformation, chance) -> None:  # type: ignore[no-untyped-def]
    order = list(range(len(values)))
    chance.shuffle(order)
    first = winsorised(values, then=then)
    second = winsorised([values[place] for place in order], then=then)
    assert np.array_equal(first.values[order], second.values, equal_nan=True)
    assert first.outcome is second.outcome
    assert (first.shift, first.exponent) == (second.shift, second.exponent)


@given(COLUMNS, WINMAX, st.sampled_from([Transformation.NONE, Transformation.LOG]))
def test_the_unit_of_measure_does_not_matter(values: list[float], winmax: int, then: Transformation) -> None:
    first = winsorised(values, winmax=winmax, then=then)
    second = winsorised([4.0 * value for value in values], winmax=winmax, then=then)
    assert first.outcome is second.outcome
    assert first.winsorised.tolist() == second.winsorised.tolist()
    if first.by is Transformation.LOG:
        np.testing.assert_allclose(second.values, first.values + math.log(4.0), rtol=0, atol=1e-12)
    else:
        np.testing.assert_array_equal(second.values, 4.0 * first.values)


@given(COLUMNS, WINMAX)
def test_turned_around_it_is_winsorised_at_the_other_end(values: list[float], winmax: int) -> None:
    shape = shape_of([value for value in values if value == value])
    assume(shape is None or shape[0] != 0.0)
    first = winsorised(values, winmax=winmax, then=Transformation.NONE)
    second = winsorised([-value for value in values], winmax=winmax, then=Transformation.NONE)
    np.testing.assert_array_equal(first.values, 0.0 - second.values)


POSITIVE = st.lists(st.floats(0.01, 1000.0), min_size=5, max_size=40).map(np.array)


def profile_likelihood(exponent: float, values: np.ndarray) -> float:
    """As Box and Cox (1964) write it; scipy's own loses its digits where the exponent is next to 0."""
    logs = np.log(values)
    centred = logs - logs.mean()  # measured in the geometric mean the powers keep their digits
    y = centred if exponent == 0.0 else np.expm1(exponent * centred) / exponent
    return float(-logs.sum() - values.size / 2 * np.log(np.var(y)))


@given(POSITIVE)
def test_box_cox_is_likeliest(values: np.ndarray) -> None:
    assume(values.max() / values.min() > 1.5)
    best = profile_likelihood(likeliest_exponent(np.log(values), 5.0), values)
    others = [profile_likelihood(other, values) for other in np.linspace(-5.0, 5.0, 101)]
    assert best >= max(others) - 1e-7 * max(1.0, abs(best))


@given(POSITIVE, st.floats(-2.0, 2.0).filter(lambda exponent: abs(exponent) > 0.1))
def test_the_profile_likelihood_is_that_of_scipy(values: np.ndarray, exponent: float) -> None:
    assume(values.max() / values.min() > 1.5)
    assert profile_likelihood(exponent, values) == pytest.approx(
        float(scipy.stats.boxcox_llf(exponent, values)), rel=1e-5, abs=1e-5
    )


@given(POSITIVE, st.floats(-3.0, 3.0))
def test_box_cox_transforms_as_scipy(values: np.ndarray, exponent: float) -> None:
    assume(abs(exponent) > 1e-3 or exponent == 0.0)
    options = Treat(
        Treatment.TRANSFORM, then=Transformation.BOX_COX, exponent=exponent, skewness=1e-9, kurtosis=-1e9
    )
    result = treat(column(values.tolist()), options)
    if result.by is Transformation.NONE:
        assert len(set(values)) <= 2 or abs(result.before.skewness) < 1e-9
        return
    expected = scipy.stats.boxcox(values / scipy.stats.gmean(values), lmbda=exponent)
    np.testing.assert_allclose(result.values, expected, rtol=1e-9, atol=1e-10)
