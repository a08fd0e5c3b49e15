"""Switches against ngspice and the published formula: states, edges, slopes, noise, and amplifiers with them."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import longtail as lt
from devices.harness import Card, evaluate, instance
from longtail.devices.base import BOLTZMANN, DeviceModel
from longtail.devices.discovery import devices
from longtail.errors import InputError, NetlistError
from reference import ngspice

STEP = devices()["voltage_switch"]
SLOPE = devices()["smooth_voltage_switch"]
VALUES = {"ron": 3.0, "roff": 2e5}

STATES = """switches
v1 a 0 1
vc c 0 {control}
r1 a o1 1k
s1 o1 0 c 0 step {flag}
r2 a o2 1k
w1 o2 0 vm bycurrent {flag}
rm c m 1k
vm m 0 0
r3 a o3 1k
s3 o3 o4 c 0 bare {flag}
r4 o4 0 1k
.model step sw(ron=10 roff=100k vt=0.5 vh={vh})
.model bycurrent csw(ron=20 roff=50k it=0.5m ih={ih})
.model bare sw
"""
SMOOTH = """the switch of PSpice
v1 a 0 1
vc c 0 {control}
r1 a o1 1k
{switch}
.model psw {model}
"""


def conductance(model: DeviceModel, card: Card, control: float) -> float:
    return float(evaluate(model, card, {"p": 1.0, "cp": control}).static["p"])


@pytest.mark.ngspice
@pytest.mark.parametrize("flag", ["", "on", "off"])
@pytest.mark.parametrize("vh", [0.0, 0.1])
@pytest.mark.parametrize("control", [-1.0, -1e-4, 1e-4, 0.39, 0.41, 0.499, 0.503, 0.59, 0.603, 2.0])
def test_states_as_in_ngspice(control: float, vh: float, flag: str) -> None:
    deck = STATES.format(control=control, vh=vh, ih=vh / 1e3, flag=flag)
    theirs, ours = ngspice.operating_point(deck).nodes, lt.read(deck).op().nodes
    if flag == "on" and abs(control - 0.5) < vh:  # ngspice forgets the word of a W after the first iteration
        assert ours["o2"] == pytest.approx(20 / 1020, rel=1e-9) and theirs.pop("o2") > 0.9
    for node, volts in theirs.items():
        assert ours[node] == pytest.approx(volts, rel=1e-9, abs=1e-12), node


def test_a_control_at_the_threshold_is_on_the_step() -> None:
    """Without hysteresis nothing says on or off there (ngspice takes it as on, by accident): half-way, and a note."""
    op = lt.read("bare\nv1 a 0 1\nr1 a o 1k\ns1 o 0 0 0 k\n.model k sw(ron=1 roff=1meg)\n").op()
    assert op.devices["s1"]["r"] == pytest.approx(1e3, rel=1e-9)
    assert op.devices["s1"]["region"] == "stepping" and any("on the step" in note for note in op.notes)


@pytest.mark.ngspice
@pytest.mark.parametrize(("on", "off"), [(0.8, 0.2), (-0.3, 0.6)])
def test_the_formula_of_pspice_as_ngspice_has_it(on: float, off: float) -> None:
    for control in np.linspace(-0.5, 1.0, 7):
        a = SMOOTH.format(
            control=control,
            switch="a1 %gd(c 0) %gd(o1 0) psw",
            model=f"pswitch(cntl_on={on} cntl_off={off} r_on=10 r_off=100k log=true)",
        )
        s = SMOOTH.format(
            control=control, switch="s1 o1 0 c 0 psw", model=f"vswitch(von={on} voff={off} ron=10 roff=100k)"
        )
        assert lt.read(s).op().nodes["o1"] == pytest.approx(ngspice.operating_point(a).nodes["o1"], rel=1e-9)


def test_the_published_formula() -> None:
    """R = exp(Lm + 3*Lr*(vc - vm)/(2*vd) - 2*Lr*(vc - vm)^3/vd^3), and ron and roff beyond."""
    on, off = 3.0, 1.0
    card = instance(SLOPE, "vswitch", {**VALUES, "von": on, "voff": off})
    mean, ratio = math.log(math.sqrt(VALUES["ron"] * VALUES["roff"])), math.log(VALUES["ron"] / VALUES["roff"])
    for control in np.linspace(off, on, 9):
        u = (control - (on + off) / 2) / (on - off)
        expected = math.exp(mean + 1.5 * ratio * u - 2.0 * ratio * u**3)
        assert 1.0 / conductance(SLOPE, card, control) == pytest.approx(expected, rel=1e-12)
    for control, expected in ((off - 1.0, VALUES["roff"]), (on + 1.0, VALUES["ron"])):
        assert 1.0 / conductance(SLOPE, card, control) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("flag", "inside"), [({}, "roff"), ({"off": 1.0}, "roff"), ({"on": 1.0}, "ron")])
def test_a_step_lies_outside_of_its_window(flag: dict[str, float], inside: str) -> None:
    """Within vt - vh to vt + vh, edges included, it keeps its state; the step beyond is as wide as documented."""
    vt, vh = 0.5, 0.1
    at_vt = instance(STEP, "sw", {**VALUES, "vt": vt}, **flag)
    for control, expected in ((vt - 2.6e-4, "roff"), (vt + 2.6e-4, "ron")):
        assert 1.0 / conductance(STEP, at_vt, control) == pytest.approx(VALUES[expected], rel=1e-9)
    card = instance(STEP, "sw", {**VALUES, "vt": vt, "vh": vh}, **flag)
    for control in (vt - vh, vt, vt + vh):
        assert 1.0 / conductance(STEP, card, control) == pytest.approx(VALUES[inside], rel=1e-9)
    width = 1e-5 + (vt + vh) / 1000
    edge = vt - vh - width / 2 if inside == "ron" else vt + vh + width / 2
    middle = math.sqrt(VALUES["ron"] * VALUES["roff"])
    assert 1.0 / conductance(STEP, card, edge) == pytest.approx(middle, rel=1e-6)
    for control, expected in ((edge - width / 2, "roff"), (edge + width / 2, "ron")):
        assert 1.0 / conductance(STEP, card, control) == pytest.approx(VALUES[expected], rel=1e-6)


def test_a_negative_hysteresis_is_smooth() -> None:
    card = instance(STEP, "sw", {**VALUES, "vt": 0.5, "vh": -0.4})
    for control, expected in ((0.1, 2e5), (0.5, math.sqrt(6e5)), (0.9, 3.0)):
        assert 1.0 / conductance(STEP, card, control) == pytest.approx(expected, rel=1e-9)
    # a quarter of the way: 3/16 - 2/64 = 5/32 of the logarithm
    quarter = 2e5 * (3.0 / 2e5) ** (5 / 32)
    assert 1.0 / conductance(STEP, card, 0.3) == pytest.approx(quarter, rel=1e-9)
    assert STEP.regions[int(evaluate(STEP, card, {"cp": 0.5}).quantities["region"])] == "between"


def test_noise_is_that_of_the_resistance() -> None:
    for model, kind, given in ((STEP, "sw", {"vt": 0.5}), (SLOPE, "vswitch", {"von": 0.7, "voff": 0.3})):
        card = instance(model, kind, {**VALUES, **given})
        for control, r in ((0.0, 2e5), (1.0, 3.0)):
            (source,) = evaluate(model, card, {"cp": control}).noise
            assert source.density == pytest.approx(4.0 * BOLTZMANN * 300.15 / r, rel=1e-9)


CLAMP = "clamp\nvdd a 0 5\nr1 a o 1k\ns1 o 0 o 0 k\n.model k {}\n"


def test_a_loop_that_holds_a_switch_on_its_step_is_solved_and_said() -> None:
    """Off it is asked to be on and on to be off: the operating point lies on the step, and no real switch there."""
    op = lt.read(CLAMP.format("sw(ron=10 roff=1meg vt=0.5)")).op()
    assert 0.5 < op.nodes["o"] < 0.5 + 1e-5 + 5e-4
    assert op.continuation == "newton" and op.iterations < 20
    assert op.devices["s1"]["region"] == "stepping"
    assert any(note.startswith("warning: s1: its control sits on the step") for note in op.notes)
    smooth = lt.read(CLAMP.format("vswitch(ron=10 roff=1meg von=0.6 voff=0.4)")).op()
    assert smooth.devices["s1"]["region"] == "between" and not smooth.notes


def test_two_switches_that_hold_each_other_keep_their_words() -> None:
    deck = "latch\nvdd a 0 5\nr1 a o 1k\nr2 a q 1k\ns1 o 0 q 0 k {}\ns2 q 0 o 0 k {}\n.model k sw(ron=10 vt=2 vh=.5)\n"
    for words, low in ((("", "on"), "q"), (("on", ""), "o")):
        nodes = lt.read(deck.format(*words)).op().nodes
        assert nodes[low] == pytest.approx(5.0 * 10 / 1010, rel=1e-6)
        assert nodes["oq".replace(low, "")] == pytest.approx(5.0, rel=1e-6)


# a pair with a gain that two switches set, one across the line and one in a pair of legs, and a switched load
AMPLIFIER = """programmable pair
*@ input inp inn
*@ output op on
*@ supply vcc vee
vcc vcc 0 9
vee vee 0 -9
vinp inp 0 0 ac 0.5
vinn inn 0 0 ac -0.5
vg gain 0 {gain}
rc1 vcc op 5k
rc2 vcc on 5k
q1 op bp e1 n
q2 on bn e2 n
sp inp bp gain 0 pass
sn inn bn gain 0 pass
re1 e1 t 1k
re2 e2 t 1k
s1 e1 e2 gain 0 {switch}
cl op 0 10p
cr on 0 10p
vs t tt 0
it tt vee 2m
rt tt vee 20k
w1 op on vs byload
.model n npn(bf=150 is=1e-15 vaf=80 cje=1p cjc=1p tf=0.3n)
.model pass sw(ron=100 roff=1g vt=-1)
.model step sw(ron=50 roff=10meg vt=1.5 vh=0.3)
.model slope vswitch(ron=50 roff=10meg von=2 voff=1)
.model byload csw(ron=8k roff=1g it=1m)
"""


def as_resistors(deck: str) -> str:
    """The deck with a resistor in place of each switch: ngspice's small signals take every switch as off."""
    found = lt.read(deck).op().devices
    return re.sub(r"(?m)^([sw]\w+) (\w+) (\w+) .*$", lambda m: f"r{m[1]} {m[2]} {m[3]} {found[m[1]]['r']!r}", deck)


