"""The MESFET against ngspice, over bias, polarity and kinds of card, and a pair of them."""

from __future__ import annotations

import numpy as np
import pytest

import longtail as lt
from devices.harness import instance
from devices.transistors import Bias, Case, by_engine, by_longtail, by_ngspice, parameter_slopes, terminal_capacitances
from longtail.devices.models.mesfet import MODEL
from reference import ngspice

TERMINALS = MODEL.terminals
PLAIN = {"vto": -1.3, "beta": 4e-3, "b": 0.4, "alpha": 2.2, "lambda": 0.05, "is": 2e-14}
CHARGED = {"cgs": 4e-13, "cgd": 1e-13, "pb": 0.75}
CASES = {
    "defaults": Case("nmf", {}, {}),
    "n": Case("nmf", PLAIN | CHARGED, {"area": 1.7}),
    "p": Case("pmf", PLAIN | CHARGED | {"vto": -1.8}, {}),
    "ohmic": Case("nmf", PLAIN | CHARGED | {"rd": 12.0, "rs": 7.0}, {"area": 0.5}),
}
BIASES = [(vgs, vds) for vgs in (-3.0, -1.2, -0.7, -0.06, 0.2, 0.6) for vds in (-4.0, -0.3, 0.0, 0.02, 0.9, 1.4, 5.0)]


def terminal_voltages(case: Case, source: float = 0.25) -> list[Bias]:
    sign = MODEL.model_types[case.type]
    return [{"d": source + sign * vds, "g": source + sign * (vgs + min(vds, 0.0)), "s": source} for vgs, vds in BIASES]


@pytest.mark.ngspice
@pytest.mark.parametrize("temp_deg_c", [27.0, 85.0])
@pytest.mark.parametrize("name", CASES)
def test_currents_equal_those_of_ngspice(name: str, temp_deg_c: float, constants_of_ngspice: None) -> None:
    case = CASES[name]
    biases = terminal_voltages(case)
    theirs = by_ngspice(case, "z", TERMINALS, biases, ["cg"], temp_deg_c)
    ours = by_engine(MODEL, case, biases, temp_deg_c)
    for t in TERMINALS:
        np.testing.assert_allclose(ours[f"i({t})"], theirs[f"i({t})"], rtol=1e-7, atol=1e-14, err_msg=f"i({t})")


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["n", "p"])
def test_terminals_see_the_capacitances_of_ngspice(name: str, constants_of_ngspice: None) -> None:
    case = CASES[name]
    biases = terminal_voltages(case)
    theirs = terminal_capacitances(case, "z", TERMINALS, biases, 27.0)
    ours = by_longtail(MODEL, instance(MODEL, case.type, case.model, **case.instance), biases)
    for terminal, quantity in (("s", "cgs"), ("d", "cgd")):
        np.testing.assert_allclose(ours[quantity], -theirs[f"c({terminal},g)"], rtol=1e-6, atol=1e-20)


def test_parameters_move_currents_by_their_slopes() -> None:
    for case in CASES.values():
        card = instance(MODEL, case.type, case.model, **case.instance)
        for bias in terminal_voltages(case)[::5]:
            by_slope, as_found = parameter_slopes(MODEL, card, bias)
            for parameter, slopes in by_slope.items():
                np.testing.assert_allclose(slopes, as_found[parameter], rtol=1e-3, atol=1e-9, err_msg=parameter)


PAIR = """pair of mesfets
*@ input inp inn
*@ output op on
vdd vdd 0 5
vss vss 0 -5
vinp inp 0 0 ac 0.5
vinn inn 0 0 ac -0.5
rd1 vdd op 300
rd2 vdd on 300
z1 op inp s n area=2
z2 on inn s n area=2
z3 s vss vss n
cl op 0 50f
cr on 0 50f
.model n nmf(vto=-1.3 beta=4m b=0.4 alpha=2.2 lambda=0.05 cgs=400f cgd=100f pb=0.75 rd=12 rs=7 kf=1e-14 af=1)
"""


@pytest.mark.ngspice
def test_a_pair_as_in_ngspice() -> None:
    amplifier = lt.read(PAIR)
    for node, volts in ngspice.operating_point(PAIR).nodes.items():
        if "#" not in node:
            assert amplifier.op().nodes[node] == pytest.approx(volts, rel=1e-6, abs=1e-6), node
    theirs = ngspice.mode_gains(PAIR, ("vinp", "vinn"), ("op", "on"), 1e6, 1e10, 2)
    ours = amplifier.gains(frequency_hz=theirs.frequency_hz)
    assert abs(ours.differential[0]) > 1.5
    for name in ("differential", "common"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-4), name
    noise = ngspice.noise(PAIR, ("vinp", "vinn"), ("op", "on"), 1e3, 1e9, 2)
    assert amplifier.noise(frequency_hz=noise.frequency_hz).output_v_per_rthz == pytest.approx(noise.output, rel=1e-4)
    assert noise.output[0] > 2.0 * noise.output[-4]
