"""What LTspice's own models write beside A cards: directed G sources, switches with a drop and a limit, and words."""

from __future__ import annotations

import math

import pytest

import longtail as lt
from devices.harness import evaluate, instance
from longtail.devices.base import BOLTZMANN
from longtail.devices.discovery import devices

LEVEL_2 = devices()["voltage_switch2"]
LEVEL_1 = devices()["voltage_switch"]
VALUES = {"ron": 10.0, "roff": 1e8, "vt": 0.5, "vh": -0.1}


def through(device, control: float, voltage: float, **model: float) -> float:
    """The current of a switch, A."""
    card = instance(device, "sw", {**VALUES, **model})
    return float(evaluate(device, card, {"p": voltage, "cp": control}).static["p"])


def beyond(v: float, drop: float, width: float) -> float:
    """The drop by hand: zero, a parabola over the width, then straight."""
    x = abs(v) - drop
    over = 0.0 if x < -width / 2 else x if x > width / 2 else (x + width / 2) ** 2 / (2 * width)
    return math.copysign(over, v)


@pytest.mark.parametrize("control", [-3.0, 0.3, 0.5, 0.57, 0.6, 5.0])
@pytest.mark.parametrize("voltage", [-2.0, -0.83, 0.0, 0.1, 0.77, 4.0])
@pytest.mark.parametrize(
    "model", [{}, {"vh": 0.1}, {"ilimit": 1e-3}, {"vser": 0.8}, {"vser": 0.8, "epsilon": 0.1, "ilimit": 20e-3}]
)
def test_level_2_is_its_formula(control, voltage, model):
    a = math.log(VALUES["roff"] / VALUES["ron"]) / math.pi
    b = math.log(1.0 / (VALUES["roff"] * VALUES["ron"])) / 2.0
    g = math.exp(a * math.atan((control - VALUES["vt"]) / 0.1) + b)
    i = g * (beyond(voltage, model["vser"], model.get("epsilon", 1e-15)) if "vser" in model else voltage)
    wanted = model["ilimit"] * math.tanh(i / model["ilimit"]) if "ilimit" in model else i
    assert through(LEVEL_2, control, voltage, **model) == pytest.approx(wanted, rel=1e-9, abs=1e-20)


def test_level_1_stops_abruptly_at_its_limit():
    limited = {"ilimit": 5e-3, "vser": 0.6}
    assert through(LEVEL_1, 2.0, 0.5, **limited) == 0.0
    assert through(LEVEL_1, 2.0, 0.61, **limited) == pytest.approx(0.01 / 10.0)
    assert through(LEVEL_1, 2.0, -0.61, **limited) == pytest.approx(-0.01 / 10.0)
    assert through(LEVEL_1, 2.0, 3.0, **limited) == 5e-3
    assert through(LEVEL_1, 2.0, -3.0, **limited) == -5e-3


def test_level_2_in_a_circuit():
    """A switch that limits holds its current, also where its own output steers it."""
    text = "t\nvp p 0 5\ns1 p o c 0 lim\nro o 0 1k\nvc c 0 3\n.model lim sw(level=2 ron=1 roff=1g vh=-.1 ilimit=2m)\n"
    assert lt.read(text).op().nodes["o"] == pytest.approx(2.0, rel=1e-6)
    loop = text.replace("vc c 0 3", "e1 c 0 r o 1k\nvr r 0 1.5").replace("vh=-.1", "vh=-.1 vt=.5")
    assert lt.read(loop).op().nodes["o"] == pytest.approx(1.5, abs=2e-3)


def test_switches_of_level_2_are_refused_where_their_meaning_is_not_known():
    with pytest.raises(lt.LongtailError, match="oneway"):
        lt.read("t\ns1 a 0 a 0 m\nv1 a 0 1\n.model m sw(level=2 ron=1 roff=1g oneway)\n")
    found = lt.read("t\ns1 a 0 a 0 m\nv1 a 0 1\n.model m sw(level=2 ron=1 roff=1g vt=.5 lser=1n)\n")
    assert any("without effect: lser" in note.message for note in found.circuit.notes)


