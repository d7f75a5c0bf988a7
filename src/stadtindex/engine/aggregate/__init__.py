"""Aggregation: how the scores of the children become one; `AGGREGATIONS` is the register.

One function per method, all of one signature: a `Group` in, the combined scores and what each child contributed out.
"""

from stadtindex.engine.aggregate.group import Group
from stadtindex.engine.aggregate.methods import AGGREGATIONS

__all__ = ["AGGREGATIONS", "Group"]
