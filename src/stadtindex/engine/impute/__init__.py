"""Imputation: gaps filled by what the other cells say, every filled cell marked; `fill.impute` is the door."""
