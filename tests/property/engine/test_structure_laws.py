"""What must hold when a tree is cut differently, when somebody comes or goes, and when a gap is closed."""

from dataclasses import replace

import numpy as np
from engine_indices import MISSING, NOT_APPLICABLE, UNANSWERED, Choices, Index, indices
from hypothesis import assume, given
from hypothesis import strategies as st

from stadtindex.engine import (
    Aggregation,
    EngineError,
    Missing,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Results,
    Weighing,
)

CLOSE = 1e-9
MEANS = (
    Aggregation.ARITHMETIC,
    Aggregation.GEOMETRIC,
    Aggregation.HARMONIC,
    Aggregation.GENERALISED,
    Aggregation.MEDIAN,
)
FIXED = (Normalisation.FIXED, Normalisation.GOALPOSTS)
# On fixed scales a unit's score depends on no other unit.
ALONE = Choices(
    leaf_methods=FIXED,
    inner_methods=(Normalisation.NONE,),
    aggregations=MEANS,
    uncapped=False,
    lowers=(1.0,),
    inner_directions=(1,),
)
GIVEN = replace(ALONE, weighings=(Weighing.GIVEN,))
NO_LIMITS = replace(ALONE, thresholds=(0.0,), bonus=False)
# A weighted mean of everything that is there.
LINEAR = Choices(
    leaf_methods=(Normalisation.FIXED, Normalisation.MIN_MAX),
    inner_methods=(Normalisation.NONE,),
    aggregations=(Aggregation.ARITHMETIC,),
    weighings=(Weighing.GIVEN,),
    thresholds=(0.0,),
    bonus=False,
    lowers=(0.0,),
    inner_directions=(1,),
)


def computed(index: Index) -> Results:
    """Compute; an index that the definitions refuse says nothing about a law."""
    try:
        return index.compute()
    except EngineError:
        assume(False)
        raise


def same(one: Results, other: Results, codes: set[str]) -> None:
    for code in codes:
        np.testing.assert_allclose(other.score[code], one.score[code], rtol=CLOSE, atol=CLOSE, err_msg=code)


def codes_of(index: Index) -> set[str]:
    return {node.code for node in index.nodes}


def a_leaf(data: st.DataObject, index: Index) -> str:
    return data.draw(st.sampled_from(index.tree.leaves))


def with_leaf(index: Index, node: Node, like: str) -> Index:
    """Add a leaf whose cells and recipe are those of another."""
    return replace(
        index,
        nodes=(*index.nodes, node),
        cells={unit: {**row, node.code: row[like]} for unit, row in index.cells.items()},
        recipe={**index.recipe, node.code: index.recipe[like]},
    )


# --- cutting the tree


@given(indices(GIVEN), st.data(), st.sampled_from([0.25, 0.5, 0.9]))
def test_a_copy_that_shares_the_weight_changes_nothing(
    index: Index, data: st.DataObject, part: float
) -> None:
    """A parameter that is split into two with the same values counts as before: no gain from asking twice."""
    leaf = a_leaf(data, index)
    node = index.tree.node(leaf)
    assume(node.parent is not None)
    twice = with_leaf(
        index.with_node(leaf, weight=node.weight * part),
        replace(node, code="copy", weight=node.weight * (1.0 - part)),
        leaf,
    )
    before, after = computed(index), computed(twice)
    same(before, after, codes_of(index))
    assert after.score["copy"].tobytes() == after.score[leaf].tobytes()


@given(indices(replace(ALONE, leaf_methods=(*FIXED, Normalisation.MIN_MAX))), st.data())
def test_a_node_with_a_single_child_passes_it_on(index: Index, data: st.DataObject) -> None:
    """A level more between a node and its child changes no score and no coverage."""
    below = data.draw(st.sampled_from([node for node in index.nodes if node.parent is not None] or [None]))
    assume(below is not None)
    assert below is not None
    between = replace(below, code="between", direction=1)
    deeper = replace(
        index,
        nodes=(
            *(replace(n, parent="between", weight=1.0) if n.code == below.code else n for n in index.nodes),
            between,
        ),
        recipe={**index.recipe, "between": NodeRecipe()},
    )
    # A node stays where it was among its siblings.
    order = [n.code for n in index.nodes]
    nodes = sorted(deeper.nodes, key=lambda n: order.index(below.code if n.code == "between" else n.code))
    before, after = computed(index), computed(replace(deeper, nodes=tuple(nodes)))
    same(before, after, codes_of(index))
    for code in codes_of(index):
        np.testing.assert_allclose(after.coverage[code], before.coverage[code], rtol=CLOSE, atol=CLOSE)
    assert after.score["between"].tobytes() == after.score[below.code].tobytes()


