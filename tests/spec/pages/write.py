"""The method pages and their index, in every language, as Markdown by file name."""

import re
from dataclasses import MISSING, fields
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from pages.cases import cases
from pages.read import (
    CASES,
    LANGUAGES,
    Example,
    Method,
    Option,
    Page,
    Reference,
    all_pages,
    examples,
    references,
    vocabulary,
)
from pages.show import SHOW, Speaker
from stadtindex.definitions.border.edition import ScreenTable
from stadtindex.definitions.border.recipe import (
    CombineTable,
    ImputeTable,
    NormaliseTable,
    TreatTable,
    WeighTable,
)
from stadtindex.engine.impute.gaps import Impute
from stadtindex.engine.recipe import Combining, Normalise, Weighting
from stadtindex.engine.screen import Screen
from stadtindex.engine.treat.options import Treat

# The table in which an edition states the options of a page, and the options of the engine that it fills.
OPTIONS: dict[str, tuple[type[BaseModel], type]] = {
    "normalise": (NormaliseTable, Normalise),
    "weigh": (WeighTable, Weighting),
    "aggregate": (CombineTable, Combining),
    "impute": (ImputeTable, Impute),
    "treat": (TreatTable, Treat),
    "screen": (ScreenTable, Screen),
}
# The name of the method is no option, it is the choice itself.
CHOICE = "method"


def pages() -> dict[str, str]:
    """Write every page in every language; the keys are the names of the files below docs/reference/method."""
    found, literature, words = all_pages(), references(), vocabulary()
    written = {}
    for language in LANGUAGES:
        say = Speaker(words, language)
        written[f"{language}/README.md"] = index(found, say)
        for page in found:
            written[f"{language}/{page.name}.md"] = one(page, literature, say)
    return written


def index(found: tuple[Page, ...], say: Speaker) -> str:
    """Write the table of contents of one language."""
    other = next(language for language in LANGUAGES if language != say.language)
    lines = [f"# {say('index_title')}", "", f"[{say('other_language')}](../{other}/README.md)", ""]
    lines += [say("index_lead"), ""]
    for page in found:
        lines += [f"## {page.place}. [{page.title[say.language]}]({page.name}.md)", ""]
        for method in page.methods:
            title, says = method.title[say.language], method.says[say.language]
            lines.append(f"- [{title}]({page.name}.md#{method.name}): {says}")
        lines.append("")
    lines += ["---", "", say("generated")]
    return "\n".join(lines) + "\n"


def one(page: Page, literature: dict[str, Reference], say: Speaker) -> str:
    """Write one page in one language."""
    other = next(language for language in LANGUAGES if language != say.language)
    lines = [f"# {page.title[say.language]}", ""]
    lines += [f"[{say('index_title')}](README.md) · [{say('other_language')}](../{other}/{page.name}.md)", ""]
    lines += [page.lead[say.language], "", f"**{say('methods')}**", ""]
    lines += [f"- [{method.title[say.language]}](#{method.name})" for method in page.methods]
    lines.append("")
    for method in page.methods:
        lines += section(page, method, literature, say)
    cited = dict.fromkeys(key for method in page.methods for key in method.references)
    lines += [f"## {say('literature')}", ""]
    lines += [f'- <a id="{key}"></a>{citation(literature[key])}' for key in cited]
    lines += ["", "---", "", f"{say('generated')} {say('rounded')}"]
    return "\n".join(lines) + "\n"


def section(page: Page, method: Method, literature: dict[str, Reference], say: Speaker) -> list[str]:
    """Write what there is to say about one method, with its examples."""
    language = say.language
    tables = [(file, each) for file, each in examples(page.name) if each["method"] == method.name]
    name = f" (`{method.name}`)" if method.toml else ""
    lines = [f'<a id="{method.name}"></a>', "", f"## {method.title[language]}{name}", ""]
    lines += [method.says[language], "", f"**{say('formula')}.** {formula(method.formula[language])}", ""]
    lines += [f"**{say('use')}.** {method.use[language]}", ""]
    lines += [f"**{say('avoid')}.** {method.avoid[language]}", ""]
    lines += special(method, tables, say)
    lines += options(page, method, say)
    if method.toml:
        lines += [f"**{say('in_toml')}**", "", "```toml", method.toml, "```", ""]
    links = ", ".join(f"[{short(literature[key])}](#{key})" for key in method.references)
    lines += [f"**{say('literature')}.** {links}", ""]
    for number, (file, example) in enumerate(tables, start=1):
        lines += [f"**{say('example')} {number}.** {example['title'][language]}", ""]
        lines += [*SHOW[file](example, say), ""]
    return lines


def formula(text: str) -> str:
    return f"`{text}`"


def short(reference: Reference) -> str:
    """Name a reference by its first author and year, as its text does."""
    found = re.match(r"(.+?)(?:,.*?)? \((\d{4})\)", reference.text)
    if found is None:
        raise ValueError(f"a reference begins with authors and a year in parentheses: {reference.text}")
    return f"{found.group(1)} {found.group(2)}"


def special(method: Method, tables: list[tuple[str, Example]], say: Speaker) -> list[str]:
    """Write the table of special cases, with the numbers of the examples that show each."""
    shown = [cases(file, example) for file, example in tables]
    lines = [f"| {say('special')} | {say('happens')} | {say('shown_in')} |", "| --- | --- | --- |"]
    for case in CASES:
        numbers = ", ".join(str(number) for number, found in enumerate(shown, start=1) if case in found)
        lines.append(f"| {say(f'{case}_case')} | {method.cases[case][say.language]} | {numbers or '–'} |")
    return [*lines, ""]


def options(page: Page, method: Method, say: Speaker) -> list[str]:
    """Write the options of a method; what they are without being stated is asked of the engine itself."""
    own = [option for option in page.options if method.name in option.of]
    if page.name not in OPTIONS:
        return []
    if len(own) == 0:
        return [f"**{say('options')}.** {say('no_options')}", ""]
    lines = [f"| {say('option')} | {say('default')} | {say('meaning')} |", "| --- | --- | --- |"]
    for option in own:
        lines.append(f"| `{option.name}` | {default(page, option)} | {option.text[say.language]} |")
    return [f"**{say('options')}**", "", *lines, ""]


def default(page: Page, option: Option) -> str:
    """Return what an option is without being stated, as the engine or else the edition says; "–" where nothing stands in."""
    stated, chosen = OPTIONS[page.name]
    inside = {each.name: each.default for each in fields(chosen) if each.default is not MISSING}
    value = inside.get(option.name, stated.model_fields[option.name].get_default())
    return "–" if value in (None, ()) or value is PydanticUndefined else f"`{plainly(value)}`"


def plainly(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def citation(reference: Reference) -> str:
    if reference.doi is None:
        return reference.text
    return f"{reference.text} [doi:{reference.doi}](https://doi.org/{reference.doi})"
