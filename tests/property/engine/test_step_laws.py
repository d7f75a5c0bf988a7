"""Laws of indices that are screened, imputed, treated, and weighed by what the scores say."""

from dataclasses import replace
from random import Random

import numpy as np
from engine_indices import Choices, Index
from engine_steps import Steps, indices_with_steps
from hypothesis import assume, given
from hypothesis import strategies as st

from stadtindex.engine import (
    Aggregation,
    Cell,
    EngineError,
    Imputation,
    Missing,
    Normalisation,
    Note,
    Results,
    Screen,
    Treatment,
    Weighing,
)

GAPS = ("missing", "missing", "missing", "unanswered", "not applicable")
BOUNDED = Choices(
    smallest_set=4,
    absences=GAPS,
    leaf_methods=(Normalisation.MIN_MAX, Normalisation.PERCENTILE),
    inner_methods=(Normalisation.NONE,),
    aggregations=(Aggregation.ARITHMETIC,),
    inner_directions=(1,),
    lowers=(0.0,),
)
EVERY = Steps(weighings=tuple(Weighing))
# What a search or a solver finds may differ in its last bits when its input does.
EXACT = tuple(w for w in Weighing if w not in (Weighing.BALANCED, Weighing.BENEFIT_OF_THE_DOUBT))


def computed(index: Index) -> Results:
    try:
        return index.compute()
    except EngineError as refused:
        assume(refused.why != "no unit passes the screening")
        assume("is not > 0: no logarithm" not in refused.why)
        raise


@given(indices_with_steps(BOUNDED, replace(EVERY, weighings=EXACT)), st.randoms(use_true_random=False))
def test_the_order_of_the_units_changes_no_bit_of_any_step(index: Index, chance: Random) -> None:
    results = computed(index)
    order = list(index.units)
    chance.shuffle(order)
    others = index.reordered(order).compute()
    places = [others.units.index(unit) for unit in results.units]
    for name, table in results.tables().items():
        for code, column in table.items():
            assert column.tobytes() == others.tables()[name][code][places].tobytes(), (name, code)
    assert others.left_out().keys() == results.left_out().keys()


@given(indices_with_steps(BOUNDED, EVERY))
def test_the_same_twice_is_the_same_with_every_step(index: Index) -> None:
    one, other = computed(index), index.compute()
    for name, table in one.tables().items():
        for code, column in table.items():
            assert column.tobytes() == other.tables()[name][code].tobytes()
    assert one.findings == other.findings


@given(indices_with_steps(BOUNDED, replace(EVERY, treatments=(Treatment.NONE,), weighings=EXACT)), st.data())
def test_the_unit_of_measure_of_an_imputed_column_does_not_matter(index: Index, data: st.DataObject) -> None:
    """A power of two, in all periods alike: every estimate is measured in it too."""
    assume(index.screen == Screen())
    leaf = data.draw(st.sampled_from(index.tree.leaves))
    factor = data.draw(st.sampled_from([0.125, 8.0, 1024.0]))
    other = index.with_column(leaf, lambda value: value * factor)
    rows = tuple(
        (
            period,
            {
                unit: {
                    code: entry if code != leaf or entry is None else entry * factor
                    for code, entry in row.items()
                }
                for unit, row in periods.items()
            },
        )
        for period, periods in index.others
    )
    results, changed = computed(index), computed(replace(other, others=rows))
    for code in results.score:
        np.testing.assert_allclose(changed.score[code], results.score[code], rtol=0, atol=1e-7)
    np.testing.assert_allclose(changed.imputed[leaf], results.imputed[leaf] * factor, rtol=1e-9)


@given(indices_with_steps(BOUNDED, EVERY))
def test_scores_stay_between_0_and_100_with_every_step(index: Index) -> None:
    results = computed(index)
    for code, column in results.score.items():
        known = column[~np.isnan(column)]
        assert (known >= -1e-9).all(), code
        assert (known <= 100.0 + 1e-9).all(), code


@given(indices_with_steps(BOUNDED, EVERY))
def test_weights_and_shares_sum_to_one_with_every_step(index: Index) -> None:
    results = computed(index)
    for node in results.tree.nodes:
        children = results.tree.children(node.code)
        if len(children) == 0:
            continue
        weights = np.add.reduce([results.weight[child] for child in children])
        np.testing.assert_allclose(weights, 1.0, atol=1e-10)
        assert all((results.weight[child] >= 0.0).all() for child in children)
        shares = np.add.reduce([results.share[child] for child in children])
        there = ~np.isnan(results.combined[node.code])
        np.testing.assert_allclose(shares, np.where(there, 1.0, 0.0), atol=1e-10)
        parts = np.add.reduce([results.contribution[child] for child in children])
        np.testing.assert_allclose(parts[there], results.combined[node.code][there], atol=1e-8)


@given(indices_with_steps(BOUNDED, replace(EVERY, weighings=EXACT)))
def test_a_unit_screened_out_might_as_well_not_be_there(index: Index) -> None:
    results = computed(index)
    gone = results.left_out()
    assume(len(gone) > 0)
    kept = [unit for unit in index.units if unit not in gone]
    alone = replace(index, units=tuple(kept), screen=Screen()).compute()
    places = [results.units.index(unit) for unit in kept]
    for code in results.score:
        assert results.score[code][places].tobytes() == alone.score[code].tobytes()
    root = results.tree.root
    for unit in gone:
        place = results.units.index(unit)
        assert results.rank[root][place] == 0
        assert np.isnan(results.score[root][place])
        assert results.explain(unit, root).note is Note.SCREENED_OUT


