"""The names of what a method maker may choose; the functions are beside the steps they belong to."""

from enum import StrEnum


class Normalisation(StrEnum):
    """How a column is put on a scale; the functions are in `engine.normalise.methods`."""

    NONE = "none"
    FIXED = "fixed"
    MIN_MAX = "min_max"
    Z_SCORE = "z_score"
    RANK = "rank"
    PERCENTILE = "percentile"
    GOALPOSTS = "goalposts"
    SHARE_OF_BEST = "share_of_best"
    BORDA = "borda"
    DISTANCE_TO_BEST = "distance_to_best"
    DISTANCE_TO_UNIT = "distance_to_unit"
    DISTANCE_TO_TARGET = "distance_to_target"
    TWO_SIDED = "two_sided"


class Weighing(StrEnum):
    """How the children of a node are weighed; the functions are in `engine.weigh.methods`."""

    GIVEN = "given"
    EQUAL = "equal"
    PCA = "pca"
    ENTROPY = "entropy"
    CRITIC = "critic"
    BENEFIT_OF_THE_DOUBT = "benefit_of_the_doubt"
    BALANCED = "balanced"


class Importance(StrEnum):
    """What balanced weights mean by the importance of a child: how much of the composite's variance it explains, alone."""

    SQUARED_CORRELATION = "squared_correlation"
    CORRELATION_RATIO = "correlation_ratio"


class Bounded(StrEnum):
    """What bounds of the benefit of the doubt limit: a child's weight, or the share it contributes to the unit's sum."""

    WEIGHT = "weight"
    SHARE = "share"


class Aggregation(StrEnum):
    """How the children of a node are combined; the functions are in `engine.aggregate.methods`."""

    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"
    HARMONIC = "harmonic"
    GENERALISED = "generalised"
    MEDIAN = "median"
    OWA = "owa"
    MPI = "mpi"
    AMPI = "ampi"
    DP2 = "dp2"
    COPELAND = "copeland"


class Penalty(StrEnum):
    """What an unbalanced profile costs: points (higher is better), or points on top (of a burden)."""

    DOWN = "down"
    UP = "up"


class Missing(StrEnum):
    """What stands in for a value that is not there: nothing (the rest is re-weighted), the worst, or an estimate."""

    REWEIGHT = "reweight"
    ZERO = "zero"
    IMPUTE = "impute"
