"""Weighings that look at scores, inside an index: what they see, and what compute makes of them."""

import math
from typing import Any

import numpy as np
import pytest

from stadtindex.engine import (
    Aggregation,
    Bounded,
    EngineError,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Note,
    Recipe,
    Results,
    Table,
    Tree,
    Weighing,
    Weighting,
    compute,
)
from stadtindex.engine.weigh.balanced import balanced
from stadtindex.engine.weigh.siblings import Siblings
from stadtindex.engine.weigh.statistical import critic, entropy, pca

NAN = math.nan
PLAIN = Normalise(Normalisation.FIXED, low=0.0, high=100.0)
BOD = Weighing.BENEFIT_OF_THE_DOUBT
STATISTICAL = {
    Weighing.PCA: pca,
    Weighing.ENTROPY: entropy,
    Weighing.CRITIC: critic,
    Weighing.BALANCED: balanced,
}


def index(rows: Any, weights: tuple[float, ...] = (1.0, 1.0), **chosen: Any) -> Results:
    codes = tuple("abcdef"[: len(weights)])
    tree = Tree.build(
        [Node("index", None), *(Node(c, "index", w) for c, w in zip(codes, weights, strict=True))]
    )
    recipe = Recipe({"index": NodeRecipe(**chosen)} | {code: NodeRecipe(normalise=PLAIN) for code in codes})
    return compute(tree, Table.build([f"u{i}" for i in range(len(rows))], codes, rows), recipe)


@pytest.mark.parametrize("weigh", STATISTICAL)
def test_weights_are_those_of_the_method_over_the_scores(weigh: Weighing) -> None:
    chance = np.random.default_rng(3)
    rows = chance.uniform(1, 99, size=(20, 4))
    rows[chance.random(rows.shape) < 0.1] = NAN
    results = index(rows, (1.0, 2.0, 1.0, 0.0), weigh=weigh)
    units = results.units
    expected = STATISTICAL[weigh](
        Siblings(tuple("abcd"), units, rows, np.array([1.0, 2.0, 1.0, 0.0]))
    ).weights
    for code, weight in zip("abcd", expected, strict=True):
        assert results.weight[code].tolist() == pytest.approx([weight] * 20, rel=1e-12)
    assert results.weight["d"][0] == 0.0
    there = ~np.isnan(rows)
    by_hand = np.nansum(rows * expected, axis=1) / (there * expected).sum(axis=1)
    np.testing.assert_allclose(results.score["index"], by_hand, rtol=1e-13)


@pytest.mark.parametrize("weigh", STATISTICAL)
@pytest.mark.parametrize("rows", [[[10.0, 20.0]], [[10.0, 20.0], [10.0, 20.0]], [[NAN, NAN], [NAN, NAN]]])
def test_where_nothing_varies_all_count_the_same(weigh: Weighing, rows: Any) -> None:
    results = index(rows, (1.0, 3.0), weigh=weigh)
    assert (results.weight["a"][0], results.weight["b"][0]) == (0.5, 0.5)
    assert any(f.startswith("weights of 'index'") for f in results.findings)


@pytest.mark.parametrize("weigh", STATISTICAL)
def test_a_child_that_does_not_vary_is_named_and_has_no_weight(weigh: Weighing) -> None:
    results = index([[1.0, 50.0], [9.0, 50.0], [30.0, 50.0]], weigh=weigh)
    assert results.weight["b"].tolist() == [0.0] * 3
    assert any("'b'" in finding for finding in results.findings)
    assert results.explain("u0", "index").addends[1].note is Note.NO_WEIGHT


@pytest.mark.parametrize("weigh", [Weighing.ENTROPY, BOD])
def test_a_score_below_zero_names_unit_and_node(weigh: Weighing) -> None:
    tree = Tree.build([Node("index", None), Node("a", "index"), Node("b", "index")])
    z_score = NodeRecipe(normalise=Normalise(Normalisation.Z_SCORE))
    recipe = Recipe({"index": NodeRecipe(weigh=weigh), "a": z_score, "b": z_score})
    with pytest.raises(EngineError, match="scores >= 0") as caught:
        compute(tree, Table.build(["u", "v"], ["a", "b"], [[1, 5], [2, 4]]), recipe)
    assert (caught.value.unit, caught.value.node) == ("u", "a")


def test_the_number_of_components_is_an_option() -> None:
    chance = np.random.default_rng(5)
    rows = chance.uniform(1, 99, size=(12, 3))
    found = index(rows, (1.0, 1.0, 1.0), weigh=Weighing.PCA, weighting=Weighting(components=1))
    expected = pca(Siblings(tuple("abc"), found.units, rows, np.ones(3)), 1).weights
    assert [found.weight[code][0] for code in "abc"] == pytest.approx(expected.tolist(), rel=1e-12)


