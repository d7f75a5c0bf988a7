"""How values might have been measured: each kind of error drawn for some leaves, all units, once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from stadtindex.engine.arrays import Floats, Ints
from stadtindex.engine.errors import EngineError
from stadtindex.engine.uncertainty.plan import ErrorKind, MeasurementError


@dataclass(frozen=True, eq=False)
class Wrong:
    """Leaves with one kind of error: `values` (leaves, n), 0 where there is none, and the `size` of each (leaves, n).

    BINOMIAL: `top` (leaves, 1) is the share of everything. STEP: `levels` (leaves, most levels), padded with the
    highest, `place` (leaves, n) the level of each value (0 where there is none).
    """

    kind: ErrorKind
    values: Floats
    size: Floats
    top: Floats
    levels: Floats
    place: Ints

    @classmethod
    def build(cls, kind: ErrorKind, errors: Sequence[MeasurementError], values: Floats) -> "Wrong":
        """Prepare errors of one kind; EngineError names the leaf with a value that is none of its levels."""
        n = values.shape[1]
        most = max((len(error.levels) for error in errors), default=0)
        levels = np.zeros((len(errors), most))
        place = np.zeros(values.shape, dtype=np.int64)
        for row, error in enumerate(errors if kind is ErrorKind.STEP else ()):
            levels[row] = np.pad(error.levels, (0, most - len(error.levels)), mode="edge")
            place[row] = _places(error, values[row])
        size = np.array([error.sizes(n) for error in errors]).reshape(-1, n)
        top = np.array([error.top for error in errors]).reshape(-1, 1)
        return cls(kind, np.where(np.isnan(values), 0.0, values), size, top, levels, place)

    def begin(self, chance: Generator, into: Floats) -> None:
        """Take from chance what one draw needs: deviations of RELATIVE errors, the values (leaves, n) of all others."""
        if self.kind is ErrorKind.RELATIVE:
            chance.standard_normal(out=into)
        elif self.kind is ErrorKind.FLIP:
            into[...] = np.where(chance.random(into.shape) < self.size, 1.0 - self.values, self.values)
        elif self.kind is ErrorKind.STEP:
            into[...] = self._moved(chance)
        else:
            trials = self.size.astype(np.int64)
            into[...] = chance.binomial(trials, self.values / self.top) / trials * self.top

    def end(self, drawn: Floats) -> None:
        """Turn what many draws (draws, leaves, n) began with into values, in place."""
        if self.kind is ErrorKind.RELATIVE:
            drawn *= self.values * self.size
            drawn += self.values

    def _moved(self, chance: Generator) -> Floats:
        drawn = chance.random(self.values.shape)
        steps = (drawn < self.size / 2.0).astype(np.int64) - (drawn > 1.0 - self.size / 2.0)
        moved = np.clip(self.place + steps, 0, self.levels.shape[1] - 1)
        return np.take_along_axis(self.levels, moved, axis=1)


def _places(error: MeasurementError, values: Floats) -> Ints:
    """Return the level of each value (n,)."""
    levels, known = np.array(error.levels), ~np.isnan(values)
    place = np.clip(np.searchsorted(levels, values), 0, len(levels) - 1)
    if (known & (levels[place] != values)).any():
        found = float(values[known & (levels[place] != values)][0])
        raise EngineError(f"the value {found:g} is none of its levels", node=error.leaf)
    return np.where(known, place, 0)
