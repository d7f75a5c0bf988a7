"""Screening, imputation and treatment inside an index: what each step sees, marks and reports."""

import math
from typing import Any

import numpy as np
import pytest

from stadtindex.engine import (
    Background,
    Cell,
    Denominator,
    EngineError,
    Imputation,
    Impute,
    Missing,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Note,
    Period,
    Recipe,
    Results,
    Screen,
    Table,
    Transformation,
    Treat,
    Treatment,
    Tree,
    compute,
)
from stadtindex.engine.treat.columns import Outcome

NAN = math.nan
TREE = Tree.build([Node("index", None), Node("a", "index"), Node("b", "index"), Node("c", "index")])
MIN_MAX = Normalise(Normalisation.MIN_MAX)
UNITS = ("A", "B", "C", "D", "E", "F")
VALUES = [[1, 2, 4], [2, 4, 3], [3, 6, 5], [4, NAN, 1], [5, 9, 2], [NAN, NAN, 6]]


def leaf(**choices: Any) -> NodeRecipe:
    return NodeRecipe(normalise=MIN_MAX, **choices)


def index(
    values: Any = VALUES, *, screen: Screen | None = None, cells: Any = None, **choices: Any
) -> Results:
    recipe = Recipe(
        {"index": NodeRecipe()} | {code: choices.get(code, leaf()) for code in TREE.leaves},
        screen=Screen() if screen is None else screen,
    )
    table = Table.build(UNITS[: len(values)], TREE.leaves, values, cells)
    return compute(TREE, table, recipe, **choices.get("given", {}))


def imputed(method: Imputation, **options: Any) -> NodeRecipe:
    return leaf(missing=Missing.IMPUTE, impute=Impute(method, **options))


def test_without_choices_nothing_is_done() -> None:
    results = index()
    assert results.screened is None
    assert results.treatment == ()
    assert results.left_out() == {}
    for code in TREE.leaves:
        assert np.isnan(results.imputed[code]).all()
        np.testing.assert_array_equal(results.treated[code], results.denominated[code])


def test_an_imputed_cell_is_marked_and_stays_missing() -> None:
    results = index(b=imputed(Imputation.MEAN))
    assert results.imputed["b"].tolist()[3] == pytest.approx(21 / 4)
    assert np.flatnonzero(~np.isnan(results.imputed["b"])).tolist() == [3, 5]
    assert results.cells["b"].tolist() == [0, 0, 0, 1, 0, 1]
    assert math.isnan(results.denominated["b"][3])
    assert results.score["b"][3] == pytest.approx((21 / 4 - 2) / 7 * 100)
    # What was not measured is not covered, and its bounds are those of a missing value.
    assert results.coverage["index"][3] == pytest.approx(2 / 3)
    assert (results.at_worst["b"][3], results.at_best["b"][3]) == (0.0, 100.0)
    explained = results.explain("D", "b")
    assert (explained.note, explained.imputed, explained.treated) == (Note.IMPUTED, 21 / 4, 21 / 4)
    assert math.isnan(explained.raw)


def test_only_what_the_rule_names_is_imputed() -> None:
    """Silence stays at the worst, what does not apply stays away, each unless the rule says otherwise."""
    values = [[1, 2, 4], [2, 4, 3], [3, NAN, 5], [4, NAN, 1], [5, NAN, 2], [6, 9, 6]]
    cells = np.where(np.isnan(values), Cell.MISSING, Cell.VALUE)
    cells[3, 1], cells[4, 1] = Cell.UNANSWERED, Cell.NOT_APPLICABLE
    results = index(values, cells=cells, b=imputed(Imputation.MEDIAN))
    assert results.imputed["b"][2] == 4.0
    assert np.isnan(results.imputed["b"][3:]).all()
    assert results.score["b"][3] == 0.0
    asked = leaf(unanswered=Missing.IMPUTE, impute=Impute(Imputation.MEDIAN))
    results = index(values, cells=cells, b=asked)
    assert results.imputed["b"][3] == 4.0
    assert np.isnan(results.imputed["b"][[2, 4]]).all()


def test_a_gap_that_stays_open_is_re_weighted() -> None:
    values = [[1, 2, NAN], [2, 4, NAN], [3, 6, NAN]]
    results = index(values, c=imputed(Imputation.MEAN))
    assert results.score["index"].tolist() == pytest.approx([0.0, 50.0, 100.0])
    assert "imputation by mean: 3 gap(s) of 'c' stay open (first: unit 'A')" in results.findings


