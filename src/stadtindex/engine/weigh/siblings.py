"""What the computed weighings have in common: the children of one node, their moments, and how they are checked.

Means, deviations and correlations are sums that `math.fsum` rounds once, so they do not depend on the order of the
units nor on the machine.
"""

import math
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import LARGEST, Bools, Floats, canonical, present
from stadtindex.engine.errors import EngineError

# Computed scores that differ by less than this part of their magnitude differ by rounding only.
NOISE = 1e-12


@dataclass(frozen=True, eq=False)
class Siblings:
    """The children of one node: `scores` (n units, k children), NaN where missing, higher is better.

    `weights` (k,) are the stated weights of the tree: finite, >= 0, at least one > 0; they need not sum to 1. A child
    of weight 0 stays out of every weighing. Raises EngineError, naming unit and node, where a number is not finite.
    """

    codes: tuple[str, ...]
    units: tuple[str, ...]
    scores: Floats
    weights: Floats

    def __post_init__(self) -> None:
        if self.scores.shape != (len(self.units), len(self.codes)):
            raise EngineError(
                f"the scores have the shape {self.scores.shape}, not {(len(self.units), len(self.codes))}"
            )
        if self.weights.shape != (len(self.codes),):
            raise EngineError(f"{len(self.codes)} children need as many weights, not {self.weights.shape}")
        for code, weight in zip(self.codes, self.weights.tolist(), strict=True):
            if not 0.0 <= weight <= LARGEST:
                raise EngineError(f"a weight must be a number >= 0, not {weight!r}", node=code)
        if not self.counted.any():
            raise EngineError("no child has a weight > 0")
        self.refuse(np.abs(self.scores) > LARGEST, "a score must be a finite number, not {x}")

    @property
    def counted(self) -> Bools:
        """Say which children have a stated weight > 0; shape (k,)."""
        return self.weights > 0.0

    @property
    def varying(self) -> Bools:
        """Say which counted children have at least two distinct values; shape (k,)."""
        return np.array(
            [bool(count) and not is_constant(column) for count, column in self._columns()], dtype=np.bool_
        )

    def refuse(self, wrong: Bools, why: str) -> None:
        """Raise EngineError for the first cell where `wrong` (n, k) holds; `{x}` in `why` becomes the score."""
        if wrong.any():
            unit, child = (int(index) for index in np.argwhere(wrong)[0])
            said = why.replace("{x}", f"{float(self.scores[unit, child]):g}")
            raise EngineError(said, unit=self.units[unit], node=self.codes[child])

    def named(self, which: Bools) -> tuple[str, ...]:
        """Return the codes of the children where `which` (k,) holds, in tree order."""
        return tuple(code for code, chosen in zip(self.codes, which.tolist(), strict=True) if chosen)

    def _columns(self) -> list[tuple[bool, Floats]]:
        return list(zip(self.counted.tolist(), self.scores.T, strict=True))


def is_constant(column: Floats) -> bool:
    """Say whether the values (n,) that are there have fewer than two distinct ones, rounding set aside."""
    known = column[present(column)]
    return known.size == 0 or bool(known.max() - known.min() <= NOISE * np.abs(known).max())


def deviations(column: Floats) -> Floats:
    """Return the distances (n,) from the mean of the values that are there; NaN stays NaN.

    They are measured in the largest of them, so that no square over- or underflows; 0 for a constant column.
    """
    known = column[present(column)]
    if is_constant(column):
        return np.where(np.isnan(column), np.nan, 0.0)
    # The half range first: values of one magnitude keep their digits.
    middle = float(known.min()) + (float(known.max()) - float(known.min())) / 2.0
    shifted = column - middle
    centred: Floats = shifted - math.fsum((known - middle).tolist()) / known.size
    return centred / float(np.abs(centred[present(centred)]).max())


def standard_deviation(column: Floats) -> float:
    """Return the sample standard deviation (n - 1) of the values (n,) that are there; 0 with fewer than two."""
    known = column[present(column)]
    if is_constant(column):
        return 0.0
    mean = math.fsum(known.tolist()) / known.size
    away = known - mean
    largest = float(np.abs(away).max())
    scaled = away / largest
    return largest * math.sqrt(math.fsum((scaled * scaled).tolist()) / (known.size - 1))


def correlation(one: Floats, other: Floats) -> float:
    """Return Pearson's correlation of two columns (n,) over the units that have both.

    NaN with fewer than two such units, or where one of the columns is constant among them. Within 1e-12 of ±1 it is
    ±1: perfect up to rounding.
    """
    both = present(one) & present(other)
    a, b = deviations(one[both]), deviations(other[both])
    squares = math.fsum((a * a).tolist()) * math.fsum((b * b).tolist())
    if squares == 0.0:
        return math.nan
    found = math.fsum((a * b).tolist()) / math.sqrt(squares)
    return math.copysign(1.0, found) if abs(found) > 1.0 - NOISE else found


def correlations(scores: Floats) -> Floats:
    """Return the correlations (k, k) of the columns of scores (n, k), pairwise complete, 1 on the diagonal.

    NaN where there is none (see `correlation`).
    """
    count = scores.shape[1]
    found = np.eye(count)
    for i in range(count):
        for j in range(i):
            found[i, j] = found[j, i] = correlation(scores[:, i], scores[:, j])
    return found


def to_one(weights: Floats) -> Floats:
    """Divide weights (k,) >= 0, at least one > 0, by their sum; frozen."""
    shares: Floats = weights / weights.max()
    return canonical(shares / math.fsum(shares.tolist()))


def spread(values: Floats, which: Bools) -> Floats:
    """Put values (m,) in the places where `which` (k,) holds m times, 0 elsewhere; frozen, shape (k,)."""
    full = np.zeros(which.shape)
    full[which] = values
    return canonical(full)


def equal_instead(siblings: Siblings, method: str, why: str) -> tuple[Floats, str]:
    """Return equal weights (k,) of the counted children, and the sentence that says why the method gave none."""
    counted = siblings.counted
    weights = spread(to_one(np.ones(int(np.count_nonzero(counted)))), counted)
    return weights, f"{method}: {why}; all children count the same"


def left_out(siblings: Siblings, used: Bools, method: str) -> tuple[str, ...]:
    """Return a sentence about the counted children that get no weight because they do not vary, if there are any."""
    names = siblings.named(siblings.counted & ~used)
    if len(names) == 0:
        return ()
    return (f"{method}: no weight for {', '.join(map(repr, names))}, which do not vary between the units",)
