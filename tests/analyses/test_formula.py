"""Formulas: textbook results from decks by name, agreement with the engine, and bounds that hold."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import sympy

from longtail.amplifier import Amplifier, read
from longtail.analyses.formula.result import Formula
from longtail.analyses.formula.setting import gain_of
from longtail.analyses.formula.writing import _notes
from longtail.driven.inputs import find_drives
from longtail.driven.mode_gains import mode_gains
from longtail.errors import AnalysisError, OptionError
from longtail.symbolic.algebra.minors import TooLargeError
from longtail.symbolic.shorter.answer import exact_answer, is_zero, matched_answer
from symbolic.decks import BIPOLAR, FOLDER, MOS, NAMES, NULLED, gallery

GAINS = ("differential", "common", "common_to_differential", "differential_to_common")
LARGE = {"bjt_pair", "radio_front_end", "ua741", "ecg_front_end", "instrumentation_amplifier"}
SMALL = [name for name in NAMES if name not in LARGE]  # those whose exact formulas can be written down
# where gains are looked at: amplifiers without gain at dc, else from dc on
BANDS = {"radio_front_end": (1e6, 3e7), "accelerometer_bridge": (1e3, 1e6)}


def example(name: str, **parameters: str) -> Amplifier:
    return read(FOLDER / f"{name}.cir", parameters=parameters)


def deck(text: str, **parameters: str) -> Amplifier:
    return read(text, parameters=parameters)


TEXTBOOK = [
    (deck(MOS), {"of": "differential", "error": "1%"}, "-g_m1,2·R_D"),
    (deck(MOS, **{"lambda": "0.02"}), {"of": "differential", "error": "0.1%"}, "-g_m1,2·(R_D ∥ r_o1,2)"),
    (deck(MOS), {"of": "common", "error": "0.1%"}, "-g_m1,2·R_D/(1 + 2·g_m1,2·R_SS)"),
    (deck(MOS), {"of": "common", "error": "5%"}, "-R_D/(2·R_SS)"),
    (deck(MOS), {"of": "common", "error": "5%", "band": "0:10meg"}, "-R_D·(1 + s·C_T·R_SS)/(2·R_SS)"),
    (
        deck(MOS),
        {"of": "common", "error": "0.1%", "band": "0:1g"},
        "-g_m1,2·R_D·(1 + s·C_T·R_SS)/(1 + 2·g_m1,2·R_SS + s·C_T·R_SS)",
    ),
    (
        deck(MOS),
        {"of": "common_to_differential", "error": "5%"},
        "-R_D·(ΔR_D/R_D + Δg_m1,2/g_m1,2)/(2·R_SS)",
    ),
    (deck(MOS, drd="0.01"), {"of": "common_to_differential", "error": "5%"}, "-ΔR_D/(2·R_SS)"),
    (deck(BIPOLAR), {"of": "differential", "error": "1%"}, "-g_m1,2·R_C"),
    (example("bjt_pair_ideal_tail"), {"error": "2%", "in_terms": "bias"}, "-I_TAIL·R_C/(2·V_T)"),
    (example("mos_pair"), {"error": "5%", "in_terms": "bias"}, "-I_SS·R_D/V_ov1,2"),
    (example("ota_5t"), {"error": "5%"}, "g_m1,2·(r_o1,2 ∥ r_o3,4)"),
    (example("ota_5t"), {"of": "common", "error": "5%"}, "-g_m1,2/(2·g_m3,4·r_o5,6·(g_m1,2 + g_mb1,2))"),
    (example("bjt_pair"), {"of": "common", "error": "10%"}, "-R_C/(2·r_o3)"),
    (
        example("two_stage_opamp"),
        {"error": "5%", "null": True},
        "g_m1,2·g_m6·(r_o1,2 ∥ r_o3,4)·(r_o6 ∥ r_o7)",
    ),
]


@pytest.mark.parametrize(("amplifier", "options", "expected"), TEXTBOOK, ids=[t[2] for t in TEXTBOOK])
def test_textbook_results_by_name(amplifier: Amplifier, options: dict[str, object], expected: str) -> None:
    found = amplifier.formula(**options)
    assert found.text == expected
    allowed = float(str(options["error"]).removesuffix("%")) / 100.0
    assert found.error_bound is not None
    assert found.error_sampled <= found.error_bound <= allowed * 1.0001


EQUIVALENT = [
    (
        deck(MOS, **{"lambda": "0.02"}),
        {"of": "common", "error": "0.001%"},
        "-g*r*R/(R + r + 2*RSS*(1 + g*r))",
        {"g_m1,2": "g", "r_o1,2": "r", "R_D": "R", "R_SS": "RSS"},
    ),
    (
        deck(BIPOLAR),
        {"of": "common", "error": "0.001%", "in_terms": "beta"},
        "-beta_*R/(r + 2*(beta_ + 1)*RE)",
        {"β_1,2": "beta_", "r_π1,2": "r", "R_C": "R", "R_EE": "RE"},
    ),
    (
        deck(MOS, drd="0.01"),
        {"of": "common_to_differential", "error": "0.1%"},
        "-g*DR/(1 + 2*g*RSS)",
        {"g_m1,2": "g", "ΔR_D": "DR", "R_SS": "RSS"},
    ),
]


@pytest.mark.parametrize(("amplifier", "options", "expected", "names"), EQUIVALENT, ids=[t[2] for t in EQUIVALENT])
def test_textbook_results_in_another_order(
    amplifier: Amplifier, options: dict[str, object], expected: str, names: dict[str, str]
) -> None:
    found = amplifier.formula(**options).to_sympy()
    renamed = found.subs({sympy.Symbol(theirs): sympy.Symbol(mine) for theirs, mine in names.items()})
    assert sympy.simplify(renamed - sympy.sympify(expected)) == 0


def test_the_folded_cascode_is_two_cascodes_in_parallel() -> None:
    found = example("folded_cascode").formula(error="10%")
    assert found.text.startswith("-g_m1,2·(")
    assert "(r_o1,2 ∥ r_o3,4)" in found.text
    assert {"g_m7,8", "r_o7,8", "g_m9,10", "r_o9,10", "r_o5,6"} <= set(found.symbols)
    assert found.value_dc == pytest.approx(-28000.0, rel=0.25)


def test_the_miller_pole_pair_of_the_two_stage_amplifier() -> None:
    found = example("two_stage_opamp").formula(error="20%", band="1:10meg", null=True)
    dominant, second = (r for r in found.roots if r.kind == "pole")
    assert dominant.text == "-1/(g_m6·C_C·(r_o1,2 ∥ r_o3,4)·(r_o6 ∥ r_o7))"
    assert second.text == "-g_m6/C_L"
    assert dominant.error is not None and dominant.error < 0.05
    assert second.error is not None and second.error < 0.15


def test_the_zero_of_the_tail_capacitance() -> None:
    found = deck(MOS).formula(of="common", error="5%", band="0:10meg")
    (zero,) = (r for r in found.roots if r.kind == "zero")
    assert zero.text == "-1/(C_T·R_SS)"
    assert zero.value_hz == pytest.approx(-1.0 / (2.0 * math.pi * 100e3 * 1e-12), rel=1e-9)


def test_rejection_of_a_pair_is_that_of_its_mismatch() -> None:
    found = deck(MOS).formula(of="cmrr", error="10%")
    assert found.text == "2·g_m1,2·R_SS/(ΔR_D/R_D + Δg_m1,2/g_m1,2)"
    assert any("1 %" in note for note in found.notes)


def test_a_rejection_is_judged_wherever_one_of_its_gains_peaks() -> None:
    """The two gains of the ECG front end have zeros at different frequencies; the bound holds for the engine's."""
    found = example("ecg_front_end").formula(of="cmrr", error="10%", band="1:1meg")
    assert found.error_bound is not None and found.error_bound <= 0.1
    assert found.curves is not None
    at = gallery("ecg_front_end")
    matrix, _ = mode_gains(at.drives, at.point, found.curves.frequency_hz)
    rejection = matrix[:, 0, 0] / matrix[:, 0, 1]
    assert found.curves.circuit == pytest.approx(rejection, rel=1e-6)
    assert (np.abs(found.curves.formula / rejection - 1.0) <= found.error_bound + 1e-6).all()


