"""Noise currents of physical origin, for devices to put into `Flows.noise`. All densities are one-sided, in A^2/Hz.

thermal   4*k*T*g              Johnson and Nyquist, Phys. Rev. 32 (1928) 97 and 110
shot      2*q*abs(I)           Schottky, Ann. Phys. 57 (1918) 541
flicker   kf*abs(I)^af/f       empirical
"""

from __future__ import annotations

from longtail.devices.base import (
    BOLTZMANN,
    ELEMENTARY_CHARGE,
    FLICKER,
    SHOT,
    THERMAL,
    NoiseSource,
)
from longtail.devices.parts.junction import present
from longtail.lanes.functions import absolute, power
from longtail.lanes.graph import Real


def thermal(name: str, a: str, b: str, conductance: Real, temperature: Real) -> NoiseSource:
    """The noise of a conductance in S at a temperature in K. A negative one counts by its magnitude.

    >>> round(thermal("r", "p", "n", 1e-3, 300.0).density * 1e24, 4)
    16.5678
    """
    return NoiseSource(name, THERMAL, a, b, 4.0 * BOLTZMANN * temperature * absolute(conductance))


def shot(name: str, a: str, b: str, current: Real) -> NoiseSource:
    """The noise of a current in A that crosses a barrier.

    >>> round(shot("id", "a", "k", -1e-3).density * 1e22, 6)
    3.204353
    """
    return NoiseSource(name, SHOT, a, b, 2.0 * ELEMENTARY_CHARGE * absolute(current))


def flicker(
    a: str, b: str, coefficient: Real, exponent: Real, current: Real, *, slope: Real = 1.0
) -> tuple[NoiseSource, ...]:
    """coefficient*abs(current)^exponent/f^slope; none where the coefficient is zero.

    >>> [source.density for source in flicker("a", "k", 1e-14, 2.0, 1e-3)], flicker("a", "k", 0.0, 1.0, 1e-3)
    ([1e-20], ())
    """
    if not present(coefficient):
        return ()
    return (NoiseSource("flicker", FLICKER, a, b, coefficient * power(absolute(current), exponent), slope),)
