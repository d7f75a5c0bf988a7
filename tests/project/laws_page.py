"""The page of the engine's laws, written from the property tests themselves; `make docs` writes it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAWS = ROOT / "tests" / "property" / "engine"
PAGE = ROOT / "docs" / "reference" / "laws.md"
HEAD = """# Laws of the engine

Each line is a property that is tested on invented trees, tables (with gaps, ties and constants) and recipes: 100 examples each in
`make test`, 1,000 in `make test-long`. A title is the name of the test. The page is written from the tests by
`make docs`, and a test fails when the two differ.
"""


@dataclass(frozen=True)
class Law:
    """One property test: its name as a sentence, what its docstring adds, and how many examples it asks for itself."""

    name: str
    says: str
    own_number: bool


def laws(path: Path) -> Iterator[Law]:
    """Find the property tests of a file, in their order: functions decorated with hypothesis' given."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            called = [
                d.func.id
                for d in node.decorator_list
                if isinstance(d, ast.Call) and isinstance(d.func, ast.Name)
            ]
            if "given" in called:
                says = " ".join((ast.get_docstring(node) or "").split())
                yield Law(node.name.removeprefix("test_").replace("_", " "), says, "settings" in called)


def files() -> list[Path]:
    """List the files with laws, in the order of their names."""
    return sorted(path for path in LAWS.glob("test_*.py") if any(laws(path)))


def page() -> str:
    """Write the page."""
    found = {path: list(laws(path)) for path in files()}
    lines = [HEAD, f"{sum(map(len, found.values()))} laws in {len(found)} files."]
    for path, its in found.items():
        tree = ast.parse(path.read_text("utf-8"))
        title = (ast.get_docstring(tree) or "").split("\n", 1)[0].rstrip(".")
        lines += ["", f"## {title}", "", f"`{path.relative_to(ROOT).as_posix()}`", ""]
        for law in its:
            name = law.name[0].upper() + law.name[1:]
            lines.append(f"- **{name}.** {law.says}".rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
