"""The ranking as a table in the terminal, for `rank` and `compute`."""

from dataclasses import dataclass

from stadtindex.cli.prepared import shortfalls_in_words
from stadtindex.cli.show import Column, say, show_groups, width
from stadtindex.cli.words import Words, words
from stadtindex.publish.certainty import Certainty, Group, Span
from stadtindex.publish.numbers import DASH, number, percent, span
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
    columns = [Column(_("Rank"), right=True), Column(_("Interval")), Column(named)]
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
    show_groups(columns, _grouped(page, language, layout), title=title)
    if not layout.titles and heads:
        say(" · ".join(f"{letter} {head}" for letter, head in zip(short, heads, strict=True)))
    for sentence in _marks(page, language, _):
        say(sentence)


def _grouped(page: Ranking, language: str, layout: Layout) -> list[tuple[str, list[list[str]]]]:
    """Put the rows under the heading of their tie group; a unit that is alone needs none, unless one group has just ended."""
    _, named = words(language), {group.number: group for group in page.groups}
    parts: list[tuple[str, list[list[str]]]] = []
    before: int | None = None
    for row in page.rows:
        group = row.span.group if row.span is not None and row.rank is not None else 0
        if group != before or not parts:
            known = named.get(group)
            alone = known is None or known.units < 2
            heading = "" if known is None else group_heading(known, _)
            parts.append(("" if alone and not (parts and parts[-1][0]) else heading, []))
            before = group
        parts[-1][1].append(_cells(page, row, language, layout))
    return parts


def group_heading(group: Group, _: Words) -> str:
    """Say which ranks belong together, and that their order is not certain."""
    if group.first == group.last:
        return _("Rank {rank}").format(rank=group.first)
    text = _("Rank {first} to {last} · The order within this group is not certain")
    return text.format(first=group.first, last=group.last)


def interval_of(row: Span | None, language: str) -> str:
    """Write the interval of a rank; a dash where nothing was drawn."""
    return DASH if row is None else span(row.low, row.high, language)


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
    return [
        rank,
        interval_of(row.span, language),
        row.name,
        *state,
        *scores,
        percent(row.coverage, language),
        *ends,
    ]


def interval_note(found: Certainty | None, language: str, _: Words) -> str:
    """Say what the intervals mean and what they come from."""
    if found is None:
        return _("Interval: not computed; see stadtindex robustness.")
    text = _(
        "Interval: ranks in {level} of {draws} draws in which everything declared uncertain was drawn anew."
    )
    if not found.declared:
        text = _(
            "Interval: ranks in {level} of {draws} draws in which every weight varied by up to a quarter."
        )
    said = text.format(level=percent(0.9, language), draws=number(found.draws, language, decimals=0))
    if not found.complete:
        said += " " + _("PARTIAL: stopped before the end.")
    if found.failed > 0:
        failed = _("{count} more draws failed and are not counted.")
        said += " " + failed.format(count=number(found.failed, language, decimals=0))
    return said


def _marks(page: Ranking, language: str, _: Words) -> list[str]:
    marks = [interval_note(page.certainty, language, _)]
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