@pytest.mark.parametrize("name", SMALL)
def test_exact_formulas_are_the_engine_at_many_frequencies(name: str) -> None:
    at = gallery(name)
    band = BANDS.get(name, (0.0, 1e6))
    frequencies = np.linspace(band[0], band[1], 23)
    matrix, floor = mode_gains(at.drives, at.point, frequencies)
    for of in GAINS[: 2 if at.drives.single_ended else 4]:
        question = at.question(of, band)
        if is_zero(question, floor):
            continue
        answer = exact_answer(question)
        rows = {"differential": (0, 0), "common": (0 if at.drives.single_ended else 1, 1)}
        rows |= {"common_to_differential": (0, 1), "differential_to_common": (1, 0)}
        engine = matrix[:, rows[of][0], rows[of][1]]
        formula = answer.transfer.at(answer.values, 2j * np.pi * frequencies)
        assert formula == pytest.approx(engine, rel=1e-9), of


@pytest.mark.parametrize("error", [0.03, 0.2])
@pytest.mark.parametrize("name", [name for name in NAMES if name != "ua741"])
def test_short_formulas_stay_within_their_bound_at_ten_thousand_frequencies(name: str, error: float) -> None:
    at = gallery(name)
    low, high = BANDS.get(name, (1.0, 1e6))
    frequencies = np.geomspace(low, high, 10_000)
    matrix, floor = mode_gains(at.drives, at.point, frequencies)
    for of, engine in (("differential", matrix[:, 0, 0]), ("common", matrix[:, 0 if at.drives.single_ended else 1, 1])):
        question = at.question(of, (low, high))
        if is_zero(question, floor):
            continue
        answer = matched_answer(question, error)
        formula = answer.transfer.at(answer.values, 2j * np.pi * frequencies)
        assert answer.error_bound is not None
        assert answer.error_bound <= error * 1.05
        rounding = floor / np.abs(engine)  # of the engine's own solve
        assert (np.abs(formula / engine - 1.0) <= answer.error_bound * (1.0 + 1e-6) + rounding + 1e-9).all()


