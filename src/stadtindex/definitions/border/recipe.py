"""Tables that choose methods: of a normalisation, of a level, of a kind."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from stadtindex.definitions.border.fields import Code, Loose, Strict, Words
from stadtindex.engine.recipe import (
    Aggregation,
    Bounded,
    Importance,
    Imputation,
    Missing,
    Normalisation,
    Penalty,
    Transformation,
    Treatment,
    Weighing,
)


def _method(value: object) -> object:
    return {"method": value} if isinstance(value, str) else value


class NormaliseTable(Strict):
    """How a column is put on a scale: a table, or just the name of the method."""

    method: Annotated[Normalisation, Loose] = Field(description="the name of a normalisation")
    lower: float | None = Field(None, description="the lower end of the target scale, a number")
    upper: float | None = Field(None, description="the upper end of the target scale, a number")
    low: float | None = Field(None, description="the lower end of the source scale, in original units")
    high: float | None = Field(None, description="the upper end of the source scale, in original units")
    cap: bool = Field(
        True,
        description="true keeps values beyond low, high, target or reference at the ends, false does not",
    )
    log: bool = Field(False, description="true compares logarithms (goalposts only)")
    mean: float | None = Field(None, description="the mean that z-scores are rescaled to")
    sd: float | None = Field(None, description="the standard deviation that z-scores are rescaled to")
    target: float | None = Field(None, description="the value that is aimed at, in original units")
    reference: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="the id of the unit that distance_to_unit measures against, in quotes"
    )


NormaliseField = Annotated[
    NormaliseTable, BeforeValidator(_method, json_schema_input_type=Normalisation | NormaliseTable)
]


class CombineTable(Strict):
    """How children are combined: a table, or just the name of the method."""

    method: Annotated[Aggregation, Loose] = Field(description="the name of an aggregation")
    power: float | None = Field(None, description="the exponent of the generalised mean, -100 to 100")
    order: list[float] = Field(
        default_factory=list, description="the weights of owa by rank, the best child first: [3, 2, 1]"
    )
    penalty: Annotated[Penalty, Loose] | None = Field(
        None, description="whether the penalty of mpi and ampi goes down or up"
    )
    low: float | None = Field(None, description="the lower end of the children's scores (ampi)")
    high: float | None = Field(None, description="the upper end of the children's scores (ampi)")


CombineField = Annotated[
    CombineTable, BeforeValidator(_method, json_schema_input_type=Aggregation | CombineTable)
]
Share = Annotated[float, Field(ge=0, le=1)]
Number = Annotated[int, Field(ge=1, le=1_000_000)]


class WeighTable(Strict):
    """How children are weighed: a table, or just the name of the method."""

    method: Annotated[Weighing, Loose] = Field(description="the name of a weighing")
    components: Number | None = Field(None, description="how many principal components are kept (pca)")
    importance: Annotated[Importance, Loose] | None = Field(
        None, description="what balanced weights make come true: squared_correlation or correlation_ratio"
    )
    lower: Share | None = Field(None, description="the least a child counts (benefit_of_the_doubt), 0 to 1")
    upper: Share | None = Field(None, description="the most a child counts (benefit_of_the_doubt), 0 to 1")
    of: Annotated[Bounded, Loose] | None = Field(
        None, description="what lower and upper bound: weight, or share of the unit's own sum"
    )
    around: Share | None = Field(
        None, description="keeps weights within this share of the stated ones (benefit_of_the_doubt)"
    )
    relative: bool = Field(
        True, description="true measures in the best under the own weights, false gives the plain mean"
    )


WeighField = Annotated[WeighTable, BeforeValidator(_method, json_schema_input_type=Weighing | WeighTable)]


class ImputeTable(Strict):
    """How gaps are filled: a table, or just the name of the method."""

    method: Annotated[Imputation, Loose] = Field(description="the name of an imputation")
    neighbours: Number | None = Field(None, description="how many units are averaged, a whole number")
    overlap: Number | None = Field(
        None, description="in how many columns two units must both have a value (neighbours)"
    )
    ridge: float | None = Field(
        None, ge=0, le=1e6, description="fictitious units as a share of the real ones (em)"
    )
    tolerance: float | None = Field(
        None, gt=0, le=1, description="the largest change at which em has converged, in standard deviations"
    )
    iterations: Number | None = Field(None, description="em stops after so many steps")
    cap: bool | None = Field(None, description="true keeps estimates within the values of the column (em)")
    look_back: float | None = Field(
        None, ge=0, le=1e6, description="how far away an observation may lie, in periods (latest, linear)"
    )
    family: bool | None = Field(
        None, description="true lets only parameters of the same branch inform each other (neighbours, em)"
    )


ImputeField = Annotated[
    ImputeTable, BeforeValidator(_method, json_schema_input_type=Imputation | ImputeTable)
]


class TreatTable(Strict):
    """How outliers are treated: a table, or just the name of the method."""

    method: Annotated[Treatment, Loose] = Field(description="the name of a treatment")
    winmax: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        None, description="at most so many points are winsorised, a whole number"
    )
    skewness: float | None = Field(None, gt=0, le=1e6, description="a column passes below this |skewness|")
    kurtosis: float | None = Field(None, ge=-1e6, le=1e6, description="or below this excess kurtosis")
    then: Annotated[Transformation, Loose] | None = Field(
        None, description="what is tried where winsorising fails: log, box_cox or none"
    )
    shift: float | None = Field(None, description="what is added before the logarithm or power")
    exponent: float | None = Field(None, ge=-5, le=5, description="the lambda of box_cox, -5 to 5")
    ties_may_exceed: bool | None = Field(
        None, description="true takes a step that begins below winmax even where ties go beyond"
    )


TreatField = Annotated[TreatTable, BeforeValidator(_method, json_schema_input_type=Treatment | TreatTable)]
NORMALISE = "how the column is normalised: the name of a method, or a table { method = …, low = …, high = … }"
MISSING = "what stands in for a missing value: reweight, zero or impute"
UNANSWERED = "what stands in where the unit was asked and did not answer: zero, reweight or impute"
IMPUTE = "how gaps are filled: the name of a method, or a table { method = …, neighbours = … }"
TREAT = "how outliers are treated: the name of a method, or a table { method = …, winmax = … }"
COMBINE = "how children are combined: the name of a method, or a table { method = …, power = … }"
WEIGH = "how children are weighed: the name of a method, or a table { method = …, lower = … }"
THRESHOLD = "a share from 0 to 1: with less weight present, the node has no value"
Gap = Annotated[Missing, Loose]


class LevelTable(Strict):
    """A level of the tree, from the root to the parameters, and its recipe."""

    name: Code = Field(description="the name of the level: small letters, digits and _")
    title: Words | None = Field(None, description="what the level is called")
    plural: Code | None = Field(None, description="the key of its arrays; by default the name with an s")
    combine: CombineField | None = Field(None, description=COMBINE)
    weigh: WeighField | None = Field(None, description=WEIGH)
    normalise: NormaliseField | None = Field(None, description=NORMALISE)
    threshold: Share | None = Field(None, description=THRESHOLD)
    missing: Gap | None = Field(None, description=MISSING)
    unanswered: Gap | None = Field(None, description=UNANSWERED)
    impute: ImputeField | None = Field(None, description=IMPUTE)
    treat: TreatField | None = Field(None, description=TREAT)


class KindTable(Strict):
    """The recipe of one kind of parameter."""

    normalise: NormaliseField | None = Field(None, description=NORMALISE)
    missing: Gap | None = Field(None, description=MISSING)
    unanswered: Gap | None = Field(None, description=UNANSWERED)
    impute: ImputeField | None = Field(None, description=IMPUTE)
    treat: TreatField | None = Field(None, description=TREAT)
