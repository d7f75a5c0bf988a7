"""Compute an edition: read its folder, assemble, run the engine, judge the ground it stands on."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stadtindex.datapoints.freeze import Frozen, freeze
from stadtindex.datapoints.origin import Origin
from stadtindex.datapoints.point import DataPoint
from stadtindex.definitions.edition import Edition
from stadtindex.definitions.finding import BadInput, Finding
from stadtindex.definitions.load import load_edition
from stadtindex.definitions.parameter import Kind
from stadtindex.documents.formats import csv_records
from stadtindex.editions.assemble import Assembled, asked, assemble
from stadtindex.editions.grading import Ground, grounds
from stadtindex.editions.pointfile import read_origins, read_points, table
from stadtindex.engine.compute import compute as engine_compute
from stadtindex.engine.results import Results

UNIVERSE = "universe.csv"
FROZEN = "frozen.json"
YES_NO_WORDS = {"yes": 1.0, "no": 0.0, "ja": 1.0, "nein": 0.0, "true": 1.0, "false": 0.0}


@dataclass(frozen=True)
class Release:
    """A computed edition."""

    edition: Edition
    frozen: Frozen
    assembled: Assembled
    results: Results
    grounds: tuple[Ground, ...]

    @property
    def indicative(self) -> frozenset[str]:
        """The domains with fewer well-founded parameters than the edition demands."""
        return frozenset(ground.domain for ground in self.grounds if ground.indicative)

    @property
    def experimental(self) -> bool:
        """Whether the overall rank must be marked as experimental: at least one domain is indicative."""
        return bool(self.indicative)


def compute(folder: Path) -> Release:
    """Compute the edition in a folder, from its definition and its frozen points; BadInput says what does not fit."""
    edition = load_edition(folder)
    frozen = frozen_points(edition)
    check_universe(edition)
    assembled = assemble(edition, frozen, other_periods(edition))
    results = engine_compute(
        assembled.tree,
        assembled.table,
        assembled.recipe,
        denominators=assembled.denominators,
        bonus=assembled.bonus,
        background=assembled.background,
    )
    return Release(edition, frozen, assembled, results, grounds(assembled))


def frozen_points(edition: Edition) -> Frozen:
    """Read, check and hash the points of an edition; BadInput names every one that does not fit.

    Where the edition was frozen (frozen.json), other points than those are refused.
    """
    frozen = freeze(points_of(edition), asked(edition), edition.units.units)
    path = edition.folder / FROZEN
    if path.is_file():
        said = json_object(path).get("points_sha256")
        if said != frozen.sha256:
            expected = f"points with the hash {said!r}; restore them, or freeze again"
            raise BadInput(Finding(str(path), None, "points_sha256", frozen.sha256, expected))
    return frozen


def other_periods(edition: Edition) -> tuple[Frozen, ...]:
    """Read and check the points of the other periods that imputation looks at, in their order."""
    known = asked(edition)
    return tuple(
        freeze(points_of(edition, period.points), known, edition.units.units)
        for period in edition.imputation.periods
    )


def frozen_table(sha256: str, points: Sequence[DataPoint]) -> bytes:
    """Write frozen.json: the hash of the points, and how many came from which source of which day."""
    sources = Counter(f"{point.origin.source} {point.data_date.isoformat()}" for point in points)
    document = {"points_sha256": sha256, "points": len(points), "sources": dict(sorted(sources.items()))}
    return (json.dumps(document, indent=1) + "\n").encode("utf-8")


def json_object(path: Path) -> Mapping[str, object]:
    """Read a JSON object, or raise BadInput."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError as problem:
        raise BadInput(Finding(str(path), None, "", str(problem), "a JSON object")) from problem
    if not isinstance(document, dict):
        raise BadInput(Finding(str(path), 1, "", type(document).__name__, "a JSON object"))
    return document


def points_of(edition: Edition, files: Sequence[Path] | None = None) -> tuple[DataPoint, ...]:
    """Read all frozen points of an edition, or those of other files; BadInput if there are some and no origins."""
    files = edition.points if files is None else files
    if files and not edition.origins:
        advice = 'origins = ["origins.csv"], a table that says where the points are from; one row answers for a whole table'
        raise BadInput(edition.place.at("origins").finding("nothing", advice))
    origins: dict[str, Origin] = {}
    for path in edition.origins:
        origins |= read_origins(path)
    words = _words(edition)
    return tuple(point for path in files for point in read_points(path, origins, words))


def _words(edition: Edition) -> Callable[[str, str], float | None]:
    """Let a yes/no parameter be answered in words and a parameter with levels by the code of the level."""
    known: dict[str, dict[str, float]] = {}
    for parameter in edition.parameters:
        if parameter.kind is Kind.LEVELS:
            known[parameter.code] = dict(parameter.points)
        elif parameter.kind is Kind.YES_NO:
            known[parameter.code] = YES_NO_WORDS
    return lambda parameter, word: known.get(parameter, {}).get(word)


def universe_table(edition: Edition) -> bytes:
    """Write the evaluated universe: id and name of every unit for which the rule held."""
    return table(("unit", "name"), ([unit, edition.units[unit].name] for unit in edition.ranked))


def check_universe(edition: Edition) -> None:
    """Refuse a frozen universe that is not what the rule gives today; an edition without universe.csv is not frozen."""
    path = edition.folder / UNIVERSE
    if not path.exists():
        return
    frozen = {
        record.take("unit"): record.line
        for record in csv_records(path, required=("unit", "name"), delimiter=",")
    }
    now = set(edition.ranked)
    findings = [
        Finding(
            str(path),
            line,
            "unit",
            f"{unit!r}, for which the rule does not hold",
            "the frozen universe; freeze again",
        )
        for unit, line in frozen.items()
        if unit not in now
    ]
    findings += [
        Finding(
            str(path),
            None,
            "unit",
            f"no row for {unit!r}, for which the rule holds",
            "the frozen universe; freeze again",
        )
        for unit in sorted(now - set(frozen))
    ]
    if findings:
        raise BadInput(*findings)
