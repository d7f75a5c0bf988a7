"""What must hold for computed weights, whatever the scores: they sum to 1, ignore order and units, and stay fair."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stadtindex.engine.weigh.balanced import balanced
from stadtindex.engine.weigh.bod import Bounded, Bounds, benefit_of_the_doubt
from stadtindex.engine.weigh.importance import Importance
from stadtindex.engine.weigh.noise import around, dirichlet
from stadtindex.engine.weigh.siblings import Siblings
from stadtindex.engine.weigh.statistical import critic, entropy, pca


def by_ratio(siblings: Siblings) -> Any:
    return balanced(siblings, Importance.CORRELATION_RATIO)


STATISTICAL: list[Callable[[Siblings], Any]] = [pca, entropy, critic, balanced, by_ratio]
EVERY = [*STATISTICAL, benefit_of_the_doubt]


@st.composite
def sibling_groups(draw: st.DrawFn, *, gaps: bool = True, smallest: int = 1) -> Siblings:
    """Up to 8 units and 5 children on a coarse grid: ties, constants, twins, gaps, zero weights, more k than n."""
    units, children = draw(st.integers(smallest, 8)), draw(st.integers(1, 5))
    grid = st.integers(0, 8).map(lambda whole: whole * 12.5)
    entry = st.one_of(grid, grid, grid, st.just(math.nan)) if gaps else grid
    columns: list[list[float]] = []
    for _ in range(children):
        kind = draw(st.integers(0, 7))
        if kind == 0:
            columns.append([draw(grid)] * units)
        elif kind == 1 and len(columns) > 0:
            columns.append([2.0 * value for value in columns[-1]])
        else:
            columns.append([draw(entry) for _ in range(units)])
    weights = [float(draw(st.integers(0, 3))) for _ in range(children)]
    weights[0] = max(weights[0], 1.0) if sum(weights) == 0.0 else weights[0]
    return Siblings(
        tuple(f"c{i}" for i in range(children)),
        tuple(f"u{i}" for i in range(units)),
        np.array(columns).T.reshape(units, children),
        np.array(weights),
    )


def with_scores(siblings: Siblings, scores: np.ndarray) -> Siblings:
    return Siblings(siblings.codes, siblings.units, scores, siblings.weights)


def reordered(siblings: Siblings, units: list[int]) -> Siblings:
    return Siblings(
        siblings.codes, tuple(siblings.units[i] for i in units), siblings.scores[units], siblings.weights
    )


@pytest.mark.parametrize("method", EVERY)
@given(siblings=sibling_groups())
def test_weights_are_shares_and_leave_out_what_has_no_stated_weight(
    method: Callable[[Siblings], Any], siblings: Siblings
) -> None:
    weights = np.atleast_2d(method(siblings).weights)
    known = (~np.isnan(siblings.scores) & siblings.counted).any(axis=1)
    rows = weights if weights.shape[0] == 1 and method is not benefit_of_the_doubt else weights[known]
    assert (rows >= 0.0).all()
    np.testing.assert_allclose(rows.sum(axis=1), 1.0, atol=1e-12)
    assert (rows[:, ~siblings.counted] == 0.0).all()
    assert not weights.flags.writeable


@pytest.mark.parametrize("method", EVERY)
@given(siblings=sibling_groups(), data=st.data())
def test_the_order_of_the_units_does_not_matter_to_the_last_bit(
    method: Callable[[Siblings], Any], siblings: Siblings, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(siblings.units))))
    one, other = method(siblings).weights, method(reordered(siblings, order)).weights
    expected = one[order] if method is benefit_of_the_doubt else one
    assert np.ascontiguousarray(expected).tobytes() == np.ascontiguousarray(other).tobytes()


@pytest.mark.parametrize("method", STATISTICAL)
@given(siblings=sibling_groups())
def test_what_does_not_vary_gets_no_weight_unless_nothing_varies(
    method: Callable[[Siblings], Any], siblings: Siblings
) -> None:
    found = method(siblings)
    if siblings.varying.any() and "all children count the same" not in " ".join(found.findings):
        assert (found.weights[~siblings.varying] == 0.0).all()
    else:
        assert len(set(found.weights[siblings.counted].tolist())) == 1


@given(siblings=sibling_groups(gaps=False), data=st.data())
def test_entropy_and_critic_do_not_depend_on_the_order_of_the_children(
    siblings: Siblings, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(siblings.codes))))
    turned = Siblings(
        tuple(siblings.codes[i] for i in order),
        siblings.units,
        siblings.scores[:, order],
        siblings.weights[order],
    )
    for method in (entropy, critic):
        np.testing.assert_allclose(method(siblings).weights[order], method(turned).weights, atol=1e-12)


@given(siblings=sibling_groups(), data=st.data())
def test_pca_and_critic_do_not_depend_on_units_of_measure(siblings: Siblings, data: st.DataObject) -> None:
    children = len(siblings.codes)
    # Powers of two keep every digit, so that what is collinear stays so.
    factor = np.array([2.0 ** data.draw(st.integers(-20, 20)) for _ in range(children)])
    for method in (pca, critic, entropy):
        changed = with_scores(siblings, siblings.scores * factor)
        np.testing.assert_allclose(method(changed).weights, method(siblings).weights, atol=1e-9)
    one, other = balanced(siblings), balanced(with_scores(siblings, siblings.scores * factor))
    if siblings.varying.any():
        pulls = other.weights * factor
        np.testing.assert_allclose(pulls / pulls.sum(), one.weights, atol=1e-9)


@given(sibling_groups())
def test_balanced_weights_do_what_they_say(siblings: Siblings) -> None:
    found = balanced(siblings)
    assume(siblings.varying.any())
    assert found.objective >= 0.0
    if not any("balanced: no weights" in said for said in found.findings):
        known = ~np.isnan(found.target)
        np.testing.assert_allclose(found.importance[known], found.target[known], atol=1e-6)


@given(sibling_groups(gaps=False, smallest=3))
def test_balanced_weights_are_never_further_off_than_the_stated_ones(siblings: Siblings) -> None:
    found = balanced(siblings)
    assume(siblings.varying.any())
    scores = siblings.scores[:, siblings.varying]
    target = siblings.weights[siblings.varying] / siblings.weights[siblings.varying].sum()
    composite = scores @ target
    assume(composite.std() > 1e-9)
    related = np.array([np.corrcoef(column, composite)[0, 1] for column in scores.T])
    signed = related * np.abs(related)
    assert found.objective <= ((signed / np.abs(signed).sum() - target) ** 2).sum() + 1e-9


def limits(siblings: Siblings) -> Bounds:
    children = int(np.count_nonzero(siblings.counted))
    return Bounds([0.5 / children] * len(siblings.codes), [min(1.0, 1.6 / children)] * len(siblings.codes))


@given(sibling_groups(), st.integers(0, 2**32))
def test_no_other_weights_show_a_unit_in_a_better_light(siblings: Siblings, key: int) -> None:
    found = benefit_of_the_doubt(siblings)
    scores = np.where(np.isnan(siblings.scores), 0.0, siblings.scores)
    random = np.random.Generator(np.random.Philox(key=key))
    for unit, score in enumerate(found.score.tolist()):
        there = ~np.isnan(siblings.scores[unit]) & siblings.counted
        assert math.isnan(score) is not bool(there.any())
        if not there.any():
            continue
        assert 0.0 <= score <= 1.0
        for _ in range(5):
            other = np.where(there, random.random(there.size), 0.0)
            best = (scores @ other).max()
            assert best == 0.0 or scores[unit] @ other / best <= score + 1e-9


@given(sibling_groups())
def test_bounds_are_kept_and_never_raise_a_score(siblings: Siblings) -> None:
    free, bounds = benefit_of_the_doubt(siblings), limits(siblings)
    bound = benefit_of_the_doubt(siblings, bounds)
    for unit in np.flatnonzero(~np.isnan(free.score)).tolist():
        assert bound.score[unit] <= free.score[unit] + 1e-9
        there = ~np.isnan(siblings.scores[unit]) & siblings.counted
        if there.sum() == siblings.counted.sum():
            kept = bound.weights[unit, there]
            assert (kept >= np.array(bounds.lower)[there] - 1e-9).all()
            assert (kept <= np.array(bounds.upper)[there] + 1e-9).all()


@given(siblings=sibling_groups(gaps=False), data=st.data(), of=st.sampled_from(Bounded))
def test_a_better_value_never_lowers_the_own_benefit_of_the_doubt(
    siblings: Siblings, data: st.DataObject, of: Bounded
) -> None:
    unit = data.draw(st.integers(0, len(siblings.units) - 1))
    child = data.draw(st.integers(0, len(siblings.codes) - 1))
    scores = siblings.scores + 1.0
    better = scores.copy()
    better[unit, child] += 10.0
    bounds = Bounds(limits(siblings).lower, limits(siblings).upper, of)
    before = benefit_of_the_doubt(with_scores(siblings, scores), bounds).score[unit]
    after = benefit_of_the_doubt(with_scores(siblings, better), bounds).score[unit]
    assert after >= before - 1e-9


@given(sibling_groups())
def test_benefit_of_the_doubt_does_not_depend_on_units_of_measure(siblings: Siblings) -> None:
    factor = 2.0 ** np.arange(len(siblings.codes))
    one = benefit_of_the_doubt(siblings).score
    other = benefit_of_the_doubt(with_scores(siblings, siblings.scores * factor)).score
    np.testing.assert_allclose(one, other, atol=1e-9)


@given(
    weights=st.lists(st.sampled_from([0.0, 1.0, 2.0, 40.0]), min_size=1, max_size=6).filter(any),
    key=st.integers(0, 2**64 - 1),
    share=st.sampled_from([0.0, 0.25, 0.99]),
    concentration=st.sampled_from([1e-3, 1.0, 50.0, 1e6]),
)
def test_drawn_weights_are_shares_around_the_stated_ones(
    weights: list[float], key: int, share: float, concentration: float
) -> None:
    stated = np.array(weights)

    def chance() -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=key))

    for method, amount in ((dirichlet, concentration), (around, share)):
        drawn = method(chance(), stated, amount, 16)
        assert drawn.shape == (16, stated.size)
        assert (drawn >= 0.0).all()
        np.testing.assert_allclose(drawn.sum(axis=1), 1.0, atol=1e-12)
        assert (drawn[:, stated == 0.0] == 0.0).all()
        assert drawn.tobytes() == method(chance(), stated * 4.0, amount, 16).tobytes()
    shares = stated / stated.sum()
    assert (drawn <= shares * (1.0 + share) / (1.0 - share) + 1e-12).all()
    assert (drawn >= shares * (1.0 - share) / (1.0 + share) - 1e-12).all()