@given(indices(replace(LINEAR, absences=(), denominators=False)))
def test_a_mean_of_means_is_one_mean_with_the_products_of_the_weights(index: Index) -> None:
    """Without gaps, all levels of a tree can be multiplied out."""
    results = computed(index)
    assume(len(results.constant) == 0)
    tree, flat = index.tree, np.zeros(len(index.units))
    for leaf in tree.leaves:
        share, code = 1.0, leaf
        while (parent := tree.parent(code)) is not None:
            share, code = share * tree.share(code), parent
        if share > 0.0:
            flat += share * results.score[leaf]
    np.testing.assert_allclose(results.score[tree.root], flat, rtol=CLOSE, atol=CLOSE)


@given(indices(LINEAR), st.sampled_from([(0.0, 1.0), (50.0, 60.0), (-5.0, 5.0)]))
def test_another_scale_of_points_moves_no_rank(index: Index, ends: tuple[float, float]) -> None:
    """Whether the best gets 100 or 1: scores change with the scale in a straight line, ranks not at all."""
    low, high = ends
    other = index
    for leaf in index.tree.leaves:
        scale = replace(index.recipe[leaf].normalise, lower=low, upper=high)
        other = other.with_recipe(leaf, normalise=scale)
    one, two = computed(index), computed(other)
    for code, scores in one.score.items():
        expected = low + scores / 100.0 * (high - low)
        np.testing.assert_allclose(two.score[code], expected, rtol=CLOSE, atol=CLOSE)
    root = one.score[index.tree.root]
    gaps = np.abs(root[:, np.newaxis] - root)
    # Where two scores are the same but for rounding, the scale may decide whether they are a tie.
    if not ((gaps > 0.0) & (gaps < 1e-6)).any():
        assert one.rank[index.tree.root].tolist() == two.rank[index.tree.root].tolist()


# --- others


@given(indices(replace(ALONE, smallest_set=2)), st.data())
def test_on_fixed_scales_nobody_moves_the_score_of_another(index: Index, data: st.DataObject) -> None:
    """Whoever leaves takes no points along, and nobody changes places with anybody."""
    gone = data.draw(st.sampled_from(index.units))
    rest = index.reordered([unit for unit in index.units if unit != gone])
    all_of_them, fewer = computed(index), computed(rest)
    kept = [i for i, unit in enumerate(index.units) if unit != gone]
    for code, scores in all_of_them.score.items():
        assert fewer.score[code].tobytes() == scores[kept].tobytes()
        before, after = all_of_them.rank[code][kept], fewer.rank[code]
        assert (np.sign(np.subtract.outer(before, before)) == np.sign(np.subtract.outer(after, after))).all()
        assert ((before - after >= 0) & (before - after <= 1)).all()


@given(indices(replace(NO_LIMITS, smallest_set=2)), st.data(), st.sampled_from([0.5, 6.5, 30.0]))
def test_a_worse_value_of_another_never_costs_a_rank(index: Index, data: st.DataObject, step: float) -> None:
    other, leaf = data.draw(st.sampled_from(index.units)), a_leaf(data, index)
    value = index.cells[other][leaf]
    assume(not isinstance(value, str))
    assert not isinstance(value, str)
    worse = index.with_cell(other, leaf, value - step * index.tree.node(leaf).direction)
    before, after = computed(index), computed(worse)
    root = index.tree.root
    for i, unit in enumerate(index.units):
        if unit != other:
            assert after.rank[root][i] <= before.rank[root][i]


# --- gaps


