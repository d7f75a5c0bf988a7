"""Two releases beside each other: what is carried by the crosswalk, what was measured anew, what adds up."""

import math
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from stadtindex.definitions.finding import BadInput
from stadtindex.definitions.load.crosswalk import load_crosswalk
from stadtindex.editions.compare import compare, remeasured
from stadtindex.editions.compute import Release, compute
from stadtindex.engine.attribution.mix import Cause

Change = Callable[[Path, str, str], None]
CROSSWALK = """
old = "tiny-2026"
new = "tiny-2027"
languages = ["de", "en"]
[[items]]
relation = "same"
old = "online"
new = "online"
[[items]]
relation = "{level}"
old = "level"
new = "level"
[[items]]
relation = "reworded"
old = "stops"
new = "halts"
[[items]]
relation = "same"
old = "tram"
new = "tram"
"""


@pytest.fixture
def next_year(tiny: Path, tmp_path: Path, change: Change) -> Path:
    """The tiny edition a year later: stops are called halts, and the data are of a later date."""
    folder = tmp_path / "next"
    shutil.copytree(tiny, folder)
    change(folder / "edition.toml", 'id = "tiny-2026"', 'id = "tiny-2027"')
    change(folder / "origins.csv", "2026-01-31,2026-02-01", "2027-01-31,2027-02-01")
    change(folder / "edition.toml", "reference_date = 2026-06-30", "reference_date = 2027-06-30")
    change(folder / "transport.toml", 'code = "stops"', 'code = "halts"')
    points = folder / "points.csv"
    points.write_text(points.read_text("utf-8").replace(",stops,", ",halts,"), "utf-8")
    return folder


@pytest.fixture
def crosswalk(tmp_path: Path) -> Callable[..., Path]:
    def write(level: str = "same", text: str = CROSSWALK) -> Path:
        path = tmp_path / f"crosswalk-{level}.toml"
        path.write_text(text.replace("{level}", level), "utf-8")
        return path

    return write


def release(folder: Path) -> Release:
    return compute(folder)


def named(parts: dict[Cause, float]) -> dict[Cause, float]:
    return {cause: points for cause, points in parts.items() if abs(points) > 1e-9}


def test_nothing_but_the_date_has_changed(tiny: Path, next_year: Path, crosswalk: Callable) -> None:
    found = compare(release(tiny), release(next_year), load_crosswalk(crosswalk()))
    assert found.carried == {"online": "online", "level": "level", "halts": "stops", "tram": "tram"}
    for unit in ("AA", "BB", "CC"):
        change = found.change(unit)
        assert named(change.split.score) == {}
        assert change.score_change == 0.0


def test_the_share_measured_anew_by_hand(tiny: Path, next_year: Path, crosswalk: Callable) -> None:
    """Of AA, BB and CC: online 2 of 3 (weight 1/4), level 2 of 3 (1/4), stops all (1/3), tram 1 of 3 (1/6)."""
    before, after = release(tiny), release(next_year)
    found = compare(before, after, load_crosswalk(crosswalk()))
    assert found.remeasured == pytest.approx(2 / 3 / 4 + 2 / 3 / 4 + 1 / 3 + 1 / 3 / 6)
    assert found.rank_published
    assert remeasured(before, after, {"halts": "stops"}) == pytest.approx(1 / 3)
    assert remeasured(before, before, {"stops": "stops"}) == 0.0


def test_below_one_half_no_overall_rank_change_is_published(
    tiny: Path, next_year: Path, crosswalk: Callable
) -> None:
    text = CROSSWALK.replace('"reworded"', '"replaced"')
    found = compare(release(tiny), release(next_year), load_crosswalk(crosswalk("same", text)))
    assert found.remeasured == pytest.approx(2 / 3 / 4 + 2 / 3 / 4 + 1 / 3 / 6)
    change = found.change("AA")
    assert not change.rank_published
    assert change.rank_change is None
    assert change.score_change == 0.0


def test_own_data_are_found_under_their_parameter(
    tiny: Path, next_year: Path, crosswalk: Callable, change: Change
) -> None:
    change(next_year / "points.csv", "BB,online,,no,", "BB,online,,yes,")
    found = compare(release(tiny), release(next_year), load_crosswalk(crosswalk())).change("BB")
    assert named(found.split.score) == {Cause.OWN: pytest.approx(found.score_change)}
    assert found.score_change > 0
    (domain,) = found.split.own
    assert (domain.code, [part.code for part in domain.parts]) == ("service", ["online"])
    assert found.rank_change == sum(found.split.rank.values())


@pytest.mark.parametrize("relation", ["rescaled", "replaced"])
def test_what_is_measured_otherwise_belongs_to_the_method(
    tiny: Path, next_year: Path, crosswalk: Callable, change: Change, relation: str
) -> None:
    change(next_year / "points.csv", "AA,level,,some,", "AA,level,,all,")
    found = compare(release(tiny), release(next_year), load_crosswalk(crosswalk(relation))).change("AA")
    assert named(found.split.score) == {Cause.METHOD: pytest.approx(found.score_change)}
    same = compare(release(tiny), release(next_year), load_crosswalk(crosswalk())).change("AA")
    assert named(same.split.score) == {Cause.OWN: pytest.approx(found.score_change)}


