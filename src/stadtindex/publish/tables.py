"""Results as labelled tables: codes, names, titles and units of measure beside every number, long or wide.

A table knows nothing of the library that will show it (`publish.labelled`); `publish.frames` turns it into a data frame. What the engine
keeps apart stays apart: an absent number is None, and a `cell` column says why it is absent, so that missing, not
applicable, unanswered and a real zero never look alike.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from stadtindex.editions.compute import Release
from stadtindex.engine.attribution.split import Split
from stadtindex.engine.errors import EngineError
from stadtindex.engine.results import Results
from stadtindex.engine.table import Cell
from stadtindex.engine.uncertainty.spread import QUANTILES, Spread
from stadtindex.publish.labelled import Column, Content, LabelledTable, Labels, State, Value
from stadtindex.publish.ranking import title_of

POINTS, SHARE, RANKS, PER_TREE = "points", "share 0..1", "rank", "as the parent combines"


def labels_of(release: Release, language: str) -> Labels:
    """Take all names, titles and units of measure from a computed edition, in one of its languages."""
    edition, tree = release.edition, release.assembled.tree
    return Labels(
        units={unit: edition.units[unit].name for unit in release.results.units},
        nodes={node.code: title_of(release, node.code)[language] for node in tree.nodes},
        measures={parameter.code: parameter.unit.label[language] for parameter in edition.parameters},
    )


# Tables of the results that every node has, or that leaves or inner nodes alone have, with their unit of measure.
_RESULTS = {
    "raw": "",
    "denominated": "",
    "imputed": "",
    "treated": "",
    "normalised": POINTS,
    "combined": POINTS,
    "bonus": POINTS,
    "score": POINTS,
    "weight": SHARE,
    "share": SHARE,
    "contribution": PER_TREE,
    "coverage": SHARE,
    "at_worst": POINTS,
    "at_best": POINTS,
}
# What a wide table of results may show.
WIDE = ("score", "rank", "raw", "denominated", "treated", "normalised", "coverage", "at_worst", "at_best")


def results_long(results: Results, labels: Labels | None = None) -> LabelledTable:
    """One row per unit and node, in the order of the units and the tree.

    `cell` says what the node has for the unit (see `State`); `score` is the rounded score that is ranked, `rank` is
    absent without a score. `raw`, `denominated`, `imputed` and `treated` are in the unit of `measure`, which leaves alone
    have (a transformation leaves that unit).
    """
    named = Labels() if labels is None else labels
    keys = [(at, unit, node) for at, unit in enumerate(results.units) for node in results.tree.nodes]
    codes = [node.code for _, _, node in keys]
    texts: dict[str, Sequence[str | None]] = {
        "unit": [unit for _, unit, _ in keys],
        "unit_name": [named.unit(unit) for _, unit, _ in keys],
        "node": codes,
        "node_title": [named.node(code) for code in codes],
        "parent": [node.parent for _, _, node in keys],
        "measure": [named.measures.get(code) for code in codes],
    }
    columns = [Column(name, Content.TEXT, tuple(values)) for name, values in texts.items()]
    columns.append(Column("depth", Content.WHOLE, tuple(results.tree.depth(code) for code in codes)))
    cells = tuple(state_of(results, at, node.code).value for at, _, node in keys)
    columns.append(Column("cell", Content.CELL, cells))
    for name, unit in _RESULTS.items():
        table = results.rounded if name == "score" else getattr(results, name)
        values = tuple(_number(table[node.code][at]) if node.code in table else None for at, _, node in keys)
        columns.append(Column(name, Content.NUMBER, values, unit))
    ranks = tuple(_rank(results.rank[node.code][at]) for at, _, node in keys)
    columns.append(Column("rank", Content.WHOLE, ranks, RANKS))
    return LabelledTable("results", tuple(columns))


def results_wide(results: Results, labels: Labels | None = None, what: str = "score") -> LabelledTable:
    """One row per unit; two columns per node: its number under its code, and CODE_cell, which says what is there.

    `what` is one of `WIDE`; for raw, denominated, treated and normalised values the columns are those of the leaves.
    EngineError for anything else.
    """
    if what not in WIDE:
        raise EngineError(f"a wide table shows one of {', '.join(WIDE)}, not {what!r}")
    named = Labels() if labels is None else labels
    table = results.rounded if what == "score" else getattr(results, what)
    columns = list(_units(results.units, named))
    for node in results.tree.nodes:
        if node.code not in table:
            continue
        measured = what in ("raw", "denominated", "treated")
        unit = named.measures.get(node.code, "") if measured else _RESULTS.get(what, RANKS)
        make: Callable[[float], Value] = _rank if what == "rank" else _number
        content = Content.WHOLE if what == "rank" else Content.NUMBER
        values = tuple(make(value) for value in table[node.code])
        cells = tuple(state_of(results, at, node.code).value for at in range(len(results.units)))
        columns.append(Column(node.code, content, values, unit, named.node(node.code)))
        columns.append(Column(f"{node.code}_cell", Content.CELL, cells, "", named.node(node.code)))
    return LabelledTable(what, tuple(columns))


def state_of(results: Results, at: int, code: str) -> State:
    """Say what a node has for the unit at that place: a value, or why there is none.

    A leaf says what its cell holds, and `imputed` where an estimate stands in; a worst value that the recipe puts in its
    place does not change what it says. An inner node without a score is not applicable where nothing below applies,
    constant where its column drops out for all, and else missing. A unit that was screened out is left out everywhere.
    """
    if results.screened is not None and not results.screened.passes[at]:
        return State.LEFT_OUT
    if results.tree.is_leaf(code):
        return _state_of_leaf(results, at, code)
    if not results.applicable[code][at]:
        return State.NOT_APPLICABLE
    if code in results.constant:
        return State.CONSTANT
    return State.MISSING if math.isnan(results.score[code][at]) else State.VALUE


def _state_of_leaf(results: Results, at: int, code: str) -> State:
    state = State(Cell(int(results.cells[code][at])).name.lower())
    if state is not State.VALUE and not math.isnan(results.imputed[code][at]):
        return State.IMPUTED
    return State.CONSTANT if state is State.VALUE and code in results.constant else state


def robustness_wide(
    spread: Spread, labels: Labels | None = None, published: NDArray[np.int64] | None = None
) -> LabelledTable:
    """One row per unit: quantiles of rank and score, mean rank with its Monte Carlo error, P(top k), tie group.

    `published` (n,) are the ranks of the point result, 0 for none; they stand first where given. `cell` is missing for a
    unit that never had a score.
    """
    named = Labels() if labels is None else labels
    columns = list(_units(spread.units, named))
    seen = tuple((State.VALUE if count > 0 else State.MISSING).value for count in spread.ranked.tolist())
    columns.append(Column("cell", Content.CELL, seen))
    if published is not None:
        columns.append(
            Column("rank", Content.WHOLE, tuple(_rank(rank) for rank in published.tolist()), RANKS)
        )
    for name, values, unit in _robustness(spread):
        columns.append(Column(name, Content.NUMBER, tuple(_number(value) for value in values), unit))
    groups = tuple(_rank(group) for group in spread.group.tolist())
    columns.append(Column("tie_group", Content.WHOLE, groups))
    ranked = tuple(int(count) for count in spread.ranked.tolist())
    columns.append(Column("draws_ranked", Content.WHOLE, ranked, "draws"))
    return LabelledTable("robustness", tuple(columns))


def robustness_long(spread: Spread, labels: Labels | None = None) -> LabelledTable:
    """One row per unit and figure: `figure` names it, `value` holds it, `unit_of_value` its unit of measure."""
    named = Labels() if labels is None else labels
    figures = list(_robustness(spread))
    keys = [(at, code) for at, code in enumerate(spread.units)]
    rows = [(code, name, values[at], unit) for at, code in keys for name, values, unit in figures]
    return _long(
        "robustness", named, [(code, name, _number(value), unit) for code, name, value, unit in rows]
    )


def attribution_wide(splits: Sequence[Split], labels: Labels | None = None) -> LabelledTable:
    """One row per unit: score and rank before and after, and what each cause adds to the change of both.

    Rank parts are the exact fractions as numbers; they add up to the change of rank but for the rounding of doubles.
    """
    named = Labels() if labels is None else labels
    columns = list(_units(tuple(split.unit for split in splits), named))
    for name, content, unit in (
        ("score_before", Content.NUMBER, POINTS),
        ("score_after", Content.NUMBER, POINTS),
        ("rank_before", Content.WHOLE, RANKS),
        ("rank_after", Content.WHOLE, RANKS),
    ):
        columns.append(Column(name, content, tuple(getattr(split, name) for split in splits), unit))
    for part, unit in (("score", POINTS), ("rank", RANKS)):
        for cause in splits[0].score if len(splits) > 0 else ():
            values = tuple(_number(float(getattr(split, part)[cause])) for split in splits)
            columns.append(Column(f"{part}: {cause.value}", Content.NUMBER, values, unit))
    return LabelledTable("attribution", tuple(columns))


def attribution_long(splits: Sequence[Split], labels: Labels | None = None) -> LabelledTable:
    """One row per unit, of score and rank, and cause: `figure` is "score: CAUSE" or "rank: CAUSE"."""
    named = Labels() if labels is None else labels
    rows: list[tuple[str, str, Value, str]] = []
    for split in splits:
        rows += [(split.unit, f"score: {cause.value}", part, POINTS) for cause, part in split.score.items()]
        rows += [
            (split.unit, f"rank: {cause.value}", float(part), RANKS) for cause, part in split.rank.items()
        ]
    return _long("attribution", named, rows)


def _long(name: str, labels: Labels, rows: Sequence[tuple[str, str, Value, str]]) -> LabelledTable:
    codes = tuple(code for code, _, _, _ in rows)
    return LabelledTable(
        name,
        (
            *_units(codes, labels),
            Column("figure", Content.TEXT, tuple(figure for _, figure, _, _ in rows)),
            Column("value", Content.NUMBER, tuple(value for _, _, value, _ in rows)),
            Column("unit_of_value", Content.TEXT, tuple(unit for _, _, _, unit in rows)),
        ),
    )


def _units(codes: tuple[str, ...], labels: Labels) -> tuple[Column, Column]:
    names = tuple(labels.unit(code) for code in codes)
    return Column("unit", Content.TEXT, codes), Column("unit_name", Content.TEXT, names)


def _robustness(spread: Spread) -> Iterator[tuple[str, NDArray[np.float64], str]]:
    for what, values, unit in (("rank", spread.rank, RANKS), ("score", spread.score, POINTS)):
        for place, quantile in enumerate(QUANTILES):
            yield f"{what}_q{round(100 * quantile):02d}", values[place], unit
    yield "mean_rank", spread.mean_rank, RANKS
    yield "mean_rank_error", spread.rank_error, RANKS
    for place, k in enumerate(spread.top_ranks):
        yield f"top_{k}", spread.top[place], SHARE


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _rank(value: float) -> int | None:
    return int(value) if value > 0 else None
