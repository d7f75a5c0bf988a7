"""Code in the documents is run: every Python block of every page, and every shell block that is marked with <!-- run -->."""

import contextlib
import io
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

BLOCK = re.compile(r"^(<!-- run -->\n)?```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
ROOT = Path(__file__).parents[2]
# Programs that a marked shell block may call; the others would depend on the machine.
PROGRAM = "stadtindex"
TWINS = (("engine-as-a-library.md", "engine-als-bibliothek.md"),)


def blocks(path: Path) -> list[tuple[bool, str, str]]:
    """Return every fenced block: whether it is marked, its language, its text."""
    return [(mark != "", kind, text) for mark, kind, text in BLOCK.findall(path.read_text("utf-8"))]


def pages() -> Iterator[Path]:
    yield from (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "GLOSSARY.md"))
    yield from sorted((ROOT / "docs").rglob("*.md"))


def with_blocks(wanted: Callable[[bool, str], bool]) -> list[Any]:
    found = [path for path in pages() if any(wanted(marked, kind) for marked, kind, _ in blocks(path))]
    return [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in found]


@pytest.mark.parametrize("page", with_blocks(lambda marked, kind: kind == "python"))
def test_the_python_of_a_page_runs_and_prints_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("data", "examples"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    names: dict[str, Any] = {"__name__": "page"}
    printed = ""
    for _, kind, text in blocks(page):
        if kind == "python":
            assert printed == "", f"{page.name} does not show what is printed: {printed}"
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(text, page.name, "exec"), names)
            printed = out.getvalue()
        elif kind == "text" and printed != "":
            assert lines(printed) == lines(text)
            printed = ""
    assert printed == "", f"{page.name} does not show what is printed: {printed}"


@pytest.mark.parametrize("page", with_blocks(lambda marked, kind: marked))
def test_the_marked_commands_of_a_page_run(
    page: Path, stadtindex: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for marked, kind, text in blocks(page):
        if not marked:
            continue
        assert kind == "sh", f"{page.name}: only shell blocks are marked"
        for line in text.splitlines():
            program, *arguments = shlex.split(line, comments=True)
            assert program == PROGRAM, f"{page.name}: {line}"
            ran = stadtindex(*arguments)
            assert ran.code == 0, ran.err
            assert ran.out.strip() != ""


@pytest.mark.parametrize(("english", "german"), TWINS)
def test_the_german_twin_of_a_page_has_the_same_code(english: str, german: str) -> None:
    one, other = (blocks(ROOT / "docs" / "tutorials" / name) for name in (english, german))
    assert one == other
    assert len(one) > 10


def test_every_verb_and_option_that_is_shown_exists(stadtindex: Callable) -> None:
    known: dict[str, str] = {}
    shown = 0
    for page in pages():
        for _, kind, text in blocks(page):
            for line in text.splitlines() if kind == "sh" else ():
                words = shlex.split(line, comments=True)
                if words[:1] != [PROGRAM] or len(words) < 2:
                    continue
                verb = words[1]
                if verb not in known:
                    helped = stadtindex(verb, "--help")
                    assert helped.code == 0, f"{page.name}: {line}"
                    known[verb] = helped.out
                for option in (word.partition("=")[0] for word in words[2:] if word.startswith("--")):
                    assert option in known[verb], f"{page.name}: {line}"
                shown += 1
    assert shown >= 10


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]
