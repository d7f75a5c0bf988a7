"""The model of a sensitivity analysis: every point of the unit cube is one build that the plain engine agrees with."""

from dataclasses import replace

import numpy as np
import pytest

from stadtindex.engine import (
    Aggregation,
    EngineError,
    Missing,
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
from stadtindex.engine.arrays import Floats
from stadtindex.engine.impute.gaps import Imputation, Impute
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.sensitivity.indices import Sampling, sobol_indices
from stadtindex.engine.sensitivity.model import PlanModel, Run
from stadtindex.engine.treat.options import Treat, Treatment
from stadtindex.engine.uncertainty.plan import (
    CombineChoice,
    ErrorKind,
    MeasurementError,
    Uncertainty,
    WeightNoise,
)

TREE = Tree.build(
    [
        Node("index", None),
        Node("x", "index", 2.0),
        Node("y", "index", 1.0),
        *(
            Node(code, "x" if code in "ab" else "y", weight)
            for code, weight in zip("abcd", (1.0, 3.0, 1.0, 1.0), strict=True)
        ),
    ]
)
SCALES = tuple(Normalise(method, lower=1.0) for method in (Normalisation.MIN_MAX, Normalisation.PERCENTILE))
MEANS = (Aggregation.ARITHMETIC, Aggregation.GEOMETRIC)
PLAN = Uncertainty(
    normalise=SCALES,
    missing=(Missing.REWEIGHT, Missing.ZERO),
    combine=(CombineChoice(0, MEANS),),
    weights=(WeightNoise(2, share=0.5),),
    leave_out=("x",),
)
FACTORS = ("normalise", "missing", "combine 0", "leave out", *("weights 2",) * 4)


def chance(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=seed))


def given() -> Inputs:
    values = chance(7).gamma(2.0, size=(9, 4))
    values[2, 1] = values[5, 0] = values[5, 3] = np.nan
    table = Table.build([f"u{i}" for i in range(9)], list("abcd"), values)
    nodes = {
        node.code: NodeRecipe(SCALES[0] if TREE.is_leaf(node.code) else Normalise()) for node in TREE.nodes
    }
    return Inputs(TREE, table, Recipe(nodes), {}, {})


def base(inputs: Inputs) -> Results:
    return compute(inputs.tree, inputs.table, inputs.recipe)


def model(plan: Uncertainty = PLAN) -> PlanModel:
    inputs = given()
    return PlanModel(inputs, plan, base(inputs).rank["index"])


def plainly(point: Floats) -> Results:
    """One build as the plan describes it, through the front door of the engine."""
    inputs = given()
    nodes = dict(inputs.recipe.nodes)
    for leaf in TREE.leaves:
        rule = PLAN.missing[int(point[1] * 2)]
        nodes[leaf] = replace(nodes[leaf], normalise=SCALES[int(point[0] * 2)], missing=rule)
    nodes["index"] = replace(nodes["index"], combine=MEANS[int(point[2] * 2)])
    noisy = dict(zip("abcd", point[4:], strict=True))
    tree = Tree.build(
        replace(node, weight=node.weight * (0.5 + noisy[node.code]))
        if node.code in noisy
        else replace(node, weight=0.0 if node.code == "x" and point[3] >= 0.5 else node.weight)
        for node in TREE.nodes
    )
    return compute(tree, inputs.table, Recipe(nodes))


def test_the_factors_are_those_of_the_plan() -> None:
    assert model().factors == FACTORS
    assert model().outputs[:2] == ("mean absolute rank shift", "score u0")


def test_every_point_is_one_build_of_the_engine() -> None:
    points = chance(3).random((300, len(FACTORS)))
    built = model()
    outputs = built(built.translate(points))
    reference = base(given()).rank["index"]
    assert outputs.shape == (300, 19)
    for point, row in zip(points, outputs, strict=True):
        expected = plainly(point)
        np.testing.assert_allclose(row[1:10], expected.score["index"], rtol=1e-9)
        assert row[10:].tolist() == expected.rank["index"].tolist()
        assert row[0] == pytest.approx(np.abs(expected.rank["index"] - reference).mean())


def test_the_number_of_points_does_not_matter() -> None:
    points = chance(4).random((515, len(FACTORS)))
    built = model()
    translated = built.translate(points)
    np.testing.assert_allclose(built(translated)[:7], built(translated[:7]), rtol=1e-12)


