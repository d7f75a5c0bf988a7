"""What stands between a node's combined score and its parent: bonus points, and its scale over the units of each draw."""

from collections.abc import Mapping

import numpy as np

from stadtindex.engine.arrays import NOISE, Bools, Floats
from stadtindex.engine.recipe import Normalisation
from stadtindex.engine.uncertainty.model import Model, Parent
from stadtindex.engine.uncertainty.scales import Columns, rescale

# The score, presence and considered of some rows, (draws, k, n) each; presence may be (k, n) or None.
Three = tuple[Floats, Floats | None, Floats | None]


def needs(parent: Parent, bonus: Mapping[str, Floats]) -> bool:
    """Say whether anything is done to the combined score of this node."""
    scaled = parent.chosen.normalise.method is not Normalisation.NONE
    return scaled or (parent.chosen.bonus_cap is not None and parent.code in bonus)


def settle(model: Model, parent: Parent, tile: slice, three: Three, row: int) -> Bools:
    """Add bonus points to one row and put it on its scale, draw by draw; return the draws that the scale refuses."""
    scores, presence, considered = three
    score = scores[:, row]
    there: Bools = np.ones(score.shape, dtype=np.bool_)
    if presence is not None:
        there &= presence[..., row, :] > 0.0
    cap, bonus = parent.chosen.bonus_cap, model.given.bonus
    if cap is not None and parent.code in bonus:
        room = np.maximum(parent.chosen.bonus_top - score, 0.0)
        score += np.where(there, np.minimum(np.minimum(bonus[parent.code][tile], cap), room), 0.0)
    if parent.chosen.normalise.method is Normalisation.NONE:
        return np.zeros(len(score), dtype=np.bool_)
    noise = NOISE * np.where(there, np.abs(score), 0.0).max(axis=-1)
    units = model.given.table.units[tile]
    placed = rescale(
        Columns(parent.code, units, score, there, noise, parent.direction), parent.chosen.normalise
    )
    score[...] = placed.score
    if placed.constant.any() and presence is not None and presence.ndim == scores.ndim:
        presence[:, row] *= ~placed.constant[:, np.newaxis]
        if considered is not None:
            considered[:, row] *= ~placed.constant[:, np.newaxis]
    return placed.refused
