"""Large signals: the hyperbolic tangent and the square law from decks with known parameters, and ngspice's sweeps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

import longtail as lt
from longtail.analyses.transfer.transfer import Transfer
from longtail.errors import AnalysisError, OptionError
from reference import gallery, ngspice

V_T = 1.380649e-23 / 1.602176634e-19 * 300.15
I_TAIL, R_LOAD, BETA, K = 1e-3, 1e3, 100.0, 4e-3

BIPOLAR = f"""a bipolar pair with an ideal tail
vcc vcc 0 10
v1 inp 0 0
v2 inn 0 0
rc1 vcc o1 {R_LOAD}
rc2 vcc o2 {R_LOAD}
q1 o1 inp e ideal
q2 o2 inn e ideal
iee e 0 {I_TAIL}
.options gmin=1e-15
.model ideal npn(is=1e-16 bf={BETA})
*@ input inp inn
*@ output o1 o2
*@ supply vcc
"""
SQUARE = f"""a square-law pair with an ideal tail
vdd vdd 0 10
v1 inp 0 5
v2 inn 0 5
rd1 vdd o1 {R_LOAD}
rd2 vdd o2 {R_LOAD}
m1 o1 inp s s ideal w=20u l=1u
m2 o2 inn s s ideal w=20u l=1u
iss s 0 {I_TAIL}
.options gmin=1e-15
.model ideal nmos(level=1 vto=0.5 kp={K / 20})
*@ input inp inn
*@ output o1 o2
*@ supply vdd
"""
# the cards of both input sources, by deck
SOURCES = {
    "bjt_pair": ("vinp inp 0 {vcm}", "vinn inn 0 {vcm}"),
    "mos_pair": ("vinp inp 0 {vcm}", "vinn inn 0 {vcm}"),
    "jfet_pair": ("vinp inp 0 {vcm}", "vinn inn 0 {vcm}"),
    "ota_5t": ("vinp inp 0 {vcm}", "vinn inn 0 {vcm}"),
    "sense_amplifier": ("vbl pre 0 {vcm}", "vblb preb 0 {vcm}"),
}


@pytest.fixture(scope="module")
def bipolar() -> Transfer:
    return lt.read(BIPOLAR).transfer()


@pytest.fixture(scope="module")
def square() -> Transfer:
    return lt.read(SQUARE).transfer()


def test_a_bipolar_pair_is_a_hyperbolic_tangent(bipolar: Transfer) -> None:
    alpha = BETA / (BETA + 1.0)
    expected = -alpha * I_TAIL * R_LOAD * np.tanh(bipolar.v_id / (2.0 * V_T))
    np.testing.assert_allclose(bipolar.v_out[0], expected, rtol=1e-6, atol=1e-9)
    first = alpha * I_TAIL / (1.0 + np.exp(-bipolar.v_id / V_T))
    np.testing.assert_allclose(bipolar.current[0, 0], first, rtol=1e-6, atol=1e-12)
    slope = -alpha * I_TAIL * R_LOAD / (2.0 * V_T) / np.cosh(bipolar.v_id / (2.0 * V_T)) ** 2
    np.testing.assert_allclose(bipolar.gain[0], slope, rtol=1e-5, atol=1e-6)
    assert bipolar.pair.law == "tanh"
    np.testing.assert_allclose(bipolar.share, bipolar.ideal_share, atol=1e-6)


def test_linear_range_of_the_tangent(bipolar: Transfer) -> None:
    for name, error in (("1%", 0.01), ("0.1%", 0.001)):
        x = brentq(lambda x, e=error: np.tanh(x) / x - (1.0 - e), 1e-3, 1.0, xtol=1e-14)
        assert bipolar.linear_range[name][0] == pytest.approx(2.0 * V_T * x, rel=1e-5)
    assert bipolar.steered[0] == pytest.approx(2.0 * V_T * np.arctanh(0.99), rel=1e-5)
    assert np.isnan(bipolar.full_steering[0])  # never quite


def test_a_square_law_pair(square: Transfer) -> None:
    full = np.sqrt(2.0 * I_TAIL / K)
    v = np.clip(square.v_id, -full, full)
    difference = K / 2.0 * v * np.sqrt(4.0 * I_TAIL / K - v**2)
    np.testing.assert_allclose(square.v_out[0], -R_LOAD * difference, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(square.current[0, 0] - square.current[0, 1], difference, rtol=1e-6, atol=1e-12)
    assert square.pair.law == "square law"
    assert square.pair.scale == pytest.approx(full, rel=1e-6)
    assert square.full_steering[0] == pytest.approx(full, rel=1e-5)
    for name, error in (("1%", 0.01), ("0.1%", 0.001)):
        expected = np.sqrt(4.0 * I_TAIL / K * (1.0 - (1.0 - error) ** 2))
        assert square.linear_range[name][0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("deck", "amplitude"), [(BIPOLAR, 0.02), (BIPOLAR, 0.1), (SQUARE, 0.3)])
def test_distortion_is_that_of_the_law(deck: str, amplitude: float) -> None:
    """Fourier coefficients of the closed form by quadrature over a period."""
    result = lt.read(deck).transfer(amplitude=amplitude)
    theta = np.arange(4096) * 2.0 * np.pi / 4096
    spectrum = np.abs(np.fft.rfft(result.pair.share(amplitude * np.cos(theta))))
    found = result.distortion
    for n in (3, 5, 7, 9):
        assert found.harmonics[0, n - 2] == pytest.approx(spectrum[n] / spectrum[1], rel=1e-4)
    assert (found.harmonics[0, ::2] == 0.0).all()  # even harmonics of an odd curve
    assert found.thd[0] == pytest.approx(np.sqrt((spectrum[2:63] ** 2).sum()) / spectrum[1], rel=1e-5)
    if amplitude == 0.02:
        assert found.harmonics[0, 1] == pytest.approx((amplitude / (2 * V_T)) ** 2 / 12.0, rel=0.05)


def test_what_a_large_gain_makes_of_rounding_is_no_harmonic(examples: Path) -> None:
    """Harmonics of a sine so small that the last bits of the node voltages, amplified, are larger than they are."""
    amplifier = lt.read(examples / "two_stage_opamp.cir")
    tiny = amplifier.transfer(null=True, v_id=[-1e-5, 0.0, 1e-5], amplitude=1e-10).distortion
    assert tiny.fundamental[0] > 0.0
    assert (tiny.harmonics == 0.0).all() and (tiny.thd == 0.0).all()
    small = amplifier.transfer(null=True, v_id=[-1e-5, 0.0, 1e-5], amplitude=1e-7).distortion
    assert (small.harmonics[0, 0] > 1e-6) and not small.harmonics[0, 1:].any()  # HD2 grows with the amplitude


@pytest.mark.ngspice
@pytest.mark.parametrize("name", sorted(SOURCES))
def test_the_curve_is_that_of_ngspice(name: str, tmp_path: object) -> None:
    """ngspice sweeps one source; two controlled ones take half of it to either input."""
    deck = gallery.deck(name)
    result = lt.read(deck.path, parameters=gallery.MISMATCH[name]).transfer()
    text = deck.path.read_text()
    for k, (card, sign) in enumerate(zip(SOURCES[name], "+-", strict=True)):
        source, node = card.split()[:2]
        swept = f"{source} {node} half{k} {{vcm}}\nehalf{k} half{k} 0 swept 0 {sign}0.5"
        assert text.count(card) == 1
        text = text.replace(card, swept)
    text = text.replace("*@ input", "vswept swept 0 0\n*@ input", 1)
    step = float(result.v_id[1] - result.v_id[0])
    sweep = (float(result.v_id[0]), float(result.v_id[-1] + step / 2), step)
    theirs = ngspice.dc_sweep(text, "vswept", sweep, parameters=gallery.MISMATCH[name])
    first, second = (*deck.outputs, "0")[:2]
    output = theirs.voltage(first) - theirs.voltage(second)
    np.testing.assert_allclose(result.v_out[0], output, rtol=1e-5, atol=1e-5 * np.abs(output).max())


@pytest.mark.parametrize("name", ["bjt_pair", "ota_5t", "mos_pair"])
def test_the_slope_is_the_derivative_of_the_curve(name: str) -> None:
    result = lt.read(gallery.deck(name).path).transfer()
    step = result.v_id[1] - result.v_id[0]
    around = np.linspace(-3e-4, 3e-4, 7) * step
    fine = lt.read(gallery.deck(name).path).transfer(v_id=result.v_id[60] + around)
    slope = (fine.v_out[0, -1] - fine.v_out[0, 0]) / (fine.v_id[-1] - fine.v_id[0])
    assert result.gain[0, 60] == pytest.approx(slope, rel=1e-5)


def test_levels_are_swept_together() -> None:
    amplifier = lt.read(gallery.deck("bjt_pair").path)
    axis = np.linspace(-0.1, 0.1, 21)
    whole = amplifier.transfer(vcm="-3:3:3", v_id=axis)
    for k, level in enumerate(whole.vcm.tolist()):
        alone = amplifier.transfer(vcm=level, v_id=axis)
        np.testing.assert_allclose(whole.v_out[k], alone.v_out[0], rtol=1e-8, atol=1e-10)
        assert whole.linear_range["1%"][k] == pytest.approx(alone.linear_range["1%"][0], rel=1e-5)


def test_a_saturating_pair_is_less_linear() -> None:
    result = lt.read(gallery.deck("bjt_pair").path).transfer(vcm="0,4.3")
    assert result.linear_range["1%"][1] < 0.7 * result.linear_range["1%"][0]


@pytest.mark.parametrize("name", ["two_stage_opamp", "folded_cascode"])
def test_an_amplifier_of_high_gain_is_swept_about_its_offset(name: str) -> None:
    amplifier = lt.read(gallery.deck(name).path, parameters=gallery.MISMATCH[name])
    result = amplifier.transfer(null=True)
    gains = amplifier.gains(null=True, frequency_hz=[0.0])
    assert result.input_offset[0] == pytest.approx(gains.null.input_offset, rel=1e-6)
    middle = result.v_id.size // 2
    assert result.v_out[0, middle] == pytest.approx(gains.null.v_od_target, abs=1e-6)
    assert result.gain[0, middle] == pytest.approx(gains.differential[0].real, rel=1e-4)
    assert not result.notes


def test_a_p_channel_pair_steers_the_same_way() -> None:
    result = lt.read(gallery.deck("two_stage_opamp").path).transfer(null=True, v_id="-300m:300m:61")
    assert set(result.pair.devices) == {"m1", "m2"}
    assert result.share[0, -1] == pytest.approx(1.0, abs=1e-6)
    steering = result.v_id > 0.0  # on the other side the second stage is overdriven, and its input takes the current
    assert np.abs(result.share - result.ideal_share)[0, steering].max() < 0.05


def test_what_has_no_pair_and_no_curvature() -> None:
    result = lt.read(gallery.deck("instrumentation_amplifier").path).transfer()
    assert result.pair is None
    assert result.to_dict()["steering"] is None
    assert np.isnan(result.linear_range["1%"]).all()
    assert (result.distortion.thd == 0.0).all()
    assert "–" in result.to_text()
    assert [len(part.axes) for part in result.plot().subfigs] == [1, 1]


def test_an_output_at_a_rail_is_said() -> None:
    amplifier = lt.read(gallery.deck("two_stage_opamp").path)
    assert any("--null" in note for note in amplifier.transfer().notes)
    with pytest.raises(AnalysisError, match=r"no input offset .* at V_CM = 40, 41 V"):
        amplifier.transfer(vcm="40,41", null=True)
    assert amplifier.transfer(vcm="1,40", null=True).vcm.tolist() == [1.0]


def test_an_output_without_dc_has_no_static_transfer() -> None:
    with pytest.raises(AnalysisError, match="does not follow"):
        lt.read(gallery.deck("radio_front_end").path).transfer()


def test_a_figure_needs_points() -> None:
    amplifier = lt.read(gallery.deck("mos_pair").path)
    with pytest.raises(OptionError, match="three values"):
        amplifier.transfer(v_id="-1m,1m").plot()
    with pytest.raises(OptionError, match="v_id"):
        amplifier.transfer(v_id="1:2")


def test_forms(bipolar: Transfer, square: Transfer) -> None:
    found = bipolar.to_dict()
    assert np.shape(found["v_od"]) == (1, bipolar.v_id.size)
    assert set(found["linear_range"]) == {"1%", "0.1%"}
    assert found["steering"]["law"] == "tanh"
    assert found["distortion"]["hd2"] == [0.0]
    assert bipolar.to_xarray()["v_out"].dims == ("vcm", "v_id")
    assert "tanh(v_id/51.73 mV)" in bipolar.to_text()
    assert "square law, full steering at 707.1 mV" in square.to_text()
    parts = square.plot().subfigs
    assert [len(part.axes) for part in parts] == [1, 2]
    assert "tangent" in square.plot()._supxlabel.get_text()


def test_temperatures_are_those_of_the_law() -> None:
    """A bipolar pair with an ideal tail is tanh(v_id/(2*V_T)): its linear range goes with the absolute temperature."""
    found = lt.read(BIPOLAR).transfer(temperatures=[-40.0, 125.0], v_id=np.linspace(-0.1, 0.1, 21))
    assert [each.condition for each in found.under] == ["-40 °C", "125 °C"]
    for each, kelvin in zip(found.under, (233.15, 398.15), strict=True):
        assert each.linear_range["1%"][0] / found.linear_range["1%"][0] == pytest.approx(kelvin / 300.15, rel=1e-3)
        swing = I_TAIL * R_LOAD * BETA / (BETA + 1.0)
        law = -swing * np.tanh(found.v_id / (2.0 * V_T * kelvin / 300.15))
        np.testing.assert_allclose(each.v_out[0], law, atol=2e-5)


@pytest.mark.parametrize(("name", "null"), [("bjt_pair", False), ("two_stage_opamp", True)])
def test_a_corner_is_the_netlist_with_its_values(name: str, null: bool) -> None:
    """The lanes of the conditions against one deck after the other."""
    values = {"drc": 0.02} if name == "bjt_pair" else {"temp": 85.0, "iref": 15e-6}
    deck = gallery.deck(name).path
    found = lt.read(deck).transfer(corners={"odd": values}, null=null)
    alone = lt.read(deck, parameters={k: v for k, v in values.items() if k != "temp"})
    options = {"v_id": found.v_id, "amplitude": found.distortion.amplitude, "null": null}
    wanted = (
        alone.transfer(temperatures=[values["temp"]], **options).under[0]
        if "temp" in values
        else alone.transfer(**options)
    )
    (odd,) = found.under
    np.testing.assert_allclose(odd.v_out, wanted.v_out, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(odd.gain, wanted.gain, rtol=1e-5)
    np.testing.assert_allclose(odd.linear_range["1%"], wanted.linear_range["1%"], rtol=1e-5)
    np.testing.assert_allclose(odd.input_offset, wanted.input_offset, atol=1e-9)
    np.testing.assert_allclose(odd.distortion.thd, wanted.distortion.thd, rtol=1e-4, atol=1e-8)


def test_conditions_are_shown_and_written() -> None:
    found = lt.read(gallery.deck("bjt_pair").path).transfer(temperatures=[0.0, 70.0])
    assert "70 °C" in found.to_text()
    written = json.loads(found.to_json())["conditions"]
    assert [each["condition"] for each in written] == ["0 °C", "70 °C"]
    assert set(written[0]) >= {"vcm", "input_offset", "v_out", "gain", "linear_range", "distortion"}
    assert json.loads(lt.read(gallery.deck("bjt_pair").path).transfer().to_json())["conditions"] == []


def test_a_pair_whose_drains_float_with_its_tail_has_no_distortion():
    deck = """no supply holds the drains
