"""Tables of edition.toml."""

from datetime import date
from typing import Annotated

from pydantic import Field

from stadtindex.definitions.border.fields import (
    CODE,
    Code,
    Filled,
    Identifier,
    Language,
    Loose,
    RuleText,
    Strict,
    Strings,
    Words,
)
from stadtindex.definitions.border.recipe import KindTable, LevelTable, Share
from stadtindex.definitions.border.uncertainty import UncertaintyTable
from stadtindex.definitions.parameter import Kind


class DenominatorTable(Strict):
    """A column that counts are divided by."""

    code: Code = Field(description=CODE)
    title: Words | None = Field(None, description="what the column is called")
    attribute: Filled | None = Field(None, description="the attribute of the units that it is taken from")
    at: date | None = Field(None, description="the day of the attribute, as 2023-12-31 without quotes")
    source: Code | None = Field(None, description="the source that measures it, where it is no attribute")
    measure: Code | None = Field(None, description="the measure of that source")


class UniverseTable(Strict):
    """Which units are ranked."""

    rule: RuleText = Field(description='a rule in quotes, such as "population >= 100000"')
    at: date | None = Field(None, description="the day on which the rule is evaluated, as 2023-12-31")


class ScaleTable(Strict):
    """The ends of the scale of every score."""

    lower: float = Field(0.0, description="the lower end, a number")
    upper: float = Field(100.0, description="the upper end, a number")


class GradingTable(Strict):
    """When the edition calls a result indicative."""

    maximum_age_years: float | None = Field(None, gt=0, le=1000, description="years, more than 0")
    minimum_parameters: int = Field(0, ge=0, le=100_000, description="a whole number, 0 or greater")


class ScreenTable(Strict):
    """Which units have too little data to be ranked."""

    data: Share = Field(0.0, description="the least share of the data asked for, 0 to 1")
    groups: dict[Code, Share] = Field(
        default_factory=dict, description="the least share of the data in a branch, by its code"
    )
    non_zero: Share = Field(0.0, description="the least share of the values that are not zero, 0 to 1")
    unanswered: bool = Field(False, description="true counts what was asked and not answered as data")
    keep: Strings = Field(default_factory=list, description="ids of units that stay whatever they fail")
    drop: Strings = Field(default_factory=list, description="ids of units that go whatever they have")


class PeriodTable(Strict):
    """The data of another period, for the imputations latest and linear."""

    period: float = Field(description="the period as a number, e.g. 2024")
    at: date = Field(description="the day of that period's attributes, as 2024-12-31 without quotes")
    points: Strings = Field(min_length=1, description="the CSV files of data points, seen from this file")


class ImputationTable(Strict):
    """What imputation may look at besides the table."""

    groups: Filled | None = Field(
        None, description="the attribute of the units whose values are their groups"
    )
    period: float | None = Field(None, description="the period of the edition itself as a number, e.g. 2026")
    periods: list[PeriodTable] = Field(
        default_factory=list, description="an array of [[imputation.periods]], each with points"
    )


class QuantityTable(Strict):
    """A unit of measure."""

    label: Words = Field(description="what stands behind a number, in every language")
    dimension: Filled = Field(description="what it measures, e.g. share, power per person")


class EditionTable(Strict):
    """The file edition.toml, without the branches of the tree."""

    id: Identifier = Field(description="the id of the edition: small letters, digits and - _ . (at most 64)")
    title: Words = Field(description="the title in every language")
    description: Words | None = Field(None, description="what the edition is about, in every language")
    languages: list[Language] = Field(min_length=1, description='the languages of all texts, as ["de", "en"]')
    reference_date: date = Field(
        description="the day that the edition speaks of, as 2026-06-30 without quotes"
    )
    publisher: Filled | None = Field(None, description="who publishes the edition")
    licence: Filled | None = Field(
        None, description="the licence of the edition's own content, e.g. CC-BY-4.0"
    )
    units: Filled = Field(description="the folder of units or the CSV file of units, seen from this file")
    scheme: Filled | None = Field(None, description="the TOML file of the scheme of ids, seen from this file")
    points: Strings = Field(
        default_factory=list, description="the CSV files of data points, seen from this file"
    )
    origins: Strings | None = Field(None, description="the CSV files of origins, seen from this file")
    universe: UniverseTable | None = Field(None, description="a table with the rule that says who is ranked")
    scale: ScaleTable | None = Field(None, description="a table with lower and upper")
    grading: GradingTable | None = Field(None, description="a table with the limits for thin data")
    screen: ScreenTable | None = Field(None, description="a table with the least shares of data")
    imputation: ImputationTable | None = Field(
        None, description="a table with groups, period and other periods"
    )
    uncertainty: UncertaintyTable | None = Field(
        None, description="a table of what is uncertain about the index"
    )
    denominators: list[DenominatorTable] = Field(
        default_factory=list, description="an array of [[denominators]]"
    )
    quantities: dict[Code, QuantityTable] = Field(
        default_factory=dict, description="tables [quantities.CODE]"
    )
    levels: list[LevelTable] = Field(
        min_length=2, description="an array of [[levels]], each with a name, from the root to the parameters"
    )
    kinds: dict[Annotated[Kind, Loose], KindTable] = Field(
        default_factory=dict, description="tables [kinds.KIND]"
    )
