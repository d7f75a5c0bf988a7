"""The list of laws is what is tested, and each law is tested with as many examples as the profile says."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings


@pytest.fixture(scope="module")
def laws_page(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("laws_page", root / "tests" / "project" / "laws_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["laws_page"] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_is_tested(laws_page: ModuleType) -> None:
    written = laws_page.PAGE.read_text("utf-8")
    assert written == laws_page.page(), "run: make docs"


def test_there_are_many_laws_and_none_sets_its_own_number_of_examples(laws_page: ModuleType) -> None:
    found = [law for path in laws_page.files() for law in laws_page.laws(path)]
    assert len(found) >= 100
    assert len({law.name for law in found}) >= 95
    assert [law.name for law in found if law.own_number] == []


def test_the_long_profile_asks_for_a_thousand() -> None:
    assert settings.get_profile("long").max_examples == 1000
    assert settings.get_profile("default").max_examples == 100
