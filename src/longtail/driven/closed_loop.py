"""What can be said of an amplifier with one signal input: its gain with the loop closed, and that of the loop."""

from __future__ import annotations

import math

import numpy as np

from longtail import modes
from longtail.circuit import GROUND, Circuit, Instance
from longtail.driven.drives import hot_end
from longtail.driven.loop_gain import Wire, loop_gain
from longtail.driven.loop_probes import with_source
from longtail.elaborate.roles import place_of, role_of, terminal
from longtail.engine.equations.system import System
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving.operating_point import solve_operating_point
from longtail.errors import AnalysisError, ConvergenceError

_LOOKED_AT = np.array([1.0, 10.0, 1e2, 1e3, 1e4, 1e5, 1e6])  # Hz: the lowest at which the gain is near its largest


def closed_loop(circuit: Circuit) -> str:
    """What can be said of an amplifier with one signal input: its gain at low frequency, and that of its loop."""
    if not circuit.ports.loop:
        return ""
    source, fed_back, another = circuit.ports.loop
    if circuit.instances[source].device != "voltage_source" or not circuit.ports.output:
        return ""
    inside, wires = _with_wire(circuit, fed_back)
    try:
        model = linearize(
            solve_operating_point(
                System(inside, drives=(f"{source}.dc",)),
                {f"{source}.dc": circuit.number(circuit.instances[source].parameters.get("dc", 0.0))},
            )
        )
        x = model.response(_LOOKED_AT, np.array([[hot_end(circuit.instances[source])[1]]]))[0, ..., 0]
        around = loop_gain(model, wires, _LOOKED_AT)[0] if wires else None
    except (ConvergenceError, AnalysisError) as error:
        return f"its gain could not be found: {error.message}"
    system = model.operating_point.system
    weights = modes.output_weights(len(circuit.ports.output))[modes.DIFFERENTIAL]
    gain = sum(w * x[:, system.index[n]] for w, n in zip(weights, circuit.ports.output, strict=True))
    k = int(np.argmax(np.abs(gain) > 0.99 * np.abs(gain).max()))
    value = math.copysign(abs(gain[k]), gain[k].real)
    said = f"the gain from {source} to {', '.join(circuit.ports.output)} is {value:.4g} V/V with the loop closed"
    if around is not None:
        said += f", the loop gain {abs(around[k]):.4g}"
    both = _inputs(circuit, another, fed_back)
    return f"{said} ({_LOOKED_AT[k]:g} Hz); for gains of an open loop name both nodes: *@ input {both}"


def _inputs(circuit: Circuit, *transistors: str) -> str:
    """The nodes of the bases or gates of a pair; "node node" where they are not known or one is ground."""
    nodes = [_control(circuit.instances[name]) for name in transistors if name]
    return "node node" if len(nodes) < 2 or GROUND in nodes else " ".join(nodes)


def _control(transistor: Instance) -> str:
    role = role_of(transistor)
    assert role is not None  # only transistors are fed back
    return terminal(transistor, role.control)


def _with_wire(circuit: Circuit, transistor: str) -> tuple[Circuit, tuple[Wire, ...]]:
    """The circuit with a source of 0 V in the lead of the base or gate of a transistor, and the wire that it cuts."""
    if not transistor:
        return circuit, ()
    old = circuit.instances[transistor]
    role = role_of(old)
    assert role is not None
    lead = f"{_control(old)}@{transistor}"
    inside, wire = with_source(circuit, old, place_of(old, role.control), f"v@{lead}", lead)
    return inside, (wire,)
