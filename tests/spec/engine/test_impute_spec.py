"""Runs the small tables of impute.toml."""

import math
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stadtindex.engine import EngineError
from stadtindex.engine.impute.fill import impute
from stadtindex.engine.impute.gaps import Gaps, Imputation, Impute, Wave

EXAMPLES = tomllib.loads((Path(__file__).parent / "impute.toml").read_text(encoding="utf-8"))["example"]


def numbers(rows: dict[str, list[float | str]]) -> np.ndarray:
    return np.array(
        [[math.nan if isinstance(cell, str) else float(cell) for cell in row] for row in rows.values()]
    )


def test_every_method_has_an_example() -> None:
    assert {example["method"] for example in EXAMPLES} == set(Imputation)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["title"]["en"])
def test_impute(example: dict[str, Any]) -> None:
    values = numbers(example["rows"])
    gaps = Gaps(
        units=tuple(example["rows"]),
        columns=tuple(f"c{place}" for place in range(values.shape[1])),
        values=values,
        wanted=np.isnan(values),
        groups=tuple(example["groups"]) if "groups" in example else None,
        period=example.get("period"),
        waves=tuple(Wave(float(year), numbers(rows)) for year, rows in example.get("waves", {}).items()),
    )
    options = Impute(Imputation(example["method"]), **example.get("options", {}))
    if "error" in example:
        with pytest.raises(EngineError, match=re.escape(example["error"]["text"])):
            impute(gaps, dict.fromkeys(gaps.columns, options))
        return
    expected = numbers(example["expected"])
    result = impute(gaps, dict.fromkeys(gaps.columns, options))
    np.testing.assert_allclose(result.values, expected, rtol=1e-9, atol=1e-9)
    assert result.filled.tolist() == (np.isnan(values) & ~np.isnan(expected)).tolist()
