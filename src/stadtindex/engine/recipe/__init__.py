"""What a method maker may choose, per node: the names of all methods and their parameters, checked."""

from stadtindex.engine.impute.gaps import Imputation, Impute
from stadtindex.engine.recipe.names import (
    Aggregation,
    Bounded,
    Importance,
    Missing,
    Normalisation,
    Penalty,
    Weighing,
)
from stadtindex.engine.recipe.node import NodeRecipe, Recipe
from stadtindex.engine.recipe.options import Combining, Denominator, Normalise, Weighting
from stadtindex.engine.screen import Screen
from stadtindex.engine.treat.options import Transformation, Treat, Treatment

__all__ = [
    "Aggregation",
    "Bounded",
    "Combining",
    "Denominator",
    "Importance",
    "Imputation",
    "Impute",
    "Missing",
    "NodeRecipe",
    "Normalisation",
    "Normalise",
    "Penalty",
    "Recipe",
    "Screen",
    "Transformation",
    "Treat",
    "Treatment",
    "Weighing",
    "Weighting",
]
