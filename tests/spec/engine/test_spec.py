"""Runs the small tables of this folder against the methods; the method pages are written from the same tables."""

import math
import re
import string
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_index import number, whole_index

from stadtindex.engine import (
    Aggregation,
    Combining,
    Denominator,
    EngineError,
    Normalisation,
    Normalise,
    Penalty,
    Weighing,
    Weighting,
    rank,
    rank_within,
)
from stadtindex.engine.aggregate.group import Group
from stadtindex.engine.aggregate.methods import AGGREGATIONS
from stadtindex.engine.column import Column
from stadtindex.engine.denominate import denominate
from stadtindex.engine.normalise.methods import NORMALISATIONS
from stadtindex.engine.rank import round_once
from stadtindex.engine.weigh.methods import WEIGHINGS
from stadtindex.engine.weigh.siblings import Siblings

HERE = Path(__file__).parent
STEPS = ("normalise", "weigh", "aggregate", "denominate", "rank", "missing")
Example = dict[str, Any]


def examples(step: str) -> list[Any]:
    found = tomllib.loads((HERE / f"{step}.toml").read_text(encoding="utf-8"))["example"]
    return [
        pytest.param(example, id=f"{example.get('method', step)}: {example['title']['en']}")
        for example in found
    ]


def numbers(row: dict[str, float | str]) -> np.ndarray:
    return np.array([number(value) for value in row.values()])


def agree(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def refused(error: dict[str, str]) -> Any:
    return pytest.raises(EngineError, match=re.escape(error["text"]))


@pytest.mark.parametrize("example", examples("normalise"))
def test_normalise(example: Example) -> None:
    column = Column("x", tuple(example["input"]), numbers(example["input"]), example.get("direction", 1))
    options = Normalise(Normalisation(example["method"]), **example.get("options", {}))
    method = NORMALISATIONS[options.method]
    if "error" in example:
        with refused(example["error"]) as caught:
            method(column, options)
        assert (caught.value.unit, caught.value.node) == (example["error"]["unit"], "x")
        return
    scale = method(column, options)
    assert scale.constant is example.get("drops_out", False)
    assert example.get("finding", "") in ("" if scale.finding is None else scale.finding)
    assert (scale.finding is not None) is ("finding" in example or scale.constant)
    expected = np.full(column.values.shape, math.nan) if scale.constant else numbers(example["expected"])
    agree(scale.place(column.values), expected)
    for end in ("worst", "best"):
        if end in example:
            assert getattr(scale, end) == pytest.approx(example[end], abs=1e-12)


@pytest.mark.parametrize("example", examples("weigh"))
def test_weigh(example: Example) -> None:
    weights = numbers(example["weights"])
    codes = tuple(string.ascii_lowercase[: weights.size])
    siblings = Siblings(codes, ("A", "B"), np.full((2, weights.size), math.nan), weights)
    found = WEIGHINGS[Weighing(example["method"])](siblings, Weighting())
    agree(found.weights, numbers(example["expected"]))


@pytest.mark.parametrize("example", examples("aggregate"))
def test_aggregate(example: Example) -> None:
    parts = np.array([[number(entry) for entry in child] for child in example["children"].values()])
    units = tuple(string.ascii_uppercase[: parts.shape[1] - 1])
    shares = np.repeat(parts[:, :1], len(units), axis=1)
    group = Group(tuple(example["children"]), units, parts[:, 1:], shares, combining(example))
    method = AGGREGATIONS[Aggregation(example["method"])]
    if "error" in example:
        with refused(example["error"]) as caught:
            method(group)
        assert (caught.value.unit, caught.value.node) == ("A", example["error"]["node"])
        return
    combined, contributions = method(group)
    expected = example["expected"] if isinstance(example["expected"], list) else [example["expected"]]
    agree(combined, np.array([number(value) for value in expected]))
    if "contributions" in example:
        agree(contributions[:, 0], numbers(example["contributions"]))
    if example.get("exact", False):
        assert combined[0] == example["expected"]


def combining(example: Example) -> Combining:
    options = dict(example.get("options", {}))
    if "penalty" in options:
        options["penalty"] = Penalty(options["penalty"])
    if "order" in options:
        options["order"] = tuple(options["order"])
    chosen = Combining(**options)
    chosen.check(Aggregation(example["method"]))
    return chosen


@pytest.mark.parametrize("example", examples("denominate"))
def test_denominate(example: Example) -> None:
    rows = np.array([[number(entry) for entry in row] for row in example["rows"].values()])
    column = Column("x", tuple(example["rows"]), rows[:, 0])
    denominator = Denominator("people", example["per"])
    if "error" in example:
        with refused(example["error"]) as caught:
            denominate(column, denominator, rows[:, 1])
        found = (caught.value.unit, caught.value.node, caught.value.column)
        assert found == (example["error"]["unit"], "x", "people")
        return
    agree(denominate(column, denominator, rows[:, 1]), numbers(example["expected"]))


@pytest.mark.parametrize("example", examples("rank"))
def test_rank(example: Example) -> None:
    rounded = round_once(numbers(example["input"]), example.get("decimals", 10))
    found = rank_within(rounded, list(example["groups"].values())) if "groups" in example else rank(rounded)
    assert dict(zip(example["input"], found.tolist(), strict=True)) == example["expected"]


@pytest.mark.parametrize("example", examples("missing"))
def test_missing(example: Example) -> None:
    if "error" in example:
        with refused(example["error"]) as caught:
            whole_index(example)
        error = example["error"]
        assert (caught.value.unit, caught.value.node) == (error.get("unit"), error.get("node"))
        return
    results = whole_index(example)
    for name, rows in example["expected"].items():
        for unit, expected in rows.items():
            index = results.units.index(unit)
            for code, value in expected.items():
                found = float(getattr(results, name)[code][index])
                assert found == pytest.approx(number(value), abs=1e-12, nan_ok=True), (name, unit, code)


@pytest.mark.parametrize("step", STEPS)
def test_every_example_has_a_title_in_both_languages(step: str) -> None:
    titles = [example.values[0]["title"] for example in examples(step)]
    for title in titles:
        assert set(title) == {"de", "en"}
        assert all(text.strip() for text in title.values())
    for language in ("de", "en"):
        spoken = [title[language] for title in titles]
        of_method = [
            (example.values[0].get("method"), text)
            for example, text in zip(examples(step), spoken, strict=True)
        ]
        assert len(set(of_method)) == len(of_method)


@pytest.mark.parametrize(
    ("step", "names", "register"),
    [
        ("normalise", Normalisation, NORMALISATIONS),
        ("weigh", Weighing, WEIGHINGS),
        ("aggregate", Aggregation, AGGREGATIONS),
    ],
)
def test_every_method_is_registered_documented_and_specified(step: str, names: Any, register: Any) -> None:
    assert set(register) == set(names)
    # The weighings that look at scores have tables of their own.
    tables = ("weigh", "weights") if step == "weigh" else (step,)
    shown = {example.values[0]["method"] for table in tables for example in examples(table)}
    assert shown == {name.value for name in names}
    assert all(method.__doc__ for method in register.values())
    assert all(method.__name__ == name.value for name, method in register.items())
