"""The points at which a sensitivity analysis builds the index: scrambled Sobol points in the Saltelli design."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import qmc

from stadtindex.engine.arrays import Floats
from stadtindex.engine.errors import EngineError

# scipy places Sobol points on a grid of 2**-30; half a step moves them off 0.
HALF_STEP = 2.0**-31


@dataclass(frozen=True, eq=False)
class Design:
    """Two independent samples `a` and `b` of the unit cube, both (N points, d columns), read-only, 0 < u < 1.

    `factors` are the names (g,) in the order of their first column, `columns` the columns (g tuples) of each: columns
    of the same name are one grouped factor, which is varied as a whole.
    """

    factors: tuple[str, ...]
    columns: tuple[tuple[int, ...], ...]
    a: Floats
    b: Floats

    def translated(self, translate: Callable[[Floats], Floats]) -> "Design":
        """Return the design with what the points stand for in their place: 2 N points at once, `a` before `b`.

        A column may become another number; EngineError where the shape changes.
        """
        points = translate(np.concatenate([self.a, self.b]))
        if points.shape != (2 * len(self.a), self.a.shape[1]):
            raise EngineError(f"points were translated into the shape {points.shape}")
        return replace(self, a=points[: len(self.a)], b=points[len(self.a) :])

    def mixed(self, factor: str) -> Floats:
        """Return the sample `a` with the columns of one factor taken from `b`; (N, d), a copy."""
        if factor not in self.factors:
            raise EngineError(f"the design has no factor {factor!r}")
        taken = list(self.columns[self.factors.index(factor)])
        points = self.a.copy()
        points[:, taken] = self.b[:, taken]
        return points


def sobol_points(count: int, dimensions: int, rng: np.random.Generator) -> Floats:
    """Return scrambled Sobol points (count, dimensions), strictly between 0 and 1; equal for an equal generator.

    `count` is a power of two (EngineError otherwise): only then is the sequence balanced.

    References: Sobol (1967), doi:10.1016/0041-5553(67)90144-9; direction numbers of Joe and Kuo (2008),
    doi:10.1137/070709359.
    """
    if count < 2 or count & (count - 1) != 0:
        raise EngineError(f"the number of Sobol points must be a power of two from 2 on, not {count!r}")
    if dimensions < 1:
        raise EngineError("Sobol points need at least one dimension")
    # scipy spawns a generator of its own, which one made from a key cannot: hence a seed drawn from the caller's.
    scramble = np.random.Generator(np.random.Philox(int(rng.integers(2**63))))
    points: Floats = qmc.Sobol(dimensions, scramble=True, bits=30, rng=scramble).random(count)
    return points + HALF_STEP


def saltelli_design(factors: Sequence[str], count: int, rng: np.random.Generator) -> Design:
    """Draw the samples of a design with one name per column of the model's input, N = `count` points (power of two).

    `a` and `b` are the two halves of Sobol points in 2 d dimensions. An analysis builds N · (g + 2) times.

    Reference: Saltelli et al. (2010), Variance based sensitivity analysis of model output, doi:10.1016/j.cpc.2009.09.018.
    """
    names = tuple(dict.fromkeys(factors))
    if len(names) == 0:
        raise EngineError("a sensitivity analysis needs at least one factor")
    width = len(factors)
    points = sobol_points(count, 2 * width, rng)
    a, b = points[:, :width].copy(), points[:, width:].copy()
    for half in (a, b):
        half.flags.writeable = False
    columns = tuple(tuple(i for i, name in enumerate(factors) if name == one) for one in names)
    return Design(names, columns, a, b)
