"""The worked example of CONTRIBUTING.md fulfils the contract, and does what its text says."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import longtail
from contract import test_analyses as analyses_contract
from contract import test_devices as contract
from devices.harness import evaluate, instance
from longtail.devices.base import DeviceModel
from longtail.elaborate.cards import catalog

PAGE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHECKS = sorted(
    name for name, check in vars(contract).items() if name.startswith("test_") and hasattr(check, "pytestmark")
)
INDEXES = (catalog.by_letter, catalog.by_model_type, catalog.instance_spelling, catalog.model_spelling)


@pytest.fixture
def limiter(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeviceModel]:
    """The device of the page, among the others for the length of a test."""
    module = ModuleType("limiter")
    source = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    exec(compile(source, "CONTRIBUTING.md", "exec"), module.__dict__)
    with monkeypatch.context() as among:
        among.setitem(contract.DEVICES, "limiter", module.MODEL)
        yield module.MODEL
    for indexed in INDEXES:
        indexed.cache_clear()


@pytest.mark.parametrize("check", CHECKS)
def test_the_example_fulfils_the_contract(check: str, limiter: DeviceModel) -> None:
    getattr(contract, check)("limiter")


def test_the_example_saturates(limiter: DeviceModel) -> None:
    card = instance(limiter, "limiter", {"g": 40e-3, "imax": 2e-3}, area=2.0)
    assert evaluate(limiter, card, {"p": 1e-6}).static["p"] == pytest.approx(80e-9)
    assert evaluate(limiter, card, {"p": -5.0}).static["p"] == pytest.approx(-4e-3)
    assert evaluate(limiter, card, {"p": 0.05}).static["p"] == pytest.approx(4e-3 * math.tanh(1.0))


def test_the_example_is_read_and_solved(limiter: DeviceModel) -> None:
    for indexed in INDEXES:
        indexed.cache_clear()
    card, model = re.findall(r"`(d1 [^`]*)` with `(\.model [^`]*)`", PAGE)[0]
    nodes = longtail.read(f"the example\nva a 0 50m\n{card}\nrb b 0 1\n{model}\n").op().nodes
    assert nodes["b"] == pytest.approx(4e-3 * math.tanh(20.0 * (50e-3 - nodes["b"])))
    assert nodes["b"] > 1e-3


def test_every_check_is_run() -> None:
    assert len(CHECKS) > 10


def test_the_files_that_the_page_names_exist() -> None:
    root = Path(__file__).parents[2]
    source = root / "src" / "longtail"
    for name in re.findall(r"`([a-z_0-9]+\.py)`", PAGE):
        assert list(source.rglob(name)), name
    for name in re.findall(r"`((?:tests|scripts|docs|src)/[\w/.]+)`", PAGE):
        assert (root / name).exists() or name.endswith(("limiter.py", "loading.py")), name


def test_what_the_page_places_is_there() -> None:
    root = Path(__file__).parents[2] / "src" / "longtail"
    section = PAGE[PAGE.index("| `netlist/`") : PAGE.index("What keeps it readable")]
    for name in re.findall(r"`([a-z_/]+(?:/|\.py))`", section):
        assert (root / name).exists() or list(root.rglob(name.rstrip("/"))), name
    ways = section[section.index("```") : section.rindex("```")]
    for room, *files in re.findall(r"\b([a-z_]+(?:/[a-z_]+)*)/([a-z_]+)\b(?:, ([a-z_]+))?", ways):
        for file in filter(None, files):
            assert (root / room / f"{file}.py").exists() or (root / room / file).is_dir(), (room, file)


def test_the_example_analysis_does_what_it_says() -> None:
    """Against the same amplifier with the resistor in it, and through the contract of all analyses."""
    module = ModuleType("longtail.analyses.loading")
    sys.modules[module.__name__] = module  # where dataclasses look for the names in annotations
    try:
        source = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
        exec(compile(source, "CONTRIBUTING.md", "exec"), module.__dict__)
    finally:
        del sys.modules[module.__name__]
    amplifier = analyses_contract.example()
    found = module.ANALYSIS(amplifier.circuit, load=4.7e3)
    deck = analyses_contract.DECK.read_text().replace(".end", "rload o1 o2 4.7k\n.end")
    loaded = longtail.read(deck, parameters=analyses_contract.MISMATCH).gains(frequency_hz=1.0)
    # the load also moves the operating point of a mismatched pair, a little
    assert found.loaded == pytest.approx(loaded.differential[0].real, rel=1e-4)
    analyses_contract.check_metadata(module.ANALYSIS)
    analyses_contract.check_result(found)
