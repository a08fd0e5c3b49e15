"""The bipolar transistor's parameters at its temperature and area, as ngspice 39 scales them."""

from __future__ import annotations

from dataclasses import dataclass

from longtail.devices.base import Parameters, thermal_voltage
from longtail.devices.parts.junction import inverse, quadratic, saturation_exponent, scaled_junction
from longtail.lanes.functions import exp, log, maximum, minimum, power
from longtail.lanes.graph import Real

VERTICAL, LATERAL = 1.0, -1.0

_STEEPEST = 0.999
_ISE_IS_A_FACTOR_ABOVE = 1e-4


@dataclass(frozen=True, slots=True)
class Junction:
    """Zero-bias capacitance in F, built-in potential in V, grading coefficient."""

    capacitance: Real
    potential: Real
    grading: Real


@dataclass(frozen=True, slots=True)
class BipolarAtTemperature:
    """One transistor's parameters by their SPICE names, area and temperature included; `i..` is 1/value, 0 for none."""

    geometry: float
    ibe: Real
    ibc: Real
    ise: Real
    isc: Real
    iss: Real
    bf: Real
    br: Real
    nf: Real
    nr: Real
    ne: Real
    nc: Real
    ns: Real
    ivaf: Real
    ivar: Real
    iikf: Real
    iikr: Real
    rb: Real
    rbm: Real
    irb: Real
    rc: Real
    re: Real
    tf: Real
    tr: Real
    itf: Real
    emitter: Junction
    collector: Junction
    substrate: Junction


def scaled(p: Parameters) -> BipolarAtTemperature:
    """Every temperature-dependent parameter of the transistor `p`.

    The base-collector saturation current goes with the base (vertical) or collector (lateral) area alone. ngspice 39
    multiplies it by the emitter area besides, so that there area=2 is not two transistors in parallel; here it is.
    """
    model, rise = p.model, p.temperature - p.nominal_temperature
    area = p["area"]
    geometry = model.nominal("subs") if model.given("subs") else (VERTICAL if p.polarity > 0.0 else LATERAL)
    areas = [p[name] if p.given(name) else area for name in ("areab", "areac")]
    base_collector, substrate = areas if geometry == VERTICAL else areas[::-1]

    def warm(name: str, coefficient: str = "") -> Real:
        short = coefficient or name
        return quadratic(model[name], model[f"t{short}1"], model[f"t{short}2"], rise)

    rbm = warm("rbm", "rm") if model.given("rbm") else quadratic(model["rb"], model["trm1"], model["trm2"], rise)
    return BipolarAtTemperature(
        geometry=geometry,
        **_saturation_currents(p, rise, area, base_collector, substrate),
        **_gains(p, rise),
        **{name: warm(name) for name in ("nf", "nr", "ne", "nc", "ns", "tf", "tr")},
        **{f"i{name}": inverse(warm(name)) for name in ("vaf", "var")},
        **{f"i{name}": inverse(warm(name) * area) for name in ("ikf", "ikr")},
        **{name: warm(name) / area for name in ("rb", "rc", "re")},
        rbm=rbm / area,
        irb=warm("irb") * area,
        itf=warm("itf") * area,
        emitter=_junction(p, "e", rise, area),
        collector=_junction(p, "c", rise, base_collector),
        substrate=_junction(p, "s", rise, substrate),
    )


def _leakage(p: Parameters, name: str) -> Real:
    """ise or isc; SPICE2's old form as a factor of is is known by its size."""
    value = p.model[name]
    return value * p.model["is"] if p.model.nominal(name) > _ISE_IS_A_FACTOR_ABOVE else value


