"""stadtindex compare: why one city is ahead of another in the same edition, part by part."""

from math import isnan
from typing import TYPE_CHECKING, Annotated

import typer

from stadtindex.cli.options import AsJson, Lang, Source

if TYPE_CHECKING:
    from stadtindex.cli.words import Words
    from stadtindex.editions.compute import Release
    from stadtindex.editions.stated import Stated
    from stadtindex.engine.attribution.lead import Lead

# So many decimals that what is printed adds up to 1e-9.
EXACT = 10
INDENT = "  "


def command(  # noqa: PLR0913 - each is an argument or option of the command line
    city: Annotated[str, typer.Argument(help="Name or id of a city.", show_default=False)],
    other: Annotated[str, typer.Argument(help="Name or id of another city.", show_default=False)],
    edition: Source = None,
    depth: Annotated[
        int, typer.Option("--depth", min=1, help="How many levels: 1 domains, 2 indicators, 3 parameters.")
    ] = 3,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Compare two cities: the difference of their scores, split by domain, indicator and parameter."""
    from stadtindex.cli.intervals import open_with_intervals
    from stadtindex.cli.wiring import find_unit
    from stadtindex.cli.words import language_of, words
    from stadtindex.engine.attribution.lead import lead

    release, stated = open_with_intervals(edition)
    units = [find_unit(release.edition, name) for name in (city, other)]
    found = lead(release.results, units[0], units[1])
    if as_json:
        from stadtindex.cli.show import show_json

        ranks = {unit: _rank(release, stated, unit) for unit in units}
        ahead = None if stated is None else stated.ahead(units[0], units[1])
        show_json(
            {
                "city": units[0],
                "other": units[1],
                "ranks": ranks,
                "probability_ahead": ahead,
                **_document(found, depth),
            }
        )
        return
    language = language_of(lang)
    names = [release.edition.units[unit].name for unit in units]
    _print(_Page(release, names, depth, language), found, words(language))
    _print_ranks(release, stated, units, language)


def _rank(release: "Release", stated: "Stated | None", unit: str) -> dict[str, object]:
    """Give the rank of a unit with its interval, for JSON."""
    from dataclasses import asdict

    from stadtindex.publish.certainty import span_of

    root = release.edition.id
    rank = int(release.results.rank[root][release.results.units.index(unit)]) or None
    span = span_of(stated, root, unit)
    return {"rank": rank, "span": None if span is None else asdict(span)}


def _print_ranks(release: "Release", stated: "Stated | None", units: list[str], language: str) -> None:
    """Say both ranks with their intervals, and whether the one is really ahead of the other."""
    from stadtindex.cli.ranking_view import interval_note, interval_of
    from stadtindex.cli.show import say
    from stadtindex.cli.words import words
    from stadtindex.publish.certainty import certainty, span_of
    from stadtindex.publish.numbers import DASH, chance

    _, root = words(language), release.edition.id
    names = [release.edition.units[unit].name for unit in units]
    spans = [span_of(stated, root, unit) for unit in units]
    for unit, name, span in zip(units, names, spans, strict=True):
        rank = int(release.results.rank[root][release.results.units.index(unit)])
        text = _("{city}: rank {rank}, interval {interval}").format(
            city=name, rank=rank or DASH, interval=interval_of(span, language)
        )
        say(text)
    ahead = None if stated is None else stated.ahead(units[0], units[1])
    if ahead is not None:
        said = _("In {share} of the draws {city} is ahead of {other}.")
        say(said.format(share=chance(ahead, language), city=names[0], other=names[1]))
    if spans[0] is not None and spans[1] is not None and spans[0].group == spans[1].group > 0:
        say(_("They belong to the same group: the order between them is not certain."))
    say(interval_note(certainty(stated), language, _))


class _Page:
    """What is printed: the release, the names of the two cities, how deep, in which language."""

    def __init__(self, release: "Release", names: list[str], depth: int, language: str) -> None:
        self.release, self.names, self.depth, self.language = release, names, depth, language


def _document(found: "Lead", depth: int) -> dict[str, object]:
    numbers = {"score": found.score, "score_other": found.other, "points": found.points}
    known: dict[str, object] = {name: None if isnan(value) else value for name, value in numbers.items()}
    parts = [_document(part, depth - 1) for part in found.parts] if depth > 0 else []
    return {"node": found.code, **known, "parts": parts}


def _print(page: _Page, found: "Lead", _: "Words") -> None:
    from stadtindex.cli.show import Column, say, show_table
    from stadtindex.publish.numbers import number, signed

    first, second = page.names
    columns = [Column(_("Part")), *(Column(name, right=True) for name in page.names)]
    columns.append(Column(_("Adds to the difference"), right=True))
    whole = [found.score, found.other, found.points]
    total = [_("Sum"), *(number(value, page.language, decimals=EXACT) for value in whole[:2])]
    show_table(
        columns,
        [*_rows(page, found, _), [*total, signed(whole[2], page.language, decimals=EXACT)]],
        title=_("{city} compared with {other}").format(city=first, other=second),
    )
    points = number(abs(found.points), page.language, decimals=EXACT)
    ahead, behind = page.names if found.points > 0 else reversed(page.names)
    if abs(found.points) > 10.0**-EXACT:
        say(
            _("{ahead} is {points} points ahead of {behind}.").format(
                ahead=ahead, points=points, behind=behind
            )
        )
    else:
        say(_("{city} and {other} have the same score.").format(city=first, other=second))
    if page.release.experimental:
        say(_("EXPERIMENTAL: too few well-founded parameters; see stadtindex rank."))


def _rows(page: _Page, found: "Lead", _: "Words", level: int = 0) -> list[list[str]]:
    """Give a row for each part, below the part that it belongs to."""
    from stadtindex.publish.numbers import number, signed
    from stadtindex.publish.ranking import title_of

    rows = []
    for part in found.parts:
        if part.code == found.code:
            title = _("bonus points and shares of what is missing")
        else:
            title = f"{title_of(page.release, part.code).get(page.language, part.code)} [{part.code}]"
        scores = [number(value, page.language, decimals=EXACT) for value in (part.score, part.other)]
        rows.append([INDENT * level + title, *scores, signed(part.points, page.language, decimals=EXACT)])
        if level + 1 < page.depth:
            rows += _rows(page, part, _, level + 1)
    return rows
