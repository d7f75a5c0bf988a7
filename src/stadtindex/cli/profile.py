"""stadtindex profile: one city with scores, ranks, strengths, gaps, and every value with its origin."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from stadtindex.cli.options import AsJson, Lang, Source
from stadtindex.cli.prepared import shortfalls_in_words

if TYPE_CHECKING:
    from stadtindex.cli.words import Words
    from stadtindex.publish.profile import Profile, Value


def command(
    city: Annotated[str, typer.Argument(help="Name or id of a city.", show_default=False)],
    edition: Source = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Show a city: scores, ranks, strengths, gaps, and each value with its origin."""
    from stadtindex.cli.intervals import open_with_intervals
    from stadtindex.cli.wiring import find_unit
    from stadtindex.cli.words import language_of, words
    from stadtindex.publish.profile import profile

    release, stated = open_with_intervals(edition)
    page = profile(release, find_unit(release.edition, city), stated=stated)
    if as_json:
        from stadtindex.cli.show import show_json

        show_json(_plain(asdict(page)))
        return
    language = language_of(lang)
    _print(page, language, words(language))


def _plain(value: object) -> object:
    """Turn dates and enums into text."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, int | float | bool | str) else str(value)


def _print(page: "Profile", language: str, _: "Words") -> None:
    from stadtindex.cli.ranking_view import interval_note, interval_of
    from stadtindex.cli.show import say
    from stadtindex.publish.numbers import DASH, number, percent

    whole = page.whole
    state = page.state.get(language, "")
    say(f"{page.name} ({page.unit}){', ' + state if state else ''}")
    say(page.edition_title.get(language, page.edition) + (_(" · EXPERIMENTAL") if page.experimental else ""))
    rank = DASH if whole.rank is None else str(whole.rank)
    text = _(
        "Rank {rank} of {ranked}, interval {interval}; score {score}; median {median}, best {best}; data {coverage}"
    )
    numbers = {
        name: number(getattr(whole, name), language, decimals=page.decimals)
        for name in ("score", "median", "best")
    }
    interval, coverage = interval_of(whole.span, language), percent(whole.coverage, language)
    say(text.format(rank=rank, ranked=whole.ranked, interval=interval, coverage=coverage, **numbers))
    say(interval_note(page.certainty, language, _))
    for reason in shortfalls_in_words(page.left_out, language, _):
        say(_("Not ranked: {reason}").format(reason=reason))
    _print_standings(page, language, _)
    _print_judged(_("Strengths"), page.strengths, page.decimals, (language, _))
    _print_judged(_("Gaps"), page.gaps, page.decimals, (language, _))
    _print_values(page, language, _)
    _print_origins(page, language, _)


def _print_standings(page: "Profile", language: str, _: "Words") -> None:
    from stadtindex.cli.ranking_view import interval_of
    from stadtindex.cli.show import Column, show_table
    from stadtindex.publish.numbers import DASH, number, percent

    titles = (_("Score"), _("Rank"), _("Interval"), _("Median"), _("Best"), _("Data"))
    columns = [Column(""), *(Column(title, right=True) for title in titles), Column("")]
    rows = []
    for standing in page.standings:
        numbers = [
            number(value, language, decimals=page.decimals)
            for value in (standing.score, standing.median, standing.best)
        ]
        rank = DASH if standing.rank is None else f"{standing.rank}/{standing.ranked}"
        title = "  " * (standing.depth - 1) + standing.title.get(language, standing.node)
        mark = _("indicative") if standing.indicative else ""
        interval = interval_of(standing.span, language)
        rows.append(
            [title, numbers[0], rank, interval, *numbers[1:], percent(standing.coverage, language), mark]
        )
    show_table(columns, rows)


def _print_judged(
    heading: str, values: "Sequence[Value]", decimals: int, spoken: "tuple[str, Words]"
) -> None:
    from stadtindex.cli.show import Column, show_table
    from stadtindex.publish.numbers import number

    language, _ = spoken
    if not values:
        return
    columns = [Column(heading), Column(_("Score"), right=True), Column(_("Median"), right=True)]
    columns += [Column(_("Points of the whole, against the median"), right=True)]
    rows = [
        [value.title.get(language, value.parameter)]
        + [number(one, language, decimals=decimals) for one in (value.score, value.median)]
        + [number(value.ahead, language, decimals=decimals + 1)]
        for value in values
    ]
    show_table(columns, rows)


def _print_values(page: "Profile", language: str, _: "Words") -> None:
    from stadtindex.cli.show import Column, show_table
    from stadtindex.publish.numbers import day, number

    reasons = _reasons(language)
    titles = [
        Column(_("Parameter")),
        Column(_("Value")),
        Column(_("Score"), right=True),
    ]
    titles += [Column(_("Date")), Column(_("Grade")), Column(_("Origin and place"))]
    rows = []
    for value in page.values:
        point = value.point
        where = (
            ["", "", _("no data point")]
            if point is None
            else [day(point.data_date, language), point.grade, ""]
        )
        if point is not None:
            where[2] = f"{point.origin.id}: {point.place}" + (
                _(" (approximated)") if point.approximated else ""
            )
        title = value.title.get(language, value.parameter)
        rows.append(
            [
                title,
                _in_words(value, language, _, reasons),
                number(value.score, language, decimals=page.decimals),
                *where,
            ]
        )
    show_table(titles, rows)


def _in_words(value: "Value", language: str, _: "Words", reasons: Callable[[str], str]) -> str:
    from stadtindex.definitions.parameter import Kind
    from stadtindex.engine.table import Cell
    from stadtindex.publish.numbers import number, plain

    if value.cell is Cell.NOT_APPLICABLE:
        reason = value.not_applicable.get(language, "")
        return _("not applicable") + (f": {reason}" if reason else "")
    if value.cell is not Cell.VALUE:
        word = _("not evidenced") if value.cell is Cell.UNANSWERED else _("missing")
        text = word if value.point is None else f"{word}: {reasons(value.point.reason)}"
        return text + _marked(value, language, _)
    label = value.unit.get(language, "")
    if value.kind is Kind.YES_NO:
        text = _("yes") if value.value else _("no")
    elif value.value is not None and value.value == value.raw:
        text = f"{plain(value.value, language)} {label}"
    else:
        text = f"{number(value.value, language, decimals=2)} {label}"
    return text + _marked(value, language, _)


def _marked(value: "Value", language: str, _: "Words") -> str:
    """Mark what was imputed and treated: a value that counts as another is never shown without it."""
    from stadtindex.publish.numbers import number

    marks = []
    if value.imputed is not None:
        estimate = f"{number(value.imputed, language, decimals=2)} {value.unit.get(language, '')}"
        marks.append(_("estimate: {value}").format(value=estimate))
    if "winsorised" in value.marks:
        held = number(value.treated, language, decimals=2)
        marks.append(_("outlier: counts as {value}").format(value=held))
    if "transformed" in value.marks:
        marks.append(_("transformed"))
    return f" ({'; '.join(marks)})" if len(marks) > 0 else ""


def _reasons(language: str) -> Callable[[str], str]:
    """Give the standard reasons of the sources in the user's language; other reasons stay as they are."""
    from stadtindex.intake.source import list_sources, load_source

    known: dict[str, str] = {}
    for source in list_sources():
        for measure in load_source(source).measures.values():
            for text in measure.reason.values():
                known[text] = measure.reason[language]
    return lambda reason: known.get(reason, reason)


def _print_origins(page: "Profile", language: str, _: "Words") -> None:
    from stadtindex.cli.show import say
    from stadtindex.intake.source import list_sources, load_source

    say(_("Origins"))
    titles = {name: load_source(name).title[language] for name in list_sources()}
    origins = {value.point.origin.id: value.point.origin for value in page.values if value.point is not None}
    for origin in sorted(origins.values(), key=lambda origin: origin.id):
        title = titles.get(origin.source, origin.title)
        say(f"  {origin.id}: {origin.publisher}, {title}; {origin.licence}; {origin.attribution}")
        say(
            f"    {origin.address}  {origin.file}  sha256 {origin.sha256[:16]}…  {origin.retrieved.isoformat()}"
        )
