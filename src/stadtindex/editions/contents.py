"""What a bundle holds, as bytes by file name: everything except the inputs is made from a computed edition here."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath

from stadtindex.editions.compute import Release
from stadtindex.editions.pointfile import number, table
from stadtindex.editions.prepared import (
    prepared_table,
    screening_table,
    treatment_table,
    weights_table,
)
from stadtindex.engine.recipe import Combining, NodeRecipe, Screen, Treat, Weighting
from stadtindex.engine.table import Cell

RESULTS = "results"
METHOD = "method/recipe.json"
NODE_TABLES = (
    "combined",
    "bonus",
    "score",
    "rounded",
    "weight",
    "share",
    "contribution",
    "coverage",
    "at_worst",
    "at_best",
)
RANKING = f"{RESULTS}/ranking.csv"
NODES = f"{RESULTS}/nodes.csv"
CELLS = f"{RESULTS}/cells.csv"
PREPARED = f"{RESULTS}/prepared.csv"
TREATMENT = f"{RESULTS}/treatment.csv"
WEIGHTS = f"{RESULTS}/weights.csv"
SCREENING = f"{RESULTS}/screening.csv"
GROUNDS = f"{RESULTS}/grounds.csv"
FINDINGS = f"{RESULTS}/findings.csv"


def results_of(release: Release) -> dict[str, bytes]:
    """Write method and results; the same release gives the same bytes on every machine."""
    makers: Mapping[str, Callable[[Release], bytes]] = {
        METHOD: method_of,
        RANKING: _ranking,
        NODES: _nodes,
        CELLS: _cells,
        PREPARED: prepared_table,
        TREATMENT: treatment_table,
        WEIGHTS: weights_table,
        SCREENING: screening_table,
        GROUNDS: _grounds,
        FINDINGS: _findings,
    }
    return {name: make(release) for name, make in makers.items()}


def method_of(release: Release) -> bytes:
    """Write the resolved tree and recipe: what every node really does, after levels, kinds and overrides."""
    nodes = []
    for node in release.assembled.tree.nodes:
        chosen = release.assembled.recipe.nodes[node.code]
        normalise = {name: value for name, value in vars(chosen.normalise).items() if value is not None}
        entry: dict[str, object] = {
            "code": node.code,
            "parent": node.parent,
            "weight": node.weight,
            "direction": node.direction,
            "normalise": normalise,
        }
        entry |= _of_leaf(chosen) if release.assembled.tree.is_leaf(node.code) else _of_inner(chosen)
        nodes.append(entry)
    recipe = release.assembled.recipe
    document: dict[str, object] = {"decimals": recipe.decimals, "nodes": nodes}
    if recipe.screen != Screen():
        sets = {name: sorted(getattr(recipe.screen, name)) for name in ("keep", "drop")}
        document["screen"] = {**vars(recipe.screen), **sets}
    return json_bytes(document)


def _of_leaf(chosen: NodeRecipe) -> dict[str, object]:
    entry: dict[str, object] = {"missing": chosen.missing, "unanswered": chosen.unanswered}
    if chosen.imputes:
        entry["impute"] = vars(chosen.impute)
    if chosen.treat != Treat():
        entry["treat"] = vars(chosen.treat)
    if chosen.denominator is not None:
        entry["denominator"] = vars(chosen.denominator)
    return entry


def _of_inner(chosen: NodeRecipe) -> dict[str, object]:
    entry: dict[str, object] = {"weigh": chosen.weigh, "combine": chosen.combine}
    entry |= {"threshold": chosen.threshold, "bonus_cap": chosen.bonus_cap}
    if chosen.combining != Combining():
        entry["combining"] = vars(chosen.combining)
    if chosen.weighting != Weighting():
        entry["weighting"] = vars(chosen.weighting)
    return entry


def json_bytes(document: object) -> bytes:
    """Write JSON so that equal content gives equal bytes."""
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def _ranking(release: Release) -> bytes:
    results, root = release.results, release.edition.id
    domains = release.assembled.tree.children(root)
    header = ["unit", "name", "rank", "score", "at_worst", "at_best", "coverage", "status"]
    header += [f"{domain}_{what}" for domain in domains for what in ("score", "rank")]
    status = "experimental" if release.experimental else ""
    rows, left_out = [], results.left_out()
    for index, unit in enumerate(results.units):
        row = [unit, release.edition.units[unit].name, _rank(results.rank[root][index])]
        row += [number(results.rounded[root][index])]
        row += [number(getattr(results, name)[root][index]) for name in ("at_worst", "at_best", "coverage")]
        row += ["screened_out" if unit in left_out else status]
        for domain in domains:
            row += [number(results.rounded[domain][index]), _rank(results.rank[domain][index])]
        rows.append(row)
    order = sorted(range(len(rows)), key=lambda i: (int(rows[i][2] or len(rows) + 1), rows[i][0]))
    return table(header, (rows[i] for i in order))


def _nodes(release: Release) -> bytes:
    return table(("unit", "node", "rank", "applicable", *NODE_TABLES), _node_rows(release))


def _node_rows(release: Release) -> Iterator[list[str]]:
    results = release.results
    for index, unit in enumerate(results.units):
        for node in release.assembled.tree.nodes:
            tables = (getattr(results, name).get(node.code) for name in NODE_TABLES)
            applicable = "yes" if results.applicable[node.code][index] else "no"
            numbers = ["" if values is None else number(values[index]) for values in tables]
            yield [unit, node.code, _rank(results.rank[node.code][index]), applicable, *numbers]


def _cells(release: Release) -> bytes:
    header = (
        "unit",
        "parameter",
        "status",
        "value",
        "denominator",
        "denominated",
        "normalised",
        "grade",
        "data_date",
    )
    return table((*header, "origin", "place", "reason"), _cell_rows(release))


def _cell_rows(release: Release) -> Iterator[list[str]]:
    results, assembled = release.results, release.assembled
    for index, unit in enumerate(results.units):
        for code in assembled.table.columns:
            point = assembled.points.get((unit, code))
            denominator = assembled.recipe.nodes[code].denominator
            divisor = "" if denominator is None else number(assembled.denominators[denominator.column][index])
            numbers = [number(values[code][index]) for values in (results.denominated, results.normalised)]
            status = Cell(int(results.cells[code][index])).name.lower()
            origin = ["", "", "", "", "no data point"]
            if point is not None:
                origin = [
                    point.grade,
                    point.data_date.isoformat(),
                    point.origin.id,
                    point.place,
                    point.reason,
                ]
            if (unit, code) in assembled.not_applicable:
                origin[-1] = assembled.not_applicable[unit, code][release.edition.languages[0]]
            yield [unit, code, status, number(results.raw[code][index]), divisor, *numbers, *origin]


def _grounds(release: Release) -> bytes:
    header = ("domain", "status", "well_founded", "demanded", "parameters", "other_parameters")
    rows = (
        [
            ground.domain,
            "indicative" if ground.indicative else "",
            str(len(ground.well_founded)),
            str(ground.demanded),
            " ".join(ground.well_founded),
            "; ".join(f"{code}: {reason}" for code, reason in ground.reasons.items()),
        ]
        for ground in release.grounds
    )
    return table(header, rows)


def _findings(release: Release) -> bytes:
    # Only the name of a file: where an edition lies on a machine is nobody's business, and not the same elsewhere.
    named = (replace(finding, file=PurePath(finding.file).name) for finding in release.assembled.findings)
    return table(("finding",), ([sentence] for sentence in (*release.results.findings, *map(str, named))))


def _rank(value: int) -> str:
    return str(value) if value > 0 else ""
