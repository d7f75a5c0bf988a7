"""Sobol indices of an index, leave-one-out of every node, and the statistical audit, each beside a stated peer.

Peers run in the same process: for a Sobol analysis the bare matrix products of the same builds (weights times leaves,
nothing chosen, nothing ranked); for leave-one-out one `engine.compute` per node; for Kendall's correlations
`scipy.stats.kendalltau` pair by pair. CPU seconds count both threads.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import stats

from stadtindex.engine import (
    Aggregation,
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
from stadtindex.engine.diagnose.audit import audit
from stadtindex.engine.diagnose.correlate import Correlation, correlate
from stadtindex.engine.diagnose.leave_out import leave_one_out, leave_out_plainly
from stadtindex.engine.impute.gaps import Imputation, Impute
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.sensitivity.indices import Sampling, Sensitivity, sobol_indices
from stadtindex.engine.sensitivity.model import PlanModel, Run
from stadtindex.engine.treat.options import Treat, Treatment
from stadtindex.engine.uncertainty.plan import CombineChoice, Uncertainty, WeightNoise

UNITS, LEAVES, INDICATORS, DOMAINS = 81, 133, 36, 5
MISSING = 0.05
SCALE = Normalise(Normalisation.MIN_MAX, lower=1.0)
MEANS = (Aggregation.ARITHMETIC, Aggregation.GEOMETRIC)
# Ten uncertain choices: treatment, imputation, normalisation, rule for gaps, two aggregations, which indicator is
# left out, and the weights of three levels.
PLAN = Uncertainty(
    treat=(Treat(), Treat(Treatment.WINSORISE)),
    impute=(Impute(Imputation.MEDIAN), Impute(Imputation.SIBLINGS)),
    normalise=(
        SCALE,
        Normalise(Normalisation.Z_SCORE, mean=50.0, sd=10.0),
        Normalise(Normalisation.PERCENTILE, lower=1.0),
    ),
    missing=(Missing.REWEIGHT, Missing.IMPUTE),
    combine=tuple(CombineChoice(depth, MEANS) for depth in (0, 1)),
    weights=(WeightNoise(1, share=0.25), WeightNoise(2, share=0.25), WeightNoise(3, concentration=100.0)),
    leave_out=tuple(f"i{i}" for i in range(INDICATORS)),
)


def index() -> Inputs:
    """An index of four levels with 5 % of its cells missing."""
    chance = np.random.Generator(np.random.Philox(2026))
    nodes = [Node("index", None), *(Node(f"d{i}", "index", 1.0 + i % 3) for i in range(DOMAINS))]
    nodes += [Node(f"i{i}", f"d{i % DOMAINS}", 1.0 + i % 2) for i in range(INDICATORS)]
    nodes += [Node(f"p{i}", f"i{i % INDICATORS}", 1.0 + i % 2) for i in range(LEAVES)]
    tree = Tree.build(nodes)
    recipe = Recipe({n.code: NodeRecipe(SCALE if tree.is_leaf(n.code) else Normalise()) for n in nodes})
    values = chance.lognormal(size=(UNITS, LEAVES))
    values[chance.random(values.shape) < MISSING] = np.nan
    return Inputs(tree, Table.build([f"u{i}" for i in range(UNITS)], tree.leaves, values), recipe, {}, {})


def computed(given: Inputs, tree: Tree | None = None) -> Results:
    return compute(given.tree if tree is None else tree, given.table, given.recipe)


@dataclass
class Clock:
    """Seconds of the wall and of the processor."""

    wall: float
    cpu: float


def clocked(what: Callable[[], Any]) -> Clock:
    wall, cpu = time.perf_counter(), time.process_time()
    what()
    return Clock(time.perf_counter() - wall, time.process_time() - cpu)


def seconds(what: Callable[[], Any], rounds: int = 5) -> float:
    """Median CPU seconds, which other programs on the machine hardly change."""
    return float(np.median([clocked(what).cpu for _ in range(rounds)]))


@pytest.mark.parametrize("points", [1024])
def test_sobol_with_ten_choices(benchmark: Any, points: int) -> None:
    given = index()
    reference = computed(given).rank["index"]
    cpu: list[float] = []

    def analysis() -> Sensitivity:
        begin = time.process_time()
        model = PlanModel(given, PLAN, reference, Run(workers=2))
        chance = np.random.Generator(np.random.Philox(1))
        found = sobol_indices(model, model.factors, chance, Sampling(points, 500), model.outputs)
        cpu.append(time.process_time() - begin)
        return found

    found = benchmark.pedantic(analysis, rounds=5, warmup_rounds=1)
    assert len(found.factors) == 10
    assert found.builds == 12 * points
    assert (found.used == points).all()
    chance = np.random.Generator(np.random.Philox(2))
    weights, leaves = chance.random((256, LEAVES)), chance.random((LEAVES, UNITS))
    bare = min(clocked(lambda: [weights @ leaves for _ in range(found.builds // 256)]).cpu for _ in range(5))
    wall, used = benchmark.stats.stats.median, float(np.median(cpu))
    benchmark.extra_info["cpu_s"] = round(used, 2)
    print(
        f"\n{len(found.factors)} choices, {found.builds} builds of {UNITS} x {LEAVES}, {len(found.outputs)} outputs, "
        f"500 resamples: {wall:.2f} s, {used:.2f} CPU s; bare products of as many builds {bare:.3f} CPU s, "
        f"ratio {used / bare:.0f}"
    )


def test_leave_one_out(benchmark: Any) -> None:
    given = index()
    base = computed(given)
    found = benchmark.pedantic(lambda: leave_one_out(given, base=base), rounds=5, warmup_rounds=1)
    plain: list[Any] = []
    clock = clocked(lambda: plain.append(leave_out_plainly(given.tree, lambda tree: computed(given, tree))))
    assert found.nodes == plain[0].nodes
    np.testing.assert_allclose(found.score, plain[0].score, rtol=1e-9)
    mine = seconds(lambda: leave_one_out(given, base=base))
    print(
        f"\nleave one out, {len(found.nodes)} nodes of {UNITS} x {LEAVES}: {mine * 1e3:.0f} CPU ms; one compute per node "
        f"{clock.cpu:.1f} CPU s, {clock.cpu / mine:.0f} times as long"
    )


def test_audit(benchmark: Any) -> None:
    results = computed(index())
    found = benchmark.pedantic(audit, (results,), rounds=5, warmup_rounds=1)
    assert len(found.columns) == LEAVES
    print(f"\nstatistical audit of {UNITS} x {LEAVES}: {seconds(lambda: audit(results)):.2f} CPU s")


def test_kendall_of_all_pairs(benchmark: Any) -> None:
    results = computed(index())
    leaves = results.tree.leaves
    values = np.array([results.normalised[leaf] for leaf in leaves])
    found = benchmark.pedantic(correlate, (leaves, values, Correlation.KENDALL), rounds=5, warmup_rounds=1)

    def one_by_one() -> None:
        for i in range(LEAVES):
            for j in range(i):
                both = ~np.isnan(values[i]) & ~np.isnan(values[j])
                tau = stats.kendalltau(values[i][both], values[j][both], method="asymptotic").statistic
                assert abs(found.coefficient[i, j] - tau) < 1e-12

    clock, mine = clocked(one_by_one), seconds(lambda: correlate(leaves, values, Correlation.KENDALL))
    print(
        f"\nKendall of {LEAVES * (LEAVES - 1) // 2} pairs with p and q: {mine * 1e3:.0f} CPU ms; "
        f"scipy pair by pair {clock.cpu:.1f} CPU s, {clock.cpu / mine:.0f} times as long"
    )
