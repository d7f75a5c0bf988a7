"""The draws: block k of 256 draws comes from Philox(seed, k) alone, so that it is the same on every worker.

Reference: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw (2011), Parallel random numbers: as easy as 1, 2, 3,
doi:10.1145/2063384.2063405.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, Philox

from stadtindex.engine.arrays import Floats, Ints
from stadtindex.engine.recipe import Aggregation
from stadtindex.engine.uncertainty.model import Model
from stadtindex.engine.uncertainty.plan import BLOCK, WeightNoise

# A drawn weight never vanishes altogether: what has a weight keeps one.
SMALLEST = 1e-12


@dataclass(frozen=True, eq=False)
class Block:
    """Draws of one block of 256, or of several in a row, `number` being the first: (draws,) where nothing else is said.

    `leaves` is the alternative of the leaves, `combine` the option per depth. `weights` (draws, edges + 1) need not
    sum to 1 among siblings; the last column is 0. `left_out` is the place of the node left out in the plan, -1 for
    none.
    """

    seed: int
    number: int
    leaves: Ints
    combine: Mapping[int, Ints]
    weights: Floats
    left_out: Ints


def draw(model: Model, seed: int, number: int) -> Block:
    """Draw block `number` (0, 1, …) of the stream of this seed (0 <= seed < 2**128)."""
    return draw_all(model, seed, range(number, number + 1))


def draw_all(model: Model, seed: int, numbers: range) -> Block:
    """Draw several blocks in a row as one; each has a stream of its own."""
    size = len(numbers) * BLOCK
    leaves, left_out = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    combine = {choice.depth: np.empty(size, dtype=np.int64) for choice in model.plan.combine}
    weights = np.empty((size, model.weights.size + 1))
    weights[:, :-1], weights[:, -1] = model.weights, 0.0
    for place, number in enumerate(numbers):
        some = slice(place * BLOCK, (place + 1) * BLOCK)
        chance = Generator(Philox(key=seed, counter=np.array([0, 0, 0, number], dtype=np.uint64)))
        leaves[some] = chance.integers(len(model.leaves), size=BLOCK)
        for choice in model.plan.combine:
            combine[choice.depth][some] = chance.integers(len(choice.options), size=BLOCK)
        left_out[some] = chance.integers(-1, len(model.plan.leave_out), size=BLOCK)
        for noise in model.plan.weights:
            at = np.flatnonzero(model.depths == noise.depth)
            weights[some, at] = _noisy(chance, noise, model.weights[at])
    for place, code in enumerate(model.plan.leave_out):
        weights[left_out == place, model.edge[code]] = 0.0
    return Block(seed, numbers.start, leaves, combine, weights, left_out)


def _noisy(chance: Generator, noise: WeightNoise, weights: Floats) -> Floats:
    shape = (BLOCK, weights.size)
    if noise.concentration is not None:
        # Independent gamma variates, divided by their sum among siblings, are Dirichlet; the kernel divides.
        return np.maximum(chance.standard_gamma(weights * noise.concentration, size=shape), SMALLEST)
    share = 0.0 if noise.share is None else noise.share
    drawn = chance.random(size=shape)
    drawn *= 2.0 * share * weights
    drawn += (1.0 - share) * weights
    return drawn


def alike(model: Model, block: Block) -> Iterator[tuple[Ints, int, dict[int, Aggregation]]]:
    """Split a block by what was chosen: the draws' places, the alternative of the leaves, the options per depth."""
    code = block.leaves.copy()
    for choice in model.plan.combine:
        code = code * len(choice.options) + block.combine[choice.depth]
    for one in np.unique(code):
        places = np.flatnonzero(code == one)
        first = places[0]
        options = {
            choice.depth: choice.options[block.combine[choice.depth][first]] for choice in model.plan.combine
        }
        yield places, int(block.leaves[first]), options
