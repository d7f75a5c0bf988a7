"""The batch against a slow, plain way: engine.compute, once per draw, with the weights and choices drawn.

Every draw of a block is put into a tree and a recipe of its own. Scores agree to 1e-9, ranks are equal, and a draw fails
in the batch exactly where compute refuses it; then the summaries are recounted from those ranks in plain Python.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from stadtindex.engine import (
    Aggregation,
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
    Recipe,
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
from stadtindex.engine.uncertainty.simulate import Simulation, simulate

MIN_MAX = Normalise(Normalisation.MIN_MAX, lower=1.0)
Z_SCORE = Normalise(Normalisation.Z_SCORE, mean=500.0, sd=10.0)
PERCENTILE = Normalise(Normalisation.PERCENTILE, lower=1.0)
BOTH = (Aggregation.ARITHMETIC, Aggregation.GEOMETRIC)
NODES = (
    Node("index", None),
    *(Node("a", "index", 2.0), Node("b", "index"), Node("c", "index", 0.5), Node("direct", "index", 0.7)),
    *(Node("a1", "a"), Node("a2", "a", 3.0), Node("a3", "a", 0.0), Node("b1", "b"), Node("b2", "b")),
    *(Node("c1", "c", 1.0, -1), Node("c2", "c"), Node("b11", "b1"), Node("b12", "b1", 1.0, -1)),
)
PLAN = Uncertainty(
    normalise=(MIN_MAX, Z_SCORE, PERCENTILE),
    missing=(Missing.REWEIGHT, Missing.ZERO),
    combine=(CombineChoice(0, BOTH), CombineChoice(1, BOTH)),
    weights=(WeightNoise(1, concentration=20.0), WeightNoise(2, share=0.5)),
)


def index(units: int = 17, **chosen: NodeRecipe) -> Inputs:
    """Ties, gaps of every kind, a column without two values, a node of weight 0, a bonus, a leaf below the root."""
    chance = np.random.Generator(np.random.Philox(5))
    tree = Tree.build(NODES)
    values = np.round(chance.lognormal(size=(units, len(tree.leaves))), 1) + 0.1
    cells = np.full(values.shape, Cell.VALUE)
    for kind, below in ((Cell.MISSING, 0.25), (Cell.NOT_APPLICABLE, 0.1), (Cell.UNANSWERED, 0.05)):
        cells[chance.random(values.shape) < below] = kind
    values[:, tree.leaves.index("c2")] = 4.0
    values[:, tree.leaves.index("a2")] = np.round(chance.random(units), 2)
    values[:, tree.leaves.index("c1")] = chance.integers(0, 2, size=units)
    values[cells != Cell.VALUE] = np.nan
    nodes = {node.code: chosen.get(node.code, NodeRecipe(normalise=Normalise())) for node in NODES}
    table = Table.build([f"u{i}" for i in range(units)], tree.leaves, values, cells)
    bonus = {"a": np.where(np.arange(units) % 2 == 0, 3.0, 0.0)} if nodes["a"].bonus_cap is not None else {}
    people = np.where(np.arange(units) % 5 == 4, np.nan, np.arange(1.0, units + 1.0))
    return Inputs(tree, table, Recipe(nodes), {"people": people}, bonus)


def empty(**chosen: NodeRecipe) -> Inputs:
    """The same index without any value in the column of the leaf below the root."""
    given = index(**chosen)
    values, cells = given.table.values.copy(), given.table.cells.copy()
    column = given.tree.leaves.index("direct")
    values[:, column], cells[:, column] = np.nan, Cell.MISSING
    return replace(given, table=Table.build(given.table.units, given.table.columns, values, cells))


def one_by_one(model: Model, block: Block) -> Iterator[tuple[np.ndarray, np.ndarray] | None]:
    """Compute every draw on its own; None where compute refuses."""
    given, errors = model.given, Errors(model)
    for place in range(256):
        values = given.table.values.copy()
        for row, error in zip(errors.measured(block, place), errors.errors, strict=True):
            values[:, given.table.columns.index(error.leaf)] = row
        table = Table.build(given.table.units, given.table.columns, values, given.table.cells)
        tree = Tree.build(
            replace(node, weight=float(block.weights[place, model.edge[node.code]]))
            if node.code in model.edge
            else node
            for node in given.tree.nodes
        )
        try:
            results = compute(
                tree,
                table,
                recipe_drawn(model, block, place),
                denominators=given.denominators,
                bonus=given.bonus,
            )
        except EngineError:
            yield None
        else:
            yield results.score[tree.root], results.rank[tree.root]


def recipe_drawn(model: Model, block: Block, place: int) -> Recipe:
    given, plan = model.given, model.plan
    options = (
        plan.treat or (None,),
        plan.impute or (None,),
        plan.normalise or (None,),
        plan.missing or (None,),
    )
    treat, impute, scale, rule = list(itertools.product(*options))[block.leaves[place]]
    options = {choice.depth: choice.options[block.combine[choice.depth][place]] for choice in plan.combine}
    nodes = dict(given.recipe.nodes)
    for code, chosen in nodes.items():
        if not given.tree.is_leaf(code):
            combine = options.get(given.tree.depth(code), chosen.combine)
            weigh = Weighing.GIVEN if chosen.weigh is Weighing.EQUAL else chosen.weigh
            nodes[code] = replace(chosen, combine=combine, weigh=weigh)
            continue
        may = plan.normalise_leaves is None or code in plan.normalise_leaves
        treated = treat is not None and (plan.treat_leaves is None or code in plan.treat_leaves)
        rule_here = chosen.missing if rule is None else rule
        imputes = Missing.IMPUTE in (rule_here, chosen.unanswered)
        nodes[code] = replace(
            chosen,
            normalise=chosen.normalise if scale is None or not may else scale,
            missing=rule_here,
            impute=impute if imputes and impute is not None else chosen.impute,
            treat=treat if treated else chosen.treat,
        )
    return replace(given.recipe, nodes=nodes)


RANK = Normalise(Normalisation.RANK)
BY = Denominator("people")
ERRORS = (
    MeasurementError("b2", ErrorKind.RELATIVE, 0.1),
    MeasurementError("c1", ErrorKind.FLIP, 0.2),
    MeasurementError("a1", ErrorKind.RELATIVE, 0.05),
    MeasurementError("a2", ErrorKind.BINOMIAL, 40),
)
IMPUTED = NodeRecipe(normalise=MIN_MAX, missing=Missing.IMPUTE, impute=Impute(Imputation.MEAN))
FIXED = Normalise(Normalisation.FIXED, low=0.0, high=600.0, lower=1.0)
CASES = {
    "core": (index(), PLAN),
    "nothing uncertain": (index(), Uncertainty()),
    "weights alone": (index(), Uncertainty(weights=(WeightNoise(3, share=0.9), WeightNoise(1, 5.0)))),
    "some leaves": (index(), Uncertainty(normalise=(MIN_MAX, PERCENTILE), normalise_leaves=("a1", "direct"))),
    "left out": (index(), replace(PLAN, leave_out=("a1", "direct", "b12", "b"))),
    "thresholds": (index(index=NodeRecipe(threshold=0.8), b1=NodeRecipe(threshold=0.7)), PLAN),
    "bonus": (index(a=NodeRecipe(bonus_cap=2.0)), PLAN),
    "normalised again": (
        index(
            a=NodeRecipe(normalise=MIN_MAX),
            b=NodeRecipe(normalise=Z_SCORE, combine=Aggregation.GEOMETRIC),
            b1=NodeRecipe(normalise=FIXED),
            c=NodeRecipe(normalise=MIN_MAX, threshold=0.5),
        ),
        replace(PLAN, leave_out=("a1", "c1")),
    ),
    "refused draws": (
        index(),
        replace(PLAN, normalise=(MIN_MAX, Normalise(Normalisation.Z_SCORE, mean=12.0, sd=10.0))),
    ),
    "large scores": (index(), replace(PLAN, normalise=(Normalise(Normalisation.MIN_MAX, 1.0, 1e9),))),
    "denominators": (
        index(direct=NodeRecipe(denominator=Denominator("people", 10.0)), b11=NodeRecipe(denominator=BY)),
        PLAN,
    ),
    "measured": (index(), replace(PLAN, errors=ERRORS)),
    "measured, other scales": (
        index(
            a1=NodeRecipe(normalise=RANK, missing=Missing.ZERO),
            a2=NodeRecipe(normalise=Normalise(Normalisation.FIXED, low=0.0, high=1.0, cap=False)),
            b2=NodeRecipe(normalise=Normalise(Normalisation.FIXED, low=0.5, high=3.0)),
            b=NodeRecipe(normalise=PERCENTILE, threshold=0.6),
            a=NodeRecipe(bonus_cap=2.0, normalise=RANK),
        ),
        Uncertainty(weights=(WeightNoise(1, share=0.3),), errors=ERRORS, leave_out=("a1", "c")),
    ),
    "measured, aimed at": (
        index(
            b2=NodeRecipe(normalise=Normalise(Normalisation.DISTANCE_TO_TARGET, target=2.0)),
            a1=NodeRecipe(normalise=Normalise(Normalisation.SHARE_OF_BEST)),
        ),
        Uncertainty(weights=(WeightNoise(1, share=0.3),), errors=ERRORS[:3]),
    ),
    # Nobody has a value in the column of direct: it drops out of every draw, and there is no worst for its gaps.
    "measured, no value, gaps at the worst": (
        empty(direct=NodeRecipe(normalise=MIN_MAX, missing=Missing.ZERO)),
        replace(
            PLAN,
            missing=(),
            normalise=(MIN_MAX,),
            errors=(MeasurementError("direct", ErrorKind.RELATIVE, 0.1), *ERRORS[:1]),
        ),
    ),
    "measured, beyond the scale": (
        index(b2=NodeRecipe(normalise=Normalise(Normalisation.FIXED, low=0.0, high=7.0, cap=False))),
        Uncertainty(errors=ERRORS),
    ),
    "treated and imputed": (
        index(**dict.fromkeys(("a1", "a2", "b11", "b12", "c1", "direct"), IMPUTED)),
        Uncertainty(
            treat=(Treat(), Treat(Treatment.WINSORISE, skewness=0.5, kurtosis=0.5)),
            treat_leaves=("a1", "direct", "b11"),
            impute=(Impute(Imputation.MEDIAN), Impute(Imputation.NEIGHBOURS, neighbours=3)),
            normalise=(MIN_MAX, Z_SCORE),
            missing=(Missing.IMPUTE, Missing.REWEIGHT),
            weights=(WeightNoise(1, share=0.5),),
        ),
    ),
    "equal weights": (index(index=NodeRecipe(weigh=Weighing.EQUAL)), PLAN),
    "weights from the data": (
        index(index=NodeRecipe(weigh=Weighing.CRITIC), b=NodeRecipe(weigh=Weighing.PCA)),
        Uncertainty(normalise=(MIN_MAX, Z_SCORE), leave_out=("a", "c1")),
    ),
    "other means": (
        index(b=NodeRecipe(combine=Aggregation.HARMONIC)),
        replace(PLAN, combine=(CombineChoice(0, (Aggregation.MPI, Aggregation.MEDIAN)),)),
    ),
    "measured, then imputed and treated": (
        index(b2=replace(IMPUTED, treat=Treat(Treatment.WINSORISE)), direct=IMPUTED),
        Uncertainty(weights=(WeightNoise(1, share=0.3),), errors=ERRORS[:2]),
    ),
    "one unit": (index(1), replace(PLAN, normalise=(FIXED,))),
}


@pytest.mark.parametrize("name", CASES)
def test_each_draw_agrees(name: str) -> None:
    given, plan = CASES[name]
    model = Model.build(given, plan)
    block = draw(model, 7, 3)
    scores, failed = Kernel(model).scores(block)
    ranked = ranks(scores, given.recipe.decimals)
    plain = list(one_by_one(model, block))
    assert [one is None for one in plain] == failed.tolist()
    scored = 0
    for place, one in enumerate(plain):
        if one is None:
            continue
        np.testing.assert_allclose(scores[place], one[0], rtol=1e-11, atol=1e-9)
        assert ranked[place].tolist() == one[1].tolist()
        scored += 1
    assert scored > 0
    assert (name in ("refused draws", "measured, beyond the scale")) == (scored < 256)


@pytest.mark.parametrize("name", ["core", "left out", "refused draws"])
def test_summaries_are_those_of_the_ranks(name: str) -> None:
    given, plan = CASES[name]
    model = Model.build(given, plan)
    plain = [one for number in (0, 1) for one in one_by_one(model, draw(model, 11, number))][:300]
    ranked = np.array([one[1] for one in plain if one is not None])
    scores = np.array([one[0] for one in plain if one is not None])
    spread = simulate(given, plan, Simulation(seed=11, draws=300, top=(2,)))
    assert (spread.draws, spread.failed) == (len(ranked), 300 - len(ranked))
    for unit in range(len(given.table.units)):
        its = ranked[ranked[:, unit] > 0, unit]
        assert spread.ranked[unit] == its.size
        assert spread.rank_counts[unit].tolist() == [
            int(np.count_nonzero(its == r)) for r in range(1, len(given.table.units) + 1)
        ]
        if its.size == 0:
            assert np.isnan(spread.rank[:, unit]).all()
            assert spread.group[unit] == 0
            continue
        np.testing.assert_allclose(spread.rank[:, unit], np.quantile(its, [0.05, 0.25, 0.5, 0.75, 0.95]))
        np.testing.assert_allclose(spread.mean_rank[unit], its.mean())
        np.testing.assert_allclose(spread.rank_error[unit], its.std(ddof=1) / np.sqrt(its.size), atol=1e-9)
        assert spread.top[0, unit] == np.count_nonzero(its <= 2) / len(ranked)
        assert spread.top_probability(5)[unit] == np.count_nonzero(its <= 5) / len(ranked)
        of_scores = np.quantile(scores[~np.isnan(scores[:, unit]), unit], [0.05, 0.25, 0.5, 0.75, 0.95])
        assert (np.abs(spread.score[:, unit] - of_scores) <= spread.score_width[unit]).all()
    for one, other in itertools.product(range(len(given.table.units)), repeat=2):
        both = ranked[(ranked[:, one] > 0) & (ranked[:, other] > 0)]
        assert spread.ahead[one, other] == np.count_nonzero(both[:, one] < both[:, other]) / len(ranked)
        assert spread.level[one, other] == np.count_nonzero(both[:, one] == both[:, other]) / len(ranked)
