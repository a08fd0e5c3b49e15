"""The pn junction: its current, its depletion charge, and how both follow temperature.

Shared by the diode, the bipolar transistor and the bulk and gate junctions of field-effect transistors. Equations as
in SPICE3 (Quarles, UCB/ERL M89/42) and ngspice 39; voltages are counted positive in the forward direction.
"""

from __future__ import annotations

import math

from longtail.devices.base import thermal_voltage
from longtail.lanes.functions import equal, exp, log, minimum, power, select
from longtail.lanes.graph import Expr, Real

REFERENCE_TEMPERATURE = 300.15
"""K; the temperature at which the built-in potential's own scaling is anchored, whatever the nominal temperature."""

_GAP_AT_REFERENCE = 1.1150877


def junction_current(voltage: Real, saturation_current: Real, emission_voltage: Real) -> Real:
    """The current in A of an ideal junction, IS*(exp(v/(n*Vt)) - 1), without gmin.

    Below -3*n*Vt the exponential gives way to -IS*(1 + (3*n*Vt/(e*v))^3), which has the same value and slope there
    and keeps a slope further down, where the exponential's would vanish.

    >>> junction_current(0.0, 1e-14, 0.025)
    0.0
    >>> junction_current(-5.0, 1e-14, 0.025) > -1e-14
    True
    """
    knee = -3.0 * emission_voltage
    reverse = voltage < knee
    ratio = (-knee / math.e) / select(reverse, voltage, knee)
    return saturation_current * select(reverse, -1.0 - ratio * ratio * ratio, exp(voltage / emission_voltage) - 1.0)


def depletion_charge(voltage: Real, capacitance: Real, potential: Real, grading: Real, forward: Real) -> Real:
    """The charge in C of a depletion layer, the integral of C0*(1 - v/VJ)^-M from zero.

    Above FC*VJ the capacitance goes on as a straight line with the slope it has there. `capacitance` is C0 in F,
    `potential` VJ in V, `grading` M, `forward` FC below 1.

    >>> round(depletion_charge(0.5, 1e-12, 1.0, 0.5, 0.5) * 1e12, 6)
    0.585786
    """
    inside = minimum(voltage, forward * potential)
    beyond = voltage - inside
    share = 1.0 - forward
    at_knee = capacitance * power(share, -grading)
    below = capacitance * potential * _integral(1.0 - inside / potential, grading)
    return below + at_knee * beyond * (1.0 + beyond * grading / (2.0 * potential * share))


def _integral(rest: Real, grading: Real) -> Real:
    """The integral of (1 - u)^-M from u = 0 to 1 - rest: (1 - rest^(1-M))/(1 - M), -ln(rest) of M = 1.

    >>> round(_integral(0.5, 1.0), 6), round(_integral(0.5, 1.0 + 1e-7), 6)
    (0.693147, 0.693147)
    """
    if not isinstance(grading, Expr):
        return -log(rest) if grading == 1.0 else (1.0 - power(rest, 1.0 - grading)) / (1.0 - grading)
    steep = equal(grading, 1.0)
    exponent = 1.0 - select(steep, 0.5, grading)
    return select(steep, -log(rest), (1.0 - power(rest, exponent)) / exponent)


def silicon_gap(temperature: Real) -> Real:
    """The band gap of silicon in eV: 1.16 - 7.02e-4*T^2/(T + 1108).

    >>> round(silicon_gap(300.15), 7)
    1.1150877
    """
    return 1.16 - 7.02e-4 * temperature * temperature / (temperature + 1108.0)


def _potential_shift(temperature: Real) -> Real:
    """How far the built-in potential at `temperature` is from its part that is proportional to temperature, in V."""
    ratio = temperature / REFERENCE_TEMPERATURE
    return silicon_gap(temperature) - _GAP_AT_REFERENCE * ratio - 3.0 * thermal_voltage(temperature) * log(ratio)


def scaled_junction(
    capacitance: Real, potential: Real, grading: Real, temperature: Real, nominal: Real
) -> tuple[Real, Real]:
    """Capacitance at zero bias in F and built-in potential in V at `temperature`, from those at `nominal` (both in K).

    The rule of SPICE2G (tlevc = 0): the potential follows the band gap and the intrinsic carrier density, the
    capacitance rises by 400 ppm/K times M and by M times the relative fall of the potential.

    >>> scaled_junction(1e-12, 0.75, 0.33, 300.15, 300.15)
    (1e-12, 0.75)
    >>> [round(x, 4) for x in scaled_junction(1.0, 0.75, 0.33, 398.15, 300.15)]
    [1.0909, 0.5727]
    """
    anchored = (potential - _potential_shift(nominal)) / (nominal / REFERENCE_TEMPERATURE)
    scaled = anchored * (temperature / REFERENCE_TEMPERATURE) + _potential_shift(temperature)

    def factor(at: Real, there: Real) -> Real:
        return 1.0 + grading * (4e-4 * (there - REFERENCE_TEMPERATURE) - (at - anchored) / anchored)

    return capacitance * (factor(scaled, temperature) / factor(potential, nominal)), scaled


def saturation_exponent(gap: Real, exponent: Real, temperature: Real, nominal: Real) -> Real:
    """ln of the factor by which a saturation current grows: EG/Vt*(T/Tnom - 1) + XTI*ln(T/Tnom), EG in eV.

    >>> saturation_exponent(1.11, 3.0, 300.15, 300.15)
    0.0
    """
    ratio = temperature / nominal
    return (ratio - 1.0) * gap / thermal_voltage(temperature) + exponent * log(ratio)


def quadratic(value: Real, first: Real, second: Real, rise: Real) -> Real:
    """A parameter with temperature coefficients, value*(1 + first*rise + second*rise^2), rise in K.

    >>> quadratic(100.0, 0.5, 0.0, 1.0)
    150.0
    """
    return value * (1.0 + first * rise + second * rise * rise)


def present(size: Real) -> bool:
    """Whether a term of this size is there at all: a number that is not zero, or one that varies over lanes.

    >>> present(0.0), present(1e-15)
    (False, True)
    """
    return isinstance(size, Expr) or size != 0.0


def inverse(x: Real) -> Real:
    """1/x, and 0 for an x of 0: SPICE writes 0 for an infinite voltage or current.

    >>> inverse(4.0), inverse(0.0)
    (0.25, 0.0)
    """
    if isinstance(x, Expr):
        return select(equal(x, 0.0), 0.0, 1.0 / x)
    return 1.0 / x if x != 0.0 else 0.0
