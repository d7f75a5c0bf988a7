"""Imputation: what each method puts in, what stays open, that every filled cell is marked, errors by name."""

import math
from typing import Any

import numpy as np
import pytest

from stadtindex.engine import EngineError
from stadtindex.engine.impute.fill import IMPUTATIONS, impute
from stadtindex.engine.impute.gaps import Gaps, Imputation, Impute, Imputed, Wave

NAN = math.nan
EVERY = [method for method in Imputation if method is not Imputation.NONE]


def gaps(rows: list[list[float]], **around: Any) -> Gaps:
    values = np.array(rows, dtype=np.float64)
    units = tuple("ABCDEFGHIJ"[: values.shape[0]])
    columns = tuple("uvwxyz"[: values.shape[1]])
    wanted = around.pop("wanted", np.isnan(values))
    return Gaps(units, columns, values, np.array(wanted), **around)


def filled(given: Gaps, method: Imputation, **options: Any) -> Imputed:
    return impute(given, {code: Impute(method, **options) for code in given.columns})


THREE = [[1.0, 10.0], [2.0, NAN], [6.0, 30.0], [NAN, 20.0]]
WAVES = (
    Wave(2020.0, np.array([[1.0, 1.0], [4.0, 1.0], [1.0, 1.0], [NAN, 1.0]])),
    Wave(2022.0, np.array([[2.0, 2.0], [2.0, 5.0], [2.0, 2.0], [NAN, 2.0]])),
    Wave(2026.0, np.array([[3.0, 3.0], [3.0, 9.0], [3.0, 3.0], [7.0, 3.0]])),
)


def test_every_choice_has_its_method() -> None:
    assert set(IMPUTATIONS) == set(Imputation)


def test_none_fills_nothing_and_complains_of_nothing() -> None:
    result = filled(gaps(THREE), Imputation.NONE)
    np.testing.assert_array_equal(result.values, THREE)
    assert not result.filled.any()
    assert result.open_gaps.sum() == 2
    assert result.findings == ()


def test_mean_and_median_of_the_column() -> None:
    assert filled(gaps(THREE), Imputation.MEAN).values[3, 0] == 3.0
    assert filled(gaps(THREE), Imputation.MEDIAN).values[3, 0] == 2.0
    assert filled(gaps([[1.0], [4.0], [NAN]]), Imputation.MEDIAN).values[2, 0] == 2.5


def test_every_filled_cell_is_marked_and_the_others_are_as_given() -> None:
    result = filled(gaps(THREE), Imputation.MEAN)
    assert result.filled.tolist() == np.isnan(np.array(THREE)).tolist()
    assert not result.open_gaps.any()
    np.testing.assert_array_equal(result.values[~result.filled], np.array(THREE)[~result.filled])
    assert result.method == (Imputation.MEAN, Imputation.MEAN)


def test_only_wanted_gaps_are_filled() -> None:
    wanted = np.array([[False, False], [False, False], [False, False], [True, False]])
    for method in (Imputation.MEAN, Imputation.NEIGHBOURS, Imputation.EM):
        result = filled(gaps(THREE, wanted=wanted), method)
        assert result.filled.tolist() == wanted.tolist()
        assert math.isnan(result.values[1, 1])
        assert not result.open_gaps.any()


def test_mean_and_median_within_the_group() -> None:
    rows = [[1.0], [3.0], [8.0], [NAN], [100.0], [NAN], [NAN], [NAN]]
    groups = ("p", "p", "p", "p", "q", "q", "r", "")
    result = filled(gaps(rows, groups=groups), Imputation.GROUP_MEAN)
    np.testing.assert_array_equal(result.values[:, 0], [1, 3, 8, 4, 100, 100, NAN, NAN])
    assert result.findings == ("imputation by group_mean: 2 gap(s) of 'u' stay open (first: unit 'G')",)
    assert filled(gaps(rows, groups=groups), Imputation.GROUP_MEDIAN).values[3, 0] == 3.0


