"""The correlation ratio: how much of the variance of one quantity another explains, along any curve.

Two deterministic estimates of the conditional mean: class means where few distinct values (or very many units) make
classes, a local straight line otherwise.
"""

import math

import numpy as np

from stadtindex.engine.arrays import Floats, present

# Up to so many distinct values every value may be a class of its own; a yes/no answer has two.
CLASSES = 10
# Beyond so many units the local line is replaced by classes of equal size: its work grows with their square.
LOCAL = 1000
BINS = 50
# Band widths tried, in standard deviations; the last one makes the local line a straight one.
WIDTHS = (0.05, 0.08, 0.13, 0.2, 0.3, 0.45, 0.7, 1.0, 1.5, 2.2, 3.3, 5.0, 1e6)
# A difference below this part of the magnitude is rounding.
NOISE = 1e-12


def correlation_ratio(x: Floats, y: Floats) -> float:
    """Return the share (0..1) of the variance of y (n,) that x (n,) explains: Var(E[y | x]) / Var(y).

    Units where either is NaN take no part. With at most 10 distinct values of x, each shared by two units on average, the classes' means stand for
    E[y | x], above 1,000 units those of 50 classes of equal size (equal x stay together), both corrected for the number of
    classes; otherwise a local line with Gaussian weights, its width chosen by leave-one-out prediction, corrected for its degrees of
    freedom. NaN with fewer
    than three units or a constant y; 0 with a constant x.

    Reference: Paruolo, Saisana and Saltelli (2013), Ratings and rankings: voodoo or science?,
    doi:10.1111/j.1467-985X.2012.01059.x.
    """
    known = present(x) & present(y)
    x, y = x[known], y[known]
    if x.size < 3 or _constant(y):
        return math.nan
    if _constant(x):
        return 0.0
    distinct, classes = np.unique(x, return_inverse=True)
    if distinct.size <= min(CLASSES, x.size // 2):
        return _by_class(classes, y)
    if x.size > LOCAL:
        position = np.searchsorted(np.sort(x), x, side="left")
        return _by_class(np.unique(position * BINS // x.size, return_inverse=True)[1], y)
    return _local((x - x.mean()) / x.std(), y)


def _constant(values: Floats) -> bool:
    return float(values.max() - values.min()) <= NOISE * float(np.abs(values).max())


def _by_class(classes: np.ndarray, y: Floats) -> float:
    """Return the share between classes, corrected (epsilon squared) so that classes without meaning explain nothing."""
    count = np.bincount(classes)
    means = np.bincount(classes, weights=y - y.mean()) / count
    total = float(((y - y.mean()) ** 2).sum())
    within = total - float((count * means * means).sum())
    return _corrected(within / total, y.size, count.size)


def _local(x: Floats, y: Floats) -> float:
    """Smooth y by local lines over standardised x, and return how well curve and y agree, corrected for its freedom.

    The squared correlation does not suffer where smoothing flattens the curve, as the curve's variance would.
    """
    apart = x[np.newaxis, :] - x[:, np.newaxis]
    squares = apart * apart
    best, share = math.inf, 0.0
    for width in WIDTHS:
        curve, own = _lines(apart, squares, width, y)
        if not bool(np.all(own < 1.0 - 1e-6)):
            continue  # a point that nothing but itself predicts
        error = float(np.sum(((y - curve) / (1.0 - own)) ** 2))
        if error < best:
            best = error
            freedom = min(y.size - 1.0, float(own.sum()))
            share = _corrected(1.0 - _squared_correlation(curve, y), y.size, freedom)
    return share


def _lines(apart: Floats, squares: Floats, width: float, y: Floats) -> tuple[Floats, Floats]:
    """Return the local line's value at each point, and how much each counts in its own; (n,), NaN where no line is defined."""
    weight = np.exp(squares * (-0.5 / width**2))
    first = weight * apart
    s0, s1, s2 = weight.sum(axis=1), first.sum(axis=1), np.einsum("ij,ij->i", weight, squares)
    spread = s0 * s2 - s1 * s1
    spread = np.where(spread > NOISE * s0 * s0, spread, np.nan)
    curve: Floats = (s2 * (weight @ y) - s1 * (first @ y)) / spread
    return curve, s2 / spread


def _squared_correlation(curve: Floats, y: Floats) -> float:
    one, other = curve - curve.mean(), y - y.mean()
    size = float((one * one).sum() * (other * other).sum())
    return float((one * other).sum()) ** 2 / size if size > 0.0 else 0.0


def _corrected(unexplained: float, units: int, freedom: float) -> float:
    return min(1.0, max(0.0, 1.0 - unexplained * (units - 1) / (units - freedom)))
