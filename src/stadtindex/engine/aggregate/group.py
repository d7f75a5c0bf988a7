"""The children of one node, as every aggregation is given them."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from stadtindex.engine.arrays import Bools, Floats
from stadtindex.engine.column import Column
from stadtindex.engine.recipe import Combining

Combined = tuple[Floats, Floats]


@dataclass(frozen=True, eq=False)
class Group:
    """The children of one node: `scores` and `shares`, both (k, n); a unit's shares sum to 1, or are all 0.

    `options` are the parameters of the aggregation. `measured` is set for the bounds "all missing at worst / best": it
    is the group as it is. There nobody is to blame for a score of 0, so methods that refuse it for real scores take the
    limit; and methods that compare units let each unit's bound meet the others as measured.
    """

    codes: tuple[str, ...]
    units: tuple[str, ...]
    scores: Floats
    shares: Floats
    options: Combining = field(default_factory=Combining)
    measured: Self | None = None

    @property
    def hypothetical(self) -> bool:
        """Say whether these scores are bounds and not measured."""
        return self.measured is not None

    @property
    def actual(self) -> "Group":
        """Return the group as measured, to which scales are fitted."""
        return self if self.measured is None else self.measured

    def refuse(self, wrong: Bools, why: str) -> None:
        """Raise EngineError for the first child and unit where `wrong` (k, n) holds; `{x}` becomes the score."""
        for code, scores, here in zip(self.codes, self.scores, wrong, strict=True):
            Column(code, self.units, scores).refuse(here, why)


def within(group: Group, mean: Floats) -> Floats:
    """Keep a mean between the smallest and the largest of its parts, where rounding has pushed it out.

    So equal scores have exactly that score as their mean, whatever the weights, and ties stay ties. NaN where no
    child is present.
    """
    part = np.where(group.shares > 0.0, group.scores, np.nan)
    # Minimum and maximum are exact, so here the order of numpy's choosing does not matter.
    return np.minimum(np.maximum(mean, np.fmin.reduce(part, axis=0)), np.fmax.reduce(part, axis=0))


def inseparable(group: Group) -> Floats:
    """Return the contributions (k, n) to a value that has no parts: NaN for every child that counts, otherwise 0."""
    return np.where(group.shares > 0.0, np.nan, 0.0)


def nothing_as_missing(group: Group, values: Floats) -> Floats:
    """Put NaN where no child of the unit is present; shape (n,)."""
    return np.where((group.shares > 0.0).any(axis=0), values, np.nan)
