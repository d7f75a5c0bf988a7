"""Why a score and a rank changed: the exact Shapley split over five causes, own data further down the tree.

A coalition of causes is a state in which those have changed already and the others not yet; its worth to a unit is
the unit's score, and its rank, computed by the very function that makes rankings. Units that one of the two sets
lacks have the data of the only state that knows them.

Reference: Shapley (1953), A value for n-person games, doi:10.1515/9781400881970-018; for the parts within own data
Owen (1977), Values of games with a priori unions, doi:10.1007/978-3-642-45494-3_7.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from stadtindex.engine.arrays import Bools
from stadtindex.engine.attribution.game import coalition_weights, shapley_ranks, shapley_scores
from stadtindex.engine.attribution.mix import Cause, Coalition, Pair, Side, State
from stadtindex.engine.attribution.own import Part, Step, add_up, own_parts
from stadtindex.engine.errors import EngineError
from stadtindex.engine.results import Results

CAUSES = tuple(Cause)
# Every coalition, in the order that engine.attribution.game asks for: bit i says that cause i is in.
COALITIONS: tuple[Coalition, ...] = tuple(
    frozenset(cause for cause, inside in zip(CAUSES, reversed(bits), strict=True) if inside)
    for bits in product((False, True), repeat=len(CAUSES))
)
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Split:
    """The change of one unit: score and rank of both states, and what each cause adds to the change.

    Scores are those that are ranked (rounded once); `score` adds up to the change to 1e-9, `rank` exactly. A rank part
    is positive where it moved the unit down. `own` are the parts of own data by domain and indicator; empty where not
    asked for.
    """

    unit: str
    score_before: float
    score_after: float
    rank_before: int
    rank_after: int
    score: dict[Cause, float]
    rank: dict[Cause, Fraction]
    own: tuple[Part, ...] = ()


class Attribution:
    """All that is needed to split the changes of any number of units; what units share is computed once.

    A cause that changes nothing is not varied. With own and others' data both changed or both not, a coalition is the
    same for all units (16 computations at most); the others are computed per unit (16 more at most).
    """

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        before, after = pair.before, pair.after
        known = dict.fromkeys((*before.table.units, *after.table.units))
        self.units = tuple(known)
        self._at = {unit: row for row, unit in enumerate(self.units)}
        self._sides = {
            later: Side.build(pair, self.units, after=later)
            for later in ((False, True) if self._method_changes() else (True,))
        }
        sides = self._sides.values()
        self._moves: Bools = np.logical_or.reduce([side.moves() for side in sides])
        self._corrects: Bools = np.logical_or.reduce([side.corrects() for side in sides])
        self._shared: dict[Coalition, Step] = {}

    def _method_changes(self) -> bool:
        before, after = self.pair.before, self.pair.after
        columns = set(before.table.columns)
        same_data = all(self.pair.carried.get(code) == code for code in columns | set(after.table.columns))
        same_keys = set(before.keys()) == set(after.keys())
        return not (same_data and same_keys and before.same_method(after))

    def split(self, unit: str, *, own_depth: int = 0) -> Split:
        """Split the change of a unit in both states; own data to domains (`own_depth` 1) or indicators (2).

        EngineError for a unit that is not in both states, and for one without a score in one of the coalitions.
        """
        for state in (self.pair.before, self.pair.after):
            if unit not in state.table.units:
                raise EngineError("is not in both states, so that there is no change to explain", unit=unit)
        varied = self._varied(unit)
        players = tuple(cause for cause in CAUSES if cause in varied)
        coalitions = [c for c in COALITIONS if c <= varied]
        memory: dict[Coalition, Step] = {}
        steps = {c: self._step(unit, c, memory) for c in coalitions}
        scores = np.array([steps[c].score(unit) for c in coalitions])
        ranks = np.array([steps[c].rank(unit) for c in coalitions])
        score = dict(zip(players, shapley_scores(scores), strict=True))
        rank = dict(zip(players, shapley_ranks(ranks), strict=True))
        own = self._own(unit, varied, steps, own_depth) if own_depth > 0 and Cause.OWN in varied else ()
        return Split(
            unit=unit,
            score_before=float(scores[0]),
            score_after=float(scores[-1]),
            rank_before=int(ranks[0]),
            rank_after=int(ranks[-1]),
            score={cause: score.get(cause, 0.0) for cause in CAUSES},
            rank={cause: rank.get(cause, Fraction(0)) for cause in CAUSES},
            own=own,
        )

    def all(self, *, own_depth: int = 0, progress: Progress | None = None) -> Iterator[Split | EngineError]:
        """Split the change of every unit in both states, in the order of `after`; an error where one cannot be split."""
        both = [unit for unit in self.pair.after.table.units if unit in set(self.pair.before.table.units)]
        for done, unit in enumerate(both):
            if progress is not None:
                progress(done, len(both))
            try:
                yield self.split(unit, own_depth=own_depth)
            except EngineError as problem:
                yield problem

    def _varied(self, unit: str) -> Coalition:
        """Say which causes change anything, as seen from a unit."""
        at = self._at[unit]
        others = self._moves.copy()
        others[at] = False
        changes = {
            Cause.OWN: bool(self._moves[at]),
            Cause.OTHERS: bool(others.any()),
            Cause.METHOD: len(self._sides) > 1,
            Cause.UNITS: set(self.pair.before.table.units) != set(self.pair.after.table.units),
            Cause.CORRECTIONS: bool(self._corrects.any()),
        }
        return frozenset(cause for cause, does in changes.items() if does)

    def _step(self, unit: str, coalition: Coalition, memory: dict[Coalition, Step]) -> Step:
        """Compute the state of a coalition, or remember it."""
        at, moved = self._at[unit], np.full(len(self.units), Cause.OTHERS in coalition)
        moved[at] = Cause.OWN in coalition
        moved &= self._moves
        alike = (not moved.any()) or bool((moved == self._moves).all())
        shared = coalition - {Cause.OWN, Cause.OTHERS} | ({Cause.OWN, Cause.OTHERS} if moved.any() else set())
        store, key = (self._shared, shared) if alike else (memory, coalition)
        if key not in store:
            state = self._state(coalition, moved)
            store[key] = Step(state, state.compute())
        step = store[key]
        if step.rank(unit) == 0:
            names = ", ".join(sorted(coalition)) if len(coalition) > 0 else "nothing"
            raise EngineError(f"has no score once this has changed and the rest not: {names}", unit=unit)
        return step

    def _state(self, coalition: Coalition, moved: Bools) -> State:
        side = self._sides[len(self._sides) == 1 or Cause.METHOD in coalition]
        chosen = self.pair.after if Cause.UNITS in coalition else self.pair.before
        units = self.pair.after.table.units if self._same_units() else chosen.table.units
        return side.state(units, moved, corrected=Cause.CORRECTIONS in coalition)

    def _same_units(self) -> bool:
        return set(self.pair.before.table.units) == set(self.pair.after.table.units)

    def _own(
        self, unit: str, varied: Coalition, steps: dict[Coalition, Step], depth: int
    ) -> tuple[Part, ...]:
        """Split own data in every coalition of the other causes, and add up with the weights of these."""
        weights = coalition_weights(len(varied))
        found = [
            (weights[len(c)], own_parts(steps[c], steps[c | {Cause.OWN}], unit, depth))
            for c in steps
            if Cause.OWN not in c
        ]
        return add_up(found)


def whatif(state: State, unit: str, changes: dict[str, float]) -> tuple[Results, Results]:
    """Compute a state as it is, and with other values in the columns named, for one unit; the others stay unchanged.

    A changed cell becomes a value whatever it was before; values are in the units of the table's columns. EngineError
    for an unknown unit or column, and for a value that cannot be.
    """
    table = state.table
    if unit not in table.units:
        raise EngineError("the table has no such unit", unit=unit)
    values, cells, row = table.values.copy(), table.cells.copy(), table.units.index(unit)
    for code, value in changes.items():
        if code not in table.columns:
            raise EngineError("the table has no such column", column=code)
        values[row, table.columns.index(code)] = value
        cells[row, table.columns.index(code)] = 0
    changed = type(table)(table.units, table.columns, values, cells)
    other = State(state.tree, changed, state.recipe, state.denominators, state.bonus)
    return state.compute(), other.compute()
