"""Influence and leave one out: small cases worked out by hand, and what cannot be said."""

import math
from typing import Any

import numpy as np
import pytest

from stadtindex.engine import (
    Aggregation,
    EngineError,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Results,
    Table,
    Tree,
    compute,
)
from stadtindex.engine.diagnose.influence import influence
from stadtindex.engine.diagnose.leave_out import leave_one_out, leave_out_plainly, without
from stadtindex.engine.diagnose.smooth import correlation_ratio
from stadtindex.engine.inputs import Inputs

NAN = math.nan
TREE = Tree.build([Node("index", None), Node("a", "index"), Node("b", "index")])
TABLE = Table.build(["u", "v", "w"], ["a", "b"], [[0.0, 40.0], [50.0, 20.0], [100.0, 0.0]])


def computed(tree: Tree, table: Table, **chosen: NodeRecipe) -> Results:
    return compute(
        tree, table, Recipe({node.code: chosen.get(node.code, NodeRecipe()) for node in tree.nodes})
    )


# --- the correlation ratio


def test_two_classes_by_hand() -> None:
    # Means 2 and 6, sum of squares 20 of which 4 within: 1 - 4/20 · 3/2.
    assert correlation_ratio(np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, 3.0, 5.0, 7.0])) == pytest.approx(
        0.7
    )


def test_a_class_alone_explains_all_and_a_meaningless_one_nothing() -> None:
    x = np.array([0.0, 0.0, 1.0, 1.0])
    assert correlation_ratio(x, np.array([2.0, 2.0, 9.0, 9.0])) == 1.0
    assert correlation_ratio(x, np.array([1.0, 9.0, 1.0, 9.0])) == 0.0


def test_a_curve_that_no_correlation_sees() -> None:
    x = np.linspace(-1.0, 1.0, 101)
    assert correlation_ratio(x, x**2) > 0.99


def test_a_straight_line_is_explained_completely() -> None:
    x = np.arange(30.0)
    assert correlation_ratio(x, 5.0 - 2.0 * x) == pytest.approx(1.0, abs=1e-9)


def test_a_line_with_noise_is_the_adjusted_square_of_the_correlation() -> None:
    # Alternating noise on a long line: the straight one predicts best.
    x = np.arange(20.0)
    y = x + np.where(np.arange(20) % 2 == 0, 6.0, -6.0)
    r = np.corrcoef(x, y)[0, 1]
    assert correlation_ratio(x, y) == pytest.approx(1.0 - (1.0 - r**2) * 19.0 / 18.0, abs=1e-6)


def test_many_units_make_classes_of_equal_size() -> None:
    x = np.arange(5000.0)
    assert correlation_ratio(x, x) == pytest.approx(1.0, abs=0.001)
    assert correlation_ratio(x, np.cos(x / 400.0)) > 0.99
    assert correlation_ratio(x, x % 2.0) == 0.0


def test_units_without_a_value_take_no_part() -> None:
    x = np.array([0.0, NAN, 0.0, 1.0, 1.0, 1.0])
    y = np.array([1.0, 99.0, 3.0, 5.0, NAN, 7.0])
    assert correlation_ratio(x, y) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0], NAN),
        ([1.0, 2.0, NAN], [1.0, 2.0, 3.0], NAN),
        ([1.0, 2.0, 3.0], [5.0, 5.0, 5.0], NAN),
        ([7.0, 7.0, 7.0], [1.0, 2.0, 3.0], 0.0),
    ],
)
def test_what_cannot_be_said(x: list[float], y: list[float], expected: float) -> None:
    assert correlation_ratio(np.array(x), np.array(y)) == pytest.approx(expected, nan_ok=True)


# --- influence


def wide() -> Results:
    """Forty units; a is spread ten times as wide as b, both weigh the same."""
    units = [f"u{i}" for i in range(40)]
    values = [[10.0 * ((i * 17) % 40), float((i * 29) % 40)] for i in range(40)]
    return computed(TREE, Table.build(units, ["a", "b"], values))


def test_what_is_spread_wider_has_more_influence() -> None:
    found = influence(wide())
    assert found.on == "index"
    assert found.nodes == ("a", "b")
    assert found.weight.tolist() == [0.5, 0.5]
    assert found.main_effect[0] > 0.95
    assert found.share.sum() == pytest.approx(1.0)
    assert found.ratio[0] > 1.5
    assert found.gap() == pytest.approx(found.share[0] - 0.5)


