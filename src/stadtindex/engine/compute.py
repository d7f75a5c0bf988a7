"""From table to ranking: the one module that knows the order of the steps.

All leaves: screen → denominate → impute → treat (`engine.prepare`); each leaf: → normalise → score. An inner node:
weigh the children, combine what is there → bonus → normalise once more if the recipe says so → score. The root's
score, rounded once, is ranked.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from stadtindex.engine.aggregate.group import Group
from stadtindex.engine.aggregate.methods import AGGREGATIONS, RELATIVE
from stadtindex.engine.arrays import LARGEST, NOISE, Bools, Floats, present, sum_in_order
from stadtindex.engine.background import Background
from stadtindex.engine.column import Column
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.normalise.methods import NORMALISATIONS
from stadtindex.engine.normalise.scale import Scale
from stadtindex.engine.prepare import Leaf, computed, prepare
from stadtindex.engine.recipe import Missing, NodeRecipe, Recipe
from stadtindex.engine.results import Results
from stadtindex.engine.table import Cell, Table
from stadtindex.engine.tree import Tree
from stadtindex.engine.weigh.favourable import favourable, points, rates
from stadtindex.engine.weigh.methods import WEIGHINGS, Weighed, given_shares
from stadtindex.engine.weigh.siblings import Siblings
from stadtindex.engine.workings import Workings

__all__ = ["NOISE", "compute"]


def compute(  # noqa: PLR0913 - six things that are data of an index, the last three by keyword
    tree: Tree,
    table: Table,
    recipe: Recipe,
    *,
    denominators: Mapping[str, Floats] | None = None,
    bonus: Mapping[str, Floats] | None = None,
    background: Background | None = None,
) -> Results:
    """Compute every score of every unit, with all that lies between the table and the ranking.

    The table has one column per leaf, the recipe one entry per node, in any order. `denominators` maps the columns
    that the recipe names to arrays (n units,), `bonus` maps inner nodes to points (n,) >= 0. The result depends on
    nothing else: it is equal to the last bit on every run and every machine, and for any order of the units.

    Not applicable drops out of the unit's maximum. Missing follows the recipe: the rest is re-weighted, or the worst
    of the scale is put in its place; so does unanswered. A value whose denominator is NaN counts as missing, with a
    finding. A column that a relative method cannot scale drops out for all units, with a finding. A node without a
    score, or with less weight present than its threshold, is missing to its parent; a bonus does not revive it.

    Raises EngineError naming unit and node where inputs do not fit together or a method refuses a number.

    Reference: OECD/JRC (2008), Handbook on Constructing Composite Indicators, doi:10.1787/9789264043466-en.
    """
    given = Inputs(
        tree,
        table,
        recipe,
        {} if denominators is None else denominators,
        {} if bonus is None else bonus,
        Background() if background is None else background,
    )
    workings = Workings(given)
    # Whatever is not finite is caught by name further down; numpy's own warnings could not name it.
    with np.errstate(all="ignore"):
        leaves = _prepared(workings)
        for code in tree.postorder():
            if tree.is_leaf(code):
                _leaf(workings, leaves[code])
            else:
                _inner(workings, code)
    return workings.publish()


def _prepared(w: Workings) -> Mapping[str, Leaf]:
    """Take the leaves up to their scales, and keep what was done."""
    done = prepare(w.given)
    w.screened, w.imputation = done.screened, done.imputed
    w.findings += done.findings
    for leaf in done.leaves:
        row = w.row[leaf.column.node]
        w.raw[row], w.denominated[row], w.cells[row] = leaf.raw, leaf.denominated, leaf.cells
        w.imputed[row], w.treated[row] = leaf.imputed, leaf.column.values
        if leaf.treatment is not None:
            w.treatment.append(leaf.treatment)
    return {leaf.column.node: leaf for leaf in done.leaves}


def _leaf(w: Workings, leaf: Leaf) -> None:
    code, cells = leaf.column.node, leaf.cells
    row, chosen = w.row[code], w.given.recipe.nodes[code]
    w.applicable[row] = cells != Cell.NOT_APPLICABLE
    w.coverage[row] = np.where(w.applicable[row], np.where(cells == Cell.VALUE, 1.0, 0.0), np.nan)
    scale, w.normalised[row] = _scale(w, leaf.column, chosen)
    w.considered[row] = w.applicable[row] & (not scale.constant)
    w.score[row] = w.at_worst[row] = w.at_best[row] = w.normalised[row]
    for kind, rule in ((Cell.MISSING, chosen.missing), (Cell.UNANSWERED, chosen.unanswered)):
        absent = cells == kind
        w.at_worst[row, absent], w.at_best[row, absent] = scale.worst, scale.best
        if rule is Missing.ZERO:
            w.score[row, absent] = scale.worst


def _inner(w: Workings, code: str) -> None:
    row, chosen = w.row[code], w.given.recipe.nodes[code]
    children = w.given.tree.children(code)
    kids = [w.row[child] for child in children]
    siblings, weighed, stated = _weigh(w, code, kids)
    weights = w.weight[kids]
    considered = w.considered[kids] & (stated > 0.0)
    if chosen.combine in RELATIVE:
        considered &= ~_drop_constant(w, code, kids, considered)
    w.considered[row] = considered.any(axis=0)
    _cover(w, row, kids, stated)
    scores = w.score[kids]
    enough = _enough(stated, considered & present(scores), considered, chosen.threshold)
    shares = _shares(weights, considered & present(scores) & enough)
    method, units = AGGREGATIONS[chosen.combine], w.given.table.units
    group = Group(children, units, scores, shares, chosen.combining)
    combined, contributions = method(group)
    if weighed.favourable is not None:
        rate = rates(weighed.favourable, chosen.weighting)
        combined = np.where(enough, points(weighed.favourable, siblings.scores, chosen.weighting), np.nan)
        contributions, w.benchmark[row] = contributions * rate, weighed.favourable.benchmark
    w.share[kids], w.contribution[kids], w.combined[row] = shares, contributions, combined
    w.bonus[row], total = _add_bonus(w, code, combined)
    column = computed(Column(code, units, total, w.given.tree.node(code).direction), total)
    scale, w.score[row] = _scale(w, column, chosen)
    w.considered[row] &= not scale.constant
    bounds = []
    for ends in (w.at_worst[kids], w.at_best[kids]):
        if weighed.favourable is None:
            # With every gap filled all that is considered is present, and nothing falls below a threshold.
            filled = _shares(weights, considered)
            bound, _ = method(replace(group, scores=ends, shares=filled, measured=group))
        else:
            own = np.where(considered, ends, np.nan).T
            bound = points(favourable(siblings, chosen.weighting, own), own, chosen.weighting)
        bounds.append(scale.place(_add_bonus(w, code, bound)[1]))
    w.at_worst[row], w.at_best[row] = bounds if column.direction > 0 else bounds[::-1]


def _weigh(w: Workings, code: str, kids: list[int]) -> tuple[Siblings, Weighed, Floats]:
    """Weigh the children; also the weights (k, n) that say how much of a unit's weight is there.

    These are the weights themselves, but for the benefit of the doubt, which gives none to what is missing: there
    they are the stated ones.
    """
    tree, chosen = w.given.tree, w.given.recipe.nodes[code]
    children = tree.children(code)
    given = np.array([tree.node(child).weight for child in children])
    scores = np.where(w.considered[kids], w.score[kids], np.nan)
    siblings = Siblings(children, w.given.table.units, scores.T, given)
    weighed = WEIGHINGS[chosen.weigh](siblings, chosen.weighting)
    w.findings += [f"weights of {code!r}: {finding}" for finding in weighed.findings]
    w.weight[kids] = weighed.weights.T if weighed.weights.ndim == 2 else weighed.weights[:, np.newaxis]
    if weighed.favourable is None:
        return siblings, weighed, w.weight[kids]
    return siblings, weighed, np.broadcast_to(given_shares(given)[:, np.newaxis], scores.shape)


def _drop_constant(w: Workings, code: str, kids: list[int], considered: Bools) -> Bools:
    """Report the children without two distinct scores, and return them as (k, 1): they drop out for all units."""
    units, method = w.given.table.units, w.given.recipe.nodes[code].combine
    dropped = np.zeros((len(kids), 1), dtype=np.bool_)
    for index, child in enumerate(w.given.tree.children(code)):
        if not considered[index].any():
            continue
        scores = np.where(considered[index], w.score[kids[index]], np.nan)
        if computed(Column(child, units, scores), scores).is_constant():
            dropped[index] = True
            w.constant.append(child)
            why = "no two distinct scores; under the {method} of {code!r} it drops out for all units"
            w.findings.append(f"constant column: {child!r} has " + why.format(method=method, code=code))
    return dropped


def _cover(w: Workings, row: int, kids: list[int], stated: Floats) -> None:
    """Work out what applies to each unit, and which share of its weight has a value."""
    weights = np.where(w.applicable[kids], stated, 0.0)
    w.applicable[row] = (weights > 0.0).any(axis=0)
    measured = np.where(weights > 0.0, weights * w.coverage[kids], 0.0)
    w.coverage[row] = sum_in_order(measured) / sum_in_order(weights)  # 0 / 0 where nothing applies: NaN


def _enough(weights: Floats, available: Bools, considered: Bools, threshold: float) -> Bools:
    """Say which units (n,) have so much of the weight (k, n) of what is considered that the node has a value."""
    total = sum_in_order(np.where(available, weights, 0.0))
    wanted = sum_in_order(np.where(considered, weights, 0.0))
    # The slack keeps twelve of twenty equal weights at a threshold of 0.6, whatever their sums round to.
    enough: Bools = (total > 0.0) & (total >= (threshold - NOISE) * wanted)
    return enough


def _shares(weights: Floats, available: Bools) -> Floats:
    """Re-weight the children (k, n) that are available; all 0 for a unit that has none."""
    there = np.where(available, weights, 0.0)
    total = sum_in_order(there)
    return np.where(total > 0.0, there / total, 0.0)


def _add_bonus(w: Workings, code: str, combined: Floats) -> tuple[Floats, Floats]:
    """Return the points added and the sum, both (n,): at most the cap, never beyond the top, none to what is missing."""
    cap = w.given.recipe.nodes[code].bonus_cap
    if cap is None or code not in w.given.bonus:
        return np.zeros_like(combined), combined
    top = w.given.recipe.nodes[code].bonus_top
    room = np.maximum(top - combined, 0.0)
    added = np.where(np.isnan(combined), 0.0, np.minimum(np.minimum(w.given.bonus[code], cap), room))
    return added, combined + added


def _scale(w: Workings, column: Column, chosen: NodeRecipe) -> tuple[Scale, Floats]:
    """Fit the scale, and return with it the scores (n,) of the column."""
    scale = NORMALISATIONS[chosen.normalise.method](column, chosen.normalise)
    if scale.finding is not None:
        w.findings.append(scale.finding)
    if scale.constant:
        w.constant.append(column.node)
    placed = scale.place(column.values)
    lost = present(column.values) & ~(np.abs(placed) <= LARGEST) & (not scale.constant)
    column.refuse(
        lost, "the value {x} gives no score that can be computed with; look at the ends of the scale"
    )
    return scale, placed
