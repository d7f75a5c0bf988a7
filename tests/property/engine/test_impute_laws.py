"""Imputation against slow plain referees, and laws that every method keeps, on whatever Hypothesis invents."""

import math
import statistics
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from stadtindex.engine.impute.fill import impute
from stadtindex.engine.impute.gaps import Gaps, Imputation, Impute, Imputed, Wave

NAN = math.nan
LN_TWO_PI = math.log(2.0 * math.pi)
Rows = list[list[float]]


@dataclass(frozen=True)
class Given:
    rows: Rows
    directions: tuple[int, ...]
    families: tuple[str, ...]
    groups: tuple[str, ...]
    waves: tuple[tuple[float, Rows], ...]

    @property
    def size(self) -> tuple[int, int]:
        return len(self.rows), len(self.directions)

    def gaps(self, order: list[int] | None = None, factor: float = 1.0, plus: float = 0.0) -> Gaps:
        places = list(range(len(self.rows))) if order is None else order
        values = np.array(self.rows)[places] * factor + plus
        return Gaps(
            units=tuple(f"u{place:02d}" for place in places),
            columns=tuple("abcdefgh"[: values.shape[1]]),
            values=values,
            wanted=np.isnan(values),
            directions=self.directions,
            families=self.families,
            groups=tuple(self.groups[place] for place in places),
            period=5.0,
            waves=tuple(Wave(period, np.array(rows)[places] * factor + plus) for period, rows in self.waves),
        )

    def fill(self, method: Imputation, **options: Any) -> Imputed:
        return filled(self.gaps(), method, **options)

    def holes(self) -> list[tuple[int, int]]:
        n, m = self.size
        return [(i, j) for i in range(n) for j in range(m) if math.isnan(self.rows[i][j])]


def filled(gaps: Gaps, method: Imputation, **options: Any) -> Imputed:
    return impute(gaps, {code: Impute(method, **options) for code in gaps.columns})


@st.composite
def tables(draw: st.DrawFn, smallest: int = 1) -> Given:
    n, m = draw(st.integers(smallest, 9)), draw(st.integers(1, 5))
    number = st.integers(-6, 6).map(float)
    cell = st.one_of(number, number, number, st.just(NAN))
    table = st.lists(st.lists(cell, min_size=m, max_size=m), min_size=n, max_size=n)
    periods = draw(st.lists(st.sampled_from([1.0, 2.5, 4.0, 7.0, 9.0]), min_size=1, max_size=4, unique=True))
    return Given(
        rows=draw(table),
        directions=tuple(draw(st.lists(st.sampled_from([1, -1]), min_size=m, max_size=m))),
        families=tuple(draw(st.lists(st.sampled_from("pq"), min_size=m, max_size=m))),
        groups=tuple(draw(st.lists(st.sampled_from(["g", "h", ""]), min_size=n, max_size=n))),
        waves=tuple((period, draw(table)) for period in periods),
    )


def compare(result: Imputed, table: Given, expected: dict[tuple[int, int], float | None]) -> None:
    for (i, j), value in expected.items():
        assert result.filled[i, j] == (value is not None)
        assert result.open_gaps[i, j] == (value is None)
        if value is not None:
            assert result.values[i, j] == pytest.approx(value, rel=1e-12, abs=1e-12)
    assert result.filled.sum() + result.open_gaps.sum() == len(table.holes())


def known(rows: Rows, j: int, among: list[int]) -> list[float]:
    return [rows[i][j] for i in among if not math.isnan(rows[i][j])]


@given(tables())
def test_column_figures(table: Given) -> None:
    everyone = list(range(table.size[0]))
    for method, figure in ((Imputation.MEAN, statistics.fmean), (Imputation.MEDIAN, statistics.median)):
        expected = {
            (i, j): figure(there) if (there := known(table.rows, j, everyone)) else None
            for i, j in table.holes()
        }
        compare(table.fill(method), table, expected)


@given(tables())
def test_group_figures(table: Given) -> None:
    for method, figure in (
        (Imputation.GROUP_MEAN, statistics.fmean),
        (Imputation.GROUP_MEDIAN, statistics.median),
    ):
        expected: dict[tuple[int, int], float | None] = {}
        for i, j in table.holes():
            mates = [other for other, group in enumerate(table.groups) if group == table.groups[i] != ""]
            there = known(table.rows, j, mates)
            expected[i, j] = figure(there) if there else None
        compare(table.fill(method), table, expected)


@given(tables())
def test_siblings(table: Given) -> None:
    n, m = table.size
    ends = []
    for j in range(m):
        there = known(table.rows, j, list(range(n)))
        ends.append((min(there), max(there)) if there else None)
    expected: dict[tuple[int, int], float | None] = {}
    for i, j in table.holes():
        shares = []
        for k in range(m):
            end, value = ends[k], table.rows[i][k]
            if table.families[k] == table.families[j] and end and end[0] < end[1] and value == value:
                share = (value - end[0]) / (end[1] - end[0])
                shares.append(share if table.directions[k] > 0 else 1.0 - share)
        end = ends[j]
        if not shares or end is None:
            expected[i, j] = None
            continue
        share = statistics.fmean(shares)
        share = share if table.directions[j] > 0 else 1.0 - share
        expected[i, j] = end[0] + share * (end[1] - end[0])
    compare(table.fill(Imputation.SIBLINGS), table, expected)


