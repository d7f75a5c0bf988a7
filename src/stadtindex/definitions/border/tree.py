"""Tables of the tree: branches and parameters."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from stadtindex.definitions.border.fields import (
    CODE,
    Code,
    Label,
    Loose,
    RuleText,
    Strict,
    Words,
    one_or_more,
)
from stadtindex.definitions.border.recipe import (
    COMBINE,
    IMPUTE,
    MISSING,
    NORMALISE,
    THRESHOLD,
    TREAT,
    UNANSWERED,
    WEIGH,
    CombineField,
    Gap,
    ImputeField,
    NormaliseField,
    Share,
    TreatField,
    WeighField,
)
from stadtindex.definitions.parameter import Controllability, Direction, Kind, Supplier

WEIGHT = "a number, 0 or greater: the weight among the siblings"
Weight = Annotated[float, Field(ge=0, le=1e12)]
Who = Annotated[Supplier, Loose]
Suppliers = Annotated[list[Who], BeforeValidator(one_or_more, json_schema_input_type=Who | list[Who])]


class BonusTable(Strict):
    """Points for projects outside the indicators."""

    cap: float = Field(ge=0, description="the most points that the bonus can add, at most 5 % of the scale")
    parameter: Code = Field(description="the code under which the bonus points stand in the points files")


class BranchTable(Strict):
    """An inner node, without its children."""

    code: Code = Field(description=CODE)
    title: Words = Field(description="the title in every language")
    description: Words | None = Field(None, description="what the branch is about, in every language")
    weight: Weight = Field(1.0, description=WEIGHT)
    combine: CombineField | None = Field(None, description=COMBINE)
    weigh: WeighField | None = Field(None, description=WEIGH)
    normalise: NormaliseField | None = Field(None, description=NORMALISE)
    threshold: Share | None = Field(None, description=THRESHOLD)
    impute: ImputeField | None = Field(None, description=f"for the parameters below, {IMPUTE}")
    treat: TreatField | None = Field(None, description=f"for the parameters below, {TREAT}")
    bonus: BonusTable | None = Field(None, description="a table { cap = 5, parameter = CODE }")


class AnswerLevelTable(Strict):
    """One answer of a parameter of the kind levels."""

    code: Code = Field(description=CODE)
    title: Words = Field(description="the answer in every language")
    points: float = Field(ge=0, le=100, description="the points of this level, a number from 0 to 100")


class PerTable(Strict):
    """What a parameter is divided by."""

    column: Code = Field(description="the code of one of the [[denominators]]")
    per: float = Field(1.0, gt=0, le=1e12, description="a number more than 0: 1000 for per 1,000 inhabitants")


class ApplicabilityTable(Strict):
    """When a parameter applies."""

    rule: RuleText = Field(description="a rule in quotes, such as \"type == 'kreisfrei'\"")
    reason: Words = Field(description="the reason shown where it does not apply, in every language")


class ParameterTable(Strict):
    """A parameter."""

    code: Code = Field(description=CODE)
    title: Words = Field(description="the title in every language")
    question: Words = Field(description="the question that the parameter answers, in every language")
    why: Words | None = Field(None, description="why the parameter belongs here, in every language")
    unit: Label = Field(description="the code of one of the [quantities], or a label in every language")
    kind: Annotated[Kind, Loose] = Field(description="the kind: yes_no, levels, count, share or rate")
    direction: Annotated[Direction, Loose] | None = Field(
        None, description="higher_is_better or lower_is_better (may be left out for yes_no and levels)"
    )
    weight: Weight = Field(1.0, description=WEIGHT)
    denominator: PerTable | None = Field(None, description="a table { column = CODE, per = 1000 }")
    source: Code | None = Field(None, description="the id of the source that measures it, a code")
    measure: Code | None = Field(None, description="the measure of that source, a code")
    supplied_by: Suppliers = Field(
        min_length=1, description="who can supply it: source, city, researcher, or a list of these"
    )
    evidence: Words | None = Field(None, description="the evidence demanded, in every language")
    controllability: Annotated[Controllability, Loose] = Field(
        description="who can change it: city, municipal_company, market or state"
    )
    criterion: Words | None = Field(None, description="what counts and what does not, in every language")
    applies_if: ApplicabilityTable | None = Field(None, description="a table { rule = …, reason = … }")
    levels: list[AnswerLevelTable] = Field(
        default_factory=list, description="levels with code, title and points"
    )
    normalise: NormaliseField | None = Field(None, description=NORMALISE)
    missing: Gap | None = Field(None, description=MISSING)
    unanswered: Gap | None = Field(None, description=UNANSWERED)
    impute: ImputeField | None = Field(None, description=IMPUTE)
    treat: TreatField | None = Field(None, description=TREAT)
    maximum_age_years: float | None = Field(None, gt=0, le=1000, description="years, more than 0")
    tags: list[Code] = Field(default_factory=list, description="a list of codes")
