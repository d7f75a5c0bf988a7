"""Small tables as Markdown: one function per file of tables, all of one signature; the register is at the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pages.read import Example, Words
from stadtindex.publish.numbers import MINUS, plain

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
    rows = [[say("value"), *say.entries(example["input"].values())]]
    if "error" in example:
        return chosen(example, say) + grid([say("unit"), *example["input"]], rows) + outcome(example, say)
    rows.append([f"**{say('treated')}**", *say.entries(example["expected"].values())])
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
    header += [f"**{say('result')}**"] if score else []
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
        pairs = zip(values, example.get("expected", example["rows"])[unit], strict=True)
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
    lines = [f"{say('tree')}: {tree_line(example['nodes'], say)}.", "", *recipe_line(example, say)]
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
    nothing = (name == "rank" and value == 0) or (value == "missing" and name not in VALUES)
    return say("no_rank") if nothing else say.entry(value)


# Tables whose entries are values that may be missing; in the others there is nothing to be said.
VALUES = ("score", "combined", "denominated", "treated", "imputed")


def tree_line(nodes: Sequence[Sequence[Any]], say: Speaker) -> str:
    """Write a tree as sums, the weight of each child in parentheses."""
    inner = dict.fromkeys(parent for _, parent, _ in nodes if parent)
    sums = []
    for parent in inner:
        parts = [f"{code} ({say.entry(weight)})" for code, above, weight in nodes if above == parent]
        sums.append(f"{parent} = {' + '.join(parts)}")
    return "; ".join(sums)


def recipe_line(example: Example, say: Speaker) -> Lines:
    chosen = {"screen": example["screen"]} if "screen" in example else {}
    chosen |= example.get("recipe", {})
    if len(chosen) == 0:
        return []
    recipe = "; ".join(f"{code}: {declared(each)}" for code, each in chosen.items())
    return [f"{say('with_options')} {recipe}.", ""]


def of_units(
    table: Mapping[str, Mapping[str, Any]], say: Speaker, *more: tuple[str, Mapping[str, Any]]
) -> Lines:
    """Lay out units by leaves, with further columns by unit, which are blank where nothing is stated."""
    leaves = list(next(iter(table.values())))
    rows = []
    for unit, cells in table.items():
        beside = [say.entry(column[unit]) if unit in column else "" for _, column in more]
        rows.append([unit, *say.entries(cells.values()), *beside])
    return grid([say("unit"), *leaves, *(f"**{title}**" for title, _ in more)], rows)


def uncertainty(example: Example, say: Speaker) -> Lines:
    """Show the index and what is drawn, then the shares of the draws."""
    expected = example["expected"]
    lines = [f"{say('tree')}: {tree_line(example['nodes'], say)}.", "", *recipe_line(example, say)]
    lines += [f"{say('drawn')}: {declared(example['plan'])}.", ""]
    columns = [(f"P({say('rank')} ≤ {k})", expected[f"top_{k}"]) for k in (1, 2) if f"top_{k}" in expected]
    groups = {unit: number or "–" for unit, number in expected.get("group", {}).items()}
    columns += [(say("group"), groups)] if groups else []
    lines += of_units(example["table"], say, *columns)
    pairs = [
        f"P({one} {say(name)} {other}) = **{say.entry(share)}**"
        for name in ("ahead", "level")
        for one, other, share in expected.get(name, [])
    ]
    pairs += [f"{say('failed_draws')}: **{say.entry(expected['failed'])}**"] if "failed" in expected else []
    return lines + (["", "; ".join(pairs) + "."] if pairs else [])


def sensitivity(example: Example, say: Speaker) -> Lines:
    return sobol(example, say) if "model" in example else leave_one_out(example, say)


def sobol(example: Example, say: Speaker) -> Lines:
    model, expected = example["model"], example["expected"]
    rows = [
        [
            factor,
            say.entry(size),
            figure(expected["first"][factor], say),
            figure(expected["total"][factor], say),
        ]
        for factor, size in model["coefficients"].items()
    ]
    header = [say("factor"), say("coefficient"), f"**{say('first_order')}**", f"**{say('total')}**"]
    return [f"{say('model')}: {say(model['kind'])}.", "", *grid(header, rows)]


def leave_one_out(example: Example, say: Speaker) -> Lines:
    expected = example["expected"]
    lines = [f"{say('tree')}: {tree_line(example['nodes'], say)}.", ""]
    lines += [*of_units(example["table"], say, (say("rank"), expected["rank"])), ""]
    rows = [
        [
            f"{say('without')} {code}",
            *(figure(change, say) for change in changes.values()),
            say.entry(expected["mean_shift"][code]),
        ]
        for code, changes in expected["rank_change"].items()
    ]
    return lines + grid([say("rank_change"), *example["table"], f"**{say('mean_shift')}**"], rows)


def attribution(example: Example, say: Speaker) -> Lines:
    return lead(example, say) if "other" in example else causes(example, say)


def causes(example: Example, say: Speaker) -> Lines:
    """Show the states one below the other, then what each cause adds."""
    lines: Lines = []
    for part in ("", "_corrected", "_after"):
        if f"table{part}" not in example and f"nodes{part}" not in example:
            continue
        nodes = example.get(f"nodes{part}", example["nodes"])
        lines += [f"{say(f'state{part}')}: {tree_line(nodes, say)}.", ""]
        lines += [*of_units(example.get(f"table{part}", example["table"]), say), ""]
    lines += recipe_line(example, say)
    expected = example["expected"]
    named = [name for name in CAUSES if name in expected["score"] or name in expected["rank"]]
    rows = [
        [say(name), say.entry(expected["score"].get(name, 0)), fraction(expected["rank"].get(name, "0"))]
        for name in named
    ]
    title = f"{say('change_of')} {example['unit']}"
    lines += grid([title, say("score"), say("rank")], rows)
    if "own" in expected:
        parts = "; ".join(f"{code}: **{say.entry(points)}**" for code, points in expected["own"].items())
        lines += ["", f"{say('own')}: {parts}."]
    return lines


CAUSES = ("own", "others", "method", "units", "corrections")


def fraction(part: str) -> str:
    return part.replace("-", MINUS)


def lead(example: Example, say: Speaker) -> Lines:
    lines = [f"{say('tree')}: {tree_line(example['nodes'], say)}.", "", *recipe_line(example, say)]
    lines += [*of_units(example["table"], say), ""]
    points = example["expected"]["points"]
    row = [f"{example['unit']} − {example['other']}", *say.entries(points.values())]
    return lines + grid([say("distance"), *points], [row])


def diagnose(example: Example, say: Speaker) -> Lines:
    """Show the columns, or the index, or the p-values, then the figures."""
    expected = example["expected"]
    if "nodes" in example:
        lines = [f"{say('tree')}: {tree_line(example['nodes'], say)}.", "", *of_units(example["table"], say)]
        named = {name: found for name, found in expected.items() if isinstance(found, dict)}
        codes = list(dict.fromkeys(code for found in named.values() for code in found))
        unit = f" {example['unit']}" if "unit" in example else ""
        rows = [[f"{say(name)}{unit}", *say.entries(found.values())] for name, found in named.items()]
        lines += ["", *grid([say("node"), *codes], rows)]
        lists = [
            f"{say(name)}: {', '.join(found) or '–'}" for name, found in expected.items() if name not in named
        ]
        return lines + (["", "; ".join(lists) + "."] if lists else [])
    if "p" in example:
        rows = [["p", *("–" if p == "missing" else say.entry(p) for p in example["p"])]]
        for name, found in expected.items():
            rows.append([f"**{say(name)}**", *("–" if q == "missing" else say.entry(q) for q in found)])
        return grid([say("test"), *(str(place) for place in range(1, len(example["p"]) + 1))], rows)
    columns = example.get("columns", {"x": list(example.get("input", {}).values())})
    units = "ABCDEFGHIJ"[: len(next(iter(columns.values())))]
    lines = grid([say("unit"), *units], [[code, *say.entries(values)] for code, values in columns.items()])
    figures = [f"{say(name)}: {several(found, say)}" for name, found in expected.items()]
    figures += [f"{say('quartiles')}: {several(example['quartiles'], say)}"] if "quartiles" in example else []
    if "flags" in example:
        figures.append(f"{say('flagged')}: {', '.join(say(flag) for flag in example['flags']) or '–'}")
    return [*lines, "", "; ".join(figures) + "."]


def several(found: Any, say: Speaker) -> str:
    figures = found if isinstance(found, list) else [found]
    return " / ".join(f"**{figure(value, say)}**" for value in figures)


def figure(value: Any, say: Speaker) -> str:
    """Write a computed figure, which is not missing where there is none but undefined."""
    return say("undefined") if value == "missing" else say.entry(value)


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
    "uncertainty": uncertainty,
    "sensitivity": sensitivity,
    "diagnose": diagnose,
    "attribution": attribution,
}
