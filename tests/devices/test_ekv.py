"""The EKV MOSFET: against the report's equations in NumPy, the authors' own code, and what is known in closed form."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

import longtail as lt
from devices.ekv_by_hand import ekv
from devices.harness import Card, evaluate, instance
from devices.mosfets import TERMINALS
from devices.transistors import Case, by_engine, by_longtail, parameter_slopes
from longtail.devices.base import BOLTZMANN, ELEMENTARY_CHARGE, Flows, thermal_voltage
from longtail.devices.models.ekv import MODEL
from longtail.devices.parts.ekv_channel import root_of_current
from longtail.errors import InputError, NetlistError, NetlistErrors

# the example set for 0.5 um CMOS of the EPFL (1999), the channel's part and what surrounds it
N_CHANNEL = {
    "cox": 3.45e-3,
    "xj": 0.15e-6,
    "vto": 0.6,
    "gamma": 0.71,
    "phi": 0.97,
    "kp": 150e-6,
    "e0": 88e6,
    "ucrit": 4.5e6,
    "dl": -0.05e-6,
    "dw": -0.02e-6,
    "lambda": 0.23,
    "leta": 0.28,
    "weta": 0.05,
    "q0": 280e-6,
    "lk": 0.5e-6,
    "ibn": 1.0,
    "iba": 200e6,
    "ibb": 350e6,
    "tnom": 25.0,
    "tcv": 1.5e-3,
    "bex": -1.5,
    "ucex": 1.7,
    "ibbt": 0.0,
    "kf": 1e-27,
    "af": 1.0,
}
P_CHANNEL = {
    "cox": 3.45e-3,
    "xj": 0.15e-6,
    "vto": -0.55,
    "gamma": 0.69,
    "phi": 0.87,
    "kp": 35e-6,
    "e0": 51e6,
    "ucrit": 18e6,
    "dl": -0.05e-6,
    "dw": -0.03e-6,
    "lambda": 1.1,
    "leta": 0.45,
    "weta": 0.0,
    "q0": 200e-6,
    "lk": 0.6e-6,
    "ibn": 1.0,
    "iba": 10e6,
    "ibb": 300e6,
    "tnom": 25.0,
    "tcv": -1.4e-3,
    "bex": -1.4,
    "ucex": 2.0,
    "ibbt": 0.0,
    "kf": 1e-28,
    "af": 1.0,
}
AROUND = {
    "hdif": 0.9e-6,
    "rsh": 510.0,
    "js": 8e-6,
    "jsw": 1.5e-10,
    "xti": 0.0,
    "n": 1.5,
    "cj": 8e-4,
    "cjsw": 3e-10,
    "mj": 0.5,
    "mjsw": 0.3,
    "pb": 0.9,
    "pbsw": 0.5,
    "fc": 0.5,
    "cgso": 1.5e-10,
    "cgdo": 1.5e-10,
    "cgbo": 4e-10,
}
WITH_THETA = {name: value for name, value in N_CHANNEL.items() if name != "e0"} | {"theta": 0.08, "weta": 0.4}
# a channel that is all closed form: long, wide, of carriers that never saturate
IDEAL = {"vto": 0.5, "gamma": 0.0, "kp": 1e-4, "cox": 1e-3, "leta": 0.0, "weta": 0.0, "lambda": 0.0, "ucrit": 1e11}
KINDS = {"n": ("nmos", N_CHANNEL), "p": ("pmos", P_CHANNEL), "theta": ("nmos", WITH_THETA)}
TURNED = {quantity.name for quantity in MODEL.quantities if quantity.unit in ("V", "A")}
VT = float(thermal_voltage(300.15))


def at(card: Card, d: float, g: float, s: float = 0.0) -> Flows:
    """Flows at voltages against the bulk in the device's own sense, and what is reported in that sense."""
    flows = evaluate(MODEL, card, {"d": card.polarity * d, "g": card.polarity * g, "s": card.polarity * s})
    own = {name: x * (card.polarity if name in TURNED else 1.0) for name, x in flows.quantities.items()}
    return replace(flows, quantities=own)