def test_benefit_of_the_doubt_measures_in_the_best_under_the_own_weights() -> None:
    """Two corners and a unit below the line between them: 60 + 20 of the 80 + 20 and 20 + 80 that the weights allow."""
    results = index([[80, 20], [20, 80], [30, 30]], weigh=BOD)
    assert results.score["index"].tolist() == pytest.approx([100.0, 100.0, 60.0])
    assert results.weight["a"][2] == pytest.approx(0.5)
    assert results.benchmark["index"][2] == pytest.approx(50.0)
    for unit in results.units:
        explained = results.explain(unit, "index")
        assert sum(addend.contribution for addend in explained.addends) == pytest.approx(explained.combined)
        assert sum(addend.share for addend in explained.addends) == pytest.approx(1.0)


def test_without_top_the_mean_under_the_own_weights_stands() -> None:
    results = index([[80, 20], [20, 80], [30, 30]], weigh=BOD, weighting=Weighting(top=None))
    assert results.score["index"][2] == pytest.approx(30.0)


def test_bounds_hold_the_weights() -> None:
    rows = [[80, 20], [20, 80], [30, 60]]
    results = index(rows, (3.0, 1.0), weigh=BOD, weighting=Weighting(around=0.2))
    assert (results.weight["a"] >= 0.6 - 1e-11).all()
    assert (results.weight["a"] <= 0.9 + 1e-11).all()
    half = index(rows, (3.0, 1.0), weigh=BOD, weighting=Weighting(lower=0.5, upper=0.5))
    assert half.weight["b"].tolist() == pytest.approx([0.5] * 3)
    assert half.score["index"].tolist() == pytest.approx([100.0, 100.0, 90.0])
    share = index(rows, weigh=BOD, weighting=Weighting(lower=0.4, upper=1.0, of=Bounded.SHARE))
    for unit in share.units:
        parts = [a.contribution for a in share.explain(unit, "index").addends]
        assert min(parts) >= 0.4 * sum(parts) - 1e-9
    with pytest.raises(EngineError, match=r"at least 0\.5 and at most 0\.3") as caught:
        index(rows, (3.0, 1.0), weigh=BOD, weighting=Weighting(lower=0.5, around=0.2))
    assert caught.value.node == "b"
    with pytest.raises(EngineError, match="1 is not between"):
        index(rows, weigh=BOD, weighting=Weighting(lower=0.6))


def test_a_missing_score_has_no_weight_and_still_counts_as_missing() -> None:
    rows = [[80, 20], [20, 80], [40, NAN], [NAN, NAN]]
    results = index(rows, weigh=BOD)
    assert results.score["index"][2] == pytest.approx(50.0)
    assert (results.weight["a"][2], results.weight["b"][2]) == (1.0, 0.0)
    assert results.coverage["index"].tolist() == [1.0, 1.0, 0.5, 0.0]
    assert math.isnan(results.score["index"][3])
    assert results.explain("u3", "index").note is Note.MISSING
    # Filled by its worst, 0, nothing is lost, for the weights leave it aside; filled by its best, 100, nobody beats it.
    assert results.at_worst["index"][2] == pytest.approx(50.0)
    assert results.at_best["index"][2] == pytest.approx(100.0)
    strict = index(rows, weigh=BOD, threshold=0.6)
    assert math.isnan(strict.score["index"][2])
    assert strict.explain("u2", "index").note is Note.BELOW_THRESHOLD


def test_ties_and_zeros_under_the_benefit_of_the_doubt() -> None:
    results = index([[0, 0], [50, 50], [50, 50]], weigh=BOD)
    assert results.score["index"].tolist() == [0.0, 100.0, 100.0]
    assert results.rank["index"].tolist() == [3, 1, 1]
    alone = index([[30, 40]], weigh=BOD)
    assert alone.score["index"].tolist() == [100.0]
    zero = index([[0, 0]], weigh=BOD)
    assert zero.score["index"].tolist() == [0.0]
    nothing = index([[80, 20], [20, 80]], (1.0, 0.0), weigh=BOD)
    assert nothing.score["index"].tolist() == pytest.approx([100.0, 25.0])
    assert nothing.weight["b"].tolist() == [0.0, 0.0]


def test_benefit_of_the_doubt_needs_an_arithmetic_mean() -> None:
    with pytest.raises(EngineError, match="arithmetic"):
        NodeRecipe(weigh=BOD, combine=Aggregation.GEOMETRIC)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"components": 0}, "at least 1"),
        ({"lower": 0.6, "upper": 0.5}, "lower <= upper"),
        ({"around": 1.5}, "around"),
        ({"top": 0.0}, "top"),
        ({"top": math.inf}, "top"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(EngineError, match=why):
        Weighting(**options)
