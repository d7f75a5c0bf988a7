"""What the documents say is run: commands, the lines they print, links, attributions."""

import csv
import io
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)


def blocks(path: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(path.read_text("utf-8"))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_first_tutorial_does_what_it_says(
    root: Path, stadtindex: Callable, originals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(originals / "kba" / "fz27_202210.xlsx", tmp_path)
    printed, commands = "", 0
    for kind, text in blocks(root / "docs" / "tutorials" / "first-ranking.md"):
        if kind == "sh":
            printed = ""
            for line in text.splitlines():
                program, *arguments = shlex.split(line)
                if program == "stadtindex":
                    ran = stadtindex(*arguments)
                    assert ran.code == (1 if "damaged" in line else 0), ran.err
                    printed += ran.out
                    commands += 1
                elif program in ("cp", "sed"):
                    subprocess.run([program, *arguments], check=True)
                else:
                    assert line == "make run"
        elif kind == "text":
            for line in text.splitlines():
                assert squeezed(line).strip() in squeezed(printed), printed
    assert commands >= 9


def test_how_sure_a_rank_is_can_be_said_as_the_page_says(
    root: Path, stadtindex: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (root / "docs" / "how-to" / "how-sure-is-a-rank.md").read_text("utf-8")
    commands = [line for kind, block in BLOCK.findall(text) if kind == "sh" for line in block.splitlines()]
    assert len(commands) == 7
    for line in commands:
        program, *arguments = shlex.split(line)
        assert program == "stadtindex"
        ran = stadtindex(*arguments)
        assert ran.code == 0, (line, ran.err)
        if arguments[0] == "verify":
            assert "identical" in ran.out
    named = set(re.findall(r"`(\w+\.(?:csv|json))`", text))
    assert named == {path.name for path in (tmp_path / "build" / "sure" / "robustness").glob("*.*")}


def test_the_small_edition_of_the_manual_computes(root: Path, stadtindex: Callable, tmp_path: Path) -> None:
    page = (root / "docs" / "reference" / "edition-format.md").read_text("utf-8")
    for name, text in re.findall(
        r"^`([a-z.]+)`\n\n```(?:toml|csv)\n(.*?)```$", page, re.DOTALL | re.MULTILINE
    ):
        (tmp_path / name).write_text(text, "utf-8")
    section = page.partition("### Data points and origins")[2]
    for name, (_, text) in zip(("points.csv", "origins.csv"), BLOCK.findall(section)[:2], strict=True):
        (tmp_path / name).write_text(text, "utf-8")
    without = stadtindex("compute", tmp_path, "--out", tmp_path / "one")
    assert without.code == 0, without.err
    edition = (tmp_path / "edition.toml").read_text("utf-8")
    tables = 'points = ["points.csv"]\norigins = ["origins.csv"]\n'
    (tmp_path / "edition.toml").write_text(tables + edition, "utf-8")
    ran = stadtindex("compute", tmp_path, "--out", tmp_path / "two")
    assert ran.code == 0, ran.err
    # Abelheim has 2.0 stops per 1,000 inhabitants, Cedorf 1.5: best and worst, and Cedorf has no tram.
    assert re.search(r"1 +Abelheim +100\.0", squeezed(ran.out).replace(" ", " "))
    assert re.search(r"2 +Cedorf +0\.0", squeezed(ran.out))


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "GLOSSARY.md", *(f"docs/{name}" for name in ("acceptance.md",))]
)
def test_links_lead_somewhere(root: Path, page: str) -> None:
    check_links(root / page)


def test_links_of_all_other_documents_lead_somewhere(root: Path) -> None:
    pages = sorted((root / "docs").rglob("*.md"))
    assert len(pages) > 10
    for page in pages:
        check_links(page)


def check_links(page: Path) -> None:
    for target in links(page):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def links(page: Path) -> list[str]:
    """Return the links of a page to files, without the place inside them."""
    found = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    return [target for target in found if "://" not in target]


def test_places_inside_pages_exist(root: Path) -> None:
    """A link to a section leads to a heading or to an anchor that is there."""
    checked = 0
    for page in sorted((root / "docs").rglob("*.md")):
        for target, place in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", page.read_text("utf-8")):
            if "://" in target:
                continue
            text = (page if target == "" else page.parent / target).read_text("utf-8")
            headings = {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
            assert f'<a id="{place}"></a>' in text or place in headings, f"{page.name}: {target}#{place}"
            checked += 1
    assert checked > 100


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_document_is_found_from_the_first_page(root: Path) -> None:
    """Nobody reads a page that is linked from nowhere: start at README.md and follow the links."""
    reached, waiting = set[Path](), [(root / "README.md").resolve()]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [(page.parent / target).resolve() for target in links(page)]
    lost = [path.relative_to(root) for path in (root / "docs").rglob("*.md") if path.resolve() not in reached]
    assert lost == [], "link them from docs/README.md"


def test_every_decision_is_listed(root: Path) -> None:
    listed = (root / "docs" / "decisions" / "README.md").read_text("utf-8")
    for path in (root / "docs" / "decisions").glob("0*.md"):
        assert path.name in listed


def test_every_publisher_gets_the_line_it_asks_for(root: Path) -> None:
    page = (root / "data" / "ATTRIBUTION.md").read_text("utf-8")
    tables = [*(root / "data").rglob("origins.csv"), *(root / "examples").rglob("origins.csv")]
    assert len(tables) >= 3
    for table in tables:
        for row in csv.DictReader(io.StringIO(table.read_text("utf-8"))):
            assert row["attribution"] in page, row["id"]
            assert row["publisher"] in page, row["id"]


def test_no_shipped_point_has_a_licence_that_forbids_shipping(root: Path) -> None:
    """Share-alike values lie in tables of their own, and values without any licence are not shipped."""
    folder = root / "data" / "editions" / "open-2026"
    licences = {}
    for row in csv.DictReader(io.StringIO((folder / "origins.csv").read_text("utf-8"))):
        licences[row["id"]] = row["licence"]
    for path in folder.glob("points*.csv"):
        found = {licences[row["origin"]] for row in csv.DictReader(io.StringIO(path.read_text("utf-8")))}
        alike = {licence for licence in found if re.search(r"-SA-|ODbL", licence)}
        suffix = path.stem.removeprefix("points").removeprefix("-")
        assert alike == ({licence for licence in found if licence.lower() == suffix} if suffix else set())
        assert not any("not for redistribution" in licence for licence in found)
