"""The index prepared for many draws: which children each node has, their weights, and every leaf in every alternative."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from stadtindex.engine.arrays import LARGEST, Bools, Codes, Floats, Ints, present
from stadtindex.engine.column import Column
from stadtindex.engine.errors import EngineError
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.normalise.methods import NORMALISATIONS
from stadtindex.engine.prepare import prepare
from stadtindex.engine.recipe import (
    Aggregation,
    Missing,
    NodeRecipe,
    Normalisation,
    Normalise,
    Treatment,
    Weighing,
)
from stadtindex.engine.table import Cell
from stadtindex.engine.uncertainty.plan import Uncertainty
from stadtindex.engine.weigh.methods import equal_shares, given_shares

# Normalisations that look at one unit alone, and the ways to combine and to weigh, that a batch of draws can do.
ELEMENTWISE = (Normalisation.NONE, Normalisation.FIXED, Normalisation.GOALPOSTS)
BATCHED = (
    *ELEMENTWISE,
    Normalisation.MIN_MAX,
    Normalisation.Z_SCORE,
    Normalisation.RANK,
    Normalisation.PERCENTILE,
)
COMBINED = (Aggregation.ARITHMETIC, Aggregation.GEOMETRIC)
WEIGHED = (Weighing.GIVEN, Weighing.EQUAL)


@dataclass(frozen=True, eq=False)
class Leaves:
    """All leaves under one alternative, (leaves, n): scores (0 where none), where there is one, where one could be; their recipes."""

    score: Floats
    present: Bools
    considered: Bools
    chosen: tuple[NodeRecipe, ...]


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

    `leaves` holds the table under each alternative (normalisation times missing rule). `steady` says that no draw
    changes which nodes have a value. `alike` says that units can be computed apart from one another.
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
    alike: bool

    @classmethod
    def build(cls, given: Inputs, plan: Uncertainty) -> "Model":
        """Check the plan and prepare; EngineError where a batch of draws cannot do what the recipe asks."""
        plan.check(given)
        _refuse_errors(given, plan)
        parents, weights = _parents(given)
        columns = _columns(given)
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
            leaves=alternatives(given, plan, columns),
            steady=not (relative or threshold or len(plan.leave_out) > 0 or len(plan.errors) > 0),
            alike=not relative and len(plan.errors) == 0,
        )

    def combine(self, parent: Parent, options: Mapping[int, Aggregation]) -> Aggregation:
        """Say how the node combines its children under the options drawn for some depths."""
        return options.get(parent.depth, parent.chosen.combine)


def alternatives(
    given: Inputs, plan: Uncertainty, columns: tuple[tuple[Column, Codes], ...]
) -> tuple[Leaves, ...]:
    """Return the leaves under each alternative: for each normalisation in turn each missing rule."""
    scales: tuple[Normalise | None, ...] = plan.normalise if len(plan.normalise) > 0 else (None,)
    rules: tuple[Missing | None, ...] = plan.missing if len(plan.missing) > 0 else (None,)
    with np.errstate(all="ignore"):
        by_rule = {rule: columns if rule is None else _columns(_under(given, rule)) for rule in rules}
        return tuple(_leaves(given, plan, by_rule[rule], (scale, rule)) for scale in scales for rule in rules)


def _columns(given: Inputs) -> tuple[tuple[Column, Codes], ...]:
    """Return every leaf ready for its scale, and its cells; as `engine.compute` has them."""
    with np.errstate(all="ignore"):
        return tuple((leaf.column, leaf.cells) for leaf in prepare(given).leaves)


def _under(given: Inputs, rule: Missing) -> Inputs:
    """Return the inputs with another rule for missing cells."""
    leaves = {code: replace(given.recipe.nodes[code], missing=rule) for code in given.tree.leaves}
    return replace(given, recipe=replace(given.recipe, nodes={**given.recipe.nodes, **leaves}))


def _leaves(
    given: Inputs,
    plan: Uncertainty,
    columns: tuple[tuple[Column, Codes], ...],
    alternative: tuple[Normalise | None, Missing | None],
) -> Leaves:
    shape = (len(columns), len(given.table.units))
    score, considered = np.empty(shape), np.empty(shape, dtype=np.bool_)
    recipes = []
    for row, (column, cells) in enumerate(columns):
        chosen = given.recipe.nodes[column.node]
        if alternative[0] is not None and (
            plan.normalise_leaves is None or column.node in plan.normalise_leaves
        ):
            chosen = replace(chosen, normalise=alternative[0])
        scale = NORMALISATIONS[chosen.normalise.method](column, chosen.normalise)
        score[row] = scale.place(column.values)
        lost = present(column.values) & ~(np.abs(score[row]) <= LARGEST) & (not scale.constant)
        column.refuse(lost, "the value {x} gives no score that can be computed with")
        chosen = chosen if alternative[1] is None else replace(chosen, missing=alternative[1])
        recipes.append(chosen)
        for kind, rule in ((Cell.MISSING, chosen.missing), (Cell.UNANSWERED, chosen.unanswered)):
            if rule is Missing.ZERO:
                score[row, cells == kind] = scale.worst
        considered[row] = (cells != Cell.NOT_APPLICABLE) & (not scale.constant)
    there = present(score) & considered
    return Leaves(np.where(there, score, 0.0), there, considered, tuple(recipes))


def _parents(given: Inputs) -> tuple[tuple[Parent, ...], Floats]:
    tree, parents, weights, begin = given.tree, [], [], 0
    for code in tree.postorder():
        if tree.is_leaf(code):
            continue
        chosen = given.recipe.nodes[code]
        _refuse(code, chosen)
        children = tree.children(code)
        stated = np.array([tree.node(child).weight for child in children])
        shares = given_shares(stated) if chosen.weigh is Weighing.GIVEN else equal_shares(stated)
        counting = tuple(child for child, share in zip(children, shares, strict=True) if share > 0.0)
        edges = slice(begin, begin + len(counting))
        begin = edges.stop
        parents.append(Parent(code, tree.depth(code), counting, edges, chosen, tree.node(code).direction))
        weights.append(shares[shares > 0.0])
    return tuple(parents), np.concatenate(weights)


def _refuse_errors(given: Inputs, plan: Uncertainty) -> None:
    """Refuse errors of measurement where a drawn value would change what is imputed, or how a column is treated."""
    for code in given.tree.leaves if len(plan.errors) > 0 else ():
        if given.recipe.nodes[code].imputes or Missing.IMPUTE in plan.missing:
            raise EngineError(
                "errors of measurement are not drawn in batches where gaps are imputed", node=code
            )
    for error in plan.errors:
        if given.recipe.nodes[error.leaf].treat.method is not Treatment.NONE:
            why = "errors of measurement are not drawn in batches where the column is treated"
            raise EngineError(why, node=error.leaf)


def _refuse(code: str, chosen: NodeRecipe) -> None:
    if chosen.weigh not in WEIGHED:
        raise EngineError(f"weights by {chosen.weigh} are not drawn in batches", node=code)
    if chosen.combine not in COMBINED:
        raise EngineError(f"aggregation by {chosen.combine} is not computed in batches", node=code)
    if chosen.normalise.method not in BATCHED:
        raise EngineError(f"normalising again by {chosen.normalise.method} is not done in batches", node=code)
