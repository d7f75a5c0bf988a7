"""stadtindex robustness and the intervals in other verbs, as a user sees them; interrupted and killed, too."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stadtindex.editions.bundle import robustness_of
from stadtindex.editions.stated import read_folder, stated
from stadtindex.editions.verify import Outcome, verify

# Draws that nobody waits for.
ENDLESS = 50_000_000


def test_the_shipped_edition_says_rank_interval_and_chance_of_every_city(stadtindex: Callable) -> None:
    ran = stadtindex("robustness", "open-2026", "--draws", 2048)
    assert ran.code == 0
    lines = re.findall(
        r"^ +(=?\d+)  (\d+(?: to \d+)?)  +\S.*?  +(?:(?:over|under) )?\d+%", ran.out, flags=re.MULTILINE
    )
    assert len(lines) == 83
    assert "P(top 10)" in ran.out
    assert re.search(
        r"^Rank \d+ to \d+ · The order within this group is not certain$", ran.out, flags=re.MULTILINE
    )
    sentence = re.search(
        r"What matters most: (.+?); it takes part in \d+% of how far ranks move", ran.out.replace("\n", " ")
    )
    assert sentence is not None
    assert sentence.group(1) in ("the rule for missing values", "the errors of measurement")
    # A share of draws is never everything or nothing.
    assert not re.search(r"(^|\s)(100|0)%", ran.out.replace("90%", ""))


def test_it_speaks_german(stadtindex: Callable) -> None:
    ran = stadtindex("robustness", "open-2026", "--draws", 2048, "--lang", "de")
    for words in (
        "Spanne",
        "P(erste 10)",
        " bis ",
        "Die Reihenfolge in dieser Gruppe ist nicht gesichert",
        "unter 1",
    ):
        assert words in ran.out
    assert "Am meisten kommt es an auf: die" in ran.out.replace("\n", " ")


def test_json_and_csv_say_the_same(stadtindex: Callable, tiny: Path) -> None:
    page = json.loads(stadtindex("robustness", tiny, "--draws", 1024, "--top", 2, "--json").out)
    table = list(
        csv.DictReader(io.StringIO(stadtindex("robustness", tiny, "--draws", 1024, "--top", 2, "--csv").out))
    )
    assert page["certainty"]["draws"] == 1024
    assert page["top"] == 2
    assert [row["unit"] for row in page["rows"]] == [row["unit"] for row in table]
    for row, line in zip(page["rows"], table, strict=True):
        assert (row["span"]["low"], row["span"]["high"]) == (int(line["rank_low"]), int(line["rank_high"]))
        assert row["top_share"] == float(line["top_2"])
    assert sum(row["top_share"] for row in page["rows"]) == pytest.approx(2.0, abs=0.05)


def test_the_same_seed_gives_the_same_draws(stadtindex: Callable, tiny: Path) -> None:
    one, two, other = (
        stadtindex("robustness", tiny, "--draws", 512, "--seed", seed, "--csv").out for seed in (1, 1, 2)
    )
    assert one == two
    assert one != other


def test_a_precision_ends_the_draws(stadtindex: Callable, tiny: Path) -> None:
    page = json.loads(stadtindex("robustness", tiny, "--precision", 0.01, "--json").out)
    assert page["certainty"]["error"] <= 0.01
    assert page["certainty"]["complete"]
    assert page["certainty"]["draws"] < 1_000_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--precision", "-1"), "--precision: found -1; expected a number of ranks, more than 0"),
        (("--scheduler", "tcp://127.0.0.1:9"), "--scheduler: found no scheduler at tcp://127.0.0.1:9"),
        (("--scheduler", "nonsense://x"), "--scheduler: found no scheduler at nonsense://x"),
    ],
)
def test_bad_input_is_said_without_a_traceback(
    stadtindex: Callable, tiny: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.setattr("stadtindex.editions.distribute.PATIENCE", 1)
    ran = stadtindex("robustness", tiny, "--draws", 512, *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


# --- other verbs


def test_no_rank_without_its_interval(stadtindex: Callable) -> None:
    page = json.loads(stadtindex("rank", "--json").out)
    assert all(row["span"]["low"] <= row["span"]["high"] for row in page["rows"] if row["rank"])
    assert page["certainty"]["draws"] >= 2048
    assert "Interval" in stadtindex("rank", "-d", "mobilitaet").out
    profile = json.loads(stadtindex("profile", "Bochum", "--json").out)
    assert all(one["span"] is not None for one in (profile["whole"], *profile["standings"]) if one["rank"])
    assert re.search(r"Rank \d+ of 83, interval \d+ to \d+;", stadtindex("profile", "Bochum").out)
    compared = json.loads(stadtindex("compare", "Bochum", "Dortmund", "--json").out)
    assert 0.0 < compared["probability_ahead"] < 1.0
    assert {"low", "high"} <= compared["ranks"]["05911000"]["span"].keys()
    out = stadtindex("compare", "Bochum", "Dortmund").out
    assert re.search(r"In \d+% of the draws Bochum is ahead of Dortmund", out)
    assert len(re.findall(r": rank \d+, interval \d+ to \d+", out)) == 2


def test_tie_groups_stand_in_the_ranking_where_they_begin(stadtindex: Callable) -> None:
    out = stadtindex("rank").out
    groups = [tuple(map(int, found)) for found in re.findall(r"Rank (\d+) to (\d+) · The order", out)]
    assert groups
    for first, last in groups:
        assert first < last
        position = out.index(f"Rank {first} to {last} ·")
        assert re.match(rf" +=?{first} ", out[out.index("\n", position) + 1 :])


def test_draws_are_made_once_and_made_anew_when_something_changes(
    stadtindex: Callable, tiny: Path, tmp_path: Path, change: Callable
) -> None:
    kept = tmp_path / "var" / "robustness" / "tiny-2026" / "robustness.json"
    stadtindex("rank", tiny)
    first = kept.stat().st_mtime_ns
    stadtindex("rank", tiny)
    assert kept.stat().st_mtime_ns == first
    change(tiny / "points.csv", "BB,stops,,600,", "BB,stops,,601,")
    stadtindex("rank", tiny)
    assert kept.stat().st_mtime_ns > first


def test_where_draws_are_slow_nobody_waits_for_a_ranking(stadtindex: Callable, root: Path) -> None:
    ran = stadtindex("rank", root / "examples" / "methods-2026")
    assert ran.code == 0
    assert "Interval: not computed; see stadtindex robustness." in ran.out


def test_what_is_kept_and_damaged_is_made_anew(stadtindex: Callable, tiny: Path, tmp_path: Path) -> None:
    kept = tmp_path / "var" / "robustness" / "tiny-2026"
    whole = stadtindex("rank", tiny, "--csv").out
    (kept / "units.csv").write_text("nothing")
    assert stadtindex("rank", tiny, "--csv").out == whole
    assert stated("tiny-2026", read_folder(kept)).draws == 10_000


def test_the_last_analysis_is_the_one_that_is_shown(stadtindex: Callable, tiny: Path) -> None:
    stadtindex("robustness", tiny, "--draws", 3000)
    assert "90% of 3,000 draws" in stadtindex("rank", tiny).out.replace("\n", " ")


def test_compute_writes_the_intervals_into_the_bundle(
    stadtindex: Callable, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "bundle"
    ran = stadtindex("compute", tiny, "--out", out, "--draws", 1024)
    assert ran.code == 0
    assert "90% of 1,024 draws" in ran.out.replace("\n", " ")
    assert verify(out).outcome is Outcome.IDENTICAL
    verified = stadtindex("verify", out)
    assert "identical" in verified.out
    assert "The intervals were drawn again from their seed." in verified.out
    assert "90% of 1,024 draws" in stadtindex("rank", out).out.replace("\n", " ")
    assert stadtindex("compute", tiny, "--out", out, "--replace", "--draws", 0).code == 0
    assert robustness_of(out) is None


def test_the_analysis_of_a_bundle_goes_into_the_bundle(
    stadtindex: Callable, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "bundle"
    stadtindex("compute", tiny, "--out", out, "--draws", 0)
    ran = stadtindex("robustness", out, "--draws", 768)
    assert ran.code == 0
    assert f"Kept in {out / 'robustness'}" in ran.err
    assert verify(out).outcome is Outcome.IDENTICAL
    other = tmp_path / "other"
    assert stadtindex("robustness", tiny, "--draws", 512, "--out", other).code == 0
    assert verify(other).outcome is Outcome.IDENTICAL
    refused = stadtindex("robustness", tiny, "--draws", 512, "--out", other)
    assert refused.code == 2
    assert "--replace" in refused.err


def test_a_damaged_analysis_in_a_bundle_is_refused_and_found(
    stadtindex: Callable, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "bundle"
    stadtindex("compute", tiny, "--out", out, "--draws", 512)
    (out / "robustness" / "pairs.csv").write_text("unit,other\n")
    ran = stadtindex("rank", out)
    assert ran.code == 2
    assert "pairs.csv: found another content than SHA256SUMS says" in ran.err
    assert stadtindex("verify", out).code == 1


def test_on_a_cluster_the_table_is_the_same(stadtindex: Callable, tiny: Path) -> None:
    from distributed import LocalCluster

    alone = stadtindex("robustness", tiny, "--draws", 6000, "--csv").out
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as made:
        shared = stadtindex(
            "robustness", tiny, "--draws", 6000, "--csv", "--scheduler", made.scheduler_address
        )
    assert (shared.code, shared.out) == (0, alone)


# --- interrupted


@contextmanager
def running(*arguments: object, var: Path) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, killed at the end if it still runs."""
    program = "import sys; from stadtindex.cli.main import run; run()"
    environment = os.environ | {"PYTHONUTF8": "1", "STADTINDEX_VAR": str(var), "STADTINDEX_LANG": "en"}
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_draws(process: subprocess.Popen[str]) -> None:
    """Wait until the process has used some seconds of processor time: by then it draws the whole index."""
    tick = os.sysconf("SC_CLK_TCK")
    for _ in range(600):
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        if (int(fields[11]) + int(fields[12])) / tick > 4.0:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("it did not begin to draw")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at /proc to see when the draws begin")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_keeps_what_it_has_and_says_partial(
    stadtindex: Callable, tiny: Path, tmp_path: Path, number: signal.Signals
) -> None:
    bundle = tmp_path / "bundle"
    stadtindex("compute", tiny, "--out", bundle, "--draws", 512)
    with running("robustness", bundle, "--draws", ENDLESS, var=tmp_path / "other") as process:
        wait_for_draws(process)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 128 + number
    assert "PARTIAL: stopped before the end." in out.replace("\n", " ")
    assert "marked as partial" in err
    files = robustness_of(bundle)
    assert files is not None
    kept = stated("tiny-2026", files)
    assert not kept.complete
    assert 2048 <= kept.draws < ENDLESS
    assert "PARTIAL" in stadtindex("rank", bundle).out


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at /proc to see when the draws begin")
def test_killed_without_warning_nothing_stored_is_lost(
    stadtindex: Callable, tiny: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle"
    stadtindex("compute", tiny, "--out", bundle, "--draws", 512)
    before = robustness_of(bundle)
    with running("robustness", bundle, "--draws", ENDLESS, var=tmp_path / "other") as process:
        wait_for_draws(process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert robustness_of(bundle) == before
    assert verify(bundle).outcome is Outcome.IDENTICAL
