"""Is the index sound: statistics, correlations, reliability, components, influence; `audit` puts them in order.

Importing this package loads scipy.
"""

from stadtindex.engine.diagnose.audit import Audit, audit
from stadtindex.engine.diagnose.components import Components, components, inflation
from stadtindex.engine.diagnose.correlate import (
    Correlation,
    Correlations,
    correlate,
    false_discovery,
)
from stadtindex.engine.diagnose.describe import (
    Description,
    Flag,
    Limits,
    describe,
)
from stadtindex.engine.diagnose.influence import Influence, influence
from stadtindex.engine.diagnose.leave_out import LeaveOut, leave_one_out
from stadtindex.engine.diagnose.profile import (
    Elasticity,
    Profile,
    Standing,
    elasticity,
    profile,
    standings,
)
from stadtindex.engine.diagnose.reliability import Reliability, reliability

__all__ = [
    "Audit",
    "Components",
    "Correlation",
    "Correlations",
    "Description",
    "Elasticity",
    "Flag",
    "Influence",
    "LeaveOut",
    "Limits",
    "Profile",
    "Reliability",
    "Standing",
    "audit",
    "components",
    "correlate",
    "describe",
    "elasticity",
    "false_discovery",
    "inflation",
    "influence",
    "leave_one_out",
    "profile",
    "reliability",
    "standings",
]
