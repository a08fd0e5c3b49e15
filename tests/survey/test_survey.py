"""The survey of a folder of decks: what it asks, and how it counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from survey import full
from survey.one import asked, follower, is_library, subcircuits

LIBRARY = """* macromodels
.subckt buffer inp inn vp vm out params: a=1
+ gain=1e6
e1 out 0 inp inn 1e6
.ends
.SUBCKT three a b
+ c
r1 a b 1k
.ends
.model d d
"""


def test_a_library_has_nothing_outside_of_subcircuits() -> None:
    assert is_library(LIBRARY) and not is_library(f"{LIBRARY}\nr1 a 0 1k\n")
    assert subcircuits(LIBRARY) == ["buffer"], "op-amps have five ports, parameters are none"


def test_a_follower_of_an_op_amp_follows(tmp_path: Path) -> None:
    path = tmp_path / "models.lib"
    path.write_text(LIBRARY)
    found = asked(follower(path, "buffer"))
    assert found["read"] and found["solved"] and not found["refused"]
    assert found["apart"] is not None and found["apart"] <= 1.0


def test_a_folder_is_counted_by_what_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], examples: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    decks = tmp_path / "decks"
    decks.mkdir()
    (decks / "pair.cir").write_text((examples / "bjt_pair.cir").read_text())
    for name in ("one", "two"):
        (decks / f"{name}.cir").write_text(f"t\nv1 a 0 1\nz{name} a 0 2 3 mesfet\n")
    (decks / "notes.md").write_text("no deck")
    assert full.main([str(decks), "1"]) == 0
    said = capsys.readouterr().out
    assert "3 decks" in said and "gains as found" in said
    counted = [line.split() for line in said.splitlines() if line.startswith("      2  ")]
    assert len(counted) == 1 and "(one.cir, two.cir)" in said, "refusals that differ by a name alone are one kind"
    assert len(list((tmp_path / "out" / "survey").glob("*.json"))) == 3
    kept = json.loads(next(iter(sorted((tmp_path / "out" / "survey").glob("*.json")))).read_text())
    assert "refused" in kept
