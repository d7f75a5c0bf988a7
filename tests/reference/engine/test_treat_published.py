"""The treatment of the ASEM data against the figures in the manual of COINr (Treat, qTreat), to all printed digits."""

import csv
import math
import os
from pathlib import Path

import numpy as np
import pytest

from stadtindex.engine.column import Column
from stadtindex.engine.treat.columns import Outcome, Treated, treat
from stadtindex.engine.treat.options import Transformation, Treat, Treatment


@pytest.fixture(scope="module")
def asem(originals: Path) -> dict[str, Column]:
    """The 49 indicators of 51 countries; the data lie beside the original files and are never part of the checkout."""
    folder = originals.parent / "asem"
    if not folder.is_dir():
        if os.environ.get("STADTINDEX_TEST_REQUIRE_ALL") == "1":
            pytest.fail("the ASEM data are missing, and STADTINDEX_TEST_REQUIRE_ALL=1 demands them")
        pytest.skip("the ASEM data are missing")
    with (folder / "ASEM_iData.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "ASEM_iMeta.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["iCode"] for row in csv.DictReader(file) if row["Type"] == "Indicator"]
    units = tuple(row["uCode"] for row in rows)
    return {
        code: Column(
            code, units, np.array([math.nan if row[code] in ("", "NA") else float(row[code]) for row in rows])
        )
        for code in codes
    }


def treated(column: Column, **options: object) -> Treated:
    return treat(column, Treat(Treatment.WINSORISE, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "before", "points", "after"),
    [
        ("LPI", (-0.3042681, -0.6567514), 0, (-0.3042681, -0.6567514)),
        ("Flights", (2.1032872, 4.5088794), 1, (1.900658, 3.3360647)),
        ("Ship", (-0.5756680, -0.6814795), 0, (-0.5756680, -0.6814795)),
        ("Bord", (2.1482360, 5.7914905), 1, (1.899211, 4.346298)),
        ("Elec", (2.2252736, 5.7910268), 1, (1.717744, 2.586062)),
        ("Goods", (2.649973, 8.266610), 2, (1.140608, 0.1572047)),
        ("Services", (1.701085, 2.375656), 0, (1.701085, 2.375656)),
    ],
)
def test_winsorising_as_coinr(
    asem: dict[str, Column],
    code: str,
    before: tuple[float, float],
    points: int,
    after: tuple[float, float],
) -> None:
    result = treated(asem[code])
    assert (result.before.skewness, result.before.kurtosis) == pytest.approx(before, rel=3e-7, abs=6e-8)
    assert (result.after.skewness, result.after.kurtosis) == pytest.approx(after, rel=3e-7, abs=6e-8)
    assert result.tried == points == np.count_nonzero(result.winsorised)
    assert result.outcome is (Outcome.PASSED if points == 0 else Outcome.WINSORISED)


@pytest.mark.parametrize(
    ("code", "held", "after"),
    [
        ("Flights", (1.900658, 3.336065), (-0.09502644, -0.8305217)),
        ("Goods", (2.469910, 7.087309), (0.03104001, -0.8888965)),
    ],
)
def test_logarithm_after_winsorising_as_coinr(
    asem: dict[str, Column], code: str, held: tuple[float, float], after: tuple[float, float]
) -> None:
    result = treated(asem[code], winmax=1, skewness=1.5, kurtosis=3.0)
    assert result.after_winsorising is not None
    assert (result.after_winsorising.skewness, result.after_winsorising.kurtosis) == pytest.approx(
        held, rel=3e-7
    )
    assert (result.after.skewness, result.after.kurtosis) == pytest.approx(after, rel=3e-7)
    assert (result.outcome, result.by, result.tried) == (Outcome.TRANSFORMED, Transformation.LOG, 1)
    assert not result.winsorised.any()


def test_every_indicator_passes_in_the_end(asem: dict[str, Column]) -> None:
    assert len(asem) == 49
    for column in asem.values():
        result = treated(column)
        assert result.outcome in (Outcome.PASSED, Outcome.WINSORISED)
        assert np.array_equal(np.isnan(result.values), np.isnan(column.values))
        assert result.tried <= 5
