"""Screening, imputation, treatment and weighings in TOML: what they become, who is asked first, and what is refused."""

from datetime import date

import pytest

from stadtindex.definitions.load import load_edition
from stadtindex.engine.recipe import (
    Bounded,
    Importance,
    Imputation,
    Impute,
    Missing,
    Screen,
    Transformation,
    Treat,
    Treatment,
    Weighing,
    Weighting,
)

E, M, U = "edition.toml", "mobility.toml", "units.csv"
KIND = '[kinds.count]\nnormalise = "min_max"'
STOPS, PARAMETER = "transport.public_transport.stops", '[[levels]]\nname = "parameter"'


def test_nothing_is_chosen_by_itself(small) -> None:
    recipe = load_edition(small.path).recipe()
    assert recipe.screen == Screen()
    assert all(node.impute == Impute() and node.treat == Treat() for node in recipe.nodes.values())
    assert all(
        node.weigh is Weighing.GIVEN and node.weighting == Weighting() for node in recipe.nodes.values()
    )


def test_every_option_arrives(small) -> None:
    small.edit(
        E,
        KIND,
        KIND + '\nmissing = "impute"\nunanswered = "impute"\n'
        'impute = { method = "neighbours", neighbours = 3, overlap = 2, family = true }\n'
        'treat = { method = "winsorise", winmax = 2, skewness = 1.5, kurtosis = 3, then = "box_cox", shift = 1, '
        "exponent = 0.5, ties_may_exceed = true }",
    )
    stops = load_edition(small.path).recipe().nodes["stops"]
    assert (stops.missing, stops.unanswered) == (Missing.IMPUTE, Missing.IMPUTE)
    assert stops.impute == Impute(Imputation.NEIGHBOURS, neighbours=3, overlap=2, family=True)
    assert stops.treat == Treat(
        Treatment.WINSORISE, 2, 1.5, 3.0, Transformation.BOX_COX, 1.0, 0.5, ties_may_exceed=True
    )


def test_em_and_panel_options_arrive(small) -> None:
    small.edit(
        E,
        KIND,
        KIND
        + '\nmissing = "impute"\nimpute = { method = "em", ridge = 0.1, tolerance = 0.001, iterations = 50, '
        "cap = true, look_back = 3 }",
    )
    chosen = load_edition(small.path).recipe().nodes["stops"].impute
    assert chosen == Impute(Imputation.EM, ridge=0.1, tolerance=0.001, iterations=50, cap=True, look_back=3.0)


def test_a_step_is_looked_for_at_the_parameter_its_kind_the_branches_and_the_level(small) -> None:
    def treated() -> int:
        return load_edition(small.path).recipe().nodes["stops"].treat.winmax

    small.edit(E, PARAMETER, PARAMETER + '\ntreat = { method = "winsorise", winmax = 1 }')
    assert treated() == 1
    small.edit(M, 'code = "transport"', 'code = "transport"\ntreat = { method = "winsorise", winmax = 2 }')
    assert treated() == 2
    small.edit(
        M,
        'code = "public_transport"',
        'code = "public_transport"\ntreat = { method = "winsorise", winmax = 3 }',
    )
    assert treated() == 3
    small.edit(E, KIND, KIND + '\ntreat = { method = "winsorise", winmax = 4 }')
    assert treated() == 4
    small.edit(M, 'code = "stops"', 'code = "stops"\ntreat = { method = "winsorise", winmax = 5 }')
    assert treated() == 5
    # A kind that says none is a choice too: the branch above is not asked.
    small.edit(
        M, 'code = "stops"\ntreat = { method = "winsorise", winmax = 5 }', 'code = "stops"\ntreat = "none"'
    )
    assert load_edition(small.path).recipe().nodes["stops"].treat.method is Treatment.NONE


