"""Resistor, capacitor, inductor and coupling: closed forms, and what ngspice 39 prints for the same cards."""

from __future__ import annotations

import cmath
import math

import pytest

from devices.harness import evaluate, instance
from longtail.devices.models import capacitor, coupling, inductor, resistor
from longtail.errors import InputError


def resistance(model: dict[str, float] | None = None, **parameters: float) -> float:
    card = instance(resistor.MODEL, "r", model or {}, **parameters)
    return 1.0 / float(evaluate(resistor.MODEL, card, {"p": 1.0}).static["p"])


def test_resistor_conducts_from_p_to_n() -> None:
    flows = evaluate(resistor.MODEL, instance(resistor.MODEL, r=2e3), {"p": 3.0, "n": 1.0})
    assert flows.static == {"p": pytest.approx(1e-3), "n": pytest.approx(-1e-3)}
    assert flows.quantities["power"] == pytest.approx(2e-3)
    assert flows.quantities["v"] == 2.0


@pytest.mark.parametrize(
    ("model", "parameters", "ngspice"),
    [
        ({}, {"r": -1e3}, -1e3),
        ({}, {"r": 0.0}, 1e-3),
        ({}, {"r": 2e3, "temp": 127.0, "tc1": 1e-3}, 1 / 4.545455e-4),
        ({}, {"r": 1.0, "tc": 1e-3, "tc2": 1e-6, "dtemp": 10.0}, 1.0101),
        ({}, {"r": 1e3, "tce": 10.0, "dtemp": 10.0}, 1 / 3.697112e-4),
        ({"rsh": 100.0, "short": 0.5e-6, "narrow": 0.2e-6}, {"l": 10e-6, "w": 2e-6}, 562.5),
        ({"r": 5e3}, {}, 5e3),
        ({"r": 5e3}, {"r": 1e3}, 1e3),
    ],
)
def test_resistance_as_in_ngspice(model: dict[str, float], parameters: dict[str, float], ngspice: float) -> None:
    assert resistance(model, **parameters) == pytest.approx(ngspice, rel=1e-6)


def test_scale_multiplies_a_resistance() -> None:
    assert resistance(r=1e3, scale=2.0) == pytest.approx(2e3)


def test_temperature_coefficients_of_the_card_override_those_of_the_model() -> None:
    model = {"tc1": 3e-3}
    assert resistance(model, r=1.0, dtemp=10.0) == pytest.approx(1.03)
    assert resistance(model, r=1.0, dtemp=10.0, tc1=1e-3) == pytest.approx(1.01)


def test_nominal_temperature_is_the_models() -> None:
    assert resistance({"tc1": 1e-3, "tnom": 17.0}, r=1.0) == pytest.approx(1.01)


def test_small_signals_may_see_another_resistance() -> None:
    card = instance(resistor.MODEL, r=1e3, ac=500.0, tc1=1e-3, dtemp=10.0)
    flows = evaluate(resistor.MODEL, card, {"p": 1.0})
    assert flows.static["p"] == pytest.approx(1.0 / 1010.0)
    ((a, b, difference),) = flows.conductances
    assert (a, b) == ("p", "n")
    assert flows.static["p"] + difference == pytest.approx(1.0 / 505.0)


@pytest.mark.parametrize("model", [{}, {"rsh": 0.0}])
def test_resistor_without_resistance_is_refused(model: dict[str, float]) -> None:
    with pytest.raises(InputError, match="no resistance"):
        resistance(model)


def test_resistor_of_no_length_is_refused() -> None:
    with pytest.raises(InputError, match="no resistance"):
        resistance({"rsh": 100.0}, l=0.0)


def capacitance(model: dict[str, float] | None = None, **parameters: float) -> float:
    card = instance(capacitor.MODEL, "c", model or {}, **parameters)
    flows = evaluate(capacitor.MODEL, card, {"p": 3.0, "n": 1.0})
    assert flows.static == {"p": 0.0, "n": 0.0}
    assert flows.charges["n"] == -flows.charges["p"]
    return float(flows.charges["p"]) / 2.0


