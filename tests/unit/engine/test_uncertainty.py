"""uncertainty: what is refused by name, what chance looks like, and that nothing depends on the workers."""

import pickle

import numpy as np
import pytest

from stadtindex.engine import (
    Aggregation,
    Denominator,
    EngineError,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Table,
    Tree,
    Weighing,
    compute,
    rank,
)
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.uncertainty.blocks import draw
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
from stadtindex.engine.uncertainty.simulate import Simulation, count, merged, prepare, simulate
from stadtindex.engine.uncertainty.spread import Spread, spread

MIN_MAX = Normalise(Normalisation.MIN_MAX, lower=1.0)
TREE = Tree.build(
    [
        *(Node("index", None), Node("a", "index", 3.0), Node("b", "index"), Node("zero", "index", 0.0)),
        *(Node("a1", "a"), Node("a2", "a"), Node("b1", "b")),
    ]
)
NOISE = Uncertainty(weights=(WeightNoise(1, share=0.5), WeightNoise(2, concentration=5.0)))


def given(units: int = 12, tree: Tree = TREE, **chosen: NodeRecipe) -> Inputs:
    values = np.random.Generator(np.random.Philox(4)).random((units, len(tree.leaves)))
    nodes = {node.code: chosen.get(node.code, NodeRecipe()) for node in tree.nodes}
    return Inputs(
        tree, Table.build([f"u{i}" for i in range(units)], tree.leaves, values), Recipe(nodes), {}, {}
    )


def fields(spread: Spread) -> dict[str, object]:
    return {
        name: value.tobytes() if isinstance(value, np.ndarray) else value
        for name, value in vars(spread).items()
    }


