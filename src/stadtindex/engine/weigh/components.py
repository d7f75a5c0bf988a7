"""Principal components of a correlation matrix, their rotation, and the weights that follow from the loadings.

Only + - * / and square roots in a fixed order: equal to the last bit on every machine, which LAPACK is not. Meant for
the children of one node, some hundred at most.
"""

import math
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats, Ints, canonical, sum_in_order
from stadtindex.engine.errors import EngineError

# A rotation whose angle is smaller than this changes nothing that is kept.
STILL = 1e-15
SWEEPS = 200


def eigen(matrix: Floats) -> tuple[Floats, Floats]:
    """Return the eigenvalues (k,), descending, and the eigenvectors (k, k) in columns, of a symmetric matrix (k, k).

    Each vector's largest entry (the first of equal ones) is positive. Cyclic Jacobi rotations until no entry off the
    diagonal is left; of equal eigenvalues the vectors are one choice out of many. A missing value is an EngineError.

    Reference: Jacobi (1846), doi:10.1515/crll.1846.30.51.
    """
    if not np.isfinite(matrix).all():
        raise EngineError("principal components need a matrix without gaps")
    size = matrix.shape[0]
    work, vectors, largest = matrix.copy(), np.eye(size), float(np.abs(matrix).max())
    pairs = [(i, j) for i in range(size) for j in range(i + 1, size)]
    for _ in range(SWEEPS):
        turned = [_turn(work, vectors, pair, largest) for pair in pairs]
        if not any(turned):
            break
    values = np.diag(work).copy()
    order = np.argsort(-values, kind="stable")
    return values[order], _positive(vectors[:, order])


def _turn(work: Floats, vectors: Floats, pair: tuple[int, int], largest: float) -> bool:
    """Rotate rows and columns i and j so that their common entry vanishes; say whether there was anything to do."""
    i, j = pair
    entry = float(work[i, j])
    if abs(entry) <= STILL * largest:
        work[i, j] = work[j, i] = 0.0
        return False
    theta = (float(work[j, j]) - float(work[i, i])) / (2.0 * entry)
    tangent = math.copysign(1.0, theta) / (abs(theta) + math.sqrt(theta * theta + 1.0))
    cosine = 1.0 / math.sqrt(tangent * tangent + 1.0)
    sine = tangent * cosine
    for rows in (work, work.T, vectors.T):
        first, second = rows[i].copy(), rows[j].copy()
        rows[i] = cosine * first - sine * second
        rows[j] = sine * first + cosine * second
    work[i, j] = work[j, i] = 0.0
    return True


def _positive(vectors: Floats) -> Floats:
    """Turn each column so that its largest entry, the first of equal ones, is positive."""
    turned = vectors.copy()
    for column in turned.T:
        size = np.abs(column)
        if column[int(np.argmax(size >= size.max() - STILL))] < 0.0:
            column *= -1.0
    return turned + 0.0


def varimax(loadings: Floats) -> Floats:
    """Rotate loadings (k, m) so that each child loads on few components (varimax, rows scaled to length 1 meanwhile).

    Planar rotations of each pair of components until none moves. A row of zeros stays. One component stays as it is.

    Reference: Kaiser (1958), doi:10.1007/BF02289233.
    """
    squares = sum_in_order((loadings * loadings).T)
    length = np.sqrt(squares)[:, np.newaxis]
    rotated = np.where(length > 0.0, loadings / np.where(length > 0.0, length, 1.0), 0.0)
    count = rotated.shape[1]
    for _ in range(SWEEPS):
        moved = [_rotate(rotated, i, j) for i in range(count) for j in range(i + 1, count)]
        if not any(moved):
            break
    return _positive(rotated * length)


def _rotate(rotated: Floats, i: int, j: int) -> bool:
    x, y = rotated[:, i].copy(), rotated[:, j].copy()
    u, v, size = x * x - y * y, 2.0 * x * y, x.size
    sum_u, sum_v = math.fsum(u.tolist()), math.fsum(v.tolist())
    sine = 2.0 * math.fsum((u * v).tolist()) - 2.0 * sum_u * sum_v / size
    cosine = math.fsum((u * u - v * v).tolist()) - (sum_u * sum_u - sum_v * sum_v) / size
    length = math.sqrt(sine * sine + cosine * cosine)
    if length <= 1e-14 or (cosine > 0.0 and abs(sine) <= 1e-13 * length):
        return False
    # The angle is a quarter of the one with this sine and cosine.
    cosine, sine = _half(*_half(cosine / length, sine / length))
    rotated[:, i] = x * cosine + y * sine
    rotated[:, j] = y * cosine - x * sine
    return True


def _half(cosine: float, sine: float) -> tuple[float, float]:
    """Return cosine and sine of half an angle between -180 and 180 degrees."""
    if cosine >= 0.0:
        half = math.sqrt((1.0 + cosine) / 2.0)
        return half, sine / (2.0 * half)
    other = math.copysign(math.sqrt((1.0 - cosine) / 2.0), sine)
    return sine / (2.0 * other), other


@dataclass(frozen=True, eq=False)
class LoadingWeights:
    """`weights` (k,) that sum to 1, the `component` (k,) each child was assigned to, and the share (m,) of each."""

    weights: Floats
    component: Ints
    share: Floats


def weights_from_loadings(loadings: Floats) -> LoadingWeights:
    """Turn rotated loadings (k children, m components) into weights.

    The squared loadings, scaled to sum 1 within each component, are the weights of the children in it; each child
    belongs to the component where that is largest (the first of equal ones); components count by the variance they
    explain after rotation; all together is scaled to sum 1. A component that explains nothing counts nothing.

    References: Nicoletti, Scarpetta and Boylaud (2000), doi:10.1787/215182844604; OECD/JRC (2008), step 6,
    doi:10.1787/9789264043466-en.
    """
    squares: Floats = loadings * loadings
    explained = np.array([math.fsum(column.tolist()) for column in squares.T])
    scaled = np.where(explained > 0.0, squares / np.where(explained > 0.0, explained, 1.0), 0.0)
    share: Floats = explained / math.fsum(explained.tolist())
    # Scaled squares that differ by rounding only are equal: the first component gets the child.
    component = np.argmax(scaled >= scaled.max(axis=1, keepdims=True) - 1e-12, axis=1).astype(np.int64)
    raw = scaled[np.arange(component.size), component] * share[component]
    component.flags.writeable = False
    return LoadingWeights(canonical(raw / math.fsum(raw.tolist())), component, canonical(share))
