"""Tracing: every device of a circuit evaluated once on expressions, summed into the circuit's equations.

The unknowns are the node voltages (internal nodes of devices included), the branch currents of devices that force a
voltage, and, when the circuit is nulled, its input offset. The residual of a node is the sum of the currents that
leave it; that of a branch is the device's own equation (modified nodal analysis: Ho, Ruehli, Brennan, IEEE Trans.
Circuits Syst. 22 (1975) 504).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from longtail.circuit import GROUND, Circuit, Instance
from longtail.devices.base import DeviceModel, Flows, Topology
from longtail.devices.discovery import devices
from longtail.engine.equations.expressions import evaluate_law
from longtail.engine.equations.own_programs import OwnPrograms, has_own_program
from longtail.engine.equations.views import InstanceParameters, InstancePotentials, LimitState, Numbers
from longtail.errors import InputError, NetlistError
from longtail.lanes.derivative import Differentiator
from longtail.lanes.functions import select
from longtail.lanes.graph import Expr, Graph, Real

FIRST, SOURCE_FACTOR, FEEDBACK, KAPPA, ANCHOR = "#first", "#source_factor", "#feedback", "#kappa:", "#anchor:"
OFFSET = "input_offset"
_SCALES_WITH_M = {"A": 1.0, "S": 1.0, "F": 1.0, "C": 1.0, "W": 1.0, "ohm": -1.0}


@dataclass(frozen=True, slots=True)
class Unknown:
    """One unknown: `name` is a node, an internal node ("q1#bi"), "i(v1)" or "input_offset"; `unit` V or A.

    `input` is the name of its input to a program. Varied values go by their own names ("vb", "rc1.r") and convergence
    aids by names with a #, so that a node, a parameter and an aid of the same name stay three things.
    """

    name: str
    unit: str
    is_node: bool
    owner: str | None = None

    @property
    def input(self) -> str:
        return f"={self.name}"


@dataclass(frozen=True, slots=True)
class Null:
    """The equation that nulls an output: sum of weight*V(node) equals `target`, by an offset split over the inputs.

    `inputs` maps the names of input sources to their share of the input offset (+1/2 and -1/2).
    """

    inputs: Mapping[str, float]
    output: Mapping[str, float]
    target: float


@dataclass(frozen=True, slots=True)
class TracedNoise:
    """A noise current of a device between two unknowns, None for ground: `density`/f^`exponent` in A^2/Hz."""

    instance: str
    name: str
    mechanism: str
    a: int | None
    b: int | None
    density: Real
    exponent: Real


@dataclass
class Trace:
    """The equations of a circuit on one graph. Lists are by unknown; `absent` names the devices whose m is 0."""

    graph: Graph
    unknowns: list[Unknown]
    variables: list[Expr]
    differentiator: Differentiator
    residual: list[Real]
    charges: list[Real]
    capacitances: list[tuple[int | None, int | None, Real]] = field(default_factory=list)
    conductances: list[tuple[int | None, int | None, Real]] = field(default_factory=list)
    delays: list[tuple[dict[int, float], Real, Real]] = field(default_factory=list)
    noise: list[TracedNoise] = field(default_factory=list)
    quantities: dict[str, Callable[[], dict[str, Real]]] = field(default_factory=dict)
    states: list[LimitState] = field(default_factory=list)
    flows: dict[str, tuple[dict[str, int | None], Flows]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)


def trace(circuit: Circuit, varied: frozenset[str] = frozenset(), null: Null | None = None, *, robust: bool) -> Trace:
    """Trace a circuit. `robust` adds what convergence aids need: limited controls (`FIRST`, "<device>:<control>"),
    a conductance from every node to a reference voltage ("#kappa:<node>", "#anchor:<node>"), the factor on
    independent sources (`SOURCE_FACTOR`), and feedback from the offset to the null equation (`FEEDBACK`).
    """
    return _Tracer(circuit, varied, null, robust).run()


def unknowns(circuit: Circuit, varied: frozenset[str] = frozenset(), null: Null | None = None) -> list[Unknown]:
    """The unknowns of a circuit, without its equations."""
    return _Tracer(circuit, varied, null, robust=False).unknowns


def check_names(unknowns: list[Unknown]) -> None:
    """Raise `NetlistError` where a node has the name of another unknown."""
    seen: set[str] = set()
    for unknown in unknowns:
        if unknown.name in seen:
            raise NetlistError(f"a node is called '{unknown.name}', a name that is taken", hint="rename the node")
        seen.add(unknown.name)


def within(m: Real) -> Real:
    """The factor on the static equation of a node inside a device: m, or 1 of no devices.

    So the equation still says what the node's voltage is, which no other equation asks for.
    """
    if isinstance(m, Expr):
        return select(m > 0.0, m, 1.0)
    return m if m > 0.0 else 1.0


def _of_all(quantity: Real, m: Real, exponent: float) -> Real:
    """A quantity of m devices in parallel; of none, every resistance is infinite."""
    return math.inf if exponent < 0 and m == 0.0 else quantity * m**exponent


@contextmanager
def _named(instance: Instance) -> Iterator[None]:
    """A context in which what a device model refuses gets the name of the instance and its place in the netlist.

    So does a number of its parameters alone that a double cannot hold: 1/(w*l) of a channel of 1e-200 m.
    """
    try:
        yield
    except (ZeroDivisionError, OverflowError):
        raise NetlistError(
            f"{instance.name}: its equations have a number that is too large to compute with",
            span=instance.span,
            hint="is a value on this card or its model card far too small, or far too large?",
        ) from None
    except InputError as error:
        if error.span is not None:
            raise
        raise NetlistError(f"{instance.name}: {error.message}", span=instance.span, hint=error.hint) from None


class _Tracer:
    def __init__(self, circuit: Circuit, varied: frozenset[str], null: Null | None, robust: bool) -> None:
        self.circuit = circuit
        self.null = null
        self.robust = robust
        self.graph = Graph()
        self.numbers = Numbers(circuit, self.graph, varied)
        self.models = devices()
        self.source_factor: Real = self.graph.input(SOURCE_FACTOR) if robust else 1.0
        self.own_programs = OwnPrograms(circuit, self.numbers, self.graph.input(FIRST) if robust else None)
        self.parameters = {i.name: self._parameters(i) for i in circuit.instances.values()}
        self.topologies: dict[str, Topology] = {}
        for i in circuit.instances.values():
            self.parameters[i.name].controls = [self.parameters[c] for c in i.controls]
            with _named(i):
                self.topologies[i.name] = self.models[i.device].topology(self.parameters[i.name])
        self.unknowns = self._unknowns()
        self.index = {u.name: k for k, u in enumerate(self.unknowns)}

    def _parameters(self, instance: Instance) -> InstanceParameters:
        return InstanceParameters(instance, self.models[instance.device], self.numbers, self.source_factor)

    def _unknowns(self) -> list[Unknown]:
        unknowns = [Unknown(n, "V", True) for n in self.circuit.nodes]
        for i in self.circuit.instances.values():
            topology = self.topologies[i.name]
            unknowns += [Unknown(f"{i.name}#{n}", "V", True, i.name) for n in topology.internal]
            unknowns += [Unknown(branch_name(i.name, b), "A", False, i.name) for b in topology.branches]
        if self.null:
            unknowns.append(Unknown(OFFSET, "V", False))
        check_names(unknowns)
        return unknowns

    def run(self) -> Trace:
        variables = [self.graph.input(u.input) for u in self.unknowns]
        n = len(variables)
        differentiator = Differentiator(self.graph, variables)
        result = Trace(self.graph, self.unknowns, variables, differentiator, [0.0] * n, [0.0] * n)
        for instance in self.circuit.instances.values():
            self._add(result, instance)
        self._hold_bare_nodes(result)
        self._add_null(result)
        if self.robust:
            for k, unknown in enumerate(self.unknowns):
                if unknown.is_node:
                    kappa, anchor = (self.graph.input(f"{prefix}{unknown.name}") for prefix in (KAPPA, ANCHOR))
                    result.residual[k] = result.residual[k] + kappa * (variables[k] - anchor)
        return result

    def _count(self, instance: Instance) -> Real:
        """How many of a device stand side by side: its m."""
        p = self.parameters[instance.name]
        return p["m"] if "m" in p.declared else 1.0

    def _local(self, instance: Instance, device: DeviceModel) -> dict[str, int | None]:
        """Index of the unknown behind every local name; None is ground."""
        topology = self.topologies[instance.name]
        nodes = dict(zip(device.terminals, instance.nodes, strict=False))
        for extra, node in enumerate(instance.nodes[len(device.terminals) :]):
            nodes[f"c{extra}"] = node
        for terminal in device.terminals[len(instance.nodes) :]:
            nodes[terminal] = GROUND
        local = {name: None if node == GROUND else self.index[node] for name, node in nodes.items()}
        local |= {name: self.index[f"{instance.name}#{name}"] for name in topology.internal}
        local |= {inner: local[outer] for inner, outer in topology.merged.items()}
        local |= {b: self.index[branch_name(instance.name, b)] for b in topology.branches}
        for k, control in enumerate(instance.controls):
            branches = self.topologies[control].branches
            if not branches:
                raise InputError(
                    f"{instance.name} reads the current of {control}, which is no device with a branch current",
                    span=instance.span,
                    hint="put a voltage source of 0 V in series and name that",
                )
            local[f"i{k}"] = self.index[branch_name(control, branches[0])]
        return local

    def _add(self, result: Trace, instance: Instance) -> None:
        device = self.models[instance.device]
        p = self.parameters[instance.name]
        local = self._local(instance, device)
        values = {name: 0.0 if k is None else result.variables[k] for name, k in local.items()}
        nulls = self.null is not None and instance.name in self.null.inputs
        if self.null and nulls:
            p = p.overriding(dc=p["dc"] + self.null.inputs[instance.name] * self._unknown(OFFSET))
        with _named(instance):
            if has_own_program(instance, device) and not nulls:
                merged = self.topologies[instance.name].merged
                flows, states = self.own_programs.evaluate(instance, device, p, values, merged)
            else:
                flows, states = self._written_out(result, instance, device, p, values)
        m = self._count(instance) if device.multiplier else 1.0
        result.flows[instance.name] = local, flows
        self._sum(result, local, flows, m)
        result.noise += [
            TracedNoise(instance.name, s.name, s.mechanism, local[s.a], local[s.b], s.density * m, s.exponent)
            for s in (() if device.model_types and p.model.nominal("noiseless") else flows.noise)
        ]
        result.states += states
        result.quantities[instance.name] = lambda: _quantities(instance, device, flows, m)

    def _written_out(
        self, result: Trace, instance: Instance, device: DeviceModel, p: InstanceParameters, values: Mapping[str, Real]
    ) -> tuple[Flows, list[LimitState]]:
        """What a device says, with its equations among those of the circuit, and the states of its controls."""
        potentials = InstancePotentials(
            instance,
            values,
            result.differentiator,
            self.graph.input(FIRST) if self.robust else None,
            lambda law: evaluate_law(
                law, self.numbers.name, self.circuit.parameters, self._potential, self._current, instance.span
            ),
        )
        return device.evaluate(potentials, p), potentials.states

    def _sum(self, result: Trace, local: Mapping[str, int | None], flows: Flows, m: Real) -> None:
        for name, flow in flows.static.items():
            if (k := local[name]) is not None:
                result.residual[k] = result.residual[k] + flow * (m if result.unknowns[k].owner is None else within(m))
        for name, flow in flows.charges.items():
            if (k := local[name]) is not None:
                result.charges[k] = result.charges[k] + flow * m
        result.capacitances += [(local[a], local[b], c * m) for a, b, c in flows.capacitances]
        result.conductances += [(local[a], local[b], g * m) for a, b, g in flows.conductances]
        for delay in flows.delays:
            rows = {k: sign for name, sign in delay.rows.items() if (k := local[name]) is not None}
            result.delays.append((rows, delay.flow * m, delay.seconds))

    def _hold_bare_nodes(self, result: Trace) -> None:
        """A node that only devices with an m of 0 are connected to is at 0 V."""
        count: dict[int, Real] = {}
        for name, (local, _) in result.flows.items():
            m = self._count(self.circuit.instances[name])
            if not isinstance(m, Expr) and m == 0.0:
                result.absent.add(name)
            for k in {k for k in local.values() if k is not None and result.unknowns[k].owner is None}:
                known = count.get(k, 0.0)
                count[k] = known if not isinstance(known, Expr) and known > 0.0 else m + known
        for k, m in count.items():
            if isinstance(m, Expr) or m == 0.0:
                result.residual[k] = result.residual[k] + select(m > 0.0, 0.0, result.variables[k])

    def _add_null(self, result: Trace) -> None:
        if not self.null:
            return
        k = self.index[OFFSET]
        output: Real = sum((w * self._potential(node) for node, w in self.null.output.items()), 0.0)
        result.residual[k] = output - self.null.target
        if self.robust:
            result.residual[k] = result.residual[k] + self.graph.input(FEEDBACK) * result.variables[k]

    def _potential(self, node: str) -> Real:
        return 0.0 if node == GROUND else self._unknown(node)

    def _current(self, device: str) -> Real:
        return self._unknown(branch_name(device, self.topologies[device].branches[0]))

    def _unknown(self, name: str) -> Expr:
        return self.graph.input(self.unknowns[self.index[name]].input)


def _quantities(instance: Instance, device: DeviceModel, flows: Flows, m: Real) -> dict[str, Real]:
    """The quantities of `m` devices side by side."""
    units = {q.name: q.unit for q in device.quantities}
    with _named(instance):
        return {
            name: _of_all(x, m, _SCALES_WITH_M[units[name]]) if units.get(name) in _SCALES_WITH_M else x
            for name, x in flows.quantities.items()
        }


def branch_name(instance: str, branch: str) -> str:
    """The name of a branch current: "i(v1)"; devices with several branches number them by local name."""
    return f"i({instance})" if branch == "i" else f"i({instance}:{branch})"