def test_weights_by_concentration_have_the_stated_mean() -> None:
    built = model(Uncertainty(weights=(WeightNoise(1, concentration=40.0),)))
    assert built.factors == ("weights 1", "weights 1")
    scores = base(given()).score
    # The index is s · x + (1 - s) · y with a share s of mean 2/3 (Beta with parameters 80/3 and 40/3).
    x, y = scores["x"][0], scores["y"][0]
    share = (built(built.translate(chance(5).random((4096, 2))))[:, 1] - y) / (x - y)
    assert share.mean() == pytest.approx(2 / 3, abs=0.005)
    assert share.var() == pytest.approx((2 / 9) / 41, rel=0.1)


def test_the_only_choice_explains_everything() -> None:
    built = model(Uncertainty(normalise=SCALES))
    found = sobol_indices(built, built.factors, chance(), Sampling(64, 0), built.outputs)
    assert found.factors == ("normalise",)
    known = ~np.isnan(found.first.value)
    assert known.any()
    assert found.first.value[known] == pytest.approx(1.0, abs=1e-9)


def test_a_choice_that_changes_nothing_has_no_effect() -> None:
    complete = replace(
        given(),
        table=Table.build([f"u{i}" for i in range(5)], list("abcd"), chance(9).gamma(2.0, size=(5, 4))),
    )
    built = PlanModel(complete, replace(PLAN, leave_out=()), base(complete).rank["index"])
    found = sobol_indices(built, built.factors, chance(), Sampling(64, 0), built.outputs)
    effects = dict(zip(found.factors, found.total.value[:, 1:6], strict=True))
    # BLAS may round a build differently in another place of a block.
    assert np.abs(effects["missing"]).max() < 1e-20
    assert effects["normalise"].max() > 0.1


def test_a_refused_build_is_not_a_number() -> None:
    inputs = given()
    low = Normalise(Normalisation.MIN_MAX, lower=0.0)
    built = PlanModel(
        inputs,
        Uncertainty(normalise=(SCALES[0], low), combine=(CombineChoice(1, MEANS),)),
        base(inputs).rank["index"],
    )
    outputs = built(built.translate(np.array([[0.2, 0.2], [0.2, 0.9], [0.9, 0.2], [0.9, 0.9]])))
    assert np.isnan(outputs).all(axis=1).tolist() == [False, False, False, True]


# Few values, so that one of them far out is an outlier for the treatment.
TREATED = (Treat(), Treat(Treatment.WINSORISE, winmax=2, skewness=0.5, kurtosis=0.5))
FILLED = (Impute(Imputation.MEDIAN), Impute(Imputation.SIBLINGS))


def test_treatment_and_imputation_are_choices_like_any_other() -> None:
    """Every point is one build of the engine, treatment, imputation and rule for gaps among its choices."""
    plan = Uncertainty(treat=TREATED, impute=FILLED, missing=(Missing.REWEIGHT, Missing.IMPUTE))
    inputs = given()
    reference = base(inputs).rank["index"]
    built = PlanModel(inputs, plan, reference)
    assert built.factors == ("treat", "impute", "missing")
    corners = np.array([[a, b, c] for a in (0.2, 0.7) for b in (0.2, 0.7) for c in (0.2, 0.7)])
    outputs = built(built.translate(corners))
    for point, row in zip(corners, outputs, strict=True):
        treat, impute, rule = (int(u * 2) for u in point)
        leaves = {
            leaf: replace(
                inputs.recipe.nodes[leaf],
                treat=TREATED[treat],
                missing=plan.missing[rule],
                **({"impute": FILLED[impute]} if plan.missing[rule] is Missing.IMPUTE else {}),
            )
            for leaf in TREE.leaves
        }
        expected = compute(TREE, inputs.table, Recipe({**inputs.recipe.nodes, **leaves}))
        np.testing.assert_allclose(row[1:10], expected.score["index"], rtol=1e-9)
        assert row[10:].tolist() == expected.rank["index"].tolist()
    scores = {tuple((point * 2).astype(int)): row[1:10] for point, row in zip(corners, outputs, strict=True)}
    assert not np.allclose(scores[0, 0, 0], scores[1, 0, 0])  # treatment matters
    assert np.allclose(scores[0, 0, 0], scores[0, 1, 0])  # where nothing is imputed, its method does not
    assert not np.allclose(scores[0, 0, 1], scores[0, 1, 1])


