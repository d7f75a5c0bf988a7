"""How sure the ranks of an edition are: the plan, the age of a value, the files, and that they can be repeated."""

import csv
import io
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from stadtindex.definitions.finding import BadInput
from stadtindex.editions.bundle import about, put_folder, robustness_of, write
from stadtindex.editions.compute import Release, compute
from stadtindex.editions.doubt import below, flip_at, inputs_of, plan_of, relative_at, sample_at, step_at
from stadtindex.editions.robustfiles import FOLDER, NAMES, SUMS, basis_of, files_of
from stadtindex.editions.robustness import Run, declared_run, robustness, tie_groups
from stadtindex.editions.stated import again, stated
from stadtindex.editions.verify import Outcome, verify
from stadtindex.engine.uncertainty.plan import ErrorKind
from stadtindex.engine.uncertainty.simulate import Simulation, simulate

WHY = 'why = { de = "Weil.", en = "Because." }'
DOUBTS = f"""
[uncertainty]
draws = 1024
[[uncertainty.weights]]
level = "domain"
share = 0.5
{WHY}
[[uncertainty.weights]]
level = "parameter"
share = 0.5
{WHY}
[uncertainty.missing]
options = ["reweight", "zero"]
{WHY}
[uncertainty.errors.count]
relative = 0.3
age = 0.2
{WHY}
[uncertainty.errors.yes_no]
flip = 0.2
{WHY}
[uncertainty.errors.levels]
step = 0.2
{WHY}
[uncertainty.errors.share]
age = 0.2
{WHY}
"""


def declared(folder: Path, text: str = DOUBTS) -> Path:
    path = folder / "edition.toml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    return folder


@pytest.fixture
def release(tiny: Path) -> Release:
    return compute(declared(tiny))


def drawn(release: Release, draws: int = 1024, seed: int = 5) -> dict[str, bytes]:
    return files_of(release, robustness(release, Run(seed, draws)))


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def resummed(files: dict[str, bytes]) -> dict[str, bytes]:
    lines = (f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()) if name != SUMS)
    return {**files, SUMS: "".join(lines).encode()}


# --- the plan


def test_the_age_of_a_value_by_hand() -> None:
    # A random walk: variances add up. 0.3² + 4 · 0.2² = 0.25.
    assert relative_at(0.3, 0.2, 4.0) == pytest.approx(0.5)
    assert relative_at(0.0, 0.9, 9.0) == 1.0
    # 1 / (1 / 400 + 4 · 0.1²) = 23.5
    assert sample_at(400, 0.1, 4.0) == 23.0
    assert sample_at(None, 0.1, 1.0) == 100.0
    assert sample_at(400, 0.1, 0.0) == 400.0
    assert sample_at(10, 1.0, 50.0) == 1.0
    # Two years of a chain that turns with 0.1 a year: turned once and not back, 2 · 0.1 · 0.9.
    assert flip_at(0.0, 0.1, 2.0) == pytest.approx(0.18)
    assert flip_at(0.1, 0.1, 2.0) == pytest.approx(0.1 * 0.82 + 0.9 * 0.18)
    assert flip_at(0.0, 1.0, 3.0) == pytest.approx(0.5)
    assert step_at(0.2, 0.1, 2.0) == pytest.approx(1.0 - 0.8 * 0.81)


@pytest.mark.parametrize("size", [relative_at, flip_at, step_at])
def test_older_values_are_never_surer(size: Callable[[float, float, float], float]) -> None:
    for base in (0.0, 0.1, 0.4):
        sizes = [size(base, 0.07, years) for years in (0.0, 0.5, 1.0, 3.0, 10.0, 60.0)]
        assert sizes[0] == pytest.approx(base)
        assert sizes == sorted(sizes)
        assert all(0.0 <= one <= 1.0 for one in sizes)


def test_the_plan_knows_kinds_levels_and_dates(release: Release) -> None:
    plan = plan_of(release.assembled)
    kinds = {error.leaf: error.kind for error in plan.errors}
    assert kinds == {
        "online": ErrorKind.FLIP,
        "level": ErrorKind.STEP,
        "stops": ErrorKind.RELATIVE,
        "tram": ErrorKind.BINOMIAL,
    }
    by_leaf = {error.leaf: error for error in plan.errors}
    assert by_leaf["level"].levels == (0.0, 50.0, 100.0)
    assert by_leaf["tram"].top == 100.0
    # Data of 31 January 2026, reference date 30 June: 150 days.
    years = 150 / 365.25
    assert by_leaf["stops"].size == pytest.approx((relative_at(0.3, 0.2, years),) * 3)
    # Only AA has a share: what has no value has no age.
    assert by_leaf["tram"].size == (sample_at(None, 0.2, years), 1_000_000.0, 1_000_000.0)
    assert [(noise.depth, noise.share) for noise in plan.weights] == [(1, 0.5), (2, 0.5)]


