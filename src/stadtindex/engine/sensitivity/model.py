"""The model of a sensitivity analysis of an index: from points of the unit cube to scores and ranks, in batches.

It takes the plan and the batch computation of `engine.uncertainty.simulate`, and replaces its draws by given points.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import special

from stadtindex.engine.arrays import Floats, Ints
from stadtindex.engine.errors import EngineError
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.sensitivity.outputs import index_outputs, output_names
from stadtindex.engine.uncertainty.blocks import SMALLEST, Block
from stadtindex.engine.uncertainty.kernel import Kernel
from stadtindex.engine.uncertainty.model import Model
from stadtindex.engine.uncertainty.ordering import ranks
from stadtindex.engine.uncertainty.plan import BLOCK, Uncertainty, WeightNoise
from stadtindex.engine.uncertainty.workspace import Workspace

# So many points form a block where no errors of measurement are drawn.
AT_ONCE = 1024
Batch = tuple[Ints, Ints, int]
ERRORS = "errors"
LEAVE_OUT = "leave out"


@dataclass(frozen=True)
class Factor:
    """One uncertain choice: `name`, how many columns of the unit cube it takes, and among how many `options` it chooses.

    Without options (0) the columns are numbers: weights, or the stream of the errors of measurement.
    """

    name: str
    columns: int
    options: int = 0


@dataclass(frozen=True)
class Run:
    """How the model is evaluated: `units` whose score and rank are outputs (None: all), threads, seed of the errors."""

    units: tuple[str, ...] | None = None
    workers: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise EngineError(f"at least one worker, not {self.workers!r}")


class PlanModel:
    """Builds the index at points (k, d): `model(model.translate(points))` gives outputs (k, 1 + 2 n).

    `factors` (d,) names the factor of each column: "treat", "impute", "normalise", "missing", "combine DEPTH", "weights
    DEPTH" (one column per weight), "leave out", "errors". A choice among k alternatives takes u in steps of 1 / k, in the order of
    the plan; weights have the distribution of the plan; all errors of measurement are one factor, whose column chooses
    one of the streams of errors (as many as points that are translated together). `outputs` names what comes out
    (`engine.sensitivity.outputs`); a build that a method refuses is NaN. `reference` (n,) are the published ranks, 0
    for none. EngineError where the plan leaves nothing to choose, or does not fit the recipe.
    """

    def __init__(self, given: Inputs, plan: Uncertainty, reference: Ints, run: Run | None = None) -> None:
        self.run = Run() if run is None else run
        self.model = Model.build(given, plan)
        self.kernel = Kernel(self.model)
        self.reference = reference
        self.parts = tuple(_factors(self.model))
        if len(self.parts) == 0:
            raise EngineError("the plan leaves nothing to choose")
        self.factors = tuple(factor.name for factor in self.parts for _ in range(factor.columns))
        self._watched = _places(given.table.units, self.run.units)
        self.outputs = output_names([given.table.units[place] for place in self._watched])

    def translate(self, points: Floats) -> Floats:
        """Turn points of the unit cube (k, d) into what they stand for: number of the option, weight, stream of errors."""
        if points.ndim != 2 or points.shape[1] != len(self.factors):
            raise EngineError(f"points {points.shape} do not fit {len(self.factors)} columns")
        found = np.empty(points.shape)
        for factor in self.parts:
            at = self._columns(factor.name)
            if factor.options > 0:
                found[:, at] = np.minimum(np.floor(points[:, at] * factor.options), factor.options - 1)
        for noise in self.model.plan.weights:
            at = self._columns(f"weights {noise.depth}")
            found[:, at] = _noisy(points[:, at], noise, self.model.weights[self.model.depths == noise.depth])
        # Each point has errors of its own: which, is nothing but a number.
        found[:, self._columns(ERRORS)] = np.arange(len(points))[:, np.newaxis]
        return found

    def __call__(self, points: Floats) -> Floats:
        """Build the index once per translated point; (k, 1 + 2 n)."""
        scores = np.empty((len(points), len(self.reference)))
        batches = tuple(self._batches(points))
        shares = [batches[worker :: self.run.workers] for worker in range(self.run.workers)]
        with ThreadPoolExecutor(self.run.workers) as pool:
            list(pool.map(lambda share: self._build(points, share, scores), shares))
        order = ranks(scores, self.model.given.recipe.decimals).astype(np.int64)
        return index_outputs(scores, order, self.reference, self._watched)

    def _batches(self, points: Floats) -> Iterator[Batch]:
        """Split the points: places of points that form a block, which of them are asked for, and the block's number."""
        if ERRORS in self.factors:
            yield from _by_stream(points[:, self._columns(ERRORS)[0]].astype(np.int64))
            return
        order = np.argsort(self._choices(points), kind="stable")
        for begin in range(0, order.size, AT_ONCE):
            places = order[begin : begin + AT_ONCE]
            yield places, np.arange(places.size), begin // AT_ONCE

    def _choices(self, points: Floats) -> Ints:
        """Return a number for what each translated point chooses, (k,), equal for points that choose alike.

        A block is computed the faster, the fewer different choices it holds.
        """
        code = np.zeros(len(points), dtype=np.int64)
        for factor in self.parts:
            if factor.options > 0 and factor.name != LEAVE_OUT:
                code = code * factor.options + self._option(points, factor.name)
        return code

    def _build(self, points: Floats, batches: Sequence[Batch], scores: Floats) -> None:
        """Build some blocks, and put what is asked for where it belongs; each thread has a workspace of its own."""
        workspace = Workspace()
        for places, wanted, number in batches:
            built, failed = self.kernel.scores(self._block(points[places], number), workspace)
            built[failed] = np.nan
            scores[places[wanted]] = built[wanted]

    def _block(self, points: Floats, number: int) -> Block:
        plan, model = self.model.plan, self.model
        leaves = np.zeros(len(points), dtype=np.int64)
        for name, options in plan.leaf_choices.items():
            leaves = leaves * options + self._option(points, name)
        combine = {choice.depth: self._option(points, f"combine {choice.depth}") for choice in plan.combine}
        weights = np.zeros((len(points), model.weights.size + 1))
        weights[:, :-1] = model.weights
        for noise in plan.weights:
            weights[:, np.flatnonzero(model.depths == noise.depth)] = points[
                :, self._columns(f"weights {noise.depth}")
            ]
        left_out = self._option(points, LEAVE_OUT) - 1
        for place, code in enumerate(plan.leave_out):
            weights[left_out == place, model.edge[code]] = 0.0
        return Block(self.run.seed, number, leaves, combine, weights, left_out)

    def _option(self, points: Floats, name: str) -> Ints:
        """Return which alternative each translated point takes, (k,); the first where there is no choice."""
        places = self._columns(name)
        if len(places) == 0:
            return np.zeros(len(points), dtype=np.int64)
        return points[:, places[0]].astype(np.int64)

    def _columns(self, name: str) -> list[int]:
        return [place for place, factor in enumerate(self.factors) if factor == name]


