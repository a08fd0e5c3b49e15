"""What a card of the EKV MOSFET means at the device's temperature: the numbers that its equations use.

Voltages are in the device's own sense: an enhancement device has a positive threshold here in both polarities,
though the card of a p-channel one says vto < 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from longtail.devices.base import Parameters, thermal_voltage
from longtail.devices.parts.junction import scaled_junction, silicon_gap
from longtail.devices.parts.mosfet_process import OXIDE_PERMITTIVITY, SILICON_PERMITTIVITY, BulkJunction
from longtail.errors import InputError
from longtail.lanes.functions import exp, log, power, sqrt
from longtail.lanes.graph import Real

_SQUARE_CENTIMETRE = 1e-4
_USUAL_CURRENT = 1e-14  # A
_USUAL_VTO, _USUAL_TCV = 0.5, 1e-3  # V, V/K
_LEAST_PHI = 0.2  # V, towards which a falling surface potential bends
# of the reverse short-channel effect: how it falls with L, where it is strongest, and how round it is there
_REVERSE_FALL, _REVERSE_PEAK, _REVERSE_ROUND = 0.28, 0.1, 1.936e-3


@dataclass(frozen=True, slots=True)
class EkvAtTemperature:
    """An instance at its temperature, SI units.

    `length` and `width` of the channel; `threshold` is vto with the reverse short-channel effect; `kp` in A/V^2;
    `critical` the longitudinal critical field in V/m; `cox` per area; `depth` the characteristic length
    sqrt(eps_si*xj/cox); `narrow` and `short` the factors of gamma in V^0.5 per V^0.5; `field` cox/(eps_si*e0) in 1/V,
    None where theta stands in place of e0; `ibb` of impact ionization in V/m.
    """

    length: Real
    width: Real
    vt: Real
    threshold: Real
    gamma: Real
    phi: Real
    kp: Real
    critical: Real
    cox: Real
    depth: Real
    narrow: Real
    short: Real
    field: Real | None
    ibb: Real


@dataclass(frozen=True, slots=True)
class EkvJunctions:
    """The bulk junctions: `emission_voltage` n*kT/q, `pb` and `pbsw` in V, capacitances at zero bias in F."""

    emission_voltage: Real
    pb: Real
    pbsw: Real
    drain: BulkJunction
    source: BulkJunction


def at_temperature(p: Parameters) -> EkvAtTemperature:
    """The channel; InputError where nothing of it is left.

    vto(T) = vto - tcv*(T - tnom),   kp(T) = kp*(T/tnom)^bex,   ucrit(T) = ucrit*(T/tnom)^ucex,
    ibb(T) = ibb*(1 + ibbt*(T - tnom)),   phi as that of a junction, bent away from 0.2 V
    """
    m, vt = p.model, thermal_voltage(p.temperature)
    ratio, rise = p.temperature / p.nominal_temperature, p.temperature - p.nominal_temperature
    length, width = _extent(p, "l"), _extent(p, "w")
    cox, kp, critical = _oxide(p)
    strip = SILICON_PERMITTIVITY / cox
    at_e0 = m.given("e0") and m.nominal("e0") != 0.0
    return EkvAtTemperature(
        length=length,
        width=width,
        vt=vt,
        threshold=_signed(p, "vto", _USUAL_VTO)
        - _signed(p, "tcv", _USUAL_TCV) * rise
        + _reverse_short_channel(p, length, cox),
        gamma=m["gamma"],
        phi=surface_potential(p),
        kp=kp * power(ratio, m["bex"]),
        critical=critical * power(ratio, m["ucex"]),
        cox=cox,
        depth=sqrt(strip * m["xj"]),
        narrow=3.0 * strip * m["weta"] / width,
        short=strip * m["leta"] / length,
        field=1.0 / (strip * m["e0"]) if at_e0 else None,
        ibb=m["ibb"] * (1.0 + m["ibbt"] * rise),
    )


def _signed(p: Parameters, name: str, usual: float) -> Real:
    """A parameter whose sign goes with the type of the card, in the device's own sense."""
    return p.polarity * p.model[name] if p.model.given(name) else usual


def _drawn(p: Parameters, name: str) -> Real:
    return p[name] if p.given(name) else p.defaults["def" + name]


def _extent(p: Parameters, name: str) -> Real:
    """The length or width of the channel in m: as drawn, plus dl or dw."""
    drawn = p.nominal(name) if p.given(name) else p.defaults["def" + name]
    added = p.model.nominal("d" + name)
    if drawn + added <= 0.0:
        raise InputError(
            f"no channel is left: {name} = {drawn:g} m and d{name} = {added:g} m",
            hint=f"give a larger {name}, or another d{name} on the model card",
        )
    return _drawn(p, name) + p.model["d" + name]


