"""Diagnosis against other implementations: scipy for correlations, plain formulas for the rest."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from stadtindex.engine.arrays import Floats
from stadtindex.engine.diagnose import pairwise
from stadtindex.engine.diagnose.components import components, inflation
from stadtindex.engine.diagnose.correlate import Correlation, correlate, false_discovery
from stadtindex.engine.diagnose.reliability import reliability

ORACLES = {
    Correlation.PEARSON: stats.pearsonr,
    Correlation.SPEARMAN: stats.spearmanr,
}


def columns(seed: int, *, gaps: bool, rounded: bool) -> Floats:
    """Six related columns of 40 units, with gaps and ties where asked."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    values = rng.normal(size=(6, 40)) + rng.normal(size=40) * rng.normal(size=(6, 1))
    if rounded:
        values = np.round(values)
    if gaps:
        values[rng.random(values.shape) < 0.1] = math.nan
    return values


@pytest.mark.parametrize("kind", ORACLES)
@pytest.mark.parametrize(("gaps", "rounded"), [(False, False), (True, False), (True, True)])
def test_pearson_and_spearman_are_those_of_scipy(kind: Correlation, gaps: bool, rounded: bool) -> None:
    values = columns(1, gaps=gaps, rounded=rounded)
    found = correlate(list("abcdef"), values, kind)
    for i, j in combinations(range(6), 2):
        both = ~np.isnan(values[i]) & ~np.isnan(values[j])
        oracle = ORACLES[kind](values[i][both], values[j][both])
        assert found.coefficient[i, j] == pytest.approx(oracle.statistic, rel=1e-12, abs=1e-14)
        assert found.p[i, j] == pytest.approx(oracle.pvalue, rel=1e-9)
        assert found.units[i, j] == both.sum()


@pytest.mark.parametrize("rounded", [False, True])
def test_kendall_pair_by_pair(rounded: bool) -> None:
    """Tau-b counted over all pairs of units; its variance under no relation after Kendall (1970), with ties."""
    values = columns(2, gaps=True, rounded=rounded)
    found = correlate(list("abcdef"), values, Correlation.KENDALL)
    for i, j in combinations(range(6), 2):
        both = ~np.isnan(values[i]) & ~np.isnan(values[j])
        x, y = values[i][both].tolist(), values[j][both].tolist()
        n, balance, tied_x, tied_y = len(x), 0, 0, 0
        for a, b in combinations(range(n), 2):
            sign = (x[a] - x[b]) * (y[a] - y[b])
            balance += (sign > 0) - (sign < 0)
            tied_x += x[a] == x[b]
            tied_y += y[a] == y[b]
        pairs = n * (n - 1) // 2
        tau = balance / math.sqrt((pairs - tied_x) * (pairs - tied_y))
        assert found.coefficient[i, j] == pytest.approx(tau, rel=1e-12)
        counts = [np.unique(side, return_counts=True)[1] for side in (x, y)]
        zero, one, two = (
            [float(np.sum(term(c))) for c in counts]
            for term in (
                lambda c: c * (c - 1) * (2 * c + 5),
                lambda c: c * (c - 1),
                lambda c: c * (c - 1) * (c - 2),
            )
        )
        variance = (n * (n - 1) * (2 * n + 5) - zero[0] - zero[1]) / 18.0
        variance += one[0] * one[1] / (2.0 * n * (n - 1)) + two[0] * two[1] / (9.0 * n * (n - 1) * (n - 2))
        assert found.p[i, j] == pytest.approx(math.erfc(abs(balance) / math.sqrt(2.0 * variance)), rel=1e-9)


@pytest.mark.parametrize(("gaps", "rounded"), [(False, False), (True, False), (True, True)])
def test_kendall_is_that_of_scipy(gaps: bool, rounded: bool) -> None:
    values = columns(11, gaps=gaps, rounded=rounded)
    found = correlate(list("abcdef"), values, Correlation.KENDALL)
    for i, j in combinations(range(6), 2):
        both = ~np.isnan(values[i]) & ~np.isnan(values[j])
        oracle = stats.kendalltau(values[i][both], values[j][both], method="asymptotic")
        assert found.coefficient[i, j] == pytest.approx(oracle.statistic, rel=1e-12, abs=1e-14)
        assert found.p[i, j] == pytest.approx(oracle.pvalue, rel=1e-9)