@pytest.mark.parametrize(
    ("model", "parameters", "ngspice"),
    [
        ({}, {"c": 1e-9, "scale": 2.0}, 2e-9),
        ({"cj": 1e-3, "cjsw": 1e-9, "short": 0.5e-6, "narrow": 0.2e-6}, {"l": 10e-6, "w": 2e-6}, 3.97e-14),
        ({"cap": 5e-9}, {}, 5e-9),
        ({"cap": 5e-9}, {"c": 1e-9}, 1e-9),
        ({"tc1": 1e-3}, {"c": 1e-9, "dtemp": 10.0}, 1.01e-9),
    ],
)
def test_capacitance_as_in_ngspice(model: dict[str, float], parameters: dict[str, float], ngspice: float) -> None:
    assert capacitance(model, **parameters) == pytest.approx(ngspice, rel=1e-6)


def test_capacitor_without_capacitance_is_refused() -> None:
    with pytest.raises(InputError, match="no capacitance"):
        capacitance({"cj": 1e-3})


def test_inductor_is_a_short_circuit_with_flux() -> None:
    card = instance(inductor.MODEL, l=1e-3, m=2.0, scale=3.0, tc1=1e-3, dtemp=10.0)
    flows = evaluate(inductor.MODEL, card, {"p": 3.0, "n": 1.0, "i": 0.5})
    assert flows.static == {"p": 0.5, "n": -0.5, "i": 2.0}
    assert flows.charges == {"i": pytest.approx(-1e-3 * 3.0 * 1.01 / 2.0 * 0.5)}
    assert flows.quantities["l"] == pytest.approx(1.515e-3)


def test_inductance_of_the_model() -> None:
    card = instance(inductor.MODEL, "l", {"ind": 1e-3, "tc1": 3e-3}, dtemp=10.0)
    assert inductor.inductance(card) == pytest.approx(1.03e-3)


def test_inductor_without_inductance_is_refused() -> None:
    with pytest.raises(InputError, match="no inductance"):
        inductor.inductance(instance(inductor.MODEL))


def coupled(k: float, first: dict[str, float], second: dict[str, float]) -> float:
    """M in H."""
    cards = [instance(inductor.MODEL, **given) for given in (first, second)]
    card = instance(coupling.MODEL, controls=cards, k=k)
    flows = evaluate(coupling.MODEL, card, {"i0": 2.0, "i1": 3.0})
    assert flows.static == {}
    assert flows.charges["i0"] / 3.0 == pytest.approx(flows.charges["i1"] / 2.0)
    return -float(flows.charges["i0"]) / 3.0


def test_mutual_inductance() -> None:
    assert coupled(0.5, {"l": 1e-3}, {"l": 4e-3}) == pytest.approx(1e-3)
    assert coupled(-1.0, {"l": 1e-3}, {"l": 1e-3}) == pytest.approx(-1e-3)


def test_coupling_factor_holds_for_inductors_in_parallel() -> None:
    """M = k*sqrt(L1*L2) with L1 of all m together; ngspice 39 leaves m out of M, which makes k = 1 active."""
    first = {"l": 1e-3, "m": 4.0}
    mutual = coupled(1.0, first, {"l": 1e-3})
    assert mutual == pytest.approx(0.5e-3)
    assert mutual**2 == pytest.approx(inductor.inductance(instance(inductor.MODEL, **first)) * 1e-3)


def test_transformer_as_in_ngspice() -> None:
    """v1 (1 V) - 1 ohm - l1 coupled to l2 into 1 kohm, at 1 kHz; l1 has tc1 and dtemp, l2 a scale."""
    first = {"l": 1e-3, "dtemp": 10.0, "tc1": 1e-3}
    second = {"l": 4e-3, "scale": 2.0}
    s = 2j * math.pi * 1e3
    mutual = s * coupled(0.5, first, second)
    own, other = (s * float(inductor.inductance(instance(inductor.MODEL, **given))) for given in (first, second))
    secondary = -mutual / (other + 1e3)  # i2 over i1
    current = 1.0 / (1.0 + own + mutual * secondary)
    output = -1e3 * secondary * current
    assert cmath.isclose(output, 1.376662 + 0.1637374j, rel_tol=1e-6)
