"""The computed weighings against slow, plain implementations written independently, and against the literature."""

import csv
import itertools
import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from stadtindex.engine.weigh.balanced import balanced
from stadtindex.engine.weigh.bod import Bounded, Bounds, benefit_of_the_doubt
from stadtindex.engine.weigh.components import eigen, varimax, weights_from_loadings
from stadtindex.engine.weigh.importance import Importance
from stadtindex.engine.weigh.siblings import Siblings, correlations
from stadtindex.engine.weigh.statistical import critic, entropy, pca


def chance(key: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=key))


def correlated(key: int, units: int, children: int) -> np.ndarray:
    random = chance(key)
    mix = random.normal(size=(children, children))
    together = random.choice([0.0, 2.0]) * random.normal(size=(units, 1))
    return (random.normal(size=(units, children)) @ mix + together) * random.uniform(0.2, 5.0, size=children)


def siblings(scores: np.ndarray, weights: np.ndarray | None = None) -> Siblings:
    units, children = scores.shape
    given = np.ones(children) if weights is None else weights
    return Siblings(
        tuple(f"c{i}" for i in range(children)), tuple(f"u{i}" for i in range(units)), scores, given
    )


def test_the_weights_of_the_technology_achievement_index() -> None:
    # OECD/JRC Handbook (2008): rotated loadings of the TAI on four components, and the weights that follow from them.
    loadings = np.array(
        [
            [0.07, 0.97, 0.06, 0.06],  # patents
            [0.13, 0.07, -0.07, 0.93],  # royalties
            [0.79, -0.21, 0.21, 0.42],  # internet
            [-0.64, 0.56, -0.04, 0.36],  # technology exports
            [0.37, 0.17, 0.38, 0.68],  # telephones
            [0.82, -0.04, 0.25, 0.35],  # electricity
            [0.88, 0.23, -0.09, 0.09],  # schooling
            [0.08, 0.04, 0.96, 0.04],  # university
        ]
    )
    found = weights_from_loadings(loadings)
    # Exports load highest on the first, but weigh most, among its squares scaled to sum 1, in the second.
    assert found.component.tolist() == [1, 3, 0, 1, 3, 0, 0, 2]
    np.testing.assert_allclose(found.share, [0.38, 0.20, 0.17, 0.25], atol=0.006)
    by_hand = [
        0.67 * 0.20,
        0.49 * 0.25,
        0.24 * 0.38,
        0.23 * 0.20,
        0.26 * 0.25,
        0.25 * 0.38,
        0.29 * 0.38,
        0.77 * 0.17,
    ]
    np.testing.assert_allclose(found.weights, np.array(by_hand) / sum(by_hand), atol=0.004)


@pytest.mark.parametrize("key", range(6))
def test_eigenvalues_and_vectors_are_those_of_lapack(key: int) -> None:
    scores = correlated(key, 12, 2 + 3 * key)  # from more units than children to fewer
    related = correlations(scores)
    np.testing.assert_allclose(related, np.corrcoef(scores, rowvar=False), atol=1e-12)
    values, vectors = eigen(related)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(related)[::-1], atol=1e-12)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(values.size), atol=1e-12)
    np.testing.assert_allclose(related @ vectors, vectors * values, atol=1e-12)
    assert (vectors[np.abs(vectors).argmax(axis=0), np.arange(values.size)] > 0.0).all()


def by_singular_values(loadings: np.ndarray) -> np.ndarray:
    """Varimax in the usual other way: iterated singular value decompositions (as in R's stats::varimax)."""
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    scaled = loadings / length
    rotation = np.eye(loadings.shape[1])
    for _ in range(5000):
        turned = scaled @ rotation
        gradient = scaled.T @ (turned**3 - turned * (turned**2).mean(axis=0))
        left, _, right = np.linalg.svd(gradient)
        rotation = left @ right
    return scaled @ rotation * length


@pytest.mark.parametrize("key", range(5))
def test_varimax_is_that_of_the_singular_values(key: int) -> None:
    scores = correlated(key + 20, 60, 7)
    values, vectors = eigen(correlations(scores))
    loadings = vectors[:, :3] * np.sqrt(values[:3])
    found, expected = varimax(loadings), by_singular_values(loadings)
    nearest = min(
        itertools.permutations(range(3)), key=lambda order: np.abs(found**2 - expected[:, order] ** 2).max()
    )
    np.testing.assert_allclose(found**2, expected[:, nearest] ** 2, atol=1e-6)
    np.testing.assert_allclose(found @ found.T, loadings @ loadings.T, atol=1e-12)


