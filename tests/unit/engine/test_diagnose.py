"""Diagnosis: statistics, correlations, reliability, components, profiles, on tables small enough to check by hand."""

import math

import numpy as np
import pytest

from stadtindex.engine import (
    Aggregation,
    Cell,
    EngineError,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Results,
    Table,
    Tree,
    compute,
)
from stadtindex.engine.diagnose.audit import Audit, audit
from stadtindex.engine.diagnose.components import components, inflation
from stadtindex.engine.diagnose.correlate import (
    Correlation,
    correlate,
    false_discovery,
    notable,
    pairs_of,
    pearson,
)
from stadtindex.engine.diagnose.describe import Flag, Limits, describe, describe_one
from stadtindex.engine.diagnose.findings import Section
from stadtindex.engine.diagnose.profile import elasticity, profile, standings
from stadtindex.engine.diagnose.reliability import covariances, reliability

NAN = math.nan
UNITS = [f"u{i}" for i in range(8)]


def one_column(values: list[float], cells: list[Cell] | None = None) -> Table:
    kinds = None if cells is None else [[int(cell)] for cell in cells]
    return Table.build([f"u{i}" for i in range(len(values))], ["x"], [[value] for value in values], kinds)


# --- describe


def test_a_column_by_hand() -> None:
    cells = [Cell.VALUE] * 6 + [Cell.MISSING, Cell.UNANSWERED, Cell.NOT_APPLICABLE]
    found = describe_one(one_column([0.0, 0.0, 2.0, 3.0, 4.0, 9.0, NAN, NAN, NAN], cells), "x")
    assert (found.units, found.values, found.missing, found.unanswered) == (8, 6, 1, 1)
    assert (found.zeros, found.distinct) == (2, 5)
    assert (found.data_share, found.zero_share, found.same_share) == (0.75, 1 / 3, 1 / 3)
    assert (found.minimum, found.maximum, found.mean, found.median) == (0.0, 9.0, 3.0, 2.5)
    # Deviations -3 -3 -1 0 1 6: squares 56 over 5; cubes 162; fourth powers 1460.
    assert found.sd == pytest.approx(math.sqrt(56 / 5))
    assert found.quartiles == (0.5, 3.75)
    skewness = (162 / 6) / (56 / 6) ** 1.5 * math.sqrt(30) / 4
    assert found.skewness == pytest.approx(skewness)
    assert found.kurtosis == pytest.approx(5 / 12 * (7 * ((1460 / 6) / (56 / 6) ** 2 - 3) + 6))
    assert found.outliers == ("u5",)  # beyond 3.75 + 1.5 · 3.25
    assert found.flags == ()


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        ([1.0, 2.0, 3.0, NAN, NAN], (Flag.FEW_VALUES,)),
        ([0.0, 0.0, 0.0, 1.0, 2.0], (Flag.MANY_ZEROS, Flag.SAME_VALUE)),
        ([7.0, 7.0, 7.0, 1.0, 2.0], (Flag.SAME_VALUE,)),
        ([7.0, 7.0, 7.0], (Flag.SAME_VALUE, Flag.CONSTANT)),
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 90.0], (Flag.SKEWED,)),
        ([1.0, 2.0, 3.0, 4.0], ()),
        ([NAN, NAN], (Flag.FEW_VALUES, Flag.CONSTANT)),
    ],
)
def test_flags(values: list[float], flags: tuple[Flag, ...]) -> None:
    assert describe_one(one_column(values), "x").flags == flags


def test_a_limit_that_is_exactly_met_raises_no_flag() -> None:
    limits = Limits(data=0.5, zeros=0.5, same=0.5)
    assert describe_one(one_column([0.0, 1.0, NAN, NAN]), "x", limits).flags == ()


def test_a_column_that_applies_to_nobody() -> None:
    found = describe_one(one_column([NAN, NAN], [Cell.NOT_APPLICABLE] * 2), "x")
    assert (found.units, found.values, found.distinct) == (0, 0, 0)
    assert math.isnan(found.data_share)
    assert math.isnan(found.mean)
    assert found.outliers == ()


