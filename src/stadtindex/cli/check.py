"""stadtindex check: read an edition and say everything that is wrong with it."""

import typer

from stadtindex.cli.options import Edition
from stadtindex.cli.problems import BAD_INPUT, tell


def command(edition: Edition = None) -> None:
    """Check the definition of an edition: every finding with file, line, key and what to do."""
    from stadtindex.cli.wiring import find_edition
    from stadtindex.definitions.check import check_edition
    from stadtindex.definitions.load import load_edition
    from stadtindex.editions.assemble import assemble
    from stadtindex.editions.compute import check_universe, frozen_points, other_periods
    from stadtindex.intake.source import list_sources, load_source

    folder = find_edition(edition)
    known = {name: set(load_source(name).measures) for name in list_sources()}
    findings = check_edition(folder, known_sources=known)
    tell(findings)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(BAD_INPUT)
    loaded = load_edition(folder)
    assembled = assemble(loaded, frozen_points(loaded), other_periods(loaded))
    check_universe(loaded)
    tell(assembled.findings)
    typer.echo(
        f"{loaded.id}: {len(loaded.parameters)} parameters, {len(assembled.units)} units, "
        f"{sum(key[1] in assembled.table.columns for key in assembled.points)} data points; "
        f"{len(findings) + len(assembled.findings)} findings"
    )
