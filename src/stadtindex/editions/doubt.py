"""From what an edition declares to be uncertain, and the dates of its data, to the plan that the engine draws from.

The age of a value. A value speaks of its data date, the edition of its reference date; what happened in between is not
known. With `a` years between the two (0 where the data are younger) and `age` declared per year, yearly changes are
taken as independent of each other, so that their variances add up:

* count, rate: a random walk. The standard deviation, as a share of the value, is sqrt(relative² + a · age²).
* share: the same walk, kept within 0 and 100 %. The value is as firm as a sample of 1 / (1 / sample + a · age²): a year
  adds age² · p · (1 - p) to the variance of a share p.
* yes/no: the answer turns with the probability `age` in every year (a two-state Markov chain), so that after `a` years
  it is another one with the probability (1 - (1 - 2 · age)^a) / 2, combined with the probability `flip` of an error.
* levels: one step off with the probability 1 - (1 - step) · (1 - age)^a.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from stadtindex.definitions.edition import Edition
from stadtindex.definitions.parameter import Kind, Parameter
from stadtindex.definitions.uncertainty import (
    USUAL_SHARE,
    ErrorDoubt,
    NormaliseDoubt,
    RangeDoubt,
    TreatDoubt,
    varied,
)
from stadtindex.editions.assemble import Assembled
from stadtindex.editions.grading import DAYS_PER_YEAR
from stadtindex.engine.errors import EngineError
from stadtindex.engine.impute.gaps import Imputation
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.table import Table
from stadtindex.engine.tree import Tree
from stadtindex.engine.uncertainty.model import WEIGHED
from stadtindex.engine.uncertainty.plan import (
    CombineChoice,
    ErrorKind,
    MeasurementError,
    ScaleChoice,
    Uncertainty,
    WeightNoise,
)

# A share in percent; as firm as so many answers at most, where nothing but age makes it uncertain.
WHOLE, LARGEST_SAMPLE = 100.0, 1_000_000
# A relative error beyond this says that nothing is known; a walk is cut there.
LARGEST_RELATIVE = 1.0


def inputs_of(assembled: Assembled) -> Inputs:
    """Give what the engine computes the edition from."""
    return Inputs(
        assembled.tree,
        assembled.table,
        assembled.recipe,
        assembled.denominators,
        assembled.bonus,
        assembled.background,
    )


def plan_of(assembled: Assembled) -> Uncertainty:
    """Make the plan of the whole index; an edition that declares nothing has weights that vary by a quarter."""
    edition, doubts = assembled.edition, assembled.edition.doubts
    depths = _depths_of_levels(edition)
    if not doubts.declared:
        return usual(assembled)
    chosen = doubts.normalise
    return Uncertainty(
        normalise=() if chosen is None else chosen.options,
        normalise_leaves=_parameters(edition, chosen),
        impute=() if doubts.impute is None else doubts.impute.options,
        treat=() if doubts.treat is None else doubts.treat.options,
        treat_leaves=_parameters(edition, doubts.treat),
        scales=tuple(_scale(edition, one) for one in doubts.ranges),
        missing=() if doubts.missing is None else doubts.missing.options,
        combine=tuple(
            CombineChoice(depth, choice.options)
            for choice in doubts.combine
            for depth in sorted(depths[choice.level])
        ),
        weights=tuple(
            WeightNoise(depth, noise.concentration, noise.share)
            for noise in doubts.weights
            for depth in sorted(depths[noise.level])
        ),
        leave_out=_left_out(edition),
        errors=tuple(_errors(assembled)),
    )


def usual(assembled: Assembled) -> Uncertainty:
    """Let every weight vary by up to 25 % of itself, on every level where siblings share stated weights.

    A level where some weights follow from the data is left as it is.
    """
    tree, nodes = assembled.tree, assembled.recipe.nodes
    depths: set[int] = set()
    data: set[int] = set()
    for node in tree.nodes:
        counting = [child for child in tree.children(node.code) if tree.node(child).weight > 0.0]
        if len(counting) > 1:
            stated = nodes[node.code].weigh in WEIGHED
            (depths if stated else data).add(tree.depth(node.code) + 1)
    depths -= data
    return Uncertainty(weights=tuple(WeightNoise(depth, share=USUAL_SHARE) for depth in sorted(depths)))


def _depths_of_levels(edition: Edition) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {level.name: set() for level in edition.levels}
    for code, depth in edition.depths().items():
        found[edition.level_of(code).name].add(depth)
    return found


def _parameters(edition: Edition, chosen: NormaliseDoubt | TreatDoubt | None) -> tuple[str, ...] | None:
    """List the parameters that a choice is for; None for all."""
    if chosen is None or chosen.parameters:
        return None if chosen is None else chosen.parameters
    if not chosen.replaces:
        return None
    methods = {one.code: edition.leaf_recipe(one).normalise.method for one in edition.parameters}
    return tuple(code for code, method in methods.items() if method in chosen.replaces)


def _scale(edition: Edition, doubt: RangeDoubt) -> ScaleChoice:
    """Cut a range into steps, each of which is a scale of its own."""
    chosen = edition.leaf_recipe(edition.parameter(doubt.parameter)).normalise
    return ScaleChoice(
        doubt.parameter, tuple(varied(chosen, doubt.option, value) for value in doubt.values())
    )


def _left_out(edition: Edition) -> tuple[str, ...]:
    left = edition.doubts.leave_out
    if left is None or left.level is None:
        return () if left is None else left.nodes
    named = [code for code in edition.order if edition.level_of(code).name == left.level]
    return tuple(code for code in named if edition.spared(code))


def _errors(assembled: Assembled) -> Iterator[MeasurementError]:
    doubts = assembled.edition.doubts
    for parameter in assembled.edition.parameters:
        declared = doubts.parameters.get(parameter.code) or doubts.errors.get(parameter.kind)
        if declared is not None:
            yield _error(parameter, declared, tuple(_years(assembled, parameter)))


def _years(assembled: Assembled, parameter: Parameter) -> Iterator[float]:
    """Give for each unit how many years its value is older than the edition; 0 where there is no value."""
    reference = assembled.edition.reference_date
    for unit in assembled.units:
        point = assembled.points.get((unit, parameter.code))
        yield 0.0 if point is None else years_between(point.data_date, reference)


def years_between(earlier: date, later: date) -> float:
    """Give the years from one day to another; 0 where the other is not later."""
    return max((later - earlier).days / DAYS_PER_YEAR, 0.0)


def _error(parameter: Parameter, declared: ErrorDoubt, years: tuple[float, ...]) -> MeasurementError:
    age = declared.age or 0.0
    code, kind = parameter.code, parameter.kind
    if kind is Kind.SHARE:
        samples = tuple(sample_at(declared.sample, age, a) for a in years)
        return MeasurementError(code, ErrorKind.BINOMIAL, samples, top=WHOLE)
    if kind is Kind.YES_NO:
        return MeasurementError(
            code, ErrorKind.FLIP, tuple(flip_at(declared.flip or 0.0, age, a) for a in years)
        )
    if kind is Kind.LEVELS:
        levels = tuple(parameter.points.values())
        steps = tuple(step_at(declared.step or 0.0, age, a) for a in years)
        return MeasurementError(code, ErrorKind.STEP, steps, levels=levels)
    sizes = tuple(relative_at(declared.relative or 0.0, age, a) for a in years)
    return MeasurementError(code, ErrorKind.RELATIVE, sizes)


def relative_at(relative: float, age: float, years: float) -> float:
    """Give the standard deviation of a count or rate of so many years, as a share of the value."""
    return float(min((relative**2 + years * age**2) ** 0.5, LARGEST_RELATIVE))


def sample_at(sample: int | None, age: float, years: float) -> float:
    """Give the size of the sample that a share of so many years is as firm as."""
    inverse = (0.0 if sample is None else 1.0 / sample) + years * age**2
    return float(max(int(1.0 / max(inverse, 1.0 / LARGEST_SAMPLE) + 1e-9), 1))


def flip_at(flip: float, age: float, years: float) -> float:
    """Give the probability that a yes or no of so many years is another one."""
    # Beyond 1/2 a year the chain would swing; a half says that nothing is known.
    turned = (1.0 - (1.0 - 2.0 * min(age, 0.5)) ** years) / 2.0
    return float(flip * (1.0 - turned) + turned * (1.0 - flip))


def step_at(step: float, age: float, years: float) -> float:
    """Give the probability that a level of so many years is one step off."""
    return float(1.0 - (1.0 - step) * (1.0 - age) ** years)


def below(given: Inputs, plan: Uncertainty, node: str) -> tuple[Inputs, Uncertainty]:
    """Cut out the part of an index below a node, and what is uncertain in it, as an index of its own.

    EngineError where what lies outside takes part: units are screened, or gaps filled from columns outside.
    """
    depth, codes = given.tree.depth(node), _codes_below(given.tree, node)
    _check_alone(given, plan, codes, node)
    tree = Tree.build(
        [
            replace(one, parent=None) if one.code == node else one
            for one in given.tree.nodes
            if one.code in codes
        ]
    )
    inner = {tree.depth(code) for code in codes if not tree.is_leaf(code)}
    columns = [given.table.columns.index(leaf) for leaf in tree.leaves]
    part = replace(
        given,
        tree=tree,
        table=Table(
            given.table.units, tree.leaves, given.table.values[:, columns], given.table.cells[:, columns]
        ),
        recipe=replace(given.recipe, nodes={code: given.recipe.nodes[code] for code in codes}),
        bonus={code: points for code, points in given.bonus.items() if code in codes},
    )
    return part, replace(
        plan,
        normalise_leaves=_inside(plan.normalise_leaves, codes),
        treat_leaves=_inside(plan.treat_leaves, codes),
        scales=tuple(choice for choice in plan.scales if choice.leaf in codes),
        combine=tuple(
            replace(choice, depth=choice.depth - depth)
            for choice in plan.combine
            if choice.depth - depth in inner
        ),
        weights=tuple(
            replace(noise, depth=noise.depth - depth)
            for noise in plan.weights
            if noise.depth - depth - 1 in inner
        ),
        leave_out=tuple(code for code in plan.leave_out if code in codes and code != node),
        errors=tuple(error for error in plan.errors if error.leaf in codes),
    )


def _check_alone(given: Inputs, plan: Uncertainty, codes: set[str], node: str) -> None:
    screen = given.recipe.screen
    if screen.data > 0.0 or screen.non_zero > 0.0 or len(screen.groups) > 0:
        raise EngineError("units are screened by all their data: no interval below the root", node=node)
    ways = [given.recipe.nodes[code].impute for code in codes if given.tree.is_leaf(code)]
    if any(
        way.method in (Imputation.NEIGHBOURS, Imputation.EM) and not way.family
        for way in (*ways, *plan.impute)
    ):
        raise EngineError("gaps are filled from data of other nodes: no interval below the root", node=node)


def _inside(leaves: tuple[str, ...] | None, codes: set[str]) -> tuple[str, ...] | None:
    return None if leaves is None else tuple(leaf for leaf in leaves if leaf in codes)


def _codes_below(tree: Tree, node: str) -> set[str]:
    """Give a node and everything under it."""
    return {node}.union(*(_codes_below(tree, child) for child in tree.children(node)))
