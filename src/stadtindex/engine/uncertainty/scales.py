"""Normalisation of many columns at once: the same column in many draws, each on a scale of its own."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import LARGEST, Bools, Floats
from stadtindex.engine.column import Column
from stadtindex.engine.errors import EngineError
from stadtindex.engine.normalise.methods import NORMALISATIONS
from stadtindex.engine.normalise.scale import between, source_ends
from stadtindex.engine.recipe import Normalisation, Normalise

# Normalisations that look at one unit alone.
ELEMENTWISE = (Normalisation.NONE, Normalisation.FIXED, Normalisation.GOALPOSTS)


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of one node: `score` (…, n), with a value where `there` (same shape, or (n,) for all).

    What stands where there is no value must be a finite number and counts nothing. Differences up to `noise` (…) count
    as none.
    """

    node: str
    units: tuple[str, ...]
    score: Floats
    there: Bools
    noise: Floats
    direction: int


@dataclass(frozen=True, eq=False)
class Placed:
    """Columns (…, n) on their scales: `score`, 0 where there is none; per column (…) `constant` and `refused`.

    A column that is constant has dropped out and has no score. `worst` (…) stands in for what is missing; it is worked
    out only where somebody asks.
    """

    score: Floats
    constant: Bools
    refused: Bools
    _there: Bools
    _least: float | Floats

    def worst(self) -> Floats:
        """Return the worst of each scale, (…)."""
        there = np.broadcast_to(self._there, self.score.shape)
        found: Floats = np.minimum(
            np.minimum.reduce(self.score, axis=-1, where=there, initial=np.inf), self._least
        )
        return found


def rescale(columns: Columns, options: Normalise) -> Placed:
    """Normalise columns over their last axis, as `engine.normalise` does one; a relative method drops constant ones."""
    if options.method in ELEMENTWISE:
        return _elementwise(columns, options)
    if options.method in RELATIVE:
        return _relative(columns, options)
    return _one_by_one(columns, options)


def _relative(columns: Columns, options: Normalise) -> Placed:
    low, high = _ends(columns.score, columns.there)
    constant: Bools = ~(high - low > columns.noise)
    placed = RELATIVE[options.method](columns, (low, high), options)
    if not columns.there.all():
        np.copyto(placed, 0.0, where=~columns.there)
    if constant.any():
        placed[constant] = 0.0
    return Placed(placed, constant, np.zeros(constant.shape, dtype=np.bool_), columns.there, np.inf)


def _ends(score: Floats, there: Bools) -> tuple[Floats, Floats]:
    """Return the smallest and the largest value of each column; infinite the wrong way round where it has none."""
    if there.all():
        return np.minimum.reduce(score, axis=-1), np.maximum.reduce(score, axis=-1)
    low = np.minimum.reduce(np.where(there, score, np.inf), axis=-1)
    return low, np.maximum.reduce(np.where(there, score, -np.inf), axis=-1)


def _min_max(columns: Columns, ends: tuple[Floats, Floats], options: Normalise) -> Floats:
    low, high = (end[..., np.newaxis] for end in ends)
    above: Floats = columns.score - low if columns.direction > 0 else high - columns.score
    above *= (options.upper - options.lower) / (high - low)
    above += options.lower
    return above


def _z_score(columns: Columns, ends: tuple[Floats, Floats], options: Normalise) -> Floats:
    score, there = columns.score, columns.there
    count = np.maximum(np.count_nonzero(there, axis=-1), 2)
    known = np.broadcast_to(there.astype(float), score.shape)
    mean = np.einsum("...n,...n->...", score, known) / count
    apart: Floats = score - mean[..., np.newaxis]
    if not there.all():
        apart *= known
    sd = np.sqrt(np.einsum("...n,...n->...", apart, apart) / (count - 1))[..., np.newaxis]
    if options.mean is None or options.sd is None:
        apart *= columns.direction / sd
        return apart
    apart *= columns.direction * options.sd / sd
    apart += options.mean
    return apart