# --- what is refused


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (
            Uncertainty(weights=(WeightNoise(4, share=0.1),)),
            "no node at depth 4 has a weight that could vary",
        ),
        (Uncertainty(weights=(WeightNoise(0, share=0.1),)), "no node at depth 0 has a weight"),
        (
            Uncertainty(combine=(CombineChoice(2, (Aggregation.GEOMETRIC,)),)),
            "no node at depth 2 has children",
        ),
        (
            Uncertainty(normalise=(MIN_MAX,), normalise_leaves=("a",)),
            "node 'a': only leaves have alternatives",
        ),
        (Uncertainty(leave_out=("index",)), "node 'index': the root cannot be left out"),
        (Uncertainty(leave_out=("zero",)), "node 'zero': weighs 0"),
        (Uncertainty(leave_out=("b1",)), "node 'b1': is all that counts in 'b'"),
        (
            Uncertainty(errors=(MeasurementError("a", ErrorKind.FLIP, 0.1),)),
            "node 'a': only leaves are measured",
        ),
        (
            Uncertainty(errors=(MeasurementError("a1", ErrorKind.FLIP, 0.1),)),
            "unit 'u0', node 'a1': a yes or no is 1 or 0, not",
        ),
        (
            Uncertainty(errors=(MeasurementError("a1", ErrorKind.STEP, 0.1, levels=(0.0, 1.0)),)),
            "node 'a1': the value .* is none of its levels",
        ),
        (
            Uncertainty(errors=(MeasurementError("a1", ErrorKind.RELATIVE, (0.1, 0.1)),)),
            "node 'a1': 2 sizes of error for 12 units",
        ),
        (
            Uncertainty(errors=(MeasurementError("a1", ErrorKind.BINOMIAL, 9, top=1e-6),)),
            "node 'a1': a share lies in 0..1e-06, not",
        ),
    ],
)
def test_plans_that_do_not_fit(plan: Uncertainty, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        Model.build(given(), plan) and Errors(Model.build(given(), plan))


def test_weights_from_the_data_are_not_drawn() -> None:
    with pytest.raises(
        EngineError, match="node 'a': weights by pca follow from the data and cannot be drawn"
    ):
        Model.build(given(a=NodeRecipe(weigh=Weighing.PCA)), NOISE)
    single = Tree.build([Node("index", None)])
    with pytest.raises(EngineError, match="node 'index': a tree of a single node"):
        Model.build(given(tree=single), Uncertainty())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: WeightNoise(1), "either a concentration or a share"),
        (lambda: WeightNoise(1, concentration=1.0, share=0.1), "either a concentration or a share"),
        (lambda: WeightNoise(1, share=1.0), "between 0 and 1"),
        (lambda: WeightNoise(1, concentration=0.0), "a concentration lies above 0"),
        (lambda: CombineChoice(0, ()), "has no option"),
        (lambda: MeasurementError("a", ErrorKind.BINOMIAL, 2.5), "a whole size"),
        (lambda: MeasurementError("a", ErrorKind.RELATIVE, 0.0), "a relative error"),
        (lambda: MeasurementError("a", ErrorKind.RELATIVE, (0.1, 1.5)), "a relative error"),
        (lambda: MeasurementError("a", ErrorKind.BINOMIAL, (20.0, 0.0)), "a whole size"),
        (lambda: MeasurementError("a", ErrorKind.BINOMIAL, 20, top=0.0), "the top of a share"),
        (lambda: MeasurementError("a", ErrorKind.STEP, 0.1), "two levels or more that rise"),
        (lambda: MeasurementError("a", ErrorKind.STEP, 0.1, levels=(1.0, 1.0)), "two levels or more"),
        (lambda: MeasurementError("a", ErrorKind.FLIP, 1.5), "a probability of error"),
        (lambda: Uncertainty(leave_out=("a", "a")), "leaving out 'a' is stated twice"),
        (lambda: Simulation(seed=-1), "a seed"),
        (lambda: Simulation(seed=0, draws=0), "at least one draw"),
        (lambda: Simulation(seed=0, precision=0.0), "a precision"),
    ],
)
def test_numbers_that_make_no_sense(make: object, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        make()  # type: ignore[operator]


# --- what chance looks like


def test_dirichlet_weights_have_the_stated_mean_and_variance() -> None:
    plan = Uncertainty(weights=(WeightNoise(1, concentration=20.0),))
    model = Model.build(given(), plan)
    drawn = np.concatenate(
        [draw(model, 1, k).weights[:, [model.edge["a"], model.edge["b"]]] for k in range(80)]
    )
    shares = drawn / drawn.sum(axis=1, keepdims=True)
    # Dirichlet(15, 5): mean 3/4, variance 3/4 · 1/4 / 21.
    assert shares[:, 0].mean() == pytest.approx(0.75, abs=4 * np.sqrt(0.1875 / 21 / 80 / 256))
    assert shares[:, 0].var() == pytest.approx(0.1875 / 21, rel=0.05)


def test_weights_by_share_stay_in_their_range() -> None:
    model = Model.build(given(), Uncertainty(weights=(WeightNoise(1, share=0.5),)))
    drawn = draw(model, 1, 0).weights[:, model.edge["a"]]
    assert drawn.min() >= 0.375
    assert drawn.max() <= 1.125
    assert drawn.mean() == pytest.approx(0.75, abs=4 * 0.75 / np.sqrt(12 * 256))
    assert set(draw(model, 1, 0).weights[:, model.edge["a1"]].tolist()) == {0.5}


def test_weights_weighed_equally_vary_around_equal_ones() -> None:
    model = Model.build(given(index=NodeRecipe(weigh=Weighing.EQUAL)), Uncertainty())
    assert model.weights[[model.edge["a"], model.edge["b"]]].tolist() == [0.5, 0.5]


def test_each_node_is_left_out_as_often_as_none() -> None:
    model = Model.build(given(), Uncertainty(leave_out=("a", "a1")))
    blocks = [draw(model, 3, k) for k in range(40)]
    left = np.concatenate([block.left_out for block in blocks])
    weights = np.concatenate([block.weights for block in blocks])
    for place, code in ((0, "a"), (1, "a1")):
        assert ((weights[:, model.edge[code]] == 0.0) == (left == place)).all()
    assert np.bincount(left + 1) / left.size == pytest.approx([1 / 3] * 3, abs=0.02)


def test_errors_of_measurement_have_the_stated_size() -> None:
    tree = Tree.build([Node("index", None), *(Node(code, "index") for code in ("count", "share", "yes"))])
    values = [[200.0, 0.3, 1.0], [np.nan, np.nan, np.nan], [0.0, 0.0, 0.0]]
    table = Table.build(["u", "v", "w"], tree.leaves, values)
    inputs = Inputs(tree, table, Recipe({node.code: NodeRecipe() for node in tree.nodes}), {}, {})
    plan = Uncertainty(
        errors=(
            MeasurementError("yes", ErrorKind.FLIP, 0.1),
            MeasurementError("share", ErrorKind.BINOMIAL, 50),
            MeasurementError("count", ErrorKind.RELATIVE, 0.05),
        )
    )
    model = Model.build(inputs, plan)
    errors = Errors(model)
    drawn = np.array([errors.measured(draw(model, 1, k), p) for k in range(16) for p in range(256)])
    count, share, yes = (drawn[:, [e.leaf for e in errors.errors].index(leaf)] for leaf in tree.leaves)
    assert np.isnan(drawn[:, :, 1]).all()
    assert count[:, 0].mean() == pytest.approx(200.0, abs=4 * 10 / 64)
    assert count[:, 0].std() == pytest.approx(10.0, rel=0.05)
    assert set(count[:, 2].tolist()) == {0.0}
    assert share[:, 0].mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 50) / 64)
    assert share[:, 0].var() == pytest.approx(0.21 / 50, rel=0.1)
    assert np.isin(np.rint(share[:, 0] * 50) / 50, share[:, 0]).all()
    assert yes[:, 0].mean() == pytest.approx(0.9, abs=0.02)
    assert yes[:, 2].mean() == pytest.approx(0.1, abs=0.02)


