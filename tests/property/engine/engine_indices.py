"""Random indices for Hypothesis: trees, tables with gaps, ties and constants, and recipes that use every method."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from stadtindex.engine import (
    Aggregation,
    Background,
    Cell,
    Combining,
    Denominator,
    Missing,
    Node,
    NodeRecipe,
    Normalisation,
    Normalise,
    Penalty,
    Period,
    Recipe,
    Results,
    Screen,
    Table,
    Tree,
    Weighing,
    compute,
)

MISSING, UNANSWERED, NOT_APPLICABLE = "missing", "unanswered", "not applicable"
KINDS = {MISSING: Cell.MISSING, UNANSWERED: Cell.UNANSWERED, NOT_APPLICABLE: Cell.NOT_APPLICABLE}
RELATIVE = (
    Normalisation.MIN_MAX,
    Normalisation.Z_SCORE,
    Normalisation.RANK,
    Normalisation.PERCENTILE,
    Normalisation.BORDA,
    Normalisation.DISTANCE_TO_BEST,
)
POSITIVE = (Aggregation.GEOMETRIC, Aggregation.HARMONIC, Aggregation.GENERALISED)
MAY_BE_ZERO = (Normalisation.NONE, Normalisation.Z_SCORE, Normalisation.SHARE_OF_BEST, Normalisation.BORDA)
Cells = dict[str, dict[str, float | str]]


@dataclass(frozen=True)
class Index:
    """One index in plain Python: nodes, units, cells[unit][leaf], recipe[node], denominators and bonus by unit."""

    nodes: tuple[Node, ...]
    units: tuple[str, ...]
    cells: Cells
    recipe: dict[str, NodeRecipe]
    denominators: dict[str, dict[str, float | None]]
    bonus: dict[str, dict[str, float]]
    decimals: int = 10
    screen: Screen = field(default_factory=Screen)
    groups: dict[str, str] = field(default_factory=dict)
    period: float = 2026.0
    others: tuple[tuple[float, dict[str, dict[str, float | None]]], ...] = ()

    @property
    def tree(self) -> Tree:
        return Tree.build(self.nodes)

    def compute(self) -> Results:
        """Put the index before the engine."""
        tree = self.tree
        rows = [[self.cells[unit][leaf] for leaf in tree.leaves] for unit in self.units]
        return compute(
            tree,
            Table.build(
                self.units,
                tree.leaves,
                [[math.nan if isinstance(entry, str) else entry for entry in row] for row in rows],
                [[KINDS[entry] if isinstance(entry, str) else Cell.VALUE for entry in row] for row in rows],
            ),
            Recipe(self.recipe, self.decimals, self.screen),
            background=self.background(),
            denominators={
                column: np.array(
                    [math.nan if by[unit] is None else by[unit] for unit in self.units], dtype=float
                )
                for column, by in self.denominators.items()
            },
            bonus={
                code: np.array([points[unit] for unit in self.units], dtype=float)
                for code, points in self.bonus.items()
            },
        )

    def background(self) -> Background:
        """The groups and the other periods, which have the denominators of this one."""
        leaves, periods = self.tree.leaves, []
        for period, rows in self.others:
            values = [[math.nan if rows[u].get(c) is None else rows[u][c] for c in leaves] for u in rows]
            by = {
                column: np.array(
                    [math.nan if column_of[u] is None else column_of[u] for u in rows], dtype=float
                )
                for column, column_of in self.denominators.items()
            }
            periods.append(Period(period, Table.build(tuple(rows), leaves, values), by))
        return Background(self.groups, self.period, tuple(periods))

    def with_cell(self, unit: str, leaf: str, entry: float | str) -> "Index":
        """The same index with one other cell."""
        return replace(self, cells={**self.cells, unit: {**self.cells[unit], leaf: entry}})

    def with_column(self, leaf: str, change: Callable[[float], float]) -> "Index":
        """The same index with every value of a leaf changed."""
        cells = {
            unit: {**row, leaf: row[leaf] if isinstance(row[leaf], str) else change(row[leaf])}  # type: ignore[arg-type]
            for unit, row in self.cells.items()
        }
        return replace(self, cells=cells)

    def with_node(self, code: str, **changes: Any) -> "Index":
        """The same index with one node changed."""
        return replace(
            self, nodes=tuple(replace(node, **changes) if node.code == code else node for node in self.nodes)
        )

    def with_recipe(self, code: str, **changes: Any) -> "Index":
        """The same index with the recipe of one node changed."""
        return replace(self, recipe={**self.recipe, code: replace(self.recipe[code], **changes)})

    def reordered(self, units: Sequence[str]) -> "Index":
        """The same index with its units in another order."""
        return replace(self, units=tuple(units))


@dataclass(frozen=True)
class Choices:
    """What a random index may use."""

    leaf_methods: tuple[Normalisation, ...] = tuple(Normalisation)
    inner_methods: tuple[Normalisation, ...] = tuple(Normalisation)
    aggregations: tuple[Aggregation, ...] = tuple(Aggregation)
    weighings: tuple[Weighing, ...] = (Weighing.GIVEN, Weighing.EQUAL)
    rules: tuple[Missing, ...] = (Missing.REWEIGHT, Missing.ZERO)
    absences: tuple[str, ...] = (MISSING, UNANSWERED, NOT_APPLICABLE)
    thresholds: tuple[float, ...] = (0.0, 0.0, 0.5, 0.6, 1.0)
    denominators: bool = True
    bonus: bool = True
    smallest_set: int = 1
    inner_directions: tuple[int, ...] = (1, 1, 1, -1)
    uncapped: bool = True
    lowers: tuple[float, ...] = (0.0, 0.0, 1.0)


@st.composite
def trees(draw: st.DrawFn, choices: Choices) -> tuple[Node, ...]:
    """Trees of 1 to 10 nodes of any shape, weights 0 to 4, never all 0 among siblings."""
    count = draw(st.integers(1, 10))
    parents = [None, *(f"n{draw(st.integers(max(0, i - 6), i - 1))}" for i in range(1, count))]
    weights = [float(draw(st.integers(0, 4))) for _ in range(count)]
    for i, parent in enumerate(parents):
        siblings = [j for j, other in enumerate(parents) if other == parent]
        if i == siblings[0] and all(weights[j] == 0.0 for j in siblings):
            weights[i] = 1.0
    inner = set(parents)
    directions = [
        draw(st.sampled_from(choices.inner_directions if f"n{i}" in inner else (1, -1))) for i in range(count)
    ]
    return tuple(Node(f"n{i}", parents[i], weights[i], directions[i]) for i in range(count))


@st.composite
def indices(draw: st.DrawFn, choices: Choices | None = None) -> Index:
    """Indices of up to 6 units, computed with the methods chosen."""
    choices = Choices() if choices is None else choices
    nodes = draw(trees(choices))
    inner = {node.parent for node in nodes}
    geometric: set[str | None] = set()
    recipe: dict[str, NodeRecipe] = {}
    bonus: list[str] = []
    for node in nodes:  # parents come before their children
        positive = node.parent in geometric
        if node.code in inner:
            recipe[node.code] = chosen = draw(inner_recipes(choices, positive=positive))
            bonus += [node.code] if chosen.bonus_cap is not None else []
            if chosen.combine in POSITIVE or positive:
                geometric.add(node.code)
        else:
            recipe[node.code] = draw(leaf_recipes(choices, positive=positive))
    nodes = tuple(
        replace(node, direction=1)
        if node.code in inner and recipe[node.code].normalise.method is Normalisation.NONE
        else node
        for node in nodes
    )
    units = tuple(f"u{i}" for i in range(draw(st.integers(choices.smallest_set, 6))))
    columns = {
        node.code: draw(cells(node, recipe[node.code], units, choices))
        for node in nodes
        if node.code not in inner
    }
    people = st.one_of(st.integers(1, 9).map(float), st.none())
    points = st.sampled_from([0.0, 1.0, 2.5, 7.0])
    return Index(
        nodes=nodes,
        units=units,
        cells={unit: {leaf: column[i] for leaf, column in columns.items()} for i, unit in enumerate(units)},
        recipe=recipe,
        denominators={"people": {unit: draw(people) for unit in units}} if choices.denominators else {},
        bonus={code: {unit: draw(points) for unit in units} for code in bonus},
    )


# Whatever the method, all parameters are there: those that it does not use must not matter.
COMBININGS = st.builds(
    Combining,
    power=st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0]),
    order=st.sampled_from([(1.0,), (3.0, 2.0, 1.0), (0.0, 1.0), (1.0, 0.0, 0.0, 2.0)]),
    penalty=st.sampled_from(Penalty),
    low=st.sampled_from([0.0, -10.0]),
    high=st.sampled_from([100.0, 40.0]),
)


@st.composite
def inner_recipes(draw: st.DrawFn, choices: Choices, *, positive: bool) -> NodeRecipe:
    return NodeRecipe(
        normalise=draw(normalisations(choices.inner_methods, choices, positive=positive)),
        weigh=draw(st.sampled_from(choices.weighings)),
        combine=draw(st.sampled_from(choices.aggregations)),
        combining=draw(COMBININGS),
        threshold=draw(st.sampled_from(choices.thresholds)),
        bonus_cap=draw(st.sampled_from([None, 5.0])) if choices.bonus else None,
    )


@st.composite
def leaf_recipes(draw: st.DrawFn, choices: Choices, *, positive: bool) -> NodeRecipe:
    normalise = draw(normalisations(choices.leaf_methods, choices, positive=positive))
    divided = choices.denominators and draw(st.integers(0, 3)) == 0
    return NodeRecipe(
        normalise=normalise,
        missing=draw(st.sampled_from(choices.rules)),
        unanswered=draw(st.sampled_from(choices.rules)),
        denominator=Denominator("people", 2.0) if divided else None,
    )


@st.composite
def normalisations(
    draw: st.DrawFn, methods: tuple[Normalisation, ...], choices: Choices, *, positive: bool
) -> Normalise:
    """Any normalisation; below a geometric mean mostly one whose scores are all positive."""
    method = draw(st.sampled_from(methods))
    if positive and draw(st.integers(0, 9)) > 0:
        may = [m for m in methods if m not in MAY_BE_ZERO]
        if len(may) == 0:
            return Normalise()
        method = draw(st.sampled_from(may))
        return normalisation(method, lower=max(choices.lowers), log=draw(st.booleans()), cap=True)
    from_zero = method in (Normalisation.SHARE_OF_BEST, Normalisation.NONE)
    lower = 0.0 if from_zero else draw(st.sampled_from(choices.lowers))
    cap = True if not choices.uncapped else draw(st.booleans())
    log = draw(st.booleans()) if cap else False
    return normalisation(method, lower=lower, log=log, cap=cap, rescaled=draw(st.booleans()))


def normalisation(
    method: Normalisation, *, lower: float, log: bool, cap: bool, rescaled: bool = False
) -> Normalise:
    if method is Normalisation.FIXED:
        return Normalise(method, lower=lower, low=-4.0, high=30.0)
    if method is Normalisation.GOALPOSTS:
        return Normalise(method, lower=lower, low=2.0, high=17.0, log=log, cap=cap)
    if method is Normalisation.TWO_SIDED:
        return Normalise(method, lower=lower, low=-4.0, target=5.0, high=17.0, cap=cap)
    if method is Normalisation.DISTANCE_TO_TARGET:
        return Normalise(method, lower=lower, target=6.0, cap=cap)
    if method is Normalisation.DISTANCE_TO_UNIT:
        return Normalise(method, lower=lower, reference="u0", cap=cap)
    if method is Normalisation.Z_SCORE and rescaled:
        return Normalise(method, mean=50.0, sd=10.0)
    return Normalise(method, lower=lower)


@st.composite
def cells(
    draw: st.DrawFn, node: Node, recipe: NodeRecipe, units: tuple[str, ...], choices: Choices
) -> list[float | str]:
    """One column: numbers on a coarse grid (ties are likely), and what may stand in their place."""
    smallest = (
        -6 if recipe.normalise.method is not Normalisation.SHARE_OF_BEST else 0 if node.direction > 0 else 1
    )
    numbers = st.integers(smallest, 24).map(lambda whole: whole / 2.0)
    if draw(st.integers(0, 9)) == 0:
        numbers = st.just(draw(numbers))
    absent = [st.sampled_from(choices.absences)] if len(choices.absences) > 0 else []
    entries = st.one_of(numbers, numbers, numbers, *absent)
    return [draw(entries) for _ in units]
