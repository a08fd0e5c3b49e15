"""Noise of a MOSFET's channel, by the `nlev` of the card.

    thermal   4*k*T*2/3*g_m; nlev = 3: 4*k*T*2/3*beta*u*(1 + a + a^2)/(1 + a)*gdsnoi with u = vgs - vth
              and a = 1 - vds/u in triode, 0 in saturation, for u > 0
    flicker   kf*abs(id)^af/(W*L*cox^2*f)   without nlev
              kf*abs(id)^af/(L^2*cox*f)     nlev = 0
              kf*abs(id)^af/(W*L*cox*f)     nlev = 1
              kf*g_m^2/(W*L*cox*f^af)       nlev = 2 and 3

L and W are the effective ones. ngspice 39 has only the first form, and takes an oxide of 100 nm where the card has
none; the others are those of later ngspice and of HSPICE. m devices in parallel make m times the noise of one: in
ngspice 39 flicker grows as m^(af - 1) at levels 1 and 2 and as m^af at level 3.
"""

from __future__ import annotations

from longtail.devices.base import NoiseSource, Parameters
from longtail.devices.parts.mosfet_process import DEFAULT_OXIDE, OXIDE_PERMITTIVITY, Size
from longtail.devices.parts.noise import flicker, thermal
from longtail.lanes.functions import absolute, maximum, select
from longtail.lanes.graph import Real

_TINY = 1e-30


def channel_conductance(p: Parameters, beta: Real, overdrive: Real, v_ds: Real, g_m: Real) -> Real:
    """The conductance in S whose thermal noise the channel makes."""
    if not p.model.given("nlev") or p.model.nominal("nlev") < 3.0:
        return absolute(g_m) * (2.0 / 3.0)
    shaped = shaped_conductance(beta, overdrive, v_ds) * p.model["gdsnoi"]
    return select(overdrive > 0.0, shaped, absolute(g_m) * (2.0 / 3.0))


def shaped_conductance(beta: Real, overdrive: Real, v_ds: Real) -> Real:
    """2/3*beta*u*(1 + a + a^2)/(1 + a): 2/3*g_m in saturation, and the conductance of the channel at vds = 0.

    >>> round(shaped_conductance(1e-3, 0.5, 2.0) * 1e3, 9), round(shaped_conductance(1e-3, 0.5, 0.0) * 1e3, 9)
    (0.333333333, 0.5)
    """
    u = maximum(overdrive, 0.0)
    a = maximum(1.0 - v_ds / maximum(u, _TINY), 0.0)
    return u * beta * (2.0 / 3.0) * (1.0 + a + a * a) / (1.0 + a)


def channel_noise(
    p: Parameters, size: Size, *, beta: Real, overdrive: Real, v_ds: Real, g_m: Real, drain_current: Real
) -> tuple[NoiseSource, ...]:
    """Thermal and flicker noise between the inner drain and source; voltages are those of the acting terminals."""
    own = thermal("id", "di", "si", channel_conductance(p, beta, overdrive, v_ds, g_m), p.temperature)
    m = p.model
    if not m.given("kf"):
        return (own,)
    length, area = size.length, size.length * size.width
    oxide = OXIDE_PERMITTIVITY / (m["tox"] if m.given("tox") and m.nominal("tox") > 0.0 else DEFAULT_OXIDE)
    if m.given("nlev") and m.nominal("nlev") >= 2.0:
        return (own, *flicker("di", "si", m["kf"] / (area * oxide), 2.0, g_m, slope=m["af"]))
    if not m.given("nlev"):
        extent = area * oxide * oxide
    else:
        extent = (length * length if m.nominal("nlev") == 0.0 else area) * oxide
    return (own, *flicker("di", "si", m["kf"] / extent, m["af"], drain_current))
