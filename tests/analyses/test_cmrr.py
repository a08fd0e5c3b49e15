"""Rejection over level and frequency: against the gains at one level, ngspice at many, and edges found by hand."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.cmrr import CmrrMap
from longtail.driven.inputs import find_drives
from longtail.driven.levels import sweep
from longtail.errors import OptionError
from reference import gallery, ngspice

EDGE = 1e-3  # V, how far beside an edge ngspice is asked
# beside the level of the netlist: low, middle, high, within or beyond the range
LEVELS = {
    "bjt_pair": (-3.0, 0.5, 3.5),
    "mos_pair": (0.8, 1.2, 2.9),
    "jfet_pair": (-9.0, 0.0, 5.0),
    "ota_5t": (0.8, 1.5, 2.9),
    "folded_cascode": (0.8, 1.5, 3.1),
    "sense_amplifier": (1.0, 2.3, 2.5),
}


def mismatched(name: str) -> tuple[gallery.Deck, lt.Amplifier]:
    deck = gallery.deck(name)
    return deck, lt.read(deck.path, parameters=gallery.MISMATCH[name])


@pytest.mark.ngspice
@pytest.mark.parametrize("name", sorted(LEVELS))
def test_every_level_agrees_with_ngspice(name: str) -> None:
    deck, amplifier = mismatched(name)
    ours: CmrrMap | None = None
    for k, level in enumerate(LEVELS[name]):
        parameters = {**gallery.MISMATCH[name], "vcm": level}
        theirs = ngspice.mode_gains(deck.path, deck.sources, deck.outputs, 100.0, 1e8, 1, parameters=parameters)
        if ours is None:
            ours = amplifier.cmrr(vcm=LEVELS[name], frequency_hz=theirs.frequency_hz)
        pairs = {"differential": theirs.differential}
        if theirs.common is None:
            pairs["common"] = theirs.common_to_differential
        else:
            pairs |= {n: getattr(theirs, n) for n in ("common", "common_to_differential", "differential_to_common")}
        for gain, reference in pairs.items():
            found = ours.gains[gain]
            assert found is not None
            np.testing.assert_allclose(found[k], reference, rtol=1e-5, atol=1e-5 * np.abs(reference).max())
        ratio = np.abs(theirs.differential / theirs.common_to_differential)
        np.testing.assert_allclose(ours.cmrr_db[k], 20 * np.log10(ratio), atol=1e-3)


@pytest.mark.parametrize("name", ["bjt_pair", "ota_5t", "two_stage_opamp"])
def test_one_level_is_what_gains_gives(name: str) -> None:
    _, amplifier = mismatched(name)
    null = name in gallery.NULLED
    result = amplifier.cmrr(frequency_hz="10:1meg:2", null=null)
    gains = amplifier.gains(frequency_hz="10:1meg:2", null=null)
    assert result.vcm.tolist() == [gains.vcm]
    np.testing.assert_allclose(result.matrix[0], gains.matrix, rtol=1e-6)
    np.testing.assert_allclose(result.cmrr_db[0], gains.cmrr_db, rtol=1e-6)
    one = result.at_level(0)
    assert one.label == gains.label
    if null:
        assert one.null.input_offset == pytest.approx(gains.null.input_offset, rel=1e-9)


def test_all_levels_together_are_each_alone() -> None:
    _, amplifier = mismatched("bjt_pair")
    levels = np.linspace(-4.5, 4.5, 13)
    result = amplifier.cmrr(vcm=levels, frequency_hz=[1e3])
    for k in range(0, 13, 4):
        alone = amplifier.gains(vcm=levels[k].item(), frequency_hz=[1e3])
        np.testing.assert_allclose(result.matrix[k], alone.matrix, rtol=1e-7)


@pytest.mark.parametrize("name", ["bjt_pair", "ota_5t"])
def test_gains_are_slopes_of_the_levels(name: str) -> None:
    """The common gains at 0 Hz are what the outputs do when the level moves."""
    deck, amplifier = mismatched(name)
    level, step = LEVELS[name][1], 1e-3
    result = amplifier.cmrr(vcm=[level], frequency_hz=[0.0])
    moved = [
        lt.read(deck.path, parameters={**gallery.MISMATCH[name], "vcm": level + s}).op().nodes for s in (step, -step)
    ]
    outputs = np.array([[nodes[node] for node in deck.outputs] for nodes in moved])
    slopes = (outputs[0] - outputs[1]) / (2 * step)
    assert result.gains["common"][0, 0].real == pytest.approx(slopes.mean(), rel=1e-4)
    if len(deck.outputs) == 2:
        assert result.matrix[0, 0, 0, 1].real == pytest.approx(slopes[0] - slopes[1], rel=1e-3)


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("name", "end", "device"),
    [
        ("ota_5t", "low", "m5"),
        ("ota_5t", "high", "m1"),
        ("mos_pair", "high", "m1"),
        ("folded_cascode", "low", "m11"),
        ("jfet_pair", "high", "j1"),
        ("bjt_pair", "low", "q3"),
        ("bjt_pair", "high", "q1"),
    ],
)
def test_ngspice_sees_the_device_leave_at_the_edge(name: str, end: str, device: str) -> None:
    """Just inside and just outside of the edge; a bipolar transistor saturates when its collector junction conducts."""
    deck = gallery.deck(name)
    result = lt.read(deck.path).cmrr(vcm="supplies", frequency_hz=[1.0])
    first = getattr(result, end)[0]
    assert first.device == device
    outwards = -1.0 if end == "low" else 1.0
    room = [_room(deck, device, first.edge + s * outwards * EDGE) for s in (-1.0, 1.0)]
    assert room[0] > 0.0 > room[1]
    lacking = _room(deck, device, (result.vcm[0] if end == "low" else result.vcm[-1]).item())
    assert first.lacks == pytest.approx(-lacking, abs=2e-5)


def _room(deck: gallery.Deck, device: str, level: float) -> float:
    """The voltage in V that ngspice's device has across it beyond what it needs at this level."""
    asked = {"m": ("vds", "vdsat"), "j": ("vgs", "vgd"), "q": ("vbe", "vbc")}[device[0]]
    found = ngspice.operating_point(
        deck.path, devices=[f"@{device}[{q}]" for q in asked], parameters={"vcm": level}
    ).devices
    first, second = (found[device, q] for q in asked)
    if device[0] == "m":
        return first - second
    if device[0] == "j":
        return -2.0 - second  # vgd below vto
    return _conducting(deck) - second