@pytest.mark.parametrize("name", ["bjt_pair", "ua741"])
def test_formulas_too_large_to_write_down_are_refused_at_once(name: str) -> None:
    with pytest.raises(TooLargeError, match="terms on the way"):
        exact_answer(gallery(name).question("common", (0.0, 1e6)))


def test_an_exact_formula_that_nobody_would_read_is_not_written() -> None:
    with pytest.raises(AnalysisError, match="terms: nobody would read it"):
        example("two_stage_opamp").formula(exact=True, null=True, band="0:1meg")
    assert example("mos_pair").formula(exact=True).error_bound == pytest.approx(0.0, abs=1e-11)


@pytest.mark.parametrize("name", [name for name in SMALL if name not in BANDS] + ["bjt_pair"])
def test_an_exact_formula_at_dc_has_nothing_that_counts_at_frequencies_alone(name: str) -> None:
    at = gallery(name)
    engine = mode_gains(at.drives, at.point, np.zeros(1))[0][0, 0, 0].real
    static, whole = (exact_answer(at.question("differential", (0.0, high))) for high in (0.0, 1e6))
    assert static.transfer.at(static.values, np.zeros(1, complex))[0].real == pytest.approx(engine, rel=1e-9)
    assert all(at.circuit.symbols[key].unit != "F" for key in static.transfer.used() if key in at.circuit.symbols)
    assert static.terms_exact is not None and whole.terms_exact is not None
    assert static.terms_exact < whole.terms_exact or name == "bjt_pair_ideal_tail"  # which has no capacitances


def test_the_output_mode_is_said() -> None:
    pair = example("bjt_pair")
    assert pair.formula().label == "v(o1) - v(o2)"
    assert pair.formula(of="common").label == "(v(o1) + v(o2))/2"
    assert example("ota_5t").formula(of="common").label == "v(o)"


