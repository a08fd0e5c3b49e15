"""Resistor: i = (v_p - v_n)/R(T), positive from p through the device to n.

R(T) = R*scale*(1 + tc1*dT + tc2*dT^2), or R*scale*1.01^(tce*dT) where tce is given; dT is the temperature above the
nominal one. R is the card's; else from sheet resistance, rsh*(l - 2*short)/(w - 2*narrow); else the model's r.
R may be negative. A resistance of exactly zero counts as 1 mOhm, as in ngspice, so that jumpers can be written so.

Noise: thermal, 4*k*T/R, and flicker, kf*abs(i)^af/(A*f^ef) with A = (l - 2*short)^lf*(w - 2*narrow)^wf where the card
gives a size, else 1; `noisy=0` makes a resistor silent. Where `ac` is given, the thermal noise is that of the `ac`
resistance, as Nyquist's theorem wants it (ngspice takes the dc one).
"""

from __future__ import annotations

from longtail.devices.base import (
    MULTIPLIER,
    RELATIVE_SPREAD,
    TEMPERATURE,
    TEMPERATURE_DIFFERENCE,
    DeviceModel,
    Flows,
    NoiseSource,
    Parameter,
    Parameters,
    Potentials,
    Quantity,
    Spread,
    coefficients,
)
from longtail.devices.parts.junction import present
from longtail.devices.parts.noise import flicker, thermal
from longtail.devices.parts.passive import (
    FIRST_COEFFICIENT,
    NOMINAL_TEMPERATURE,
    SCALE,
    SECOND_COEFFICIENT,
    overriding,
    temperature_factor,
)
from longtail.errors import InputError
from longtail.lanes.functions import absolute, power
from longtail.lanes.graph import Real

SMALLEST = 1e-3  # ohm, what a resistance of zero is taken as


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The current through, in A. Raises `InputError` when neither card nor model says how large R is."""
    factor = _temperature_factor(p) * p["scale"]
    resistance = _nominal_resistance(p) * factor
    voltage = v["p"] - v["n"]
    current = voltage / resistance
    conductances = []
    conductance = 1.0 / resistance
    if p.given("ac"):
        conductance = 1.0 / (p["ac"] * factor)
        conductances.append(("p", "n", conductance - 1.0 / resistance))
    return Flows(
        static={"p": current, "n": -current},
        conductances=conductances,
        noise=_noise(p, conductance, current) if p.nominal("noisy") else (),
        quantities={"i": current, "v": voltage, "r": resistance, "power": current * voltage},
    )


def _noise(p: Parameters, conductance: Real, current: Real) -> tuple[NoiseSource, ...]:
    m = p.model
    coefficient = m["kf"]
    if present(coefficient) and (p.given("l") or p.given("w")):
        length = (p["l"] if p.given("l") else m["l"]) - 2.0 * m["short"]
        width = (p["w"] if p.given("w") else m["defw"]) - 2.0 * m["narrow"]
        # magnitudes, so that a card that leaves nothing of its resistor has finite noise, as it has a resistance
        coefficient = coefficient / (power(absolute(length), m["lf"]) * power(absolute(width), m["wf"]))
    own = thermal("r", "p", "n", conductance, p.temperature)
    return (own, *flicker("p", "n", coefficient, m["af"], current, slope=m["ef"]))


def _nominal_resistance(p: Parameters) -> Real:
    if p.given("r"):
        return p["r"] if p.nominal("r") != 0.0 else SMALLEST
    length = p["l"] if p.given("l") else p.model["l"]
    width = p["w"] if p.given("w") else p.model["defw"]
    sheet = p.model.nominal("rsh")
    if sheet > 0.0 and all(p.nominal(name) > 0.0 for name in ("l", "w") if p.given(name)):
        return (length - 2.0 * p.model["short"]) / (width - 2.0 * p.model["narrow"]) * p.model["rsh"]
    if p.model.given("r"):
        return p.model["r"] if p.model.nominal("r") != 0.0 else SMALLEST
    raise InputError(
        "a resistor has no resistance", hint="give a value, or a model with r, or with rsh and the size l and w"
    )


def _temperature_factor(p: Parameters) -> Real:
    if p.given("tce") or p.model.given("tce"):
        return power(1.01, overriding(p, "tce") * (p.temperature - p.nominal_temperature))
    return temperature_factor(p)


MISMATCH = (
    Spread(
        ("r", "scale"),
        RELATIVE_SPREAD,
        relative=True,
        coefficient=Parameter("a_r", "m", "Pelgrom's coefficient of the resistance, 1 %*um is 0.01u", None, low=0.0),
        area=("w", "l"),
    ),
)

MODEL = DeviceModel(
    name="resistor",
    letter="r",
    doc=__doc__,
    terminals=("p", "n"),
    evaluate=evaluate,
    parameters=(
        Parameter("r", "ohm", "resistance at the nominal temperature", None, aliases=("resistance",)),
        Parameter("ac", "ohm", "resistance for small signals, where it differs from r", None),
        Parameter("l", "m", "length, else the model's", None, low=0.0),
        Parameter("w", "m", "width, else the model's defw", None, low=0.0),
        FIRST_COEFFICIENT,
        SECOND_COEFFICIENT,
        Parameter("tce", "%/K", "exponential temperature coefficient, in place of tc1 and tc2", None),
        SCALE,
        Parameter("noisy", "", "1 when the resistor makes noise, 0 when not", 1.0, choices=(0.0, 1.0)),
        TEMPERATURE,
        TEMPERATURE_DIFFERENCE,
        MULTIPLIER,
    ),
    model_parameters=(
        Parameter("r", "ohm", "resistance, where neither card nor size gives it", None, aliases=("res",)),
        Parameter("rsh", "ohm", "sheet resistance per square", 0.0, low=0.0),
        Parameter("l", "m", "default length", 10e-6, low=0.0),
        Parameter("defw", "m", "default width", 10e-6, low=0.0, aliases=("w",)),
        Parameter("narrow", "m", "narrowing at each side", 0.0, aliases=("dw",)),
        Parameter("short", "m", "shortening at each end", 0.0, aliases=("dlr",)),
        Parameter("tc1", "1/K", "first temperature coefficient", 0.0, aliases=("tc1r",)),
        Parameter("tc2", "1/K^2", "second temperature coefficient", 0.0, aliases=("tc2r",)),
        Parameter("tce", "%/K", "exponential temperature coefficient, in place of tc1 and tc2", 0.0),
        NOMINAL_TEMPERATURE,
        Parameter("kf", "", "flicker noise coefficient", 0.0),
        Parameter("af", "", "flicker noise exponent of the current", 0.0),
        Parameter("lf", "", "flicker noise exponent of the length", 1.0),
        Parameter("wf", "", "flicker noise exponent of the width", 1.0),
        Parameter("ef", "", "flicker noise exponent of the frequency", 1.0),
        *coefficients(MISMATCH),
    ),
    model_types={"r": 1.0, "res": 1.0},
    quantities=(
        Quantity("i", "A", "current from the first to the second terminal"),
        Quantity("v", "V", "voltage across"),
        Quantity("r", "ohm", "resistance at this temperature"),
        Quantity("power", "W", "dissipated power"),
    ),
    scales=("r",),
    mismatch=MISMATCH,
    references=("ngspice 39, src/spicelib/devices/res/restemp.c and resnoise.c",),
)
