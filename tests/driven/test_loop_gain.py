"""Loop gains of both modes of fully differential amplifiers: closed forms, other probes, closed-loop poles, ngspice."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.analyses.poles.loops import sampled
from longtail.driven.inputs import find_drives
from longtail.driven.loop_gain import Complex, Loop, Wire, loop_gain, margins, phase
from longtail.driven.nulling import bias
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Linearization
from reference import ngspice

OPAMP = (Path(__file__).parent / "fully_differential.cir").read_text()
# no mirror image: a load and a path that one side alone has, and pairs that differ
LOPSIDED = OPAMP.replace("\n* common", "\nrx o1 0 100k\ncx o1 a1 0.1p\n* common").replace(
    "dw=0 more=0", "dw=0.1 more=0.5"
)
WIRES = (Wire("vp1", ("p1", "o1")), Wire("vp2", ("p2", "o2")))

GM, GCM, RA, C, BETA = 1e-3, 0.2e-3, 10e6, 10e-12, 1.0 / 3.0
INTEGRATOR = f"""two integrators with a loop of their own for the mean of their outputs, closed around r/r
v1 in1 0 0
v2 in2 0 0
r1 in1 x1 10k
r2 in2 x2 10k
vp1 o1 y1 0
vp2 o2 y2 0
rf2 y1 x2 20k
rf1 y2 x1 20k
g1 0 a1 x1 x2 {GM / 2}
g2 0 a2 x2 x1 {GM / 2}
gc1 a1 0 cm 0 {GCM}
gc2 a2 0 cm 0 {GCM}
ra1 a1 0 {RA}
ra2 a2 0 {RA}
ca1 a1 0 {C}
ca2 a2 0 {C}
e1 o1 0 a1 0 1
e2 o2 0 a2 0 1
rc1 o1 cm 1meg
rc2 o2 cm 1meg
*@ input v1 v2
*@ output o1 o2
"""


def model_of(deck: str) -> Linearization:
    return linearize(bias(find_drives(lt.read(deck).circuit))[0])


def test_integrators_cross_one_at_gain_bandwidth_times_beta() -> None:
    """T_d = beta*g_m*R_a/(1 + s*R_a*C) at the outputs, and T_c = g_cm*R_a/(1 + s*R_a*C), without the feedback network,
    to which the common mode says nothing."""
    r = lt.read(INTEGRATOR).poles(loop="e1,e2")
    for name, gain in (("differential", BETA * GM), ("common", GCM)):
        loop = r.loops[name]
        assert loop.gain_at_dc == pytest.approx(gain * RA, rel=1e-9)
        corner = 1.0 / (2.0 * np.pi * RA * C)
        assert loop.crossover_hz == pytest.approx(corner * np.sqrt((gain * RA) ** 2 - 1.0), rel=1e-5)
        assert loop.crossover_hz == pytest.approx(gain / (2.0 * np.pi * C), rel=1e-5)
        assert loop.phase_margin_deg == pytest.approx(180.0 - np.degrees(np.arctan(gain * RA)), abs=1e-2)
        assert loop.gain_margin_db is None and loop.phase_crossover_hz is None
        np.testing.assert_allclose(loop.gain, gain * RA / (1.0 + 1j * loop.frequency_hz / corner), rtol=1e-9)


def test_a_mode_that_does_not_come_round_has_no_loop_gain() -> None:
    """In the feedback network, outside of the loop of the mean."""
    r = lt.read(INTEGRATOR).poles(loop=("vp1", "vp2"))
    assert r.loops["differential"].gain_at_dc == pytest.approx(BETA * GM * RA, rel=1e-9)
    common = r.loops["common"]
    assert (common.gain_at_dc, common.crossover_hz, common.gain_margin_db) == (0.0, None, None)
    assert not common.gain.any()


BALUN = """
.subckt balun t1 t2 d c
* v(t1) = v(c) + v(d)/2, v(t2) = v(c) - v(d)/2, and no power is lost
vs1 t1 x1 0
vs2 t2 x2 0
e1c x1 y1 c 0 1
e1d y1 0 d 0 0.5
e2c x2 y2 c 0 1
e2d y2 0 d 0 -0.5
f1d d 0 vs1 -0.5
f2d d 0 vs2 0.5
f1c c 0 vs1 -1
f2c c 0 vs2 -1
.ends
xa p1 p2 da ca balun
xb o1 o2 db cb balun
rd da 0 1e12
rc ca 0 1e12
rdb db 0 1e12
rcb cb 0 1e12
vd da db 0
vc ca cb 0
"""


@pytest.mark.parametrize("deck", [OPAMP, LOPSIDED])
def test_a_probe_of_one_wire_between_ideal_transformers_sees_the_same(deck: str) -> None:
    """Transformers that split both sides of the cut into modes, whose wires are joined: Tian's probe in one of them."""
    f = np.geomspace(1.0, 1e10, 101)
    ours = loop_gain(model_of(deck), WIRES, f)
    apart = model_of(re.sub(r"^vp[12] .*\n", "", deck, flags=re.MULTILINE).replace(".end", f"{BALUN}.end"))
    for mode, wire in enumerate((Wire("vd", ("da", "db")), Wire("vc", ("ca", "cb")))):
        np.testing.assert_allclose(ours[mode], loop_gain(apart, (wire,), f)[0], rtol=1e-7)