@pytest.mark.ngspice
@pytest.mark.parametrize("gain", [0.0, 2.0])
def test_gains_and_noise_of_an_amplifier_as_in_ngspice(gain: float) -> None:
    deck = AMPLIFIER.format(gain=gain, switch="step")
    nodes = lt.read(deck).op().nodes
    for node, volts in ngspice.operating_point(deck).nodes.items():
        assert nodes[node] == pytest.approx(volts, rel=1e-6, abs=1e-9), node
    resistors = as_resistors(deck)
    assert "rs1 e1 e2" in resistors and "rw1 op on" in resistors
    theirs = ngspice.mode_gains(resistors, ("vinp", "vinn"), ("op", "on"), 1e3, 1e8, 3)
    ours = lt.read(deck).gains(frequency_hz=theirs.frequency_hz)
    assert abs(ours.differential[0]) > (10.0 if gain else 2.0)
    for name in ("differential", "common"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-6), name
    noise = ngspice.noise(resistors, ("vinp", "vinn"), ("op", "on"), 1e3, 1e6, 2)
    found = lt.read(deck).noise(frequency_hz=noise.frequency_hz)
    assert found.output_v_per_rthz == pytest.approx(noise.output, rel=1e-6)


@pytest.mark.parametrize("switch", ["step", "slope"])
@pytest.mark.parametrize("gain", [0.0, 2.0])
def test_a_switch_across_the_line_is_cut_in_two(gain: float, switch: str) -> None:
    """Half circuits with switches on each side and across agree with the whole."""
    amplifier = lt.read(AMPLIFIER.format(gain=gain, switch=switch).replace("w1 op on vs byload\n", ""))
    (half,) = (half for half in amplifier.half().halves if half.mode == "differential")
    (whole,) = amplifier.gains(frequency_hz=1.0).differential
    assert half.sign * half.gain(1.0) == pytest.approx(whole, rel=1e-6)


