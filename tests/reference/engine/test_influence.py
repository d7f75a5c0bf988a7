"""Influence where the main effects are known by analysis."""

import math

import numpy as np
import pytest

from stadtindex.engine import Node, NodeRecipe, Recipe, Table, Tree, compute
from stadtindex.engine.diagnose.influence import influence
from stadtindex.engine.diagnose.smooth import correlation_ratio


def chance(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=seed))


@pytest.mark.parametrize("units", [300, 900, 20_000])
def test_the_main_effects_of_the_ishigami_function(units: int) -> None:
    """0.3139, 0.4424 and 0 (analysis), of which a straight line sees 0.19, 0 and 0."""
    x = math.pi * (2.0 * chance(units).random((3, units)) - 1.0)
    y = np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
    found = [correlation_ratio(column, y) for column in x]
    assert found == pytest.approx([0.3139, 0.4424, 0.0], abs=0.08 if units < 10_000 else 0.02)


def test_independent_indicators_count_by_the_square_of_weight_times_spread() -> None:
    units = 900
    values = chance(5).normal(size=(units, 3)) * np.array([1.0, 2.0, 1.0])
    weights = [2.0, 1.0, 1.0]
    tree = Tree.build(
        [Node("index", None), *(Node(f"n{i}", "index", weight) for i, weight in enumerate(weights))]
    )
    table = Table.build([f"u{i}" for i in range(units)], ["n0", "n1", "n2"], values)
    found = influence(compute(tree, table, Recipe({node.code: NodeRecipe() for node in tree.nodes})))
    assert found.weight.tolist() == [0.5, 0.25, 0.25]
    assert found.main_effect == pytest.approx([4 / 9, 4 / 9, 1 / 9], abs=0.05)
    assert found.ratio == pytest.approx([8 / 9, 16 / 9, 4 / 9], abs=0.15)


def test_classes_written_out() -> None:
    """The correlation ratio with Kelley's correction, class by class."""
    x = np.array([1.0, 2.0, 2.0, 5.0, 5.0, 5.0, 9.0, 9.0])
    y = np.array([3.0, 8.0, 4.0, 7.0, 7.5, 9.0, 1.0, 2.0])
    within = total = 0.0
    for value in (1.0, 2.0, 5.0, 9.0):
        inside = [b for a, b in zip(x.tolist(), y.tolist(), strict=True) if a == value]
        within += sum((b - sum(inside) / len(inside)) ** 2 for b in inside)
    total = sum((b - y.mean()) ** 2 for b in y.tolist())
    assert correlation_ratio(x, y) == pytest.approx(1.0 - within / total * 7.0 / 4.0, rel=1e-12)
