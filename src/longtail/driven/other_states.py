"""Other dc states of a circuit with positive feedback: where it goes when it leaves the one that was found.

About an operating point from which a natural frequency grows without swinging, the loop gain at dc is positive and
more than one, and there is a state to either side. Each is looked for by a push along the vector of that frequency,
and then as the circuit would go by itself, with a capacitance at every node.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from longtail.engine.equations.system import Array, System
from longtail.engine.solving.continuation import Path, leaving
from longtail.engine.solving.newton import warm
from longtail.engine.solving.operating_point import OperatingPoint, solve_operating_point
from longtail.errors import AnalysisError
from longtail.units import format_si

_PUSH = 0.5  # V, at the node that moves most
_APART = 1e-3  # V: states that differ by less are one
_TRIED = 5  # nodes whose .nodeset may choose


@dataclass(frozen=True, slots=True)
class OtherStates:
    """Voltages of a node, V, in the stable states to either side of an operating point, in rising order; `card` is what
    chooses the first in a netlist, "" where no `.nodeset` of one node does."""

    node: str
    volts: tuple[float, ...]
    card: str = ""

    @property
    def note(self) -> str:
        """What is said of them.

        >>> OtherStates("out", (-13.9, 13.9), ".nodeset v(out)=-13.9").note
        "other states: v(out) = -13.9 V and 13.9 V; '.nodeset v(out)=-13.9' in the netlist chooses the first"
        """
        states, which = ("another state", "it") if len(self.volts) == 1 else ("other states", "the first")
        said = f"{states}: v({self.node}) = {' and '.join(format_si(v, 'V') for v in self.volts)}"
        return f"{said}; '{self.card}' in the netlist chooses {which}" if self.card else said


def other_states(point: OperatingPoint, along: Array) -> OtherStates | None:
    """The states to either side of a point of one lane; `along` `[unknown]` is how the circuit leaves it.

    They are told by the output, else by the node of the netlist that differs most. None where none is found.
    """
    system = point.system
    push = _PUSH * along / np.abs(along[system.node_mask]).max(initial=1e-300)
    settled = []
    for sign in (-1.0, 1.0):
        beside = warm(system, point.values, point.solution[:1] + sign * push)
        there = leaving(Path(system, point.values), beside)
        if there.converged and _differ(system, there.state.x[0], point.solution[0]):
            settled.append(there.state.x[0])
    if not settled:
        return None
    nodes = _telling(system, np.max(np.abs(np.array(settled) - point.solution[0]), axis=0))
    settled.sort(key=lambda x: float(x[system.index[nodes[0]]]))
    volts = tuple(_rounded(x[system.index[nodes[0]]]) for x in settled)
    cards = ((node, _rounded(settled[0][system.index[node]])) for node in nodes[:_TRIED])
    card = next((f".nodeset v({node})={v:g}" for node, v in cards if _chosen(point, node, v, settled[0])), "")
    return OtherStates(nodes[0], volts, card)


def _rounded(volts: float) -> float:
    """To four digits, and to what tells states apart."""
    return float(f"{volts:.4g}") if abs(volts) > _APART else 0.0


def _differ(system: System, one: Array, other: Array) -> bool:
    return bool(np.abs(one - other)[system.node_mask].max() > _APART)


def _telling(system: System, moved: Array) -> list[str]:
    """The outputs, then the nodes of the netlist, those that move most first, of nearly equal ones by name."""
    nodes = {name: float(moved[system.index[name]]) for name in system.circuit.nodes if name in system.index}
    decades = {name: -round(np.log10(size) * 10.0) for name, size in nodes.items() if size > _APART}
    order = sorted(decades, key=lambda name: ("." in name, decades[name], name))
    return [*(name for name in system.circuit.ports.output if name in decades), *order]


def _chosen(point: OperatingPoint, node: str, volts: float, state: Array) -> bool:
    """Whether `.nodeset` of a node at so many volts finds a state."""
    system = point.system
    circuit = replace(system.circuit, nodesets={**system.circuit.nodesets, node: volts})
    again = System(circuit, varied=system.varied, drives=system.drives)
    try:
        found = solve_operating_point(again, {name: float(np.ravel(v)[0]) for name, v in point.values.items()})
    except AnalysisError:
        return False
    return not _differ(system, found.solution[0], state)
