"""The shortest formula found for a gain, with its error proven: which symbols are shared, what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from longtail.errors import AnalysisError
from longtail.hints import said
from longtail.symbolic.algebra.equations import OUTPUT, SymbolicEquations
from longtail.symbolic.algebra.gain import Gain, Pairs, first_order_equations, gain_equations
from longtail.symbolic.algebra.minors import TooLargeError
from longtail.symbolic.algebra.reference import dense
from longtail.symbolic.algebra.transfer import RationalTransfer, Ring, arrays, expand, transfer
from longtail.symbolic.circuit.elements import SmallSignal, Symbol
from longtail.symbolic.circuit.names import mismatched, share
from longtail.symbolic.circuit.nullors import Nullor
from longtail.symbolic.circuit.twins import one_current
from longtail.symbolic.shorter.approximate import (
    Band,
    Reference,
    error_bound,
    frequencies,
    proven,
    reference,
    sampled_error,
    shorten,
)
from longtail.symbolic.shorter.held import as_held
from longtail.symbolic.shorter.pruning import prune

_SAME = 1e-10  # relative: what --exact takes as one value
_LARGE = 40  # equations from which on one way is enough, and no exact formula is tried
_NOMINAL = 0.01  # relative difference that stands for mismatch where the circuit has none
_CANCELS = 1e-6  # of the largest contribution: a sum of contributions that is less hangs on what nobody knows
_MARGIN = 0.998
_IDEAL = 0.5  # of the error: for amplifiers that are taken as ideal


@dataclass(frozen=True)
class Question:
    """A gain of a circuit. `images` are matched devices, `pairs` the unknowns that the mirror exchanges."""

    circuit: SmallSignal
    gain: Gain
    images: Mapping[str, str]
    pairs: Pairs
    band_hz: Band

    @property
    def is_static(self) -> bool:
        """Whether the gain is asked for at 0 Hz alone."""
        return self.band_hz[1] == 0.0


@dataclass(frozen=True)
class Answer:
    """A transfer with its symbols, and how far it is from the circuit.

    error_bound    proven on the band; None where no proof succeeded; 0 for an exact formula
    error_sampled  largest relative error at many frequencies of the band
    terms_exact    terms of the exact formula; None where it is too large to write down
    unknowns       of the circuit that the formula is for
    nominal        True: the circuit is symmetric, and every difference was taken for 1 % to rank terms
    ideal          the subcircuits that were taken as amplifiers of infinite gain
    """

    transfer: RationalTransfer
    symbols: Mapping[str, Symbol]
    error_bound: float | None
    error_sampled: float
    terms_exact: int | None
    at: Reference
    nominal: bool = False
    unknowns: tuple[str, ...] = ()
    ideal: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, float]:
        return {key: s.value for key, s in self.symbols.items()}

    @property
    def cancellation(self) -> float:
        """How much larger the terms of a factor are than their sum, at the low end of the band; the worst factor."""
        numbers = np.array([self.values[key] for key in self.transfer.ring.keys])
        worst = 1.0
        for f, _ in (*self.transfer.numerator, *self.transfer.denominator):
            exponents, coefficients = arrays(f)
            low = exponents[:, -1] == exponents[:, -1].min()
            sizes = (coefficients * np.prod(numbers[None, :] ** exponents[:, :-1], axis=1))[low]
            worst = max(worst, float(np.abs(sizes).sum() / abs(sizes.sum())))
        return worst


def is_zero(question: Question, floor: NDArray[np.float64]) -> bool:
    """Whether the gain is no more than rounding, `floor` over the frequencies of the band."""
    system = gain_equations(question.circuit, question.gain, question.pairs)
    if OUTPUT not in system.unknowns:
        return True
    values = {key: s.value for key, s in question.circuit.symbols.items()}
    gain = dense(system, values).at(frequencies(question.band_hz)) * float(question.gain.scale)
    return bool((np.abs(gain) <= floor.max()).all())


def zero_answer(question: Question) -> Answer:
    """A gain that is zero."""
    system = gain_equations(question.circuit, question.gain, question.pairs)
    ring = Ring.of(())
    at = reference(system, question) if OUTPUT in system.unknowns else Reference.none(question.gain, question.band_hz)
    return Answer(RationalTransfer(ring, Fraction(0), (), ()), {}, 0.0, 0.0, 0, at)


def exact_answer(question: Question) -> Answer:
    """The gain with nothing left out that counts on the band, symbols shared where the values are one.

    Raises `TooLargeError`.
    """
    circuit = share(question.circuit, question.images, _SAME)
    system = gain_equations(circuit, question.gain, question.pairs, static=question.is_static)
    ring, numerator, denominator = expand(system)
    found = transfer(ring, question.gain.scale, numerator, denominator)
    at = reference(gain_equations(question.circuit, question.gain, question.pairs), question)
    # the same from the equations with shared symbols: what the formula is worth, without adding up its terms
    shared = reference(system, replace(question, circuit=circuit))
    sampled = float(np.abs(shared.wanted[: len(at.wanted)] / at.wanted[: len(shared.wanted)] - 1.0).max())
    bound = proven(at, shared.exact, sampled)
    return Answer(
        found, circuit.symbols, bound, sampled, len(numerator) + len(denominator), at, False, circuit.unknowns
    )


def matched_answer(question: Question, error: float) -> Answer:
    """The shortest formula within an error, matched devices sharing symbols."""
    system = gain_equations(question.circuit, question.gain, question.pairs)
    at = reference(system, question)
    ideal, pairs = question.circuit, question.pairs
    nullors: tuple[Nullor, ...] = ()
    if len(system.rows) > _LARGE:
        ideal, pairs, nullors = as_held(ideal, question.gain, pairs, at.s, at.wanted, _IDEAL * error)
    best: Answer | None = None
    failure: TooLargeError | None = None
    tried: set[frozenset[str]] = set()
    for tolerance in dict.fromkeys((min(0.05, error / 2.0), min(0.01, error / 10.0), 1e-6)):
        circuit = share(ideal, question.images, tolerance)
        if frozenset(circuit.symbols) in tried:
            continue
        tried.add(frozenset(circuit.symbols))
        system = gain_equations(circuit, question.gain, pairs)
        alike = one_current(circuit)
        try:
            found = shorten(system, circuit.symbols, at, error * _MARGIN, alike)
        except TooLargeError as too_large:
            failure = too_large
            if len(system.rows) > _LARGE:
                break  # a finer distinction of symbols makes it longer still
            continue
        if found is not None and (best is None or found.terms < best.transfer.terms):
            symbols = {s.key: s for s in alike.values() if s.key in found.ring.keys}
            best = replace(
                _answer(found, replace(circuit, symbols={**circuit.symbols, **symbols}), at),
                ideal=tuple(n.path for n in nullors),
            )
        if best is not None and len(system.rows) > _LARGE:
            break
    if best is None:
        raise failure or AnalysisError(
            "no formula within this error was found", hint=said("allow a larger {error}", error=None)
        )
    return replace(best, terms_exact=_exact_terms(question))


def first_order_answer(question: Question, error: float) -> Answer:
    """A conversion between modes to first order in the differences of matched devices."""
    if not question.pairs:
        raise AnalysisError(
            "mismatch to first order needs a circuit with a mirror image",
            hint=said(
                "'half' shows where the image ends; without {first_order} the formula is there", first_order=True
            ),
        )
    circuit = mismatched(question.circuit, question.images)
    system = first_order_equations(circuit, question.gain, question.pairs)
    # differences within a mode, of the devices of a bias mirror for one, convert nothing and are not among them
    used = {key for row in system.rows for e in row.values() for key, _ in e if key is not None}
    differences = [s for s in circuit.symbols.values() if s.base is not None and s.key in used]
    nominal = all(abs(s.value) <= 1e-9 * abs(circuit.symbols[s.base].value) for s in differences if s.base)
    if nominal:
        symbols = dict(circuit.symbols)
        for s in differences:
            base = symbols[s.base or ""]
            symbols[s.key] = replace(s, value=_NOMINAL * base.value * (-1.0 if base.shown else 1.0))
        circuit = replace(circuit, symbols=symbols)
    if nominal:
        at = reference(system, replace(question, circuit=circuit))
        if _cancels(system, circuit, {s.key for s in differences}, at):
            raise AnalysisError(
                f"{question.gain.name.replace('_', ' ')}: what contributes cancels to zero on this band, and no "
                "relative error can be held",
                hint="give the parts of the pairs unequal values in the netlist, or ask for another band",
            )
    else:
        at = reference(gain_equations(question.circuit, question.gain, question.pairs), question)
    found = shorten(system, circuit.symbols, at, error * _MARGIN)
    if found is None:
        raise AnalysisError(
            "to first order in the differences, no formula comes within this error of the circuit",
            hint=said("allow a larger {error}, or leave {first_order} out", error=None, first_order=None),
        )
    return replace(_answer(found, circuit, at), nominal=nominal)


def _cancels(system: SymbolicEquations, circuit: SmallSignal, differences: set[str], at: Reference) -> bool:
    """Whether what the single differences do, each alone, adds up to next to nothing at an end of the band."""
    values = {key: s.value for key, s in circuit.symbols.items()}
    s = 2j * np.pi * np.unique(at.band_hz)
    nothing = dict.fromkeys(differences, 0.0)
    alone = [dense(system, {**values, **nothing, key: values[key]}).at(s) for key in sorted(differences)]
    largest = np.abs(np.reshape(alone, (-1, len(s)))).max(axis=0, initial=0.0)
    whole = np.abs(at.exact.at(s))  # where it is zero for good, nothing contributes
    return bool(((whole > 0.0) & (whole <= _CANCELS * float(at.gain.scale) * largest)).any())


def quotient_answer(wanted: Answer, unwanted: Answer, error: float) -> Answer:
    """The quotient of two gains of one circuit, what their errors leave of `error` used to make it shorter still.

    An error of zero leaves it as it is.
    """
    ring = wanted.transfer.ring.joined(unwanted.transfer.ring)
    (a, b), (c, d) = (tuple(ring.taken(p, x.transfer.ring) for p in x.transfer.expanded()) for x in (wanted, unwanted))
    scale = wanted.transfer.scale / unwanted.transfer.scale
    found = transfer(ring, scale, a * d, b * c)
    symbols = {**unwanted.symbols, **wanted.symbols}
    values = {key: s.value for key, s in symbols.items()}
    at = wanted.at.over(unwanted.at)
    if error:
        found = prune(found, values, at.s, at.wanted, error * _MARGIN)
    sampled = sampled_error(found, values, at)
    known = wanted.terms_exact is not None and unwanted.terms_exact is not None
    terms = (wanted.terms_exact or 0) + (unwanted.terms_exact or 0) if known else None
    bound = error_bound(found, values, at, sampled)
    ideal = tuple(dict.fromkeys((*wanted.ideal, *unwanted.ideal)))
    return Answer(found, symbols, bound, sampled, terms, at, unwanted.nominal, wanted.unknowns, ideal)


def _answer(found: RationalTransfer, circuit: SmallSignal, at: Reference) -> Answer:
    values = {key: s.value for key, s in circuit.symbols.items()}
    sampled = sampled_error(found, values, at)
    bound = error_bound(found, values, at, sampled)
    return Answer(found, circuit.symbols, bound, sampled, None, at, unknowns=circuit.unknowns)


def _exact_terms(question: Question) -> int | None:
    circuit = share(question.circuit, question.images)
    system = gain_equations(circuit, question.gain, question.pairs, static=question.is_static)
    if len(system.rows) > _LARGE:
        return None
    try:
        _, n, d = expand(system)
    except TooLargeError:
        return None
    return len(n) + len(d)
