"""Imputation by the multivariate normal distribution that makes the observed values likeliest (EM).

References: Dempster, Laird and Rubin (1977), doi:10.1111/j.2517-6161.1977.tb01600.x; Little and Rubin (2019), chapter
11, doi:10.1002/9781119482260; ridge of fictitious uncorrelated units as in Amelia II, Honaker, King and Blackwell
(2011), doi:10.18637/jss.v045.i07. Sweeps replace matrix algebra, whose last bits differ between machines.
"""

import math
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, present, sum_in_order
from stadtindex.engine.elementary import ln
from stadtindex.engine.impute.gaps import Convergence, Filling, Gaps, Impute, varies
from stadtindex.engine.moments import deviation, mean

# A column of which less than this part is not explained by the others makes the covariance singular.
SINGULAR = 1e-8
# Tried in turn where the covariance is singular under the ridge asked for.
RIDGES = (0.01, 0.1)
LN_TWO_PI = 1.8378770664093453


class _SingularError(ArithmeticError):
    """The covariance cannot be inverted."""


@dataclass(frozen=True, eq=False)
class _State:
    """One step: `completed` (n, p) standardised values, `centre` (p,), `spread` (p, p), and the likelihood before."""

    completed: Floats
    centre: Floats
    spread: Floats
    log_likelihood: float


def em(gaps: Gaps, options: Impute) -> Filling:
    """Fill gaps with their expectation given the unit's other values, under the fitted multivariate normal.

    Columns are standardised by the mean and sample standard deviation of what is there. Starting from uncorrelated
    columns, expectation and maximisation alternate until no mean or covariance changes by more than `tolerance`, at
    most `iterations` times; Convergence says how it ended, and a finding where it did not. With r = `ridge` the
    covariance is (S + r·I) / (1 + r): r times as many fictitious uncorrelated units. Where it is singular (columns
    that follow from each other, more columns than units) it is fitted anew with a ridge of 0.01, then 0.1.

    All gaps take part in the estimate, those wanted are filled. A column without two distinct values takes no part:
    its gaps get its value, or stay open if it has none. A unit without any value gets the means. With `cap` values
    beyond the column's are kept at its ends. Units are worked through in the order of their codes, so their order in
    the table does not matter. Cost per iteration: p³ + units with gaps x their gaps³ + n x p².
    """
    filling = np.full(gaps.values.shape, np.nan)
    places, scales = [], []
    for place in range(len(gaps.columns)):
        known = gaps.values[present(gaps.values[:, place]), place]
        if varies(known):
            places.append(place)
            scales.append((mean(known), deviation(known), float(known.min()), float(known.max())))
        elif known.size > 0:
            filling[:, place] = known[0]
    if not gaps.wanted[:, places].any():
        return Filling(filling)
    order = sorted(range(len(gaps.units)), key=lambda row: gaps.units[row])
    means, spreads, lows, highs = (np.array(part) for part in zip(*scales, strict=True))
    standard = (gaps.values[:, places] - means) / spreads
    columns = tuple(gaps.columns[place] for place in places)
    completed, convergence = _fit(standard[order], columns, options)
    fitted = np.empty_like(completed)
    fitted[order] = completed * spreads + means
    filling[:, places] = np.clip(fitted, lows, highs) if options.cap else fitted
    return Filling(filling, None, (convergence,), tuple(_findings(convergence, options)))


def _fit(standard: Floats, columns: tuple[str, ...], options: Impute) -> tuple[Floats, Convergence]:
    n, p = standard.shape
    ridges = [options.ridge, *(ridge for ridge in RIDGES if ridge > options.ridge)]
    if n <= p and options.ridge == 0.0:
        ridges = ridges[1:]  # n units span n - 1 dimensions at most: the plain covariance is singular
    for ridge in ridges[:-1]:
        try:
            return _iterate(standard, columns, options, ridge)
        except _SingularError:
            continue
    return _iterate(standard, columns, options, ridges[-1])