def test_weights_are_multiplied_on_the_way_up() -> None:
    tree = Tree.build(
        [
            Node("index", None),
            Node("x", "index", 3.0),
            Node("y", "index", 1.0),
            Node("a", "x"),
            Node("b", "x"),
            Node("c", "y"),
        ]
    )
    table = Table.build(["u", "v", "w"], ["a", "b", "c"], np.arange(9.0).reshape(3, 3) ** 2)
    results = computed(tree, table)
    assert influence(results).weight.tolist() == [0.375, 0.375, 0.25]
    assert influence(results, ["a", "b"], "x").weight.tolist() == [0.5, 0.5]
    assert influence(results, ["x", "y"]).weight.tolist() == [0.75, 0.25]
    with pytest.raises(EngineError, match="node 'c': does not lie below 'x'"):
        influence(results, ["c"], "x")
    with pytest.raises(EngineError, match="no such node"):
        influence(results, ["c"], "nowhere")


def test_a_node_of_weight_nothing_has_no_ratio() -> None:
    tree = Tree.build([Node("index", None), Node("a", "index"), Node("b", "index", 0.0)])
    results = computed(tree, wide_table())
    found = influence(results)
    assert math.isnan(found.ratio[1])
    assert found.ratio[0] < 1.0


def wide_table() -> Table:
    return Table.build([f"u{i}" for i in range(9)], ["a", "b"], [[float(i), float(i * i)] for i in range(9)])


def test_where_nothing_is_known_there_is_no_share() -> None:
    results = computed(TREE, Table.build(["u", "v"], ["a", "b"], [[1.0, 2.0], [3.0, 4.0]]))
    found = influence(results)
    assert np.isnan(found.share).all()
    assert math.isnan(found.gap())
    with pytest.raises(ValueError, match="read-only"):
        found.weight[0] = 1.0


# --- leave one out


def test_without_one_of_two_the_other_is_the_index() -> None:
    # The index is (20, 35, 50): ranks 3, 2, 1. Without a it is b (40, 20, 0), without b it is a.
    found = leave_out_plainly(TREE, lambda tree: computed(tree, TABLE))
    assert found.nodes == ("a", "b")
    assert found.units == ("u", "v", "w")
    assert found.score.tolist() == [[40.0, 20.0, 0.0], [0.0, 50.0, 100.0]]
    assert found.score_change.tolist() == [[20.0, -15.0, -50.0], [-20.0, 15.0, 50.0]]
    assert found.rank.tolist() == [[1, 2, 3], [3, 2, 1]]
    assert found.rank_change.tolist() == [[-2.0, 0.0, 2.0], [0.0, 0.0, 0.0]]
    assert found.mean_shift.tolist() == [4.0 / 3.0, 0.0]
    assert found.largest_shift.tolist() == [2.0, 0.0]
    assert found.indispensable == ()
    assert found.failed == ()


DEEP = Tree.build(
    [
        Node("index", None),
        Node("x", "index"),
        Node("y", "index"),
        Node("a", "x"),
        Node("b", "y"),
        Node("z", "y", 0.0),
    ]
)
DEEP_TABLE = Table.build(["u", "v"], ["a", "b", "z"], [[10.0, 30.0, 1.0], [20.0, 0.0, 2.0]])


def test_an_only_child_takes_its_parent_along() -> None:
    smaller = without(DEEP, "b")
    assert smaller is not None
    assert smaller.node("y").weight == 0.0
    assert smaller.node("b").weight == 1.0
    found = leave_out_plainly(DEEP, lambda tree: computed(tree, DEEP_TABLE))
    assert found.nodes == ("x", "y", "a", "b", "z")
    assert found.score.tolist() == [[30.0, 0.0], [10.0, 20.0], [30.0, 0.0], [10.0, 20.0], [20.0, 10.0]]
    assert found.mean_shift.tolist() == [0.0, 1.0, 0.0, 1.0, 0.0]


def test_the_last_one_cannot_be_left_out() -> None:
    tree = Tree.build([Node("index", None), Node("x", "index"), Node("a", "x"), Node("b", "index", 0.0)])
    found = leave_out_plainly(tree, lambda smaller: computed(smaller, TABLE))
    assert found.indispensable == ("x", "a")
    assert found.nodes == ("b",)
    alone = Tree.build([Node("a", None)])
    nothing = leave_out_plainly(alone, lambda tree: computed(tree, Table.build(["u"], ["a"], [[1.0]])))
    assert nothing.nodes == ()
    assert nothing.score.shape == (0, 1)
    assert without(alone, "a") is None


def test_a_unit_that_loses_its_score_has_no_change() -> None:
    # The index is (1.5, 3, 2.5): ranks 3, 1, 2. Without b only u and w are left, with 1 and 5.
    table = Table.build(["u", "v", "w"], ["a", "b"], [[1.0, 2.0], [NAN, 3.0], [5.0, 0.0]])
    found = leave_out_plainly(TREE, lambda tree: computed(tree, table), ["b"])
    assert found.rank.tolist() == [[2, 0, 1]]
    assert np.array_equal(found.rank_change, [[-1.0, NAN, -1.0]], equal_nan=True)
    assert math.isnan(found.score_change[0, 1])
    assert found.mean_shift.tolist() == [1.0]


