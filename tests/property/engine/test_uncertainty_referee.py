"""The batch of many draws against one plain computation per draw, for invented indices and plans."""

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
from engine_indices import KINDS, Choices, Index, indices, normalisation
from hypothesis import assume, event, given
from hypothesis import strategies as st

from stadtindex.engine import (
    Aggregation,
    Cell,
    EngineError,
    Imputation,
    Impute,
    Missing,
    Normalisation,
    Recipe,
    Results,
    Table,
    Treat,
    Treatment,
    Tree,
    Weighing,
    compute,
)
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.uncertainty.blocks import Block, draw
from stadtindex.engine.uncertainty.error import Errors
from stadtindex.engine.uncertainty.kernel import Kernel
from stadtindex.engine.uncertainty.model import Model
from stadtindex.engine.uncertainty.ordering import ranks
from stadtindex.engine.uncertainty.plan import (
    CombineChoice,
    ErrorKind,
    MeasurementError,
    Uncertainty,
    WeightNoise,
)

# So many of the 256 draws of a block are computed on their own.
LOOKED_AT = 4
SCALES = tuple(Normalisation)


def inputs(index: Index) -> Inputs:
    tree = index.tree
    rows = [[index.cells[unit][leaf] for leaf in tree.leaves] for unit in index.units]
    values = [[math.nan if isinstance(entry, str) else entry for entry in row] for row in rows]
    cells = [[KINDS[entry] if isinstance(entry, str) else Cell.VALUE for entry in row] for row in rows]
    people = {
        column: np.array([math.nan if by[unit] is None else by[unit] for unit in index.units], dtype=float)
        for column, by in index.denominators.items()
    }
    bonus = {code: np.array([its[unit] for unit in index.units]) for code, its in index.bonus.items()}
    table = Table.build(index.units, tree.leaves, values, cells)
    return Inputs(tree, table, Recipe(index.recipe, index.decimals), people, bonus)


@st.composite
def plans(draw: st.DrawFn, index: Index) -> Uncertainty:
    """Plans of every kind, each choice present in about half of them."""
    tree = index.tree
    inner = sorted({tree.depth(node.code) for node in tree.nodes if not tree.is_leaf(node.code)})

    def some(strategy: st.SearchStrategy[Any], most: int = 3) -> tuple[Any, ...]:
        return tuple(draw(st.one_of(st.just([]), st.lists(strategy, min_size=1, max_size=most, unique=True))))

    scale = st.builds(
        lambda method, cap: normalisation(method, lower=0.0, log=False, cap=cap),
        st.sampled_from(SCALES),
        st.booleans(),
    )
    noise = st.one_of(
        st.fixed_dictionaries({"share": st.sampled_from([0.25, 0.9])}),
        st.fixed_dictionaries({"concentration": st.sampled_from([0.7, 30.0])}),
    )
    counting = [
        node.code
        for node in tree.nodes
        if node.parent is not None
        and node.weight > 0.0
        and any(tree.node(s).weight > 0.0 for s in tree.children(node.parent) if s != node.code)
    ]
    return Uncertainty(
        treat=some(st.sampled_from([Treat(), Treat(Treatment.WINSORISE, skewness=0.5, kurtosis=0.5)]), 2),
        impute=some(st.sampled_from([Impute(Imputation.MEAN), Impute(Imputation.MEDIAN)]), 2),
        normalise=some(scale),
        normalise_leaves=draw(st.sampled_from([None, tree.leaves[:1]])),
        missing=some(st.sampled_from([Missing.REWEIGHT, Missing.ZERO]), 2),
        combine=tuple(
            CombineChoice(depth, chosen)
            for depth in inner
            if len(chosen := some(st.sampled_from(Aggregation), 2)) > 0
        ),
        weights=tuple(WeightNoise(depth + 1, **draw(noise)) for depth in inner if draw(st.booleans())),
        leave_out=some(st.sampled_from(counting)) if len(counting) > 0 else (),
        errors=tuple(
            MeasurementError(leaf, ErrorKind.RELATIVE, 0.2)
            for leaf in tree.leaves
            if draw(st.integers(0, 3)) == 0
        ),
    )


def plain(model: Model, block: Block, place: int) -> Results:
    """Build the index that was drawn, and compute it."""
    given_inputs, plan = model.given, model.plan
    errors = Errors(model)
    values = given_inputs.table.values.copy()
    for row, error in zip(errors.measured(block, place), errors.errors, strict=True):
        column = given_inputs.table.columns.index(error.leaf)
        measured = as_given(model, error.leaf, row)
        # A value whose denominator is missing is not measured; compute sees for itself that it cannot be used.
        values[:, column] = np.where(np.isnan(measured), values[:, column], measured)
    nodes = tuple(
        replace(node, weight=float(block.weights[place, model.edge[node.code]]))
        if node.code in model.edge
        else node
        for node in given_inputs.tree.nodes
    )
    return compute(
        Tree.build(nodes),
        Table.build(given_inputs.table.units, given_inputs.table.columns, values, given_inputs.table.cells),
        recipe_drawn(given_inputs, plan, block, place),
        denominators=given_inputs.denominators,
        bonus=given_inputs.bonus,
    )


