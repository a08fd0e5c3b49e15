"""The derivation of a circuit's gains, step by step: small-signal circuit, currents, the two halves, the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from longtail.analyses.formula.setting import Setting, gain_of, setting
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.kinds import FLAG, NUMBER, WORD
from longtail.contract.options import INPUT_OPTIONS, NULL_OPTIONS
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.driven.mode_gains import PLACES, mode_gains
from longtail.errors import AnalysisError, UnsupportedError
from longtail.hints import said
from longtail.merits.gains import symbols
from longtail.merits.reasons import Cause, Reason
from longtail.symbolic.algebra.gain import Gain, Pairs, gain_equations
from longtail.symbolic.algebra.reference import dense
from longtail.symbolic.algebra.transfer import Complex
from longtail.symbolic.circuit.elements import SmallSignal, Symbol
from longtail.symbolic.circuit.names import Label, enumerated, labels, share
from longtail.symbolic.circuit.nullors import Nullor
from longtail.symbolic.shorter.held import as_held, error_with
from longtail.symbolic.shorter.pruning import prune
from longtail.symbolic.shorter.reduced import ELSEWHERE, Reduced, reduce_circuit
from longtail.symbolic.writing.derivation import (
    Deriver,
    Equation,
    Step,
    WrittenEquation,
    element_lines,
    gain_left,
    solved,
)
from longtail.symbolic.writing.expression import SymbolName
from longtail.symbolic.writing.words import share_of
from longtail.units import counted, format_si

_ELEMENT = ("symbol", "where", "meaning", "value")
_PARTS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.0)  # of the error, for what is left out
_LARGE = 60  # unknowns from which on there is one try
_MOST = 0.5  # of a gain: what hangs on differences of matched devices cannot be told with one symbol for both
_READABLE = 300  # terms of a gain that is written with all of them
_FEW = 40  # elements beside ideal amplifiers up to which there are several
_IDEAL = 0.5  # of the error: for amplifiers that are taken as ideal
_TOLERANCE = 0.05  # relative: values of matched devices that share a symbol


@dataclass(frozen=True, eq=False, repr=False)
class Derivation(AtOutput, Result):
    """Steps, each with a title, a reason and equations; `elements` are (symbol, where it stands, meaning, value)."""

    analysis: ClassVar[str] = "derive"
    view: ClassVar[str] = "derive"

    title: str
    steps: tuple[Step, ...]
    elements: tuple[tuple[str, str, str, str], ...]
    left_out: tuple[str, ...]
    independent: tuple[str, ...]
    input: tuple[str, ...]
    output: tuple[str, ...]
    as_latex: bool = False
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<derivation of {self.title}: {counted(len(self.steps), 'step')}>"

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                "title": self.title,
                **ports(self.input, self.output),
                "elements": [dict(zip(_ELEMENT, each, strict=True)) for each in self.elements],
                "steps": self.steps,
                "left_out": self.left_out,
                "differential_independent_of": self.independent,
                "as_latex": self.as_latex,
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Derivation:
        elements = [[each[name] for name in _ELEMENT] for each in entries["elements"]]
        independent = entries["differential_independent_of"]
        return super().from_dict({**entries, "elements": elements, "independent": independent})

    def to_text(self) -> str:
        """The derivation in Markdown, its equations as text, or as LaTeX where that was asked for."""
        lines = [f"# {self.title}", "", "## Small-signal circuit", ""]
        lines += ["| symbol | where | meaning | value |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(e)} |" for e in self.elements]
        if self.left_out:
            lines += ["", f"Left out, since it changes no gain by more than allowed: {', '.join(self.left_out)}."]
        for number, step in enumerate(self.steps, start=1):
            lines += ["", f"## {number}. {step.title}", ""]
            lines += [step.why, ""] if step.why else []
            lines += [self._line(e) for e in step.equations]
        lines += [f"\n{note}" for note in self.notes]
        return "\n".join(lines) + "\n"

    def _line(self, e: Equation | WrittenEquation) -> str:
        return f"$$ {e.latex} $$  % {e.name}" if self.as_latex else f"- {e.name}: `{e.text}`"


def run(circuit: Circuit, drive: Drive, error: float, frequency: float, latex: bool) -> Derivation:
    """Derive the differential and the common-mode gain, those of them that are not zero."""
    at = setting(circuit, drive)
    _check(at)
    wanted, zero = _derivable(at, frequency)
    shared, unequal = _shared(at, wanted, error, frequency)
    task = _derived(shared, wanted, at, error, frequency)
    reduced = _reduced(task, at, error, frequency)
    names = labels(reduced.circuit.symbols.values())
    deriver = Deriver(reduced, names, task.pairs)
    steps = [deriver.laws(), *(found for found in (deriver.held(), deriver.branches()) if found.equations)]
    letters = symbols(at.drives.single_ended)
    independent: list[str] = []
    for gain, exact in zip(task.gains, task.exact, strict=True):
        if at.pairs:
            cancelled = deriver.cancellation()
            steps += [cancelled] if gain.name == "differential" and cancelled.equations else []
            steps.append(deriver.mode(gain.name))
        step, used = _result(reduced, gain, exact, at, deriver, letters[gain.name], (frequency, error))
        steps.append(step)
        if gain.name == "differential":
            independent = [names[key].text for key in reduced.circuit.symbols if key not in used]
    return Derivation(
        at.drives.circuit.title,
        tuple(steps),
        (*(_element(*line) for line in element_lines(reduced, names)), *(_amplifier(n) for n in reduced.nullors)),
        _left_out(task.circuit.symbols, reduced),
        tuple(independent),
        at.drives.hot,
        at.drives.output,
        latex,
        (*_notes(independent, at), *unequal, *zero, *task.notes, *at.notes),
    )


def _check(at: Setting) -> None:
    """Raise `UnsupportedError` for what the steps cannot show."""
    for instance in at.drives.circuit.instances.values():
        if instance.expression is not None:
            raise UnsupportedError(
                f"derive writes linear elements by name, and {instance.name} is a law",
                span=instance.span,
                hint="longtail formula gives the result for this circuit",
            )


def _derivable(at: Setting, frequency_hz: float) -> tuple[list[Gain], tuple[str, ...]]:
    """The gains that are not zero, and what to say of one that is: it has no derivation.

    Raises `AnalysisError`, with the reason, where both are zero.
    """
    matrix, floor = mode_gains(at.drives, at.point, np.array([frequency_hz]))
    letters = symbols(at.drives.single_ended)
    wanted: list[Gain] = []
    zero: list[tuple[str, Reason]] = []
    for name in ("differential", "common"):
        out, into = PLACES[name]
        if abs(matrix[0, 0 if at.drives.single_ended else out, into]) <= floor[0]:
            zero.append((letters[name], at.why_zero(name, frequency_hz)))
        else:
            wanted.append(gain_of(at.drives, name))
    if not wanted:
        letter, why = zero[0]
        raise AnalysisError(
            f"there is nothing to derive: {letter} is {why.gain}",
            hint=ELSEWHERE if why.cause is Cause.NO_PATH else None,
        )
    return wanted, tuple(f"There is nothing to derive for {letter}: it is {why.gain}." for letter, why in zero)


def _shared(
    at: Setting, wanted: Sequence[Gain], error: float, frequency_hz: float
) -> tuple[SmallSignal, tuple[str, ...]]:
    """The circuit with one symbol for matched devices, and what to say of a gain that shows where these differ.

    Where most of a gain is such a difference, devices of unequal values have symbols of their own. In a circuit that
    is its own mirror image a gain within a mode shows no difference to first order.
    """
    shared = share(at.circuit, at.images, _TOLERANCE)
    if at.pairs:
        return shared, ()
    means, own = (_gains(circuit, wanted, at, frequency_hz) for circuit in (shared, at.circuit))
    away = [float(np.abs(one / other - 1.0).max()) for one, other in zip(means, own, strict=True)]
    if max(away) > _MOST:
        return share(at.circuit, at.images), ()
    letters = symbols(at.drives.single_ended)
    return shared, tuple(
        f"{letters[gain.name]} is that of matched devices with equal values, {abs(one[0]):.4g} in magnitude; with the "
        f"values of each it is {abs(other[0]):.4g}."
        for gain, one, other, by in zip(wanted, means, own, away, strict=True)
        if by > error
    )


def _gains(circuit: SmallSignal, wanted: Sequence[Gain], at: Setting, frequency_hz: float) -> list[Complex]:
    """Gains in numbers at a frequency."""
    s = np.array([2j * np.pi * frequency_hz])
    values = {key: x.value for key, x in circuit.symbols.items()}
    return [float(gain.scale) * dense(gain_equations(circuit, gain, at.pairs), values).at(s) for gain in wanted]


@dataclass(frozen=True)
class _Derived:
    """What is derived from which circuit: `exact` are the gains in numbers, `notes` tell of those that are not."""

    circuit: SmallSignal
    pairs: Pairs
    gains: Sequence[Gain]
    exact: Sequence[Complex]
    nullors: tuple[Nullor, ...] = ()
    notes: tuple[str, ...] = ()


def _derived(shared: SmallSignal, wanted: Sequence[Gain], at: Setting, error: float, frequency_hz: float) -> _Derived:
    """The circuit that the steps are for: of a large one, with the amplifiers ideal that may be so.

    A gain that is what these amplifiers lack of ideal ones is not derived with them as such.
    """
    exact = _gains(shared, wanted, at, frequency_hz)
    s = np.array([2j * np.pi * frequency_hz])
    if len(shared.unknowns) <= _LARGE:
        return _Derived(shared, at.pairs, wanted, exact)
    ideal, pairs, nullors = as_held(shared, wanted[0], at.pairs, s, exact[0], _IDEAL * error)
    if not nullors:
        return _Derived(shared, at.pairs, wanted, exact)
    near = [error_with(shared, gain, nullors, s, value) <= error for gain, value in zip(wanted, exact, strict=True)]
    letters, names = symbols(at.drives.single_ended), enumerated([n.path for n in nullors])
    notes = [
        f"{letters[gain.name]}, {abs(value[0]):.4g} in magnitude, is what {names} "
        f"{'lacks of an ideal amplifier' if len(nullors) == 1 else 'lack of ideal amplifiers'}, and is not derived: "
        f"'formula' of the {gain.name} gain tells which elements make it."
        for gain, value, kept in zip(wanted, exact, near, strict=True)
        if not kept
    ]
    gains = [gain for gain, kept in zip(wanted, near, strict=True) if kept]
    return _Derived(
        ideal, pairs, gains, [x for x, kept in zip(exact, near, strict=True) if kept], nullors, tuple(notes)
    )


def _reduced(task: _Derived, at: Setting, error: float, frequency_hz: float) -> Reduced:
    """The circuit with what matters for its gains, less left out where the gains together need more than each alone."""
    s = np.array([2j * np.pi * frequency_hz])
    small = len(task.circuit.symbols) <= _FEW if task.nullors else len(task.circuit.unknowns) <= _LARGE
    for part in _PARTS if small else _PARTS[:1]:
        found = reduce_circuit(task.circuit, task.gains, task.pairs, at.drives.hot, part * error, frequency_hz)
        left = [gain_left(found, gain, s) for gain in task.gains]
        if all(_is_near(one, other, error) for one, other in zip(left, task.exact, strict=True)):
            break
    return replace(found, nullors=task.nullors)


def _is_near(value: Complex, wanted: Complex, error: float) -> bool:
    """Whether a gain is the one wanted: each of two gains was allowed the error once."""
    return bool(np.abs(value - wanted) <= 2.0 * error * np.abs(wanted))


def _result(
    reduced: Reduced,
    gain: Gain,
    wanted: Complex,
    at: Setting,
    deriver: Deriver,
    letter: str,
    within: tuple[float, float],
) -> tuple[Step, list[str]]:
    """The gain of the reduced circuit, as it is and without the terms that count little at the frequency.

    Raises `AnalysisError` where it is not the gain of the circuit as it is, to within the error.
    """
    found = solved(reduced, gain, list(deriver.all_pairs()) if at.pairs else [])
    values = {key: s.value for key, s in reduced.circuit.symbols.items()}
    frequency_hz, error = within
    s = np.array([2j * np.pi * frequency_hz])
    value = found.at(values, s)
    if not _is_near(value, wanted, error):
        raise AnalysisError(
            f"what was left of the circuit gives |{letter}| = {abs(value[0]):.4g}, the circuit {abs(wanted[0]):.4g}",
            hint=said("say {error} with less, or take 'formula', which bounds its error", error=None),
        )
    short = prune(found, values, s, value, error)
    head, _, tail = letter.partition("_")
    left = SymbolName(Label(head, tail))
    why = "Eliminate all voltages but those of input and output."
    if found.terms <= _READABLE or short.terms == found.terms:
        equations = [Equation(letter, left, deriver.writer.write(found))]
    else:
        equations, why = [], f"{why} What comes out has {found.terms} terms; those that count are below."
    if short.terms < found.terms:
        where = f"within {100.0 * error:.3g} % of that at {format_si(frequency_hz, 'Hz')}"
        equations.append(Equation(where, left, deriver.writer.write(short)))
    return Step(f"Solve for {letter}", why, tuple(equations)), found.used()


def _element(symbol: str, where: str, described: Symbol) -> tuple[str, str, str, str]:
    return symbol, where, described.meaning, format_si(described.shown_value, described.unit)


def _amplifier(held: Nullor) -> tuple[str, str, str, str]:
    inputs = " and ".join(held.inputs)
    return held.path, f"inputs {inputs}, output {held.output}", "amplifier of large gain", "ideal"


def _left_out(symbols: Any, reduced: Reduced) -> tuple[str, ...]:
    """Elements at zero frequency that were taken away or replaced by a wire, with their devices."""
    names = labels(symbols.values())
    dropped = [names[key].text for key in reduced.dropped if symbols[key].unit not in ("F", "H", "s")]
    return (*dropped, *(f"{names[key].text} (a wire)" for key in reduced.wired))


def _notes(independent: Sequence[str], at: Setting) -> tuple[str, ...]:
    if not at.pairs:
        return ("The circuit has no mirror image as a whole: its modes do not separate, and all equations count.",)
    if not independent:
        return ()
    return (f"The differential gain does not contain {', '.join(independent)}.",)


ANALYSIS = Analysis(
    "derive",
    "The derivation of the gains, step by step, with the names of this circuit",
    run,
    Derivation,
    (
        *INPUT_OPTIONS,
        Option(
            "error",
            WORD,
            "SHARE",
            "leave out elements that change no gain by more than this: 2% or 0.02",
            "2%",
            reads=share_of,
        ),
        Option("frequency", NUMBER, "Hz", "where the gains are judged", 0.0, low=0.0),
        Option("latex", FLAG, "", "write equations as LaTeX", False),
        *NULL_OPTIONS,
    ),
)
