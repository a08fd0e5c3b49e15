"""MOSFET level 2 against ngspice, over bias, polarity, temperature and kinds of card."""

from __future__ import annotations

import numpy as np
import pytest

from devices.harness import evaluate
from devices.mosfets import (
    AREAS,
    BIASES,
    GEOMETRY,
    OVERLAPS,
    PLAIN,
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
from longtail.devices.models.mosfet2 import MODEL

SHORT = {"vto": 0.8, "u0": 600.0, "tox": 4e-8, "nsub": 1e16, "xj": 4e-7, "ld": 2e-7}
SLOW = SHORT | {"ucrit": 1e5, "uexp": 0.3}
WEAK = SLOW | {"nfs": 1e11, "delta": 1.0}
FAST = WEAK | {"vmax": 6e4, "neff": 2.0}
PROCESS = {"nsub": 8e15, "tox": 3e-8, "u0": 210.0, "nss": 2e10}

CASES = {
    "defaults": Case("nmos", {}, {}, 2),
    "plain": Case("nmos", PLAIN | OVERLAPS, GEOMETRY, 2),
    "plain p": Case("pmos", PLAIN | {"vto": -0.8, "cbd": 1e-13, "nfs": 3e11}, GEOMETRY, 2),
    "plain fast": Case("nmos", PLAIN | {"vmax": 9e4, "nfs": 2e11} | OVERLAPS, GEOMETRY, 2),
    "short": Case("nmos", SHORT, GEOMETRY, 2),
    "slow": Case("nmos", SLOW | SIDEWALLS, GEOMETRY | AREAS, 2),
    "narrow": Case("nmos", WEAK | OVERLAPS, {"w": 3e-6, "l": 1.6e-6}, 2),
    "fast": Case("nmos", FAST | SIDEWALLS, GEOMETRY | AREAS, 2),
    "fast lambda": Case("nmos", FAST | {"lambda": 0.03}, GEOMETRY, 2),
    "punched": Case("nmos", WEAK | {"nsub": 2e15}, {"w": 1e-5, "l": 1.4e-6}, 2),
    "punched fast": Case("nmos", FAST | {"nsub": 2e15, "neff": 0.3}, {"w": 1e-5, "l": 1.6e-6}, 2),
    "p": Case("pmos", FAST | {"vto": -0.9, "u0": 220.0} | SIDEWALLS, GEOMETRY | AREAS, 2),
    "p process": Case("pmos", PROCESS | {"tpg": -1.0}, GEOMETRY, 2),
    "n aluminium": Case("nmos", {"nsub": 2e15, "tox": 8e-8, "tpg": 0.0, "tnom": 50.0, "xj": 5e-7}, GEOMETRY, 2),
    "warm": Case("nmos", FAST, GEOMETRY | {"temp": 85.0}, 2),
}
REVERSE_BULK = np.array([vbs <= 0.0 for _, _, vbs in BIASES])


@pytest.mark.ngspice
@pytest.mark.parametrize("temp_deg_c", [-40.0, 27.0, 125.0])
@pytest.mark.parametrize("name", CASES)
def test_equals_ngspice(name, temp_deg_c, constants_of_ngspice):
    ours, theirs = beside_ngspice(MODEL, CASES[name], temp_deg_c)
    # with vmax, and the bulk forward by more than phi, ngspice takes a root of Baum's equation beyond pinch-off
    fast_and_hot = "vmax" in CASES[name].model and temp_deg_c > 100.0
    at = np.array([vbs < 0.5 for _, _, vbs in BIASES]) if fast_and_hot else slice(None)
    assert_equal(ours, theirs, at, skip=SLOPES)


@pytest.mark.ngspice
@pytest.mark.parametrize(("name", "temp_deg_c"), [("defaults", 27.0), ("plain", 27.0), ("plain", 125.0)])
def test_slopes_of_long_channels_are_those_of_ngspice(name, temp_deg_c, constants_of_ngspice):
    ours, theirs = beside_ngspice(MODEL, CASES[name], temp_deg_c)
    conducting = np.asarray(ours["region"]) > 0.0
    assert_equal(ours, theirs, REVERSE_BULK & conducting)


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["short", "slow", "narrow", "fast", "fast lambda", "plain fast", "punched", "p"])
def test_slopes_are_those_of_the_current_of_ngspice(name, constants_of_ngspice):
    biases = conducting_forwards(MODEL, CASES[name])
    ours = by_longtail(MODEL, card_of(MODEL, CASES[name], 27.0), biases)
    for slope, wanted in slopes_of_the_current(MODEL, CASES[name], biases).items():
        np.testing.assert_allclose(ours[slope], wanted, rtol=3e-5, atol=1e-10, err_msg=slope)


