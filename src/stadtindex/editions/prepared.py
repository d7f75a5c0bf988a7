"""What a bundle says about the steps before the normalisation, and about weights: four tables beside those of the results.

A table about a step that the edition does not take has a header only.
"""

from collections.abc import Iterator

import numpy as np

from stadtindex.datapoints.point import DataPoint
from stadtindex.editions.compute import Release
from stadtindex.editions.pointfile import number, table
from stadtindex.engine.moments import Moments
from stadtindex.engine.results import Results
from stadtindex.engine.treat.columns import Treated
from stadtindex.engine.treat.options import Transformation

IMPUTED, WINSORISED, TRANSFORMED = "imputed", "winsorised", "transformed"
# What is said of a point beside its own columns.
USED = ("marks", "imputed", "treated")
SHAPES = ("before", "winsorised", "after")


def marks_of(results: Results, code: str, index: int) -> tuple[str, ...]:
    """Say what was done to a cell of a parameter: imputed, winsorised, transformed, or nothing."""
    marks = []
    if not np.isnan(results.imputed[code][index]):
        marks.append(IMPUTED)
    done = results.treated_column(code)
    if done is not None and done.winsorised[index]:
        marks.append(WINSORISED)
    if done is not None and done.by is not Transformation.NONE and not np.isnan(results.treated[code][index]):
        marks.append(TRANSFORMED)
    return tuple(marks)


def used_as(release: Release, point: DataPoint) -> tuple[str, str, str]:
    """Say what the engine makes of a point, as texts: the marks, the estimate, and the number after the treatment.

    The last two are empty where there is none; all are for points of no parameter (denominators, bonus).
    """
    results = release.results
    if point.parameter not in results.imputed or point.unit not in results.units:
        return "", "", ""
    index = results.units.index(point.unit)
    marks = marks_of(results, point.parameter, index)
    treated = results.treated[point.parameter][index] if len(marks) > 0 else np.nan
    return " ".join(marks), number(results.imputed[point.parameter][index]), number(treated)


def prepared_table(release: Release) -> bytes:
    """Write prepared.csv: the cells that were imputed, and those of every column for which a treatment was chosen."""
    header = ("unit", "parameter", "marks", "imputed", "imputed_by", "age", "treated")
    return table(header, _prepared_rows(release))


def _prepared_rows(release: Release) -> Iterator[list[str]]:
    results = release.results
    for index, unit in enumerate(results.units):
        for code in release.assembled.table.columns:
            imputed = results.imputed[code][index]
            treated = np.nan if results.treated_column(code) is None else results.treated[code][index]
            if np.isnan(imputed) and np.isnan(treated):
                continue
            by = "" if np.isnan(imputed) else results.recipe.nodes[code].impute.method
            marks = " ".join(marks_of(results, code, index))
            age = results.age_of(unit, code)
            yield [unit, code, marks, number(imputed), by, number(age), number(treated)]


def treatment_table(release: Release) -> bytes:
    """Write treatment.csv: what was done to each column for which a treatment was chosen, and what came of it."""
    header = ["parameter", "method", "outcome", "points", "low", "high", "transformation", "shift", "measure"]
    header += ["exponent", *(f"{what}_{shape}" for shape in SHAPES for what in ("skewness", "kurtosis"))]
    return table(header, (_treatment_row(release, done) for done in release.results.treatment))


def _treatment_row(release: Release, done: Treated) -> list[str]:
    method = release.assembled.recipe.nodes[done.node].treat.method
    row = [done.node, method, done.outcome, str(done.tried), number(done.low), number(done.high), done.by]
    curve = (done.shift, done.measure, done.exponent)
    row += ["" if done.by is Transformation.NONE else number(value) for value in curve]
    for shape in (done.before, done.after_winsorising, done.after):
        row += _shape(shape)
    return row


def _shape(shape: Moments | None) -> list[str]:
    return ["", ""] if shape is None else [number(shape.skewness), number(shape.kurtosis)]


def weights_table(release: Release) -> bytes:
    """Write weights.csv: the stated share of every child and the weight it got, lowest and highest over ranked units."""
    header = ("node", "child", "method", "stated", "lowest", "highest")
    return table(header, _weight_rows(release))


def _weight_rows(release: Release) -> Iterator[list[str]]:
    results, tree = release.results, release.assembled.tree
    left_out = results.left_out()
    counted = np.array([unit not in left_out for unit in results.units])
    for node in tree.nodes:
        method = release.assembled.recipe.nodes[node.code].weigh
        for child in tree.children(node.code):
            weights = results.weight[child][counted]
            ends = (tree.share(child), float(weights.min()), float(weights.max()))
            yield [node.code, child, method, *map(number, ends)]


def screening_table(release: Release) -> bytes:
    """Write screening.csv: shares of data and of values that are not zero, who is ranked, and why others are not."""
    screened = release.results.screened
    groups = () if screened is None else tuple(release.assembled.recipe.screen.groups)
    header = ("unit", "passes", "data", "non_zero", *(f"data_{code}" for code in groups), "reason")
    return table(header, _screening_rows(release, groups))


def _screening_rows(release: Release, groups: tuple[str, ...]) -> Iterator[list[str]]:
    screened = release.results.screened
    if screened is None:
        return
    why = release.results.left_out()
    for index, unit in enumerate(screened.units):
        shares = [screened.share[index], screened.non_zero[index]]
        shares += [screened.by_group[code][index] for code in groups]
        passes = "yes" if screened.passes[index] else "no"
        yield [unit, passes, *map(number, shares), why.get(unit, "")]
