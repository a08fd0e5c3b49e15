"""The power MOSFET against ngspice, over bias, polarity, temperature and kinds of card, and against closed forms."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

import longtail as lt
from devices.harness import Card, evaluate, instance
from devices.transistors import Bias, Case, by_engine, by_longtail, by_ngspice, parameter_slopes, terminal_capacitances
from longtail.devices.base import BOLTZMANN
from longtail.devices.models.vdmos import MODEL
from longtail.elaborate import load
from longtail.elaborate.writer import write
from longtail.errors import NetlistError, UnsupportedError
from reference import ngspice

TERMINALS = MODEL.terminals
PLAIN = {"vto": 2.1, "kp": 12.0, "lambda": 0.01, "is": 3e-12}
CHARGED = {"cgs": 1.4e-9, "cgdmin": 2e-11, "cgdmax": 2e-9, "a": 0.7, "cjo": 5e-10, "vj": 0.75, "m": 0.4, "tt": 3e-8}
OHMIC = {"rd": 0.08, "rs": 0.02, "rg": 3.0, "rb": 0.05, "rds": 1e6}
TUNED = {"mtriode": 0.7, "ksubthres": 0.12, "subshift": 0.1, "theta": 0.02}

CASES = {
    "defaults": Case("vdmos", {}, {}),
    "plain": Case("vdmos", PLAIN, {}),
    "p": Case("vdmosp", {**PLAIN, "vto": -2.6}, {}),
    "charged": Case("vdmos", PLAIN | CHARGED, {}),
    "p, charged": Case("vdmosp", {**PLAIN, **CHARGED, "vto": -1.9}, {}),
    "tuned": Case("vdmos", PLAIN | TUNED, {}),
    "ohmic": Case("vdmos", PLAIN | CHARGED | OHMIC | TUNED, {}),
    "p, ohmic": Case("vdmosp", {**PLAIN, **OHMIC, **TUNED, "vto": -2.2}, {}),
    "quasi-saturation": Case("vdmos", PLAIN | {"rd": 0.05, "rq": 0.3, "vq": 4.0}, {}),
    "breakdown": Case("vdmos", PLAIN | {"bv": 8.0, "ibv": 1e-4, "nbv": 1.4, "n": 1.2}, {}),
    "temperature": Case("vdmos", PLAIN | CHARGED | {"tcvth": 3e-3, "mu": -1.1, "tksubthres1": 2e-3, "tnom": 40.0}, {}),
    "p, temperature": Case("vdmosp", PLAIN | {"vto": -2.0, "tcvth": 3e-3, "tksubthres2": 1e-5, "xti": 2.0}, {}),
    "warm resistances": Case("vdmos", PLAIN | {"rd": 0.1, "texp0": 1.4, "rq": 0.2, "vq": 2.0, "texp1": 0.5}, {}),
    "coefficients": Case("vdmos", PLAIN | {"rd": 0.1, "trd1": 4e-3, "trd2": 1e-5, "rb": 0.2, "trb1": 3e-3}, {}),
    "warmer": Case("vdmos", PLAIN | CHARGED, {"dtemp": 15.0}),
}
BIASES = [(vgs, vds) for vgs in (-1.0, 1.2, 1.9, 2.4, 4.0, 9.0) for vds in (-0.5, -0.1, 0.0, 0.05, 0.6, 3.0, 9.5)]


def in_ngspice(case: Case) -> Case:
    return Case("vdmos pchan" if case.type == "vdmosp" else case.type, case.model, case.instance)


def terminal_voltages(case: Case, source: float = 0.25) -> list[Bias]:
    sign = MODEL.model_types[case.type]
    return [{"d": source + sign * vds, "g": source + sign * vgs, "s": source} for vgs, vds in BIASES]


def card_of(case: Case, temp_deg_c: float) -> Card:
    return instance(MODEL, case.type, case.model, temp_deg_c + 273.15, **case.instance)


@pytest.mark.ngspice
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", CASES)
def test_currents_equal_those_of_ngspice(name: str, temp_deg_c: float, constants_of_ngspice: None) -> None:
    case = CASES[name]
    biases = terminal_voltages(case)
    theirs = by_ngspice(in_ngspice(case), "m", TERMINALS, biases, ["id", "vgs", "vds"], temp_deg_c)
    ours = by_engine(MODEL, case, biases, temp_deg_c)
    assert np.abs(ours["i(d)"]).max() > 1.0
    for t in TERMINALS:
        np.testing.assert_allclose(ours[f"i({t})"], theirs[f"i({t})"], rtol=1e-7, atol=1e-13, err_msg=f"i({t})")


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["charged", "p, charged", "warmer"])
def test_terminals_see_the_capacitances_of_ngspice(name: str, constants_of_ngspice: None) -> None:
    case = CASES[name]
    biases = terminal_voltages(case)
    theirs = terminal_capacitances(in_ngspice(case), "m", TERMINALS, biases, 60.0)
    ours = by_longtail(MODEL, card_of(case, 60.0), biases)
    for a in TERMINALS:
        for b in TERMINALS:
            found, wanted = ours[f"dq({a})/dv({b})"], theirs[f"c({a},{b})"]
            np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-17, err_msg=f"c({a},{b})")


@pytest.mark.parametrize("name", ["ohmic", "p, ohmic", "quasi-saturation", "breakdown", "charged"])
def test_parameters_move_currents_and_charges_by_their_slopes(name: str) -> None:
    case = CASES[name]
    for bias in terminal_voltages(case)[::5]:
        by_slope, as_found = parameter_slopes(MODEL, card_of(case, 27.0), bias)
        for parameter, slopes in by_slope.items():
            np.testing.assert_allclose(slopes, as_found[parameter], rtol=1e-3, atol=1e-9, err_msg=parameter)


def test_the_gate_drain_charge_has_the_published_capacitance() -> None:
    card = instance(MODEL, "vdmos", CHARGED)
    s = (2e-9 - 2e-11) / (1.0 + math.pi / 2.0)
    for vgd in (-40.0, -3.0, -0.1, 0.2, 4.0, 900.0):
        shape = math.tanh(0.7 * vgd) if vgd > 0.0 else math.atan(0.7 * vgd)
        cgd = evaluate(MODEL, card, {"g": 1.0, "d": 1.0 - vgd}).quantities["cgd"]
        assert cgd == pytest.approx(2e-9 - s + s * shape, rel=1e-9)
    constant = instance(MODEL, "vdmos", {**CHARGED, "a": 0.0})
    assert evaluate(MODEL, constant, {"g": 3.0}).quantities["cgd"] == pytest.approx(2e-9 - s, rel=1e-9)


def test_weak_inversion_is_exponential_far_below_the_threshold() -> None:
    """u = k*e^x, the current kp*u^2/2: also where 1 + e^x is 1 to the last bit of a double."""
    card = instance(MODEL, "vdmos", {"vto": 5.0, "kp": 2.0, "ksubthres": 0.1})
    current = evaluate(MODEL, card, {"g": 0.5, "d": 3.0}).quantities["id"]
    assert current == pytest.approx((0.1 * math.exp(-45.0)) ** 2, rel=1e-12, abs=0.0)


def test_vtotc_is_added_as_the_card_counts() -> None:
    """In LTspice's way: a negative one lowers the threshold of an n channel, a positive one that of a p channel."""
    for kind, vto, vtotc, v_th in (("vdmos", 3.0, -5e-3, 2.8), ("vdmosp", -3.0, 5e-3, -2.8)):
        card = instance(MODEL, kind, {"vto": vto, "vtotc": vtotc}, 300.15 + 40.0)
        assert evaluate(MODEL, card, {}).quantities["vth"] == pytest.approx(v_th, rel=1e-12)


