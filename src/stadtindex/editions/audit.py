"""The statistical audit of an edition: its data, its structure, and what its choices do to the ranking.

The order is that of the audits of the European Commission's Joint Research Centre: conceptual frame and data checks,
statistical coherence, uncertainty, sensitivity. `editions.judge` says what follows from the numbers.

Reference: OECD/JRC (2008), Handbook on Constructing Composite Indicators, doi:10.1787/9789264043466-en; M. Saisana,
A. Saltelli, S. Tarantola (2005), doi:10.1111/j.1467-985X.2005.00350.x.
"""

from dataclasses import dataclass

import numpy as np

from stadtindex.editions.compute import Release
from stadtindex.editions.doubt import inputs_of, plan_of
from stadtindex.engine.diagnose.audit import Audit
from stadtindex.engine.diagnose.audit import audit as engine_audit
from stadtindex.engine.diagnose.leave_out import LeaveOut, leave_one_out
from stadtindex.engine.errors import EngineError
from stadtindex.engine.sensitivity.decisive import Decisive, decisive
from stadtindex.engine.sensitivity.indices import Sampling, Sensitivity, sobol_indices
from stadtindex.engine.sensitivity.model import PlanModel, Run
from stadtindex.engine.sensitivity.outputs import RANK_SHIFT
from stadtindex.engine.uncertainty.model import singly
from stadtindex.engine.uncertainty.plan import Uncertainty
from stadtindex.engine.uncertainty.simulate import Simulation, simulate
from stadtindex.engine.uncertainty.spread import Spread

TOP = (1, 3, 10)
# So much is drawn where the recipe makes every draw a computation of its own.
SINGLE_DRAWS, SINGLE_POINTS = 1000, 64


@dataclass(frozen=True)
class Effort:
    """How much is drawn, and from which seed: `draws` of the uncertainty, base `points` of the sensitivity.

    The same effort gives the same numbers on one machine, whatever the number of `workers`.
    """

    seed: int = 0
    draws: int = 10_000
    points: int = 1024
    workers: int = 2


@dataclass(frozen=True, eq=False)
class EditionAudit:
    """An audited edition. `spread`, `sensitivity` and `decisive` are None where `unavailable` says why not."""

    release: Release
    audit: Audit
    left_out: LeaveOut
    plan: Uncertainty
    effort: Effort
    spread: Spread | None
    sensitivity: Sensitivity | None
    decisive: Decisive | None
    unavailable: str


def affordable(release: Release, plan: Uncertainty | None = None, seed: int = 0) -> Effort:
    """Say how much to draw where nobody says it: less where every draw is a computation of its own.

    EngineError where the plan does not fit the recipe.
    """
    plan = plan_of(release.assembled) if plan is None else plan
    alone = singly(inputs_of(release.assembled), plan)
    return Effort(seed, draws=SINGLE_DRAWS, points=SINGLE_POINTS) if alone else Effort(seed)


def audit(release: Release, plan: Uncertainty | None = None, effort: Effort | None = None) -> EditionAudit:
    """Audit a computed edition under a plan of what is uncertain about it (None: what it declares, see `editions.doubt`).

    Where nothing can be drawn, uncertainty and sensitivity are left out, with the reason.
    """
    given = inputs_of(release.assembled)
    plan = plan_of(release.assembled) if plan is None else plan
    spread: Spread | None = None
    found: Sensitivity | None = None
    unavailable = ""
    try:
        effort = affordable(release, plan) if effort is None else effort
        run = Simulation(effort.seed, effort.draws, workers=effort.workers, top=TOP)
        # A plan that leaves nothing to choose is refused here, before it gives intervals of no width.
        found = sensitivity(release, plan, effort)
        spread = simulate(given, plan, run)
    except EngineError as problem:
        unavailable = str(problem)
        effort = Effort() if effort is None else effort
    return EditionAudit(
        release=release,
        audit=engine_audit(release.results),
        left_out=leave_one_out(given, base=release.results),
        plan=plan,
        effort=effort,
        spread=spread,
        sensitivity=found,
        decisive=None if found is None else decisive(found, RANK_SHIFT),
        unavailable=unavailable,
    )


def sensitivity(
    release: Release,
    plan: Uncertainty,
    effort: Effort | None = None,
    units: tuple[str, ...] | None = None,
    resamples: int = 200,
) -> Sensitivity:
    """Estimate which choice moves the ranking: Sobol indices of the mean rank shift, and of score and rank of `units`.

    `units` (None: all) are those looked at one by one; () looks at the mean rank shift only, which is faster.
    EngineError where the plan leaves nothing to choose, or does not fit the recipe.
    """
    effort = affordable(release, plan) if effort is None else effort
    given = inputs_of(release.assembled)
    run = Run(units=units, workers=effort.workers, seed=effort.seed)
    model = PlanModel(given, plan, release.results.rank[given.tree.root], run)
    chance = np.random.Generator(np.random.Philox(key=effort.seed))
    return sobol_indices(model, model.factors, chance, Sampling(effort.points, resamples), model.outputs)


def decisive_choice(release: Release, plan: Uncertainty, effort: Effort | None = None) -> Decisive:
    """Say which uncertain choice matters most for the ranking as a whole: largest total index of the mean rank shift."""
    return decisive(sensitivity(release, plan, effort, units=()), RANK_SHIFT)
