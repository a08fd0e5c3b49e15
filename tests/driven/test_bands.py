"""Pass bands and their corners: closed forms, and datasheet, sweep, poles and ngspice against one another."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import longtail as lt
from longtail.datasheet.rows import Row
from longtail.driven.bands import find_bands, sampled_bands
from longtail.driven.crossings import fall_hz, falls, peak, root
from reference import gallery, ngspice

Array = NDArray[np.float64]

COUPLED = """a pair coupled by capacitors, its halves not equal
vcc vcc 0 9
vs1 s1 0 0
vs2 s2 0 0
c1 s1 b1 {cin}
c2 s2 b2 {cin}
rb1 b1 bias 100k
rb2 b2 bias 100k
r3 vcc bias 22k
r4 bias 0 10k
q1 c1 b1 e1 nn
q2 c2 b2 e2 nn
re1 e1 e 100
re2 e2 e 130
re e 0 2.2k
rc1 vcc c1 4.7k
rc2 vcc c2 4.7k
co1 c1 o1 {cout}
co2 c2 o2 {cout}
rl1 o1 0 100k
rl2 o2 0 100k
cl1 o1 0 {cl}
cl2 o2 0 {cl}
.param cin=100n cout=1 cl=20p
.model nn npn is=2f bf=120 vaf=90 rb=80 cje=1p cjc=0.6p tf=0.3n
*@ input vs1 vs2
*@ output o1 o2
.end
"""
INPUT, OUTPUT, LOW, WIDE = (
    {},
    {"cin": 1.0, "cout": 10e-9},
    {"cin": 10e-6},
    {"cin": 10e-6, "cl": 0.1e-12},
)  # coupling that counts


def ideal(cards: str) -> str:
    """An ideal amplifier of the voltage between a and b, whose output is o."""
    return f"ideal\nv1 a 0 0\nv2 b 0 0\n{cards}\n*@ input a b\n*@ output o\n.end\n"


def tank(quality: float, coil: float = 0.0) -> str:
    """1 uH and 1 nF (5.033 MHz) with a gain of 10 at resonance."""
    r = quality * math.sqrt(1e-6 / 1e-9)
    way = f"l1 o x 1u\nrl x 0 {coil!r}" if coil else "l1 o 0 1u"
    return ideal(f"g1 0 o a b {10.0 / r!r}\nr1 o 0 {r!r}\nc1 o 0 1n\n{way}")


def low_pass(quality: float) -> str:
    """Gain 20, two poles of 1 MHz and some quality: sqrt(L/C)/R."""
    w, r = 2e6 * math.pi, 1e3
    return ideal(f"e1 x 0 a b 20\nr1 x y {r}\nl1 y o {quality * r / w!r}\nc1 o 0 {1.0 / (quality * r * w)!r}")


def row(sheet: lt.Datasheet, symbol: str, at: str = "") -> Row:
    return next(r for r in sheet.rows if r.symbol == symbol and at in r.conditions)


def corners(amp: lt.Amplifier, vary: str, nominal: float) -> list[dict[str, float | None]]:
    """f_L, f_H and f_T by datasheet, full datasheet, poles, and sweeps over few and over many lanes."""
    found = []
    for sheet in (amp.analyze(), amp.analyze(full=True)):
        rows = {r.symbol: r.value for r in sheet.rows}
        found.append({"low": rows.get("f_L"), "high": rows.get("f_H", rows.get("f_3dB")), "unity": rows.get("f_T")})
    c = amp.poles().corners
    found.append({"low": c.low_hz, "high": c.bandwidth_hz, "unity": c.unity_hz})
    words = {"low": "low_corner_hz", "high": "bandwidth_hz", "unity": "unity_gain_hz"}
    for lanes in (1, 150):
        swept = amp.sweep(parameters={vary: np.full(lanes, nominal)}, measure=",".join(words.values()))
        found += [{k: float(swept[w][lane]) or None for k, w in words.items()} for lane in {0, lanes - 1}]
    return found


def alike(found: dict[str, float | None], expected: dict[str, float | None], rel: float) -> None:
    for which, value in expected.items():
        assert found[which] is None if value is None else found[which] == pytest.approx(value, rel=rel), which


def measured(f: Array, gain: Array, middle: float) -> dict[str, float | None]:
    """The same by counting points of a dense curve out from mid-band."""
    size = np.abs(gain)
    k = int(np.abs(np.log(f / middle)).argmin()) if middle else 0
    below = size < size[k] / np.sqrt(2.0)
    low = np.flatnonzero(below[:k])
    last = np.flatnonzero(size >= 1.0)
    return {
        "low": float(f[low[-1]]) if low.size else None,
        "high": float(f[k + np.flatnonzero(below[k:])[0]]),
        "unity": float(f[last[-1]]),
    }


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("parameters", "middle", "expected"),
    [
        (INPUT, 12e3, (85.9, 1.75e6)),
        (OUTPUT, 30e3, (152.0, 1.75e6)),
        (LOW, 1.2e3, (0.859, 1.75e6)),
        (WIDE, 8e3, (0.859, 61e6)),
    ],
)
def test_coupled_amplifiers_everywhere_and_in_ngspice(
    parameters: dict[str, float], middle: float, expected: tuple[float, float]
) -> None:
    """The corner was looked for 3 dB below the gain at 1 Hz: 184 MHz for 1.7 MHz."""
    curve = ngspice.mode_gains(COUPLED, ("vs1", "vs2"), ("o1", "o2"), 0.1, 10e9, 400, parameters=parameters)
    reference = measured(curve.frequency_hz, curve.differential, middle)
    amp = lt.read(COUPLED, parameters=parameters)
    for found in corners(amp, "rc1.r", 4.7e3):
        alike(found, reference, 0.01)
    assert reference["low"] == pytest.approx(expected[0], rel=0.02)
    assert reference["high"] == pytest.approx(expected[1], rel=0.05)
    sheet = amp.analyze()
    at = np.abs(np.log(curve.frequency_hz / middle)).argmin()
    assert row(sheet, "A_dd").value == pytest.approx(curve.differential[at].real, rel=0.01)
    assert "kHz" in row(sheet, "A_dd").conditions


@pytest.mark.ngspice
@pytest.mark.parametrize(
    ("name", "start", "stop", "middle", "vary", "nominal"),
    [
        ("radio_front_end", 8e6, 20e6, 10.716e6, "re", 25.0),
        ("two_stage_opamp", 1.0, 1e8, 0.0, "vcm", 1.2),
        ("ota_5t", 1.0, 1e9, 0.0, "temp", 27.0),
        ("bjt_pair_resistor_tail", 1.0, 1e10, 0.0, "rc", 10e3),
    ],
)
def test_examples_everywhere_and_in_ngspice(
    name: str, start: float, stop: float, middle: float, vary: str, nominal: float
) -> None:
    deck = gallery.deck(name)
    dense = 20_000 if middle else 400
    curve = ngspice.mode_gains(deck.path, deck.sources, deck.outputs, start, stop, dense)
    reference = measured(curve.frequency_hz, curve.differential, middle)
    for found in corners(lt.read(deck.path), vary, nominal):
        for which, value in reference.items():
            if which != "unity" or name != "bjt_pair_resistor_tail":  # which feeds a gain of one forward
                assert found[which] == pytest.approx(value, rel=0.01) if value else found[which] is None, which


def test_one_pole_and_two_coincident_poles() -> None:
    one = lt.read(ideal("g1 0 o a b 10m\nr1 o 0 10k\nc1 o 0 1n"))
    two = lt.read(ideal("g1 0 x a b 10m\nr1 x 0 10k\nc1 x 0 1n\ng2 0 o x 0 1m\nr2 o 0 10k\nc2 o 0 1n"))
    pole = 1.0 / (2.0 * np.pi * 1e-5)
    for amp, shrinks, gain, unity in (
        (one, 1.0, 100.0, pole * np.sqrt(100.0**2 - 1.0)),
        (two, np.sqrt(np.sqrt(2.0) - 1.0), 1000.0, pole * np.sqrt(1000.0 - 1.0)),
    ):
        for found in corners(amp, "r1.r", 1e4):
            alike(found, {"low": None, "high": pole * shrinks, "unity": unity}, 2e-4)
        sheet = amp.analyze()
        assert row(sheet, "A_d").value == pytest.approx(gain)
        assert row(sheet, "A_d").conditions.startswith("f = 1 Hz")


@pytest.mark.parametrize("quality", [0.75, 13.7, 316.0, 3e4])
def test_a_tank_has_the_corners_of_its_quality(quality: float) -> None:
    """f_0*(sqrt(1 + 1/(4*Q^2)) -+ 1/(2*Q)), and f_T where Q*(x - 1/x) = sqrt(A^2 - 1)."""
    f_0 = 1.0 / (2.0 * np.pi * np.sqrt(1e-15))

    def away(half: float) -> float:
        return float(f_0 * (np.sqrt(1.0 + half**2) + half))

    half, unity = 0.5 / quality, np.sqrt(99.0) / (2.0 * quality)
    expected = {"low": away(-half), "high": away(half), "unity": away(unity)}
    amp = lt.read(tank(quality))
    for found in corners(amp, "c1.c", 1e-9):
        for which, value in expected.items():
            width = min(value, f_0 / quality) / value
            assert found[which] == pytest.approx(value, rel=1e-3 * width), which
    sheet = amp.analyze(full=True)
    assert row(sheet, "A_d").value == pytest.approx(10.0, rel=1e-3)
    assert "f = 5.033 MHz" in row(sheet, "A_d").conditions


def test_lanes_of_a_tank_have_bands_of_their_own() -> None:
    """Far from where the nominal resonance is sampled closely."""
    c = np.linspace(0.3e-9, 3e-9, 200)
    amp = lt.read(tank(50.0))
    swept = amp.sweep(parameters={"c1.c": c}, measure="bandwidth_hz,low_corner_hz")
    f_0, half = 1.0 / (2.0 * np.pi * np.sqrt(1e-6 * c)), 0.5 / (50.0 * np.sqrt(c / 1e-9))
    for name, side in (("bandwidth_hz", 1.0), ("low_corner_hz", -1.0)):
        exact = f_0 * (np.sqrt(1.0 + half**2) + side * half)
        np.testing.assert_allclose(swept[name], exact, rtol=1e-4)


@pytest.mark.parametrize("quality", [0.5, math.sqrt(0.5), 1.0, 1.3, 1.6, 3.0, 10.0])
def test_a_low_pass_may_peak(quality: float) -> None:
    """However high the peak: 3 dB below the gain at 0 Hz."""
    way = 1.0 - 0.5 / quality**2
    f_3db = 1e6 * np.sqrt(way + np.sqrt(way**2 + 1.0))
    for found in corners(lt.read(low_pass(quality)), "r1.r", 1e3):
        assert found["low"] is None
        assert found["high"] == pytest.approx(f_3db, rel=1e-3)
    assert row(lt.read(low_pass(quality)).analyze(), "A_d").value == pytest.approx(20.0)


def test_a_tuned_amplifier_with_a_resistive_coil_is_tuned() -> None:
    """It passes a tenth of a percent at 0 Hz, and is no low-pass with a high peak."""
    amp = lt.read(tank(30.0, coil=1.0))
    f = np.geomspace(4e6, 6e6, 20_001)
    reference = measured(f, amp.gains(frequency_hz=f).differential, 5.033e6)
    for found in corners(amp, "c1.c", 1e-9):
        assert found["low"] == pytest.approx(reference["low"], rel=1e-3)
        assert found["high"] == pytest.approx(reference["high"], rel=1e-3)


def test_a_plateau_with_a_peak_is_measured_by_the_plateau() -> None:
    """Coupled by a capacitor, a low-pass that peaks by 2 dB keeps its upper corner; the lower one is that of its RC."""
    direct = lt.read(low_pass(1.2))
    coupled = low_pass(1.2).replace("v1 a 0 0", "v1 s 0 0\nc9 s a 1u\nr9 a b 1k").replace("*@ input a", "*@ input s")
    f_3db = direct.poles().corners.bandwidth_hz
    for found in corners(lt.read(coupled), "r1.r", 1e3):
        assert found["high"] == pytest.approx(f_3db, rel=1e-3)
        assert found["low"] == pytest.approx(1.0 / (2.0 * np.pi * 1e-3), rel=1e-3)


def humps(f: Array, *places: tuple[float, float]) -> Array:
    """Sums of resonances of quality 10, by frequency and height."""
    return np.abs(sum(height / (1.0 + 10j * (f / at - at / f)) for at, height in places))


@pytest.mark.parametrize(
    ("first", "second", "at"), [(1.0, 5.0, 1e6), (5.0, 1.0, 1e3), (5.0, 5.0, 1e3), (5.0, 5.0 * (1 + 1e-9), 1e3)]
)
def test_of_several_humps_the_largest_and_the_lowest_of_equals(first: float, second: float, at: float) -> None:
    """Not by the last bit."""
    places = ((1e3, first), (1e6, second))
    f = np.geomspace(1.0, 1e9, 91)
    found = find_bands(lambda x, _: humps(x, *places), f, humps(f, *places)[None], np.zeros(1), np.zeros((1, 91)))
    exact = at * (np.sqrt(1.0 + 0.05**2) + 0.05 * np.array([-1.0, 1.0]))
    np.testing.assert_allclose([found.low_hz[0], found.high_hz[0]], exact, rtol=1e-4)


def test_a_ripple_does_not_end_a_band_and_a_notch_does() -> None:
    f = np.geomspace(1.0, 1e7, 281)

    def find(depth: float) -> float:
        def gain(x: Array, _: object) -> Array:
            dip = 1.0 - depth / (1.0 + (20.0 * np.log10(x / 1e3)) ** 2)
            return 10.0 * dip / np.abs(1.0 + 1j * x / 1e5)

        return float(find_bands(gain, f, gain(f, 0)[None], np.full(1, 10.0), np.zeros((1, 281))).high_hz[0])

    assert find(0.25) == pytest.approx(1e5, rel=1e-3)
    assert find(0.9) == pytest.approx(1e3 * 10.0 ** -(np.sqrt(0.9 / (1.0 - np.sqrt(0.5)) - 1.0) / 20.0), rel=1e-3)


def test_what_lies_beyond_the_search_is_said_where_it_is_true() -> None:
    tuned = lt.read(tank(13.7))
    for sheet in (tuned.analyze(frequency_hz="1:1meg:20"), tuned.analyze(frequency_hz="1:1meg:20", full=True)):
        assert {row(sheet, s).remark for s in ("f_L", "f_H")} == {"beyond the frequency range"}
    flat = lt.read(ideal("e1 o 0 a b 10\nr1 o 0 1k\nc1 a 0 1p")).analyze()
    assert (row(flat, "f_3dB").value, row(flat, "f_3dB").remark) == (None, "none up to 1 THz")
    assert (row(flat, "f_T").value, row(flat, "f_T").remark) == (None, "none up to 1 THz")
    high_pass = lt.read(ideal("c1 a x 1u\nr1 x b 1k\ne1 o 0 x b 10\nr2 o 0 1k")).analyze()
    assert row(high_pass, "f_L").value == pytest.approx(1.0 / (2.0 * np.pi * 1e-3), rel=1e-4)
    assert row(high_pass, "f_H").value is None
    slow = lt.read(ideal("g1 0 o a b 1\nr1 o 0 1k\nc1 o 0 10m")).analyze()  # 16 mHz: falling at 1 Hz since long
    assert row(slow, "f_3dB").value == pytest.approx(1.0 / (2.0 * np.pi * 10.0), rel=1e-4)
    assert row(slow, "A_d").value == pytest.approx(1e3)
    assert row(slow, "A_d").conditions.startswith("f = 0 Hz")


def test_a_gain_of_one_has_no_unity_frequency() -> None:
    """Not even where its last bit says more than one."""
    for gain in (1.0, 1.0 + 4e-16, 0.5):
        sheet = lt.read(ideal(f"e1 x 0 a b {gain!r}\nr1 x o 1k\nc1 o 0 1n")).analyze()
        assert "f_T" not in {r.symbol for r in sheet.rows}


def test_samples_alone_give_corners_too() -> None:
    f = np.geomspace(1.0, 1e9, 91)  # ten a decade
    size = np.stack([100.0 / np.abs((1.0 + 1j * f / 3.3e4) * (1.0 + 50.0 / (1j * f))), humps(f, (1e4, 3.0))])
    found = sampled_bands(f, size, np.zeros(size.shape))
    np.testing.assert_allclose([found.low_hz[0], found.high_hz[0]], [50.0, 3.3e4], rtol=5e-3)
    assert sampled_bands(f, size * 0.0, np.zeros(size.shape)).high_hz.tolist() == pytest.approx(
        [np.nan] * 2, nan_ok=True
    )


def test_a_value_that_is_exactly_at_the_level_crosses_once() -> None:
    values = np.array([[2.0, 0.0, -2.0, -2.0], [2.0, 0.0, 2.0, 2.0], [2.0, -1.0, 1.0, -1.0]])
    assert falls(values, 0.0).tolist() == [1, -1, 0]
    assert falls(values, 0.0, last=True).tolist() == [1, -1, 2]
    assert falls(values, np.array([1.0, -3.0, 1.5])).tolist() == [0, -1, 0]
    assert falls(values[:, :1], 0.0).tolist() == [-1, -1, -1], "a single sample crosses nothing"


def test_a_fall_is_read_off_a_logarithmic_axis() -> None:
    f = np.array([1.0, 10.0, 1000.0])
    down = fall_hz(f, np.array([[[1.0, 1.0, -1.0], [1.0, -1.0, -2.0]], [[1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]]]), 0.0)
    np.testing.assert_allclose(down, [[100.0, np.sqrt(10.0)], [np.nan, np.nan]], rtol=1e-12)
    assert fall_hz(f, np.array([2.0, 0.0, 1.0]), 1.0).item() == pytest.approx(np.sqrt(10.0))


def test_a_gain_that_passes_through_zero_is_crossed_all_the_same() -> None:
    """The logarithm of nothing is no number: of a gain of 1 - x/100, which is zero at a sample, 3 dB are at 29.3."""
    f = np.array([1.0, 10.0, 100.0, 1000.0])

    def gain(x: Array, _: object) -> Array:
        return np.abs(1.0 - x / 100.0) / (1.0 + (x / 200.0) ** 4)

    found = find_bands(gain, f, gain(f, 0)[None], np.ones(1), np.zeros((1, 4)))
    assert found.high_hz[0] == pytest.approx(29.26, rel=1e-3)
    with np.errstate(divide="ignore"):
        x = root(lambda x, _: np.log(np.maximum(1.0 - x, 0.0) / 0.5), np.zeros(1), np.ones(1))
    assert x[0] == pytest.approx(0.5, abs=1e-7)
    with np.errstate(divide="ignore"):  # at the level where it begins, and nothing where it ends
        x = root(lambda x, _: np.log(np.maximum(1.0 - x, 0.0)), np.zeros(1), np.ones(1))
    assert x[0] == pytest.approx(0.0, abs=1e-7)


def test_peaks_are_found_between_samples() -> None:
    at, height = peak(lambda x, rows: -((x - np.array([0.3, 0.7])[rows]) ** 2), np.zeros(2), np.ones(2))
    np.testing.assert_allclose(at, [0.3, 0.7], atol=1e-4)
    np.testing.assert_allclose(height, 0.0, atol=1e-8)


def test_figures_are_given_at_frequencies_that_are_asked_for() -> None:
    amp = lt.read(COUPLED)
    short, full = amp.analyze(at="50,1k"), amp.analyze(at=[50.0, 1e3], full=True)
    psrr = amp.psrr(frequency_hz=[50.0, 1e3])
    noise, gains = amp.noise(frequency_hz=[50.0, 1e3]), amp.gains(frequency_hz=[50.0, 1e3])
    for sheet in (short, full):
        for k, at in enumerate(("f = 50 Hz", "f = 1 kHz")):
            assert row(sheet, "CMRR", at).value == pytest.approx(gains.cmrr_db[k], rel=1e-6)
            assert row(sheet, "PSRR(vcc)", at).value == pytest.approx(psrr.psrr_db("vcc")[k], rel=1e-6)
            assert row(sheet, "e_n", at).value == pytest.approx(noise.input_v_per_rthz[k], rel=1e-6)
    assert "f = 50 Hz" not in {part for r in amp.analyze().rows for part in r.conditions.split(", ")}
    with pytest.raises(lt.OptionError, match="above 0 Hz"):
        amp.analyze(at=[0.0])


def test_noise_is_integrated_over_the_pass_band() -> None:
    """Of a tank 4kTR*Q*f_0*atan(1)... the thermal noise of its resistor within both corners: kT/C/2."""
    amp = lt.read(tank(13.7))
    found = row(amp.analyze(full=True), "V_n,out")
    low, high = (row(amp.analyze(), s).value for s in ("f_L", "f_H"))
    assert "4.853 MHz to 5.22 MHz" in found.conditions
    assert found.value == pytest.approx(np.sqrt(1.380649e-23 * 300.15 / 1e-9 / 2.0), rel=2e-3)
    assert low is not None and high is not None
    f = np.linspace(low, high, 2001)
    assert found.value == pytest.approx(amp.noise(frequency_hz=f).output_v_rms, rel=1e-3)
    wide = row(amp.analyze(full=True, band="1k:1g"), "V_n,out")
    assert wide.conditions.startswith("1 kHz to 1 GHz")
    assert wide.value == pytest.approx(np.sqrt(1.380649e-23 * 300.15 / 1e-9), rel=0.02)


def test_limits_meet_the_frequency_that_they_name(tmp_path: Path) -> None:
    """A limit at 1 Hz was met by a line at 11 Hz, which contains its letters."""
    amp = lt.read(COUPLED)
    limits = {"CMRR": {"min": 20, "at": "1 Hz"}}
    with pytest.raises(lt.OptionError, match="no CMRR is given at '1 Hz'") as caught:
        amp.analyze(frequency_hz=[11.0], limits=limits)
    assert "nearest" in str(caught.value.hint) and 'at="1" asks' in str(caught.value)
    sheet = amp.analyze(at=[1.0], limits=limits)
    assert row(sheet, "CMRR", "f = 1 Hz").verdict
    with pytest.raises(lt.OptionError, match="no CMRR"):
        amp.analyze(limits={"CMRR": {"min": 20, "at": "V_CM = 2"}})


@pytest.mark.parametrize("value", ["nan", "-inf", '"nan"'])
def test_a_limit_of_no_number_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    """Nothing is above nan and nothing below: such a limit passed whatever came."""
    path = tmp_path / "limits.toml"
    path.write_text(f'[P_S]\nmax = 1\n\n[A_dd]\nunit = "dB"\nmin = {value}\n', encoding="utf-8")
    with pytest.raises(lt.OptionError, match=r"A_dd.*min.*no number") as caught:
        lt.read(COUPLED).analyze(limits=path)
    if value != '"nan"':
        assert caught.value.span is not None
        assert (caught.value.span.file, caught.value.span.line) == (str(path), 6)


def test_the_command_line_takes_frequencies_and_band(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from longtail.cli.main import run

    deck = tmp_path / "deck.cir"
    deck.write_text(COUPLED, encoding="utf-8")
    assert run(["analyze", str(deck), "--full", "--at", "50,1k", "--band", "20:20k"]) == 0
    printed = capsys.readouterr().out
    assert "f = 50 Hz" in printed and "20 Hz to 20 kHz" in printed and "f_L" in printed
