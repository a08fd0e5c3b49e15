"""LTspice's A cards: the OTA's curve, load, clamps and noise in closed form; gates, the varistor; what is refused."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
from scipy.integrate import quad

import longtail as lt
from longtail.elaborate import load, write

OPEN = "vhigh=1e308 vlow=-1e308"
PAIR = """an OTA between sources with 1 kohm each
v1 a 0 {v}
v2 b 0 0
r1 a p 1k noisy=0
r2 b n 1k noisy=0
{card}
*@ input a b
*@ output o
"""
MEASURED = "t\nv1 a 0 {v}\nv2 b 0 0\n{card}\nvo o 0 {vo}\n"


def pair(card: str, v: float = 0.0) -> lt.Amplifier:
    return lt.read(PAIR.format(card=card, v=v))


def current(parameters: str, v: float, vo: float = 0.0) -> float:
    """What an OTA drives into a voltage source at its output, A."""
    card = f"a1 b a 0 0 0 0 o 0 OTA {parameters}"
    return lt.read(MEASURED.format(v=v, vo=vo, card=card)).op().devices["vo"]["i"]


def refused(card: str) -> lt.LongtailError:
    with pytest.raises(lt.LongtailError) as caught:
        pair(card)
    return caught.value


# -- the current -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("v", [-0.3, -2e-3, -1e-5, 0.0, 1e-4, 1e-3, 0.05])
@pytest.mark.parametrize(
    ("parameters", "curve"),
    [
        ("g=1m linear iout=1u", lambda v: 1e-3 * v),
        ("g=1m linear=1 iout=1u", lambda v: 1e-3 * v),
        ("g=1m iout=2u linear=0.4", lambda v: 2e-6 * math.tanh(1e-3 * v / 2e-6)),
        ("g=1m iout=2u", lambda v: 2e-6 * math.tanh(1e-3 * v / 2e-6)),
        ("g=1m", lambda v: 1e-5 * math.tanh(1e-3 * v / 1e-5)),
        ("", lambda v: 1e-5 * math.tanh(v / 1e-5)),
        ("g=1m iout=2u ref=1m", lambda v: 2e-6 * math.tanh(1e-3 * (v + 1e-3) / 2e-6)),
        ("g=1m isource=3u isink=-1u asym", lambda v: (s := 3e-6 if v > 0 else 1e-6) * math.tanh(1e-3 * v / s)),
        ("g=1m isrc=3u isink=1u asym", lambda v: (s := 3e-6 if v > 0 else 1e-6) * math.tanh(1e-3 * v / s)),
        ("g=1m iout=4u isource=3u asym", lambda v: (s := 3e-6 if v > 0 else 4e-6) * math.tanh(1e-3 * v / s)),
        ("g=1m isource=3u isink=0 asym", lambda v: 3e-6 * math.tanh(1e-3 * v / 3e-6) if v > 0 else 0.0),
        ("g=1m isource=3u isink=-1u", lambda v: 1e-6 + 2e-6 * math.tanh(1e-3 * v / 2e-6)),
    ],
)
def test_the_current_follows_its_curve(parameters, curve, v):
    assert current(f"{parameters} {OPEN}", v) == pytest.approx(curve(v), rel=1e-9, abs=1e-18)


def test_terminals_3_and_4_multiply():
    card = f"vm1 m1 0 0.7\nvm2 m2 0 0.2\na1 0 a m1 m2 0 0 o 0 OTA g=1m linear {OPEN}"
    assert lt.read(MEASURED.format(v=0.2, vo=0, card=card)).op().devices["vo"]["i"] == pytest.approx(0.2 * 0.5e-3)
    card = card.replace("a1 0 a m1 m2 0 0 o 0", "a1 c a c m1 c c o c") + "\nvc c 0 0.1"  # terminal 8 is at 0.1 V
    found = lt.read(MEASURED.format(v=0.2, vo=0, card=card)).op().devices["vo"]["i"]
    assert found == pytest.approx((0.2 - 0.1) * (0.1 - 0.7) * 1e-3)


@pytest.mark.parametrize(
    ("parameters", "vo", "drawn"),
    [
        ("", 1.9, 0.0),
        ("", 2.5, 0.5),
        ("", -0.5, -0.5),
        ("vhigh=1 vlow=-1 rclamp=10", 1.5, 0.05),
        ("vhigh=1 vlow=-1 rclamp=10", -3.0, -0.2),
        ("vhigh=1 vlow=-1 rclamp=10 rout=100", -3.0, -0.2 - 0.03),
        ("vhigh=1 vlow=-1 epsilon=0.2", 1.05, 0.15**2 / 0.4),
        ("vhigh=1 vlow=-1 epsilon=0.2", -1.15, -0.15),
        ("vhigh=1 vlow=-1e308", -50.0, 0.0),
    ],
)
def test_the_output_clamps(parameters, vo, drawn):
    """What flows out of the source into the output: as much less than g*v."""
    assert current(f"g=1m linear {parameters}", 0.0, vo) == pytest.approx(-drawn, abs=1e-15)
    assert current(f"g=1m linear {parameters}", 0.1, vo) == pytest.approx(1e-4 - drawn, abs=1e-15)


def test_gain_and_corner():
    f = np.array([1.0, 159.15494309189535e3, 1e7])
    found = np.asarray(pair(f"a1 n p 0 0 0 0 o 0 OTA g=2m linear rout=100k cout=10p {OPEN}").gains(f).differential)
    assert found == pytest.approx(200.0 / (1.0 + 2j * np.pi * f * 1e-6), rel=1e-12)
    assert cmath.phase(found[1]) == pytest.approx(-math.pi / 4.0)
    tanh = pair(f"a1 n p 0 0 0 0 o 0 OTA g=2m iout=1u rout=100k cout=10p {OPEN}", v=1e-3).gains(f).differential
    assert np.abs(tanh[0]) == pytest.approx(200.0 / math.cosh(2.0) ** 2, rel=1e-9)


def test_a_feedback_loop_settles_where_its_gain_says():
    deck = PAIR.format(card=f"a1 o a 0 0 0 0 o 0 OTA g=10m iout=1m ref=3m rout=100k {OPEN}", v=0.25)
    wanted = 0.25
    for _ in range(200):  # o = 100k*1m*tanh(10*(0.253 - o)), by bisection of the increasing side
        wanted = 0.253 - math.atanh(wanted / 100.0) / 10.0
    assert lt.read(deck).op().nodes["o"] == pytest.approx(wanted, rel=1e-9)


# -- noise -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "density"),
    [
        ("en=10n", lambda f: 10e-9),
        ("en=10n enk=1k", lambda f: 10e-9 * math.sqrt(1.0 + 1e3 / f)),
        ("en=10n*(1+freq/1k)", lambda f: 10e-9 * (1.0 + f / 1e3)),
        ("en=1n + {k}*freq**0.5 enk=100", lambda f: (1e-9 + 2e-11 * f**0.5) * math.sqrt(1.0 + 100.0 / f)),
        ("En={k}/(freq**{m})", lambda f: 2e-11 / f**0.25),
        ("en=table(freq,10,1n,1k,3n)", lambda f: np.interp(f, [10.0, 1e3], [1e-9, 3e-9])),
        ("in=1p ink=10", lambda f: 2e-9 * math.sqrt(1.0 + 10.0 / f)),  # into both resistances in series
        ("in=1p*freq/1k", lambda f: 2e-9 * f / 1e3),
        ("in=1p en=2n", lambda f: math.hypot(2e-9, 2e-9)),
        ("incm=1p incmk=3", lambda f: 0.0),  # a balanced source does not see it
    ],
)
def test_input_noise_is_what_the_card_says(given, density):
    f = np.array([10.0, 330.0, 1e4])
    params = ".param k=20p m=0.25\n"
    amplifier = pair(f"{params}a1 n p 0 0 0 0 o 0 OTA g=2m linear rout=100k {given} {OPEN}")
    found = amplifier.noise(f).to_dict()["input_v_per_rthz"]
    assert found == pytest.approx([density(x) for x in f], rel=1e-9, abs=1e-20)


def test_noise_of_a_formula_is_integrated_over_the_band():
    card = f"a1 n p 0 0 0 0 o 0 OTA g=1m linear rout=100k en=10n/(1+freq/1k) {OPEN}"
    f = np.geomspace(10.0, 1e4, 601)
    found = pair(card).noise(f, band="10:10k").to_dict()["output_v_rms"]
    wanted = math.sqrt(quad(lambda x: (100.0 * 10e-9 / (1.0 + x / 1e3)) ** 2, 10.0, 1e4)[0])
    assert found == pytest.approx(wanted, rel=1e-5)


def test_common_noise_current_is_one_source_for_both_inputs():
    """LTspice's LT6202 has in=0.749p and incm=0.8p: 0.75 pA of a balanced source, 1.1 pA of an unbalanced one."""
    card = f"a2 n p 0 0 0 0 0 0 OTA g=0 in=0.749p incm=0.8p\na1 n p 0 0 0 0 o 0 OTA g=1m linear rout=1k {OPEN}"
    balanced = pair(card).noise([1e3]).to_dict()["output_v_per_rthz"][0]
    assert balanced / 2e3 == pytest.approx(0.749e-12)
    text = PAIR.format(card=card, v=0).replace("r2 b n 1k", "r2 b n 1u")
    unbalanced = lt.read(text).noise([1e3]).to_dict()["output_v_per_rthz"][0]
    assert unbalanced / 1e3 == pytest.approx(math.hypot(0.749e-12, 0.8e-12), rel=1e-6)
    assert round(unbalanced / 1e3 * 1e12, 1) == 1.1


