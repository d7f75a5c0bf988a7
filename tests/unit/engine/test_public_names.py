"""What a library user imports: every package of the engine names its public things, and the front door stays light."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

import stadtindex.engine

PACKAGES = [
    "stadtindex.engine",
    *(
        f"stadtindex.engine.{found.name}"
        for found in pkgutil.iter_modules(stadtindex.engine.__path__)
        if found.ispkg
    ),
]
HEAVY = ("scipy", "uncertainty", "sensitivity", "attribution", "diagnose")


@pytest.mark.parametrize("name", PACKAGES)
def test_every_name_of_a_package_is_there_and_documented(name: str) -> None:
    package = importlib.import_module(name)
    assert len(package.__all__) > 0
    assert len(set(package.__all__)) == len(package.__all__)
    for public in package.__all__:
        thing = getattr(package, public)
        if callable(thing):
            assert (thing.__doc__ or "").strip() != "", f"{name}.{public}"


def test_the_front_door_loads_neither_scipy_nor_the_heavy_parts() -> None:
    code = "import sys, stadtindex.engine; print('\\n'.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ran.stdout.splitlines()
    assert "stadtindex.engine.compute" in loaded
    assert [name for name in loaded if name.partition(".")[0] == "scipy"] == []
    assert [
        name for name in loaded if name.startswith("stadtindex.engine.") and name.split(".")[2] in HEAVY
    ] == []
