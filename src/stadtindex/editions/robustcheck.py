"""Compare what is stored about robustness with what is drawn anew: identical, or within the Monte Carlo error.

On another numerical kernel the last bits of scores differ, and with them now and then the order of two units in a draw.
What differs by less than two independent samples of the same size could (five standard errors of a difference) is
small; anything else is not what the draws say.
"""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from typing import Any

from stadtindex.editions.difference import Difference, compare_lines
from stadtindex.editions.robustfiles import (
    ABOUT,
    CHOICES,
    FOLDER,
    NODES,
    PAIRS,
    RANKS,
    SUMS,
    UNITS,
    document,
)

Row = Mapping[str, str]
# Standard errors of a difference of two samples that chance explains; normal, two sided: one in 1.7 million.
SURE = 5.0 * math.sqrt(2.0)
# The standard error of a 5 % quantile of a normal distribution, in that of its mean.
OF_A_QUANTILE = 2.2
KEYS = {
    UNITS: ("unit",),
    NODES: ("node", "unit"),
    RANKS: ("unit", "rank_from"),
    PAIRS: ("unit", "other"),
    CHOICES: ("choice",),
}
EXACT = ("name", "rank", "rank_to")
NOTES = ("basis_sha256", "kernel")


def compare(stored: Mapping[str, bytes], recomputed: Mapping[str, bytes]) -> Iterator[Difference]:
    """Compare two folders cell by cell; what lies within the Monte Carlo error is small."""
    draws = int(document(recomputed[ABOUT])["draws"])
    for name, data in recomputed.items():
        if name not in stored or stored[name] == data or name == SUMS:
            continue
        if name == ABOUT:
            yield from _about(stored[name], data)
        elif name in KEYS:
            yield from _tables(name, stored[name], data, draws)
        else:
            yield from compare_lines(f"{FOLDER}/{name}", stored[name], data)


def _about(left: bytes, right: bytes) -> Iterator[Difference]:
    """Compare what is said of the draws; which kernel drew them and the hash of the code are notes, not results."""
    mine, other = document(left), document(right)
    for key in sorted({*mine, *other} - {*NOTES}):
        if mine.get(key) != other.get(key):
            near = key == "monte_carlo_error" and _near(mine.get(key), other.get(key))
            near = near or (key in ("draws", "failed") and _counts_near(mine, other))
            yield Difference(
                f"{FOLDER}/{ABOUT}",
                None,
                (key,),
                "",
                repr(mine.get(key)),
                f"recomputed {other.get(key)!r}",
                near or key == "nodes",
            )


def _counts_near(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether of the same number of draws about as many were refused by a method."""
    whole = [int(about["draws"]) + int(about["failed"]) for about in (one, other)]
    shares = [int(about["failed"]) / max(total, 1) for about, total in zip((one, other), whole, strict=True)]
    return whole[0] == whole[1] and _within(shares[0], shares[1], whole[0])


def _near(one: object, other: object) -> bool:
    return isinstance(one, float) and isinstance(other, float) and math.isclose(one, other, rel_tol=0.25)


def _tables(name: str, left: bytes, right: bytes, draws: int) -> Iterator[Difference]:
    mine, other = _rows(name, left), _rows(name, right)
    for key in dict.fromkeys((*mine, *other)):
        one, two = mine.get(key), other.get(key)
        if one is None or two is None:
            yield _lonely(name, key, (one, two), draws)
            continue
        for column in dict.fromkeys((*one, *two)):
            x, y = one.get(column) or "", two.get(column) or ""
            if x != y:
                small = column not in EXACT and column not in KEYS[name] and _small(column, (one, two), draws)
                yield Difference(
                    f"{FOLDER}/{name}",
                    None,
                    key,
                    column,
                    x or "nothing",
                    f"recomputed {y or 'nothing'}",
                    small,
                )


def _rows(name: str, data: bytes) -> dict[tuple[str, ...], Row]:
    reader = csv.DictReader(io.StringIO(data.decode("utf-8", errors="replace"), newline=""))
    return {tuple(row.get(key) or "" for key in KEYS[name]): row for row in reader}


def _lonely(name: str, key: tuple[str, ...], rows: tuple[Row | None, Row | None], draws: int) -> Difference:
    """Judge a row that only one of the two has: a rank that was hardly ever drawn is within the error."""
    row = rows[0] or rows[1] or {}
    count = _number(row.get("draws", ""))
    small = name == RANKS and not math.isnan(count) and _within(count / max(draws, 1), 0.0, draws)
    found = ("a row", "recomputed none") if rows[1] is None else ("no row", "recomputed one")
    return Difference(f"{FOLDER}/{name}", None, key, "", *found, small)


def _small(column: str, rows: tuple[Row, Row], draws: int) -> bool:
    """Tell whether the difference in a column is one that chance explains."""
    x, y = (_number(row.get(column, "")) for row in rows)
    if column == "group":
        # A group ends where a share crosses 95 %; the shares are compared by themselves.
        return True
    if math.isnan(x) or math.isnan(y):
        return False
    if column in ("draws", "ranked"):
        return _within(x / max(draws, 1), y / max(draws, 1), draws)
    if column.startswith("top_") or column in ("ahead", "level", "behind"):
        return _within(x, y, draws)
    return _apart(column, (x, y), rows, draws)


def _apart(column: str, values: tuple[float, float], rows: tuple[Row, Row], draws: int) -> bool:
    """Tell for what is measured, not counted, whether two values lie within their errors."""
    x, y = values
    if column.startswith(("first", "total")):
        return abs(x - y) <= max(_width(row, column) for row in rows)
    if column in ("mean_rank_error", "score_step"):
        return math.isclose(x, y, rel_tol=0.25, abs_tol=1e-6)
    error = max(_number(row.get("mean_rank_error", "")) for row in rows)
    if column == "mean_rank":
        return abs(x - y) <= SURE * error + 1.0 / max(draws, 1)
    if column.startswith("rank_q"):
        return abs(x - y) <= SURE * OF_A_QUANTILE * error + 1.0
    return abs(x - y) <= max(_score_error(row) for row in rows)


def _score_error(row: Row) -> float:
    """Give how far a quantile of scores may be off: by the spread of the scores, and by the step they are counted in."""
    counted = max(_number(row.get("ranked", "")), 1.0)
    spread = (_number(row.get("score_q95", "")) - _number(row.get("score_q05", ""))) / 3.29
    return SURE * OF_A_QUANTILE * spread / math.sqrt(counted) + 2.0 * _number(row.get("score_step", ""))


def _width(row: Row, column: str) -> float:
    kind = column.partition("_")[0]
    return _number(row.get(f"{kind}_high", "")) - _number(row.get(f"{kind}_low", ""))


def _within(one: float, other: float, draws: int) -> bool:
    """Tell whether two shares of so many draws differ by no more than chance."""
    middle = min(max((one + other) / 2.0, 1.0 / max(draws, 1)), 1.0)
    error = math.sqrt(max(middle * (1.0 - middle), 1.0 / max(draws, 1)) / max(draws, 1))
    return abs(one - other) <= SURE * error


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
