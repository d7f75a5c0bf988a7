"""explain --from --to: why a city's score and rank changed from one edition to another, cause by cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from stadtindex.cli.problems import refuse
from stadtindex.definitions.finding import BadInput

if TYPE_CHECKING:
    from stadtindex.cli.options import Language
    from stadtindex.cli.words import Words
    from stadtindex.definitions.crosswalk import Crosswalk
    from stadtindex.editions.compare import Change, Comparison
    from stadtindex.editions.compute import Release
    from stadtindex.engine.attribution.own import Part

# So many decimals that what is printed adds up to 1e-9.
EXACT = 10


@dataclass(frozen=True)
class Asked:
    """What was asked for: names or folders of the two editions, of a corrected release, of a crosswalk."""

    older: str
    newer: str | None
    corrected: str | None = None
    crosswalk: Path | None = None


def explain_change(city: str, asked: Asked, *, as_json: bool, lang: "Language | None") -> None:
    """Print the split of a city's change from one edition to another."""
    from stadtindex.cli.wiring import open_edition
    from stadtindex.cli.words import language_of, words
    from stadtindex.editions.compare import compare

    before, after = open_edition(asked.older), open_edition(asked.newer)
    corrected = None if asked.corrected is None else open_edition(asked.corrected)
    walk = _crosswalk(asked.crosswalk, after.edition.folder, (before.edition.id, after.edition.id))
    comparison = compare(before, after, walk, corrected)
    change = comparison.change(_unit(city, before, after))
    if as_json:
        from stadtindex.cli.show import show_json

        show_json(_document(change))
        return
    language = language_of(lang)
    _print(comparison, change, language, words(language))


def _unit(city: str, before: "Release", after: "Release") -> str:
    """Find a city in the newer edition, or in the older one, so that the answer can say where it is missing."""
    from stadtindex.cli.wiring import find_unit

    try:
        return find_unit(after.edition, city)
    except BadInput:
        return find_unit(before.edition, city)


def _crosswalk(given: Path | None, folder: Path, ids: tuple[str, str]) -> "Crosswalk | None":
    """Load the crosswalk named, else crosswalk-OLD.toml beside the newer edition; none between equal editions."""
    from stadtindex.definitions.load.crosswalk import load_crosswalk

    if given is not None:
        return load_crosswalk(given)
    if ids[0] == ids[1]:
        return None
    path = folder / f"crosswalk-{ids[0]}.toml"
    if not path.is_file():
        raise refuse("--crosswalk", "none", f"a crosswalk from {ids[0]} to {ids[1]}", file=str(path))
    return load_crosswalk(path)


def _document(change: "Change") -> dict[str, object]:
    """Give the change as JSON types; rank parts are exact fractions, written as text."""
    split, published = change.split, change.rank_published
    causes = {
        cause.name.lower(): {
            "score": split.score[cause],
            "rank": _fraction(split.rank[cause]) if published else None,
        }
        for cause in split.score
    }
    ends = {
        "score_before": split.score_before,
        "score_after": split.score_after,
        "rank_before": split.rank_before if published else None,
        "rank_after": split.rank_after if published else None,
    }
    own = [_part(part, published=published) for part in split.own]
    unscored = [sorted(cause.name.lower() for cause in state) for state in split.unscored]
    found = {"city": split.unit, "remeasured": change.remeasured, **ends}
    return {**found, "causes": causes, "own": own, "unscored": unscored}


def _part(part: "Part", *, published: bool) -> dict[str, object]:
    return {
        "node": part.code,
        "score": part.score,
        "rank": _fraction(part.rank) if published else None,
        "parts": [_part(inner, published=published) for inner in part.parts],
    }


def _fraction(value: Fraction) -> str:
    """Write an exact share of a change of rank with its sign: 0, +1/3, -2; up the ranking is negative."""
    return str(value) if value <= 0 else f"+{value}"


def _print(comparison: "Comparison", change: "Change", language: str, _: "Words") -> None:
    from stadtindex.cli.show import Column, say, show_table
    from stadtindex.publish.numbers import percent

    split, published = change.split, change.rank_published
    name = comparison.after.edition.units[split.unit].name
    ids = (comparison.before.edition.id, comparison.after.edition.id)
    columns = [Column(_("Cause")), Column(_("Points"), right=True)]
    if published:
        columns.append(Column(_("Ranks"), right=True))
    title = _("{city}: from {before} to {after}").format(city=name, before=ids[0], after=ids[1])
    show_table(columns, _waterfall(ids, change, language, _), title=title)
    if len(split.own) > 0:
        columns[0] = Column(_("Own data"))
        show_table(columns, _own_rows(comparison, change, language, _))
    share = percent(change.remeasured, language)
    say(_("{share} of the weight was measured anew.").format(share=share))
    if published:
        say(_("The parts add up, ranks as exact fractions; what moves a city up has a minus."))
    else:
        say(_("That is less than half: no change of the overall rank is published."))
    if comparison.before.experimental or comparison.after.experimental:
        say(_("EXPERIMENTAL: too few well-founded parameters; see stadtindex rank."))
    if len(split.unscored) > 0:
        text = _(
            "The city has no score in {count} of the states between the editions; what lies across them is shared "
            "equally by the causes that change there."
        )
        say(text.format(count=len(split.unscored)))


def _waterfall(ids: tuple[str, str], change: "Change", language: str, _: "Words") -> list[list[str]]:
    """Give the start, every cause with its sign, and the end."""
    from stadtindex.publish.numbers import number, signed

    split = change.split
    ends = [(split.score_before, split.rank_before), (split.score_after, split.rank_after)]
    start, end = (
        [edition, number(score, language, decimals=EXACT), str(rank)]
        for edition, (score, rank) in zip(ids, ends, strict=True)
    )
    causes = [
        [
            causes_in_words(_)[cause.name],
            signed(points, language, decimals=EXACT),
            _ranks(split.rank[cause]),
        ]
        for cause, points in split.score.items()
    ]
    rows = [start, *causes, end]
    return rows if change.rank_published else [row[:-1] for row in rows]


def _ranks(value: Fraction) -> str:
    """Write an exact share of a change of rank for reading: 0, +1/3, −2."""
    from stadtindex.publish.numbers import MINUS

    return _fraction(value).replace("-", MINUS)


def _own_rows(comparison: "Comparison", change: "Change", language: str, _: "Words") -> list[list[str]]:
    from stadtindex.publish.numbers import signed

    rows = []
    for domain in change.split.own:
        for part, inside in ((domain, False), *((inner, True) for inner in domain.parts)):
            bonus = inside and part.code == domain.code
            title = _("bonus points") if bonus else _title(comparison, part.code, language)
            cells = ["  " * inside + title, signed(part.score, language, decimals=EXACT)]
            rows.append([*cells, _ranks(part.rank)] if change.rank_published else cells)
    return rows


def _title(comparison: "Comparison", code: str, language: str) -> str:
    """Give the title of a node of the newer edition, or of the older one if only that has it."""
    from stadtindex.publish.ranking import title_of

    newer = comparison.after
    release = newer if code in newer.assembled.tree else comparison.before
    return f"{title_of(release, code).get(language, code)} [{code}]"


def causes_in_words(_: "Words") -> Mapping[str, str]:
    """Name every cause of a change in the user's language."""
    return {
        "OWN": _("own data"),
        "OTHERS": _("data of the other cities"),
        "METHOD": _("method"),
        "UNITS": _("set of cities"),
        "CORRECTIONS": _("corrections"),
    }
