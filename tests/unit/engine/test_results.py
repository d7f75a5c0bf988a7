"""Results: frozen, complete, and explained to the last addend."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from stadtindex.engine import (
    Aggregation,
    Cell,
    Denominator,
    EngineError,
    Missing,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Note,
    Recipe,
    Results,
    Table,
    Tree,
    compute,
)

NAN = math.nan


def example() -> Results:
    tree = Tree.build(
        [
            Node("index", None),
            Node("good", "index", weight=3),
            Node("flat", "index"),
            Node("a", "good"),
            Node("b", "good"),
            Node("c", "good"),
            Node("extra", "good", weight=0),
            Node("same", "flat"),
        ]
    )
    cells = [
        [Cell.VALUE, Cell.VALUE, Cell.NOT_APPLICABLE, Cell.VALUE, Cell.VALUE],
        [Cell.VALUE, Cell.UNANSWERED, Cell.MISSING, Cell.VALUE, Cell.VALUE],
        [Cell.MISSING, Cell.MISSING, Cell.VALUE, Cell.VALUE, Cell.VALUE],
        [Cell.NOT_APPLICABLE] * 5,
    ]
    values = [[20.0, 40.0, NAN, 1.0, 7.0], [30.0, NAN, NAN, 1.0, 7.0], [NAN, NAN, 9.0, 1.0, 7.0], [NAN] * 5]
    table = Table.build(["u", "v", "w", "x"], ["a", "b", "c", "extra", "same"], values, cells)
    nodes = {node.code: NodeRecipe() for node in tree.nodes}
    nodes["a"] = NodeRecipe(denominator=Denominator("people", 10.0))
    nodes["same"] = NodeRecipe(normalise=Normalise(Normalisation.MIN_MAX))
    nodes["good"] = NodeRecipe(threshold=0.5, bonus_cap=5.0)
    people = np.array([2.0, 10.0, 1.0, 1.0])
    return compute(
        tree,
        table,
        Recipe(nodes),
        denominators={"people": people},
        bonus={"good": np.array([2.0, 0.0, 2.0, 2.0])},
    )


def test_everything_is_frozen() -> None:
    results = example()
    with pytest.raises(FrozenInstanceError):
        results.units = ()  # type: ignore[misc]
    for column in results.tables().values():
        with pytest.raises(TypeError):
            column["new"] = np.zeros(4)  # type: ignore[index]
        for values in column.values():
            assert not values.flags.writeable
            assert values.shape == (4,)


def test_every_table_is_there_for_its_nodes() -> None:
    results = example()
    leaves, inner = {"a", "b", "c", "extra", "same"}, {"index", "good", "flat"}
    tables = results.tables()
    of_leaves = {"raw", "denominated", "imputed", "treated", "normalised", "cells"}
    of_inner = {"combined", "benchmark", "bonus"}
    for name, column in tables.items():
        expected = leaves if name in of_leaves else inner if name in of_inner else leaves | inner
        assert set(column) == expected, name
    assert of_leaves | of_inner < set(tables)
    assert len(tables) == 19


def test_explain_an_inner_node() -> None:
    way = example().explain("u", "good")
    assert way.combine is Aggregation.ARITHMETIC
    assert [(part.code, part.note) for part in way.addends] == [
        ("a", Note.NOTHING),
        ("b", Note.NOTHING),
        ("c", Note.NOT_APPLICABLE),
        ("extra", Note.NO_WEIGHT),
    ]
    assert [part.share for part in way.addends] == [0.5, 0.5, 0.0, 0.0]
    assert [part.weight for part in way.addends] == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0.0])
    assert [part.contribution for part in way.addends] == [50.0, 20.0, 0.0, 0.0]
    assert [part.cell for part in way.addends] == [Cell.VALUE, Cell.VALUE, Cell.NOT_APPLICABLE, Cell.VALUE]
    assert (way.combined, way.bonus, way.score) == (70.0, 2.0, 72.0)
    assert math.isnan(way.raw)
    assert way.note is Note.NOTHING


def test_explain_a_leaf() -> None:
    way = example().explain("u", "a")
    assert (way.raw, way.denominated, way.score) == (20.0, 100.0, 100.0)
    assert (way.combine, way.addends, way.note) == (None, (), Note.NOTHING)
    assert math.isnan(way.combined)
    assert math.isnan(way.bonus)


def test_notes_say_why_something_is_not_there() -> None:
    results = example()
    notes = {
        (unit, node): results.explain(unit, node).note for unit in results.units for node in results.score
    }
    assert notes["v", "b"] is Note.NOT_EVIDENCED
    assert notes["v", "c"] is Note.MISSING
    assert notes["v", "same"] is Note.CONSTANT
    assert notes["v", "flat"] is Note.CONSTANT
    assert notes["w", "a"] is Note.MISSING
    assert notes["w", "good"] is Note.BELOW_THRESHOLD
    assert notes["w", "index"] is Note.MISSING
    assert notes["x", "good"] is Note.NOT_APPLICABLE
    assert notes["x", "index"] is Note.NOT_APPLICABLE
    assert notes["u", "index"] is Note.NOTHING


def test_missing_put_at_the_worst_is_marked_as_not_evidenced() -> None:
    tree = Tree.build([Node("r", None), Node("a", "r"), Node("b", "r")])
    table = Table.build(["u", "v"], ["a", "b"], [[NAN, 5.0], [NAN, NAN]])
    zero = NodeRecipe(missing=Missing.ZERO)
    results = compute(tree, table, Recipe({"r": NodeRecipe(), "a": zero, "b": NodeRecipe()}))
    assert results.explain("u", "a").note is Note.NOT_EVIDENCED
    assert [part.note for part in results.explain("v", "r").addends] == [Note.NOT_EVIDENCED, Note.MISSING]


def test_a_node_under_which_all_is_missing_is_missing() -> None:
    tree = Tree.build([Node("r", None), Node("x", "r"), Node("a", "x"), Node("b", "r")])
    table = Table.build(["u"], ["a", "b"], [[NAN, 5.0]])
    results = compute(tree, table, Recipe({node.code: NodeRecipe() for node in tree.nodes}))
    assert results.explain("u", "x").note is Note.MISSING
    assert results.explain("u", "r").note is Note.NOTHING


def test_addends_add_up_under_a_geometric_mean_to_the_logarithm() -> None:
    tree = Tree.build([Node("r", None), Node("a", "r", weight=2), Node("b", "r")])
    table = Table.build(["u"], ["a", "b"], [[80.0, 20.0]])
    chosen = Recipe({"r": NodeRecipe(combine=Aggregation.GEOMETRIC), "a": NodeRecipe(), "b": NodeRecipe()})
    way = compute(tree, table, chosen).explain("u", "r")
    assert sum(part.contribution for part in way.addends) == pytest.approx(math.log(way.combined), abs=1e-12)


def test_unknown_names() -> None:
    with pytest.raises(EngineError, match="unit 'nowhere': the results have no such unit"):
        example().explain("nowhere", "index")
    with pytest.raises(EngineError, match="node 'nothing': the tree has no such node"):
        example().explain("u", "nothing")
