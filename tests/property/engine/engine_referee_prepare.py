"""The referee's screening, imputation and treatment, on dictionaries of decimals."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine_referee_combine import mean, spread
from engine_referee_em import expected

NOISE = Decimal("1e-12")
# A decision this near to its limit may fall either way in double precision.
EDGE = Decimal("1e-9")
MISSING, UNANSWERED, NOT_APPLICABLE, VALUE = "missing", "unanswered", "not applicable", "value"
ZERO, ONE = Decimal(0), Decimal(1)
Column = dict[str, Decimal]


class TreatmentError(Exception):
    """A number that a transformation refuses; names unit and node."""


@dataclass
class Prepared:
    """Per leaf and unit: what the cell is (`words`), and the number that is put on the scale, where there is one."""

    words: dict[str, dict[str, str]] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)
    computed: set[str] = field(default_factory=set)
    doubtful: bool = False


def prepare(index: Any) -> Prepared:
    done, leaves = Prepared(), leaves_of(index)
    kept = passing(index)
    for leaf in leaves:
        done.words[leaf], done.columns[leaf] = denominated(index, leaf, kept)
        if index.recipe[leaf].denominator is not None:
            done.computed.add(leaf)
    fill(index, kept, done)
    for leaf in leaves:
        if index.recipe[leaf].treat.method.value != "none":
            treat(index, leaf, done)
    return done


def fill(index: Any, kept: list[str], done: Prepared) -> None:
    """Put estimates into the gaps whose rule says so; every estimate looks at what was given, at no other."""
    known = {leaf: dict(column) for leaf, column in done.columns.items()}
    for leaf in known:
        chosen = index.recipe[leaf]
        rules = {MISSING: chosen.missing.value, UNANSWERED: chosen.unanswered.value}
        for unit in kept:
            wanted = rules.get(done.words[leaf][unit]) == "impute"
            estimate = imputed(index, kept, known, (leaf, unit)) if wanted else None
            if estimate is not None:
                done.columns[leaf][unit] = estimate
                done.computed.add(leaf)
        # In the order of the units, so that the first one that is refused is the first one.
        done.columns[leaf] = {u: done.columns[leaf][u] for u in index.units if u in done.columns[leaf]}


def leaves_of(index: Any) -> list[str]:
    parents = {node.parent for node in index.nodes}
    return [node.code for node in index.nodes if node.code not in parents]


def parent_of(index: Any, code: str) -> str | None:
    return next(node.parent for node in index.nodes if node.code == code)


# --- screening


def passing(index: Any) -> list[str]:
    asked, leaves = index.screen, leaves_of(index)
    if asked == type(asked)():
        return list(index.units)
    kept = []
    for unit in index.units:
        row = index.cells[unit]
        good = enough(row, leaves, asked.data, asked) and any(row[leaf] != NOT_APPLICABLE for leaf in leaves)
        for code, minimum in asked.groups.items():
            good = good and enough(row, [leaf for leaf in leaves if below(index, leaf, code)], minimum, asked)
        numbers = [row[leaf] for leaf in leaves if not isinstance(row[leaf], str)]
        if numbers:
            share = Fraction(sum(1 for number in numbers if number != 0), len(numbers))
            good = good and share >= Fraction(asked.non_zero) - Fraction(NOISE)
        if unit in asked.keep or (good and unit not in asked.drop):
            kept.append(unit)
    return kept


def enough(row: dict[str, Any], leaves: list[str], minimum: float, asked: Any) -> bool:
    cells = [row[leaf] for leaf in leaves if row[leaf] != NOT_APPLICABLE]
    there = [c for c in cells if not isinstance(c, str) or (asked.unanswered and c == UNANSWERED)]
    return not cells or Fraction(len(there), len(cells)) >= Fraction(minimum) - Fraction(NOISE)


def below(index: Any, leaf: str, code: str) -> bool:
    above = parent_of(index, leaf)
    while above is not None:
        if above == code:
            return True
        above = parent_of(index, above)
    return False


# --- denomination


def denominated(index: Any, leaf: str, kept: list[str]) -> tuple[dict[str, str], Column]:
    words, column = {}, {}
    for unit in index.units:
        entry = index.cells[unit][leaf] if unit in kept else NOT_APPLICABLE
        words[unit] = entry if isinstance(entry, str) else VALUE
        if not isinstance(entry, str):
            value = divided(index, leaf, Decimal(entry), unit)
            if value is None:
                words[unit] = MISSING
            else:
                column[unit] = value
    return words, column


def divided(index: Any, leaf: str, value: Decimal, unit: str) -> Decimal | None:
    denominator = index.recipe[leaf].denominator
    if denominator is None:
        return value
    by = index.denominators[denominator.column][unit]
    return None if by is None else value / Decimal(by) * Decimal(denominator.per)


# --- imputation


def imputed(index: Any, kept: list[str], known: dict[str, Column], cell: tuple[str, str]) -> Decimal | None:
    leaf, unit = cell
    options = index.recipe[leaf].impute
    method, column = options.method.value, known[leaf]
    if method.startswith("group_"):
        group = index.groups.get(unit, "")
        mine = [other for other in column if index.groups.get(other, "") == group]
        column = {other: column[other] for other in mine} if group else {}
    if method in ("mean", "group_mean"):
        return mean(list(column.values())) if column else None
    if method in ("median", "group_median"):
        return middle(list(column.values())) if column else None
    family = [other for other in known if parent_of(index, other) == parent_of(index, leaf)]
    if method == "siblings":
        return by_siblings(index, {other: known[other] for other in family}, cell)
    if method in ("latest", "linear"):
        return over_time(index, cell, options)
    informing = {other: known[other] for other in (family if options.family else known)}
    if method == "neighbours":
        return by_neighbours(informing, cell, options)
    assert method == "em"
    return expected(informing, kept, cell, options)


def middle(values: list[Decimal]) -> Decimal:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def varies(values: list[Decimal]) -> bool:
    return bool(values) and max(values) - min(values) > NOISE * max(map(abs, values))


def by_siblings(index: Any, family: dict[str, Column], cell: tuple[str, str]) -> Decimal | None:
    leaf, unit = cell
    shares = []
    for other, column in family.items():
        if unit in column and varies(list(column.values())):
            worst, best = ends(index, other, column)
            shares.append((column[unit] - worst) / (best - worst))
    if not shares or not family[leaf]:
        return None
    worst, best = ends(index, leaf, family[leaf])
    return worst + mean(shares) * (best - worst) if varies(list(family[leaf].values())) else worst


def ends(index: Any, leaf: str, column: Column) -> tuple[Decimal, Decimal]:
    low, high = min(column.values()), max(column.values())
    if not varies(list(column.values())):
        return low, low
    up = next(node.direction for node in index.nodes if node.code == leaf) > 0
    return (low, high) if up else (high, low)


def by_neighbours(known: dict[str, Column], cell: tuple[str, str], options: Any) -> Decimal | None:
    leaf, unit = cell
    measured = {
        c: (col, spread(list(col.values()))) for c, col in known.items() if varies(list(col.values()))
    }
    distances: dict[str, Decimal] = {}
    for donor in known[leaf]:
        steps = [
            ((column[donor] - column[unit]) / size) ** 2
            for column, size in measured.values()
            if donor in column and unit in column
        ]
        if len(steps) >= options.overlap:
            distances[donor] = mean(steps)
    if not distances:
        return None
    last = sorted(distances.values())[min(options.neighbours, len(distances)) - 1]
    return mean([known[leaf][d] for d, away in distances.items() if away <= last * (1 + NOISE)])


def over_time(index: Any, cell: tuple[str, str], options: Any) -> Decimal | None:
    leaf, unit = cell
    before: tuple[Decimal, Decimal] | None = None
    after: tuple[Decimal, Decimal] | None = None
    for period, rows in sorted(index.others):
        entry = rows.get(unit, {}).get(leaf)
        value = None if entry is None else divided(index, leaf, Decimal(entry), unit)
        away = Decimal(period) - Decimal(index.period)
        if value is None or (options.look_back is not None and abs(away) > Decimal(options.look_back)):
            continue
        if away < 0:
            before = (value, -away)  # the later the nearer
        elif after is None:
            after = (value, away)
    if options.method.value == "latest":
        return None if before is None else before[0]
    if before is None or after is None:
        side = before if before is not None else after
        return None if side is None else side[0]
    return before[0] + before[1] / (before[1] + after[1]) * (after[0] - before[0])


# --- treatment


def treat(index: Any, leaf: str, done: Prepared) -> None:
    options, column = index.recipe[leaf].treat, done.columns[leaf]
    values = list(column.values())
    noise = NOISE * max(map(abs, values), default=ZERO) if leaf in done.computed else ZERO
    if len(values) < 4 or not max(values) - min(values) > noise or accepted(values, options, done):
        return
    if not any(min(values) + noise < value < max(values) - noise for value in values):
        return
    if options.method.value == "winsorise":
        low, high, good = drawn_in(values, noise, options, done)
        if good or options.then.value == "none":
            done.columns[leaf] = {unit: max(low, min(high, value)) for unit, value in column.items()}
            return
    done.columns[leaf] = transformed(leaf, column, options)
    done.computed.add(leaf)


def accepted(values: list[Decimal], options: Any, done: Prepared) -> bool:
    skewness, kurtosis = shape(values)
    limits = (abs(skewness) - Decimal(options.skewness), kurtosis - Decimal(options.kurtosis))
    done.doubtful |= any(abs(limit) < EDGE for limit in limits)
    return limits[0] < 0 or limits[1] < 0


def shape(values: list[Decimal]) -> tuple[Decimal, Decimal]:
    n, centre = Decimal(len(values)), mean(values)
    second, third, fourth = (mean([(value - centre) ** power for value in values]) for power in (2, 3, 4))
    skewness = third / second / second.sqrt() * (n * (n - 1)).sqrt() / (n - 2)
    kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (fourth / second**2 - 3) + 6)
    return skewness, kurtosis


def drawn_in(
    values: list[Decimal], noise: Decimal, options: Any, done: Prepared
) -> tuple[Decimal, Decimal, bool]:
    low, high, moved = min(values), max(values), 0
    while True:
        held = [max(low, min(high, value)) for value in values]
        if accepted(held, options, done):
            return low, high, True
        skewness, _ = shape(held)
        done.doubtful |= abs(skewness) < EDGE
        if skewness >= 0:
            next_low, next_high = low, max(value for value in held if value < high - noise)
        else:
            next_low, next_high = min(value for value in held if value > low + noise), high
        beyond = sum(1 for value in values if value < next_low or value > next_high)
        allowed = moved < options.winmax if options.ties_may_exceed else beyond <= options.winmax
        if not allowed or not next_high - next_low > noise:
            return low, high, False
        low, high, moved = next_low, next_high, beyond


def transformed(leaf: str, column: Column, options: Any) -> Column:
    values = list(column.values())
    automatic = (max(values) - min(values)) / 100 - min(values)
    power = options.then.value == "box_cox"
    if power and min(values) > 0:
        automatic = ZERO
    shift = automatic if options.shift is None else Decimal(options.shift)
    for unit, value in column.items():
        if value + shift <= 0:
            raise TreatmentError(unit, leaf)
    logs = {unit: (value + shift).ln() for unit, value in column.items()}
    if not power:
        return logs
    centre = mean(list(logs.values()))
    apart = {unit: log - centre for unit, log in logs.items()}
    end = min(Decimal(5), 150 / max(map(abs, apart.values())))
    exponent = likeliest(list(apart.values()), end) if options.exponent is None else Decimal(options.exponent)
    return {unit: raised(z, exponent) for unit, z in apart.items()}


def raised(z: Decimal, exponent: Decimal) -> Decimal:
    return z if exponent == 0 else ((exponent * z).exp() - 1) / exponent


def likeliest(apart: list[Decimal], end: Decimal) -> Decimal:
    """Halve towards the exponent under which (e^(lambda z) - 1) / lambda varies least."""
    low, high = -end, end
    if slope(apart, low) >= 0:
        return low
    if slope(apart, high) <= 0:
        return high
    for _ in range(80):
        half = (low + high) / 2
        low, high = (half, high) if slope(apart, half) < 0 else (low, half)
    return (low + high) / 2


def slope(apart: list[Decimal], exponent: Decimal) -> Decimal:
    if abs(exponent) < Decimal("1e-12"):
        y = [z + exponent * z * z / 2 for z in apart]
        turning = [z * z / 2 + exponent * z**3 / 3 for z in apart]
    else:
        grown = [(exponent * z).exp() for z in apart]
        y = [(g - 1) / exponent for g in grown]
        turning = [(exponent * z * g - g + 1) / exponent**2 for z, g in zip(apart, grown, strict=True)]
    centre = mean(y)
    return sum(((one - centre) * turn for one, turn in zip(y, turning, strict=True)), ZERO)
