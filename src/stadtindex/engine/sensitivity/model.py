"""The model of a sensitivity analysis of an index: from points of the unit cube to scores and ranks, in batches.

It takes the plan and the batch computation of `engine.uncertainty.simulate`, and replaces its draws by given points.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from stadtindex.engine.arrays import Floats, Ints
from stadtindex.engine.errors import EngineError
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.sensitivity.outputs import index_outputs, output_names
from stadtindex.engine.uncertainty.blocks import SMALLEST, Block
from stadtindex.engine.uncertainty.counts import ranks
from stadtindex.engine.uncertainty.kernel import Kernel
from stadtindex.engine.uncertainty.model import Model
from stadtindex.engine.uncertainty.plan import BLOCK, Uncertainty, WeightNoise


@dataclass(frozen=True)
class Factor:
    """One uncertain choice: `name`, and how many columns of the unit cube it takes."""

    name: str
    columns: int


class PlanModel:
    """Builds the index at points (N, d) of the unit cube: `model(points)` gives outputs (N, 1 + 2 n).

    `factors` (d,) names the factor of each column: "normalise", "missing", "combine DEPTH", "weights DEPTH" (one
    column per weight), "leave out". A choice among k alternatives takes u in steps of 1 / k, in the order of the plan.
    `outputs` names what comes out (`engine.sensitivity.outputs`); a build that a method refuses is NaN. `reference`
    (n,) are the published ranks, 0 for none.

    EngineError where the plan leaves nothing to choose, or holds errors of measurement: those are noise of every cell,
    not a choice; leave them out of the plan.
    """

    def __init__(self, given: Inputs, plan: Uncertainty, reference: Ints) -> None:
        if len(plan.errors) > 0:
            raise EngineError(
                "errors of measurement are noise, not a choice: leave them out", node=plan.errors[0].leaf
            )
        self.model = Model.build(given, plan)
        self.kernel = Kernel(self.model)
        self.reference = reference
        found = tuple(_factors(self.model))
        if len(found) == 0:
            raise EngineError("the plan leaves nothing to choose")
        self.factors = tuple(factor.name for factor in found for _ in range(factor.columns))
        self.outputs = output_names(given.table.units)

    def __call__(self, points: Floats) -> Floats:
        """Build the index once per point; (N, 1 + 2 n)."""
        if points.ndim != 2 or points.shape[1] != len(self.factors):
            raise EngineError(f"points {points.shape} do not fit {len(self.factors)} columns")
        scores = np.empty((points.shape[0], len(self.reference)))
        # Points that choose alike stand together: a block is computed the faster, the fewer choices it holds.
        order = self._order(points)
        for start in range(0, order.size, BLOCK):
            places = order[start : start + BLOCK]
            filled = np.resize(places, BLOCK)
            built, failed = self.kernel.scores(self._block(points[filled], start // BLOCK))
            built[failed] = np.nan
            scores[places] = built[: places.size]
        return index_outputs(scores, ranks(scores, self.model.given.recipe.decimals), self.reference)

    def _order(self, points: Floats) -> Ints:
        """Return the places of the points (N,), those with the same choices side by side."""
        plan = self.model.plan
        code = self._chosen(points, "normalise", len(plan.normalise)) * max(1, len(plan.missing))
        code = code + self._chosen(points, "missing", len(plan.missing))
        for choice in plan.combine:
            code = code * len(choice.options) + self._chosen(
                points, f"combine {choice.depth}", len(choice.options)
            )
        return np.argsort(code, kind="stable")

    def _block(self, points: Floats, number: int) -> Block:
        plan, model = self.model.plan, self.model
        rules = max(1, len(plan.missing))
        leaves = self._chosen(points, "normalise", len(plan.normalise)) * rules
        leaves = leaves + self._chosen(points, "missing", len(plan.missing))
        combine = {
            choice.depth: self._chosen(points, f"combine {choice.depth}", len(choice.options))
            for choice in plan.combine
        }
        weights = np.zeros((BLOCK, model.weights.size + 1))
        weights[:, :-1] = model.weights
        for noise in plan.weights:
            at = np.flatnonzero(model.depths == noise.depth)
            weights[:, at] = _noisy(
                points[:, self._places(f"weights {noise.depth}")], noise, model.weights[at]
            )
        left_out = self._chosen(points, "leave out", 1 + len(plan.leave_out)) - 1
        for place, code in enumerate(plan.leave_out):
            weights[left_out == place, model.edge[code]] = 0.0
        return Block(0, number, leaves, combine, weights, left_out)

    def _chosen(self, points: Floats, name: str, alternatives: int) -> Ints:
        """Return which alternative each point takes, (256,); the first where there is no choice."""
        places = self._places(name)
        if len(places) == 0:
            return np.zeros(points.shape[0], dtype=np.int64)
        return np.minimum(points[:, places[0]] * alternatives, alternatives - 1).astype(np.int64)

    def _places(self, name: str) -> list[int]:
        return [place for place, factor in enumerate(self.factors) if factor == name]


def _factors(model: Model) -> Iterator[Factor]:
    plan = model.plan
    choices = [("normalise", len(plan.normalise)), ("missing", len(plan.missing))]
    choices += [(f"combine {choice.depth}", len(choice.options)) for choice in plan.combine]
    choices += [("leave out", 1 + len(plan.leave_out))]
    for name, alternatives in choices:
        if alternatives > 1:
            yield Factor(name, 1)
    for noise in plan.weights:
        yield Factor(f"weights {noise.depth}", int(np.count_nonzero(model.depths == noise.depth)))


def _noisy(points: Floats, noise: WeightNoise, weights: Floats) -> Floats:
    """Turn points (256, k) into weights with the distribution that `engine.uncertainty.blocks` draws from."""
    if noise.concentration is not None:
        drawn: Floats = special.gammaincinv(weights * noise.concentration, points)
        return np.maximum(drawn, SMALLEST)
    share = 0.0 if noise.share is None else noise.share
    return weights * (1.0 - share + 2.0 * share * points)