@given(indices_with_steps(BOUNDED, EVERY))
def test_estimates_stand_only_where_the_rule_asks_for_them(index: Index) -> None:
    results = computed(index)
    for leaf in results.tree.leaves:
        chosen = index.recipe[leaf]
        filled = ~np.isnan(results.imputed[leaf])
        asked = np.zeros(filled.shape, dtype=np.bool_)
        for kind, rule in ((Cell.MISSING, chosen.missing), (Cell.UNANSWERED, chosen.unanswered)):
            if rule is Missing.IMPUTE:
                asked |= results.cells[leaf] == kind
        assert not (filled & ~asked).any()
        # What was measured is never touched by an estimate.
        assert not (filled & ~np.isnan(results.denominated[leaf])).any()
        # What is not measured is not covered.
        covered = results.coverage[leaf]
        assert (covered[filled] == 0.0).all()


@given(
    indices_with_steps(
        replace(BOUNDED, absences=(), denominators=False), replace(EVERY, weighings=EXACT, screens=False)
    )
)
def test_without_gaps_imputation_does_nothing(index: Index) -> None:
    plain = {
        code: replace(chosen, missing=Missing.REWEIGHT, unanswered=Missing.ZERO)
        for code, chosen in index.recipe.items()
    }
    one, other = computed(index), computed(replace(index, recipe=plain))
    for code in one.score:
        assert one.score[code].tobytes() == other.score[code].tobytes()


@given(indices_with_steps(BOUNDED, Steps(imputations=(), screens=False)))
def test_no_treatment_turns_two_units_around(index: Index) -> None:
    results = computed(index)
    for done in results.treatment:
        before, after = results.denominated[done.node], results.treated[done.node]
        known = np.flatnonzero(~np.isnan(before))
        order = known[np.argsort(before[known], kind="stable")]
        assert (np.diff(after[order]) >= 0.0).all()
        np.testing.assert_array_equal(np.isnan(before), np.isnan(after))


@given(
    indices_with_steps(BOUNDED, Steps((), (Treatment.NONE,), (Weighing.BENEFIT_OF_THE_DOUBT,), screens=False))
)
def test_nobody_looks_worse_under_the_benefit_of_the_doubt_than_by_equal_weights(index: Index) -> None:
    """Measured in the best of all under the same weights, where a unit has all children and bounds allow equal weights."""
    results = computed(index)
    for node in results.tree.nodes:
        children = [c for c in results.tree.children(node.code) if results.tree.node(c).weight > 0.0]
        if len(children) == 0:
            continue
        scores = np.array([results.score[child] for child in children])
        mean = np.add.reduce(np.where(np.isnan(scores), 0.0, scores)) / len(children)
        full = ~np.isnan(scores).any(axis=0) & ~np.isnan(results.combined[node.code])
        if mean.max() > 0.0:
            least = 100.0 * mean / mean.max()
            assert (results.combined[node.code][full] >= least[full] - 1e-7).all()


@given(indices_with_steps(BOUNDED, Steps((), (Treatment.NONE,), (Weighing.BALANCED,), screens=False)))
def test_balanced_weights_are_never_negative_and_come_true_or_are_told(index: Index) -> None:
    results = computed(index)
    for node in results.tree.nodes:
        children = results.tree.children(node.code)
        if len(children) < 2:
            continue
        scores = np.array([results.score[child] for child in children])
        weights = np.array([results.weight[child][0] for child in children])
        stated = np.array([results.tree.node(child).weight for child in children])
        told = any(f.startswith(f"weights of {node.code!r}: balanced") for f in results.findings)
        assert (weights >= 0.0).all()
        if told or np.isnan(scores).any() or np.count_nonzero(stated) < 2:
            continue
        composite = np.add.reduce(weights[:, np.newaxis] * scores)
        importance = np.array(
            [
                np.corrcoef(row, composite)[0, 1] ** 2 if s > 0 else 0.0
                for row, s in zip(scores, stated, strict=True)
            ]
        )
        np.testing.assert_allclose(importance / importance.sum(), stated / stated.sum(), atol=1e-5)


@given(
    indices_with_steps(
        BOUNDED,
        Steps(
            (Imputation.MEAN, Imputation.MEDIAN, Imputation.SIBLINGS, Imputation.NEIGHBOURS),
            (Treatment.NONE,),
            screens=False,
        ),
    )
)
def test_an_estimate_from_the_column_stays_within_it(index: Index) -> None:
    results = computed(index)
    for leaf in results.tree.leaves:
        filled = results.imputed[leaf][~np.isnan(results.imputed[leaf])]
        known = results.denominated[leaf][~np.isnan(results.denominated[leaf])]
        if filled.size > 0:
            slack = 1e-9 * max(1.0, float(np.abs(known).max()))
            assert known.min() - slack <= filled.min()
            assert filled.max() <= known.max() + slack