def test_weighings_per_level_and_per_branch(small) -> None:
    bod = 'weigh = { method = "benefit_of_the_doubt", lower = 0.1, upper = 0.9, of = "share", around = 0.5 }'
    small.edit(E, 'name = "indicator"', f'name = "indicator"\n{bod}')
    small.edit(
        M,
        'code = "transport"',
        'code = "transport"\nweigh = { method = "balanced", importance = "correlation_ratio" }',
    )
    nodes = load_edition(small.path).recipe().nodes
    expected = Weighting(lower=0.1, upper=0.9, of=Bounded.SHARE, around=0.5, top=100.0)
    assert (nodes["public_transport"].weigh, nodes["public_transport"].weighting) == (
        Weighing.BENEFIT_OF_THE_DOUBT,
        expected,
    )
    assert nodes["transport"].weighting.importance is Importance.CORRELATION_RATIO
    small.edit(E, ", around = 0.5", ", relative = false")
    assert load_edition(small.path).recipe().nodes["public_transport"].weighting.top is None
    small.edit(
        E, bod.replace(", around = 0.5", ", relative = false"), 'weigh = { method = "pca", components = 2 }'
    )
    assert load_edition(small.path).recipe().nodes["public_transport"].weighting.components == 2


def test_the_benchmark_of_the_doubt_is_the_top_of_the_scale(small) -> None:
    small.edit(E, "[grading]", "[scale]\nlower = 0\nupper = 1\n\n[grading]")
    small.edit(E, 'name = "indicator"', 'name = "indicator"\nweigh = "benefit_of_the_doubt"')
    assert load_edition(small.path).recipe().nodes["public_transport"].weighting.top == 1.0


def test_screening_and_what_imputation_looks_at(small) -> None:
    (small.path / "points-2024.csv").write_text("unit,parameter,value\n", encoding="utf-8")
    small.edit(
        E,
        "[grading]",
        '[screen]\ndata = 0.6\nnon_zero = 0.1\nunanswered = true\nkeep = "AB"\ndrop = ["CD"]\n'
        "groups = { transport = 0.5, mini-2026 = 0.2 }\n\n"
        '[imputation]\ngroups = "has_tram"\nperiod = 2026\n\n[[imputation.periods]]\nperiod = 2024\n'
        'at = 2024-06-30\npoints = "points-2024.csv"\n\n[grading]',
    )
    small.edit(E, ", mini-2026 = 0.2", "")
    edition = load_edition(small.path)
    assert edition.recipe().screen == Screen(
        0.6, {"transport": 0.5}, 0.1, unanswered=True, keep=frozenset({"AB"}), drop=frozenset({"CD"})
    )
    (other,) = edition.imputation.periods
    assert (edition.imputation.groups, edition.imputation.period) == ("has_tram", 2026.0)
    assert (other.period, other.at, other.points[0].name) == (2024.0, date(2024, 6, 30), "points-2024.csv")


