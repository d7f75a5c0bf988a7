"""What holds for the diagnosis of every table and every index."""

import math
from random import Random

import numpy as np
from engine_indices import Choices, Index, indices
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stadtindex.engine import Aggregation, EngineError, Normalisation, Table, Weighing
from stadtindex.engine.arrays import Floats
from stadtindex.engine.diagnose.audit import audit
from stadtindex.engine.diagnose.components import components, inflation
from stadtindex.engine.diagnose.correlate import Correlation, correlate, false_discovery
from stadtindex.engine.diagnose.describe import describe
from stadtindex.engine.diagnose.profile import standings
from stadtindex.engine.diagnose.reliability import reliability

CODES = ("a", "b", "c", "d")
METHODS = (
    Normalisation.NONE,
    Normalisation.FIXED,
    Normalisation.MIN_MAX,
    Normalisation.Z_SCORE,
    Normalisation.PERCENTILE,
)
KNOWN = Choices(
    leaf_methods=METHODS,
    inner_methods=METHODS,
    aggregations=(Aggregation.ARITHMETIC, Aggregation.GEOMETRIC),
    weighings=(Weighing.GIVEN, Weighing.EQUAL),
)
PLAIN = Choices(
    leaf_methods=METHODS,
    inner_methods=(Normalisation.NONE,),
    aggregations=(Aggregation.ARITHMETIC,),
    weighings=(Weighing.GIVEN,),
    absences=(),
    bonus=False,
    denominators=False,
    inner_directions=(1,),
)
numbers = st.one_of(st.integers(-9, 9).map(float), st.integers(-9, 9).map(float), st.just(math.nan))
tables = arrays(np.float64, st.tuples(st.just(4), st.integers(1, 12)), elements=numbers)
complete = arrays(
    np.float64, st.tuples(st.just(4), st.integers(3, 12)), elements=st.integers(-9, 9).map(float)
)
kinds = st.sampled_from(list(Correlation))


def same(one: Floats, other: Floats) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


@given(tables, kinds)
def test_correlations_are_symmetric_and_bounded(columns: Floats, kind: Correlation) -> None:
    found = correlate(CODES, columns, kind)
    for matrix in (found.coefficient, found.p, found.q):
        assert np.array_equal(matrix, matrix.T, equal_nan=True)
    known = ~np.isnan(found.coefficient)
    assert (np.abs(found.coefficient[known]) <= 1.0).all()
    tested = ~np.isnan(found.p)
    assert ((found.p[tested] >= 0.0) & (found.p[tested] <= found.q[tested]) & (found.q[tested] <= 1.0)).all()
    assert (tested == (known & ~np.eye(4, dtype=bool))).all()


