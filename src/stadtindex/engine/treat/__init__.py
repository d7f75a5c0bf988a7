"""Outlier treatment: winsorise, then transform, and say what was done; `treat` is the door.

One function per method in `TREATMENTS`, all of one signature: a `Column` and its options in, `Treated` out.
"""

from stadtindex.engine.treat.columns import TREATMENTS, Outcome, Treated, treat

__all__ = ["TREATMENTS", "Outcome", "Treated", "treat"]
