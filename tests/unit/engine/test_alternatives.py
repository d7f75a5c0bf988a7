"""uncertainty: every combination of choices for the leaves is the index that compute makes of it."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from stadtindex.engine import (
    EngineError,
    Missing,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Table,
    Tree,
)
from stadtindex.engine.compute import compute
from stadtindex.engine.impute.gaps import Imputation, Impute
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.sensitivity.model import PlanModel
from stadtindex.engine.treat.options import Treat, Treatment
from stadtindex.engine.uncertainty.blocks import draw
from stadtindex.engine.uncertainty.kernel import Kernel
from stadtindex.engine.uncertainty.model import Model
from stadtindex.engine.uncertainty.plan import ScaleChoice, Uncertainty

TREE = Tree.build([Node("index", None), *(Node(code, "index") for code in ("a", "b", "c"))])
MIN_MAX = Normalise(Normalisation.MIN_MAX)
GOALPOSTS = [Normalise(Normalisation.GOALPOSTS, low=0.0, high=high) for high in (1.0, 2.0, 3.0)]
PLAN = Uncertainty(
    normalise=(MIN_MAX, Normalise(Normalisation.PERCENTILE)),
    normalise_leaves=("a", "b"),
    missing=(Missing.REWEIGHT, Missing.IMPUTE),
    impute=(Impute(Imputation.MEAN), Impute(Imputation.MEDIAN)),
    treat=(Treat(), Treat(Treatment.WINSORISE)),
    treat_leaves=("b",),
    scales=(ScaleChoice("c", tuple(GOALPOSTS)),),
)


def inputs() -> Inputs:
    values = np.random.Generator(np.random.Philox(7)).lognormal(sigma=1.5, size=(14, 3))
    values[[5, 6], 1] = 400.0, 900.0
    values[[1, 4, 9], [0, 2, 1]] = np.nan
    recipe = Recipe({"index": NodeRecipe(), **{leaf: NodeRecipe(normalise=MIN_MAX) for leaf in TREE.leaves}})
    return Inputs(TREE, Table.build([f"u{i}" for i in range(14)], TREE.leaves, values), recipe, {}, {})


def expected(given: Inputs, options: tuple[int, ...]) -> np.ndarray:
    """The scores of one combination, by compute."""
    treat, impute, scale, rule, goal = options
    leaf = NodeRecipe(normalise=PLAN.normalise[scale], missing=PLAN.missing[rule], impute=PLAN.impute[impute])
    nodes = {
        "index": NodeRecipe(),
        "a": leaf,
        "b": replace(leaf, treat=PLAN.treat[treat]),
        "c": replace(leaf, normalise=GOALPOSTS[goal]),
    }
    return compute(TREE, given.table, Recipe(nodes)).score["index"]


def test_every_combination_is_drawn_and_agrees_with_compute() -> None:
    given = inputs()
    kernel = Kernel(Model.build(given, PLAN))
    assert dict(PLAN.leaf_choices) == {"treat": 2, "impute": 2, "normalise": 2, "missing": 2, "scale c": 3}
    combinations = list(product(range(2), range(2), range(2), range(2), range(3)))
    by_combination = [expected(given, options) for options in combinations]
    assert len({scores.tobytes() for scores in by_combination}) > 24
    seen = set()
    for number in range(2):
        block = draw(kernel.model, 5, number)
        scores, failed = kernel.scores(block)
        assert not failed.any()
        for place, chosen in enumerate(block.leaves.tolist()):
            seen.add(chosen)
            np.testing.assert_allclose(scores[place], by_combination[chosen], rtol=0.0, atol=1e-9)
    assert seen == set(range(len(combinations)))


def test_a_sensitivity_analysis_has_every_choice_as_a_factor() -> None:
    given = inputs()
    model = PlanModel(given, PLAN, compute(TREE, given.table, given.recipe).rank["index"])
    assert model.factors == ("treat", "impute", "normalise", "missing", "scale c")
    points = np.array([[0.1, 0.9, 0.1, 0.9, 0.5], [0.9, 0.1, 0.9, 0.1, 0.99]])
    built = model(model.translate(points))
    for row, options in enumerate([(0, 1, 0, 1, 1), (1, 0, 1, 0, 2)]):
        np.testing.assert_allclose(built[row, 1:15], expected(given, options), rtol=0.0, atol=1e-9)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (
            Uncertainty(treat=(Treat(),), treat_leaves=("index",)),
            "only leaves have alternatives of",
        ),
        (Uncertainty(scales=(ScaleChoice("index", (MIN_MAX,)),)), "only leaves have alternatives of"),
        (Uncertainty(missing=(Missing.IMPUTE,)), "a gap is to be imputed, and impute names no method"),
    ],
)
def test_plans_that_do_not_fit(plan: Uncertainty, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        Model.build(inputs(), plan)


def test_a_scale_has_alternatives_once() -> None:
    with pytest.raises(EngineError, match="node 'a': has alternatives for its scale twice"):
        Uncertainty(normalise=(MIN_MAX,), scales=(ScaleChoice("a", (MIN_MAX,)),))
    with pytest.raises(EngineError, match="more than 1024 combinations"):
        Uncertainty(scales=tuple(ScaleChoice(leaf, (MIN_MAX,) * 11) for leaf in TREE.leaves))
    with pytest.raises(EngineError, match="the scale of 'a' is stated twice"):
        Uncertainty(scales=(ScaleChoice("a", (MIN_MAX,)), ScaleChoice("a", (MIN_MAX,))))
    with pytest.raises(EngineError, match="node 'a': the choice of a scale has no option"):
        ScaleChoice("a", ())
