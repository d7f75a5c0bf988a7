"""Runs the small tables of attribution.toml."""

import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from small_index import inputs, whole_index

from stadtindex.engine.attribution.lead import Lead, lead
from stadtindex.engine.attribution.mix import Cause, Pair, State
from stadtindex.engine.attribution.split import Attribution

EXAMPLES = tomllib.loads((Path(__file__).parent / "attribution.toml").read_text(encoding="utf-8"))["example"]
NAMED = {cause.name.lower(): cause for cause in Cause}


def state(example: dict[str, Any], part: str) -> State | None:
    """Build the state before (""), after ("_after") or before with errors mended ("_corrected")."""
    if part == "_corrected" and f"table{part}" not in example:
        return None
    chosen = {key: example.get(f"{key}{part}", example.get(key)) for key in ("nodes", "recipe", "table")}
    given = inputs({key: value for key, value in chosen.items() if value is not None})
    return State(given.tree, given.table, given.recipe)


def of(*methods: str) -> list[Any]:
    return [pytest.param(each, id=each["title"]["en"]) for each in EXAMPLES if each["method"] in methods]


@pytest.mark.parametrize("example", of("causes", "relations"))
def test_causes(example: dict[str, Any]) -> None:
    before, after = state(example, ""), state(example, "_after")
    assert before is not None
    assert after is not None
    both = set(before.table.columns) & set(after.table.columns)
    carried = example.get("carried", {code: code for code in both})
    expected = example["expected"]
    pair = Pair(before, after, carried, state(example, "_corrected"))
    split = Attribution(pair).split(example["unit"], own_depth=1)
    for name, cause in NAMED.items():
        assert split.score[cause] == pytest.approx(expected["score"].get(name, 0), abs=1e-9), name
        assert split.rank[cause] == Fraction(expected["rank"].get(name, 0)), name
    assert sum(split.score.values()) == pytest.approx(split.score_after - split.score_before, abs=1e-9)
    assert sum(split.rank.values()) == split.rank_after - split.rank_before
    if "own" in expected:
        assert {part.code: pytest.approx(part.score, abs=1e-9) for part in split.own} == expected["own"]


@pytest.mark.parametrize("example", of("lead"))
def test_lead(example: dict[str, Any]) -> None:
    found = dict(points_of(lead(whole_index(example), example["unit"], example["other"])))
    for code, points in example["expected"]["points"].items():
        assert found[code] == pytest.approx(points, abs=1e-9), code


def points_of(part: Lead) -> Iterator[tuple[str, float]]:
    yield part.code, part.points
    for child in part.parts:
        yield from points_of(child)
