"""The table [uncertainty]: what it becomes, and what is wrong with it, said with line and key."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stadtindex.definitions.check import check_edition
from stadtindex.definitions.load import load_edition
from stadtindex.definitions.parameter import Kind
from stadtindex.definitions.uncertainty import RangeOption
from stadtindex.engine.impute.gaps import Imputation
from stadtindex.engine.recipe import Aggregation, Missing, Normalisation

WHY = 'why = { de = "Weil.", en = "Because." }'
Change = Callable[[Path, str, str], None]


def declare(folder: Path, text: str) -> Path:
    """Add a table to the edition; the tables of an edition may stand in any order."""
    path = folder / "edition.toml"
    path.write_text(f"{path.read_text('utf-8')}\n[uncertainty]\n{text.replace('WHY', WHY)}\n", "utf-8")
    return folder


def found(folder: Path) -> list[str]:
    return [
        str(finding).split(": ", 1)[1] for finding in check_edition(folder) if finding.severity == "error"
    ]


def test_everything_that_can_be_declared(tiny: Path) -> None:
    declare(
        tiny,
        """seed = 7
draws = 512
precision = 0.5
top = [3, 1, 3]
[uncertainty.normalise]
options = ["min_max", { method = "z_score", mean = 50, sd = 10 }]
replaces = ["min_max"]
WHY
[uncertainty.treat]
options = ["none", "winsorise"]
parameters = ["stops"]
WHY
[uncertainty.impute]
options = ["mean", "median"]
WHY
[uncertainty.missing]
options = ["reweight", "impute"]
WHY
[[uncertainty.combine]]
level = "index"
options = ["arithmetic", "geometric"]
WHY
[[uncertainty.weights]]
level = "domain"
concentration = 20
WHY
[[uncertainty.weights]]
level = "parameter"
share = 0.25
WHY
[[uncertainty.ranges]]
parameter = "tram"
option = "high"
least = 80
most = 100
steps = 4
WHY
[uncertainty.leave_out]
level = "parameter"
WHY
[uncertainty.errors.share]
sample = 100
age = 0.1
WHY
[uncertainty.parameters.online]
flip = 0.05
WHY""",
    )
    assert found(tiny) == []
    doubts = load_edition(tiny).doubts
    assert (doubts.seed, doubts.draws, doubts.precision, doubts.top) == (7, 512, 0.5, (1, 3))
    assert doubts.normalise is not None
    assert [option.method for option in doubts.normalise.options] == [
        Normalisation.MIN_MAX,
        Normalisation.Z_SCORE,
    ]
    assert doubts.normalise.why["en"] == "Because."
    assert doubts.impute is not None
    assert [option.method for option in doubts.impute.options] == [Imputation.MEAN, Imputation.MEDIAN]
    assert doubts.missing is not None
    assert doubts.missing.options == (Missing.REWEIGHT, Missing.IMPUTE)
    assert doubts.combine[0].options == (Aggregation.ARITHMETIC, Aggregation.GEOMETRIC)
    assert [(one.level, one.share, one.concentration) for one in doubts.weights] == [
        ("domain", None, 20.0),
        ("parameter", 0.25, None),
    ]
    assert doubts.ranges[0].option is RangeOption.HIGH
    assert doubts.ranges[0].values() == (82.5, 87.5, 92.5, 97.5)
    assert doubts.errors[Kind.SHARE].sample == 100
    assert doubts.parameters["online"].flip == 0.05
    assert doubts.declared


def test_an_edition_that_declares_nothing(tiny: Path) -> None:
    doubts = load_edition(tiny).doubts
    assert not doubts.declared
    assert (doubts.seed, doubts.draws, doubts.weights) == (0, None, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("draws = 12", "uncertainty.draws: found 12; expected a whole number from 256 on"),
        (
            "drawz = 300",
            'found the unknown key drawz; expected a key that is known here; did you mean "draws"?',
        ),
        (
            "[uncertainty.missing]\noptions = ['reweight', 'zero']",
            "missing.why: found nothing; expected the key why",
        ),
        (
            "[uncertainty.missing]\noptions = ['zero']\nWHY",
            "options: found a list of 1; expected a list of two",
        ),
        (
            "[[uncertainty.weights]]\nlevel = 'domain'\nshare = 0.2\nconcentration = 4\nWHY",
            "weights[1]: found both; expected either share or concentration",
        ),
        (
            "[[uncertainty.weights]]\nlevel = 'domain'\nshare = 1.5\nWHY",
            "found 1.5; expected a number between 0 and 1",
        ),
        (
            "[[uncertainty.weights]]\nlevel = 'index'\nshare = 0.2\nWHY",
            'level: found "index"; expected the name of one',
        ),
        ("[[uncertainty.weights]]\nlevel = 'domian'\nshare = 0.2\nWHY", 'did you mean "domain"?'),
        (
            "[[uncertainty.weights]]\nlevel = 'domain'\nshare = 0.2\nWHY\n"
            "[[uncertainty.weights]]\nlevel = 'domain'\nshare = 0.3\nWHY",
            'found "domain"; expected every level once',
        ),
        (
            "[[uncertainty.combine]]\nlevel = 'parameter'\noptions = ['arithmetic', 'median']\nWHY",
            'level: found "parameter"; expected the name of one of the levels index, domain',
        ),
        (
            "[[uncertainty.combine]]\nlevel = 'index'\noptions = ['arithmetic', 'owa']\nWHY",
            'options[2]: found "owa"; expected a method whose parameters the level has: owa needs order',
        ),
        (
            "[uncertainty.normalise]\noptions = ['min_max', 'rank']\nparameters = ['stop']\nWHY",
            'found "stop"; expected the code of a parameter; did you mean "stops"?',
        ),
        (
            "[uncertainty.normalise]\noptions = ['min_max', 'rank']\nreplaces = ['borda']\nWHY",
            'found "borda"; expected a normalisation that a parameter uses: fixed, min_max',
        ),
        (
            "[uncertainty.normalise]\noptions = ['min_max', 'fixed']\nWHY",
            "options[2]: found fixed; expected parameters that fit: fixed needs low and high",
        ),
        (
            "[uncertainty.impute]\noptions = ['mean', 'median']\nWHY",
            'impute: found alternatives; expected a parameter with missing = "impute"',
        ),
        (
            "[[uncertainty.ranges]]\nparameter = 'tram'\noption = 'target'\nleast = 1\nmost = 2\nWHY",
            'option: found "target"; expected an option that fixed has a value for',
        ),
        (
            "[[uncertainty.ranges]]\nparameter = 'tram'\noption = 'high'\nleast = -5\nmost = 90\nWHY",
            "least: found -5; expected a number that fits: the source scale must rise",
        ),
        (
            "[[uncertainty.ranges]]\nparameter = 'tram'\noption = 'high'\nleast = 90\nmost = 80\nWHY",
            "most: found 80; expected more than least, which is 90",
        ),
        ("[uncertainty.leave_out]\nWHY", "leave_out: found neither; expected either level or nodes"),
        (
            "[uncertainty.leave_out]\nnodes = ['nobody']\nWHY",
            'nodes[1]: found "nobody"; expected the code of a node',
        ),
        (
            "[uncertainty.errors.yes_no]\nsample = 9\nWHY",
            "sample: found 9; expected flip or age, for the kind is yes_no",
        ),
        ("[uncertainty.errors.count]\nWHY", "errors.count: found nothing; expected relative, age or both"),
        ("[uncertainty.errors.counts]\nrelative = 0.1\nWHY", "found the key counts"),
        ("[uncertainty.parameters.stop]\nrelative = 0.1\nWHY", 'did you mean "stops"?'),
        ("[uncertainty.parameters.stops]\nstep = 0.1\nWHY", "step: found 0.1; expected relative or age"),
    ],
)
def test_what_is_wrong_is_said(tiny: Path, text: str, expected: str) -> None:
    findings = found(declare(tiny, text))
    assert len([finding for finding in findings if expected in finding]) == 1, findings
    assert all(finding.count("uncertainty") for finding in findings), findings


def test_a_level_that_shares_its_depth_is_no_level_to_vary(tiny: Path, change: Change) -> None:
    change(
        tiny / "edition.toml",
        '[[levels]]\nname = "parameter"',
        '[[levels]]\nname = "group"\n\n[[levels]]\nname = "parameter"',
    )
    text = (tiny / "transport.toml").read_text("utf-8")
    group = '\n[[groups]]\ncode = "rail"\ntitle = { de = "Schiene", en = "Rail" }\n\n[[groups.parameters]]\ncode = "tram"'
    (tiny / "transport.toml").write_text(text.replace('\n[[parameters]]\ncode = "tram"', group), "utf-8")
    assert found(tiny) == []
    declare(tiny, "[[uncertainty.weights]]\nlevel = 'group'\nshare = 0.2\nWHY")
    (finding,) = found(tiny)
    assert "found \"group\", but 'online' (parameter) lies equally deep" in finding


def test_the_shipped_edition_gives_a_reason_for_everything(root: Path) -> None:
    doubts = load_edition(root / "data" / "editions" / "open-2026").doubts
    chosen = [
        doubts.normalise,
        doubts.missing,
        *doubts.weights,
        *doubts.errors.values(),
        *doubts.parameters.values(),
    ]
    assert doubts.declared
    assert all(one is not None and len(one.why["de"]) > 40 and len(one.why["en"]) > 40 for one in chosen)
    assert {one.level for one in doubts.weights} == {"domain", "indicator", "parameter"}
    assert all(error.age is not None for error in doubts.errors.values())
