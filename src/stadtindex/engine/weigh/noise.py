"""Random weights for simulation: how much a result hangs on weights that could as well have been a little different.

Each method takes the caller's Generator, the stated weights (k,) of the siblings and a number of draws, and returns
weights (draws, k), every row summing to 1. Weights need not sum to 1 on the way in; a child of weight 0 keeps weight
0 in every draw, and a single child with a weight keeps weight 1. All randomness is taken from the Generator, in an
amount and order that depend on nothing but the arguments: block k of a simulation hands in the Generator of its own
Philox key and gets the same draws, whatever is computed before or beside it.
"""

import numpy as np

from stadtindex.engine.arrays import LARGEST, Bools, Floats, sum_in_order
from stadtindex.engine.errors import EngineError
from stadtindex.engine.weigh.siblings import to_one


def dirichlet(chance: np.random.Generator, weights: Floats, concentration: float, draws: int) -> Floats:
    """Draw weights (draws, k) on the simplex around the stated ones: Dirichlet(concentration · share).

    Their mean is the stated share w, their variance w · (1 - w) / (concentration + 1): at 100 a weight of 0.2 has a
    standard deviation of 0.04. Equal stated weights with concentration = k are the uniform distribution over the
    simplex. EngineError where concentration is not a number > 0.

    Reference: OECD/JRC (2008), step 7, doi:10.1787/9789264043466-en.
    """
    shares, counted = _stated(weights, draws)
    if not 0.0 < concentration <= LARGEST:
        raise EngineError(f"the concentration must be a number > 0, not {concentration!r}")
    return _scattered(chance.dirichlet(concentration * shares[counted], size=draws), counted)


def around(chance: np.random.Generator, weights: Floats, share: float, draws: int) -> Floats:
    """Draw weights (draws, k): each stated one times a uniform number from 1 - share to 1 + share, then to sum 1.

    share = 0.25 is "plus or minus 25 per cent". EngineError where it is not 0 <= share < 1.

    Reference: Saisana, Saltelli and Tarantola (2005), doi:10.1111/j.1467-985X.2005.00350.x.
    """
    shares, counted = _stated(weights, draws)
    if not 0.0 <= share < 1.0:
        raise EngineError(f"the share must be >= 0 and < 1, not {share!r}")
    uniform = chance.random((draws, int(np.count_nonzero(counted))))
    return _scattered(shares[counted] * (1.0 + share * (2.0 * uniform - 1.0)), counted)


def _stated(weights: Floats, draws: int) -> tuple[Floats, Bools]:
    """Return the weights to sum 1 (k,), and which are > 0 (k,)."""
    if not (np.isfinite(weights).all() and (weights >= 0.0).all() and (weights > 0.0).any()):
        raise EngineError("the weights must be numbers >= 0, at least one of them > 0")
    if draws < 1:
        raise EngineError(f"the number of draws must be >= 1, not {draws!r}")
    return to_one(weights), weights > 0.0


def _scattered(drawn: Floats, counted: Bools) -> Floats:
    """Put drawn weights (draws, m) in the places of the m counted children, every row to sum 1."""
    full = np.zeros((drawn.shape[0], counted.size))
    full[:, counted] = drawn / sum_in_order(drawn.T)[:, np.newaxis]
    return full
