"""The gain formulas of a circuit: exact, or shortened with a proven bound on the error.

The small-signal circuit is written in symbols from the operating point: every device as named elements, g_m, r_o,
r_pi, capacitances, which add up to the very equations that the other analyses solve. Numerator and denominator follow
by expansion in minors. What counts little is then left out, elements first, terms afterwards, judged by the numbers
at this operating point, until the allowed error is used; and the error that is left is proven on the whole band.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from longtail.analyses.formula.result import Formula
from longtail.analyses.formula.setting import GAINS, Setting, gain_of, read_gain, setting
from longtail.analyses.formula.validity import Conditions, errors_away
from longtail.analyses.formula.writing import written
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.drive import Drive
from longtail.contract.kinds import FLAG, WORD
from longtail.contract.options import INPUT_OPTIONS, NULL_OPTIONS
from longtail.driven.mode_gains import mode_gains
from longtail.driven.nulling import nulled_to
from longtail.engine.solving.dense import one_thread
from longtail.errors import AnalysisError, OptionError
from longtail.hints import said
from longtail.merits.reasons import Cause, short
from longtail.symbolic.algebra.minors import TooLargeError
from longtail.symbolic.shorter.answer import (
    Answer,
    exact_answer,
    first_order_answer,
    is_zero,
    matched_answer,
    quotient_answer,
    zero_answer,
)
from longtail.symbolic.shorter.bias import BETA, BIAS, in_terms_of, read_terms
from longtail.symbolic.writing.words import band_of, share_of

READABLE = 1_000  # terms of a formula that is written down
_MOST = 0.9  # of the error of a quotient, for the gain that takes more elements


@dataclass(frozen=True, slots=True)
class Demand:
    """What a formula is to be: of which gain, with an `error` of how much over which `band` in Hz, in which way."""

    of: str
    error: float
    band: tuple[float, float]
    matched: bool
    first_order: bool
    exact: bool
    in_terms: str | None = None

    @property
    def way(self) -> str | None:
        """How it is found, in a word; None where nothing is said. Raises `OptionError` for two ways at once."""
        if self.matched + self.first_order + self.exact > 1:
            text = "{matched}, {first_order} and {exact} exclude each other"
            raise OptionError(said(text, matched=None, first_order=None, exact=None))
        return "matched" if self.matched else "first-order" if self.first_order else "exact" if self.exact else None


def run(circuit: Circuit, drive: Drive, demand: Demand, latex: bool, validity: bool) -> Formula:
    """The formula of one gain at the operating point."""
    of, allowed, band_hz, way = demand.of, demand.error, demand.band, demand.way
    at = setting(circuit, drive)
    gain_of(at.drives, of)
    with one_thread():
        if of == "cmrr":
            answer, used = _rejection(at, way, allowed, band_hz)
        else:
            answer, used = _answer(at, of, way, allowed, band_hz)
    if demand.in_terms is not None:
        answer = in_terms_of(answer, at.point, demand.in_terms)
    found = replace(written(at, of, answer, used, band_hz, allowed), as_latex=latex)
    if not validity:
        return found
    errors, notes = errors_away(Conditions(at.drives, at.point, of, answer, nulled_to(at.drives, drive)))
    return replace(found, validity=errors, notes=(*found.notes, *notes))


def _rejection(at: Setting, way: str | None, allowed: float, band_hz: tuple[float, float]) -> tuple[Answer, str]:
    """The quotient of the wanted gain and the one that spoils it, and the way that the latter was found.

    Each has half of the error; where that makes a formula too long, the unwanted gain, which takes more elements, has
    most of it, and the wanted one what is left: (1 + e_1)/(1 + e_2) - 1 is at most (e_1 + e_2)/(1 - e_2).
    """
    unwanted = "common" if at.drives.single_ended else "common_to_differential"
    direct = way if way == "exact" else "matched"
    wanted = _answer(at, "differential", direct, allowed / 2, band_hz)[0]
    try:
        other, used = _answer(at, unwanted, way, allowed / 2, band_hz)
    except TooLargeError:
        if way == "exact":
            raise
        other, used = _answer(at, unwanted, way, _MOST * allowed, band_hz)
        left = allowed * (1.0 - other.error_sampled) - other.error_sampled
        wanted = _answer(at, "differential", direct, left, band_hz)[0]
    if wanted.transfer.is_zero:
        raise OptionError(f"there is nothing to reject by: the gain is {at.why_zero('differential', band_hz[0]).gain}")
    if other.transfer.is_zero:
        why = at.why_zero(unwanted, band_hz[0])
        symmetric = why.cause is Cause.SYMMETRY
        raise OptionError(
            f"the rejection is {short(why.rejection)} alone: the gain that spoils it is zero",
            hint=said(
                "leave {exact} and {matched} out: mismatch to first order gives a formula", exact=None, matched=None
            )
            if symmetric
            else why.gain,
        )
    return quotient_answer(wanted, other, 0.0 if way == "exact" else allowed), used


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
                hint=said("allow an error, as in {error}, in place of {exact}", error="1%", exact=True),
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


DEMAND_OPTIONS = (
    Option("of", WORD, "GAIN", f"which gain: {', '.join(GAINS)}", "differential", reads=read_gain),
    Option(
        "error",
        WORD,
        "SHARE",
        "relative error that may be made for a shorter formula: 10% or 0.1",
        "10%",
        reads=share_of,
    ),
    Option("band", WORD, "RANGE", "where the error is bounded: low:high in Hz, or one frequency", "0", reads=band_of),
    Option("matched", FLAG, "", "matched devices share symbols; a conversion between modes is then zero", False),
    Option("first_order", FLAG, "", "keep what is linear in the differences of matched devices", False),
    Option("exact", FLAG, "", "leave nothing out", False),
    Option(
        "in_terms",
        WORD,
        "WHAT",
        f"{BIAS}: g_m by bias currents; {BETA}: g_m as β/r_π",
        reads=read_terms,
        otherwise="g_m stays",
    ),
)

ANALYSIS = Analysis(
    "formula",
    "The formula of a gain in symbols, short, with a proven bound on its error",
    run,
    Formula,
    (
        *INPUT_OPTIONS,
        *(replace(option, group=Demand) for option in DEMAND_OPTIONS),
        Option("latex", FLAG, "", "print the formulas as LaTeX", False),
        *NULL_OPTIONS,
        Option("validity", FLAG, "", "errors over mismatch, temperature and common-mode level as well", False),
    ),
)
