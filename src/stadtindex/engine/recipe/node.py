"""What is chosen for one node, and for a whole tree."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stadtindex.engine.errors import EngineError
from stadtindex.engine.impute.gaps import Imputation, Impute
from stadtindex.engine.recipe.names import Aggregation, Missing, Weighing
from stadtindex.engine.recipe.options import Combining, Denominator, Normalise, Weighting, finite
from stadtindex.engine.screen import Screen
from stadtindex.engine.treat.options import Treat


@dataclass(frozen=True)
class NodeRecipe:
    """Everything that is chosen for one node.

    Leaves use `denominator`, `missing` (cells whose source lacks a value) and `unanswered`, `impute` (how cells are
    filled whose rule is IMPUTE; what stays open is re-weighted), `treat` (outliers) and `normalise`, in this order.

    Inner nodes use `weigh` (its parameters are in `weighting`) and `combine` (in `combining`) for their children,
    `threshold` (0..1: with a smaller share of the children's weight present the node has no value; a value put in for
    a missing one counts as present), `bonus_cap` (None: no bonus may be given), `bonus_top` (what a bonus cannot
    exceed), and `normalise` once more for the combined column.
    """

    normalise: Normalise = field(default_factory=Normalise)
    weigh: Weighing = Weighing.GIVEN
    weighting: Weighting = field(default_factory=Weighting)
    combine: Aggregation = Aggregation.ARITHMETIC
    combining: Combining = field(default_factory=Combining)
    threshold: float = 0.0
    missing: Missing = Missing.REWEIGHT
    unanswered: Missing = Missing.ZERO
    impute: Impute = field(default_factory=Impute)
    treat: Treat = field(default_factory=Treat)
    denominator: Denominator | None = None
    bonus_cap: float | None = None
    bonus_top: float = 100.0

    def __post_init__(self) -> None:
        """Refuse what does not go together, and numbers outside their range."""
        self.combining.check(self.combine)
        if self.weigh is Weighing.BENEFIT_OF_THE_DOUBT and self.combine is not Aggregation.ARITHMETIC:
            raise EngineError(f"benefit of the doubt weighs an arithmetic mean, not {self.combine}")
        if self.imputes and self.impute.method is Imputation.NONE:
            raise EngineError("a gap is to be imputed, and impute names no method")
        if not 0.0 <= self.threshold <= 1.0:
            raise EngineError(f"the threshold is a share between 0 and 1, not {self.threshold!r}")
        finite(bonus_cap=self.bonus_cap, bonus_top=self.bonus_top)
        if self.bonus_cap is not None and self.bonus_cap < 0.0:
            raise EngineError(f"bonus_cap must be >= 0, not {self.bonus_cap!r}")

    @property
    def imputes(self) -> bool:
        """Say whether gaps of this leaf are filled."""
        return Missing.IMPUTE in (self.missing, self.unanswered)


@dataclass(frozen=True)
class Recipe:
    """The recipe of a whole tree: one NodeRecipe per node code, the screening, the decimals of the one rounding (0..12).

    Groups of the screening are inner nodes of the tree.
    """

    nodes: Mapping[str, NodeRecipe]
    decimals: int = 10
    screen: Screen = field(default_factory=Screen)

    def __post_init__(self) -> None:
        if self.decimals not in range(13):
            raise EngineError(f"decimals must be a whole number from 0 to 12, not {self.decimals!r}")
