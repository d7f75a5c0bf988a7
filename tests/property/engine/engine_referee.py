"""A slow, plain referee: the same definitions written once more, without the engine's code and without numpy.

It works unit by unit on dictionaries of 50-digit decimals, so what it says is the true value, and a disagreement is the
engine's rounding, or the engine's or the referee's error. Nothing here is fast, and nothing is meant to be.
"""

from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Any

from engine_referee_combine import POSITIVE, RELATIVE, Measured, Profile, combine, refuses
from engine_referee_prepare import (
    EDGE,
    MISSING,
    NOT_APPLICABLE,
    VALUE,
    Prepared,
    TreatmentError,
    passing,
    prepare,
)
from engine_referee_scale import Yardstick, absolute, aimed, already_there, relative
from engine_referee_weigh import DoubtfulError, RefusedScoreError, doubt, refuse_negative, weights_of

DIGITS = 50
NOISE = Decimal("1e-12")

# What a score may be besides a number, MISSING or NOT_APPLICABLE.
DROPPED = "dropped"
Entry = Decimal | str


class RefusedError(Exception):
    """The definitions do not allow to go on; names unit and node, where it is a single one.

    `doubtful`: a number is so near to what is refused that double precision may see it on the other side.
    """

    def __init__(self, unit: str | None, node: str | None, *, doubtful: bool = False) -> None:
        super().__init__(unit, node)
        self.unit, self.node, self.doubtful = unit, node, doubtful


@dataclass
class Verdict:
    """Everything the referee says; entries are decimals or one of the words above."""

    score: dict[str, dict[str, Entry]] = field(default_factory=dict)
    combined: dict[str, dict[str, Entry]] = field(default_factory=dict)
    share: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    coverage: dict[str, dict[str, Entry]] = field(default_factory=dict)
    at_worst: dict[str, dict[str, Entry]] = field(default_factory=dict)
    at_best: dict[str, dict[str, Entry]] = field(default_factory=dict)
    constant: list[str] = field(default_factory=list)
    ill_conditioned: bool = False  # a column was stretched so far that double precision cannot follow
    ambiguous: set[str] = field(
        default_factory=set
    )  # nodes whose share is one of several that are equally right


def decide(index: Any) -> Verdict:
    """Work out an index (see engine_indices.Index) from the leaves to the root."""
    with localcontext(prec=DIGITS):
        verdict = Verdict()
        if not passing(index):
            raise RefusedError(None, None)
        try:
            prepared = prepare(index)
        except TreatmentError as refused:
            raise RefusedError(*refused.args) from refused
        verdict.ill_conditioned = prepared.doubtful
        for code in after_children(index, root_of(index)):
            if children_of(index, code):
                judge_inner(index, code, verdict)
            else:
                judge_leaf(index, code, verdict, prepared)
        return verdict


def root_of(index: Any) -> str:
    return next(node.code for node in index.nodes if node.parent is None)


def children_of(index: Any, code: str) -> list[Any]:
    return [node for node in index.nodes if node.parent == code]


def after_children(index: Any, code: str) -> list[str]:
    codes: list[str] = []
    for child in children_of(index, code):
        codes += after_children(index, child.code)
    return [*codes, code]


def direction_of(index: Any, code: str) -> int:
    return next(node.direction for node in index.nodes if node.code == code)


def judge_leaf(index: Any, code: str, verdict: Verdict, prepared: Prepared) -> None:
    chosen, words, numbers = index.recipe[code], prepared.words[code], prepared.columns[code]
    column: dict[str, Entry] = {unit: numbers.get(unit, words[unit]) for unit in index.units}
    verdict.coverage[code] = {
        unit: NOT_APPLICABLE if word == NOT_APPLICABLE else Decimal(int(word == VALUE))
        for unit, word in words.items()
    }
    stick = yardstick(index, code, column, verdict, computed=code in prepared.computed)
    verdict.score[code], verdict.at_worst[code], verdict.at_best[code] = {}, {}, {}
    for unit, word in words.items():
        now, worst, best = leaf_scores((word, numbers.get(unit)), stick, chosen)
        verdict.score[code][unit], verdict.at_worst[code][unit], verdict.at_best[code][unit] = (
            now,
            worst,
            best,
        )


