"""An edition with every step before the normalisation: what its bundle says, and that a changed digit is named."""

import csv
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stadtindex.definitions.finding import BadInput
from stadtindex.editions.bundle import write
from stadtindex.editions.compare import compare
from stadtindex.editions.compute import Release, compute
from stadtindex.editions.verify import Outcome, verify
from stadtindex.engine.attribution.mix import Cause
from stadtindex.engine.errors import EngineError
from stadtindex.engine.recipe import Imputation, Treatment, Weighing

Change = Callable[[Path, str, str], None]


@pytest.fixture(scope="module")
def release(root: Path) -> Release:
    return compute(root / "examples" / "methods-2026")


@pytest.fixture
def edition(root: Path, tmp_path: Path) -> Path:
    shutil.copytree(root / "examples" / "methods-2026", tmp_path / "edition")
    return tmp_path / "edition"


@pytest.fixture
def bundle(release: Release, tmp_path: Path) -> Path:
    write(release, tmp_path / "bundle")
    return tmp_path / "bundle"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_example_uses_what_it_says(release: Release) -> None:
    recipe = release.assembled.recipe.nodes
    leaves = [recipe[code] for code in release.assembled.tree.leaves]
    assert {leaf.impute.method for leaf in leaves} == {
        *(Imputation.NEIGHBOURS, Imputation.MEDIAN, Imputation.GROUP_MEDIAN),
        *(Imputation.EM, Imputation.SIBLINGS, Imputation.LATEST),
    }
    assert {leaf.treat.method for leaf in leaves} == set(Treatment)
    assert {recipe[node.code].weigh for node in release.assembled.tree.nodes} >= {
        *(Weighing.CRITIC, Weighing.PCA, Weighing.BENEFIT_OF_THE_DOUBT, Weighing.BALANCED),
    }
    assert release.results.left_out() == {"MI": "has 1 of 10 data points; at least 60.0% are asked for"}


def test_the_estimates_are_what_their_methods_say(release: Release) -> None:
    """By hand from the points: the median, the median of the region without the town left out, the value of 2024."""
    results = release.results

    def known(code: str, *units: str) -> list[float]:
        column = dict(zip(results.units, results.denominated[code], strict=True))
        return [column[unit] for unit in units or results.units if not math.isnan(column[unit])]

    def imputed(code: str, unit: str) -> float:
        return float(results.imputed[code][results.units.index(unit)])

    south = [
        u
        for u in results.units
        if release.edition.units.attribute(u, "region", at=release.edition.reference_date) == "south"
    ]
    assert imputed("car_share", "GI") == pytest.approx(float(np.median(known("car_share"))))
    assert imputed("waiting_days", "OL") == pytest.approx(float(np.median(known("waiting_days", *south))))
    earlier = {row["unit"]: float(row["value"]) for row in rows(release.edition.folder / "points-2024.csv")}
    assert imputed("emissions", "EI") == earlier["EI"]
    assert results.age_of("EI", "emissions") == 2.0
    assert math.isnan(imputed("emissions", "LI"))


def test_the_bundle_tells_cell_by_cell_what_was_done(bundle: Path, release: Release) -> None:
    table = {(row["unit"], row["parameter"]): row for row in rows(bundle / "results" / "prepared.csv")}
    assert table["EI", "emissions"]["marks"] == "imputed"
    assert (table["EI", "emissions"]["imputed_by"], table["EI", "emissions"]["age"]) == ("latest", "2")
    assert table["DI", "stops"]["marks"] == "winsorised"
    assert table["HO", "solar"]["marks"] == "transformed"
    assert table["AH", "bike_lanes"]["marks"] == ""
    assert ("AH", "open_data") not in table
    assert not any(unit == "MI" for unit, _ in table)
    for (unit, code), row in table.items():
        index = release.results.units.index(unit)
        for name in ("imputed", "treated"):
            value = float(row[name]) if row[name] else math.nan
            found = getattr(release.results, name)[code][index]
            if name == "treated" and row[name] == "":
                continue
            assert value == pytest.approx(found, rel=1e-11, nan_ok=True)


def test_treatment_weights_and_screening_have_tables(bundle: Path, release: Release) -> None:
    treatment = {row["parameter"]: row for row in rows(bundle / "results" / "treatment.csv")}
    assert set(treatment) == set(release.assembled.tree.leaves) - {"open_data"}
    assert (treatment["stops"]["outcome"], treatment["stops"]["points"]) == ("winsorised", "1")
    assert (treatment["solar"]["transformation"], treatment["solar"]["outcome"]) == ("box_cox", "transformed")
    assert treatment["trees"]["outcome"] == "passed"
    weights = rows(bundle / "results" / "weights.csv")
    for node in ("methods-2026", "mobility", "climate"):
        mine = [row for row in weights if row["node"] == node]
        assert math.fsum(float(row["lowest"]) for row in mine) == pytest.approx(1.0)
        assert [row["lowest"] for row in mine] == [row["highest"] for row in mine]
    forms = next(row for row in weights if row["child"] == "online_forms")
    assert (forms["method"], forms["stated"], forms["lowest"], forms["highest"]) == (
        *("benefit_of_the_doubt", "0.4"),
        *("0.2", "0.6"),
    )
    screening = {row["unit"]: row for row in rows(bundle / "results" / "screening.csv")}
    assert len(screening) == 20
    assert (screening["MI"]["passes"], screening["MI"]["data"]) == ("no", "0.1")
    assert screening["MI"]["reason"].startswith("has 1 of 10 data points")
    ranking = {row["unit"]: row for row in rows(bundle / "results" / "ranking.csv")}
    assert (ranking["MI"]["status"], ranking["MI"]["rank"], ranking["MI"]["score"]) == (
        "screened_out",
        "",
        "",
    )


