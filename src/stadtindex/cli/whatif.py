"""stadtindex whatif: what score and rank a city would have with other values, computed as the ranking is."""

from math import isnan
from typing import TYPE_CHECKING, Annotated

import typer

from stadtindex.cli.options import AsJson, Lang, Source
from stadtindex.cli.problems import refuse

if TYPE_CHECKING:
    from stadtindex.cli.words import Words
    from stadtindex.definitions.edition import Edition
    from stadtindex.editions.compute import Release
    from stadtindex.engine.results import Results

# So many decimals that a change of the smallest value is seen.
EXACT = 10


def command(
    city: Annotated[str, typer.Argument(help="Name or id of a city.", show_default=False)],
    changes: Annotated[
        list[str],
        typer.Argument(
            metavar="PARAM=VALUE...",
            help="Codes of parameters with other values, as in points.csv: a number, yes or no, the code of a level.",
            show_default=False,
        ),
    ],
    edition: Source = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Change values of one city and compute anew: its score and rank before and after; all others stay."""
    from stadtindex.cli.wiring import find_unit, open_edition
    from stadtindex.cli.words import language_of, words
    from stadtindex.editions.compare import state_of
    from stadtindex.engine.attribution.split import whatif

    release = open_edition(edition)
    unit = find_unit(release.edition, city)
    wanted = dict(_read(release.edition, change) for change in changes)
    before, after = whatif(state_of(release.assembled), unit, wanted)
    nodes = _touched(release, wanted)
    if as_json:
        from stadtindex.cli.show import show_json

        show_json(_document(unit, wanted, nodes, (before, after)))
        return
    language = language_of(lang)
    _print(release, unit, nodes, (before, after), language)
    if release.experimental:
        from stadtindex.cli.show import say

        say(words(language)("EXPERIMENTAL: too few well-founded parameters; see stadtindex rank."))


def _read(edition: "Edition", change: str) -> tuple[str, float]:
    """Read PARAM=VALUE; BadInput says what a value of that parameter must be."""
    from stadtindex.cli.wiring import find_node
    from stadtindex.definitions.parameter import Kind, Parameter
    from stadtindex.documents.numbers import NotReadable, plain_number
    from stadtindex.editions.compute import YES_NO_WORDS

    code, sign, text = (part.strip() for part in change.partition("="))
    if sign == "":
        raise refuse("PARAM=VALUE", repr(change), "the code of a parameter, an equals sign and a value")
    node = None if find_node(edition, code) == edition.id else edition.node(code)
    if not isinstance(node, Parameter):
        raise refuse("PARAM=VALUE", repr(code), "the code of a parameter, not of a domain or indicator")
    spoken = (
        dict(node.points) if node.kind is Kind.LEVELS else YES_NO_WORDS if node.kind is Kind.YES_NO else {}
    )
    if text in spoken:
        return code, spoken[text]
    try:
        value = plain_number(text)
    except NotReadable as problem:
        raise refuse(code, repr(text), problem.expected) from problem
    wrong = node.problem(value)
    if wrong is not None:
        raise refuse(code, repr(text), wrong)
    return code, value


def _touched(release: "Release", wanted: dict[str, float]) -> list[str]:
    """List the nodes whose scores the changes can touch: the root, then each parameter's way from the domain down."""
    tree = release.assembled.tree
    touched = set()
    for code in wanted:
        node: str | None = code
        while node is not None:
            touched.add(node)
            node = tree.parent(node)
    return [node.code for node in tree.nodes if node.code in touched]


def _document(
    unit: str, wanted: dict[str, float], nodes: list[str], both: tuple["Results", "Results"]
) -> dict[str, object]:
    at = both[0].units.index(unit)
    rows = []
    for node in nodes:
        scores = [None if isnan(score := float(r.rounded[node][at])) else score for r in both]
        ranks = [int(results.rank[node][at]) or None for results in both]
        names = ("score_before", "score_after", "rank_before", "rank_after")
        rows.append({"node": node, **dict(zip(names, (*scores, *ranks), strict=True))})
    return {"city": unit, "changes": wanted, "nodes": rows}


def _print(
    release: "Release", unit: str, nodes: list[str], both: tuple["Results", "Results"], language: str
) -> None:
    from stadtindex.cli.show import Column, say, show_table
    from stadtindex.cli.words import words
    from stadtindex.publish.numbers import number
    from stadtindex.publish.ranking import title_of

    _: Words = words(language)
    at = both[0].units.index(unit)
    columns = [Column(_("Part")), Column(_("Score before"), right=True), Column(_("Score after"), right=True)]
    columns += [Column(_("Rank before"), right=True), Column(_("Rank after"), right=True)]
    rows = []
    for node in nodes:
        scores = [number(float(results.rounded[node][at]), language, decimals=EXACT) for results in both]
        ranks = [str(int(results.rank[node][at]) or "") for results in both]
        rows.append([f"{title_of(release, node).get(language, node)} [{node}]", *scores, *ranks])
    name = release.edition.units[unit].name
    show_table(columns, rows, title=_("{city} with other values").format(city=name))
    say(_("The values of all other cities stay as they are."))