def test_noise_in_closed_form() -> None:
    model = {"vto": 2.0, "kp": 3.0, "rd": 0.5, "rs": 0.2, "rg": 40.0, "kf": 1e-24, "af": 1.3}
    flows = evaluate(MODEL, instance(MODEL, "vdmos", model), {"gi": 3.0, "di": 4.0, "g": 3.0, "d": 4.0})
    found = {source.name: source.density for source in flows.noise}
    four_kt, cox = 4.0 * BOLTZMANN * 300.15, 3.9 * 8.854214871e-12 / 1e-7
    current, g_m = flows.quantities["id"], flows.quantities["g_m"]
    assert found == pytest.approx(
        {
            "rd": four_kt / 0.5,
            "rs": four_kt / 0.2,
            "rg": four_kt / 40.0,
            "id": four_kt * 2.0 / 3.0 * g_m,
            "flicker": 1e-24 * current**1.3 / cox**2,
        },
        rel=1e-9,
    )


# a complementary output stage behind a pair of small power transistors, as in audio amplifiers
AUDIO = """audio
*@ input inp inn
*@ output o
vdd vdd 0 25
vss vss 0 -25
vinp inp 0 17.9m ac 0.5
vinn inn 0 0 ac -0.5
r1 vdd a 2.2k
r2 vdd b 2.2k
m1 a inp s small
m2 b inn s small
it s vss 8m
rt s vss 100k
q3 c a e p
re e e3 560
q4 h b e4 p
re4 e4 e3 560
v3 vdd e3 2
vb c d 4.45
q5 d h2 vss q
q6 h h2 vss q
rh h h2 1
m7 vdd c o7 big
m8 vss d o8 bigp
r7 o7 o 0.22
r8 o o8 0.22
rl o 0 8
.model small vdmos(vto=1.5 kp=0.2 lambda=0.02 cgs=40p cgdmin=2p cgdmax=60p a=0.5 cjo=40p {more})
.model big vdmos(rg=2 rd=0.1 rs=0.05 rb=0.03 vto=2.2 kp=8 mtriode=0.5 ksubthres=0.12 lambda=0.005
+ cgs=1.2n cgdmin=50p cgdmax=900p a=0.3 cjo=600p m=0.45 vj=0.7 is=2p n=1.1 bv=100 mfg=nobody ron=80m qg=30n vds=100)
.model bigp vdmos(pchan rg=2 rd=0.1 rs=0.05 rb=0.03 vto=-2.2 kp=8 mtriode=0.5 ksubthres=0.12 lambda=0.005
+ cgs=1.4n cgdmin=60p cgdmax=1n a=0.3 cjo=700p m=0.45 vj=0.7 is=2p n=1.1 bv=-100)
.model p pnp(bf=120 is=1e-14 vaf=90 cje=10p cjc=5p tf=0.5n)
.model q npn(bf=150 is=1e-14 vaf=90 cje=10p cjc=5p tf=0.5n)
"""


