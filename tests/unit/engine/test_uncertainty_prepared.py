"""A batch of draws over leaves that are screened, imputed and treated: every alternative equals one compute."""

import math
from dataclasses import replace

import numpy as np

from stadtindex.engine import (
    Aggregation,
    Imputation,
    Impute,
    Missing,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Screen,
    Table,
    Treat,
    Treatment,
    Tree,
    Weighing,
    compute,
)
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.uncertainty.blocks import draw
from stadtindex.engine.uncertainty.kernel import Kernel
from stadtindex.engine.uncertainty.model import Model
from stadtindex.engine.uncertainty.plan import CombineChoice, ErrorKind, MeasurementError, Uncertainty

TREE = Tree.build(
    [
        *(Node("index", None), Node("a", "index", 3.0), Node("b", "index")),
        *(Node("a1", "a"), Node("a2", "a", direction=-1), Node("b1", "b"), Node("b2", "b")),
    ]
)
RULES = (Missing.REWEIGHT, Missing.ZERO, Missing.IMPUTE)


def given(**leaf: object) -> Inputs:
    chance = np.random.Generator(np.random.Philox(11))
    values = np.exp(2.0 * chance.standard_normal((15, 4)))
    values[chance.random(values.shape) < 0.15] = math.nan
    values[4] = [math.nan, math.nan, math.nan, 9e9]
    chosen = NodeRecipe(
        normalise=Normalise(Normalisation.MIN_MAX),
        impute=Impute(Imputation.NEIGHBOURS, neighbours=2),
        treat=Treat(Treatment.WINSORISE),
    )
    nodes = {code: replace(chosen, **leaf) for code in TREE.leaves}
    nodes |= {code: NodeRecipe() for code in ("index", "a", "b")}
    table = Table.build([f"u{i}" for i in range(15)], TREE.leaves, values)
    return Inputs(TREE, table, Recipe(nodes, screen=Screen(data=0.5)), {}, {})


def test_every_missing_rule_is_prepared_as_compute_does() -> None:
    inputs = given(missing=Missing.IMPUTE)
    kernel = Kernel(Model.build(inputs, Uncertainty(missing=RULES)))
    block = draw(kernel.model, 5, 0)
    scores, failed = kernel.scores(block)
    assert not failed.any()
    seen = set()
    for place, alternative in enumerate(block.leaves.tolist()):
        if alternative in seen:
            continue
        seen.add(alternative)
        nodes = {
            code: replace(chosen, missing=RULES[alternative]) if TREE.is_leaf(code) else chosen
            for code, chosen in inputs.recipe.nodes.items()
        }
        results = compute(TREE, inputs.table, replace(inputs.recipe, nodes=nodes))
        np.testing.assert_allclose(scores[place], results.score["index"], rtol=1e-9, equal_nan=True)
        assert math.isnan(scores[place][4])
    assert seen == {0, 1, 2}


def test_draws_are_computed_one_by_one_only_where_a_batch_would_mean_something_else() -> None:
    errors = Uncertainty(errors=(MeasurementError("a1", ErrorKind.RELATIVE, 0.1),))
    pca = given()
    nodes = {**pca.recipe.nodes, "a": NodeRecipe(weigh=Weighing.PCA)}
    harmonic = Uncertainty(combine=(CombineChoice(0, (Aggregation.ARITHMETIC, Aggregation.HARMONIC)),))
    for inputs, plan, singly in (
        (given(missing=Missing.IMPUTE), errors, True),
        (given(treat=Treat()), replace(errors, missing=RULES), True),
        (given(), errors, True),
        (given(treat=Treat()), errors, False),
        (given(missing=Missing.IMPUTE), Uncertainty(missing=RULES), False),
        (given(), harmonic, True),
        (replace(pca, recipe=replace(pca.recipe, nodes=nodes)), Uncertainty(), True),
    ):
        assert Model.build(inputs, plan).singly is singly
