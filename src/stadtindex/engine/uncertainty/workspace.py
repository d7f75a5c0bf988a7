"""Memory that is used again: what a batch needs between the leaves and the root, kept from one part to the next."""

from collections.abc import Hashable
from math import prod

import numpy as np

from stadtindex.engine.arrays import Floats


class Workspace:
    """Named buffers of one worker; never shared between threads. Fresh memory costs more than the sums put into it."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Floats] = {}

    def take(self, name: Hashable, shape: tuple[int, ...]) -> Floats:
        """Return an array of this shape whose numbers are whatever was there; the same memory for the same name."""
        size = prod(shape)
        kept = self._kept.get(name)
        if kept is None or kept.size < size:
            kept = self._kept[name] = np.empty(size)
        return kept[:size].reshape(shape)
