"""stadtindex verify: recompute a bundle and say whether it is what it claims to be."""

from pathlib import Path
from typing import Annotated

import typer

from stadtindex.cli.options import Lang

SHOWN = 20


def command(
    bundle: Annotated[Path, typer.Argument(help="The folder of a bundle.", show_default=False)],
    lang: Lang = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Show every difference, not only the first twenty.")
    ] = False,
) -> None:
    """Recompute a bundle from its own inputs: identical, equal within 1e-9 with equal ranks, or where it differs."""
    from stadtindex.cli.audit import added
    from stadtindex.cli.words import language_of, words
    from stadtindex.editions.verify import Outcome, verify

    _ = words(language_of(lang))
    verdict = verify(bundle, {"audit": added()})
    answer = {
        Outcome.IDENTICAL: _("identical: recomputed from its own inputs, every byte is the same"),
        Outcome.EQUAL: _("equal within 1e-9, all ranks equal"),
        Outcome.WITHIN: _("results equal, intervals within the stated Monte Carlo error (another kernel)"),
        Outcome.DIFFERENT: _("DIFFERENT"),
    }[verdict.outcome]
    typer.echo(f"{verdict.release}: {answer}")
    typer.echo(_("{count} files, sha256 {hash}").format(count=verdict.files, hash=verdict.sha256))
    if verdict.robustness:
        typer.echo(_("The intervals were drawn again from their seed."))
    if not verdict.same_code:
        typer.echo(_("The bundle was written by another version of the code."))
    differences = verdict.differences if all_ else verdict.differences[:SHOWN]
    for difference in differences:
        typer.echo(f"  {difference}")
    if len(differences) < len(verdict.differences):
        more = len(verdict.differences) - len(differences)
        typer.echo(_("  … and {count} more (--all)").format(count=more))
    if verdict.outcome is Outcome.DIFFERENT:
        raise typer.Exit(1)
