"""compare, whatif and explain --from, as a user types them."""

import json
import math
import re
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

Change = Callable[[Path, str, str], None]
CROSSWALK = """
old = "tiny-2026"
new = "tiny-2027"
languages = ["en"]
""" + "".join(
    f'[[items]]\nrelation = "same"\nold = "{code}"\nnew = "{code}"\n'
    for code in ("online", "level", "stops", "tram")
)


@pytest.fixture
def next_year(tiny: Path, tmp_path: Path, change: Change) -> Path:
    """The tiny edition a year later: BB offers appointments online, stops weigh 3 instead of 2."""
    folder = tmp_path / "next"
    shutil.copytree(tiny, folder)
    change(folder / "edition.toml", 'id = "tiny-2026"', 'id = "tiny-2027"')
    change(folder / "origins.csv", "2026-01-31,2026-02-01", "2027-01-31,2027-02-01")
    change(folder / "points.csv", "BB,online,,no,", "BB,online,,yes,")
    change(folder / "transport.toml", "weight = 2", "weight = 3")
    (folder / "crosswalk-tiny-2026.toml").write_text(CROSSWALK, "utf-8")
    return folder


def check(node: dict, points: str) -> None:
    """Whatever has parts is the sum of them, at every level."""
    if node["parts"]:
        assert math.fsum(part[points] for part in node["parts"]) == pytest.approx(node[points], abs=1e-9)
        for part in node["parts"]:
            check(part, points)


def test_compare_adds_up_to_the_difference_of_the_shipped_scores(stadtindex: Callable) -> None:
    found = json.loads(stadtindex("compare", "Bochum", "Dortmund", "--json").out)
    ranked = {row["name"]: row["score"] for row in json.loads(stadtindex("rank", "--json").out)["rows"]}
    assert found["points"] == pytest.approx(ranked["Bochum"] - ranked["Dortmund"], abs=1e-9)
    assert len(found["parts"]) == 5
    check(found, "points")


def test_compare_prints_domains_indicators_and_parameters(stadtindex: Callable) -> None:
    ran = stadtindex("compare", "Bochum", "Dortmund")
    assert ran.code == 0
    for word in (
        "[verwaltung]",
        "\n  Open networks [offene_netze]",
        "ahead of",
        "Adds to the difference",
        "EXPERIMENTAL",
    ):
        assert word in ran.out
    assert "[freifunk]" in ran.out
    assert "[freifunk]" not in stadtindex("compare", "Bochum", "Dortmund", "--depth", "1").out
    assert "liegt" in stadtindex("compare", "Bochum", "Dortmund", "--lang", "de").out
    assert "have the same score" in stadtindex("compare", "Bochum", "Bochum").out


def test_compare_names_bonus_points(stadtindex: Callable, tiny: Path) -> None:
    ran = stadtindex("compare", "AA", "BB", "-e", tiny)
    assert "bonus points" in ran.out
    found = json.loads(stadtindex("compare", "AA", "BB", "-e", tiny, "--json").out)
    check(found, "points")


def test_whatif_is_what_the_ranking_would_be(stadtindex: Callable, tiny: Path, change: Change) -> None:
    found = json.loads(stadtindex("whatif", "BB", "online=yes", "stops=800", "-e", tiny, "--json").out)
    before = {row["unit"]: row for row in json.loads(stadtindex("rank", tiny, "--json").out)["rows"]}
    change(tiny / "points.csv", "BB,online,,no,", "BB,online,,yes,")
    change(tiny / "points.csv", "BB,stops,,600,", "BB,stops,,800,")
    after = {row["unit"]: row for row in json.loads(stadtindex("rank", tiny, "--json").out)["rows"]}
    root = found["nodes"][0]
    assert (root["score_before"], root["rank_before"]) == (before["BB"]["score"], before["BB"]["rank"])
    assert (root["score_after"], root["rank_after"]) == (after["BB"]["score"], after["BB"]["rank"])
    assert root["score_after"] > root["score_before"]
    assert [node["node"] for node in found["nodes"]] == [
        "tiny-2026",
        "service",
        "online",
        "transport",
        "stops",
    ]
    assert found["changes"] == {"online": 1.0, "stops": 800.0}


def test_whatif_prints_before_and_after(stadtindex: Callable, tiny: Path) -> None:
    ran = stadtindex("whatif", "Betaburg", "level=all", "-e", tiny)
    assert ran.code == 0
    assert re.search(r"Level \[level\] +– +100\.0000000000", ran.out)
    assert "The values of all other cities stay as they are." in ran.out
    assert "mit anderen Werten" in stadtindex("whatif", "BB", "level=all", "-e", tiny, "--lang", "de").out


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("whatif", "BB", "online"), ["PARAM=VALUE", "'online'"]),
        (("whatif", "BB", "onlin=yes"), ["'onlin'", "online"]),
        (("whatif", "BB", "service=3"), ["'service'", "code of a parameter"]),
        (("whatif", "BB", "online=maybe"), ["online", "'maybe'", "a number"]),
        (("whatif", "BB", "online=2"), ["online", "0 (no) or 1 (yes)"]),
        (("whatif", "BB", "tram=101"), ["tram", "0 to 100"]),
        (("whatif", "BB", "stops=-1"), ["stops", "whole number"]),
        (("whatif", "nowhere", "online=yes"), ["'nowhere'"]),
        (("compare", "AA", "nowhere"), ["'nowhere'"]),
        (("explain", "AA", "--to", "x"), ["--from"]),
        (("explain", "AA", "service", "--from", "x"), ["NODE", "'service'"]),
    ],
)
def test_bad_input_is_a_sentence(
    stadtindex: Callable, tiny: Path, arguments: tuple[str, ...], parts: list[str]
) -> None:
    ran = stadtindex(*arguments, "-e", tiny)
    assert ran.code == 2
    assert ran.err.startswith("error: ")
    for part in parts:
        assert part in ran.err


