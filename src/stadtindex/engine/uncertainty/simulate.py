"""How sure a ranking is: the index computed again and again with everything uncertain about it drawn anew.

Reference: M. Saisana, A. Saltelli, S. Tarantola (2005), Uncertainty and sensitivity analysis techniques as tools for
the quality assessment of composite indicators, doi:10.1111/j.1467-985X.2005.00350.x.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from stadtindex.engine.arrays import Bools, Floats, Ints
from stadtindex.engine.errors import EngineError
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.uncertainty.blocks import draw_all
from stadtindex.engine.uncertainty.counts import (
    EVERY_PAIR,
    EVERY_RANK,
    FEW_SCORE_BINS,
    SCORE_BINS,
    Counts,
    Plan,
)
from stadtindex.engine.uncertainty.kernel import Kernel
from stadtindex.engine.uncertainty.model import Model
from stadtindex.engine.uncertainty.ordering import ranks
from stadtindex.engine.uncertainty.plan import BLOCK, Uncertainty
from stadtindex.engine.uncertainty.spread import Spread, spread, worst_error
from stadtindex.engine.uncertainty.workspace import Workspace

# Whether the result is precise enough is asked after every so many blocks, whatever the number of workers.
ROUND = 8
# So many blocks are computed together, fewer where there are more units than this.
TOGETHER, UNITS = 4, 1024
# The ends of the score bins lie so far beyond what the first block has shown, in its width.
BEYOND = 0.5


@dataclass(frozen=True)
class Simulation:
    """How much is drawn: at most `draws` draws from `seed`, by so many `workers` (threads).

    `precision` stops earlier, once the Monte Carlo standard error of every mean rank is at most so many ranks; it is
    looked at after every 2,048 draws. `top` are the ranks k of P(top k). `pairs` of units are counted in addition to
    neighbours (by mean rank in what is drawn first) where there are too many units to count all. `stop` is asked at the same times, and at the end,
    with the draws done, and ends the simulation when it answers True before the end; the result is then not complete.
    """

    seed: int
    draws: int = 10_000
    precision: float | None = None
    workers: int = 1
    top: tuple[int, ...] = (1, 3, 10)
    pairs: tuple[tuple[str, str], ...] = ()
    stop: Callable[[int], bool] | None = None

    def __post_init__(self) -> None:
        if self.draws < 1 or self.workers < 1:
            raise EngineError(f"at least one draw and one worker, not {self.draws!r} and {self.workers!r}")
        if not 0 <= self.seed < 2**128:
            raise EngineError(f"a seed is a whole number from 0 to 2**128 - 1, not {self.seed!r}")
        if self.precision is not None and not self.precision > 0.0:
            raise EngineError(f"a precision is a number of ranks > 0, not {self.precision!r}")


@dataclass(frozen=True, eq=False)
class Batch:
    """An index ready to be drawn: any block of it can be counted anywhere, in any order; see `count`."""

    kernel: Kernel
    counting: Plan
    seed: int
    draws: int
    # The scores of the first piece, which showed what to count; whoever works on that piece takes them.
    shown: list[tuple[Floats, Bools]] = field(default_factory=list, repr=False)

    @property
    def blocks(self) -> int:
        """Return into how many blocks the draws are cut; the last may count fewer than it draws."""
        return -(-self.draws // BLOCK)

    def pieces(self, numbers: range) -> list[range]:
        """Cut blocks into those that are computed together, which the number of units alone decides.

        Matrix products of other sizes may round otherwise: `numbers` begins with a piece, that is, at 0 or a round.
        """
        step = _together(self.counting.n)
        return [numbers[begin : begin + step] for begin in range(0, len(numbers), step)]

    def work(self, pieces: Iterable[range], counts: Counts, space: Workspace | None = None) -> None:
        """Draw, compute and count whole pieces; of the last block only as many draws count as are asked for."""
        kept = Workspace() if space is None else space
        for numbers in pieces:
            scores, failed = self._scores(numbers, kept)
            wanted = min(len(numbers) * BLOCK, self.draws - numbers.start * BLOCK)
            failures = int(np.count_nonzero(failed[:wanted]))
            counts.failed += failures
            counts.add(scores[:wanted] if failures == 0 else scores[:wanted][~failed[:wanted]], kept)

    def _scores(self, numbers: range, space: Workspace) -> tuple[Floats, Bools]:
        if numbers.start == 0 and len(self.shown) > 0:
            return self.shown.pop()
        return self.kernel.scores(draw_all(self.kernel.model, self.seed, numbers), space)


def _together(n: int) -> int:
    """Return how many blocks of so many units are computed together."""
    return max(1, min(TOGETHER, UNITS // n))


def prepare(given: Inputs, plan: Uncertainty, run: Simulation, counting: Plan | None = None) -> Batch:
    """Make an index ready to be drawn; `counting` (None: after what the first piece shows) says what is counted.

    Raises EngineError where the plan does not fit the tree, or the recipe asks for what batches cannot do.
    """
    kernel = Kernel(Model.build(given, plan))
    if counting is not None:
        return Batch(kernel, counting, run.seed, run.draws)
    first = range(min(_together(len(given.table.units)), -(-run.draws // BLOCK)))
    shown = kernel.scores(draw_all(kernel.model, run.seed, first))
    return Batch(kernel, _counting(kernel, run, *shown), run.seed, run.draws, [shown])


def count(batch: Batch, numbers: range) -> Counts:
    """Count some blocks, whole pieces, on their own: integers that can be sent elsewhere and merged with others."""
    counts = Counts(batch.counting)
    batch.work(batch.pieces(numbers), counts)
    return counts


def rounds(run: Simulation, blocks: int, every: int = ROUND) -> Iterator[range]:
    """Cut the blocks where it is asked whether to stop; a run that nobody stops is one piece."""
    step = every if run.precision is not None or run.stop is not None else blocks
    for begin in range(0, blocks, step):
        yield range(begin, min(begin + step, blocks))


def ended(run: Simulation, counts: Sequence[Counts], numbers: range) -> tuple[bool, bool]:
    """Say after some blocks whether the simulation is over, and whether its result is then complete."""
    done = min(numbers.stop * BLOCK, run.draws)
    if run.precision is not None and worst_error(counts) <= run.precision:
        return True, True
    stopped = run.stop is not None and run.stop(done) and done < run.draws
    return stopped or done >= run.draws, not stopped


def merged(counts: Sequence[Counts]) -> Counts:
    """Add up counts into the first of them."""
    whole = counts[0]
    for part in counts[1:]:
        whole.merge(part)
    return whole


def simulate(given: Inputs, plan: Uncertainty, run: Simulation) -> Spread:
    """Draw, compute and rank the index many times, and summarise; units in the order of the table.

    Missing values are treated in every draw as `compute` does. A draw that a method refuses (a geometric mean of
    a score <= 0) is left out and counted as failed. The result is the same for any number of workers; draws are never
    kept, and memory does not grow with their number. For speed let BLAS use one thread (OPENBLAS_NUM_THREADS=1).

    Raises EngineError where the plan does not fit the tree, or the recipe asks for what batches cannot do.
    """
    batch = prepare(given, plan, run)
    counts = [Counts(batch.counting) for _ in range(run.workers)]
    spaces = [Workspace() for _ in range(run.workers)]
    complete = True
    with ThreadPoolExecutor(run.workers) as pool:
        for numbers in rounds(run, batch.blocks):
            # Each worker takes the next piece as soon as it is free: whoever counts it, the sums are the same.
            waiting = iter(batch.pieces(numbers))
            list(pool.map(partial(batch.work, waiting), counts, spaces))
            over, complete = ended(run, counts, numbers)
            if over:
                break
    return spread(merged(counts), given.table.units, complete=complete)


def _counting(kernel: Kernel, run: Simulation, scores: Floats, failed: Bools) -> Plan:
    """Fix what is counted, and the score bins after what the first piece shows."""
    given = kernel.model.given
    n = len(given.table.units)
    scores = np.where(failed[:, np.newaxis], np.nan, scores)
    low, high = np.fmin.reduce(scores, axis=0), np.fmax.reduce(scores, axis=0)
    unseen = np.isnan(low)
    low, high = np.where(unseen, 0.0, low), np.where(unseen, 1.0, high)
    seen = np.maximum(high - low, 1e-6 * np.maximum(1.0, np.abs(low)))
    bins = SCORE_BINS if n <= EVERY_RANK else FEW_SCORE_BINS
    return Plan(
        n=n,
        decimals=given.recipe.decimals,
        top=run.top,
        pairs=None if n <= EVERY_PAIR else _pairs(given, run, scores),
        low=low - BEYOND * seen,
        width=seen * (1.0 + 2.0 * BEYOND) / bins,
    )


def _pairs(given: Inputs, run: Simulation, scores: Floats) -> Ints:
    """Return neighbours by mean rank in the first piece, then the pairs that are named; (m, 2) places of units."""
    ordered = np.argsort(np.add.reduce(ranks(scores, given.recipe.decimals), axis=0), kind="stable")
    neighbours = np.stack([ordered[:-1], ordered[1:]], axis=1)
    place = {unit: index for index, unit in enumerate(given.table.units)}
    for pair in run.pairs:
        for unit in pair:
            if unit not in place:
                raise EngineError("the table has no such unit", unit=unit)
    named = np.array([[place[one], place[other]] for one, other in run.pairs], dtype=np.int64)
    return np.concatenate([neighbours, named.reshape(-1, 2)])
