"""Imputation: gaps filled by what the other cells say, every filled cell marked; `impute` is the door.

One function per method in `IMPUTATIONS`, all of one signature: `Gaps` and the options in, a `Filling` out.
"""

from stadtindex.engine.impute.fill import IMPUTATIONS, impute
from stadtindex.engine.impute.gaps import Filling, Gaps, Imputed, Wave

__all__ = ["IMPUTATIONS", "Filling", "Gaps", "Imputed", "Wave", "impute"]
