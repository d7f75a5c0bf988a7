"""Laws of the uncertainty analysis, on random tables with gaps and ties."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stadtindex.engine import (
    Aggregation,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Table,
    Tree,
    compute,
)
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.uncertainty.plan import CombineChoice, Uncertainty, WeightNoise
from stadtindex.engine.uncertainty.simulate import Simulation, simulate

TREE = Tree.build(
    [Node("index", None), Node("a", "index"), *(Node(code, "a") for code in "xy"), Node("z", "index")]
)
MIN_MAX = NodeRecipe(normalise=Normalise(Normalisation.MIN_MAX, lower=1.0))
RECIPE = Recipe({node.code: MIN_MAX if TREE.is_leaf(node.code) else NodeRecipe() for node in TREE.nodes})
PLAN = Uncertainty(
    combine=(CombineChoice(0, (Aggregation.ARITHMETIC, Aggregation.GEOMETRIC)),),
    weights=(WeightNoise(1, share=0.5), WeightNoise(2, concentration=3.0)),
    leave_out=("x",),
)
RUN = Simulation(seed=9, draws=256)
ENTRIES = st.one_of(st.integers(0, 6).map(float), st.just(math.nan))
TABLES = st.lists(st.tuples(ENTRIES, ENTRIES, ENTRIES), min_size=2, max_size=7)


def index(rows: list[tuple[float, ...]], units: list[int] | None = None) -> Inputs:
    names = list(range(len(rows))) if units is None else units
    return Inputs(TREE, Table.build([f"u{i}" for i in names], TREE.leaves, rows), RECIPE, {}, {})


@given(TABLES)
def test_every_draw_is_counted_once(rows: list[tuple[float, ...]]) -> None:
    spread = simulate(index(rows), PLAN, RUN)
    assert spread.draws + spread.failed == 256
    assert (spread.rank_counts.sum(axis=1) == spread.ranked).all()
    both = spread.ahead + spread.ahead.T + spread.level
    np.testing.assert_array_equal(spread.level, spread.level.T)
    always = (spread.ranked == 256)[:, np.newaxis] & (spread.ranked == 256)
    assert (both[always] == 1.0).all()
    assert (both <= 1.0).all()
    known = spread.ranked > 0
    assert (np.diff(spread.rank[:, known], axis=0) >= 0.0).all()
    assert (np.diff(spread.score[:, known], axis=0) >= 0.0).all()
    assert (np.diff(spread.top, axis=0) >= 0.0).all()


@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(rows: list[tuple[float, ...]], chance: object) -> None:
    order = list(range(len(rows)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    spread = simulate(index(rows), PLAN, RUN)
    other = simulate(index([rows[i] for i in order], order), PLAN, RUN)
    np.testing.assert_array_equal(other.rank_counts, spread.rank_counts[order])
    np.testing.assert_array_equal(other.ahead, spread.ahead[np.ix_(order, order)])
    np.testing.assert_array_equal(other.rank, spread.rank[:, order])


@given(TABLES)
def test_the_units_of_measure_do_not_matter(rows: list[tuple[float, ...]]) -> None:
    spread = simulate(index(rows), PLAN, RUN)
    other = simulate(index([(4.0 * x + 8.0, 0.5 * y, z - 2.0) for x, y, z in rows]), PLAN, RUN)
    np.testing.assert_array_equal(other.rank_counts, spread.rank_counts)


@given(TABLES)
def test_who_is_nowhere_worse_is_never_behind(rows: list[tuple[float, ...]]) -> None:
    whole = [tuple(0.0 if math.isnan(x) else x for x in row) for row in rows]
    spread = simulate(index(whole), PLAN, RUN)
    for one, mine in enumerate(whole):
        for other, its in enumerate(whole):
            if all(a >= b for a, b in zip(mine, its, strict=True)):
                assert spread.ahead[other, one] == 0.0


@given(TABLES)
def test_where_nothing_is_uncertain_every_draw_is_the_ranking(rows: list[tuple[float, ...]]) -> None:
    """Every draw gives each unit the rank of the point result, in whole numbers and for sure."""
    given_index = index(rows)
    spread = simulate(given_index, Uncertainty(), RUN)
    results = compute(TREE, given_index.table, RECIPE)
    for unit, rank in enumerate(results.rank["index"].tolist()):
        counts = spread.rank_counts[unit]
        assert spread.ranked[unit] == (256 if rank > 0 else 0)
        assert counts.sum() == spread.ranked[unit]
        assert rank == 0 or counts[rank - 1] == 256
        assert np.isnan(spread.rank[:, unit]).all() if rank == 0 else (spread.rank[:, unit] == rank).all()
