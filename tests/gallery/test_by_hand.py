"""What the pages of the gallery conclude, by formulas on paper and by circuits that were built another way."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from reference import ngspice


def hum_of_pages(deck: Path, build: dict[str, float], frequency_hz: float) -> float:
    """V from peak to valley, referred to the input, as the page on electrocardiographs computes it."""
    amp = lt.read(deck, parameters={"left": 1e-6, **build})
    rejection = 10.0 ** (amp.gains(frequency_hz=[frequency_hz]).cmrr_db[0] / 20.0)
    inputs = amp.impedance(frequency_hz=[frequency_hz]).common_input[0]
    body = 10.0 * abs(inputs / (inputs + 1.0 / (2j * math.pi * frequency_hz * 200e-12)))
    return 2.0 * math.sqrt(2.0) * float(body) / rejection


@pytest.mark.ngspice
@pytest.mark.parametrize("build", [{}, {"cw": 2e-12, "rbias": 10e9}], ids=["plain", "guarded"])
def test_hum_is_that_of_the_test_circuit_of_standards(examples: Path, tmp_path: Path, build: dict[str, float]) -> None:
    """20 V rms behind 100 pF, 100 pF from the body to ground, and both arms at the body: no Thevenin, no modes."""
    text = (examples / "ecg_front_end.cir").read_text()
    for arm in ("ra", "la"):
        assert text.count(f"v{arm} {arm} 0 ") == 1
        text = text.replace(f"v{arm} {arm} 0 {{vcm}}", f"v{arm} {arm} body 0")
    text = text.replace(".end\n", "vmains mains 0 0\ncmains mains body 100p\ncbody body 0 100p\n.end\n")
    path = tmp_path / "ecg_front_end.cir"
    path.write_text(text)
    (tmp_path / "opamp.inc").write_text((examples / "opamp.inc").read_text())
    parameters = {"left": 1e-6, **build}
    plot = ngspice.small_signals(path, {"vmains": 20.0}, 50.0, 500.0, 10, parameters=parameters)
    gain = abs(lt.read(examples / "ecg_front_end.cir", parameters=parameters).gains(frequency_hz=[50]).differential[0])
    hum = 2.0 * math.sqrt(2.0) * abs(plot.voltage("o")[0]) / gain
    assert hum_of_pages(examples / "ecg_front_end.cir", build, 50.0) == pytest.approx(hum, rel=1e-4)


def test_electrode_and_input_are_a_divider(examples: Path) -> None:
    """Without loading, what one electrode takes of the common mode is its impedance times the input admittance."""
    s = 2j * math.pi * 50.0
    electrode = 1.0 / (1.0 / 51e3 + s * 47e-9)
    rejection = 1.0 / abs(electrode * (1.0 / 10e6 + s * 200e-12))
    amp = lt.read(examples / "ecg_front_end.cir", parameters={"left": 1e-6})
    assert amp.gains(frequency_hz=[50]).cmrr_db[0] == pytest.approx(20.0 * math.log10(rejection), abs=0.1)


@pytest.mark.parametrize(("gain", "expected_db"), [(1.0, 54.0), (4.0, 62.0)])
def test_worst_case_of_a_difference_amplifier(examples: Path, gain: float, expected_db: float) -> None:
    """(1 + G)/(4*t) for four resistors of tolerance t round a gain of G."""
    assert 20.0 * math.log10((1.0 + gain) / (4.0 * 0.001)) == pytest.approx(expected_db, abs=0.1)
    near, far = ([nominal * (1.0 + t) - 1.0 for t in (-0.001, 0.001)] for nominal in (1.0, gain))
    corners = np.array(list(product(near, far, near, far))).T
    amp = lt.read(examples / "instrumentation_amplifier.cir", parameters={"rf": 1e-3, "re1": 1.0, "re2": 1.0})
    found = amp.gains(frequency_hz=[0.001], parameters=dict(zip(("d1", "d2", "d3", "d4"), corners, strict=True)))
    assert found.cmrr_db.min() == pytest.approx(expected_db, abs=0.2)


def test_resistors_of_one_sigma_are_worse_than_the_worst_case_in_one_of_22(examples: Path) -> None:
    """Four deviations of sigma t add to 2*t; the worst case of 4*t lies at two sigma, beyond which are 4.55 %."""
    draws = np.random.default_rng(3).normal(0.0, 0.001, (4, 20000))
    amp = lt.read(examples / "instrumentation_amplifier.cir")
    names = ("d1", "d2", "d3", "d4")
    found = amp.gains(frequency_hz=[0.001], parameters=dict(zip(names, draws, strict=True))).cmrr_db[:, 0]
    worst = amp.gains(frequency_hz=[0.001], parameters=lt.grid({n: [-0.001, 0.001] for n in names})).cmrr_db.min()
    share = math.erfc(math.sqrt(2.0))
    error = math.sqrt(share * (1.0 - share) / 20000)
    assert np.mean(found < worst) == pytest.approx(share, abs=4.0 * error)


@pytest.mark.parametrize("skew", [0.1, 0.4])
def test_skew_costs_what_it_must_at_every_frequency(examples: Path, skew: float) -> None:
    frequency_hz = np.array([1e6, 1e7, 1e8])
    amp = lt.read(examples / "data_link_receiver.cir", parameters={"dpad": skew})
    delay = 50.0 * 0.5e-12 * skew
    expected = -20.0 * np.log10(2.0 * math.pi * frequency_hz * delay)
    assert amp.gains(frequency_hz=frequency_hz).cmrr_db == pytest.approx(expected, abs=0.02)


def test_imbalances_of_a_link_add_as_phasors(examples: Path) -> None:
    deck = examples / "data_link_receiver.cir"
    pads, sources, both = (
        lt.read(deck, parameters=p).gains(frequency_hz=[1e8]).common_to_differential[0]
        for p in ({"dpad": 0.4}, {"dz": 0.05}, {"dpad": 0.4, "dz": 0.05})
    )
    assert abs(both - pads - sources) < 0.01 * abs(both)


def test_the_offset_of_unequal_widths_is_half_the_overdrive_times_the_mismatch(examples: Path) -> None:
    deck = examples / "sense_amplifier.cir"
    overdrive = lt.read(deck).op().devices["m1"]["v_ov"]
    for mismatch in (0.005, 0.01, 0.02):
        offset = lt.read(deck, parameters={"dw": mismatch}).offset().input_offset
        assert offset == pytest.approx(-overdrive / 2.0 * mismatch, rel=1e-3)


def test_what_tips_the_sense_amplifier_is_a_diode_that_turns_off(examples: Path) -> None:
    half = np.array([0.050, 0.070]) / 2.0
    lanes = {"vbl.dc": 2.3 - half, "vblb.dc": 2.3 + half}
    op = lt.read(examples / "sense_amplifier.cir").op(parameters=lanes)
    assert op.devices["m3"]["region"].tolist() == ["saturation", "cutoff"]
    assert op.devices["m4"]["region"].tolist() == ["saturation", "saturation"]


def test_displacement_counts_in_proportion(examples: Path) -> None:
    """The page calls the capacitors linear in x."""
    amp = lt.read(examples / "accelerometer_bridge.cir")
    x = np.array([0.01, 0.1, 0.5])
    gain = abs(amp.gains(frequency_hz=[1e5], parameters={"x": x}).differential[:, 0])
    assert gain / gain[0] == pytest.approx(x / x[0], rel=1e-6)


def test_a_tail_without_resistance_to_speak_of_loses_20_db_per_decade_of_capacitance(examples: Path) -> None:
    amp = lt.read(examples / "radio_front_end.cir", parameters={"dl": 0.01})
    tails = {"ctail.c": np.array([5e-12, 50e-12])}
    few, many = amp.gains(frequency_hz=[10.7e6], parameters=tails).cmrr_db[:, 0]
    assert few - many == pytest.approx(20.0, abs=1.5)


def test_a_transformer_has_no_static_transfer(examples: Path) -> None:
    """Why the page on the radio front end leaves linearity to hand calculation."""
    with pytest.raises(lt.AnalysisError, match="no static transfer"):
        lt.read(examples / "radio_front_end.cir").transfer()


def test_gain_follows_the_voltage_across_the_load_and_little_else(examples: Path) -> None:
    """A_dd = I_EE*R_C/(2*V_T), less what r_o, the emitter and base resistances take."""
    amp = lt.read(examples / "bjt_pair.cir")
    lanes = {"rc": np.array([20e3, 10e3, 5e3]), "rref": 46.5e3 * np.array([2.0, 1.0, 0.5])}
    gain = abs(amp.gains(frequency_hz=[1], parameters=lanes).differential[:, 0])
    tail = amp.op(parameters=lanes).devices["q3"]["ic"]
    share = gain / (tail * lanes["rc"] / (2.0 * 0.025865))
    assert ((share > 0.93) & (share < 1.0)).all()
    assert gain.max() < 1.05 * gain.min()
