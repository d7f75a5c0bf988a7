"""What is uncertain about an index: choices with alternatives, and numbers with an error."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import prod

import numpy as np

from stadtindex.engine.arrays import LARGEST, Floats
from stadtindex.engine.errors import EngineError
from stadtindex.engine.impute.gaps import Impute
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.recipe import Aggregation, Missing, Normalise
from stadtindex.engine.treat.options import Treat

# Draws are made, computed and counted in blocks of this size, whatever the number of workers.
BLOCK = 256
# So many combinations of choices about leaves are worked out at most: each is the whole table once.
MOST = 1024


@dataclass(frozen=True)
class ScaleChoice:
    """One leaf is put on its scale by one of the options: a number among them that may lie in a range, cut into steps."""

    leaf: str
    options: tuple[Normalise, ...]

    def __post_init__(self) -> None:
        if len(self.options) == 0:
            raise EngineError("the choice of a scale has no option", node=self.leaf)


@dataclass(frozen=True)
class CombineChoice:
    """The nodes at this depth (the root has 0) combine their children by one of the options, drawn anew each time."""

    depth: int
    options: tuple[Aggregation, ...]

    def __post_init__(self) -> None:
        if len(self.options) == 0:
            raise EngineError(f"the choice of aggregation at depth {self.depth} has no option")


@dataclass(frozen=True)
class WeightNoise:
    """The weights of the nodes at this depth (the root has 0) vary among siblings; give one of the two measures.

    `concentration` draws each family of siblings from a Dirichlet distribution with parameters concentration · weight,
    the weights summing to 1: the mean is the weight, and the larger the concentration the smaller the noise. `share`
    multiplies each weight by a factor uniform in 1 - share .. 1 + share, 0 < share < 1. Weights of 0 stay 0.
    """

    depth: int
    concentration: float | None = None
    share: float | None = None

    def __post_init__(self) -> None:
        if (self.concentration is None) == (self.share is None):
            raise EngineError("weight noise has either a concentration or a share: give one of the two")
        if self.concentration is not None and not 0.0 < self.concentration <= 1e9:
            raise EngineError(f"a concentration lies above 0 and up to 1e9, not {self.concentration!r}")
        if self.share is not None and not 0.0 < self.share < 1.0:
            raise EngineError(f"the share of weight noise lies between 0 and 1, not {self.share!r}")


class ErrorKind(StrEnum):
    """How a measured value may be wrong."""

    RELATIVE = "relative"
    BINOMIAL = "binomial"
    FLIP = "flip"
    STEP = "step"


@dataclass(frozen=True)
class MeasurementError:
    """The error of measurement of one leaf, drawn anew for every unit in every draw.

    `size` is one number, or one for each unit in the order of the table. RELATIVE (counts, rates): the value times
    1 + size · N(0, 1). BINOMIAL (shares 0..`top`): the share found in a sample of `size` drawn from the value. FLIP
    (yes/no, 1 or 0): the value turns with probability `size`. STEP (one of the `levels`, which rise): the value moves
    one level up or one down, each with probability size / 2; beyond the ends it stays.
    """

    leaf: str
    kind: ErrorKind
    size: float | tuple[float, ...]
    top: float = 1.0
    levels: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        several = isinstance(self.size, tuple)
        for size in self.size if isinstance(self.size, tuple) else (self.size,):
            self._check_size(size, least_is_fine=several)
        if not 0.0 < self.top <= LARGEST:
            raise EngineError(f"the top of a share is a number > 0, not {self.top!r}", node=self.leaf)
        rising = all(one < other for one, other in pairwise(self.levels))
        if self.kind is ErrorKind.STEP and (len(self.levels) < 2 or not rising):
            raise EngineError(f"steps need two levels or more that rise, not {self.levels!r}", node=self.leaf)

    def _check_size(self, size: float, *, least_is_fine: bool) -> None:
        if self.kind is ErrorKind.BINOMIAL:
            if not (1 <= size < 2**31 and float(size).is_integer()):
                raise EngineError(f"a sample has a whole size >= 1, not {size!r}", node=self.leaf)
        elif not (0.0 < size <= 1.0 or (least_is_fine and size == 0.0)):
            what = "a relative error" if self.kind is ErrorKind.RELATIVE else "a probability of error"
            raise EngineError(f"{what} lies in 0..1, not {size!r}", node=self.leaf)

    def sizes(self, units: int) -> Floats:
        """Return the size for each of so many units (n,); EngineError where there are other than so many."""
        if isinstance(self.size, tuple) and len(self.size) != units:
            raise EngineError(f"{len(self.size)} sizes of error for {units} units", node=self.leaf)
        return np.broadcast_to(np.array(self.size, dtype=np.float64), (units,))


@dataclass(frozen=True)
class Uncertainty:
    """Everything that is drawn anew in each replicate; what is not named here stays as the recipe says.

    `treat`: alternatives for the treatment of all leaves in `treat_leaves` (None: every leaf), one drawn for all of
    them; `normalise` and `normalise_leaves` alike. `impute`: alternatives for the leaves whose gaps are imputed.
    `missing`: alternatives for the rule of missing cells, one drawn for all leaves. `scales`: alternatives for the
    scale of single leaves, each drawn by itself. `combine`: per depth. `weights`:
    per depth. `leave_out`: none of these nodes, or exactly one of them, is left out, each with equal
    probability. `errors`: errors of measurement. All draws are independent of each other.
    """

    treat: tuple[Treat, ...] = ()
    treat_leaves: tuple[str, ...] | None = None
    impute: tuple[Impute, ...] = ()
    normalise: tuple[Normalise, ...] = ()
    normalise_leaves: tuple[str, ...] | None = None
    missing: tuple[Missing, ...] = ()
    scales: tuple[ScaleChoice, ...] = ()
    combine: tuple[CombineChoice, ...] = ()
    weights: tuple[WeightNoise, ...] = ()
    leave_out: tuple[str, ...] = ()
    errors: tuple[MeasurementError, ...] = ()

    def __post_init__(self) -> None:
        _once([choice.depth for choice in self.combine], "aggregation at depth")
        _once([noise.depth for noise in self.weights], "weight noise at depth")
        _once(list(self.leave_out), "leaving out")
        _once([error.leaf for error in self.errors], "measurement error of")
        _once([choice.leaf for choice in self.scales], "the scale of")
        for choice in self.scales:
            chosen = self.normalise_leaves is None or choice.leaf in self.normalise_leaves
            if len(self.normalise) > 0 and chosen:
                raise EngineError("has alternatives for its scale twice", node=choice.leaf)
        if prod(self.leaf_choices.values()) > MOST:
            raise EngineError(f"more than {MOST} combinations of choices about leaves cannot be worked out")

    @property
    def leaf_choices(self) -> Mapping[str, int]:
        """Return the choices about leaves and among how many options each is; an alternative is one of each.

        Alternatives are numbered with the last choice running fastest.
        """
        choices = {
            "treat": len(self.treat),
            "impute": len(self.impute),
            "normalise": len(self.normalise),
            "missing": len(self.missing),
        }
        choices |= {f"scale {choice.leaf}": len(choice.options) for choice in self.scales}
        return {name: max(1, options) for name, options in choices.items()}

    def check(self, given: Inputs) -> None:
        """Raise EngineError where the plan names a node or a depth that the tree has not, or cannot do without."""
        tree = given.tree
        if tree.is_leaf(tree.root):
            raise EngineError("a tree of a single node has nothing to combine", node=tree.root)
        inner = {tree.depth(node.code) for node in tree.nodes if not tree.is_leaf(node.code)}
        for choice in self.combine:
            if choice.depth not in inner:
                raise EngineError(f"no node at depth {choice.depth} has children to combine")
        for noise in self.weights:
            if noise.depth - 1 not in inner:
                raise EngineError(f"no node at depth {noise.depth} has a weight that could vary")
        self._check_leaves(given)
        for code in self.leave_out:
            self._check_left_out(given, code)

    def _check_leaves(self, given: Inputs) -> None:
        single = [choice.leaf for choice in self.scales]
        for leaf in (*(self.normalise_leaves or ()), *(self.treat_leaves or ()), *single):
            if leaf not in given.tree.leaves:
                raise EngineError("only leaves have alternatives of normalisation and treatment", node=leaf)
        for error in self.errors:
            if error.leaf not in given.tree.leaves:
                raise EngineError("only leaves are measured", node=error.leaf)
            error.sizes(len(given.table.units))

    def _check_left_out(self, given: Inputs, code: str) -> None:
        parent = given.tree.parent(code)
        if parent is None:
            raise EngineError("the root cannot be left out", node=code)
        counting = [child for child in given.tree.children(parent) if given.tree.node(child).weight > 0.0]
        if code not in counting:
            raise EngineError("weighs 0, leaving it out changes nothing", node=code)
        if len(counting) == 1:
            raise EngineError(f"is all that counts in {parent!r} and cannot be left out", node=code)


def _once(named: list[int] | list[str], what: str) -> None:
    for index, name in enumerate(named):
        if name in named[:index]:
            raise EngineError(f"{what} {name!r} is stated twice")