def test_input_noise_goes_through_the_slope_of_the_current():
    card = f"a1 n p 0 0 0 0 o 0 OTA g=1m iout=1u rout=1k en=5n {OPEN}"
    found = pair(card, v=2e-3).noise([1e3]).to_dict()["output_v_per_rthz"][0]
    assert found == pytest.approx(5e-9 * 1.0 / math.cosh(2.0) ** 2, rel=1e-9)


def test_copies_of_a_subcircuit_share_noise_and_current():
    sub = f".subckt s n p o\na1 n p 0 0 0 0 o 0 OTA g=1m linear en=6n in=2p incm=1p {OPEN}\n.ends\nro o 0 1k noisy=0\n"
    one, four = (pair(f"{sub}x1 n p o s m={m}") for m in (1, 4))
    assert four.gains([1.0]).differential[0] == pytest.approx(4.0 * one.gains([1.0]).differential[0])
    found = [a.noise([1e3]).to_dict()["input_v_per_rthz"][0] for a in (one, four)]
    assert found[0] == pytest.approx(math.hypot(6e-9, 2e3 * 2e-12))
    assert found[1] == pytest.approx(math.hypot(3e-9, 2e3 * 4e-12))


# -- lanes, names, writing -------------------------------------------------------------------------------------------


def test_lanes_equal_a_loop():
    text = f".param gm=1m lim=1u k=1\na1 n p 0 0 0 0 o 0 OTA g={{gm}} iout={{lim}} rout=100k en=1n*k*freq**0.1 {OPEN}"
    values = {"gm": np.array([0.5e-3, 1e-3, 4e-3]), "lim": np.array([1e-6, 3e-6, 1e-5]), "k": np.array([1.0, 2.0, 3.0])}
    together = pair(text, v=5e-4)
    gains = np.asarray(together.gains([1.0, 1e6], parameters=values).differential)
    noise = np.asarray(together.noise([10.0, 1e4], parameters=values).density).sum(axis=-1)
    for k in range(3):
        one = {name: float(value[k]) for name, value in values.items()}
        alone = lt.read(PAIR.format(card=text, v=5e-4), parameters=one)
        assert gains[k] == pytest.approx(np.asarray(alone.gains([1.0, 1e6]).differential), rel=1e-12)
        assert noise[k] == pytest.approx(np.asarray(alone.noise([10.0, 1e4]).density).sum(axis=-1), rel=1e-12)