def test_a_symmetrical_circuit_has_the_loops_of_its_halves() -> None:
    """Half of a pair with a tail and a resistance between its outputs: twice the tail, half of that resistance."""
    whole = """a pair of transconductances over a tail
v1 in1 0 0
v2 in2 0 0
r1 in1 x1 10k
r2 in2 x2 10k
cx1 x1 0 1p
cx2 x2 0 1p
vp1 o1 y1 0
vp2 o2 y2 0
rf1 y1 x1 20k
rf2 y2 x2 20k
g1 o1 t x1 t 5m
g2 o2 t x2 t 5m
rt t 0 500
ct t 0 1p
rl1 o1 0 5k
rl2 o2 0 5k
cl1 o1 0 2p
cl2 o2 0 2p
rd o1 o2 8k
*@ input v1 v2
*@ output o1 o2
"""
    half = """half of it
v1 in1 0 0
v2 spare 0 0
r1 in1 x1 10k
cx1 x1 0 1p
vp1 o1 y1 0
rf1 y1 x1 20k
g1 o1 t x1 t 5m
rl1 o1 0 5k
cl1 o1 0 2p
*@ input v1 v2
*@ output o1
"""
    modes = {"differential": "rt t 0 1u\nrd o1 0 4k\n", "common": "rt t 0 1k\nct t 0 0.5p\n"}
    both = lt.read(whole).poles(loop="vp1,vp2").loops
    for mode, cards in modes.items():
        one = lt.read(half + cards).poles(loop="vp1").loop
        assert one is not None
        assert both[mode].gain_at_dc == pytest.approx(one.gain_at_dc, rel=1e-6)
        for figure in ("crossover_hz", "phase_margin_deg", "phase_crossover_hz", "gain_margin_db"):
            ours, theirs = (getattr(loop, figure) for loop in (both[mode], one))
            assert ours == (None if theirs is None else pytest.approx(theirs, rel=1e-4)), figure


class Anywhere(Linearization):
    """A model that is solved at places of the s-plane in place of frequencies."""

    def solve(self, frequency_hz: Any, right: Any, *, pivoting: bool = False) -> Complex:
        matrices = self.conductance[0] + np.asarray(frequency_hz)[:, None, None] * self.capacitance[0]
        return np.linalg.solve(matrices, np.broadcast_to(right, (len(matrices), *right.shape[1:])))[None]


def anywhere(model: Linearization) -> Linearization:
    return Anywhere(model.operating_point, model.entries, model.inputs, model.delays, model.shapes)


def test_poles_of_the_closed_loop_are_zeros_of_one_and_its_loop_gains() -> None:
    """Each of one mode in a symmetrical circuit, of both in another; a little beside the pole, where T can be had."""
    for deck, least, most in ((OPAMP, 1, 1), (LOPSIDED, 2, 2)):
        poles = [s for s in lt.read(deck).poles().poles if abs(s) < 2.0 * np.pi * 250e6]
        assert len(poles) >= 6
        model = anywhere(model_of(deck))
        for s in poles:
            near, beside = (np.abs(1.0 + loop_gain(model, WIRES, np.array([s * k]))[:, 0]) for k in (1 + 1e-6, 1.1))
            zeros = near < 1e-3 * beside
            assert least <= zeros.sum() <= most, f"{s}: {near}, {beside}"


def by_ngspice(deck: str, volts: tuple[float, float], amperes: tuple[float, float]) -> tuple[np.ndarray, Complex]:
    """T by the formula that circuit simulators are given for Tian's method: two sweeps, one with a voltage in the
    wires, one with a current into them. `volts` and `amperes` are a unit of a mode; the other's are its weights."""
    cards = ["iin1 0 p1 0", "iin2 0 p2 0"]
    units = dict(zip(("vp1", "vp2"), volts, strict=True)), dict(zip(("iin1", "iin2"), amperes, strict=True))
    sweeps = [ngspice.small_signals(deck, drives, 1e3, 1e9, 20, cards=cards) for drives in units]
    v1, v2 = (sum(w * s.voltage(n) for w, n in zip(amperes, ("p1", "p2"), strict=True)) for s in sweeps)
    i1, i2 = (sum(w * s.vectors[f"i({n})"] for w, n in zip(volts, ("vp1", "vp2"), strict=True)) for s in sweeps)
    return sweeps[0].vectors["frequency"].real, -1.0 / (1.0 - 1.0 / (2.0 * (i1 * v2 - v1 * i2) + v1 + i2))


