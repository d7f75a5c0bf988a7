"""All cities of a real edition, compared with an invented older one that is made from its points.

Every cause is at work: values differ, some had been corrected, parameters come and go or are renamed, weights change,
and three of the largest cities were not yet among those measured, while smaller ones without any data were.
"""

import csv
import math
import shutil
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from stadtindex.definitions.finding import BadInput
from stadtindex.definitions.load.crosswalk import load_crosswalk
from stadtindex.editions.compare import Comparison, compare
from stadtindex.editions.compute import Release, compute
from stadtindex.engine.attribution.mix import Cause
from stadtindex.engine.attribution.own import Part
from stadtindex.engine.attribution.split import Split

# Codes of the older edition by those of the newer, where they differ, and the relation; the others are the same.
RENAMED = {
    "freifunk": ("freifunk_alt", "reworded"),
    "ladepunkte": ("ladepunkte_alt", "rescaled"),
    "codefor_lab": ("codefor_alt", "replaced"),
}
NEW_AND_DROPPED = {"wlan_bahnhoefe": "wlan_alt"}
OLD_CODES = {code: old for code, (old, _) in RENAMED.items()} | NEW_AND_DROPPED
NEWCOMERS = {"Berlin", "Hamburg", "München"}
OLDER_RULE = "population >= 95000 and population < 1500000"


def chance(*key: str) -> float:
    """A number from 0 to 1 that depends on the key alone."""
    return zlib.crc32(";".join(key).encode()) / 2**32


def earlier(row: dict[str, str], kind: str) -> str:
    """What the older edition had found: mostly less, and one answer in eight the other way."""
    if row["value"] == "" or chance(row["unit"], row["parameter"], "same") < 0.2:
        return row["value"]
    if kind == "yes_no":
        return turned(row["value"]) if chance(row["unit"], row["parameter"]) < 0.125 else row["value"]
    return scaled(row["value"], kind, 0.7 + 0.3 * chance(row["unit"], row["parameter"]))


def turned(value: str) -> str:
    return str(1 - round(float(value)))


def scaled(value: str, kind: str, factor: float) -> str:
    found = float(value) * factor
    return str(round(found) if kind == "count" else found)


