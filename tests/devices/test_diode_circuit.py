"""The diode with its series resistance, solved and swept through the engine, against ngspice."""

from __future__ import annotations

import numpy as np
import pytest

from devices.admittance import admittances, by_ngspice, solved, terminal_currents
from devices.cards import DIODES
from devices.transistors import Case
from longtail.devices.models.diode import MODEL

FREQUENCY_HZ = 10.0 ** np.arange(3, 11)
RESISTANCES = {"1N4148": {"rs": 0.568}, "schottky": {"rs": 0.1}, "sidewall apart": {"rs": 20.0}, "knees": {"rs": 3.0}}
VOLTAGES = (-6.3, -4.2, -0.5, 0.3, 0.62, 0.9, 1.5)


@pytest.mark.ngspice
@pytest.mark.usefixtures("constants_of_ngspice")
@pytest.mark.parametrize("voltage", VOLTAGES)
@pytest.mark.parametrize("name", RESISTANCES)
def test_currents_and_admittances_equal_ngspice(name: str, voltage: float) -> None:
    given = DIODES[name]
    case = Case(given.type, given.model | RESISTANCES[name] | {"trs1": 3e-3}, given.instance)
    bias = {"a": voltage - 0.2, "k": -0.2}
    currents, matrix = by_ngspice(case, "d", MODEL.terminals, bias, FREQUENCY_HZ, 60.0)
    point = solved(MODEL, case, bias, 60.0)
    np.testing.assert_allclose(terminal_currents(point, MODEL), currents, rtol=1e-7, atol=1e-15)
    ours = admittances(point, MODEL, FREQUENCY_HZ)
    np.testing.assert_allclose(ours, matrix, rtol=1e-6, atol=1e-14)


@pytest.mark.parametrize("voltage", [-100.0, -8.0, 5.0, 200.0])
def test_newton_needs_no_continuation(voltage: float) -> None:
    """Deep in breakdown and far forward, step limiting alone brings the junction to rest."""
    case = Case("d", {"is": 1e-14, "bv": 6.0, "ibv": 1e-3, "rs": 10.0}, {})
    point = solved(MODEL, case, {"a": voltage}, 27.0)
    assert point.continuation == "newton" and point.iterations < 60
    current = terminal_currents(point, MODEL)[0]
    drop = voltage - point.quantities["x"]["vd"][0]
    assert current == pytest.approx(drop / 10.0, rel=1e-6)
