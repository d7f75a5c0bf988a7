"""Random indices that take every step before the normalisation: screening, imputation, treatment, weighings."""

from dataclasses import dataclass, replace

from engine_indices import Choices, Index, indices
from hypothesis import strategies as st

from stadtindex.engine import (
    Imputation,
    Impute,
    Missing,
    NodeRecipe,
    Screen,
    Transformation,
    Treat,
    Treatment,
    Weighing,
    Weighting,
)
from stadtindex.engine.recipe import Aggregation

FILLING = tuple(method for method in Imputation if method is not Imputation.NONE)


@dataclass(frozen=True)
class Steps:
    """Which of the steps an index may take."""

    imputations: tuple[Imputation, ...] = FILLING
    treatments: tuple[Treatment, ...] = tuple(Treatment)
    weighings: tuple[Weighing, ...] = (Weighing.GIVEN,)
    screens: bool = True
    components: tuple[int | None, ...] = (None, None, 1, 2)


@st.composite
def indices_with_steps(draw: st.DrawFn, choices: Choices, steps: Steps) -> Index:
    """An index of the given choices whose leaves and nodes are chosen anew, with groups and other periods."""
    plain = draw(indices(choices))
    inner = {node.parent for node in plain.nodes}
    recipe = {
        code: draw(inner_steps(chosen, steps)) if code in inner else draw(leaf_steps(chosen, steps))
        for code, chosen in plain.recipe.items()
    }
    groups = {unit: draw(st.sampled_from(["", "a", "a", "b"])) for unit in plain.units}
    values = st.one_of(st.integers(-6, 24).map(lambda whole: whole / 2.0), st.none())
    leaves = [node.code for node in plain.nodes if node.code not in inner]
    others = tuple(
        (period, {unit: {leaf: draw(values) for leaf in leaves} for unit in plain.units})
        for period in draw(st.sampled_from([(2024.0,), (2025.0, 2023.0), (2024.0, 2028.0), (2025.0, 2027.0)]))
    )
    cells = {unit: dict(row) for unit, row in plain.cells.items()}
    for leaf in leaves:
        if recipe[leaf].treat.method is not Treatment.NONE and draw(st.booleans()):
            # Something to treat: one value far from the others, now and then two.
            for unit in draw(st.lists(st.sampled_from(plain.units), min_size=1, max_size=2)):
                cells[unit][leaf] = draw(st.sampled_from([100.0, 100.0, 250.0, -60.0]))
    screen = (
        draw(screens(plain, [code for code in plain.recipe if code in inner])) if steps.screens else Screen()
    )
    # No group at all would be refused before anything is computed.
    return replace(
        plain, cells=cells, recipe=recipe, groups={**groups, "elsewhere": "a"}, others=others, screen=screen
    )


@st.composite
def leaf_steps(draw: st.DrawFn, chosen: NodeRecipe, steps: Steps) -> NodeRecipe:
    changes: dict[str, object] = {}
    if len(steps.imputations) > 0 and draw(st.integers(0, 3)) > 0:
        changes["missing"] = Missing.IMPUTE
        changes["unanswered"] = draw(st.sampled_from(Missing))
        changes["impute"] = Impute(
            draw(st.sampled_from(steps.imputations)),
            neighbours=draw(st.integers(1, 3)),
            overlap=draw(st.integers(1, 2)),
            ridge=0.5,
            tolerance=1e-9,
            iterations=draw(st.integers(1, 4)),
            cap=draw(st.booleans()),
            look_back=draw(st.sampled_from([None, 1.0, 2.0])),
            family=draw(st.booleans()),
        )
    method = draw(st.sampled_from(steps.treatments))
    if method is not Treatment.NONE:
        curves = [c for c in Transformation if method is Treatment.WINSORISE or c is not Transformation.NONE]
        changes["treat"] = Treat(
            method,
            winmax=draw(st.integers(0, 3)),
            skewness=draw(st.sampled_from([0.3, 1.0])),
            kurtosis=draw(st.sampled_from([-5.0, 0.7])),
            then=draw(st.sampled_from(curves)),
            shift=draw(st.sampled_from([None, None, 10.0])),
            exponent=draw(st.sampled_from([None, None, 0.5, -1.0, 0.0])),
            ties_may_exceed=draw(st.booleans()),
        )
    return replace(chosen, **changes)  # type: ignore[arg-type]


@st.composite
def inner_steps(draw: st.DrawFn, chosen: NodeRecipe, steps: Steps) -> NodeRecipe:
    weigh = draw(st.sampled_from(steps.weighings))
    combine = Aggregation.ARITHMETIC if weigh is Weighing.BENEFIT_OF_THE_DOUBT else chosen.combine
    weighting = Weighting(
        components=draw(st.sampled_from(steps.components)), lower=draw(st.sampled_from([0.0, 0.0, 0.05]))
    )
    return replace(chosen, weigh=weigh, weighting=weighting, combine=combine)


@st.composite
def screens(draw: st.DrawFn, index: Index, groups: list[str]) -> Screen:
    if draw(st.integers(0, 2)) > 0:
        return Screen()
    share = st.sampled_from([0.0, 0.0, 0.25, 0.5, 0.6, 1.0])
    named = [unit for unit in index.units if draw(st.integers(0, 9)) == 0]
    asked = {draw(st.sampled_from(groups)): draw(share)} if groups and draw(st.booleans()) else {}
    return Screen(
        data=draw(share),
        groups=asked,
        non_zero=draw(st.sampled_from([0.0, 0.0, 0.3])),
        unanswered=draw(st.booleans()),
        keep=frozenset(named[1:]),
        drop=frozenset(named[:1]),
    )
