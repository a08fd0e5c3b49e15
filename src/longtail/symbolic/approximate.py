"""From a circuit to a formula as short as the error allows, with the proof of its error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from longtail.symbolic.certificate import certified
from longtail.symbolic.elements import SmallSignal, Symbol
from longtail.symbolic.equations import Equations
from longtail.symbolic.gain import Gain, Pairs, gain_equations
from longtail.symbolic.minors import TooLargeError
from longtail.symbolic.pruning import prune
from longtail.symbolic.reference import Exact, dense, exact_polynomials
from longtail.symbolic.removal import simplify
from longtail.symbolic.transfer import Complex, Transfer, expand, transfer

Band = tuple[float, float]  # Hz; (0, 0) is dc alone
_DENSITY = 12  # frequencies a decade at which errors are judged before they are proven
_SHARE = 0.7  # of the error that removed elements may take; terms have the rest
_STEPS = (1.0 + 1e-9, 1.001, 1.01, 1.03, 1.1, 1.3)
EXACT_LIMIT = 20_000


@dataclass(frozen=True)
class Reference:
    """The full circuit: its gain at the frequencies where errors are judged, and as exact polynomials."""

    gain: Gain
    s: Complex
    wanted: Complex
    exact: Exact
    band_hz: Band


def frequencies(band_hz: Band) -> Complex:
    """Points on the imaginary axis that cover a band."""
    low, high = band_hz
    if high == 0.0:
        return np.zeros(1, complex)
    start = low if low > 0.0 else high * 1e-9
    count = max(2, int(np.ceil(np.log10(high / start) * _DENSITY)) + 1)
    f = np.geomspace(start, high, count)
    return 2j * np.pi * (np.concatenate([[0.0], f]) if low == 0.0 else f)


def reference(circuit: SmallSignal, gain: Gain, pairs: Pairs, band_hz: Band) -> Reference:
    """The gain of the full circuit in numbers, `circuit` with a symbol for every device."""
    system = gain_equations(circuit, gain, pairs)
    values = {key: s.value for key, s in circuit.symbols.items()}
    s = frequencies(band_hz)
    wanted = float(gain.scale) * dense(system, values).at(s)
    exact = exact_polynomials(system, values, constant=band_hz[1] == 0.0)
    from flint import fmpq

    scaled = Exact(exact.numerator * fmpq(gain.scale.numerator, gain.scale.denominator), exact.denominator, exact.unit)
    return Reference(gain, s, wanted, scaled, band_hz)


def shorten(system: Equations, symbols: Mapping[str, Symbol], at: Reference, error: float) -> Transfer:
    """A transfer that stays within a relative error of the reference at its frequencies.

    Where what is left after taking elements away is still too large to expand, more are taken, a factor of the
    error at a time.
    """
    values = {key: s.value for key, s in symbols.items()}
    scale = float(at.gain.scale)
    share, small = _SHARE, system
    while True:
        small = simplify(small, symbols, at.s, at.wanted / scale, share * error)
        try:
            ring, numerator, denominator = expand(small, EXACT_LIMIT)
            break
        except TooLargeError:
            if share >= 1.0:
                raise
            share = 1.0
    found = transfer(ring, at.gain.scale, numerator, denominator)
    return prune(found, values, at.s, at.wanted, error * 0.998)


def exact_of(found: Transfer, values: Mapping[str, float]) -> Exact:
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
    return Exact(sides[0] * fmpq(found.scale.numerator, found.scale.denominator), sides[1], unit)


def error_bound(found: Transfer, values: Mapping[str, float], at: Reference, sampled: float) -> float | None:
    """The least error that could be proven on the band, a little above the sampled one; None where none could."""
    low, high = (2.0 * np.pi * f for f in at.band_hz)
    formula = exact_of(found, values)
    for step in _STEPS:
        bound = max(sampled * step, 1e-12)
        if certified(at.exact, formula, bound, (low, high)):
            return float(bound)
    return None
