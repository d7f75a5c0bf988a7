"""What was written about how sure ranks are, read again: intervals, chances, tie groups, the choice that matters most."""

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from stadtindex.definitions.finding import BadInput, Finding
from stadtindex.editions.compute import Release
from stadtindex.editions.robustfiles import (
    ABOUT,
    CHOICES,
    FORMAT,
    NODES,
    PAIRS,
    QUANTILES,
    SUMS,
    UNITS,
    document,
    files_of,
)
from stadtindex.editions.robustness import Run, robustness


@dataclass(frozen=True)
class Interval:
    """How sure one rank is: quantiles 5, 25, 50, 75 and 95 % of rank and score, and the tie group (0: no rank)."""

    rank: tuple[float, float, float, float, float]
    score: tuple[float, float, float, float, float]
    group: int


@dataclass(frozen=True)
class Chance:
    """The share of the draws in which a unit is among the first k, by k; and its mean rank with its standard error."""

    top: Mapping[int, float]
    mean_rank: float
    error: float


@dataclass(frozen=True)
class Weight:
    """What an uncertain choice matters: its share of the variance of the mean rank shift, with a 90 % interval."""

    choice: str
    total: float
    low: float
    high: float


@dataclass(frozen=True)
class Stated:
    """Intervals by node and unit, chances by unit, choices by falling weight.

    `draws` of the whole were counted, `failed` more were refused by a method; not `complete`: stopped before the end.
    `error` is the largest standard error of a mean rank. `declared` says that the edition itself names what is
    uncertain. `basis` is the hash of what the draws were made from.
    """

    basis: str
    seed: int
    draws: int
    failed: int
    complete: bool
    error: float | None
    declared: bool
    intervals: Mapping[tuple[str, str], Interval]
    chances: Mapping[str, Chance]
    choices: tuple[Weight, ...]
    files: Mapping[str, bytes]

    @cached_property
    def _ahead(self) -> Mapping[tuple[str, str], tuple[float, float]]:
        found = {}
        for row in _rows(self.files[PAIRS]):
            ahead, level = float(row["ahead"]), float(row["level"])
            behind = float(row["behind"]) if row["behind"] else 1.0 - ahead - level
            found[row["unit"], row["other"]] = ahead, behind
            found[row["other"], row["unit"]] = behind, ahead
        return found

    def ahead(self, unit: str, other: str) -> float | None:
        """Give the share of the draws in which a unit is ahead of another; None where the pair was not counted."""
        found = self._ahead.get((unit, other))
        return None if found is None else found[0]


def read_folder(folder: Path) -> dict[str, bytes]:
    """Read the files of a folder; BadInput names the first that is not as its sums say."""
    try:
        sums = (folder / SUMS).read_text("utf-8", errors="replace").splitlines()
        named = {name: value for value, _, name in (line.partition("  ") for line in sums)}
        files = {name: (folder / name).read_bytes() for name in named if "/" not in name}
    except OSError as problem:
        raise _bad(folder, f"{problem.strerror}: {problem.filename}", "the files of an analysis") from problem
    for name, value in named.items():
        if name not in files or sha256(files[name]).hexdigest() != value:
            advice = "an undamaged analysis; make it anew with stadtindex robustness"
            raise _bad(folder / name, f"another content than {SUMS} says", advice)
    return files


def stated(root: str, files: Mapping[str, bytes], where: Path = Path()) -> Stated:
    """Make the object from the files; `root` is the code of the root. BadInput where they are of another format."""
    try:
        about = document(files[ABOUT])
        if about["format"] != FORMAT:
            raise ValueError(f"format {about['format']!r}")
        intervals, chances = {}, {}
        for row in _rows(files[UNITS]):
            intervals[root, row["unit"]] = _interval(row)
            chances[row["unit"]] = Chance(
                {k: _number(row[f"top_{k}"]) for k in about["top"]},
                _number(row["mean_rank"]),
                _number(row["mean_rank_error"]),
            )
        intervals |= {(row["node"], row["unit"]): _interval(row) for row in _rows(files[NODES])}
        return Stated(
            basis=str(about["basis_sha256"]),
            seed=int(about["seed"]),
            draws=int(about["draws"]),
            failed=int(about["failed"]),
            complete=bool(about["complete"]),
            error=None if about["monte_carlo_error"] is None else float(about["monte_carlo_error"]),
            declared=bool(about["declared"]),
            intervals=intervals,
            chances=chances,
            choices=tuple(
                Weight(row["choice"], *(_number(row[name]) for name in ("total", "total_low", "total_high")))
                for row in _rows(files[CHOICES])
            ),
            files=files,
        )
    except (ValueError, KeyError, TypeError) as problem:
        found = f"{type(problem).__name__}: {problem}"
        raise _bad(where / ABOUT, found, f"an analysis of format {FORMAT}") from problem


def again(release: Release, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Draw once more what was written, from its seed and as often; BadInput where it does not say how."""
    try:
        about = document(files[ABOUT])
        asked, precision = int(about["draws_at_most"]), about["precision_asked"]
        done = int(about["draws"]) + int(about["failed"])
        run = Run(int(about["seed"]), done, None, tuple(int(k) for k in about["top"]), os.cpu_count() or 1)
        skips = int(about["choices"]) == 0
    except (ValueError, KeyError, TypeError) as problem:
        found = f"{type(problem).__name__}: {problem}"
        raise _bad(Path(ABOUT), found, f"an analysis of format {FORMAT}") from problem
    found_again = robustness(release, replace(run, choices=not skips))
    whole = found_again.whole
    reached = precision is not None and whole.error <= float(precision)
    spreads = {**found_again.spreads, found_again.root: replace(whole, complete=done >= asked or reached)}
    said = replace(run, draws=asked, precision=None if precision is None else float(precision))
    return files_of(release, replace(found_again, run=said, spreads=spreads))


def _rows(data: bytes) -> "csv.DictReader[str]":
    return csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))


def _interval(row: Mapping[str, str]) -> Interval:
    rank = tuple(_number(row[f"rank_{name}"]) for name in QUANTILES)
    score = tuple(_number(row[f"score_{name}"]) for name in QUANTILES)
    return Interval(rank, score, int(row["group"] or 0))  # type: ignore[arg-type]  # five of each, as QUANTILES names


def _number(text: str) -> float:
    return float(text) if text else float("nan")


def _bad(path: Path, found: str, expected: str) -> BadInput:
    return BadInput(Finding(str(path), None, "", found, expected))
