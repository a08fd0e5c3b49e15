"""An answer in symbols written down: text, LaTeX, the meaning and value of every symbol, poles and zeros, notes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from longtail.analyses.formula.result import Formula, GainCurves, RootFormula, SymbolValue
from longtail.analyses.formula.setting import Setting
from longtail.merits.gains import symbols
from longtail.merits.reasons import Cause
from longtail.remarks import warning
from longtail.symbolic.circuit.names import Label, enumerated, labels
from longtail.symbolic.shorter.answer import Answer
from longtail.symbolic.writing.display import Writer
from longtail.symbolic.writing.expression import latex_text, text
from longtail.symbolic.writing.mathml import equation
from longtail.symbolic.writing.poles import roots


def written(at: Setting, of: str, answer: Answer, way: str, band_hz: tuple[float, float], allowed: float) -> Formula:
    """The formula of a gain from its answer, which was found in some way within the error allowed on a band in Hz."""
    names = labels(answer.symbols.values())
    writer = Writer(answer.symbols, names)
    expression = writer.write(answer.transfer)
    value = answer.transfer.at(answer.values, np.array([2j * np.pi * band_hz[0]]))[0]
    letters = symbols(at.drives.single_ended)
    return Formula(
        of,
        letters[of],
        _output(at.drives.output, of),
        text(expression),
        latex_text(expression),
        equation(letters[of], expression),
        _symbol_values(answer, names),
        math.copysign(abs(value), value.real),
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
        at.drives.hot,
        at.drives.output,
        notes=(*_notes(at, of, answer, band_hz, allowed), *at.notes),
    )


def _output(nodes: Sequence[str], of: str) -> str:
    """The output mode that a gain leads to."""
    volts = [f"v({node})" for node in nodes]
    if of in ("common", "differential_to_common") and len(volts) == 2:
        return f"({' + '.join(volts)})/2"
    return " - ".join(volts)


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


def _curves(answer: Answer) -> GainCurves | None:
    """The gain of circuit and formula over the band; None at a single frequency."""
    order = np.argsort(answer.at.s.imag)
    s = answer.at.s[order]
    if len(s) < 3 or answer.transfer.is_zero:
        return None
    return GainCurves(s.imag / (2.0 * np.pi), answer.at.wanted[order], answer.transfer.at(answer.values, s))


_MORE = {Cause.SYMMETRY: ": only mismatch gives it a value (--first-order)", Cause.NO_PATH: " (--band)"}


def _notes(at: Setting, of: str, answer: Answer, band_hz: tuple[float, float], allowed: float) -> tuple[str, ...]:
    notes = []
    if answer.transfer.is_zero:
        why = at.why_zero(of, band_hz[0])
        notes.append(why.gain + _MORE.get(why.cause, ""))
    if answer.nominal:
        notes.append(
            "the circuit is symmetric: to rank terms, every pair was taken to differ by 1 %, and value and error hold "
            "for that; the formula is exact to first order in the differences but for what the error allows"
        )
    if answer.ideal:
        notes.append(
            f"taken as ideal, with no voltage between the inputs and no current into them: {enumerated(answer.ideal)}; "
            "the error includes that"
        )
    if answer.error_bound is None:
        how = "the figure is the largest of many frequencies"
        notes.append(warning(f"the error could not be proven on the band: {how}"))
    if answer.error_sampled > allowed:
        notes.append(warning("the error is larger than allowed: the substitution of bias expressions adds to it"))
    if answer.cancellation > 10.0:
        notes.append(
            f"terms cancel to 1/{answer.cancellation:.3g} of their size: the formula is only as exact as its values"
        )
    late = [u for u in answer.unknowns if "#late" in u]
    if late:
        what = "the delay of a line" if all(u.startswith("t") for u in late) else "excess phase"
        notes.append(f"{what} is counted as a pole and a zero (Padé): good up to a tenth of 1/(2*pi*delay)")
    return tuple(notes)