def test_explain_a_change_adds_up(stadtindex: Callable, tiny: Path, next_year: Path) -> None:
    found = json.loads(stadtindex("explain", "BB", "--from", tiny, "--to", next_year, "--json").out)
    change = found["score_after"] - found["score_before"]
    assert math.fsum(cause["score"] for cause in found["causes"].values()) == pytest.approx(change, abs=1e-9)
    ranks = sum((Fraction(cause["rank"]) for cause in found["causes"].values()), Fraction(0))
    assert ranks == found["rank_after"] - found["rank_before"]
    (service,) = found["own"]
    assert (service["node"], [part["node"] for part in service["parts"]]) == ("service", ["online"])
    assert service["score"] == pytest.approx(found["causes"]["own"]["score"], abs=1e-9)
    assert found["remeasured"] > 0.5


def test_explain_a_change_in_words(stadtindex: Callable, tiny: Path, next_year: Path) -> None:
    ran = stadtindex("explain", "BB", "--from", tiny, "--to", next_year)
    assert ran.code == 0
    for word in (
        "from tiny-2026 to tiny-2027",
        "own data",
        "set of cities",
        "Ranks",
        "measured anew",
        "[online]",
    ):
        assert word in ran.out
    german = stadtindex("explain", "BB", "--from", tiny, "--to", next_year, "--lang", "de").out
    assert "eigene Daten" in german
    assert "neu gemessen" in german


def test_a_change_is_a_waterfall_from_start_to_end(stadtindex: Callable, tiny: Path, next_year: Path) -> None:
    """Start, five causes with their sign, end; what is printed adds up, points and ranks."""
    out = stadtindex("explain", "BB", "--from", tiny, "--to", next_year).out
    lines = out.split("Own data")[0].splitlines()
    rows = [re.split(r" {2,}", line.strip()) for line in lines if re.search(r"\d$", line.strip())]
    names = [row[0] for row in rows if len(row) == 3]
    assert names[0] == "tiny-2026"
    assert names[1:] == [
        "own data",
        "data of the other cities",
        "method",
        "set of cities",
        "corrections",
        "tiny-2027",
    ]
    points = [float(row[1].replace("−", "-")) for row in rows if len(row) == 3]
    ranks = [Fraction(row[2].replace("−", "-")) for row in rows if len(row) == 3]
    assert math.fsum(points[:-1]) == pytest.approx(points[-1], abs=1e-9)
    assert sum(ranks[:-1], Fraction(0)) == ranks[-1]
    assert re.search(r"own data +\+\d", out)
    assert "what moves a city up has a minus" in out


def test_a_city_of_one_edition_only(
    stadtindex: Callable, tiny: Path, next_year: Path, change: Change
) -> None:
    change(next_year / "units.csv", "DD,Deltadorf,20000,false", "DD,Deltadorf,120000,false")
    ran = stadtindex("explain", "Deltadorf", "--from", tiny, "--to", next_year)
    assert ran.code == 2
    assert "Deltadorf (DD), which is not among the ranked units of tiny-2026" in ran.err
    turned = stadtindex("explain", "nowhere", "--from", tiny, "--to", next_year)
    assert turned.code == 2


def test_too_little_measured_anew_gives_no_rank_change(
    stadtindex: Callable, tiny: Path, next_year: Path, change: Change
) -> None:
    change(next_year / "origins.csv", "2027-01-31,2027-02-01", "2026-01-31,2027-02-01")
    ran = stadtindex("explain", "BB", "--from", tiny, "--to", next_year)
    assert "no change of the overall rank is published" in ran.out
    assert "Ranks" not in ran.out
    found = json.loads(stadtindex("explain", "BB", "--from", tiny, "--to", next_year, "--json").out)
    assert found["rank_before"] is None
    assert {cause["rank"] for cause in found["causes"].values()} == {None}


def test_corrections_and_a_crosswalk_elsewhere(
    stadtindex: Callable, tiny: Path, next_year: Path, tmp_path: Path, change: Change
) -> None:
    mended = tmp_path / "mended"
    shutil.copytree(tiny, mended)
    change(mended / "points.csv", "BB,online,,no,", "BB,online,,yes,")
    walk = tmp_path / "walk.toml"
    (next_year / "crosswalk-tiny-2026.toml").rename(walk)
    base = ("explain", "BB", "--from", tiny, "--to", next_year)
    missing = stadtindex(*base)
    assert missing.code == 2
    assert "crosswalk-tiny-2026.toml" in missing.err
    ran = stadtindex(*base, "--crosswalk", walk, "--corrected", mended, "--json")
    causes = json.loads(ran.out)["causes"]
    assert causes["own"]["score"] == 0.0
    assert causes["corrections"]["score"] > 0.0
