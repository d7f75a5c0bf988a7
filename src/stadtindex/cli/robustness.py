"""stadtindex robustness: how sure the ranks are, and which uncertain choice matters most."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stadtindex.cli.options import AsCsv, AsJson, Edition, Lang

if TYPE_CHECKING:
    from stadtindex.editions.compute import Release
    from stadtindex.editions.robustness import Robustness, Run

# With a precision and no number of draws, so many are made at most.
MOST_DRAWS = 10_000_000


def command(  # noqa: PLR0913 - each is an option of the command line
    edition: Edition = None,
    draws: Annotated[
        int | None,
        typer.Option("--draws", min=256, help="How many draws. Default: as the edition declares."),
    ] = None,
    precision: Annotated[
        float | None,
        typer.Option(
            "--precision", help="Stop once every mean rank is known to this standard error, in ranks."
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Seed of the draws. Default: as the edition declares.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler", help="Draw on a Dask cluster: the address of its scheduler, tcp://host:8786."
        ),
    ] = None,
    top: Annotated[
        int, typer.Option("--top", min=1, help="Print the probability of being among the first K.")
    ] = 10,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Write a whole bundle there. Default: the bundle that was named gets the result, or it is kept in var/.",
            show_default=False,
        ),
    ] = None,
    replace_: Annotated[
        bool, typer.Option("--replace", help="Put the new bundle in the place of an earlier one.")
    ] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    lang: Lang = None,
) -> None:
    """Draw everything uncertain anew: rank, interval, probability of the first ten, tie groups, what matters most."""
    from stadtindex.cli.wiring import find_edition
    from stadtindex.editions.bundle import check_target, open_release

    path = find_edition(edition)
    release = open_release(path)
    run = _run(release, draws, precision, seed)
    run = replace(run, top=tuple(sorted({*run.top, top})))
    if scheduler is not None:
        from stadtindex.editions.distribute import on_cluster

        run = replace(run, simulate=on_cluster(scheduler))
    if out is not None:
        # Before the work, not after it.
        check_target(out, replace=replace_)
    files, code = _drawn(release, run)
    place = _store(release, files, path, out)
    _show(release, files, top, (as_json, as_csv, lang))
    _tell_place(place, code, lang)
    if code != 0:
        raise typer.Exit(code)


def _run(release: "Release", draws: int | None, precision: float | None, seed: int | None) -> "Run":
    from stadtindex.cli.intervals import workers
    from stadtindex.cli.problems import refuse
    from stadtindex.editions.robustness import declared_run

    if precision is not None and not 0.0 < precision <= 1000.0:
        raise refuse("--precision", f"{precision:g}", "a number of ranks, more than 0")
    run = declared_run(release, workers())
    if draws is not None or precision is not None:
        # What is asked for here stands in the place of what the edition declares about how much is drawn.
        run = replace(run, draws=draws or MOST_DRAWS, precision=precision)
    return replace(run, seed=run.seed if seed is None else seed)


def _drawn(release: "Release", run: "Run") -> tuple[dict[str, bytes], int]:
    """Draw with a progress bar; when asked to stop, what has been drawn is the result. Also gives the exit code."""
    from stadtindex.cli.interrupt import interruptible
    from stadtindex.cli.progress import bar
    from stadtindex.editions.robustfiles import files_of
    from stadtindex.editions.robustness import robustness

    with interruptible() as request, bar(run.draws) as advance:

        def stop(done: int) -> bool:
            advance(done)
            return request.made

        found: Robustness = robustness(release, replace(run, stop=stop))
    return files_of(release, found), request.exit_code


def _store(release: "Release", files: dict[str, bytes], path: Path, out: Path | None) -> Path | None:
    """Put the result where it belongs: into a new bundle, into the one that was named, or into var/."""
    from stadtindex.cli.intervals import keep
    from stadtindex.editions.bundle import is_bundle, put_folder, write
    from stadtindex.editions.robustfiles import FOLDER

    if out is not None:
        write(release, out, replace=True, robustness=files)
        return out
    if is_bundle(path):
        put_folder(files, path / FOLDER)
        return path / FOLDER
    return keep(release.edition.id, files)


def _show(release: "Release", files: dict[str, bytes], top: int, how: "tuple[bool, bool, object]") -> None:
    from stadtindex.cli.options import Language
    from stadtindex.cli.robustness_view import show_robustness
    from stadtindex.cli.words import language_of
    from stadtindex.editions.stated import stated
    from stadtindex.publish.robustness import as_document, as_rows, robustness_page

    as_json, as_csv, lang = how
    page = robustness_page(release, stated(release.edition.id, files), top)
    if as_json:
        from stadtindex.cli.show import show_json

        show_json(as_document(page))
    elif as_csv:
        from stadtindex.cli.show import show_csv

        show_csv(*as_rows(page))
    else:
        show_robustness(page, language_of(lang if isinstance(lang, Language) else None))


def _tell_place(place: Path | None, code: int, lang: "Lang") -> None:
    """Say on stderr where the result lies, and that it is partial when it is."""
    from stadtindex.cli.words import language_of, words

    _ = words(language_of(lang))
    if place is None:
        sys.stderr.write(_("The result could not be kept: no folder to write to.") + "\n")
    elif code != 0:
        text = _("Interrupted: the draws made so far are kept in {place}, marked as partial.")
        sys.stderr.write(text.format(place=place) + "\n")
    else:
        sys.stderr.write(_("Kept in {place}.").format(place=place) + "\n")