@pytest.mark.ngspice
@pytest.mark.parametrize(("name", "ratio"), [("slow", 1.0), ("fast", 0.951)])
def test_the_transconductance_that_ngspice_prints(name, ratio, constants_of_ngspice):
    case = CASES[name]
    bias = {"d": 5.0, "g": 3.1, "s": 0.0, "b": 0.0}
    printed = by_ngspice(case, "m", TERMINALS, [bias], ["gm"], 27.0)["gm"][0]
    slope = slopes_of_the_current(MODEL, case, [bias])["g_m"][0]
    assert printed / slope == pytest.approx(ratio, abs=2e-3)


@pytest.mark.ngspice
@pytest.mark.parametrize("name", ["plain", "narrow", "plain fast", "fast", "p"])
def test_terminals_see_the_capacitances_of_ngspice(name, constants_of_ngspice):
    assert_equal_capacitances(MODEL, CASES[name], 50.0)


@pytest.mark.ngspice
def test_resistances_and_parallel_devices_through_the_engine(constants_of_ngspice):
    card = FAST | {"rd": 35.0, "rs": 20.0, "cbd": 1e-13, "delta": 0.0}
    case = Case("nmos", card, GEOMETRY | {"m": 3.0}, 2)
    biases = [b for b, (_, _, vbs) in zip(terminal_voltages(MODEL, case), BIASES, strict=True) if vbs <= 0.3][::3]
    theirs = by_ngspice(case, "m", TERMINALS, biases, ["id", "von", "cgs", "cbd"], 60.0)
    ours = by_engine(MODEL, case, biases, 60.0)
    # m devices have m times gmin here, at up to 8 V
    np.testing.assert_allclose(ours["id"], theirs["id"], rtol=1e-7, atol=2e-11)
    np.testing.assert_allclose(ours["vth"], theirs["von"], rtol=1e-7)
    np.testing.assert_allclose(ours["cgs"], theirs["cgs"], rtol=1e-7, atol=1e-22)
    np.testing.assert_allclose(ours["cbd"], theirs["cbd"], rtol=1e-7, atol=1e-22)


# -- where it departs from ngspice -----------------------------------------------------------------------------------


@pytest.mark.ngspice
def test_below_threshold_a_channel_with_vmax_is_off(constants_of_ngspice):
    """Where ngspice's saturation voltage is negative and its current rises again; above threshold both agree."""
    case = Case("nmos", SLOW | {"vmax": 6e4}, GEOMETRY, 2)
    biases = [{"d": 2.0, "g": g, "s": 0.0, "b": 0.0} for g in (0.45, 0.55, 0.9, 1.5)]
    theirs = by_ngspice(case, "m", TERMINALS, biases, ["id", "vdsat", "von"], 27.0)
    ours = by_longtail(MODEL, card_of(MODEL, case, 27.0), biases)
    assert theirs["von"][0] > 0.65
    assert (theirs["vdsat"][:2] < 0.0).all() and theirs["id"][0] > theirs["id"][1] > 1e-7
    np.testing.assert_allclose(ours["id"][:2], 2e-12, rtol=0.1)
    np.testing.assert_allclose(ours["id"][2:], theirs["id"][2:], rtol=1e-9)


@pytest.mark.ngspice
def test_where_rounding_keeps_ngspice_from_the_limit_of_the_velocity_it_takes_pinch_off(constants_of_ngspice):
    card = {"tox": 3.7e-8, "nsub": 3.7e15, "nfs": 1e11}
    fast, slow = (Case("nmos", card | more, {"w": 1e-5, "l": 2e-5}, 2) for more in ({"vmax": 4e5}, {}))
    bias = {"d": 5.0, "g": 3.1, "s": 0.0, "b": 0.0}
    theirs = by_ngspice(fast, "m", TERMINALS, [bias], ["id", "vdsat"], 27.0)
    ours, pinched = (by_longtail(MODEL, card_of(MODEL, case, 27.0), [bias]) for case in (fast, slow))
    assert theirs["vdsat"][0] == pytest.approx(pinched["vdsat"][0], rel=1e-9)
    assert 0.98 * theirs["vdsat"][0] < ours["vdsat"][0] < 0.999 * theirs["vdsat"][0]
    assert ours["id"][0] == pytest.approx(theirs["id"][0], rel=1e-3)


