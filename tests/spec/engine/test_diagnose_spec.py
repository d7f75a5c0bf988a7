"""Runs the small tables of diagnose.toml."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_index import number, whole_index

from stadtindex.engine import Table
from stadtindex.engine.diagnose.components import components, inflation
from stadtindex.engine.diagnose.correlate import Correlation, correlate, false_discovery
from stadtindex.engine.diagnose.describe import describe
from stadtindex.engine.diagnose.influence import influence
from stadtindex.engine.diagnose.profile import profile, standings
from stadtindex.engine.diagnose.reliability import reliability

Example = dict[str, Any]
EXAMPLES = tomllib.loads((Path(__file__).parent / "diagnose.toml").read_text(encoding="utf-8"))["example"]


def of(method: str) -> list[Any]:
    return [pytest.param(each, id=each["title"]["en"]) for each in EXAMPLES if each["method"] == method]


def columns(example: Example) -> tuple[list[str], np.ndarray]:
    rows = example["columns"]
    return list(rows), np.array([[number(value) for value in row] for row in rows.values()])


def agree(found: Any, expected: Any) -> None:
    wanted = np.array([number(value) for value in np.atleast_1d(np.array(expected, dtype=object))])
    np.testing.assert_allclose(np.atleast_1d(np.asarray(found, dtype=float)), wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("example", of("describe"))
def test_describe(example: Example) -> None:
    values = [[number(value)] for value in example["input"].values()]
    (found,) = describe(Table.build(list(example["input"]), ["x"], values))
    for name, expected in example["expected"].items():
        agree(getattr(found, name), expected)
    agree(found.quartiles, example["quartiles"])
    assert [flag.name.lower() for flag in found.flags] == example["flags"]


@pytest.mark.parametrize("example", of("correlate"))
def test_correlate(example: Example) -> None:
    codes, values = columns(example)
    for kind, expected in example["expected"].items():
        found = correlate(codes, values, Correlation(kind))
        agree(found.coefficient[0, 1], expected)


@pytest.mark.parametrize("example", of("false_discovery"))
def test_false_discovery(example: Example) -> None:
    p = np.array([number(value) for value in example["p"]])
    agree(false_discovery(p), example["expected"]["q"])
    agree(false_discovery(p, dependent=True), example["expected"]["q_dependent"])


@pytest.mark.parametrize("example", of("reliability"))
def test_reliability(example: Example) -> None:
    agree(reliability(*columns(example)).alpha, example["expected"]["alpha"])


@pytest.mark.parametrize("example", of("components"))
def test_components(example: Example) -> None:
    found = components(*columns(example))
    for name, expected in example["expected"].items():
        agree(getattr(found, name), expected)


@pytest.mark.parametrize("example", of("inflation"))
def test_inflation(example: Example) -> None:
    agree(inflation(*columns(example)), example["expected"]["factors"])


@pytest.mark.parametrize("example", of("influence"))
def test_influence(example: Example) -> None:
    found = influence(whole_index(example))
    for name, expected in example["expected"].items():
        agree(getattr(found, name), list(expected.values()))


@pytest.mark.parametrize("example", of("profile"))
def test_profile(example: Example) -> None:
    results, unit, expected = whole_index(example), example["unit"], example["expected"]
    gains = {each.code: each.gain for each in standings(results, unit)}
    for code, gain in expected["gain"].items():
        agree(gains[code], gain)
    found = profile(results, unit)
    assert [each.code for each in found.strengths] == expected["strengths"]
    assert [each.code for each in found.weaknesses] == expected["weaknesses"]
