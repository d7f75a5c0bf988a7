"""What every test may ask for."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
REQUIRE_ALL = os.environ.get("STADTINDEX_TEST_REQUIRE_ALL") == "1"

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", parent=settings.get_profile("default"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def absent(what: str) -> None:
    """Skip where a thing is optional; fail where the full suite is demanded."""
    if REQUIRE_ALL:
        pytest.fail(f"{what} is missing, and STADTINDEX_TEST_REQUIRE_ALL=1 demands it")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def originals() -> Path:
    """The folder of original files of the publishers, which lies beside the checkout and is never part of it."""
    folder = Path(os.environ.get("STADTINDEX_SOURCES", ROOT.parent / "shared" / "data" / "sources"))
    if not folder.is_dir():
        absent("the folder of original files (STADTINDEX_SOURCES)")
    return folder


TINY = {
    "edition.toml": """
id = "tiny-2026"
languages = ["de", "en"]
title = { de = "Kleinstindex", en = "Tiny index" }
reference_date = 2026-06-30
units = "units.csv"
scheme = "scheme.toml"
domains = ["service.toml", "transport.toml"]
points = ["points.csv"]
origins = ["origins.csv"]

[universe]
rule = "population >= 100000"

[grading]
maximum_age_years = 3
minimum_parameters = 2

[[denominators]]
code = "inhabitants"
attribute = "population"

[[levels]]
name = "index"

[[levels]]
name = "domain"

[[levels]]
name = "parameter"
missing = "reweight"
unanswered = "zero"

[kinds.count]
normalise = "min_max"
""",
    "service.toml": """
code = "service"
title = { de = "Dienste", en = "Services" }
bonus = { cap = 5, parameter = "extra" }

[[parameters]]
code = "online"
title = { de = "Termin online", en = "Appointment online" }
question = { de = "Geht das?", en = "Does it work?" }
kind = "yes_no"
unit = { de = "ja/nein", en = "yes/no" }
supplied_by = "city"
evidence = { de = "Adresse der Seite", en = "Address of the page" }
controllability = "city"

[[parameters]]
code = "level"
title = { de = "Stufe", en = "Level" }
question = { de = "Wie weit?", en = "How far?" }
kind = "levels"
unit = { de = "Stufe", en = "level" }
supplied_by = "city"
evidence = { de = "Adresse der Seite", en = "Address of the page" }
controllability = "city"
levels = [
    { code = "none", title = { de = "nein", en = "no" }, points = 0 },
    { code = "some", title = { de = "teils", en = "some" }, points = 50 },
    { code = "all", title = { de = "ganz", en = "all" }, points = 100 },
]
""",
    "transport.toml": """
code = "transport"
title = { de = "Verkehr", en = "Transport" }

[[parameters]]
code = "stops"
title = { de = "Haltestellen", en = "Stops" }
question = { de = "Wie viele?", en = "How many?" }
kind = "count"
direction = "higher_is_better"
unit = { de = "je 1.000 Einwohner", en = "per 1,000 inhabitants" }
weight = 2
denominator = { column = "inhabitants", per = 1000 }
supplied_by = "source"
source = "timetable"
measure = "stops"
controllability = "municipal_company"

[[parameters]]
code = "tram"
title = { de = "Barrierefreie Bahnen", en = "Step-free trams" }
question = { de = "Wie viele?", en = "How many?" }
kind = "share"
direction = "higher_is_better"
unit = { de = "%", en = "%" }
supplied_by = "city"
evidence = { de = "Adresse der Seite", en = "Address of the page" }
controllability = "municipal_company"
applies_if = { rule = "has_tram", reason = { de = "Keine Straßenbahn.", en = "No tram." } }
""",
    "scheme.toml": """
id = "letters"
languages = ["de", "en"]
title = { de = "Zwei Buchstaben", en = "Two letters" }
pattern = "[A-Z]{2}"
example = "AB"
""",
    "units.csv": """unit,name,population,has_tram
AA,Alphastadt,100000,true
BB,Betaburg,200000,false
CC,Gammau,400000,true
DD,Deltadorf,20000,false
""",
    "origins.csv": (
        "id,source,publisher,title,licence,attribution,address,file,sha256,data_date,retrieved\n"
        f"survey,survey,The office,Survey,CC-BY-4.0,The office,https://example.org/survey,survey.csv,{'0' * 64},"
        "2026-01-31,2026-02-01\n"
    ),
    "points.csv": """unit,parameter,status,value,reason
AA,online,,yes,
AA,level,,some,
AA,stops,,200,
AA,tram,,80,
AA,extra,,3,
BB,online,,no,
BB,level,missing,,The register does not say.
BB,stops,,600,
CC,online,unanswered,,No answer by the deadline.
CC,level,,all,
CC,stops,,400,
DD,online,,yes,
""",
}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A small complete edition that was computed by hand: see tests/reference/test_tiny_edition.py."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, text in TINY.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def change() -> Callable[[Path, str, str], None]:
    """Replace a text that stands exactly once in a file."""

    def apply(path: Path, old: str, new: str) -> None:
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
        path.write_text(text.replace(old, new), "utf-8")

    return apply


@dataclass(frozen=True)
class Ran:
    """What a command of the terminal did."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def kept_draws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where draws for intervals of ranks are kept from one test to the next: they are used only where nothing changed."""
    return tmp_path_factory.mktemp("robustness")


@pytest.fixture
def stadtindex(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept_draws: Path
) -> Callable[..., Ran]:
    """Run the command in this process, with a working folder of its own and English output."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "robustness").symlink_to(kept_draws)
    monkeypatch.setenv("STADTINDEX_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("STADTINDEX_DATA", str(ROOT / "data"))
    monkeypatch.setenv("STADTINDEX_LANG", "en")

    def run_command(*arguments: object) -> Ran:
        from stadtindex.cli.main import run

        monkeypatch.setattr(sys, "argv", ["stadtindex", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            run()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run_command