def _saturation_currents(
    p: Parameters, rise: Real, area: Real, base_collector: Real, substrate: Real
) -> dict[str, Real]:
    """ibe, ibc, ise, isc and iss in A."""
    model = p.model
    separate = model.given("ibe") and model.given("ibc")
    ibe, ibc = (model["ibe"], model["ibc"]) if separate else (model["is"], model["is"])
    ise, isc, iss = _leakage(p, "ise"), _leakage(p, "isc"), model["iss"]
    substrate_area = substrate if separate else area
    if model.nominal("tlev") == 3.0:

        def steep(value: Real, name: str) -> Real:
            exponent = 1.0 + model[f"t{name}1"] * rise + model[f"t{name}2"] * rise * rise
            return power(maximum(value, 0.0), exponent)

        ibe, ibc = steep(ibe, "is"), steep(ibc, "is")
        ise, isc, iss = steep(ise, "ise"), steep(isc, "isc"), steep(iss, "iss")
    else:
        growth = saturation_exponent(model["eg"], model["xti"], p.temperature, p.nominal_temperature)
        gain = _gain_factor(p, rise)
        # the substrate current grows with the base-collector current: ngspice has one factor for both
        of_collector = exp(growth / model["nr"]) if separate else exp(growth)
        ibe = ibe * (exp(growth / model["nf"]) if separate else exp(growth))
        ibc, iss = ibc * of_collector, iss * of_collector
        ise = ise * exp(growth / model["ne"]) / gain
        isc = isc * exp(growth / model["nc"]) / gain
    return {
        "ibe": ibe * area,
        "ibc": ibc * base_collector,
        "ise": ise * area,
        "isc": isc * base_collector,
        "iss": iss * substrate_area,
    }


def _gain_factor(p: Parameters, rise: Real) -> Real:
    if p.model.nominal("tlev") == 0.0:
        return exp(p.model["xtb"] * log(p.temperature / p.nominal_temperature))
    return 1.0 + p.model["xtb"] * rise if p.model.nominal("tlev") == 1.0 else 1.0


def _gains(p: Parameters, rise: Real) -> dict[str, Real]:
    """bf and br: by their own coefficients where one is given, else by xtb."""
    gains: dict[str, Real] = {}
    for name in ("bf", "br"):
        first, second = f"t{name}1", f"t{name}2"
        if p.model.given(first) or p.model.given(second):
            gains[name] = quadratic(p.model[name], p.model[first], p.model[second], rise)
        else:
            gains[name] = p.model[name] * _gain_factor(p, rise)
    return gains


def _junction(p: Parameters, which: str, rise: Real, area: Real) -> Junction:
    model = p.model
    capacitance, potential = model[f"cj{which}"], model[f"vj{which}"]
    grading = minimum(
        quadratic(model[f"mj{which}"], model[f"tmj{which}1"], model[f"tmj{which}2"], rise),
        _STEEPEST,
    )
    if model.nominal("tlevc") == 0.0:
        capacitance, potential = scaled_junction(capacitance, potential, grading, p.temperature, p.nominal_temperature)
    else:
        capacitance = capacitance * (1.0 + model[f"ct{which}"] * rise)
        potential = potential - model[f"tvj{which}"] * rise
    return Junction(capacitance * area, potential, grading)


@dataclass(frozen=True, slots=True)
class Epitaxy:
    """Kull's collector layer: resistance in ohm, drift saturation voltage in V, doping factor, charge factor in C."""

    rco: Real
    vo: Real
    gamma: Real
    qco: Real


def epitaxy(p: Parameters) -> Epitaxy:
    """The epitaxial layer at temperature; only quasimod = 1 lets it follow. Resistances below 0.01 ohm become that."""
    model = p.model
    rco, vo, gamma = maximum(model["rco"], 0.01), model["vo"], model["gamma"]
    if model.nominal("quasimod") == 1.0:
        npn = p.polarity > 0.0
        ratio = p.temperature / p.nominal_temperature
        rco = rco * power(ratio, model["cn"] if model.given("cn") else 2.42 if npn else 2.2)
        vo = vo * power(ratio, model["d"] if model.given("d") else 0.87 if npn else 0.52)
        gap = exp((ratio - 1.0) * model["vg"] / thermal_voltage(p.temperature))
        gamma = gamma * power(ratio, model["xti"]) * gap
    return Epitaxy(rco, vo, gamma, model["qco"])