def test_the_gain_between_off_and_on_has_the_slope_of_the_control() -> None:
    """How v(o) moves with the control, against a difference of operating points."""
    deck = (
        "slope\nv1 a 0 1\nvc c 0 {}\nvd d 0 0\nr1 a o 1k\ns1 o 0 c d k\n"
        ".model k vswitch(ron=10 roff=100k von=.8 voff=.2)\n"
    )
    low, high = (lt.read(deck.format(0.45 + step)).op().nodes["o"] for step in (-1e-5, 1e-5))
    (gain,) = lt.read(deck.format(0.45)).gains(input=("c", "d"), output="o", frequency_hz=1.0).differential
    assert abs(gain) > 1.0
    assert gain == pytest.approx((high - low) / 2e-5, rel=1e-6)


def test_copies_of_a_subcircuit_share_the_current_that_steers_a_switch() -> None:
    """m=3 on the X card: the branch carries the current of three copies, and each switch reads its own."""
    deck = (
        "copies\nv1 a 0 1\nx1 a o sub m=3\nro o 0 1k\n"
        ".subckt sub a o\nvm a b 0\nrb b 0 1k\nw1 a o vm k\n.ends\n.model k csw(ron=100 roff=1g it=2m)\n"
    )
    assert lt.read(deck).op().devices["w.x1.w1"]["region"] == "off"
    assert lt.read(deck.replace("it=2m", "it=0.9m")).op().devices["w.x1.w1"]["region"] == "on"


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("s1 a 0 c 0 k on off", "a switch is 'on' or 'off', not both"),
        ("s1 a 0 c 0 nix", "unknown model 'nix'"),
        ("s1 a 0 c k", "expected 4 nodes"),
        ("s1 a 0 c 0 kw", "describes a current_switch"),
        ("w1 a 0 v1 k", "describes a voltage_switch"),
        ("w1 a 0 v1", "expected 2 nodes, a controlling voltage source and a model"),
        ("w1 a 0 v1 nix", "unknown model 'nix'"),
        ("w1 a 0 vx kw", "refers to 'vx', which is not in the circuit"),
        ("w1 a 0 rc kw", "which has no branch current"),
        ("s1 a 0 c 0 k wide", "unexpected 'wide' after the model"),
    ],
)
def test_cards_that_are_refused(card: str, message: str) -> None:
    deck = f"refused\nv1 a 0 1\nrc c 0 1k\nvc c 0 1\n{card}\n.model k sw(vt=1)\n.model kw csw(it=1m)\n"
    with pytest.raises(NetlistError, match=message) as caught:
        lt.read(deck).op()
    assert caught.value.span is not None and caught.value.span.line == 5