@given(tables, kinds, st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(columns: Floats, kind: Correlation, random: Random) -> None:
    order = list(range(columns.shape[1]))
    random.shuffle(order)
    one, other = correlate(CODES, columns, kind), correlate(CODES, columns[:, order], kind)
    same(one.coefficient, other.coefficient)
    same(one.p, other.p)


@given(tables, kinds, st.sampled_from([0.25, 3.0, 1024.0]), st.sampled_from([-8.0, 0.0, 100.0]))
def test_units_of_measure_do_not_matter(
    columns: Floats, kind: Correlation, factor: float, offset: float
) -> None:
    moved = columns.copy()
    moved[1] = columns[1] * factor + offset
    moved[2] = -columns[2]
    signs = np.array([1.0, 1.0, -1.0, 1.0])
    one, other = correlate(CODES, columns, kind), correlate(CODES, moved, kind)
    same(one.coefficient * np.outer(signs, signs), other.coefficient)
    same(one.p, other.p)


@given(tables)
def test_control_under_any_dependence_is_never_laxer(columns: Floats) -> None:
    found = correlate(CODES, columns)
    tested = ~np.isnan(found.q)
    assert (found.q_dependent[tested] >= found.q[tested]).all()
    pairs = np.count_nonzero(tested) // 2
    factor = sum(1.0 / rank for rank in range(1, pairs + 1))
    same(found.q_dependent[tested], np.minimum(found.q[tested] * factor, 1.0) if pairs else found.q[tested])


@given(tables)
def test_rank_correlations_see_only_the_order(columns: Floats) -> None:
    for kind in (Correlation.SPEARMAN, Correlation.KENDALL):
        same(correlate(CODES, columns, kind).coefficient, correlate(CODES, columns**3, kind).coefficient)


@given(st.lists(st.floats(0.0, 1.0), max_size=12))
def test_adjusted_p_values_keep_the_order_and_never_fall(p: list[float]) -> None:
    values = np.array(p)
    q = false_discovery(values)
    assert ((q >= values) & (q <= 1.0)).all()
    order = np.argsort(values, kind="stable")
    assert (np.diff(q[order]) >= 0.0).all()
    if values.size > 0:
        assert q.max() == values.max()


@given(complete, st.sampled_from([0.5, 7.0]), st.sampled_from([-3.0, 0.0]))
def test_alpha_knows_no_common_unit_and_is_at_most_one(columns: Floats, factor: float, offset: float) -> None:
    found = reliability(CODES, columns)
    moved = reliability(CODES, columns * factor + offset)
    np.testing.assert_allclose(found.alpha, moved.alpha, rtol=1e-6, atol=1e-9)
    assert math.isnan(found.alpha) or found.alpha <= 1.0 + 1e-12


@given(complete)
def test_components_restore_the_correlations(columns: Floats) -> None:
    try:
        found = components(CODES, columns)
    except EngineError:
        assume(False)
        raise
    kept = [CODES.index(code) for code in found.codes]
    restored = found.loadings @ found.loadings.T
    same(restored, correlate(CODES, columns).coefficient[np.ix_(kept, kept)])
    np.testing.assert_allclose(found.eigenvalues.sum(), len(kept))
    assert (np.diff(found.eigenvalues) <= 1e-9).all()
    largest = np.abs(found.loadings).max(axis=0)
    assert (found.loadings.max(axis=0) >= largest - 1e-8).all()


@given(complete, st.permutations(range(4)))
def test_inflation_is_at_least_one_and_goes_with_its_column(columns: Floats, order: list[int]) -> None:
    found = inflation(CODES, columns)
    known = found[~np.isnan(found)]
    assert (known >= 1.0).all()
    moved = inflation([CODES[i] for i in order], columns[order])
    finite = np.isfinite(found[order]) & (found[order] < 1e6)
    np.testing.assert_allclose(moved[finite], found[order][finite], rtol=1e-6)


@given(tables)
def test_a_description_adds_up(columns: Floats) -> None:
    table = Table.build([f"u{i}" for i in range(columns.shape[1])], CODES, columns.T)
    for one, column in zip(describe(table), columns, strict=True):
        known = column[~np.isnan(column)]
        assert one.units == one.values + one.missing + one.unanswered
        assert one.values == known.size
        assert one.distinct <= one.values
        assert one.zeros == (known == 0.0).sum()
        if known.size > 0:
            assert one.minimum <= one.quartiles[0] <= one.median <= one.quartiles[1] <= one.maximum
            assert one.minimum <= one.mean <= one.maximum
            assert one.same_share >= 1.0 / one.distinct
            assert len(one.outliers) <= one.values


@given(indices(PLAIN))
def test_gains_add_up_to_the_distance_from_the_average(index: Index) -> None:
    """Under plain means, with every value there and no column dropped."""
    try:
        results = index.compute()
    except EngineError:
        assume(False)
        raise
    assume(results.constant == ())
    scores = results.score[results.tree.root]
    for i, unit in enumerate(results.units):
        counted = [each.gain for each in standings(results, unit) if each.share > 0.0]
        np.testing.assert_allclose(math.fsum(counted), scores[i] - scores.mean(), rtol=1e-9, atol=1e-7)


@given(indices(KNOWN))
def test_every_index_can_be_audited(index: Index) -> None:
    try:
        results = index.compute()
    except EngineError:
        assume(False)
        raise
    found = audit(results)
    assert [column.code for column in found.columns] == list(results.tree.leaves)
    assert {group.node for group in found.groups} == {
        node.code for node in results.tree.nodes if not results.tree.is_leaf(node.code)
    }
    codes = {node.code for node in results.tree.nodes}
    for finding in found.findings:
        assert finding.node is None or finding.node in codes
        assert finding.text != ""
