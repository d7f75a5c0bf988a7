"""stadtindex audit: the statistical audit of an edition, as a report and as a part of its bundle."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stadtindex.cli.options import AsJson, Edition, Lang
from stadtindex.cli.problems import refuse

if TYPE_CHECKING:
    from stadtindex.editions.audit import EditionAudit, Effort
    from stadtindex.editions.compute import Release
    from stadtindex.editions.verify import Added
    from stadtindex.engine.uncertainty.plan import Uncertainty

REPORT = "audit/report.{language}.md"


def command(  # noqa: PLR0913 - each is an argument or option of the command line
    edition: Edition = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Bundle that the audit becomes a part of. Default: the bundle named, or build/<edition>.",
            show_default=False,
        ),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(
            "--draws",
            min=256,
            max=100_000_000,
            help="Draws of the uncertainty. Default: 10000, or 1000 where a recipe makes draws slow.",
            show_default=False,
        ),
    ] = None,
    points: Annotated[
        int | None,
        typer.Option(
            "--points",
            min=2,
            max=1 << 20,
            help="Base points of the sensitivity, a power of two. Default: 1024, or 64 where draws are slow.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same numbers.")] = 0,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Audit an edition: data, coherence, uncertainty, sensitivity, conclusions; report and tables go into its bundle."""
    from stadtindex.cli.wiring import find_edition
    from stadtindex.cli.words import language_of, words
    from stadtindex.editions.bundle import add, is_bundle, open_release
    from stadtindex.editions.judge import judge

    if points is not None and points & (points - 1) != 0:
        raise refuse("--points", str(points), "a power of two: 256, 512, 1024, 2048 …")
    place = find_edition(edition)
    release = open_release(place)
    target = out or (place if is_bundle(place) else Path("build") / release.edition.id)
    _prepare(release, target)
    found = _audited(release, _effort(release, seed, draws, points))
    bundle = add(target, "audit", files(found))
    if as_json:
        from stadtindex.cli.show import show_json
        from stadtindex.editions.audit_tables import document

        show_json(document(found, judge(found)))
        return
    from stadtindex.cli.audit_report import report
    from stadtindex.cli.blocks import show

    language = language_of(lang)
    _ = words(language)
    show(report(found, judge(found), language))
    path = bundle.path / REPORT.format(language=language)
    typer.echo(_("Report and tables: {path}").format(path=path))
    typer.echo(f"sha256 {bundle.sha256}")


def _prepare(release: "Release", target: Path) -> None:
    """See that the bundle holds the very inputs that are audited; where there is none, write it."""
    from stadtindex.editions.bundle import contents, is_bundle, stored, sums_text, write

    if not is_bundle(target):
        write(release, target)
        return
    mine = sums_text({name: data for name, data in contents(release).items() if name.startswith("inputs/")})
    its = "".join(
        f"{value}  {name}\n" for name, value in sorted(stored(target).items()) if name.startswith("inputs/")
    )
    if mine.decode() != its:
        expected = "a bundle of the inputs that are audited; first: stadtindex compute --replace"
        raise refuse("--out", "a bundle of other inputs", expected, file=str(target))


def _effort(release: "Release", seed: int, draws: int | None, points: int | None) -> "Effort":
    from dataclasses import replace

    from stadtindex.editions.audit import Effort, affordable
    from stadtindex.engine.errors import EngineError

    try:
        effort = affordable(release, _plan(release), seed)
    except EngineError:
        effort = Effort(seed)  # nothing can be drawn, and the report will say why
    return replace(effort, draws=draws or effort.draws, points=points or effort.points)


def _plan(release: "Release") -> "Uncertainty":
    from stadtindex.editions.doubt import plan_of

    return plan_of(release.assembled)


def _audited(release: "Release", effort: "Effort") -> "EditionAudit":
    from stadtindex.editions.audit import audit

    return audit(release, _plan(release), effort)


def files(found: "EditionAudit") -> dict[str, bytes]:
    """Write the tables and the report, in every language of the interface."""
    from stadtindex.cli.audit_report import report
    from stadtindex.cli.blocks import markdown
    from stadtindex.cli.options import Language
    from stadtindex.editions.audit_tables import files_of
    from stadtindex.editions.judge import judge

    statements = judge(found)
    made = files_of(found, statements)
    for language in Language:
        text = markdown(report(found, statements, language.value))
        made[REPORT.format(language=language.value)] = text.encode("utf-8")
    return made


def added() -> "Added":
    """Say how verify makes the audit of a bundle again."""
    from stadtindex.cli.options import Language
    from stadtindex.editions.audit_tables import ABOUT, DRAWN
    from stadtindex.editions.verify import Added

    reports = [REPORT.format(language=language.value) for language in Language]
    return Added(_again, frozenset((*DRAWN, ABOUT, *reports)))


def _again(release: "Release", stored: Mapping[str, bytes]) -> dict[str, bytes]:
    from stadtindex.editions.audit_tables import effort_of

    return files(_audited(release, effort_of(stored)))