@given(tables(), st.integers(1, 4), st.integers(1, 3))
def test_neighbours(table: Given, count: int, overlap: int) -> None:
    n, m = table.size
    spread = []
    for j in range(m):
        there = known(table.rows, j, list(range(n)))
        spread.append(statistics.stdev(there) if len(set(there)) > 1 else None)
    expected: dict[tuple[int, int], float | None] = {}
    for i, j in table.holes():
        near = []
        for other in range(n):
            squares = []
            for k in range(m):
                width, mine, theirs = spread[k], table.rows[i][k], table.rows[other][k]
                if width is not None and mine == mine and theirs == theirs:
                    squares.append(((mine - theirs) / width) ** 2)
            value = table.rows[other][j]
            if len(squares) >= overlap and value == value:
                near.append((math.fsum(squares) / len(squares), value))
        near.sort()
        last = near[min(count, len(near)) - 1][0] if near else 0.0
        donors = [value for distance, value in near if distance <= last * (1 + 1e-9)]
        expected[i, j] = statistics.fmean(donors) if donors else None
    compare(table.fill(Imputation.NEIGHBOURS, neighbours=count, overlap=overlap), table, expected)


@given(tables(), st.one_of(st.none(), st.floats(0.0, 5.0)))
def test_panels(table: Given, look_back: float | None) -> None:
    latest: dict[tuple[int, int], float | None] = {}
    linear: dict[tuple[int, int], float | None] = {}
    for i, j in table.holes():
        seen = {
            period: rows[i][j]
            for period, rows in table.waves
            if rows[i][j] == rows[i][j] and (look_back is None or abs(period - 5.0) <= look_back)
        }
        before = max((period for period in seen if period < 5.0), default=None)
        after = min((period for period in seen if period > 5.0), default=None)
        latest[i, j] = None if before is None else seen[before]
        if before is None or after is None:
            side = after if before is None else before
            linear[i, j] = None if side is None else seen[side]
        else:
            linear[i, j] = float(np.interp(5.0, [before, after], [seen[before], seen[after]]))
    compare(table.fill(Imputation.LATEST, look_back=look_back), table, latest)
    compare(table.fill(Imputation.LINEAR, look_back=look_back), table, linear)


def slow_em(values: np.ndarray, ridge: float, steps: int) -> tuple[np.ndarray, list[float]]:
    """The textbook's EM with solved equations, in standard units; the observed log-likelihood of every step."""
    n, p = values.shape
    there = ~np.isnan(values)
    level = np.nanmean(values, axis=0)
    width = np.nanstd(values, axis=0, ddof=1)
    scaled = (values - level) / width
    centre, spread = np.zeros(p), np.eye(p)
    likelihoods = []
    for step in range(steps + 1):
        complete, rest, likelihood = scaled.copy(), np.zeros((p, p)), 0.0
        for i in range(n):
            o, g = np.flatnonzero(there[i]), np.flatnonzero(~there[i])
            if o.size > 0:
                apart, block = scaled[i, o] - centre[o], spread[np.ix_(o, o)]
                strain = apart @ np.linalg.solve(block, apart)
                likelihood -= 0.5 * (o.size * LN_TWO_PI + np.linalg.slogdet(block)[1] + strain)
            if g.size > 0:
                slopes = np.linalg.solve(spread[np.ix_(o, o)], spread[np.ix_(o, g)]).T
                complete[i, g] = centre[g] + slopes @ (scaled[i, o] - centre[o])
                rest[np.ix_(g, g)] += spread[np.ix_(g, g)] - slopes @ spread[np.ix_(o, g)]
        likelihoods.append(likelihood)
        if step == steps:
            break
        centre = complete.mean(axis=0)
        apart = complete - centre
        spread = ((apart.T @ apart + rest) / n + ridge * np.eye(p)) / (1.0 + ridge)
    return complete * width + level, likelihoods


@st.composite
def scattered(draw: st.DrawFn) -> np.ndarray:
    """Noise around two common factors, with gaps; every column keeps at least three distinct values."""
    seed, n, m = draw(st.integers(0, 2**32)), draw(st.integers(8, 16)), draw(st.integers(2, 5))
    chance = np.random.Generator(np.random.Philox(key=seed))
    values = chance.normal(size=(n, 2)) @ chance.normal(size=(2, m)) + 0.5 * chance.normal(size=(n, m))
    gone = chance.random((n, m)) < draw(st.sampled_from([0.05, 0.2, 0.4]))
    gone[:3] = False
    return np.where(gone, NAN, 10.0 + 3.0 * values)


