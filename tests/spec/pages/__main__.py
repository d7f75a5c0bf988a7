"""`python -m pages [--check] FOLDER`: write the method pages into a folder, or say which of them are stale."""

import sys
from pathlib import Path

from pages.write import pages


def main(arguments: list[str]) -> int:
    """Write what has changed; with --check write nothing and exit 1 if something has."""
    checking = "--check" in arguments
    (folder,) = (Path(argument) for argument in arguments if argument != "--check")
    written = pages()
    stale = [name for name, text in written.items() if current(folder / name) != text]
    left_over = [path for path in folder.rglob("*.md") if path.relative_to(folder).as_posix() not in written]
    if checking:
        for name in (*stale, *map(str, left_over)):
            sys.stdout.write(f"stale: {name}\n")
        return 1 if stale or left_over else 0
    for path in left_over:
        path.unlink()
    for name in stale:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written[name], "utf-8")
    return 0


def current(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
