"""Step limiting of pn junctions: what it lets pass, how far it goes, and that it ends at what was asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from devices.harness import interpret
from longtail.devices.parts.limiting import critical_voltage, pnjlim
from longtail.lanes.graph import Expr, Graph

VT = 0.0258
CRITICAL = critical_voltage(1e-14, VT)


def test_critical_voltage_is_where_the_curve_bends_most() -> None:
    """The radius of curvature of IS*exp(v/vt) is least at vt*ln(vt/(sqrt(2)*IS))."""
    voltages = np.linspace(CRITICAL - 0.05, CRITICAL + 0.05, 20001)
    slope = 1e-14 * np.exp(voltages / VT) / VT
    radius = (1.0 + slope**2) ** 1.5 / (slope / VT)
    assert voltages[radius.argmin()] == pytest.approx(CRITICAL, abs=1e-5)


def test_a_junction_without_current_has_a_finite_critical_voltage() -> None:
    assert math.isfinite(critical_voltage(0.0, VT))


@pytest.mark.parametrize("new, old", [(0.5, 0.0), (0.7, 0.69), (-0.5, 0.3), (-2.0, -1.0), (0.72, 0.72), (0.0, 0.75)])
def test_short_and_harmless_steps_pass(new: float, old: float) -> None:
    assert pnjlim(new, old, VT, CRITICAL) == new


@pytest.mark.parametrize("old", [0.5, 0.7, 0.8])
@pytest.mark.parametrize("asked", [0.1, 0.5, 3.0, 100.0])
def test_forward_steps_multiply_the_current_and_do_not_explode(asked: float, old: float) -> None:
    new = old + asked
    limited = pnjlim(new, old, VT, CRITICAL)
    if new > CRITICAL:
        # the current grows by the factor by which the linear model said it would
        assert math.exp((limited - old) / VT) == pytest.approx(1.0 + asked / VT)
    assert old < limited <= new


def test_from_reverse_the_first_forward_step_is_logarithmic() -> None:
    assert pnjlim(5.0, -1.0, VT, CRITICAL) == pytest.approx(VT * math.log(5.0 / VT))


def test_steps_down_pass() -> None:
    assert pnjlim(0.8, 1.2, VT, CRITICAL) == 0.8
    assert pnjlim(0.2, 1.2, VT, CRITICAL) == 0.2


def test_reverse_steps_are_bounded() -> None:
    assert pnjlim(-100.0, 0.7, VT, CRITICAL) == -1.7
    assert pnjlim(-100.0, -1.7, VT, CRITICAL) == -4.4


def test_a_step_of_just_over_two_emission_voltages_is_not_thrown_into_reverse() -> None:
    """ngspice 39 evaluates vold + vt*(2 + ln(step/vt - 2)) here, which has no lower bound."""
    old = CRITICAL
    for excess in (1e-3, 1e-9, 1e-15):
        assert pnjlim(old + VT * (2.0 + excess), old, VT, CRITICAL) > old


@pytest.mark.parametrize("target", [-50.0, -0.3, 0.4, 0.9, 20.0])
@pytest.mark.parametrize("start", [-3.0, 0.0, CRITICAL, 1.5])
def test_it_ends_at_what_is_asked_for(target: float, start: float) -> None:
    voltage = start
    for _ in range(300):
        voltage = pnjlim(target, voltage, VT, CRITICAL)
    assert voltage == pytest.approx(target, rel=1e-12)


def test_a_graph_gives_the_same_without_invalid_numbers() -> None:
    graph = Graph()
    new, old = graph.input("new"), graph.input("old")
    limited = pnjlim(new, old, VT, CRITICAL)
    everything = [Expr(graph, id) for id in graph.order([limited.id])]
    rng = np.random.default_rng(5)
    for a, b in rng.uniform(-3.0, 3.0, (200, 2)).tolist():
        at = {"new": a, "old": b}
        assert interpret(graph, [limited], at)[0] == pytest.approx(pnjlim(a, b, VT, CRITICAL), rel=1e-12)
        assert all(math.isfinite(x) for x in interpret(graph, everything, at))