def measured(rows: list[list[float]], leaves: tuple[str, ...], *errors: MeasurementError) -> np.ndarray:
    """What 4,096 draws measure, (draws, leaves in the order of the errors, units)."""
    tree = Tree.build([Node("index", None), *(Node(code, "index") for code in leaves)])
    table = Table.build([f"u{i}" for i in range(len(rows))], tree.leaves, rows)
    inputs = Inputs(tree, table, Recipe({node.code: NodeRecipe() for node in tree.nodes}), {}, {})
    model = Model.build(inputs, Uncertainty(errors=errors))
    drawn = Errors(model)
    return np.array([drawn.measured(draw(model, 1, k), place) for k in range(16) for place in range(256)])


def test_every_unit_may_have_an_error_of_its_own() -> None:
    sizes = MeasurementError("a", ErrorKind.RELATIVE, (0.0, 0.1, 0.4))
    drawn = measured([[100.0], [100.0], [100.0]], ("a",), sizes)[:, 0]
    assert set(drawn[:, 0].tolist()) == {100.0}
    assert drawn[:, 1].std() == pytest.approx(10.0, rel=0.05)
    assert drawn[:, 2].std() == pytest.approx(40.0, rel=0.05)
    samples = MeasurementError("a", ErrorKind.BINOMIAL, (25.0, 400.0), top=100.0)
    drawn = measured([[50.0], [50.0]], ("a",), samples)[:, 0]
    assert drawn.mean(axis=0) == pytest.approx([50.0, 50.0], abs=0.7)
    assert drawn.std(axis=0) == pytest.approx([10.0, 2.5], rel=0.05)


def test_levels_move_by_one_step_and_stay_inside() -> None:
    step = MeasurementError("a", ErrorKind.STEP, 0.4, levels=(0.0, 30.0, 50.0, 100.0))
    short = MeasurementError("b", ErrorKind.STEP, (1.0, 0.0, 1.0, 1.0), levels=(0.0, 100.0))
    drawn = measured([[0.0, 0.0], [30.0, 0.0], [100.0, 100.0], [np.nan, 100.0]], ("a", "b"), step, short)
    for unit, levels in enumerate([[0.0, 30.0], [0.0, 30.0, 50.0], [50.0, 100.0]]):
        shares = [float((drawn[:, 0, unit] == level).mean()) for level in levels]
        expected = {0: [0.8, 0.2], 1: [0.2, 0.6, 0.2], 2: [0.2, 0.8]}[unit]
        assert shares == pytest.approx(expected, abs=0.03)
    assert np.isnan(drawn[:, 0, 3]).all()
    assert drawn[:, 1].mean(axis=0) == pytest.approx([50.0, 0.0, 50.0, 50.0], abs=3.0)


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize(
    "options",
    [
        Normalise(Normalisation.GOALPOSTS, low=0.2, high=0.7),
        Normalise(Normalisation.GOALPOSTS, low=0.2, high=0.7, cap=False),
        Normalise(Normalisation.GOALPOSTS, low=0.2, high=0.7, log=True),
        Normalise(Normalisation.GOALPOSTS, low=0.2, high=0.7, log=True, cap=False),
    ],
)
def test_drawn_values_are_placed_between_goalposts_as_compute_does(
    options: Normalise, direction: int
) -> None:
    tree = Tree.build([Node("index", None), Node("a", "index", direction=direction), Node("b", "index")])
    values = np.random.Generator(np.random.Philox(4)).random((9, 2))
    values[3] = np.nan
    nodes = {"index": NodeRecipe(), "a": NodeRecipe(normalise=options), "b": NodeRecipe()}
    inputs = Inputs(tree, Table.build([f"u{i}" for i in range(9)], ("a", "b"), values), Recipe(nodes), {}, {})
    plan = Uncertainty(errors=(MeasurementError("a", ErrorKind.RELATIVE, 0.2),))
    kernel = Kernel(Model.build(inputs, plan))
    block = draw(kernel.model, 1, 0)
    scores, failed = kernel.scores(block)
    assert not failed.any()
    for place in (0, 17, 255):
        drawn = values.copy()
        drawn[:, 0] = kernel.errors.measured(block, place)[0]
        table = Table.build(inputs.table.units, ("a", "b"), drawn)
        expected = compute(tree, table, inputs.recipe).score["index"]
        np.testing.assert_allclose(scores[place], expected, rtol=0.0, atol=1e-9)


