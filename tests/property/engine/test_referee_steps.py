"""Engine and referee agree on indices that are screened, imputed, treated and weighed by what the scores say."""

from engine_indices import Choices, Index
from engine_steps import Steps, indices_with_steps
from hypothesis import given
from test_referee import compared

from stadtindex.engine import Aggregation, Imputation, Normalisation, Treatment, Weighing

LEAVES = (
    *(Normalisation.NONE, Normalisation.FIXED, Normalisation.MIN_MAX, Normalisation.Z_SCORE),
    *(Normalisation.PERCENTILE, Normalisation.RANK, Normalisation.DISTANCE_TO_BEST),
)
MEANS = (Aggregation.ARITHMETIC, Aggregation.GEOMETRIC, Aggregation.MEDIAN)
GAPS = ("missing", "missing", "missing", "unanswered", "not applicable")
CHOICES = Choices(
    smallest_set=5,
    absences=GAPS,
    leaf_methods=LEAVES,
    aggregations=MEANS,
    inner_methods=(Normalisation.NONE, Normalisation.MIN_MAX),
)
SCORED = Choices(
    smallest_set=4,
    absences=GAPS,
    leaf_methods=(Normalisation.FIXED, Normalisation.MIN_MAX, Normalisation.PERCENTILE),
    inner_methods=(Normalisation.NONE,),
    aggregations=(Aggregation.ARITHMETIC,),
    inner_directions=(1,),
    lowers=(0.0,),
)


@given(indices_with_steps(CHOICES, Steps(imputations=(), treatments=(Treatment.NONE,))))
def test_screened_indices(index: Index) -> None:
    compared(index)


SIMPLE = tuple(m for m in Imputation if m not in (Imputation.NONE, Imputation.EM))


@given(indices_with_steps(CHOICES, Steps(imputations=SIMPLE, treatments=(Treatment.NONE,))))
def test_imputed_indices(index: Index) -> None:
    compared(index)


@given(indices_with_steps(CHOICES, Steps(imputations=(Imputation.EM,), treatments=(Treatment.NONE,))))
def test_indices_imputed_by_em(index: Index) -> None:
    compared(index)


@given(indices_with_steps(CHOICES, Steps(imputations=(), screens=False)))
def test_treated_indices(index: Index) -> None:
    compared(index)


STATISTICAL = (Weighing.EQUAL, Weighing.ENTROPY, Weighing.CRITIC, Weighing.PCA)


@given(indices_with_steps(SCORED, Steps((), (Treatment.NONE,), STATISTICAL, screens=False)))
def test_indices_weighed_by_what_the_scores_say(index: Index) -> None:
    compared(index)


@given(
    indices_with_steps(SCORED, Steps((), (Treatment.NONE,), (Weighing.BENEFIT_OF_THE_DOUBT,), screens=False))
)
def test_indices_of_benefit_of_the_doubt(index: Index) -> None:
    """Weights rounded to 12 digits: agreement to 1e-11 of the scale."""
    compared(index, tolerance=1e-11)


@given(indices_with_steps(SCORED, Steps(weighings=(Weighing.GIVEN, *STATISTICAL))))
def test_indices_that_take_every_step(index: Index) -> None:
    compared(index)
