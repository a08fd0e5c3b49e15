"""LTspice's idealized diode, of straight lines: a D card whose model gives ron, roff, vfwd, vrev or rrev.

    i = clip(v, -VREV, VFWD)/ROFF + i_on(v - VFWD, RON, EPSILON, ILIMIT) - i_on(-VREV - v, RREV, REVEPSILON, REVILIMIT)

    i_on(u, r, e, l) = l*tanh(g/l),  g = 0 for u < -e/2,  (u + e/2)^2/(2*e*r) up to u = e/2,  u/r beyond

i from anode to cathode. EPSILON is the width of the parabola that rounds the bend; where it lies is in no manual of
LTspice: here it is around VFWD, so that both straight lines stay. Without a limit i_on is g; VREV not given is no
breakdown, ROFF not given 1/gmin. A negative VREV makes it conduct both ways around a voltage between -VREV and VFWD, as
models of LTspice's library bias nodes with. No capacitance, no temperature, no noise.
"""

from __future__ import annotations

from longtail.devices.base import MULTIPLIER, DeviceModel, Flows, Parameter, Parameters, Potentials, Quantity
from longtail.lanes.functions import maximum, minimum, select, tanh
from longtail.lanes.graph import Real


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The current in A."""
    model = p.model
    voltage = v.limit({"vd": v["a"] - v["k"]}, {"vd": 0.0}, lambda new, old: new)["vd"]
    forward = voltage - model["vfwd"]
    between = minimum(voltage, model["vfwd"])
    current = _conducting(forward, model["ron"], model["epsilon"], p, "ilimit")
    region = select(forward > 0.0, 1.0, 0.0)
    if model.given("vrev"):
        reverse = -model["vrev"] - voltage
        between = maximum(between, -model["vrev"])
        resistance = model["rrev"] if model.given("rrev") else model["ron"]
        current = current - _conducting(reverse, resistance, model["revepsilon"], p, "revilimit")
        region = select(reverse > 0.0, 2.0, region)
    current = current + (between / model["roff"] if model.given("roff") else between * p.gmin)
    return Flows(
        static={"a": current, "k": -current},
        quantities={
            "vd": voltage,
            "id": current,
            "gd": v.derivative(current, voltage),
            "power": current * voltage,
            "region": region,
        },
    )


def _conducting(beyond: Real, resistance: Real, width: Real, p: Parameters, limit: str) -> Real:
    """i_on of the voltage beyond the bend."""
    name = "epsilon" if limit == "ilimit" else "revepsilon"
    if p.model.nominal(name) > 0.0:
        rising = minimum(maximum(beyond + width / 2.0, 0.0), width)
        current = (rising * rising / (2.0 * width) + maximum(beyond - width / 2.0, 0.0)) / resistance
    else:
        current = maximum(beyond, 0.0) / resistance
    return p.model[limit] * tanh(current / p.model[limit]) if p.model.given(limit) else current


_MODEL = (
    Parameter("ron", "ohm", "resistance beyond vfwd", 1.0, low=1e-9),
    Parameter("roff", "ohm", "resistance between -vrev and vfwd (not given: 1/gmin)", None, low=1e-9),
    Parameter("vfwd", "V", "voltage from which it conducts", 0.0),
    Parameter("vrev", "V", "reverse voltage from which it conducts, above -vfwd (not given: never)", None),
    Parameter("rrev", "ohm", "resistance beyond vrev (not given: ron)", None, low=1e-9),
    Parameter("ilimit", "A", "largest forward current (not given: none)", None, low=1e-15),
    Parameter("revilimit", "A", "largest reverse current (not given: none)", None, low=1e-15),
    Parameter("epsilon", "V", "width of the parabola at vfwd", 0.0, low=0.0),
    Parameter("revepsilon", "V", "width of the parabola at -vrev", 0.0, low=0.0),
)

MODEL = DeviceModel(
    name="ideal_diode",
    letter="d",
    doc=__doc__,
    terminals=("a", "k"),
    evaluate=evaluate,
    parameters=(MULTIPLIER,),
    model_parameters=_MODEL,
    model_types={"d": 1.0},
    model_required=True,
    marks=("ron", "roff", "vfwd", "vrev", "rrev"),
    quantities=(
        Quantity("vd", "V", "voltage across"),
        Quantity("id", "A", "current from anode to cathode"),
        Quantity("gd", "S", "slope of the current"),
        Quantity("power", "W", "power taken up at the terminals"),
    ),
    regions=("off", "forward", "breakdown"),
    references=("LTspice help, D. Diode", "ngspice 39 manual, section 8.2, sidiode"),
)