def leaf_scores(
    cell: tuple[str, Decimal | None], stick: Yardstick | None, chosen: Any
) -> tuple[Entry, Entry, Entry]:
    word, number = cell
    if word == NOT_APPLICABLE:
        return NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE
    if stick is None:
        return DROPPED, DROPPED, DROPPED
    score: Entry = MISSING if number is None else stick.place(number)
    if word == VALUE:
        return score, score, score
    rule = chosen.missing if word == MISSING else chosen.unanswered
    return (stick.worst if rule.value == "zero" else score), stick.worst, stick.best


def judge_inner(index: Any, code: str, verdict: Verdict) -> None:
    chosen = index.recipe[code]
    children = [node.code for node in children_of(index, code)]
    rows = {unit: {child: verdict.score[child][unit] for child in children} for unit in index.units}
    weights = weigh(index, code, rows, verdict)
    favoured = chosen.weigh.value == "benefit_of_the_doubt"
    table = profiles(index, code, weights, verdict)
    threshold = Decimal(chosen.threshold)
    shared = {unit: shares_of(row, weights, threshold) for unit, row in table.items()}
    whole = Measured(
        {unit: counting(table[unit], shares) for unit, (_, shares) in shared.items()},
        {c: [row[c] for row in table.values() if isinstance(row[c], Decimal)] for c in weights},  # type: ignore[misc]
    )
    refuse_scores(index, code, list(weights), whole)
    for child in weights:
        verdict.share[child] = {unit: shared[unit][1].get(child, Decimal(0)) for unit in index.units}
    verdict.ambiguous |= set(weights) if favoured else set()
    verdict.combined[code], verdict.coverage[code] = {}, {}
    total: dict[str, Entry] = {}
    for unit, (why, shares) in shared.items():
        verdict.coverage[code][unit] = measured(weights, {c: verdict.coverage[c][unit] for c in weights})
        entry: Entry = why
        if shares and favoured:
            entry = favour(chosen, table[unit], rows, weights)
        elif shares:
            entry = combine(chosen, unit, whole.profiles[unit], whole)
        verdict.combined[code][unit], total[unit] = entry, with_bonus(index, code, unit, entry)
    stick = yardstick(index, code, total, verdict, computed=True)
    verdict.score[code] = on_stick(stick, total)
    ends = (verdict.at_worst, verdict.at_best)
    for end, turned in zip(ends, ends if direction_of(index, code) > 0 else ends[::-1], strict=True):
        bounds = {}
        for unit in index.units:
            if favoured:
                filled = filled_of(table[unit], {child: end[child][unit] for child in weights})
                why, shares = shares_of(filled, weights, Decimal(0))
                bound = favour(chosen, filled, rows, weights) if shares else why
            else:
                bound = bound_of(chosen, unit, (table[unit], end), weights, whole)
            bounds[unit] = with_bonus(index, code, unit, bound)
        turned[code] = on_stick(stick, bounds)


def weigh(index: Any, code: str, rows: dict[str, dict[str, Entry]], verdict: Verdict) -> dict[str, Decimal]:
    """Weigh the children; under the benefit of the doubt these say how much of the weight is there, as stated."""
    chosen = index.recipe[code]
    stated = {node.code: Decimal(node.weight) for node in children_of(index, code)}
    method = chosen.weigh.value
    if method == "given":
        return stated
    if method == "equal":
        return {child: Decimal(int(weight > 0)) for child, weight in stated.items()}
    scores = {
        child: {unit: entry for unit, row in rows.items() if isinstance(entry := row[child], Decimal)}
        for child, weight in stated.items()
        if weight > 0
    }
    try:
        if method in ("entropy", "benefit_of_the_doubt"):
            refuse_negative(scores, index.units)
        if method == "benefit_of_the_doubt":
            return stated
        return weights_of(method, scores, list(stated), chosen.weighting)
    except RefusedScoreError as refused:
        raise RefusedError(*refused.args) from refused
    except DoubtfulError:
        verdict.ill_conditioned = True
        return stated


