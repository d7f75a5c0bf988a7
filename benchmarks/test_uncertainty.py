"""How long an uncertainty analysis takes, and how many times that is of the bare matrix products and the bare sort.

Bare: for every draw the weighted sums of all leaves into their parents and of these into the root, as matrix products
with nothing missing, nothing chosen and nothing counted, and one numpy sort of the scores of every draw; one thread.
Both run in the same process. Start with OPENBLAS_NUM_THREADS=1: the workers are the threads.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np
import pytest

from stadtindex.engine import Aggregation, Node, NodeRecipe, Normalisation, Normalise, Recipe, Table, Tree
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.uncertainty.plan import (
    CombineChoice,
    ErrorKind,
    MeasurementError,
    Uncertainty,
    WeightNoise,
)
from stadtindex.engine.uncertainty.simulate import Simulation, simulate

MISSING = 0.05
PLAN = Uncertainty(
    normalise=(
        Normalise(Normalisation.MIN_MAX, lower=1.0),
        Normalise(Normalisation.Z_SCORE, mean=500.0, sd=10.0),
        Normalise(Normalisation.PERCENTILE, lower=1.0),
    ),
    combine=(
        CombineChoice(0, (Aggregation.ARITHMETIC, Aggregation.GEOMETRIC)),
        CombineChoice(1, (Aggregation.ARITHMETIC, Aggregation.GEOMETRIC)),
    ),
    weights=(WeightNoise(1, share=0.25), WeightNoise(2, concentration=100.0)),
)
# units, leaves, groups between leaves and root, draws, rounds
SIZES = ((81, 133, 5, 10_000, 5), (81, 133, 36, 10_000, 5), (10_000, 133, 5, 1_000, 3))


def index(units: int, leaves: int, groups: int) -> Inputs:
    """An index of three levels with 5 % of its cells missing."""
    chance = np.random.Generator(np.random.Philox(2026))
    nodes = [Node("index", None), *(Node(f"g{i}", "index", 1.0 + i % 3) for i in range(groups))]
    nodes += [Node(f"p{i}", f"g{i * groups // leaves}", 1.0 + i % 2) for i in range(leaves)]
    tree = Tree.build(nodes)
    recipe = Recipe({node.code: NodeRecipe() for node in nodes})
    values = chance.lognormal(size=(units, leaves))
    values[chance.random(values.shape) < MISSING] = np.nan
    return Inputs(tree, Table.build([f"u{i}" for i in range(units)], tree.leaves, values), recipe, {}, {})


def clocked(what: Callable[[], Any], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        what()
        times.append(time.perf_counter() - start)
    return median(times)


def bare_times(units: int, leaves: int, groups: int, draws: int) -> tuple[float, float]:
    chance = np.random.Generator(np.random.Philox(1))
    per_group = -(-leaves // groups)
    values = chance.random((groups, per_group, units))
    low, high = chance.random((groups, 256, per_group)), chance.random((256, 1, groups))
    scores = chance.random((256, units))
    blocks = draws / 256.0

    def products() -> None:
        middle = np.matmul(low, values)
        np.matmul(high, middle.transpose(1, 0, 2))

    products()
    return clocked(products, 9) * blocks, clocked(lambda: np.sort(scores, axis=1), 9) * blocks


def test_measurement_error_on_every_cell(benchmark: Any) -> None:
    given = index(81, 133, 5)
    errors = tuple(MeasurementError(leaf, ErrorKind.RELATIVE, 0.05) for leaf in given.tree.leaves)
    plan = replace(PLAN, errors=errors)
    run = Simulation(seed=1, draws=10_000, workers=2)
    result = benchmark.pedantic(simulate, (given, plan, run), rounds=3, warmup_rounds=1)
    assert result.draws == 10_000
    print(
        f"\n81 x 133, every cell with an error, 10000 draws, 2 workers: {benchmark.stats.stats.median:.2f} s"
    )


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_simulate(benchmark: Any, size: tuple[int, int, int, int, int], workers: int) -> None:
    units, leaves, groups, draws, rounds = size
    given = index(units, leaves, groups)
    run = Simulation(seed=1, draws=draws, workers=workers)
    result = benchmark.pedantic(simulate, (given, PLAN, run), rounds=rounds, warmup_rounds=1)
    assert result.draws == draws
    assert result.failed == 0
    products, ordering = bare_times(units, leaves, groups, draws)
    mine = benchmark.stats.stats.median
    benchmark.extra_info["ratio_to_bare_numpy"] = round(mine / (products + ordering), 1)
    print(
        f"\n{units} x {leaves} in {groups} groups, {draws} draws, {workers} worker(s): {mine:.3f} s; bare products "
        f"{products:.3f} s, bare sort {ordering:.3f} s, ratio {mine / (products + ordering):.1f}"
    )
