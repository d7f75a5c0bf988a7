"""The texts of the pages and the tables that belong to them, read strictly: a wording that is missing is an error."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("de", "en")
CASES = ("missing", "constant", "ties", "single", "zero_weight")
TEXTS = Path(__file__).parent / "texts"
TABLES = Path(__file__).parent.parent / "engine"

Words = Mapping[str, str]
Example = dict[str, Any]


class TextError(ValueError):
    """A text file that is not complete, or says what no page shows."""


@dataclass(frozen=True)
class Reference:
    """One entry of the literature; `doi` is None where none could be confirmed."""

    text: str
    doi: str | None


@dataclass(frozen=True)
class Option:
    """One parameter of a recipe: its name in TOML and the methods that use it."""

    name: str
    of: tuple[str, ...]
    text: Words


@dataclass(frozen=True)
class Method:
    """One section of a page; `cases` has an entry for each of CASES, `toml` is empty where nothing is declared."""

    name: str
    title: Words
    says: Words
    formula: Words
    use: Words
    avoid: Words
    cases: Mapping[str, Words]
    references: tuple[str, ...]
    toml: str


@dataclass(frozen=True)
class Page:
    """One step: what it is for, its options and its methods, in the order of `place`."""

    name: str
    place: int
    title: Words
    lead: Words
    options: tuple[Option, ...]
    methods: tuple[Method, ...]


class Reading:
    """A table that is read key by key; what nobody asked for is an error."""

    def __init__(self, table: Mapping[str, Any], where: str) -> None:
        self.table, self.where, self.asked = dict(table), where, set[str]()

    def take(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        if key in self.table:
            return self.table[key]
        if default is None:
            raise TextError(f"{self.where}: there is no {key}")
        return default

    def words(self, key: str) -> Words:
        return worded(self.take(key), f"{self.where}.{key}")

    def done(self) -> None:
        for key in set(self.table) - self.asked:
            raise TextError(f"{self.where}: {key} is not known")


def worded(value: Any, where: str) -> Words:
    """Return a wording in every language, none of them empty; a bare string is the same in all (formulas)."""
    if isinstance(value, str):
        value = dict.fromkeys(LANGUAGES, value)
    if not isinstance(value, dict) or set(value) != set(LANGUAGES):
        raise TextError(f"{where}: needs exactly the languages {', '.join(LANGUAGES)}")
    for language, text in value.items():
        if text.strip() == "":
            raise TextError(f"{where}.{language}: is empty")
    return {language: text.strip() for language, text in value.items()}


def page(document: Mapping[str, Any], where: str) -> Page:
    """Read one text file."""
    outer = Reading(document, where)
    head = Reading(outer.take("page"), f"{where}.page")
    default = {case: worded(text, f"{where}.cases.{case}") for case, text in head.take("cases").items()}
    options = tuple(option(each, where) for each in outer.take("option", []))
    methods = tuple(method(each, where, default) for each in outer.take("method"))
    result = Page(
        name=head.take("name"),
        place=head.take("place"),
        title=head.words("title"),
        lead=head.words("lead"),
        options=options,
        methods=methods,
    )
    head.done()
    outer.done()
    names = {each.name for each in methods}
    for each in options:
        for name in set(each.of) - names:
            raise TextError(f"{where}: the option {each.name} belongs to {name}, which has no section")
    return result


def option(table: Mapping[str, Any], where: str) -> Option:
    reading = Reading(table, f"{where}.option")
    result = Option(reading.take("name"), tuple(reading.take("of")), reading.words("text"))
    reading.done()
    return result


def method(table: Mapping[str, Any], where: str, default: Mapping[str, Words]) -> Method:
    name = table.get("name", "?")
    reading = Reading(table, f"{where}.{name}")
    own = {
        case: worded(text, f"{where}.{name}.cases.{case}") for case, text in reading.take("cases", {}).items()
    }
    cases = {**default, **own}
    if set(cases) != set(CASES):
        raise TextError(f"{where}.{name}: cases must say what happens for {', '.join(CASES)}")
    result = Method(
        name=reading.take("name"),
        title=reading.words("title"),
        says=reading.words("says"),
        formula=reading.words("formula"),
        use=reading.words("use"),
        avoid=reading.words("avoid"),
        cases={case: cases[case] for case in CASES},
        references=tuple(reading.take("references")),
        toml=table["toml"].strip() if "toml" in table and reading.take("toml") else "",
    )
    reading.done()
    if len(result.references) == 0:
        raise TextError(f"{where}.{name}: has no reference")
    return result


@cache
def load(path: Path) -> dict[str, Any]:
    """Read a file once; nobody changes what is read."""
    return tomllib.loads(path.read_text("utf-8"))


def references() -> dict[str, Reference]:
    """Read the literature."""
    found = {}
    for key, table in load(TEXTS / "references.toml").items():
        reading = Reading(table, f"references.{key}")
        doi = reading.take("doi", "")
        found[key] = Reference(reading.take("text"), doi or None)
        reading.done()
    return found


def vocabulary() -> dict[str, Words]:
    """Read the words that all pages share: headings, labels of tables, outcomes."""
    return {key: worded(text, f"words.{key}") for key, text in load(TEXTS / "words.toml").items()}


def all_pages() -> tuple[Page, ...]:
    """Read all pages in their order."""
    apart = {"references.toml", "words.toml"}
    found = [page(load(path), path.stem) for path in sorted(TEXTS.glob("*.toml")) if path.name not in apart]
    return tuple(sorted(found, key=lambda each: each.place))


# The tables from which each page takes its examples.
FILES = {
    "tree-and-missing": ("missing",),
    "denominate": ("denominate",),
    "screen": ("screen",),
    "impute": ("impute",),
    "treat": ("treat",),
    "normalise": ("normalise",),
    "weigh": ("weigh", "weights"),
    "aggregate": ("aggregate",),
    "rank": ("rank",),
    "uncertainty": ("uncertainty",),
    "sensitivity": ("sensitivity",),
    "diagnose": ("diagnose",),
    "attribution": ("attribution",),
}
# Whole small indices may belong to the section of any page, which they then name.
WHOLE = "missing"


def examples(name: str) -> list[tuple[str, Example]]:
    """Return the tables of a page, each with the name of its file, in the order of the files."""
    found = [(file, each) for file in FILES[name] for each in load(TABLES / f"{file}.toml")["example"]]
    whole = [] if WHOLE in FILES[name] else load(TABLES / f"{WHOLE}.toml")["example"]
    found += [(WHOLE, each) for each in whole if each.get("page") == name]
    return [(file, each) for file, each in found if each.get("page", name) == name]
