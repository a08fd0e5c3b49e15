"""The survey of a folder of decks: what it asks, and how it counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from longtail.engine.solving.continuation import STRATEGIES
from survey import full, ways
from survey.one import asked, asked_of_opamp, difference_amplifier, is_follower, is_library, is_netlist
from survey.opamps import opamps

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
    assert not is_library("* a schematic\n.lib nom.lib\n.inc schematic.net\n.end\n")
    assert [each.name for each in opamps(LIBRARY)] == ["buffer"], "op-amps have five ports, parameters are none"


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        (".subckt a 1 2 3 4 5\nr1 1 2 1\n.ends", "inp inn p m out"),
        (
            "* non-inverting\n* | inverting\n* | | output\n* | | | +Vcc\n* | | | | -Vcc\n.subckt a 3 2 6 7 4\n.ends",
            "inp inn out p m",
        ),
        (".subckt a out in- in+ vcc vee\nr1 1 2 1\n.ends", "out inn inp p m"),
        (
            "* 1 inverting input\n* 2 non-inverting\n* 3 output\n* 4 vcc\n* 5 vee\n.subckt a 2 1 4 5 3\n.ends",
            "inp inn p m out",
        ),
        (
            "* connections: inverting input\n* | non-inverting input\n* | | negative supply\n* | | | output\n"
            "* | | | | positive supply\n\n.subckt a 9 10 8 11 7 ; rev b\n.ends",
            "inn inp m out p",
        ),
        (
            ".subckt a 1 2 3 4 5\n* | | | | output\n* | | | vee\n* | | vcc\n* | inverting\n* non-inverting\n.ends",
            "inp inn p m out",
        ),
    ],
)
def test_ports_are_what_names_and_comments_say(text: str, nodes: str) -> None:
    (opamp,) = opamps(f"* library\n{text}\n")
    assert opamp.nodes[0] == nodes
    assert len(opamp.nodes) == (3 if ".subckt a 1 2 3 4 5\nr1" in text else 1), "what is said is not tried"


def test_op_amps_inside_of_others_are_theirs_alone() -> None:
    inner = (
        ".subckt all a b c d e\n.subckt part 1 2 3 4 5\n.ends\n.ends\n.subckt Next 1 2 3\n+ 4 5 params: a=1\n.ends\n"
    )
    assert [each.name for each in opamps(inner)] == ["all", "Next"]


def test_drawings_and_symbols_are_no_netlists() -> None:
    assert is_netlist("an amplifier\nr1 a 0 1k\n") and not is_netlist("EESchema-LIBRARY Version 2.4\n")


def test_a_difference_amplifier_of_an_op_amp_is_one(tmp_path: Path) -> None:
    path = tmp_path / "models.lib"
    path.write_text(LIBRARY)
    found = asked(difference_amplifier(path, "buffer"))
    assert found["read"] and found["solved"] and not found["refused"]
    assert found["gain"] == pytest.approx(1.0, abs=1e-5)
    assert found["apart"] is not None and found["apart"] <= 1.0


def test_a_folder_is_counted_by_what_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], examples: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    decks = tmp_path / "decks"
    decks.mkdir()
    (decks / "pair.cir").write_text((examples / "bjt_pair.cir").read_text())
    for name in ("one", "two"):
        (decks / f"{name}.cir").write_text(f"t\nv1 a 0 1\nu{name} a 0 2 3 rc\n")
    (decks / "notes.md").write_text("no deck")
    assert full.main([str(decks), "1"]) == 0
    said = capsys.readouterr().out
    assert "3 decks" in said and "gains as found" in said
    counted = [line.split() for line in said.splitlines() if line.startswith("      2  ")]
    assert len(counted) == 1 and "(one.cir, two.cir)" in said, "refusals that differ by a name alone are one kind"
    assert len(list((tmp_path / "out" / "survey").glob("*.json"))) == 3
    kept = json.loads(next(iter(sorted((tmp_path / "out" / "survey").glob("*.json")))).read_text())
    assert "refused" in kept


def test_every_way_to_an_operating_point_is_asked(examples: Path) -> None:
    found = ways.asked(examples / "ota_5t.cir")
    assert set(found["longtail"]) == {*STRATEGIES, "in turn"} and set(found["ngspice"]) == set(ways.NGSPICE)
    assert not found["longtail"]["newton"][0] and found["longtail"]["gmin stepping"][0]
    assert found["longtail"]["in turn"][0] and found["ngspice"]["in turn"][0]
    assert found["longtail"]["in turn"][1] >= found["longtail"]["newton"][1]


def test_the_table_of_ways_counts_decks_and_names_the_lost() -> None:
    good = {"longtail": {"newton": [True, 10, 0.1], "in turn": [True, 10, 0.1]}, "ngspice": {"newton": [True, 0, 0.1]}}
    bad = {
        "longtail": {"newton": [False, 100, 1.0], "in turn": [False, 900, 12.0]},
        "ngspice": {"newton": [True, 0, 0.2]},
    }
    slow = {"longtail": {}, "ngspice": {}, "slow": True}
    text = ways.table([(Path("a.cir"), good), (Path("b.cir"), bad), (Path("c.cir"), slow)])
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0] == "3 decks are read"
    assert "longtail newton 1 10 10 1.0" in lines and "ngspice newton 2 0.2" in lines
    assert "longtail finds none: b.cir, c.cir" in lines and "over 10 s: b.cir, c.cir" in lines


def test_a_folder_is_asked_deck_by_deck(tmp_path: Path, capsys: pytest.CaptureFixture[str], examples: Path) -> None:
    (tmp_path / "pair.cir").write_text((examples / "bjt_pair.cir").read_text())
    (tmp_path / "broken.cir").write_text("t\nr1 a 0\n")
    assert ways.main([str(tmp_path), "1"]) == 0
    assert "1 decks are read" in capsys.readouterr().out


def test_the_order_of_ports_is_tried_where_nothing_is_said(tmp_path: Path) -> None:
    """One whose output comes third, one that is off beyond 12 V, and one that is no amplifier."""
    path = tmp_path / "models.lib"
    body = "e1 {out} 0 x 0 1\ng1 0 x 1 2 {g}\nr1 x 0 1k\nr3 {rest} 0 1meg\nr4 5 0 1meg\nr5 1 2 1meg\n.ends\n"
    path.write_text(
        "* models\n"
        f".subckt third 1 2 3 4 5\n{body.format(out=3, rest=4, g=100)}"
        f".subckt watches 1 2 3 4 6\nr6 6 5 1\n{body.format(out=6, rest=3, g='cur={v(1,2)*(v(3)<6 ? 100 : 0)}')}"
        f".subckt none 1 2 3 4 5\n{body.format(out=5, rest=3, g=0)}"
    )
    third, watches, none = (asked_of_opamp(path, name) for name in ("third", "watches", "none"))
    assert (third["order"], third["supply"], is_follower(third)) == (1, 15.0, True)
    assert (watches["order"], watches["supply"], is_follower(watches)) == (0, 5.0, True)
    assert none["why"] == "no supply and no order of its ports gives a gain of 1"