def _oxide(p: Parameters) -> tuple[Real, Real, Real]:
    """cox in F/m^2, kp in A/V^2 and ucrit in V/m at the nominal temperature: given, or from tox, u0 and
    vmax, where kp/cox is the mobility."""
    m = p.model
    cox = m["cox"] if m.given("cox") or not m.given("tox") else OXIDE_PERMITTIVITY / m["tox"]
    kp = m["kp"] if m.given("kp") or not m.given("u0") else m["u0"] * _SQUARE_CENTIMETRE * cox
    return cox, kp, m["ucrit"] if m.given("ucrit") or not m.given("vmax") else m["vmax"] * cox / kp


def _reverse_short_channel(p: Parameters, length: Real, cox: Real) -> Real:
    """The rise of the threshold in V of a short channel, from the charge q0 at its ends."""
    m = p.model
    if m.nominal("q0") == 0.0 and not m.given("q0"):
        return 0.0
    v = _REVERSE_FALL * (length / m["lk"] - _REVERSE_PEAK)
    root = 1.0 + 0.5 * (v + sqrt(v * v + _REVERSE_ROUND))
    return 2.0 * m["q0"] / (cox * root * root)


def surface_potential(p: Parameters) -> Real:
    """phi in V at the device's temperature."""
    ratio, vt = p.temperature / p.nominal_temperature, thermal_voltage(p.temperature)
    gap, gap_then = silicon_gap(p.temperature), silicon_gap(p.nominal_temperature)
    above = p.model["phi"] * ratio - 3.0 * vt * log(ratio) - gap_then * ratio + gap - _LEAST_PHI
    return _LEAST_PHI + 0.5 * (above + sqrt(above * above + vt * vt))


def junctions(p: Parameters, width: Real) -> EkvJunctions:
    """Both bulk junctions; js and jsw by area and perimeter, which hdif makes where the card does not give them.

    is(T) = is*exp((eg(tnom)/vt(tnom) - eg(T)/vt(T) + xti*ln(T/tnom))/n)
    """
    m, temperature, nominal = p.model, p.temperature, p.nominal_temperature
    decay = silicon_gap(nominal) / thermal_voltage(nominal) - silicon_gap(temperature) / thermal_voltage(temperature)
    growth = exp((decay + m["xti"] * log(temperature / nominal)) / m["n"])
    bottom, pb = scaled_junction(1.0, m["pb"], m["mj"], temperature, nominal)
    side, pbsw = scaled_junction(1.0, _sidewall_potential(p), m["mjsw"], temperature, nominal)

    def junction(end: str) -> BulkJunction:
        area, perimeter = _diffusion(p, end, width)
        current = _own_current(p) + m["js"] * area + m["jsw"] * perimeter
        return BulkJunction(growth * current, bottom * m["cj"] * area, side * m["cjsw"] * perimeter)

    return EkvJunctions(thermal_voltage(temperature) * m["n"], pb, pbsw, junction("d"), junction("s"))


def _own_current(p: Parameters) -> Real:
    """is in A; where the card has neither it nor js nor jsw, that of other levels."""
    m = p.model
    if m.given("is"):
        return m["is"]
    return _USUAL_CURRENT if m.nominal("js") == m.nominal("jsw") == 0.0 else 0.0


def _sidewall_potential(p: Parameters) -> Real:
    return p.model["pbsw"] if p.model.given("pbsw") else p.model["pb"]


def _diffusion(p: Parameters, end: str, width: Real) -> tuple[Real, Real]:
    """Area in m^2 and perimeter in m of a diffusion: given, or 2*hdif*W and 4*hdif + W."""
    half, made = p.model["hdif"], p.model.nominal("hdif") > 0.0
    area, perimeter = "a" + end, "p" + end
    return (
        p[area] if p.given(area) else 2.0 * half * width if made else p.defaults["defa" + end],
        p[perimeter] if p.given(perimeter) else 4.0 * half + width if made else 0.0,
    )


def resistances(p: Parameters, width: Real) -> dict[str, Real | None]:
    """Drain and source resistance in ohm: rd and rs, else rsh times the squares of the card, else rsh*hdif/W."""
    m = p.model
    found: dict[str, Real | None] = {}
    for end in ("d", "s"):
        own, squares = "r" + end, "nr" + end
        if m.given(own):
            found[end] = m[own] if m.nominal(own) != 0.0 else None
        elif m.nominal("rsh") == 0.0:
            found[end] = None
        elif p.given(squares):
            found[end] = m["rsh"] * p[squares] if p.nominal(squares) != 0.0 else None
        else:
            found[end] = m["rsh"] * m["hdif"] / width if m.nominal("hdif") != 0.0 else None
    return found