def test_the_741_has_a_formula() -> None:
    found = example("ua741").formula(null=True, error="10%")
    assert found.error_bound is not None and found.error_bound <= 0.1
    assert {"g_m1..6", "g_m13b,17", "R_8"} <= set(found.symbols)
    assert max(found.terms_printed) <= 12
    assert found.terms == sum(found.terms_printed)
    assert len(found.text) < 320
    values = {name: s.value for name, s in found.symbols.items()}
    assert float(found.to_sympy().subs(values)) == pytest.approx(found.value_dc, rel=1e-9)
    assert "12 below the line, factor by factor" in found.to_text()
    at = gallery("ua741")
    engine = mode_gains(at.drives, at.point, np.zeros(1))[0][0, 0, 0].real
    assert abs(found.value_dc / engine - 1.0) <= found.error_bound
    coarser = example("ua741").formula(null=True, error="20%")
    assert coarser.error_bound is not None and coarser.error_bound <= 0.2
    assert coarser.terms <= 12


def test_the_741_has_a_formula_over_frequency() -> None:
    found = example("ua741").formula(null=True, error="10%", band="1:1meg")
    assert found.error_bound is not None and found.error_bound <= 0.1
    assert found.terms <= 36
    assert "C_C" in found.symbols
    at = gallery("ua741")
    assert np.sign(found.value_dc) == np.sign(mode_gains(at.drives, at.point, np.ones(1))[0][0, 0, 0].real)
    frequencies = np.geomspace(1.0, 1e6, 1000)
    engine = mode_gains(at.drives, at.point, frequencies)[0][:, 0, 0]
    names = [sympy.Symbol(name) for name in found.symbols]
    formula = sympy.lambdify([*names, sympy.Symbol("s")], found.to_sympy())
    values = [s.value for s in found.symbols.values()]
    errors = np.abs(np.array([formula(*values, 2j * np.pi * f) for f in frequencies]) / engine - 1.0)
    assert errors.max() <= found.error_bound * (1.0 + 1e-6)


def test_the_741_has_a_formula_of_its_rejection() -> None:
    """The common gain takes most of the error: with half of it, its formula would be too long."""
    found = example("ua741").formula(null=True, of="cmrr", error="10%")
    assert found.error_bound is not None and found.error_bound <= 0.1
    assert found.terms <= 16
    at = gallery("ua741")
    matrix = mode_gains(at.drives, at.point, np.zeros(1))[0][0]
    engine = (matrix[0, 0] / matrix[0, 1]).real
    assert abs(found.value_dc / engine - 1.0) <= found.error_bound * (1.0 + 1e-6)


def test_a_band_on_which_too_much_matters_is_refused_with_a_way_out() -> None:
    with pytest.raises(TooLargeError, match="the common gain has no short formula within this error") as refused:
        example("ua741").formula(null=True, of="common", band="1:1meg")
    assert refused.value.hint is not None and 'one frequency as in band="1",' in str(refused.value)
    assert example("ua741").formula(null=True, of="common", band="1").error_bound is not None


def test_where_a_gain_is_zero_no_relative_error_is_held() -> None:
    """The bridge is made of capacitors: it has no gain at dc."""
    with pytest.raises(AnalysisError, match="gain is zero at 0 Hz"):
        example("accelerometer_bridge").formula(of="differential_to_common")
    assert example("accelerometer_bridge").formula(of="cmrr", band="1:1meg").roots


def test_terms_are_judged_in_their_sum() -> None:
    """At k=1 the cross-coupled load cancels: what is left is a small difference of two large conductances."""
    found = example("sense_amplifier", k="0.97").formula(error="10%")
    assert {"g_m3,4", "g_m5,6"} <= set(found.symbols)
    assert found.cancellation > 10.0
    assert any("cancel" in note for note in found.notes)


def test_a_smaller_error_takes_more_terms() -> None:
    terms = [example("ota_5t").formula(of="common", error=e, band="0:10meg").terms for e in ("30%", "3%", "0.3%")]
    assert terms[0] <= terms[1] <= terms[2]
    assert terms[0] < terms[2]


