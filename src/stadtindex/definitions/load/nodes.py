"""Tables of the tree that are right in themselves to branches and parameters."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from stadtindex.definitions.border.recipe import (
    CombineTable,
    ImputeTable,
    NormaliseTable,
    TreatTable,
    WeighTable,
)
from stadtindex.definitions.border.tree import BranchTable, ParameterTable
from stadtindex.definitions.branch import Bonus, Branch
from stadtindex.definitions.edition import Scale
from stadtindex.definitions.finding import Finding
from stadtindex.definitions.load.head import Head
from stadtindex.definitions.locate import Place
from stadtindex.definitions.parameter import AnswerLevel, Applicability, Direction, Kind, Parameter
from stadtindex.definitions.quantities import Quantity
from stadtindex.definitions.text import Text
from stadtindex.definitions.wording import did_you_mean, shown
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe import Combining, Denominator, Impute, Normalise, Treat, Weighting


def make_normalise(
    table: NormaliseTable | None, scale: Scale, place: Place, findings: list[Finding]
) -> Normalise | None:
    """Make the engine's normalisation; where its parameters do not fit, add a finding."""
    if table is None:
        return None
    given = {"lower": scale.lower, "upper": scale.upper, **table.model_dump(exclude_none=True)}
    return _made(Normalise, given, table.method, place, findings)


def make_combining(
    table: CombineTable | None, scale: Scale, place: Place, findings: list[Finding]
) -> Combining | None:
    """Make the parameters of an aggregation; where they do not fit, add a finding."""
    if table is None:
        return None
    given = table.model_dump(exclude_none=True, exclude={"method", "order"})
    try:
        combining = Combining(
            **{"low": scale.lower, "high": scale.upper, "order": tuple(table.order), **given}
        )
        combining.check(table.method)
    except EngineError as error:
        findings.append(place.finding(table.method.value, f"parameters that fit: {error.why}"))
        return None
    return combining


def make_weighting(
    table: WeighTable | None, scale: Scale, place: Place, findings: list[Finding]
) -> Weighting | None:
    """Make the parameters of a weighing; where they do not fit, add a finding."""
    if table is None:
        return None
    given = table.model_dump(exclude_none=True, exclude={"method", "relative"})
    top = scale.upper if table.relative else None
    return _made(Weighting, {"top": top, **given}, table.method, place, findings)


def make_impute(table: ImputeTable | None, place: Place, findings: list[Finding]) -> Impute | None:
    """Make an imputation; where its parameters do not fit, add a finding."""
    if table is None:
        return None
    return _made(Impute, table.model_dump(exclude_none=True), table.method, place, findings)


def make_treat(table: TreatTable | None, place: Place, findings: list[Finding]) -> Treat | None:
    """Make a treatment; where its parameters do not fit, add a finding."""
    if table is None:
        return None
    return _made(Treat, table.model_dump(exclude_none=True), table.method, place, findings)


Made = TypeVar("Made")


def _made(
    make: Callable[..., Made], given: Mapping[str, Any], method: str, place: Place, findings: list[Finding]
) -> Made | None:
    try:
        return make(**given)
    except EngineError as error:
        findings.append(place.finding(str(method), f"parameters that fit: {error.why}"))
        return None


def make_branch(
    table: BranchTable, head: Head, above: tuple[str, str], place: Place, findings: list[Finding]
) -> Branch:
    """Make a branch; `above` is its parent's code and the name of its own level."""
    combining = make_combining(table.combine, head.scale, place.at("combine"), findings)
    bonus = None if table.bonus is None else Bonus(table.bonus.cap, table.bonus.parameter)
    return Branch(
        code=table.code,
        parent=above[0],
        level=above[1],
        title=table.title,
        weight=table.weight,
        description=table.description,
        combine=None if combining is None or table.combine is None else table.combine.method,
        combining=combining,
        weigh=None if table.weigh is None else table.weigh.method,
        weighting=make_weighting(table.weigh, head.scale, place.at("weigh"), findings),
        normalise=make_normalise(table.normalise, head.scale, place.at("normalise"), findings),
        threshold=table.threshold,
        impute=make_impute(table.impute, place.at("impute"), findings),
        treat=make_treat(table.treat, place.at("treat"), findings),
        bonus=bonus,
        place=place,
    )


def make_parameter(
    table: ParameterTable, head: Head, parent: str, place: Place, findings: list[Finding]
) -> Parameter:
    """Make a parameter, looking up its unit of measure and settling its direction."""
    per = table.denominator
    applies = table.applies_if
    return Parameter(
        code=table.code,
        parent=parent,
        title=table.title,
        question=table.question,
        unit=_quantity(table.unit, head, place, findings),
        kind=table.kind,
        direction=_direction(table, place, findings),
        weight=table.weight,
        supplied_by=tuple(table.supplied_by),
        controllability=table.controllability,
        why=table.why,
        evidence=table.evidence,
        criterion=table.criterion,
        source=table.source,
        measure=table.measure,
        denominator=None if per is None else Denominator(per.column, per.per),
        applies_if=None if applies is None else Applicability(applies.rule, applies.reason),
        levels=tuple(AnswerLevel(level.code, level.title, level.points) for level in table.levels),
        normalise=make_normalise(table.normalise, head.scale, place.at("normalise"), findings),
        missing=table.missing,
        unanswered=table.unanswered,
        impute=make_impute(table.impute, place.at("impute"), findings),
        treat=make_treat(table.treat, place.at("treat"), findings),
        maximum_age_years=table.maximum_age_years,
        tags=tuple(table.tags),
        place=place,
    )


def _quantity(unit: Text | str, head: Head, place: Place, findings: list[Finding]) -> Quantity:
    if isinstance(unit, Text):
        return Quantity(unit.best(next(iter(unit))), unit)
    if unit in head.quantities:
        return head.quantities[unit]
    declared = head.declared["quantities"]
    if declared and unit not in declared:
        advice = f"the code of one of the [quantities], or a table with a label per language; {did_you_mean(unit, declared)}"
        findings.append(place.at("unit").finding(shown(unit), advice))
    return Quantity(unit, Text.same(unit, head.languages))


def _direction(table: ParameterTable, place: Place, findings: list[Finding]) -> Direction:
    if table.direction is None and table.kind in (Kind.COUNT, Kind.SHARE, Kind.RATE):
        advice = f'the key direction for the kind {table.kind}: "higher_is_better" or "lower_is_better"'
        findings.append(place.at("direction").finding("nothing", advice))
    return table.direction or Direction.HIGHER
