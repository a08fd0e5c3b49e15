"""The gain formulas of a circuit: exact, or shortened with a proven bound on the error.

The small-signal circuit is written in symbols from the operating point: every device as named elements, g_m, r_o,
r_pi, capacitances, which add up to the very equations that the other analyses solve. Numerator and denominator follow
by expansion in minors. What counts little is then left out, elements first, terms afterwards, judged by the numbers
at this operating point, until the allowed error is used; and the error that is left is proven on the whole band.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.base import Analysis, Option, Result
from longtail.analyses.drives import Drives, bias, find_drives, null_target
from longtail.analyses.formula_validity import Conditions, Validity, errors_away
from longtail.analyses.gains import INPUT_OPTIONS, NULL_OPTIONS, mode_gains
from longtail.circuit import Circuit
from longtail.engine.operating_point import OperatingPoint
from longtail.errors import AnalysisError, OptionError, nearest
from longtail.symbolic.answer import (
    Answer,
    Question,
    exact_answer,
    first_order_answer,
    is_zero,
    matched_answer,
    quotient_answer,
    zero_answer,
)
from longtail.symbolic.bias import BETA, BIAS, in_terms_of
from longtail.symbolic.display import Writer
from longtail.symbolic.elements import SmallSignal, small_signal
from longtail.symbolic.expression import Expression, as_sympy, latex_text, text
from longtail.symbolic.gain import Gain, Pairs, unknown_pairs
from longtail.symbolic.names import Label, enumerated, labels
from longtail.symbolic.poles import roots
from longtail.symbolic.twins import twins
from longtail.symbolic.words import band_of, share_of
from longtail.symmetry import Mirror, find_mirror

if TYPE_CHECKING:
    import sympy

GAINS = ("differential", "common", "common_to_differential", "differential_to_common", "cmrr")
READABLE = 1_000  # terms of a formula that is written down
LETTERS = {
    "differential": "A_dd",
    "common": "A_cc",
    "common_to_differential": "A_c→d",
    "differential_to_common": "A_d→c",
    "cmrr": "CMRR",
}
SINGLE_ENDED = {**LETTERS, "differential": "A_d", "common": "A_cm"}


@dataclass(frozen=True, slots=True)
class SymbolValue:
    """What a symbol of a formula stands for, and its value at the operating point in `unit`."""

    meaning: str
    value: float
    unit: str
    latex: str = ""


@dataclass(frozen=True, slots=True)
class RootFormula:
    """A pole or zero: a formula for s, its value in Hz (negative in the left half plane), and how far the formula is
    from the root of the full circuit, relative."""

    kind: str
    text: str
    latex: str
    value_hz: float
    error: float | None


@dataclass(frozen=True, eq=False)
class Curves:
    """The gain of the circuit and of the formula over frequency in Hz, for pictures."""

    frequency_hz: NDArray[np.float64]
    circuit: NDArray[np.complex128]
    formula: NDArray[np.complex128]


@dataclass(frozen=True, eq=False, repr=False)
class Formula(Result):
    """A gain as a formula, and how good it is.

    of             which gain; `letter` as it is written, `label` the output that it is for
    text, latex    the formula
    symbols        what every symbol stands for, with its value
    value_dc       the formula at the lowest frequency of the band (0 Hz unless the band starts higher)
    error_bound    proven largest relative error on the band; None where no proof was found
    error_sampled  largest relative error found at many frequencies of the band
    band_hz        lowest and highest frequency; both 0 is dc alone
    terms          of all factors; `terms_exact` of the exact formula, None where that is too large
    terms_printed  of all factors above the line, and of all below it; their sum is `terms`
    terms_expanded of numerator and denominator multiplied out; None where they are too large for that
    cancellation   how much larger the terms of a factor are than their sum: 1 where nothing cancels
    validity       errors over mismatch, temperature and common-mode level; None where they were not asked for
    """

    of: str
    letter: str
    label: str
    text: str
    latex: str
    symbols: dict[str, SymbolValue]
    value_dc: float
    error_bound: float | None
    error_sampled: float
    band_hz: tuple[float, float]
    terms: int
    terms_printed: tuple[int, int]
    terms_expanded: tuple[int, int] | None
    terms_exact: int | None
    cancellation: float
    roots: tuple[RootFormula, ...]
    mode: str
    expression: Expression = field(repr=False)
    curves: Curves | None = None
    as_latex: bool = False
    notes: tuple[str, ...] = ()
    validity: tuple[Validity, ...] | None = None

    def __repr__(self) -> str:
        return f"<formula: {self.letter} = {self.text}>"

    def to_dict(self) -> dict[str, Any]:
        return {
            "of": self.of,
            "text": self.text,
            "latex": self.latex,
            "symbols": {
                name: {"meaning": s.meaning, "value": s.value, "unit": s.unit} for name, s in self.symbols.items()
            },
            "value_dc": self.value_dc,
            "error_bound": self.error_bound,
            "error_sampled": self.error_sampled,
            "band_hz": list(self.band_hz),
            "terms": self.terms,
            "terms_printed": list(self.terms_printed),
            "terms_expanded": None if self.terms_expanded is None else list(self.terms_expanded),
            "terms_exact": self.terms_exact,
            "cancellation": self.cancellation,
            "mode": self.mode,
            "roots": [
                {"kind": r.kind, "text": r.text, "latex": r.latex, "value_hz": r.value_hz, "error": r.error}
                for r in self.roots
            ],
            "notes": list(self.notes),
            **({} if self.validity is None else {"validity": [v.to_dict() for v in self.validity]}),
        }

    def to_sympy(self) -> sympy.Expr:
        """The formula as a SymPy expression, with `s` as the complex frequency in rad/s."""
        return as_sympy(self.expression)


def gain_of(drives: Drives, of: str) -> Gain:
    """The gain of that name. Raises `OptionError` for one that there is not, or not with this output."""
    if of not in GAINS:
        raise OptionError(f"there is no gain '{of}'", hint=nearest(of, GAINS) or f"one of {', '.join(GAINS)}")
    if drives.single_ended and of in ("common_to_differential", "differential_to_common"):
        raise OptionError(f"a single-ended output has no '{of}'", hint="its gains are differential and common")
    common_in = of in ("common", "common_to_differential")
    common_out = of in ("common", "differential_to_common") and not drives.single_ended
    amplitudes = (1, 1) if common_in else (1, -1)
    drive = {f"i({s})": int(sign) * a for s, sign, a in zip(drives.sources, drives.signs, amplitudes, strict=True)}
    weights = (1,) if drives.single_ended else (1, 1) if common_out else (1, -1)
    read: dict[str, int] = {}
    for node, weight in zip(drives.output, weights, strict=True):
        if node != "0":
            read[node] = read.get(node, 0) + weight
    scale = Fraction(1) if common_in else Fraction(1, 2)
    return Gain(of, drive, read, scale / 2 if common_out else scale)


@dataclass(frozen=True, eq=False)
class Setting:
    """A circuit at its operating point, ready for formulas."""

    drives: Drives
    point: OperatingPoint
    circuit: SmallSignal
    mirror: Mirror | None
    images: Mapping[str, str]
    pairs: Pairs

    def question(self, of: str, band_hz: tuple[float, float]) -> Question:
        """The question for one gain."""
        return Question(self.circuit, gain_of(self.drives, of), self.images, self.pairs, band_hz)


def setting(
    circuit: Circuit,
    input: Sequence[str] | None,
    output: Sequence[str] | None,
    vcm: float | None,
    null: bool,
    target: float | None,
) -> Setting:
    """Operating point, small-signal elements, and which devices are matched."""
    drives = find_drives(circuit, input, output, vcm)
    point, _ = bias(drives, null=null, target=target)
    elements = small_signal(point)
    mirror = find_mirror(drives.circuit, drives.sources, drives.output)
    mirrored = {a: b for a, b in mirror.devices.items() if a != b and b} if mirror else {}
    images = {a: b for a, b in twins(elements).items() if a not in mirrored and b not in mirrored} | mirrored
    complete = mirror is not None and mirror.complete
    return Setting(drives, point, elements, mirror, images, unknown_pairs(elements, mirror) if complete else ())


def run(
    circuit: Circuit,
    input: Sequence[str] | None,
    output: Sequence[str] | None,
    of: str,
    error: Any,
    band: Any,
    matched: bool,
    first_order: bool,
    exact: bool,
    in_terms: str | None,
    latex: bool,
    vcm: float | None,
    null: bool,
    target: float | None,
    validity: bool,
) -> Formula:
    """The formula of one gain at the operating point."""
    of = of.replace("-", "_")
    if matched + first_order + exact > 1:
        raise OptionError("--matched, --first-order and --exact exclude each other")
    at = setting(circuit, input, output, vcm, null, target)
    allowed, band_hz = share_of(error), band_of(band)
    gain_of(at.drives, of)
    way = "matched" if matched else "first-order" if first_order else "exact" if exact else None
    if of == "cmrr":
        unwanted = "common" if at.drives.single_ended else "common_to_differential"
        wanted = _answer(at, "differential", way if way == "exact" else "matched", allowed / 2, band_hz)[0]
        other, used = _answer(at, unwanted, way, allowed / 2, band_hz)
        if other.transfer.is_zero:
            raise OptionError(
                "the rejection is limited by symmetry alone: the gain that spoils it is zero",
                hint="leave --exact and --matched out: mismatch to first order gives a formula",
            )
        answer = quotient_answer(wanted, other, 0.0 if way == "exact" else allowed)
    else:
        answer, used = _answer(at, of, way, allowed, band_hz)
    if in_terms is not None:
        answer = in_terms_of(answer, at.point, in_terms)
    found = replace(_formula(at, of, answer, used, band_hz, allowed), as_latex=latex)
    if not validity:
        return found
    held = null_target(at.drives, target) if null else None
    errors, notes = errors_away(Conditions(at.drives, at.point, of, answer, held))
    return replace(found, validity=errors, notes=(*found.notes, *notes))


def _answer(at: Setting, of: str, way: str | None, allowed: float, band_hz: tuple[float, float]) -> tuple[Answer, str]:
    """The answer and the way that it was found: matched where nothing is said, except for conversions."""
    question = at.question(of, band_hz)
    converts = of in ("common_to_differential", "differential_to_common")
    if way is None:
        way = "first-order" if converts and at.pairs else "matched"
    if way == "first-order" and not converts:
        way = "matched"  # to first order, equal and opposite differences leave the gains within a mode as they are
    frequencies = np.unique(np.array(band_hz))
    _, floor = mode_gains(at.drives, at.point, frequencies)
    if way != "first-order" and is_zero(question, floor):
        return zero_answer(question), way
    if way == "exact":
        answer = exact_answer(question)
        if answer.transfer.terms > READABLE:
            raise AnalysisError(
                f"the exact formula has {answer.transfer.terms} terms: nobody would read it",
                hint="allow an error, as in --error 1%, in place of --exact",
            )
        return answer, way
    answer = first_order_answer(question, allowed) if way == "first-order" else matched_answer(question, allowed)
    s = 2j * np.pi * frequencies
    if not answer.transfer.is_zero and not np.all(np.abs(answer.transfer.at(answer.values, s)) > 0.0):
        raise AnalysisError(
            f"{of.replace('_', ' ')}: what contributes cancels to zero on this band, and no relative error can be held",
            hint="give the parts of the pairs unequal values in the netlist, or ask for another band",
        )
    return answer, way


def _formula(at: Setting, of: str, answer: Answer, way: str, band_hz: tuple[float, float], allowed: float) -> Formula:
    names = labels(answer.symbols.values())
    writer = Writer(answer.symbols, names)
    expression = writer.write(answer.transfer)
    value = answer.transfer.at(answer.values, np.array([2j * np.pi * band_hz[0]]))[0]
    letters = SINGLE_ENDED if at.drives.single_ended else LETTERS
    output = " - ".join(f"v({node})" for node in at.drives.output)
    return Formula(
        of,
        letters[of],
        output,
        text(expression),
        latex_text(expression),
        _symbol_values(answer, names),
        float(value.real if band_hz[0] == 0.0 else abs(value)),
        answer.error_bound,
        answer.error_sampled,
        band_hz,
        answer.transfer.terms,
        answer.transfer.counts,
        answer.transfer.counts_expanded,
        answer.terms_exact,
        answer.cancellation,
        _roots(answer, writer) if band_hz[1] > 0.0 else (),
        way,
        expression,
        _curves(answer),
        notes=_notes(answer, allowed),
    )


def _roots(answer: Answer, writer: Writer) -> tuple[RootFormula, ...]:
    return tuple(
        RootFormula(r.kind, text(r.expression), latex_text(r.expression), r.value / (2.0 * math.pi), r.error)
        for r in roots(answer.transfer, answer.values, writer, answer.at.exact)
    )


def _symbol_values(answer: Answer, names: Mapping[str, Label]) -> dict[str, SymbolValue]:
    """The symbols that the formula uses, by what is printed."""
    found: dict[str, SymbolValue] = {}
    for key in answer.transfer.used():
        symbol = answer.symbols[key]
        if symbol.base is None:
            label = names[key]
            device = enumerated(symbol.device.split("+"))
            meaning = symbol.meaning if device in symbol.meaning or not device else f"{symbol.meaning} of {device}"
            found[label.text] = SymbolValue(meaning, symbol.shown_value, symbol.unit, label.latex)
            continue
        base, label = answer.symbols[symbol.base], names[symbol.base]
        difference = Label(f"Δ{label.head}", label.sub)
        first, second = symbol.device.split("+")
        value = -symbol.value / base.value**2 if base.shown else symbol.value
        meaning = f"difference of {label.text}, {first} minus {second}"
        found[difference.text] = SymbolValue(meaning, value, symbol.unit, difference.latex)
        found.setdefault(label.text, SymbolValue(base.meaning, base.shown_value, base.unit, label.latex))
    return dict(sorted(found.items()))


def _curves(answer: Answer) -> Curves | None:
    """The gain of circuit and formula over the band; None at a single frequency."""
    order = np.argsort(answer.at.s.imag)
    s = answer.at.s[order]
    if len(s) < 3 or answer.transfer.is_zero:
        return None
    return Curves(s.imag / (2.0 * np.pi), answer.at.wanted[order], answer.transfer.at(answer.values, s))


def _notes(answer: Answer, allowed: float) -> tuple[str, ...]:
    notes = []
    if answer.transfer.is_zero:
        notes.append("zero by symmetry: only mismatch gives it a value (--first-order)")
    if answer.nominal:
        notes.append(
            "the circuit is symmetric: to rank terms, every pair was taken to differ by 1 %, and value and error hold "
            "for that; the formula is exact to first order in the differences but for what the error allows"
        )
    if answer.error_bound is None:
        notes.append("the error could not be proven on the band: the figure is the largest of many frequencies")
    if answer.error_sampled > allowed:
        notes.append("the error is larger than allowed: the substitution of bias expressions adds to it")
    if answer.cancellation > 10.0:
        notes.append(
            f"terms cancel to 1/{answer.cancellation:.3g} of their size: the formula is only as exact as its values"
        )
    if any("#late" in u for u in answer.unknowns):
        notes.append("excess phase is counted as a pole and a zero (Padé): good up to a tenth of 1/(2*pi*delay)")
    return tuple(notes)


ANALYSIS = Analysis(
    "formula",
    "The formula of a gain in symbols, short, with a proven bound on its error",
    run,
    Formula,
    (
        *INPUT_OPTIONS,
        Option("of", "word", "GAIN", f"which gain: {', '.join(GAINS)}", "differential"),
        Option("error", "word", "SHARE", "relative error that may be made for a shorter formula: 10% or 0.1", "10%"),
        Option("band", "word", "RANGE", "where the error is bounded: low:high in Hz, or one frequency", "0"),
        Option("matched", "flag", "", "matched devices share symbols; a conversion between modes is then zero", False),
        Option("first_order", "flag", "", "keep what is linear in the differences of matched devices", False),
        Option("exact", "flag", "", "leave nothing out", False),
        Option("in_terms", "word", "WHAT", f"{BIAS}: g_m by bias currents; {BETA}: g_m as β/r_π", None),
        Option("latex", "flag", "", "print the formulas as LaTeX", False),
        *NULL_OPTIONS,
        Option("validity", "flag", "", "errors over mismatch, temperature and common-mode level as well", False),
    ),
)
