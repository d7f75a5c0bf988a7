"""Small tables as Markdown: one function per file of tables, all of one signature; the register is at the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pages.read import Example, Words
from stadtindex.publish.numbers import plain

Lines = list[str]
# Smaller numbers would be shown as 0 with the decimals that a page has, larger ones as a row of zeros.
SMALLEST, LARGEST = 1e-6, 1e9
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Speaker:
    """Words and numbers in one language."""

    def __init__(self, vocabulary: Mapping[str, Words], language: str) -> None:
        self.vocabulary, self.language = vocabulary, language

    def __call__(self, key: str) -> str:
        return self.vocabulary[key][self.language]

    def entry(self, value: Any) -> str:
        """Write a number, or the word that stands in its place."""
        if isinstance(value, bool):
            return "✓" if value else "–"
        if isinstance(value, str):
            word = value.replace(" ", "_")
            return f"*{self(word)}*" if word in self.vocabulary else value
        if value != 0 and not SMALLEST <= abs(value) < LARGEST:
            mantissa, exponent = f"{value:.6e}".split("e")
            power = str(int(exponent)).translate(SUPERSCRIPT)
            return f"{plain(float(mantissa), self.language)} · 10{power}"
        return plain(float(value), self.language)

    def entries(self, values: Iterable[Any]) -> Lines:
        return [self.entry(value) for value in values]


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Lines:
    """Lay out a table; what is not in the first column stands to the right."""
    marks = ["---"] + ["---:"] * (len(header) - 1)
    return [f"| {' | '.join(cells)} |" for cells in (header, marks, *rows)]


def declared(options: Mapping[str, Any]) -> str:
    """Write options as the recipe has them."""
    return ", ".join(f"`{name} = {toml_value(value)}`" for name, value in options.items())


def toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(each) for each in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {toml_value(each)}' for name, each in value.items())} }}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def chosen(example: Example, say: Speaker) -> Lines:
    """Say with which direction and options the example is computed."""
    parts = [say("lower_is_better")] if example.get("direction") == -1 else []
    parts += [declared(example["options"])] if example.get("options") else []
    return [f"{say('with_options')} {'; '.join(parts)}.", ""] if parts else []


def outcome(example: Example, say: Speaker) -> Lines:
    """Say why an example is refused, or what finding it gives."""
    if "error" in example:
        error = example["error"]
        places = [(key, error[key]) for key in ("unit", "node", "column") if error.get(key)]
        where = ", ".join(f"{say(key)} {code}" for key, code in places)
        return ["", f"{say('refused')}{f' ({where})' if where else ''}: `{error['text']}`"]
    lines = ["", say("drops_out")] if example.get("drops_out") else []
    return lines + (["", f"{say('finding')}: `{example['finding']}`"] if "finding" in example else [])


def normalise(example: Example, say: Speaker) -> Lines:
    rows = [[say("value"), *say.entries(example["input"].values())]]
    if "expected" in example:
        rows.append([f"**{say('score')}**", *say.entries(example["expected"].values())])
    lines = chosen(example, say) + grid([say("unit"), *example["input"]], rows) + outcome(example, say)
    if "worst" in example:
        low, high = say.entries([example["worst"], example["best"]])
        lines += ["", f"{say('ends')} {low} {say('and')} {high}."]
    return lines


def treat(example: Example, say: Speaker) -> Lines:
    rows = [
        [say("value"), *say.entries(example["input"].values())],
        [f"**{say('treated')}**", *say.entries(example["expected"].values())],
    ]
    ending = f"{say('outcome')}: {say(example['outcome'])}; {say('points_moved')}: {example['points']}."
    return chosen(example, say) + grid([say("unit"), *example["input"]], rows) + ["", ending]


def aggregate(example: Example, say: Speaker) -> Lines:
    children = example["children"]
    units = "ABCDEFGHIJ"[: len(next(iter(children.values()))) - 1]
    parts = example.get("contributions")
    header = [say("child"), say("share"), *units, *([say("contribution")] if parts else [])]
    rows = [
        [code, *say.entries(entries), *([say.entry(parts[code])] if parts else [])]
        for code, entries in children.items()
    ]
    if "expected" in example:
        found = example["expected"] if isinstance(example["expected"], list) else [example["expected"]]
        ends = [*(f"**{entry}**" for entry in say.entries(found)), *([""] if parts else [])]
        rows.append([f"**{say('result')}**", "", *ends])
    return chosen(example, say) + grid(header, rows) + outcome(example, say)


def weigh(example: Example, say: Speaker) -> Lines:
    rows = [
        [say("weight"), *say.entries(example["weights"].values())],
        [f"**{say('share')}**", *say.entries(example["expected"].values())],
    ]
    return grid([say("child"), *example["weights"]], rows)


def weights(example: Example, say: Speaker) -> Lines:
    """Show the scores, and below them the weights, or beside them those of each unit."""
    children, own = example["children"], example.get("weights_of", {})
    score = example.get("score", {})
    header = [say("unit"), *children]
    header += [f"{say('weight')} {code}" for code in children] if own else []
    header += [f"**{say('score')}**"] if score else []
    rows = []
    for unit, entries in example["scores"].items():
        row = [unit, *say.entries(entries)]
        row += (say.entries(own[unit]) if unit in own else [""] * len(children)) if own else []
        rows.append(row + ([f"**{say.entry(score[unit])}**"] if score else []))
    blank = [""] * (len(header) - 1 - len(children))
    if set(children.values()) != {1}:
        rows.insert(0, [say("weight"), *say.entries(children.values()), *blank])
    if "expected" in example:
        found = say.entries(example["expected"].values())
        rows.append([f"**{say('share')}**", *(f"**{entry}**" for entry in found), *blank])
    lines = chosen(example, say) + bounded(example, say) + grid(header, rows)
    return lines + outcome(example, say)


def bounded(example: Example, say: Speaker) -> Lines:
    return [f"{say('with_options')} {declared(example['bounds'])}.", ""] if "bounds" in example else []


def denominate(example: Example, say: Speaker) -> Lines:
    rows = [
        [say("value"), *say.entries(row[0] for row in example["rows"].values())],
        [say("denominator"), *say.entries(row[1] for row in example["rows"].values())],
    ]
    if "expected" in example:
        found = say.entries(example["expected"].values())
        rows.append([f"**{say('result')}** ({say('per')} {say.entry(example['per'])})", *found])
    return grid([say("unit"), *example["rows"]], rows) + outcome(example, say)


def impute(example: Example, say: Speaker) -> Lines:
    """Show the filled table, what was filled being bold, after the tables of other periods."""
    columns = [
        f"{say('column')} {place}" for place in range(1, len(next(iter(example["rows"].values()))) + 1)
    ]
    groups = example.get("groups")
    lines = chosen(example, say)
    for year, wave in example.get("waves", {}).items():
        shown = [[unit, *say.entries(values)] for unit, values in wave.items()]
        lines += [f"{say('period')} {year}:", "", *grid([say("unit"), *columns], shown), ""]
    if "period" in example:
        lines += [f"{say('period')} {example['period']}:", ""]
    rows = []
    for place, (unit, values) in enumerate(example["rows"].items()):
        pairs = zip(values, example["expected"][unit], strict=True)
        row = [unit, *([groups[place] or "–"] if groups else [])]
        rows.append(row + [filled(before, after, say) for before, after in pairs])
    header = [say("unit"), *([say("group")] if groups else []), *columns]
    return lines + grid(header, rows) + outcome(example, say)


def filled(before: Any, after: Any, say: Speaker) -> str:
    if isinstance(before, str) and not isinstance(after, str):
        return f"**{say.entry(after)}**"
    return say.entry(after)


def screen(example: Example, say: Speaker) -> Lines:
    failures: dict[str, list[str]] = {}
    for unit, rule, group in example["failures"]:
        failures.setdefault(unit, []).append(f"`{rule}`" + (f" ({group})" if group else ""))
    rows = [
        [unit, *say.entries(cells), ", ".join(failures.get(unit, ["–"]))]
        for unit, cells in example["rows"].items()
    ]
    return chosen(example, say) + grid([say("unit"), "a", "b", "c", "d", f"**{say('fails')}**"], rows)


def rank(example: Example, say: Speaker) -> Lines:
    rows = [[say("score"), *(exactly(value, say) for value in example["input"].values())]]
    if "groups" in example:
        rows.append([say("group"), *example["groups"].values()])
    found = [say("no_rank") if rank == 0 else str(rank) for rank in example["expected"].values()]
    rows.append([f"**{say('rank')}**", *found])
    options = {"decimals": example["decimals"]} if "decimals" in example else {}
    return chosen({"options": options}, say) + grid([say("unit"), *example["input"]], rows)


def exactly(value: Any, say: Speaker) -> str:
    """Write all decimals, where they are what the example is about."""
    if isinstance(value, str) or value == round(value, 6):
        return say.entry(value)
    return repr(value).replace(".", "," if say.language == "de" else ".")


def missing(example: Example, say: Speaker) -> Lines:
    """Show a whole small index: its tree, recipe and table, and what comes out for each unit."""
    nodes = example["nodes"]
    inner = dict.fromkeys(parent for _, parent, _ in nodes if parent)
    tree = "; ".join(
        f"{parent} = {' + '.join(f'{code} ({say.entry(weight)})' for code, above, weight in nodes if above == parent)}"
        for parent in inner
    )
    lines = [f"{say('tree')}: {tree}.", ""]
    if "recipe" in example:
        recipe = "; ".join(f"{code}: {declared(each)}" for code, each in example["recipe"].items())
        lines += [f"{say('with_options')} {recipe}.", ""]
    leaves = list(next(iter(example["table"].values())))
    given = [
        (f"{say(kind)} ({code})", column)
        for kind, key in (("denominator", "denominators"), ("bonus", "bonus"))
        for code, column in example.get(key, {}).items()
    ]
    wanted = [(name, code) for name, rows in example.get("expected", {}).items() for code in named(rows)]
    header = [say("unit"), *leaves, *(title for title, _ in given)]
    header += [f"**{say(name)} {code}**" for name, code in wanted]
    rows = []
    for unit, cells in example["table"].items():
        row = [unit, *say.entries(cells.values()), *(say.entry(column[unit]) for _, column in given)]
        found = [example["expected"][name].get(unit, {}).get(code, "") for name, code in wanted]
        rows.append(row + [no_rank(name, value, say) for (name, _), value in zip(wanted, found, strict=True)])
    return lines + grid(header, rows) + outcome(example, say)


def named(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(code for row in rows.values() for code in row))


def no_rank(name: str, value: Any, say: Speaker) -> str:
    if value == "":
        return ""
    return say("no_rank") if name == "rank" and value == 0 else say.entry(value)


SHOW: dict[str, Callable[[Example, Speaker], Lines]] = {
    "normalise": normalise,
    "treat": treat,
    "aggregate": aggregate,
    "weigh": weigh,
    "weights": weights,
    "denominate": denominate,
    "impute": impute,
    "screen": screen,
    "rank": rank,
    "missing": missing,
}