def rewrite(folder: Path, release: Release, change: Callable[[dict[str, str], str], str]) -> None:
    kinds = {parameter.code: parameter.kind.value for parameter in release.edition.parameters}
    for path in folder.glob("points*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            if row["parameter"] in kinds:
                row["value"] = change(row, kinds[row["parameter"]])
            row["parameter"] = OLD_CODES.get(row["parameter"], row["parameter"])
            row["data_date"] = f"{int(row['data_date'][:4]) - 3}{row['data_date'][4:]}"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def older(data: Path, target: Path, release: Release, mend: float) -> Path:
    """Write an older edition; where chance is below `mend`, a value was wrong and is right here."""
    for name in ("units", "schemes"):
        shutil.copytree(data / name, target / name)
    folder = target / "editions" / "older"
    shutil.copytree(data / "editions" / "open-2026", folder)
    for frozen in ("universe.csv", "frozen.json"):
        (folder / frozen).unlink()
    for path in folder.glob("*.toml"):
        text = path.read_text("utf-8")
        for new, old in OLD_CODES.items():
            text = text.replace(f'code = "{new}"', f'code = "{old}"')
            text = text.replace(f"[uncertainty.parameters.{new}]", f"[uncertainty.parameters.{old}]")
        path.write_text(text, "utf-8")
    edition = folder / "edition.toml"
    text = edition.read_text("utf-8").replace('id = "open-2026"', 'id = "older"')
    edition.write_text(text.replace("population >= 100000", OLDER_RULE), "utf-8")
    mobility = folder / "mobilitaet.toml"
    mobility.write_text(mobility.read_text("utf-8").replace("weight = 1\n", "weight = 1.5\n", 1), "utf-8")

    def change(row: dict[str, str], kind: str) -> str:
        found = earlier(row, kind)
        wrong = found != "" and chance(row["unit"], row["parameter"], "wrong") < 0.02
        if wrong and mend < 1.0:
            return turned(found) if kind == "yes_no" else scaled(found, kind, 0.5)
        return found

    rewrite(folder, release, change)
    return folder


@pytest.fixture(scope="module")
def comparison(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    data, folder = root / "data", tmp_path_factory.mktemp("pair")
    newer = compute(data / "editions" / "open-2026")
    before = compute(older(data, folder / "wrong", newer, 0.0))
    corrected = compute(older(data, folder / "mended", newer, 1.0))
    items = []
    for parameter in newer.edition.parameters:
        code = parameter.code
        if code in NEW_AND_DROPPED:
            items.append(f'relation = "new"\nnew = "{code}"')
            items.append(f'relation = "dropped"\nold = "{NEW_AND_DROPPED[code]}"')
        else:
            old, relation = RENAMED.get(code, (code, "same"))
            items.append(f'relation = "{relation}"\nold = "{old}"\nnew = "{code}"')
    walk = folder / "crosswalk.toml"
    head = 'old = "older"\nnew = "open-2026"\nlanguages = ["en"]\n'
    walk.write_text(head + "".join(f"[[items]]\n{item}\n" for item in items), "utf-8")
    return compare(before, newer, load_crosswalk(walk), corrected)


@pytest.fixture(scope="module")
def splits(comparison: Comparison) -> list[Split]:
    found = list(comparison.attribution.all(own_depth=2))
    return [split for split in found if isinstance(split, Split)]


def test_every_city_of_both_editions_is_explained(comparison: Comparison, splits: list[Split]) -> None:
    names = comparison.after.edition.units
    missing = set(comparison.after.assembled.units) - {split.unit for split in splits}
    assert {names[unit].name for unit in missing} == NEWCOMERS
    assert len(splits) == 80


def test_everything_adds_up_for_every_city(comparison: Comparison, splits: list[Split]) -> None:
    ends = [(r.results, r.results.tree.root) for r in (comparison.before, comparison.after)]
    for split in splits:
        assert split.unscored == ()
        scores = [float(r.rounded[root][r.units.index(split.unit)]) for r, root in ends]
        ranks = [int(r.rank[root][r.units.index(split.unit)]) for r, root in ends]
        assert (split.score_before, split.score_after) == tuple(scores)
        assert (split.rank_before, split.rank_after) == tuple(ranks)
        assert math.fsum(split.score.values()) == pytest.approx(scores[1] - scores[0], abs=1e-9)
        assert sum(split.rank.values(), Fraction(0)) == ranks[1] - ranks[0]
        adds_up(split.own, split.score[Cause.OWN], split.rank[Cause.OWN])


def adds_up(parts: tuple[Part, ...], score: float, rank: Fraction) -> None:
    assert math.fsum(part.score for part in parts) == pytest.approx(score, abs=1e-9)
    assert sum((part.rank for part in parts), Fraction(0)) == rank
    for part in parts:
        if len(part.parts) > 0:
            adds_up(part.parts, part.score, part.rank)


def test_every_cause_is_at_work(splits: list[Split]) -> None:
    for cause in Cause:
        assert any(abs(split.score[cause]) > 1e-6 for split in splits), cause
        assert any(split.rank[cause] != 0 for split in splits), cause
    assert all(len(domain.parts) > 0 for split in splits for domain in split.own)


def test_one_city_alone_is_explained_as_among_all(comparison: Comparison, splits: list[Split]) -> None:
    for split in splits[::20]:
        assert comparison.change(split.unit).split == split


def test_cities_that_are_not_in_both_are_named(comparison: Comparison) -> None:
    units = {comparison.after.edition.units[unit].name: unit for unit in comparison.after.edition.units.units}
    with pytest.raises(BadInput, match=r"Hamburg \(02000000\), which is not among the ranked units of older"):
        comparison.change(units["Hamburg"])
    only_before = set(comparison.before.assembled.units) - set(comparison.after.assembled.units)
    assert len(only_before) > 0
    for unit in only_before:
        with pytest.raises(
            BadInput, match=r"which has no score in older|not among the ranked units of open-2026"
        ):
            comparison.change(unit)
