"""The numbers of an audit as files of the bundle: CSV tables, and audit.json with settings, findings and conclusions."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping

from stadtindex.definitions.finding import BadInput, Finding
from stadtindex.editions.audit import EditionAudit, Effort
from stadtindex.editions.contents import json_bytes
from stadtindex.editions.judge import Statement
from stadtindex.editions.pointfile import number, table
from stadtindex.editions.weights import leaf_weights
from stadtindex.engine.diagnose.correlate import pairs_of
from stadtindex.engine.tree import Tree

FOLDER = "audit"
ABOUT = f"{FOLDER}/audit.json"
# What Monte Carlo decides: equal on one machine, within the error of the draws on another.
DRAWN = (f"{FOLDER}/uncertainty.csv", f"{FOLDER}/sensitivity.csv")
DIGITS = 9

Row = list[str]


def files_of(found: EditionAudit, statements: Iterable[Statement]) -> dict[str, bytes]:
    """Write an audit; the same audit gives the same bytes."""
    makers: Mapping[str, Callable[[EditionAudit], tuple[Iterable[str], Iterable[Row]] | None]] = {
        "columns": _columns,
        "correlations": _correlations,
        "groups": _groups,
        "children": _children,
        "components": _components,
        "placements": _placements,
        "influence": _influence,
        "leave_out": _left_out,
        "uncertainty": _uncertainty,
        "sensitivity": _sensitivity,
    }
    files = {}
    for name, make in makers.items():
        made = make(found)
        if made is not None:
            files[f"{FOLDER}/{name}.csv"] = table(*made)
    files[ABOUT] = json_bytes(document(found, statements))
    return files


def document(found: EditionAudit, statements: Iterable[Statement]) -> dict[str, object]:
    """Give settings, findings and conclusions as JSON types; numbers with 9 significant digits, missing ones null."""
    effort = found.effort
    return {
        "edition": found.release.edition.id,
        "settings": {"seed": effort.seed, "draws": effort.draws, "points": effort.points},
        "unavailable": found.unavailable or None,
        "findings": [
            {
                "section": finding.section,
                "kind": finding.kind,
                "detail": finding.detail or None,
                "nodes": list(finding.nodes),
                "numbers": [_plain(value) for value in finding.numbers],
            }
            for finding in found.audit.findings
        ],
        "conclusions": [
            {
                "part": statement.part,
                "says": statement.says,
                "verdict": statement.verdict,
                "facts": {name: _plain(value) for name, value in statement.facts.items()},
            }
            for statement in statements
        ],
    }


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return None if not math.isfinite(value) else float(f"{value:.{DIGITS}g}")
    return value


def relation(tree: Tree, one: str, other: str) -> str:
    """Say how near two leaves stand in the tree: parent, branch (child of the root), or across."""
    if tree.parent(one) == tree.parent(other):
        return "parent"
    return "branch" if _branch(tree, one) == _branch(tree, other) else "across"


def _branch(tree: Tree, code: str) -> str:
    while tree.depth(code) > 1:
        code = tree.parent(code) or code
    return code


def _columns(found: EditionAudit) -> tuple[Row, Iterator[Row]]:
    header = [
        "parameter",
        "units",
        "values",
        "missing",
        "unanswered",
        "data_share",
        "zero_share",
        "same_share",
    ]
    header += [
        "minimum",
        "quartile_1",
        "median",
        "quartile_3",
        "maximum",
        "mean",
        "sd",
        "skewness",
        "kurtosis",
    ]
    header += ["outliers", "outlying_units", "flags"]

    def rows() -> Iterator[Row]:
        for one in found.audit.columns:
            counts = [str(n) for n in (one.units, one.values, one.missing, one.unanswered)]
            shares = [number(share) for share in (one.data_share, one.zero_share, one.same_share)]
            spread = (one.minimum, one.quartiles[0], one.median, one.quartiles[1], one.maximum)
            shape = (one.mean, one.sd, one.skewness, one.kurtosis)
            numbers = [number(value) for value in (*spread, *shape)]
            flags = " ".join(flag.name.lower() for flag in one.flags)
            yield [
                one.code,
                *counts,
                *shares,
                *numbers,
                str(len(one.outliers)),
                " ".join(one.outliers),
                flags,
            ]

    return header, rows()


def _correlations(found: EditionAudit) -> tuple[Row, Iterator[Row]]:
    kinds = (found.audit.correlations, found.audit.spearman, found.audit.kendall)
    header = ["one", "other", "relation", "units"]
    header += [f"{kind.kind}{what}" for kind in kinds for what in ("", "_p", "_q", "_q_dependent")]
    tree = found.release.assembled.tree

    def rows() -> Iterator[Row]:
        # All three know the same pairs: those with three common units over which both columns vary.
        for together in zip(*(pairs_of(kind) for kind in kinds), strict=True):
            pair = together[0]
            numbers = [
                number(value)
                for each in together
                for value in (each.coefficient, each.p, each.q, each.q_dependent)
            ]
            yield [pair.one, pair.other, relation(tree, pair.one, pair.other), str(pair.units), *numbers]

    return header, rows()


def _groups(found: EditionAudit) -> tuple[Row, Iterator[Row]]:
    header = ["node", "children", "complete_units", "alpha", "components_above_1", "explained_by_first"]

    def rows() -> Iterator[Row]:
        for group in found.audit.groups:
            parts = group.components
            first = ["", "", ""]
            if parts is not None:
                first = [str(parts.units), str(parts.kaiser), number(float(parts.explained[0]))]
            alpha = number(group.reliability.alpha)
            yield [group.node, str(len(group.children)), first[0], alpha, *first[1:]]

    return header, rows()


def _children(found: EditionAudit) -> tuple[Row, Iterator[Row]]:
    header = ["node", "child", "weight", "correlation", "main_effect", "influence", "influence_by_weight"]
    header += ["alpha_without", "variance_inflation"]

    def rows() -> Iterator[Row]:
        for group in found.audit.groups:
            effect = group.influence
            columns = (effect.weight, effect.correlation, effect.main_effect, effect.share, effect.ratio)
            for i, child in enumerate(group.children):
                numbers = [number(float(column[i])) for column in columns]
                more = [number(float(group.reliability.without[i])), number(float(group.inflation[i]))]
                yield [group.node, child, *numbers, *more]

    return header, rows()


def _components(found: EditionAudit) -> tuple[Row, Iterator[Row]]:
    header = ["node", "component", "eigenvalue", "explained", "child", "loading"]

    def rows() -> Iterator[Row]:
        for group in found.audit.groups:
            parts = group.components
            for j in range(0 if parts is None else len(parts.codes)):
                if parts is None:
                    continue
                for i, child in enumerate(parts.codes):
                    numbers = (parts.eigenvalues[j], parts.explained[j])
                    place = [group.node, str(j + 1), *(number(float(value)) for value in numbers)]
                    yield [*place, child, number(float(parts.loadings[i, j]))]

    return header, rows()


def _placements(found: EditionAudit) -> tuple[Row, Iterator[Row]]:
    header = ["parameter", "branch", "correlation", "strongest_branch", "strongest_correlation"]
    rows = (
        [place.leaf, place.branch, number(place.own), place.strongest, number(place.other)]
        for place in found.audit.placements
    )
    return header, rows


def _influence(found: EditionAudit) -> tuple[Row, Iterator[Row]]:
    header = [
        "parameter",
        "weight",
        "mean_weight",
        "correlation",
        "main_effect",
        "influence",
        "influence_by_weight",
    ]
    effect, weights = found.audit.influence, leaf_weights(found.release.assembled.tree)
    columns = (effect.weight, effect.correlation, effect.main_effect, effect.share, effect.ratio)
    rows = (
        [code, number(weights[code]), *(number(float(column[i])) for column in columns)]
        for i, code in enumerate(effect.nodes)
    )
    return header, rows


def _left_out(found: EditionAudit) -> tuple[Row, Iterator[Row]]:
    gone = found.left_out
    header = ["node", "mean_rank_change", "largest_rank_change", *gone.units]

    def rows() -> Iterator[Row]:
        for i, node in enumerate(gone.nodes):
            shifts = [number(float(gone.mean_shift[i])), number(float(gone.largest_shift[i]))]
            yield [node, *shifts, *(number(float(change)) for change in gone.rank_change[i])]

    return header, rows()


def _uncertainty(found: EditionAudit) -> tuple[Row, Iterator[Row]] | None:
    spread, root = found.spread, found.release.edition.id
    if spread is None:
        return None
    header = ["unit", "name", "rank", "rank_mean", "rank_error"]
    header += [f"rank_p{q}" for q in (5, 25, 50, 75, 95)] + [f"score_p{q}" for q in (5, 50, 95)]
    header += [*(f"top_{k}" for k in spread.top_ranks), "tie_group"]
    results, edition = found.release.results, found.release.edition

    def rows() -> Iterator[Row]:
        for i, unit in enumerate(spread.units):
            rank = int(results.rank[root][i])
            numbers = [
                spread.mean_rank[i],
                spread.rank_error[i],
                *spread.rank[:, i],
                *spread.score[[0, 2, 4], i],
            ]
            numbers += [*spread.top[:, i]]
            place = [unit, edition.units[unit].name, str(rank) if rank > 0 else ""]
            yield [*place, *(number(float(value)) for value in numbers), str(int(spread.group[i]))]

    return header, rows()


def _sensitivity(found: EditionAudit) -> tuple[Row, Iterator[Row]] | None:
    known = found.sensitivity
    if known is None:
        return None
    header = ["output", "factor", "first", "first_low", "first_high", "total", "total_low", "total_high"]

    def rows() -> Iterator[Row]:
        bands = [band for side in (known.first, known.total) for band in (side.value, side.low, side.high)]
        for j, output in enumerate(known.outputs):
            for i, factor in enumerate(known.factors):
                yield [output, factor, *(number(float(band[i, j])) for band in bands)]

    return header, rows()


def effort_of(stored: Mapping[str, bytes]) -> Effort:
    """Read from the stored files of an audit how much was drawn; BadInput where that cannot be read."""
    try:
        settings = json.loads(stored[ABOUT])["settings"]
        return Effort(*(int(settings[name]) for name in ("seed", "draws", "points")))
    except (KeyError, TypeError, ValueError) as problem:
        found = f"{type(problem).__name__}: {problem}"
        raise BadInput(
            Finding(ABOUT, None, "settings", found, "seed, draws and points as whole numbers")
        ) from problem
