"""Runs the small tables of treat.toml."""

import math
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stadtindex.engine import EngineError
from stadtindex.engine.column import Column
from stadtindex.engine.treat.columns import treat
from stadtindex.engine.treat.options import Treat, Treatment

EXAMPLES = tomllib.loads((Path(__file__).parent / "treat.toml").read_text(encoding="utf-8"))["example"]


def numbers(row: dict[str, float | str]) -> np.ndarray:
    return np.array([math.nan if isinstance(value, str) else float(value) for value in row.values()])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["title"]["en"])
def test_treat(example: dict[str, Any]) -> None:
    column = Column("x", tuple(example["input"]), numbers(example["input"]))
    options = Treat(Treatment(example["method"]), **example.get("options", {}))
    if "error" in example:
        with pytest.raises(EngineError, match=re.escape(example["error"]["text"])) as caught:
            treat(column, options)
        assert (caught.value.unit, caught.value.node) == (example["error"]["unit"], "x")
        return
    result = treat(column, options)
    np.testing.assert_allclose(result.values, numbers(example["expected"]), rtol=1e-12, atol=1e-12)
    assert result.outcome == example["outcome"]
    assert np.count_nonzero(result.winsorised) == example["points"]