def test_a_drawn_value_without_logarithm_fails_the_draw() -> None:
    tree = Tree.build([Node("index", None), Node("a", "index")])
    options = Normalise(Normalisation.GOALPOSTS, low=1.0, high=9.0, log=True, cap=False)
    recipe = Recipe({"index": NodeRecipe(), "a": NodeRecipe(normalise=options)})
    inputs = Inputs(tree, Table.build(["u", "v"], ("a",), [[2.0], [3.0]]), recipe, {}, {})
    plan = Uncertainty(errors=(MeasurementError("a", ErrorKind.RELATIVE, 1.0),))
    # Each of the two values is negative with the probability that N(0, 1) lies below -1, 0.1587.
    spread = simulate(inputs, plan, Simulation(seed=2, draws=4096))
    assert spread.draws + spread.failed == 4096
    assert spread.failed / 4096 == pytest.approx(1.0 - 0.8413**2, abs=0.03)


def test_a_measured_value_is_denominated_once() -> None:
    tree = Tree.build([Node("index", None), Node("a", "index")])
    raw, people, per = np.array([3.0, 5.0]), np.array([1.0, 4.0]), 2.0
    scale = Normalise(Normalisation.FIXED, low=0.0, high=100.0)
    nodes = {"index": NodeRecipe(), "a": NodeRecipe(normalise=scale, denominator=Denominator("people", per))}
    table = Table.build(["u", "v"], tree.leaves, raw[:, np.newaxis])
    inputs = Inputs(tree, table, Recipe(nodes), {"people": people}, {})
    plan = Uncertainty(errors=(MeasurementError("a", ErrorKind.RELATIVE, 0.2),))
    model = Model.build(inputs, plan)
    block = draw(model, 0, 1)
    scores, failed = Kernel(model).scores(block)
    assert not failed.any()
    for place in (0, 100, 255):
        factor = Errors(model).measured(block, place)[0] / (raw / people * per)
        assert np.abs(factor - 1.0).min() > 0.0
        # As if the raw values had been found wrong by this factor: compute denominates them, once.
        found = Table.build(["u", "v"], tree.leaves, (raw * factor)[:, np.newaxis])
        expected = compute(tree, found, inputs.recipe, denominators={"people": people})
        np.testing.assert_allclose(scores[place], expected.score["index"], rtol=1e-12)


# --- what does not depend on the workers


def test_blocks_can_be_counted_anywhere_and_in_any_order() -> None:
    run = Simulation(seed=3, draws=1100)
    whole = simulate(given(), NOISE, run)
    batch = prepare(given(), NOISE, run)
    elsewhere = prepare(given(), NOISE, run, batch.counting)
    parts = [count(elsewhere, range(2, 5)), count(batch, range(0, 2))]
    sent = [pickle.loads(pickle.dumps(part)) for part in parts]
    result = spread(merged(sent), given().table.units, complete=True)
    assert fields(result) == fields(whole)


@pytest.mark.parametrize("units", [12, 600, 2300])
def test_the_number_of_workers_changes_nothing(units: int) -> None:
    inputs = given(units)
    results = [
        fields(simulate(inputs, NOISE, Simulation(seed=0, draws=700, workers=workers)))
        for workers in (1, 2, 3)
    ]
    assert results[0] == results[1] == results[2]