@pytest.mark.parametrize("temperature", [233.15, 300.15, 398.15])
@pytest.mark.parametrize("size", [(10e-6, 0.5e-6), (0.8e-6, 0.6e-6), (20e-6, 10e-6)])
@pytest.mark.parametrize("kind", KINDS)
def test_equals_the_report_in_numpy(kind, size, temperature):
    type_, model = KINDS[kind]
    w, length = size
    card = instance(MODEL, type_, model, temperature, w=w, l=length)
    card.gmin = 0.0
    sign = card.polarity
    for vg, vd, vs in itertools.product((-0.5, 0.3, 0.6, 1.0, 3.0), (-1.0, 0.0, 0.04, 0.5, 3.3), (0.0, 1.2)):
        source = vs + max(-vd, 0.0)  # no junction is forward
        voltages = (vg + source, vd + source, source)
        flows = at(card, voltages[1], voltages[0], source)
        wanted = ekv(model, w, length, temperature, *voltages, sign < 0.0)
        found = flows.quantities
        own = found["id"] + found["ibd"] - (found["isub"] if vd >= 0.0 else 0.0)
        assert own == pytest.approx(wanted.current, rel=1e-8, abs=1e-22 if vd else 1e-15)
        assert found["isub"] == pytest.approx(wanted.substrate, rel=1e-8, abs=1e-25)
        assert found["vp"] == pytest.approx(wanted.vp, rel=1e-9, abs=1e-12)
        assert (found["n"], found["if"]) == pytest.approx((wanted.n, wanted.forward), rel=1e-9, abs=0.0)
        assert flows.noise[0].density == pytest.approx(
            4.0 * BOLTZMANN * temperature * wanted.noisy, rel=1e-6, abs=1e-33
        )
        by_node = {node.removesuffix("i"): sign * q for node, q in flows.charges.items()}
        assert by_node == pytest.approx(wanted.charges, rel=1e-8, abs=1e-25)


# Verilog-A 2.6 rev. 15 of the authors, its equations run with the constants of longtail: id g_m g_ds g_mb isub, the
# charges of gate, drain and source, and the conductance of the channel's noise; of w = 10 um, l = 0.5 um
OF_THE_AUTHORS = [
    (
        "n",
        0.3,
        1.0,
        0.0,
        27,
        (2.606415e-10, 7.132016e-09, 4.710774e-11, 2.847462e-09, 9.294886e-21),
        (8.613607e-15, -7.188839e-21, -1.437822e-20),
        5.137976e-09,
    ),
    (
        "n",
        0.6,
        1.0,
        0.0,
        27,
        (9.757104e-07, 2.425220e-05, 1.821473e-07, 8.342601e-06, 2.104075e-17),
        (9.936649e-15, -2.640915e-17, -5.119480e-17),
        1.748275e-05,
    ),
    (
        "n",
        0.9,
        0.05,
        0.0,
        27,
        (2.589155e-05, 1.221027e-04, 4.243415e-04, 4.138866e-05, 0.0),
        (1.311702e-14, -1.250981e-15, -1.392806e-15),
        5.327551e-04,
    ),
    (
        "n",
        1.5,
        1.5,
        0.5,
        27,
        (4.115341e-04, 1.023390e-03, 1.693761e-05, 2.650058e-04, 2.872995e-14),
        (1.952194e-14, -2.521100e-15, -3.893241e-15),
        1.003882e-03,
    ),
    (
        "n",
        3.0,
        3.0,
        0.0,
        27,
        (2.939767e-03, 1.764389e-03, 4.608202e-05, 5.447729e-04, 1.577993e-09),
        (3.556318e-14, -9.062842e-15, -1.371363e-14),
        2.284818e-03,
    ),
    (
        "n",
        0.7,
        1.0,
        0.0,
        -40,
        (5.613880e-07, 1.894103e-05, 1.403484e-07, 6.203822e-06, 1.469363e-17),
        (1.025371e-14, -1.348724e-17, -2.639307e-17),
        1.327443e-05,
    ),
    (
        "n",
        1.0,
        3.0,
        0.0,
        125,
        (1.578225e-04, 5.583267e-04, 4.595794e-06, 1.861422e-04, 3.544059e-08),
        (1.443565e-14, -1.623949e-15, -2.572133e-15),
        5.277043e-04,
    ),
    (
        "p",
        0.5,
        1.0,
        0.0,
        27,
        (2.218020e-07, 5.584981e-06, 7.371547e-08, 1.872157e-06, 8.746349e-18),
        (8.714932e-15, -2.402526e-17, -4.668240e-17),
        4.010766e-06,
    ),
    (
        "p",
        1.2,
        0.1,
        0.5,
        27,
        (2.436471e-05, 5.626315e-05, 2.047949e-04, 1.531418e-05, 0.0),
        (1.733680e-14, -2.800567e-15, -3.100669e-15),
        2.496412e-04,
    ),
    (
        "p",
        2.5,
        3.0,
        0.0,
        85,
        (6.569737e-04, 5.336288e-04, 3.821045e-05, 1.670013e-04, 6.802684e-11),
        (3.012250e-14, -7.673704e-15, -1.165100e-14),
        5.540058e-04,
    ),
]


