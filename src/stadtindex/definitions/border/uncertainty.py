"""The table [uncertainty] of edition.toml: what is uncertain about an index, each with the reason why."""

from typing import Annotated

from pydantic import Field

from stadtindex.definitions.border.fields import Code, Loose, Strict, Words
from stadtindex.definitions.border.recipe import ImputeField, NormaliseField, TreatField
from stadtindex.definitions.parameter import Kind
from stadtindex.definitions.uncertainty import RangeOption
from stadtindex.engine.recipe import Aggregation, Missing, Normalisation

WHY = "a sentence in every language: why this is uncertain, and why by so much"
LEVEL = "the name of one of the levels"
PARAMETERS = "the codes of parameters, as a list"
OPTIONS = "a list of two alternatives or more, one of which is drawn in every draw"
Chance = Annotated[float, Field(gt=0, le=1)]


class NormaliseDoubtTable(Strict):
    """Alternative scales of parameters, one drawn for all of them."""

    options: list[NormaliseField] = Field(min_length=2, description=OPTIONS)
    replaces: list[Annotated[Normalisation, Loose]] = Field(
        default_factory=list, description="names of normalisations: parameters that use one of these"
    )
    parameters: list[Code] = Field(default_factory=list, description=PARAMETERS)
    why: Words = Field(description=WHY)


class MissingDoubtTable(Strict):
    """Alternative rules for missing values, one drawn for all parameters."""

    options: list[Annotated[Missing, Loose]] = Field(min_length=2, description=OPTIONS)
    why: Words = Field(description=WHY)


class ImputeDoubtTable(Strict):
    """Alternative ways to fill gaps, one drawn for all parameters whose gaps are imputed."""

    options: list[ImputeField] = Field(min_length=2, description=OPTIONS)
    why: Words = Field(description=WHY)


class TreatDoubtTable(Strict):
    """Alternative treatments of outliers, one drawn for all of the parameters."""

    options: list[TreatField] = Field(min_length=2, description=OPTIONS)
    replaces: list[Annotated[Normalisation, Loose]] = Field(
        default_factory=list, description="names of normalisations: parameters that use one of these"
    )
    parameters: list[Code] = Field(default_factory=list, description=PARAMETERS)
    why: Words = Field(description=WHY)


class CombineDoubtTable(Strict):
    """Alternative ways to combine the children of the nodes of a level."""

    level: Code = Field(description=LEVEL)
    options: list[Annotated[Aggregation, Loose]] = Field(min_length=2, description=OPTIONS)
    why: Words = Field(description=WHY)


class WeightDoubtTable(Strict):
    """Noise of the weights of the nodes of a level among their siblings."""

    level: Code = Field(description=LEVEL)
    share: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        None, description="a number between 0 and 1: each weight varies by up to so large a share of itself"
    )
    concentration: Annotated[float, Field(gt=0, le=1e9)] | None = Field(
        None,
        description="a number more than 0: the weights of siblings are drawn from a Dirichlet distribution",
    )
    why: Words = Field(description=WHY)


class RangeDoubtTable(Strict):
    """A numeric option of a parameter's normalisation that may lie anywhere between two ends."""

    parameter: Code = Field(description="the code of a parameter")
    option: Annotated[RangeOption, Loose] = Field(description="low, high, target, lower or upper")
    least: float = Field(description="the lower end of the range, a number")
    most: float = Field(description="the upper end of the range, a number")
    steps: int = Field(
        5, ge=2, le=20, description="a whole number from 2 to 20: into how many values it is cut"
    )
    why: Words = Field(description=WHY)


class LeaveOutDoubtTable(Strict):
    """Nodes of which none or one is left out."""

    level: Code | None = Field(None, description=LEVEL)
    nodes: list[Code] = Field(default_factory=list, description="the codes of nodes, as a list")
    why: Words = Field(description=WHY)


class ErrorDoubtTable(Strict):
    """The error of measurement of one kind of parameter, or of one parameter."""

    relative: Chance | None = Field(
        None,
        description="counts and rates: the standard deviation as a share of the value, more than 0 up to 1",
    )
    sample: Annotated[int, Field(ge=1, lt=2**31)] | None = Field(
        None, description="shares: as firm as a sample of this size, a whole number, 1 or greater"
    )
    flip: Chance | None = Field(
        None, description="yes/no: the probability that the answer is wrong, more than 0 up to 1"
    )
    step: Chance | None = Field(
        None, description="levels: the probability that the answer is one level off, more than 0 up to 1"
    )
    age: Chance | None = Field(
        None, description="how much a year between data date and reference date adds, more than 0 up to 1"
    )
    why: Words = Field(description=WHY)


class UncertaintyTable(Strict):
    """Everything that is drawn anew in every draw."""

    seed: int = Field(
        0, ge=0, lt=2**63, description="a whole number, 0 or greater: with it, draws can be repeated"
    )
    draws: int = Field(
        10_000, ge=256, le=100_000_000, description="a whole number from 256 on: how often at most"
    )
    precision: Annotated[float, Field(gt=0, le=1000)] | None = Field(
        None,
        description="ranks, more than 0: stop earlier, once the mean rank of every unit is known to so much",
    )
    top: list[Annotated[int, Field(ge=1, le=100_000)]] = Field(
        default_factory=lambda: [1, 3, 10],
        min_length=1,
        max_length=20,
        description="a list of ranks k, of which the probability of being among the first k is stated",
    )
    normalise: NormaliseDoubtTable | None = Field(None, description="a table with options and why")
    missing: MissingDoubtTable | None = Field(None, description="a table with options and why")
    impute: ImputeDoubtTable | None = Field(None, description="a table with options and why")
    treat: TreatDoubtTable | None = Field(None, description="a table with options and why")
    combine: list[CombineDoubtTable] = Field(
        default_factory=list, description="an array of [[uncertainty.combine]]"
    )
    weights: list[WeightDoubtTable] = Field(
        default_factory=list, description="an array of [[uncertainty.weights]]"
    )
    ranges: list[RangeDoubtTable] = Field(
        default_factory=list, description="an array of [[uncertainty.ranges]]"
    )
    leave_out: LeaveOutDoubtTable | None = Field(None, description="a table with level or nodes, and why")
    errors: dict[Annotated[Kind, Loose], ErrorDoubtTable] = Field(
        default_factory=dict, description="tables [uncertainty.errors.KIND]"
    )
    parameters: dict[Code, ErrorDoubtTable] = Field(
        default_factory=dict, description="tables [uncertainty.parameters.CODE]: instead of that of the kind"
    )
