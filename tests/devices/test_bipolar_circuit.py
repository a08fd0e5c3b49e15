"""The bipolar transistor with its resistances, solved and swept through the engine, against ngspice."""

from __future__ import annotations

import numpy as np
import pytest

from devices.admittance import admittances, by_ngspice, circuit_of, solved, terminal_currents
from devices.cards import BIPOLARS, RESISTANCES
from devices.transistors import Case
from devices.transistors import by_ngspice as operating_points
from longtail.devices.models.bipolar import MODEL
from longtail.engine.equations.system import System
from longtail.engine.solving.operating_point import solve_operating_point

pytestmark = [pytest.mark.ngspice, pytest.mark.usefixtures("constants_of_ngspice")]
FREQUENCY_HZ = 10.0 ** np.arange(3, 11)
EPITAXY = {"rco": 60.0, "vo": 2.5, "gamma": 3e-9, "qco": 2e-13}


def with_resistances(name: str, **more: float) -> Case:
    case = BIPOLARS[name]
    return Case(case.type, case.model | RESISTANCES[name] | more, {})


# the small-signal base resistance of these is that of ngspice
PLAIN = {
    "2N2222": with_resistances("2N2222"),
    "2N3904 with substrate": with_resistances("2N3904", cjs=2e-12, mjs=0.4, iss=1e-15),
    "2N3906": with_resistances("2N3906", re=0.3),
    "excess phase": with_resistances("2N3904", ptf=35.0),
    "excess phase of a pnp": with_resistances("2N3906", ptf=20.0, xcjc=0.4),
}
# the base resistance of these moves with the bias
MODULATED = {
    "by base current": with_resistances("BC847B"),
    "by base charge": with_resistances("2N2222", rb=50.0, rbm=5.0, vaf=8.0, ikf=0.02),
}
QUASI_SATURATED = {
    "npn": with_resistances("2N2222", **EPITAXY),
    "npn without rc": Case("npn", BIPOLARS["2N2222"].model | EPITAXY, {}),
    "pnp over temperature": with_resistances("2N3906", **EPITAXY, quasimod=1.0),
}
BIASES = [
    (0.65, -5.0),
    (0.8, -1.0),
    (0.75, 0.6),
    (-1.0, 0.7),
]  # vbe, vbc as in an npn: active twice, saturated, reverse


def bias_of(case: Case, vbe: float, vbc: float) -> dict[str, float]:
    sign = MODEL.model_types[case.type]
    return {"b": 0.1, "e": 0.1 - sign * vbe, "c": 0.1 - sign * vbc, "s": -3.0 * sign}


def assert_small(difference: np.ndarray, matrix: np.ndarray, tolerance: float) -> None:
    """Judge admittances against the largest one at each frequency."""
    scale = np.abs(matrix).max(axis=(1, 2), keepdims=True)
    np.testing.assert_array_less(np.abs(difference) / scale, tolerance)


def differences_of_ngspice(case: Case, bias: dict[str, float], temp_deg_c: float) -> np.ndarray:
    """The conductance matrix in S from ngspice's own operating points: what its AC analysis should give at 0 Hz."""
    step, terminals = 2e-5, MODEL.terminals
    biases = [bias | {t: bias[t] + shift} for shift in (step, -step) for t in terminals]
    theirs = operating_points(case, "q", terminals, biases, [], temp_deg_c)
    high, low = np.array([theirs[f"i({t})"] for t in terminals]).reshape(len(terminals), 2, -1).transpose(1, 0, 2)
    return (high - low) / (2.0 * step)


@pytest.mark.parametrize("vbe, vbc", BIASES)
@pytest.mark.parametrize("name", PLAIN)
def test_currents_and_admittances_equal_ngspice(name: str, vbe: float, vbc: float) -> None:
    case = PLAIN[name]
    bias = bias_of(case, vbe, vbc)
    currents, matrix = by_ngspice(case, "q", MODEL.terminals, bias, FREQUENCY_HZ, 40.0)
    point = solved(MODEL, case, bias, 40.0)
    np.testing.assert_allclose(terminal_currents(point, MODEL), currents, rtol=1e-8, atol=1e-9 * abs(currents).max())
    assert_small(admittances(point, MODEL, FREQUENCY_HZ) - matrix, matrix, 1e-8)


def test_excess_phase_turns_the_transconductance() -> None:
    plain, late = (
        admittances(solved(MODEL, case, bias_of(case, 0.7, -2.0), 27.0), MODEL, np.array([1e8]))[0, 0, 1]
        for case in (Case("npn", {"tf": 1e-9}, {}), Case("npn", {"tf": 1e-9, "ptf": 40.0}, {}))
    )
    # -omega*tau in degrees, with tau = tf*ptf in radians
    assert np.degrees(np.angle(late / plain)) == pytest.approx(-360.0 * 1e8 * 1e-9 * np.radians(40.0), rel=1e-6)