def _factors(model: Model) -> Iterator[Factor]:
    plan = model.plan
    choices = list(plan.leaf_choices.items())
    choices += [(f"combine {choice.depth}", len(choice.options)) for choice in plan.combine]
    choices += [(LEAVE_OUT, 1 + len(plan.leave_out))]
    for name, alternatives in choices:
        if alternatives > 1:
            yield Factor(name, 1, alternatives)
    for noise in plan.weights:
        yield Factor(f"weights {noise.depth}", int(np.count_nonzero(model.depths == noise.depth)))
    if len(plan.errors) > 0:
        yield Factor(ERRORS, 1)


def _by_stream(streams: Ints) -> Iterator[Batch]:
    """Put every point where its stream of errors is drawn: stream s at place s mod 256 of block s div 256.

    Points of the same stream go to different blocks of the same number; free places are filled with any point.
    """
    order = np.argsort(streams, kind="stable")
    ordered = streams[order]
    turn = np.arange(order.size) - np.searchsorted(ordered, ordered, side="left")
    for key in np.unique(turn * (1 + streams.max() // BLOCK) + ordered // BLOCK).tolist():
        again, number = divmod(key, 1 + int(streams.max()) // BLOCK)
        mine = order[(turn == again) & (ordered // BLOCK == number)]
        places = np.full(BLOCK, mine[0])
        places[streams[mine] % BLOCK] = mine
        yield places, streams[mine] % BLOCK, number


def _places(units: Sequence[str], watched: Sequence[str] | None) -> Ints:
    if watched is None:
        return np.arange(len(units))
    for unit in watched:
        if unit not in units:
            raise EngineError("the table has no such unit", unit=unit)
    return np.array([list(units).index(unit) for unit in watched], dtype=np.int64)


def _noisy(points: Floats, noise: WeightNoise, weights: Floats) -> Floats:
    """Turn points (k, weights) into weights with the distribution that `engine.uncertainty.blocks` draws from."""
    if noise.concentration is not None:
        drawn: Floats = special.gammaincinv(weights * noise.concentration, points)
        return np.maximum(drawn, SMALLEST)
    share = 0.0 if noise.share is None else noise.share
    return weights * (1.0 - share + 2.0 * share * points)