def test_parts_are_named_after_the_card():
    card = "xa n p o s\n.subckt s n p o\na1 n p 0 0 0 0 o 0 OTA g=1m rout=1k cout=1p en=1n in=1p incm=1p\n.ends"
    inner = {name.split(".")[-1] for name in pair(card).circuit.instances if "." in name}
    assert inner == {"a1", "rout_a1", "cout_a1", "ren_a1", "aen_a1", "ain_a1", "rincm_a1", "aincm_a1", "gincm1_a1"} | {
        "gincm2_a1"
    }
    assert {"xa.a1_en", "xa.a1_incm"} <= set(pair(card).circuit.nodes)
    assert "a7" in pair("a7 n p 0 0 0 0 0 0 OTA g=0 in=1p\nro o p 1k\nrg o 0 1k").circuit.instances


def test_what_is_written_reads_back():
    card = (
        f"a1 n p 0 0 0 0 o 0 OTA g=1m iout=9u rout=100k cout=1p en=1n*freq**0.2 in=1p ink=7 incm=2p {OPEN}\n"
        "a2 p n 0 0 0 q o 0 SCHMITT vt=0.1 rout=1meg cout=1p\nrq q 0 1k"
    )
    first = load(PAIR.format(card=card, v=1e-3))
    again = load(write(first))
    assert write(again) == write(first)
    a, b = (lt.Amplifier(c).noise([10.0, 1e5]).to_dict() for c in (first, again))
    assert a["output_v_per_rthz"] == pytest.approx(b["output_v_per_rthz"], rel=1e-12)


