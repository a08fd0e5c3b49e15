"""The methods of an amplifier are what the analyses declare."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from longtail.contract import kinds
from longtail.contract.analysis import Analysis, Option
from longtail.contract.result import Result
from longtail.registry import analyses

SCRIPT = Path(__file__).parents[2] / "scripts" / "methods.py"
PORT = Option("input", kinds.NODES, "", "nodes")
FREQUENCY = Option("frequency_hz", kinds.FREQUENCY, "Hz", "frequencies", "1:1g:20")
LEVEL = Option("vcm", kinds.NUMBER, "V", "level", low=-1.0, high=2.5)


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("methods", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_methods_are_up_to_date(writer: ModuleType) -> None:
    for part in writer.PARTS:
        written = (writer.FOLDER / part.file).read_text(encoding="utf-8")
        assert written == writer.page(part), "run: python scripts/methods.py"


def test_every_analysis_is_in_one_part(writer: ModuleType) -> None:
    found = [analysis.name for part in writer.PARTS for analysis in part.analyses()]
    assert sorted(found) == sorted(analyses())


@pytest.mark.parametrize("name", analyses())
def test_a_method_takes_what_its_analysis_declares(name: str, writer: ModuleType) -> None:
    """Every option with its default, and in its help with unit and bounds."""
    analysis = analyses()[name]
    pages = "".join((writer.FOLDER / part.file).read_text(encoding="utf-8") for part in writer.PARTS)
    _, _, rest = pages.partition(f"def {name.replace('-', '_')}(\n")
    signature, _, help = rest.partition("@asks")[0].partition(") -> ")
    assert {line.strip().rstrip(",") for line in signature.splitlines()} - {"self", "*", ""} == {
        writer.parameter(option) for option in analysis.options
    }
    for option in analysis.options:
        assert writer.meaning(option) in " ".join(help.split())


@pytest.mark.parametrize(
    ("options", "wanted"),
    [((PORT, FREQUENCY, LEVEL), FREQUENCY), ((FREQUENCY,), FREQUENCY), ((LEVEL, FREQUENCY), None), ((PORT,), None)],
)
def test_a_frequency_that_comes_first_needs_no_name(writer: ModuleType, options: Any, wanted: Any) -> None:
    assert writer.positional(Analysis("x", "X", lambda circuit: Result(), Result, options)) is wanted


@pytest.mark.parametrize(
    ("option", "parameter", "meaning"),
    [
        (PORT, "input: Nodes | None = None", "input: nodes"),
        (FREQUENCY, 'frequency_hz: Frequency = "1:1g:20"', "frequency_hz: frequencies (Hz)"),
        (LEVEL, "vcm: Number | None = None", "vcm: level (V, at least -1, at most 2.5)"),
        (Option("on", kinds.FLAG, "", "on", False, needs="null"), "on: Flag = False", "on: on; with null only"),
        (
            Option("at", kinds.NUMBER, "V", "level", otherwise="own"),
            "at: Number | None = None",
            "at: level (V); own if not given",
        ),
    ],
)
def test_an_option_is_typed_and_explained(writer: ModuleType, option: Option, parameter: str, meaning: str) -> None:
    assert writer.parameter(option) == parameter
    assert writer.meaning(option) == meaning
