"""Shapley values of small games whose worth is known for every coalition, or for all but some.

Where the worth of a coalition is not known, no player can be credited for leading to it. In an order of joining that
passes through such coalitions, what is gained between two known ones is shared equally among the players who join
between them. That adds up, treats players alike, gives nothing to those who change nothing between known coalitions,
and is the Shapley value where everything is known.

Reference: Shapley (1953), A value for n-person games, doi:10.1515/9781400881970-018.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, Ints
from stadtindex.engine.errors import EngineError


def coalition_weights(players: int) -> tuple[Fraction, ...]:
    """Return, for a game of so many players, the Shapley weight of a coalition of 0, 1, … others before one joins."""
    whole = math.factorial(players)
    return tuple(Fraction(count, whole) for count in orders(players))


def orders(players: int) -> tuple[int, ...]:
    """Return in how many of the players' orders one joins right after given 0, 1, … others: the weights times n!."""
    return tuple(math.factorial(size) * math.factorial(players - 1 - size) for size in range(players))


def coalition_sizes(players: int) -> Ints:
    """Return the number of members of every coalition (2**players,); bit i of its number says that i is in."""
    numbers = np.arange(2**players, dtype=np.int64)
    sizes = np.zeros(2**players, dtype=np.int64)
    for player in range(players):
        sizes += numbers >> player & 1
    return sizes


def coalitions(groups: Sequence[Sequence[int]], players: int) -> Bools:
    """Say for every coalition of groups (2**groups,) which of the players are in; shape (coalitions, players)."""
    chosen = np.zeros((2 ** len(groups), players), dtype=np.bool_)
    numbers = np.arange(len(chosen))
    for bit, group in enumerate(groups):
        chosen[:, list(group)] = (numbers >> bit & 1 == 1)[:, np.newaxis]
    return chosen


def shapley_scores(worth: Floats) -> tuple[float, ...]:
    """Split worth[-1] - worth[0] among n players, worth (2**n,) in the units of the scores, NaN where not known.

    The parts add up to the difference but for rounding: each is a correctly rounded sum. A length that is no power of
    two, and an end that is not known, is an EngineError.
    """
    players = _players(worth)
    _check_ends(~np.isnan(worth))
    if np.isnan(worth).any():
        known = tuple((~np.isnan(worth)).tolist())
        values = worth.tolist()
        return tuple(
            math.fsum(float(weight) * values[at] for at, weight in row.items())
            for row in coefficients(players, known)
        )
    counts, whole = orders(players), math.factorial(players)
    sizes = coalition_sizes(players)
    weights = np.array([count / whole for count in counts])
    parts = []
    for player in range(players):
        without, gains = _gains(worth, player)
        parts.append(math.fsum((weights[sizes[without]] * gains).tolist()))
    return tuple(parts)


def shapley_ranks(worth: Ints, known: Bools | None = None) -> tuple[Fraction, ...]:
    """Split worth[-1] - worth[0] among n players exactly, worth (2**n,) being whole numbers such as ranks.

    `known` (2**n,) says which of them count; all without it. EngineError as for scores.
    """
    players = _players(worth)
    if known is None or known.all():
        return split_whole(worth, math.factorial(players))
    _check_ends(known)
    values = worth.tolist()
    return tuple(
        sum((weight * values[at] for at, weight in row.items()), Fraction(0))
        for row in coefficients(players, tuple(known.tolist()))
    )


def split_whole(worth: Ints, whole: int) -> tuple[Fraction, ...]:
    """Split worth[-1] - worth[0], worth (2**n,) any whole numbers, all known; the parts come divided by whole / n!.

    With whole = n! these are the Shapley values. A greater multiple scales them down, exactly.
    """
    players = _players(worth)
    counts, sizes = orders(players), coalition_sizes(players)
    parts = []
    for player in range(players):
        without, gains = _gains(worth, player)
        times = [counts[size] for size in sizes[without].tolist()]
        parts.append(Fraction(sum(t * gain for t, gain in zip(times, gains.tolist(), strict=True)), whole))
    return tuple(parts)


@cache
def coefficients(players: int, known: tuple[bool, ...]) -> tuple[dict[int, Fraction], ...]:
    """Return for every player with which weight each known coalition (by its number) enters his part."""
    rows: tuple[dict[int, Fraction], ...] = tuple({} for _ in range(players))
    whole = math.factorial(players)
    for start in range(2**players):
        if not known[start]:
            continue
        before = math.factorial(start.bit_count())
        for end, ways in _leaps(players, known, start).items():
            joined = end & ~start
            after = math.factorial(players - end.bit_count())
            weight = Fraction(before * ways * after, whole * joined.bit_count())
            for player in range(players):
                if joined >> player & 1:
                    rows[player][end] = rows[player].get(end, Fraction(0)) + weight
                    rows[player][start] = rows[player].get(start, Fraction(0)) - weight
    return rows


def _leaps(players: int, known: tuple[bool, ...], start: int) -> dict[int, int]:
    """Count the ways from a known coalition to each next known one, with only unknown ones in between."""
    ways, found = {start: 1}, {}
    # A coalition's number is greater than that of any coalition that it contains.
    for coalition in range(start, 2**players):
        if coalition not in ways or (known[coalition] and coalition != start):
            continue
        for player in range(players):
            if not coalition >> player & 1:
                larger = coalition | 1 << player
                ways[larger] = ways.get(larger, 0) + ways[coalition]
    for coalition, count in ways.items():
        if known[coalition] and coalition != start:
            found[coalition] = count
    return found


def _players(worth: Floats | Ints) -> int:
    players = worth.size.bit_length() - 1
    if worth.shape != (2**players,):
        raise EngineError(f"a game has a worth for each of its 2**n coalitions, not the shape {worth.shape}")
    return players


def _check_ends(known: Bools) -> None:
    if not (known[0] and known[-1]):
        raise EngineError("a game whose beginning or end is not known cannot be split")


def _gains(worth: Floats | Ints, player: int) -> tuple[Ints, Floats | Ints]:
    """Give the coalitions without a player, and what he adds to each."""
    numbers = np.arange(worth.size)
    without = numbers[numbers >> player & 1 == 0]
    return without, worth[without | 1 << player] - worth[without]
