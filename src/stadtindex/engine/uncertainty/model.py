"""The index prepared for many draws: which children each node has, their weights, and every leaf in every alternative."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Codes, Floats, Ints
from stadtindex.engine.column import Column
from stadtindex.engine.errors import EngineError
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.recipe import (
    Aggregation,
    Missing,
    NodeRecipe,
    Treatment,
    Weighing,
)
from stadtindex.engine.uncertainty.alternatives import Leaves, alternatives, ready
from stadtindex.engine.uncertainty.plan import Uncertainty
from stadtindex.engine.uncertainty.scales import ELEMENTWISE
from stadtindex.engine.weigh.methods import equal_shares, given_shares

# The ways to combine and to weigh that a batch of draws can do.
COMBINED = (Aggregation.ARITHMETIC, Aggregation.GEOMETRIC)
WEIGHED = (Weighing.GIVEN, Weighing.EQUAL)


@dataclass(frozen=True)
class Parent:
    """One inner node: its counting children, their edges (columns of the drawn weights), and what to do with them."""

    code: str
    depth: int
    children: tuple[str, ...]
    edges: slice
    chosen: NodeRecipe
    direction: int


@dataclass(frozen=True, eq=False)
class Model:
    """The prepared index: `parents` children first, nominal `weights` (edges,), the depth of each edge's child.

    `leaves` holds the table under each alternative of the plan. `steady` says that no draw
    changes which nodes have a value, `asks` that some node has a threshold. `alike` says that units can be computed apart from one another, `singly` that
    every draw has to be a computation of its own.
    """

    given: Inputs
    plan: Uncertainty
    parents: tuple[Parent, ...]
    weights: Floats
    depths: Ints
    edge: Mapping[str, int]
    leaf: Mapping[str, int]
    columns: tuple[tuple[Column, Codes], ...]
    leaves: tuple[Leaves, ...]
    steady: bool
    asks: bool
    alike: bool
    singly: bool

    @classmethod
    def build(cls, given: Inputs, plan: Uncertainty) -> "Model":
        """Check the plan and prepare; EngineError where a batch of draws cannot do what the recipe asks."""
        alone = singly(given, plan)
        parents, weights = _parents(given)
        columns = ready(given)
        children = [child for parent in parents for child in parent.children]
        relative = any(parent.chosen.normalise.method not in ELEMENTWISE for parent in parents)
        threshold = any(parent.chosen.threshold > 0.0 for parent in parents)
        return cls(
            given=given,
            plan=plan,
            parents=parents,
            weights=weights,
            depths=np.array([given.tree.depth(child) for child in children]),
            edge={child: index for index, child in enumerate(children)},
            leaf={code: index for index, code in enumerate(given.tree.leaves)},
            columns=columns,
            leaves=alternatives(given, plan),
            steady=not (relative or threshold or len(plan.leave_out) > 0 or len(plan.errors) > 0),
            asks=threshold,
            alike=not relative and len(plan.errors) == 0,
            singly=alone,
        )

    def combine(self, parent: Parent, options: Mapping[int, Aggregation]) -> Aggregation:
        """Say how the node combines its children under the options drawn for some depths."""
        return options.get(parent.depth, parent.chosen.combine)


def _parents(given: Inputs) -> tuple[tuple[Parent, ...], Floats]:
    tree, parents, weights, begin = given.tree, [], [], 0
    for code in tree.postorder():
        if tree.is_leaf(code):
            continue
        chosen = given.recipe.nodes[code]
        children = tree.children(code)
        stated = np.array([tree.node(child).weight for child in children])
        shares = given_shares(stated) if chosen.weigh is Weighing.GIVEN else equal_shares(stated)
        counting = tuple(child for child, share in zip(children, shares, strict=True) if share > 0.0)
        edges = slice(begin, begin + len(counting))
        begin = edges.stop
        parents.append(Parent(code, tree.depth(code), counting, edges, chosen, tree.node(code).direction))
        weights.append(shares[shares > 0.0])
    return tuple(parents), np.concatenate(weights)


def singly(given: Inputs, plan: Uncertainty) -> bool:
    """Say whether something is asked for that a batch of draws cannot do: then every draw is a computation of its own.

    EngineError where the plan does not fit the tree or its weights. Nothing is prepared for the answer.
    """
    plan.check(given)
    _refuse(given, plan)
    inner = [given.recipe.nodes[node.code] for node in given.tree.nodes if not given.tree.is_leaf(node.code)]
    combined = {option for choice in plan.combine for option in choice.options}
    combined |= {chosen.combine for chosen in inner}
    batched = combined <= set(COMBINED) and all(chosen.weigh in WEIGHED for chosen in inner)
    return not batched or _errors_change_leaves(given, plan)


def _errors_change_leaves(given: Inputs, plan: Uncertainty) -> bool:
    """Say whether a drawn value would change what is imputed, or how a column is treated."""
    if len(plan.errors) == 0:
        return False
    chosen = [given.recipe.nodes[code] for code in given.tree.leaves]
    imputes = Missing.IMPUTE in plan.missing or any(leaf.imputes for leaf in chosen)
    return imputes or len(plan.treat) > 0 or any(leaf.treat.method is not Treatment.NONE for leaf in chosen)


def _refuse(given: Inputs, plan: Uncertainty) -> None:
    """Refuse weights that are drawn where the recipe takes them from the data."""
    for noise in plan.weights:
        for code in (node.code for node in given.tree.nodes if not given.tree.is_leaf(node.code)):
            weigh = given.recipe.nodes[code].weigh
            if given.tree.depth(code) + 1 == noise.depth and weigh not in WEIGHED:
                raise EngineError(f"weights by {weigh} follow from the data and cannot be drawn", node=code)
