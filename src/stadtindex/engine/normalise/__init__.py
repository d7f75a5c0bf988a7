"""Normalisation: a column on a scale; `methods.NORMALISATIONS` is the register.

One function per method, all of one signature: a `Column` and its options in, a fitted `Scale` out.
"""