@pytest.mark.parametrize(("sign", "v"), [(1, -0.7), (1, 0.2), (1, 0.9), (-1, -0.7), (-1, 0.2), (-1, 0.9)])
def test_a_directed_source_is_one_side_of_a_square_law(sign, v):
    text = f"t\nv1 c 0 {v}\ng1 0 o c 0 3m vto=0.25 dir={sign}\nro o 0 1k\n"
    over = max(sign * (v - 0.25), 0.0)
    assert lt.read(text).op().nodes["o"] == pytest.approx(sign * 3.0 * over**2, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("rest", ["dir=1", "vto=1", "vto=1 dir=2", "vto=1 dir=0"])
def test_other_directions_are_refused(rest):
    with pytest.raises(lt.UnsupportedError, match="dir=1 and dir=-1 with vto"):
        lt.read(f"t\nv1 c 0 1\ng1 0 o c 0 3m {rest}\nro o 0 1k\n")


NOISY = """t
v1 a 0 1 ac 1
v2 b 0 0
{card}
rl o 0 1k noisy=0
rb b 0 1k noisy=0
*@ input a b
*@ output o
"""


@pytest.mark.parametrize(
    ("card", "model"),
    [
        ("q1 p a o {}", "npn(is=1f bf=100 kf=1f {})"),
        ("m1 p a o {}", "vdmos(vto=0.3 kp=1m {})"),
        ("d1 a o {}", "d(is=1f kf=1f {})"),
        ("s1 a o a 0 {}", "sw(ron=10 roff=1g vt=0.2 vh=-0.1 {})"),
        ("s1 a o a 0 {}", "sw(level=2 ron=10 roff=1g vt=0.2 vh=-0.1 {})"),
        ("r1 a o {} 1k", "r(kf=1f {})"),
    ],
)
def test_noiseless_models_make_none(card, model):
    def noise(word: str) -> float:
        text = NOISY.format(card=f"vp p 0 3\n{card.format('mod')}\n.model mod {model.format(word)}")
        return lt.read(text).noise([1e3]).to_dict()["output_v_per_rthz"][0]

    assert noise("") > 1e-10
    assert noise("noiseless") == 0.0


def test_noise_of_a_switch_of_level_2_is_thermal():
    text = NOISY.format(card="s1 a o c 0 m\nvc c 0 0.5\n.model m sw(level=2 ron=1k roff=1k vt=0.5 vh=-0.1)")
    found = lt.read(text).noise([1e3]).to_dict()["output_v_per_rthz"][0]
    assert found == pytest.approx(math.sqrt(4.0 * BOLTZMANN * 300.15 / 1e3) * 500.0, rel=1e-9)


def test_a_vdmos_may_have_its_bulk_at_its_source():
    text = "t\nv1 d 0 3\nv2 g 0 1\nm1 d g s {} mod\nrs s 0 1k\nrb b 0 1k\n.model mod vdmos(vto=0.3 kp=1m)\n"
    three, four = (lt.read(text.format(bulk)).op().nodes["s"] for bulk in ("", "s"))
    assert three == four > 0.1
    with pytest.raises(lt.LongtailError, match="expected 3 nodes"):
        lt.read(text.format("b"))


def test_a_diode_of_straight_lines_may_conduct_both_ways_around_a_voltage():
    """i = clip(v, 0.3, 1.2)/roff + (v - 1.2)/ron above, + (v - 0.3)/ron below: a bias of 0.3 V to 1.2 V."""
    text = "t\ni1 0 o {i}\nd1 o 0 mod\n.model mod d(ron=100 roff=1meg vfwd=1.2 vrev=-0.3)\n"
    assert lt.read(text.format(i="1m")).op().nodes["o"] == pytest.approx(1.2 + 100 * (1e-3 - 1.2e-6), rel=1e-9)
    assert lt.read(text.format(i="-1m")).op().nodes["o"] == pytest.approx(0.3 + 100 * (-1e-3 - 0.3e-6), rel=1e-9)
    assert lt.read(text.format(i="0.7u")).op().nodes["o"] == pytest.approx(0.7, rel=1e-9)


def test_a_parameter_without_a_sign_may_be_a_call():
    text = "t\nv1 a 0 {x}\nr1 a 0 1k\n.param x table(m,0,1,10,5)\n.param m=4\n"
    assert lt.read(text).op().nodes["a"] == pytest.approx(1.0 + 4.0 * 0.4)
    with pytest.raises(lt.LongtailError, match="expected name=value"):
        lt.read("t\nv1 a 0 1\nr1 a 0 1k\n.param x 5\n")