vdd vdd ac 1.8
va a 0 0.9
vb b 0 0.9
m1 o1 a t 0 nn w=18u l=0.18u
m2 o2 b t 0 nn w=18u l=0.18u
it t 0 100u
r1 vdd o1 5k
r2 vdd o2 5.005k
.model nn nmos(vto=0.45 kp=280u lambda=0.1)
"""
    text = lt.read(deck).transfer(input=["a", "b"], output=["o1", "o2"]).to_text()
    assert "nan" not in text.lower()


def test_a_sweep_that_goes_farther_down_than_up_reaches_as_far() -> None:
    """The linear range is looked for as far as the farther end, under every condition."""
    amp = lt.read(BIPOLAR)
    both, below = (amp.transfer(v_id=axis, temperatures=[27.0, 60.0]) for axis in ("-80m:80m:33", "-80m:2m:42"))
    for whole, one_sided in ((both, below), (both.under[0], below.under[0])):
        for error in ("1%", "0.1%"):
            assert one_sided.linear_range[error] == pytest.approx(whole.linear_range[error], rel=1e-6)
    assert both.linear_range["1%"][0] > 3e-3
    assert below.steered == pytest.approx(both.steered, rel=1e-6)


def test_levels_at_which_the_output_cannot_be_nulled_are_left_out() -> None:
    found = lt.read("ota_5t").transfer(vcm="0:3:4", null=True)
    assert found.vcm.tolist() == [1.0, 2.0, 3.0]
    assert np.allclose(found.v_out[:, 100], 1.5, atol=1e-6)
    assert "no input offset brings the output to its target at V_CM = 0 V: left out" in found.notes
    with pytest.raises(lt.AnalysisError, match=r"at V_CM = 0, 0\.1 V"):
        lt.read("ota_5t").transfer(vcm=[0.0, 0.1], null=True)


def test_an_output_at_a_rail_is_swept_as_far_as_the_pair_steers() -> None:
    found = lt.read("ua741").transfer()
    assert found.steered is not None and found.pair is not None
    assert found.v_id[-1] == pytest.approx(2.0 * found.steered[0], rel=1e-6)
    assert 0.1 < found.v_id[-1] < 1.0


OVERFLOWING = """a pair, and a law that overflows in places
vdd vdd 0 3
v1 inp 0 1.5
v2 inn 0 1.5
m1 x inp e 0 n w=10u l=1u
m2 y inn e 0 n w=10u l=1u
r1 vdd x 10k
r2 vdd y 10k
re e 0 10k
b1 x 0 i={law}
.model n nmos(vto=0.5 kp=200u lambda=0.05)
*@ input inp inn
*@ output x y
*@ supply vdd
"""


def test_where_no_operating_point_is_found_is_told() -> None:
    """Not the same of points and of conditions; and nothing where all are found."""
    hot = "(temper>100)*exp((temper>100)*1000*(1+v(x)*v(x)))"
    found = lt.read(OVERFLOWING.format(law=hot)).transfer(temperatures="27,200")
    assert "at some points no operating point was found: 200 °C" in found.notes
    assert not any(
        "points" in note for note in lt.read(OVERFLOWING.format(law="0")).transfer(temperatures="27,200").notes
    )
    wide = lt.read(OVERFLOWING.format(law="exp(2000*(v(inp)-v(inn)-1))")).transfer(v_id="-1.5:1.5:31")
    lost = int(np.isnan(wide.v_out).sum())
    assert 0 < lost < 31
    assert f"no operating point was found at {lost} of 31 points" in wide.notes