@pytest.mark.parametrize(
    ("relation", "old", "new"),
    [
        ("dropped", '"level"', None),
        ("new", None, '"level"'),
        ("split", '"level"', '["level", "tram"]'),
        ("merged", '["level", "tram"]', '"level"'),
    ],
)
def test_parameters_without_counterpart_belong_to_the_method(
    tiny: Path, next_year: Path, crosswalk: Callable, relation: str, old: str | None, new: str | None
) -> None:
    """Whatever the other relations name is carried by nobody; what remains is `online` and the stops."""
    item = f'[[items]]\nrelation = "{relation}"\n'
    item += f"old = {old}\n" if old else ""
    item += f"new = {new}\n" if new else ""
    text = "\n[[items]]".join(CROSSWALK.split("\n[[items]]")[:2]) + "\n" + item
    text += '[[items]]\nrelation = "reworded"\nold = "stops"\nnew = "halts"\n'
    for side, codes in (("dropped", ("level", "tram")), ("new", ("level", "tram"))):
        named_here = old if side == "dropped" else new
        rest = [code for code in codes if named_here is None or f'"{code}"' not in named_here]
        if rest:
            key = "old" if side == "dropped" else "new"
            text += f'[[items]]\nrelation = "{side}"\n{key} = {rest}\n'.replace("'", '"')
    found = compare(release(tiny), release(next_year), load_crosswalk(crosswalk(relation, text)))
    assert found.carried == {"online": "online", "halts": "stops"}
    assert named(found.change("AA").split.score) == {}


def test_corrections_of_the_older_edition(
    tiny: Path, next_year: Path, tmp_path: Path, crosswalk: Callable, change: Change
) -> None:
    """BB had answered yes; the old edition said no by mistake, and its release .1 mends that."""
    mended = tmp_path / "mended"
    shutil.copytree(tiny, mended)
    for folder in (mended, next_year):
        change(folder / "points.csv", "BB,online,,no,", "BB,online,,yes,")
    walk = load_crosswalk(crosswalk())
    found = compare(release(tiny), release(next_year), walk, release(mended)).change("BB")
    assert named(found.split.score) == {Cause.CORRECTIONS: pytest.approx(found.score_change)}
    between = compare(release(tiny), release(mended)).change("BB")
    assert named(between.split.score) == {Cause.CORRECTIONS: pytest.approx(between.score_change)}
    assert between.remeasured == 1.0
    assert between.rank_change is not None


def test_everything_at_once_adds_up(tiny: Path, next_year: Path, crosswalk: Callable, change: Change) -> None:
    change(next_year / "points.csv", "BB,online,,no,", "BB,online,,yes,")
    change(next_year / "points.csv", "CC,halts,,400,", "CC,halts,,900,")
    change(next_year / "points.csv", "AA,extra,,3,", "AA,extra,,1,")
    change(next_year / "transport.toml", "weight = 2", "weight = 3")
    change(next_year / "units.csv", "DD,Deltadorf,20000,false", "DD,Deltadorf,120000,false")
    found = compare(release(tiny), release(next_year), load_crosswalk(crosswalk()))
    for unit in ("AA", "BB", "CC"):
        split = found.change(unit).split
        change_of_score = split.score_after - split.score_before
        assert math.fsum(split.score.values()) == pytest.approx(change_of_score, abs=1e-9)
        assert sum(split.rank.values(), Fraction(0)) == split.rank_after - split.rank_before
        assert math.fsum(part.score for part in split.own) == pytest.approx(split.score[Cause.OWN], abs=1e-9)
    with pytest.raises(BadInput, match=r"Deltadorf \(DD\), which is not among the ranked units of tiny-2026"):
        found.change("DD")
    with pytest.raises(BadInput, match="'ZZ', which is not among"):
        found.change("ZZ")


def test_releases_that_cannot_be_compared(
    tiny: Path, next_year: Path, crosswalk: Callable, change: Change
) -> None:
    before, after = release(tiny), release(next_year)
    walk = load_crosswalk(crosswalk())
    with pytest.raises(BadInput, match="a crosswalk from tiny-2026 to tiny-2027"):
        compare(before, after)
    with pytest.raises(BadInput, match="one from tiny-2027 to tiny-2026"):
        compare(after, before, walk)
    with pytest.raises(BadInput, match="a later release of tiny-2026"):
        compare(before, after, walk, after)
    lacking = CROSSWALK.rsplit("[[items]]", 1)[0]
    with pytest.raises(BadInput, match="nothing about tram"):
        compare(before, after, load_crosswalk(crosswalk("same", lacking)))


def test_no_unit_in_both(tiny: Path, tmp_path: Path, change: Change) -> None:
    other = tmp_path / "other"
    shutil.copytree(tiny, other)
    change(other / "edition.toml", 'rule = "population >= 100000"', 'rule = "population < 100000"')
    before, after = release(tiny), release(other)
    assert remeasured(before, after, {"stops": "stops"}) == 0.0


def test_a_city_without_a_score_in_one_edition(
    tiny: Path, next_year: Path, crosswalk: Callable, change: Change
) -> None:
    """Everything that had been known of BB is gone: no value, no score, no change to explain."""
    change(tiny / "points.csv", "BB,online,,no,", "BB,online,missing,,Lost.")
    change(tiny / "points.csv", "BB,stops,,600,", "BB,stops,missing,,Lost.")
    found = compare(release(tiny), release(next_year), load_crosswalk(crosswalk()))
    with pytest.raises(BadInput, match=r"Betaburg \(BB\), which has no score in tiny-2026"):
        found.change("BB")
    assert found.change("AA").split.unscored == ()
