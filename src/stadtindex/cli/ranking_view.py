"""The ranking as a table in the terminal, for `rank` and `compute`."""

from dataclasses import dataclass

from stadtindex.cli.prepared import shortfalls_in_words
from stadtindex.cli.show import Column, say, show_table, width
from stadtindex.cli.words import Words, words
from stadtindex.publish.numbers import DASH, number, percent
from stadtindex.publish.ranking import Ranking, Row

# Characters that a line needs to show everything, to show it with initials for the domains, and to show the states.
ROOM_FOR_ALL = 160
ROOM_FOR_ENDS = 130
ROOM_FOR_STATES = 110


@dataclass(frozen=True)
class Layout:
    """What fits into the line: numbers are never cut, so columns are left out instead."""

    titles: bool
    ends: bool
    states: bool


def show_ranking(page: Ranking, language: str) -> None:
    """Print a ranking with the scores below it, the data coverage and the marks that must never be left out."""
    _, room = words(language), width()
    layout = Layout(
        titles=room >= ROOM_FOR_ALL,
        ends=room >= ROOM_FOR_ENDS,
        states=room >= ROOM_FOR_STATES and any(row.state for row in page.rows),
    )
    named = _("City") if any(row.state for row in page.rows) else _("Unit")
    columns = [Column(_("Rank"), right=True), Column(named)]
    columns += [Column(_("State"))] if layout.states else []
    columns += [Column(_("Score"), right=True)]
    heads = [child.title.get(language, child.code) for child in page.children]
    short = heads if layout.titles else [_initial(head, heads) for head in heads]
    columns += [Column(head, right=True) for head in short]
    columns += [Column(_("Data"), right=True)]
    columns += [Column(_("missing at worst … best"), right=True)] if layout.ends else []
    title = page.title.get(language, page.edition)
    if not page.whole:
        title += f": {page.node_title.get(language, page.node)}"
    show_table(columns, (_cells(page, row, language, layout) for row in page.rows), title=title)
    if not layout.titles and heads:
        say(" · ".join(f"{letter} {head}" for letter, head in zip(short, heads, strict=True)))
    for sentence in _marks(page, language, _):
        say(sentence)


def _initial(head: str, heads: list[str]) -> str:
    """Shorten a heading to the fewest letters that no other heading begins with."""
    for length in range(1, len(head)):
        if sum(other.startswith(head[:length]) for other in heads) == 1:
            return head[:length]
    return head


def _cells(page: Ranking, row: Row, language: str, layout: Layout) -> list[str]:
    rank = DASH if row.rank is None else f"={row.rank}" if row.tied else str(row.rank)
    state = [row.state.get(language, "")] if layout.states else []
    scores = [number(score, language, decimals=page.decimals) for score in (row.score, *row.children)]
    worst, best = (number(end, language, decimals=page.decimals) for end in (row.at_worst, row.at_best))
    ends = [f"{worst} … {best}"] if layout.ends else []
    return [rank, row.name, *state, *scores, percent(row.coverage, language), *ends]


def _marks(page: Ranking, language: str, _: Words) -> list[str]:
    marks = []
    names = ", ".join(child.title.get(language, child.code) for child in page.children if child.indicative)
    if page.experimental and names:
        text = _("EXPERIMENTAL: too few well-founded, recent parameters in {names} (indicative).")
        marks.append(text.format(names=names))
    elif page.experimental:
        marks.append(_("INDICATIVE: too few well-founded, recent parameters."))
    for row in page.rows:
        for reason in shortfalls_in_words(row.left_out, language, _):
            marks.append(_("Not ranked: {name}, {reason}").format(name=row.name, reason=reason))
    text = _("Data: share of the applicable weight that has a value; missing data are re-weighted.")
    if page.estimates > 0:
        text = _(
            "Data: share of the applicable weight that was measured; {count} estimates stand in for missing values."
        ).format(count=page.estimates)
    marks.append(text)
    marks.append(
        _("Missing at worst, at best: the score if everything missing were at that end of its scale.")
    )
    return marks
