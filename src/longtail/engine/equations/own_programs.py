"""Devices that have a program of their own: traced once for all that differ in nothing but arguments.

What such a device says of itself stands in the equations of the circuit as results of a call, by terminal voltages and
parameters, see `longtail.lanes.calls`. The equations are the same, and so is whatever is made of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from longtail.circuit import Circuit, Instance, Value
from longtail.devices.base import Delay, DeviceModel, Flows, Later
from longtail.engine.equations.views import InstanceParameters, InstancePotentials, LimitState, Numbers
from longtail.lanes.derivative import Differentiator
from longtail.lanes.graph import Expr, Graph, Real
from longtail.lanes.routines import Traced

_FIRST, _SOURCE_FACTOR = "#first", "#source_factor"  # in the program of a kind


def has_own_program(instance: Instance, device: DeviceModel) -> bool:
    """Whether a device is called. One that reads others, or has a law of its own, is written out as it stands."""
    return device.own_program and not instance.controls and instance.expression is None


@dataclass(frozen=True, eq=False)
class _Kind:
    """Devices with one program: the first, by which parameters and states are called in it, and what it says."""

    first: str
    routine: Traced
    flows: Flows
    states: list[LimitState]


class OwnPrograms:
    """The devices of one graph that have programs of their own.

    `numbers` are those of the graph that they are called from; `first` is 1 there in the first iteration, None: without
    limiting.
    """

    def __init__(self, circuit: Circuit, numbers: Numbers, first: Expr | None) -> None:
        self._circuit = circuit
        self._numbers = numbers
        self._first = first
        self._kinds: dict[Hashable, _Kind] = {}
        self._varied: dict[str, set[str]] = defaultdict(set)  # what is varied of an instance or a card, by its name
        for name in numbers.varied:
            owner = name.rpartition(".")[0].removesuffix(".model")
            self._varied[owner].add(name.removeprefix(owner))

    def evaluate(
        self,
        instance: Instance,
        device: DeviceModel,
        p: InstanceParameters,
        local: Mapping[str, Real],
        merged: Mapping[str, str],
    ) -> tuple[Flows, list[LimitState]]:
        """What a device says at the unknowns `local`, by local name, and the states of its limited controls."""
        key = self._key(instance, device)
        if key not in self._kinds:
            self._kinds[key] = self._trace(instance, device, local.keys(), merged)
        kind, graph = self._kinds[key], self._numbers.graph
        aids: dict[str, Real] = {_FIRST: 1.0 if self._first is None else self._first, _SOURCE_FACTOR: p.source_factor}

        def given(name: str) -> Real:
            if name.startswith("="):
                return local[name[1:]]
            if name in aids:
                return aids[name]
            if name.startswith(f"{kind.first}:"):
                return graph.input(instance.name + name.removeprefix(kind.first))
            if name.startswith(f"{kind.first}."):
                own = name.removeprefix(f"{kind.first}.")
                return p[own] if own in p.declared else p.model[own.removeprefix("model.")]
            return graph.input(name)

        read = kind.routine.at(graph, given)
        states = [
            LimitState(instance.name + s.name.removeprefix(kind.first), read(s.value), read(s.gap)) for s in kind.states
        ]
        return _read(kind.flows, read), states

    def _key(self, instance: Instance, device: DeviceModel) -> Hashable:
        """What devices with one program have in common, see `DeviceModel.scales`."""
        given = tuple(
            (name, self._sign(value) if name in device.scales else self._fixed(value))
            for name, value in sorted(instance.parameters.items())
        )
        card = self._circuit.models[instance.model] if instance.model else None
        values = tuple((name, self._fixed(value)) for name, value in sorted(card.parameters.items())) if card else ()
        varied = card is not None and self._varied.get(card.name)
        return (
            *(device.name, len(instance.nodes), given, frozenset(self._varied.get(instance.name, ()))),
            *(card and card.type, values, card and varied and card.name),
        )

    def _fixed(self, value: Value) -> Hashable:
        """A number, or which expression of varied names it is."""
        real = self._numbers.real(value)
        return ("varied", real.id) if isinstance(real, Expr) else real

    def _sign(self, value: Value) -> float:
        return float(np.sign(self._circuit.number(value)))

    def _trace(self, instance: Instance, device: DeviceModel, names: Iterable[str], merged: Mapping[str, str]) -> _Kind:
        graph = Graph()
        scales = {f"{instance.name}.{name}" for name in device.scales if name in instance.parameters}
        numbers = Numbers(self._circuit, graph, self._numbers.varied | scales)
        own = InstanceParameters(instance, device, numbers, graph.input(_SOURCE_FACTOR))
        unknowns = {name: graph.input(f"={name}") for name in names if name not in merged}
        differentiator = Differentiator(graph, unknowns.values())
        local: dict[str, Real] = {**unknowns, **{inner: unknowns[outer] for inner, outer in merged.items()}}
        first = None if self._first is None else graph.input(_FIRST)
        potentials = InstancePotentials(instance, local, differentiator, first, _no_law)
        flows = device.evaluate(potentials, own)
        if self._first is not None:
            flows = _corrected(flows, differentiator)
        return _Kind(instance.name, Traced(graph), flows, potentials.states)


def _no_law(expression: object) -> Real:
    raise AssertionError("a device with a law has no program of its own")


def _corrected(flows: Flows, differentiator: Differentiator) -> Flows:
    """Static flows as Newton's method wants them, with what limiting adds to each; their slopes stay as they are."""
    graph = differentiator.graph
    _, corrections = differentiator.rows(list(flows.static.values()))
    static = {
        name: graph.limit(flow + correction, flow, f"corrected {name}") if isinstance(correction, Expr) else flow
        for (name, flow), correction in zip(flows.static.items(), corrections, strict=True)
    }
    return replace(flows, static=static)


def _read(flows: Flows, read: Callable[[Real], Real]) -> Flows:
    """Flows of which every value is what `read` makes of it."""
    return Flows(
        static={name: read(flow) for name, flow in flows.static.items()},
        charges={name: read(charge) for name, charge in flows.charges.items()},
        capacitances=[(a, b, read(c)) for a, b, c in flows.capacitances],
        quantities=Later(lambda: {name: read(x) for name, x in flows.quantities.items()}),
        delays=[Delay(d.rows, read(d.flow), read(d.seconds)) for d in flows.delays],
        conductances=[(a, b, read(g)) for a, b, g in flows.conductances],
        noise=[replace(s, density=read(s.density), exponent=read(s.exponent)) for s in flows.noise],
    )