@pytest.mark.parametrize(("kind", "vg", "vd", "vs", "temp_deg_c", "static", "charges", "noisy"), OF_THE_AUTHORS)
def test_equals_the_code_of_the_authors(kind, vg, vd, vs, temp_deg_c, static, charges, noisy):
    type_, model = KINDS[kind]
    card = instance(MODEL, type_, model, temp_deg_c + 273.15, w=10e-6, l=0.5e-6)
    card.gmin = 0.0
    flows = at(card, vd + vs, vg + vs, vs)
    q = flows.quantities
    found = [q["id"] + q["ibd"] - q["isub"], q["g_m"], q["g_ds"], q["g_mb"], q["isub"]]
    # the permittivity of SPICE is 3e-6 larger, and impact ionization depends on it exponentially
    assert found == pytest.approx(static, rel=1e-4, abs=1e-21)
    assert found[:4] == pytest.approx(static[:4], rel=2e-5, abs=0.0)
    by_node = [card.polarity * flows.charges[node] for node in ("g", "di", "si")]
    assert by_node == pytest.approx(charges, rel=1e-5, abs=1e-24)  # constants there have eight digits
    # eight digits of 4/3 there leave 3e-4 of a charge in weak inversion
    wanted = 4.0 * BOLTZMANN * (temp_deg_c + 273.15) * noisy
    assert flows.noise[0].density == pytest.approx(wanted, rel=2e-5 if noisy > 1e-8 else 5e-4, abs=0.0)
    area = (10e-6 + model["dw"]) * (0.5e-6 + model["dl"]) * model["cox"]
    assert flows.noise[1].density == pytest.approx(model["kf"] * static[1] ** 2 / area, rel=4e-5, abs=0.0)


@pytest.mark.parametrize("v", [-250.0, -40.0, -3.0, -0.7, -0.693, 0.0, 2.0, 30.0, 4000.0])
def test_the_interpolation_is_exact(v):
    y = root_of_current(v)
    assert 2.0 * y + np.log(y) == pytest.approx(v, rel=4e-15, abs=4e-15)


def test_from_weak_to_strong_inversion_the_source_transconductance_is_the_interpolation():
    """g_ms*Vt/id = 1/(1/2 + sqrt(1/4 + if)) in saturation: 1 in weak and 1/sqrt(if) in strong inversion."""
    card = instance(MODEL, "nmos", IDEAL | {"gamma": 0.6}, w=1e-5, l=1e-5)
    seen = []
    for vg in np.linspace(0.0, 4.0, 33):
        q = at(card, 8.0, vg).quantities
        seen.append(q["if"])
        source = (q["g_m"] + q["g_ds"] + q["g_mb"]) * VT / (q["id"] + q["ibd"])
        assert source == pytest.approx(1.0 / (0.5 + np.sqrt(0.25 + q["if"])), rel=1e-5, abs=0.0)
    assert seen[0] < 1e-4 and seen[-1] > 1e3


def test_weak_inversion_is_exponential_with_the_slope_factor():
    card = instance(MODEL, "nmos", IDEAL | {"gamma": 0.6, "phi": 0.7}, w=1e-5, l=1e-5)
    card.gmin = 0.0
    currents = {(g, d): at(card, d, g).quantities["id"] for g in (0.1, 0.11) for d in (0.02, 1.0)}
    low, high = (at(card, 1.0, g).quantities for g in (0.1, 0.11))
    pinched = high["vp"] - low["vp"]
    # vg' and gamma' are rounded off, by some 0.9 % here; n stands before the exponential too
    assert pinched == pytest.approx(
        0.01 / (1.0 + 0.6 / (2.0 * np.sqrt(0.7 + 0.5 * (low["vp"] + high["vp"])))), rel=1e-2
    )
    growth = currents[0.11, 1.0] / currents[0.1, 1.0]
    assert growth == pytest.approx(high["n"] / low["n"] * np.exp(pinched / VT), rel=2e-3, abs=0.0)
    assert currents[0.1, 0.02] / currents[0.1, 1.0] == pytest.approx(1.0 - np.exp(-0.02 / VT), rel=1e-3, abs=0.0)


