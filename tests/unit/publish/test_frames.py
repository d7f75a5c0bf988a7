"""Labelled tables and the data frames made of them: nothing is lost, and nothing absent looks like a number."""

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from stadtindex.editions.compute import Release
from stadtindex.editions.compute import compute as compute_edition
from stadtindex.engine import (
    Cell,
    EngineError,
    Imputation,
    Impute,
    Missing,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Results,
    Screen,
    Table,
    Tree,
    compute,
)
from stadtindex.engine.attribution.mix import Pair
from stadtindex.engine.attribution.mix import State as Computed
from stadtindex.engine.attribution.split import Attribution, Split
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.uncertainty.plan import Uncertainty, WeightNoise
from stadtindex.engine.uncertainty.simulate import Simulation, simulate
from stadtindex.engine.uncertainty.spread import Spread
from stadtindex.publish import frames
from stadtindex.publish.frames import LibraryMissingError, to_pandas, to_polars
from stadtindex.publish.labelled import Column, Content, LabelledTable, Labels
from stadtindex.publish.tables import (
    WIDE,
    attribution_long,
    attribution_wide,
    labels_of,
    results_long,
    results_wide,
    robustness_long,
    robustness_wide,
)

LABELS = Labels(units={"A": "Anfurt"}, nodes={"a": "Stops"}, measures={"a": "stops per 1,000"})
TREE = Tree.build(
    [Node("index", None), Node("x", "index"), Node("a", "x"), Node("b", "x"), Node("c", "index")]
)
# One unit per thing that must not be mixed up: a real zero, missing, not applicable, unanswered, nothing at all.
ROWS = {
    "A": ([0.0, 40.0, 5.0], [Cell.VALUE, Cell.VALUE, Cell.VALUE]),
    "B": ([math.nan, 60.0, 5.0], [Cell.MISSING, Cell.VALUE, Cell.VALUE]),
    "C": ([math.nan, 80.0, 5.0], [Cell.NOT_APPLICABLE, Cell.VALUE, Cell.VALUE]),
    "D": ([math.nan, 20.0, 5.0], [Cell.UNANSWERED, Cell.VALUE, Cell.VALUE]),
    "E": ([math.nan, math.nan, math.nan], [Cell.NOT_APPLICABLE] * 3),
}


def inputs(**changes: float) -> Inputs:
    """The small index; `changes` are other values of b, by unit. Column c is the same everywhere and drops out."""
    values = [list(row) for row, _ in ROWS.values()]
    for unit, value in changes.items():
        values[list(ROWS).index(unit)][1] = value
    table = Table.build(list(ROWS), ["a", "b", "c"], values, [cells for _, cells in ROWS.values()])
    recipe = {code: NodeRecipe() for code in ("index", "x", "a", "b")}
    recipe["c"] = NodeRecipe(normalise=Normalise(Normalisation.MIN_MAX))
    return Inputs(TREE, table, Recipe(recipe), {}, {})


@pytest.fixture
def results() -> Results:
    given = inputs()
    return compute(given.tree, given.table, given.recipe)


@pytest.fixture
def spread() -> Spread:
    return simulate(
        inputs(), Uncertainty(weights=(WeightNoise(2, share=0.5),)), Simulation(seed=1, draws=300)
    )


@pytest.fixture
def splits() -> tuple[Split, ...]:
    before, after = inputs(), inputs(A=90.0, B=10.0)
    pair = Pair(
        Computed(before.tree, before.table, before.recipe),
        Computed(after.tree, after.table, after.recipe),
        {code: code for code in ("a", "b", "c")},
    )
    return tuple(Attribution(pair).split(unit) for unit in ("A", "B", "C"))


def test_missing_not_applicable_unanswered_and_zero_stay_apart(results: Results) -> None:
    table = results_long(results)
    one = to_pandas(table)
    one = one[one["node"] == "a"]
    other = to_polars(table).filter(pl.col("node") == "a")
    cells = ["value", "missing", "not_applicable", "unanswered", "not_applicable"]
    assert one["cell"].tolist() == other["cell"].to_list() == cells
    assert other["raw"].to_list() == [0.0, None, None, None, None]
    assert one["raw"].isna().tolist() == [False, True, True, True, True]
    # Unanswered is scored at the worst of the scale, and still says that it was not answered.
    assert one["score"].tolist()[3] == other["score"].to_list()[3] == 0.0


