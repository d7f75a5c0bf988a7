"""What imputation may look at besides the table: which group a unit belongs to, and the same index in other periods."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from stadtindex.engine.arrays import LARGEST, Floats
from stadtindex.engine.errors import EngineError
from stadtindex.engine.table import Table


@dataclass(frozen=True, eq=False)
class Period:
    """The data of another period: `table` with its own `denominators`, by column, each (n units of that table,).

    Units and columns are matched by code; what the other period lacks is a gap there.
    """

    period: float
    table: Table
    denominators: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not abs(self.period) <= LARGEST:
            raise EngineError(f"a period must be a finite number, not {self.period!r}")
        for column, values in self.denominators.items():
            if values.shape != (len(self.table.units),):
                raise EngineError(
                    f"a denominator of the period {self.period:g} does not fit its units", column=column
                )

    def column(self, code: str, units: tuple[str, ...]) -> Floats:
        """Return a column of the table for these units (n,), NaN where the period has none."""
        if code not in self.table.columns:
            return np.full(len(units), np.nan)
        return self._placed(self.table.values[:, self.table.columns.index(code)], units)

    def denominator(self, column: str, units: tuple[str, ...]) -> Floats:
        """Return a denominator for these units (n,), NaN where the period has none."""
        values = self.denominators.get(column)
        return np.full(len(units), np.nan) if values is None else self._placed(values, units)

    def _placed(self, values: Floats, units: tuple[str, ...]) -> Floats:
        rows = {unit: row for row, unit in enumerate(self.table.units)}
        return np.array([values[rows[unit]] if unit in rows else np.nan for unit in units])


@dataclass(frozen=True, eq=False)
class Background:
    """`groups` gives the group of a unit by its code (a unit without one has none), `others` the other periods.

    `period` is that of the table itself; without it other periods have no distance, and an EngineError says so.
    """

    groups: Mapping[str, str] = field(default_factory=dict)
    period: float | None = None
    others: tuple[Period, ...] = ()
