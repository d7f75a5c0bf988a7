"""How sure the ranks of an edition are: everything declared uncertain is drawn anew, at the root and at every node."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from stadtindex.editions.compute import Release
from stadtindex.editions.doubt import below, inputs_of, plan_of
from stadtindex.engine.errors import EngineError
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.uncertainty.model import singly
from stadtindex.engine.uncertainty.plan import Uncertainty
from stadtindex.engine.uncertainty.simulate import Simulation, simulate
from stadtindex.engine.uncertainty.spread import APART, Spread

# Nodes below the root are drawn so often: enough for intervals of whole ranks, at a fraction of the time.
INNER_DRAWS = 512
# So much is drawn where the edition does not say it; less where every draw is a computation of its own.
USUAL_DRAWS, SINGLE_DRAWS = 10_000, 512
# Points of the analysis of what matters most: a power of two; see `engine.sensitivity`.
POINTS, SINGLE_POINTS, RESAMPLES = 256, 16, 200

Simulate = Callable[[Inputs, Uncertainty, Simulation], Spread]


@dataclass(frozen=True)
class Run:
    """How much is drawn: at most `draws` of the whole, or fewer once every mean rank is known to `precision` ranks.

    `stop` is told from time to time how many draws of the whole are done, and ends them when it answers True.
    `choices` asks which choice matters most. `simulate` draws the whole: in this process, or on a cluster (`editions.distribute`).
    """

    seed: int
    draws: int
    precision: float | None = None
    top: tuple[int, ...] = (1, 3, 10)
    workers: int = 1
    stop: Callable[[int], bool] | None = None
    choices: bool = True
    simulate: Simulate = simulate


@dataclass(frozen=True, eq=False)
class Choice:
    """An uncertain choice by its name in the plan, and its share of the variance of the mean rank shift.

    `first` counts what it explains alone, `total` everything it takes part in; each with its 90 % interval.
    """

    name: str
    first: tuple[float, float, float]
    total: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Robustness:
    """What the draws say: the spread of every inner node by code, the root among them, and which choices matter.

    `failed_nodes` says for a node without spread why there is none.
    """

    run: Run
    plan: Uncertainty
    root: str
    spreads: Mapping[str, Spread]
    failed_nodes: Mapping[str, str]
    choices: tuple[Choice, ...]

    @cached_property
    def whole(self) -> Spread:
        """The spread of the whole index."""
        return self.spreads[self.root]


def declared_run(release: Release, workers: int = 1) -> Run:
    """Give the run that the edition itself declares; without a number of draws fewer where every draw is slow."""
    doubts = release.edition.doubts
    draws = doubts.draws or (SINGLE_DRAWS if slow(release) else USUAL_DRAWS)
    return Run(doubts.seed, draws, doubts.precision, doubts.top, workers)


def slow(release: Release) -> bool:
    """Say whether the recipe makes every draw a computation of its own; EngineError where the plan does not fit it."""
    return singly(inputs_of(release.assembled), plan_of(release.assembled))


def robustness(release: Release, run: Run) -> Robustness:
    """Draw an edition; EngineError where its recipe asks for what batches of draws cannot do.

    The nodes below the root come first, so that also a simulation that is stopped early has them.
    """
    given, plan = inputs_of(release.assembled), plan_of(release.assembled)
    spreads, failed = _inner(given, plan, run)
    choices = () if _stopped(run) or not run.choices else _choices(release, given, plan, run)
    whole = Simulation(
        run.seed, run.draws, precision=run.precision, workers=run.workers, top=run.top, stop=run.stop
    )
    root = given.tree.root
    spreads = {root: run.simulate(given, plan, whole), **spreads}
    return Robustness(run, plan, root, spreads, failed, choices)


def _stopped(run: Run) -> bool:
    return run.stop is not None and run.stop(0)


def _inner(given: Inputs, plan: Uncertainty, run: Run) -> tuple[dict[str, Spread], dict[str, str]]:
    """Draw every inner node below the root as an index of its own."""
    spreads: dict[str, Spread] = {}
    failed: dict[str, str] = {}
    least = min(INNER_DRAWS, run.draws)
    draws = Simulation(run.seed, least, workers=run.workers, top=run.top)
    for node in given.tree.nodes:
        if node.parent is None or given.tree.is_leaf(node.code):
            continue
        try:
            spreads[node.code] = simulate(*below(given, plan, node.code), draws)
        except EngineError as problem:
            failed[node.code] = str(problem)
    return spreads, failed


def _choices(release: Release, given: Inputs, plan: Uncertainty, run: Run) -> tuple[Choice, ...]:
    """Find which choice matters most for the order of the whole; all errors of measurement together are one of them."""
    from stadtindex.engine.sensitivity.indices import Sampling, sobol_indices
    from stadtindex.engine.sensitivity.model import PlanModel
    from stadtindex.engine.sensitivity.model import Run as Evaluation

    evaluation = Evaluation(units=(), workers=run.workers, seed=run.seed)
    try:
        model = PlanModel(given, plan, release.results.rank[given.tree.root], evaluation)
    except EngineError:  # nothing to choose among
        return ()
    chance = np.random.Generator(np.random.Philox(run.seed))
    found = sobol_indices(
        model,
        model.factors,
        chance,
        Sampling(SINGLE_POINTS if model.model.singly else POINTS, RESAMPLES),
        model.outputs,
    )
    ends = [(band.value[:, 0], band.low[:, 0], band.high[:, 0]) for band in (found.first, found.total)]
    made = [
        Choice(name, *((float(value[at]), float(low[at]), float(high[at])) for value, low, high in ends))
        for at, name in enumerate(found.factors)
    ]
    return tuple(sorted(made, key=lambda choice: -np.nan_to_num(choice.total[0])))


def tie_groups(ranks: np.ndarray, spread: Spread) -> list[int]:
    """Return the group of each unit (from 1; 0 without a rank), within which the order of the ranks is not certain.

    A group begins with its best unit and ends before the first one that is behind it in at least 95 % of the draws
    (above 500 units: whose 5-95 % interval lies wholly behind).
    """
    groups, number, leader = [0] * len(ranks), 0, -1
    for unit in sorted((at for at in range(len(ranks)) if ranks[at] > 0), key=lambda at: (ranks[at], at)):
        if leader < 0 or _apart(spread, leader, unit):
            number, leader = number + 1, unit
        groups[unit] = number
    return groups


def _apart(spread: Spread, leader: int, unit: int) -> bool:
    if spread.pairs is None:
        return bool(spread.ahead[leader, unit] >= APART)
    return bool(spread.rank[4, leader] < spread.rank[0, unit])
