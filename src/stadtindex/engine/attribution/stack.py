"""Many states with the same method and the same units, computed side by side.

Explaining the changes of a hundred units takes more than a thousand rankings that differ in a row or two. Where the
methods allow it, they are computed together: arrays (states, units) instead of (units,). The operations are those of
`engine.compute` in the same order, so the scores are the same to the last bit. The first state is computed the plain
way as well and stands witness; where the two differ, or a choice is not known here, all states are computed plainly.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from stadtindex.engine.aggregate.group import Group
from stadtindex.engine.aggregate.methods import AGGREGATIONS
from stadtindex.engine.arrays import LARGEST, NOISE, Bools, Codes, Floats, canonical, present, sum_in_order
from stadtindex.engine.attribution.mix import State
from stadtindex.engine.attribution.outcome import Foot, Outcome, cut_of, plainly
from stadtindex.engine.attribution.upper import ALONE_COMBINE, ALONE_WEIGH
from stadtindex.engine.column import Column
from stadtindex.engine.denominate import denominate
from stadtindex.engine.errors import EngineError
from stadtindex.engine.normalise.methods import NORMALISATIONS
from stadtindex.engine.normalise.scale import between
from stadtindex.engine.rank import rank, round_once
from stadtindex.engine.recipe import Missing, NodeRecipe, Normalisation, Recipe
from stadtindex.engine.results import Results
from stadtindex.engine.table import Cell

# So many rows (a unit in a state) are computed at once: what belongs together stays in the processor's cache.
ROWS = 10_000
# With fewer states than this, being the witness would be most of the work.
FEW = 3


def outcomes(states: Sequence[State]) -> list[Outcome]:
    """Compute states that share tree, recipe and units; in their order."""
    if len(states) < FEW or not known(states[0].recipe):
        return [plainly(state) for state in states]
    size = max(FEW, ROWS // len(states[0].table.units))
    found: list[Outcome] = []
    for start in range(0, len(states), size):
        part = states[start : start + size]
        found += _together(part) or [plainly(state) for state in part]
    return found


def known(recipe: Recipe) -> bool:
    """Say whether every choice of a recipe is one that is known here; what comes to be added is not."""
    if recipe != Recipe(recipe.nodes, recipe.decimals):
        return False
    return all(
        chosen.weigh in ALONE_WEIGH
        and chosen.combine in ALONE_COMBINE
        and chosen
        == NodeRecipe(
            normalise=chosen.normalise,
            weigh=chosen.weigh,
            combine=chosen.combine,
            combining=chosen.combining,
            threshold=chosen.threshold,
            missing=chosen.missing,
            unanswered=chosen.unanswered,
            denominator=chosen.denominator,
            bonus_cap=chosen.bonus_cap,
            bonus_top=chosen.bonus_top,
        )
        for chosen in recipe.nodes.values()
    )


def _together(states: Sequence[State]) -> list[Outcome] | None:
    """Compute the states side by side; None where the methods refuse one of them, or the witness disagrees."""
    witness = plainly(states[0])
    if witness.problem is not None:
        return None
    try:
        with np.errstate(all="ignore"):
            stack = _Stack(states, witness.results)
            found = list(stack.outcomes())
    except EngineError:
        return None
    first = found[0]
    agrees = first.rounded.tobytes() == witness.rounded.tobytes() and all(
        first.feet[code].same(foot) for code, foot in witness.feet.items()
    )
    return found if agrees else None


@dataclass(eq=False)
class _Stack:
    """Arrays (states, units) by node: `score`, and `stands` (something applies, and the column has not dropped out)."""

    states: Sequence[State]
    witness: Results
    score: dict[str, Floats] = field(default_factory=dict)
    stands: dict[str, Bools] = field(default_factory=dict)

    def __post_init__(self) -> None:
        first = self.states[0]
        self.tree, self.recipe = first.tree, first.recipe
        self.shape = (len(self.states), len(first.table.units))
        self.column = {code: index for index, code in enumerate(first.table.columns)}
        self.values: Floats = np.stack([state.table.values for state in self.states])
        self.cells: Codes = np.stack([state.table.cells for state in self.states])
        for code in self.tree.postorder():
            (self._leaf if self.tree.is_leaf(code) else self._inner)(code)

    def outcomes(self) -> Iterator[Outcome]:
        rounded = canonical(round_once(self.score[self.tree.root], self.recipe.decimals))
        feet = {
            code: (np.where(self.stands[code], self.score[code], np.nan), self.stands[code])
            for code in cut_of(self.tree)
        }
        for at, state in enumerate(self.states):
            columns = {code: Foot(values[at], counts[at]) for code, (values, counts) in feet.items()}
            yield Outcome(state, rounded[at], rank(rounded[at]), columns)

    def _beside(self, code: str, given: Sequence[Mapping[str, Floats]]) -> Floats:
        return np.stack([columns[code] for columns in given])

    def _leaf(self, code: str) -> None:
        chosen = self.recipe.nodes[code]
        values, cells = self.values[:, :, self.column[code]], self.cells[:, :, self.column[code]]
        noise = np.zeros(self.shape[0])
        if chosen.denominator is not None:
            name = chosen.denominator.column
            by = self._beside(name, [state.denominators for state in self.states])
            cells = np.where((cells == Cell.VALUE) & np.isnan(by), np.int8(Cell.MISSING), cells)
            values = self._flat(denominate(self._column(code, values), chosen.denominator, by.reshape(-1)))
            noise = _noise(values)
        score, worst, constant = self._place(code, values, noise)
        for kind, rule in ((Cell.MISSING, chosen.missing), (Cell.UNANSWERED, chosen.unanswered)):
            if rule is Missing.ZERO:
                score = np.where(cells == kind, worst[:, np.newaxis], score)
        self.score[code] = score
        self.stands[code] = (cells != Cell.NOT_APPLICABLE) & ~constant[:, np.newaxis]

    def _inner(self, code: str) -> None:
        chosen, children = self.recipe.nodes[code], self.tree.children(code)
        weights = np.array([[self.witness.weight[child][0]] for child in children])
        scores = np.stack([self.score[child].reshape(-1) for child in children])
        stands = np.stack([self.stands[child].reshape(-1) for child in children]) & (weights > 0.0)
        there = np.where(stands & present(scores), weights, 0.0)
        total, wanted = sum_in_order(there), sum_in_order(np.where(stands, weights, 0.0))
        enough = (total > 0.0) & (total >= (chosen.threshold - NOISE) * wanted)
        shares = np.where(enough, there / total, 0.0)
        units = self.states[0].table.units * self.shape[0]
        combined = self._flat(
            AGGREGATIONS[chosen.combine](Group(children, units, scores, shares, chosen.combining))[0]
        )
        if chosen.bonus_cap is not None and code in self.states[0].bonus:
            points = self._beside(code, [state.bonus for state in self.states])
            combined = with_bonus(combined, points, chosen)
        self.score[code], _, constant = self._place(code, combined, _noise(combined))
        self.stands[code] = stands.any(axis=0).reshape(self.shape) & ~constant[:, np.newaxis]

    def _place(self, code: str, values: Floats, noise: Floats) -> tuple[Floats, Floats, Bools]:
        """Normalise the columns of all states; with the scores, the worst (states,) and who dropped out (states,)."""
        method = self.recipe.nodes[code].normalise.method
        if method is Normalisation.MIN_MAX:
            placed, worst, constant = self._min_max(code, values, noise)
        elif method is Normalisation.FIXED:
            placed, worst, constant = self._fixed(code, values)
        else:
            placed, worst, constant = self._one_by_one(code, values, noise)
        if (present(values) & ~(np.abs(placed) <= LARGEST) & ~constant[:, np.newaxis]).any():
            raise EngineError("gives a score that cannot be computed with", node=code)
        return placed, worst, constant

    def _min_max(self, code: str, values: Floats, noise: Floats) -> tuple[Floats, Floats, Bools]:
        options, direction = self.recipe.nodes[code].normalise, self.tree.node(code).direction
        low, high = np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
        constant = ~(high - low > noise)
        ends = low[:, np.newaxis], high[:, np.newaxis]
        placed = between(np.clip(values, *ends), *ends, direction, options)
        placed[constant] = np.nan
        return placed, np.where(constant, np.nan, options.lower), constant

    def _fixed(self, code: str, values: Floats) -> tuple[Floats, Floats, Bools]:
        options = self.recipe.nodes[code].normalise
        column = self._column(code, values)
        scale = NORMALISATIONS[options.method](column, options)
        nothing = np.zeros(self.shape[0], dtype=np.bool_)
        return self._flat(scale.place(column.values)), np.full(self.shape[0], scale.worst), nothing

    def _one_by_one(self, code: str, values: Floats, noise: Floats) -> tuple[Floats, Floats, Bools]:
        """Fit the scale of every state, once for states whose columns are equal."""
        options, direction = self.recipe.nodes[code].normalise, self.tree.node(code).direction
        placed, scales = np.empty(self.shape), {}
        worst, constant = np.empty(self.shape[0]), np.empty(self.shape[0], dtype=np.bool_)
        for at, row in enumerate(values):
            key = row.tobytes()
            if key not in scales:
                column = Column(code, self.states[at].table.units, row, direction, float(noise[at]))
                scale = NORMALISATIONS[options.method](column, options)
                scales[key] = scale.place(row), scale
            placed[at], scale = scales[key]
            worst[at], constant[at] = scale.worst, scale.constant
        return placed, worst, constant

    def _column(self, code: str, values: Floats) -> Column:
        units = self.states[0].table.units * self.shape[0]
        return Column(code, units, values.reshape(-1), self.tree.node(code).direction)

    def _flat(self, values: Floats) -> Floats:
        return values.reshape(self.shape)


def with_bonus(combined: Floats, points: Floats, chosen: NodeRecipe) -> Floats:
    """Add bonus points, any shape: at most the cap, never beyond the top, none to what is missing."""
    if chosen.bonus_cap is None:
        return combined
    room = np.maximum(chosen.bonus_top - combined, 0.0)
    added = np.minimum(np.minimum(points, chosen.bonus_cap), room)
    return combined + np.where(np.isnan(combined), 0.0, added)


def _noise(values: Floats) -> Floats:
    """Return the trace of the magnitude of computed columns (states, units) up to which values count as the same."""
    largest = np.fmax.reduce(np.abs(values), axis=1)
    return NOISE * np.where(np.isnan(largest), 0.0, largest)
