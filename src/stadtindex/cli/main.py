"""The command `stadtindex`: what verbs there are, and how an error ends.

Verbs import what they need when they run, so that the shell has its prompt back quickly.
"""

import io
import os
import sys

import typer

from stadtindex.cli import (
    audit,
    check,
    collect,
    compare,
    compute,
    explain,
    freeze,
    points,
    profile,
    rank,
    robustness,
    sources,
    units,
    verify,
    whatif,
)
from stadtindex.cli.problems import exit_code_for

# BLAS threads only get in each other's way on small matrices; this must be set before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = typer.Typer(
    name="stadtindex",
    help="Measure how digital cities are: from official sources to a verified ranking.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("check")(check.command)
app.command("sources")(sources.command)
app.command("units")(units.command)
app.command("collect")(collect.command)
app.command("points")(points.command)
app.command("freeze")(freeze.command)
app.command("compute")(compute.command)
app.command("rank")(rank.command)
app.command("robustness")(robustness.command)
app.command("profile")(profile.command)
app.command("explain")(explain.command)
app.command("compare")(compare.command)
app.command("whatif")(whatif.command)
app.command("audit")(audit.command)
app.command("verify")(verify.command)


def run() -> None:
    """Entry point of the command; bad input ends with a message and exit code 2, never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show ü or … shows a question mark; it is no reason to stop.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. Nothing that was stored before has changed.\n")
        sys.exit(130)
    except Exception as problem:  # the roof decides what a person sees; anything unknown is raised again
        code = exit_code_for(problem)
        if code is None:
            raise
        sys.exit(code)
