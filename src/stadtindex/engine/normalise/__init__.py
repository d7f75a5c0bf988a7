"""Normalisation: a column on a scale; `NORMALISATIONS` is the register.

One function per method, all of one signature: a `Column` and its options in, a fitted `Scale` out.
"""

from stadtindex.engine.normalise.methods import NORMALISATIONS
from stadtindex.engine.normalise.scale import Scale

__all__ = ["NORMALISATIONS", "Scale"]
