"""The table [uncertainty], right in itself, to what the edition declares to be uncertain."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from stadtindex.definitions.border.uncertainty import (
    ErrorDoubtTable,
    NormaliseDoubtTable,
    RangeDoubtTable,
    TreatDoubtTable,
    UncertaintyTable,
    WeightDoubtTable,
)
from stadtindex.definitions.edition import Scale
from stadtindex.definitions.finding import Finding
from stadtindex.definitions.load.nodes import make_impute, make_normalise, make_treat
from stadtindex.definitions.locate import Place
from stadtindex.definitions.uncertainty import (
    CombineDoubt,
    Doubts,
    ErrorDoubt,
    ImputeDoubt,
    LeaveOutDoubt,
    MissingDoubt,
    NormaliseDoubt,
    RangeDoubt,
    TreatDoubt,
    WeightDoubt,
)


def make_doubts(
    table: UncertaintyTable | None, scale: Scale, place: Place, findings: list[Finding]
) -> Doubts:
    """Make what is declared; where options of a normalisation do not fit, add a finding."""
    if table is None:
        return Doubts(place=place)
    missing, left, impute = table.missing, table.leave_out, table.impute
    return Doubts(
        seed=table.seed,
        draws=table.draws,
        precision=table.precision,
        top=tuple(sorted(set(table.top))),
        normalise=_normalise(table.normalise, scale, place.at("normalise"), findings),
        missing=None if missing is None else MissingDoubt(tuple(missing.options), missing.why),
        impute=None
        if impute is None
        else ImputeDoubt(
            _options(make_impute, impute.options, place.at("impute", "options"), findings), impute.why
        ),
        treat=_treat(table.treat, place.at("treat"), findings),
        combine=tuple(
            CombineDoubt(one.level, tuple(one.options), one.why, place.at("combine", index))
            for index, one in enumerate(table.combine)
        ),
        weights=tuple(
            _weights(one, place.at("weights", index), findings) for index, one in enumerate(table.weights)
        ),
        ranges=tuple(
            _range(one, place.at("ranges", index), findings) for index, one in enumerate(table.ranges)
        ),
        leave_out=None if left is None else LeaveOutDoubt(left.level, tuple(left.nodes), left.why),
        errors={kind: _error(one, place.at("errors", kind)) for kind, one in table.errors.items()},
        parameters={
            code: _error(one, place.at("parameters", code)) for code, one in table.parameters.items()
        },
        declared=True,
        place=place,
    )


def _normalise(
    table: NormaliseDoubtTable | None, scale: Scale, place: Place, findings: list[Finding]
) -> NormaliseDoubt | None:
    if table is None:
        return None
    made = [
        make_normalise(option, scale, place.at("options", index), findings)
        for index, option in enumerate(table.options)
    ]
    options = tuple(option for option in made if option is not None)
    return NormaliseDoubt(options, tuple(table.replaces), tuple(table.parameters), table.why)


def _treat(table: TreatDoubtTable | None, place: Place, findings: list[Finding]) -> TreatDoubt | None:
    if table is None:
        return None
    options = _options(make_treat, table.options, place.at("options"), findings)
    return TreatDoubt(options, tuple(table.replaces), tuple(table.parameters), table.why)


Table = TypeVar("Table")
Made = TypeVar("Made")


def _options(
    make: Callable[[Table, Place, list[Finding]], Made | None],
    tables: Sequence[Table],
    place: Place,
    findings: list[Finding],
) -> tuple[Made, ...]:
    """Make every option that fits."""
    made = [make(table, place.at(index), findings) for index, table in enumerate(tables)]
    return tuple(option for option in made if option is not None)


def _weights(table: WeightDoubtTable, place: Place, findings: list[Finding]) -> WeightDoubt:
    if (table.share is None) == (table.concentration is None):
        found = "neither" if table.share is None else "both"
        findings.append(place.finding(found, "either share or concentration"))
    return WeightDoubt(table.level, table.share, table.concentration, table.why, place)


def _range(table: RangeDoubtTable, place: Place, findings: list[Finding]) -> RangeDoubt:
    if not table.least < table.most:
        advice = f"more than least, which is {table.least:g}"
        findings.append(place.at("most").finding(f"{table.most:g}", advice))
    return RangeDoubt(table.parameter, table.option, table.least, table.most, table.steps, table.why, place)


def _error(table: ErrorDoubtTable, place: Place) -> ErrorDoubt:
    return ErrorDoubt(table.relative, table.sample, table.flip, table.step, table.age, table.why, place)
