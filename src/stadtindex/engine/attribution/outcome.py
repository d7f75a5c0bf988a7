"""What came out of one state: scores and ranks, and the columns two levels below the root that they came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, Ints
from stadtindex.engine.attribution.mix import State
from stadtindex.engine.errors import EngineError
from stadtindex.engine.results import Results
from stadtindex.engine.tree import Tree

DEPTH = 2


def cut_of(tree: Tree) -> tuple[str, ...]:
    """List the nodes two levels below the root, and the leaves above them, in the order of the tree."""
    return tuple(
        node.code
        for node in tree.nodes
        if tree.depth(node.code) == DEPTH or (tree.depth(node.code) < DEPTH and tree.is_leaf(node.code))
    )


@dataclass(frozen=True, eq=False)
class Foot:
    """One column at the foot: `values` (n,), NaN where none, and `counts` (n,): what stands to count for a unit."""

    values: Floats
    counts: Bools

    def same(self, other: "Foot") -> bool:
        """Say whether two columns are equal; NaN equals NaN."""
        return np.array_equal(self.values, other.values, equal_nan=True) and np.array_equal(
            self.counts, other.counts
        )


@dataclass(frozen=True, eq=False)
class Outcome:
    """A state and what came out of it: `rounded` (n,) and `ranks` (n,) at the root, and the columns at the foot.

    Where the methods refuse the state, `problem` says why, nobody has a score, and there are no columns.
    """

    state: State
    rounded: Floats
    ranks: Ints
    feet: Mapping[str, Foot]
    problem: EngineError | None = None

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {unit: row for row, unit in enumerate(self.state.table.units)}

    def row(self, unit: str) -> int:
        """Return the place of a unit in the arrays."""
        return self._rows[unit]

    def score(self, unit: str) -> float:
        """Return the ranked score of a unit; NaN without one."""
        return float(self.rounded[self.row(unit)])

    def rank(self, unit: str) -> int:
        """Return the rank of a unit; 0 without a score."""
        return int(self.ranks[self.row(unit)])

    @cached_property
    def results(self) -> Results:
        """Compute the state once more, with everything in between."""
        return self.state.compute()


def plainly(state: State) -> Outcome:
    """Compute one state with the function that makes rankings."""
    try:
        results = state.compute()
    except EngineError as problem:
        nobody = np.full(len(state.table.units), np.nan)
        return Outcome(state, nobody, np.zeros(len(nobody), dtype=np.int64), {}, problem)
    root, stands = results.tree.root, considered(results)
    feet = {
        code: Foot(np.where(stands[code], results.score[code], np.nan), stands[code])
        for code in cut_of(results.tree)
    }
    return Outcome(state, results.rounded[root], results.rank[root], feet)


def considered(results: Results) -> Mapping[str, Bools]:
    """Say for every node which units (n,) it stands to count for: something applies, and no column has dropped out."""
    found: dict[str, Bools] = {}
    for code in results.tree.postorder():
        if results.tree.is_leaf(code):
            stands = results.applicable[code]
        else:
            below = [found[child] & (results.weight[child] > 0.0) for child in results.tree.children(code)]
            stands = np.logical_or.reduce(below)
        found[code] = stands & (code not in results.constant)
    return found
