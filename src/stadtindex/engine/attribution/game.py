"""Shapley values of small games whose worth is known for every coalition.

Reference: Shapley (1953), A value for n-person games, doi:10.1515/9781400881970-018.
"""

import math
from fractions import Fraction

import numpy as np

from stadtindex.engine.arrays import Floats, Ints
from stadtindex.engine.errors import EngineError


def coalition_weights(players: int) -> tuple[Fraction, ...]:
    """Return, for a game of so many players, the Shapley weight of a coalition of 0, 1, … others before one joins."""
    whole = math.factorial(players)
    return tuple(
        Fraction(math.factorial(size) * math.factorial(players - 1 - size), whole) for size in range(players)
    )


def coalition_sizes(players: int) -> Ints:
    """Return the number of members of every coalition (2**players,); bit i of its number says that i is in."""
    numbers = np.arange(2**players, dtype=np.int64)
    sizes = np.zeros(2**players, dtype=np.int64)
    for player in range(players):
        sizes += numbers >> player & 1
    return sizes


def shapley_scores(worth: Floats) -> tuple[float, ...]:
    """Split worth[-1] - worth[0] among n players, worth (2**n,) in the units of the scores, no NaN.

    The parts add up to the difference but for rounding: each is a correctly rounded sum. A length that is no power of
    two is an EngineError.
    """
    parts = []
    for gains, weights in _gains(worth):
        parts.append(math.fsum(float(weight) * gain for gain, weight in zip(gains, weights, strict=True)))
    return tuple(parts)


def shapley_ranks(worth: Ints) -> tuple[Fraction, ...]:
    """Split worth[-1] - worth[0] among n players exactly, worth (2**n,) being whole numbers such as ranks."""
    parts = []
    for gains, weights in _gains(worth):
        parts.append(
            sum((weight * int(gain) for gain, weight in zip(gains, weights, strict=True)), Fraction(0))
        )
    return tuple(parts)


def _gains(worth: Floats | Ints) -> list[tuple[list[float], list[Fraction]]]:
    """Give for every player what he adds to each coalition without him, and the weight of that coalition."""
    players = worth.size.bit_length() - 1
    if worth.shape != (2**players,):
        raise EngineError(f"a game has a worth for each of its 2**n coalitions, not the shape {worth.shape}")
    sizes, weights = coalition_sizes(players), coalition_weights(players)
    numbers = np.arange(worth.size)
    found = []
    for player in range(players):
        without = numbers[numbers >> player & 1 == 0]
        gains = worth[without | 1 << player] - worth[without]
        found.append((gains.tolist(), [weights[size] for size in sizes[without].tolist()]))
    return found
