"""explain --from --to: why a city's score and rank changed from one edition to another, cause by cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from stadtindex.cli.problems import refuse

if TYPE_CHECKING:
    from stadtindex.cli.options import Language
    from stadtindex.cli.words import Words
    from stadtindex.definitions.crosswalk import Crosswalk
    from stadtindex.editions.compare import Change, Comparison
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
    from stadtindex.cli.wiring import find_unit, open_edition
    from stadtindex.cli.words import language_of, words
    from stadtindex.editions.compare import compare

    before, after = open_edition(asked.older), open_edition(asked.newer)
    corrected = None if asked.corrected is None else open_edition(asked.corrected)
    walk = _crosswalk(asked.crosswalk, after.edition.folder, (before.edition.id, after.edition.id))
    comparison = compare(before, after, walk, corrected)
    change = comparison.change(find_unit(after.edition, city))
    if as_json:
        from stadtindex.cli.show import show_json

        show_json(_document(change))
        return
    language = language_of(lang)
    _print(comparison, change, language, words(language))


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
    return {"city": split.unit, "remeasured": change.remeasured, **ends, "causes": causes, "own": own}


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
    from stadtindex.publish.numbers import number, percent

    split, published = change.split, change.rank_published
    name = comparison.after.edition.units[split.unit].name
    columns = [Column(_("Cause")), Column(_("Points"), right=True)]
    rows = [
        [causes_in_words(_)[cause.name], number(split.score[cause], language, decimals=EXACT)]
        for cause in split.score
    ]
    total = [_("Sum"), number(change.score_change, language, decimals=EXACT)]
    if published:
        columns.append(Column(_("Ranks"), right=True))
        for row, cause in zip(rows, split.score, strict=True):
            row.append(_fraction(split.rank[cause]))
        total.append(_fraction(Fraction(split.rank_after - split.rank_before)))
    ids = (comparison.before.edition.id, comparison.after.edition.id)
    title = _("{city}: from {before} to {after}").format(city=name, before=ids[0], after=ids[1])
    show_table(columns, [*rows, total], title=title)
    if len(split.own) > 0:
        columns[0] = Column(_("Own data"))
        show_table(columns, _own_rows(comparison, change, language, _))
    scores = [number(score, language, decimals=EXACT) for score in (split.score_before, split.score_after)]
    say(_("Score {before} before, {after} now.").format(before=scores[0], after=scores[1]))
    share = percent(change.remeasured, language)
    say(_("{share} of the weight was measured anew.").format(share=share))
    if published:
        text = _("Rank {before} before, {after} now; what moves a city up has a minus.")
        say(text.format(before=split.rank_before, after=split.rank_after))
    else:
        say(_("That is less than half: no change of the overall rank is published."))


def _own_rows(comparison: "Comparison", change: "Change", language: str, _: "Words") -> list[list[str]]:
    from stadtindex.publish.numbers import number

    rows = []
    for domain in change.split.own:
        for part, inside in ((domain, False), *((inner, True) for inner in domain.parts)):
            bonus = inside and part.code == domain.code
            title = _("bonus points") if bonus else _title(comparison, part.code, language)
            cells = ["  " * inside + title, number(part.score, language, decimals=EXACT)]
            rows.append([*cells, _fraction(part.rank)] if change.rank_published else cells)
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
