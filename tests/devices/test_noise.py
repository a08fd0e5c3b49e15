"""Noise sources of the devices: a contract over all of them, closed forms, and ngspice on one device at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest

import longtail as lt
from contract.test_devices import cases, every_device
from devices.harness import evaluate, instance, interpret, local_names
from longtail.devices.base import BOLTZMANN, ELEMENTARY_CHARGE, MECHANISMS, Flows
from longtail.devices.discovery import devices
from longtail.engine.equations.system import System
from longtail.engine.small_signal.noise import noise_sources
from longtail.engine.solving.operating_point import solve_operating_point
from reference import ngspice

DEVICES = devices()
SILENT = {
    "behavioral", "capacitor", "cccs", "ccvs", "coupling", "current_source", "ideal_diode", "inductor",
    "transmission_line", "vccs", "vcvs", "voltage_source",
}  # fmt: skip
T = 300.15


def densities(flows: Flows) -> dict[str, float]:
    return {source.name: float(source.density) for source in flows.noise}


@every_device
def test_sources_are_listed_with_a_known_mechanism_and_a_density_of_at_least_zero(name: str) -> None:
    for case in cases(name, "noise"):
        flows = case.flows()
        nodes = {*local_names(case.device, case.card)[0], *case.device.topology(case.card).merged}
        names = [source.name for source in flows.noise]
        assert len(names) == len(set(names))
        for source in flows.noise:
            assert source.mechanism in MECHANISMS
            assert {source.a, source.b} <= nodes and source.a != source.b
            assert math.isfinite(source.density) and source.density >= 0.0, source
            assert (source.exponent == 0.0) == (source.mechanism != "flicker")


@every_device
def test_the_same_noise_on_a_graph(name: str) -> None:
    for case in cases(name, "noise"):
        traced = case.trace()
        recorded = interpret(traced.graph, [source.density for source in traced.flows.noise], case.inputs())
        plain = {source.name: source.density for source in case.flows().noise}
        by_name = dict(zip((source.name for source in traced.flows.noise), recorded, strict=True))
        # a coefficient of zero leaves its source out, and on a graph gives one of zero
        assert set(plain) <= set(by_name)
        for source, value in by_name.items():
            assert value == pytest.approx(plain.get(source, 0.0), rel=1e-9, abs=1e-60)


def test_who_is_silent() -> None:
    silent = {name for name in DEVICES if not any(case.flows().noise for case in cases(name, "noise"))}
    assert silent == SILENT


def test_resistor() -> None:
    """4*k*T/R, and kf*abs(i)^af/(l^lf*w^wf*f^ef) with the size that the card gives."""
    model = {"kf": 1e-20, "af": 2.0, "ef": 1.2, "short": 1e-6, "lf": 1.0, "wf": 2.0}
    card = instance(DEVICES["resistor"], "r", model, r=1e3, l=22e-6, w=5e-6)
    flows = evaluate(DEVICES["resistor"], card, {"p": 2.0})
    assert densities(flows)["r"] == pytest.approx(4 * BOLTZMANN * T / 1e3, rel=1e-12)
    assert densities(flows)["flicker"] == pytest.approx(1e-20 * 2e-3**2 / (20e-6 * 5e-6**2), rel=1e-12)
    assert flows.noise[1].exponent == 1.2


def test_a_negative_resistor_and_one_with_another_value_for_small_signals() -> None:
    for given, expected in (({"r": -1e3}, 1e3), ({"r": 1e3, "ac": 2e3}, 2e3)):
        flows = evaluate(DEVICES["resistor"], instance(DEVICES["resistor"], "r", **given), {"p": 1.0})
        assert densities(flows)["r"] == pytest.approx(4 * BOLTZMANN * T / expected, rel=1e-12)


def test_a_resistor_that_is_not_noisy() -> None:
    flows = evaluate(DEVICES["resistor"], instance(DEVICES["resistor"], "r", r=1.0, noisy=0.0), {"p": 1.0})
    assert flows.noise == ()


def test_a_diode_at_zero_bias_has_the_noise_of_half_its_conductance() -> None:
    """The model counts the net current only, 2*q*i -> 0, where equilibrium asks for 4*k*T*g: as all SPICEs do."""
    model = DEVICES["diode"]
    forward = evaluate(model, instance(model, model={"is": 1e-14}), {"a": 0.7})
    current = float(forward.quantities["id"])
    assert densities(forward)["id"] == pytest.approx(2 * ELEMENTARY_CHARGE * current, rel=1e-12)
    assert densities(forward)["id"] == pytest.approx(2 * BOLTZMANN * T * float(forward.quantities["gd"]), rel=1e-6)
    assert densities(evaluate(model, instance(model, model={"is": 1e-14}), {}))["id"] == 0.0


@pytest.mark.parametrize("nlev", [None, 0.0, 1.0, 2.0, 3.0])
def test_flicker_forms_of_the_mosfet(nlev: float | None) -> None:
    model = {"vto": 1.0, "kp": 1e-4, "tox": 20e-9, "ld": 0.1e-6, "kf": 1e-25, "af": 1.2}
    model |= {} if nlev is None else {"nlev": nlev}
    flows = evaluate(DEVICES["mosfet1"], instance(DEVICES["mosfet1"], "nmos", model, w=20e-6, l=2.2e-6), {
        "d": 3.0, "g": 2.0,
    })  # fmt: skip
    w, length, oxide = 20e-6, 2e-6, 3.9 * 8.854214871e-12 / 20e-9
    current, g_m = float(flows.quantities["id"]), float(flows.quantities["g_m"])
    expected = {
        None: 1e-25 * current**1.2 / (w * length * oxide**2),
        0.0: 1e-25 * current**1.2 / (length**2 * oxide),
        1.0: 1e-25 * current**1.2 / (w * length * oxide),
        2.0: 1e-25 * g_m**2 / (w * length * oxide),
        3.0: 1e-25 * g_m**2 / (w * length * oxide),
    }[nlev]
    flicker = next(source for source in flows.noise if source.mechanism == "flicker")
    assert flicker.density == pytest.approx(expected, rel=1e-9)
    assert flicker.exponent == (1.2 if nlev in (2.0, 3.0) else 1.0)
    assert densities(flows)["id"] == pytest.approx(8 / 3 * BOLTZMANN * T * g_m, rel=1e-9)


@pytest.mark.parametrize(("name", "type", "model"), [
    ("mosfet1", "nmos", {"vto": 1.0, "kp": 1e-4, "nlev": 3.0}),
    ("jfet", "njf", {"vto": -2.0, "beta": 1e-3, "nlev": 3.0}),
])  # fmt: skip
def test_without_drain_voltage_the_channel_is_a_resistor(name: str, type: str, model: dict[str, float]) -> None:
    flows = evaluate(DEVICES[name], instance(DEVICES[name], type, model), {"g": 1.5 if name == "mosfet1" else -0.5})
    conductance = float(flows.quantities["g_ds"])
    assert densities(flows)["id"] == pytest.approx(4 * BOLTZMANN * T * conductance, rel=1e-6)


BENCH = """one device on a bench: driven at a over 1 kohm, read at o
v1 a 0 {bias}
v2 b 0 0
rb a g 1k
vdd vdd 0 {supply}
rl vdd o 2k
rq b 0 1k
"""
BJT = "is=2e-16 bf=120 br=3 vaf=60 ise=1e-15 ne=1.6 ikf=10m rb=200 rc=15 re=2 kf=3e-15 af=1.2 cje=1p tf=20p"
# so little base current that it does not matter that ngspice leaves the slope of the base resistance out
CROWDED = "is=2e-16 bf=1e6 vaf=60 ikf=0.1m rb=200 rbm=20 rc=15 re=2 kf=3e-15 af=1.2"
MOS = "vto=0.8 kp=80u lambda=0.03 rd=30 rs=40 tox=30n kf=2e-26"
SINGLE = {
    "npn": (0.75, 5, "q1 o g 0 t m=2", f".model t npn({BJT})"),
    "pnp": (-0.62, -5, "q1 o g 0 t 3", f".model t pnp({BJT})"),
    "npn, base resistance by charge": (0.75, 5, "q1 o g 0 t", f".model t npn({CROWDED})"),
    "npn, base resistance by current": (0.75, 5, "q1 o g 0 t", f".model t npn({CROWDED} irb=0.3n)"),
    "npn, epitaxial layer": (0.7, 5, "q1 o g 0 t", f".model t npn({BJT} rco=50 vo=10 gamma=1e-9)"),
    "npn turned round": (0.7, -1, "q1 o g 0 t", f".model t npn({BJT})"),
    "diode": (0.9, 5, "d1 g 0 t\nr1 g o 100", ".model t d(is=1e-14 rs=20 kf=1e-14 af=1.3)"),
    "diodes": (0.9, 5, "d1 g 0 t m=3 area=2\nr1 g o 100", ".model t d(is=1e-14 kf=1e-14 af=1.3)"),
    "diode broken down": (-8, 5, "d1 g 0 t\nr1 g o 100", ".model t d(is=1e-14 rs=20 bv=5 kf=1e-14)"),
    "nmos": (1.5, 5, "m1 o g 0 0 t w=20u l=2u", f".model t nmos({MOS} gamma=0.4 af=1.3 ld=0.1u)"),
    "pmos": (-1.5, -5, "m1 o g 0 0 t w=20u l=2u m=3", ".model t pmos(vto=-0.8 kp=40u)"),
    "pmos without tox": (-1.5, -5, "m1 o g 0 0 t w=20u l=2u", ".model t pmos(vto=-0.8 kp=40u kf=2e-26)"),
    "nmos in triode": (4, 1, "m1 o g 0 0 t w=200u l=2u", f".model t nmos({MOS} gamma=0.4)"),
    "nmos turned round": (1.5, -1, "m1 o g 0 0 t w=20u l=2u", f".model t nmos({MOS})"),
    "nmos of level 2": (
        1.5,
        5,
        "m1 o g 0 0 t w=20u l=2u",
        f".model t nmos(level=2 {MOS} nsub=1e16 ucrit=1e5 uexp=0.2 ld=0.1u af=1.3)",
    ),
    "pmos of level 2, weak": (
        -0.8,
        -5,
        "m1 o g 0 0 t w=200u l=2u",
        ".model t pmos(level=2 vto=-0.8 kp=40u nfs=2e11 kf=1e-26)",
    ),
    "nmos of level 3": (
        1.5,
        5,
        "m1 o g 0 0 t w=20u l=2u m=3",
        ".model t nmos(level=3 vto=0.8 nsub=1e16 kappa=0 theta=0.1 xj=0.3u ld=0.1u wd=0.2u rs=40 kf=2e-26)",
    ),
    "pmos of level 3, weak": (
        -0.8,
        -5,
        "m1 o g 0 0 t w=200u l=2u",
        ".model t pmos(level=3 vto=-0.8 kp=40u nfs=2e11 kf=1e-26)",
    ),
    "njf": (-0.5, 5, "j1 o g 0 t 2 m=2", ".model t njf(beta=1m rd=10 rs=20 lambda=0.02 kf=1e-16 af=1.2)"),
    "pjf": (0.5, -8, "j1 o g 0 t", ".model t pjf(beta=0.5m rd=10 rs=20 kf=1e-16 nlev=3 gdsnoi=0.8)"),
    "njf of level 2": (
        -0.5,
        5,
        "j1 o g 0 t 2 m=2",
        ".model t njf(level=2 beta=1m rd=10 rs=20 vst=0.05 lfgam=0.03 delta=2 xi=0.5 p=2.3 kf=1e-16 af=1.2)",
    ),
    "pjf of level 2, lagging": (
        0.5,
        -8,
        "j1 o g 0 t",
        ".model t pjf(level=2 beta=0.5m rs=20 lfgam=0.03 hfgam=0.1 hfeta=0.05 taug=1u kf=1e-16)",
    ),
    "njf of level 2 turned round": (-0.5, -1, "j1 o g 0 t", ".model t njf(level=2 beta=2m xi=0.5 z=0.3)"),
    "njf in triode": (0, 1, "j1 o g 0 t", ".model t njf(beta=2m kf=1e-16 nlev=3)"),
    "resistor": (1, 5, "r1 o g t l=20u w=10u m=2", ".model t r(rsh=2k kf=1e-22 af=1.8 ef=1.1 lf=1.1 wf=0.9)"),
    "silent resistor": (1, 5, "r1 o g 3k noisy=0", ""),
}


@pytest.mark.ngspice
@pytest.mark.parametrize("name", SINGLE)
def test_every_source_like_ngspice(name: str) -> None:
    """At a temperature of the circuit other than that of the models."""
    bias, supply, *cards = SINGLE[name]
    deck = BENCH.format(bias=bias, supply=supply) + "\n".join(cards) + "\n"
    warm = deck + ".options temp=60\n"
    ours = lt.read(warm, input=["v1", "v2"], output=["o"]).noise(frequency_hz="1:1g:3")
    theirs = ngspice.noise(deck, ("v1", "v2"), ["o"], 1.0, 1e9, 3, temp_deg_c=60.0)
    np.testing.assert_allclose(ours.output_v_per_rthz, theirs.output, rtol=5e-6)
    np.testing.assert_allclose(ours.input_v_per_rthz, theirs.input, rtol=5e-6)
    ngspice_names = {"r": "thermal", "flicker": "1overf"}
    for k, source in enumerate(ours.sources):
        reference = theirs.sources[source.instance, ngspice_names.get(source.name, source.name)]
        np.testing.assert_allclose(
            np.sqrt(ours.density[:, 0, k]), reference, rtol=5e-6, atol=1e-9 * theirs.output.max(), err_msg=str(source)
        )


@pytest.mark.parametrize(("cards", "conductance"), [
    (("d1 g 0 t {}", ".model t d(rs=20)"), {"rs": 1 / 20}),
    (("q1 o g 0 t {}", ".model t npn(rb=200 rc=15 re=2)"), {"rb": 1 / 200, "rc": 1 / 15, "re": 1 / 2}),
    (("m1 o g 0 0 t {}", ".model t nmos(rd=30 rs=40)"), {"rd": 1 / 30, "rs": 1 / 40}),
    (("j1 o g 0 t {}", ".model t njf(rd=30 rs=40)"), {"rd": 1 / 30, "rs": 1 / 40}),
])  # fmt: skip
@pytest.mark.parametrize(("own", "kelvin"), [("", T), ("dtemp=40", T + 40.0), ("temp=-20", 253.15)])
def test_thermal_noise_at_the_temperature_of_the_device(
    cards: tuple[str, str], conductance: dict[str, float], own: str, kelvin: float
) -> None:
    """And m devices in parallel make m times as much."""
    deck = BENCH.format(bias=0.7, supply=5) + "\n".join(cards).format(f"{own} m=2") + "\n"
    point = solve_operating_point(System(lt.read(deck).circuit))
    found = noise_sources(point)
    of_device = {
        place.name: density
        for place, density in zip(found.places, found.spectrum(np.ones(1))[0, 0], strict=True)
        if place.instance == cards[0][:2]
    }
    for name, siemens in conductance.items():
        assert of_device[name] == pytest.approx(2 * 4 * BOLTZMANN * kelvin * siemens, rel=1e-12)


@pytest.mark.parametrize("name", ["mosfet2", "mosfet3"])
def test_weak_inversion_is_noisy_with_every_nlev(name: str) -> None:
    """That of nlev = 3 is of the overdrive, which is negative there."""
    model = {"vto": 0.7, "kp": 1e-4, "nfs": 2e11}
    found = []
    for nlev in ({}, {"nlev": 3.0}):
        card = instance(DEVICES[name], "nmos", model | nlev, w=1e-4, l=2e-6)
        flows = evaluate(DEVICES[name], card, {"d": 2.0, "g": 0.6})
        assert flows.quantities["v_ov"] < 0.0
        found += [source.density for source in flows.noise if source.name == "id"]
    assert found[0] == pytest.approx(found[1]) and found[0] > 0.0
