"""What imputation is given and gives back: a matrix with gaps, the choices of the method maker, and every filled cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from stadtindex.engine.arrays import LARGEST, Bools, Floats, canonical, present
from stadtindex.engine.errors import EngineError

# Values of a column that differ by less than this part of their magnitude differ by rounding only.
NOISE = 1e-12


class Imputation(StrEnum):
    """How gaps are filled; the functions are beside this one, the register in `engine.impute.fill`."""

    NONE = "none"
    MEAN = "mean"
    MEDIAN = "median"
    GROUP_MEAN = "group_mean"
    GROUP_MEDIAN = "group_median"
    SIBLINGS = "siblings"
    NEIGHBOURS = "neighbours"
    EM = "em"
    LATEST = "latest"
    LINEAR = "linear"


@dataclass(frozen=True)
class Impute:
    """An imputation with its parameters; those that a method does not use are ignored by it.

    `neighbours` is how many are averaged, `overlap` in how many columns two units must both have a value to be
    compared (NEIGHBOURS). `ridge` is a number of fictitious uncorrelated units as a share of the real ones,
    `tolerance` the largest change (in standard deviations) at which EM has converged, `iterations` at most so many,
    `cap` keeps its values within those of the column (EM). `look_back` is how far from the period an observation may
    lie, in units of the period; None: any (LATEST, LINEAR). With `family` = True only columns of the same parent
    inform each other (NEIGHBOURS, EM); SIBLINGS never looks beyond.
    """

    method: Imputation = Imputation.NONE
    neighbours: int = 5
    overlap: int = 1
    ridge: float = 0.0
    tolerance: float = 1e-6
    iterations: int = 1000
    cap: bool = False
    look_back: float | None = None
    family: bool = False

    def __post_init__(self) -> None:
        for name, number in (
            ("neighbours", self.neighbours),
            ("overlap", self.overlap),
            ("iterations", self.iterations),
        ):
            if number < 1:
                raise EngineError(f"{name} must be at least 1, not {number!r}")
        if not 0.0 <= self.ridge <= LARGEST:
            raise EngineError(f"ridge is a share >= 0, not {self.ridge!r}")
        if not 0.0 < self.tolerance <= 1.0:
            raise EngineError(f"tolerance must lie between 0 and 1, not {self.tolerance!r}")
        if self.look_back is not None and not 0.0 <= self.look_back <= LARGEST:
            raise EngineError(f"look_back must be >= 0, not {self.look_back!r}")


@dataclass(frozen=True, eq=False)
class Wave:
    """The same table in another period: `values` (n, m) for the same units and columns, NaN where there is none."""

    period: float
    values: Floats


@dataclass(frozen=True, eq=False)
class Gaps:
    """The matrix `values` (n units, m columns, original or denominated units, NaN without value) and what is around it.

    `wanted` (n, m) marks the gaps that may be filled; other gaps (not applicable, unanswered under `zero`) stay.
    `directions` (m) are +1 or -1, `families` (m) the parent of each column, `groups` (n) the group of each unit.
    `period` and `waves` are for panels. EngineError where shapes do not fit, a wanted cell has a value, a number is
    infinite, or periods repeat.
    """

    units: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats
    wanted: Bools
    directions: tuple[int, ...] = ()
    families: tuple[str, ...] = ()
    groups: tuple[str, ...] | None = None
    period: float | None = None
    waves: tuple[Wave, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.units), len(self.columns))
        waves = [(f"values of the wave {wave.period:g}", wave.values) for wave in self.waves]
        if self.wanted.shape != shape:
            raise EngineError(f"the wanted cells have the shape {self.wanted.shape}, not {shape}")
        for name, numbers in [("values", self.values), *waves]:
            if numbers.shape != shape:
                raise EngineError(f"the {name} have the shape {numbers.shape}, not {shape}")
            self.refuse(present(numbers) & ~(np.abs(numbers) <= LARGEST), f"the {name} are not finite")
        self.refuse(self.wanted & present(self.values), "a value that is there cannot be filled")
        if self.directions == ():
            object.__setattr__(self, "directions", (1,) * shape[1])
        if self.families == ():
            object.__setattr__(self, "families", ("",) * shape[1])
        self._check_lengths()
        self._check_periods()

    def refuse(self, wrong: Bools, why: str) -> None:
        """Raise EngineError for the first cell where `wrong` (n, m) holds."""
        if wrong.any():
            row, column = (int(index) for index in np.argwhere(wrong)[0])
            raise EngineError(why, unit=self.units[row], node=self.columns[column])

    def within(self, chosen: Sequence[int]) -> "Gaps":
        """Return the same gaps for some of the columns, given by their places."""
        places = list(chosen)
        return Gaps(
            units=self.units,
            columns=tuple(self.columns[place] for place in places),
            values=self.values[:, places],
            wanted=self.wanted[:, places],
            directions=tuple(self.directions[place] for place in places),
            families=tuple(self.families[place] for place in places),
            groups=self.groups,
            period=self.period,
            waves=tuple(Wave(wave.period, wave.values[:, places]) for wave in self.waves),
        )

    def _check_lengths(self) -> None:
        for name, length, asked in (
            ("directions", len(self.directions), len(self.columns)),
            ("families", len(self.families), len(self.columns)),
            ("groups", len(self.units if self.groups is None else self.groups), len(self.units)),
        ):
            if length != asked:
                raise EngineError(f"there are {length} {name} for {asked}")
        if not set(self.directions) <= {1, -1}:
            raise EngineError("a direction must be 1 or -1")
        for codes, kind in ((self.units, "unit"), (self.columns, "column")):
            if len(set(codes)) != len(codes):
                raise EngineError(f"a {kind} is there twice")

    def _check_periods(self) -> None:
        if len(self.waves) == 0:
            return
        if self.period is None:
            raise EngineError("other periods need the period of the table itself")
        periods = [self.period, *(wave.period for wave in self.waves)]
        if len(set(periods)) != len(periods) or not all(abs(period) <= LARGEST for period in periods):
            raise EngineError("every period must be a finite number and be there once")


@dataclass(frozen=True)
class Convergence:
    """How EM ended: after how many `iterations`, with what last `change` (standard deviations), whether `converged`.

    `ridge` is the one that was used (a share of the units), which is larger than asked where the covariance was
    singular; `log_likelihood` that of the observed standardised values under the last estimate but one.
    """

    columns: tuple[str, ...]
    iterations: int
    change: float
    converged: bool
    ridge: float
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class Filling:
    """What a method puts in: `values` (n, m), NaN wherever it puts nothing, and the `age` of it (n, m) for panels.

    The age is the distance in periods to the nearest observation used; NaN where there is none.
    """

    values: Floats
    age: Floats | None = None
    convergence: tuple[Convergence, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Imputed:
    """The result, all arrays (n, m) and read-only: the given values with `values` in the cells that are `filled`.

    `method` (m) says by what each column was filled, `age` how old a filled value is (panels, in periods; else NaN),
    `convergence` how every run of EM ended. `open_gaps` are the cells that were wanted and stay open.
    """

    units: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats
    filled: Bools
    open_gaps: Bools
    age: Floats
    method: tuple[Imputation, ...]
    convergence: tuple[Convergence, ...]
    findings: tuple[str, ...]


def varies(known: Floats) -> bool:
    """Say whether the values (n,) that are there differ by more than rounding; False of fewer than two."""
    if known.size == 0:
        return False
    return float(known.max() - known.min()) > NOISE * float(np.abs(known).max())


def publish(
    gaps: Gaps, methods: tuple[Imputation, ...], filling: Filling, findings: tuple[str, ...]
) -> Imputed:
    """Put the filling into the gaps that are wanted, and freeze everything."""
    filled = gaps.wanted & present(filling.values)
    open_gaps = gaps.wanted & ~filled
    for marks in (filled, open_gaps):
        marks.flags.writeable = False
    age = np.full(gaps.values.shape, np.nan) if filling.age is None else filling.age
    return Imputed(
        units=gaps.units,
        columns=gaps.columns,
        values=canonical(np.where(filled, filling.values, gaps.values)),
        filled=filled,
        open_gaps=open_gaps,
        age=canonical(np.where(filled, age, np.nan)),
        method=methods,
        convergence=filling.convergence,
        findings=findings,
    )
