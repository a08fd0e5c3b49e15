"""Poles and zeros: closed forms, the gain rebuilt from them, and ngspice's .pz on the examples."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.poles import poles, transfers
from longtail.analyses.poles.poles import PolesAndZeros
from longtail.driven.inputs import find_drives
from longtail.driven.nulling import bias
from longtail.engine.small_signal.at_point import linearize
from reference import gallery, ngspice

GM, RD, RSS, CT, CL = 2e-3, 10e3, 200e3, 1e-12, 0.1e-12

PAIR = f"""a pair of ideal transconductances with a tail of resistance and capacitance
.param rd1={RD} cl={CL}
v1 inp 0 0
v2 inn 0 0
g1 o1 t inp t {GM}
g2 o2 t inn t {GM}
rd1 o1 0 {{rd1}}
rd2 o2 0 {RD}
cl1 o1 0 {{cl}}
cl2 o2 0 {{cl}}
rss t 0 {RSS}
ct t 0 {CT}
*@ input inp inn
*@ output o1 o2
"""


def sorted_like(values: np.ndarray) -> np.ndarray:
    return values[np.lexsort((values.imag.round(-3), np.abs(values).round(-3)))]


def test_tail_pole_and_zero() -> None:
    """A_cm(s) = -g_m*R_D*(1 + s*R_SS*C_T)/(1 + 2*g_m*R_SS + s*R_SS*C_T)."""
    r = lt.read(PAIR).poles()
    tail = r.tail
    assert tail is not None and tail.pole is not None
    assert tail.node == "t"
    assert tail.zero == pytest.approx(-1 / (RSS * CT), rel=1e-9)
    assert tail.pole == pytest.approx(-(1 + 2 * GM * RSS) / (RSS * CT), rel=1e-9)
    assert tail.pole.real / tail.zero.real == pytest.approx(1 + 2 * GM * RSS, rel=1e-9)
    assert "A_cc rises from 795.8 kHz, the zero of node t, whose pole is at 637.4 MHz" in r.to_text()


def test_the_tail_cancels_in_the_differential_gain() -> None:
    r = lt.read(PAIR).poles()
    (tail_pole,) = [k for k, node in enumerate(r.pole_nodes) if node == "t"]
    pairs = {pair.pole: pair for pair in r.transfers["differential"].pairs}
    assert pairs[tail_pole].distance < 1e-9
    left = [k for k in range(len(r.poles)) if k not in pairs]
    assert len(left) == 1
    assert r.poles[left[0]] == pytest.approx(-1 / (RD * CL), rel=1e-9)
    assert r.corners.bandwidth_hz == pytest.approx(1 / (2 * np.pi * RD * CL), rel=1e-9)
    assert r.corners.gain_bandwidth_hz == pytest.approx(GM / (2 * np.pi * CL), rel=1e-9)


def test_residues_carry_the_gain() -> None:
    r = lt.read(PAIR).poles()
    t = r.transfers["differential"]
    assert t.residues is not None
    # one pole, strictly proper: A(s) = residue/(s - p), and -residue/p is the gain at 0 Hz
    assert (-t.residues / r.poles).sum() == pytest.approx(-GM * RD, rel=1e-9)
    assert t.gain_at_dc == pytest.approx(-GM * RD, rel=1e-12)


def test_conversions_of_a_symmetric_circuit_have_no_zeros() -> None:
    r = lt.read(PAIR).poles()
    assert r.transfers["common_to_differential"].zeros is None
    parsed = json.loads(r.to_json())
    assert parsed["zeros_rad_s"]["common_to_differential"] is None
    assert [len(pair) for pair in parsed["poles_rad_s"]] == [2] * len(r.poles)
    assert "A_c→d and A_d→c are zero by symmetry" in r.to_text()


def test_mismatch_brings_the_conversion_and_its_zeros() -> None:
    r = lt.read(PAIR, parameters={"rd1": 1.01 * RD}).poles()
    t = r.transfers["common_to_differential"]
    assert t.zeros is not None
    assert np.abs(t.zeros + 1 / (RSS * CT)).min() < 1e-6 / (RSS * CT)
    assert t.error is not None and t.error < 1e-9


@pytest.mark.parametrize("name", [n for n in gallery.NAMES if n != "bjt_pair_ideal_tail"])
def test_poles_and_zeros_rebuild_the_gains(name: str) -> None:
    """Every transfer of every example, mismatched, from 1 Hz to 1 GHz."""
    null = name in gallery.NULLED
    r = lt.read(gallery.deck(name).path, parameters=gallery.MISMATCH[name]).poles(null=null)
    for transfer in r.transfers.values():
        assert transfer.error is not None and transfer.error < 1e-6


@pytest.mark.parametrize(
    ("moved", "uncertain", "floor", "expected"),
    [
        (1e-12, 0.0, 0.0, 0.0),
        (1e-8, 0.0, 0.0, 5e-9),
        (1e-8, 1e-8, 0.0, 0.0),
        (1e-8, 0.0, 1e-7, 0.0),
        (1e-2, 1e-8, 1e-7, 5e-3),
    ],
)
def test_an_error_is_told_where_it_is_more_than_rounding(
    moved: float, uncertain: float, floor: float, expected: float
) -> None:
    """A gain of one pole, and a pole that is a little beside it: in the middle of the fall both parts of it move."""
    pole = np.array([-1e6 + 0j])
    gain = 1e6 / (2j * np.pi * transfers.CHECKED + 1e6)
    none = np.array([], complex), np.array([])
    at = pole * (1.0 + moved), np.array([uncertain * 1e6])
    error = transfers._scale_and_error(gain, np.full(gain.shape, floor), at, none)[1]
    assert error == pytest.approx(expected, rel=0.1)


def test_zeros_that_rounding_moves_have_their_uncertainty_told() -> None:
    """The common gain of the 741 is a difference of large terms; its poles and its differential gain are not."""
    r = lt.read(gallery.deck("ua741").path).poles(null=True)
    common, differential = (r.transfers[name].zero_uncertainty for name in ("common", "differential"))
    assert common is not None and differential is not None
    assert 1e-7 < common.max() < 1e-3
    assert differential.max() == 0.0
    assert r.to_dict()["zero_uncertainty"]["common"] == common.tolist()
    assert r.pole_uncertainty.max() == 0.0


def test_a_pole_that_rounding_moves_has_its_uncertainty_told() -> None:
    """That of an amplifier in open loop, its output far out, is a difference of large conductances."""
    r = lt.read(gallery.deck("ua741").path).poles()
    assert 1e-7 < r.pole_uncertainty[0] < 1e-3 and r.pole_uncertainty[2:].max() == 0.0
    assert r.to_dict()["pole_uncertainty"] == r.pole_uncertainty.tolist()


def test_an_uncertainty_that_digits_would_show_has_a_note() -> None:
    r = lt.read(PAIR).poles()
    t = r.transfers["differential"]
    bad = replace(t, zero_uncertainty=np.array([1e-3, 0.0]))
    notes = poles._notes(linearize(bias(find_drives(lt.read(PAIR).circuit))[0]), {"common": bad}, np.array([0.0, 1e-2]))
    assert notes == [
        "rounding may move poles by up to 1e-02 of their magnitude",
        "rounding may move zeros of the common gain by up to 1e-03 of their magnitude",
    ]


def test_the_gain_of_poles_and_zeros_is_the_gain(examples: Path) -> None:
    amp = lt.read(examples / "mos_pair.cir")
    f = np.logspace(0, 9, 10)
    r = amp.poles()
    np.testing.assert_allclose(r.gain("differential", f), amp.gains(frequency_hz=f).differential, rtol=1e-9)
    np.testing.assert_allclose(r.gain("common", f), amp.gains(frequency_hz=f).common, rtol=1e-9)
    assert (r.gain("common_to_differential", f) == 0.0).all()
    with pytest.raises(lt.OptionError, match="no transfer 'commen'"):
        r.gain("commen", f)


EXAMPLES = [
    "bjt_pair_resistor_tail",
    "mos_pair",
    "jfet_pair",
    "ota_5t",
    "sense_amplifier",
    "data_link_receiver",
]


@pytest.mark.ngspice
@pytest.mark.parametrize("mode", [0, 1], ids=["differential", "common"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_like_ngspice(name: str, mode: int) -> None:
    """To 1e-6 of the magnitude of each; for a pair of outputs ngspice gives transfers to their difference."""
    deck = gallery.deck(name)
    parameters = gallery.MISMATCH[name]
    poles, zeros = ngspice.poles_and_zeros(deck.path, deck.sources, deck.outputs, mode, parameters=parameters)
    ours = lt.read(deck.path, parameters=parameters).poles()
    single = ("differential", "common")[mode]
    transfer = ours.transfers[single if ours.single_ended else ("differential", "common_to_differential")[mode]]
    assert transfer.zeros is not None
    assert_same(ours.poles, poles)
    if (name, mode) != ("jfet_pair", 1):  # ngspice 39 writes its complex pair of zeros as two real ones, re and re + im
        assert_same(transfer.zeros, zeros)


def assert_same(ours: np.ndarray, theirs: np.ndarray) -> None:
    assert len(ours) == len(theirs)
    left = list(ours)
    for value in theirs:
        nearest = min(left, key=lambda x: abs(x - value))
        left.remove(nearest)
        assert abs(nearest - value) <= 1e-6 * abs(value), f"{nearest} and ngspice {value}"


def test_excess_phase_is_said_to_be_no_pole(examples: Path) -> None:
    r = lt.read(examples / "bjt_pair.cir").poles()
    assert any("excess phase" in note and "no finite pole" in note for note in r.notes)
    assert not any("excess phase" in note for note in lt.read(examples / "bjt_pair_resistor_tail.cir").poles().notes)


def test_a_band_pass_has_two_corners(examples: Path) -> None:
    r = lt.read(examples / "radio_front_end.cir").poles()
    c = r.corners
    assert c.low_hz is not None and c.bandwidth_hz is not None
    assert c.low_hz < 10.7e6 < c.bandwidth_hz
    zeros = r.transfers["differential"].zeros
    assert zeros is not None and zeros[0] == 0.0  # the transformer passes nothing at 0 Hz


FOLLOWER = """a follower: one ideal amplifier of two poles, closed through a source of 0 V
.param gain=1e4
v1 inp 0 0
v2 inn 0 0
g1 0 x inp fb {gain*1u}
rx x 0 1meg
cx x 0 {1/(2*pi*100*1meg)}
e1 y 0 x 0 1
ry y z 1k
cy z 0 {1/(2*pi*500k*1k)}
e2 o 0 z 0 1
vloop o fb 0
rfb fb inn 1g
*@ input inp inn
*@ output o
"""


def closed(**parameters: float) -> PolesAndZeros:
    deck = FOLLOWER.replace("{1/(2*pi*100*1meg)}", "1.5915494309189535n").replace(
        "{1/(2*pi*500k*1k)}", "0.3183098861837907n"
    )
    return lt.read(deck, parameters=parameters).poles(loop=["vloop"])


def test_phase_margin_of_two_poles() -> None:
    """T = gain/((1 + jf/100)(1 + jf/500k)): solved for abs(T) = 1 by hand."""
    gain = 1e4
    loop = closed(gain=gain).loop
    assert loop is not None
    f = np.logspace(5, 7, 2_000_001)
    t = gain / ((1 + 1j * f / 100) * (1 + 1j * f / 500e3))
    k = int(np.abs(np.abs(t) - 1).argmin())
    assert loop.gain_at_dc == pytest.approx(gain, rel=1e-6)
    assert loop.crossover_hz == pytest.approx(f[k], rel=1e-4)
    assert loop.phase_margin_deg == pytest.approx(180 + np.degrees(np.angle(t[k])), abs=0.01)
    assert loop.gain_margin_db is None


def test_the_loop_does_not_care_how_its_source_points() -> None:
    turned = FOLLOWER.replace("vloop o fb 0", "vloop fb o 0").replace("{1/(2*pi*100*1meg)}", "1.59n")
    turned = turned.replace("{1/(2*pi*500k*1k)}", "0.318n")
    straight = turned.replace("vloop fb o 0", "vloop o fb 0")
    one, other = (lt.read(deck).poles(loop=["vloop"]).loop for deck in (turned, straight))
    assert one is not None and other is not None
    assert one.phase_margin_deg == pytest.approx(other.phase_margin_deg)
    assert one.gain_at_dc == pytest.approx(other.gain_at_dc)


def test_a_loop_gain_agrees_with_the_closed_gain() -> None:
    """A follower with loop gain T has the gain T/(1 + T), and its first pole moves out by 1 + T."""
    r = closed(gain=100.0)
    assert r.loop is not None
    t = r.loop.gain_at_dc
    closed_gain = r.transfers["differential"].gain_at_dc
    assert closed_gain == pytest.approx(0.5 * t / (1 + t), rel=1e-5)
    assert np.abs(r.poles).min() == pytest.approx(2 * np.pi * 100 * (1 + t), rel=0.03)


def test_a_transistor_amplifier_as_a_follower(examples: Path) -> None:
    """The loop gain at its feedback wire explains its closed gain, T/(1 + T), and the margin its size at crossover."""
    text = (examples / "two_stage_opamp.cir").read_text()
    amp = lt.read(text.replace("vinn inn 0 {vcm}", "vloop o inn 0\nvspare spare 0 0"), input=["vinp", "vspare"])
    r = amp.poles(loop=["vloop"])
    assert r.loop is not None and r.loop.crossover_hz is not None and r.loop.phase_margin_deg is not None
    assert r.loop.gain_at_dc == pytest.approx(18.9e3, rel=0.1)
    assert (r.poles.real < 0.0).all()
    # half of v_id reaches the follower
    closed_gain = 2 * np.abs(amp.gains(frequency_hz=[r.loop.crossover_hz]).differential[0])
    margin = np.radians(r.loop.phase_margin_deg)
    assert closed_gain == pytest.approx(1 / (2 * np.sin(margin / 2)), rel=0.02)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("vlop", "there is no element 'vlop' to cut a loop at\n  hint: did you mean 'vloop'"),
        ("v1", "v1 stands at ground and is in no loop"),
        ("rx", "rx stands at ground and is in no loop"),
        ("inn", "'inn' is a node\n  hint: put a voltage source of 0 V in series"),
        ("z", "'z' is a node\n  hint: put a voltage source of 0 V in series"),
        ("y", "'y' is a node\n  hint: name an element at it: ry"),
    ],
)
def test_a_wrong_loop_is_an_error_that_tells_the_way(name: str, message: str) -> None:
    with pytest.raises(lt.OptionError) as caught:
        lt.read(FOLLOWER.replace("{1/(2*pi*100*1meg)}", "1n").replace("{1/(2*pi*500k*1k)}", "1n")).poles(loop=[name])
    assert message in str(caught.value)


def test_an_unstable_point_is_said() -> None:
    """Two cross-coupled transconductances win over their loads: the difference grows."""
    deck = PAIR.replace("ct t 0", "gx1 o1 0 o2 0 2e-4\ngx2 o2 0 o1 0 2e-4\nct t 0")
    r = lt.read(deck).poles()
    assert (r.poles.real > 0.0).sum() == 1
    assert any("unstable" in note and "o1, o2" in note for note in r.notes)
    assert "right: unstable" in r.to_text()


def test_conjugate_pairs_show_their_quality_once() -> None:
    deck = "a tank\nv1 a 0 0\nv2 b 0 0\ng1 0 o a b 1m\nr1 o 0 10k\nl1 o 0 1u\nc1 o 0 1n\n*@ input a b\n*@ output o\n"
    r = lt.read(deck).poles()
    w, q = 1 / np.sqrt(1e-6 * 1e-9), 10e3 / np.sqrt(1e-6 / 1e-9)
    np.testing.assert_allclose(np.abs(r.poles), w, rtol=1e-9)
    np.testing.assert_allclose(r.poles.real, -w / (2 * q), rtol=1e-9)
    assert r.to_text().count("316") >= 1  # Q = 316, and that row once
    assert r.corners.peak_hz == pytest.approx(w / (2 * np.pi), rel=0.05)
    assert r.corners.bandwidth_hz is not None and r.corners.low_hz is not None
    assert r.corners.bandwidth_hz - r.corners.low_hz == pytest.approx(w / (2 * np.pi * q), rel=0.2)


DEGENERATED = """pair with emitter resistors, and a capacitor at one of the emitters
vcc vcc 0 12
vee vee 0 -12
v1 a 0 0
v2 b 0 0
q1 c1 a e1 qn
q2 c2 b e2 qn
re1 e1 t 300
re2 e2 t 300
rt t vee 10k
rc1 vcc c1 10k
rc2 vcc c2 10k
ce e1 0 10n
.model qn npn(is=1e-15 bf=150)
*@ input a b
*@ output c1
*@ supply vcc vee
"""


def test_a_node_that_differences_move_is_no_tail() -> None:
    """An emitter moves by about a third of the differential input, and by nearly all of the common one."""
    amplifier = lt.read(DEGENERATED)
    result = amplifier.poles()
    assert "e1" in result.transfers["common"].zero_nodes, "a zero of the common gain lives there"
    assert result.tail is None
    tail = lt.read(DEGENERATED.replace("ce e1 0", "ce t 0")).poles().tail
    assert tail is not None and tail.node == "t"


def test_zeros_that_share_the_origin_share_their_node(examples: Path) -> None:
    """A double zero has one vector, which stands on both nodes; what rounding makes of a second one decides nothing."""
    amplifier = lt.read(examples / "accelerometer_bridge.cir", parameters={"dstray": 0.01})
    found = amplifier.poles(vcm=0.05).transfers["common_to_differential"]
    assert found.zeros is not None
    assert found.zeros[:2].tolist() == [0.0, 0.0]
    assert found.zero_nodes[:2] == ("a", "b")


def test_a_circuit_without_capacitances_has_no_poles() -> None:
    found = lt.read("t\nv1 a 0 0\nv2 b 0 0\ne1 o 0 a b 10\nr1 o 0 1k\n*@ input a b\n*@ output o\n").poles()
    differential, common = found.transfers["differential"], found.transfers["common"]
    assert found.poles.size == 0
    assert differential.gain_at_dc == pytest.approx(10.0, rel=1e-12)
    assert differential.zeros is not None and differential.zeros.size == 0
    assert common.gain_at_dc is None and common.zeros is None
    assert "note: A_cm is below rounding" in found.to_text()
    assert "bandwidth       –" in found.to_text()
