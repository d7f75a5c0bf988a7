"""The leaves made ready for their scales: screen, denominate, impute once over the whole table, treat each column.

`engine.compute` and the simulation of uncertainty take their columns from here, so that both mean the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from stadtindex.engine.arrays import NOISE, Bools, Codes, Floats, present
from stadtindex.engine.column import Column
from stadtindex.engine.denominate import denominate
from stadtindex.engine.errors import EngineError
from stadtindex.engine.impute.fill import impute
from stadtindex.engine.impute.gaps import Gaps, Imputed, Wave
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.recipe import Missing, NodeRecipe, Transformation, Treatment
from stadtindex.engine.screen import Screen, Screened, groups_of, screen
from stadtindex.engine.table import Cell
from stadtindex.engine.treat.columns import Treated, treat

# So many units are named in a finding, the others counted.
NAMED = 5


@dataclass(frozen=True, eq=False)
class Leaf:
    """One leaf, all arrays (n,): from the value as it was given to the column that is put on a scale.

    `raw` and `denominated` are NaN where there is no value, and `denominated` also where it was not used because the
    unit was screened out; `imputed` is NaN but for the values that were put in. `cells` are as used: a value without
    denominator is MISSING, a unit screened out is NOT_APPLICABLE throughout, an imputed cell stays what it was.
    `treatment` is the report of the treatment, None where none was chosen. `column` is ready.
    """

    raw: Floats
    denominated: Floats
    imputed: Floats
    cells: Codes
    treatment: Treated | None
    column: Column


@dataclass(frozen=True, eq=False)
class Prepared:
    """All leaves in the order of the tree, the report of the screening (None: nothing asked), and findings.

    `imputed` is the report of the imputation over the units that passed, None where no gap was to be filled.
    """

    leaves: tuple[Leaf, ...]
    screened: Screened | None
    imputed: Imputed | None
    findings: tuple[str, ...]


def prepare(given: Inputs) -> Prepared:
    """Take every leaf through the steps before its normalisation; units and leaves keep their order.

    A unit that is screened out counts for nobody: it informs no imputation, no treatment and no scale. Imputation looks
    at denominated columns, at all leaves at once, and at values that were measured only. Treatment looks at measured
    and imputed values alike. Raises EngineError naming unit and node where a method refuses a number.
    """
    findings: list[str] = []
    screened, passes = _screened(given, findings)
    leaves = [_denominated(given, code, passes, findings) for code in given.tree.leaves]
    imputed = _imputed(given, leaves, passes)
    if imputed is not None:
        findings += imputed.findings
        leaves = [_filled(leaf, imputed, passes, place) for place, leaf in enumerate(leaves)]
    ready = [_treated(leaf, given.recipe.nodes[leaf.column.node]) for leaf in leaves]
    findings += [
        leaf.treatment.finding for leaf in ready if leaf.treatment is not None and leaf.treatment.finding
    ]
    return Prepared(tuple(ready), screened, imputed, tuple(findings))


def computed(column: Column, values: Floats) -> Column:
    """Return the column with computed values (n,), the last bits of which are rounding."""
    known = values[present(values)]
    noise = NOISE * float(np.abs(known).max()) if known.size > 0 else 0.0
    return replace(column, values=values, noise=noise)


def _screened(given: Inputs, findings: list[str]) -> tuple[Screened | None, Bools]:
    """Return the report, and which units (n,) pass."""
    options = given.recipe.screen
    if options == Screen():
        return None, np.ones(len(given.table.units), dtype=np.bool_)
    report = screen(given.table, groups_of(given.tree), options)
    if not report.passes.any():
        raise EngineError("no unit passes the screening")
    findings += report.findings
    for failure in report.failures:
        if failure.unit in report.dropped:
            findings.append(f"screening: unit {failure.unit!r} is left out, it {failure.why}")
    return report, report.passes


def _denominated(given: Inputs, code: str, passes: Bools, findings: list[str]) -> Leaf:
    table, chosen = given.table, given.recipe.nodes[code]
    index = table.columns.index(code)
    raw = table.values[:, index].copy()
    cells = np.where(passes, table.cells[:, index], np.int8(Cell.NOT_APPLICABLE)).astype(np.int8)
    column = Column(code, table.units, np.where(passes, raw, np.nan), given.tree.node(code).direction)
    if chosen.denominator is not None:
        by = given.denominators[chosen.denominator.column]
        lost = (cells == Cell.VALUE) & np.isnan(by)
        cells[lost] = Cell.MISSING
        findings += _lost(column, lost, chosen.denominator.column)
        column = computed(column, denominate(column, chosen.denominator, by))
    return Leaf(raw, column.values, np.full(raw.shape, np.nan), cells, None, column)


def _imputed(given: Inputs, leaves: list[Leaf], passes: Bools) -> Imputed | None:
    """Fill the gaps of all leaves at once, over the units that pass."""
    recipes = [given.recipe.nodes[leaf.column.node] for leaf in leaves]
    wanted = np.column_stack([_wanted(leaf, chosen) for leaf, chosen in zip(leaves, recipes, strict=True)])
    if not wanted.any():
        return None
    units = tuple(unit for unit, stays in zip(given.table.units, passes, strict=True) if stays)
    groups = given.background.groups
    gaps = Gaps(
        units=units,
        columns=given.tree.leaves,
        values=np.column_stack([leaf.denominated for leaf in leaves])[passes],
        wanted=wanted[passes],
        directions=tuple(leaf.column.direction for leaf in leaves),
        families=tuple(given.tree.parent(code) or "" for code in given.tree.leaves),
        groups=tuple(groups.get(unit, "") for unit in units) if len(groups) > 0 else None,
        period=given.background.period,
        waves=tuple(_waves(given, units)),
    )
    choices = {
        code: chosen.impute for code, chosen in zip(given.tree.leaves, recipes, strict=True) if chosen.imputes
    }
    return impute(gaps, choices)


def _wanted(leaf: Leaf, chosen: NodeRecipe) -> Bools:
    """Say which cells (n,) the recipe wants filled."""
    wanted = np.zeros(leaf.cells.shape, dtype=np.bool_)
    for kind, rule in ((Cell.MISSING, chosen.missing), (Cell.UNANSWERED, chosen.unanswered)):
        if rule is Missing.IMPUTE:
            wanted |= leaf.cells == kind
    return wanted


def _waves(given: Inputs, units: tuple[str, ...]) -> Iterator[Wave]:
    """Denominate every other period as the table is."""
    for other in given.background.others:
        columns = []
        for code in given.tree.leaves:
            values, chosen = other.column(code, units), given.recipe.nodes[code].denominator
            if chosen is not None:
                by = other.denominator(chosen.column, units)
                values = denominate(Column(code, units, values), chosen, by)
            columns.append(values)
        yield Wave(other.period, np.column_stack(columns))


def _filled(leaf: Leaf, imputed: Imputed, passes: Bools, place: int) -> Leaf:
    filled = imputed.filled[:, place]
    if not filled.any():
        return leaf
    put = leaf.imputed.copy()
    put[passes] = np.where(filled, imputed.values[:, place], np.nan)
    column = computed(leaf.column, np.where(np.isnan(put), leaf.denominated, put))
    return replace(leaf, imputed=put, column=column)


def _treated(leaf: Leaf, chosen: NodeRecipe) -> Leaf:
    if chosen.treat.method is Treatment.NONE:
        return leaf
    done = treat(leaf.column, chosen.treat)
    # Winsorised values are values of the column; a curve computes new ones.
    drawn = done.by is Transformation.NONE
    column = replace(leaf.column, values=done.values) if drawn else computed(leaf.column, done.values)
    return replace(leaf, treatment=done, column=column)


def _lost(column: Column, lost: Bools, denominator: str) -> Iterator[str]:
    if lost.any():
        units = [repr(unit) for unit, gone in zip(column.units, lost, strict=True) if gone]
        named = ", ".join(units[:NAMED]) + (" …" if len(units) > NAMED else "")
        yield f"no denominator {denominator!r}: {column.node!r} counts as missing for {len(units)} unit(s): {named}"