def test_a_hysteresis_is_named() -> None:
    deck = "note\nv1 a 0 1\ns1 a 0 a 0 k {}\n.model k sw(vt=1 vh={})\n"
    for word, vh, state in (("", 0.1, "off"), ("on", 0.1, "on")):
        notes = [note.message for note in lt.read(deck.format(word, vh)).circuit.notes]
        assert any(f"between vt - vh and vt + vh it is {state}" in note for note in notes)
    for vh in (0.0, -0.1):
        assert not any("hysteresis" in note.message for note in lt.read(deck.format("", vh)).circuit.notes)


def test_a_switch_without_a_way_from_off_to_on_is_refused() -> None:
    with pytest.raises(InputError, match="von and voff of the switch are equal"):
        lt.read("equal\nv1 a 0 1\ns1 a 0 a 0 k\n.model k vswitch(von=1 voff=1)\n").op()


@pytest.mark.parametrize(
    ("card", "device", "r"),
    [
        ("vswitch(ron=5 roff=1k vt=0.4 vh=0.05)", "voltage_switch", 5.0),
        ("vswitch(ron=5 roff=1k td=1u)", "voltage_switch", 5.0),
        ("vswitch(ron=5 roff=1k von=0.4 voff=0.1)", "smooth_voltage_switch", 5.0),
        ("vswitch(ron=5 roff=1k)", "smooth_voltage_switch", math.sqrt(5e3)),
    ],
)
def test_a_vswitch_of_pspice_is_of_the_kind_that_its_parameters_are(card: str, device: str, r: float) -> None:
    amplifier = lt.read(f"kinds\nv1 a 0 1\nvc c 0 0.5\nr1 a o 1\ns1 o 0 c 0 k\n.model k {card}\n")
    assert amplifier.circuit.instances["s1"].device == device
    assert amplifier.op().devices["s1"]["r"] == pytest.approx(r, rel=1e-9)


