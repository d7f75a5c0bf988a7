"""Outlier treatment: winsorise, then transform, and say what was done; `columns.treat` is the door."""
