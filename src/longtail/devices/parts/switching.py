"""The conductance of a switch between off and on, and the step limiting of what controls it.

    ln R = ln(roff) + s*(ln(ron) - ln(roff)),   s = x^2*(3 - 2*x),   x = (c - c_off)/(c_on - c_off) within 0 and 1

with the control c, in V or A, and its edges c_off and c_on. It is the formula of PSpice, which writes it around the
middle: ln R = Lm + 3*Lr*u/2 - 2*Lr*u^3 with Lm = ln(sqrt(ron*roff)), Lr = ln(ron/roff), u = x - 1/2.

Source: MicroSim PSpice A/D Reference Manual, voltage-controlled and current-controlled switch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from longtail.devices.base import MULTIPLIER, Flows, Parameter, Parameters, Potentials, Quantity
from longtail.devices.parts.noise import thermal
from longtail.devices.small_signal import CONDUCTANCE, between
from longtail.errors import InputError
from longtail.lanes.functions import absolute, equal, exp, log, maximum, minimum, select
from longtail.lanes.graph import Real

SWITCHES = frozenset(
    ("voltage_switch", "voltage_switch2", "current_switch", "smooth_voltage_switch", "smooth_current_switch")
)
REGIONS = ("off", "on", "between")
STEPPING = "stepping"
UNREAL = {
    STEPPING: "its control sits on the step between off and on, where no real switch stays: small signals there are "
    "those of a slope that only the solver needs"
}
LEAST, MOST = 1e-12, 1e60  # ohm: within these a resistance and its logarithm are good numbers
NARROW = 1e-3  # of threshold and hysteresis: the width of a step
_LARGEST_STEP = 0.125  # of the way from off to on, in one iteration

ON = Parameter("on", "", "within its hysteresis the switch is on", 0.0, flag=True)
OFF = Parameter("off", "", "within its hysteresis the switch is off, as without a word", 0.0, flag=True)
FLAGS = (ON, OFF, MULTIPLIER)
TRANSITION_DELAY = Parameter("td", "s", "delay of switching; without time of no effect", None)
SERIES_VOLTAGE = Parameter("vser", "V", "drop of voltage before any current flows, either way", 0.0)
CURRENT_LIMIT = Parameter("ilimit", "A", "largest current (not given: none)", None, low=1e-30)
ELEMENTS = (between("g", "sw", "p", "n", "resistance of the switch", CONDUCTANCE, ("r", "sw")),)


@dataclass(frozen=True, slots=True)
class Edges:
    """The controls at which a switch is just off and just on, V or A; `narrow` where the way between is a step."""

    off: Real
    on: Real
    narrow: bool = False

    def way(self, control: Real) -> Real:
        """How far a control is on the way from off to on: 0 and less off, 1 and more on.

        >>> Edges(2.0, 1.0).way(1.25)
        0.75
        """
        return (control - self.off) / (self.on - self.off)


def resistances(on: float, off: float) -> tuple[Parameter, Parameter]:
    """The two resistances of a model card, with these defaults."""
    return (
        Parameter("ron", "ohm", "resistance when on", on, low=LEAST, high=MOST),
        Parameter("roff", "ohm", "resistance when off", off, low=LEAST, high=MOST),
    )


def quantities(control: str, unit: str, doc: str) -> tuple[Quantity, ...]:
    """What a switch reports, with the control of that name."""
    return (
        Quantity("i", "A", "current from the first to the second terminal"),
        Quantity("v", "V", "voltage across"),
        Quantity(control, unit, doc),
        Quantity("r", "ohm", "resistance"),
        Quantity("power", "W", "dissipated power"),
    )


def stepping(p: Parameters, threshold: str, hysteresis: str, least: float) -> Edges:
    """The edges of SPICE's switch, by the names of its parameters; a step is `least` wide, V or A, and a bit.

    Without hysteresis it lies around the threshold. In a window of hysteresis, edges included, the switch is off, or
    on with the flag `on`: its way to the other state lies just outside. A negative hysteresis is LTspice's: smooth
    over the whole window.
    """
    at, around = p.model[threshold], p.model[hysteresis]
    if p.model.nominal(hysteresis) < 0.0:
        return Edges(at + around, at - around)
    width = least + NARROW * (absolute(at) + absolute(around))
    if p.model.nominal(hysteresis) == 0.0:
        return Edges(at - 0.5 * width, at + 0.5 * width, narrow=True)
    if p.nominal("on"):
        return Edges(at - around - width, at - around, narrow=True)
    return Edges(at + around, at + around + width, narrow=True)


def sloping(p: Parameters, on: str, off: str) -> Edges:
    """The edges of PSpice's switch, by the names of its parameters. Raises `InputError` where they are one."""
    if p.model.nominal(on) == p.model.nominal(off):
        raise InputError(
            f"{on} and {off} of the switch are equal: it has no way from off to on",
            hint=f"give them different values, or use a switch with hysteresis, which has a threshold in place of {on}",
        )
    return Edges(p.model[off], p.model[on])