def test_the_method_says_every_choice(bundle: Path) -> None:
    method = json.loads((bundle / "method" / "recipe.json").read_text("utf-8"))
    nodes = {node["code"]: node for node in method["nodes"]}
    assert method["screen"]["data"] == 0.6
    assert nodes["fibre"]["impute"]["method"] == "em"
    assert nodes["solar"]["treat"]["then"] == "box_cox"
    assert nodes["services"]["weighting"]["around"] == 0.5
    assert "treat" not in nodes["open_data"]


def test_an_edition_without_these_steps_has_headers_only(root: Path, tmp_path: Path) -> None:
    write(compute(root / "examples" / "hdi-2021"), tmp_path / "bundle")
    for name in ("prepared", "treatment", "screening"):
        assert len((tmp_path / "bundle" / "results" / f"{name}.csv").read_text("utf-8").splitlines()) == 1
    method = json.loads((tmp_path / "bundle" / "method" / "recipe.json").read_text("utf-8"))
    assert set(method) == {"decimals", "nodes"}


@pytest.mark.parametrize(
    ("name", "row", "column"),
    [
        ("prepared", ("EI", "emissions"), "imputed"),
        ("prepared", ("DI", "stops"), "treated"),
        ("treatment", ("solar", "transform"), "exponent"),
        ("weights", ("mobility", "stops"), "lowest"),
        ("screening", ("MI", "no"), "data"),
    ],
)
def test_a_changed_digit_is_named_by_its_cell(
    bundle: Path, name: str, row: tuple[str, str], column: str
) -> None:
    assert verify(bundle).outcome is Outcome.IDENTICAL
    path = bundle / "results" / f"{name}.csv"
    table = list(csv.reader(path.read_text("utf-8").splitlines()))
    line = next(index for index, cells in enumerate(table) if tuple(cells[:2]) == row)
    place = table[0].index(column)
    digit = next(i for i, letter in enumerate(table[line][place]) if letter in "123456789")
    old = table[line][place]
    table[line][place] = old[:digit] + str(10 - int(old[digit])).replace("5", "4") + old[digit + 1 :]
    assert table[line][place] != old or old[digit] == "5"
    path.write_text("\n".join(",".join(f'"{c}"' if "," in c else c for c in cells) for cells in table) + "\n")
    verdict = verify(bundle)
    assert verdict.outcome is Outcome.DIFFERENT
    cells = [d for d in verdict.differences if d.file == f"results/{name}.csv" and d.column == column]
    assert [(d.line, d.row) for d in cells] == [(line + 1, row)]


def test_points_of_other_periods_are_part_of_the_bundle(edition: Path, tmp_path: Path) -> None:
    write(compute(edition), tmp_path / "bundle")
    shutil.rmtree(edition)
    assert verify(tmp_path / "bundle").outcome is Outcome.IDENTICAL
    path = next((tmp_path / "bundle" / "inputs").rglob("points-2024.csv"))
    path.write_text(path.read_text("utf-8").replace("EI,emissions,8.55", "EI,emissions,8.65"), "utf-8")
    verdict = verify(tmp_path / "bundle")
    assert verdict.outcome is Outcome.DIFFERENT
    assert any(
        d.file.endswith("points-2024.csv") and d.row == ("EI", "emissions") for d in verdict.differences
    )
    assert any(d.row == ("EI", "emissions") and d.column == "imputed" for d in verdict.differences)


def test_points_of_another_period_must_fit(edition: Path, change: Change) -> None:
    change(edition / "points-2024.csv", "EI,emissions", "EI,emission")
    with pytest.raises(BadInput) as caught:
        compute(edition)
    (finding,) = caught.value.findings
    assert finding.file.endswith("points-2024.csv")
    assert "'emission'" in finding.found


def test_a_refused_number_names_town_and_parameter(edition: Path, change: Change) -> None:
    change(edition / "edition.toml", 'weigh = "pca"', 'weigh = "entropy"')
    change(
        edition / "edition.toml",
        '[kinds.count]\nnormalise = "min_max"',
        '[kinds.count]\nnormalise = "z_score"',
    )
    with pytest.raises(EngineError, match="entropy weights need scores >= 0") as caught:
        compute(edition)
    assert (caught.value.unit is not None, caught.value.node) == (True, "stops")


def test_two_releases_with_all_steps_can_be_compared(edition: Path, release: Release, change: Change) -> None:
    """One corrected value of a town: all of the change is booked under corrections, and it adds up."""
    text = (edition / "points.csv").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("KI,trees,"))
    value = line.split(",")[2]
    change(edition / "points.csv", line, line.replace(value, str(float(value) + 60.0)))
    split = compare(release, compute(edition)).change("KI").split
    moved = split.score_after - split.score_before
    assert moved > 0.0
    assert split.score[Cause.CORRECTIONS] == pytest.approx(moved, abs=1e-9)
    assert math.fsum(split.score.values()) == pytest.approx(moved, abs=1e-9)
    assert sum(split.rank.values()) == split.rank_after - split.rank_before
