"""What follows from the numbers of an audit: statements, each with its verdict and the numbers it rests on.

Statements carry no words: whoever shows them writes the sentence for each `says` in the reader's language.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from stadtindex.editions.audit import EditionAudit
from stadtindex.editions.weights import leaf_weights
from stadtindex.engine.arrays import Floats, present
from stadtindex.engine.diagnose.findings import COLLINEAR, CONSISTENT, FAR, Kind
from stadtindex.engine.recipe import Normalisation
from stadtindex.engine.table import Cell

# A unit, a domain or a column with a smaller share of data is thin; that is what the JRC asks for before imputing.
ENOUGH_DATA = 0.65
GOOD_DATA = 0.9
# A domain of fewer parameters hangs on single files.
FEW_PARAMETERS = 3
# A part that is related less than this to the whole does not speak through it.
WEAK = 0.3
# A 90 % interval of at most so many ranks is a firm position, and so large a chance a sure place.
FIRM, SURE = 5, 0.95
LEVEL = 0.05
# Weights of single parameters that differ by more than this factor deserve a look.
UNEVEN = 4.0
# Under these one unit's value moves the scores of all others.
RELATIVE = (
    Normalisation.MIN_MAX,
    Normalisation.Z_SCORE,
    Normalisation.SHARE_OF_BEST,
    Normalisation.DISTANCE_TO_BEST,
)


class Verdict(StrEnum):
    """How a statement weighs."""

    GOOD = "good"
    NOTE = "note"
    CONCERN = "concern"


class Part(StrEnum):
    """The parts of the report, in their order."""

    FRAME = "frame"
    DATA = "data"
    COHERENCE = "coherence"
    UNCERTAINTY = "uncertainty"
    SENSITIVITY = "sensitivity"


Fact = int | float | str | tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """One conclusion: where it belongs, what it says, how it weighs, and its facts (codes of nodes, ids of units, numbers)."""

    part: Part
    says: str
    verdict: Verdict
    facts: Mapping[str, Fact]


def judge(found: EditionAudit) -> tuple[Statement, ...]:
    """Draw the conclusions from an audit, in the order of the report."""
    return (
        *_frame(found),
        *_data(found),
        *_coherence(found),
        *_influence(found),
        *_uncertainty(found),
        *_sensitivity(found),
    )


def _frame(found: EditionAudit) -> Iterator[Statement]:
    tree, results = found.release.assembled.tree, found.release.results
    branches = tree.children(tree.root)
    shape = {"units": len(results.units), "branches": len(branches), "parameters": len(tree.leaves)}
    yield Statement(Part.FRAME, "shape", Verdict.NOTE, shape)
    weights = leaf_weights(tree)
    counting = {code: weight for code, weight in weights.items() if weight > 0.0}
    most, least = max(counting, key=counting.__getitem__), min(counting, key=counting.__getitem__)
    times = counting[most] / counting[least]
    verdict = Verdict.CONCERN if times > UNEVEN else Verdict.GOOD
    facts: dict[str, Fact] = {"most": most, "least": least, "times": times}
    facts |= {"most_weight": counting[most], "least_weight": counting[least]}
    yield Statement(Part.FRAME, "weights_of_parameters", verdict, facts)
    thin = tuple(branch for branch in branches if len(_below(found, branch)) < FEW_PARAMETERS)
    if len(thin) > 0:
        yield Statement(
            Part.FRAME, "few_parameters", Verdict.CONCERN, {"nodes": thin, "least": FEW_PARAMETERS}
        )
    indicative = tuple(sorted(found.release.indicative))
    if len(indicative) > 0:
        yield Statement(Part.FRAME, "indicative", Verdict.CONCERN, {"nodes": indicative})


def _below(found: EditionAudit, branch: str) -> list[str]:
    tree = found.release.assembled.tree
    return [leaf for leaf in tree.leaves if leaf == branch or branch in ancestors(found, leaf)]


def ancestors(found: EditionAudit, code: str) -> tuple[str, ...]:
    """Return the nodes above a node, the root last."""
    tree, above = found.release.assembled.tree, []
    at = tree.parent(code)
    while at is not None:
        above.append(at)
        at = tree.parent(at)
    return tuple(above)


def _data(found: EditionAudit) -> Iterator[Statement]:
    results = found.release.results
    cells = np.array([results.cells[leaf] for leaf in results.tree.leaves])
    counts = {cell.name.lower(): int(np.count_nonzero(cells == cell)) for cell in Cell}
    share = counts["value"] / max(cells.size - counts["not_applicable"], 1)
    good = Verdict.GOOD if share >= GOOD_DATA else Verdict.NOTE
    facts: dict[str, Fact] = {"cells": cells.size, "share": share, **counts}
    yield Statement(Part.DATA, "cells", good if share >= ENOUGH_DATA else Verdict.CONCERN, facts)
    coverage = results.coverage[results.tree.root]
    thin = tuple(unit for unit, has in zip(results.units, coverage, strict=True) if has < ENOUGH_DATA)
    facts = {"count": len(thin), "of": len(results.units), "units": thin, "least": ENOUGH_DATA}
    yield Statement(Part.DATA, "thin_units", Verdict.CONCERN if thin else Verdict.GOOD, facts)
    for flag in ("few_values", "constant", "same_value", "many_zeros"):
        codes = flagged(found, flag)
        if len(codes) > 0:
            verdict = Verdict.NOTE if flag == "many_zeros" else Verdict.CONCERN
            facts = {"nodes": codes, "count": len(codes), "of": len(results.tree.leaves)}
            yield Statement(Part.DATA, flag, verdict, facts)
    yield from _outliers(found)


def _outliers(found: EditionAudit) -> Iterator[Statement]:
    """Say which columns have outliers or a long tail, and in which of them these move the scores of all other units."""
    codes, recipe = flagged(found, "skewed"), found.release.assembled.recipe
    exposed = tuple(code for code in codes if recipe.nodes[code].normalise.method in RELATIVE)
    if len(codes) > 0:
        facts: dict[str, Fact] = {"nodes": codes, "count": len(codes), "exposed": exposed}
        yield Statement(Part.DATA, "skewed", Verdict.CONCERN if exposed else Verdict.NOTE, facts)


def flagged(found: EditionAudit, flag: str) -> tuple[str, ...]:
    """Return the parameters with this flag of `engine.diagnose.describe`, by its name in lower case."""
    return tuple(
        finding.nodes[0]
        for finding in found.audit.findings
        if finding.kind is Kind.COLUMN and finding.detail == flag
    )


def _coherence(found: EditionAudit) -> Iterator[Statement]:
    yield from _branches(found)
    placed = found.audit.placements
    if len(placed) > 0:
        lost = tuple(place.leaf for place in placed if place.strongest != place.branch)
        weak = tuple(place.leaf for place in placed if place.own < WEAK)
        facts: dict[str, Fact] = {"own": len(placed) - len(lost), "of": len(placed), "nodes": lost}
        yield Statement(Part.COHERENCE, "placed", Verdict.CONCERN if lost else Verdict.GOOD, facts)
        if len(weak) > 0:
            yield Statement(Part.COHERENCE, "weakly_related", Verdict.NOTE, {"nodes": weak, "least": WEAK})
    groups = [group for group in found.audit.groups if not np.isnan(group.reliability.alpha)]
    low = tuple(group.node for group in groups if group.reliability.alpha < CONSISTENT)
    if len(groups) > 0:
        facts = {
            "consistent": len(groups) - len(low),
            "of": len(groups),
            "nodes": low,
            "least": CONSISTENT,
        }
        yield Statement(Part.COHERENCE, "consistent", Verdict.NOTE if low else Verdict.GOOD, facts)
    whole = found.audit.groups[0] if len(found.audit.groups) > 0 else None
    if whole is not None and whole.components is not None:
        facts = {"components": whole.components.kaiser, "explained": float(whole.components.explained[0])}
        one = whole.components.one_dimension()
        yield Statement(Part.COHERENCE, "dimensions", Verdict.GOOD if one else Verdict.NOTE, facts)
    for kind in (Kind.OPPOSED, Kind.SAME_WITHIN, Kind.SAME_ACROSS, Kind.INFLATED):
        pairs = tuple("/".join(f.nodes) for f in found.audit.findings if f.kind is kind)
        if len(pairs) > 0:
            facts = {"pairs": pairs, "count": len(pairs), "limit": COLLINEAR}
            yield Statement(Part.COHERENCE, kind.value, Verdict.CONCERN, facts)
    if not any(f.kind in (Kind.SAME_WITHIN, Kind.SAME_ACROSS, Kind.INFLATED) for f in found.audit.findings):
        yield Statement(Part.COHERENCE, "no_redundancy", Verdict.GOOD, {"limit": COLLINEAR})


def _branches(found: EditionAudit) -> Iterator[Statement]:
    """Say how the branches are related to each other, and to the whole."""
    between = found.audit.branches
    size = len(between.codes) - 1
    pairs = [(i, j) for i in range(size) for j in range(i) if not np.isnan(between.coefficient[i, j])]
    sure = [(i, j) for i, j in pairs if between.q_dependent[i, j] <= LEVEL]
    against = tuple(
        f"{between.codes[j]}/{between.codes[i]}" for i, j in sure if between.coefficient[i, j] < 0.0
    )
    if len(pairs) > 0:
        facts: dict[str, Fact] = {"sure": len(sure) - len(against), "of": len(pairs), "against": against}
        verdict = Verdict.CONCERN if against else Verdict.GOOD if len(sure) * 2 > len(pairs) else Verdict.NOTE
        yield Statement(Part.COHERENCE, "branches", verdict, facts)
    own = {between.codes[i]: float(between.coefficient[i, size]) for i in range(size)}
    own = {code: r for code, r in own.items() if not np.isnan(r)}
    if len(own) > 1:
        most, least = max(own, key=own.__getitem__), min(own, key=own.__getitem__)
        facts = {"most": most, "most_r": own[most], "least": least, "least_r": own[least]}
        verdict = Verdict.GOOD if own[least] >= WEAK else Verdict.CONCERN
        yield Statement(Part.COHERENCE, "branches_in_whole", verdict, facts)


def _influence(found: EditionAudit) -> Iterator[Statement]:
    """Say which branch counts more, and which less, than its weight says."""
    if len(found.audit.groups) == 0:
        return
    whole = found.audit.groups[0].influence
    known = [i for i in range(len(whole.nodes)) if not np.isnan(whole.ratio[i])]
    if len(known) < 2:
        return
    most, least = max(known, key=lambda i: whole.ratio[i]), min(known, key=lambda i: whole.ratio[i])
    facts: dict[str, Fact] = {}
    for name, i in (("most", most), ("least", least)):
        facts |= {
            name: whole.nodes[i],
            f"{name}_share": float(whole.share[i]),
            f"{name}_weight": float(whole.weight[i]),
        }
    if whole.ratio[most] > FAR or whole.ratio[least] < 1.0 / FAR:
        yield Statement(Part.COHERENCE, "influence", Verdict.CONCERN, facts)
        return
    times: dict[str, Fact] = {"least": float(whole.ratio[least]), "most": float(whole.ratio[most])}
    yield Statement(Part.COHERENCE, "influence_as_stated", Verdict.GOOD, times)


def _uncertainty(found: EditionAudit) -> Iterator[Statement]:
    spread, ranks = found.spread, found.release.results.rank[found.release.edition.id]
    if spread is None:
        yield Statement(Part.UNCERTAINTY, "unavailable", Verdict.CONCERN, {"why": found.unavailable})
        return
    ranked = (ranks > 0) & present(spread.rank[0])
    if not ranked.any():
        return
    width: Floats = (spread.rank[4] - spread.rank[0])[ranked]
    firm = int(np.count_nonzero(width <= FIRM))
    facts: dict[str, Fact] = {"median": float(np.median(width)), "firm": firm, "of": int(ranked.sum())}
    facts |= {"width": FIRM, "draws": spread.draws, "error": spread.error}
    good = Verdict.GOOD if firm * 2 >= width.size else Verdict.NOTE
    yield Statement(Part.UNCERTAINTY, "intervals", good, facts)
    inside = (spread.rank[0] <= ranks) & (ranks <= spread.rank[4])
    outside = tuple(u for u, ok, has in zip(spread.units, inside, ranked, strict=True) if has and not ok)
    facts = {"inside": int((inside & ranked).sum()), "of": int(ranked.sum()), "units": outside}
    yield Statement(Part.UNCERTAINTY, "inside", Verdict.CONCERN if outside else Verdict.GOOD, facts)
    for k in (k for k in spread.top_ranks if k < int(ranked.sum())):
        chance = spread.top_probability(k)
        sure = tuple(spread.units[i] for i in np.argsort(-chance, kind="stable") if chance[i] >= SURE)
        best = int(np.argmax(chance))
        facts = {"k": k, "sure": len(sure), "units": sure, "best": spread.units[best]}
        facts |= {"chance": float(chance[best]), "level": SURE}
        yield Statement(Part.UNCERTAINTY, "top", Verdict.GOOD if sure else Verdict.NOTE, facts)


def _sensitivity(found: EditionAudit) -> Iterator[Statement]:
    chosen = found.decisive
    if chosen is not None and chosen.first is not None:
        first = chosen.first
        facts: dict[str, Fact] = {"factor": first.factor, "total": first.total, "low": first.low}
        facts |= {"high": first.high, "alone": chosen.alone, "shift": chosen.mean, "builds": chosen.builds}
        says = "decisive" if chosen.clear else "decisive_perhaps"
        if len(chosen.factors) > 1:
            facts["second"] = chosen.factors[1].factor
        else:
            says = "only_choice"
        yield Statement(Part.SENSITIVITY, says, Verdict.NOTE, facts)
    gone = found.left_out
    known = np.where(present(gone.mean_shift), gone.mean_shift, -1.0)
    if known.size > 0 and known.max() > 0.0:
        most = int(np.argmax(known))
        unit = gone.units[int(np.argmax(np.abs(np.nan_to_num(gone.rank_change[most]))))]
        facts = {"node": gone.nodes[most], "mean": float(known[most]), "unit": unit}
        facts["largest"] = float(gone.largest_shift[most])
        yield Statement(Part.SENSITIVITY, "left_out", Verdict.NOTE, facts)
