"""The referee's weighings that look at scores: in decimals, the linear programmes in fractions by the simplex method."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine_referee_combine import mean, spread

NOISE = Decimal("1e-12")
# Below this a weight hangs on the last digits of a score.
SLIGHT = Decimal("1e-3")
ZERO, ONE = Decimal(0), Decimal(1)
# Scores of one child by unit, where there are any.
Scores = dict[str, dict[str, Decimal]]


class RefusedScoreError(Exception):
    """A score that a weighing refuses; names unit and node."""


class DoubtfulError(Exception):
    """Double precision cannot follow."""


def refuse_negative(scores: Scores, units: tuple[str, ...]) -> None:
    for unit in units:
        for child, column in scores.items():
            if column.get(unit, ZERO) < 0:
                raise RefusedScoreError(unit, child)


def constant(column: dict[str, Decimal]) -> bool:
    values = list(column.values())
    if not values:
        return True
    apart, size = max(values) - min(values), max(map(abs, values))
    if ZERO < apart < SLIGHT * size:
        raise DoubtfulError
    return apart <= NOISE * size


def shared(raw: dict[str, Decimal], children: list[str]) -> dict[str, Decimal]:
    total = sum(raw.values(), ZERO)
    return {child: raw.get(child, ZERO) / total for child in children}


def weights_of(method: str, scores: Scores, children: list[str], options: Any) -> dict[str, Decimal]:
    """Weigh the counted children (those of `scores`); the others of `children` get 0."""
    varying = {child: column for child, column in scores.items() if not constant(column)}
    equal = shared(dict.fromkeys(scores, ONE), children)
    if not varying:
        return equal
    if method == "entropy":
        diverse = {child: diversity(list(column.values())) for child, column in varying.items()}
        if min(diverse.values()) < SLIGHT:
            raise DoubtfulError
        return shared(diverse, children)
    if method == "critic":
        return critic(varying, children, equal)
    assert method == "pca"
    return components(varying, children, equal, options.components)


def diversity(values: list[Decimal]) -> Decimal:
    total = sum(values, ZERO)
    parts = [value / total for value in values if value > 0]
    return 1 + sum((part * part.ln() for part in parts), ZERO) / Decimal(len(values)).ln()


def critic(varying: Scores, children: list[str], equal: dict[str, Decimal]) -> dict[str, Decimal]:
    if len(varying) == 1:
        return shared(dict.fromkeys(varying, ONE), children)
    information = {}
    for child, column in varying.items():
        values = list(column.values())
        contrast = spread(values) / (max(values) - min(values))
        conflict = sum((1 - alike(column, other) for c, other in varying.items() if c != child), ZERO)
        if ZERO < conflict < SLIGHT:
            raise DoubtfulError
        information[child] = contrast * conflict
    if not any(information.values()):
        return equal
    return shared(information, children)


def alike(one: dict[str, Decimal], other: dict[str, Decimal]) -> Decimal:
    """Correlation over the units that have both; 0 where there is none, exactly 1 or -1 within the noise."""
    both = [unit for unit in one if unit in other]
    pair = [{unit: column[unit] for unit in both} for column in (one, other)]
    if any(constant(column) for column in pair):
        return ZERO
    a, b = ([value - mean(list(column.values())) for value in column.values()] for column in pair)
    sizes = [sum((x * x for x in row), ZERO).sqrt() for row in (a, b)]
    found = sum((x * y for x, y in zip(a, b, strict=True)), ZERO) / sizes[0] / sizes[1]
    if abs(found) > 1 - NOISE:
        return ONE if found > 0 else -ONE
    if abs(found) > 1 - Decimal("1e-8"):
        raise DoubtfulError
    return found


# --- principal components


def components(
    varying: Scores, children: list[str], equal: dict[str, Decimal], wanted: int | None
) -> dict[str, Decimal]:
    units = set.intersection(*(set(column) for column in varying.values()))
    complete = {
        child: {unit: column[unit] for unit in column if unit in units} for child, column in varying.items()
    }
    used = [child for child, column in complete.items() if not constant(column)]
    if not used:
        return equal
    matrix = [[ONE if a == b else alike(complete[a], complete[b]) for b in used] for a in used]
    values, vectors = eigen(matrix)
    kept = kept_of(values) if wanted is None else max(1, min(wanted, len(values)))
    pairs = [(values[i], values[i + 1]) for i in range(min(kept, len(values) - 1))]
    if any(upper - lower < SLIGHT for upper, lower in pairs):
        raise DoubtfulError  # vectors of equal eigenvalues are anybody's choice
    loadings = [
        [vectors[row][c] * max(values[c], ZERO).sqrt() for c in range(kept)] for row in range(len(used))
    ]
    return shared(from_loadings(used, varimax(loadings)), children)


def kept_of(values: list[Decimal]) -> int:
    total, kept = Decimal(len(values)), 0
    for value in values:
        before = sum(values[:kept], ZERO)
        for figure, limit in ((value, ONE), (value, total / 10), (before, total * 6 / 10)):
            if abs(figure - limit) < Decimal("1e-6"):
                raise DoubtfulError
        strong = value >= 1 and value >= total / 10
        if not strong and before >= total * 6 / 10:
            break
        kept += 1
    return kept


def eigen(matrix: list[list[Decimal]]) -> tuple[list[Decimal], list[list[Decimal]]]:
    """Rotate away the largest entry off the diagonal until none is left; values descend, vectors stand in columns."""
    size = len(matrix)
    work = [row[:] for row in matrix]
    turned = [[ONE if i == j else ZERO for j in range(size)] for i in range(size)]
    while size > 1:
        i, j = max(
            ((a, b) for a in range(size) for b in range(a + 1, size)), key=lambda p: abs(work[p[0]][p[1]])
        )
        if abs(work[i][j]) < Decimal("1e-40"):
            break
        theta = (work[j][j] - work[i][i]) / (2 * work[i][j])
        tangent = (ONE if theta >= 0 else -ONE) / (abs(theta) + (theta * theta + 1).sqrt())
        cosine = 1 / (tangent * tangent + 1).sqrt()
        sine = tangent * cosine
        for rows in (work, turned):
            for row in rows:
                row[i], row[j] = cosine * row[i] - sine * row[j], sine * row[i] + cosine * row[j]
        work[i], work[j] = (
            [cosine * a - sine * b for a, b in zip(work[i], work[j], strict=True)],
            [sine * a + cosine * b for a, b in zip(work[i], work[j], strict=True)],
        )
    order = sorted(range(size), key=lambda k: -work[k][k])
    columns = [[turned[row][k] for row in range(size)] for k in order]
    return [work[k][k] for k in order], [[up(column)[row] for column in columns] for row in range(size)]


def up(column: list[Decimal]) -> list[Decimal]:
    """Turn a vector so that its largest entry is positive; the first of equal ones decides."""
    largest = max(map(abs, column))
    first = next(entry for entry in column if abs(entry) >= largest - Decimal("1e-15"))
    return column if first >= 0 else [-entry for entry in column]


def varimax(loadings: list[list[Decimal]]) -> list[list[Decimal]]:
    """Rotate pairs of columns, rows scaled to length 1, each to the angle at which the varimax criterion is greatest."""
    count = len(loadings[0])
    lengths = [sum((x * x for x in row), ZERO).sqrt() for row in loadings]
    rows = [
        [x / length if length > 0 else ZERO for x in row]
        for row, length in zip(loadings, lengths, strict=True)
    ]
    for _ in range(200):
        moved = False
        for i in range(count):
            for j in range(i + 1, count):
                moved |= turn(rows, i, j)
        if not moved:
            break
    return [[x * length for x in row] for row, length in zip(rows, lengths, strict=True)]


def turn(rows: list[list[Decimal]], i: int, j: int) -> bool:
    n = Decimal(len(rows))
    u = [row[i] ** 2 - row[j] ** 2 for row in rows]
    v = [2 * row[i] * row[j] for row in rows]
    sine = 2 * (sum((a * b for a, b in zip(u, v, strict=True)), ZERO) - sum(u, ZERO) * sum(v, ZERO) / n)
    cosine = (
        sum((a * a - b * b for a, b in zip(u, v, strict=True)), ZERO)
        - (sum(u, ZERO) ** 2 - sum(v, ZERO) ** 2) / n
    )
    length = (sine * sine + cosine * cosine).sqrt()
    if length < Decimal("1e-6"):
        if length > Decimal("1e-18"):
            raise DoubtfulError
        return False
    if cosine > 0 and abs(sine) < Decimal("1e-20") * length:
        return False
    quarter = halved(*halved(cosine / length, sine / length))
    for row in rows:
        row[i], row[j] = row[i] * quarter[0] + row[j] * quarter[1], row[j] * quarter[0] - row[i] * quarter[1]
    return True


def halved(cosine: Decimal, sine: Decimal) -> tuple[Decimal, Decimal]:
    """Cosine and sine of half the angle between -180 and 180 degrees."""
    if cosine < 0 and abs(sine) < Decimal("1e-9"):
        raise DoubtfulError  # both ways round are equally far
    half = ((1 + cosine) / 2).sqrt()
    other = ((1 - cosine) / 2).sqrt()
    return half, other if sine >= 0 else -other


def from_loadings(used: list[str], loadings: list[list[Decimal]]) -> dict[str, Decimal]:
    count = len(loadings[0])
    explained = [sum((row[c] ** 2 for row in loadings), ZERO) for c in range(count)]
    raw = {}
    for child, row in zip(used, loadings, strict=True):
        scaled = [row[c] ** 2 / explained[c] if explained[c] > 0 else ZERO for c in range(count)]
        ordered = sorted(scaled, reverse=True)
        if count > 1 and ordered[0] - ordered[1] < Decimal("1e-6"):
            raise DoubtfulError
        best = scaled.index(ordered[0])
        raw[child] = scaled[best] * explained[best] / sum(explained, ZERO)
    return raw


# --- benefit of the doubt


def doubt(own: dict[str, Decimal], rivals: list[dict[str, Decimal]], options: Any) -> Decimal | None:
    """The best a unit can look against its rivals under weights of its own, 0 to 1; None without any score."""
    there = list(own)
    if not there:
        return None
    mine = {child: Fraction(max(own[child], ZERO)) for child in there}
    if not any(mine.values()):
        return ZERO
    known = [[max(Fraction(rival.get(child, ZERO)), Fraction(0)) for child in there] for rival in rivals]
    rows = [[*rival, Fraction(1)] for rival in [*known, [mine[child] for child in there]]]
    lower = Fraction(options.lower)
    for place in range(len(there)):
        # lower · sum of weights - weight <= 0
        rows.append([lower - (1 if other == place else 0) for other in range(len(there))] + [Fraction(0)])
    best = greatest(rows, [mine[child] for child in there])
    return Decimal(best.numerator) / Decimal(best.denominator)


def greatest(rows: list[list[Fraction]], goal: list[Fraction]) -> Fraction:
    """Maximise goal · x over x >= 0 with rows of (coefficients, right side >= 0): simplex, Bland's rule."""
    count = len(goal)
    table = [
        [*row[:-1], *(Fraction(int(i == k)) for k in range(len(rows))), row[-1]] for i, row in enumerate(rows)
    ]
    last = [-g for g in goal] + [Fraction(0)] * (len(rows) + 1)
    basis = [count + i for i in range(len(rows))]
    while True:
        entering = next((k for k, entry in enumerate(last[:-1]) if entry < 0), None)
        if entering is None:
            return last[-1]
        ratios = [(row[-1] / row[entering], basis[i], i) for i, row in enumerate(table) if row[entering] > 0]
        leaving = min(ratios)[2]
        pivot = table[leaving][entering]
        table[leaving] = [entry / pivot for entry in table[leaving]]
        for row in [r for i, r in enumerate(table) if i != leaving] + [last]:
            factor = row[entering]
            if factor != 0:
                row[:] = [a - factor * b for a, b in zip(row, table[leaving], strict=True)]
        basis[leaving] = entering
