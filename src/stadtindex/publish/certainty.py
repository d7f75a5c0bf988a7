"""How sure a rank is, as every page says it: the interval, the tie group, and what stands behind them."""

import math
from dataclasses import dataclass

from stadtindex.editions.stated import Interval, Stated


@dataclass(frozen=True)
class Span:
    """Where a rank lies: in 90 % of the draws from `low` to `high`, in half of them from `lower` to `upper`.

    Ends are whole ranks, rounded outwards. Within a tie `group` (numbered from the top) the order is not certain.
    """

    low: int
    lower: int
    median: float
    upper: int
    high: int
    group: int


@dataclass(frozen=True)
class Group:
    """A tie group of the ranking: the ranks from `first` to `last`, of so many units."""

    number: int
    first: int
    last: int
    units: int


@dataclass(frozen=True)
class Certainty:
    """What the intervals come from: `draws` counted, `failed` refused by a method, `complete` unless stopped early.

    `declared`: the edition itself says what is uncertain. `error`: the largest standard error of a mean rank, in ranks.
    """

    draws: int
    failed: int
    complete: bool
    declared: bool
    error: float | None


def certainty(stated: Stated | None) -> Certainty | None:
    """Say what intervals come from; None where there are none."""
    if stated is None:
        return None
    return Certainty(stated.draws, stated.failed, stated.complete, stated.declared, stated.error)


def span_of(stated: Stated | None, node: str, unit: str) -> Span | None:
    """Give the interval of a unit's rank at a node; None where there is none."""
    found = None if stated is None else stated.intervals.get((node, unit))
    return None if found is None or math.isnan(found.rank[2]) else _span(found)


def _span(found: Interval) -> Span:
    low, lower, median, upper, high = found.rank
    return Span(math.floor(low), math.floor(lower), median, math.ceil(upper), math.ceil(high), found.group)


def groups_of(spans: dict[str, Span | None], ranks: dict[str, int | None]) -> tuple[Group, ...]:
    """List the tie groups of a ranking from the top; units without rank belong to none."""
    members: dict[int, list[int]] = {}
    for unit, span in spans.items():
        rank = ranks[unit]
        if span is not None and span.group > 0 and rank is not None:
            members.setdefault(span.group, []).append(rank)
    return tuple(
        Group(number, min(found), max(found), len(found)) for number, found in sorted(members.items())
    )
