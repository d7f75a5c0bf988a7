"""Runs the small tables of the computed weighings; expected values are worked out by hand."""

import math
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stadtindex.engine import EngineError
from stadtindex.engine.weigh.balanced import balanced
from stadtindex.engine.weigh.bod import Bounded, Bounds, benefit_of_the_doubt
from stadtindex.engine.weigh.siblings import Siblings
from stadtindex.engine.weigh.statistical import critic, entropy, pca

METHODS: dict[str, Any] = {
    "pca": pca,
    "entropy": entropy,
    "critic": critic,
    "balanced": balanced,
    "benefit_of_the_doubt": benefit_of_the_doubt,
}
Example = dict[str, Any]
EXAMPLES: list[Example] = tomllib.loads((Path(__file__).parent / "weights.toml").read_text(encoding="utf-8"))[
    "example"
]


def number(value: float | str) -> float:
    return math.nan if value == "missing" else float(value)


def agree(found: np.ndarray, expected: list[float | str]) -> None:
    np.testing.assert_allclose(found, [number(value) for value in expected], rtol=1e-11, atol=1e-11)


def weigh(example: Example) -> Any:
    siblings = Siblings(
        tuple(example["children"]),
        tuple(example["scores"]),
        np.array([[number(entry) for entry in row] for row in example["scores"].values()]),
        np.array([float(weight) for weight in example["children"].values()]),
    )
    chosen = dict(example.get("bounds", {}))
    if len(chosen) == 0:
        return METHODS[example["method"]](siblings)
    chosen["of"] = Bounded(chosen.get("of", "weight"))
    return METHODS[example["method"]](siblings, Bounds(**chosen))


@pytest.mark.parametrize(
    "example", [pytest.param(e, id=f"{e['method']}: {e['title']['en']}") for e in EXAMPLES]
)
def test_weights(example: Example) -> None:
    if "error" in example:
        with pytest.raises(EngineError, match=re.escape(example["error"]["text"])) as caught:
            weigh(example)
        assert (caught.value.unit, caught.value.node) == (example["error"]["unit"], example["error"]["node"])
        return
    found = weigh(example)
    assert (len(found.findings) > 0) is ("finding" in example)
    assert example.get("finding", "") in " ".join(found.findings)
    if "expected" in example:
        agree(found.weights, list(example["expected"].values()))
    units = list(example["scores"])
    for unit, expected in example.get("weights_of", {}).items():
        agree(found.weights[units.index(unit)], expected)
    if "score" in example:
        agree(found.score, [example["score"][unit] for unit in units])


def test_every_method_has_an_example_with_a_title_of_its_own_in_both_languages() -> None:
    assert {example["method"] for example in EXAMPLES} == set(METHODS)
    for language in ("de", "en"):
        titles = [(example["method"], example["title"][language]) for example in EXAMPLES]
        assert len(set(titles)) == len(titles)
        assert all(title.strip() for _, title in titles)