def test_imputation_looks_at_denominated_columns() -> None:
    by = np.array([1.0, 2.0, 4.0, NAN, 1.0, 1.0])
    chosen = leaf(
        missing=Missing.IMPUTE,
        impute=Impute(Imputation.MEAN),
        denominator=Denominator("people", 10.0),
    )
    results = index(a=chosen, given={"denominators": {"people": by}})
    known = np.array([10.0, 10.0, 7.5, 50.0])
    # D has a value and no denominator: a gap like the others.
    assert results.imputed["a"][3] == pytest.approx(known.mean())
    assert results.cells["a"][3] == Cell.MISSING
    assert any(found.startswith("no denominator 'people'") for found in results.findings)


def test_all_leaves_are_imputed_at_once_by_their_own_choice() -> None:
    """Column b informs the neighbours of a; a filled cell of c informs nobody."""
    results = index(a=imputed(Imputation.NEIGHBOURS, neighbours=1), b=imputed(Imputation.MEAN))
    # F has c = 6 and is nearest to C (5), whose a is 3.
    assert results.imputed["a"][5] == 3.0
    assert results.imputed["b"][5] == pytest.approx(21 / 4)


def test_groups_come_from_the_background() -> None:
    groups = {"A": "north", "B": "north", "C": "south", "D": "south", "E": "south"}
    chosen = imputed(Imputation.GROUP_MEAN)
    results = index(b=chosen, given={"background": Background(groups)})
    assert results.imputed["b"][3] == pytest.approx(7.5)
    assert math.isnan(results.imputed["b"][5])
    with pytest.raises(EngineError, match="needs the group of every unit") as caught:
        index(b=chosen)
    assert caught.value.node == "b"


def test_other_periods_are_denominated_by_their_own() -> None:
    earlier = Table.build(("D", "A", "Z"), ("b", "old"), [[30.0, 1.0], [2.0, 1.0], [7.0, 1.0]])
    period = Period(2023.0, earlier, {"people": np.array([5.0, 1.0, 1.0])})
    chosen = leaf(
        missing=Missing.IMPUTE,
        impute=Impute(Imputation.LATEST, look_back=3.0),
        denominator=Denominator("people"),
    )
    given = {
        "denominators": {"people": np.ones(6)},
        "background": Background(period=2026.0, others=(period,)),
    }
    results = index(b=chosen, given=given)
    assert results.imputed["b"][3] == 6.0
    assert math.isnan(results.imputed["b"][5])
    with pytest.raises(EngineError, match="at least one other period") as caught:
        index(b=imputed(Imputation.LATEST))
    assert caught.value.node == "b"


def test_a_period_must_fit() -> None:
    table = Table.build(("A",), ("a",), [[1.0]])
    with pytest.raises(EngineError, match="finite"):
        Period(math.inf, table)
    with pytest.raises(EngineError, match="does not fit its units") as caught:
        Period(2020.0, table, {"people": np.ones(2)})
    assert caught.value.column == "people"


def test_treatment_is_reported_and_scaled() -> None:
    values = [[1, 2, 4], [2, 4, 3], [3, 6, 5], [4, 8, 1], [5, 9, 2], [1000, 5, 6]]
    results = index(values, a=leaf(treat=Treat(Treatment.WINSORISE)))
    (done,) = results.treatment
    assert (done.node, done.outcome, done.winsorised.tolist()) == (
        "a",
        Outcome.WINSORISED,
        [False] * 5 + [True],
    )
    assert results.treated["a"].tolist() == [1, 2, 3, 4, 5, 5]
    assert results.denominated["a"][5] == 1000.0
    assert results.score["a"].tolist() == [0, 25, 50, 75, 100, 100]
    assert any(found.startswith("treatment: 1 point(s) of 'a' winsorised") for found in results.findings)
    explained = results.explain("F", "a")
    assert (explained.raw, explained.treated) == (1000.0, 5.0)
    assert explained.treatment is done
    assert results.explain("F", "b").treatment is None


def test_a_transformed_column_is_computed_and_forgives_rounding() -> None:
    values = [[10.0**i, 2, 4] for i in range(6)]
    chosen = leaf(
        treat=Treat(Treatment.TRANSFORM, skewness=0.1, kurtosis=-9.0, then=Transformation.LOG, shift=0.0)
    )
    results = index(values, a=chosen)
    assert results.treatment[0].outcome is not Outcome.PASSED
    assert results.score["a"].tolist() == pytest.approx([0, 20, 40, 60, 80, 100])


