"""What an audit concludes, against numbers counted anew from the release."""

from pathlib import Path

import numpy as np
import pytest

from stadtindex.editions.audit import EditionAudit, Effort, audit, decisive_choice
from stadtindex.editions.compute import Release, compute
from stadtindex.editions.judge import Statement, Verdict, judge
from stadtindex.editions.weights import leaf_weights
from stadtindex.engine.uncertainty.plan import Uncertainty, WeightNoise

PLAN = Uncertainty(weights=(WeightNoise(1, share=0.25), WeightNoise(2, share=0.25)))
EFFORT = Effort(seed=1, draws=512, points=128)


@pytest.fixture(scope="module")
def release(root: Path) -> Release:
    return compute(root / "data" / "editions" / "open-2026")


@pytest.fixture(scope="module")
def found(release: Release) -> EditionAudit:
    return audit(release, PLAN, EFFORT)


@pytest.fixture(scope="module")
def told(found: EditionAudit) -> dict[str, Statement]:
    return {statement.says: statement for statement in judge(found)}


def test_cells_are_counted(release: Release, told: dict[str, Statement]) -> None:
    values = np.array([release.results.raw[leaf] for leaf in release.results.tree.leaves])
    facts = told["cells"].facts
    assert facts["value"] == int((~np.isnan(values)).sum())
    assert facts["cells"] == values.size
    assert facts["share"] == pytest.approx(facts["value"] / (values.size - facts["not_applicable"]))  # type: ignore[operator]


def test_weights_of_parameters_are_products_on_the_way_up(
    release: Release, told: dict[str, Statement]
) -> None:
    weights = leaf_weights(release.assembled.tree)
    assert sum(weights.values()) == pytest.approx(1.0)
    facts = told["weights_of_parameters"].facts
    assert facts["most_weight"] == max(weights.values())
    assert facts["times"] == pytest.approx(max(weights.values()) / min(weights.values()))


def test_thin_units_are_those_below_the_limit(release: Release, told: dict[str, Statement]) -> None:
    coverage = release.results.coverage[release.edition.id]
    expected = [unit for unit, has in zip(release.results.units, coverage, strict=True) if has < 0.65]
    assert list(told["thin_units"].facts["units"]) == expected  # type: ignore[arg-type]
    assert told["thin_units"].verdict is (Verdict.CONCERN if expected else Verdict.GOOD)


def test_constant_parameters_have_one_value(release: Release, told: dict[str, Statement]) -> None:
    constant = [
        leaf
        for leaf in release.results.tree.leaves
        if len({value for value in release.results.denominated[leaf].tolist() if value == value}) < 2
    ]
    assert list(told["constant"].facts["nodes"]) == constant  # type: ignore[arg-type]


def test_ranks_inside_their_interval_are_counted(found: EditionAudit, told: dict[str, Statement]) -> None:
    spread, ranks = found.spread, found.release.results.rank[found.release.edition.id]
    assert spread is not None
    inside = int(((spread.rank[0] <= ranks) & (ranks <= spread.rank[4])).sum())
    assert told["inside"].facts["inside"] == inside
    assert len(told["inside"].facts["units"]) == len(ranks) - inside  # type: ignore[arg-type]


def test_the_part_whose_loss_moves_most_is_named(found: EditionAudit, told: dict[str, Statement]) -> None:
    shifts = dict(zip(found.left_out.nodes, found.left_out.mean_shift.tolist(), strict=True))
    assert told["left_out"].facts["mean"] == max(shifts.values())
    assert shifts[str(told["left_out"].facts["node"])] == max(shifts.values())


def test_the_decisive_choice_alone_is_that_of_the_audit(release: Release, found: EditionAudit) -> None:
    alone = decisive_choice(release, PLAN, EFFORT)
    assert found.decisive is not None
    assert [each.factor for each in alone.factors] == [each.factor for each in found.decisive.factors]
    for one, other in zip(alone.factors, found.decisive.factors, strict=True):
        assert one.total == pytest.approx(other.total, rel=1e-9)


def test_two_workers_and_one_say_the_same(release: Release, found: EditionAudit) -> None:
    one = decisive_choice(release, PLAN, Effort(seed=1, draws=512, points=128, workers=1))
    assert found.decisive is not None
    for mine, other in zip(one.factors, found.decisive.factors, strict=True):
        assert mine.total == pytest.approx(other.total, rel=1e-9)