@pytest.mark.parametrize("key", range(5))
def test_pca_by_the_book(key: int) -> None:
    scores = correlated(key + 40, 50, 6)
    values, vectors = np.linalg.eigh(np.corrcoef(scores, rowvar=False))
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = max(int((values >= 1.0).sum()), next(m for m in range(1, 7) if values[:m].sum() >= 0.6 * 6))
    rotated = by_singular_values(vectors[:, :kept] * np.sqrt(values[:kept]))
    squares = rotated**2 / (rotated**2).sum(axis=0)
    raw = [squares[child].max() * (rotated[:, squares[child].argmax()] ** 2).sum() for child in range(6)]
    np.testing.assert_allclose(pca(siblings(scores)).weights, np.array(raw) / sum(raw), atol=1e-6)


def plain_entropy(scores: list[list[float]]) -> list[float]:
    diversity = []
    for column in zip(*scores, strict=True):
        known = [x for x in column if not math.isnan(x)]
        shares = [x / sum(known) for x in known]
        diversity.append(1.0 + sum(p * math.log(p) for p in shares if p > 0.0) / math.log(len(known)))
    return [d / sum(diversity) for d in diversity]


def plain_critic(scores: np.ndarray) -> list[float]:
    children, information = scores.shape[1], []
    for j in range(children):
        known = scores[~np.isnan(scores[:, j]), j]
        conflict = 0.0
        for other in range(children):
            both = ~np.isnan(scores[:, j]) & ~np.isnan(scores[:, other])
            conflict += 1.0 - np.corrcoef(scores[both, j], scores[both, other])[0, 1]
        information.append(((known - known.min()) / (known.max() - known.min())).std(ddof=1) * conflict)
    return [c / sum(information) for c in information]


@pytest.mark.parametrize("key", range(5))
def test_entropy_and_critic_in_plain_python(key: int) -> None:
    scores = np.abs(correlated(key + 60, 30, 5))
    scores[chance(key + 80).random(scores.shape) < 0.15] = np.nan
    np.testing.assert_allclose(entropy(siblings(scores)).weights, plain_entropy(scores.tolist()), atol=1e-12)
    np.testing.assert_allclose(critic(siblings(scores)).weights, plain_critic(scores), atol=1e-12)


def best_corner(own: np.ndarray, rows: np.ndarray, limits: np.ndarray) -> float:
    """The highest own · w where rows · w <= limits, by trying every corner."""
    best, size = -math.inf, own.size
    for chosen in itertools.combinations(range(limits.size), size):
        matrix = rows[list(chosen)]
        if abs(np.linalg.det(matrix)) > 1e-12:
            corner = np.linalg.solve(matrix, limits[list(chosen)])
            if (rows @ corner <= limits + 1e-9).all():
                best = max(best, float(own @ corner))
    return best


@pytest.mark.parametrize("key", range(4))
@pytest.mark.parametrize("of", [None, *Bounded])
def test_benefit_of_the_doubt_by_trying_every_corner(key: int, of: Bounded | None) -> None:
    scores = chance(key + 100).uniform(1.0, 100.0, size=(7, 3))
    lower, upper = np.array([0.1, 0.2, 0.15]), np.array([0.6, 0.5, 0.7])
    found = benefit_of_the_doubt(
        siblings(scores), None if of is None else Bounds(list(lower), list(upper), of)
    )
    for unit, own in enumerate(scores):
        rows, limits = [scores, -np.eye(3)], [np.ones(7), np.zeros(3)]
        if of is not None:
            measure = np.ones(3) if of is Bounded.WEIGHT else own
            rows += [np.outer(lower, measure) - np.diag(measure), np.diag(measure) - np.outer(upper, measure)]
            limits += [np.zeros(3), np.zeros(3)]
        expected = best_corner(own, np.concatenate(rows), np.concatenate(limits))
        assert found.score[unit] == pytest.approx(expected, abs=1e-9)
        kept = found.weights[unit] if of is not Bounded.SHARE else found.share[unit]
        if of is not None:
            assert ((kept >= lower - 1e-9) & (kept <= upper + 1e-9)).all()