def _conducting(deck: gallery.Deck) -> float:
    """Half the critical voltage V_T*ln(V_T/(sqrt(2)*IS)) of the deck's transistor, where a junction counts as on."""
    saturation_current = float(re.search(r"(?m)^\.model small npn\(is=(\S+)", deck.path.read_text())[1])
    v_t = 1.380649e-23 / 1.602176634e-19 * 300.15
    return v_t * np.log(v_t / (np.sqrt(2.0) * saturation_current)) / 2.0


def test_a_symmetric_pair_has_no_figure() -> None:
    result = lt.read(gallery.deck("bjt_pair").path).cmrr(vcm="-3:3:7", frequency_hz="1:1g:1")
    assert np.isinf(result.cmrr_db).all()
    assert json.loads(result.to_json())["cmrr_db"][0][0] is None
    text = result.to_text()
    assert "limited by symmetry" in text
    assert "mismatch" in text
    assert "limited by symmetry" in repr(result)
    assert not re.search(r"\b[23]\d\d\.\d", text)
    assert "symmetry" in result.plot()._supxlabel.get_text().replace("\n", " ")


def test_a_mismatched_pair_has_the_rejection_of_theory() -> None:
    """abs(A_dd/A_c->d) of a load mismatch: A_c->d is -dR/(2*R_SS), one level beside the other."""
    deck = """a pair of ideal transconductances
v1 inp 0 0
v2 inn 0 0
g1 o1 t inp t 2m
g2 o2 t inn t 2m
rd1 o1 0 10.05k
rd2 o2 0 9.95k
rss t 0 200k
*@ input inp inn
*@ output o1 o2
"""
    result = lt.read(deck).cmrr(vcm="-1:1:3", frequency_hz=[1.0])
    rejection = 2e-3 * 10e3 / (2e-3 * 100 / (1 + 2 * 2e-3 * 200e3))
    np.testing.assert_allclose(result.cmrr_db, 20 * np.log10(rejection), rtol=1e-9)


def test_an_open_loop_amplifier_has_to_be_nulled() -> None:
    amplifier = lt.read(gallery.deck("two_stage_opamp").path)
    stuck = amplifier.cmrr(vcm="1:1.5:3", frequency_hz=[1.0])
    assert any("--null" in note for note in stuck.notes)
    nulled = amplifier.cmrr(vcm="1:1.5:3", frequency_hz=[1.0], null=True)
    assert not nulled.notes
    assert (np.abs(nulled.gains["differential"]) > 5.0 * np.abs(stuck.gains["differential"])).all()
    for level, offset in zip(nulled.vcm.tolist(), nulled.offset.tolist(), strict=True):
        assert amplifier.gains(vcm=level, null=True, frequency_hz=[1.0]).null.input_offset == pytest.approx(offset)