def test_an_edition_that_declares_nothing_has_weights_that_vary_by_a_quarter(tiny: Path) -> None:
    release = compute(tiny)
    plan = plan_of(release.assembled)
    assert [(noise.depth, noise.share) for noise in plan.weights] == [(1, 0.25), (2, 0.25)]
    assert plan.errors == ()
    assert declared_run(release).draws == 10_000


def test_a_part_of_the_index_is_drawn_as_it_lies_in_the_whole(release: Release) -> None:
    given, plan = inputs_of(release.assembled), plan_of(release.assembled)
    part, mine = below(given, plan, "transport")
    assert part.tree.leaves == ("stops", "tram")
    assert [noise.depth for noise in mine.weights] == [1]
    assert {error.leaf for error in mine.errors} == {"stops", "tram"}
    spread = simulate(part, mine, Simulation(1, 2048))
    score, step = release.results.score["transport"], spread.score_width
    assert ((spread.score[0] - step <= score) & (score <= spread.score[4] + step)).all()


# --- the files


def test_the_same_draws_give_the_same_bytes_for_any_number_of_workers(release: Release) -> None:
    one, two = (files_of(release, robustness(release, Run(5, 1024, workers=n))) for n in (1, 2))
    assert one == two
    assert set(one) == set(NAMES)
    assert drawn(release, seed=6) != one


def test_the_tables_agree_with_each_other(release: Release) -> None:
    files = drawn(release)
    units = {row["unit"]: row for row in rows(files["units.csv"])}
    ranks = rows(files["ranks.csv"])
    pairs = {(row["unit"], row["other"]): row for row in rows(files["pairs.csv"])}
    said = json.loads(files["robustness.json"])
    assert said["draws"] + said["failed"] == 1024
    for unit, row in units.items():
        counted = [one for one in ranks if one["unit"] == unit]
        total = sum(int(one["draws"]) for one in counted)
        assert total == int(row["ranked"])
        assert sum(int(one["rank_from"]) * int(one["draws"]) for one in counted) / total == pytest.approx(
            float(row["mean_rank"])
        )
        first = sum(int(one["draws"]) for one in counted if int(one["rank_to"]) <= 1)
        assert first / said["draws"] == pytest.approx(float(row["top_1"]))
    for row in pairs.values():
        assert float(row["ahead"]) + float(row["level"]) + float(row["behind"]) == pytest.approx(1.0)
    assert len(pairs) == 3
    nodes = rows(files["nodes.csv"])
    assert {row["node"] for row in nodes} == {"service", "transport"}
    assert {row["unit"] for row in nodes} == set(units)
    totals = [float(row["total"]) for row in rows(files["choices.csv"])]
    assert len(totals) == 4
    assert totals == sorted(totals, reverse=True)


def test_what_was_written_is_read_again(release: Release) -> None:
    files = drawn(release)
    found = stated("tiny-2026", files)
    assert (found.draws, found.seed, found.complete, found.declared) == (1024, 5, True, True)
    assert found.basis == basis_of(release)
    interval = found.intervals["tiny-2026", "AA"]
    assert list(interval.rank) == sorted(interval.rank)
    ahead, behind = found.ahead("AA", "CC"), found.ahead("CC", "AA")
    assert ahead is not None
    assert behind is not None
    assert 0.99 <= ahead + behind <= 1.0 + 1e-12
    assert found.ahead("AA", "ZZ") is None
    with pytest.raises(BadInput, match="an analysis of format"):
        stated("tiny-2026", {**files, "robustness.json": b'{"format": 99}'})


def test_the_basis_changes_with_what_is_declared(tiny: Path, change: Callable) -> None:
    before = basis_of(compute(declared(tiny)))
    change(tiny / "edition.toml", "relative = 0.3", "relative = 0.31")
    assert basis_of(compute(tiny)) != before


def test_tie_groups_follow_the_published_ranks() -> None:
    class Drawn:
        pairs = None
        ahead = np.array([[0.0, 0.6, 0.96, 1.0], [0.4, 0.0, 0.9, 1.0], [0.04, 0.1, 0.0, 0.94], [0.0] * 4])

    # The first is clearly ahead of the third, which is not clearly ahead of the fourth; the last has no rank.
    assert tie_groups(np.array([1, 2, 3, 4]), Drawn()) == [1, 1, 2, 2]  # type: ignore[arg-type]
    assert tie_groups(np.array([1, 2, 0, 3]), Drawn()) == [1, 1, 0, 2]  # type: ignore[arg-type]


# --- stopping


def test_stopped_early_it_is_partial_and_can_be_repeated(release: Release) -> None:
    asked: list[int] = []

    def stop(done: int) -> bool:
        asked.append(done)
        return done >= 4096

    found = robustness(release, Run(5, 100_000, stop=stop))
    files = files_of(release, found)
    said = json.loads(files["robustness.json"])
    assert (said["draws"], said["draws_at_most"], said["complete"]) == (4096, 100_000, False)
    assert not stated("tiny-2026", files).complete
    assert again(release, files) == files


def test_stopped_at_once_there_are_still_intervals_everywhere(release: Release) -> None:
    files = files_of(release, robustness(release, Run(5, 100_000, stop=lambda done: True)))
    found = stated("tiny-2026", files)
    assert (found.draws, found.complete, found.choices) == (2048, False, ())
    assert ("transport", "AA") in found.intervals
    assert again(release, files) == files


