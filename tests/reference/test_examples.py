"""longtail beside ngspice on every example, as it stands and mismatched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import longtail as lt
from longtail.elaborate.roles import polarity
from reference import gallery, ngspice
from reference.comparison import assert_same_currents, assert_same_gains, assert_same_voltages

pytestmark = pytest.mark.ngspice

SWEEP = (10.0, 1e9, 5)
FOLLOWER = {"two_stage_opamp": ("vinn inn 0 {vcm}", "vinn inn o 0"), "ua741": ("vinn inn 0 {vcm}", "vinn inn o 0")}
PLAIN = [name for name in gallery.NAMES if name not in gallery.NULLED]
# ngspice's name of a quantity and ours, by letter of the device
QUANTITIES = {
    "m": {"id": "id", "gm": "g_m", "gds": "g_ds"},
    "q": {"ic": "ic", "ib": "ib"},
    "j": {"id": "id", "gm": "g_m"},
}
BOTH = pytest.mark.parametrize("mismatched", [False, True], ids=["even", "mismatched"])


@BOTH
@pytest.mark.parametrize("name", PLAIN)
def test_operating_point(name: str, mismatched: bool) -> None:
    deck = gallery.deck(name)
    parameters = gallery.MISMATCH[name] if mismatched else {}
    ours = lt.read(deck.path, parameters=parameters).op()
    theirs = ngspice.operating_point(deck.path, parameters=parameters)
    assert_same_voltages(ours.nodes, theirs)
    assert_same_currents(ours.branches, theirs)


@BOTH
@pytest.mark.parametrize("name", PLAIN)
def test_mode_gains(name: str, mismatched: bool) -> None:
    deck = gallery.deck(name)
    parameters = gallery.MISMATCH[name] if mismatched else {}
    theirs = ngspice.mode_gains(deck.path, deck.sources, deck.outputs, *SWEEP, parameters=parameters)
    ours = lt.read(deck.path, parameters=parameters).gains(frequency_hz=theirs.frequency_hz)
    assert_same_gains(ours, theirs)


@BOTH
@pytest.mark.parametrize("name", sorted(gallery.NULLED))
def test_operating_point_as_a_follower(name: str, mismatched: bool, tmp_path: Path) -> None:
    """In open loop ngspice solves the output of these to some millivolts only; closed, every node can be compared."""
    parameters = gallery.MISMATCH[name] if mismatched else {}
    path = gallery.variant(name, tmp_path, parameters, dict([FOLLOWER[name]]))
    ours = lt.read(path).op()
    theirs = ngspice.operating_point(path)
    assert_same_voltages(ours.nodes, theirs)
    assert_same_currents(ours.branches, theirs)


@BOTH
@pytest.mark.parametrize("name", sorted(gallery.NULLED))
def test_nulled_mode_gains(name: str, mismatched: bool) -> None:
    """ngspice reaches the target to some millivolts: longtail is compared at the output that ngspice reached."""
    deck = gallery.deck(name)
    parameters = gallery.MISMATCH[name] if mismatched else {}
    target = gallery.NULLED[name]
    offset = ngspice.null_offset(deck.path, deck.sources, deck.outputs, target, parameters=parameters)
    levels = ngspice.offset_sources(deck.path, deck.sources, offset, parameters)
    reached = ngspice.operating_point(deck.path, dc=levels, parameters=parameters).nodes[deck.outputs[0]]
    theirs = ngspice.mode_gains(deck.path, deck.sources, deck.outputs, *SWEEP, dc=levels, parameters=parameters)
    amplifier = lt.read(deck.path, parameters=parameters)
    ours = amplifier.gains(frequency_hz=theirs.frequency_hz, null=True, target=reached)
    assert ours.null.v_od_target == reached
    assert ours.null.input_offset == pytest.approx(offset, abs=1e-7)
    assert_same_gains(ours, theirs, relative=1e-5)
    to_target = amplifier.gains(frequency_hz=[1.0], null=True)
    assert to_target.null.v_od_target == target
    assert to_target.null.input_offset == pytest.approx(offset, abs=1e-7)


@pytest.mark.parametrize("name", sorted(gallery.NULLED))
def test_an_output_at_a_rail_is_said(name: str) -> None:
    gains = lt.read(gallery.deck(name).path).gains(frequency_hz=[100.0])
    assert any("rail" in note for note in gains.notes)


@pytest.mark.parametrize("name", ["bjt_pair", "mos_pair", "jfet_pair", "ota_5t"])
@pytest.mark.parametrize("temp_deg_c", [-40.0, 85.0])
def test_temperature(name: str, temp_deg_c: float, tmp_path: Path) -> None:
    path = gallery.variant(name, tmp_path, gallery.MISMATCH[name], {".end\n": f".temp {temp_deg_c}\n.end\n"})
    deck = gallery.deck(name, tmp_path)
    theirs = ngspice.mode_gains(path, deck.sources, deck.outputs, *SWEEP)
    amplifier = lt.read(path)
    assert_same_voltages(amplifier.op().nodes, ngspice.operating_point(path))
    assert_same_gains(amplifier.gains(frequency_hz=theirs.frequency_hz), theirs)


@pytest.mark.parametrize("vcm", [-4.3, -3.0, 3.0, 4.4])
def test_bjt_pair_over_its_common_mode_range(vcm: float) -> None:
    """Beyond its ends too, where a transistor is saturated."""
    deck = gallery.deck("bjt_pair")
    parameters = {"vcm": vcm, "drc": 0.01}
    theirs = ngspice.mode_gains(deck.path, deck.sources, deck.outputs, *SWEEP, parameters=parameters)
    amplifier = lt.read(deck.path, parameters=parameters)
    assert_same_gains(amplifier.gains(frequency_hz=theirs.frequency_hz), theirs)
    by_option = lt.read(deck.path, parameters={"drc": 0.01}).gains(frequency_hz=theirs.frequency_hz, vcm=vcm)
    assert_same_gains(by_option, theirs)


@pytest.mark.parametrize(
    "name", [name for name in PLAIN if re.search(r"(?m)^[mqj]\d", (gallery.deck(name).path).read_text())]
)
def test_transistors(name: str) -> None:
    """Currents and conductances of every transistor."""
    deck = gallery.deck(name)
    parameters = gallery.MISMATCH[name]
    transistors = re.findall(r"(?m)^([mqj]\d+)\b", deck.path.read_text())
    asked = [f"@{transistor}[{quantity}]" for transistor in transistors for quantity in QUANTITIES[transistor[0]]]
    theirs = ngspice.operating_point(deck.path, devices=asked, parameters=parameters)
    ours = lt.read(deck.path, parameters=parameters).op()
    for (transistor, quantity), value in theirs.devices.items():
        found = ours.devices[transistor][QUANTITIES[transistor[0]][quantity]]
        if quantity == "id" and polarity(lt.read(deck.path).circuit, transistor) < 0.0:
            value = -value  # ngspice has currents of a p channel in the device's own sense
        assert found == pytest.approx(value, rel=1e-5), f"@{transistor}[{quantity}]"
