"""What holds for influence and for leaving nodes out, whatever the index."""

import math
from dataclasses import replace

import numpy as np
from engine_indices import KINDS, Choices, Index, indices
from hypothesis import assume, given
from hypothesis import strategies as st

from stadtindex.engine import (
    Aggregation,
    Cell,
    EngineError,
    Node,
    NodeRecipe,
    Normalisation,
    Recipe,
    Results,
    Table,
    Tree,
    Weighing,
    compute,
)
from stadtindex.engine.diagnose.influence import influence
from stadtindex.engine.diagnose.leave_out import leave_one_out, leave_out_plainly, without
from stadtindex.engine.diagnose.smooth import correlation_ratio
from stadtindex.engine.inputs import Inputs

METHODS = (
    Normalisation.NONE,
    Normalisation.FIXED,
    Normalisation.MIN_MAX,
    Normalisation.Z_SCORE,
    Normalisation.PERCENTILE,
    Normalisation.GOALPOSTS,
)
KNOWN = Choices(
    leaf_methods=METHODS,
    inner_methods=METHODS,
    aggregations=(Aggregation.ARITHMETIC, Aggregation.GEOMETRIC),
    weighings=(Weighing.GIVEN, Weighing.EQUAL),
)
columns = st.lists(st.integers(-6, 6).map(float), min_size=3, max_size=25)


def computed(index: Index) -> Results:
    try:
        return index.compute()
    except EngineError:
        assume(False)
        raise


def built(index: Index, tree: Tree) -> Results:
    return replace(index, nodes=tree.nodes).compute()


def cut(index: Index, code: str) -> Index:
    """The index as if the node and all below it had never been thought of."""
    gone, nodes = {code}, list(index.nodes)
    while True:
        more = {node.code for node in nodes if node.parent in gone} - gone
        if len(more) == 0:
            break
        gone |= more
    kept = tuple(node for node in nodes if node.code not in gone)
    parents = {node.parent for node in nodes}
    leaves = {node.code for node in kept if node.code not in parents}
    return replace(
        index,
        nodes=kept,
        cells={
            unit: {leaf: entry for leaf, entry in row.items() if leaf in leaves}
            for unit, row in index.cells.items()
        },
        recipe={node.code: index.recipe[node.code] for node in kept},
        bonus={node: points for node, points in index.bonus.items() if node not in gone},
    )


@given(indices(KNOWN), st.data())
def test_left_out_is_as_if_it_had_never_been_there(index: Index, data: st.DataObject) -> None:
    base = computed(index)
    tree = base.tree
    may = [
        node.code
        for node in tree.nodes
        if node.parent is not None
        and any(tree.node(other).weight > 0.0 for other in tree.children(node.parent) if other != node.code)
    ]
    assume(len(may) > 0)
    code = data.draw(st.sampled_from(may))
    expected = computed(cut(index, code))
    found = leave_out_plainly(tree, lambda smaller: built(index, smaller), [code])
    assume(found.failed == ())
    np.testing.assert_allclose(found.score[0], expected.rounded[tree.root], rtol=1e-9, atol=1e-9)
    assert found.rank[0].tolist() == expected.rank[tree.root].tolist()
    shift = np.abs(found.rank[0] - base.rank[tree.root])[(found.rank[0] > 0) & (base.rank[tree.root] > 0)]
    if shift.size > 0:
        np.testing.assert_allclose(found.mean_shift[0], shift.mean())
        assert found.largest_shift[0] == shift.max()


@given(indices(KNOWN))
def test_every_node_is_accounted_for(index: Index) -> None:
    tree = computed(index).tree
    found = leave_out_plainly(tree, lambda smaller: built(index, smaller))
    told = [*found.nodes, *found.indispensable, *(code for code, _ in found.failed)]
    assert sorted(told) == sorted(node.code for node in tree.nodes if node.parent is not None)
    for code in found.indispensable:
        assert without(tree, code) is None


@given(indices(KNOWN))
def test_a_node_without_weight_changes_nothing_when_it_goes(index: Index) -> None:
    results = computed(index)
    tree = results.tree
    light = [node.code for node in tree.nodes if node.parent is not None and node.weight == 0.0]
    found = leave_out_plainly(tree, lambda smaller: built(index, smaller), light)
    assert np.nanmax(np.abs(found.score_change), initial=0.0) == 0.0