def test_groups_must_be_given_where_they_are_asked_for() -> None:
    with pytest.raises(EngineError, match="needs the group of every unit"):
        filled(gaps(THREE), Imputation.GROUP_MEAN)


def test_siblings_share_a_scale_and_direction() -> None:
    # B: half of u and, lower being better, a quarter of v (30 between 40 and 0): (0.5 + 0.25) / 2 of w's 100 to 200.
    rows = [[0.0, 40.0, 100.0, 1.0], [5.0, 30.0, NAN, 2.0], [10.0, 0.0, 200.0, 3.0]]
    given = gaps(rows, directions=(1, -1, 1, 1), families=("p", "p", "p", "q"))
    assert filled(given, Imputation.SIBLINGS).values[1, 2] == pytest.approx(137.5, abs=1e-12)


def test_a_gap_where_lower_is_better_is_filled_from_the_other_end() -> None:
    rows = [[0.0, 40.0], [2.5, NAN], [10.0, 0.0]]
    assert filled(gaps(rows, directions=(1, -1)), Imputation.SIBLINGS).values[1, 1] == pytest.approx(30.0)


def test_constant_siblings_inform_nobody_and_get_their_value() -> None:
    rows = [[7.0, 1.0, 5.0], [7.0, NAN, NAN], [NAN, 3.0, 6.0]]
    result = filled(gaps(rows), Imputation.SIBLINGS)
    assert result.values[2, 0] == 7.0
    assert math.isnan(result.values[1, 1])
    assert result.findings == (
        "imputation by siblings: 1 gap(s) of 'v' stay open (first: unit 'B')",
        "imputation by siblings: 1 gap(s) of 'w' stay open (first: unit 'B')",
    )


NEAR = [[0.0, 0.0, 1.0], [1.0, 1.0, 2.0], [1.0, 1.0, 6.0], [9.0, 9.0, 50.0], [0.0, 0.0, NAN]]


def test_neighbours_are_averaged_and_equally_near_ones_all_count() -> None:
    assert filled(gaps(NEAR), Imputation.NEIGHBOURS, neighbours=1).values[4, 2] == 1.0
    assert filled(gaps(NEAR), Imputation.NEIGHBOURS, neighbours=2).values[4, 2] == 3.0
    assert filled(gaps(NEAR), Imputation.NEIGHBOURS, neighbours=3).values[4, 2] == 3.0
    assert filled(gaps(NEAR), Imputation.NEIGHBOURS, neighbours=99).values[4, 2] == 59.0 / 4.0


def test_neighbours_need_something_in_common() -> None:
    result = filled(gaps(NEAR), Imputation.NEIGHBOURS, overlap=3)
    assert math.isnan(result.values[4, 2])
    assert result.open_gaps[4, 2]
    assert result.findings == ("imputation by neighbours: 1 gap(s) of 'w' stay open (first: unit 'E')",)


def test_columns_of_another_family_may_be_left_out() -> None:
    rows = [[0.0, 90.0, 1.0], [10.0, 0.0, 5.0], [1.0, 1.0, NAN]]
    near = {"neighbours": 1, "family": True}
    assert filled(gaps(rows, families=("p", "q", "p")), Imputation.NEIGHBOURS, **near).values[2, 2] == 1.0
    assert filled(gaps(rows, families=("q", "p", "p")), Imputation.NEIGHBOURS, **near).values[2, 2] == 5.0


def test_em_follows_the_line_of_the_others() -> None:
    rows = [[1.0, 2.1], [2.0, 3.9], [3.0, 6.2], [4.0, 7.9], [5.0, 10.1], [6.0, NAN]]
    result = filled(gaps(rows), Imputation.EM, tolerance=1e-12)
    # With one gap at the end the likeliest line is that of least squares through the others.
    slope, level = np.polyfit([1.0, 2.0, 3.0, 4.0, 5.0], [2.1, 3.9, 6.2, 7.9, 10.1], 1)
    assert result.values[5, 1] == pytest.approx(slope * 6.0 + level, rel=1e-9)
    (ended,) = result.convergence
    assert ended.converged
    assert (ended.columns, ended.ridge) == (("u", "v"), 0.0)
    assert result.findings == ()
    capped = filled(gaps(rows), Imputation.EM, cap=True)
    assert capped.values[5, 1] == 10.1