@pytest.mark.ngspice
def test_an_audio_amplifier_as_in_ngspice() -> None:
    deck = AUDIO.format(more="rg=30")
    found = lt.read(deck).op()
    for node, volts in ngspice.operating_point(deck).nodes.items():
        if "#" not in node:
            assert found.nodes[node] == pytest.approx(volts, rel=1e-6, abs=1e-6), node
    assert found.devices["m7"]["id"] > 0.02
    theirs = ngspice.mode_gains(deck, ("vinp", "vinn"), ("o",), 10.0, 1e7, 2)
    ours = lt.read(deck).gains(frequency_hz=theirs.frequency_hz)
    assert abs(ours.differential[0]) > 100.0
    assert ours.differential == pytest.approx(theirs.differential, rel=1e-4)
    assert ours.common == pytest.approx(theirs.common_to_differential, rel=1e-4)


@pytest.mark.ngspice
def test_noise_as_in_ngspice_but_for_the_gate_resistance() -> None:
    pair = AUDIO.partition("q3 c")[0].replace("*@ output o", "*@ output a b") + AUDIO[AUDIO.index(".model small") :]
    pair = pair.partition(".model big")[0]
    deck = pair.format(more="rd=2 rs=5 kf=1e-25 af=1.1")
    theirs = ngspice.noise(deck, ("vinp", "vinn"), ("a", "b"), 10.0, 1e6, 2)
    ours = lt.read(deck).noise(frequency_hz=theirs.frequency_hz)
    assert theirs.output[0] > 1.05 * theirs.output[-1]
    assert ours.output_v_per_rthz == pytest.approx(theirs.output, rel=1e-4)
    quiet, loud = (lt.read(pair.format(more=f"rg={rg}")).noise(frequency_hz=1e3).output_v_per_rthz for rg in (0, 1e3))
    gain = lt.read(pair.format(more="")).gains(frequency_hz=1e3).differential[0]
    added = 8.0 * BOLTZMANN * 300.15 * 1e3 * abs(gain) ** 2
    assert loud[0] ** 2 - quiet[0] ** 2 == pytest.approx(added, rel=1e-3)


