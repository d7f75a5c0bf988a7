"""Why a score or a rank changed, split exactly by cause; `split` is the door, `lead` answers why A is ahead of B."""
