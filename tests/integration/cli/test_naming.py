"""How uncertain choices are called in sentences."""

from pathlib import Path

import pytest

from stadtindex.cli.naming import Naming
from stadtindex.cli.words import words
from stadtindex.editions.compute import Release, compute


@pytest.fixture(scope="module")
def release(root: Path) -> Release:
    return compute(root / "data" / "editions" / "open-2026")


@pytest.mark.parametrize(
    ("factor", "en", "de"),
    [
        ("weights 1", "weights of the domains", "Gewichte der Bereiche"),
        ("weights 3", "weights of the parameters", "Gewichte der Parameter"),
        ("combine 0", "aggregation within: the whole index", "Zusammenfassung, Ebene Index"),
        ("treat", "treatment of outliers", "Behandlung von Ausreißern"),
        ("impute", "imputation of missing values", "Ergänzung fehlender Werte"),
        ("leave out", "leaving out a part of the index", "Weglassen eines Teils des Index"),
        ("errors", "errors of measurement", "Messfehler"),
        ("scale laden", "scale of “Public charging”", "Skala von „Öffentliches Laden“"),
        ("something else", "something else", "something else"),
    ],
)
def test_choices_have_names(release: Release, factor: str, en: str, de: str) -> None:
    assert Naming(release, "en", words("en")).choice(factor) == en
    assert Naming(release, "de", words("de")).choice(factor) == de


def test_long_lists_are_cut_and_counted(release: Release) -> None:
    naming = Naming(release, "en", words("en"))
    units = list(release.results.units)
    assert naming.units(units[:2]) == f"{naming.unit(units[0])} and {naming.unit(units[1])}"
    assert naming.units(units[:7]).count(", ") == 5
    assert naming.units(units).endswith(f"and {len(units) - 6} more")
    assert naming.units([]) == ""
