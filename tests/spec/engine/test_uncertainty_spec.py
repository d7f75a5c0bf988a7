"""Runs the small tables of uncertainty.toml: shares of draws against those worked out by hand."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from small_index import impute_of, inputs, treat_of

from stadtindex.engine.recipe import Aggregation, Missing, Normalisation, Normalise
from stadtindex.engine.uncertainty.plan import (
    CombineChoice,
    ErrorKind,
    MeasurementError,
    Uncertainty,
    WeightNoise,
)
from stadtindex.engine.uncertainty.simulate import Simulation, simulate

EXAMPLES = tomllib.loads((Path(__file__).parent / "uncertainty.toml").read_text(encoding="utf-8"))["example"]
DRAWS, CLOSE = 20_000, 0.02


def plan_of(chosen: dict[str, Any]) -> Uncertainty:
    """Build the plan from what an example declares."""
    errors = [
        MeasurementError(
            each["leaf"], ErrorKind(each["kind"]), each["size"], levels=tuple(each.get("levels", ()))
        )
        for each in chosen.get("errors", [])
    ]
    return Uncertainty(
        treat=tuple(treat_of(each) for each in chosen.get("treat", [])),
        impute=tuple(impute_of(each) for each in chosen.get("impute", [])),
        normalise=tuple(
            Normalise(Normalisation(each["method"]), **{k: v for k, v in each.items() if k != "method"})
            for each in chosen.get("normalise", [])
        ),
        missing=tuple(Missing(rule) for rule in chosen.get("missing", [])),
        combine=tuple(
            CombineChoice(each["depth"], tuple(Aggregation(name) for name in each["options"]))
            for each in chosen.get("combine", [])
        ),
        weights=tuple(WeightNoise(**each) for each in chosen.get("weights", [])),
        leave_out=tuple(chosen.get("leave_out", [])),
        errors=tuple(errors),
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["title"]["en"])
def test_uncertainty(example: dict[str, Any]) -> None:
    run = Simulation(seed=20260630, draws=DRAWS, top=(1, 2))
    spread = simulate(inputs(example), plan_of(example["plan"]), run)
    expected, at = example["expected"], {unit: place for place, unit in enumerate(spread.units)}
    assert spread.failed == pytest.approx(expected.get("failed", 0) * DRAWS, abs=CLOSE * DRAWS)
    assert spread.draws + spread.failed == DRAWS
    for name in ("ahead", "level"):
        for one, other, share in expected.get(name, []):
            assert getattr(spread, name)[at[one], at[other]] == close_to(share), (name, one, other)
    for place, k in enumerate(spread.top_ranks):
        for unit, share in expected.get(f"top_{k}", {}).items():
            assert spread.top[place, at[unit]] == close_to(share), (k, unit)
    for unit, group in expected.get("group", {}).items():
        assert spread.group[at[unit]] == group


def close_to(share: float) -> Any:
    """Expect a share; what is certain must come out exactly."""
    return share if share in (0, 1) else pytest.approx(share, abs=CLOSE)
