"""The pn junction's parts: closed forms, continuity, slopes and temperature."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import trapezoid

from devices.harness import interpret
from longtail.devices.base import thermal_voltage
from longtail.devices.parts.junction import (
    REFERENCE_TEMPERATURE,
    depletion_charge,
    junction_current,
    quadratic,
    saturation_exponent,
    scaled_junction,
    silicon_gap,
)
from longtail.lanes.derivative import Differentiator
from longtail.lanes.graph import Graph

VT = 0.0258
LAYER = (2e-12, 0.8, 0.4, 0.6)  # C0, VJ, M, FC


def test_forward_current_is_exponential() -> None:
    assert junction_current(0.6, 1e-14, VT) == pytest.approx(1e-14 * math.expm1(0.6 / VT), rel=1e-14)
    assert junction_current(-2.5 * VT, 1e-14, VT) == pytest.approx(1e-14 * math.expm1(-2.5), rel=1e-14)


def test_reverse_current_saturates_and_keeps_a_slope() -> None:
    deep, deeper = junction_current(-5.0, 1e-14, VT), junction_current(-50.0, 1e-14, VT)
    assert deep == pytest.approx(-1e-14, rel=1e-6)
    assert deeper + 1e-14 * 1e-15 > -1e-14 and deeper < deep  # still falls where an exponential no longer would


@pytest.mark.parametrize("emission_voltage", [VT, 2.1 * VT])
def test_current_and_slope_are_continuous_at_the_knee(emission_voltage: float) -> None:
    knee, step = -3.0 * emission_voltage, 1e-9
    above, below = (junction_current(knee + s, 1.0, emission_voltage) for s in (step, -step))
    assert above == pytest.approx(below, abs=1e-8)
    slopes = [_slope(lambda v: junction_current(v, 1.0, emission_voltage), knee + s) for s in (step, -step)]
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-6)


def test_no_voltage_gives_an_invalid_number() -> None:
    for v in (-1000.0, -1.0, 0.0, 1.0, 15.0):
        assert math.isfinite(_slope(lambda v: junction_current(v, 1e-14, VT), v))
        assert math.isfinite(junction_current(v, 1e-14, VT))
        assert math.isfinite(_slope(lambda v: depletion_charge(v, *LAYER), v))


def test_depletion_capacitance_is_the_textbook_law_and_then_a_straight_line() -> None:
    c0, vj, m, fc = LAYER
    for v in (-10.0, -0.5, 0.0, 0.3, fc * vj - 1e-9):
        assert _slope(lambda v: depletion_charge(v, *LAYER), v) == pytest.approx(c0 * (1.0 - v / vj) ** -m, rel=1e-6)
    for v in (fc * vj, 0.6, 0.9, 2.0):
        straight = c0 * (1.0 - fc) ** (-1.0 - m) * (1.0 - fc * (1.0 + m) + m * v / vj)
        assert _slope(lambda v: depletion_charge(v, *LAYER), v) == pytest.approx(straight, rel=1e-12)


def test_depletion_charge_is_zero_at_zero_and_the_integral_of_its_capacitance() -> None:
    assert depletion_charge(0.0, *LAYER) == 0.0
    voltages = np.linspace(-3.0, 1.5, 4001)
    capacitance = [_slope(lambda v: depletion_charge(v, *LAYER), float(v)) for v in voltages]
    area = trapezoid(capacitance, voltages)
    assert area == pytest.approx(depletion_charge(1.5, *LAYER) - depletion_charge(-3.0, *LAYER), rel=1e-6)


def test_a_substrate_junction_is_straight_from_zero() -> None:
    assert depletion_charge(0.3, 1e-12, 0.75, 0.5, 0.0) == pytest.approx(0.3e-12 * (1.0 + 0.5 * 0.3 / (2.0 * 0.75)))


def test_scaling_is_the_identity_at_the_nominal_temperature() -> None:
    for nominal in (250.0, REFERENCE_TEMPERATURE, 350.0):
        assert scaled_junction(1e-12, 0.7, 0.4, nominal, nominal) == pytest.approx((1e-12, 0.7), rel=1e-13)
        assert saturation_exponent(1.11, 3.0, nominal, nominal) == 0.0


def test_scaling_does_not_depend_on_the_way() -> None:
    """From 280 K to 380 K at once or by 330 K."""
    once = scaled_junction(1e-12, 0.7, 0.4, 380.0, 280.0)
    capacitance, potential = scaled_junction(1e-12, 0.7, 0.4, 330.0, 280.0)
    assert scaled_junction(capacitance, potential, 0.4, 380.0, 330.0) == pytest.approx(once, rel=1e-12)


def test_potential_follows_the_intrinsic_density() -> None:
    """vj(T)/Vt(T) falls by ln(ni(T)^2/ni(T0)^2), with ni^2 ~ T^3*exp(-Eg/Vt): the law behind the rule."""
    t0, t = REFERENCE_TEMPERATURE, 360.0
    _, potential = scaled_junction(1.0, 0.75, 0.33, t, t0)
    density = 3.0 * math.log(t / t0) - silicon_gap(t) / thermal_voltage(t) + silicon_gap(t0) / thermal_voltage(t0)
    assert potential / thermal_voltage(t) == pytest.approx(0.75 / thermal_voltage(t0) - density, rel=1e-6)


def test_saturation_current_doubles_every_few_kelvin() -> None:
    growth = math.exp(saturation_exponent(1.11, 3.0, 310.15, 300.15))
    assert 4.0 < growth < 5.0


def test_quadratic() -> None:
    assert quadratic(2.0, 1e-3, 1e-5, -20.0) == pytest.approx(2.0 * (1.0 - 0.02 + 0.004))


def _slope(function, voltage: float) -> float:
    graph = Graph()
    v = graph.input("v")
    slope = Differentiator(graph, [v]).partial(function(v), v)
    return interpret(graph, [slope], {"v": voltage})[0]
