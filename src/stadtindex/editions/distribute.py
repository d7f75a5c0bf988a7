"""The same draws on a cluster of Dask workers: blocks are tasks, and integers come back; the only user of its client.

Every worker makes the index ready once and counts whole rounds of blocks. What is counted and where the score bins lie is
fixed here, and counts are merged in the order of the blocks, so that the result is bit for bit that of one process on
the same numerical kernel, for any number of workers. A worker that dies takes no result along: its blocks are counted
by another one.
"""

import pickle
import threading
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from stadtindex.definitions.finding import BadInput, Finding
from stadtindex.editions.robustness import Simulate
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.uncertainty.counts import EVERY_RANK, Counts
from stadtindex.engine.uncertainty.plan import Uncertainty
from stadtindex.engine.uncertainty.simulate import (
    ROUND,
    Batch,
    Simulation,
    count,
    ended,
    merged,
    prepare,
    rounds,
)
from stadtindex.engine.uncertainty.spread import Spread, spread

if TYPE_CHECKING:
    from distributed import Client

# So many rounds per thread are under way at a time; with many units, counts are large and tasks are longer.
AHEAD = 3
LONG = 4
# A task is tried again when so many workers have died under it; a scheduler answers within so many seconds.
RETRIES, PATIENCE = 20, 20


def on_cluster(address: str) -> Simulate:
    """Give the function that draws on the cluster whose scheduler has this address, as tcp://host:8786."""
    return partial(_simulate, address)


def _simulate(address: str, given: Inputs, plan: Uncertainty, run: Simulation) -> Spread:
    """Draw on the cluster; the same result as `engine.uncertainty.simulate.simulate`, with the same errors."""
    batch = prepare(given, plan, run)
    asked = run.precision is not None or run.stop is not None
    every = ROUND if asked or len(given.table.units) <= EVERY_RANK else ROUND * LONG
    counts, complete = [Counts(batch.counting)], True
    with _client(address) as client:
        payload = pickle.dumps((given, plan, run.seed, run.draws, batch.counting))
        for numbers, part in _parts(client, payload, rounds(run, batch.blocks, every), every):
            counts[0].merge(part)
            over, complete = ended(run, counts, numbers)
            if over:
                break
    return spread(merged(counts), given.table.units, complete=complete)


@contextmanager
def _client(address: str) -> "Iterator[Client]":
    """Connect; BadInput where dask is not installed, or no scheduler answers."""
    try:
        from distributed import Client
    except ImportError as problem:
        advice = "the extra cluster: pip install 'stadtindex[cluster]'"
        raise BadInput(Finding("", None, "--scheduler", "no dask", advice)) from problem
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as problem:
        found = f"no scheduler at {address}: {problem}"
        advice = "the address of a Dask scheduler that answers, as tcp://127.0.0.1:8786"
        raise BadInput(Finding("", None, "--scheduler", found, advice)) from problem
    with client:
        _check_workers(client, address)
        yield client


def _check_workers(client: "Client", address: str) -> None:
    """Wait for a worker; without one nothing would ever come back."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as problem:
        advice = f"one worker or more: dask worker {address}"
        raise BadInput(Finding("", None, "--scheduler", "a scheduler without workers", advice)) from problem


def _parts(
    client: "Client", payload: bytes, asked: Iterator[range], every: int
) -> Iterator[tuple[range, Counts]]:
    """Give the counts of one round of blocks after the other, some rounds being under way; what is not used is cancelled."""
    # A task and not scattered data: when the worker that holds it dies, it is made again.
    with _large_is_fine():
        held = client.submit(bytes, payload, key=f"index-{uuid4().hex}")
    under_way: deque[tuple[range, Any]] = deque()
    waiting = (piece for numbers in asked for piece in _pieces(numbers, every))
    try:
        while True:
            room = AHEAD * max(1, sum(client.nthreads().values())) - len(under_way)
            for _, numbers in zip(range(room), waiting, strict=False):
                under_way.append((numbers, _submit(client, held, numbers)))
            if not under_way:
                return
            numbers, task = under_way.popleft()
            yield numbers, _result(client, held, numbers, task)
    finally:
        client.cancel([task for _, task in under_way])


def _submit(client: "Client", held: Any, numbers: range) -> Any:
    key = f"blocks-{numbers.start}-{numbers.stop}-{uuid4().hex}"
    return client.submit(_count, held, numbers.start, numbers.stop, key=key, retries=RETRIES)


def _result(client: "Client", held: Any, numbers: range, task: Any) -> Counts:
    """Wait for the counts of some blocks; where the workers that counted them died, have them counted again."""
    from distributed import KilledWorker

    for _ in range(RETRIES):
        try:
            counts: Counts = task.result()
        except KilledWorker:
            task = _submit(client, held, numbers)
        else:
            return counts
    raise BadInput(
        Finding("", None, "--scheduler", f"{RETRIES} workers that died", "workers with more memory")
    )


def _pieces(numbers: range, every: int) -> Iterator[range]:
    """Cut what nobody asks about in between into rounds, so that all workers have some."""
    for begin in range(numbers.start, numbers.stop, every):
        yield range(begin, min(begin + every, numbers.stop))


@contextmanager
def _large_is_fine() -> Iterator[None]:
    """Send the table of a large index without being told that it is large."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
        yield


class _Ready:
    """The index that this worker has made ready last; a worker works on one simulation at a time."""

    lock = threading.Lock()
    payload = b""
    batch: Batch | None = None


def _count(payload: bytes, first: int, last: int) -> Counts:
    """Count blocks on a worker."""
    with _Ready.lock:
        if _Ready.batch is None or _Ready.payload != payload:
            given, plan, seed, draws, counting = pickle.loads(payload)  # noqa: S301 - sent by our own client
            _Ready.batch = prepare(given, plan, Simulation(seed, draws), counting)
            _Ready.payload = payload
        batch = _Ready.batch
    return count(batch, range(first, last))