def test_em_of_columns_that_follow_from_each_other_takes_a_ridge_and_says_so() -> None:
    rows = [[float(i), 2.0 * i, 3.0 * i + (i % 2)] for i in range(8)] + [[4.5, 9.0, NAN]]
    result = filled(gaps(rows), Imputation.EM)
    (ended,) = result.convergence
    assert ended.ridge == 0.01
    assert result.findings == (
        "imputation by EM: the covariance of 3 columns from 'u' is singular; fitted with a ridge of 0.01",
    )
    assert 13.0 < result.values[8, 2] < 15.0
    assert filled(gaps(rows), Imputation.EM, ridge=0.05).convergence[0].ridge == 0.05


def test_em_with_more_columns_than_units_takes_a_ridge() -> None:
    rows = [[1.0, 2.0, 3.0, NAN], [2.0, 1.0, 4.0, 1.0], [4.0, 4.0, 1.0, 3.0]]
    result = filled(gaps(rows), Imputation.EM)
    assert result.convergence[0].ridge > 0.0
    assert np.isfinite(result.values).all()


def test_em_that_does_not_converge_says_so() -> None:
    rows = [[1.0, 2.1], [2.0, NAN], [3.0, 6.2], [NAN, 7.9], [5.0, 10.1]]
    result = filled(gaps(rows), Imputation.EM, iterations=2)
    (ended,) = result.convergence
    assert not ended.converged
    assert ended.iterations == 2
    assert "did not converge in 2 iterations" in result.findings[0]


def test_em_leaves_constant_and_empty_columns_out() -> None:
    rows = [[1.0, 5.0, NAN], [2.0, NAN, NAN], [4.0, 5.0, NAN], [NAN, 5.0, NAN]]
    result = filled(gaps(rows), Imputation.EM)
    assert result.values[1, 1] == 5.0
    assert np.isnan(result.values[:, 2]).all()
    assert result.values[3, 0] == pytest.approx(7.0 / 3.0, rel=1e-9)
    assert result.findings == ("imputation by em: 4 gap(s) of 'w' stay open (first: unit 'A')",)


def test_em_without_anything_to_fill_computes_nothing() -> None:
    given = gaps(THREE, wanted=np.zeros((4, 2), dtype=np.bool_))
    assert filled(given, Imputation.EM).convergence == ()


PANEL = [[5.0, 5.0], [NAN, NAN], [5.0, 5.0], [NAN, 5.0]]


def test_the_latest_value_is_carried_forward_and_its_age_is_told() -> None:
    result = filled(gaps(PANEL, period=2024.0, waves=WAVES), Imputation.LATEST)
    assert result.values[1].tolist() == [2.0, 5.0]
    assert result.age[1].tolist() == [2.0, 2.0]
    assert math.isnan(result.values[3, 0])
    assert np.isnan(result.age[0]).all()
    assert result.findings == ("imputation by latest: 1 gap(s) of 'u' stay open (first: unit 'D')",)


def test_looking_back_has_a_limit() -> None:
    given = gaps(PANEL, period=2024.5, waves=WAVES)
    assert filled(given, Imputation.LATEST, look_back=2.5).values[1, 0] == 2.0
    assert not filled(given, Imputation.LATEST, look_back=2.4).filled.any()


def test_a_straight_line_between_before_and_after() -> None:
    result = filled(gaps(PANEL, period=2023.0, waves=WAVES), Imputation.LINEAR)
    assert result.values[1].tolist() == [2.25, 6.0]
    assert result.age[1].tolist() == [1.0, 1.0]
    assert (result.values[3, 0], result.age[3, 0]) == (7.0, 3.0)


