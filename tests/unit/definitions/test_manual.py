"""The manual of the edition format says everything that the loader accepts."""

import re
from pathlib import Path

import pytest

from stadtindex.definitions.border.crosswalk import CrosswalkTable, ItemTable
from stadtindex.definitions.border.edition import (
    DenominatorTable,
    EditionTable,
    GradingTable,
    ImputationTable,
    PeriodTable,
    QuantityTable,
    ScaleTable,
    ScreenTable,
    UniverseTable,
)
from stadtindex.definitions.border.recipe import (
    CombineTable,
    ImputeTable,
    KindTable,
    LevelTable,
    NormaliseTable,
    TreatTable,
    WeighTable,
)
from stadtindex.definitions.border.tree import (
    AnswerLevelTable,
    ApplicabilityTable,
    BonusTable,
    BranchTable,
    ParameterTable,
    PerTable,
)
from stadtindex.definitions.border.uncertainty import (
    CombineDoubtTable,
    ErrorDoubtTable,
    ImputeDoubtTable,
    LeaveOutDoubtTable,
    MissingDoubtTable,
    NormaliseDoubtTable,
    RangeDoubtTable,
    TreatDoubtTable,
    UncertaintyTable,
    WeightDoubtTable,
)
from stadtindex.definitions.border.units import AttributeTable, PartTable, SchemeTable, UnitsTable
from stadtindex.definitions.crosswalk import Relation
from stadtindex.definitions.parameter import Controllability, Direction, Kind, Supplier
from stadtindex.definitions.uncertainty import RangeOption
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

SECTIONS = {
    "## edition.toml": [
        EditionTable,
        UniverseTable,
        ScaleTable,
        GradingTable,
        QuantityTable,
        KindTable,
        LevelTable,
        CombineTable,
        WeighTable,
        ScreenTable,
        DenominatorTable,
    ],
    "## Uncertainty": [
        UncertaintyTable,
        NormaliseDoubtTable,
        TreatDoubtTable,
        ImputeDoubtTable,
        MissingDoubtTable,
        CombineDoubtTable,
        WeightDoubtTable,
        RangeDoubtTable,
        LeaveOutDoubtTable,
        ErrorDoubtTable,
    ],
    "## Branches": [BranchTable, BonusTable],
    "## Parameters": [
        ParameterTable,
        PerTable,
        ApplicabilityTable,
        AnswerLevelTable,
        NormaliseTable,
        ImputeTable,
        ImputationTable,
        PeriodTable,
        TreatTable,
    ],
    "### A scheme of ids": [SchemeTable, PartTable],
    "### Units": [UnitsTable, AttributeTable],
    "### A crosswalk": [CrosswalkTable, ItemTable],
}
NAMES = {
    "## Uncertainty": [RangeOption],
    "## edition.toml": [Aggregation, Penalty, Weighing, Importance, Bounded],
    "## Parameters": [
        Kind,
        Direction,
        Supplier,
        Controllability,
        Missing,
        Normalisation,
        Imputation,
        Treatment,
        Transformation,
    ],
    "### A crosswalk": [Relation],
}


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "reference" / "edition-format.md").read_text(encoding="utf-8")


def words(page: str, heading: str) -> set[str]:
    """All words in code quotes from a heading to the next of the same rank."""
    start = page.index(f"\n{heading}") + 1
    rank = heading.split(" ")[0]
    end = re.search(rf"^#{{2,{len(rank)}}} ", page[start + len(heading) :], re.MULTILINE)
    section = page[start : start + len(heading) + end.start()] if end else page[start:]
    return set(re.findall(r"[a-z_0-9]+", " ".join(re.findall(r"`([^`\n]+)`", section))))


@pytest.mark.parametrize(("heading", "models"), SECTIONS.items())
def test_every_key_is_explained(page, heading, models) -> None:
    known = words(page, heading)
    assert [
        f"{model.__name__}.{key}" for model in models for key in model.model_fields if key not in known
    ] == []


@pytest.mark.parametrize(("heading", "enums"), NAMES.items())
def test_every_name_is_explained(page, heading, enums) -> None:
    known = words(page, heading)
    assert [str(name) for enum in enums for name in enum if str(name) not in known] == []


def test_the_findings_shown_are_real(page, small) -> None:
    small.edit("edition.toml", "threshold = 0.5", "treshold = 0.5")
    small.edit("mobility.toml", "weight = 2", "weight = -2")
    shown = {line for line in page.splitlines() if ": found " in line}
    assert {str(finding).removeprefix(f"{small.path}/") for finding in small.findings()} == shown