@pytest.mark.parametrize("vbe, vbc", BIASES)
@pytest.mark.parametrize("name", MODULATED)
def test_ngspice_forgets_that_the_base_resistance_moves(name: str, vbe: float, vbc: float) -> None:
    """ngspice's AC analysis takes the base resistance as constant. Differences of its own operating points do not,
    and agree with ours."""
    case = MODULATED[name]
    bias = bias_of(case, vbe, vbc)
    currents, matrix = by_ngspice(case, "q", MODEL.terminals, bias, FREQUENCY_HZ, 27.0)
    point = solved(MODEL, case, bias, 27.0)
    np.testing.assert_allclose(terminal_currents(point, MODEL), currents, rtol=1e-8, atol=1e-9 * abs(currents).max())
    ours = admittances(point, MODEL, FREQUENCY_HZ)
    exact = differences_of_ngspice(case, bias, 27.0)[None]
    assert_small(ours[:1].real - exact, exact, 1e-6)
    scale = np.abs(exact).max()
    assert np.abs(matrix[0].real - exact[0]).max() > 1e-5 * scale


@pytest.mark.parametrize("vbe, vbc", [(0.65, -5.0), (0.8, -0.3), (0.85, 0.5), (-1.0, 0.7)])
@pytest.mark.parametrize("name", QUASI_SATURATED)
def test_quasi_saturation(name: str, vbe: float, vbc: float) -> None:
    """Currents equal ngspice's; so do slopes, when taken as differences of its currents."""
    case = QUASI_SATURATED[name]
    bias = bias_of(case, vbe, vbc)
    currents, matrix = by_ngspice(case, "q", MODEL.terminals, bias, FREQUENCY_HZ, 60.0)
    point = solved(MODEL, case, bias, 60.0)
    np.testing.assert_allclose(terminal_currents(point, MODEL), currents, rtol=1e-7, atol=1e-9 * abs(currents).max())
    ours = admittances(point, MODEL, FREQUENCY_HZ)
    exact = differences_of_ngspice(case, bias, 60.0)[None]
    assert_small(ours[:1].real - exact, exact, 1e-6)
    # ngspice's own slope of the layer's current is off where the layer conducts; elsewhere it has nothing to miss
    deviation = np.abs(matrix[0].real - exact[0]).max() / np.abs(exact).max()
    layer_conducts = vbc > -1.0 and vbe > 0.0
    assert (deviation > 1e-4) == layer_conducts
    if not layer_conducts and vbe < 0.0:
        assert_small(ours - matrix, matrix, 1e-8)


def test_area_is_devices_in_parallel() -> None:
    """Saturated: in ngspice, a transistor of area 2 is not two in parallel, for its base-collector current is four."""
    model = {"is": 1e-14, "br": 2.0, "vaf": 50.0, "rc": 1.0, "cjc": 1e-12, "isc": 1e-13}
    pair, double = Case("npn", model, {"m": 2.0}), Case("npn", model, {"area": 2.0})
    bias = bias_of(pair, 0.7, 0.65)
    ours = [terminal_currents(solved(MODEL, case, bias, 27.0), MODEL) for case in (pair, double)]
    np.testing.assert_allclose(ours[0], ours[1], rtol=1e-9, atol=3e-12)  # gmin is a device's, not an area's
    theirs = [by_ngspice(case, "q", MODEL.terminals, bias, FREQUENCY_HZ, 27.0)[0] for case in (pair, double)]
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-8, atol=1e-15)
    assert theirs[1][0] / theirs[0][0] < 0.9


def test_varied_parameters_equal_a_loop() -> None:
    """Lanes of a varied saturation current, resistance and temperature equal nominal circuits with these values."""
    case = with_resistances("BC847B", cjs=1e-12)
    bias = bias_of(case, 0.72, -2.0)
    values = {"x.is": 2.1e-14, "x.rb": 14.0, "x.bf": 250.0, "temper": 51.0}
    varied = System(circuit_of(MODEL, case, bias, 27.0), varied=values)
    point = solve_operating_point(varied, values)
    fixed = solved(MODEL, Case("npn", case.model | {"is": 2.1e-14, "rb": 14.0, "bf": 250.0}, {}), bias, 51.0)
    np.testing.assert_allclose(terminal_currents(point, MODEL), terminal_currents(fixed, MODEL), rtol=1e-9)
    for quantity, value in fixed.quantities["x"].items():
        np.testing.assert_allclose(point.quantities["x"][quantity], value, rtol=1e-8, err_msg=quantity)
