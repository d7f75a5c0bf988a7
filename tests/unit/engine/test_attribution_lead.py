"""Why one unit is ahead of another, node by node."""

import math

import numpy as np
import pytest

from stadtindex.engine import (
    Aggregation,
    EngineError,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Table,
    Tree,
    compute,
)
from stadtindex.engine.attribution.lead import Lead, lead

FIXED = NodeRecipe(normalise=Normalise(Normalisation.FIXED, low=0.0, high=100.0))


def results(values, inner: dict[str, NodeRecipe] | None = None, bonus=None):
    """Root with the domains x (leaves a and b) and y (leaf c); x weighs 3, y 1."""
    nodes = [Node("root", None), Node("x", "root", 3.0), Node("y", "root", 1.0)]
    nodes += [Node("a", "x"), Node("b", "x"), Node("c", "y")]
    recipe = {"root": NodeRecipe(), "x": NodeRecipe(bonus_cap=10.0), "y": NodeRecipe()}
    recipe |= dict.fromkeys(("a", "b", "c"), FIXED) | (inner or {})
    units = [f"u{index}" for index in range(len(values))]
    return compute(
        Tree.build(nodes), Table.build(units, ["a", "b", "c"], values), Recipe(recipe), bonus=bonus
    )


def flat(found: Lead) -> dict[str, float]:
    points: dict[str, float] = {}
    for part in found.parts:
        points[part.code] = points.get(part.code, 0.0) + part.points
        if len(part.parts) > 0:
            points |= {f"{part.code}/{code}": value for code, value in flat(part).items()}
    return points


def adds_up(found: Lead) -> bool:
    if len(found.parts) == 0:
        return True
    whole = math.isclose(math.fsum(part.points for part in found.parts), found.points, abs_tol=1e-9)
    return whole and all(adds_up(part) for part in found.parts)


def test_by_hand() -> None:
    """x weighs 3/4: a 30 points ahead gives 3/8 of 30, b 10 behind takes 3/8 of 10, c 8 ahead a quarter of 8."""
    found = lead(results([[50, 20, 28], [20, 30, 20]]), "u0", "u1")
    assert found.points == pytest.approx(9.5)
    assert flat(found) == pytest.approx({"x": 7.5, "x/a": 11.25, "x/b": -3.75, "y": 2.0, "y/c": 2.0})
    assert adds_up(found)


def test_the_other_way_round_the_signs_turn() -> None:
    found = results([[50, 20, 28], [20, 30, 20]])
    there, back = flat(lead(found, "u0", "u1")), flat(lead(found, "u1", "u0"))
    assert {code: -points for code, points in back.items()} == pytest.approx(there)


def test_a_unit_is_not_ahead_of_itself() -> None:
    found = lead(results([[50, 20, 28], [20, 30, 20]]), "u0", "u0")
    assert set(flat(found).values()) == {0.0}


def test_equal_nodes_may_differ_below() -> None:
    found = lead(results([[50, 20, 28], [20, 50, 28]]), "u0", "u1")
    assert flat(found) == pytest.approx({"x": 0.0, "x/a": 11.25, "x/b": -11.25, "y": 0.0, "y/c": 0.0})


def test_bonus_points_stand_beside_the_children() -> None:
    found = lead(results([[50, 20, 28], [50, 20, 28]], bonus={"x": np.array([4.0, 0.0])}), "u0", "u1")
    (x, _) = found.parts
    assert [(part.code, part.points) for part in x.parts] == [("a", 0.0), ("b", 0.0), ("x", 3.0)]
    assert adds_up(found)


def test_what_one_lacks_is_its_effect_on_the_mean() -> None:
    """u1 has no c, so that its root is x alone (25): c, when there, moves u0 from 35 by (28 - 35) / 4."""
    found = lead(results([[50, 20, 28], [20, 30, np.nan]]), "u0", "u1")
    assert found.points == pytest.approx(35 * 0.75 + 7 - 25)
    x, y = found.parts
    # Shapley of x and y: x alone 10, then y -1.75; y first 0.75, then x 7.5.
    assert (x.points, y.points) == pytest.approx((8.75, -0.5))
    assert y.parts == ()
    assert adds_up(found)


def test_a_geometric_mean() -> None:
    """Root geometric of x (weight 3/4) and y: the two orders averaged, by hand with powers."""
    found = lead(
        results([[50, 50, 16], [20, 20, 81]], {"root": NodeRecipe(combine=Aggregation.GEOMETRIC)}), "u0", "u1"
    )

    def worth(x: float, y: float) -> float:
        return x**0.75 * y**0.25

    x = (worth(50, 81) - worth(20, 81) + worth(50, 16) - worth(20, 16)) / 2
    assert found.parts[0].points == pytest.approx(x)
    assert flat(found)["x/a"] == pytest.approx(x / 2)
    assert adds_up(found)


def test_a_relative_scale_above() -> None:
    """x is put on 0 to 100 between 10 and 40, a slope of 10/3."""
    inner = {"x": NodeRecipe(normalise=Normalise(Normalisation.MIN_MAX))}
    found = lead(results([[50, 20, 28], [20, 30, 20], [40, 40, 10], [10, 10, 5]], inner), "u0", "u1")
    assert flat(found)["x/a"] == pytest.approx(30 / 2 * 100 / 30 * 0.75)
    assert adds_up(found)


def test_names_that_are_not_there_and_units_without_score() -> None:
    found = results([[50, 20, 28], [np.nan, np.nan, np.nan]])
    with pytest.raises(EngineError, match="unit 'nobody'"):
        lead(found, "u0", "nobody")
    with pytest.raises(EngineError, match=r"unit 'u1'.*no score"):
        lead(found, "u0", "u1")
