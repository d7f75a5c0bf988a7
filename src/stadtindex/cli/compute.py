"""stadtindex compute: from an edition's folder to a bundle."""

from pathlib import Path
from typing import Annotated

import typer

from stadtindex.cli.options import Edition, Lang


def command(  # noqa: PLR0913 - each is an option of the command line
    edition: Edition = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Folder of the bundle. Default: build/<edition>, written anew.",
            show_default=False,
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the new bundle in the place of an earlier one.")
    ] = False,
    release: Annotated[
        int, typer.Option("--release", min=0, help="Number of the release: 0, after corrections 1, 2, …")
    ] = 0,
    draws: Annotated[
        int | None,
        typer.Option(
            "--draws", min=0, help="Draws for the intervals of ranks; 0: none. Default: as declared."
        ),
    ] = None,
    lang: Lang = None,
) -> None:
    """Compute an edition: print the ranking with intervals and write the bundle (inputs, method, results, hashes)."""
    from stadtindex.cli.intervals import drawn
    from stadtindex.cli.ranking_view import show_ranking
    from stadtindex.cli.wiring import find_edition
    from stadtindex.cli.words import language_of
    from stadtindex.editions.bundle import check_target, write
    from stadtindex.editions.compute import compute
    from stadtindex.editions.stated import stated as read
    from stadtindex.publish.ranking import ranking

    computed = compute(find_edition(edition))
    target = out or Path("build") / computed.edition.id
    check_target(target, replace=replace or out is None)
    files = drawn(computed, draws)
    stated = None if files is None else read(computed.edition.id, files)
    bundle = write(computed, target, number=release, replace=replace or out is None, robustness=files)
    show_ranking(ranking(computed, computed.edition.id, stated=stated), language_of(lang))
    for finding in (*computed.results.findings, *computed.assembled.findings):
        typer.echo(f"finding: {finding}")
    typer.echo(f"{bundle.release}  {bundle.path}")
    typer.echo(f"sha256 {bundle.sha256}")
