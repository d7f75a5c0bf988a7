"""Imputation on a real index: the ASEM data and their panel, which lie beside the original files."""

import csv
import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from stadtindex.engine import Cell, Table
from stadtindex.engine.impute.fill import impute
from stadtindex.engine.impute.gaps import Gaps, Imputation, Impute, Wave
from stadtindex.engine.screen import Screen, screen


@dataclass(frozen=True)
class Asem:
    units: tuple[str, ...]
    columns: tuple[str, ...]
    directions: tuple[int, ...]
    families: tuple[str, ...]
    groups: tuple[str, ...]
    years: dict[int, np.ndarray]

    def gaps(self, values: np.ndarray) -> Gaps:
        return Gaps(
            self.units,
            self.columns,
            values,
            np.isnan(values),
            self.directions,
            self.families,
            self.groups,
            period=2022.0,
            waves=tuple(Wave(float(year), table) for year, table in self.years.items() if year < 2022),
        )


@pytest.fixture(scope="module")
def asem(originals: Path) -> Asem:
    folder = originals.parent / "asem"
    if not folder.is_dir():
        if os.environ.get("STADTINDEX_TEST_REQUIRE_ALL") == "1":
            pytest.fail("the ASEM data are missing, and STADTINDEX_TEST_REQUIRE_ALL=1 demands them")
        pytest.skip("the ASEM data are missing")
    with (folder / "ASEM_iMeta.csv").open(encoding="utf-8", newline="") as file:
        meta = [row for row in csv.DictReader(file) if row["Type"] == "Indicator"]
    with (folder / "ASEM_iData_p.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = [row["iCode"] for row in meta]
    units = tuple(row["uCode"] for row in rows if row["Time"] == "2018")
    years = {}
    for year in sorted({int(row["Time"]) for row in rows}):
        mine = {row["uCode"]: row for row in rows if row["Time"] == str(year)}
        cells = [[mine[unit][code] for code in codes] for unit in units]
        years[year] = np.array(
            [[math.nan if cell in ("", "NA") else float(cell) for cell in row] for row in cells]
        )
    population = {row["uCode"]: row["Pop_group"] for row in rows}
    return Asem(
        units,
        tuple(codes),
        tuple(int(row["Direction"]) for row in meta),
        tuple(row["Parent"] for row in meta),
        tuple(population[unit] for unit in units),
        years,
    )


@pytest.mark.parametrize("method", [method for method in Imputation if method is not Imputation.NONE])
def test_every_method_fills_a_real_index(asem: Asem, method: Imputation) -> None:
    given = asem.gaps(asem.years[2018])
    assert given.values.shape == (51, 49)
    assert given.wanted.sum() == 63
    result = impute(given, dict.fromkeys(asem.columns, Impute(method)))
    assert np.array_equal(result.values[~given.wanted], given.values[~given.wanted])
    if method not in (Imputation.LATEST, Imputation.LINEAR, Imputation.GROUP_MEAN, Imputation.GROUP_MEDIAN):
        assert result.filled.sum() == 63
    assert all(ended.converged for ended in result.convergence)


def test_values_left_out_are_found_again_better_than_by_the_mean(asem: Asem) -> None:
    truth = asem.years[2018]
    spread = np.nanstd(truth, axis=0, ddof=1)
    places = np.add.outer(7 * np.arange(51), 3 * np.arange(49)) % 20 == 0
    left_out = places & ~np.isnan(truth)
    given = asem.gaps(np.where(left_out, np.nan, truth))
    error = {}
    for method in (Imputation.MEAN, Imputation.NEIGHBOURS, Imputation.EM):
        result = impute(given, dict.fromkeys(asem.columns, Impute(method, ridge=0.1, cap=True)))
        error[method] = float(np.sqrt(np.mean((((result.values - truth) / spread)[left_out]) ** 2)))
    assert error[Imputation.EM] < 0.9 * error[Imputation.MEAN]
    assert error[Imputation.NEIGHBOURS] < 0.9 * error[Imputation.MEAN]


def test_the_example_of_coinr_takes_the_value_of_the_year_before(asem: Asem) -> None:
    values = asem.years[2022].copy()
    cells = [(asem.units.index("NZL"), asem.columns.index("LPI"))]
    cells.append((asem.units.index("AUT"), asem.columns.index("Flights")))
    for cell in cells:
        values[cell] = math.nan
    result = impute(asem.gaps(values), dict.fromkeys(asem.columns, Impute(Imputation.LATEST)))
    for cell in cells:
        assert result.filled[cell]
        assert result.values[cell] == asem.years[2021][cell]
        assert result.age[cell] == 1.0


def test_screening_counts_what_is_there(asem: Asem) -> None:
    values = asem.years[2018]
    table = Table.build(asem.units, asem.columns, values)
    report = screen(table, {"all": asem.columns}, Screen(data=0.9))
    counted = [sum(cell == Cell.VALUE for cell in row) / 49 for row in table.cells.tolist()]
    np.testing.assert_allclose(report.share, counted, rtol=1e-15)
    assert set(report.dropped) == {
        unit for unit, share in zip(asem.units, counted, strict=True) if share < 0.9
    }
