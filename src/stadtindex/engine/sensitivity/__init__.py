"""Which choice moves the ranking: Sobol indices; `sobol_indices` estimates them of any model.

`PlanModel` is the index as a function of the uncertain choices. Importing this package loads scipy.
"""

from stadtindex.engine.sensitivity.indices import (
    Band,
    Sampling,
    Sensitivity,
    sobol_indices,
)
from stadtindex.engine.sensitivity.model import PlanModel, Run
from stadtindex.engine.sensitivity.outputs import RANK_SHIFT

__all__ = [
    "RANK_SHIFT",
    "Band",
    "PlanModel",
    "Run",
    "Sampling",
    "Sensitivity",
    "sobol_indices",
]