def test_a_constant_column_and_a_node_without_anything_below_say_so(results: Results) -> None:
    table = results_wide(results)
    assert table.column("c_cell").values == ("constant",) * 4 + ("not_applicable",)
    assert table.column("x_cell").values == ("value",) * 4 + ("not_applicable",)
    assert table.column("index_cell").values[-1] == "not_applicable"
    assert table.column("index").values[-1] is None


def test_an_estimate_and_a_unit_that_was_screened_out_say_so() -> None:
    given = inputs()
    nodes = dict(given.recipe.nodes)
    nodes["a"] = NodeRecipe(missing=Missing.IMPUTE, impute=Impute(Imputation.MEAN))
    found = compute(given.tree, given.table, Recipe(nodes, screen=Screen(data=0.5)))
    table = results_wide(found, what="treated")
    cells = ("value", "imputed", "not_applicable", "unanswered", "left_out")
    assert table.column("a_cell").values == cells
    assert table.column("a").values == (0.0, 0.0, None, None, None)
    long = to_polars(results_long(found)).filter(pl.col("node") == "a")
    assert long["raw"].to_list() == [0.0, None, None, None, None]
    assert long["imputed"].to_list() == [None, 0.0, None, None, None]
    assert results_wide(found).column("index_cell").values[-1] == "left_out"


def test_long_and_wide_hold_the_numbers_of_the_results(results: Results) -> None:
    long = to_polars(results_long(results, LABELS))
    assert long.height == len(results.units) * len(TREE.nodes)
    for row in long.iter_rows(named=True):
        at = results.units.index(row["unit"])
        for name, table in (
            ("score", results.rounded),
            ("share", results.share),
            ("at_best", results.at_best),
        ):
            expected = float(table[row["node"]][at])
            assert (row[name] is None) == math.isnan(expected)
            assert row[name] is None or row[name] == expected
        assert (row["rank"] or 0) == results.rank[row["node"]][at]
    for what in WIDE:
        wide = to_pandas(results_wide(results, what=what))
        codes = [column for column in wide.columns if column in {node.code for node in TREE.nodes}]
        table = results.rounded if what == "score" else getattr(results, what)
        assert codes == [node.code for node in TREE.nodes if node.code in table]
        for code in codes:
            numbers = wide[code].to_numpy(dtype=float, na_value=0.0 if what == "rank" else math.nan)
            np.testing.assert_array_equal(numbers, table[code])


def test_names_titles_and_units_of_measure_stand_beside_the_codes(results: Results) -> None:
    long = to_pandas(results_long(results, LABELS))
    first = long[(long["unit"] == "A") & (long["node"] == "a")].iloc[0]
    assert (first["unit_name"], first["node_title"], first["measure"]) == (
        "Anfurt",
        "Stops",
        "stops per 1,000",
    )
    assert (first["parent"], first["depth"]) == ("x", 2)
    # What has no name is called by its code.
    assert set(long[long["unit"] == "B"]["unit_name"]) == {"B"}
    wide = to_pandas(results_wide(results, LABELS, "raw"))
    assert wide.attrs == {
        "table": "raw",
        "units": {"a": "stops per 1,000"},
        "titles": {"a": "Stops", "a_cell": "Stops", "b": "b", "b_cell": "b", "c": "c", "c_cell": "c"},
    }
    assert to_pandas(results_wide(results)).attrs["units"]["index"] == "points"


def test_dtypes_are_those_promised(results: Results) -> None:
    one, other = to_pandas(results_long(results)), to_polars(results_long(results))
    assert one["unit"].dtype == "string"
    assert one["score"].dtype == "float64"
    assert one["rank"].dtype == "Int64"
    assert one["cell"].cat.categories.tolist()[:3] == ["value", "imputed", "missing"]
    assert other.schema["unit"] == pl.String
    assert other.schema["rank"] == pl.Int64
    assert isinstance(other.schema["cell"], pl.Enum)
    assert not other["score"].is_nan().any()
    assert other["score"].null_count() == int(one["score"].isna().sum())


