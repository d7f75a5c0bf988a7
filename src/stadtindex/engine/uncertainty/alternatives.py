"""The leaves under each alternative of a plan: which treatment, imputation, scale and rule for gaps was drawn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from stadtindex.engine.arrays import LARGEST, Bools, Codes, Floats, present
from stadtindex.engine.column import Column
from stadtindex.engine.impute.gaps import Impute
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.normalise.methods import NORMALISATIONS
from stadtindex.engine.prepare import prepare
from stadtindex.engine.recipe import Missing, NodeRecipe, Normalise
from stadtindex.engine.table import Cell
from stadtindex.engine.treat.options import Treat
from stadtindex.engine.uncertainty.plan import Uncertainty

Columns = tuple[tuple[Column, Codes], ...]


@dataclass(frozen=True, eq=False)
class Leaves:
    """All leaves under one alternative, (leaves, n) each.

    `score` (0 where none), `present` where there is one, `considered`
    where one could be; their recipes in `chosen`.
    """

    score: Floats
    present: Bools
    considered: Bools
    chosen: tuple[NodeRecipe, ...]


@dataclass(frozen=True)
class Alternative:
    """One of each choice about leaves; None: as the recipe says."""

    treat: Treat | None
    impute: Impute | None
    normalise: Normalise | None
    missing: Missing | None
    scales: Mapping[str, Normalise]

    @property
    def before(self) -> tuple[Treat | None, Impute | None, Missing | None]:
        """Return what is decided before the leaves are put on their scales."""
        return self.treat, self.impute, self.missing


def listed(plan: Uncertainty) -> Iterator[Alternative]:
    """Yield the alternatives in the order of their numbers (see `Uncertainty.leaf_choices`)."""
    single = [choice.leaf for choice in plan.scales]
    for treat, impute, normalise, missing in product(
        plan.treat or (None,), plan.impute or (None,), plan.normalise or (None,), plan.missing or (None,)
    ):
        for scales in product(*(choice.options for choice in plan.scales)):
            yield Alternative(treat, impute, normalise, missing, dict(zip(single, scales, strict=True)))


def under(given: Inputs, plan: Uncertainty, alternative: Alternative) -> Inputs:
    """Return the inputs with the recipes of the leaves as the alternative has them."""
    nodes = dict(given.recipe.nodes)
    for code in given.tree.leaves:
        chosen = nodes[code]
        rule = chosen.missing if alternative.missing is None else alternative.missing
        imputes = alternative.impute is not None and Missing.IMPUTE in (rule, chosen.unanswered)
        filled = alternative.impute if imputes and alternative.impute is not None else chosen.impute
        chosen = replace(chosen, missing=rule, impute=filled)
        if alternative.treat is not None and (plan.treat_leaves is None or code in plan.treat_leaves):
            chosen = replace(chosen, treat=alternative.treat)
        if alternative.normalise is not None and (
            plan.normalise_leaves is None or code in plan.normalise_leaves
        ):
            chosen = replace(chosen, normalise=alternative.normalise)
        if code in alternative.scales:
            chosen = replace(chosen, normalise=alternative.scales[code])
        nodes[code] = chosen
    return replace(given, recipe=replace(given.recipe, nodes=nodes))


def ready(given: Inputs) -> Columns:
    """Return every leaf ready for its scale, and its cells; as `engine.compute` has them."""
    with np.errstate(all="ignore"):
        return tuple((leaf.column, leaf.cells) for leaf in prepare(given).leaves)


def alternatives(given: Inputs, plan: Uncertainty) -> tuple[Leaves, ...]:
    """Return the leaves under each alternative; EngineError where a method refuses a number."""
    kept: dict[tuple[Treat | None, Impute | None, Missing | None], Columns] = {}
    found = []
    with np.errstate(all="ignore"):
        for alternative in listed(plan):
            inputs = under(given, plan, alternative)
            if alternative.before not in kept:
                kept[alternative.before] = ready(inputs)
            found.append(_leaves(inputs, kept[alternative.before]))
    return tuple(found)


def _leaves(given: Inputs, columns: Columns) -> Leaves:
    shape = (len(columns), len(given.table.units))
    score, considered = np.empty(shape), np.empty(shape, dtype=np.bool_)
    recipes = tuple(given.recipe.nodes[column.node] for column, _ in columns)
    for row, ((column, cells), chosen) in enumerate(zip(columns, recipes, strict=True)):
        scale = NORMALISATIONS[chosen.normalise.method](column, chosen.normalise)
        score[row] = scale.place(column.values)
        lost = present(column.values) & ~(np.abs(score[row]) <= LARGEST) & (not scale.constant)
        column.refuse(lost, "the value {x} gives no score that can be computed with")
        for kind, rule in ((Cell.MISSING, chosen.missing), (Cell.UNANSWERED, chosen.unanswered)):
            if rule is Missing.ZERO:
                score[row, cells == kind] = scale.worst
        considered[row] = (cells != Cell.NOT_APPLICABLE) & (not scale.constant)
    there = present(score) & considered
    return Leaves(np.where(there, score, 0.0), there, considered, recipes)
