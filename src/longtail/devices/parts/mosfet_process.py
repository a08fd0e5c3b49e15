"""What a MOSFET's card of level 1, 2 or 3 means at the device's temperature: the numbers that the equations use.

Voltages are in the device's own sense: an enhancement device has a positive threshold here in both polarities,
though the card of a p-channel one says vto < 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from longtail.devices.base import ELEMENTARY_CHARGE, Parameters, thermal_voltage
from longtail.devices.parts.junction import scaled_junction, silicon_gap
from longtail.errors import InputError
from longtail.lanes.functions import exp, log, maximum, power, sqrt
from longtail.lanes.graph import Real

# F/m, the value of SPICE; the CODATA value is 3e-6 smaller, and cards are extracted with this one
VACUUM_PERMITTIVITY = 8.854214871e-12
OXIDE_PERMITTIVITY = 3.9 * VACUUM_PERMITTIVITY
SILICON_PERMITTIVITY = 11.7 * VACUUM_PERMITTIVITY
INTRINSIC_DENSITY = 1.45e16  # 1/m^3; of levels 1 and 2 at any nominal temperature
DEFAULT_OXIDE = 1e-7  # m, of a card of level 2 or 3 without tox
_SQUARE_CENTIMETRE = 1e-4
_PER_CUBIC_CENTIMETRE = 1e6
_PER_SQUARE_CENTIMETRE = 1e4


@dataclass(frozen=True, slots=True)
class Channel:
    """The card at its nominal temperature: threshold in the device's own sense in V, kp in A/V^2, gamma in V^0.5,
    phi in V, and the oxide capacitance per area in F/m^2."""

    vto: Real
    kp: Real
    gamma: Real
    phi: Real
    oxide: Real


@dataclass(frozen=True, slots=True)
class Size:
    """Effective length and width of the channel, in m."""

    length: Real
    width: Real


@dataclass(frozen=True, slots=True)
class BulkJunction:
    """One bulk junction: saturation current in A, bottom and sidewall capacitance at zero bias in F."""

    saturation_current: Real
    bottom: Real
    sidewall: Real


@dataclass(frozen=True, slots=True)
class MosfetAtTemperature:
    """An instance at its temperature, SI units. `emission_voltage` is n*kT/q of the bulk junctions; `vbi` the threshold
    less its body effect, gamma*sqrt(phi - vbs); `beta` kp*W/L; `gate` the capacitance of the gate per area, `oxide`
    that of the whole gate; `pb` the bulk junctions' potential."""

    size: Size
    vt: Real
    emission_voltage: Real
    vbi: Real
    beta: Real
    gamma: Real
    phi: Real
    gate: Real
    oxide: Real
    pb: Real
    drain: BulkJunction
    source: BulkJunction
    overlaps: tuple[Real, Real, Real]


def width(p: Parameters) -> Real:
    """The channel width in m: given, or the circuit's default."""
    return p["w"] if p.given("w") else p.defaults["defw"]


def effective_length(p: Parameters) -> Real:
    """The channel length in m, less twice the lateral diffusion; InputError where nothing is left."""
    given = p.given("l")
    drawn, diffusion = p.nominal("l") if given else p.defaults["defl"], p.model.nominal("ld")
    if drawn <= 2.0 * diffusion:
        raise InputError(
            f"no channel is left: l = {drawn:g} m less twice ld = {diffusion:g} m",
            hint="give a longer l, or a smaller ld on the model card",
        )
    return (p["l"] if given else p.defaults["defl"]) - 2.0 * p.model["ld"]


def size(p: Parameters) -> Size:
    """The channel of an instance, as levels 1 and 2 have it."""
    return Size(effective_length(p), width(p))


def channel(p: Parameters, default_oxide: float | None = None, intrinsic: Real = INTRINSIC_DENSITY) -> Channel:
    """The channel's parameters at the nominal temperature: given, or from process data.

    With tox, kp = u0*cox (u0 = 600 cm^2/(V s) when it is not given either). With tox and nsub, too:

        phi = max(0.1, 2*vt*ln(nsub/ni)),  gamma = sqrt(2*eps_si*q*nsub)/cox,
        vto = ms - q*nss/cox + gamma*sqrt(phi) + phi   (n channel),

    where the work function difference ms is -(phi + tpg*eg)/2 for a silicon gate (tpg = 1: doped opposite to the
    substrate, -1: as the substrate) and -0.05 - (phi + eg)/2 for aluminium (tpg = 0).
    Without tox, that of `default_oxide` in m; where there is none either, nsub says nothing (SPICE3, `mos1temp`).
    `intrinsic` is ni in 1/m^3.
    """
    m = p.model
    phi, gamma, vto, kp = (m[name] if m.given(name) else None for name in ("phi", "gamma", "vto", "kp"))
    oxide: Real = 0.0
    thickness = m["tox"] if m.given("tox") and m.nominal("tox") > 0.0 else default_oxide
    if thickness is not None:
        oxide = OXIDE_PERMITTIVITY / thickness
        kp = m["u0"] * oxide * _SQUARE_CENTIMETRE if kp is None else kp
        if m.given("nsub"):
            doping = m["nsub"] * _PER_CUBIC_CENTIMETRE
            if phi is None:
                phi = maximum(0.1, 2.0 * thermal_voltage(p.nominal_temperature) * log(doping / intrinsic))
            if gamma is None:
                gamma = sqrt(2.0 * SILICON_PERMITTIVITY * ELEMENTARY_CHARGE * doping) / oxide
            if vto is None:
                vto = _flat_band(p, phi, oxide) + gamma * sqrt(phi) + phi
                return Channel(vto, kp, gamma, phi, oxide)
    return Channel(
        vto=0.0 if vto is None else p.polarity * vto,
        kp=2e-5 if kp is None else kp,
        gamma=0.0 if gamma is None else gamma,
        phi=0.6 if phi is None else phi,
        oxide=oxide,
    )


