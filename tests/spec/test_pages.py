"""The method pages: nothing without a text in both languages, a reference and an example; and none of them stale."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pages.__main__ import main
from pages.cases import CASES_OF, cases
from pages.read import (
    FILES,
    LANGUAGES,
    TABLES,
    Page,
    TextError,
    all_pages,
    examples,
    page,
    references,
    vocabulary,
    worded,
)
from pages.show import SHOW, Speaker
from pages.write import CHOICE, OPTIONS, pages, short

from stadtindex.definitions.border.edition import ScreenTable
from stadtindex.definitions.border.recipe import LevelTable
from stadtindex.definitions.border.tree import PerTable
from stadtindex.engine.aggregate.methods import AGGREGATIONS
from stadtindex.engine.impute.fill import IMPUTATIONS
from stadtindex.engine.normalise.methods import NORMALISATIONS
from stadtindex.engine.screen import RULES
from stadtindex.engine.treat.columns import TREATMENTS
from stadtindex.engine.weigh.methods import WEIGHINGS

COMPUTED = ("pca", "entropy", "critic", "balanced", "benefit_of_the_doubt")
PAGES = {each.name: each for each in all_pages()}
# Every register of the engine has a page on which each of its methods has a section.
REGISTERS: dict[str, Any] = {
    "normalise": NORMALISATIONS,
    "aggregate": AGGREGATIONS,
    "weigh": WEIGHINGS,
    "impute": IMPUTATIONS,
    "treat": TREATMENTS,
    "screen": RULES,
}
# The special cases that at least one small table of every section shows; the others are beside the point there.
SHOWN = {
    "normalise": ("missing", "constant", "ties", "single"),
    "aggregate": ("missing", "ties", "single", "zero_weight"),
    "impute": ("missing", "constant", "single"),
    "treat": ("missing", "constant", "ties", "single"),
    "denominate": ("missing", "single"),
    "rank": ("missing", "ties", "single"),
}
RELATIVE = ("mpi", "dp2")


def shown(name: str, method: str) -> set[str]:
    """Return all special cases that the tables of a section show."""
    found: set[str] = set()
    for file, example in examples(name):
        if example["method"] == method:
            found |= cases(file, example)
    return found


def test_every_page_of_the_table_of_contents_is_there() -> None:
    assert set(PAGES) == set(FILES)
    assert [each.place for each in PAGES.values()] == list(range(1, len(PAGES) + 1))
    assert set(SHOW) == set(CASES_OF) == {file for files in FILES.values() for file in files}


@pytest.mark.parametrize("name", REGISTERS)
def test_every_method_of_a_register_has_a_section(name: str) -> None:
    assert {method.name for method in PAGES[name].methods} == {str(method) for method in REGISTERS[name]}


@pytest.mark.parametrize("each", PAGES.values(), ids=PAGES)
def test_every_section_has_a_reference_that_is_known_and_an_example(each: Page) -> None:
    literature = references()
    sections = {method.name for method in each.methods}
    assert len(sections) == len(each.methods)
    for method in each.methods:
        assert set(method.references) <= set(literature), method.name
    assert {example["method"] for _, example in examples(each.name)} == sections


def test_every_reference_is_used_and_can_be_named() -> None:
    literature = references()
    used = {key for each in PAGES.values() for method in each.methods for key in method.references}
    assert used == set(literature)
    for key, reference in literature.items():
        assert short(reference).endswith(key[-4:])
        assert reference.doi is None or reference.doi.startswith("10.")


@pytest.mark.parametrize("name", SHOWN)
def test_the_special_cases_are_shown_by_tables(name: str) -> None:
    lacking = {
        method.name: missing
        for method in PAGES[name].methods
        if (missing := set(SHOWN[name]) - shown(name, method.name))
    }
    assert lacking == {}


def test_the_special_cases_of_methods_that_compare_units_are_shown_by_tables() -> None:
    for method in RELATIVE:
        assert {"constant", "single"} <= shown("aggregate", method), method
    for method in COMPUTED:
        assert {"missing", "constant", "single", "zero_weight"} <= shown("weigh", method), method
    for method in ("given", "equal"):
        assert "zero_weight" in shown("weigh", method)


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_of_an_edition_is_on_its_page(name: str) -> None:
    stated, _ = OPTIONS[name]
    assert {option.name for option in PAGES[name].options} == set(stated.model_fields) - {CHOICE}


@pytest.mark.parametrize("each", PAGES.values(), ids=PAGES)
def test_what_a_page_shows_as_recipe_can_be_declared(each: Page) -> None:
    """The lines of TOML stand in a level, in a parameter or in the head of an edition, which know them."""
    shown = 0
    for method in each.methods:
        document = tomllib.loads(method.toml)
        if each.name in REGISTERS and each.name != "screen":
            assert document != {}, method.name
            (chosen,) = document.values()
            assert chosen == method.name or chosen[CHOICE] == method.name
        if "screen" in document:
            ScreenTable.model_validate(document.pop("screen"))
        if "denominator" in document:
            PerTable.model_validate(document.pop("denominator"))
        LevelTable.model_validate({"name": "level"} | document)
        shown += len(document)
    assert shown > 0 or each.name not in (
        "normalise",
        "weigh",
        "aggregate",
        "impute",
        "treat",
        "tree-and-missing",
    )


@pytest.mark.parametrize("file", sorted(SHOW))
def test_every_example_has_a_title_of_its_own_in_both_languages(file: str) -> None:
    found = tomllib.loads((TABLES / f"{file}.toml").read_text("utf-8"))["example"]
    for language in LANGUAGES:
        titles = [(example["method"], worded(example["title"], file)[language]) for example in found]
        assert len(set(titles)) == len(titles)


def test_the_pages_of_the_manual_are_those_that_the_tables_give(root: Path) -> None:
    folder = root / "docs" / "reference" / "method"
    written = pages()
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
    assert on_disk == set(written), "run `make docs`"
    for name, text in written.items():
        assert (folder / name).read_text("utf-8") == text, f"{name} is stale; run `make docs`"


def test_writing_mends_what_is_stale_and_removes_what_is_left_over(tmp_path: Path, capsys: Any) -> None:
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
    page_file, other = tmp_path / "de" / "rank.md", tmp_path / "en" / "dropped.md"
    page_file.write_text("changed", "utf-8")
    other.write_text("a page of a step that is no more", "utf-8")
    assert main(["--check", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "de/rank.md" in said
    assert "en/dropped.md" in said
    assert page_file.read_text("utf-8") == "changed"
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
    assert not other.exists()


def test_every_number_of_a_table_is_on_its_page() -> None:
    """A table whose numbers were dropped on the way to the page would teach nothing."""
    written, say = pages(), Speaker(vocabulary(), "en")
    for each in PAGES.values():
        text = written[f"en/{each.name}.md"]
        for _, example in examples(each.name):
            for number in numbers_in(example.get("expected", {})):
                assert say.entry(number) in text, (each.name, example["title"]["en"], number)


def numbers_in(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers_in(part)]
    if isinstance(value, list):
        return [number for part in value for number in numbers_in(part)]
    return [] if isinstance(value, str | bool) else [float(value)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"says": {"de": "Nur deutsch."}}, "says: needs exactly the languages de, en"),
        ({"use": {"de": "Für alles.", "en": " "}}, "use.en: is empty"),
        ({"references": []}, "has no reference"),
        ({"colour": "red"}, "colour is not known"),
        ({"cases": {"missing": {"de": "a", "en": "b"}}}, "cases must say what happens for"),
    ],
)
def test_a_text_that_is_not_complete_is_refused(change: dict[str, Any], said: str) -> None:
    both = {"de": "Wort", "en": "word"}
    section = dict.fromkeys(("title", "says", "formula", "use", "avoid"), both)
    section |= {"name": "mean", "references": ["oecd2008"], "cases": {}, "toml": "x = 1"}
    default = dict.fromkeys(("missing", "constant", "ties", "single", "zero_weight"), both)
    head = {"name": "impute", "place": 4, "title": both, "lead": both, "cases": default}
    assert page({"page": head, "method": [section]}, "t").methods[0].says == both
    bare = {**head, "cases": {}} if "cases" in change else head
    with pytest.raises(TextError, match=said):
        page({"page": bare, "method": [{**section, **change}]}, "t")


def test_a_page_that_is_not_complete_is_refused() -> None:
    both = {"de": "Wort", "en": "word"}
    section = dict.fromkeys(("title", "says", "formula", "use", "avoid"), both)
    section |= {"name": "mean", "references": ["oecd2008"], "cases": {}, "toml": "x = 1"}
    default = dict.fromkeys(("missing", "constant", "ties", "single", "zero_weight"), both)
    head = {"name": "impute", "place": 4, "title": both, "lead": both, "cases": default}
    with pytest.raises(TextError, match="there is no title"):
        page({"page": {key: head[key] for key in head if key != "title"}, "method": [section]}, "t")
    lost = {"name": "power", "of": ["nothing"], "text": both}
    with pytest.raises(TextError, match="belongs to nothing, which has no section"):
        page({"page": head, "option": [lost], "method": [section]}, "t")
