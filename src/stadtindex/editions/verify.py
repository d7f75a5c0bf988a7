"""Recompute a bundle from its own inputs and say: identical, equal within 1e-9 with equal ranks, or where it differs."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path

from stadtindex.definitions.finding import BadInput, Finding
from stadtindex.editions import robustcheck
from stadtindex.editions.bundle import (
    ABOUT,
    INPUTS,
    LINES,
    SUMS,
    about,
    contents,
    digest,
    recover,
    robustness_of,
    stored,
)
from stadtindex.editions.code import code_sha256
from stadtindex.editions.compute import Release, compute
from stadtindex.editions.difference import Difference
from stadtindex.editions.robustfiles import FOLDER as ROBUSTNESS
from stadtindex.editions.robustfiles import NAMES
from stadtindex.editions.stated import again
from stadtindex.engine.errors import EngineError

TOLERANCE = 1e-9
# What was drawn at random is equal for an equal seed on one machine; on another the last bit of a product may differ,
# and in a few of many draws two units change places.
DRAWN_TOLERANCE = 1e-3
REPORT = ".md"
NUMBERS = re.compile(r"[-\u2212]?\d[\d.,]*")

Remake = Callable[[Release, Mapping[str, bytes]], dict[str, bytes]]
"""Makes the files of an added folder again, from the release and what is stored there (its settings)."""


@dataclass(frozen=True)
class Added:
    """A folder that a verb added to a bundle: how its files are made again, and which of them hold what was drawn."""

    remake: Remake
    drawn: frozenset[str] = frozenset()


class Outcome(StrEnum):
    """The four answers."""

    IDENTICAL = "identical"
    EQUAL = "equal within 1e-9, ranks equal"
    WITHIN = "results equal, robustness within its Monte Carlo error"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Verdict:
    """What verify found. `same_code` tells whether the code that recomputed is the code that wrote the bundle.

    `robustness` tells whether the bundle says how sure its ranks are; then that was drawn again from its seed.
    """

    outcome: Outcome
    differences: tuple[Difference, ...]
    files: int
    sha256: str
    release: str
    same_code: bool
    robustness: bool = False


def verify(path: Path, added: Mapping[str, Added] | None = None) -> Verdict:
    """Check every hash of a bundle, recompute it from its inputs and compare cell by cell; BadInput if it is no bundle.

    `added` names the folders that verbs may have added (`editions.bundle.add`), and how to make them again.
    """
    recover(path / ROBUSTNESS)
    bundle = about(path)
    sums = stored(path)
    folders = {name: how for name, how in (added or {}).items() if _files(path, sums, name)}
    release, problem = _opened(bundle.edition)
    recomputed: dict[str, bytes] = {}
    if release is not None:
        recomputed, more = _recompute(release, bundle.release, _Stored(path, sums, folders))
        problem += more
    drawn = frozenset(name for how in folders.values() for name in how.drawn)
    differences = [*_damage(path, sums, recomputed), *problem]
    for name, data in recomputed.items():
        if not name.startswith(f"{INPUTS}/") and (path / name).is_file() and name != SUMS:
            differences += compare(
                name,
                (path / name).read_bytes(),
                data,
                same_code=bundle.code_sha256 == code_sha256(),
                drawn=name in drawn,
            )
    doubtful = [] if release is None else _robustness(path, release)
    return Verdict(
        outcome=_outcome(differences, doubtful),
        differences=(*differences, *doubtful),
        files=len(sums),
        sha256=bundle.sha256,
        release=bundle.release,
        same_code=bundle.code_sha256 == code_sha256(),
        robustness=(path / ROBUSTNESS).is_dir(),
    )


@dataclass(frozen=True)
class _Stored:
    """What lies in a bundle: its sums, and the folders that were added."""

    path: Path
    sums: Mapping[str, str]
    added: Mapping[str, Added]


def _files(path: Path, sums: Mapping[str, str], folder: str) -> dict[str, bytes]:
    """Read the files of a folder that the sums name and that are there."""
    names = [name for name in sums if name.startswith(f"{folder}/")]
    return {name: (path / name).read_bytes() for name in names if (path / name).is_file()}


def _opened(edition: Path) -> tuple[Release | None, list[Difference]]:
    try:
        return compute(edition), []
    except BadInput as problem:
        return None, [_found(finding, finding.file) for finding in problem.findings]
    except EngineError as problem:
        return None, [Difference(INPUTS, None, (), "", "what cannot be computed", str(problem))]


def _recompute(release: Release, name: str, kept: _Stored) -> tuple[dict[str, bytes], list[Difference]]:
    number = name.rpartition(".")[2]
    files = contents(release, int(number) if number.isdigit() else 0)
    for place, how in kept.added.items():
        try:
            files |= how.remake(release, _files(kept.path, kept.sums, place))
        except BadInput as problem:
            return files, [_found(finding, finding.file) for finding in problem.findings]
        except EngineError as problem:
            return files, [Difference(place, None, (), "", "what cannot be computed", str(problem))]
    return files, []


def _found(finding: Finding, file: str) -> Difference:
    return Difference(file, finding.line, (), finding.field, finding.found, f"expected {finding.expected}")


def _robustness(path: Path, release: Release) -> list[Difference]:
    """Draw again what a bundle says of how sure its ranks are, and compare."""
    try:
        files = robustness_of(path)
        return [] if files is None else list(robustcheck.compare(files, again(release, files)))
    except BadInput as problem:
        return [_found(finding, f"{ROBUSTNESS}/{Path(finding.file).name}") for finding in problem.findings]
    except EngineError as problem:
        return [Difference(ROBUSTNESS, None, (), "", "an analysis that cannot be repeated", str(problem))]


def _damage(path: Path, sums: dict[str, str], recomputed: dict[str, bytes]) -> Iterator[Difference]:
    """Find files that are not as SHA256SUMS says, and files that it does not name."""
    lines = _line_digests(path, sums)
    for name, value in sums.items():
        file = path / name
        if not file.is_file():
            yield Difference(name, None, (), "", "nothing", "a file that SHA256SUMS names")
        elif sha256(data := file.read_bytes()).hexdigest() != value:
            # Files made from the inputs are compared with what is recomputed, which names the cell.
            yield from _changed_lines(name, data, lines.get(name, [])) or _changed_sum(name, recomputed, data)
    known = set(sums) | {SUMS, *(f"{ROBUSTNESS}/{name}" for name in NAMES)}
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if file.is_symlink():
            yield Difference(name, None, (), "", "a link", "a file of the bundle itself")
        elif file.is_file() and name not in known:
            yield Difference(name, None, (), "", "a file", "SHA256SUMS does not name it")


def _line_digests(path: Path, sums: dict[str, str]) -> dict[str, list[str]]:
    digests: dict[str, list[str]] = {}
    file = path / LINES
    if file.is_file() and sha256(data := file.read_bytes()).hexdigest() == sums.get(LINES):
        for row in csv.DictReader(io.StringIO(data.decode("utf-8"))):
            digests.setdefault(row["file"], []).append(row["digest"])
    return digests


def _changed_lines(name: str, data: bytes, digests: list[str]) -> list[Difference]:
    if not digests:
        return []
    lines = data.split(b"\n")
    changed = []
    for number, (line, expected) in enumerate(zip_longest(lines, digests), start=1):
        if line is None:
            changed.append(
                Difference(name, number, (), "", "nothing", "a line that was there when it was written")
            )
        elif expected is None or digest(line) != expected:
            text = line.decode("utf-8", errors="replace")
            row = tuple(text.split(",")[:2]) if name.endswith(".csv") else ()
            changed.append(
                Difference(name, number, row, "", repr(text[:120]), "another line when it was written")
            )
    return changed


def _changed_sum(name: str, recomputed: dict[str, bytes], data: bytes) -> list[Difference]:
    """Tell which of the two was changed: the file, or the line about it in SHA256SUMS."""
    found = f"the SHA-256 {sha256(data).hexdigest()}"
    if name in recomputed and data != recomputed[name]:
        return [Difference(name, None, (), "", found, "SHA256SUMS has another; the file was changed")]
    return [Difference(SUMS, None, (name,), "", "another hash", f"the file has {found}")]


def compare(
    name: str, left: bytes, right: bytes, *, same_code: bool = True, drawn: bool = False
) -> list[Difference]:
    """Compare a stored with a recomputed file: tables cell by cell, anything else line by line.

    Of a file that holds what was `drawn` numbers may differ a little, and texts by the numbers in them; a report may be
    in other words where it was written by other code.
    """
    if left == right:
        return []
    if name == ABOUT and not same_code:
        left, right = _without_code(left), _without_code(right)
    if not name.endswith(".csv"):
        differences = _compare_lines(name, left, right, drawn=drawn)
        reworded = name.endswith(REPORT) and not same_code
        return [replace(each, small=True) for each in differences] if reworded else differences
    try:
        rows = _rows(left)
    except csv.Error:
        return _compare_lines(name, left, right)
    return _compare_tables(name, rows, _rows(right), DRAWN_TOLERANCE if drawn else TOLERANCE)


def _without_code(data: bytes) -> bytes:
    own = (b"code_sha256", b"lock_sha256", b'"stadtindex"')
    return b"\n".join(line for line in data.split(b"\n") if not any(word in line for word in own))


def _same_words(one: str | None, other: str | None) -> bool:
    """Say whether two lines differ in nothing but numbers; the numbers themselves stand in a table beside."""
    return one is not None and other is not None and NUMBERS.sub("#", one) == NUMBERS.sub("#", other)


def _compare_lines(name: str, left: bytes, right: bytes, *, drawn: bool = False) -> list[Difference]:
    pairs = zip_longest(left.decode("utf-8", "replace").split("\n"), right.decode("utf-8").split("\n"))
    return [
        Difference(name, line, (), "", repr(a), f"recomputed {b!r}", drawn and _same_words(a, b))
        for line, (a, b) in enumerate(pairs, start=1)
        if a != b
    ]


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8", errors="replace"), newline="")))


def _compare_tables(
    name: str, left: list[list[str]], right: list[list[str]], tolerance: float
) -> list[Difference]:
    header = right[0]
    differences = []
    nothing: list[str] = []
    for line, (a, b) in enumerate(zip_longest(left, right, fillvalue=nothing), start=1):
        for column, (x, y) in enumerate(zip_longest(a, b, fillvalue="")):
            if x != y:
                title = header[column] if column < len(header) else f"column {column + 1}"
                row = tuple((b or a)[:2])
                small = not title.endswith("rank") and _close(x, y, tolerance)
                differences.append(
                    Difference(name, line, row, title, x or "nothing", f"recomputed {y or 'nothing'}", small)
                )
    return differences


def _close(left: str, right: str, tolerance: float) -> bool:
    try:
        a, b = float(left), float(right)
    except ValueError:
        return False
    return abs(a - b) <= tolerance * max(1.0, abs(a), abs(b))


def _outcome(differences: list[Difference], doubtful: list[Difference]) -> Outcome:
    if not all(difference.small for difference in (*differences, *doubtful)):
        return Outcome.DIFFERENT
    if doubtful:
        return Outcome.WITHIN
    return Outcome.EQUAL if differences else Outcome.IDENTICAL
