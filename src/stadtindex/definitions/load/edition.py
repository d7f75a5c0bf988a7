"""An edition folder to an Edition, and everything that is wrong with it."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from stadtindex.definitions.border.edition import DenominatorTable, EditionTable
from stadtindex.definitions.border.recipe import KindTable, LevelTable
from stadtindex.definitions.edition import (
    DenominatorColumn,
    Edition,
    Grading,
    ImputationData,
    KindRecipe,
    Level,
    OtherPeriod,
    Universe,
)
from stadtindex.definitions.edition_check import check_whole
from stadtindex.definitions.finding import BadInput, Finding
from stadtindex.definitions.load.files import beside, there
from stadtindex.definitions.load.head import Head, read_head
from stadtindex.definitions.load.nodes import (
    make_combining,
    make_impute,
    make_normalise,
    make_treat,
    make_weighting,
)
from stadtindex.definitions.load.outline import Outline, read_outline
from stadtindex.definitions.load.scheme import load_scheme
from stadtindex.definitions.load.table import shortened
from stadtindex.definitions.load.toml import read_toml
from stadtindex.definitions.load.uncertainty import make_doubts
from stadtindex.definitions.load.units import read_units
from stadtindex.definitions.locate import Place
from stadtindex.definitions.nodes_check import References, check_nodes
from stadtindex.definitions.recipe_check import check_recipe
from stadtindex.definitions.uncertainty_check import check_doubts
from stadtindex.definitions.unit import Units
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe import Aggregation, Combining, Screen, Weighing, Weighting

FILE = "edition.toml"
ORIGINS = "origins.csv"


def load_edition(folder: Path, *, need_points: bool = True) -> Edition:
    """Load the edition in a folder, or raise BadInput with all errors.

    Without `need_points` the files of data points and origins may still be absent: before they are first written.
    """
    edition, findings = read_edition(Path(folder), need_points=need_points)
    errors = [finding for finding in findings if finding.severity == "error"]
    if edition is None or errors:
        raise BadInput(*errors)
    return edition


def read_edition(
    folder: Path, known: Mapping[str, Collection[str]] | None = None, *, need_points: bool = True
) -> tuple[Edition | None, list[Finding]]:
    """Read the edition in a folder as far as it can be read, with all errors and warnings about it."""
    try:
        document = read_toml(folder / FILE)
    except BadInput as error:
        return None, list(error.findings)
    findings: list[Finding] = []
    head = read_head(document, findings)
    outline = read_outline(head, findings)
    units = _units(head, findings)
    files = _listed_files(head, findings if need_points else [])
    references = References(frozenset(outline.codes), head.declared["denominators"], units, known)
    findings.extend(check_nodes(outline.branches, outline.parameters, references, outline.broken_families))
    if head.table is None or units is None:
        return None, shortened(findings)
    edition = _edition(head.table, outline, units, files, findings)
    partial = bool(findings)
    findings.extend(check_recipe(edition))
    findings.extend(check_whole(edition, references, partial=partial))
    findings.extend(() if partial else check_doubts(edition))
    return edition, shortened(findings)


def _units(head: Head, findings: list[Finding]) -> Units | None:
    path = head.document.path
    named, scheme_named = head.document.data.get("units"), head.document.data.get("scheme")
    if not isinstance(named, str) or not named:
        return None
    try:
        scheme = load_scheme(beside(path, scheme_named)) if isinstance(scheme_named, str) else None
    except BadInput as error:
        findings.extend(error.findings)
        return None
    address = beside(path, named)
    if not there(address, folder=True):
        advice = "a folder with units.csv, or a CSV file of units; create it or correct the address"
        findings.append(head.document.place.at("units").finding(f'"{named}": no such file', advice))
        return None
    units, wrong = read_units(address, scheme)
    findings.extend(wrong)
    return units


def _listed_files(head: Head, findings: list[Finding]) -> dict[str, tuple[Path, ...]]:
    """Find the files of data points and origins; one that is listed and not there is a finding."""
    path = head.document.path
    if head.table is None:
        return {}
    place, listed = head.document.place, {"points": head.table.points, "origins": head.table.origins or []}
    for key, names in listed.items():
        findings += _absent(path, names, place.at(key), key)
    for number, other in enumerate(head.table.imputation.periods if head.table.imputation else []):
        findings += _absent(path, other.points, place.at("imputation", "periods", number, "points"), "points")
    if head.table.origins is None and there(path.parent / ORIGINS):
        listed["origins"] = [ORIGINS]
    return {key: tuple(beside(path, name) for name in names) for key, names in listed.items()}


def _absent(path: Path, names: list[str], place: Place, key: str) -> Iterator[Finding]:
    """Find the listed files that are not there."""
    for index, name in enumerate(names):
        if not there(beside(path, name)):
            advice = f"a CSV file here; create it, correct the address, or remove it from {key}"
            yield place.at(index).finding(f'"{name}": no such file', advice)


def _edition(
    table: EditionTable,
    outline: Outline,
    units: Units,
    files: Mapping[str, tuple[Path, ...]],
    findings: list[Finding],
) -> Edition:
    head, place = outline.head, outline.head.document.place
    return Edition(
        id=table.id,
        title=table.title,
        languages=tuple(table.languages),
        reference_date=table.reference_date,
        units=units,
        universe=_universe(table),
        levels=tuple(
            _level(head, level, place.at("levels", index), findings)
            for index, level in enumerate(table.levels)
        ),
        branches=tuple(outline.branches),
        parameters=tuple(outline.parameters),
        order=tuple(outline.order),
        description=table.description,
        publisher=table.publisher,
        licence=table.licence,
        scale=head.scale,
        grading=_grading(table),
        kinds={
            kind: _kind(head, found, place.at("kinds", kind), findings) for kind, found in table.kinds.items()
        },
        quantities=head.quantities,
        denominators=tuple(
            _denominator(table, found, place.at("denominators", index))
            for index, found in enumerate(table.denominators)
        ),
        screen=_screen(table, place.at("screen"), findings),
        imputation=_imputation(table, head.document.path),
        doubts=make_doubts(table.uncertainty, head.scale, place.at("uncertainty"), findings),
        points=files["points"],
        origins=files["origins"],
        folder=head.document.path.parent,
        files=tuple(dict.fromkeys((*outline.files, *_scheme_file(outline.head), *units.files))),
        place=place,
    )


def _scheme_file(head: Head) -> tuple[Path, ...]:
    named = head.document.data.get("scheme")
    return (beside(head.document.path, named),) if isinstance(named, str) else ()


def _universe(table: EditionTable) -> Universe:
    if table.universe is None:
        return Universe(None, table.reference_date)
    return Universe(table.universe.rule, table.universe.at or table.reference_date)


def _grading(table: EditionTable) -> Grading:
    found = table.grading
    return Grading() if found is None else Grading(found.maximum_age_years, found.minimum_parameters)


def _level(head: Head, table: LevelTable, place: Place, findings: list[Finding]) -> Level:
    combining = make_combining(table.combine, head.scale, place.at("combine"), findings)
    return Level(
        name=table.name,
        plural=next((plural for plural, level in head.plurals.items() if level == table.name), table.name),
        title=table.title,
        combine=table.combine.method if table.combine and combining else Aggregation.ARITHMETIC,
        combining=combining or Combining(),
        weigh=table.weigh.method if table.weigh else Weighing.GIVEN,
        weighting=make_weighting(table.weigh, head.scale, place.at("weigh"), findings) or Weighting(),
        normalise=make_normalise(table.normalise, head.scale, place.at("normalise"), findings),
        threshold=table.threshold or 0.0,
        missing=table.missing,
        unanswered=table.unanswered,
        impute=make_impute(table.impute, place.at("impute"), findings),
        treat=make_treat(table.treat, place.at("treat"), findings),
    )


def _kind(head: Head, table: KindTable, place: Place, findings: list[Finding]) -> KindRecipe:
    normalise = make_normalise(table.normalise, head.scale, place.at("normalise"), findings)
    impute = make_impute(table.impute, place.at("impute"), findings)
    treat = make_treat(table.treat, place.at("treat"), findings)
    return KindRecipe(normalise, table.missing, table.unanswered, impute, treat)


def _screen(table: EditionTable, place: Place, findings: list[Finding]) -> Screen:
    if table.screen is None:
        return Screen()
    given = table.screen.model_dump()
    try:
        return Screen(**{**given, "keep": frozenset(given["keep"]), "drop": frozenset(given["drop"])})
    except EngineError as error:
        findings.append(place.finding(f"the unit {error.unit}" if error.unit else "shares", error.why))
        return Screen()


def _imputation(table: EditionTable, path: Path) -> ImputationData:
    found = table.imputation
    if found is None:
        return ImputationData()
    periods = (
        OtherPeriod(one.period, one.at, tuple(beside(path, name) for name in one.points))
        for one in found.periods
    )
    return ImputationData(found.groups, found.period, tuple(periods))


def _denominator(table: EditionTable, found: DenominatorTable, place: Place) -> DenominatorColumn:
    at = found.at or (table.reference_date if found.attribute else None)
    return DenominatorColumn(found.code, found.title, found.attribute, at, found.source, found.measure, place)