def beyond(voltage: Real, drop: Real, width: Real = 0.0) -> Real:
    """What of a voltage is beyond a drop either way, V; with parabolas of a width at both bends.

    >>> beyond(1.5, 1.0), beyond(0.5, 1.0), beyond(-1.5, 1.0), beyond(1.0, 1.0, 0.5)
    (0.5, 0.0, -0.5, 0.0625)
    """
    return _ramp(voltage - drop, width) - _ramp(-voltage - drop, width)


def _ramp(x: Real, width: Real) -> Real:
    """x above zero, zero below; between -width/2 and width/2 the parabola that joins them."""
    if isinstance(width, float) and width == 0.0:
        return maximum(x, 0.0)
    rising = minimum(maximum(x + 0.5 * width, 0.0), width)
    return rising * rising / (2.0 * width) + maximum(x - 0.5 * width, 0.0)


def switched(
    v: Potentials, p: Parameters, control: Real, edges: Edges, name: str, *, limited_by: bool = False
) -> Flows:
    """The current from p to n, in A; `name` is what the control is called among the quantities.

    `limited_by` says that the model has vser and ilimit.
    """
    first = edges.on if p.nominal("on") else edges.off

    def rule(new: Mapping[str, Real], old: Mapping[str, Real]) -> Mapping[str, Real]:
        return {"v": new["v"], name: _limited(new[name], old[name], edges)}

    limited = v.limit({"v": v["p"] - v["n"], name: control}, {"v": 0.0, name: first}, rule)
    voltage = limited["v"]
    x = edges.way(limited[name])
    conductance = conductance_at(p, x)
    current = _through(p, conductance, voltage) if limited_by else conductance * voltage
    return Flows(
        static={"p": current, "n": -current},
        quantities={
            "i": current,
            "v": voltage,
            name: limited[name],
            "r": 1.0 / conductance,
            "power": current * voltage,
            "region": select(x <= 0.0, 0.0, select(x >= 1.0, 1.0, 3.0 if edges.narrow else 2.0)),
        },
        noise=(thermal("r", "p", "n", conductance, p.temperature),),
    )


def _through(p: Parameters, conductance: Real, voltage: Real) -> Real:
    """The current in A: that of the conductance, beyond vser and up to ilimit."""
    over = beyond(voltage, p.model["vser"]) if p.model.nominal("vser") else voltage
    current = conductance * over
    if not p.model.given("ilimit"):
        return current
    limit = p.model["ilimit"]
    return minimum(maximum(current, -limit), limit)


def conductance_at(p: Parameters, x: Real) -> Real:
    """The conductance in S so far on the way from off to on."""
    inside = minimum(maximum(x, 0.0), 1.0)
    share = inside * inside * (3.0 - 2.0 * inside)
    closed, open = log(p.model["ron"]), log(p.model["roff"])
    return exp(-(open + share * (closed - open)))


def _limited(new: Real, old: Real, edges: Edges) -> Real:
    """The control at which to evaluate: none jumps over the way from off to on, or far along it.

    A switch that is part of a loop would else flip for ever: off it asks for on, and on for off.
    """
    x, was = edges.way(new), edges.way(old)
    along = minimum(maximum(x, was - _LARGEST_STEP), was + _LARGEST_STEP)
    to = select(was <= 0.0, minimum(x, _LARGEST_STEP), select(was >= 1.0, maximum(x, 1.0 - _LARGEST_STEP), along))
    return select(equal(to, x), new, edges.off + to * (edges.on - edges.off))
