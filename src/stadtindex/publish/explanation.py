"""How a score came about, as page objects: every addend, every step, with the words a reader needs."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stadtindex.editions.compute import Release
from stadtindex.editions.prepared import IMPUTED, marks_of
from stadtindex.engine.explain import Note
from stadtindex.engine.recipe import Imputation, Normalisation, Normalise, Transformation
from stadtindex.publish.ranking import Shortfall, shortfalls, title_of

ANCHORED = (Normalisation.FIXED, Normalisation.GOALPOSTS, Normalisation.TWO_SIDED)


@dataclass(frozen=True)
class Part:
    """One child: its score, its weight among all siblings, the share it really has here, and what it adds.

    Under an arithmetic mean `contribution` is share x score and the contributions add up; under a geometric mean it is
    share x ln(score), under a harmonic one share / score; None under methods without parts that add up (median, mpi, ampi,
    generalised, copeland). `score` is None where there is none, `note` then says why.
    """

    code: str
    title: Mapping[str, str]
    score: float | None
    weight: float
    share: float
    contribution: float | None
    note: Note


@dataclass(frozen=True)
class Scaling:
    """How a number was put on the scale: from `before` to `after`, between `low` and `high` (None: not used).

    For a relative method `low` and `high` are the lowest and highest number among all units; for a fixed one the
    declared ends.
    """

    method: Normalisation
    before: float | None
    low: float | None
    high: float | None
    lower: float
    upper: float
    after: float | None


@dataclass(frozen=True)
class Estimate:
    """What stands in for a missing value: by which method, and how many periods old the observation is (None: of now)."""

    value: float
    method: Imputation
    age: float | None


@dataclass(frozen=True)
class Treated:
    """What the treatment of outliers made of a value: `marks` are winsorised or transformed, empty where it stayed.

    The column is held between `low` and `high` where it was winsorised; `by` is the transformation of the column.
    """

    value: float
    marks: tuple[str, ...]
    low: float | None
    high: float | None
    by: Transformation


@dataclass(frozen=True)
class Step:
    """The way to one score of one unit; `parts` is empty and `raw` set for a parameter.

    `left_out` says why the unit is not ranked at all, rule by rule; empty where it is.
    """

    unit: str
    name: str
    node: str
    title: Mapping[str, str]
    combine: str | None
    parts: tuple[Part, ...]
    combined: float | None
    bonus: float | None
    raw: float | None
    denominator: str | None
    divisor: float | None
    per: float | None
    denominated: float | None
    estimate: Estimate | None
    treated: Treated | None
    benchmark: float | None
    scaling: Scaling
    score: float | None
    rank: int | None
    note: Note
    left_out: tuple[Shortfall, ...]


def explanation(release: Release, unit: str, node: str) -> Step:
    """Explain one score; EngineError for an unknown unit or node."""
    results = release.results
    found = results.explain(unit, node)
    index = results.units.index(unit)
    denominator = release.assembled.recipe.nodes[node].denominator
    column = None if denominator is None else release.assembled.denominators[denominator.column]
    return Step(
        unit=unit,
        name=release.edition.units[unit].name,
        node=node,
        title=title_of(release, node),
        combine=None if found.combine is None else found.combine.value,
        parts=tuple(
            Part(
                code=addend.code,
                title=title_of(release, addend.code),
                score=_number(addend.score),
                weight=addend.weight,
                share=addend.share,
                contribution=_number(addend.contribution) if addend.share > 0 else None,
                note=addend.note,
            )
            for addend in found.addends
        ),
        combined=_number(found.combined),
        bonus=_number(found.bonus),
        raw=_number(found.raw),
        denominator=None if denominator is None else denominator.column,
        divisor=None if column is None else _number(float(column[index])),
        per=None if denominator is None else denominator.per,
        denominated=_number(found.denominated),
        estimate=_estimate(release, unit, node, index),
        treated=_treated(release, node, index),
        benchmark=_number(found.benchmark),
        scaling=_scaling(release, node, index, found.normalise),
        score=_number(found.score),
        rank=int(results.rank[node][index]) or None,
        note=found.note,
        left_out=shortfalls(release, unit),
    )


def _estimate(release: Release, unit: str, node: str, index: int) -> Estimate | None:
    results = release.results
    if node not in results.imputed or math.isnan(results.imputed[node][index]):
        return None
    method = results.recipe.nodes[node].impute.method
    return Estimate(float(results.imputed[node][index]), method, _number(results.age_of(unit, node)))


def _treated(release: Release, node: str, index: int) -> Treated | None:
    results = release.results
    done = results.treated_column(node)
    if done is None or math.isnan(results.treated[node][index]):
        return None
    marks = tuple(mark for mark in marks_of(results, node, index) if mark != IMPUTED)
    return Treated(float(results.treated[node][index]), marks, _number(done.low), _number(done.high), done.by)


def _scaling(release: Release, node: str, index: int, normalise: Normalise) -> Scaling:
    results = release.results
    leaf = node in results.treated
    column = [float(value) for value in (results.treated[node] if leaf else results.combined[node])]
    if not leaf:
        column = [value + float(bonus) for value, bonus in zip(column, results.bonus[node], strict=True)]
    known = [value for value in column if not math.isnan(value)]
    anchored = normalise.method in ANCHORED
    return Scaling(
        method=normalise.method,
        before=_number(column[index]),
        low=normalise.low if anchored else min(known, default=None),
        high=normalise.high if anchored else max(known, default=None),
        lower=normalise.lower,
        upper=normalise.upper,
        after=_number(float(results.score[node][index])),
    )


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def walk(release: Release, unit: str, node: str, depth: int) -> Iterator[tuple[int, Step]]:
    """Explain a node and the nodes below it, down to a depth (0: only the node itself), parents first."""
    yield 0, explanation(release, unit, node)
    if depth > 0:
        for child in release.assembled.tree.children(node):
            yield from ((level + 1, step) for level, step in walk(release, unit, child, depth - 1))
