"""The bipolar transistor against ngspice, over bias, polarity, temperature and kinds of card."""

from __future__ import annotations

import numpy as np
import pytest

from devices.cards import BIPOLARS
from devices.harness import Card, instance
from devices.transistors import Case, by_longtail, by_ngspice
from longtail.devices.bipolar import MODEL

TERMINALS = ("c", "b", "e", "s")
# vbe, vbc, vsb (substrate against base) as in an npn: cutoff, active, saturated, reverse, and near zero
BIASES = [
    *((vbe, vbc, -1.0) for vbe in (0.35, 0.5, 0.62, 0.71, 0.8, 0.88) for vbc in (-20.0, -5.0, -0.6, -0.1, 0.2)),
    *((vbe, vbc, -3.0) for vbe in (0.45, 0.65, 0.76) for vbc in (0.4, 0.58, 0.7)),
    *((vbe, vbc, -2.0) for vbe in (-4.0, -0.5, 0.1) for vbc in (0.45, 0.66, 0.79)),
    *((vbe, vbc, vsb) for vbe in (-6.0, -0.3, -0.05, 0.03) for vbc in (-10.0, -0.2, 0.0, 0.15) for vsb in (-4.0, 0.0)),
    *((0.6, -1.0, vsb) for vsb in (-1.1, -0.9, -0.75, -0.5, 0.3)),
]
CURRENTS = {"ic": "i(c)", "ib": "i(b)", "ie": "i(e)", "is": "i(s)"}
CONDUCTANCES = {"g_m": "gm", "g_pi": "gpi", "g_o": "go", "g_mu": "gmu"}
CAPACITANCES = {"c_pi": "cpi", "c_mu": "cmu", "c_bx": "cbx", "c_sub": "csub"}


def card_of(case: Case, temp_deg_c: float) -> Card:
    return instance(MODEL, case.type, case.model, temp_deg_c + 273.15, **case.instance)


def terminal_voltages(case: Case, base_voltage: float = 0.3) -> list[dict[str, float]]:
    sign = MODEL.model_types[case.type]
    return [
        {
            "b": base_voltage,
            "e": base_voltage - sign * vbe,
            "c": base_voltage - sign * vbc,
            "s": base_voltage + sign * vsb,
        }
        for vbe, vbc, vsb in BIASES
    ]


@pytest.mark.ngspice
@pytest.mark.usefixtures("constants_of_ngspice")
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", BIPOLARS)
def test_equals_ngspice(name: str, temp_deg_c: float) -> None:
    case = BIPOLARS[name]
    biases = terminal_voltages(case)
    wanted = [*CONDUCTANCES.values(), *CAPACITANCES.values(), "cexbc"]
    theirs = by_ngspice(case, "q", TERMINALS, biases, wanted, temp_deg_c)
    ours = by_longtail(MODEL, card_of(case, temp_deg_c), biases)
    m = case.instance.get("m", 1.0)
    for quantity, other in CURRENTS.items():
        np.testing.assert_allclose(m * ours[quantity], theirs[other], rtol=1e-8, atol=1e-17, err_msg=quantity)
    for quantity, other in CONDUCTANCES.items():
        np.testing.assert_allclose(m * ours[quantity], theirs[other], rtol=1e-8, atol=1e-19, err_msg=quantity)
    for quantity, other in CAPACITANCES.items():
        np.testing.assert_allclose(m * ours[quantity], theirs[other], rtol=1e-8, atol=1e-22, err_msg=quantity)
    # the diffusion charge follows the collector too, by base width and by vtf
    across = m * ours["dq(e)/dv(c)"]
    np.testing.assert_allclose(across, theirs["cexbc"], rtol=1e-8, atol=1e-22, err_msg="d q_be/d v_bc")
