"""The batch: the root's scores of all units in many draws at once, as matrix products.

Under one set of choices the leaves are the same in every draw, so that siblings above leaves are one stack of matrix
products: weights (draws, k) times values (k, n), and, where values are missing, weights times presence to divide by.
Nodes above nodes multiply per draw. A missing value has value 0 and presence 0. Scores agree with `engine.compute` to
1e-9; matrix products round in an order of their own, which is why only Monte Carlo uses them.
"""

from collections.abc import Mapping
from math import prod

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, Ints
from stadtindex.engine.uncertainty.again import needs
from stadtindex.engine.uncertainty.blocks import Block, alike
from stadtindex.engine.uncertainty.error import Errors
from stadtindex.engine.uncertainty.families import Families, Family
from stadtindex.engine.uncertainty.model import Model
from stadtindex.engine.uncertainty.part import Chosen, Part
from stadtindex.engine.uncertainty.plan import BLOCK
from stadtindex.engine.uncertainty.prepared import Preparation
from stadtindex.engine.uncertainty.single import Singly
from stadtindex.engine.uncertainty.workspace import Workspace

# So many numbers, draws times nodes times units, stand between the leaves and the root at a time: about a cache full.
AT_ONCE = 1 << 18
SMALLEST_TILE = 64


class Kernel:
    """Computes batches of draws of one model; threads share it, each with a workspace of its own."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.errors = Errors(model)
        self.singly = Singly(model, self.errors) if model.singly else None
        self.families = Families(model, frozenset(error.leaf for error in self.errors.errors))
        self.measured: Mapping[str, slice] = _measured(self.families.top, self.errors)
        self.preparation = Preparation(model)
        self.settled = frozenset(parent.code for parent in model.parents if needs(parent, model.given.bonus))
        self.tiles = _tiles(model)

    def scores(self, block: Block, workspace: Workspace | None = None) -> tuple[Floats, Bools]:
        """Return the root's scores (draws, n), NaN where none, and which draws (draws,) a method refused."""
        if self.singly is not None:
            return self.singly.scores(block)
        kept = Workspace() if workspace is None else workspace
        scores = np.empty((len(block.leaves), len(self.model.given.table.units)))
        failed = np.zeros(len(block.leaves), dtype=np.bool_)
        with np.errstate(all="ignore"):
            for places, alternative, options in alike(self.model, block):
                for some in self.errors.split(places):
                    failed[some] = self._part(block, some, Chosen(alternative, options), (scores, kept))
        return scores, failed

    def _part(self, block: Block, some: Ints, chosen: Chosen, into: tuple[Floats, Workspace]) -> Bools:
        scores, workspace = into
        weights = block.weights[some]
        failed = np.zeros(len(some), dtype=np.bool_)
        for tile in self.tiles:
            part = Part(self, chosen, weights, tile, workspace)
            scores[some, tile] = part.root(self.errors.leaves(block, some, chosen.alternative))
            failed |= part.failed
        return failed


def _measured(family: Family, errors: Errors) -> dict[str, slice]:
    """Return the nodes all of whose children are leaves drawn anew, and which errors those are."""
    found: dict[str, slice] = {}
    for child in family.inner.values():
        rows = errors.beside(child.leaves) if child.leaves.size == len(child.children) else None
        if child.parent is not None and rows is not None:
            found[child.parent.code] = rows
        found |= _measured(child, errors)
    return found


def _tiles(model: Model) -> tuple[slice, ...]:
    """Split the units so that draws with the same choices, as many as a block has on average, fill the cache."""
    n = len(model.given.table.units)
    different = len(model.leaves) * prod(len(choice.options) for choice in model.plan.combine)
    step = AT_ONCE * different // (BLOCK * len(model.parents)) if model.alike else n
    step = min(max(step, SMALLEST_TILE), n)
    return tuple(slice(begin, min(begin + step, n)) for begin in range(0, n, step))
