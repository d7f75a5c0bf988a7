"""An edition: what is measured, of whom, by which recipe - everything that a methodologist decides, in one object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from stadtindex.definitions.branch import Branch
from stadtindex.definitions.locate import Place
from stadtindex.definitions.parameter import Kind, Parameter
from stadtindex.definitions.quantities import Quantity
from stadtindex.definitions.rule import Rule
from stadtindex.definitions.text import Text
from stadtindex.definitions.uncertainty import Doubts
from stadtindex.definitions.unit import Units
from stadtindex.engine.recipe import (
    Aggregation,
    Combining,
    Impute,
    Missing,
    NodeRecipe,
    Normalisation,
    Normalise,
    Recipe,
    Screen,
    Treat,
    Weighing,
    Weighting,
)
from stadtindex.engine.tree import Node

SCALE_OF_KIND: Mapping[Kind, float] = {Kind.YES_NO: 1, Kind.LEVELS: 100, Kind.SHARE: 100}


@dataclass(frozen=True)
class Level:
    """A level of the tree and its recipe; the first is the root, the last holds the parameters."""

    name: str
    plural: str
    title: Text | None = None
    combine: Aggregation = Aggregation.ARITHMETIC
    combining: Combining = field(default_factory=Combining)
    weigh: Weighing = Weighing.GIVEN
    weighting: Weighting = field(default_factory=Weighting)
    normalise: Normalise | None = None
    threshold: float = 0.0
    missing: Missing | None = None
    unanswered: Missing | None = None
    impute: Impute | None = None
    treat: Treat | None = None


@dataclass(frozen=True)
class KindRecipe:
    """How parameters of one kind are treated and normalised and what their gaps mean, where they do not say it themselves."""

    normalise: Normalise | None = None
    missing: Missing | None = None
    unanswered: Missing | None = None
    impute: Impute | None = None
    treat: Treat | None = None


@dataclass(frozen=True)
class OtherPeriod:
    """The data points of another period, and the day `at` on which attributes are looked up for it."""

    period: float
    at: date
    points: tuple[Path, ...]


@dataclass(frozen=True)
class ImputationData:
    """What imputation may look at besides the table: the attribute that gives groups, and other periods."""

    groups: str | None = None
    period: float | None = None
    periods: tuple[OtherPeriod, ...] = ()


@dataclass(frozen=True)
class Scale:
    """The ends of the scale of every score."""

    lower: float = 0.0
    upper: float = 100.0


@dataclass(frozen=True)
class Grading:
    """When an edition says of itself that it stands on thin data.

    Data older than `maximum_age_years` at the reference date do not count as good; a domain with fewer than
    `minimum_parameters` parameters of grade A or B is indicative.
    """

    maximum_age_years: float | None = None
    minimum_parameters: int = 0


@dataclass(frozen=True)
class DenominatorColumn:
    """What counts are divided by: an attribute of the units on a day, or (no attribute) data points of this code."""

    code: str
    title: Text | None = None
    attribute: str | None = None
    at: date | None = None
    source: str | None = None
    measure: str | None = None
    place: Place = field(default=Place(""), compare=False, repr=False)


@dataclass(frozen=True)
class Universe:
    """Which units are ranked: those for which the rule holds on the day `at`; without a rule, all."""

    rule: Rule | None
    at: date


@dataclass(frozen=True)
class Edition:
    """An edition as it was loaded. `files` are all definition files that it was read from."""

    id: str
    title: Text
    languages: tuple[str, ...]
    reference_date: date
    units: Units
    universe: Universe
    levels: tuple[Level, ...]
    branches: tuple[Branch, ...]
    parameters: tuple[Parameter, ...]
    order: tuple[str, ...]
    description: Text | None = None
    publisher: str | None = None
    licence: str | None = None
    scale: Scale = Scale()
    grading: Grading = Grading()
    kinds: Mapping[Kind, KindRecipe] = field(default_factory=dict)
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    denominators: tuple[DenominatorColumn, ...] = ()
    screen: Screen = field(default_factory=Screen)
    imputation: ImputationData = ImputationData()
    doubts: Doubts = field(default_factory=Doubts)
    points: tuple[Path, ...] = ()
    origins: tuple[Path, ...] = ()
    folder: Path = Path()
    files: tuple[Path, ...] = ()
    place: Place = field(default=Place(""), compare=False, repr=False)

    @cached_property
    def ranked(self) -> tuple[str, ...]:
        """The ids of the units in the universe, in the order of the units file."""
        return self.units.select(self.universe.rule, at=self.universe.at)

    @cached_property
    def _nodes(self) -> Mapping[str, Branch | Parameter]:
        nodes: tuple[Branch | Parameter, ...] = (*self.branches, *self.parameters)
        return {node.code: node for node in nodes}

    def node(self, code: str) -> Branch | Parameter:
        """Find a branch or parameter by its code, or raise KeyError."""
        return self._nodes[code]

    def parameter(self, code: str) -> Parameter:
        """Find a parameter by its code, or raise KeyError."""
        node = self._nodes[code]
        if not isinstance(node, Parameter):
            raise KeyError(code)
        return node

    def measured_by(self, source: str, measure: str) -> tuple[Parameter, ...]:
        """List the parameters that take their values from this measure of this source."""
        return tuple(p for p in self.parameters if (p.source, p.measure) == (source, measure))

    def children(self, code: str) -> tuple[Branch | Parameter, ...]:
        """List the nodes directly under a node, in the order of the files."""
        return tuple(node for node in map(self.node, self.order) if node.parent == code)

    def domain_of(self, code: str) -> Branch | Parameter:
        """Find the node directly under the root that a node belongs to."""
        node = self.node(code)
        return node if node.parent == self.id else self.domain_of(node.parent)

    def level_of(self, code: str) -> Level:
        """Find the level of a node, the root's among them."""
        if code == self.id:
            return self.levels[0]
        node = self.node(code)
        name = self.levels[-1].name if isinstance(node, Parameter) else node.level
        return next(level for level in self.levels if level.name == name)

    def depths(self) -> Mapping[str, int]:
        """Say how deep every node lies in the tree; the root has 0."""
        found = {self.id: 0}
        for code in self.order:
            found[code] = found[self.node(code).parent] + 1
        return found

    def spared(self, code: str) -> bool:
        """Say whether the tree can do without a node: it counts, and a sibling of it counts too."""
        node = self.node(code)
        counting = [child.code for child in self.children(node.parent) if child.weight > 0.0]
        return code in counting and len(counting) > 1

    @property
    def bonus_codes(self) -> Mapping[str, Branch]:
        """The branch that each code of bonus points belongs to."""
        return {branch.bonus.parameter: branch for branch in self.branches if branch.bonus}

    def tree_nodes(self) -> tuple[Node, ...]:
        """Make the nodes of the engine's tree: the root (the edition's id) and all others in the order of the files."""
        nodes = [Node(self.id, None)]
        for node in map(self.node, self.order):
            direction = node.direction.sign if isinstance(node, Parameter) else 1
            nodes.append(Node(node.code, node.parent, weight=node.weight, direction=direction))
        return tuple(nodes)

    def recipe(self) -> Recipe:
        """Make the engine's recipe: for every node its own choice, else that of its kind, else that of its level."""
        root = self.levels[0]
        nodes = {self.id: self._inner(root, None)}
        nodes.update((b.code, self._inner(self.level_of(b.code), b)) for b in self.branches)
        nodes.update((p.code, self.leaf_recipe(p)) for p in self.parameters)
        return Recipe(nodes, screen=self.screen)

    def leaf_recipe(self, parameter: Parameter) -> NodeRecipe:
        """Settle how one parameter is denominated, treated, normalised and what its gaps mean."""
        choices = (parameter, self.kinds.get(parameter.kind, KindRecipe()), self.levels[-1])
        normalise = next((c.normalise for c in choices if c.normalise), None)
        missing = next((c.missing for c in choices if c.missing), Missing.REWEIGHT)
        unanswered = next((c.unanswered for c in choices if c.unanswered), Missing.ZERO)
        return NodeRecipe(
            normalise=normalise or self.fixed(parameter.kind) or Normalise(),
            missing=missing,
            unanswered=unanswered,
            impute=self.impute_of(parameter) or Impute(),
            treat=next((c.treat for c in self._above(parameter) if c.treat), Treat()),
            denominator=parameter.denominator,
        )

    def impute_of(self, parameter: Parameter) -> Impute | None:
        """Find how gaps of a parameter would be filled; None where nothing is said."""
        return next((c.impute for c in self._above(parameter) if c.impute), None)

    def _above(self, parameter: Parameter) -> tuple[Parameter | KindRecipe | Branch | Level, ...]:
        """List who may say how a parameter is imputed and treated: itself, its kind, the branches above, its level."""
        branches, code = [], parameter.parent
        while code != self.id:
            node = self.node(code)
            branches += [node] if isinstance(node, Branch) else []
            code = node.parent
        return (parameter, self.kinds.get(parameter.kind, KindRecipe()), *branches, self.levels[-1])

    def fixed(self, kind: Kind) -> Normalise | None:
        """Give the fixed scale of a kind that has one by nature: yes_no 0 to 1, levels and shares 0 to 100."""
        if kind not in SCALE_OF_KIND:
            return None
        lower, upper = self.scale.lower, self.scale.upper
        return Normalise(Normalisation.FIXED, lower=lower, upper=upper, low=0.0, high=SCALE_OF_KIND[kind])

    def _inner(self, level: Level, branch: Branch | None) -> NodeRecipe:
        normalise = (branch and branch.normalise) or level.normalise or Normalise()
        threshold = branch.threshold if branch and branch.threshold is not None else level.threshold
        return NodeRecipe(
            normalise=normalise,
            combine=(branch and branch.combine) or level.combine,
            combining=(branch and branch.combining) or level.combining,
            weigh=(branch and branch.weigh) or level.weigh,
            weighting=(branch and branch.weighting) or level.weighting,
            threshold=threshold,
            bonus_cap=branch.bonus.cap if branch and branch.bonus else None,
            bonus_top=self.scale.upper,
        )
