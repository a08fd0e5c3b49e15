"""What all tests share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def examples() -> Path:
    """The folder of the gallery."""
    return EXAMPLES


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A missing ngspice is a failure and no skip: without its oracle the test has shown nothing."""
    if item.get_closest_marker("ngspice") and shutil.which("ngspice") is None:
        pytest.fail("this test runs ngspice, which is not installed: run scripts/ensure-ngspice.sh", pytrace=False)