def test_a_precision_stops_at_the_same_draw_for_any_number_of_workers() -> None:
    runs = [
        simulate(given(), NOISE, Simulation(seed=5, draws=100_000, precision=0.02, workers=workers))
        for workers in (1, 2)
    ]
    assert runs[0].error <= 0.02
    assert runs[0].draws < 100_000
    assert runs[0].draws % 2048 == 0
    assert fields(runs[0]) == fields(runs[1])
    fewer = simulate(given(), NOISE, Simulation(seed=5, draws=runs[0].draws - 2048))
    assert fewer.error > 0.02


def test_it_can_be_stopped_from_outside() -> None:
    asked: list[int] = []

    def stop(done: int) -> bool:
        asked.append(done)
        return done >= 4096

    spread = simulate(given(), NOISE, Simulation(seed=5, draws=100_000, stop=stop))
    assert asked == [2048, 4096]
    assert (spread.draws, spread.complete) == (4096, False)
    whole = simulate(given(), NOISE, Simulation(seed=5, draws=4096))
    assert whole.complete
    assert (whole.rank_counts == spread.rank_counts).all()


def test_another_seed_gives_other_draws() -> None:
    one, other = (simulate(given(), NOISE, Simulation(seed=seed, draws=256)) for seed in (1, 2))
    assert (one.rank_counts != other.rank_counts).any()


# --- summaries


def test_ranks_of_every_kind_of_score() -> None:
    scores = np.array(
        [
            [1.0, 2.0, 2.0, np.nan, -1.0],
            [np.nan] * 5,
            [0.0, -0.0, 1e-11, 4e-11, 6e-11],
            [1e14, -1e14, 1e14, 3.0, np.nan],
        ]
    )
    for row in (scores, scores[:3], scores[:1]):
        expected = [rank(np.rint(one * 1e10) / 1e10).tolist() for one in row]
        assert ranks(row, 10).tolist() == expected


def test_more_units_than_pairs_and_ranks_are_counted_for() -> None:
    inputs = given(2300)
    run = Simulation(seed=1, draws=300, top=(10, 500), pairs=(("u7", "u3"), ("u0", "u1")))
    spread = simulate(inputs, NOISE, run)
    assert spread.rank_counts.shape == (2300, 1000)
    assert (spread.rank_counts.sum(axis=1) == 300).all()
    assert spread.top.sum(axis=1) == pytest.approx([10.0, 500.0])
    assert spread.pairs is not None
    assert spread.pairs[-2:].tolist() == [[7, 3], [0, 1]]
    assert len(spread.pairs) == 2301
    swapped = simulate(inputs, NOISE, Simulation(seed=1, draws=300, pairs=(("u3", "u7"), ("u1", "u0"))))
    assert spread.ahead[-2:] + spread.level[-2:] + swapped.ahead[-2:] == pytest.approx([1.0, 1.0])
    # The middle of a bin lies at most half its width, 2.3 ranks, from the rank.
    assert np.abs(spread.rank[2] - spread.mean_rank).max() < 600
    with pytest.raises(KeyError):
        spread.top_probability(11)
    with pytest.raises(EngineError, match="unit 'nobody': the table has no such unit"):
        simulate(inputs, NOISE, Simulation(seed=1, draws=1, pairs=(("u1", "nobody"),)))


def test_tie_groups_end_where_the_first_is_clearly_ahead() -> None:
    tree = Tree.build([Node("index", None), Node("a", "index"), Node("b", "index")])
    # u and v change places with the weights, w is behind both in every draw, x has no score.
    values = [[9.0, 8.0], [8.0, 9.0], [1.0, 1.0], [np.nan, np.nan]]
    table = Table.build(["u", "v", "w", "x"], tree.leaves, values)
    inputs = Inputs(tree, table, Recipe({node.code: NodeRecipe() for node in tree.nodes}), {}, {})
    spread = simulate(
        inputs, Uncertainty(weights=(WeightNoise(1, share=0.5),)), Simulation(seed=0, draws=512)
    )
    assert spread.group.tolist() == [1, 1, 2, 0]
    assert 0.4 < spread.ahead[0, 1] < 0.6
    assert spread.ahead[0, 2] == 1.0
    assert spread.rank[:, 2].tolist() == [3.0] * 5
    assert np.isnan(spread.rank[:, 3]).all()
    assert spread.ranked.tolist() == [512, 512, 512, 0]
    with pytest.raises(ValueError, match="read-only"):
        spread.rank[0, 0] = 1.0
