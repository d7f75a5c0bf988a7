"""Weights: how much each child counts; `WEIGHINGS` is the register.

One function per method, all of one signature: `Siblings` and the options in, `Weighed` out.
"""

from stadtindex.engine.weigh.methods import WEIGHINGS, Weighed
from stadtindex.engine.weigh.siblings import Siblings

__all__ = ["WEIGHINGS", "Siblings", "Weighed"]