def test_robustness_long_and_wide(spread: Spread) -> None:
    published = np.array([4, 3, 2, 5, 0])
    wide = to_pandas(robustness_wide(spread, LABELS, published)).set_index("unit")
    assert wide["rank"].isna().tolist() == [False] * 4 + [True]
    assert wide["cell"].tolist() == ["value"] * 4 + ["missing"]
    np.testing.assert_array_equal(wide["rank_q50"], spread.rank[2])
    np.testing.assert_array_equal(wide["score_q95"], spread.score[4])
    np.testing.assert_array_equal(wide["top_3"], spread.top[1])
    assert wide["draws_ranked"].tolist() == [300, 300, 300, 300, 0]
    long = to_polars(robustness_long(spread))
    assert long.height == 5 * (5 + 5 + 2 + 3)
    median = long.filter((pl.col("unit") == "B") & (pl.col("figure") == "rank_q50"))
    assert median["value"].to_list() == [spread.rank[2, 1]]
    assert median["unit_of_value"].to_list() == ["rank"]


def test_attribution_long_and_wide_add_up(splits: tuple[Split, ...]) -> None:
    wide = to_pandas(attribution_wide(splits, LABELS)).set_index("unit")
    for part in ("score", "rank"):
        columns = [name for name in wide.columns if name.startswith(f"{part}: ")]
        assert len(columns) == 5
        change = (wide[f"{part}_after"] - wide[f"{part}_before"]).astype(float)
        np.testing.assert_allclose(wide[columns].sum(axis=1), change, atol=1e-9)
    assert wide["score: own data"]["A"] == splits[0].score_after - splits[0].score_before != 0.0
    long = to_polars(attribution_long(splits))
    assert long.height == 3 * 5 * 2
    assert set(long["unit_of_value"]) == {"points", "rank"}
    assert attribution_wide(()).column("score_before").values == ()


def test_labels_of_an_edition(tiny: Path) -> None:
    release: Release = compute_edition(tiny)
    language = release.edition.languages[0]
    labels = labels_of(release, language)
    long = to_polars(results_long(release.results, labels))
    assert set(long["unit_name"]) == {release.edition.units[unit].name for unit in release.results.units}
    leaves = long.filter(pl.col("measure").is_not_null())
    assert set(leaves["node"]) == {parameter.code for parameter in release.edition.parameters}
    assert (
        long.filter(pl.col("node") == release.edition.id)["node_title"][0] == release.edition.title[language]
    )


def test_a_wide_table_of_something_unknown_is_refused(results: Results) -> None:
    with pytest.raises(EngineError, match="a wide table shows one of score, rank"):
        results_wide(results, what="colour")


def test_columns_that_do_not_fit_are_refused() -> None:
    one, other = (Column(name, Content.TEXT, values) for name, values in (("a", ("x",)), ("b", ())))
    with pytest.raises(ValueError, match="not of one length"):
        LabelledTable("t", (one, other))
    with pytest.raises(ValueError, match="there twice"):
        LabelledTable("t", (one, one))
    with pytest.raises(KeyError):
        LabelledTable("t", (one,)).column("z")


@pytest.mark.parametrize(("make", "name"), [(to_pandas, "pandas"), (to_polars, "polars")])
def test_without_the_library_the_message_says_how_to_get_it(
    make: Callable[[LabelledTable], Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(LibraryMissingError, match=rf"{name} is not installed.*stadtindex\[frames\]"):
        make(LabelledTable("t", ()))


def test_another_library_that_is_missing_is_not_taken_for_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ModuleNotFoundError("No module named 'dateutil'", name="dateutil")

    monkeypatch.setattr(frames, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="dateutil") as caught:
        to_pandas(LabelledTable("t", ()))
    assert not isinstance(caught.value, LibraryMissingError)


def test_neither_library_is_imported_before_it_is_needed() -> None:
    code = "import sys, stadtindex.publish.frames; print({'pandas', 'polars'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
    assert pd.__version__
