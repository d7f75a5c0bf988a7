"""The fast engine and the slow referee agree to 1e-12 on whatever Hypothesis invents."""

from decimal import Decimal

import engine_referee as slow
import numpy as np
import pytest
from engine_indices import Choices, Index, indices
from hypothesis import assume, event, given
from hypothesis import strategies as st

from stadtindex.engine import Aggregation, EngineError, Normalisation, Results, Weighing

# Scores live on a scale of about a hundred: agreement to 1e-12 of it.
TOLERANCE = 1e-12
COMPUTED = set(Weighing) - {Weighing.GIVEN, Weighing.EQUAL}


def refusal(index: Index) -> slow.RefusedError | None:
    try:
        slow.decide(index)
    except slow.RefusedError as refused:
        return refused
    return None


def tell(index: Index, results: Results) -> None:
    """Count what the index went through: --hypothesis-show-statistics shows it."""
    for done in results.treatment:
        event(f"treated: {done.outcome}, {done.by}")
    for code, chosen in index.recipe.items():
        if code in results.imputed and not np.isnan(results.imputed[code]).all():
            event(f"imputed: {chosen.impute.method}")
        if code in results.combined and chosen.weigh in COMPUTED:
            event(f"weighed: {chosen.weigh}")
    if len(results.left_out()) > 0:
        event("screened out")


def compared(index: Index, tolerance: float = TOLERANCE) -> None:
    refused = refusal(index)
    if refused is not None:
        assume(not refused.doubtful)
        event("refused")
        with pytest.raises(EngineError) as caught:
            index.compute()
        assert (caught.value.unit, caught.value.node) == (refused.unit, refused.node)
        return
    verdict = slow.decide(index)
    assume(not verdict.ill_conditioned)
    results = index.compute()
    tell(index, results)
    for name in ("score", "combined", "share", "coverage", "at_worst", "at_best"):
        for code, said in getattr(verdict, name).items():
            if name == "share" and code in verdict.ambiguous:
                continue
            expected = [float(said[u]) if isinstance(said[u], Decimal) else np.nan for u in index.units]
            size = max(100.0, np.nanmax(np.abs(expected), initial=0.0))
            np.testing.assert_allclose(
                getattr(results, name)[code],
                expected,
                rtol=0,
                atol=tolerance * size,
                err_msg=f"{name} of {code}",
            )
    assert set(results.constant) == set(verdict.constant)
    for code, said in verdict.coverage.items():
        applies = [isinstance(said[unit], Decimal) for unit in index.units]
        assert results.applicable[code].tolist() == applies


@given(indices())
def test_any_index(index: Index) -> None:
    compared(index)


@given(
    indices(
        Choices(smallest_set=3, inner_methods=(Normalisation.NONE,), aggregations=(Aggregation.ARITHMETIC,))
    )
)
def test_arithmetic_indices(index: Index) -> None:
    compared(index)


@given(
    indices(
        Choices(
            smallest_set=2,
            leaf_methods=(Normalisation.FIXED, Normalisation.GOALPOSTS, Normalisation.PERCENTILE),
            inner_methods=(Normalisation.NONE, Normalisation.MIN_MAX),
            aggregations=(Aggregation.GEOMETRIC,),
            denominators=False,
        )
    )
)
def test_geometric_indices(index: Index) -> None:
    compared(index)


@given(
    indices(
        Choices(
            smallest_set=3,
            leaf_methods=(
                Normalisation.NONE,
                Normalisation.FIXED,
                Normalisation.RANK,
                Normalisation.TWO_SIDED,
            ),
            inner_methods=(Normalisation.NONE, Normalisation.MIN_MAX),
            aggregations=(
                Aggregation.MEDIAN,
                Aggregation.OWA,
                Aggregation.MPI,
                Aggregation.AMPI,
                Aggregation.DP2,
                Aggregation.COPELAND,
            ),
            lowers=(0.0,),
        )
    )
)
def test_indices_that_compare_units(index: Index) -> None:
    compared(index)


@given(st.lists(st.one_of(st.integers(-3, 3).map(float), st.just(float("nan"))), min_size=1, max_size=30))
def test_ranks_by_counting(scores: list[float]) -> None:
    from stadtindex.engine import rank

    expected = [
        0
        if score != score
        else 1 + sum(1 for other in scores if other > score)  # NaN is greater than nothing
        for score in scores
    ]
    assert rank(np.array(scores)).tolist() == expected
