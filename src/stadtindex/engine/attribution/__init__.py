"""Why a score or a rank changed, split exactly by cause; `Attribution` is the door, `lead` answers why A is ahead of B.

`State` holds one edition, `Pair` two of them, `whatif` other values for one unit.
"""

from stadtindex.engine.attribution.lead import Lead, lead
from stadtindex.engine.attribution.mix import Cause, Pair, State
from stadtindex.engine.attribution.own import Part
from stadtindex.engine.attribution.split import Attribution, Split, whatif

__all__ = [
    "Attribution",
    "Cause",
    "Lead",
    "Pair",
    "Part",
    "Split",
    "State",
    "lead",
    "whatif",
]