def bare(values: np.ndarray) -> Gaps:
    n, m = values.shape
    units, columns = tuple(f"u{i:02d}" for i in range(n)), tuple("abcdefgh"[:m])
    return Gaps(units, columns, values, np.isnan(values))


@given(scattered(), st.sampled_from([0.001, 0.05, 0.5]), st.integers(1, 12))
def test_em_step_by_step(values: np.ndarray, ridge: float, steps: int) -> None:
    result = filled(bare(values), Imputation.EM, ridge=ridge, iterations=steps, tolerance=1e-300)
    if not np.isnan(values).any():
        assert result.convergence == ()
        return
    expected, likelihoods = slow_em(values, ridge, steps)
    np.testing.assert_allclose(result.values, expected, rtol=1e-8, atol=1e-8)
    (ended,) = result.convergence
    event(f"{min(ended.iterations, 5)} steps or more")
    # It may stop early, but only where nothing changes any more.
    assert ended.ridge == ridge
    assert ended.iterations == steps or ended.change == 0.0
    assert ended.log_likelihood == pytest.approx(likelihoods[ended.iterations - 1], rel=1e-8, abs=1e-8)


@given(scattered())
def test_em_never_becomes_less_likely(values: np.ndarray) -> None:
    runs = [
        filled(bare(values), Imputation.EM, iterations=steps, tolerance=1e-12).convergence
        for steps in range(1, 9)
    ]
    plain = [run[0].log_likelihood for run in runs if run != () and run[0].ridge == 0.0]
    assert all(later >= earlier - 1e-9 * abs(earlier) for earlier, later in pairwise(plain))


@given(scattered())
def test_em_without_gaps_elsewhere_is_least_squares(values: np.ndarray) -> None:
    whole = np.where(np.isnan(values), 1.0 + np.arange(values.shape[1]), values)
    whole[:, 0] = np.where(np.arange(len(whole)) % 4 == 3, NAN, whole[:, 0])
    there = ~np.isnan(whole[:, 0])
    if there.sum() <= whole.shape[1] + 1:
        return
    result = filled(bare(whole), Imputation.EM, tolerance=1e-11, iterations=20000)
    (ended,) = result.convergence
    if ended.ridge > 0.0 or not ended.converged:
        event("singular or slow")
        return
    design = np.column_stack([np.ones(len(whole)), whole[:, 1:]])
    solution, *_ = np.linalg.lstsq(design[there], whole[there, 0], rcond=None)
    np.testing.assert_allclose(result.values[~there, 0], design[~there] @ solution, rtol=1e-6, atol=1e-6)


EVERY = st.sampled_from([method for method in Imputation if method is not Imputation.NONE])


@given(tables(), EVERY, st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(table: Given, method: Imputation, chance) -> None:  # type: ignore[no-untyped-def]
    order = list(range(table.size[0]))
    chance.shuffle(order)
    first, second = filled(table.gaps(), method), filled(table.gaps(order), method)
    assert first.values[order].tobytes() == second.values.tobytes()
    assert first.filled[order].tolist() == second.filled.tolist()


@given(tables(), EVERY)
def test_the_unit_of_measure_does_not_matter(table: Given, method: Imputation) -> None:
    first, second = filled(table.gaps(), method), filled(table.gaps(factor=4.0, plus=32.0), method)
    assert first.filled.tolist() == second.filled.tolist()
    np.testing.assert_allclose(second.values, first.values * 4.0 + 32.0, rtol=1e-6, atol=1e-6)


@given(tables(), EVERY)
def test_what_is_there_stays_and_what_is_filled_is_marked(table: Given, method: Imputation) -> None:
    given_values = np.array(table.rows)
    result = filled(table.gaps(), method)
    there = ~np.isnan(given_values)
    assert not (result.filled & there).any()
    np.testing.assert_array_equal(result.values[there], given_values[there])
    assert (np.isnan(result.values) == (~there & ~result.filled)).all()
    assert (result.open_gaps == (~there & ~result.filled)).all()
    assert any("stay open" in finding for finding in result.findings) == result.open_gaps.any()


@given(
    tables(),
    st.sampled_from([Imputation.MEAN, Imputation.MEDIAN, Imputation.SIBLINGS, Imputation.NEIGHBOURS]),
)
def test_filled_values_lie_within_the_column(table: Given, method: Imputation) -> None:
    result = table.fill(method)
    for j in range(table.size[1]):
        there = known(table.rows, j, list(range(table.size[0])))
        new = result.values[result.filled[:, j], j]
        assert all(min(there) - 1e-12 <= value <= max(there) + 1e-12 for value in new)


@given(tables(smallest=2))
def test_em_kept_within_the_column(table: Given) -> None:
    result = table.fill(Imputation.EM, cap=True, iterations=50)
    for j in range(table.size[1]):
        there = known(table.rows, j, list(range(table.size[0])))
        new = result.values[result.filled[:, j], j]
        assert all(min(there) <= value <= max(there) for value in new)
