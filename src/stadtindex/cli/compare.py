"""stadtindex compare: why one city is ahead of another in the same edition, part by part."""

from math import isnan
from typing import TYPE_CHECKING, Annotated

import typer

from stadtindex.cli.options import AsJson, Lang, Source

if TYPE_CHECKING:
    from stadtindex.cli.words import Words
    from stadtindex.editions.compute import Release
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
    from stadtindex.cli.wiring import find_unit, open_edition
    from stadtindex.cli.words import language_of, words
    from stadtindex.engine.attribution.lead import lead

    release = open_edition(edition)
    units = [find_unit(release.edition, name) for name in (city, other)]
    found = lead(release.results, units[0], units[1])
    if as_json:
        from stadtindex.cli.show import show_json

        show_json({"city": units[0], "other": units[1], **_document(found, depth)})
        return
    language = language_of(lang)
    names = [release.edition.units[unit].name for unit in units]
    _print(_Page(release, names, depth, language), found, words(language))


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