def test_every_column_is_described_in_order() -> None:
    table = Table.build(["u", "v"], ["b", "a"], [[1.0, 2.0], [3.0, 4.0]])
    assert [each.code for each in describe(table)] == ["b", "a"]
    with pytest.raises(EngineError, match="column 'c': the table has no such column"):
        describe_one(table, "c")


# --- correlate

X = [1.0, 2.0, 3.0, 4.0]
Y = [1.0, 3.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Correlation.PEARSON, 0.8),  # 4 / 5
        (Correlation.SPEARMAN, 0.8),  # 1 - 6 · 2 / 60
        (Correlation.KENDALL, 4 / 6),  # five pairs agree, one does not
    ],
)
def test_coefficients_by_hand(kind: Correlation, expected: float) -> None:
    found = correlate(["x", "y"], np.array([X, Y]), kind)
    assert found.coefficient == pytest.approx(np.array([[1.0, expected], [expected, 1.0]]))
    assert found.units.tolist() == [[4, 4], [4, 4]]
    assert math.isnan(found.p[0, 0])
    assert math.isnan(found.q[1, 1])


def test_a_p_value_by_hand() -> None:
    # t = 0.8 · sqrt(2 / 0.36) with 2 degrees of freedom: p = 1 - t / sqrt(t² + 2) = 1 - 0.8.
    found = correlate(["x", "y"], np.array([X, Y]))
    assert found.p[0, 1] == pytest.approx(0.2)
    assert found.q[0, 1] == pytest.approx(0.2)


def test_ties_in_kendalls_tau_b_by_hand() -> None:
    # Pairs: x ties once (of 6), concordant 5 (of the rest): 5 / sqrt(5 · 6).
    found = correlate(["x", "y"], np.array([[1.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0]]), Correlation.KENDALL)
    assert found.coefficient[0, 1] == pytest.approx(5 / math.sqrt(30))


@pytest.mark.parametrize("kind", Correlation)
def test_pairs_without_enough_data_are_no_test(kind: Correlation) -> None:
    columns = np.array(
        [[1.0, 2.0, 3.0, NAN], [NAN, 1.0, 2.0, 3.0], [5.0, 5.0, 5.0, 5.0], [2.0, 1.0, 4.0, 4.5]]
    )
    found = correlate(list("abcd"), columns, kind)
    assert np.isnan(found.coefficient[0, 1])
    assert np.isnan(found.coefficient[2]).all()
    assert np.isnan(found.p[0, 1])
    assert found.units[0, 1] == 2
    assert not np.isnan(found.coefficient[0, 3])
    assert [(pair.one, pair.other) for pair in pairs_of(found)] == [("a", "d"), ("b", "d")]


@pytest.mark.parametrize("kind", [Correlation.PEARSON, Correlation.SPEARMAN])
def test_a_perfect_relation(kind: Correlation) -> None:
    found = correlate(["x", "y"], np.array([X, [-value for value in X]]), kind)
    assert found.coefficient[0, 1] == -1.0
    assert found.p[0, 1] == 0.0


def test_false_discovery_by_hand() -> None:
    # 0.01 · 4/1, 0.02 · 4/2, 0.03 · 4/3, 0.5 · 4/4, each at most its larger neighbour.
    p = np.array([0.5, 0.01, NAN, 0.03, 0.02])
    assert false_discovery(p) == pytest.approx(np.array([0.5, 0.04, NAN, 0.04, 0.04]), nan_ok=True)
    assert false_discovery(np.array([0.9, 0.95])) == pytest.approx(np.array([0.95, 0.95]))
    assert false_discovery(np.array([])).size == 0


