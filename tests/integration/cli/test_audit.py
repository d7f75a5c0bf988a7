"""stadtindex audit, as a user types it: report, tables, the bundle it becomes a part of, and what verify says."""

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = ("--draws", "512", "--points", "64")
TABLES = (
    "columns",
    "correlations",
    "groups",
    "children",
    "components",
    "placements",
    "influence",
    "leave_out",
    "uncertainty",
    "sensitivity",
)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


@pytest.fixture
def hdi(root: Path) -> Path:
    return root / "examples" / "hdi-2021"


@pytest.fixture
def bundle(stadtindex: Callable, hdi: Path, tmp_path: Path) -> Path:
    out = tmp_path / "bundle"
    assert stadtindex("audit", hdi, "--out", out, *SMALL).code == 0
    return out


def test_the_report_goes_through_the_parts_in_order(stadtindex: Callable, tmp_path: Path) -> None:
    ran = stadtindex("audit", "open-2026", "--out", tmp_path / "bundle", *SMALL)
    assert ran.code == 0, ran.err
    parts = re.findall(r"^(\d) .+\n─", ran.out, flags=re.MULTILINE)
    assert parts == ["1", "2", "3", "4", "5", "6"]
    for said in (
        "83 units are compared by 31 parameters in 5 domains.",
        "87.3% of the applicable cells have a value (2,245 of 2,573 cells",
        "The choice that",
        "What to mend, in the order of the parts",
        "audit/report.en.md",
    ):
        assert said in " ".join(ran.out.split()), said


def test_german_has_german_words_and_numbers(stadtindex: Callable, tmp_path: Path) -> None:
    ran = stadtindex("audit", "open-2026", "--out", tmp_path / "bundle", "--lang", "de", *SMALL)
    said = " ".join(ran.out.replace("\N{NO-BREAK SPACE}", " ").split())
    assert "87,3 % der zutreffenden Zellen haben einen Wert (2.245 von 2.573 Zellen" in said
    assert "Am meisten kommt es" in said
    assert "of the" not in said


def test_the_bundle_holds_tables_and_reports_in_both_languages(bundle: Path) -> None:
    folder = bundle / "audit"
    assert {path.name for path in folder.iterdir()} == {
        *(f"{name}.csv" for name in TABLES),
        "audit.json",
        "report.de.md",
        "report.en.md",
    }
    assert (folder / "report.de.md").read_text("utf-8").startswith("# Statistische Prüfung: ")
    ranks = {row["unit"]: row for row in rows(bundle / "results" / "ranking.csv")}
    for row in rows(folder / "uncertainty.csv"):
        assert row["rank"] == ranks[row["unit"]]["rank"]
        assert float(row["rank_p5"]) <= float(row["rank_p50"]) <= float(row["rank_p95"])
    document = json.loads((folder / "audit.json").read_text("utf-8"))
    assert document["settings"] == {"seed": 0, "draws": 512, "points": 64}
    assert {each["part"] for each in document["conclusions"]} == {
        "frame",
        "data",
        "coherence",
        "uncertainty",
        "sensitivity",
    }


def test_correlations_in_the_table_are_those_of_numpy(bundle: Path) -> None:
    import numpy as np

    cells: dict[str, dict[str, float]] = {}
    for row in rows(bundle / "results" / "cells.csv"):
        cells.setdefault(row["parameter"], {})[row["unit"]] = float(row["normalised"])
    for row in rows(bundle / "audit" / "correlations.csv"):
        one, other = cells[row["one"]], cells[row["other"]]
        expected = np.corrcoef([one[u] for u in one], [other[u] for u in one])[0, 1]
        assert float(row["pearson"]) == pytest.approx(expected, abs=1e-9)


def test_markdown_tables_have_as_many_cells_as_columns(bundle: Path) -> None:
    lines = (bundle / "audit" / "report.en.md").read_text("utf-8").splitlines()
    tables = [line for line in lines if line.startswith("|")]
    assert len(tables) > 20
    width = 0
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", line))
            width = cells if not before.startswith("|") else width
            assert cells == width, line


def test_verify_makes_the_audit_again(stadtindex: Callable, bundle: Path) -> None:
    ran = stadtindex("verify", bundle)
    assert ran.code == 0, ran.out
    assert "identical" in ran.out


def test_verify_finds_a_changed_digit_in_the_audit(
    stadtindex: Callable, bundle: Path, change: Callable[[Path, str, str], None]
) -> None:
    table = bundle / "audit" / "groups.csv"
    alpha = rows(table)[0]["alpha"]
    change(table, alpha, str(float(alpha) + 0.1))
    ran = stadtindex("verify", bundle)
    assert ran.code == 1
    assert re.search(r"audit/groups\.csv:2: hdi-2021, 3, alpha: stored", ran.out)


def test_verify_finds_a_changed_report_whose_sum_was_changed_too(
    stadtindex: Callable, bundle: Path, change: Callable[[Path, str, str], None]
) -> None:
    from hashlib import sha256

    report = bundle / "audit" / "report.en.md"
    before = sha256(report.read_bytes()).hexdigest()
    change(report, "## 6 Conclusions", "## 6 Praise")
    change(bundle / "SHA256SUMS", before, sha256(report.read_bytes()).hexdigest())
    ran = stadtindex("verify", bundle)
    assert ran.code == 1
    assert "audit/report.en.md" in ran.out


