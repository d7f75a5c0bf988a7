"""The same draws on a cluster of processes on this machine: bit for bit, also when a worker dies in the middle."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from stadtindex.definitions.finding import BadInput
from stadtindex.editions import distribute
from stadtindex.editions.distribute import on_cluster
from stadtindex.engine import Node, NodeRecipe, Normalisation, Normalise, Recipe, Table, Tree
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.uncertainty.plan import ErrorKind, MeasurementError, Uncertainty, WeightNoise
from stadtindex.engine.uncertainty.simulate import Simulation, simulate
from stadtindex.engine.uncertainty.spread import Spread

PLAN = Uncertainty(
    weights=(WeightNoise(1, share=0.5), WeightNoise(2, concentration=5.0)),
    normalise=(Normalise(Normalisation.MIN_MAX), Normalise(Normalisation.PERCENTILE)),
    errors=(MeasurementError("a1", ErrorKind.RELATIVE, 0.1),),
)


def index(units: int = 40) -> Inputs:
    tree = Tree.build(
        [
            *(Node("index", None), Node("a", "index", 2.0), Node("b", "index")),
            *(Node(f"a{i}", "a") for i in range(1, 4)),
            *(Node(f"b{i}", "b") for i in range(1, 4)),
        ]
    )
    values = np.random.Generator(np.random.Philox(3)).lognormal(size=(units, 6))
    table = Table.build([f"u{i}" for i in range(units)], tree.leaves, values)
    return Inputs(tree, table, Recipe({node.code: NodeRecipe() for node in tree.nodes}), {}, {})


@contextmanager
def cluster(workers: int) -> Iterator[Any]:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
    ) as made:
        yield made


def same(one: Spread, other: Spread) -> None:
    for name, value in vars(one).items():
        its = getattr(other, name)
        if isinstance(value, np.ndarray):
            assert value.tobytes() == its.tobytes(), name
        else:
            assert value == its, name


@pytest.mark.parametrize("workers", [1, 3])
def test_the_result_is_that_of_one_process(workers: int) -> None:
    with cluster(workers) as made:
        draw = on_cluster(made.scheduler_address)
        for run in (
            Simulation(seed=4, draws=9_000),
            Simulation(seed=5, draws=1_000_000, precision=0.1),
            Simulation(seed=6, draws=300),
        ):
            same(draw(index(), PLAN, run), simulate(index(), PLAN, run))


def test_many_units_come_back_in_long_pieces() -> None:
    run = Simulation(seed=4, draws=2_500)
    with cluster(2) as made:
        same(on_cluster(made.scheduler_address)(index(2_300), PLAN, run), simulate(index(2_300), PLAN, run))


def test_a_worker_that_dies_costs_no_result() -> None:
    told: list[int] = []
    killed: list[int] = []
    run = Simulation(seed=4, draws=60_000, stop=lambda done: told.append(done) is not None)
    with cluster(2) as made:
        pids = [worker.pid for worker in made.workers.values()]

        def kill() -> None:
            while len(told) < 3:
                time.sleep(0.01)
            os.kill(pids[0], signal.SIGKILL)
            killed.append(len(told))

        killer = threading.Thread(target=kill)
        killer.start()
        result = on_cluster(made.scheduler_address)(index(), PLAN, run)
        killer.join()
    assert killed
    assert killed[0] < len(told), "the worker was killed after the work was done"
    assert told == sorted(told)
    same(result, simulate(index(), PLAN, Simulation(seed=4, draws=60_000)))


def test_it_can_be_stopped_and_says_how_far_it_is() -> None:
    told: list[int] = []

    def stop(done: int) -> bool:
        told.append(done)
        return done >= 6_144

    with cluster(2) as made:
        result = on_cluster(made.scheduler_address)(index(), PLAN, Simulation(seed=4, draws=10**7, stop=stop))
    assert told == [2_048, 4_096, 6_144]
    assert not result.complete
    same(result, simulate(index(), PLAN, Simulation(seed=4, draws=10**7, stop=lambda done: done >= 6_144)))


def test_without_a_scheduler_or_workers_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distribute, "PATIENCE", 1)
    with pytest.raises(BadInput, match=r"found no scheduler at tcp://127\.0\.0\.1:9"):
        on_cluster("tcp://127.0.0.1:9")(index(), PLAN, Simulation(seed=1, draws=256))
    with cluster(0) as made, pytest.raises(BadInput, match="a scheduler without workers"):
        on_cluster(made.scheduler_address)(index(), PLAN, Simulation(seed=1, draws=256))
