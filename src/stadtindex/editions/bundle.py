"""The bundle: a folder with inputs, method, every intermediate result, ranks and hashes.

    inputs/…            the edition, its units, scheme and frozen points, as they were read
    method/recipe.json  what every node really does
    results/…           ranking, nodes, cells, what was imputed, treated, weighed and screened, grounds, findings
    audit/… and others  what was added afterwards by a verb of its own, see `add`
    bundle.json         edition, release, versions
    lines.csv           a short digest of every line of the inputs, so that damage is told by line
    SHA256SUMS          of all files above; its own SHA-256 is the hash of the bundle
    robustness/…        how sure the ranks are, with sums of its own: see `editions.robustfiles`

It is written to a temporary name and then renamed, so an interrupted run leaves the earlier bundle as it was.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

import stadtindex
from stadtindex.definitions.finding import BadInput, Finding
from stadtindex.definitions.load.edition import ORIGINS
from stadtindex.editions.code import code_sha256, lock_sha256
from stadtindex.editions.compute import FROZEN, UNIVERSE, Release, compute
from stadtindex.editions.contents import json_bytes, results_of
from stadtindex.editions.pointfile import table
from stadtindex.editions.robustfiles import FOLDER as ROBUSTNESS
from stadtindex.editions.stated import read_folder

FORMAT = 1
INPUTS = "inputs"
ABOUT = "bundle.json"
LINES = "lines.csv"
SUMS = "SHA256SUMS"
DIGEST_LENGTH = 12


@dataclass(frozen=True)
class Bundle:
    """A bundle on disk: where its edition lies inside, and what it says of itself."""

    path: Path
    edition: Path
    release: str
    code_sha256: str
    sha256: str


def contents(release: Release, number: int = 0) -> dict[str, bytes]:
    """Make every file of the bundle of a computed edition, by its name inside."""
    files = inputs_of(release)
    folder = _inside(release.edition.folder.resolve(), _common(_paths(release)))
    about = {
        "format": FORMAT,
        "edition": release.edition.id,
        "edition_folder": folder,
        "release": f"{release.edition.id}.{number}",
        "reference_date": release.edition.reference_date.isoformat(),
        "units": len(release.results.units),
        "parameters": len(release.edition.parameters),
        "points_sha256": release.frozen.sha256,
        "experimental": release.experimental,
        "indicative": sorted(release.indicative),
        "stadtindex": stadtindex.__version__,
        "code_sha256": code_sha256(),
        "lock_sha256": lock_sha256(),
    }
    files |= results_of(release)
    files[ABOUT] = json_bytes(about)
    files[LINES] = lines_table({name: data for name, data in files.items() if name.startswith(f"{INPUTS}/")})
    files[SUMS] = sums_text(files)
    return files


def inputs_of(release: Release) -> dict[str, bytes]:
    """Take over every file that the edition was read from, keeping how the files lie to each other."""
    paths = _paths(release)
    common = _common(paths)
    return {_inside(path, common): path.read_bytes() for path in paths}


def _paths(release: Release) -> list[Path]:
    edition = release.edition
    beside = [
        edition.folder / UNIVERSE,
        edition.folder / FROZEN,
        *([edition.units.folder / ORIGINS] if edition.units.folder else []),
    ]
    earlier = [path for period in edition.imputation.periods for path in period.points]
    paths = [
        *edition.files,
        *edition.points,
        *earlier,
        *edition.origins,
        *(path for path in beside if path.is_file()),
    ]
    return sorted({path.resolve() for path in paths})


def _common(paths: list[Path]) -> Path:
    return Path(os.path.commonpath([path.parent for path in paths]))


def _inside(path: Path, common: Path) -> str:
    return str(PurePosixPath(INPUTS, *path.relative_to(common).parts))


def lines_table(files: dict[str, bytes]) -> bytes:
    """Write a short digest of every line of the given files."""
    rows = (
        [name, str(line), digest(text)]
        for name, data in sorted(files.items())
        for line, text in enumerate(data.split(b"\n"), start=1)
    )
    return table(("file", "line", "digest"), rows)


def digest(line: bytes) -> str:
    """Give the short digest of one line."""
    return sha256(line).hexdigest()[:DIGEST_LENGTH]


def sums_text(files: Mapping[str, bytes]) -> bytes:
    """Write SHA256SUMS as `sha256sum -c` reads it."""
    return "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())).encode()


def write(
    release: Release,
    out: Path,
    *,
    number: int = 0,
    replace: bool = False,
    robustness: Mapping[str, bytes] | None = None,
) -> Bundle:
    """Write a bundle to `out`; BadInput if something lies there that is not a bundle to be replaced."""
    recover(out)
    check_target(out, replace=replace)
    files = contents(release, number)
    files |= {f"{ROBUSTNESS}/{name}": data for name, data in (robustness or {}).items()}
    put_folder(files, out)
    return about(out)


def add(out: Path, folder: str, files: Mapping[str, bytes]) -> Bundle:
    """Put a folder of files into a bundle, in the place of an earlier one of that name; all else stays as it is.

    BadInput if there is no bundle, or if one of its files is not as SHA256SUMS says: nothing is added to a damaged one.
    """
    recover(out)
    about(out)
    if any(PurePosixPath(name).parts[:1] != (folder,) for name in files):
        raise ValueError(f"every file must lie in {folder}/")
    kept = {
        name: _undamaged(out / name, value)
        for name, value in stored(out).items()
        if PurePosixPath(name).parts[0] != folder
    }
    sums = sums_text({**kept, **files})
    put_folder({**_strange(out, folder), **kept, **files, SUMS: sums}, out)
    return about(out)


def _strange(path: Path, folder: str) -> dict[str, bytes]:
    """Read the files that no sum names, so that nobody loses a note laid beside the results."""
    names = [file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()]
    known = {*stored(path), SUMS}
    return {
        name: (path / name).read_bytes()
        for name in names
        if name not in known and PurePosixPath(name).parts[0] != folder
    }


def recover(out: Path) -> None:
    """Put back what an earlier run moved away, if it was killed between its two renames."""
    earlier = out.with_name(f".{out.name}.earlier")
    if earlier.exists() and not out.exists():
        earlier.rename(out)


def put_folder(files: Mapping[str, bytes], out: Path) -> None:
    """Write all files to a temporary name, then rename: whoever looks sees the old folder or the new one."""
    recover(out)
    earlier = out.with_name(f".{out.name}.earlier")
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.partial-", dir=out.parent))
    try:
        for name, data in files.items():
            target = partial / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        partial.chmod(0o755)
        shutil.rmtree(earlier, ignore_errors=True)
        if out.exists():
            out.rename(earlier)
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(earlier, ignore_errors=True)


def robustness_of(path: Path) -> dict[str, bytes] | None:
    """Read what a bundle says of how sure its ranks are; None where it says nothing, BadInput where it is damaged."""
    recover(path / ROBUSTNESS)
    return read_folder(path / ROBUSTNESS) if (path / ROBUSTNESS).is_dir() else None


def check_target(out: Path, *, replace: bool) -> None:
    """Refuse to write over what is no bundle, and over a bundle that is not to be replaced."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not (out / ABOUT).is_file():
        raise _bad(out, "a folder or file that is no bundle", "a new name, or a bundle to replace")
    if not replace:
        raise _bad(out, "a bundle", "a new name, or --replace to put the new bundle in its place")