@pytest.mark.ngspice
def test_each_of_parallel_devices_is_as_narrow_as_w(constants_of_ngspice):
    """ngspice's narrow-channel effect is that of one device of m*w."""
    case = Case("nmos", WEAK, GEOMETRY | {"m": 4.0}, 2)
    bias = {"d": 2.0, "g": 1.5, "s": 0.0, "b": -1.0}
    theirs = by_ngspice(case, "m", TERMINALS, [bias], ["von"], 27.0)["von"][0]
    ours = by_longtail(MODEL, card_of(MODEL, case, 27.0), [bias])["vth"][0]
    wide = Case("nmos", WEAK, GEOMETRY | {"w": 4.0 * GEOMETRY["w"]}, 2)
    one = Case("nmos", WEAK, GEOMETRY, 2)
    assert theirs == pytest.approx(by_longtail(MODEL, card_of(MODEL, wide, 27.0), [bias])["vth"][0], rel=1e-9)
    assert ours == pytest.approx(by_ngspice(one, "m", TERMINALS, [bias], ["von"], 27.0)["von"][0], rel=1e-9)
    assert ours - theirs > 1e-3


@pytest.mark.ngspice
def test_a_channel_that_lambda_would_use_up_goes_on_conducting(constants_of_ngspice):
    case = Case("nmos", {"vto": 0.7, "kp": 1e-4, "lambda": 0.2}, {"w": 1e-5, "l": 1e-6}, 2)
    biases = [{"d": d, "g": 1.7, "s": 0.0, "b": 0.0} for d in (3.7, 3.76, 4.5)]  # 0.25 um are left at 3.75 V
    theirs = by_ngspice(case, "m", TERMINALS, biases, ["id"], 27.0)["id"]
    ours = by_longtail(MODEL, card_of(MODEL, case, 27.0), biases)["id"]
    assert ours[0] == pytest.approx(theirs[0], rel=1e-9)
    assert theirs[1] < 0.1 * theirs[0]
    assert ours[0] < ours[1] < 1.1 * ours[0] < ours[2]


@pytest.mark.ngspice
def test_without_fast_states_ngspice_gives_a_channel_that_is_off_a_transconductance(constants_of_ngspice):
    bias = {"d": 2.0, "g": 0.6, "s": 0.0, "b": -1.0}
    case = CASES["short"]
    theirs = by_ngspice(case, "m", TERMINALS, [bias], ["id", "gm"], 27.0)
    ours = by_longtail(MODEL, card_of(MODEL, case, 27.0), [bias])
    assert theirs["id"][0] == pytest.approx(ours["id"][0], rel=1e-9) and ours["id"][0] < 1e-11
    assert theirs["gm"][0] < -1e-5 and ours["g_m"][0] == 0.0


def test_weak_inversion_falls_by_its_swing_and_is_cut_off_ten_of_them_below():
    card = card_of(MODEL, Case("nmos", PLAIN | {"nfs": 1e11}, GEOMETRY, 2), 27.0)
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


@pytest.mark.parametrize("name", ["slow", "narrow", "fast", "fast lambda", "punched fast", "p process", "n aluminium"])
def test_every_parameter_may_vary_and_has_a_true_slope(name):
    case = CASES[name]
    sign = MODEL.model_types[case.type]
    bias = {t: sign * v for t, v in {"d": 2.1, "g": 1.7, "b": -0.5}.items()}
    by_slope, as_found = parameter_slopes(MODEL, card_of(MODEL, case, 60.0), bias)
    assert set(by_slope) >= {f"model.{parameter}" for parameter in case.model}
    for parameter, wanted in as_found.items():
        if parameter != "model.tpg":  # which chooses between equations
            np.testing.assert_allclose(by_slope[parameter], wanted, rtol=1e-4, atol=1e-12, err_msg=parameter)
