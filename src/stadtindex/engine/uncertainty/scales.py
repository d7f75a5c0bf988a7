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
    """Columns (…, n) on their scales: `score`, 0 where not `present`; per column (…) `worst`, `constant`, `refused`."""

    score: Floats
    present: Bools
    worst: Floats
    constant: Bools
    refused: Bools


def rescale(columns: Columns, options: Normalise) -> Placed:
    """Normalise columns over their last axis, as `engine.normalise` does one; a relative method drops constant ones."""
    if options.method in ELEMENTWISE:
        return _elementwise(columns, options)
    if options.method in RELATIVE:
        return _relative(columns, options)
    return _one_by_one(columns, options)


def _relative(columns: Columns, options: Normalise) -> Placed:
    score, there = columns.score, columns.there
    low, high = _ends(score, there)
    constant: Bools = ~(high - low > columns.noise)
    placed = RELATIVE[options.method](columns, (low, high), options)
    present = there & ~constant[..., np.newaxis]
    placed = _keep(placed, present)
    worst = _ends(placed, present)[0]
    return Placed(placed, present, worst, constant, np.zeros(constant.shape, dtype=np.bool_))


def _keep(placed: Floats, present: Bools) -> Floats:
    """Put 0 where there is no score, in place."""
    np.copyto(placed, 0.0, where=~present)
    return placed


def _ends(score: Floats, there: Bools) -> tuple[Floats, Floats]:
    """Return the smallest and the largest value of each column."""
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
    count = np.maximum(np.count_nonzero(there, axis=-1), 2)[..., np.newaxis]
    mean = (
        np.add.reduce(score if there.all() else np.where(there, score, 0.0), axis=-1, keepdims=True) / count
    )
    apart: Floats = score - mean
    _keep(apart, np.broadcast_to(there, apart.shape))
    sd = np.sqrt(np.add.reduce(apart * apart, axis=-1, keepdims=True) / (count - 1))
    if options.mean is None or options.sd is None:
        apart *= columns.direction / sd
        return apart
    apart *= columns.direction * options.sd / sd
    apart += options.mean
    return apart


def _ranked(columns: Columns, ends: tuple[Floats, Floats], options: Normalise) -> Floats:
    """Count the values below each, and turn the count into a rank or a percentile rank."""
    score, there = columns.score, columns.there
    directed = np.where(there, score * columns.direction, np.inf)
    places = np.argsort(directed, axis=-1)
    ordered = np.take_along_axis(directed, places, axis=-1)
    tied = ~(ordered[..., 1:] - ordered[..., :-1] > columns.noise[..., np.newaxis])
    position = np.arange(score.shape[-1], dtype=np.float64)
    first = np.broadcast_to(position, score.shape)
    if tied.any():
        higher = np.ones(score.shape, dtype=np.bool_)
        higher[..., 1:] = ~tied
        first = np.maximum.accumulate(np.where(higher, position, 0.0), axis=-1)
    below = np.empty(score.shape)
    np.put_along_axis(below, places, first, axis=-1)
    if options.method is Normalisation.RANK:
        below += 1.0
        return below
    steps = np.maximum(np.count_nonzero(there, axis=-1) - 1, 1)[..., np.newaxis]
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
    if options.method is Normalisation.NONE:
        placed = score * direction
        ends = np.array([options.lower, options.upper]) * direction
        worst = np.minimum(np.where(there, placed, np.inf).min(axis=-1), ends.min())
    elif options.method is Normalisation.GOALPOSTS:
        placed, beyond = _goalposts(score, direction, options)
        refused = np.logical_or.reduce(beyond & there, axis=-1)
        worst = np.minimum(np.where(there, placed, np.inf).min(axis=-1), options.lower)
    else:
        low, high = source_ends(options)
        noise = columns.noise[..., np.newaxis]
        if not options.cap:
            beyond = there & ((score < low - noise) | (score > high + noise))
            refused = np.logical_or.reduce(beyond, axis=-1)
        placed = between(np.clip(score, low, high), low, high, direction, options)
        worst = np.full(refused.shape, options.lower)
    return Placed(_keep(placed, there), there, worst, np.zeros_like(refused), refused)


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
    present = there & ~constant.reshape(shape)[..., np.newaxis]
    return Placed(
        _keep(placed.reshape(there.shape), present),
        present,
        worst.reshape(shape),
        constant.reshape(shape),
        refused.reshape(shape),
    )