def test_strong_inversion_saturates_at_the_square_of_the_pinch_off_voltage():
    card = instance(MODEL, "nmos", IDEAL | {"gamma": 0.6}, w=1e-5, l=1e-5)
    ratios = []
    for vg in (2.0, 8.0, 32.0):
        q = at(card, 60.0, vg).quantities
        ratios.append(q["id"] / (0.5 * q["n"] * 1e-4 * q["vp"] ** 2))
    # 0.2 % of it is Leq, which is rounded off towards a tenth of the length
    assert ratios == sorted(ratios) and ratios[0] > 0.9 and ratios[-1] == pytest.approx(1.0, abs=0.015)


@pytest.mark.parametrize("kind", KINDS)
def test_source_and_drain_are_the_same(kind):
    type_, model = KINDS[kind]
    card = instance(MODEL, type_, model, w=10e-6, l=0.5e-6)
    for g, d, s in ((0.5, 0.3, 0.1), (1.2, 2.0, 0.0), (2.5, 0.1, 0.9)):
        one, other = at(card, d, g, s), at(card, s, g, d)
        image = {"d": "s", "s": "d", "di": "si", "si": "di"}
        for flows in ("static", "charges"):
            mine, theirs = getattr(one, flows), getattr(other, flows)
            assert {image.get(node, node): x for node, x in theirs.items()} == pytest.approx(mine, rel=1e-12, abs=1e-27)


@pytest.mark.parametrize("kind", KINDS)
def test_slopes_are_continuous_through_vds_of_zero_and_all_of_vgs(kind):
    type_, model = KINDS[kind]
    card = instance(MODEL, type_, model, w=10e-6, l=0.5e-6)
    for g in (0.4, 0.8, 2.0):
        below, above = (at(card, 0.3 + d, g + 0.3, 0.3).quantities for d in (-1e-9, 1e-9))
        assert above["g_ds"] == pytest.approx(below["g_ds"], rel=1e-6, abs=0.0)
    fine = [at(card, 1.0, g).quantities["g_m"] for g in np.arange(0.2, 2.0, 2e-3)]
    steps = np.diff(np.log(fine))
    assert np.all(np.abs(np.diff(steps)) < 2e-3)  # of a slope that grows by up to 8 % a step


def test_charges_are_conserved_and_the_gate_is_its_oxide_in_accumulation_and_strong_inversion():
    card = instance(MODEL, "nmos", N_CHANNEL, w=20e-6, l=10e-6)
    oxide = 3.45e-3 * (20e-6 - 0.02e-6) * (10e-6 - 0.05e-6)
    biases = [{"d": 0.0, "g": g, "s": 0.0, "b": 0.0} for g in (-4.0, 0.2, 4.0)] + [{"d": 3.0, "g": 3.0}]
    found = by_longtail(MODEL, card, biases)
    total = sum(found[f"q({t})"] for t in TERMINALS)
    assert np.all(np.abs(total) < 1e-12 * np.abs(found["q(g)"]))
    own = found["dq(g)/dv(g)"] / oxide
    assert own[0] == pytest.approx(0.97, abs=0.03) and own[2] == pytest.approx(0.98, abs=0.03) and own[1] < 0.6
    assert found["cgs"] == pytest.approx(-found["dq(g)/dv(s)"], rel=1e-9, abs=0.0)
    assert found["cgb"] == pytest.approx(-found["dq(g)/dv(b)"], rel=1e-9, abs=0.0)
    # a saturated channel: two thirds of the oxide at the source, and the drain's end moves nothing
    assert found["cgs"][3] / oxide == pytest.approx(2.0 / 3.0, abs=0.03)
    assert abs(found["cgd"][3]) < 0.03 * oxide < -found["dq(d)/dv(g)"][3]