def test_notes_stand_once_a_deck():
    cards = "".join(f"a{k} n p 0 0 0 0 o{k} 0 OTA g=1m\nro{k} o{k} 0 1k\n" for k in range(3))
    gates = "".join(f"as{k} n p 0 0 0 0 s{k} 0 SCHMITT vt=1 vh=0.1 td=1n\nrs{k} s{k} 0 1k\n" for k in range(3))
    notes = [note.message for note in pair(f"{cards}{gates}ro o0 o 1").circuit.notes]
    assert len(notes) == 3
    assert sum("tanh is taken" in note for note in notes) == 1
    assert not pair(f"a1 n p 0 0 0 0 o 0 OTA g=1m linear {OPEN}\nro o 0 1").circuit.notes


# -- gates -----------------------------------------------------------------------------------------------------------


def levels(card: str, a: float, b: float, c: float = 1.0, load: str = "1t") -> dict[str, float]:
    text = f"t\nva a 0 {a}\nvb b 0 {b}\nvc c 0 {c}\n{card}\nrq q 0 {load}\nrn n 0 {load}\n"
    return lt.read(text).op().nodes


@pytest.mark.parametrize(
    ("kind", "of"),
    [("AND", min), ("OR", max), ("XOR", lambda values: sum(values) % 2), ("BUF", max)],
)
def test_gates_follow_their_tables(kind, of):
    for states in [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]:
        if kind == "BUF" and len(set(states)) > 1:
            continue
        found = levels(f"a1 a b c 0 0 n q 0 {kind} td=5n", *map(float, states))
        assert (found["q"], found["n"]) == (pytest.approx(of(states)), pytest.approx(1 - of(states))), states


def test_levels_thresholds_and_resistances_of_a_gate():
    card = "a1 a 0 0 0 0 n q 0 BUF vhigh=5 vlow=1 rhigh=1k rlow=3k"
    high, low = levels(card, 3.01, 0.0, load="1k"), levels(card, 2.99, 0.0, load="1k")  # the middle of 1 V and 5 V
    assert (high["q"], high["n"]) == (pytest.approx(2.5), pytest.approx(0.25))
    assert (low["q"], low["n"]) == (pytest.approx(0.25), pytest.approx(2.5))
    assert levels(f"{card} ref=0.5", 0.51, 0.0)["q"] == pytest.approx(5.0)
    for v, state in ((0.59, 1.0), (0.61, 5.0)):
        assert levels(f"{card} vt=0.5 vh=0.1", v, 0.0)["q"] == pytest.approx(state)


