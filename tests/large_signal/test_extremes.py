"""Points that the equations have and no circuit: junctions that are too hot, nodes at kilovolts, inputs far outside."""

from __future__ import annotations

import math
import re
import time
import warnings

import numpy as np
import pytest

import longtail as lt
from longtail.engine.small_signal.pencil import may_grow, slowest
from longtail.errors import AnalysisError
from reference import ngspice

HOT = """pair at any temperature
vcc vcc 0 5
vee vee 0 -5
vinp inp 0 0
vinn inn 0 0
rc1 vcc o1 10k
rc2 vcc o2 10k
q1 o1 inp e small
q2 o2 inn e small
re e vee 46k
.model small npn(is=5e-16 bf=150 cje=0.8p vje=0.75 mje=0.35 cjc=0.5p vjc=0.7 mjc=0.4 eg=1.11 xti=3)
.temp {temp}
"""
OTHERS = {
    "vj of d1": "d1 0 o1 d\n.model d d(is=1f cjo=1p vj=0.6)",
    "php of d1": "d1 0 o1 d pj=1\n.model d d(is=1f cjo=1p vj=2 cjp=1p php=0.6)",
    "pb of m1": "m1 o1 0 0 0 n w=1u l=1u ad=1p as=1p\n.model n nmos(vto=9 cj=1m pb=0.6)",
    "phi of m1": "m1 o1 0 0 0 n w=1u l=1u\n.model n nmos(vto=9 gamma=0.4 phi=0.5)",
    "pb of j1": "j1 o1 vee 0 j\n.model j njf(vto=-1 cgs=1p pb=0.6)",
}
FLOATING = """a source that nothing holds to ground
vcc vcc 0 15
vee vee 0 -15
vd b1 b2 0
q1 c1 b1 e q
q2 c2 b2 e q
r1 vcc c1 10k
r2 vcc c2 10k
i1 e vee 1m
.model q npn is=14f bf=100 vaf=100
"""
BULK_DRIVEN = """pair that is driven at its bulks
.model n nmos vto=0.5 kp=100u gamma=0.6 phi=0.7 lambda=0.05 tox=10n cgso=0.3n cgdo=0.3n cj=0.5m cjsw=0.3n js=1e-7
.model p pmos vto=-0.5 kp=40u gamma=0.5 phi=0.7 lambda=0.08 tox=10n cgso=0.3n cgdo=0.3n cj=0.5m cjsw=0.3n
vdd vdd 0 1.2
vg g 0 1.2
vinp inp 0 0.3
vinn inn 0 0.3
m1 o1 g s inp n w=20u l=1u ad=20p as=20p pd=42u ps=42u
m2 o2 g s inn n w=20u l=1u ad=20p as=20p pd=42u ps=42u
it s 0 20u
m3 o1 o1 vdd vdd p w=10u l=1u
m4 o2 o2 vdd vdd p w=10u l=1u
*@ input inp inn
*@ output o1 o2
"""


def potential(volts: float, celsius: float) -> float:
    """A built-in potential at temperature, from 27 degC: phi*T/T0 - 3*Vt*ln(T/T0) - Eg(T0)*T/T0 + Eg(T)."""

    def gap(t: float) -> float:
        return 1.16 - 7.02e-4 * t * t / (t + 1108.0)

    t0, t = 300.15, celsius + 273.15
    thermal = 1.380649e-23 * t / 1.602176634e-19
    return volts * t / t0 - 3.0 * thermal * math.log(t / t0) - gap(t0) * t / t0 + gap(t)


@pytest.mark.parametrize("verb", ["gains", "poles", "noise", "impedance", "analyze", "cmrr"])
def test_a_junction_that_is_too_hot_is_named(verb: str) -> None:
    with pytest.raises(AnalysisError, match=r"vjc = -0\.32\d V of q1, q2") as caught:
        getattr(lt.read(HOT.format(temp=500)), verb)()
    found = float(re.findall(r"vjc = (-[\d.]+) V", caught.value.message)[0])
    assert found == pytest.approx(potential(0.7, 500.0), abs=1e-3)