def is_bundle(path: Path) -> bool:
    """Tell whether a folder looks like a bundle."""
    return (path / ABOUT).is_file() and (path / SUMS).is_file()


def about(path: Path) -> Bundle:
    """Read what a bundle says of itself; BadInput if it is none."""
    for name in (ABOUT, SUMS):
        if not (path / name).is_file():
            raise _bad(
                path / name,
                "no such file",
                "a bundle: a folder with bundle.json and SHA256SUMS, as compute writes it",
            )
    try:
        document = json.loads((path / ABOUT).read_text("utf-8"))
        texts = {name: document[name] for name in ("edition_folder", "release", "code_sha256")}
        if document["format"] != FORMAT or not all(isinstance(text, str) for text in texts.values()):
            raise ValueError(f"format {document['format']!r}")
        sums = (path / SUMS).read_bytes()
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise _bad(
            path / ABOUT, f"{type(problem).__name__}: {problem}", f"a bundle of format {FORMAT}"
        ) from problem
    parts = PurePosixPath(texts["edition_folder"]).parts
    if parts[:1] != (INPUTS,) or ".." in parts:
        raise _bad(
            path / ABOUT, texts["edition_folder"], f"a folder inside {INPUTS}/", field="edition_folder"
        )
    edition = path.joinpath(*parts)
    return Bundle(path, edition, texts["release"], texts["code_sha256"], sha256(sums).hexdigest())


def stored(path: Path) -> dict[str, str]:
    """Read SHA256SUMS: the hash of each file, by name."""
    sums: dict[str, str] = {}
    for line, text in enumerate((path / SUMS).read_text("utf-8", errors="replace").splitlines(), start=1):
        value, gap, name = text.partition("  ")
        if (
            len(value) != 64
            or not gap
            or ".." in PurePosixPath(name).parts
            or PurePosixPath(name).is_absolute()
        ):
            raise BadInput(
                Finding(str(path / SUMS), line, "", text[:80], "a SHA-256, two blanks and a file name")
            )
        sums[name] = value
    return sums


def open_release(path: Path) -> Release:
    """Compute from an edition folder, or from the inputs of a bundle whose files are all as its sums say."""
    if not is_bundle(path):
        return compute(path)
    for name, value in stored(path).items():
        _undamaged(path / name, value)
    return compute(about(path).edition)


def _undamaged(file: Path, value: str) -> bytes:
    """Read a file whose SHA-256 is as it should be, or raise BadInput."""
    data = file.read_bytes() if file.is_file() else b""
    if not file.is_file() or sha256(data).hexdigest() != value:
        raise _bad(file, "another content than SHA256SUMS says", "an undamaged bundle; see stadtindex verify")
    return data


def _bad(path: Path, found: str, expected: str, field: str = "") -> BadInput:
    return BadInput(Finding(str(path), None, field, found, expected))
