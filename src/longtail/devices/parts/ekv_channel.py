"""The channel of the EKV MOSFET 2.6: its current, charges and noise at voltages against the bulk, vd >= vs.

The normalized current i(v) of either end is y*(1 + y) with 2*y + ln(y) = v: exp(v) in weak inversion, (v/2)^2 in
strong inversion. Equations: `longtail.devices.models.ekv`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from longtail.devices.base import Parameters
from longtail.devices.parts.ekv_process import EkvAtTemperature
from longtail.lanes.functions import absolute, exp, log, maximum, minimum, select, sqrt
from longtail.lanes.graph import Real

_LEAST_ARGUMENT = -300.0  # below it a current is that at it, 1e-130: what follows stays finite
_LEAST_POTENTIAL = 1e-6  # V, under roots
_LEAST_VOLTAGE = 1e-3  # V; what impact ionization divides by
_SHORTEST = 0.1  # of the length, that channel length modulation leaves at least
_HOLES, _ELECTRONS = 1.0 / 3.0, 0.5  # shares of the inversion charge in the field that slows carriers


@dataclass(frozen=True, slots=True)
class Pinch:
    """The gate's side: `raw` and `gate` are VG' before and after it is kept positive, in V, `gamma` that of the short
    and narrow channel in V^0.5, `v_p` the pinch-off voltage and `band` its sum with phi, in V."""

    raw: Real
    gate: Real
    gamma: Real
    v_p: Real
    band: Real


@dataclass(frozen=True, slots=True)
class Inversion:
    """The channel at a bias. `slope` is n, `forward` the normalized current of the source's end.

    `current` and `ionized` (drain to bulk) in A; `conductance` in S is that whose thermal noise it makes; charges in C.
    """

    v_p: Real
    slope: Real
    forward: Real
    v_dsat: Real
    current: Real
    ionized: Real
    conductance: Real
    at_drain: Real
    at_source: Real
    at_gate: Real
    at_bulk: Real


def root_of_current(v: Real) -> Real:
    """y of 2*y + ln(y) = v: half of Lambert's W(2*exp(v)), to rounding.

    A guess within 15 % and two of Fritsch's steps, each of which takes an error to its fourth power.

    >>> y = root_of_current(3.0)
    >>> round(2.0 * y + math.log(y), 14)
    3.0
    >>> round(root_of_current(-20.0) / math.exp(-20.0), 8)
    1.0
    """
    w_plus_log = maximum(v, _LEAST_ARGUMENT) + math.log(2.0)
    above, below = maximum(w_plus_log, 0.0), exp(minimum(w_plus_log, 0.0))
    w = select(w_plus_log > 0.0, above - log(1.0 + above) + 0.5, below / (1.0 + below))
    for _ in range(2):
        missing = w_plus_log - log(w) - w
        q = 2.0 * (1.0 + w) * (1.0 + w + missing * (2.0 / 3.0))
        w = w * (1.0 + missing * (q - missing) / ((1.0 + w) * (q - 2.0 * missing)))
    return 0.5 * w


def normalized_current(v: Real) -> Real:
    """i(v), with v in kT/q.

    >>> round(normalized_current(200.0) / 100.0**2, 2), round(normalized_current(-9.0) / math.exp(-9.0), 3)
    (0.96, 1.0)
    """
    y = root_of_current(v)
    return y * (1.0 + y)


def bulk_root(card: EkvAtTemperature, v: Real) -> Real:
    """sqrt(phi + v) in V^0.5, kept real for junctions forward: of half of phi + v and its root with 16*(kT/q)^2."""
    total = card.phi + v
    return sqrt(0.5 * (total + sqrt(total * total + 16.0 * card.vt * card.vt)))


def pinch(card: EkvAtTemperature, v_g: Real, v_s: Real, v_d: Real) -> Pinch:
    """The pinch-off voltage: that of a channel whose inversion charge just vanishes."""
    raw = v_g - card.threshold + card.phi + card.gamma * sqrt(card.phi)
    gate = 0.5 * (raw + sqrt(raw * raw + 32.0 * card.vt * card.vt))

    def band(gamma: Real) -> Real:
        root = sqrt(gate + 0.25 * gamma * gamma) - 0.5 * gamma
        return root * root

    root = sqrt(band(card.gamma) + 0.1 * card.vt)
    gamma = card.gamma - card.short * (bulk_root(card, v_s) + bulk_root(card, v_d)) + card.narrow * root
    gamma = 0.5 * (gamma + sqrt(gamma * gamma + 0.1 * card.vt))
    return Pinch(raw, gate, gamma, band(gamma) - card.phi, band(gamma))


def invert(card: EkvAtTemperature, p: Parameters, v_g: Real, v_s: Real, v_d: Real) -> Inversion:
    """The channel at these voltages against the bulk, vd >= vs."""
    vt, at = card.vt, pinch(card, v_g, v_s, v_d)
    near, far = root_of_current((at.v_p - v_s) / vt), root_of_current((at.v_p - v_d) / vt)
    forward = near * (1.0 + near)
    half = 0.5 * (v_d - v_s)
    saturation, saturated, length = _saturating(card, p, forward, half, at.v_p - v_s)
    charge, depletion = _normalized_charges(card, at, near, far)
    beta = card.kp * card.width / length * _mobility(card, p, at.v_p, charge, depletion)
    slope = 1.0 + card.gamma / (2.0 * sqrt(at.band + 4.0 * vt))
    current = 2.0 * vt * vt * slope * beta * (forward - saturated)
    at_drain, at_source, at_bulk = _charges(card, at, near, far)
    return Inversion(
        v_p=at.v_p,
        slope=slope,
        forward=forward,
        v_dsat=vt * (2.0 * sqrt(forward) + 4.0),
        current=current,
        ionized=current * _ionization(card, p, v_d - v_s - 2.0 * p.model["ibn"] * saturation),
        conductance=beta * absolute(charge),
        at_drain=at_drain,
        at_source=at_source,
        at_gate=-(at_drain + at_source + at_bulk),
        at_bulk=at_bulk,
    )


def _saturating(
    card: EkvAtTemperature, p: Parameters, forward: Real, half: Real, v_ps: Real
) -> tuple[Real, Real, Real]:
    """Half the saturation voltage in V, the reverse normalized current with velocity saturation, and the channel's
    equivalent length in m; `half` of vds."""
    vt, critical, root = card.vt, card.critical * card.length, sqrt(forward)
    ratio = vt / critical
    v_dss = critical * (sqrt(0.25 + root * ratio) - 0.5)
    v_dss_low = critical * (sqrt(0.25 + (root - 0.75 * log(forward)) * ratio) - 0.5) + vt * (log(0.5 / ratio) - 0.6)
    rounding = 16.0 * vt * vt * (p.model["lambda"] * (root - v_dss / vt) + 1.0 / 64.0)

    def within(limit: Real) -> Real:
        """half, no larger than the limit in V, with a round corner."""
        beyond = half - limit
        return sqrt(limit * limit + rounding) - sqrt(beyond * beyond + rounding)

    saturated = normalized_current((v_ps - half - within(v_dss_low)) / vt)
    inside = within(v_dss)
    shorter = p.model["lambda"] * card.depth * log(1.0 + (half - inside) / (card.depth * card.critical))
    length = card.length - shorter + (half + inside) / card.critical
    least = _SHORTEST * card.length
    return v_dss, saturated, 0.5 * (length + sqrt(length * length + least * least))


def _normalized_charges(card: EkvAtTemperature, at: Pinch, near: Real, far: Real) -> tuple[Real, Real]:
    """Inversion and depletion charge over W*L*cox, in V, that slow carriers: of the long channel's gamma.

    Of y at the ends, 4/3*(f^2 + f*r + r^2)/(f + r) - 1 with f = near + 1/2 and r = far + 1/2 keeps its digits in weak
    inversion.
    """
    root = 2.0 * sqrt(at.band + _LEAST_POTENTIAL)
    mean = ((4.0 / 3.0) * (near * near + near * far + far * far) + near + far) / (1.0 + near + far)
    charge = -(1.0 + card.gamma / root) * card.vt * mean
    return charge, -0.5 * card.gamma * root - card.gamma / (root + card.gamma) * charge


def _mobility(card: EkvAtTemperature, p: Parameters, v_p: Real, charge: Real, depletion: Real) -> Real:
    """The mobility over that at a small field: by e0 and the charges, or without e0 by theta and vp."""
    if card.field is None:
        above = 0.5 * (v_p + sqrt(v_p * v_p + 2.0 * card.vt * card.vt))
        return 1.0 / (1.0 + p.model["theta"] * above)
    share = _ELECTRONS if p.polarity > 0.0 else _HOLES
    at_rest = 1.0 + card.field * card.gamma * sqrt(card.phi)
    return at_rest / (1.0 + card.field * absolute(depletion + share * charge))


def _ionization(card: EkvAtTemperature, p: Parameters, beyond: Real) -> Real:
    """The current to the bulk over that of the channel, iba/ibb*v*exp(-ibb*Lc/v) of the voltage beyond saturation."""
    if p.model.nominal("iba") == 0.0:
        return 0.0
    v = maximum(beyond, _LEAST_VOLTAGE)
    ratio = p.model["iba"] / card.ibb * v * exp(-card.ibb * card.depth / v)
    return select(beyond > _LEAST_VOLTAGE, ratio, 0.0)


def _charges(card: EkvAtTemperature, at: Pinch, near: Real, far: Real) -> tuple[Real, Real, Real]:
    """The charges in C at drain, source and bulk, of y at the ends: again such that weak inversion keeps its digits."""
    gate = card.width * card.length * card.cox
    root = 2.0 * sqrt(0.5 * (card.phi + at.band))
    scale = -(1.0 + at.gamma / root) * card.vt * gate

    def end(a: Real, b: Real) -> Real:
        cubes = (4.0 / 15.0) * (3.0 * a * a * a + 6.0 * a * a * b + 4.0 * a * b * b + 2.0 * b * b * b)
        squares = 1.5 * a * a + (5.0 / 3.0) * a * b + (5.0 / 6.0) * b * b
        total = 1.0 + a + b
        return scale * (cubes + squares + (2.0 * a + b) / 3.0) / (total * total)

    at_drain, at_source = end(far, near), end(near, far)
    depleted = sqrt(at.band + _LEAST_POTENTIAL)
    at_bulk = gate * (at.gate - at.raw - at.gamma * depleted) - (at_drain + at_source) * at.gamma / (at.gamma + root)
    return at_drain, at_source, at_bulk