def test_a_vswitch_with_parameters_of_both_kinds_is_refused() -> None:
    with pytest.raises(NetlistError, match="has no parameter 'v"):
        lt.read("both\nv1 a 0 1\ns1 a 0 a 0 k\n.model k vswitch(vt=1 von=1)\n")


# as makers of op-amps write them: underscores, units, a resistor beside the control, switches as clamps and as a limit
MACROMODEL = """macromodel with switches
*@ input inp inn
*@ output out
vcc vcc 0 15
vee vee 0 -15
vp inp 0 {input} ac 0.5
vn inn 0 0 ac -0.5
x1 inp inn vcc vee out opamp
rl out 0 {load}
.subckt opamp inp inn vcc vee out
g1 0 n1 inp inn 1m
r1 n1 0 1meg
c1 n1 0 1u
e1 n2 0 n1 0 1
vsense n2 n3 0
ro n3 out 50
xlim n1 vcc vee clamp
s_s1 vcc n5 vcc vee _s1
rs_s1 vcc vee 1g
.model _s1 VSWITCH Roff=1e6 Ron=1.0 Voff=0.0V Von=1.0V
r5 n5 vee 10meg
w_w1 n1 0 vsense w_w1mod
.MODEL w_w1mod ISWITCH Roff=1e9 Ron=10 Ioff=20mA Ion=40mA
.ends
.subckt clamp n1 vcc vee
s1 n1 hi n1 hi svc
s2 lo n1 lo n1 svc
vh vcc hi 1.5
vl lo vee 1.5
.model svc vswitch(ron=10 roff=1g von=10m voff=-10m)
.ends
"""


def test_a_macromodel_with_switches() -> None:
    """Gain, clamp and current limit: 1 mS into 1 Mohm beside three open switches, and the switches when they act."""
    open_loop = lt.read(MACROMODEL.format(input=0, load="10k")).gains(frequency_hz=0.0)
    resistance = 1.0 / (1e-6 + 3e-9)
    assert open_loop.differential[0].real == pytest.approx(1e-3 * resistance * 10000 / 10050, rel=1e-6)
    clamped = lt.read(MACROMODEL.format(input=1, load="10k")).op()
    assert clamped.nodes["x1.n1"] == pytest.approx(13.5, abs=0.02)
    assert clamped.devices["s.x1.s_s1"]["region"] == "on"
    limited = lt.read(MACROMODEL.format(input=1, load=1)).op()
    assert 0.02 < limited.branches["v.x1.vsense"] < 0.04
    assert limited.devices["w.x1.w_w1"]["region"] == "between"


@pytest.mark.parametrize(
    ("card", "control", "volts"),
    [("vswitch(ron=10 roff=100k von=0.8 voff=0.2)", 0.5, 0.5), ("sw(ron=10 roff=100k vt=0.5 vh=0.1)", 0.2, 0.990099)],
)
def test_the_decks_of_the_field(card: str, control: float, volts: float) -> None:
    deck = f"deck\nv1 a 0 1\nv2 c 0 {control}\nr1 a o 1k\ns1 o 0 c 0 sw1\n.model sw1 {card}\n"
    assert lt.read(deck).op().nodes["o"] == pytest.approx(volts, rel=1e-6)


@pytest.mark.parametrize("switch", ["step", "slope"])
def test_lanes_on_either_side_of_a_switch_equal_a_loop(switch: str) -> None:
    deck = AMPLIFIER.format(gain="{gain}", switch=switch) + ".param gain=0\n"
    values = np.linspace(0.0, 2.5, 11)
    lanes = lt.read(deck).op(parameters={"gain": values}).nodes["op"]
    loop = [lt.read(deck, parameters={"gain": float(value)}).op().nodes["op"] for value in values]
    assert lanes == pytest.approx(loop, rel=1e-7)