def test_settings_that_cannot_be_read_are_told(
    stadtindex: Callable, bundle: Path, change: Callable[[Path, str, str], None]
) -> None:
    change(bundle / "audit" / "audit.json", '"points": 64', '"points": "many"')
    ran = stadtindex("verify", bundle)
    assert ran.code == 1
    assert "expected seed, draws and points as whole numbers" in ran.out


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    stadtindex: Callable, hdi: Path, tmp_path: Path
) -> None:
    found = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        out = tmp_path / name
        stadtindex("audit", hdi, "--out", out, "--seed", seed, *SMALL)
        found.append((out / "audit" / "uncertainty.csv").read_bytes())
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_json_is_what_the_bundle_says(stadtindex: Callable, bundle: Path) -> None:
    ran = stadtindex("audit", bundle, "--json", *SMALL)
    assert json.loads(ran.out) == json.loads((bundle / "audit" / "audit.json").read_text("utf-8"))


def test_an_audit_takes_the_place_of_an_earlier_one_and_keeps_the_rest(
    stadtindex: Callable, bundle: Path
) -> None:
    (bundle / "note.txt").write_text("by hand", "utf-8")
    before = (bundle / "results" / "ranking.csv").read_bytes()
    (bundle / "audit" / "old.csv").write_text("x", "utf-8")
    assert stadtindex("audit", bundle, "--seed", "7", *SMALL).code == 0
    assert (bundle / "results" / "ranking.csv").read_bytes() == before
    assert (bundle / "note.txt").read_text("utf-8") == "by hand"
    assert not (bundle / "audit" / "old.csv").exists()
    assert list(bundle.parent.glob(".*")) == []


def test_a_very_small_edition_is_audited_too(stadtindex: Callable, tiny: Path, tmp_path: Path) -> None:
    ran = stadtindex("audit", tiny, "--out", tmp_path / "bundle", *SMALL)
    assert ran.code == 0, ran.err
    assert "3 units are compared by 4 parameters in 2 domains." in ran.out
    assert stadtindex("verify", tmp_path / "bundle").code == 0


def test_draws_that_are_computations_of_their_own_are_fewer(
    stadtindex: Callable, tiny: Path, tmp_path: Path, change: Callable[[Path, str, str], None]
) -> None:
    change(tiny / "edition.toml", 'name = "domain"', 'name = "domain"\ncombine = "median"')
    ran = stadtindex("audit", tiny, "--out", tmp_path / "bundle", "--points", "2")
    assert ran.code == 0, ran.err
    assert "Seed 0, 1,000 draws, 2 base points." in ran.out
    assert stadtindex("verify", tmp_path / "bundle").code == 0


def test_what_cannot_be_drawn_is_said_and_the_rest_is_audited(
    stadtindex: Callable, tiny: Path, tmp_path: Path, change: Callable[[Path, str, str], None]
) -> None:
    weigh = 'weigh = "entropy"'
    change(tiny / "edition.toml", 'name = "index"', f'name = "index"\n{weigh}')
    change(tiny / "edition.toml", 'name = "domain"', f'name = "domain"\n{weigh}')
    ran = stadtindex("audit", tiny, "--out", tmp_path / "bundle", *SMALL)
    assert ran.code == 0, ran.err
    assert "The uncertainty could not be drawn: the plan leaves nothing to choose" in " ".join(
        ran.out.split()
    )
    assert not (tmp_path / "bundle" / "audit" / "uncertainty.csv").exists()
    assert (tmp_path / "bundle" / "audit" / "leave_out.csv").exists()
    assert stadtindex("verify", tmp_path / "bundle").code == 0


# --- bad input


def test_points_must_be_a_power_of_two(stadtindex: Callable, hdi: Path, tmp_path: Path) -> None:
    ran = stadtindex("audit", hdi, "--out", tmp_path / "bundle", "--points", "100")
    assert ran.code == 2
    assert "--points" in ran.err
    assert "a power of two" in ran.err
    assert not (tmp_path / "bundle").exists()


def test_a_bundle_of_other_inputs_is_left_alone(
    stadtindex: Callable, tiny: Path, hdi: Path, tmp_path: Path
) -> None:
    out = tmp_path / "bundle"
    stadtindex("compute", tiny, "--out", out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    ran = stadtindex("audit", hdi, "--out", out, *SMALL)
    assert ran.code == 2
    assert "a bundle of other inputs" in ran.err
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_folder_that_is_no_bundle_is_left_alone(stadtindex: Callable, hdi: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")
    ran = stadtindex("audit", hdi, "--out", tmp_path, *SMALL)
    assert ran.code == 2
    assert (tmp_path / "thesis.txt").read_text("utf-8") == "years of work"


def test_nothing_is_added_to_a_damaged_bundle(
    stadtindex: Callable, hdi: Path, bundle: Path, change: Callable[[Path, str, str], None]
) -> None:
    change(bundle / "bundle.json", '"experimental": false', '"experimental": true')
    for asked in (bundle, hdi):
        ran = stadtindex("audit", asked, "--out", bundle, *SMALL)
        assert ran.code == 2
        assert "another content than SHA256SUMS says" in ran.err


def test_an_unknown_edition_is_told(stadtindex: Callable) -> None:
    ran = stadtindex("audit", "nowhere")
    assert ran.code == 2
    assert "'nowhere'" in ran.err


def test_an_interrupted_rename_is_put_right(stadtindex: Callable, bundle: Path) -> None:
    shutil.move(bundle, bundle.with_name(f".{bundle.name}.earlier"))
    from stadtindex.editions.bundle import add

    add(bundle, "audit", {"audit/x.txt": b"x"})
    assert (bundle / "results" / "ranking.csv").is_file()
    assert [path.name for path in (bundle / "audit").iterdir()] == ["x.txt"]
    with pytest.raises(ValueError, match="must lie in audit/"):
        add(bundle, "audit", {"results/x.txt": b"x"})
