"""The diode against ngspice, over bias, temperature and kinds of card."""

from __future__ import annotations

import numpy as np
import pytest

from devices.cards import DIODES
from devices.harness import Card, evaluate, instance, interpret, trace
from devices.transistors import Case, by_longtail, by_ngspice
from longtail.devices.models.diode import MODEL
from longtail.lanes.derivative import Differentiator

TERMINALS = ("a", "k")
VOLTAGES = (-900.0, -74.9, -31.0, -20.1, -6.02, -5.25, -5.0, -3.9, -1.0, -0.3, -0.12, -0.05, -0.01)
VOLTAGES += (0.0, 0.01, 0.2, 0.33, 0.42, 0.52, 0.6, 0.68, 0.75, 0.85)


def card_of(case: Case, temp_deg_c: float) -> Card:
    return instance(MODEL, case.type, case.model, temp_deg_c + 273.15, **case.instance)


def biases(case: Case, cathode: float = -0.2) -> list[dict[str, float]]:
    """Anode and cathode voltages, not deeper in breakdown than by half a volt."""
    deepest = -case.model.get("bv", 50.0) - 0.5
    return [{"a": cathode + max(v, deepest), "k": cathode} for v in VOLTAGES]


@pytest.mark.ngspice
@pytest.mark.usefixtures("constants_of_ngspice")
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", DIODES)
def test_equals_ngspice(name: str, temp_deg_c: float) -> None:
    case = DIODES[name]
    theirs = by_ngspice(case, "d", TERMINALS, biases(case), ["id", "gd", "cd"], temp_deg_c)
    ours = by_longtail(MODEL, card_of(case, temp_deg_c), biases(case))
    np.testing.assert_allclose(ours["i(a)"], theirs["i(a)"], rtol=1e-8, atol=1e-17)
    np.testing.assert_allclose(ours["id"], theirs["id"], rtol=1e-8, atol=1e-17)
    if "isr" not in case.model:  # see test_ngspice_has_no_slope_of_recombination
        np.testing.assert_allclose(ours["gd"], theirs["gd"], rtol=1e-8, atol=1e-19)
        np.testing.assert_allclose(ours["cd"], theirs["cd"], rtol=1e-8, atol=1e-22)


@pytest.mark.ngspice
@pytest.mark.usefixtures("constants_of_ngspice")
def test_ngspice_has_no_slope_of_recombination() -> None:
    """Where a recombination current flows, ngspice's conductance is not the slope of ngspice's current; ours is."""
    case = Case("d", {"is": 1e-14, "isr": 1e-9, "nr": 2.0, "vj": 0.7, "m": 0.5}, {})
    step = 1e-5
    voltages = np.array([0.1, 0.3, 0.45])
    around = [{"a": v + shift} for shift in (-step, 0.0, step) for v in voltages]
    theirs = by_ngspice(case, "d", TERMINALS, around, ["id", "gd"], 27.0)
    low, _, high = theirs["id"].reshape(3, -1)
    difference = (high - low) / (2.0 * step)
    ours = by_longtail(MODEL, card_of(case, 27.0), [{"a": v} for v in voltages])["gd"]
    np.testing.assert_allclose(ours, difference, rtol=1e-6)
    assert np.all(np.abs(theirs["gd"].reshape(3, -1)[1] / difference - 1.0) > 0.01)


@pytest.mark.ngspice
@pytest.mark.usefixtures("constants_of_ngspice")
def test_ngspice_has_one_gmin_for_all_parallel_diodes() -> None:
    """m = 3 is three diodes, each with its gmin, here and for ngspice's transistors; for its diodes it is one gmin."""
    case = Case("d", {"is": 1e-14, "cjo": 1e-12}, {"m": 3.0})
    voltages = np.array([-5.0, -0.5, 0.2, 0.6])
    bias = [{"a": v} for v in voltages]
    theirs = by_ngspice(case, "d", TERMINALS, bias, ["id", "cd"], 27.0)
    ours = by_longtail(MODEL, card_of(case, 27.0), bias)
    np.testing.assert_allclose(3.0 * ours["id"] - theirs["id"], 2e-12 * voltages, rtol=1e-6, atol=1e-18)
    np.testing.assert_allclose(3.0 * ours["cd"], theirs["cd"], rtol=1e-8)


def test_regions() -> None:
    card = card_of(DIODES["zener"], 27.0)
    found = [MODEL.regions[int(evaluate(MODEL, card, {"a": v}).quantities["region"])] for v in (-6.0, -3.0, 0.1, 0.7)]
    assert found == ["breakdown", "off", "off", "forward"]


def test_breakdown_current_is_matched_at_the_breakdown_voltage() -> None:
    card = instance(MODEL, model={"is": 1e-14, "bv": 6.2, "ibv": 5e-3, "nbv": 1.4})
    assert evaluate(MODEL, card, {"a": -6.2}).quantities["id"] == pytest.approx(-5e-3, rel=1e-9)


def test_slope_is_exact_where_the_equations_are_smooth() -> None:
    case, step = DIODES["zener"], 1e-6
    voltages = np.array([-5.3, -4.0, -0.2, 0.05, 0.3, 0.6, 0.8])
    slopes = by_longtail(MODEL, card_of(case, 85.0), [{"a": v} for v in voltages])
    high, low = (by_longtail(MODEL, card_of(case, 85.0), [{"a": v + s} for v in voltages]) for s in (step, -step))
    np.testing.assert_allclose(slopes["gd"], (high["id"] - low["id"]) / (2.0 * step), rtol=1e-6, atol=1e-16)
    np.testing.assert_allclose(slopes["cd"], (high["q(a)"] - low["q(a)"]) / (2.0 * step), rtol=1e-6, atol=1e-18)


def test_every_parameter_may_vary_and_has_a_finite_slope() -> None:
    """A varied parameter flows through the temperature scaling and the breakdown match as an expression."""
    case = DIODES["coefficients"]
    traced = trace(MODEL, card_of(case, 60.0))
    names = [f"model.{name}" for name in case.model]
    varied = [traced.graph.input(name) for name in names]
    differentiator = Differentiator(traced.graph, varied)
    at = {"v.a": -5.2, "v.k": 0.0} | card_of(case, 60.0).graph_inputs()
    slopes = differentiator.rows([traced.flows.static["ai"]])[0][0]
    exact = interpret(traced.graph, [slopes.get(v.id, 0.0) for v in varied], at)
    current = traced.flows.static["ai"]
    (centre,) = interpret(traced.graph, [current], at)
    for name, slope in zip(names, exact, strict=True):
        step = 1e-6 * abs(at[name]) or 1e-9
        high, low = (interpret(traced.graph, [current], at | {name: at[name] + s})[0] for s in (step, -step))
        assert slope * step == pytest.approx((high - low) / 2.0, rel=1e-5, abs=1e-12 * abs(centre)), name
