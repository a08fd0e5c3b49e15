"""Voltage-controlled switch of LTspice, level 2: i = ilimit*tanh(g*v/ilimit) with v = v_p - v_n, never quite on or off.

    g = exp(A*atan((v_c - vt)/abs(vh)) + B),  A = ln(roff/ron)/pi,  B = -ln(roff*ron)/2,  v_c = v_cp - v_cn

Without ilimit i = g*v. vser is a drop: v is what is beyond it, v - vser or v + vser, and zero in between; epsilon is
the width of the parabola that rounds both bends. No current flows at the control terminals.

What vser and epsilon do is in no manual but as "series voltage": it is read off LTspice's own models, whose current
always goes from n to p, where a source in series would do the same. Noise: thermal, 4*k*T*g.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import pi

from longtail.devices.base import MULTIPLIER, DeviceModel, Flows, Parameter, Parameters, Potentials
from longtail.devices.parts.noise import thermal
from longtail.devices.parts.switching import (
    CURRENT_LIMIT,
    ELEMENTS,
    SERIES_VOLTAGE,
    beyond,
    quantities,
    resistances,
)
from longtail.lanes.functions import absolute, atan, equal, exp, log, maximum, minimum, select, tan, tanh
from longtail.lanes.graph import Real

_LARGEST_STEP = pi / 8.0  # of the angle atan((v_c - vt)/vh), in one iteration


def evaluate(v: Potentials, p: Parameters) -> Flows:
    """The current, in A."""
    model = p.model
    width = absolute(model["vh"])

    def rule(new: Mapping[str, Real], old: Mapping[str, Real]) -> Mapping[str, Real]:
        wanted, was = (atan((each["vc"] - model["vt"]) / width) for each in (new, old))
        angle = minimum(maximum(wanted, was - _LARGEST_STEP), was + _LARGEST_STEP)
        return {"v": new["v"], "vc": select(equal(angle, wanted), new["vc"], model["vt"] + width * tan(angle))}

    control = v["cp"] - v["cn"]
    limited = v.limit({"v": v["p"] - v["n"], "vc": control}, {"v": 0.0, "vc": model["vt"]}, rule)
    voltage, closed, open = limited["v"], log(model["ron"]), log(model["roff"])
    angle = atan((limited["vc"] - model["vt"]) / width)
    conductance = exp((open - closed) / pi * angle - 0.5 * (open + closed))
    current = conductance * (beyond(voltage, model["vser"], _width(p)) if model.nominal("vser") else voltage)
    if model.given("ilimit"):
        current = model["ilimit"] * tanh(current / model["ilimit"])
    return Flows(
        static={"p": current, "n": -current},
        quantities={
            "i": current,
            "v": voltage,
            "vc": limited["vc"],
            "r": 1.0 / conductance,
            "power": current * voltage,
        },
        noise=(thermal("r", "p", "n", conductance, p.temperature),),
    )


def _width(p: Parameters) -> Real:
    return p.model["epsilon"] if p.model.nominal("epsilon") else 0.0


MODEL = DeviceModel(
    name="voltage_switch2",
    letter="s",
    doc=__doc__,
    terminals=("p", "n", "cp", "cn"),
    evaluate=evaluate,
    parameters=(MULTIPLIER,),
    model_parameters=(
        Parameter("vt", "V", "threshold"),
        Parameter("vh", "V", "how far from it the way between off and on is half done, of either sign", -0.1),
        *resistances(1.0, 1e12),
        SERIES_VOLTAGE,
        CURRENT_LIMIT,
        Parameter("epsilon", "V", "width of the bends at vser", 0.0, low=0.0),
    ),
    model_types={"sw": 1.0},
    model_required=True,
    levels=(2,),
    ignored=frozenset(("lser",)),
    quantities=quantities("vc", "V", "controlling voltage"),
    elements=ELEMENTS,
    references=("LTspice help, S. Voltage Controlled Switch, level 2",),
)