def test_levels_are_read_in_every_form() -> None:
    amplifier = lt.read(gallery.deck("mos_pair").path)
    assert amplifier.cmrr(vcm="1,800m,1.2", frequency_hz=[1.0]).vcm.tolist() == [0.8, 1.0, 1.2]
    assert amplifier.cmrr(vcm=1.0, frequency_hz=[1.0]).vcm.tolist() == [1.0]
    supplies = amplifier.cmrr(vcm="supplies", frequency_hz=[1.0]).vcm
    assert (supplies[0], supplies[-1], supplies.size) == (0.0, 3.3, 41)
    for wrong in ("1:2", "1:2:3:4", "1:2:2.5", "a:b:3", "0:1:100000", [], [np.nan], "-"):
        with pytest.raises(OptionError, match="vcm"):
            amplifier.cmrr(vcm=wrong, frequency_hz=[1.0])
    no_supply = lt.read("divider\nv1 a 0 1\nv2 b 0 1\nr1 a c 1k\nr2 b c 1k\nr3 c 0 1k\n*@ input a b\n*@ output c\n")
    with pytest.raises(OptionError, match="supplies"):
        no_supply.cmrr(vcm="supplies", frequency_hz=[1.0])


def test_inputs_without_sources_get_their_level() -> None:
    text = gallery.deck("mos_pair").path.read_text()
    text = re.sub(r"(?m)^vin[pn] .*\n", "", text).replace("*@ vcm 1.2\n", "")
    amplifier = lt.read(text)
    with pytest.raises(OptionError, match="common-mode level"):
        amplifier.cmrr(frequency_hz=[1.0])
    found = amplifier.cmrr(vcm="1.2:1.8:3", frequency_hz=[1.0])
    whole = lt.read(gallery.deck("mos_pair").path).cmrr(vcm="1.2:1.8:3", frequency_hz=[1.0])
    np.testing.assert_allclose(found.gains["common"], whole.gains["common"], rtol=1e-9)


def test_levels_without_an_operating_point_are_said() -> None:
    result = lt.read(gallery.deck("two_stage_opamp").path).cmrr(vcm="1:40:3", frequency_hz=[1.0], null=True)
    lost = np.isnan(result.cmrr_db[:, 0])
    assert lost.any()
    assert any("no input offset" in note for note in result.notes)
    assert json.loads(result.to_json())["status"][int(lost.argmax())] != "converged"


def test_forms() -> None:
    _, amplifier = mismatched("bjt_pair")
    result = amplifier.cmrr(vcm="supplies", frequency_hz="1:1g:2")
    found = result.to_dict()
    assert list(found["differential"]) == ["re", "im"]
    assert np.shape(found["cmrr_db"]) == (41, 19)
    assert found["devices_out_of_region"]["low"][0]["device"] == "q3"
    data = result.to_xarray()
    assert data["cmrr"].dims == ("vcm", "frequency")
    assert "q3" in result.to_text()
    figure = result.plot()
    assert {"q3", "q1"} <= {text.get_text().split(":")[0] for text in figure.axes[0].texts}
    assert len(figure.axes) == 3
    assert len(amplifier.cmrr(vcm="-1:1:3", frequency_hz=[1.0]).plot().axes) == 1
    assert amplifier.cmrr(frequency_hz="1:1k:1").plot().axes


def test_no_level_counts_as_solved_without_numbers() -> None:
    """Where the tail has collapsed some lanes overflow on their way; they have to be solved again, or say so."""
    drives = find_drives(lt.read(gallery.deck("folded_cascode").path).circuit)
    points = sweep(drives).at(np.linspace(0.0, 3.3, 41))
    assert np.isfinite(points.point.solution[points.good]).all()
    assert points.good.all()


def test_far_from_rest_every_departure_of_the_741_is_found() -> None:
    """At the lower rail the whole input stage has left, one transistor after the other; nothing is solved there."""
    found = lt.read(gallery.deck("ua741").path).cmrr(vcm="supplies", frequency_hz=[1.0, 1e3], null=True)
    assert [each.device for each in found.low][:1] == ["q4"]
    assert {"q1", "q3", "q5", "q6", "q7"} <= {each.device for each in found.low}
    edges = [each.edge for each in found.low]
    assert edges == sorted(edges, reverse=True)
    assert found.offset is not None
    np.testing.assert_array_equal(np.isnan(found.offset), [s != "converged" for s in found.status])
