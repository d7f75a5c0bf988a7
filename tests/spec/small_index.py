"""A whole small index out of a table of the spec: nodes, recipe, values, denominators and bonus points."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from stadtindex.engine import (
    Aggregation,
    Cell,
    Denominator,
    Imputation,
    Impute,
    Missing,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Results,
    Screen,
    Table,
    Treat,
    Treatment,
    Tree,
    Weighing,
    Weighting,
    compute,
)
from stadtindex.engine.inputs import Inputs

Example = Mapping[str, Any]


def number(value: float | str) -> float:
    return (
        {"missing": math.nan, "none": math.nan, "infinite": math.inf}[value]
        if isinstance(value, str)
        else float(value)
    )


def tree_of(example: Example) -> Tree:
    """Build the tree; `lower_is_better` names the nodes whose direction is -1."""
    turned = example.get("lower_is_better", [])
    return Tree.build(
        Node(code, parent or None, weight, -1 if code in turned else 1)
        for code, parent, weight in example["nodes"]
    )


def inputs(example: Example, table: str = "table") -> Inputs:
    """Build everything that `compute` takes, from the table of that name."""
    tree = tree_of(example)
    rows = example[table]
    units = list(rows)
    kinds = {cell.name.lower(): cell for cell in Cell}
    entries = [[rows[unit][leaf] for leaf in tree.leaves] for unit in units]
    cells = [
        [kinds.get(entry, Cell.VALUE) if isinstance(entry, str) else Cell.VALUE for entry in row]
        for row in entries
    ]
    values = [[math.nan if isinstance(entry, str) else entry for entry in row] for row in entries]
    recipe = Recipe(
        {node.code: node_recipe(**example.get("recipe", {}).get(node.code, {})) for node in tree.nodes},
        screen=Screen(**example.get("screen", {})),
    )
    return Inputs(
        tree,
        Table.build(units, tree.leaves, values, cells),
        recipe,
        dict(arrays(example.get("denominators", {}), units)),
        dict(arrays(example.get("bonus", {}), units)),
    )


def whole_index(example: Example) -> Results:
    """Compute the index."""
    given = inputs(example)
    return compute(given.tree, given.table, given.recipe, denominators=given.denominators, bonus=given.bonus)


def arrays(given: Mapping[str, Mapping[str, Any]], units: list[str]) -> Iterator[tuple[str, np.ndarray]]:
    for code, row in given.items():
        yield code, np.array([number(row[unit]) for unit in units])


def node_recipe(**chosen: Any) -> NodeRecipe:
    """Build what one node does; what is not chosen keeps its default."""
    normalise = dict(chosen.pop("normalise", {}))
    method = Normalisation(normalise.pop("method", "none"))
    kinds = {"combine": Aggregation, "missing": Missing, "unanswered": Missing, "weigh": Weighing}
    named = {key: kinds[key](value) if key in kinds else value for key, value in chosen.items()}
    for key, make in (("impute", impute_of), ("treat", treat_of), ("weighting", weighting_of)):
        if key in named:
            named[key] = make(named[key])
    if "denominator" in named:
        named["denominator"] = Denominator(**named["denominator"])
    return NodeRecipe(normalise=Normalise(method, **normalise), **named)


def impute_of(chosen: Mapping[str, Any]) -> Impute:
    """Build an imputation from its table."""
    return Impute(Imputation(chosen["method"]), **rest(chosen))


def treat_of(chosen: Mapping[str, Any]) -> Treat:
    """Build a treatment from its table."""
    return Treat(Treatment(chosen["method"]), **rest(chosen))


def weighting_of(chosen: Mapping[str, Any]) -> Weighting:
    """Build the options of a weighing."""
    return Weighting(**chosen)


def rest(chosen: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in chosen.items() if key != "method"}