def favour(
    chosen: Any, own: dict[str, Entry], rows: dict[str, dict[str, Entry]], weights: dict[str, Decimal]
) -> Entry:
    """Measure a unit under the weights that favour it most, among the others as they are."""
    counted = [child for child, weight in weights.items() if weight > 0]
    mine = {child: entry for child in counted if isinstance(entry := own[child], Decimal)}
    others = [{c: e for c in counted if isinstance(e := row[c], Decimal)} for row in rows.values()]
    score = doubt(mine, others, chosen.weighting)
    return MISSING if score is None else Decimal(chosen.weighting.top) * score


def filled_of(row: dict[str, Entry], ends: dict[str, Entry]) -> dict[str, Entry]:
    return {child: DROPPED if row[child] == DROPPED else end for child, end in ends.items()}


def on_stick(stick: Yardstick | None, column: dict[str, Entry]) -> dict[str, Entry]:
    """Score a column of an inner node; without a yardstick all that applies drops out."""
    scores: dict[str, Entry] = {}
    for unit, entry in column.items():
        if stick is None:
            scores[unit] = NOT_APPLICABLE if entry == NOT_APPLICABLE else DROPPED
        else:
            scores[unit] = stick.place(entry) if isinstance(entry, Decimal) else entry
    return scores


def refuse_scores(index: Any, code: str, children: list[str], whole: Measured) -> None:
    chosen = index.recipe[code]
    # An estimate that is the mean of its column has the z-score 0, up to its last digit.
    estimated = any(leaf.imputes for leaf in index.recipe.values()) and chosen.combine.value in POSITIVE
    for child in children:
        for unit in index.units:
            scores, shares = whole.profiles[unit]
            if child in shares and estimated and abs(scores[child]) < EDGE:
                raise RefusedError(unit, child, doubtful=True)
            if child in shares and refuses(chosen, scores[child]):
                raise RefusedError(unit, child)


def bound_of(
    chosen: Any,
    unit: str,
    row_and_end: tuple[dict[str, Entry], dict[str, dict[str, Entry]]],
    weights: dict[str, Decimal],
    whole: Measured,
) -> Entry:
    """Combine a unit all of whose gaps are filled, among the others as measured."""
    row, end = row_and_end
    filled = filled_of(row, {child: end[child][unit] for child in weights})
    why, shares = shares_of(filled, weights, Decimal(0))
    return combine(chosen, unit, counting(filled, shares), whole) if shares else why


def profiles(
    index: Any, code: str, weights: dict[str, Decimal], verdict: Verdict
) -> dict[str, dict[str, Entry]]:
    """Give the children's scores by unit; what is the same everywhere drops out where children are compared in spreads."""
    table = {unit: {child: verdict.score[child][unit] for child in weights} for unit in index.units}
    if index.recipe[code].combine.value not in RELATIVE:
        return table
    for child, weight in weights.items():
        entries = [row[child] for row in table.values()]
        values = [entry for entry in entries if isinstance(entry, Decimal)]
        if weight == 0 or all(entry in (NOT_APPLICABLE, DROPPED) for entry in entries):
            continue
        size = max((abs(value) for value in values), default=Decimal(0))
        apart = max(values, default=Decimal(0)) - min(values, default=Decimal(0))
        if apart <= NOISE * size:
            verdict.constant.append(child)
            for row in table.values():
                row[child] = NOT_APPLICABLE if row[child] == NOT_APPLICABLE else DROPPED
        elif apart < Decimal("1e-3") * size:
            verdict.ill_conditioned = True
    return table


def counting(scores: dict[str, Entry], shares: dict[str, Decimal]) -> Profile:
    return {child: entry for child in shares if isinstance(entry := scores[child], Decimal)}, shares


