"""The EKV MOSFET 2.6 once more, in NumPy, as the report writes it: the second route of `test_ekv.py`.

It shares no line with longtail: charges in the report's form, the interpolation by SciPy's function of Lambert.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import lambertw

EPS_SI = 11.7 * 8.854214871e-12
BOLTZMANN_OVER_CHARGE = 1.380649e-23 / 1.602176634e-19


@dataclass
class Found:
    """Drain current (without junctions) in A, impact ionization in A, charges in C, noisy conductance in S, pinch-off
    voltage in V, slope factor, and normalized forward current."""

    current: float
    substrate: float
    charges: Mapping[str, float]
    noisy: float
    vp: float
    n: float
    forward: float


def interpolated(v: float) -> float:
    """i with v = 2*y + ln(y), y = sqrt(1/4 + i) - 1/2."""
    y = 0.5 * float(lambertw(2.0 * np.exp(v)).real)
    return y * y + y


def gap(t: float) -> float:
    return 1.16 - 7.02e-4 * t * t / (t + 1108.0)


def ekv(
    card: Mapping[str, float],
    w: float,
    length: float,
    t: float,
    vg: float,
    vd: float,
    vs: float,
    p_channel: bool = False,
) -> Found:
    """In the device's own sense, against the bulk; t in K, and tnom of the card in degC."""
    tnom = card["tnom"] + 273.15
    vt, ratio = BOLTZMANN_OVER_CHARGE * t, t / tnom
    sign = -1.0 if p_channel else 1.0
    vto = sign * (card["vto"] - card["tcv"] * (t - tnom))
    kp, ucrit = card["kp"] * ratio ** card["bex"], card["ucrit"] * ratio ** card["ucex"]
    ibb = card["ibb"] * (1.0 + card["ibbt"] * (t - tnom))
    phi = card["phi"] * ratio - 3.0 * vt * np.log(ratio) - gap(tnom) * ratio + gap(t)
    phi = 0.5 * (phi - 0.2 + np.sqrt((phi - 0.2) ** 2 + vt**2)) + 0.2
    gamma, cox, lam = card["gamma"], card["cox"], card["lambda"]
    weff, leff = w + card["dw"], length + card["dl"]
    lc, vc = np.sqrt(EPS_SI / cox * card["xj"]), ucrit * leff
    if vd < vs:
        mirrored = ekv(card, w, length, t, vg, vs, vd, p_channel)
        swapped = {"d": mirrored.charges["s"], "s": mirrored.charges["d"]}
        mirrored.charges = {**mirrored.charges, **swapped}
        mirrored.current *= -1.0
        return mirrored

    xi = 0.28 * (leff / card["lk"] - 0.1)
    rsce = 2.0 * card["q0"] / cox / (1.0 + 0.5 * (xi + np.sqrt(xi**2 + 1.936e-3))) ** 2
    star = vg - vto - rsce + phi + gamma * np.sqrt(phi)
    prime = 0.5 * (star + np.sqrt(star**2 + 2.0 * (4.0 * vt) ** 2))
    vp0 = prime - phi - gamma * (np.sqrt(prime + (gamma / 2.0) ** 2) - gamma / 2.0)
    vs_, vd_ = (0.5 * (v + phi + np.sqrt((v + phi) ** 2 + (4.0 * vt) ** 2)) for v in (vs, vd))
    raw = (
        gamma
        - EPS_SI / cox * card["leta"] / leff * (np.sqrt(vs_) + np.sqrt(vd_))
        + EPS_SI / cox * 3.0 * card["weta"] / weff * np.sqrt(vp0 + phi + 0.1 * vt)
    )
    short = 0.5 * (raw + np.sqrt(raw**2 + 0.1 * vt))
    vp = prime - phi - short * (np.sqrt(prime + (short / 2.0) ** 2) - short / 2.0)
    n = 1.0 + gamma / (2.0 * np.sqrt(vp + phi + 4.0 * vt))

    i_f, i_r = interpolated((vp - vs) / vt), interpolated((vp - vd) / vt)
    vdss = vc * (np.sqrt(0.25 + vt / vc * np.sqrt(i_f)) - 0.5)
    vdss_ = vc * (np.sqrt(0.25 + vt / vc * (np.sqrt(i_f) - 0.75 * np.log(i_f))) - 0.5) + vt * (
        np.log(vc / (2.0 * vt)) - 0.6
    )
    dv2 = 16.0 * vt**2 * (lam * (np.sqrt(i_f) - vdss / vt) + 1.0 / 64.0)
    half = (vd - vs) / 2.0
    vip = np.sqrt(vdss**2 + dv2) - np.sqrt((half - vdss) ** 2 + dv2)
    i_r_ = interpolated((vp - half - vs - np.sqrt(vdss_**2 + dv2) + np.sqrt((half - vdss_) ** 2 + dv2)) / vt)
    shortening = lam * lc * np.log(1.0 + (half - vip) / (lc * ucrit))
    l_ = leff - shortening + (half + vip) / ucrit
    leq = 0.5 * (l_ + np.sqrt(l_**2 + (0.1 * leff) ** 2))

    x_f, x_r = np.sqrt(0.25 + i_f), np.sqrt(0.25 + i_r)
    nq = 1.0 + gamma / (2.0 * np.sqrt(vp + phi + 1e-6))
    qi = -nq * vt * (4.0 / 3.0 * (x_f**2 + x_f * x_r + x_r**2) / (x_f + x_r) - 1.0)
    qb = -gamma * np.sqrt(vp + phi + 1e-6) - (nq - 1.0) / nq * qi
    if card.get("e0"):
        eta, across = (1.0 / 3.0 if p_channel else 0.5), cox / (EPS_SI * card["e0"])
        beta = kp * weff / leq * (1.0 + across * gamma * np.sqrt(phi)) / (1.0 + across * abs(qb + eta * qi))
    else:
        beta = kp * weff / leq / (1.0 + card.get("theta", 0.0) * 0.5 * (vp + np.sqrt(vp**2 + 2.0 * vt**2)))
    current = 2.0 * n * beta * vt**2 * (i_f - i_r_)
    vib = vd - vs - 2.0 * card["ibn"] * vdss
    impact = current * card["iba"] / ibb * vib * np.exp(-ibb * lc / vib) if vib > 1e-3 else 0.0

    c = cox * weff * leff
    nc = 1.0 + short / (2.0 * np.sqrt(phi + vp / 2.0))
    below = (x_f + x_r) ** 2
    q_d = 4.0 / 15.0 * (3.0 * x_r**3 + 6.0 * x_r**2 * x_f + 4.0 * x_r * x_f**2 + 2.0 * x_f**3) / below - 0.5
    q_s = 4.0 / 15.0 * (3.0 * x_f**3 + 6.0 * x_f**2 * x_r + 4.0 * x_f * x_r**2 + 2.0 * x_r**3) / below - 0.5
    at_d, at_s = -c * nc * vt * q_d, -c * nc * vt * q_s
    at_b = c * (prime - star - short * np.sqrt(vp + phi + 1e-6)) - (nc - 1.0) / nc * (at_d + at_s)
    charges = {"d": at_d, "s": at_s, "b": at_b, "g": -(at_d + at_s + at_b)}
    return Found(current, impact, charges, beta * abs(qi), vp, n, i_f)
