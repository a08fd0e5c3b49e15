"""Signals and behavioural models: worked numbers, fits, refusals, and models taken out of decks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import longtail as lt
from longtail import Behavioral, modes


def test_differential_and_common_mode_of_numbers() -> None:
    assert modes.split(2.75, 2.25) == (0.5, 2.5)
    assert modes.join(0.5, 2.5) == (2.75, 2.25)


def test_a_biased_pair_of_sines() -> None:
    """v1 = 2.550 V + 20.0 mV*cos, v2 = 2.510 V + 12.0 mV*cos: v_id = 40 mV + 8 mV*cos, v_ic = 2.530 V + 16 mV*cos."""
    wt = np.linspace(0.0, 4 * np.pi, 101)
    v_id, v_ic = modes.split(2.550 + 20.0e-3 * np.cos(wt), 2.510 + 12.0e-3 * np.cos(wt))
    np.testing.assert_allclose(v_id, 40e-3 + 8e-3 * np.cos(wt), atol=1e-15)
    np.testing.assert_allclose(v_ic, 2.530 + 16e-3 * np.cos(wt), atol=1e-15)
    back = modes.join(v_id, v_ic)
    np.testing.assert_allclose(back.first, 2.550 + 20.0e-3 * np.cos(wt), atol=1e-15)
    # its constants and its phasors apart
    assert modes.split(2.550, 2.510) == pytest.approx((40e-3, 2.530))
    assert modes.split(20e-3 + 0j, 12e-3 + 0j) == pytest.approx((8e-3, 16e-3))


def test_phasors_and_arrays_split_alike() -> None:
    v1, v2 = np.array([1.0 + 2.0j, 3.0]), np.array([1.0j, 1.0])
    v_id, v_ic = modes.split(v1, v2)
    np.testing.assert_array_equal(v_id, [1.0 + 1.0j, 2.0])
    np.testing.assert_array_equal(v_ic, [0.5 + 1.5j, 2.0])
    np.testing.assert_array_equal(modes.join(v_id, v_ic).second, v2)


def test_power_is_kept() -> None:
    rng = np.random.default_rng(3)
    v1, v2, i1, i2 = rng.standard_normal((4, 50))
    (v_d, v_c), (i_d, i_c) = modes.split(v1, v2), modes.split_currents(i1, i2)
    np.testing.assert_allclose(v_d * i_d + v_c * i_c, v1 * i1 + v2 * i2, rtol=1e-12, atol=1e-12)


def test_terminals_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="different shapes"):
        modes.split(np.zeros(3), np.zeros(4))


def test_worked_output() -> None:
    """A_d = 250, v1 = 15.7 mV, v2 = 11.2 mV, the common mode ignored: 1.125 V."""
    assert Behavioral(250.0, 0.0).output(15.7e-3, 11.2e-3) == pytest.approx(1.125, rel=1e-12)


def test_worked_rejection() -> None:
    """A_d = 100, A_cm = 0.01: 10 000, 80 dB; 2 mV of signal under 100 mV of interference: 200."""
    amp = Behavioral(A_d=100.0, A_c=0.01)
    assert amp.cmrr == pytest.approx(10_000.0)
    assert amp.cmrr_db == pytest.approx(80.0)
    assert amp.signal_over_interference(2.0e-3, 100e-3) == pytest.approx(200.0)


def test_a_single_output_adds_both_modes() -> None:
    amp = Behavioral(A_d=10.0, A_c=-2.0)
    assert amp.output(3.0, 1.0) == pytest.approx(10.0 * 2.0 - 2.0 * 2.0)
    assert amp.output_of_modes(2.0, 2.0) == (16.0, None)
    with pytest.raises(lt.InputError, match="single output"):
        amp.outputs(1.0, 0.0)


def test_a_pair_of_outputs_mixes_by_its_matrix() -> None:
    amp = Behavioral.of_pair(-100.0, -0.5, common_to_differential=0.01, differential_to_common=0.2)
    v_od, v_oc = amp.output_of_modes(0.02, 1.5)
    assert v_od == pytest.approx(-100.0 * 0.02 + 0.01 * 1.5)
    assert v_oc == pytest.approx(0.2 * 0.02 - 0.5 * 1.5)
    first, second = amp.outputs(1.51, 1.49)
    assert first - second == pytest.approx(v_od)
    assert (first + second) / 2 == pytest.approx(v_oc)
    assert amp.cmrr == pytest.approx(-10_000.0)
    assert amp.output(1.51, 1.49) == pytest.approx(v_od)


def test_complex_gains_have_a_complex_rejection() -> None:
    amp = Behavioral(A_d=100j, A_c=0.01)
    assert amp.cmrr == pytest.approx(10_000j)
    assert amp.cmrr_db == pytest.approx(80.0)
    assert amp.output(0.01 + 0j, 0.0) == pytest.approx(1j + 0.00005)


def test_waveforms_go_through() -> None:
    t = np.linspace(0.0, 1.0, 11)
    v1, v2 = 1.0 + 1e-3 * np.sin(t), 1.0 - 1e-3 * np.sin(t)
    np.testing.assert_allclose(Behavioral(100.0, 0.5).output(v1, v2), 0.2 * np.sin(t) + 0.5, rtol=1e-12)


def test_nothing_unwanted_is_an_infinite_rejection() -> None:
    assert Behavioral(100.0, 0.0).cmrr == np.inf
    assert Behavioral(100.0, 0.0).cmrr_db == np.inf
    assert Behavioral(0.0, 1.0).cmrr_db == -np.inf


def test_two_measurements_give_both_gains() -> None:
    true = Behavioral(A_d=-80.0, A_c=0.3)
    v1, v2 = np.array([15.7e-3, 1.0]), np.array([11.2e-3, 1.1])
    found = Behavioral.fit(v1, v2, true.output(v1, v2))
    assert found.A_d == pytest.approx(-80.0, rel=1e-9)
    assert found.A_c == pytest.approx(0.3, rel=1e-9)
    assert found.uncertainty is None and found.cmrr_db_uncertainty is None


def test_two_phasor_measurements() -> None:
    true = Behavioral(A_d=-80.0 + 10j, A_c=0.3j)
    v1, v2 = np.array([1e-3, 1.0]), np.array([-1e-3j, 1.0])
    found = Behavioral.fit(v1, v2, true.output(v1, v2))
    assert found.A_d == pytest.approx(-80.0 + 10j, rel=1e-9)
    assert found.A_c == pytest.approx(0.3j, rel=1e-9)


@pytest.mark.parametrize(
    ("v1", "v2", "message"),
    [
        ([1.0, 2.0], [0.5, 1.0], "depend linearly"),
        ([1.0, 2.0], [1.0, 2.0], "v_id is zero in every measurement"),
        ([1.0, 2.0], [-1.0, -2.0], "v_ic is zero in every measurement"),
        ([1.0], [0.5], "need 2 measurements at least, not 1"),
        ([1.0, np.nan], [0.5, 1.0], "no finite number"),
    ],
)
def test_measurements_that_tell_too_little_are_refused(v1: list[float], v2: list[float], message: str) -> None:
    with pytest.raises(lt.InputError, match=message):
        Behavioral.fit(v1, v2, np.ones(len(v1)))


def test_measurements_of_different_length_are_refused() -> None:
    with pytest.raises(lt.InputError, match="as long as each other"):
        Behavioral.fit([1.0, 2.0], [1.0, 2.0], [1.0])


def test_more_measurements_are_a_fit_with_honest_uncertainties() -> None:
    """Over many repetitions the errors of the fit have the deviation that the fit says."""
    rng = np.random.default_rng(11)
    true = Behavioral(A_d=100.0, A_c=0.02)
    v1, v2 = rng.normal(0.0, 5e-3, 40) + 1.0, rng.normal(0.0, 5e-3, 40) + rng.normal(1.0, 0.5, 40)
    z = []
    for _ in range(400):
        found = Behavioral.fit(v1, v2, true.output(v1, v2) + rng.normal(0.0, 1e-3, 40))
        assert found.uncertainty is not None
        z.append([(found.A_d - 100.0) / found.uncertainty.A_d, (found.A_c - 0.02) / found.uncertainty.A_c])
        assert found.uncertainty.residual == pytest.approx(1e-3, rel=0.5)
    np.testing.assert_allclose(np.std(z, axis=0), 1.0, atol=0.12)
    np.testing.assert_allclose(np.mean(z, axis=0), 0.0, atol=0.2)


def test_the_uncertainty_of_a_rejection() -> None:
    """A relative deviation of one percent of A_c alone is 0.087 dB."""
    rng = np.random.default_rng(5)
    v_id, v_ic = rng.standard_normal(200), rng.standard_normal(200)
    v1, v2 = modes.join(v_id, v_ic)
    spread = []
    for _ in range(300):
        found = Behavioral.fit(v1, v2, 100.0 * v_id + 1.0 * v_ic + rng.normal(0.0, 0.1, 200))
        spread.append(found.cmrr_db)
        assert found.cmrr_db_uncertainty == pytest.approx(0.0614, rel=0.4)
    assert np.std(spread) == pytest.approx(0.0614, rel=0.25)


def test_an_offset_can_be_fitted_too() -> None:
    rng = np.random.default_rng(2)
    v1, v2 = rng.standard_normal((2, 10))
    out = 20.0 * (v1 - v2) + 0.5 * (v1 + v2) / 2 + 0.013
    found = Behavioral.fit(v1, v2, out, offset=True)
    assert (found.A_d, found.A_c, found.offset) == pytest.approx((20.0, 0.5, 0.013))
    assert found.output(0.0, 0.0) == pytest.approx(0.013)


def test_common_gain_from_one_measurement() -> None:
    assert Behavioral.common_gain(v_ic=2.0, v_out=0.02) == pytest.approx(0.01)
    with pytest.raises(lt.InputError, match="does not move"):
        Behavioral.common_gain(0.0, 0.02)


@pytest.mark.parametrize("matrix", [[[1.0]], [[1.0, 2.0, 3.0]], np.ones((3, 2))])
def test_a_matrix_of_another_shape_is_refused(matrix: list[list[float]]) -> None:
    with pytest.raises(lt.InputError, match="one or two outputs"):
        Behavioral.of_matrix(matrix)


def test_gains_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(lt.InputError, match="no finite number"):
        Behavioral(np.nan, 1.0)


def test_a_model_out_of_a_deck(examples: Path) -> None:
    """At 0 Hz its gains are real, and it predicts what the gains analysis says."""
    amp = lt.read(examples / "ota_5t.cir")
    found = amp.behavioral()
    gains = amp.gains(frequency_hz=[0.0])
    assert found.model.single_ended
    assert found.model.A_d == gains.differential[0].real
    assert found.model.cmrr_db == pytest.approx(gains.cmrr_db[0], abs=1e-9)
    assert isinstance(found.model.output(1e-3, -1e-3), float)


def test_a_model_predicts_a_small_step_of_the_operating_point(examples: Path) -> None:
    """Move the sources of the deck by microvolts: the outputs move as the model says."""
    text = (examples / "bjt_pair_resistor_tail.cir").read_text()
    amp = lt.read(text, parameters={"drc": 0.02})
    model = amp.behavioral().model
    moved = text.replace("vinp inp 0 {vcm}", "vinp inp 0 {vcm+30u}").replace("vinn inn 0 {vcm}", "vinn inn 0 {vcm-10u}")
    before, after = amp.op().nodes, lt.read(moved, parameters={"drc": 0.02}).op().nodes
    first, second = model.outputs(30e-6, -10e-6)
    assert after["o1"] - before["o1"] == pytest.approx(first, rel=1e-3)
    assert after["o2"] - before["o2"] == pytest.approx(second, rel=1e-3)


def test_symmetry_leaves_no_conversion_in_the_model(examples: Path) -> None:
    found = lt.read(examples / "bjt_pair.cir").behavioral(frequency_hz=1e5)
    assert found.model.unwanted == 0.0
    assert isinstance(found.model.differential, complex)
    assert json.loads(found.to_json())["cmrr_db"] is None
    assert "limited by symmetry" in found.to_text()


def test_a_nulled_model_says_so(examples: Path) -> None:
    text = lt.read(examples / "two_stage_opamp.cir").behavioral(null=True).to_text()
    assert "with an input offset of" in text
    assert "v_out = A_d·v_id + A_c·v_ic" in text


@pytest.mark.parametrize("second", [0.5, -0.5])
def test_errors_of_both_gains_go_together_or_against_each_other(second: float) -> None:
    """The spread of the CMRR over many noisy fits is the one that a single fit says: its correlation has a sign."""
    rng = np.random.default_rng(5)
    v1 = np.array([1.0, 1.0, 1.0, 0.9])
    v2 = second * np.array([1.0, 1.1, 0.9, 1.0])
    out = Behavioral(10.0, 4.0).output(v1, v2)
    fits = [Behavioral.fit(v1, v2, out + 1e-2 * rng.standard_normal(4)) for _ in range(4000)]
    d, c = np.array([f.A_d for f in fits]), np.array([f.A_c for f in fits])
    sigmas = np.array([f.uncertainty.residual for f in fits])
    size = np.sqrt(np.mean(sigmas**2))
    one = fits[0].uncertainty
    said = one.cmrr_db(10.0, 4.0) * size / one.residual
    assert one.correlation == pytest.approx(np.corrcoef(d, c)[0, 1], abs=0.05)
    assert abs(one.correlation) > 0.5
    assert said == pytest.approx(np.std(20 * np.log10(np.abs(d / c))), rel=0.05)