@given(indices(NO_LIMITS), st.data(), st.integers(-8, 60))
def test_a_gap_that_is_closed_leads_to_a_score_within_the_bounds(
    index: Index, data: st.DataObject, value: int
) -> None:
    """Whatever a missing value turns out to be: the score then lies between "all at worst" and "all at best"."""
    unit, leaf = data.draw(st.sampled_from(index.units)), a_leaf(data, index)
    assume(index.recipe[leaf].denominator is None)
    gap = computed(index.with_cell(unit, leaf, MISSING))
    closed = computed(index.with_cell(unit, leaf, value / 2.0))
    i = index.units.index(unit)
    for code, scores in closed.score.items():
        if not np.isnan(scores[i]):
            assert gap.at_worst[code][i] - CLOSE <= closed.at_worst[code][i] <= scores[i] + CLOSE
            assert gap.at_best[code][i] + CLOSE >= closed.at_best[code][i] >= scores[i] - CLOSE
        assert np.isnan(gap.coverage[code][i]) or closed.coverage[code][i] >= gap.coverage[code][i]


@given(indices(replace(NO_LIMITS, aggregations=(Aggregation.ARITHMETIC,))), st.data())
def test_not_applicable_missing_and_zero_are_three_things(index: Index, data: st.DataObject) -> None:
    """Zero counts and is worst; missing counts as a gap; not applicable is not asked for at all."""
    unit, leaf = data.draw(st.sampled_from(index.units)), a_leaf(data, index)
    index = index.with_recipe(
        leaf,
        missing=Missing.REWEIGHT,
        denominator=None,
        normalise=Normalise(Normalisation.FIXED, low=0.0, high=9.0),
    ).with_node(leaf, direction=1)
    zero, missing, outside = (
        computed(index.with_cell(unit, leaf, entry)) for entry in (0.0, MISSING, NOT_APPLICABLE)
    )
    i = index.units.index(unit)
    assert zero.score[leaf][i] == 0.0
    assert np.isnan(missing.score[leaf][i])
    assert (zero.coverage[leaf][i], missing.coverage[leaf][i]) == (1.0, 0.0)
    assert np.isnan(outside.coverage[leaf][i])
    code: str | None = leaf
    while (code := index.tree.parent(code) if code is not None else None) is not None:
        # Both drop out of the mean, so the score is the same; what is known about it is not.
        assert missing.score[code][i].tobytes() == outside.score[code][i].tobytes()
        assert not zero.score[code][i] > missing.score[code][i] + CLOSE
        assert not zero.at_worst[code][i] < missing.at_worst[code][i] - CLOSE
        assert not missing.coverage[code][i] > outside.coverage[code][i] + CLOSE


@given(indices(NO_LIMITS), st.data())
def test_not_evidenced_is_as_good_as_the_worst_of_the_scale(index: Index, data: st.DataObject) -> None:
    """Where silence counts as zero, it counts exactly as the worst value that could have been given."""
    unit, leaf = data.draw(st.sampled_from(index.units)), a_leaf(data, index)
    index = index.with_recipe(leaf, unanswered=Missing.ZERO, denominator=None)
    scale, direction = index.recipe[leaf].normalise, index.tree.node(leaf).direction
    worst = scale.low if direction > 0 else scale.high
    assert worst is not None
    silent, spoken = (
        computed(index.with_cell(unit, leaf, UNANSWERED)),
        computed(index.with_cell(unit, leaf, worst)),
    )
    same(spoken, silent, codes_of(index))


@given(indices(replace(ALONE, thresholds=(0.0, 0.4, 0.7))), st.data())
def test_a_higher_threshold_takes_scores_away_and_changes_none(index: Index, data: st.DataObject) -> None:
    inner = [node.code for node in index.nodes if not index.tree.is_leaf(node.code)]
    assume(len(inner) > 0)
    code = data.draw(st.sampled_from(inner))
    stricter = index.with_recipe(code, threshold=min(1.0, index.recipe[code].threshold + 0.3))
    before, after = computed(index), computed(stricter)
    scores, kept = before.score[code], ~np.isnan(after.score[code])
    assert after.score[code][kept].tobytes() == scores[kept].tobytes()
    assert not (np.isnan(scores) & kept).any()