def test_the_operating_point_is_there_with_a_word_on_what_is_not() -> None:
    text = lt.read(HOT.format(temp=500)).op().to_text()
    assert text.index("vjc") < text.index("Node voltages"), "what is beyond reason is said at the top"


@pytest.mark.ngspice
def test_ngspice_has_no_figure_there_either() -> None:
    """Of a junction in reverse: in a forward one it has a figure that means nothing."""
    deck = HOT.format(temp=500).replace(".temp", "q3 vcc vee vee small\n.temp")
    with pytest.raises(ngspice.NgspiceError, match="not finite"):
        ngspice.operating_point(deck, devices=["@q3[cmu]"])


def test_it_may_be_as_hot_as_the_potentials_allow() -> None:
    """They are above zero up to where the closed form is."""
    below = next(t for t in range(27, 500) if potential(0.7, t + 1.0) <= 0.0)
    assert np.isfinite(lt.read(HOT.format(temp=below)).gains().differential).all()
    with pytest.raises(AnalysisError, match="vjc"):
        lt.read(HOT.format(temp=below + 1)).gains()


@pytest.mark.parametrize("what", OTHERS)
def test_every_kind_of_junction_is_named(what: str) -> None:
    name, _, device = what.partition(" of ")
    deck = HOT.replace(" cje=0.8p vje=0.75 mje=0.35 cjc=0.5p vjc=0.7 mjc=0.4", "").format(temp=400) + OTHERS[what]
    with pytest.raises(AnalysisError, match=f"{name} = -.* V of {device}"):
        lt.read(deck).gains(output=["o1", "o2"])


def test_conditions_that_are_too_hot_do_not_spoil_the_others() -> None:
    sheet = lt.read(HOT.format(temp=27)).analyze(temperatures=[27.0, 500.0], full=True)
    rows = {row.symbol: row for row in sheet.rows}
    cold = {row.symbol: row for row in lt.read(HOT.format(temp=27)).analyze().rows}
    assert rows["A_dd"].value == pytest.approx(cold["A_dd"].value, rel=1e-9)
    assert len(rows["f_p1"].missing) == 1 and rows["f_p1"].value is not None


def test_pencils_that_are_not_finite_are_left_out() -> None:
    g = np.array([np.eye(2), np.eye(2)])
    c = np.array([np.eye(2) * 1e-9, np.full((2, 2), np.nan)])
    assert slowest(g, c)[0] == pytest.approx(-1e9) and np.isnan(slowest(g, c)[1])
    assert may_grow(-g, c).tolist() == [True, False]


def test_what_nothing_holds_is_said_at_the_top() -> None:
    result = lt.read(FLOATING).op()
    assert abs(result.nodes["e"]) > 1e3
    assert len(result.notes) == 1 and "no resistor and no source holds b1, b2 to" in result.notes[0]
    text = result.to_text()
    assert text.index("far outside the supplies") < text.index("Node voltages")
    held = lt.read(FLOATING + "rb b1 0 10k").op()
    assert held.notes == () and abs(held.nodes["e"]) < 10.0


def test_a_resistance_that_takes_too_much_voltage_is_another_matter() -> None:
    notes = lt.read(FLOATING.replace("i1 e vee 1m", "i1 x vee 1m\nrx e x 10meg") + "rb b1 0 10k").op().notes
    assert len(notes) == 1 and "x lies far outside" in notes[0] and "check the current sources" in notes[0]


def test_currents_beyond_reason_are_said() -> None:
    notes = lt.read(FLOATING + "rb b1 0 10k\nrs vcc 0 1m").op().notes
    assert len(notes) == 1 and "i(vcc)" in notes[0] and "-15 kA" in notes[0]


def test_a_transfer_goes_no_further_than_the_supplies() -> None:
    before = time.process_time()
    result = lt.read(BULK_DRIVEN).transfer()
    assert time.process_time() - before < 10.0  # it took 26 s when it went to 28 V
    assert np.abs(result.v_id).max() == pytest.approx(1.2)
    assert not any("bulk" in note for note in result.notes)
    wide = lt.read(BULK_DRIVEN).transfer(v_id="-3:3:31")
    assert any("bulk junctions of m1, m2 conduct" in note for note in wide.notes)