def test_it_stops_by_itself_at_the_precision_asked_for(release: Release) -> None:
    files = files_of(release, robustness(release, Run(5, 1_000_000, precision=0.01)))
    said = json.loads(files["robustness.json"])
    assert said["complete"]
    assert said["monte_carlo_error"] <= 0.01
    assert said["draws"] < 1_000_000
    assert again(release, files) == files


# --- in the bundle


def test_the_bundle_has_it_and_verify_draws_it_again(release: Release, tmp_path: Path) -> None:
    plain, out = tmp_path / "plain", tmp_path / "out"
    write(release, plain)
    write(release, out, robustness=drawn(release))
    verdict = verify(out)
    assert (verdict.outcome, verdict.robustness, verdict.differences) == (Outcome.IDENTICAL, True, ())
    # Draws may differ in the last bits from machine to machine: the hash of the bundle does not depend on them.
    assert verdict.sha256 == about(plain).sha256
    assert not verify(plain).robustness


def test_an_analysis_is_put_into_a_bundle_that_was_there(release: Release, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(release, out)
    for seed in (1, 2):
        put_folder(drawn(release, seed=seed), out / FOLDER)
        assert verify(out).outcome is Outcome.IDENTICAL
    assert json.loads((out / FOLDER / "robustness.json").read_text())["seed"] == 2
    (out / FOLDER).rename(out / f".{FOLDER}.earlier")  # killed between two renames
    assert robustness_of(out) == {name: data for name, data in drawn(release, seed=2).items() if name != SUMS}
    assert verify(out).outcome is Outcome.IDENTICAL


def test_damage_is_found(release: Release, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(release, out, robustness=drawn(release))
    path = out / FOLDER / "units.csv"
    path.write_bytes(path.read_bytes().replace(b"Gammau", b"Gammas"))
    verdict = verify(out)
    assert verdict.outcome is Outcome.DIFFERENT
    assert "units.csv" in str(verdict.differences[0])


def changed(release: Release, out: Path, name: str, change: Callable[[str], str]) -> Outcome:
    """Write a bundle whose analysis says something else, with sums that fit, and verify it."""
    files = drawn(release)
    files[name] = change(files[name].decode()).encode()
    write(release, out, robustness=resummed(files), replace=True)
    return verify(out).outcome


def numbers_changed(text: str, column: str, by: Callable[[float], float]) -> str:
    table = list(csv.reader(io.StringIO(text)))
    at = table[0].index(column)
    for row in table[1:]:
        row[at] = f"{by(float(row[at])):.12g}"
    return "".join(",".join(row) + "\n" for row in table)


@pytest.mark.parametrize(
    ("name", "column", "little", "much"),
    [
        ("pairs.csv", "ahead", 0.01, 0.4),
        ("units.csv", "top_1", 0.01, 0.4),
        ("units.csv", "mean_rank", 0.01, 0.9),
        ("units.csv", "rank_q50", 0.5, 2.5),
        ("units.csv", "score_q50", 0.3, 40.0),
        ("nodes.csv", "rank_q50", 0.5, 2.5),
        ("ranks.csv", "draws", 3.0, 500.0),
        ("choices.csv", "total", 0.001, 5.0),
    ],
)
def test_another_kernel_may_differ_within_the_error_and_no_further(
    release: Release, tmp_path: Path, name: str, column: str, little: float, much: float
) -> None:
    out = tmp_path / "out"
    within = changed(release, out, name, lambda text: numbers_changed(text, column, lambda x: x + little))
    beyond = changed(release, out, name, lambda text: numbers_changed(text, column, lambda x: x + much))
    assert (within, beyond) == (Outcome.WITHIN, Outcome.DIFFERENT)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("units.csv", "Alphastadt", "Alphadorf"),
        ("plan.json", '"share": 0.5', '"share": 0.4'),
        ("robustness.json", '"complete": true', '"complete": false'),
        ("robustness.json", '"draws_at_most": 1024', '"draws_at_most": 2048'),
    ],
)
def test_what_is_no_chance_must_be_the_same(
    release: Release, tmp_path: Path, name: str, old: str, new: str
) -> None:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    assert changed(release, tmp_path / "out", name, change) is Outcome.DIFFERENT


def test_other_draws_of_the_same_size_are_within_the_error(tiny: Path, tmp_path: Path) -> None:
    """Two independent samples differ by more than two kernels do; they are still within five standard errors."""
    only_weights = DOUBTS[: DOUBTS.index("[uncertainty.missing]")]
    release = compute(declared(tiny, only_weights))
    files = drawn(release, seed=77)
    said = files["robustness.json"].replace(b'"seed": 77', b'"seed": 5')
    write(release, tmp_path / "out", robustness=resummed({**files, "robustness.json": said}))
    verdict = verify(tmp_path / "out")
    assert [difference for difference in verdict.differences if not difference.small] == []
    assert verdict.outcome is Outcome.WITHIN