def depletion_coefficient(p: Parameters) -> Real:
    """The width in m of a depletion layer of 1 V in the substrate, sqrt(2*eps_si/(q*nsub)); 0 without nsub."""
    if not p.model.given("nsub"):
        return 0.0
    return sqrt(2.0 * SILICON_PERMITTIVITY / (ELEMENTARY_CHARGE * p.model["nsub"] * _PER_CUBIC_CENTIMETRE))


def fast_states(p: Parameters) -> Real:
    """The capacitance of the fast surface states in F/m^2, q*nfs."""
    return ELEMENTARY_CHARGE * p.model["nfs"] * _PER_SQUARE_CENTIMETRE


def mobility(p: Parameters) -> Real:
    """The surface mobility of the card, in m^2/(V s)."""
    return p.model["u0"] * _SQUARE_CENTIMETRE


def _flat_band(p: Parameters, phi: Real, oxide: Real) -> Real:
    """The flat-band voltage in V, in the device's own sense. Fixed charge is positive whatever the channel."""
    gap = silicon_gap(p.nominal_temperature)
    gate = p.model.nominal("tpg")
    own = -0.5 * phi
    difference = own - p.polarity * (0.05 + 0.5 * gap) if gate == 0.0 else own - 0.5 * gate * gap
    return difference - p.polarity * p.model["nss"] * _PER_SQUARE_CENTIMETRE * ELEMENTARY_CHARGE / oxide


def scale(p: Parameters, card: Channel, size: Size) -> MosfetAtTemperature:
    """The instance at its temperature T, from the card at tnom (SPICE3, `mos1temp`).

    beta = kp*(T/tnom)^-1.5*W/L,   is(T) = is*exp(eg(tnom)/vt(tnom) - eg(T)/vt(T)),
    vbi = vto - gamma*sqrt(phi) + s*(eg(tnom) - eg(T))/2 + (phi(T) - phi)/2,   s = 1 n channel, -1 p channel
    """
    nominal, temperature = p.nominal_temperature, p.temperature
    length, w = size.length, size.width
    _, phi = scaled_junction(0.0, card.phi, 0.5, temperature, nominal)
    shrinking = 0.5 * (silicon_gap(nominal) - silicon_gap(temperature))
    vbi = card.vto - card.gamma * sqrt(card.phi) + p.polarity * shrinking + 0.5 * (phi - card.phi)
    drain, source, pb = _junctions(p)
    m = p.model
    return MosfetAtTemperature(
        size=size,
        vt=thermal_voltage(temperature),
        emission_voltage=m["n"] * thermal_voltage(temperature),
        vbi=vbi,
        beta=card.kp * power(temperature / nominal, -1.5) * w / length,
        gamma=card.gamma,
        phi=phi,
        gate=card.oxide,
        oxide=card.oxide * length * w,
        pb=pb,
        drain=drain,
        source=source,
        overlaps=(m["cgso"] * w, m["cgdo"] * w, m["cgbo"] * length),
    )


def _junctions(p: Parameters) -> tuple[BulkJunction, BulkJunction, Real]:
    """The drain's and the source's junction, and the potential of both.

    Areas serve for the saturation current only where js and both areas are there.
    """
    nominal, temperature, m = p.nominal_temperature, p.temperature, p.model
    decay = silicon_gap(temperature) / thermal_voltage(temperature) - silicon_gap(nominal) / thermal_voltage(nominal)
    growth = exp(-decay)
    bottom, pb = scaled_junction(1.0, m["pb"], m["mj"], temperature, nominal)
    side, _ = scaled_junction(1.0, m["pb"], m["mjsw"], temperature, nominal)
    has_area = all(p.nominal(a) if p.given(a) else p.defaults["def" + a] for a in ("ad", "as"))
    by_area = has_area and m.nominal("js") != 0.0

    def junction(area_name: str, perimeter_name: str, total_name: str) -> BulkJunction:
        area = p[area_name] if p.given(area_name) else p.defaults["def" + area_name]
        return BulkJunction(
            saturation_current=growth * (m["js"] * area if by_area else m["is"]),
            bottom=bottom * (m[total_name] if m.given(total_name) else m["cj"] * area),
            sidewall=side * m["cjsw"] * p[perimeter_name],
        )

    return junction("ad", "pd", "cbd"), junction("as", "ps", "cbs"), pb