def _ranked(columns: Columns, ends: tuple[Floats, Floats], options: Normalise) -> Floats:
    """Count the values below each, and turn the count into a rank or a percentile rank."""
    n = columns.score.shape[-1]
    directed = columns.score if columns.direction > 0 else 0.0 - columns.score
    if not columns.there.all():
        directed = np.where(columns.there, directed, np.inf)
    directed = directed.reshape(-1, n)
    places = np.argsort(directed, axis=-1)
    ordered = np.sort(directed, axis=-1)
    # Of what is missing, at the end, differences are not a number, and not a tie.
    tied = ordered[:, 1:] - ordered[:, :-1] <= np.broadcast_to(
        columns.noise, columns.score.shape[:-1]
    ).reshape(-1, 1)
    first = np.broadcast_to(np.arange(n, dtype=np.float64), directed.shape)
    if tied.any():
        first = first.copy()
        first[:, 1:][tied] = 0.0
        first = np.maximum.accumulate(first, axis=-1)
    places += np.arange(0, directed.size, n)[:, np.newaxis]
    flat = np.empty(directed.size)
    flat[places] = first
    below = flat.reshape(columns.score.shape)
    if options.method is Normalisation.RANK:
        below += 1.0
        return below
    steps = np.maximum(np.count_nonzero(columns.there, axis=-1) - 1, 1)[..., np.newaxis]
    below *= (options.upper - options.lower) / steps
    below += options.lower
    return below


RELATIVE: dict[Normalisation, Callable[[Columns, tuple[Floats, Floats], Normalise], Floats]] = {
    Normalisation.MIN_MAX: _min_max,
    Normalisation.Z_SCORE: _z_score,
    Normalisation.RANK: _ranked,
    Normalisation.PERCENTILE: _ranked,
}


def _elementwise(columns: Columns, options: Normalise) -> Placed:
    score, direction = columns.score, columns.direction
    there = np.broadcast_to(columns.there, score.shape)
    refused: Bools = np.zeros(score.shape[:-1], dtype=np.bool_)
    least = options.lower
    if options.method is Normalisation.NONE:
        placed = score * direction
        least = min(options.lower * direction, options.upper * direction)
    elif options.method is Normalisation.GOALPOSTS:
        placed, beyond = _goalposts(score, direction, options)
        refused = np.logical_or.reduce(beyond & there, axis=-1)
    else:
        low, high = source_ends(options)
        noise = columns.noise[..., np.newaxis]
        if not options.cap:
            beyond = there & ((score < low - noise) | (score > high + noise))
            refused = np.logical_or.reduce(beyond, axis=-1)
        placed = between(np.clip(score, low, high), low, high, direction, options)
    np.copyto(placed, 0.0, where=~there)
    return Placed(placed, np.zeros_like(refused), refused, there, least)


def _goalposts(score: Floats, direction: int, options: Normalise) -> tuple[Floats, Bools]:
    """Place values between goalposts; refused (second array) is what has no logarithm and is not kept at the ends."""
    low, high = source_ends(options)
    refused: Bools = np.broadcast_to(np.bool_(options.log and not options.cap), score.shape) & (score <= 0.0)
    kept = np.clip(score, low, high) if options.cap else score
    if options.log:
        kept = np.log(np.where(kept > 0.0, kept, low))
        low, high = float(np.log(low)), float(np.log(high))
    return between(kept, low, high, direction, options), refused


def _one_by_one(columns: Columns, options: Normalise) -> Placed:
    """Scale column by column with the method itself: for methods of which few indices have many."""
    n = columns.score.shape[-1]
    there = np.broadcast_to(columns.there, columns.score.shape)
    flat = np.where(there, columns.score, np.nan).reshape(-1, n)
    placed, worst = np.zeros(flat.shape), np.zeros(len(flat))
    constant, refused = (np.zeros(len(flat), dtype=np.bool_) for _ in range(2))
    for row, (values, noise) in enumerate(
        zip(flat, np.broadcast_to(columns.noise, there.shape[:-1]).flat, strict=True)
    ):
        column = Column(columns.node, columns.units, values, columns.direction, noise=float(noise))
        try:
            scale = NORMALISATIONS[options.method](column, options)
        except EngineError:
            refused[row] = True
            continue
        constant[row], worst[row] = scale.constant, scale.worst
        if not scale.constant:
            placed[row] = scale.place(values)
            refused[row] = bool((~np.isnan(values) & ~(np.abs(placed[row]) <= LARGEST)).any())
    shape = there.shape[:-1]
    np.copyto(placed, 0.0, where=~there.reshape(placed.shape) | constant[:, np.newaxis])
    return Placed(
        placed.reshape(there.shape),
        constant.reshape(shape),
        refused.reshape(shape),
        there,
        worst.reshape(shape),
    )