def importances(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    composite = scores @ weights
    related = np.array([np.corrcoef(column, composite)[0, 1] for column in scores.T])
    signed = related * np.abs(related)
    return signed / np.abs(signed).sum()


@pytest.mark.parametrize("key", range(8))
def test_balanced_weights_are_at_least_as_good_as_a_general_optimiser_from_fifty_starts(key: int) -> None:
    random = chance(key + 200)
    children = 3 + key % 3
    scores, target = correlated(key + 300, 40, children), random.dirichlet(np.ones(children))
    deviation = scores.std(axis=0, ddof=1)

    def objective(pulls: np.ndarray) -> float:
        return float(((importances(scores, pulls / deviation) - target) ** 2).sum())

    found = balanced(siblings(scores, target))
    assert (found.weights >= 0.0).all()
    reached = float(((importances(scores, found.weights) - target) ** 2).sum())
    assert found.objective == pytest.approx(reached, rel=1e-6, abs=1e-12)
    np.testing.assert_allclose(found.importance, importances(scores, found.weights), atol=1e-9)
    assert reached <= searched(objective, children, random) + 1e-10


def searched(objective: Callable[[np.ndarray], float], children: int, random: np.random.Generator) -> float:
    """The least objective that three general-purpose methods find, each from 50 random starts."""
    bounds = [(1e-9, 1.0)] * children
    found = []
    for method in ("L-BFGS-B", "SLSQP", "Nelder-Mead"):
        for _ in range(50):
            start = random.dirichlet(np.ones(children))
            result = minimize(objective, start, method=method, bounds=bounds, options={"maxiter": 400})
            found.append(float(result.fun))
    return float(np.nanmin(found))


@pytest.mark.parametrize("parent", ["Physical", "P2P", "Conn"])
def test_on_a_real_index_too(originals: Path, parent: str) -> None:
    """The ASEM index of the Joint Research Centre: children on z-scores, their stated weights as importances."""
    folder = originals.parent / "asem"
    if not folder.is_dir():
        if os.environ.get("STADTINDEX_TEST_REQUIRE_ALL") == "1":
            pytest.fail("the ASEM data are missing, and STADTINDEX_TEST_REQUIRE_ALL=1 demands them")
        pytest.skip("the ASEM data are missing")
    with (folder / "ASEM_iMeta.csv").open(encoding="utf-8", newline="") as file:
        meta = list(csv.DictReader(file))
    with (folder / "ASEM_iData.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    below = {row["iCode"]: [r for r in meta if r["Parent"] == row["iCode"]] for row in meta}

    def column(row: dict[str, str]) -> np.ndarray:
        if below[row["iCode"]]:
            return np.mean([column(child) for child in below[row["iCode"]]], axis=0)
        cells = [math.nan if r[row["iCode"]] in ("", "NA") else float(r[row["iCode"]]) for r in rows]
        values = np.array(cells) * float(row["Direction"])
        filled = np.where(np.isnan(values), np.nanmedian(values), values)
        return (filled - filled.mean()) / filled.std(ddof=1)

    children = below[parent]
    scores = np.column_stack([column(child) for child in children])
    target = np.arange(1.0, len(children) + 1.0)
    target = target / target.sum()
    deviation = scores.std(axis=0, ddof=1)
    found = balanced(siblings(scores, target))
    assert (found.weights >= 0.0).all()

    def objective(pulls: np.ndarray) -> float:
        return float(((importances(scores, pulls / deviation) - target) ** 2).sum())

    assert objective(found.weights * deviation) == pytest.approx(found.objective, rel=1e-6, abs=1e-12)
    assert found.objective <= searched(objective, len(children), chance(7)) + 1e-10


def plain_ratio(x: np.ndarray, y: np.ndarray) -> float:
    fitted = np.polynomial.Polynomial.fit(x, y, 3)(x)
    return float(fitted.var() / y.var())


@pytest.mark.parametrize("key", range(3))
def test_correlation_ratios_are_those_of_a_cubic_and_at_least_as_well_balanced(key: int) -> None:
    random = chance(key + 400)
    scores = np.exp(0.5 * random.normal(size=(50, 3)) + 0.4 * random.normal(size=(50, 1)))
    target = np.array([0.5, 0.3, 0.2])
    found = balanced(siblings(scores, target), Importance.CORRELATION_RATIO)
    ratios = np.array([plain_ratio(column, scores @ found.weights) for column in scores.T])
    np.testing.assert_allclose(found.explained, ratios, atol=1e-9)
    np.testing.assert_allclose(found.importance, ratios / ratios.sum(), atol=1e-9)

    def objective(weights: np.ndarray) -> float:
        ratios = np.array([plain_ratio(column, scores @ weights) for column in scores.T])
        return float(((ratios / ratios.sum() - target) ** 2).sum())

    others = [
        minimize(objective, random.dirichlet(np.ones(3)), method="L-BFGS-B", bounds=[(1e-9, 1.0)] * 3).fun
        for _ in range(50)
    ]
    assert objective(found.weights) <= min(others) + 1e-10
