"""Every example is complete, explains itself, and runs in ngspice as it is."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from reference import gallery, ngspice


def test_there_is_a_gallery_and_a_page_that_lists_it() -> None:
    assert len(gallery.NAMES) >= 10
    page = (gallery.FOLDER.parent / "docs" / "gallery.md").read_text()
    listed = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert listed == set(gallery.NAMES)


@pytest.mark.parametrize("name", gallery.NAMES)
def test_example_explains_itself(name: str) -> None:
    text = (gallery.FOLDER / f"{name}.cir").read_text()
    title, *lines = text.splitlines()
    assert not title.startswith(("*", ".")), "the first line is the title"
    comment = "\n".join(line for line in lines if line.startswith("* "))
    assert "What to look at" in comment
    assert "By hand" in comment
    assert len(re.findall(r"= +about [-\d]|= +[-+\d]", comment)) >= 3, "hand-calculated numbers"
    assert re.search(r"^\.param\s+\w+=", text, re.MULTILINE), "a parameter to play with"
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("name", gallery.NAMES)
def test_example_says_its_ports(name: str) -> None:
    deck = gallery.deck(name)
    assert len(deck.directives["input"]) == 2
    assert len(deck.directives["output"]) in (1, 2)
    assert set(deck.directives) <= {"input", "output", "supply", "vcm"}
    words = {word for line in deck.path.read_text().splitlines() for word in line.split()[:1]}
    assert set(deck.directives.get("supply", ())) <= words
    assert set(deck.sources) <= words


@pytest.mark.parametrize("name", gallery.NAMES)
def test_every_parameter_is_used(name: str) -> None:
    """A knob that turns nothing would teach something false."""
    text = (gallery.FOLDER / f"{name}.cir").read_text().lower()
    for parameter in re.findall(r"(\w+)=", " ".join(re.findall(r"^\.param\s+(.*)$", text, re.MULTILINE))):
        assert re.search(rf"\{{[^}}]*\b{parameter}\b[^}}]*\}}", text), parameter


@pytest.mark.ngspice
@pytest.mark.parametrize("name", gallery.NAMES)
def test_example_runs_in_ngspice_as_it_is(name: str) -> None:
    """The runner takes every warning about the deck for an error."""
    point = ngspice.operating_point(gallery.FOLDER / f"{name}.cir")
    for supply in gallery.deck(name).directives.get("supply", ()):
        assert 1e-5 < abs(point.branches[supply]) < 1e-2
    assert max(abs(voltage) for voltage in point.nodes.values()) > 1e-3


@pytest.mark.ngspice
@pytest.mark.parametrize("name", sorted(set(gallery.NAMES) - set(gallery.NULLED)))
def test_mismatch_converts_and_symmetry_does_not(name: str, tmp_path: Path) -> None:
    even = gallery.deck(name)
    uneven = gallery.variant(name, tmp_path, gallery.MISMATCH[name])
    conversions = [
        np.abs(ngspice.mode_gains(path, even.sources, even.outputs, 100.0, 1e9, 1).common_to_differential).max()
        for path in (even.path, uneven)
    ]
    if len(even.outputs) == 2:
        assert conversions[0] < 1e-9
        assert conversions[1] > max(1e-10, 1e4 * conversions[0])
    else:
        assert abs(conversions[1] / conversions[0] - 1) > 1e-4
