"""Where the intervals of ranks come from: the bundle, what an earlier run has kept, or draws made now and kept."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stadtindex.definitions.finding import BadInput
from stadtindex.engine.errors import EngineError

if TYPE_CHECKING:
    from stadtindex.editions.compute import Release
    from stadtindex.editions.stated import Stated

KEPT = "robustness"


def open_with_intervals(name: str | None) -> "tuple[Release, Stated | None]":
    """Compute what a user named, and find or make the intervals of its ranks; None where the recipe allows no draws."""
    from stadtindex.cli.wiring import find_edition
    from stadtindex.editions.bundle import open_release, robustness_of
    from stadtindex.editions.stated import stated

    path = find_edition(name)
    release = open_release(path)
    files = robustness_of(path)
    if files is not None:
        return release, stated(release.edition.id, files, path)
    kept = kept_for(release)
    if kept is not None:
        return release, kept
    drawn_now = drawn(release)
    if drawn_now is None:
        return release, None
    keep(release.edition.id, drawn_now)
    return release, stated(release.edition.id, drawn_now)


def workers() -> int:
    """Give the number of threads to draw with: all that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def kept_folder(edition: str) -> Path | None:
    """Give the folder in which the last analysis of an edition is kept; None without a place to work in."""
    from stadtindex.cli.wiring import workplace

    try:
        return workplace().var / KEPT / edition
    except (BadInput, OSError):
        return None


def kept_for(release: "Release") -> "Stated | None":
    """Read the last analysis of an edition, if it was made from what the edition is now."""
    from stadtindex.editions.bundle import recover
    from stadtindex.editions.robustfiles import basis_of
    from stadtindex.editions.stated import read_folder, stated

    folder = kept_folder(release.edition.id)
    try:
        if folder is None:
            return None
        recover(folder)
        found = stated(release.edition.id, read_folder(folder), folder) if folder.is_dir() else None
    except (BadInput, OSError):
        return None  # what is damaged, of another format or not ours to read is made anew
    return found if found is not None and found.basis == basis_of(release) else None


def keep(edition: str, files: dict[str, bytes]) -> Path | None:
    """Keep an analysis for later runs; None where nothing can be written."""
    from stadtindex.editions.bundle import put_folder

    folder = kept_folder(edition)
    try:
        if folder is not None:
            put_folder(files, folder)
    except OSError:
        return None
    return folder


def drawn(release: "Release", draws: int | None = None) -> dict[str, bytes] | None:
    """Draw as the edition declares, or so often; None for 0 draws, and (said on stderr) where the recipe allows none.

    Also None where nobody says how often, and the recipe makes every draw a computation of its own.
    """
    from stadtindex.cli.progress import bar
    from stadtindex.editions.robustfiles import files_of
    from stadtindex.editions.robustness import declared_run, robustness, slow

    if draws == 0:
        return None
    try:
        if draws is None and release.edition.doubts.draws is None and slow(release):
            return None  # a minute is too long to wait for a ranking; stadtindex robustness takes its time
        run = declared_run(release, workers())
        run = run if draws is None else replace(run, draws=draws, precision=None)
        with bar(run.draws) as advance:

            def stop(done: int) -> bool:
                advance(done)
                return False

            return files_of(release, robustness(release, replace(run, stop=stop)))
    except EngineError as problem:
        sys.stderr.write(f"warning: no intervals of ranks: {problem}\n")
        return None