def test_pairs_within_and_across_groups() -> None:
    rng = np.random.Generator(np.random.Philox(key=3))
    base = rng.normal(size=60)
    columns = np.array([base, base + 0.1 * rng.normal(size=60), -base + 0.01 * rng.normal(size=60)])
    found = correlate(["a", "b", "c"], columns, groups=["g", "g", "h"])
    assert found.within.tolist() == [[True, True, False], [True, True, False], [False, False, True]]
    across = notable(found, within=False, wanted=lambda r: abs(r) > 0.9)
    assert [(pair.one, pair.other) for pair in across] == [("a", "c"), ("b", "c")]
    assert notable(found, within=True, wanted=lambda r: r < 0.0) == ()
    assert len(notable(found, within=True, wanted=lambda r: r > 0.9, level=1.0)) == 1
    assert notable(found, within=True, wanted=lambda r: r > 0.9, level=0.0) == ()


def test_correlations_that_do_not_fit_together() -> None:
    with pytest.raises(EngineError, match="do not fit together"):
        correlate(["a"], np.array([X, Y]))
    with pytest.raises(EngineError, match="do not fit together"):
        correlate(["a", "b"], np.array([X, Y]), groups=["g"])


def test_correlations_are_frozen() -> None:
    found = correlate(["x", "y"], np.array([X, Y]))
    for matrix in (found.coefficient, found.p, found.q, found.units, found.within):
        with pytest.raises(ValueError, match="read-only"):
            matrix[0, 0] = 0


def test_tiny_and_huge_numbers_correlate_like_others() -> None:
    assert pearson(np.array(X) * 1e-170, np.array(Y) * 1e90) == pytest.approx(0.8)
    assert math.isnan(pearson(np.array([0.1 + 0.2, 0.3, 0.3]), np.array(X[:3])))


# --- reliability


def test_alpha_by_hand() -> None:
    # Variances 5/3 each, covariance 4/3: 2 · (1 - (10/3) / 6).
    found = reliability(["x", "y"], np.array([X, Y]))
    assert found.alpha == pytest.approx(8 / 9)
    assert np.isnan(found.without).all()
    assert covariances(np.array([X, Y])) == pytest.approx(np.array([[5, 4], [4, 5]]) / 3)


def test_alpha_of_equal_and_of_opposed_columns() -> None:
    assert reliability(["a", "b", "c"], np.array([X, X, X])).alpha == pytest.approx(1.0)
    assert reliability(["a", "b", "c"], np.array([X, X, X])).without == pytest.approx([1.0, 1.0, 1.0])
    # Covariances 5, 4, -4 thirds in a group of x, y, -x … : the sum is not positive.
    assert math.isnan(reliability(["a", "b"], np.array([X, [-value for value in X]])).alpha)
    # Variances 5 + 5 + 5, covariances twice 4 - 5 - 4 (thirds): 3/2 · (1 - 15 / 5).
    opposed = reliability(["a", "b", "c"], np.array([X, Y, [-value for value in X]]))
    assert opposed.alpha == pytest.approx(-3.0)
    assert opposed.without[2] == pytest.approx(8 / 9)


def test_alpha_takes_each_pair_where_both_are_there() -> None:
    columns = np.array([[1.0, 2.0, 3.0, 4.0, NAN], [1.0, 3.0, 2.0, 4.0, 2.5]])
    # Variance of y over five values: mean 2.5, 5 / 4; covariance over four: 4 / 3.
    assert reliability(["x", "y"], columns).alpha == pytest.approx(
        2 * (1 - (5 / 3 + 5 / 4) / (5 / 3 + 5 / 4 + 8 / 3))
    )


def test_a_constant_column_takes_no_part_in_alpha() -> None:
    found = reliability(["x", "y", "c"], np.array([X, Y, [5.0, 5.0, NAN, 5.0]]))
    assert found.alpha == pytest.approx(8 / 9)
    assert np.array_equal(np.isnan(found.without), [True, True, False])
    assert found.without[2] == pytest.approx(8 / 9)
    assert math.isnan(reliability(["x", "c"], np.array([X, [5.0] * 4])).alpha)


