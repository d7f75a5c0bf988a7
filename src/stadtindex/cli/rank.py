"""stadtindex rank: the ranking in the terminal, as JSON or as CSV."""

from typing import TYPE_CHECKING, Annotated

import typer

from stadtindex.cli.options import AsCsv, AsJson, Edition, Lang

if TYPE_CHECKING:
    from stadtindex.editions.compute import Release


def command(  # noqa: PLR0913 - each is an option of the command line
    edition: Edition = None,
    domain: Annotated[
        str | None,
        typer.Option("--domain", "-d", help="Rank by this domain (or any node) instead of the whole."),
    ] = None,
    state: Annotated[
        str | None, typer.Option("--state", "-s", help="Only cities of this state; the rank among all stays.")
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    lang: Lang = None,
) -> None:
    """Print the ranking: rank, its interval, city, state, score, domain scores, data coverage."""
    from stadtindex.cli.intervals import open_with_intervals
    from stadtindex.cli.ranking_view import show_ranking
    from stadtindex.cli.wiring import find_node
    from stadtindex.cli.words import language_of
    from stadtindex.publish.ranking import ranking

    release, stated = open_with_intervals(edition)
    node = release.edition.id if domain is None else find_node(release.edition, domain)
    page = ranking(release, node, _state(release, state), stated)
    if as_json:
        from stadtindex.cli.show import show_json
        from stadtindex.publish.ranking import as_document

        show_json(as_document(page))
    elif as_csv:
        from stadtindex.cli.show import show_csv
        from stadtindex.publish.ranking import as_rows

        header, rows = as_rows(page)
        show_csv(header, rows)
    else:
        language = language_of(lang)
        show_ranking(page, language)


def _state(release: "Release", name: str | None) -> str | None:
    from stadtindex.cli.problems import refuse
    from stadtindex.publish.ranking import states

    if name is None:
        return None
    known = states(release)
    for code, labels in known.items():
        if name.casefold() in {code.casefold(), *(label.casefold() for label in labels.values())}:
            return code
    names = ", ".join(next(iter(labels.values()), code) for code, labels in known.items())
    raise refuse("--state", repr(name), f"one of: {names}" if names else "an edition whose units have states")