def inputs(index: Index) -> Inputs:
    """What the engine computes from."""
    tree = index.tree
    rows = [[index.cells[unit][leaf] for leaf in tree.leaves] for unit in index.units]
    values = [[math.nan if isinstance(entry, str) else entry for entry in row] for row in rows]
    kinds = [[KINDS[entry] if isinstance(entry, str) else Cell.VALUE for entry in row] for row in rows]
    columns = {
        name: np.array([math.nan if by[unit] is None else by[unit] for unit in index.units], dtype=float)
        for name, by in index.denominators.items()
    }
    bonus = {
        code: np.array([points[unit] for unit in index.units], dtype=float)
        for code, points in index.bonus.items()
    }
    table = Table.build(index.units, tree.leaves, values, kinds)
    return Inputs(tree, table, Recipe(index.recipe, index.decimals), columns, bonus)


@given(indices(KNOWN))
def test_the_batch_and_building_node_by_node_agree(index: Index) -> None:
    tree = computed(index).tree
    batch = leave_one_out(inputs(index))
    plain = leave_out_plainly(tree, lambda smaller: built(index, smaller))
    assert batch.nodes == plain.nodes
    assert batch.indispensable == plain.indispensable
    assert [code for code, _ in batch.failed] == [code for code, _ in plain.failed]
    np.testing.assert_allclose(batch.score, plain.score, rtol=1e-9, atol=1e-9)


def test_what_is_refused_in_a_branch_without_weight_is_no_failure() -> None:
    """Without c, the branch b has a geometric mean of 0; it counts nothing, so the ranking is as it was."""
    tree = Tree.build(
        [Node("r", None), Node("a", "r"), Node("b", "r", 0.0), Node("c", "b", 2.0), Node("d", "b")]
    )
    nodes = {node.code: NodeRecipe() for node in tree.nodes}
    nodes["b"] = NodeRecipe(combine=Aggregation.GEOMETRIC, threshold=0.5)
    table = Table.build(["A", "B"], ["a", "c", "d"], [[1.0, math.nan, 0.0], [2.0, math.nan, 0.0]])
    given_inputs = Inputs(tree, table, Recipe(nodes), {}, {})
    batch = leave_one_out(given_inputs)
    plain = leave_out_plainly(tree, lambda smaller: compute(smaller, table, given_inputs.recipe))
    for found in (batch, plain):
        assert found.failed == ()
        assert found.nodes == ("b", "c", "d")
        assert (found.score_change == 0.0).all()


@given(columns, st.data())
def test_a_correlation_ratio_is_a_share(x: list[float], data: st.DataObject) -> None:
    y = data.draw(st.lists(st.integers(-6, 6).map(float), min_size=len(x), max_size=len(x)))
    found = correlation_ratio(np.array(x), np.array(y))
    assert np.isnan(found) or 0.0 <= found <= 1.0


@given(columns, st.data(), st.sampled_from([-2.0, 0.001, 1e6]), st.sampled_from([-30.0, 0.0, 7.0]))
def test_a_correlation_ratio_knows_no_unit_of_measure(
    x: list[float], data: st.DataObject, factor: float, offset: float
) -> None:
    y = np.array(data.draw(st.lists(st.integers(-6, 6).map(float), min_size=len(x), max_size=len(x))))
    one = correlation_ratio(np.array(x), y)
    other = correlation_ratio(np.array(x) * factor + offset, y * 3.0 - 1.0)
    # Two widths that predict equally well may change places by rounding: only classes are compared closely.
    if len(set(x)) <= min(10, len(x) // 2):
        np.testing.assert_allclose(one, other, atol=1e-9)


@given(indices(KNOWN))
def test_shares_and_weights_sum_to_one(index: Index) -> None:
    found = influence(computed(index))
    if not np.isnan(found.share).all():
        np.testing.assert_allclose(np.nansum(found.share), 1.0)
    np.testing.assert_allclose(found.weight.sum(), 1.0)
    assert (found.weight >= 0.0).all()
