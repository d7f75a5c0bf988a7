"""Why a score and a rank changed: the exact Shapley split over five causes, own data further down the tree.

A coalition of causes is a state in which those have changed already and the others not yet; its worth to a unit is
the unit's score, and its rank, computed as rankings are. Units that one of the two sets lacks have the data of the
only state that knows them. A mixed state in which the unit has no score has no worth: see engine.attribution.game.

Reference: Shapley (1953), A value for n-person games, doi:10.1515/9781400881970-018; for the parts within own data
Owen (1977), Values of games with a priori unions, doi:10.1007/978-3-642-45494-3_7.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import numpy as np

from stadtindex.engine.arrays import Bools
from stadtindex.engine.attribution.game import coalition_weights, shapley_ranks, shapley_scores
from stadtindex.engine.attribution.mix import Cause, Coalition, Pair, Side, State
from stadtindex.engine.attribution.outcome import Outcome
from stadtindex.engine.attribution.own import Part, add_up, own_parts
from stadtindex.engine.attribution.stack import outcomes
from stadtindex.engine.errors import EngineError
from stadtindex.engine.results import Results

CAUSES = tuple(Cause)
# Every coalition, in the order that engine.attribution.game asks for: bit i says that cause i is in.
COALITIONS: tuple[Coalition, ...] = tuple(
    frozenset(cause for cause, inside in zip(CAUSES, reversed(bits), strict=True) if inside)
    for bits in product((False, True), repeat=len(CAUSES))
)
Progress = Callable[[int, int], None]
# So many units' scores in mixed states are kept at once, to bound the memory.
KEPT = 100_000


@dataclass(frozen=True)
class Split:
    """The change of one unit: score and rank of both states, and what each cause adds to the change.

    Scores are those that are ranked (rounded once); `score` adds up to the change to 1e-9, `rank` exactly. A rank part
    is positive where it moved the unit down. `own` are the parts of own data by domain and indicator; empty where not
    asked for, and where they cannot be told. `unscored` are the mixed states in which the unit has no score, each by
    the causes that had changed: what lies across them is shared equally.
    """

    unit: str
    score_before: float
    score_after: float
    rank_before: int
    rank_after: int
    score: dict[Cause, float]
    rank: dict[Cause, Fraction]
    own: tuple[Part, ...] = ()
    unscored: tuple[Coalition, ...] = ()


class Attribution:
    """All that is needed to split the changes of any number of units; what units share is computed once.

    A cause that changes nothing is not varied. With own and others' data both changed or both not, a coalition is the
    same for all units (16 states at most); the others belong to one unit (16 more at most).
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
        self._shared: dict[_Place, Outcome] = {}
        self._of_units: dict[_Place, Outcome] = {}

    def _method_changes(self) -> bool:
        before, after = self.pair.before, self.pair.after
        columns = set(before.table.columns)
        same_data = all(self.pair.carried.get(code) == code for code in columns | set(after.table.columns))
        same_keys = set(before.keys()) == set(after.keys())
        return not (same_data and same_keys and before.same_method(after))

    def split(self, unit: str, *, own_depth: int = 0) -> Split:
        """Split the change of a unit in both states; own data to domains (`own_depth` 1) or indicators (2).

        EngineError for a unit that is not in both states, and for one without a score in one of them.
        """
        for state in (self.pair.before, self.pair.after):
            if unit not in state.table.units:
                raise EngineError("is not in both states, so that there is no change to explain", unit=unit)
        self._compute([unit])
        return self._split(unit, own_depth)

    def all(self, *, own_depth: int = 0, progress: Progress | None = None) -> Iterator[Split | EngineError]:
        """Split the change of every unit in both states, in the order of `after`; an error where one cannot be split."""
        both = [unit for unit in self.pair.after.table.units if unit in set(self.pair.before.table.units)]
        together = max(1, KEPT // len(self.units) // len(COALITIONS))
        for done, unit in enumerate(both):
            if progress is not None:
                progress(done, len(both))
            if done % together == 0:
                self._compute(both[done : done + together])
            try:
                yield self._split(unit, own_depth)
            except EngineError as problem:
                yield problem

    def _split(self, unit: str, own_depth: int) -> Split:
        varied = self._varied(unit)
        players = tuple(cause for cause in CAUSES if cause in varied)
        found = {c: self._outcome(unit, c) for c in COALITIONS if c <= varied}
        for coalition, which in ((frozenset[Cause](), "before"), (varied, "after")):
            _check_end(found[coalition], unit, which)
        scores = np.array([outcome.score(unit) for outcome in found.values()])
        ranks = np.array([outcome.rank(unit) for outcome in found.values()])
        score = dict(zip(players, shapley_scores(scores), strict=True))
        rank = dict(zip(players, shapley_ranks(ranks, ranks > 0), strict=True))
        unscored = tuple(c for c, outcome in found.items() if outcome.rank(unit) == 0)
        asked = own_depth > 0 and Cause.OWN in varied and len(unscored) == 0
        return Split(
            unit=unit,
            score_before=float(scores[0]),
            score_after=float(scores[-1]),
            rank_before=int(ranks[0]),
            rank_after=int(ranks[-1]),
            score={cause: score.get(cause, 0.0) for cause in CAUSES},
            rank={cause: rank.get(cause, Fraction(0)) for cause in CAUSES},
            own=self._own(unit, varied, found, own_depth) if asked else (),
            unscored=unscored,
        )

    def _varied(self, unit: str) -> Coalition:
        """Say which causes change anything, as seen from a unit."""
        at = self._at[unit]
        others = self._moves.copy()
        others[at] = False
        changes = {
            Cause.OWN: bool(self._moves[at]),
            Cause.OTHERS: bool(others.any()),
            Cause.METHOD: len(self._sides) > 1,
            Cause.UNITS: not self._same_units(),
            Cause.CORRECTIONS: bool(self._corrects.any()),
        }
        return frozenset(cause for cause, does in changes.items() if does)

    def _place(self, unit: str, coalition: Coalition) -> "tuple[_Place, Bools]":
        """Say under which name the outcome of a coalition is kept, and whose data (all units,) are those of now."""
        at, moved = self._at[unit], np.full(len(self.units), Cause.OTHERS in coalition)
        moved[at] = Cause.OWN in coalition
        moved &= self._moves
        alike = (not moved.any()) or bool((moved == self._moves).all())
        shared = coalition - {Cause.OWN, Cause.OTHERS} | ({Cause.OWN, Cause.OTHERS} if moved.any() else set())
        return (None, shared) if alike else (unit, coalition), moved

    def _outcome(self, unit: str, coalition: Coalition) -> Outcome:
        place, _ = self._place(unit, coalition)
        return (self._shared if place[0] is None else self._of_units)[place]

    def _compute(self, units: Sequence[str]) -> None:
        """Compute what the units' coalitions need and is not there; what belonged to other units is forgotten."""
        self._of_units = {}
        wanted: dict[Coalition, dict[_Place, State]] = {}
        for unit in units:
            varied = self._varied(unit)
            for coalition in (c for c in COALITIONS if c <= varied):
                place, moved = self._place(unit, coalition)
                method = wanted.setdefault(coalition - {Cause.OWN, Cause.OTHERS}, {})
                if place not in self._shared and place not in method:
                    method[place] = self._state(coalition, moved)
        for states in wanted.values():
            for place, outcome in zip(states, outcomes(list(states.values())), strict=True):
                (self._shared if place[0] is None else self._of_units)[place] = outcome

    def _state(self, coalition: Coalition, moved: Bools) -> State:
        side = self._sides[len(self._sides) == 1 or Cause.METHOD in coalition]
        chosen = self.pair.after if Cause.UNITS in coalition else self.pair.before
        units = self.pair.after.table.units if self._same_units() else chosen.table.units
        return side.state(units, moved, corrected=Cause.CORRECTIONS in coalition)

    def _same_units(self) -> bool:
        return set(self.pair.before.table.units) == set(self.pair.after.table.units)

    def _own(
        self, unit: str, varied: Coalition, found: dict[Coalition, Outcome], depth: int
    ) -> tuple[Part, ...]:
        """Split own data in every coalition of the other causes, and add up with the weights of these."""
        weights = coalition_weights(len(varied))
        parts = [
            (weights[len(c)], own_parts(found[c], found[c | {Cause.OWN}], unit, depth))
            for c in found
            if Cause.OWN not in c
        ]
        return add_up(parts)


# Whose state it is (None: that of all units alike), and which causes have changed in it.
_Place = tuple[str | None, Coalition]


def _check_end(outcome: Outcome, unit: str, which: str) -> None:
    if outcome.problem is not None:
        raise outcome.problem
    if outcome.rank(unit) == 0:
        raise EngineError(
            f"has no score in the state {which}, so that there is no change to split", unit=unit
        )


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
    other = replace(state, table=changed)
    return state.compute(), other.compute()
