"""Weights: how much each child counts; `methods.WEIGHINGS` is the register."""
