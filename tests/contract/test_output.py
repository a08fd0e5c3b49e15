"""What an output is called, and that results and drives have it from one place."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path

import pytest

from longtail.analyses.formula.result import Formula
from longtail.contract.output import AtOutput, Output
from longtail.contract.result import Result
from longtail.driven.drives import Drives
from longtail.driven.mode_gains import ModeMatrix, SampledGains
from longtail.registry import analyses

SOURCE = Path(inspect.getfile(Result)).parents[1]
AT_AN_OUTPUT = {
    analysis.result
    for analysis in analyses().values()
    if any(f.name == "output" and "tuple" in str(f.type) for f in dataclasses.fields(analysis.result))
} - {Formula}  # which is for a mode of its output, and has the label of that


def test_a_pair_is_a_difference_and_a_node_is_itself() -> None:
    pair, node = Output(("a", "b")), Output(("a",))
    assert (pair.single_ended, pair.kind, pair.label) == (False, "differential", "v(a) - v(b)")
    assert (node.single_ended, node.kind, node.label) == (True, "single-ended", "v(a)")
    assert pair.rejection != node.rejection


def test_an_output_stays_as_it_is() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Output(("a",)).nodes = ("b",)  # type: ignore[misc]


def test_there_are_results_at_an_output() -> None:
    assert len(AT_AN_OUTPUT) >= 9


@pytest.mark.parametrize("kind", [Drives, ModeMatrix, SampledGains, *sorted(AT_AN_OUTPUT, key=lambda c: c.__name__)])
def test_what_is_at_an_output_says_so_in_one_way(kind: type) -> None:
    assert issubclass(kind, AtOutput)
    for name in ("single_ended", "label"):
        assert inspect.getattr_static(kind, name) is inspect.getattr_static(AtOutput, name)


def test_no_other_file_words_the_kind_of_an_output_or_its_voltage() -> None:
    worded = re.compile(r"""['"]single-ended['"] if|['"]v\(\{\w*\.?output\[0\]\}\)|" - "\.join\(f"v\(\{""")
    found = {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if worded.search(path.read_text())}
    assert found == {"contract/output.py"}