def test_a_schmitt_trigger_is_low_between_its_trip_points():
    card = "a1 a b 0 0 0 n q 0 SCHMITT ref=0.5 vh=0.2"
    for difference, state in ((0.2, 0.0), (0.4, 0.0), (0.69, 0.0), (0.71, 1.0)):
        assert levels(card, difference - 1.0, -1.0)["q"] == pytest.approx(state, abs=1e-9), difference
        assert levels(card, difference - 1.0, -1.0)["n"] == pytest.approx(1.0 - state, abs=1e-9)


def test_a_loop_through_a_gate_has_an_operating_point():
    found = levels(
        "a1 f 0 0 0 0 f 0 0 BUF rout=1k\nrf f 0 1t", 0.0, 0.0
    )  # an inverter on itself stays at its threshold
    assert found["f"] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(("control", "drive"), [(2.0, 10.0), (-2.0, 10.0), (2.0, -10.0), (20.0, 10.0)])
def test_a_varistor_clamps_at_its_control(control, drive):
    text = f"t\nvc c 0 {control}\nvs s 0 {drive}\nrd s o 1k\na1 c 0 0 0 0 0 o 0 VARISTOR rclamp=10\n"
    bound = abs(control)
    wanted = drive if abs(drive) < bound else math.copysign((abs(drive) / 1e3 + bound / 10.0) / (1e-3 + 0.1), drive)
    assert lt.read(text).op().nodes["o"] == pytest.approx(wanted, rel=1e-9)


# -- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "words", "hint"),
    [
        ("a1 n p 0 0 0 0 o 0 OTA g=1m iot=1u", "a1 has no parameter 'iot'", "iout"),
        ("a1 n p 0 0 0 0 o 0 OTA g=1m liner", "unexpected 'liner'", "linear"),
        ("a1 n p 0 0 0 0 o 0 OTA g=1m powerup", "powerup is not supported", None),
        ("a1 n p 0 0 0 0 o 0 OTA g=1m powerup=v(p)", "powerup is not supported", None),
        ("a1 n p 0 0 a 0 o 0 OTA g=1m", "terminal 5 of an OTA is not supported", None),
        ("a1 n p 0 0 0 a o 0 OTA g=1m", "terminal 6 of an OTA is not supported", None),
        ("a1 n p a a 0 0 o 0 OTA g=1m", "are one node, and not that of terminal 8", "tied to terminal 8"),
        ("a1 n p 0 0 0 0 o 0 OTA g=1m en=1n*v(p)", "en that depends on voltages or currents", None),
        ("a1 n p 0 0 0 0 o 0 OTA g=1m en=-1n", "en = -1 nV/sqrt(Hz)", None),
        ("a1 n p 0 0 0 0 o 0 OTA g=1m*freq", "unknown parameter 'freq'", None),
        ("a1 n p 0 0 0 0 o 0 OTB g=1m", "OTB is not supported", "ota"),
        ("a1 n p 0 0 0 0 o 0 DFLOP", "DFLOP is not supported: its state", None),
        ("a1 n p 0 0 0 0 o 0 MODULATOR mark=1", "MODULATOR is not supported: it oscillates", None),
        ("a1 0 0 0 0 0 0 o 0 AND", "no input of the gate is used", None),
        ("a1 n o gain\n.model gain gain(gain=2)", "'a1' is a code model of ngspice", None),
        ("a1 [n p] o d_and1", "'a1' is a code model of ngspice", None),
        ("a1 %vd(n p) o amp", "'a1' is a code model of ngspice", None),
    ],
)
def test_what_is_not_read_is_named(card, words, hint):
    error = refused(card)
    assert words in error.message
    assert hint is None or hint in (error.hint or "")