def test_nothing_is_extrapolated() -> None:
    later = filled(gaps(PANEL, period=2027.0, waves=WAVES), Imputation.LINEAR)
    assert later.values[1].tolist() == [3.0, 9.0]
    earlier = filled(gaps(PANEL, period=2019.0, waves=WAVES), Imputation.LINEAR)
    assert earlier.values[1].tolist() == [4.0, 1.0]


def test_time_needs_other_periods() -> None:
    for method in (Imputation.LATEST, Imputation.LINEAR):
        with pytest.raises(EngineError, match="at least one other period"):
            filled(gaps(PANEL), method)


def test_each_column_has_its_own_choice_and_sees_given_values_only() -> None:
    given = gaps(THREE)
    result = impute(given, {"u": Impute(Imputation.MEAN), "v": Impute(Imputation.SIBLINGS)})
    assert result.method == (Imputation.MEAN, Imputation.SIBLINGS)
    assert result.values[3, 0] == 3.0
    assert result.values[1, 1] == pytest.approx(14.0)
    untouched = impute(given, {"u": Impute(Imputation.MEAN)})
    assert math.isnan(untouched.values[1, 1])
    assert untouched.method[1] is Imputation.NONE


@pytest.mark.parametrize("method", EVERY)
def test_empty_tables_and_single_units_are_no_trouble(method: Imputation) -> None:
    waves = (Wave(1.0, np.array([[NAN, NAN]])),)
    given = gaps([[NAN, 3.0]], groups=("g",), period=2.0, waves=waves)
    result = filled(given, method)
    assert math.isnan(result.values[0, 0])
    assert result.open_gaps[0, 0]
    empty = Gaps(("A",), (), np.empty((1, 0)), np.empty((1, 0), dtype=np.bool_))
    assert impute(empty, {}).values.shape == (1, 0)


def test_what_is_returned_cannot_be_changed() -> None:
    result = filled(gaps(THREE), Imputation.MEAN)
    for array in (result.values, result.filled, result.open_gaps, result.age):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 0


@pytest.mark.parametrize(
    ("around", "match"),
    [
        ({"wanted": np.ones((4, 2), dtype=np.bool_)}, "cannot be filled"),
        ({"wanted": np.ones((1, 2), dtype=np.bool_)}, "wanted cells have the shape"),
        ({"groups": ("g",)}, "1 groups for 4"),
        ({"directions": (1, 2)}, "direction must be 1 or -1"),
        ({"families": ("p",)}, "1 families for 2"),
        ({"waves": WAVES}, "period of the table itself"),
        ({"waves": WAVES, "period": 2020.0}, "be there once"),
        ({"waves": (Wave(1.0, np.zeros((1, 1))),), "period": 2.0}, "wave 1 have the shape"),
        ({"waves": (Wave(1.0, np.full((4, 2), math.inf)),), "period": 2.0}, "not finite"),
    ],
)
def test_what_does_not_fit_is_refused(around: dict[str, Any], match: str) -> None:
    with pytest.raises(EngineError, match=match):
        gaps(THREE, **around)


def test_a_value_in_a_wanted_cell_is_named() -> None:
    with pytest.raises(EngineError) as caught:
        gaps(THREE, wanted=[[False, False], [True, True], [False, False], [True, False]])
    assert (caught.value.unit, caught.value.node) == ("B", "u")


def test_units_columns_and_choices_are_there_once() -> None:
    values, nothing = np.zeros((2, 1)), np.zeros((2, 1), dtype=np.bool_)
    with pytest.raises(EngineError, match="unit is there twice"):
        Gaps(("A", "A"), ("x",), values, nothing)
    with pytest.raises(EngineError, match="not there") as caught:
        impute(gaps(THREE), {"q": Impute()})
    assert caught.value.node == "q"


@pytest.mark.parametrize(
    "options",
    [
        {"neighbours": 0},
        {"overlap": 0},
        {"iterations": 0},
        {"ridge": -0.1},
        {"ridge": NAN},
        {"tolerance": 0.0},
        {"look_back": -1.0},
    ],
)
def test_choices_without_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(EngineError):
        Impute(Imputation.EM, **options)
