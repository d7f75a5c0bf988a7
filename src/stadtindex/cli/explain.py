"""stadtindex explain: how a score came about, addend by addend."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stadtindex.cli.options import AsJson, Lang, Source
from stadtindex.cli.prepared import prepared_in_words, shortfalls_in_words
from stadtindex.cli.problems import refuse

if TYPE_CHECKING:
    from stadtindex.cli.words import Words
    from stadtindex.publish.explanation import Step

# So many decimals that what is printed adds up to 1e-9.
EXACT = 10


def command(  # noqa: PLR0913 - each is an argument or option of the command line
    city: Annotated[str, typer.Argument(help="Name or id of a city.", show_default=False)],
    node: Annotated[
        str | None,
        typer.Argument(
            help="Code of a domain, indicator or parameter. Default: the whole.", show_default=False
        ),
    ] = None,
    edition: Source = None,
    depth: Annotated[
        int, typer.Option("--depth", min=0, help="How many levels further down to explain.")
    ] = 0,
    older: Annotated[
        str | None, typer.Option("--from", help="Explain the change since this older edition instead.")
    ] = None,
    newer: Annotated[
        str | None, typer.Option("--to", help="The newer edition of a change; otherwise --edition.")
    ] = None,
    corrected: Annotated[
        str | None, typer.Option("--corrected", help="A later release of the older edition: its corrections.")
    ] = None,
    crosswalk: Annotated[
        Path | None,
        typer.Option(
            "--crosswalk",
            help="What has become of each parameter. Default: crosswalk-OLD.toml beside the newer edition.",
        ),
    ] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Explain a score: every addend with its weight, what dropped out and why, every change of scale.

    With --from: why score and rank changed since an older edition, split exactly over own data, other cities' data,
    method, set of cities and corrections.
    """
    from stadtindex.cli.wiring import find_node, find_unit, open_edition
    from stadtindex.cli.words import language_of, words
    from stadtindex.publish.explanation import walk

    if older is not None:
        from stadtindex.cli.change import Asked, explain_change

        if node is not None:
            raise refuse("NODE", repr(node), "no node together with --from: a change is explained as a whole")
        asked = Asked(older, newer if newer is not None else edition, corrected, crosswalk)
        explain_change(city, asked, as_json=as_json, lang=lang)
        return
    if newer is not None or corrected is not None or crosswalk is not None:
        raise refuse("--from", "nothing", "the older edition of the change that is to be explained")
    release = open_edition(edition)
    unit = find_unit(release.edition, city)
    code = release.edition.id if node is None else find_node(release.edition, node)
    steps = [step for _, step in walk(release, unit, code, depth)]
    if as_json:
        from stadtindex.cli.show import show_json

        show_json([asdict(step) for step in steps])
        return
    language = language_of(lang)
    for step in steps:
        _print(step, language, words(language))


def _print(step: "Step", language: str, _: "Words") -> None:
    from stadtindex.cli.show import say
    from stadtindex.publish.numbers import number

    title = f"{step.name} · {step.title.get(language, step.node)}"
    if step.combine is None:
        say(f"{title} [{step.node}]")
        _print_parameter(step, language, _)
    else:
        _print_parts(step, f"{title} [{step.node}]", language, _)
        if step.bonus:
            say(_("  + bonus {bonus}").format(bonus=number(step.bonus, language, decimals=EXACT)))
        if step.benchmark is not None:
            text = _("  best mean of any city under these weights: {best}")
            say(text.format(best=number(step.benchmark, language, decimals=EXACT)))
    _print_scaling(step, language, _)
    score = number(step.score, language, decimals=EXACT)
    rank = "" if step.rank is None else _(", rank {rank}").format(rank=step.rank)
    note = f"  ({note_in_words(step.note.name, _)})" if step.note.value else ""
    say(_("  = score {score}{rank}").format(score=score, rank=rank) + note)
    for reason in shortfalls_in_words(step.left_out, language, _):
        say(f"    {reason}")
    say()