def test_treatment_looks_at_imputed_values_too() -> None:
    values = [[1, 2, 4], [2, 4, 3], [3, 6, 5], [4, 8, 1], [1000, 9, 2], [NAN, 5, 6]]
    results = index(
        values,
        a=leaf(
            missing=Missing.IMPUTE, impute=Impute(Imputation.MEAN), treat=Treat(Treatment.WINSORISE, winmax=2)
        ),
    )
    assert results.imputed["a"][5] == 202.0
    # The estimate is the next value to the extreme one, which is drawn in to it.
    assert results.treated["a"][4] == 202.0


def test_a_unit_screened_out_keeps_its_row_and_counts_for_nobody() -> None:
    values = [[1, 2, 4], [2, 4, 3], [3, 6, 5], [4, NAN, 1], [5, 9, 2], [NAN, NAN, 60]]
    results = index(values, screen=Screen(data=0.5), b=imputed(Imputation.MEAN))
    assert results.units[5] == "F"
    assert results.left_out() == {"F": "has 1 of 3 data points; at least 50.0% are asked for"}
    assert math.isnan(results.score["index"][5])
    assert results.rank["index"][5] == 0
    assert sorted(results.rank["index"][:5].tolist()) == [1, 2, 3, 4, 5]
    assert results.raw["c"][5] == 60.0
    assert math.isnan(results.denominated["c"][5])
    assert np.isnan(results.imputed["b"][5])
    assert results.explain("F", "index").note is Note.SCREENED_OUT
    assert results.explain("F", "c").note is Note.SCREENED_OUT
    without = index(values[:5], b=imputed(Imputation.MEAN))
    for code in ("index", "a", "b", "c"):
        np.testing.assert_array_equal(results.score[code][:5], without.score[code])


def test_screening_by_name_and_by_group() -> None:
    results = index(screen=Screen(drop=frozenset("A")))
    assert results.left_out() == {"A": "left out by name"}
    results = index(screen=Screen(groups={"index": 0.5}, keep=frozenset("F")))
    assert results.left_out() == {}
    assert "screening: unit 'F' fails and is kept by name" in results.findings
    with pytest.raises(EngineError, match="group that is not there") as caught:
        index(screen=Screen(groups={"nowhere": 0.5}))
    assert caught.value.node == "nowhere"
    with pytest.raises(EngineError, match="no unit passes"):
        index([[NAN, NAN, 1.0]], screen=Screen(data=0.9))


def test_one_single_unit_goes_through_every_step() -> None:
    """n = 1: nothing to fill from, nothing to treat, every relative scale drops out."""
    chosen = leaf(missing=Missing.IMPUTE, impute=Impute(Imputation.EM), treat=Treat(Treatment.WINSORISE))
    results = index([[1.0, NAN, 2.0]], screen=Screen(data=0.5), a=chosen, b=chosen, c=chosen)
    assert [done.outcome for done in results.treatment] == [Outcome.UNTESTED] * 3
    assert np.isnan(results.score["index"]).all()
    assert set(results.constant) == {"a", "b", "c"}


def test_a_constant_column_stays_constant() -> None:
    values = [[3, 2, 4], [3, 4, 3], [NAN, 6, 5], [3, 8, 1]]
    results = index(
        values,
        a=leaf(missing=Missing.IMPUTE, impute=Impute(Imputation.MEAN), treat=Treat(Treatment.WINSORISE)),
    )
    assert results.imputed["a"][2] == 3.0
    assert results.constant == ("a",)
    assert results.treatment[0].outcome is Outcome.UNTESTED


def test_a_rule_that_imputes_needs_a_method_and_a_leaf() -> None:
    with pytest.raises(EngineError, match="names no method"):
        NodeRecipe(missing=Missing.IMPUTE)
    nodes = {code: leaf() for code in TREE.leaves}
    nodes["index"] = NodeRecipe(missing=Missing.IMPUTE, impute=Impute(Imputation.MEAN))
    with pytest.raises(EngineError, match="only leaves are imputed") as caught:
        compute(TREE, Table.build(UNITS, TREE.leaves, VALUES), Recipe(nodes))
    assert caught.value.node == "index"
