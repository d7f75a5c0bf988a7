"""How much each child of a node sways the composite, as a function of the weights: what balanced weights aim at.

Children are measured in standard deviations, so that a vector of `pulls` (m,), weight times standard deviation, is
all that matters; its length is not. Sums run in a fixed order, without BLAS.
"""

import math
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats, canonical, present, sum_in_order
from stadtindex.engine.recipe import Importance
from stadtindex.engine.weigh.components import eigen
from stadtindex.engine.weigh.siblings import NOISE, correlations, deviations

# The curve behind a correlation ratio: at most of this degree, with so many units for each degree.
DEGREE, UNITS_PER_DEGREE = 3, 5


@dataclass(frozen=True, eq=False)
class Influence:
    """The importance of m children as quadratic forms of the pulls.

    `related` (m, m) are the correlations, repaired so that no composite has a negative variance: `shrinkage` was added
    to the diagonal before scaling back. `forms` (m, d, m): child i explains the sum over d of (forms[i, d] · pulls)².
    `signed`: a child that runs against the composite has negative importance.
    """

    related: Floats
    forms: Floats
    signed: bool
    shrinkage: float

    def shares(self, pulls: Floats) -> tuple[Floats, Floats]:
        """Return the shares of importance (m,), whose sizes sum to 1, and their derivatives (m, m) by pulls (m,).

        NaN where no child explains anything of the composite.
        """
        along = sum_in_order(np.moveaxis(self.forms, 2, 0) * pulls[:, np.newaxis, np.newaxis])
        squares = sum_in_order((along * along).T)
        total = math.fsum(squares.tolist())
        largest = float(pulls.max())
        if not total > NOISE * NOISE * largest * largest:
            return np.full(pulls.shape, np.nan), np.full(self.related.shape, np.nan)
        sign = np.where(along[:, :1] < 0.0, -1.0, 1.0) if self.signed else np.ones((pulls.size, 1))
        slopes = sum_in_order(np.moveaxis(2.0 * along[:, :, np.newaxis] * self.forms, 1, 0))
        shares: Floats = sign[:, 0] * squares / total
        derivative: Floats = (sign * slopes - shares[:, np.newaxis] * sum_in_order(slopes)) / total
        return shares, derivative

    def correlation(self, pulls: Floats) -> Floats:
        """Return the correlation (m,) of each child with the composite; NaN where the composite is constant."""
        along = sum_in_order(self.related.T * pulls[:, np.newaxis])
        variance = math.fsum((along * pulls).tolist())
        largest = float(pulls.max())
        if not variance > NOISE * largest * largest:
            return np.full(pulls.shape, np.nan)
        return np.clip(along / math.sqrt(variance), -1.0, 1.0)

    def explained(self, pulls: Floats) -> Floats:
        """Return the share of the composite's variance (m,) that each child explains; NaN where that is 0."""
        along = sum_in_order(np.moveaxis(self.forms, 2, 0) * pulls[:, np.newaxis, np.newaxis])
        whole = sum_in_order(self.related.T * pulls[:, np.newaxis])
        variance = math.fsum((whole * pulls).tolist())
        largest = float(pulls.max())
        if not variance > NOISE * largest * largest:
            return np.full(pulls.shape, np.nan)
        return np.minimum(sum_in_order((along * along).T) / variance, 1.0)


def influence(scores: Floats, importance: Importance) -> Influence:
    """Measure how the columns of scores (n, m), none of them constant, hang together.

    Correlations are pairwise complete, no correlation counting as 0. The correlation ratio of a child is that of the
    best polynomial in it: of degree 3, or less where there are fewer than 5 units for each degree or fewer distinct
    values; of degree 1 it is the squared correlation.

    References: Paruolo, Saisana and Saltelli (2013), doi:10.1111/j.1467-985X.2012.01059.x; Becker, Saisana, Paruolo and
    Vandecasteele (2017), doi:10.1016/j.ecolind.2017.03.056.
    """
    related, shrinkage = _repaired(correlations(scores))
    if importance is Importance.SQUARED_CORRELATION:
        return Influence(related, related[:, np.newaxis, :], True, shrinkage)
    standard = np.stack([_standard(column) for column in scores.T], axis=1)
    count = scores.shape[1]
    forms = np.zeros((count, DEGREE, count))
    for i in range(count):
        for degree, curve in enumerate(_curves(standard[:, i])):
            for j in range(count):
                forms[i, degree, j] = _mean_product(curve, standard[:, j])
    return Influence(related, canonical(forms), False, shrinkage)


def _repaired(related: Floats) -> tuple[Floats, float]:
    """Return correlations without gaps and without negative eigenvalues, and what was added to the diagonal."""
    full = np.where(np.isnan(related), 0.0, related)
    lowest = float(eigen(full)[0][-1])
    if lowest >= -NOISE * full.shape[0]:
        return canonical(full), 0.0
    return canonical((full - lowest * np.eye(full.shape[0])) / (1.0 - lowest)), -lowest


def _standard(column: Floats) -> Floats:
    """Return the column (n,) with mean 0 and mean square 1; NaN stays NaN."""
    away = deviations(column)
    known = away[present(away)]
    return away / math.sqrt(math.fsum((known * known).tolist()) / known.size)


def _curves(x: Floats) -> list[Floats]:
    """Return polynomials (n,) of x of rising degree, each with mean square 1 and uncorrelated with those before."""
    known = x[present(x)]
    degree = max(1, min(DEGREE, np.unique(known).size - 1, known.size // UNITS_PER_DEGREE))
    curves = [np.where(np.isnan(x), np.nan, 1.0)]
    for _ in range(degree):
        following = curves[-1] * x
        for _ in range(2):  # twice: what rounding leaves the first time goes the second
            for curve in curves:
                following = following - _mean_product(following, curve) * curve
        size = _mean_product(following, following)
        if size <= NOISE:
            break
        curves.append(following / math.sqrt(size))
    return curves[1:]


def _mean_product(one: Floats, other: Floats) -> float:
    both = present(one) & present(other)
    if not both.any():
        return 0.0
    return math.fsum((one[both] * other[both]).tolist()) / int(np.count_nonzero(both))
