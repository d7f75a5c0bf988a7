"""How sure the ranks are, in the terminal: rank, interval, probability of the first ten, tie groups, what matters most."""

from stadtindex.cli.ranking_view import group_heading, interval_note, interval_of
from stadtindex.cli.show import Column, say, show_groups, width, wrapped
from stadtindex.cli.words import Words, words
from stadtindex.publish.numbers import DASH, chance, number, percent, plain, span
from stadtindex.publish.robustness import Choice, RobustnessPage, Sure

# Characters that a line needs to show the half of the draws in the middle, and the scores, too.
ROOM_FOR_HALF = 70
ROOM_FOR_SCORES = 96
SHOWN = 5


def show_robustness(page: RobustnessPage, language: str) -> None:
    """Print the table, what its intervals come from, and in one sentence what matters most."""
    _, room = words(language), width()
    half, scores = room >= ROOM_FOR_HALF, room >= ROOM_FOR_SCORES
    columns = [Column(_("Rank"), right=True), Column(_("Interval")), Column(_("City"))]
    columns += [Column(_("P(top {k})").format(k=page.top), right=True), Column(_("Median"), right=True)]
    columns += [Column(_("Half of the draws"))] if half else []
    columns += (
        [Column(_("Score"), right=True), Column(_("Interval of the score"), right=True)] if scores else []
    )
    groups: list[tuple[str, list[list[str]]]] = []
    known = {group.number: group for group in page.groups}
    before: int | None = None
    for row in page.rows:
        group = row.span.group if row.span is not None and row.rank is not None else 0
        if group != before or not groups:
            found = known.get(group)
            shown = found is not None and (found.units > 1 or bool(groups and groups[-1][0]))
            groups.append((group_heading(found, _) if shown and found is not None else "", []))
            before = group
        groups[-1][1].append(_cells(page, row, language, (half, scores)))
    title = page.title.get(language, page.edition)
    show_groups(columns, groups, title=_("{title}: how sure the ranks are").format(title=title))
    for sentence in _sentences(page, language, _):
        say(wrapped(sentence))


def _cells(page: RobustnessPage, row: Sure, language: str, room: tuple[bool, bool]) -> list[str]:
    rank = DASH if row.rank is None else f"={row.rank}" if row.tied else str(row.rank)
    cells = [rank, interval_of(row.span, language), row.name, chance(row.top_share, language)]
    cells += [DASH if row.span is None else plain(row.span.median, language)]
    if room[0]:
        cells += [DASH if row.span is None else span(row.span.lower, row.span.upper, language)]
    if room[1]:
        score, low, high = (
            number(value, language, decimals=page.decimals)
            for value in (row.score, row.score_low, row.score_high)
        )
        cells += [score, f"{low} … {high}"]
    return cells


def _sentences(page: RobustnessPage, language: str, _: Words) -> list[str]:
    found = page.certainty
    said = [interval_note(found, language, _)]
    if found.error is not None:
        text = _(
            "Monte Carlo error: every mean rank is known to {error} ranks (standard error). Seed {seed}."
        )
        said.append(text.format(error=number(found.error, language, decimals=2), seed=page.seed))
    if page.experimental:
        said.append(_("EXPERIMENTAL: too few well-founded parameters; see stadtindex rank."))
    if not page.choices:
        return [*said, _("Which choice matters most was not computed.")]
    first, *others = page.choices
    text = _(
        "What matters most: {choice}; it takes part in {share} of how far ranks move ({level} interval {low} to {high})."
    )
    said.append(
        text.format(
            choice=choice_name(first, language, _),
            level=percent(0.9, language),
            share=percent(_share(first.share), language),
            low=percent(_share(first.low), language),
            high=percent(_share(first.high), language),
        )
    )
    if others:
        named = (
            f"{choice_name(one, language, _)} {percent(_share(one.share), language)}"
            for one in others[:SHOWN]
        )
        said.append(_("Then: {choices}.").format(choices=", ".join(named)))
    return said


def _share(value: float) -> float:
    """Keep an estimate of a share, which may leave 0..1 by its error, where shares lie."""
    return min(max(value, 0.0), 1.0)


def choice_name(choice: Choice, language: str, _: Words) -> str:
    """Say which choice it is."""
    of = choice.of.get(language) or next(iter(choice.of.values()), "")
    names = {
        "normalise": _("the scale of the parameters"),
        "missing": _("the rule for missing values"),
        "impute": _("how gaps are filled"),
        "treat": _("the treatment of outliers"),
        "scale": _("the scale of “{of}”"),
        "combine": _("how values are combined on the level “{of}”"),
        "weights": _("the weights on the level “{of}”"),
        "leave out": _("which node is left out"),
        "errors": _("the errors of measurement"),
    }
    return names.get(choice.kind, choice.kind).format(of=of)