def _print_parts(step: "Step", title: str, language: str, _: "Words") -> None:
    from stadtindex.cli.show import Column, say, show_table
    from stadtindex.publish.numbers import number

    adds = {
        "arithmetic": _("share × score"),
        "geometric": _("share × ln(score)"),
        "harmonic": _("share ÷ score"),
        "owa": _("rank weight × score"),
        "dp2": _("corrected distance"),
    }.get(step.combine or "", _("no part of its own"))
    if step.benchmark is not None:
        adds = _("share × score, in the best mean")
    columns = [Column(_("Part")), Column(_("Score"), right=True), Column(_("Weight"), right=True)]
    columns += [Column(_("Share here"), right=True), Column(adds, right=True), Column(_("Note"))]
    rows = []
    for part in step.parts:
        numbers = [
            number(value, language, decimals=EXACT)
            for value in (part.score, part.weight, part.share, part.contribution)
        ]
        rows.append(
            [
                f"{part.title.get(language, part.code)} [{part.code}]",
                *numbers,
                note_in_words(part.note.name, _),
            ]
        )
    show_table(columns, rows, title=title)
    total = number(step.combined, language, decimals=EXACT)
    sums = {
        "arithmetic": _("  sum {total}"),
        "geometric": _("  geometric mean: exp(sum) = {total}"),
        "harmonic": _("  harmonic mean: 1 ÷ sum = {total}"),
        "owa": _("  sum {total}"),
        "dp2": _("  sum {total}"),
    }
    if step.combine in sums:
        say(sums[step.combine].format(total=total))
    else:
        say(
            _("  combined by {method}: {total}").format(
                method=_combined_by(_)[step.combine or ""], total=total
            )
        )


def _combined_by(_: "Words") -> Mapping[str, str]:
    """Name the aggregations whose parts do not add up."""
    return {
        "generalised": _("a generalised mean"),
        "median": _("the weighted median"),
        "mpi": _("the Mazziotta-Pareto index"),
        "ampi": _("the adjusted Mazziotta-Pareto index"),
        "copeland": _("outranking (Copeland)"),
    }


def _print_parameter(step: "Step", language: str, _: "Words") -> None:
    from stadtindex.cli.show import say
    from stadtindex.publish.numbers import number, plain

    say(_("  value {value}").format(value=plain(step.raw, language)))
    if step.denominator is not None:
        text = _("  ÷ {divisor} ({column}) × {per} = {result}")
        result = number(step.denominated, language, decimals=EXACT)
        divisor, per = plain(step.divisor, language), plain(step.per, language)
        say(text.format(divisor=divisor, column=step.denominator, per=per, result=result))
    for line in prepared_in_words(step, language, _):
        say(line)


def _print_scaling(step: "Step", language: str, _: "Words") -> None:
    from stadtindex.cli.show import say
    from stadtindex.engine.recipe import Normalisation
    from stadtindex.publish.numbers import number

    scaling = step.scaling
    if scaling.method is Normalisation.NONE or scaling.after is None or scaling.before is None:
        return
    low, high = (number(end, language, decimals=EXACT) for end in (scaling.low, scaling.high))
    lower, upper = (number(end, language, decimals=0) for end in (scaling.lower, scaling.upper))
    text = _("  put on the scale {lower} to {upper} by {method}, between {low} and {high}")
    method = methods_in_words(_)[scaling.method.name]
    say(text.format(lower=lower, upper=upper, method=method, low=low, high=high))


def methods_in_words(_: "Words") -> Mapping[str, str]:
    """Name every normalisation in the user's language."""
    return {
        "NONE": _("nothing"),
        "FIXED": _("fixed scale"),
        "MIN_MAX": _("min-max over all cities"),
        "Z_SCORE": _("z-score"),
        "RANK": _("rank"),
        "PERCENTILE": _("percentile rank"),
        "GOALPOSTS": _("goalposts"),
        "SHARE_OF_BEST": _("share of the best"),
        "BORDA": _("Borda points"),
        "DISTANCE_TO_BEST": _("distance to the best city"),
        "DISTANCE_TO_UNIT": _("distance to a reference city"),
        "DISTANCE_TO_TARGET": _("distance to a target"),
        "TWO_SIDED": _("two-sided scale around a target"),
    }


def note_in_words(name: str, _: "Words") -> str:
    """Say a note of the engine in the user's language."""
    return {
        "NOTHING": "",
        "NOT_EVIDENCED": _("not evidenced: counts as the worst of the scale"),
        "IMPUTED": _("missing: an estimate stands in for it"),
        "SCREENED_OUT": _("too little data to be ranked"),
        "MISSING": _("missing: the rest is re-weighted"),
        "NOT_APPLICABLE": _("not applicable: drops out of this city's maximum"),
        "CONSTANT": _("the same everywhere: drops out for all"),
        "BELOW_THRESHOLD": _("too little data"),
        "NO_WEIGHT": _("weight 0: shown, does not count"),
    }[name]