def test_a_gain_of_exactly_zero_raises_no_warning() -> None:
    """A cut-off pair in the search for a range: inf - inf in decibels."""
    deck = """range over the level
.model n nmos vto=0.6 kp=110u lambda=0.04 gamma=0.4 phi=0.7
.model p pmos vto=-0.7 kp=40u lambda=0.05
vdd vdd 0 3
vinp inp 0 1.8
vinn inn 0 1.8
m1 o1 inp s 0 n w=20u l=1u
m2 o2 inn s 0 n w=20u l=1u
m5 s nb 0 0 n w=20u l=2u
m6 nb nb 0 0 n w=10u l=2u
m7 pb nb rr 0 n w=40u l=2u
rr rr 0 5k
m8 nb pb vdd vdd p w=20u l=2u
m9 pb pb vdd vdd p w=20u l=2u
r1 vdd o1 20k
r2 vdd o2 20k
"""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = lt.read(deck).range()
    assert result.by_cmrr is None and result.no_cmrr == "symmetry"


def test_lanes_that_are_too_hot_have_no_figures() -> None:
    """They would have some, of capacitances that mean nothing."""
    amplifier = lt.read(HOT.format(temp=27))
    gains = amplifier.gains(parameters={"temp": [27.0, 500.0]}, frequency_hz=[1.0, 1e6])
    assert np.isfinite(gains.differential[0]).all() and np.isnan(gains.differential[1]).all()
    assert any("1 of 2 lanes have no figures" in note and "vjc of q1" in note for note in gains.notes)
    swept = amplifier.sweep(vary="temp=27,500")
    assert np.isnan(swept["differential_db"]).tolist() == [False, True]
    assert any("1 of 2 lanes have no figures" in note for note in swept.notes)


def far(volts: float, sources: str) -> list[str]:
    """What is said where a current through a resistance makes these volts."""
    return [n for n in lt.read(f"t\n{sources}\ni1 0 x {volts}m\nrx x 0 1k\n").op().notes if "far outside" in n]


@pytest.mark.parametrize(
    ("sources", "limit"),
    [
        ("v1 a 0 5\nra a 0 1k", 50.0),
        ("v1 a 0 5\nra a 0 1k\nv2 b 0 -3\nrb b 0 1k", 80.0),
        ("v1 a 0 0.2\nra a 0 1k", 10.0),
        ("ra x 0 1g", 10.0),
    ],
)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_far_outside_is_beyond_ten_times_all_sources(sources: str, limit: float, sign: float) -> None:
    """Or of one volt, where there are none or less."""
    assert far(sign * 0.99 * limit, sources) == []
    (note,) = far(sign * 1.01 * limit, sources)
    where = f"x at {sign * 1.01 * limit:.4g} V"
    assert note.startswith(f"warning: x lies far outside the supplies, {where}: check the current")


@pytest.mark.parametrize(("amperes", "said"), [(990.0, 0), (1010.0, 1)])
def test_no_amplifier_carries_a_thousand_amperes(amperes: float, said: int) -> None:
    notes = lt.read(f"t\nv1 a 0 1\nr1 a 0 {1.0 / amperes!r}\n").op().notes
    assert sum("i(v1) beyond reason" in note for note in notes) == said


@pytest.mark.parametrize(("count", "listed"), [(2, "x0, x1 lie"), (6, "x4, x5 lie"), (7, "x4, x5 and 1 more lie")])
def test_six_names_are_listed(count: int, listed: str) -> None:
    cards = "".join(f"i{k} 0 x{k} 1\nr{k} x{k} 0 1k\n" for k in range(count))
    (note,) = lt.read(f"t\nv1 a 0 1\nra a 0 1k\n{cards}").op().notes
    assert f"{listed} far outside" in note
    assert f"x{count - 1} at 1 kV" in note, "of equal ones the last by name"