def test_copies_in_parallel_are_as_many_transistors() -> None:
    """ngspice 39 leaves m out of the gate's capacitances."""
    three = "\n".join(f"m{k} o g 0 n" for k in (1, 2, 3))
    gains = []
    for cards in ("m1 o g 0 n m=3", three):
        deck = f"m\nv1 vdd 0 10\nvg inp 0 2.6\nvh inn 0 0\nrg inp g 100\nrd vdd o 10\n{cards}\n"
        amplifier = lt.read(
            deck + ".model n vdmos(vto=2 kp=.3 rg=9 rd=1 rs=.1 cgs=1n cgdmax=2n cgdmin=.1n cjo=1n rb=1)\n"
        )
        gains.append(amplifier.gains(input=("inp", "inn"), output="o", frequency_hz=[1e3, 1e6, 1e8]).differential)
    assert gains[0] == pytest.approx(gains[1], rel=1e-6)


def test_a_flat_netlist_says_pchan() -> None:
    circuit = lt.read(AUDIO.format(more="")).circuit
    text = write(circuit)
    assert re.search(r"\.model bigp vdmos\(pchan ", text)
    assert load(text).models["bigp"] == replace(circuit.models["bigp"], span=load(text).models["bigp"].span)


def test_a_fourth_node_may_have_the_name_of_a_model() -> None:
    """The name of the model stands behind as many nodes as its device has, though a node is called like it."""
    deck = (
        "names\nvd d 0 1\nvg g 0 1\nvn n 0 0\nm1 d g 0 n n\nm2 d g n v\n.model n nmos(vto=0.5)\n.model v vdmos(vto=2)\n"
    )
    assert lt.read(deck).circuit.instances["m1"].nodes == ("d", "g", "0", "n")
    assert lt.read(deck).circuit.instances["m2"].nodes == ("d", "g", "n")


@pytest.mark.parametrize(
    ("card", "kind", "message"),
    [
        ("m1 d g 0 tj tc k", UnsupportedError, "nodes for the temperatures of junction and case are not supported"),
        ("m1 d g 0 k thermal", UnsupportedError, r"self-heating \('thermal'\) is not supported"),
        ("m1 d g k", NetlistError, r"expected 3 nodes \(d g s\) before model 'k', found 2"),
    ],
)
def test_cards_that_are_refused(card: str, kind: type[NetlistError], message: str) -> None:
    deck = f"refused\nvd d 0 1\nvg g 0 1\nrj tj tc 1\nrc tc 0 1\n{card}\n.model k vdmos(vto=1)\n"
    with pytest.raises(kind, match=message) as caught:
        lt.read(deck)
    assert caught.value.span is not None and caught.value.span.line == 6
