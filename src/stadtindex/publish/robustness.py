"""How sure the ranking is, as one frozen page object for the terminal, JSON and CSV alike."""

import math
from dataclasses import asdict, dataclass

from stadtindex.editions.compute import Release
from stadtindex.editions.stated import Stated, Weight
from stadtindex.publish.certainty import Certainty, Group, Span, certainty, groups_of, span_of
from stadtindex.publish.ranking import decimals_of, title_of

WEIGHTS, COMBINE, SCALE = "weights ", "combine ", "scale "


@dataclass(frozen=True)
class Sure:
    """One unit: its rank, how sure it is, and the share of the draws (0 to 1) in which it is among the first `top`.

    `score_low` and `score_high` hold its score in 90 % of the draws.
    """

    unit: str
    name: str
    rank: int | None
    tied: bool
    span: Span | None
    mean_rank: float | None
    mean_rank_error: float | None
    top_share: float | None
    score: float | None
    score_low: float | None
    score_high: float | None


@dataclass(frozen=True)
class Choice:
    """One uncertain choice and its share of the variance of the mean rank shift, with a 90 % interval.

    `kind` is normalise, missing, impute, treat, scale, combine, weights, leave out or errors; `of` the level (title per
    language) or the parameter that it is about.
    """

    kind: str
    of: dict[str, str]
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class RobustnessPage:
    """The analysis of an edition; `choices` begins with what matters most, `seed` repeats the draws."""

    edition: str
    title: dict[str, str]
    decimals: int
    experimental: bool
    seed: int
    certainty: Certainty
    top: int
    groups: tuple[Group, ...]
    choices: tuple[Choice, ...]
    rows: tuple[Sure, ...]


def robustness_page(release: Release, stated: Stated, top: int) -> RobustnessPage:
    """Make the page; units in the order of their ranks, those without one last, by name."""
    results, root = release.results, release.edition.id
    found = certainty(stated)
    assert found is not None, "there is an analysis"  # noqa: S101
    spans = {unit: span_of(stated, root, unit) for unit in results.units}
    ranks = {unit: int(rank) or None for unit, rank in zip(results.units, results.rank[root], strict=True)}
    taken = [rank for rank in ranks.values() if rank is not None]
    rows = [
        _row(release, stated, (unit, top), ranks[unit], taken.count(ranks[unit] or 0) > 1)
        for unit in results.units
    ]
    rows.sort(key=lambda row: (row.rank or len(ranks) + 1, row.name))
    return RobustnessPage(
        edition=root,
        title=dict(title_of(release, root)),
        decimals=decimals_of(release),
        experimental=release.experimental,
        seed=stated.seed,
        certainty=found,
        top=top,
        groups=groups_of(spans, ranks),
        choices=tuple(_choice(release, weight) for weight in stated.choices),
        rows=tuple(rows),
    )


def _row(release: Release, stated: Stated, asked: tuple[str, int], rank: int | None, tied: bool) -> Sure:
    unit, top = asked
    root = release.edition.id
    interval, chance = stated.intervals[root, unit], stated.chances[unit]
    index = release.results.units.index(unit)
    return Sure(
        unit=unit,
        name=release.edition.units[unit].name,
        rank=rank,
        tied=tied,
        span=span_of(stated, root, unit),
        mean_rank=_number(chance.mean_rank),
        mean_rank_error=_number(chance.error),
        top_share=_number(chance.top.get(top, math.nan)),
        score=_number(float(release.results.rounded[root][index])),
        score_low=_number(interval.score[0]),
        score_high=_number(interval.score[4]),
    )


def _choice(release: Release, weight: Weight) -> Choice:
    """Say in the words of the edition which choice it is."""
    kind, _, of = weight.choice.partition(" ")
    named: dict[str, str] = {}
    if weight.choice.startswith((WEIGHTS, COMBINE)):
        named = _level(release, int(of))
    elif weight.choice.startswith(SCALE):
        named = dict(title_of(release, of))
    else:
        kind = weight.choice
    return Choice(kind, named, weight.total, weight.low, weight.high)


def _level(release: Release, depth: int) -> dict[str, str]:
    """Name the level whose nodes lie at a depth; the first of them where several do."""
    for code, at in release.edition.depths().items():
        if at == depth:
            level = release.edition.level_of(code)
            return dict(level.title) if level.title else dict.fromkeys(release.edition.languages, level.name)
    return {}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def as_document(page: RobustnessPage) -> dict[str, object]:
    """Give the page as JSON types; missing numbers are null."""
    return asdict(page)


def as_rows(page: RobustnessPage) -> tuple[list[str], list[list[object]]]:
    """Give the page as a header and rows with raw numbers; missing numbers are None."""
    header = [
        "rank",
        "rank_low",
        "rank_high",
        "rank_lower",
        "rank_upper",
        "median_rank",
        "tie_group",
        "unit",
        "name",
    ]
    header += [
        f"top_{page.top}",
        "mean_rank",
        "mean_rank_error",
        "score",
        "score_low",
        "score_high",
        "draws",
        "status",
    ]
    marks = [
        *([] if page.certainty.complete else ["partial"]),
        *(["experimental"] if page.experimental else []),
    ]
    rows: list[list[object]] = []
    for row in page.rows:
        span = row.span
        places = (
            [None] * 6
            if span is None
            else [span.low, span.high, span.lower, span.upper, span.median, span.group]
        )
        rows.append(
            [
                row.rank,
                *places,
                row.unit,
                row.name,
                row.top_share,
                row.mean_rank,
                row.mean_rank_error,
                row.score,
                row.score_low,
                row.score_high,
                page.certainty.draws,
                " ".join(marks),
            ]
        )
    return header, rows
