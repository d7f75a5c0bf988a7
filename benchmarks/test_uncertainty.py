"""How long an uncertainty analysis takes, and how many times that is of the bare matrix products and the bare sort.

Bare: for every draw the products of weights with the values of all leaves and with their presence (5 % of the cells
are missing), the products of the nodes above, and one numpy sort of the scores of every draw; nothing chosen, nothing
divided, nothing counted, one thread, in the same process. Start with OPENBLAS_NUM_THREADS=1: the workers are the
threads. The two largest runs take minutes: pytest benchmarks/test_uncertainty.py -p no:xdist --benchmark-only -s.
"""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
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
)
BOTH = (Aggregation.ARITHMETIC, Aggregation.GEOMETRIC)


def plan(depth: int, concentration: float | None = None) -> Uncertainty:
    """Three scales, two means at two levels, noise of the weights at the two lowest levels."""
    lowest = WeightNoise(depth, concentration) if concentration else WeightNoise(depth, share=0.25)
    return replace(
        PLAN,
        combine=(CombineChoice(depth - 2, BOTH), CombineChoice(depth - 1, BOTH)),
        weights=(WeightNoise(depth - 1, share=0.25), lowest),
    )


def index(units: int, leaves: int, groups: int, domains: int = 0) -> Inputs:
    """An index with 5 % of its cells missing: leaves, groups, domains where there are any, and the root."""
    chance = np.random.Generator(np.random.Philox(2026))
    nodes = [Node("index", None), *(Node(f"d{i}", "index", 1.0 + i % 2) for i in range(domains))]
    for i in range(groups):
        nodes.append(Node(f"g{i}", f"d{i * domains // groups}" if domains else "index", 1.0 + i % 3))
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


def bare_times(units: int, leaves: int, groups: int, domains: int, draws: int) -> tuple[float, float]:
    """The products and the sort in blocks of 256 draws, which fit the cache best, with nothing copied in between."""
    chance = np.random.Generator(np.random.Philox(1))
    size = 256
    values = chance.random((groups, -(-leaves // groups), units))
    presence = (chance.random(values.shape) > MISSING).astype(float)
    low = chance.random((groups, size, values.shape[1]))
    of = [i * domains // groups for i in range(groups)] if domains else []
    parts = [slice(of.index(d), of.index(d) + of.count(d)) for d in range(domains)]
    weights = [chance.random((size, 1, part.stop - part.start)) for part in parts]
    top = chance.random((size, 1, domains or groups))
    middle, total = np.empty((size, groups, units)), np.empty((groups, size, units))
    upper = np.empty((size, domains, units)) if domains else middle
    scores, root = chance.random((size, units)), np.empty((size, 1, units))

    def products() -> None:
        np.matmul(low, values, out=middle.transpose(1, 0, 2))
        np.matmul(low, presence, out=total)
        for d, (part, some) in enumerate(zip(parts, weights, strict=True)):
            np.matmul(some, middle[:, part], out=upper[:, d : d + 1])
        np.matmul(top, upper, out=root)

    blocks = draws / size
    return clocked(products, 9) * blocks, clocked(lambda: np.sort(scores, axis=1), 9) * blocks


def shown(name: str, mine: float, bare: tuple[float, float]) -> None:
    print(
        f"\n{name}: {mine:.3f} s; bare products {bare[0]:.3f} s, bare sort {bare[1]:.3f} s, ratio {mine / sum(bare):.1f}"
    )


@dataclass(frozen=True)
class Size:
    units: int
    groups: int
    domains: int
    draws: int
    rounds: int


# 133 leaves each: parameters, indicators and domains as in the index of 81 cities; one level fewer; few wide groups.
SIZES = (
    Size(81, 36, 5, 10_000, 7),
    Size(81, 36, 0, 10_000, 7),
    Size(81, 5, 0, 10_000, 7),
    Size(10_000, 36, 0, 1_000, 3),
    Size(10_000, 5, 0, 1_000, 3),
)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_simulate(benchmark: Any, size: Size, workers: int) -> None:
    given = index(size.units, 133, size.groups, size.domains)
    run = Simulation(seed=1, draws=size.draws, workers=workers)
    noise = plan(3 if size.domains else 2)
    result = benchmark.pedantic(simulate, (given, noise, run), rounds=size.rounds, warmup_rounds=1)
    assert (result.draws, result.failed) == (size.draws, 0)
    bare = bare_times(size.units, 133, size.groups, size.domains, size.draws)
    benchmark.extra_info["ratio_to_bare_numpy"] = round(benchmark.stats.stats.median / sum(bare), 1)
    shown(f"{size}, {workers} worker(s)", benchmark.stats.stats.median, bare)


@pytest.mark.parametrize("workers", [1, 2])
def test_dirichlet_weights(benchmark: Any, workers: int) -> None:
    run = Simulation(seed=1, draws=10_000, workers=workers)
    benchmark.pedantic(simulate, (index(81, 133, 36, 5), plan(3, 100.0), run), rounds=5, warmup_rounds=1)
    print(
        f"\n81 x 133, Dirichlet weights, 10000 draws, {workers} worker(s): {benchmark.stats.stats.median:.3f} s"
    )


def test_measurement_error_on_every_cell(benchmark: Any) -> None:
    given = index(81, 133, 36, 5)
    errors = tuple(MeasurementError(leaf, ErrorKind.RELATIVE, 0.05) for leaf in given.tree.leaves)
    run = Simulation(seed=1, draws=10_000, workers=2)
    result = benchmark.pedantic(
        simulate, (given, replace(plan(3), errors=errors), run), rounds=3, warmup_rounds=1
    )
    assert result.draws == 10_000
    print(
        f"\n81 x 133, every cell with an error, 10000 draws, 2 workers: {benchmark.stats.stats.median:.2f} s"
    )


@pytest.mark.parametrize("groups", [5, 36])
def test_every_municipality_of_the_european_union(benchmark: Any, groups: int) -> None:
    run = Simulation(seed=1, draws=10_000, workers=2)
    result = benchmark.pedantic(simulate, (index(100_000, 133, groups), plan(2), run), rounds=1)
    assert result.draws == 10_000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"\n100000 x 133 in {groups} groups, 10000 draws, 2 workers: {benchmark.stats.stats.median:.1f} s, {peak:.2f} GB"
    )