def test_kendall_by_matrix_products_and_by_sorting_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many units each pair of columns is sorted; both ways count the same."""
    values = columns(12, gaps=True, rounded=True)
    by_products = pairwise.kendall_pairs(values)
    monkeypatch.setattr(pairwise, "EVERY_PAIR", 10)
    by_sorting = pairwise.kendall_pairs(values)
    for one, other in zip(by_products, by_sorting, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


def test_many_pairs_of_units_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    values = columns(13, gaps=True, rounded=True)
    whole = pairwise.kendall_pairs(values)
    monkeypatch.setattr(pairwise, "AT_ONCE", 7)
    for one, other in zip(whole, pairwise.kendall_pairs(values), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("method", ["bh", "by"])
def test_false_discovery_is_that_of_scipy(method: str) -> None:
    p = np.random.Generator(np.random.Philox(key=4)).random(50) ** 3
    adjusted = false_discovery(p, dependent=method == "by")
    assert adjusted == pytest.approx(stats.false_discovery_control(p, method=method), rel=1e-12)
    found = correlate(list("abcdef"), columns(3, gaps=True, rounded=False))
    low = np.tril_indices(6, -1)
    assert found.q[low] == pytest.approx(stats.false_discovery_control(found.p[low]), rel=1e-12)
    by = stats.false_discovery_control(found.p[low], method="by")
    assert found.q_dependent[low] == pytest.approx(by, rel=1e-12)


def test_alpha_from_the_variance_of_the_total() -> None:
    """The textbook form for complete data: m / (m - 1) · (1 - sum of variances / variance of the sum)."""
    values = columns(5, gaps=False, rounded=False)
    found = reliability(list("abcdef"), values)

    def textbook(chosen: Floats) -> float:
        parts, size = chosen.var(axis=1, ddof=1).sum(), chosen.shape[0]
        return size / (size - 1) * (1.0 - parts / chosen.sum(axis=0).var(ddof=1))

    assert found.alpha == pytest.approx(textbook(values), rel=1e-10)
    for i in range(6):
        assert found.without[i] == pytest.approx(textbook(np.delete(values, i, 0)), rel=1e-10)


def test_components_from_the_singular_values() -> None:
    values = columns(6, gaps=True, rounded=False)
    complete = values[:, ~np.isnan(values).any(axis=0)]
    standard = (complete - complete.mean(axis=1, keepdims=True)) / complete.std(axis=1, keepdims=True)
    left, singular, _ = np.linalg.svd(standard / math.sqrt(complete.shape[1]))
    found = components(list("abcdef"), values)
    assert found.units == complete.shape[1]
    assert found.eigenvalues == pytest.approx(singular**2, rel=1e-9)
    assert found.explained.sum() == pytest.approx(1.0)
    assert np.abs(found.loadings) == pytest.approx(np.abs(left * singular), rel=1e-8)
    assert found.kaiser == int((singular**2 > 1.0).sum())
    for column in found.loadings.T:
        assert column[np.argmax(np.abs(column))] > 0.0


def test_inflation_from_regressions() -> None:
    """Each column on all others by least squares: 1 / (1 - R²)."""
    values = columns(7, gaps=True, rounded=False)
    complete = values[:, ~np.isnan(values).any(axis=0)]
    found = inflation(list("abcdef"), values)
    for i in range(6):
        others = np.vstack([np.ones(complete.shape[1]), np.delete(complete, i, 0)]).T
        fitted = others @ np.linalg.lstsq(others, complete[i], rcond=None)[0]
        unexplained = ((complete[i] - fitted) ** 2).sum() / ((complete[i] - complete[i].mean()) ** 2).sum()
        assert found[i] == pytest.approx(1.0 / unexplained, rel=1e-9)
