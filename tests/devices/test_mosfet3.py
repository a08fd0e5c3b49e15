"""MOSFET level 3 against ngspice, over bias, polarity, temperature and kinds of card."""

from __future__ import annotations

import numpy as np
import pytest

from devices.harness import Bias, evaluate
from devices.mosfets import (
    AREAS,
    BIASES,
    GEOMETRY,
    OVERLAPS,
    SIDEWALLS,
    SLOPES,
    TERMINALS,
    assert_equal,
    assert_equal_capacitances,
    beside_ngspice,
    card_of,
    conducting_forwards,
    slopes_of_the_current,
    terminal_voltages,
)
from devices.transistors import Case, by_engine, by_longtail, by_ngspice, parameter_slopes
from longtail.devices.models.mosfet3 import MODEL
from longtail.errors import InputError

PLAIN = {"vto": 0.7, "kp": 1.1e-4, "gamma": 0.45, "phi": 0.65, "theta": 0.08}
SHORT = {"vto": 0.8, "u0": 600.0, "tox": 2e-8, "nsub": 1e16, "xj": 2e-7, "ld": 1e-7, "theta": 0.1, "eta": 0.1}
NARROW = SHORT | {"kappa": 0.3, "delta": 0.8}
FAST = NARROW | {"vmax": 1.5e5}
P_SHORT = SHORT | {"vto": -0.8, "kappa": 0.5, "u0": 220.0, "nfs": 2e11}
DRAWN = {"xl": 1e-7, "wd": 2e-7, "xw": 1.5e-7, "delvto": 0.05}

CASES = {
    "defaults": Case("nmos", {}, {}, 3),
    "plain": Case("nmos", PLAIN, GEOMETRY, 3),
    "plain p weak": Case("pmos", PLAIN | {"vto": -0.7, "nfs": 3e11}, GEOMETRY, 3),
    "plain fast": Case("nmos", PLAIN | OVERLAPS | {"vmax": 9e4, "cbd": 1e-13}, GEOMETRY, 3),
    "short": Case("nmos", SHORT, GEOMETRY, 3),
    "narrow": Case("nmos", NARROW | OVERLAPS | SIDEWALLS, {"w": 4e-6, "l": 1.2e-6} | AREAS, 3),
    "fast": Case("nmos", FAST, GEOMETRY, 3),
    "fast weak": Case("nmos", FAST | {"nfs": 1e11} | SIDEWALLS, GEOMETRY | AREAS, 3),
    "punched": Case("nmos", NARROW | {"kappa": 2.0, "nfs": 1e11}, {"w": 1e-5, "l": 7e-7}, 3),
    "punched fast": Case("nmos", FAST | {"kappa": 4.0, "nfs": 1e11}, {"w": 1e-5, "l": 7e-7}, 3),
    "p": Case("pmos", P_SHORT | SIDEWALLS, GEOMETRY | AREAS, 3),
    "p drawn": Case("pmos", P_SHORT | DRAWN | {"vmax": 8e4, "cgso": 2e-10, "cgbo": 1e-10}, GEOMETRY, 3),
    "p process": Case("pmos", {"nsub": 8e15, "tox": 3e-8, "u0": 210.0, "nss": 2e10, "tpg": -1.0}, GEOMETRY, 3),
    "n aluminium": Case("nmos", {"nsub": 2e15, "tox": 8e-8, "tpg": 0.0, "tnom": 50.0, "xj": 5e-7}, GEOMETRY, 3),
    "no modulation": Case("nmos", SHORT | {"kappa": 0.0, "delvto": -0.1}, GEOMETRY | {"temp": 85.0}, 3),
}


@pytest.mark.ngspice
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", CASES)
def test_equals_ngspice(name, temp_deg_c, constants_of_ngspice):
    ours, theirs = beside_ngspice(MODEL, CASES[name], temp_deg_c)
    assert_equal(ours, theirs, skip=SLOPES)


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["defaults", "plain"])
def test_slopes_without_channel_shortening_are_those_of_ngspice(name, constants_of_ngspice):
    ours, theirs = beside_ngspice(MODEL, CASES[name], 27.0)
    assert_equal(ours, theirs, np.array([vbs <= 0.0 for _, _, vbs in BIASES]))


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["short", "narrow", "fast", "fast weak", "punched", "p", "p drawn"])
def test_slopes_are_those_of_the_current_of_ngspice(name, constants_of_ngspice):
    biases = conducting_forwards(MODEL, CASES[name])
    ours = by_longtail(MODEL, card_of(MODEL, CASES[name], 27.0), biases)
    for slope, wanted in slopes_of_the_current(MODEL, CASES[name], biases).items():
        np.testing.assert_allclose(ours[slope], wanted, rtol=3e-5, atol=1e-10, err_msg=slope)


@pytest.mark.ngspice
@pytest.mark.parametrize(("name", "ratio"), [("short", 0.995), ("fast", 0.934)])
def test_the_transconductance_that_ngspice_prints_is_not_the_slope_of_its_current(name, ratio, constants_of_ngspice):
    case = CASES[name]
    bias = {"d": 5.0, "g": 3.1, "s": 0.0, "b": 0.0}
    printed = by_ngspice(case, "m", TERMINALS, [bias], ["gm"], 27.0)["gm"][0]
    slope = slopes_of_the_current(MODEL, case, [bias])["g_m"][0]
    assert printed / slope == pytest.approx(ratio, abs=2e-3)


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["narrow", "plain fast", "fast weak", "p drawn"])
def test_terminals_see_the_capacitances_of_ngspice(name, constants_of_ngspice):
    assert_equal_capacitances(MODEL, CASES[name], 50.0)


