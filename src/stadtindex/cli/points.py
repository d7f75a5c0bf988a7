"""stadtindex points: the data points of an edition, each with origin and place."""

from typing import TYPE_CHECKING, Annotated

import typer

from stadtindex.cli.options import AsCsv, AsJson, Edition, Lang

if TYPE_CHECKING:
    from stadtindex.cli.words import Words


def command(  # noqa: PLR0913 - each is an argument or option of the command line
    edition: Edition = None,
    city: Annotated[str | None, typer.Option("--city", "-c", help="Only this city.")] = None,
    parameter: Annotated[str | None, typer.Option("--parameter", "-p", help="Only this parameter.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    lang: Lang = None,
) -> None:
    """List data points: value or reason, grade, date, origin, place."""
    from stadtindex.cli.show import Column, show_csv, show_json, show_table
    from stadtindex.cli.wiring import find_node, find_unit, open_edition
    from stadtindex.cli.words import language_of, words
    from stadtindex.datapoints.point import number_text
    from stadtindex.editions.pointfile import COLUMNS, as_texts
    from stadtindex.editions.prepared import USED, used_as

    release = open_edition(edition)
    unit = None if city is None else find_unit(release.edition, city)
    code = None if parameter is None else find_node(release.edition, parameter)
    chosen = [
        point
        for (place, key), point in release.assembled.points.items()
        if unit in (None, place) and code in (None, key)
    ]
    used = {point.cell: used_as(release, point) for point in chosen}
    columns = (*COLUMNS, *USED)
    if as_json:
        show_json([dict(zip(columns, (*as_texts(p), *used[p.cell]), strict=True)) for p in chosen])
    elif as_csv:
        rows = ([release.edition.units[p.unit].name, *as_texts(p), *used[p.cell]] for p in chosen)
        show_csv(("name", *columns), rows)
    else:
        _ = words(language_of(lang))
        titles = (
            _("City"),
            _("Parameter"),
            _("Value"),
            _("Counts as"),
            _("Grade"),
            _("Date"),
            _("Origin"),
            _("Place"),
        )
        lines = (
            (
                release.edition.units[p.unit].name,
                p.parameter,
                f"{p.status}: {p.reason}" if p.value is None else number_text(p.value),
                _used_in_words(used[p.cell], _),
                p.grade,
                p.data_date.isoformat(),
                p.origin.id,
                p.place,
            )
            for p in chosen
        )
        count = _("{count} data points").format(count=len(chosen))
        show_table([Column(title) for title in titles], lines, title=f"{release.edition.id}: {count}")


def _used_in_words(used: tuple[str, ...], _: "Words") -> str:
    """Say what a value counts as where that is another: marks, and the number after imputation and treatment."""
    marks, imputed, treated = used
    words = {"imputed": _("estimate"), "winsorised": _("winsorised"), "transformed": _("transformed")}
    named = ", ".join(words[mark] for mark in marks.split())
    return f"{treated or imputed} ({named})" if named else ""
