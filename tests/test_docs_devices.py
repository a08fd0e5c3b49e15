"""docs/devices.md says what the devices declare."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from longtail.devices.base import Parameter
from longtail.devices.discovery import devices

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("devices_page", ROOT / "scripts" / "devices_page.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(writer: ModuleType) -> None:
    written = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
    assert written == writer.page(written), "run: python scripts/devices_page.py"


def test_every_device_has_its_section(writer: ModuleType) -> None:
    page = writer.page(writer.MARKER)
    for name, device in devices().items():
        assert f"\n## {name}\n" in page
        assert device.doc.strip().splitlines()[0] in page


def test_a_page_without_marker_is_refused(writer: ModuleType) -> None:
    with pytest.raises(ValueError, match="has no line"):
        writer.page("# Devices\n")


@pytest.mark.parametrize(
    ("parameter", "wanted"),
    [
        (Parameter("a", "V", "x", low=0.0), "≥ 0"),
        (Parameter("a", "V", "x", high=2.5), "≤ 2.5"),
        (Parameter("a", "V", "x", low=-1.0, high=1.0), "-1 to 1"),
        (Parameter("a", "V", "x", choices=(0.0, 3.0)), "0, 3"),
        (Parameter("a", "V", "x"), ""),
    ],
)
def test_bounds_read_well(writer: ModuleType, parameter: Parameter, wanted: str) -> None:
    assert writer.bounds(parameter) == wanted


def test_bars_in_a_cell_do_not_split_it(writer: ModuleType) -> None:
    assert writer.table(("a",), [("b|c",)])[2] == "| b\\|c |"