def test_where_the_rest_cannot_be_computed_the_reason_is_kept() -> None:
    tree = Tree.build([*TREE.nodes, Node("c", "index", 0.0)])
    table = Table.build(["u", "v"], ["a", "b", "c"], [[1.0, 2.0, 1.0], [3.0, 4.0, 1.0]])

    def build(smaller: Tree) -> Results:
        if smaller.node("a").weight == 0.0:
            raise EngineError("not without it", node="a")
        return computed(smaller, table)

    found = leave_out_plainly(tree, build)
    assert found.nodes == ("b", "c")
    assert found.failed == (("a", "node 'a': not without it"),)


def test_leaving_out_what_forbids_a_geometric_mean_is_fine() -> None:
    chosen: dict[str, Any] = {
        "index": NodeRecipe(combine=Aggregation.GEOMETRIC),
        "a": NodeRecipe(Normalise(Normalisation.FIXED, lower=1.0, low=0.0, high=100.0)),
    }
    table = Table.build(["u", "v"], ["a", "b"], [[0.0, 4.0], [100.0, 9.0]])
    found = leave_out_plainly(TREE, lambda tree: computed(tree, table, **chosen))
    np.testing.assert_allclose(found.score, [[4.0, 9.0], [1.0, 100.0]], rtol=1e-9)


def test_leave_out_is_frozen() -> None:
    found = leave_out_plainly(TREE, lambda tree: computed(tree, TABLE))
    for array in (found.score, found.rank, found.rank_change, found.mean_shift):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


# --- leave one out as one batch


def inputs(tree: Tree, table: Table, **chosen: NodeRecipe) -> Inputs:
    recipe = Recipe({node.code: chosen.get(node.code, NodeRecipe()) for node in tree.nodes})
    return Inputs(tree, table, recipe, {}, {})


def test_the_batch_gives_what_building_node_by_node_gives() -> None:
    for tree, table in ((TREE, TABLE), (DEEP, DEEP_TABLE)):
        batch = leave_one_out(inputs(tree, table))
        plain = leave_out_plainly(tree, lambda smaller, table=table: computed(smaller, table))
        assert batch.nodes == plain.nodes
        assert batch.rank.tolist() == plain.rank.tolist()
        np.testing.assert_allclose(batch.score, plain.score, rtol=1e-9)
        np.testing.assert_array_equal(batch.rank_change, plain.rank_change)


def test_the_batch_says_why_a_node_cannot_go() -> None:
    # A geometric mean stands only as long as a hides that b has a zero somewhere in its own mean.
    tree = Tree.build(
        [Node("index", None), Node("x", "index"), Node("c", "index"), Node("a", "x"), Node("b", "x")]
    )
    table = Table.build(["u", "v"], ["a", "b", "c"], [[4.0, 0.0, 1.0], [2.0, 3.0, 2.0]])
    found = leave_one_out(inputs(tree, table, index=NodeRecipe(combine=Aggregation.GEOMETRIC)))
    assert [code for code, _ in found.failed] == ["a"]
    assert "unit 'u'" in found.failed[0][1]
    assert found.nodes == ("x", "c", "b")


def test_what_is_not_done_in_batches_is_built_node_by_node() -> None:
    median = NodeRecipe(combine=Aggregation.MEDIAN)
    found = leave_one_out(inputs(TREE, TABLE, index=median))
    plain = leave_out_plainly(TREE, lambda tree: computed(tree, TABLE, index=median))
    assert found.score.tolist() == plain.score.tolist()


def test_more_nodes_than_fit_into_a_block() -> None:
    codes = [f"p{i}" for i in range(300)]
    tree = Tree.build([Node("index", None), *(Node(code, "index") for code in codes)])
    values = np.random.Generator(np.random.Philox(key=4)).gamma(2.0, size=(5, 300))
    given = inputs(tree, Table.build([f"u{i}" for i in range(5)], codes, values))
    found = leave_one_out(given)
    assert found.nodes == tuple(codes)
    for place in (0, 255, 256, 299):
        expected = np.delete(values, place, axis=1).mean(axis=1)
        np.testing.assert_allclose(found.score[place], expected, rtol=1e-9)


def test_a_node_that_is_not_there_cannot_be_left_out() -> None:
    with pytest.raises(EngineError, match="node 'x': the tree has no such node"):
        leave_one_out(inputs(TREE, TABLE), ["x"])
