"""Layers of nodes in a batch: weighted means, bonus, and normalising once more over the units of each draw."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from stadtindex.engine.arrays import NOISE, Bools, Floats
from stadtindex.engine.normalise.scale import between, source_ends
from stadtindex.engine.recipe import Normalisation, Normalise
from stadtindex.engine.uncertainty.model import ELEMENTWISE, Parent


@dataclass(frozen=True, eq=False)
class Layer:
    """Some nodes in some draws: `score` (nodes, draws, n), 0 where there is none.

    `present` and `considered` have the same shape; None where every node has a score, or where nobody asks.
    `failed` (draws,) are draws that a method refused; `codes` are the nodes.
    """

    score: Floats
    present: Bools | None
    considered: Bools | None
    failed: Bools
    codes: tuple[str, ...] = ()

    @classmethod
    def mean(cls, top: Floats, total: Floats, wanted: Floats | None, thresholds: Floats) -> "Layer":
        """Divide weighted sums by the weight present; below its threshold of the weight wanted a node has no score."""
        failed = np.zeros(top.shape[1], dtype=np.bool_)
        present: Bools = total > 0.0
        if wanted is not None:
            present = present & (total >= (thresholds[:, np.newaxis, np.newaxis] - NOISE) * wanted)
        elif bool(present.all()):
            top /= total
            return cls(top, None, None, failed)
        considered = None if wanted is None else wanted > 0.0
        score = np.where(present, top / np.where(total > 0.0, total, 1.0), 0.0)
        return cls(score, np.broadcast_to(present, score.shape), considered, failed)

    def exponential(self) -> "Layer":
        """Turn means of logarithms into geometric means."""
        score = np.exp(self.score, out=self.score)
        return replace(self, score=score if self.present is None else np.where(self.present, score, 0.0))


def finish(layer: Layer, parents: tuple[Parent, ...], bonus: Mapping[str, Floats], tile: slice) -> Layer:
    """Add bonus points and normalise again where the recipe says so."""
    for place, parent in enumerate(parents):
        cap = parent.chosen.bonus_cap
        if cap is not None and parent.code in bonus:
            score = layer.score[place]
            room = np.maximum(parent.chosen.bonus_top - score, 0.0)
            added = np.minimum(np.minimum(bonus[parent.code][tile], cap), room)
            score += added if layer.present is None else np.where(layer.present[place], added, 0.0)
        if parent.chosen.normalise.method is not Normalisation.NONE:
            layer = _again(layer, place, parent)
    return replace(layer, codes=tuple(parent.code for parent in parents))


def _again(layer: Layer, place: int, parent: Parent) -> Layer:
    """Put one node of a layer on its scale, draw by draw."""
    score = layer.score[place]
    there = np.ones(score.shape, dtype=np.bool_) if layer.present is None else layer.present[place]
    noise = NOISE * np.where(there, np.abs(score), 0.0).max(axis=-1, keepdims=True)
    placed = rescale(score, there, noise, parent.direction, parent.chosen.normalise)
    layer.score[place] = placed.score
    layer = replace(layer, failed=layer.failed | placed.refused)
    if parent.chosen.normalise.method in ELEMENTWISE:
        return layer
    # Only models in which presence is followed draw by draw normalise over the units.
    present = np.ones(layer.score.shape, dtype=np.bool_) if layer.present is None else layer.present.copy()
    present[place] = placed.present
    considered = present.copy() if layer.considered is None else layer.considered.copy()
    considered[place] &= ~placed.constant[..., np.newaxis]
    return replace(layer, present=present, considered=considered)


@dataclass(frozen=True, eq=False)
class Placed:
    """Columns (…, n) on their scales: `score`, 0 where not `present`; per column (…) `worst`, `constant`, `refused`."""

    score: Floats
    present: Bools
    worst: Floats
    constant: Bools
    refused: Bools


def rescale(score: Floats, there: Bools, noise: Floats, direction: int, options: Normalise) -> Placed:
    """Normalise columns (…, n) over their last axis, as `engine.normalise.methods` does one; `there` (…, n) has a value.

    Differences up to `noise` (…, 1) count as none. A relative method drops a constant column.
    """
    if options.method in ELEMENTWISE:
        return _elementwise(score, there, noise, direction, options)
    low = np.where(there, score, np.inf).min(axis=-1, keepdims=True)
    high = np.where(there, score, -np.inf).max(axis=-1, keepdims=True)
    constant = ~(high - low > noise)
    there = there & ~constant
    if options.method is Normalisation.MIN_MAX:
        above = score - low if direction > 0 else high - score
        placed = options.lower + above / (high - low) * (options.upper - options.lower)
    elif options.method is Normalisation.Z_SCORE:
        placed = _z_scores(score, there, direction, options)
    else:
        placed = _ranked(score, there, noise, direction, options)
    worst = np.where(there, placed, np.inf).min(axis=-1)
    return Placed(
        np.where(there, placed, 0.0), there, worst, constant[..., 0], np.zeros(worst.shape, dtype=np.bool_)
    )


def _z_scores(score: Floats, there: Bools, direction: int, options: Normalise) -> Floats:
    count = np.maximum(np.count_nonzero(there, axis=-1), 2)[..., np.newaxis]
    mean = np.where(there, score, 0.0).sum(axis=-1, keepdims=True) / count
    apart = np.where(there, score - mean, 0.0)
    sd = np.sqrt((apart * apart).sum(axis=-1, keepdims=True) / (count - 1))
    scores: Floats = apart / sd * direction
    return scores if options.mean is None or options.sd is None else options.mean + scores * options.sd


def _ranked(score: Floats, there: Bools, noise: Floats, direction: int, options: Normalise) -> Floats:
    """Count the values below each, and turn the count into a rank or a percentile rank."""
    directed = np.where(there, score * direction, np.inf)
    places = np.argsort(directed, axis=-1)
    ordered = np.take_along_axis(directed, places, axis=-1)
    higher = np.ones(score.shape, dtype=np.bool_)
    higher[..., 1:] = ordered[..., 1:] - ordered[..., :-1] > noise
    first = np.maximum.accumulate(np.where(higher, np.arange(score.shape[-1]), 0), axis=-1)
    below = np.empty(score.shape)
    np.put_along_axis(below, places, first, axis=-1)
    if options.method is Normalisation.RANK:
        rank: Floats = below + 1.0
        return rank
    steps = np.maximum(np.count_nonzero(there, axis=-1) - 1, 1)[..., np.newaxis]
    percentile: Floats = options.lower + below / steps * (options.upper - options.lower)
    return percentile


def _elementwise(score: Floats, there: Bools, noise: Floats, direction: int, options: Normalise) -> Placed:
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
        if not options.cap:
            beyond = there & ((score < low - noise) | (score > high + noise))
            refused = np.logical_or.reduce(beyond, axis=-1)
        placed = between(np.clip(score, low, high), low, high, direction, options)
        worst = np.full(refused.shape, options.lower)
    return Placed(np.where(there, placed, 0.0), there, worst, np.zeros_like(refused), refused)


def _goalposts(score: Floats, direction: int, options: Normalise) -> tuple[Floats, Bools]:
    """Place values between goalposts; refused (second array) is what has no logarithm and is not kept at the ends."""
    low, high = source_ends(options)
    refused: Bools = np.broadcast_to(np.bool_(options.log and not options.cap), score.shape) & (score <= 0.0)
    kept = np.clip(score, low, high) if options.cap else score
    if options.log:
        kept = np.log(np.where(kept > 0.0, kept, low))
        low, high = float(np.log(low)), float(np.log(high))
    return between(kept, low, high, direction, options), refused
