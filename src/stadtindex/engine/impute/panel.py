"""Imputation from other periods of the same unit and column: the latest observation, or a straight line between two.

References: OECD/JRC (2008), step 2, doi:10.1787/9789264043466-en; latest and linear as in COINr, Becker et al. (2022),
doi:10.21105/joss.04567, but with the look-back in units of the period, not in number of waves.
"""

import numpy as np

from stadtindex.engine.arrays import Floats, present
from stadtindex.engine.errors import EngineError
from stadtindex.engine.impute.gaps import Filling, Gaps, Impute, Wave


def latest(gaps: Gaps, options: Impute) -> Filling:
    """Carry the latest earlier observation forward, if it is not older than `look_back`; its age is reported.

    Later periods are not looked at. EngineError where no other period is given; without an earlier value the gap
    stays open.
    """
    period = _period(gaps)
    values, age = _nearest(gaps, [wave for wave in gaps.waves if wave.period < period], options)
    return Filling(values, age)


def linear(gaps: Gaps, options: Impute) -> Filling:
    """Draw a straight line from the nearest earlier to the nearest later observation, each within `look_back`.

    Where only one side has one, that observation is taken as it is (nothing is extrapolated). The age reported is the
    distance to the nearer observation used. EngineError where no other period is given.
    """
    period = _period(gaps)
    before, since = _nearest(gaps, [wave for wave in gaps.waves if wave.period < period], options)
    after, until = _nearest(gaps, [wave for wave in gaps.waves if wave.period > period], options)
    line = before + since / (since + until) * (after - before)
    # A straight line stays between its ends, which rounding must not undo.
    line = np.clip(line, np.minimum(before, after), np.maximum(before, after))
    one_sided = np.where(present(before), before, after)
    values = np.where(present(before) & present(after), line, one_sided)
    return Filling(values, np.fmin(since, until))


def _period(gaps: Gaps) -> float:
    if gaps.period is None or len(gaps.waves) == 0:
        raise EngineError("imputation over time needs the table in at least one other period")
    return gaps.period


def _nearest(gaps: Gaps, waves: list[Wave], options: Impute) -> tuple[Floats, Floats]:
    """Return the observation nearest in time among these waves and its distance, both (n, m), NaN without any."""
    period = _period(gaps)
    values, distance = np.full(gaps.values.shape, np.nan), np.full(gaps.values.shape, np.nan)
    for wave in sorted(waves, key=lambda wave: abs(wave.period - period), reverse=True):
        away = abs(wave.period - period)
        if options.look_back is None or away <= options.look_back:
            there = present(wave.values)
            values[there], distance[there] = wave.values[there], away
    return values, distance