@pytest.mark.ngspice
@pytest.mark.parametrize("deck", [OPAMP, LOPSIDED])
def test_ngspice_finds_the_same_loop_gains(deck: str) -> None:
    model = model_of(deck)
    for mode, (volts, amperes) in enumerate((((0.5, -0.5), (1.0, -1.0)), ((1.0, 1.0), (0.5, 0.5)))):
        f, t = by_ngspice(deck, volts, amperes)
        np.testing.assert_allclose(loop_gain(model, WIRES, f)[mode], t, rtol=2e-4)
        loop = list(lt.read(deck).poles(loop="vp1,vp2").loops.values())[mode]
        decibels, angle = 20.0 * np.log10(np.abs(t)), np.degrees(np.unwrap(np.angle(t)))
        crossover = np.exp(np.interp(0.0, -decibels, np.log(f)))
        assert loop.crossover_hz == pytest.approx(crossover, rel=2e-3)
        assert loop.phase_margin_deg == pytest.approx(180.0 + np.interp(crossover, f, angle), abs=0.2)
        turned = np.interp(180.0, -angle, f)
        assert loop.gain_margin_db == pytest.approx(-np.interp(turned, f, decibels), abs=0.2)


F = np.geomspace(1.0, 1e7, 1401)


def loop_of(t: Complex, at_dc: float) -> Loop:
    return margins("v", ("a and b",), at_dc, F, t)


def test_negative_loop_gains_start_at_minus_180_degrees() -> None:
    """Positive feedback: below one it is safe by as much as it lacks, above it is too much by its gain."""
    for gain in (0.5, 20.0):
        loop = loop_of(-gain / (1.0 + 1j * F / 1e3), -gain)
        assert loop.phase_deg[0] == pytest.approx(-180.0, abs=0.1)
        assert loop.phase_crossover_hz == 0.0
        assert loop.gain_margin_db == pytest.approx(-20.0 * np.log10(gain))
    assert loop.phase_margin_deg == pytest.approx(-np.degrees(np.arctan(np.sqrt(20.0**2 - 1.0))), abs=0.05)


def test_loops_without_a_gain_at_dc_have_their_phase_where_they_are_large() -> None:
    """Two blocking capacitors turn the phase by 180 degrees below, and not the loop."""
    high = 1j * F / 10.0 / (1.0 + 1j * F / 10.0)
    loop = loop_of(100.0 * high**2 / (1.0 + 1j * F / 1e4), 0.0)
    assert loop.phase_deg[0] == pytest.approx(180.0, abs=15.0)
    assert loop.phase_margin_deg == pytest.approx(90.0, abs=1.0)
    assert loop.gain_margin_db is None


def test_three_poles_have_a_gain_margin_of_eight() -> None:
    loop = loop_of(2.0 / (1.0 + 1j * F / 1e3) ** 3, 2.0)
    assert loop.phase_crossover_hz == pytest.approx(1e3 * np.sqrt(3.0), rel=1e-4)
    assert loop.gain_margin_db == pytest.approx(20.0 * np.log10(4.0), abs=1e-3)


def test_a_sharp_resonance_turns_the_phase_the_right_way() -> None:
    """Two pairs of poles so close that the phase falls by 360 degrees between two samples of a decade's 200."""

    def gain(f: np.ndarray) -> Complex:
        return np.atleast_2d(0.5 / (1.0 + 1j * f / 1e7 - (f / 1e3) ** 2) ** 2)

    coarse = np.geomspace(10.3, 0.97e5, 800)
    f, t = sampled(gain, coarse)
    assert np.degrees(phase(t[0])[-1]) == pytest.approx(-360.0, abs=1.0)
    assert f.size < coarse.size + 500
    assert abs(np.degrees(phase(gain(coarse)[0])[-1]) + 360.0) > 300.0  # what the samples alone would tell


def test_the_op_amp_as_a_whole() -> None:
    r = lt.read(OPAMP).poles(loop="vp1,vp2")
    assert (r.poles.real < 0.0).all() and r.loop is None
    text = r.to_text()
    assert "Loop gain T at vp1, vp2, cut between p1 and o1, p2 and o2 (V/V)" in text
    assert re.search(r"differential +5845 +23.46 MHz +62.5° +18.2 dB +99.54 MHz", text)
    assert re.search(r"common +13424 +17.93 MHz +69.2° +22.9 dB +114.1 MHz", text)
    again = type(r).from_json(r.to_json())
    assert again.to_json() == r.to_json() and again.to_text() == text


def test_rounding_is_not_looked_at_closely() -> None:
    """A loop gain that is noise moves everywhere: there are no more samples for it."""
    noise = np.random.default_rng(1)

    def gain(f: np.ndarray) -> Complex:
        return np.stack([1.0 / (1.0 + 1j * f), 1e-15 * noise.standard_normal(f.size) + 0j])

    assert sampled(gain, F)[0].size == F.size