def shares_of(
    scores: dict[str, Entry], weights: dict[str, Decimal], threshold: Decimal
) -> tuple[Entry, dict[str, Decimal]]:
    """Share out the weight of one unit's children; without any share, say why there is no value."""
    counted = {child: weight for child, weight in weights.items() if weight > 0}
    considered = {child: w for child, w in counted.items() if scores[child] not in (NOT_APPLICABLE, DROPPED)}
    there = {child: w for child, w in considered.items() if isinstance(scores[child], Decimal)}
    if not considered:
        only_not_applicable = all(scores[child] == NOT_APPLICABLE for child in counted)
        return (NOT_APPLICABLE if only_not_applicable else DROPPED), {}
    if not there or sum(there.values()) < (threshold - NOISE) * sum(considered.values()):
        return MISSING, {}
    total = sum(there.values())
    return MISSING, {child: weight / total for child, weight in there.items()}


def measured(weights: dict[str, Decimal], coverage: dict[str, Entry]) -> Entry:
    applies = {c: w for c, w in weights.items() if w > 0 and isinstance(coverage[c], Decimal)}
    if not applies:
        return NOT_APPLICABLE
    return sum((applies[c] * coverage[c] for c in applies), Decimal(0)) / sum(applies.values())  # type: ignore[operator]


def with_bonus(index: Any, code: str, unit: str, entry: Entry) -> Entry:
    chosen = index.recipe[code]
    if not isinstance(entry, Decimal) or code not in index.bonus:
        return entry
    points = min(Decimal(index.bonus[code][unit]), Decimal(chosen.bonus_cap))
    return max(entry, min(entry + points, Decimal(chosen.bonus_top)))


def yardstick(
    index: Any, code: str, column: dict[str, Entry], verdict: Verdict, *, computed: bool
) -> Yardstick | None:
    """Fit the chosen normalisation to the numbers of a column; None where it drops out."""
    options, sign = index.recipe[code].normalise, direction_of(index, code)
    known = {unit: entry for unit, entry in column.items() if isinstance(entry, Decimal)}
    values = list(known.values())
    low_end, high_end = Decimal(options.lower), Decimal(options.upper)
    method = options.method.value
    if method in ("none", "fixed", "goalposts", "two_sided"):
        place = absolute(options, sign)
        ends = [low_end, high_end] if method != "none" else [sign * low_end, sign * high_end]
        reached = ends if method == "fixed" else ends + [place(value) for value in values]
        return Yardstick(place, min(reached), max(reached))
    noise = NOISE * max((abs(value) for value in values), default=Decimal(0)) if computed else Decimal(0)
    if method == "share_of_best":
        return share_of_best(code, known, sign, high_end, verdict)
    if method == "distance_to_target" and already_there(
        options, [sign * value for value in values], sign, noise
    ):
        if not options.cap:
            raise RefusedError(next(iter(known)), code)
        return Yardstick(lambda value: high_end, high_end, high_end)
    if len(values) < 2 or max(values) - min(values) <= noise:
        verdict.constant.append(code)
        return None
    if computed and max(values) - min(values) < Decimal("1e-3") * max(abs(value) for value in values):
        verdict.ill_conditioned = True
    if method.startswith("distance_to_") and method != "distance_to_best":
        return distance(index, code, {unit: sign * value for unit, value in known.items()}, noise)
    return relative(method, options, [sign * value for value in values], sign, noise)


def distance(index: Any, code: str, turned: dict[str, Decimal], noise: Decimal) -> Yardstick:
    """Fit to values whose sign is already turned so that more is better."""
    options, sign = index.recipe[code].normalise, direction_of(index, code)
    if options.method.value == "distance_to_target":
        return aimed(options, list(turned.values()), sign, sign * Decimal(options.target))
    unit = options.reference
    if unit not in turned or turned[unit] - min(turned.values()) <= noise:
        raise RefusedError(unit, code)
    return aimed(options, list(turned.values()), sign, turned[unit])


def share_of_best(
    code: str, known: dict[str, Decimal], sign: int, top: Decimal, verdict: Verdict
) -> Yardstick | None:
    for unit, value in known.items():
        if value < 0 or (sign < 0 and value == 0):
            raise RefusedError(unit, code)
    if not known or max(known.values()) == 0:
        verdict.constant.append(code)
        return None
    best = max(known.values()) if sign > 0 else min(known.values())

    def place(value: Decimal) -> Decimal:
        if sign > 0:
            return max(min(value, best), Decimal(0)) / best * top
        return best / max(value, best) * top

    return Yardstick(place, Decimal(0), top)
