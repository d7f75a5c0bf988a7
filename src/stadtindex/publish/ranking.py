"""The ranking as one frozen page object, for the terminal, CSV and JSON alike."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from stadtindex.datapoints.point import canonical
from stadtindex.editions.compute import Release
from stadtindex.editions.stated import Stated
from stadtindex.publish.certainty import Certainty, Group, Span, certainty, groups_of, span_of

STATE = "state"
WIDE = 10


@dataclass(frozen=True)
class Child:
    """A node below the ranked one: its code, its title per language, and whether it is indicative."""

    code: str
    title: Mapping[str, str]
    indicative: bool


@dataclass(frozen=True)
class Shortfall:
    """Why a unit was screened out: the rule (`name`: by name), its share against the minimum, 0 to 1, in a branch or overall."""

    rule: str
    branch: Mapping[str, str]
    share: float | None
    minimum: float | None


@dataclass(frozen=True)
class Row:
    """One unit: `rank` and `score` are None without enough data; `tied` says that others share the rank.

    `left_out` says why it was screened out, empty where it was not; `span` how sure the rank is, None where nothing was
    drawn.

    `children` are the scores of the nodes below, `coverage` the share (0 to 1) of the applicable weight with a value,
    `at_worst` and `at_best` the score if everything missing were at the worst or best of its scale.
    """

    unit: str
    name: str
    state: Mapping[str, str]
    rank: int | None
    tied: bool
    span: Span | None
    score: float | None
    children: tuple[float | None, ...]
    coverage: float | None
    at_worst: float | None
    at_best: float | None
    left_out: tuple[Shortfall, ...]


@dataclass(frozen=True)
class Ranking:
    """A ranking by one node (`whole`: the root), scores to be printed with `decimals`; `estimates` counts imputed cells.

    `experimental` must be shown wherever a rank is shown. `groups` are the tie groups among all units, `certainty` says
    what the intervals come from, None where there are none.
    """

    edition: str
    title: Mapping[str, str]
    node: str
    node_title: Mapping[str, str]
    whole: bool
    decimals: int
    experimental: bool
    children: tuple[Child, ...]
    rows: tuple[Row, ...]
    estimates: int
    groups: tuple[Group, ...] = ()
    certainty: Certainty | None = None


def shortfalls(release: Release, unit: str) -> tuple[Shortfall, ...]:
    """List the rules that a unit was screened out by; empty where it is ranked."""
    screened = release.results.screened
    if screened is None or unit not in screened.dropped:
        return ()
    found = tuple(
        Shortfall(
            failure.rule.value,
            {} if failure.group is None else title_of(release, failure.group),
            _number(failure.share),
            failure.minimum,
        )
        for failure in screened.failures
        if failure.unit == unit
    )
    return found if len(found) > 0 else (Shortfall("name", {}, None, None),)


def states(release: Release) -> dict[str, Mapping[str, str]]:
    """Give the states in which the edition has units: code and name per language."""
    codes = {release.edition.units[unit].groups.get(STATE, "") for unit in release.assembled.units} - {""}
    return {code: dict(release.edition.units.scheme.label(STATE, code)) for code in sorted(codes)}


def state_of(release: Release, unit: str) -> Mapping[str, str]:
    """Give the name of a unit's state in every language; empty where its scheme knows none."""
    code = release.edition.units[unit].groups.get(STATE)
    return {} if code is None else dict(release.edition.units.scheme.label(STATE, code))


def title_of(release: Release, code: str) -> Mapping[str, str]:
    """Give the title of a node in every language of the edition."""
    return dict(release.edition.title if code == release.edition.id else release.edition.node(code).title)


def decimals_of(release: Release) -> int:
    """Say how many decimals a printed score carries: one on a scale of 100 points, three on a scale of 1."""
    scale = release.edition.scale
    return 1 if scale.upper - scale.lower > WIDE else 3


def ranking(release: Release, node: str, state: str | None = None, stated: Stated | None = None) -> Ranking:
    """Make the ranking by a node, best first, of all units or those of a state (code); without a score last, by name."""
    results = release.results
    spans = {unit: span_of(stated, node, unit) for unit in results.units}
    children = release.assembled.tree.children(node)
    ranks = [int(rank) for rank in results.rank[node]]
    rows = []
    for index, unit in enumerate(results.units):
        if state is not None and release.edition.units[unit].groups.get(STATE) != state:
            continue
        rows.append(
            Row(
                unit=unit,
                name=release.edition.units[unit].name,
                state=state_of(release, unit),
                rank=ranks[index] or None,
                tied=ranks[index] > 0 and ranks.count(ranks[index]) > 1,
                span=spans[unit],
                score=_number(results.rounded[node][index]),
                children=tuple(_number(results.rounded[child][index]) for child in children),
                coverage=_number(results.coverage[node][index]),
                at_worst=_number(results.at_worst[node][index]),
                at_best=_number(results.at_best[node][index]),
                left_out=shortfalls(release, unit),
            )
        )
    rows.sort(key=lambda row: (row.rank or len(ranks) + 1, row.name))
    return Ranking(
        edition=release.edition.id,
        title=dict(release.edition.title),
        node=node,
        node_title=title_of(release, node),
        whole=node == release.edition.id,
        decimals=decimals_of(release),
        experimental=_experimental(release, node),
        children=tuple(Child(code, title_of(release, code), code in release.indicative) for code in children),
        rows=tuple(rows),
        estimates=sum(int(np.count_nonzero(~np.isnan(column))) for column in results.imputed.values()),
        groups=groups_of(
            spans, {unit: rank or None for unit, rank in zip(results.units, ranks, strict=True)}
        ),
        certainty=certainty(stated),
    )


def _experimental(release: Release, node: str) -> bool:
    if node == release.edition.id:
        return release.experimental
    return release.edition.domain_of(node).code in release.indicative


def _number(value: float) -> float | None:
    return None if math.isnan(value) else canonical(float(value))


def as_document(page: Ranking) -> dict[str, object]:
    """Give the ranking as JSON types; missing numbers are null."""
    return asdict(page)


def as_rows(page: Ranking) -> tuple[list[str], list[list[object]]]:
    """Give the ranking as a header and rows with raw numbers; missing numbers are None."""
    header = [
        "rank",
        "rank_low",
        "rank_high",
        "tie_group",
        "tied",
        "unit",
        "name",
        "state",
        "score",
        *(child.code for child in page.children),
    ]
    header += ["coverage", "at_worst", "at_best", "status"]
    status = "experimental" if page.experimental else ""
    rows: list[list[object]] = [
        [
            row.rank,
            *((None, None, None) if row.span is None else (row.span.low, row.span.high, row.span.group)),
            "yes" if row.tied else "",
            row.unit,
            row.name,
            next(iter(row.state.values()), ""),
            row.score,
            *row.children,
            row.coverage,
            row.at_worst,
            row.at_best,
            "screened_out" if len(row.left_out) > 0 else status,
        ]
        for row in page.rows
    ]
    return header, rows