def as_given(model: Model, leaf: str, measured: np.ndarray) -> np.ndarray:
    """Undo the denomination: a batch draws what is put on a scale, a table holds what is denominated only then."""
    denominator = model.given.recipe.nodes[leaf].denominator
    if denominator is None or model.singly:
        return measured
    return measured * model.given.denominators[denominator.column] / denominator.per


def recipe_drawn(given_inputs: Inputs, plan: Uncertainty, block: Block, place: int) -> Recipe:
    alternatives = [plan.treat, plan.impute, plan.normalise, plan.missing]
    every = list(itertools.product(*(options or (None,) for options in alternatives)))
    treat, impute, scale, rule = every[block.leaves[place]]
    tree, nodes = given_inputs.tree, dict(given_inputs.recipe.nodes)
    combine = {choice.depth: choice.options[block.combine[choice.depth][place]] for choice in plan.combine}
    for code, chosen in nodes.items():
        if not tree.is_leaf(code):
            # Drawn weights are given weights, also where they are drawn around equal ones.
            weigh = Weighing.GIVEN if chosen.weigh is Weighing.EQUAL else chosen.weigh
            how = combine.get(tree.depth(code), chosen.combine)
            nodes[code] = replace(chosen, combine=how, weigh=weigh)
            continue
        may = scale is not None and (plan.normalise_leaves is None or code in plan.normalise_leaves)
        missing = chosen.missing if rule is None else rule
        imputes = Missing.IMPUTE in (missing, chosen.unanswered)
        nodes[code] = replace(
            chosen,
            normalise=scale if may else chosen.normalise,
            missing=missing,
            impute=impute if imputes and impute is not None else chosen.impute,
            treat=chosen.treat if treat is None else treat,
        )
    return replace(given_inputs.recipe, nodes=nodes)


def tried(model: Model, block: Block, place: int) -> tuple[Results | None, str | None]:
    """Compute a draw; where it is refused, say at which node."""
    try:
        return plain(model, block, place), None
    except EngineError as refused:
        return None, refused.node


def idle(tree: Tree, code: str | None) -> bool:
    """Say whether a node has no weight, or lies below one without."""
    while code is not None and tree.parent(code) is not None:
        if tree.node(code).weight == 0.0:
            return True
        code = tree.parent(code)
    return False


def compared(index: Index, plan: Uncertainty, seed: int) -> None:
    try:
        model = Model.build(inputs(index), plan)
        kernel = Kernel(model)
    except EngineError:
        # What no draw could compute is refused at once; then no draw can be computed plainly either.
        assume(False)
        raise
    block = draw(model, seed, 1)
    scores, failed = kernel.scores(block)
    ranked = ranks(scores, index.decimals)
    for place in np.linspace(0, 255, LOOKED_AT).astype(int).tolist():
        results, refused = tried(model, block, place)
        if results is None:
            # In a branch that counts nothing, the plain way refuses what the batch need not look at.
            event("refused")
            assert failed[place] or idle(index.tree, refused)
            continue
        assert not failed[place]
        expected = results.score[index.tree.root]
        size = max(1.0, float(np.nanmax(np.abs(expected), initial=0.0)))
        np.testing.assert_allclose(scores[place], expected, rtol=1e-9, atol=1e-9 * size)
        gaps = np.abs(expected[:, np.newaxis] - expected) / size
        # Where two scores are nearly the same, the last bits may decide on which side of the rounding they fall.
        if not ((gaps > 0.0) & (gaps < 1e-8)).any():
            assert ranked[place].tolist() == results.rank[index.tree.root].tolist()


MOST = Choices(inner_directions=(1, 1, -1))
PUBLISHED = Choices(
    leaf_methods=(Normalisation.FIXED, Normalisation.MIN_MAX, Normalisation.PERCENTILE),
    inner_methods=(Normalisation.NONE, Normalisation.MIN_MAX),
    aggregations=(Aggregation.ARITHMETIC, Aggregation.GEOMETRIC),
    smallest_set=3,
    lowers=(1.0,),
)


@given(indices(MOST).filter(lambda index: len(index.nodes) > 1), st.data(), st.integers(0, 2**40))
def test_any_index_and_any_plan(index: Index, data: st.DataObject, seed: int) -> None:
    """Scores to 1e-9, ranks exactly, and a draw fails in the batch exactly where it is refused on its own."""
    compared(index, data.draw(plans(index)), seed)


@given(indices(PUBLISHED).filter(lambda index: len(index.nodes) > 3), st.data(), st.integers(0, 2**40))
def test_indices_of_the_kind_that_is_published(index: Index, data: st.DataObject, seed: int) -> None:
    """The same for trees of means on scales from 1 to 100, where the batch takes its quick way."""
    compared(index, data.draw(plans(index)), seed)
