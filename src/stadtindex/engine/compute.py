"""From table to ranking: the one module that knows the order of the steps.

A leaf: raw → denominate → normalise → score. An inner node: weigh the children, combine what is there → bonus →
normalise once more if the recipe says so → score. The root's score, rounded once, is ranked.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from stadtindex.engine.aggregate.group import Group
from stadtindex.engine.aggregate.methods import AGGREGATIONS, RELATIVE
from stadtindex.engine.arrays import LARGEST, NOISE, Bools, Floats, present, sum_in_order
from stadtindex.engine.column import Column
from stadtindex.engine.denominate import denominate
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.normalise.methods import NORMALISATIONS
from stadtindex.engine.normalise.scale import Scale
from stadtindex.engine.recipe import Missing, NodeRecipe, Recipe
from stadtindex.engine.results import Results
from stadtindex.engine.table import Cell, Table
from stadtindex.engine.tree import Tree
from stadtindex.engine.weigh.methods import WEIGHINGS
from stadtindex.engine.workings import Workings

__all__ = ["NOISE", "compute"]

# So many units are named in a finding, the others counted.
NAMED = 5


def compute(
    tree: Tree,
    table: Table,
    recipe: Recipe,
    *,
    denominators: Mapping[str, Floats] | None = None,
    bonus: Mapping[str, Floats] | None = None,
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
    )
    workings = Workings(given)
    # Whatever is not finite is caught by name further down; numpy's own warnings could not name it.
    with np.errstate(all="ignore"):
        for code in tree.postorder():
            if tree.is_leaf(code):
                _leaf(workings, code)
            else:
                _inner(workings, code)
    return workings.publish()


def _leaf(w: Workings, code: str) -> None:
    row, table, chosen = w.row[code], w.given.table, w.given.recipe.nodes[code]
    index = table.columns.index(code)
    cells = table.cells[:, index].copy()
    column = Column(code, table.units, table.values[:, index].copy(), w.given.tree.node(code).direction)
    w.raw[row] = column.values
    if chosen.denominator is not None:
        by = w.given.denominators[chosen.denominator.column]
        lost = (cells == Cell.VALUE) & np.isnan(by)
        cells[lost] = Cell.MISSING
        _report_lost(w, column, lost, chosen.denominator.column)
        column = _computed(column, denominate(column, chosen.denominator, by))
    w.denominated[row], w.cells[row] = column.values, cells
    w.applicable[row] = cells != Cell.NOT_APPLICABLE
    w.coverage[row] = np.where(w.applicable[row], np.where(cells == Cell.VALUE, 1.0, 0.0), np.nan)
    scale, w.normalised[row] = _scale(w, column, chosen)
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
    weights = _weights(w, code, kids)
    counting = weights > 0.0
    considered = w.considered[kids] & counting
    if chosen.combine in RELATIVE:
        considered &= ~_drop_constant(w, code, kids, considered)
    w.considered[row] = considered.any(axis=0)
    _cover(w, row, kids)
    scores = w.score[kids]
    shares = _shares(weights, considered & present(scores), considered, chosen.threshold)
    method, units = AGGREGATIONS[chosen.combine], w.given.table.units
    group = Group(children, units, scores, shares, chosen.combining)
    combined, contributions = method(group)
    w.share[kids], w.contribution[kids], w.combined[row] = shares, contributions, combined
    w.bonus[row], total = _add_bonus(w, code, combined)
    column = _computed(Column(code, units, total, w.given.tree.node(code).direction), total)
    scale, w.score[row] = _scale(w, column, chosen)
    w.considered[row] &= not scale.constant
    # With every gap filled all that is considered is present, and nothing falls below a threshold.
    filled = _shares(weights, considered, considered, 0.0)
    bounds = []
    for scores in (w.at_worst[kids], w.at_best[kids]):
        bound, _ = method(replace(group, scores=scores, shares=filled, measured=group))
        bounds.append(scale.place(_add_bonus(w, code, bound)[1]))
    w.at_worst[row], w.at_best[row] = bounds if column.direction > 0 else bounds[::-1]


def _weights(w: Workings, code: str, kids: list[int]) -> Floats:
    tree = w.given.tree
    given = np.array([tree.node(child).weight for child in tree.children(code)])
    weights = WEIGHINGS[w.given.recipe.nodes[code].weigh](given, w.score[kids])
    w.weight[kids] = weights if weights.ndim == 2 else weights[:, np.newaxis]
    return w.weight[kids]


def _drop_constant(w: Workings, code: str, kids: list[int], considered: Bools) -> Bools:
    """Report the children without two distinct scores, and return them as (k, 1): they drop out for all units."""
    units, method = w.given.table.units, w.given.recipe.nodes[code].combine
    dropped = np.zeros((len(kids), 1), dtype=np.bool_)
    for index, child in enumerate(w.given.tree.children(code)):
        if not considered[index].any():
            continue
        scores = np.where(considered[index], w.score[kids[index]], np.nan)
        if _computed(Column(child, units, scores), scores).is_constant():
            dropped[index] = True
            w.constant.append(child)
            why = "no two distinct scores; under the {method} of {code!r} it drops out for all units"
            w.findings.append(f"constant column: {child!r} has " + why.format(method=method, code=code))
    return dropped


def _cover(w: Workings, row: int, kids: list[int]) -> None:
    """Work out what applies to each unit, and which share of its weight has a value."""
    weights = np.where(w.applicable[kids], w.weight[kids], 0.0)
    w.applicable[row] = (weights > 0.0).any(axis=0)
    measured = np.where(weights > 0.0, weights * w.coverage[kids], 0.0)
    w.coverage[row] = sum_in_order(measured) / sum_in_order(weights)  # 0 / 0 where nothing applies: NaN


def _shares(weights: Floats, available: Bools, considered: Bools, threshold: float) -> Floats:
    """Re-weight the children (k, n) that are available; all 0 for a unit with too little available."""
    there = np.where(available, weights, 0.0)
    total = sum_in_order(there)
    wanted = sum_in_order(np.where(considered, weights, 0.0))
    # The slack keeps twelve of twenty equal weights at a threshold of 0.6, whatever their sums round to.
    enough = (total > 0.0) & (total >= (threshold - NOISE) * wanted)
    return np.where(enough, there / total, 0.0)


def _add_bonus(w: Workings, code: str, combined: Floats) -> tuple[Floats, Floats]:
    """Return the points added and the sum, both (n,): at most the cap, never beyond the top, none to what is missing."""
    cap = w.given.recipe.nodes[code].bonus_cap
    if cap is None or code not in w.given.bonus:
        return np.zeros_like(combined), combined
    top = w.given.recipe.nodes[code].bonus_top
    room = np.maximum(top - combined, 0.0)
    added = np.where(np.isnan(combined), 0.0, np.minimum(np.minimum(w.given.bonus[code], cap), room))
    return added, combined + added


def _computed(column: Column, values: Floats) -> Column:
    """Return the column with computed values (n,), the last bits of which are rounding."""
    known = values[present(values)]
    noise = NOISE * float(np.abs(known).max()) if known.size > 0 else 0.0
    return replace(column, values=values, noise=noise)


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


def _report_lost(w: Workings, column: Column, lost: Bools, denominator: str) -> None:
    if lost.any():
        units = [repr(unit) for unit, gone in zip(column.units, lost, strict=True) if gone]
        named = ", ".join(units[:NAMED]) + (" …" if len(units) > NAMED else "")
        w.findings.append(
            f"no denominator {denominator!r}: {column.node!r} counts as missing for {len(units)} unit(s): {named}"
        )
