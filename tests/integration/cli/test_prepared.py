"""Estimates, treated outliers and screened-out units are marked wherever the command line shows them, in both languages."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stadtindex.cli.prepared import curves_in_words, imputations_in_words, shortfalls_in_words
from stadtindex.engine.recipe import Imputation, Transformation
from stadtindex.engine.screen import Rule
from stadtindex.publish.ranking import Shortfall


@pytest.fixture
def example(root: Path) -> Path:
    return root / "examples" / "methods-2026"


def test_every_method_has_a_name() -> None:
    assert set(imputations_in_words(str)) == {method.name for method in Imputation}
    assert set(curves_in_words(str)) == {curve.name for curve in Transformation}
    rules = [Shortfall(rule, {"en": "x"}, 0.1, 0.5) for rule in [*Rule, "name"]]
    assert len(set(shortfalls_in_words(rules, "en", str))) == len(rules)


@pytest.mark.parametrize(
    ("lang", "city", "node", "said"),
    [
        ("en", "Eibental", "emissions", ("estimated by the latest earlier value: 8.55", "2 periods away", "an estimate stands in")),
        ("de", "Eibental", "emissions", ("geschätzt durch den letzten früheren Wert: 8,55", "2 Perioden", "ein Schätzwert steht dafür")),
        ("en", "Distelbach", "stops", ("winsorised to 3.3524355301: the column is held between",)),
        ("de", "Distelbach", "stops", ("winsorisiert auf 3,3524355301: die Spalte wird zwischen",)),
        ("en", "Holderstedt", "solar", ("transformed by Box-Cox power: 2.2215786313",)),
        ("de", "Holderstedt", "solar", ("umgeformt durch Box-Cox-Potenz: 2,2215786313",)),
        ("en", "Ahornau", "services", ("share × score, in the best mean", "best mean of any city under these weights")),
        ("de", "Ahornau", "services", ("bestes Mittel einer Stadt unter diesen Gewichten",)),
        ("en", "Mispelrode", "mobility", ("too little data to be ranked", "10% of the data; at least 60% are asked for")),
        ("de", "Mispelrode", "mobility", ("zu wenige Daten für einen Rang", "10 % der Daten; verlangt sind mindestens 60 %")),
    ],
)  # fmt: skip
def test_explain_says_what_was_done(
    stadtindex: Callable, example: Path, lang: str, city: str, node: str, said: tuple[str, ...]
) -> None:
    ran = stadtindex("explain", city, node, "--edition", example, "--lang", lang)
    assert ran.code == 0
    text = ran.out.replace("\u00a0", " ").replace("\u202f", " ")
    for words in said:
        assert words in text


def test_the_parts_under_the_benefit_of_the_doubt_add_up(stadtindex: Callable, example: Path) -> None:
    (step,) = json.loads(stadtindex("explain", "Ahornau", "services", "--edition", example, "--json").out)
    assert sum(part["contribution"] for part in step["parts"]) == pytest.approx(step["score"], abs=1e-9)
    mean = sum(part["share"] * part["score"] for part in step["parts"])
    assert 100.0 * mean / step["benchmark"] == pytest.approx(step["score"], abs=1e-9)


def test_explain_as_json_has_every_step(stadtindex: Callable, example: Path) -> None:
    (step,) = json.loads(stadtindex("explain", "EI", "emissions", "--edition", example, "--json").out)
    assert (step["raw"], step["denominated"]) == (None, None)
    assert step["estimate"] == {"value": 8.55, "method": "latest", "age": 2.0}
    assert (step["treated"]["value"], step["treated"]["marks"]) == (8.55, [])
    assert step["scaling"]["before"] == 8.55
    (step,) = json.loads(stadtindex("explain", "DI", "stops", "--edition", example, "--json").out)
    assert step["treated"]["marks"] == ["winsorised"]
    assert (
        step["denominated"] > step["scaling"]["before"] == step["treated"]["value"] == step["scaling"]["high"]
    )


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("(estimate: 8.55 tonnes per inhabitant)", "(transformed)", "missing")),
        ("de", ("(Schätzwert: 8,55 Tonnen je Einwohner)", "(umgeformt)", "fehlt")),
    ],
)
def test_profile_marks_values(stadtindex: Callable, example: Path, lang: str, words: tuple[str, ...]) -> None:
    ran = stadtindex("profile", "Eibental", "--edition", example, "--lang", lang)
    assert all(word in ran.out for word in words), ran.out
    outlier = stadtindex("profile", "Distelbach", "--edition", example, "--lang", lang).out
    assert {"en": "(outlier: counts as 3.35)", "de": "(Ausreißer: zählt als 3,35)"}[lang] in outlier
    left_out = stadtindex("profile", "Mispelrode", "--edition", example, "--lang", lang).out
    assert {"en": "Not ranked: 10%", "de": "Ohne Rang: 10"}[lang] in left_out


def test_profile_as_json_carries_the_marks(stadtindex: Callable, example: Path) -> None:
    page = json.loads(stadtindex("profile", "EI", "--edition", example, "--json").out)
    value = next(value for value in page["values"] if value["parameter"] == "emissions")
    assert (value["marks"], value["imputed"], value["value"]) == (["imputed"], 8.55, None)


def test_points_say_what_they_count_as(stadtindex: Callable, example: Path) -> None:
    table = stadtindex("points", example, "--city", "EI", "--parameter", "emissions")
    assert "8.55 (estimate)" in table.out
    german = stadtindex("points", example, "--city", "EI", "--parameter", "emissions", "--lang", "de")
    assert "8.55 (Schätzwert)" in german.out
    (row,) = csv.DictReader(
        io.StringIO(stadtindex("points", example, "--city", "DI", "--parameter", "stops", "--csv").out)
    )
    assert (row["marks"], row["imputed"], row["treated"]) == ("winsorised", "", "3.35243553009")
    points = json.loads(stadtindex("points", example, "--city", "DI", "--json").out)
    point = next(point for point in points if point["parameter"] == "inhabitants")
    assert (point["marks"], point["imputed"], point["treated"]) == ("", "", "")


@pytest.mark.parametrize(
    ("lang", "sentences"),
    [
        ("en", ("Not ranked: Mispelrode, 10% of the data", "10 estimates stand in for missing values")),
        ("de", ("Ohne Rang: Mispelrode, 10", "für fehlende Werte stehen 10 Schätzwerte")),
    ],
)
def test_rank_says_who_is_left_out_and_how_much_is_estimated(
    stadtindex: Callable, example: Path, lang: str, sentences: tuple[str, ...]
) -> None:
    ran = stadtindex("rank", example, "--lang", lang)
    assert all(sentence in ran.out for sentence in sentences), ran.out
    page = json.loads(stadtindex("rank", example, "--json").out)
    (row,) = (row for row in page["rows"] if row["unit"] == "MI")
    assert row["left_out"] == [{"rule": "data", "branch": {}, "share": 0.1, "minimum": 0.6}]
    rows = csv.DictReader(io.StringIO(stadtindex("rank", example, "--csv").out))
    assert {row["unit"]: row["status"] for row in rows}["MI"] == "screened_out"


def test_a_method_that_refuses_a_number_is_a_sentence(
    stadtindex: Callable, example: Path, tmp_path: Path, change: Callable[[Path, str, str], None]
) -> None:
    import shutil

    shutil.copytree(example, tmp_path / "edition")
    path = tmp_path / "edition" / "edition.toml"
    change(path, 'weigh = "pca"', 'weigh = "entropy"')
    change(path, '[kinds.count]\nnormalise = "min_max"', '[kinds.count]\nnormalise = "z_score"')
    ran = stadtindex("compute", tmp_path / "edition", "--out", tmp_path / "out")
    assert ran.code == 2
    assert "stops" in ran.err
    assert "entropy weights need scores >= 0" in ran.err
    assert not (tmp_path / "out").exists()


def test_whatif_goes_through_every_step(stadtindex: Callable, example: Path) -> None:
    """A value for what was estimated: the estimate goes, all steps are taken anew."""
    ran = stadtindex("whatif", "Eibental", "emissions=5", "--edition", example, "--json")
    page = json.loads(ran.out)
    rows = {row["node"]: row for row in page["nodes"]}
    assert rows["emissions"]["score_after"] == 100.0
    assert rows["methods-2026"]["score_after"] > rows["methods-2026"]["score_before"]
