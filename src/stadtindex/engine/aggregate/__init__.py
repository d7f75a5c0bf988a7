"""Aggregation: how the scores of the children become one; `methods.AGGREGATIONS` is the register.

One function per method, all of one signature: a `Group` in, the combined scores and what each child contributed out.
"""