@pytest.mark.ngspice
def test_resistances_and_parallel_devices_through_the_engine(constants_of_ngspice):
    case = Case("nmos", FAST | {"nfs": 1e11, "rd": 35.0, "rs": 20.0, "cbd": 1e-13}, GEOMETRY | {"m": 3.0}, 3)
    biases = [b for b, (_, _, vbs) in zip(terminal_voltages(MODEL, case), BIASES, strict=True) if vbs <= 0.3][::3]
    theirs = by_ngspice(case, "m", TERMINALS, biases, ["id", "von", "cgs", "cbd"], 60.0)
    ours = by_engine(MODEL, case, biases, 60.0)
    # m devices have m times gmin here, at up to 8 V
    np.testing.assert_allclose(ours["id"], theirs["id"], rtol=1e-7, atol=2e-11)
    np.testing.assert_allclose(ours["vth"], theirs["von"], rtol=1e-7)
    np.testing.assert_allclose(ours["cgs"], theirs["cgs"], rtol=1e-7, atol=1e-22)
    np.testing.assert_allclose(ours["cbd"], theirs["cbd"], rtol=1e-7, atol=1e-22)


def test_weak_inversion_falls_by_its_swing_and_is_cut_off_ten_of_them_below():
    case = Case("nmos", PLAIN | {"nfs": 1e11}, GEOMETRY, 3)
    card = card_of(MODEL, case, 27.0)
    at = {g: evaluate(MODEL, card, {"d": 2.0, "g": g}).quantities for g in (0.7, 0.65, 0.3, 0.2)}
    swing = 0.05 / np.log(at[0.7]["id"] / at[0.65]["id"])
    assert 1.2 * 0.02585 < swing < 2.0 * 0.02585
    assert at[0.65]["v_star"] == pytest.approx(2.0 * swing, rel=1e-4)
    assert [MODEL.regions[int(q["region"])] for q in at.values()] == [
        "saturation",
        "saturation",
        "saturation",
        "cutoff",
    ]
    assert at[0.2]["v_ov"] < -10.0 * swing < at[0.3]["v_ov"]


@pytest.mark.parametrize(("nfs", "held"), [(0.0, 0.2), (2e11, None)])
def test_a_step_from_above_threshold_is_held_where_weak_inversion_still_has_a_slope(nfs, held):
    """Without fast states it goes half a volt below threshold, as fetlim has it; with them four swings."""
    case = Case("nmos", PLAIN | {"nfs": nfs, "gamma": 0.0}, {}, 3)
    bench = Bias(dict.fromkeys(TERMINALS, 0.0), {"di": "d", "si": "s", "gi": "g", "bi": "b"})
    card = card_of(MODEL, case, 27.0)
    MODEL.evaluate(bench, card)
    _, _, rule = bench.limits[0]
    v_th = evaluate(MODEL, card, {}).quantities["vth"]
    wanted = held if held is not None else v_th - 4.0 * (v_th - 0.7)

    def step(new: float, old: float) -> float:
        return rule({"vgs": new, "vds": 1.0, "vbs": 0.0}, {"vgs": old, "vds": 1.0, "vbs": 0.0})["vgs"]

    assert step(-2.0, 1.2) == pytest.approx(wanted, abs=1e-9)
    assert step(v_th - 0.01, 1.2) == pytest.approx(v_th - 0.01)
    assert step(-0.3, 0.1) == pytest.approx(-0.3)  # from below it may fall as before


@pytest.mark.parametrize(
    ("model", "given", "said"),
    [
        ({"ld": 1e-6}, {"l": 2e-6}, "twice ld"),
        ({"xl": -2e-6}, {"l": 2e-6}, "xl = -2e-06"),
        ({"wd": 1e-6, "xw": -1e-6}, {"w": 2.5e-6}, "w = 2.5e-06 m less twice wd"),
    ],
)
def test_a_channel_of_no_size_is_refused(model, given, said):
    with pytest.raises(InputError, match=said):
        evaluate(MODEL, card_of(MODEL, Case("nmos", model, given, 3), 27.0), {})


@pytest.mark.parametrize("name", ["narrow", "fast weak", "punched fast", "p drawn", "n aluminium", "no modulation"])
def test_every_parameter_may_vary_and_has_a_true_slope(name):
    case = CASES[name]
    sign = MODEL.model_types[case.type]
    bias = {t: sign * v for t, v in {"d": 2.1, "g": 1.7, "b": -0.5}.items()}
    by_slope, as_found = parameter_slopes(MODEL, card_of(MODEL, case, 60.0), bias)
    assert set(by_slope) >= {f"model.{parameter}" for parameter in case.model}
    for parameter, wanted in as_found.items():
        if parameter != "model.tpg":  # which chooses between equations
            np.testing.assert_allclose(by_slope[parameter], wanted, rtol=1e-4, atol=1e-12, err_msg=parameter)
