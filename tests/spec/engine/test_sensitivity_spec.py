"""Runs the small tables of sensitivity.toml."""

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_index import inputs, number

from stadtindex.engine.diagnose.leave_out import leave_one_out
from stadtindex.engine.sensitivity.indices import Sampling, sobol_indices

EXAMPLES = tomllib.loads((Path(__file__).parent / "sensitivity.toml").read_text(encoding="utf-8"))["example"]
CLOSE = 0.03


def of(method: str) -> list[Any]:
    return [pytest.param(each, id=each["title"]["en"]) for each in EXAMPLES if each["method"] == method]


@pytest.mark.parametrize("example", of("sobol"))
def test_sobol(example: dict[str, Any]) -> None:
    coefficients = np.array(list(example["model"]["coefficients"].values()), dtype=float)

    def model(points: np.ndarray) -> np.ndarray:
        if example["model"]["kind"] == "sum":
            return points @ coefficients
        return np.prod(coefficients * (points - 0.5), axis=1)

    factors = list(example["model"]["coefficients"])
    chance = np.random.Generator(np.random.Philox(20260630))
    found = sobol_indices(model, factors, chance, Sampling(points=4096, resamples=0))
    for name in ("first", "total"):
        values = getattr(found, name).value[:, 0]
        for factor, index in example["expected"][name].items():
            assert values[found.factors.index(factor)] == pytest.approx(number(index), abs=CLOSE, nan_ok=True)


@pytest.mark.parametrize("example", of("leave_one_out"))
def test_leave_one_out(example: dict[str, Any]) -> None:
    given, expected = inputs(example), example["expected"]
    found = leave_one_out(given)
    units = given.table.units
    for code, changes in expected["rank_change"].items():
        row = found.nodes.index(code)
        for unit, change in changes.items():
            at = units.index(unit)
            value = float(found.rank_change[row, at])
            assert math.isnan(value) if change == "missing" else value == change, (code, unit)
            if change != "missing":
                assert found.rank[row, at] == expected["rank"][unit] + change
    for code, shift in expected["mean_shift"].items():
        assert found.mean_shift[found.nodes.index(code)] == pytest.approx(shift, abs=1e-12)
