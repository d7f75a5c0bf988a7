"""Sensitivity: which uncertain choice moves the result, alone and together with the others (Sobol indices).

The model is any callable from points of the unit cube to numbers, so this module knows nothing of what is uncertain.
Monte Carlo: equal for an equal generator on one machine, within the stated intervals on another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from stadtindex.engine.arrays import Floats, Ints, canonical
from stadtindex.engine.errors import EngineError
from stadtindex.engine.sensitivity.design import Design, saltelli_design

Model = Callable[[Floats], Floats]

# An output whose standard deviation is below this part of its magnitude does not vary.
NOISE = 1e-12
# So many outputs are estimated at a time, which bounds the memory of the resamples.
BLOCK = 128


@dataclass(frozen=True)
class Sampling:
    """How much is drawn: N `points` (a power of two), bootstrap `resamples` (0: none) and the intervals' `level`."""

    points: int = 1024
    resamples: int = 500
    level: float = 0.9

    def __post_init__(self) -> None:
        if self.resamples < 0:
            raise EngineError(f"resamples must be >= 0, not {self.resamples!r}")
        if not 0.0 < self.level < 1.0:
            raise EngineError(f"the level of an interval lies between 0 and 1, not {self.level!r}")


@dataclass(frozen=True, eq=False)
class Band:
    """Estimates `value` with the ends `low` and `high` of their bootstrap interval, all (g factors, m outputs)."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Sobol indices of every output (m,) for every factor (g,); NaN where an output does not vary.

    `first` is the share of the output's variance that a factor explains alone, `total` that of all it takes part in;
    both are estimates and may leave 0..1 by their error. `mean` and `variance` (m,) describe the outputs, `used` (m,)
    counts the base points that served each output: a point is left out where any build belonging to it gave no finite
    number. `builds` is the number of times the model was evaluated.
    """

    factors: tuple[str, ...]
    outputs: tuple[str, ...]
    first: Band
    total: Band
    mean: Floats
    variance: Floats
    used: Ints
    builds: int

    def ordered(self, output: str) -> tuple[str, ...]:
        """Return the factors by falling total index of one output, ties and NaN in the order of the factors."""
        if output not in self.outputs:
            raise EngineError(f"the analysis has no output {output!r}")
        totals = self.total.value[:, self.outputs.index(output)]
        order = np.argsort(-np.where(np.isnan(totals), -np.inf, totals), kind="stable")
        return tuple(self.factors[int(i)] for i in order)

    def error(self) -> float:
        """Return half the width of the widest interval of any index: how far the analysis has converged; NaN if none."""
        widths = np.concatenate([(band.high - band.low).ravel() for band in (self.first, self.total)])
        known = widths[~np.isnan(widths)]
        return float(known.max()) / 2.0 if known.size > 0 else float("nan")


def sobol_indices(
    model: Model,
    factors: Sequence[str],
    rng: np.random.Generator,
    sampling: Sampling | None = None,
    outputs: Sequence[str] | None = None,
) -> Sensitivity:
    """Estimate first-order and total Sobol indices with bootstrap intervals.

    `factors` names each column of the model's input; columns of the same name are one grouped factor. The model maps
    points (k, d), 0 < u < 1, to outputs (k,) or (k, m), each point by itself; it is called once, with all N · (g + 2)
    points. A model that has a method `translate` (points to points) gets the base points translated, 2 N at once: what
    a number between 0 and 1 stands for is then worked out once and not g + 2 times. A result that is
    NaN or infinite (a failed build) leaves its base point out for that output, and is counted. The intervals are
    percentiles of bootstrap resamples of the base points; for Sobol points they are wide rather than narrow.

    References: Sobol (2001), doi:10.1016/S0378-4754(00)00270-6; Jansen (1999), Analysis of variance designs for model
    output, doi:10.1016/S0010-4655(98)00154-4; Saltelli et al. (2010), doi:10.1016/j.cpc.2009.09.018.
    """
    sampling = Sampling() if sampling is None else sampling
    design = saltelli_design(factors, sampling.points, rng)
    built = _build(model, design)
    names = _names(outputs, built.shape[2])
    counts = _resample(sampling, rng)
    parts = [
        _estimate(built[:, :, start : start + BLOCK], counts, sampling.level)
        for start in range(0, built.shape[2], BLOCK)
    ]
    first, total = ([part[which] for part in parts] for which in (0, 1))
    return Sensitivity(
        factors=design.factors,
        outputs=names,
        first=Band(*(canonical(np.concatenate(ends, axis=1)) for ends in zip(*first, strict=True))),
        total=Band(*(canonical(np.concatenate(ends, axis=1)) for ends in zip(*total, strict=True))),
        mean=canonical(np.concatenate([part[2] for part in parts])),
        variance=canonical(np.concatenate([part[3] for part in parts])),
        used=_frozen(np.concatenate([part[4] for part in parts])),
        builds=sampling.points * built.shape[0],
    )


