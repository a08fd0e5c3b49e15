"""What each device adds to the small-signal equations, seen by the device alone.

The linear model of the engine has every device summed up. Here each is differentiated by itself, with a potential of
its own for every terminal, also where two terminals share a node or one is ground: only so can the transconductance
of a diode-connected transistor be told from its output conductance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import GROUND, Circuit, Instance
from longtail.devices.base import DeviceModel, Flows, Topology
from longtail.devices.discovery import devices
from longtail.engine.equations.expressions import evaluate_law
from longtail.engine.equations.own_programs import OwnPrograms, has_own_program
from longtail.engine.equations.trace import branch_name, within
from longtail.engine.equations.views import InstanceParameters, InstancePotentials, Numbers
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.derivative import Differentiator
from longtail.lanes.graph import Expr, Graph, Real
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import lower
from longtail.netlist.expressions.tree import Expression

Entries = dict[tuple[str, str], float]  # by local names of row and column
Input = float | NDArray[np.float64]
# where a value belongs: by row and column, or by number of the delay and column
_CONDUCTANCE, _CAPACITANCE, _SECONDS, _DELAYED = "conductance", "capacitance", "seconds", "delayed"


@dataclass
class LocalDelay:
    """A delayed slope: signs by local row, slopes by local column, and the delay in s."""

    rows: Mapping[str, float]
    slopes: dict[str, float]
    seconds: float


@dataclass
class Stamp:
    """The small-signal matrices of one device, in S and F (rows of branches: 1, ohm, s).

    `unknowns` gives the unknown of the circuit behind each local name, None for ground, and `merged` the terminal that
    takes the place of an inner node. Columns of a behavioural source are unknowns of the circuit, written "=name".
    """

    instance: Instance
    device: DeviceModel
    unknowns: dict[str, str | None]
    merged: Mapping[str, str] = field(default_factory=dict)
    conductance: Entries = field(default_factory=dict)
    capacitance: Entries = field(default_factory=dict)
    delays: list[LocalDelay] = field(default_factory=list)


def device_stamps(point: OperatingPoint, lane: int = 0) -> list[Stamp]:
    """The stamps of all devices at one lane of an operating point, in the order of the netlist."""
    return next(stamps_over(point.select(np.array([lane]))))


def stamps_over(point: OperatingPoint) -> Iterator[list[Stamp]]:
    """The same of every lane in turn; the devices are differentiated once for all of them."""
    return _Stamper(point).run()


class _Stamper:
    """`templates` are stamps whose entries are yet to come: `places` says where each output belongs."""

    def __init__(self, point: OperatingPoint) -> None:
        system = point.system
        self.circuit: Circuit = system.circuit
        self.lanes = len(point.solution)
        self.solution = dict(zip((u.name for u in system.unknowns), point.solution.T, strict=True))
        self.graph = Graph()
        numbers = Numbers(self.circuit, self.graph, frozenset(system.varied))
        self.numbers = numbers
        self.own_programs = OwnPrograms(self.circuit, numbers, None)
        self.models = devices()
        self.parameters = {
            i.name: InstanceParameters(i, self.models[i.device], numbers, 1.0) for i in self.circuit.instances.values()
        }
        self.topologies: dict[str, Topology] = {}
        for i in self.circuit.instances.values():
            self.parameters[i.name].controls = [self.parameters[c] for c in i.controls]
            self.topologies[i.name] = self.models[i.device].topology(self.parameters[i.name])
        self.inputs: dict[str, Input] = {name: point.values[name] for name in system.varied}
        self.outputs: list[Real] = []
        self.places: list[tuple[int, str, tuple[str, str]]] = []

    def run(self) -> Iterator[list[Stamp]]:
        templates = [self._stamp(k, i) for k, i in enumerate(self.circuit.instances.values())]
        program = lower(self.graph, self.outputs, list(self.inputs))
        values = NumpyExecutor().run(program, list(self.inputs.values()), self.lanes)
        for lane in values.T.tolist():
            yield self._filled(templates, lane)

    def _filled(self, templates: list[Stamp], values: list[float]) -> list[Stamp]:
        stamps = [
            replace(
                t,
                unknowns=dict(t.unknowns),
                conductance={},
                capacitance={},
                delays=[LocalDelay(d.rows, {}, 0.0) for d in t.delays],
            )
            for t in templates
        ]
        for (k, where, key), value in zip(self.places, values, strict=True):
            stamp = stamps[k]
            if where == _SECONDS:
                stamp.delays[int(key[0])].seconds = value
            elif where == _DELAYED:
                slopes = stamp.delays[int(key[0])].slopes
                slopes[key[1]] = slopes.get(key[1], 0.0) + value
            else:
                entries = stamp.conductance if where == _CONDUCTANCE else stamp.capacitance
                entries[key] = entries.get(key, 0.0) + value
        return stamps

    def _unknowns(self, i: Instance, device: DeviceModel) -> dict[str, str | None]:
        topology = self.topologies[i.name]
        nodes = dict(zip(device.terminals, i.nodes, strict=False))
        nodes |= {f"c{k}": node for k, node in enumerate(i.nodes[len(device.terminals) :])}
        nodes |= dict.fromkeys(device.terminals[len(i.nodes) :], GROUND)
        local: dict[str, str | None] = {name: None if node == GROUND else node for name, node in nodes.items()}
        local |= {name: f"{i.name}#{name}" for name in topology.internal}
        local |= {b: branch_name(i.name, b) for b in topology.branches}
        for k, control in enumerate(i.controls):
            local[f"i{k}"] = branch_name(control, self.topologies[control].branches[0])
        return local

    def _input(self, name: str, unknown: str | None) -> Expr:
        self.inputs[name] = 0.0 if unknown is None else self.solution[unknown]
        return self.graph.input(name)

    def _stamp(self, place: int, i: Instance) -> Stamp:
        device, p = self.models[i.device], self.parameters[i.name]
        unknowns = self._unknowns(i, device)
        variables = {name: self._input(f"{i.name}|{name}", u) for name, u in unknowns.items()}
        merged = self.topologies[i.name].merged
        local: dict[str, Real] = {**variables, **{inner: variables[outer] for inner, outer in merged.items()}}
        # a behavioural law may read any unknown of the circuit
        read = {f"={u}": self._input(f"{i.name}|={u}", u) for u in self.solution} if i.expression is not None else {}
        differentiator = Differentiator(self.graph, [*variables.values(), *read.values()])

        def potential(node: str) -> Real:
            return 0.0 if node == GROUND else read[f"={node}"]

        def current(name: str) -> Real:
            return read[f"={branch_name(name, self.topologies[name].branches[0])}"]

        def law(expression: Expression) -> Real:
            known = self.circuit.parameters
            return evaluate_law(expression, self.numbers.name, known, potential, current, i.span)

        if has_own_program(i, device):
            flows, _ = self.own_programs.evaluate(i, device, p, local, merged)
        else:
            flows = device.evaluate(InstancePotentials(i, local, differentiator, None, law), p)
        stamp = Stamp(i, device, {**unknowns, **{inner: unknowns[outer] for inner, outer in merged.items()}}, merged)
        stamp.unknowns |= {name: name[1:] for name in read}
        columns = {x.id: name for name, x in {**variables, **read}.items()}
        m: Real = p["m"] if device.multiplier and "m" in p.declared else 1.0
        self._record(place, stamp, flows, differentiator, columns, merged, m)
        return stamp

    def _record(
        self,
        index: int,
        stamp: Stamp,
        flows: Flows,
        differentiator: Differentiator,
        columns: Mapping[int, str],
        merged: Mapping[str, str],
        m: Real,
    ) -> None:
        internal = self.topologies[stamp.instance.name].internal

        def place(where: str, row: str, column: str, value: Real) -> None:
            self.outputs.append(value)
            self.places.append((index, where, (merged.get(row, row), merged.get(column, column))))

        for where, source in ((_CONDUCTANCE, flows.static), (_CAPACITANCE, flows.charges)):
            for row, flow in source.items():
                factor = within(m) if where == _CONDUCTANCE and row in internal else m
                for k, slope in differentiator.rows([flow])[0][0].items():
                    place(where, row, columns[k], slope * factor)
        for where, pairs in ((_CAPACITANCE, flows.capacitances), (_CONDUCTANCE, flows.conductances)):
            for a, b, value in pairs:
                for row, column, sign in ((a, a, 1.0), (b, b, 1.0), (a, b, -1.0), (b, a, -1.0)):
                    place(where, row, column, value * sign * m)
        for number, delay in enumerate(flows.delays):
            rows: dict[str, float] = {}
            for name, sign in delay.rows.items():
                rows[merged.get(name, name)] = rows.get(merged.get(name, name), 0.0) + sign
            stamp.delays.append(LocalDelay(rows, {}, 0.0))
            self.outputs.append(delay.seconds)
            self.places.append((index, _SECONDS, (str(number), "")))
            for variable, slope in differentiator.rows([delay.flow])[0][0].items():
                self.outputs.append(slope * m)
                self.places.append((index, _DELAYED, (str(number), columns[variable])))