def test_a_conversion_of_a_symmetric_circuit_is_zero_without_mismatch() -> None:
    found = example("mos_pair").formula(of="common_to_differential", matched=True)
    assert (found.text, found.value_dc, found.error_bound) == ("0", 0.0, 0.0)
    assert "symmetry" in found.notes[0]


def test_json_is_stable() -> None:
    found = example("mos_pair").formula(of="common-to-differential", band="1:1meg")
    data = json.loads(found.to_json())
    assert set(data) == {
        "schema", "of", "text", "latex", "mathml", "symbols", "value_dc", "error_bound", "error_sampled", "band_hz",
        "terms", "terms_printed", "terms_expanded", "terms_exact", "cancellation", "mode", "roots", "notes",
        "input", "output", "letter", "label", "curves", "as_latex",
    }  # fmt: skip
    said = {"meaning": "resistor rss", "value": pytest.approx(100e3), "unit": "ohm"}
    assert data["symbols"]["R_SS"] == {**said, "latex": r"R_{\mathrm{SS}}"}
    assert data["band_hz"] == [1.0, 1e6]


def test_sympy_gets_the_formula() -> None:
    found = example("mos_pair").formula(error="0.1%")
    values = {name: s.value for name, s in found.symbols.items()}
    assert float(found.to_sympy().subs(values)) == pytest.approx(found.value_dc, rel=1e-12)


def test_text_says_how_good_the_formula_is() -> None:
    text = example("mos_pair").formula(error="5%").to_text()
    assert "-g_m1,2·R_D" in text
    assert "proven at 0 Hz" in text
    assert "transconductance of m1 and m2" in text


def test_latex_is_printed_where_it_is_asked_for() -> None:
    found = example("mos_pair").formula(of="common", error="5%", latex=True)
    assert r"\frac{R_{\mathrm{D}}}{2 \, R_{\mathrm{SS}}}" in found.to_text()


@pytest.mark.parametrize("band", ["0", "1:100meg"])
def test_pictures_show_the_formula(band: str) -> None:
    figure = example("mos_pair").formula(of="common", band=band).plot()
    figure.canvas.draw()
    texts = [t.get_text() for axes in _all_axes(figure) for t in axes.texts]
    assert any(t.startswith("$A_{\\mathrm{cc}}") for t in texts)
    lines = [len(axes.lines) for axes in _all_axes(figure)]
    assert (max(lines) == 2) == (band != "0")