MEASURED = tuple(MeasurementError(code, ErrorKind.RELATIVE, 0.1) for code in "abcd")


def with_errors(plan: Uncertainty, workers: int = 1) -> PlanModel:
    """The same index of values that are not put on a scale, so that a score is a weighted sum of them."""
    values = chance(7).gamma(2.0, size=(9, 4))
    table = Table.build([f"u{i}" for i in range(9)], list("abcd"), values)
    inputs = Inputs(TREE, table, Recipe({node.code: NodeRecipe() for node in TREE.nodes}), {}, {})
    return PlanModel(inputs, plan, base(inputs).rank["index"], Run(workers=workers, seed=5))


def test_errors_of_measurement_are_one_factor_with_the_variance_they_state() -> None:
    built = with_errors(Uncertainty(errors=MEASURED))
    assert built.factors == ("errors",)
    found = sobol_indices(built, built.factors, chance(), Sampling(2048, 0), built.outputs)
    values = built.model.given.table.values
    shares = np.array([2 / 3 / 4, 2 / 3 * 3 / 4, 1 / 6, 1 / 6])
    expected = ((0.1 * values * shares) ** 2).sum(axis=1)
    assert found.variance[1:10] == pytest.approx(expected, rel=0.15)
    assert found.total.value[0] == pytest.approx(1.0, abs=0.1)


def test_points_with_the_same_stream_have_the_same_errors() -> None:
    plan = Uncertainty(combine=(CombineChoice(0, MEANS),), errors=MEASURED)
    built = with_errors(plan)
    points = np.array([[0.0, 3.0], [0.0, 3.0], [0.0, 700.0], [1.0, 700.0], [0.0, 3.0]])
    outputs = built(points)
    assert (outputs[0] == outputs[1]).all()
    assert (outputs[0] == outputs[4]).all()
    assert (outputs[0, 1:10] != outputs[2, 1:10]).all()
    assert (outputs[2, 1:10] >= outputs[3, 1:10]).all()  # arithmetic and geometric mean of the same values
    alone = built(points[3:4])
    np.testing.assert_allclose(alone[0], outputs[3], rtol=1e-12)


def test_errors_and_a_choice_share_the_variance() -> None:
    plan = Uncertainty(weights=(WeightNoise(1, share=0.5),), errors=MEASURED)
    built = with_errors(plan, workers=2)
    found = sobol_indices(built, built.factors, chance(), Sampling(1024, 0), built.outputs)
    assert found.factors == ("weights 1", "errors")
    # Weights and values enter as a product: first-order and total index differ by the little that they do together.
    sums = found.first.value[:, 1:10].sum(axis=0)
    assert sums == pytest.approx(1.0, abs=0.15)
    assert (found.total.value[:, 1:10].sum(axis=0) > 0.9).all()


def test_only_some_units_are_watched() -> None:
    inputs = given()
    some = PlanModel(inputs, PLAN, base(inputs).rank["index"], Run(units=("u3", "u0"), workers=2))
    assert some.outputs == ("mean absolute rank shift", "score u3", "score u0", "rank u3", "rank u0")
    points = chance(3).random((40, len(FACTORS)))
    every = model()
    expected = every(every.translate(points))[:, [0, 4, 1, 13, 10]]
    np.testing.assert_allclose(some(some.translate(points)), expected, rtol=1e-12)
    with pytest.raises(EngineError, match="unit 'x': the table has no such unit"):
        PlanModel(inputs, PLAN, base(inputs).rank["index"], Run(units=("x",)))
    with pytest.raises(EngineError, match="at least one worker"):
        Run(workers=0)


def test_several_choices_as_one_factor() -> None:
    built = model()
    together = ["method" if name in ("normalise", "combine 0") else name for name in built.factors]
    found = sobol_indices(built, together, chance(), Sampling(256, 0), built.outputs)
    assert found.factors == ("method", "missing", "leave out", "weights 2")
    single = sobol_indices(built, built.factors, chance(), Sampling(256, 0), built.outputs)
    alone = dict(zip(single.factors, single.total.value[:, 0], strict=True))
    assert found.total.value[0, 0] >= max(alone["normalise"], alone["combine 0"]) - 0.05


def test_what_is_refused() -> None:
    with pytest.raises(EngineError, match="nothing to choose"):
        model(Uncertainty())
    with pytest.raises(EngineError, match="do not fit 8 columns"):
        model().translate(np.ones((3, 2)))
