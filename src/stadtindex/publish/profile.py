"""One unit as a page object: scores and ranks, strengths and gaps, and every value with its origin."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from stadtindex.datapoints.point import DataPoint
from stadtindex.definitions.parameter import Kind
from stadtindex.editions.compute import Release
from stadtindex.editions.prepared import marks_of
from stadtindex.editions.stated import Stated
from stadtindex.engine.table import Cell
from stadtindex.publish.certainty import Certainty, Span, certainty, span_of
from stadtindex.publish.ranking import Shortfall, decimals_of, shortfalls, state_of, title_of


@dataclass(frozen=True)
class Standing:
    """A unit at one node, among all units: `span` says how sure the rank is; `median` and `best` are of all units with a score, `ranked` counts them."""

    node: str
    title: Mapping[str, str]
    depth: int
    score: float | None
    rank: int | None
    span: Span | None
    ranked: int
    median: float | None
    best: float | None
    coverage: float | None
    indicative: bool


@dataclass(frozen=True)
class Value:
    """One parameter of the unit: the value as measured, its score, and the data point behind it (None: no row at all).

    `imputed` is the estimate that stands in for a missing value, `treated` what counts after the treatment of outliers,
    `marks` say what was done: imputed, winsorised, transformed.

    `weight` is what the parameter counts in the whole for this unit (0 to 1), `ahead` how many points of the whole it
    puts the unit ahead of the median (negative: behind), where scores are not put on another scale on the way up.
    """

    parameter: str
    title: Mapping[str, str]
    kind: Kind
    unit: Mapping[str, str]
    cell: Cell
    raw: float | None
    value: float | None
    imputed: float | None
    treated: float | None
    marks: tuple[str, ...]
    score: float | None
    rank: int | None
    median: float | None
    weight: float
    ahead: float | None
    not_applicable: Mapping[str, str]
    point: DataPoint | None


@dataclass(frozen=True)
class Profile:
    """A unit in an edition."""

    edition: str
    edition_title: Mapping[str, str]
    unit: str
    name: str
    state: Mapping[str, str]
    left_out: tuple[Shortfall, ...]
    decimals: int
    experimental: bool
    whole: Standing
    standings: tuple[Standing, ...]
    values: tuple[Value, ...]
    strengths: tuple[Value, ...]
    gaps: tuple[Value, ...]
    certainty: Certainty | None = None


def profile(release: Release, unit: str, *, most: int = 5, stated: Stated | None = None) -> Profile:
    """Make the profile of a unit with at most `most` strengths and as many gaps."""
    index = release.results.units.index(unit)
    inner = [
        node.code for node in release.assembled.tree.nodes if not release.assembled.tree.is_leaf(node.code)
    ]
    standings = [_standing(release, node, index, stated) for node in inner]
    values = tuple(_value(release, code, index) for code in release.assembled.table.columns)
    judged = sorted(
        (value for value in values if value.ahead is not None), key=lambda value: value.ahead or 0.0
    )
    return Profile(
        edition=release.edition.id,
        edition_title=dict(release.edition.title),
        unit=unit,
        name=release.edition.units[unit].name,
        state=state_of(release, unit),
        left_out=shortfalls(release, unit),
        decimals=decimals_of(release),
        experimental=release.experimental,
        whole=standings[0],
        standings=tuple(standings[1:]),
        values=values,
        strengths=tuple(value for value in reversed(judged[-most:]) if (value.ahead or 0.0) > 0),
        gaps=tuple(value for value in judged[:most] if (value.ahead or 0.0) < 0),
        certainty=certainty(stated),
    )


def _standing(release: Release, node: str, index: int, stated: Stated | None) -> Standing:
    results = release.results
    known = [float(score) for score in results.score[node] if not math.isnan(score)]
    return Standing(
        node=node,
        title=title_of(release, node),
        depth=release.assembled.tree.depth(node),
        score=_number(results.rounded[node][index]),
        rank=int(results.rank[node][index]) or None,
        span=span_of(stated, node, results.units[index]),
        ranked=len(known),
        median=median(known) if known else None,
        best=max(known, default=None),
        coverage=_number(results.coverage[node][index]),
        indicative=node in release.indicative,
    )


def _value(release: Release, code: str, index: int) -> Value:
    results, unit = release.results, release.results.units[index]
    parameter = release.edition.parameter(code)
    known = [float(score) for score in results.score[code] if not math.isnan(score)]
    middle = median(known) if known else None
    score = _number(results.score[code][index])
    weight = _weight(release, code, index)
    return Value(
        parameter=code,
        title=dict(parameter.title),
        kind=parameter.kind,
        unit=dict(parameter.unit.label),
        cell=Cell(int(results.cells[code][index])),
        raw=_number(results.raw[code][index]),
        value=_number(results.denominated[code][index]),
        imputed=_number(results.imputed[code][index]),
        treated=_number(results.treated[code][index]),
        marks=marks_of(results, code, index),
        score=score,
        rank=int(results.rank[code][index]) or None,
        median=middle,
        weight=weight,
        ahead=None if score is None or middle is None else weight * (score - middle),
        not_applicable=release.assembled.not_applicable.get((unit, code), {}),
        point=release.assembled.points.get((unit, code)),
    )


def _weight(release: Release, code: str, index: int) -> float:
    """Multiply the shares on the way from a node to the root."""
    weight, node = 1.0, code
    while (parent := release.assembled.tree.parent(node)) is not None:
        weight *= float(release.results.share[node][index])
        node = parent
    return weight


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