def _all_axes(figure: object) -> list:
    found = list(figure.axes)  # type: ignore[attr-defined]
    for sub in getattr(figure, "subfigs", ()):
        found += [axes for axes in _all_axes(sub) if axes not in found]
    return found


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"of": "diferential"}, "there is no gain"),
        ({"error": "nothing"}, "expected a share"),
        ({"error": "200%"}, "between 0 and 100"),
        ({"band": "10:1"}, "low:high"),
        ({"band": "x:y"}, "low:high"),
        ({"matched": True, "exact": True}, "exclude each other"),
        ({"in_terms": "moonlight"}, "bias and beta"),
        ({"of": "cmrr", "matched": True}, "limited by symmetry"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        example("mos_pair").formula(**options)


def test_a_single_output_has_no_conversions() -> None:
    with pytest.raises(OptionError, match="single-ended"):
        gain_of(find_drives(example("ota_5t").circuit), "common_to_differential")


def test_mismatch_to_first_order_needs_a_mirror() -> None:
    uneven = MOS.replace(
        "rd2 vdd o2 {10k*(1-drd/2)}", "rd2 vdd o2 {10k*(1-drd/2)}\nrx o2 0 1meg\nry o2 x 1k\ncx x 0 1p"
    )
    with pytest.raises(AnalysisError, match="mirror image"):
        deck(uneven).formula(of="common_to_differential", first_order=True)


def test_names_of_nulled_examples_are_right() -> None:
    assert set(NAMES) >= NULLED
    assert isinstance(example("mos_pair").formula(), Formula)


@pytest.mark.parametrize("of", ["common_to_differential", "cmrr"])
def test_contributions_that_cancel_are_said_and_end_in_no_traceback(of: str) -> None:
    """With an ideal tail, equal relative differences of load and r_µ cancel exactly in A_c→d."""
    amp = read(Path(__file__).parents[2] / "examples" / "bjt_pair_ideal_tail.cir")
    with pytest.raises(AnalysisError, match="zero on this band"):
        amp.formula(of=of)


def test_a_bias_mirror_that_differs_makes_no_conversion() -> None:
    """The tail and its mirror differ in V_DS: a symmetric amplifier has no mismatch by that, and says so."""
    found = example("folded_cascode").formula(of="common_to_differential")
    assert any("the circuit is symmetric" in note for note in found.notes)
    assert {"Δg_m1,2", "Δr_o1,2"} <= set(found.symbols)


def test_a_symbol_for_one_current_that_is_not_used_in_the_end_is_known_all_the_same() -> None:
    found = example("ua741").formula(null=True, of="common", error="20%")
    assert found.error_bound is not None and found.error_bound <= 0.2


@pytest.mark.parametrize("name", ["bjt_pair", "ota_5t", "ua741"])
def test_rounding_decides_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inverses and solutions that differ in their last digits, as those of other processors do."""
    amp = example(name)
    options = {"null": name in NULLED, "error": "10%"}
    expected = amp.formula(**options).to_dict()["text"]
    random = np.random.default_rng(3)
    for function in ("inv", "solve"):
        plain = getattr(np.linalg, function)

        def rounded(*given: object, plain: object = plain) -> object:
            exact = plain(*given)
            return exact * (1.0 + 1e-13 * random.standard_normal(exact.shape))

        monkeypatch.setattr(np.linalg, function, rounded)
    assert [amp.formula(**options).to_dict()["text"] for _ in range(3)] == [expected] * 3


def test_a_difference_has_the_value_of_the_devices_difference() -> None:
    """Also where a conductance is shown as the resistance that it is: dR = -dG/G^2."""
    found = deck(MOS, drd="0.01").formula(of="common_to_differential", error="5%")
    amp = deck(MOS, drd="0.01")
    first, second = (amp.op().devices[name]["r"] for name in ("rd1", "rd2"))
    assert found.symbols["ΔR_D"].value == pytest.approx(first - second, rel=2e-2)


PROVEN: dict[str, object] = {
    "transfer": SimpleNamespace(is_zero=False), "nominal": False, "error_bound": 0.05, "error_sampled": 0.1,
    "cancellation": 10.0, "unknowns": ("o1", "q1#bi"), "ideal": (),
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"error_bound": None}, "could not be proven on the band"),
        ({"error_bound": 0.0}, ""),
        ({"error_sampled": 0.1001}, "larger than allowed: the substitution of bias expressions"),
        ({"cancellation": 10.001}, "terms cancel to 1/10 of their size"),
        ({"cancellation": 250.0}, "terms cancel to 1/250 of their size"),
        ({"nominal": True}, "every pair was taken to differ by 1 %"),
        ({"ideal": ("x1", "x2")}, "no current into them: x1 and x2; the error includes that"),
        ({"unknowns": ("o1", "q1#late")}, "excess phase is counted as a pole and a zero"),
    ],
)
def test_what_a_formula_is_worth_is_noted(changed: dict[str, object], said: str) -> None:
    """An error of a tenth is allowed, and a tenth is what it has."""
    answer = SimpleNamespace(**{**PROVEN, **changed})
    notes = _notes(None, "differential", answer, (0.0, 1e3), 0.1)  # type: ignore[arg-type]
    assert len(notes) == bool(said)
    assert all(said in note for note in notes)


def test_a_gain_within_a_mode_is_the_same_to_first_order() -> None:
    """Equal and opposite differences leave it as it is: what is asked for to first order is the matched formula."""
    first, matched = (
        example("bjt_pair").formula(of="differential", **{way: True}) for way in ("first_order", "matched")
    )
    assert first.to_dict() == matched.to_dict()


def test_a_rejection_that_symmetry_limits_has_a_formula_of_mismatch() -> None:
    with pytest.raises(OptionError, match="limited by symmetry alone") as caught:
        read("bjt_pair").formula(of="cmrr", exact=True)
    assert "mismatch to first order gives a formula" in caught.value.hint