def _iterate(
    standard: Floats, columns: tuple[str, ...], options: Impute, ridge: float
) -> tuple[Floats, Convergence]:
    p = standard.shape[1]
    state = _State(standard, np.zeros(p), np.eye(p), -math.inf)
    change, iterations = math.inf, 0
    while change > options.tolerance and iterations < options.iterations:
        following = _step(standard, state, ridge)
        change = max(
            float(np.abs(following.centre - state.centre).max()),
            float(np.abs(following.spread - state.spread).max()),
        )
        state, iterations = following, iterations + 1
    ended = Convergence(columns, iterations, change, change <= options.tolerance, ridge, state.log_likelihood)
    # One more expectation: the values belong to the estimate that is reported.
    return _step(standard, state, ridge).completed, ended


def _step(standard: Floats, state: _State, ridge: float) -> _State:
    """Do one expectation and one maximisation."""
    p = standard.shape[1]
    precision, pivots = _invert(state.spread)
    gaps = np.isnan(standard)
    # Distances from the centre; where a gap is, its expectation, which the precision of the others gives.
    apart = np.where(gaps, 0.0, standard - state.centre)
    pull = _product(apart, precision)
    uncertainty = np.zeros((p, p))
    determinants = [math.fsum(ln(pivots).tolist())] * len(standard)
    inverses: dict[bytes, tuple[Floats, float]] = {}
    for row in np.flatnonzero(gaps.any(axis=1)).tolist():
        gap = gaps[row]
        inverse, more = _conditional(precision, gap, inverses)
        apart[row, gap] = 0.0 - sum_in_order((inverse * pull[row, gap]).T)
        block = np.ix_(gap, gap)
        uncertainty[block] = uncertainty[block] + inverse
        determinants[row] += more
    strain = math.fsum((apart * _product(apart, precision)).ravel().tolist())
    seen = gaps.size - int(np.count_nonzero(gaps))
    likelihood = -0.5 * (seen * LN_TWO_PI + math.fsum(determinants) + strain)
    return _maximise(apart, state.centre, uncertainty, ridge, likelihood)


def _product(left: Floats, symmetric: Floats) -> Floats:
    """Multiply (n, p) by a symmetric (p, p), each sum in the order of the columns."""
    total = np.zeros(left.shape)
    for column, line in zip(left.T, symmetric, strict=True):
        total = total + column[:, np.newaxis] * line[np.newaxis, :]
    return total


def _maximise(apart: Floats, centre: Floats, uncertainty: Floats, ridge: float, likelihood: float) -> _State:
    n, p = apart.shape
    moved = sum_in_order(apart) / n
    total = uncertainty
    for row in apart - moved:
        total = total + row[:, np.newaxis] * row[np.newaxis, :]
    spread = (total / n + ridge * np.eye(p)) / (1.0 + ridge)
    return _State(apart + centre, centre + moved, spread, likelihood)


def _conditional(
    precision: Floats, gap: Bools, known: dict[bytes, tuple[Floats, float]]
) -> tuple[Floats, float]:
    """Return the covariance of the gaps given the rest, and the ln of the determinant of its inverse."""
    key = gap.tobytes()
    if key not in known:
        inverse, pivots = _invert(precision[np.ix_(gap, gap)])
        known[key] = inverse, math.fsum(ln(pivots).tolist())
    return known[key]


def _invert(matrix: Floats) -> tuple[Floats, Floats]:
    """Invert a symmetric positive definite matrix by sweeping; also the pivots, whose product is the determinant."""
    swept, size = matrix.copy(), matrix.shape[0]
    pivots = np.empty(size)
    for index in range(size):
        pivot = float(swept[index, index])
        if not pivot > SINGULAR * float(matrix[index, index]):
            raise _SingularError
        line = swept[index] + 0.0
        swept = swept - line[:, np.newaxis] * line[np.newaxis, :] / pivot
        swept[index] = swept[:, index] = line / pivot
        swept[index, index] = -1.0 / pivot
        pivots[index] = pivot
    return 0.0 - swept, pivots


def _findings(convergence: Convergence, options: Impute) -> list[str]:
    findings = []
    named = f"{len(convergence.columns)} columns from {convergence.columns[0]!r}"
    if convergence.ridge > options.ridge:
        findings.append(
            f"imputation by EM: the covariance of {named} is singular; fitted with a ridge of {convergence.ridge:g}"
        )
    if not convergence.converged:
        findings.append(
            f"imputation by EM: {named} did not converge in {convergence.iterations} iterations (last change "
            f"{convergence.change:g}, asked for {options.tolerance:g})"
        )
    return findings