IMPUTED = KIND + '\nmissing = "impute"'
PERIODS = '[[imputation.periods]]\nperiod = 2024\nat = 2024-06-30\npoints = "units.csv"\n'
# Text to put in edition.toml in place of another; then text on the named line, field, part of found, part of expected.
SPOILED = [
    (KIND, f'{KIND}\nmissing = "imputed"', '"imputed"', "kinds.count.missing", '"imputed"', 'did you mean "impute"?'),
    (KIND, f'{KIND}\nimpute = "knn"', '"knn"', "kinds.count.impute.method", '"knn"', "the name of an imputation"),
    (KIND, f'{KIND}\nimpute = {{ method = "em", riged = 1 }}', "riged", "kinds.count.impute.riged", "riged", 'did you mean "ridge"?'),
    (KIND, f'{KIND}\nimpute = {{ method = "neighbours", neighbours = 0 }}', "neighbours", "kinds.count.impute.neighbours", "0", "how many units are averaged"),
    (KIND, f'{KIND}\ntreat = {{ method = "transform", then = "none" }}', "transform", "kinds.count.treat", "transform", "needs a transformation"),
    (KIND, f'{KIND}\ntreat = {{ method = "winsorise", winmax = -1 }}', "winmax", "kinds.count.treat.winmax", "-1", "at most so many points"),
    ("threshold = 0.5", 'treat = "winsorise"', "treat", "levels[3].treat", '"winsorise"', "on the level of the parameters"),
    ("threshold = 0.5", 'impute = "mean"', "impute", "levels[3].impute", '"mean"', "on the level of the parameters"),
    ("threshold = 0.5", 'weigh = "pcs"', "pcs", "levels[3].weigh.method", '"pcs"', 'did you mean "pca"?'),
    ("threshold = 0.5", 'weigh = { method = "benefit_of_the_doubt", lower = 0.6, upper = 0.5 }', "lower", "levels[3].weigh", "benefit_of_the_doubt", "lower <= upper"),
    ("threshold = 0.5", 'weigh = "benefit_of_the_doubt"\ncombine = "geometric"', "weigh", "levels[3].weigh", "with combine geometric", "arithmetic"),
    (KIND, f'{IMPUTED}\nimpute = "group_mean"', None, f"{STOPS}.impute", '"group_mean"', "[imputation] with groups"),
    (KIND, f'{IMPUTED}\nimpute = "latest"', None, f"{STOPS}.impute", '"latest"', "[[imputation.periods]]"),
    (KIND, IMPUTED, None, f"{STOPS}.impute", "nothing", "because its gaps are imputed"),
    ("[grading]", '[imputation]\ngroups = "has_trams"\n[grading]', "has_trams", "imputation.groups", '"has_trams"', 'did you mean "has_tram"?'),
    ("[grading]", '[imputation]\ngroups = "population"\n[grading]', "groups", "imputation.groups", '"population"', "names of groups"),
    ("[grading]", f"[imputation]\n{PERIODS}[grading]", "[imputation]", "imputation.period", "nothing", "the period of the edition"),
    ("[grading]", f"[imputation]\nperiod = 2024\n{PERIODS}[grading]", "period = 2024", "imputation.periods[1].period", "2024 a second time", "a period of its own"),
    ("[grading]", f"[imputation]\nperiod = 2026\n{PERIODS.replace('units.csv', 'p.csv')}[grading]", "p.csv", "imputation.periods[1].points[1]", '"p.csv": no such file', "a CSV file here"),
    ("[grading]", "[screen]\ndata = 60\n[grading]", "data", "screen.data", "60", "0 to 1"),
    ("[grading]", "[screen.groups]\ntransports = 0.5\n[grading]", "transports", "screen.groups.transports", '"transports"', 'did you mean "transport"?'),
    ("[grading]", '[screen]\nkeep = "ZZ"\n[grading]', "ZZ", "screen.keep", '"ZZ"', "the id of a unit"),
    ("[grading]", '[screen]\nkeep = "AB"\ndrop = "AB"\n[grading]', "[screen]", "screen", "the unit AB", "both kept and dropped"),
]  # fmt: skip


@pytest.mark.parametrize("case", SPOILED, ids=lambda case: f"{case[3]}: {case[4]}")
def test_what_does_not_fit_is_named_with_its_line(small, case) -> None:
    old, new, text, field, found, expected = case
    small.edit(E, old, new)
    fitting = [finding for finding in small.findings() if finding.field == field]
    assert fitting, "\n".join(map(str, small.findings()))
    assert any(found in f.found and expected in f.expected for f in fitting), fitting
    if text is None:
        assert {f.file for f in fitting} == {str(small.path / M)}
        assert {f.line for f in fitting} == {small.line(M, "[[indicators.parameters]]")}
    else:
        lines = (small.path / E).read_text(encoding="utf-8").splitlines()
        assert all(text in lines[f.line - 1] or text == "period = 2024" for f in fitting), fitting


def test_the_doubt_of_a_branch_needs_an_arithmetic_mean_too(small) -> None:
    small.edit(
        M, 'code = "transport"', 'code = "transport"\nweigh = "benefit_of_the_doubt"\ncombine = "harmonic"'
    )
    (finding,) = small.findings()
    assert (finding.field, finding.found) == ("transport.weigh", "benefit_of_the_doubt with combine harmonic")
    assert finding.line == small.line(M, "weigh")


def test_an_imputation_that_nothing_asks_for_is_a_warning(small) -> None:
    small.edit(E, KIND, KIND + '\nimpute = "mean"')
    (warning,) = small.findings("warning")
    assert (warning.field, warning.found) == ("kinds.count.impute", '"mean"')
    assert warning.line == small.line(E, 'impute = "mean"')
    small.edit(M, 'code = "stops"', 'code = "stops"\nmissing = "impute"')
    assert small.findings("warning") == []