def test_alpha_needs_two_columns_and_common_units() -> None:
    assert math.isnan(reliability(["x"], np.array([X])).alpha)
    assert math.isnan(reliability(["x", "y"], np.array([[1.0, 2.0, NAN], [NAN, 2.0, 3.0]])).alpha)
    with pytest.raises(EngineError, match="do not fit together"):
        reliability(["x"], np.array([X, Y]))


# --- components and inflation


def test_two_columns_have_components_by_hand() -> None:
    # Correlation 0.8: eigenvalues 1.8 and 0.2, both columns alike on the first.
    found = components(["x", "y"], np.array([X, Y]))
    assert found.eigenvalues == pytest.approx([1.8, 0.2])
    assert found.explained == pytest.approx([0.9, 0.1])
    assert found.loadings[:, 0] == pytest.approx([math.sqrt(0.9)] * 2)
    assert found.loadings[:, 1] == pytest.approx([math.sqrt(0.1), -math.sqrt(0.1)])
    assert found.kaiser == 1
    assert found.one_dimension()
    assert (found.units, found.left_out) == (4, ())


def test_an_opposed_column_turns_on_the_component() -> None:
    found = components(["x", "y"], np.array([X, [-value for value in Y]]))
    assert found.loadings[:, 0] == pytest.approx([math.sqrt(0.9), -math.sqrt(0.9)])
    assert not found.one_dimension()


def test_unrelated_columns_have_no_component_above_one() -> None:
    found = components(["x", "y"], np.array([[-1.0, 1.0, -1.0, 1.0], [-1.0, -1.0, 1.0, 1.0]]))
    assert found.eigenvalues == pytest.approx([1.0, 1.0])
    assert found.kaiser == 0


def test_components_are_listwise_and_leave_constants_out() -> None:
    columns = np.array([[*X, 99.0], [*Y, NAN], [5.0, 5.0, 5.0, 5.0, 6.0]])
    found = components(["x", "y", "z"], columns)
    assert (found.codes, found.left_out, found.units) == (("x", "y"), ("z",), 4)
    assert found.eigenvalues == pytest.approx([1.8, 0.2])


def test_components_of_too_little() -> None:
    with pytest.raises(EngineError, match=r"two columns that vary.* 2 unit\(s\) are complete"):
        components(["x", "y"], np.array([[1.0, 2.0, NAN], [2.0, 1.0, 4.0]]))
    with pytest.raises(EngineError, match="do not fit together"):
        components(["x"], np.array([X, Y]))


def test_inflation_by_hand() -> None:
    # 1 / (1 - 0.8²)
    assert inflation(["x", "y"], np.array([X, Y])) == pytest.approx([1 / 0.36] * 2)


def test_an_exact_combination_is_inflated_without_end() -> None:
    a = np.array([1.0, 2.0, 4.0, 3.0, 7.0, 5.0, 9.0])
    b = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0])
    c = np.array([2.0, 7.0, 1.0, 8.0, 2.0, 8.0, 1.0])
    found = inflation(["a", "b", "sum", "c"], np.array([a, b, a + b, c]))
    assert found[:3].tolist() == [math.inf] * 3
    assert 1.0 <= found[3] < 10.0


def test_inflation_that_cannot_be_said() -> None:
    assert np.isnan(inflation(["x", "y", "z"], np.array([X, Y, [3.0, 1.0, 4.0, 1.5]]))).all()
    assert math.isnan(inflation(["x", "y", "z"], np.array([X, Y, [5.0] * 4]))[2])
    assert np.isnan(inflation(["x"], np.array([X]))).all()


# --- profile and elasticity

TREE = Tree.build([Node("index", None), Node("a", "index", 3.0), Node("b", "index"), Node("c", "index", 0.0)])
TABLE = Table.build(
    ["u", "v", "w"], ["a", "b", "c"], [[10.0, 60.0, 9.0], [40.0, 20.0, 1.0], [70.0, 40.0, 2.0]]
)


def computed(table: Table, tree: Tree = TREE, **chosen: NodeRecipe) -> Results:
    return compute(
        tree, table, Recipe({node.code: chosen.get(node.code, NodeRecipe()) for node in tree.nodes})
    )


