"""The referee's EM: the multivariate normal fitted to a table with gaps, by solving equations in decimals."""

from decimal import Decimal
from typing import Any

from engine_referee_combine import mean, spread

NOISE = Decimal("1e-12")
ZERO, ONE = Decimal(0), Decimal(1)
Row = dict[str, Decimal]
Square = dict[str, dict[str, Decimal]]


def expected(
    known: dict[str, dict[str, Decimal]], units: list[str], cell: tuple[str, str], options: Any
) -> Decimal | None:
    """The value that a gap has under the estimate at which the steps end."""
    leaf, unit = cell
    values = list(known[leaf].values())
    if not values:
        return None
    if not max(values) - min(values) > NOISE * max(map(abs, values)):
        return values[0]
    scales = {
        code: (mean(list(column.values())), spread(list(column.values())))
        for code, column in known.items()
        if column and max(column.values()) - min(column.values()) > NOISE * max(map(abs, column.values()))
    }
    rows = {
        one: {code: (known[code][one] - m) / s for code, (m, s) in scales.items() if one in known[code]}
        for one in units
    }
    centre, related = fit(rows, list(scales), options)
    estimate, _ = completed(rows[unit], centre, related)
    value = estimate[leaf] * scales[leaf][1] + scales[leaf][0]
    return max(min(values), min(max(values), value)) if options.cap else value


def fit(rows: dict[str, Row], codes: list[str], options: Any) -> tuple[Row, Square]:
    centre: Row = dict.fromkeys(codes, ZERO)
    related: Square = {a: {b: ONE if a == b else ZERO for b in codes} for a in codes}
    for _ in range(options.iterations):
        new_centre, new_related = step(rows, centre, related, Decimal(options.ridge))
        change = max(
            *(abs(new_centre[a] - centre[a]) for a in codes),
            *(abs(new_related[a][b] - related[a][b]) for a in codes for b in codes),
        )
        centre, related = new_centre, new_related
        if change <= Decimal(options.tolerance):
            break
    return centre, related


def step(rows: dict[str, Row], centre: Row, related: Square, ridge: Decimal) -> tuple[Row, Square]:
    codes, n = list(centre), len(rows)
    filled, open_parts = [], []
    for row in rows.values():
        estimate, left = completed(row, centre, related)
        filled.append(estimate)
        open_parts.append(left)
    middle = {a: sum((row[a] for row in filled), ZERO) / n for a in codes}
    total = {
        a: {
            b: sum(
                (
                    (row[a] - middle[a]) * (row[b] - middle[b]) + left.get(a, {}).get(b, ZERO)
                    for row, left in zip(filled, open_parts, strict=True)
                ),
                ZERO,
            )
            / n
            for b in codes
        }
        for a in codes
    }
    return middle, {
        a: {b: (total[a][b] + (ridge if a == b else ZERO)) / (1 + ridge) for b in codes} for a in codes
    }


def completed(row: Row, centre: Row, related: Square) -> tuple[Row, Square]:
    """Fill a row by regression on what is there; also the covariance that is left of the gaps."""
    there, gaps = [c for c in centre if c in row], [c for c in centre if c not in row]
    estimate = {c: row.get(c, centre[c]) for c in centre}
    if not gaps:
        return estimate, {}
    if not there:
        return estimate, {a: dict(related[a]) for a in centre}
    left: Square = {}
    for gap in gaps:
        slopes = solve([[related[a][b] for b in there] for a in there], [related[a][gap] for a in there])
        estimate[gap] = centre[gap] + sum(
            (s * (row[a] - centre[a]) for s, a in zip(slopes, there, strict=True)), ZERO
        )
        left[gap] = {
            other: related[gap][other]
            - sum((s * related[a][other] for s, a in zip(slopes, there, strict=True)), ZERO)
            for other in gaps
        }
    return estimate, left


def solve(matrix: list[list[Decimal]], right: list[Decimal]) -> list[Decimal]:
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for i in range(size):
        pivot = max(range(i, size), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for k in range(size):
            if k != i and rows[k][i] != 0:
                factor = rows[k][i]
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i], strict=True)]
    return [row[-1] for row in rows]