def test_noise_is_shot_noise_in_weak_and_two_thirds_of_g_ms_in_strong_inversion():
    card = instance(MODEL, "nmos", IDEAL, w=1e-5, l=1e-5)
    card.gmin = 0.0
    weak, strong = at(card, 2.0, 0.1), at(card, 200.0, 100.0)
    current = weak.quantities["id"] + weak.quantities["ibd"]
    assert weak.noise[0].density == pytest.approx(2.0 * ELEMENTARY_CHARGE * current, rel=2e-3, abs=0.0)
    source = sum(strong.quantities[name] for name in ("g_m", "g_ds", "g_mb"))
    assert strong.noise[0].density == pytest.approx(4.0 * BOLTZMANN * 300.15 * 2.0 / 3.0 * source, rel=2e-3, abs=0.0)


def test_resistances_and_junctions_by_hdif_and_by_the_card():
    width = 10e-6 - 0.02e-6
    case = Case("nmos", N_CHANNEL | AROUND, {"w": 10e-6, "l": 0.5e-6}, 44)
    bias = {"d": 2.0, "g": 2.0, "s": 0.0, "b": 0.0}
    (with_them,) = (by_engine(MODEL, case, [bias], 25.0),)
    inner = instance(MODEL, "nmos", N_CHANNEL, 298.15, w=10e-6, l=0.5e-6)
    drop = with_them["id"][0] * 510.0 * 0.9e-6 / width
    assert drop == pytest.approx(2.0 - with_them["vds"][0] - drop, rel=1e-4, abs=0.0)  # isub leaves by the bulk
    again = at(inner, with_them["vds"][0] + drop, 2.0, drop).quantities
    assert with_them["id"][0] == pytest.approx(again["id"], rel=1e-5, abs=0.0)
    area, perimeter = 2.0 * 0.9e-6 * width, 4.0 * 0.9e-6 + width
    at_rest = at(instance(MODEL, "nmos", N_CHANNEL | AROUND, 298.15, w=10e-6, l=0.5e-6), 0.0, 0.0).quantities
    assert at_rest["cbs"] == pytest.approx(8e-4 * area + 3e-10 * perimeter, rel=1e-9, abs=0.0)
    given = instance(MODEL, "nmos", N_CHANNEL | AROUND, 298.15, w=10e-6, l=0.5e-6, **{"as": 0.0, "ps": 1e-5})
    assert at(given, 0.0, 0.0).quantities["cbs"] == pytest.approx(3e-15, rel=1e-9, abs=0.0)
    forward = evaluate(MODEL, given, {"s": -0.3, "si": -0.3}).quantities["ibs"]
    expected = 1.5e-10 * 1e-5 * np.expm1(0.3 / (1.5 * float(thermal_voltage(298.15)))) + 0.3e-12
    assert forward == pytest.approx(expected, rel=1e-9, abs=0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_may_vary_and_has_a_true_slope(kind):
    type_, model = KINDS[kind]
    card = instance(MODEL, type_, {**model, **AROUND, "q0": 2e-4, "xti": 1.0}, 330.0, w=10e-6, l=0.5e-6)
    bias = {t: card.polarity * v for t, v in {"d": 2.1, "di": 2.1, "g": 1.3, "b": -0.5}.items()}
    by_slope, as_found = parameter_slopes(MODEL, card, bias)
    assert set(by_slope) >= {f"model.{parameter}" for parameter in model if parameter not in ("kf", "af")}
    for parameter, wanted in as_found.items():
        np.testing.assert_allclose(by_slope[parameter], wanted, rtol=1e-4, atol=1e-10, err_msg=parameter)


@pytest.mark.parametrize(
    ("model", "same"),
    [
        ({"tox": 1e-8, "u0": 500.0}, {"cox": 3.9 * 8.854214871e-12 / 1e-8, "kp": 0.05 * 3.9 * 8.854214871e-12 / 1e-8}),
        ({"kp": 1e-4, "cox": 2e-3, "vmax": 1e5}, {"kp": 1e-4, "cox": 2e-3, "ucrit": 2e6}),
        ({}, {"vto": 0.5, "tcv": 1e-3, "gamma": 1.0, "phi": 0.7, "is": 1e-14}),
    ],
)
def test_process_data_stand_in_for_what_is_not_given(model, same):
    one, other = (at(instance(MODEL, "nmos", m, 320.0, w=1e-5, l=2e-6), 1.0, 1.0) for m in (model, same))
    assert one.static == pytest.approx(other.static, rel=1e-12, abs=0.0)
    assert one.charges == pytest.approx(other.charges, rel=1e-12, abs=0.0)


@pytest.mark.parametrize(
    ("model", "given", "said"),
    [({"dl": -2e-6}, {"l": 2e-6}, "l = 2e-06 m and dl = -2e-06 m"), ({"dw": -1e-5}, {"w": 1e-5}, "w = 1e-05 m")],
)
def test_a_channel_of_no_size_is_refused(model, given, said):
    with pytest.raises(InputError, match=said):
        evaluate(MODEL, instance(MODEL, "nmos", model, **given), {})


def written(model: Mapping[str, float]) -> str:
    return " ".join(f"{name}={value!r}" for name, value in model.items())


# a five-transistor amplifier in moderate inversion, of the example set
OTA = f"""ota
*@ input inp inn
*@ output o
vdd vdd 0 2.5
vinp inp 0 1.2
vinn inn 0 1.2
m1 x inp s 0 n w=20u l=1u
m2 o inn s 0 n w=20u l=1u
m3 x x vdd vdd p w=10u l=1u
m4 o x vdd vdd p w=10u l=1u
it s 0 2u
cl o 0 1p
.model n nmos(level={{level}} update=2.6 xqc=0.4 {written(N_CHANNEL | AROUND)})
.model p pmos(level={{level}} avto=0 {written(P_CHANNEL | AROUND)})
"""


def test_an_amplifier_of_them():
    amplifier = lt.read(OTA.format(level=44))
    point = amplifier.op()
    m1, m2, m4 = (point.devices[name] for name in ("m1", "m2", "m4"))
    assert 0.05 < m1["if"] < 5.0
    assert m1["region"] == "saturation"
    gains = amplifier.gains(frequency_hz=[1.0, 1e6])
    by_hand = m1["g_m"] / (m2["g_ds"] + m4["g_ds"])
    assert abs(gains.differential[0]) == pytest.approx(by_hand, rel=0.01, abs=0.0)
    crossing = m1["g_m"] / (2.0 * np.pi * 1e6 * 1e-12)
    assert abs(gains.differential[1]) == pytest.approx(crossing, rel=0.1, abs=0.0)
    step = 1e-6
    high, low = (
        lt.read(OTA.format(level=44).replace("vinp inp 0 1.2", f"vinp inp 0 {1.2 + s!r}")).op().nodes["o"]
        for s in (step, -step)
    )
    by_steps = (high - low) / (2.0 * step)
    common = amplifier.gains(frequency_hz=1.0).common[0]
    assert by_steps == pytest.approx((gains.differential[0] + 0.5 * common).real, rel=1e-4, abs=0.0)
    noise = amplifier.noise(frequency_hz=1e5)
    four_kt = 4.0 * BOLTZMANN * 300.15
    assert noise.output_v_per_rthz[0] > np.sqrt(four_kt / m1["g_m"])


def test_levels_are_those_of_eldo_and_ltspice_and_others_are_refused():
    own, other = (lt.read(OTA.format(level=level)).op().nodes for level in (44, 12))
    assert own == other
    for level in (5, 9, 55, 260):
        with pytest.raises(NetlistErrors, match=f"level {level}") as caught:
            lt.read(OTA.format(level=level))
        assert "12, 44" in str(caught.value)


@pytest.mark.parametrize("said", ["xqc=1", "nqs=1", "ekvint=1", "nsub=1e16"])
def test_what_another_implementation_would_compute_is_refused(said):
    deck = OTA.format(level=44).replace("xqc=0.4", said)
    with pytest.raises(NetlistError, match=said.partition("=")[0]):
        lt.read(deck)


def test_every_expression_of_a_p_channel_is_that_of_its_mirror_but_for_the_field_of_holes():
    """With theta in place of e0 the sign of the type is all that differs."""
    image = WITH_THETA | {"vto": -0.6, "tcv": -1.5e-3}
    n, p = (instance(MODEL, t, m, 350.0, w=5e-6, l=1e-6) for t, m in (("nmos", WITH_THETA), ("pmos", image)))
    assert at(n, 1.5, 1.1, 0.2).quantities == pytest.approx(at(p, 1.5, 1.1, 0.2).quantities, rel=1e-12, abs=0.0)
