"""Numbers only: from a tree, a table and a recipe to every score, rank and the way to them.

`compute` is the door; everything a caller needs to build its arguments and to read its results is named here.
"""

from stadtindex.engine.background import Background, Period
from stadtindex.engine.compute import compute
from stadtindex.engine.errors import EngineError
from stadtindex.engine.explain import Addend, Explanation, Note
from stadtindex.engine.inputs import Inputs
from stadtindex.engine.rank import rank, rank_within
from stadtindex.engine.recipe import (
    Aggregation,
    Bounded,
    Combining,
    Denominator,
    Importance,
    Imputation,
    Impute,
    Missing,
    NodeRecipe,
    Normalisation,
    Normalise,
    Penalty,
    Recipe,
    Screen,
    Transformation,
    Treat,
    Treatment,
    Weighing,
    Weighting,
)
from stadtindex.engine.results import Results
from stadtindex.engine.table import Cell, Table
from stadtindex.engine.tree import Node, Tree

__all__ = [
    "Addend",
    "Aggregation",
    "Background",
    "Bounded",
    "Cell",
    "Combining",
    "Denominator",
    "EngineError",
    "Explanation",
    "Importance",
    "Imputation",
    "Impute",
    "Inputs",
    "Missing",
    "Node",
    "NodeRecipe",
    "Normalisation",
    "Normalise",
    "Note",
    "Penalty",
    "Period",
    "Recipe",
    "Results",
    "Screen",
    "Table",
    "Transformation",
    "Treat",
    "Treatment",
    "Tree",
    "Weighing",
    "Weighting",
    "compute",
    "rank",
    "rank_within",
]
