"""The shipped edition has one hash, whatever CPU the numerical libraries believe to run on."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

PROGRAM = """
import sys
from hashlib import sha256
from pathlib import Path
from stadtindex.editions.bundle import contents
from stadtindex.editions.compute import compute
files = contents(compute(Path(sys.argv[1])))
print(sha256(files["SHA256SUMS"]).hexdigest())
"""


def switched_off() -> str:
    """Every optional instruction set that this numpy would use on this machine."""
    simd = np.show_config(mode="dicts")["SIMD Extensions"]
    return " ".join(simd.get("found", []))


def digest(edition: Path, **settings: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(edition)],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.strip()


@pytest.mark.parametrize("edition", ["data/editions/open-2026", "examples/hdi-2021", "examples/methods-2026"])
def test_equal_bytes_everywhere(root: Path, edition: str) -> None:
    usual = digest(root / edition)
    others = [
        {"OPENBLAS_CORETYPE": "Haswell", "PYTHONHASHSEED": "1"},
        {"OPENBLAS_CORETYPE": "Prescott", "PYTHONHASHSEED": "2"},
        {"OPENBLAS_NUM_THREADS": "2", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
    ]
    if switched_off():
        others.append({"NPY_DISABLE_CPU_FEATURES": switched_off()})
    assert {digest(root / edition, **settings) for settings in others} == {usual}
    assert len(usual) == len(sha256().hexdigest())