def test_a_profile_by_hand() -> None:
    found = profile(computed(TABLE), "u")
    strength, weakness = found.strengths[0], found.weaknesses[0]
    assert (strength.code, strength.score, strength.average) == ("b", 60.0, 40.0)
    assert (strength.share, strength.gain, strength.rank, strength.units) == (0.25, 5.0, 1, 3)
    assert (weakness.code, weakness.gain, weakness.rank) == ("a", -22.5, 3)
    assert len(found.strengths) == len(found.weaknesses) == 1  # c counts nothing
    assert profile(computed(TABLE), "v").strengths == ()  # a at the average


def test_a_profile_is_as_long_as_asked() -> None:
    tree = Tree.build([Node("index", None), *(Node(code, "index") for code in "abc")])
    found = profile(computed(TABLE, tree), "w", count=1)
    assert [each.code for each in found.strengths] == ["a"]
    assert [each.code for each in profile(computed(TABLE, tree), "w", ["b", "c"]).weaknesses] == ["c"]


def test_standings_of_a_unit_without_a_value() -> None:
    table = Table.build(["u", "v"], ["a", "b", "c"], [[NAN, 60.0, 9.0], [40.0, 20.0, 1.0]])
    first = standings(computed(table), "u")[0]
    assert math.isnan(first.score)
    assert (first.rank, first.units, first.share) == (0, 1, 0.0)
    assert [each.code for each in profile(computed(table), "u").strengths] == ["b"]
    with pytest.raises(EngineError, match="unit 'x': the results have no such unit"):
        profile(computed(table), "x")


def test_elasticity_of_a_mean_by_hand() -> None:
    # u: 0.75 · 10 + 0.25 · 60 = 22.5; a percent of a is 0.1, three quarters of which count.
    found = elasticity(TABLE, computed, "u")
    assert found.leaves == ("a", "b", "c")
    assert found.up == pytest.approx([0.075, 0.15, 0.0])
    assert found.down == pytest.approx([-0.075, -0.15, 0.0])
    assert found.elasticity == pytest.approx([7.5 / 22.5, 15.0 / 22.5, 0.0])


def test_elasticity_of_a_geometric_mean_is_the_weight() -> None:
    found = elasticity(
        TABLE,
        lambda table: computed(table, index=NodeRecipe(combine=Aggregation.GEOMETRIC)),
        "v",
        ["a", "b"],
        0.001,
    )
    assert found.elasticity == pytest.approx([0.75, 0.25], abs=1e-5)


def test_elasticity_where_there_is_none() -> None:
    table = Table.build(["u", "v"], ["a", "b", "c"], [[NAN, 0.0, -2.0], [40.0, 20.0, 1.0]])
    tree = Tree.build([Node("index", None), *(Node(code, "index") for code in "abc")])
    found = elasticity(table, lambda changed: computed(changed, tree), "u")
    assert np.isnan(found.up[:2]).all()
    assert np.isnan(found.elasticity[:2]).all()
    assert found.up[2] == pytest.approx(0.01)  # minus two, a percent up


def test_elasticity_where_the_changed_value_is_refused() -> None:
    fixed = NodeRecipe(Normalise(Normalisation.FIXED, low=0.0, high=10.0, cap=False))
    found = elasticity(
        Table.build(["u"], ["a", "b", "c"], [[10.0, 1.0, 1.0]]), lambda t: computed(t, a=fixed), "u", ["a"]
    )
    assert math.isnan(found.up[0])
    assert found.down[0] == pytest.approx(-0.75)
    assert math.isnan(found.elasticity[0])


def test_elasticity_refuses() -> None:
    with pytest.raises(EngineError, match="unit 'x'"):
        elasticity(TABLE, computed, "x")
    with pytest.raises(EngineError, match="column 'x'"):
        elasticity(TABLE, computed, "u", ["x"])
    with pytest.raises(EngineError, match="between 0 and 1"):
        elasticity(TABLE, computed, "u", step=0.0)


# --- the audit


