"""From a circuit to a formula as short as the error allows, with the proof of its error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from longtail.errors import AnalysisError
from longtail.hints import said
from longtail.symbolic.algebra.certificate import certified
from longtail.symbolic.algebra.equations import OUTPUT, SymbolicEquations, renamed
from longtail.symbolic.algebra.gain import Gain
from longtail.symbolic.algebra.minors import TooLargeError
from longtail.symbolic.algebra.reference import Exact, as_floats, dense, exact_polynomials, normal
from longtail.symbolic.algebra.transfer import TERM_LIMIT, Complex, RationalTransfer, expand, transfer
from longtail.symbolic.circuit.elements import SmallSignal, Symbol
from longtail.symbolic.shorter.pruning import prune
from longtail.symbolic.shorter.removal import simplify

Band = tuple[float, float]  # Hz; (0, 0) is dc alone
_DENSITY = 12  # frequencies a decade at which errors are judged before they are proven
_LAST_BITS = 1e-15  # of the gain: a sampled error is rounded to them
_STEPS = (1.0 + 1e-9, 1.001, 1.01, 1.03, 1.1, 1.3)
_PARTS = (0.7, 0.95, 1.0)  # of the error for elements; all of it only where nothing else can be expanded
_LONG = 8  # terms beyond which other ways are tried as well
_LARGE = 40  # equations from which on these are too slow
EXACT_LIMIT = 60_000


class Wanted(Protocol):
    """What a reference is for."""

    @property
    def circuit(self) -> SmallSignal: ...

    @property
    def gain(self) -> Gain: ...

    @property
    def band_hz(self) -> Band: ...


@dataclass(frozen=True)
class Reference:
    """The full circuit: its gain at the frequencies where errors are judged, and as exact polynomials."""

    gain: Gain
    s: Complex
    wanted: Complex
    exact: Exact
    band_hz: Band

    @classmethod
    def none(cls, gain: Gain, band_hz: Band) -> Reference:
        """The reference of a gain that is zero by structure."""
        from flint import fmpq_poly

        s = frequencies(band_hz)
        return cls(gain, s, np.zeros_like(s), Exact(fmpq_poly([0]), fmpq_poly([1])), band_hz)

    def over(self, other: Reference) -> Reference:
        """The quotient of two gains of one circuit over one band, judged where either of them is."""
        exact = self.exact.over(other.exact)
        if np.array_equal(self.s, other.s):
            return Reference(self.gain, self.s, self.wanted / other.wanted, exact, self.band_hz)
        s = np.unique(np.concatenate([self.s, other.s]))
        return Reference(self.gain, s, exact.at(s), exact, self.band_hz)


def frequencies(band_hz: Band, density: int = _DENSITY, least: int = 40) -> Complex:
    """Points on the imaginary axis that cover a band; one alone where the band is one frequency."""
    low, high = band_hz
    if high == low:
        return np.array([2j * np.pi * high], complex)
    start = low if low > 0.0 else high * 1e-9
    count = max(least, int(np.ceil(np.log10(high / start) * density)) + 1)
    f = np.geomspace(start, high, count)
    return np.asarray(2j * np.pi * (np.concatenate([[0.0], f]) if low == 0.0 else f), complex)


def reference(system: SymbolicEquations, asked: Wanted) -> Reference:
    """The gain of the full circuit in numbers, from equations with a symbol for every device."""
    values = {key: s.value for key, s in asked.circuit.symbols.items()}
    gain, band_hz = asked.gain, asked.band_hz
    s = frequencies(band_hz)
    exact = exact_polynomials(system, values, constant=band_hz[1] == 0.0)
    if len(s) > 1:
        s = np.concatenate([s, _resonances(exact, band_hz)])
    from flint import fmpq

    scaled = Exact(exact.numerator * fmpq(gain.scale.numerator, gain.scale.denominator), exact.denominator, exact.unit)
    return Reference(gain, s, scaled.at(s), scaled, band_hz)


def _resonances(exact: Exact, band_hz: Band) -> Complex:
    """The imaginary parts of complex poles and zeros within the band: between samples, errors peak there."""
    found = np.abs(np.concatenate(exact.roots()).imag)
    low, high = (2.0 * np.pi * f for f in band_hz)
    return np.asarray(1j * np.unique(found[(found > low) & (found < high)]), complex)


def shorten(
    system: SymbolicEquations,
    symbols: Mapping[str, Symbol],
    at: Reference,
    error: float,
    alike: Mapping[str, Symbol] | None = None,
) -> RationalTransfer | None:
    """A transfer that stays within a relative error of the reference at its frequencies; None where the symbols
    themselves, shared or to first order, do not.

    Elements that go may take a part of the error, terms have the rest: the part that leaves fewest terms counts.
    Where what is left after taking elements away is still too large to expand, more are taken. Raises `TooLargeError`
    where that does not help. `alike` has symbols that may stand for several others, by the keys of these: where a
    formula is long, they do so if that makes it shorter.
    """
    joined = {key: s.key for key, s in (alike or {}).items()}
    values = {key: s.value for key, s in (*symbols.items(), *((s.key, s) for s in (alike or {}).values()))}
    if OUTPUT not in system.unknowns:
        return None
    if not at.wanted.all():
        frequency = abs(at.s[at.wanted == 0.0][0]) / (2.0 * np.pi)
        raise AnalysisError(
            f"the {_words(at.gain)} is zero at {frequency:g} Hz, and no relative error can be held there",
            hint=said("ask for another band, as in {band}", band="1k:1meg"),
        )
    start = float(np.abs(dense(system, values).at(at.s) * float(at.gain.scale) / at.wanted - 1.0).max())
    if not start <= error:
        return None
    task = _Task(system, symbols, values, joined, at, error, start)
    best = min(task.transfers(ideal=True), key=lambda found: found.terms)
    if best.terms > _LONG and len(system.rows) <= _LARGE:
        try:
            best = min((best, *task.transfers(ideal=False)), key=lambda found: found.terms)
        except TooLargeError:
            return best
    return best


@dataclass(frozen=True)
class _Task:
    """What `shorten` was asked; `joined` says which symbols may become which, `start` the error before all else."""

    system: SymbolicEquations
    symbols: Mapping[str, Symbol]
    values: Mapping[str, float]
    joined: Mapping[str, str]
    at: Reference
    error: float
    start: float

    def transfers(self, *, ideal: bool) -> Iterator[RationalTransfer]:
        """Transfers for several parts of the error, given to elements that go. Raises `TooLargeError` for none."""
        small, any_yet = self.system, False
        for part in _PARTS:
            last = part == _PARTS[-1]
            if any_yet and last:
                return
            allowed = max(part * self.error, self.start)
            wanted = self.at.wanted / float(self.at.gain.scale)
            small = simplify(small, self.symbols, self.at.s, wanted, allowed, ideal=ideal)
            limit = TERM_LIMIT if last else EXACT_LIMIT
            try:
                found = self.written(small, limit)
            except TooLargeError:
                if last:
                    raise self.hopeless(small) from None
                continue
            any_yet = True
            yield found
            if self.joined and found.terms > _LONG:
                try:
                    found = self.written(renamed(small, self.joined), limit)
                except TooLargeError:
                    continue
                if np.abs(found.at(self.values, self.at.s) / self.at.wanted - 1.0).max() <= self.error:
                    yield found

    def hopeless(self, system: SymbolicEquations) -> TooLargeError:
        """What to say where no formula is short enough."""
        elements = {key for row in system.rows for e in row.values() for key, _ in e if key is not None}
        low, high = self.at.band_hz
        larger = said("allow a larger {error}", error=None)
        way = said("ask for a narrower band, or one frequency as in {band}, or {0}", larger, band=f"{low:g}")
        return TooLargeError(
            f"the {_words(self.at.gain)} has no short formula within this error: {len(elements)} "
            f"elements matter {'on this band' if high > low else 'at this frequency'}, which makes more than "
            f"{TERM_LIMIT} terms",
            hint=way if high > low else larger,
        )

    def written(self, system: SymbolicEquations, limit: int) -> RationalTransfer:
        """The output as a transfer, terms left out as the error allows. Raises `TooLargeError`."""
        ring, numerator, denominator = expand(system, limit)
        whole = transfer(ring, self.at.gain.scale, numerator, denominator)
        return prune(whole, self.values, self.at.s, self.at.wanted, self.error)


def _words(gain: Gain) -> str:
    """What a gain is called in a sentence."""
    return f"{gain.name.replace('_', ' ')} gain"


def sampled_error(found: RationalTransfer, values: Mapping[str, float], at: Reference) -> float:
    """The largest relative error at the frequencies of the reference and at many between, by its polynomials."""
    formula = exact_of(found, values)
    error = float(np.abs(formula.at(at.s) / at.wanted - 1.0).max())
    if len(at.s) == 1:
        return error
    s = frequencies(at.band_hz, 200, 2000)
    x = s / formula.unit
    sides = [_at(p, x) for p in (at.exact.numerator, at.exact.denominator, formula.numerator, formula.denominator)]
    with np.errstate(all="ignore"):
        errors = np.abs(sides[2] * sides[1] / (sides[0] * sides[3]) - 1.0)
    return max(error, float(errors[np.isfinite(errors)].max(initial=0.0)))


def _at(p: Any, x: Complex) -> Complex:
    return np.asarray(np.polynomial.polynomial.polyval(x, as_floats(p)), complex)


def exact_of(found: RationalTransfer, values: Mapping[str, float]) -> Exact:
    """A transfer at the values of its symbols, as exact polynomials."""
    from flint import fmpq, fmpq_poly

    unit = Exact.unit
    numbers = [Fraction(values[key]) for key in found.ring.keys]
    sides = []
    for side in (found.numerator, found.denominator):
        result = fmpq_poly([1])
        for f, k in side:
            coefficients: dict[int, Fraction] = {}
            for m, c in zip(f.monoms(), f.coeffs(), strict=True):
                value = Fraction(int(c))
                for x, e in zip(numbers, m, strict=False):
                    value *= x ** int(e) if e else 1
                order = int(m[-1])
                coefficients[order] = coefficients.get(order, Fraction(0)) + value * unit**order
            top = max(coefficients)
            powers = [coefficients.get(j, Fraction(0)) for j in range(top + 1)]
            result = result * fmpq_poly([fmpq(x.numerator, x.denominator) for x in powers]) ** k
        sides.append(result)
    return normal(sides[0] * fmpq(found.scale.numerator, found.scale.denominator), sides[1])


def error_bound(found: RationalTransfer, values: Mapping[str, float], at: Reference, sampled: float) -> float | None:
    """The least error that could be proven on the band, a little above the sampled one; None where none could."""
    return proven(at, exact_of(found, values), sampled)


def proven(at: Reference, formula: Exact, sampled: float) -> float | None:
    """The same for a formula that is there as polynomials."""
    low, high = (2.0 * np.pi * f for f in at.band_hz)
    for step in _STEPS:
        bound = max(sampled * step + _LAST_BITS, 1e-12)
        if certified(at.exact, formula, bound, (low, high)):
            return float(bound)
    return None
