"""How much faster two workers of a cluster are than one, one thread each, and that their result is that of one process.

The workers are processes on this machine (127.0.0.1). What a cluster costs is said beside it: the same draws in this
process, one thread. Dask starts its workers with a small MALLOC_TRIM_THRESHOLD_, under which every large array is fetched
from the system anew; here it is left as large as a plain process has it (docs/how-to/how-sure-is-a-rank.md says how).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import numpy as np

from stadtindex.editions.distribute import on_cluster
from stadtindex.engine import Node, NodeRecipe, Normalisation, Normalise, Recipe, Table, Tree
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.uncertainty.plan import ErrorKind, MeasurementError, Uncertainty, WeightNoise
from stadtindex.engine.uncertainty.simulate import Simulation, simulate

UNITS, LEAVES, DRAWS, ROUNDS = 81, 133, 40_000, 3


def index() -> tuple[Inputs, Uncertainty]:
    """81 units x 133 parameters in 5 groups, every cell with an error of measurement, normalised anew in every draw."""
    nodes = [Node("index", None), *(Node(f"g{i}", "index") for i in range(5))]
    nodes += [Node(f"p{i}", f"g{i % 5}") for i in range(LEAVES)]
    tree = Tree.build(nodes)
    values = np.random.Generator(np.random.Philox(2026)).lognormal(size=(UNITS, LEAVES))
    scale = NodeRecipe(normalise=Normalise(Normalisation.MIN_MAX))
    recipe = Recipe({node.code: scale if tree.is_leaf(node.code) else NodeRecipe() for node in nodes})
    plan = Uncertainty(
        weights=(WeightNoise(1, share=0.25), WeightNoise(2, concentration=100.0)),
        errors=tuple(MeasurementError(leaf, ErrorKind.RELATIVE, 0.05) for leaf in tree.leaves),
    )
    return Inputs(
        tree, Table.build([f"u{i}" for i in range(UNITS)], tree.leaves, values), recipe, {}, {}
    ), plan


@contextmanager
def cluster(workers: int) -> Iterator[Any]:
    import dask
    from distributed import LocalCluster

    with (
        dask.config.set({"distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 30}),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
        ) as made,
    ):
        yield made


def test_two_workers_against_one(benchmark: Any) -> None:
    given, plan = index()
    run = Simulation(seed=1, draws=DRAWS)
    begin = time.perf_counter()
    alone = simulate(given, plan, run)
    single = time.perf_counter() - begin
    walls = {}
    for workers in (1, 2):
        with cluster(workers) as made:
            draw = on_cluster(made.scheduler_address)
            draw(given, plan, Simulation(seed=1, draws=8_192))
            times = []
            for _ in range(ROUNDS):
                begin = time.perf_counter()
                found = draw(given, plan, run)
                times.append(time.perf_counter() - begin)
            walls[workers] = median(times)
        assert (found.rank_counts == alone.rank_counts).all()
        assert found.ahead.tobytes() == alone.ahead.tobytes()
    benchmark.pedantic(simulate, args=(given, plan, Simulation(seed=1, draws=256)), rounds=1)
    print(f"\n{DRAWS:,} draws of {UNITS} x {LEAVES} with errors: one process {single:.1f} s, ", end="")
    print(
        f"one worker {walls[1]:.1f} s, two {walls[2]:.1f} s, {walls[1] / walls[2]:.2f} times; results identical"
    )