def audited() -> Audit:
    """Forty units: `twin` repeats `first`, `lost` follows the other branch, `wide` drowns its sibling."""
    rng = np.random.Generator(np.random.Philox(key=8))
    one, two = rng.normal(size=40), rng.normal(size=40)
    columns = {
        "first": one,
        "twin": one + 0.01 * rng.normal(size=40),
        "lost": two + 0.1 * rng.normal(size=40),
        "wide": 100.0 * two,
        "narrow": rng.normal(size=40),
        "steady": np.full(40, 5.0),
    }
    tree = Tree.build(
        [
            Node("index", None),
            Node("left", "index"),
            Node("right", "index"),
            *(Node(code, "left" if code in ("first", "twin", "lost") else "right") for code in columns),
        ]
    )
    table = Table.build([f"u{i}" for i in range(40)], list(columns), np.array(list(columns.values())).T)
    return audit(computed(table, tree))


def test_an_audit_finds_what_was_put_in() -> None:
    found = audited()
    told = {(finding.section, finding.node) for finding in found.findings}
    assert (Section.DATA, "steady") in told
    assert (Section.STRUCTURE, "lost") in told
    assert (Section.STRUCTURE, "right") in told
    assert (Section.REDUNDANCY, "first") in told
    assert (Section.REDUNDANCY, "twin") in told
    assert (Section.INFLUENCE, "narrow") in told
    assert any("'first' and 'twin' of one group say the same" in finding.text for finding in found.findings)
    assert any(
        "'lost' and 'wide' of different groups say the same" in finding.text for finding in found.findings
    )


def test_an_audit_goes_in_the_order_of_its_sections() -> None:
    sections = [finding.section for finding in audited().findings]
    assert sections == sorted(sections, key=list(Section).index)


def test_an_audit_finds_what_works_against_each_other() -> None:
    """Two pairs: within each one column falls as the other rises, and the pairs know nothing of each other."""
    rng = np.random.Generator(np.random.Philox(key=2))
    one, two = rng.normal(size=60), rng.normal(size=60)
    noise = 0.5 * rng.normal(size=(2, 60))
    columns = np.array([one, noise[0] - one, two, noise[1] - two])
    tree = Tree.build([Node("index", None), *(Node(code, "index") for code in "abcd")])
    table = Table.build([f"u{i}" for i in range(60)], list("abcd"), columns.T)
    texts = [finding.text for finding in audit(computed(table, tree)).findings if finding.node == "index"]
    assert any(text.startswith("'a' and 'b' work against each other (r = -0.") for text in texts)
    assert any(text.startswith("'c' and 'd' work against each other") for text in texts)
    assert any(text.startswith("2 components have an eigenvalue above 1") for text in texts)
    assert any(text.startswith("Cronbach's alpha is -") for text in texts)


def test_an_audit_has_every_part() -> None:
    found = audited()
    assert [column.code for column in found.columns] == ["first", "twin", "lost", "wide", "narrow", "steady"]
    assert [group.node for group in found.groups] == ["index", "left", "right"]
    left, right = found.groups[1:]
    assert left.children == ("first", "twin", "lost")
    assert left.components is not None
    assert left.components.codes == left.children
    assert right.components is not None
    assert right.components.left_out == ("steady",)
    assert found.correlations.groups == ("left", "left", "left", "right", "right", "right")
    assert found.influence.on == "index"
    assert {place.leaf: place.strongest for place in found.placements}["lost"] == "right"


def test_an_audit_of_next_to_nothing() -> None:
    alone = audit(
        compute(
            Tree.build([Node("a", None)]),
            Table.build(["u"], ["a"], [[1.0]]),
            Recipe({"a": NodeRecipe()}),
        )
    )
    assert alone.groups == ()
    assert alone.placements == ()
    few = audit(computed(TABLE))
    assert few.groups[0].components is not None
    assert (
        audit(computed(Table.build(["u"], ["a", "b", "c"], [[1.0, 2.0, 3.0]]))).groups[0].components is None
    )