def _build(model: Model, design: Design) -> Floats:
    """Evaluate the model at a, at b, and at a with each factor from b in turn; (g + 2, N, m)."""
    translate = getattr(model, "translate", None)
    if translate is not None:
        design = design.translated(translate)
    points = np.concatenate([design.a, design.b, *(design.mixed(factor) for factor in design.factors)])
    values = np.asarray(model(points), dtype=np.float64)
    values = values[:, np.newaxis] if values.ndim == 1 else values
    if values.ndim != 2 or len(values) != len(points):
        raise EngineError(f"the model gave the shape {values.shape} for {len(points)} points")
    return values.reshape(len(design.factors) + 2, len(design.a), values.shape[1])


def _names(outputs: Sequence[str] | None, count: int) -> tuple[str, ...]:
    names = tuple(f"output {i}" for i in range(count)) if outputs is None else tuple(outputs)
    if len(names) != count:
        raise EngineError(f"the model gives {count} outputs, but {len(names)} are named")
    return names


def _resample(sampling: Sampling, rng: np.random.Generator) -> Floats:
    """Draw how often each base point is in each resample; (1 + R, N), the first row being the sample itself."""
    points = sampling.points
    counts = np.ones((1 + sampling.resamples, points))
    for row in range(1, 1 + sampling.resamples):
        counts[row] = np.bincount(rng.integers(0, points, size=points), minlength=points)
    return counts


Ends = tuple[Floats, Floats, Floats]


def _estimate(built: Floats, counts: Floats, level: float) -> tuple[Ends, Ends, Floats, Floats, Ints]:
    """Return first-order and total indices (value, low, high), mean, variance, and points used of some outputs."""
    there = np.all(np.isfinite(built), axis=0)
    weight = there.astype(np.float64)
    used = weight.sum(axis=0)
    both = np.where(there, built[:2], 0.0)
    with np.errstate(all="ignore"):
        mean = both.sum(axis=(0, 1)) / (2.0 * used)
        # Measured from the mean, so that the difference of squares below does not cancel.
        centred = np.where(there, built - mean, 0.0)
        a, b = centred[0], centred[1]
        doubled = 2.0 * (counts @ weight)
        variance = counts @ (a * a + b * b) / doubled - (counts @ (a + b) / doubled) ** 2
        varies = np.sqrt(variance[:1]) > NOISE * np.abs(both).max(axis=(0, 1))
        spread = np.where(varies & (variance > 0.0), variance, np.nan)
        first = np.stack([1.0 - counts @ (b - mixed) ** 2 / doubled / spread for mixed in centred[2:]])
        total = np.stack([counts @ (a - mixed) ** 2 / doubled / spread for mixed in centred[2:]])
    return _ends(first, level), _ends(total, level), mean, variance[0], used.astype(np.int64)


def _ends(draws: Floats, level: float) -> Ends:
    """Return the estimate and the ends of its interval from draws (g, 1 + R, m); without resamples the ends are NaN."""
    value = draws[:, 0, :]
    low, high = np.full_like(value, np.nan), np.full_like(value, np.nan)
    resampled = np.moveaxis(draws[:, 1:, :], 1, 0)
    tails = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]
    # A resample in which an output happens not to vary says nothing about it.
    lost = np.isnan(resampled)
    whole, some = ~lost.any(axis=0), ~lost.all(axis=0)
    if len(resampled) > 0:
        low[whole], high[whole] = np.quantile(resampled[:, whole], tails, axis=0)
    if (some & ~whole).any():
        low[some & ~whole], high[some & ~whole] = np.nanquantile(resampled[:, some & ~whole], tails, axis=0)
    return value, low, high


def _frozen(values: Ints) -> Ints:
    values.flags.writeable = False
    return values
