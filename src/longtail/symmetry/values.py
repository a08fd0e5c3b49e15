"""Whether the values of a circuit are mirrored too: which way round each device goes, and where values differ."""

from __future__ import annotations

import math
import random
from collections.abc import Hashable, Iterator, Mapping

from longtail.circuit import GROUND, Circuit, Instance, Model
from longtail.devices.base import Parameter
from longtail.devices.discovery import devices
from longtail.devices.parts.switching import SWITCHES
from longtail.errors import NetlistError
from longtail.netlist.expressions.evaluation import BEHAVIORAL, evaluate
from longtail.netlist.expressions.tree import BranchCurrent, Expression, Potential
from longtail.symmetry.graph import DEVICE, LINEAR_CONTROLLED, NODE, REVERSIBLE, CircuitGraph, Vertex
from longtail.symmetry.mirror import Difference

SIGNED = {
    "voltage_source": "dc",
    "current_source": "dc",
    "vcvs": "gain",
    "vccs": "gain",
    "cccs": "gain",
    "ccvs": "gain",
    "coupling": "k",
}
DRIVE = frozenset(("acmag", "acphase"))  # how a source is driven is not a value of the circuit
EQUAL = 1e-11  # relative: values nearer than this are the same number, computed in two ways
HEAD_TO_TAIL = 1e-9  # how unlike itself a source is
POINTS = 3  # at which two laws are compared


def structure(circuit: Circuit, instance: Instance) -> Hashable:
    """What two devices must share to be a pair: the device, its type of model, and how many nodes it has."""
    model = circuit.models[instance.model].type if instance.model is not None else None
    forced = instance.parameters.get("voltage") if instance.device == "behavioral" else None
    return instance.device, model, len(instance.nodes), forced


def turns(instance: Instance) -> bool:
    """Whether the first two terminals of a device may be exchanged."""
    turning = REVERSIBLE | LINEAR_CONTROLLED | SWITCHES
    return instance.device in turning or instance.device == "behavioral"


def values(circuit: Circuit, instance: Instance) -> tuple[Hashable, ...]:
    """All numbers of a device and its model, without the sign of what changes sign when a device is turned round."""
    signed = SIGNED.get(instance.device)
    own = tuple(
        (name, _rounded(abs(value) if name == signed and value is not None else value))
        for name, value in numbers(circuit, instance).items()
    )
    model = circuit.models[instance.model] if instance.model is not None else None
    card = tuple((n, _rounded(x)) for n, x in sorted(_model_numbers(circuit, model).items())) if model else ()
    return own, card


def numbers(circuit: Circuit, instance: Instance) -> dict[str, float | None]:
    """Every parameter of a device by name: given, or its default; None where the model derives it."""
    declared = (p for p in devices()[instance.device].parameters if p.name not in DRIVE)
    return {p.name: _number(circuit, instance.parameters, p) for p in declared}


def _model_numbers(circuit: Circuit, model: Model) -> dict[str, float | None]:
    declared = {p.name: p for p in devices()[model.device].model_parameters}
    return {name: _number(circuit, model.parameters, declared[name]) for name in model.parameters if name in declared}


def _number(circuit: Circuit, given: Mapping[str, float | Expression], parameter: Parameter) -> float | None:
    value = given.get(parameter.name)
    return parameter.default if value is None else circuit.number(value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.10e}")


class Distances:
    """How unlike two vertices are: 0 for nodes and for devices of equal values. Equal values are compared once.

    A source is a little unlike itself: of two that are alike, across the line and head to tail, each is the other's
    image, and on the line either choice will do.
    """

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self._kinds: dict[tuple[tuple[str, float | None], ...], int] = {}
        self._kind_of: dict[str, int] = {}
        self._apart: dict[tuple[int, int], float] = {}

    def __call__(self, a: Vertex, b: Vertex) -> float:
        if a[0] != DEVICE:
            return 0.0
        if a == b:
            return HEAD_TO_TAIL if self.circuit.instances[a[1]].device in SIGNED else 0.0
        kinds = self._kind(a[1]), self._kind(b[1])
        if kinds not in self._apart:
            first, second = (numbers(self.circuit, self.circuit.instances[v[1]]) for v in (a, b))
            self._apart[kinds] = sum(_apart(first[name], second.get(name)) for name in first)
        return self._apart[kinds]

    def _kind(self, name: str) -> int:
        """A number for the values of a device, the same for equal ones."""
        if name not in self._kind_of:
            own = tuple(numbers(self.circuit, self.circuit.instances[name]).items())
            self._kind_of[name] = self._kinds.setdefault(own, len(self._kinds))
        return self._kind_of[name]


def _apart(x: float | None, y: float | None) -> float:
    if x is None or y is None:
        return 0.0 if x is y else 1.0
    return 0.0 if math.isclose(x, y, rel_tol=EQUAL) else 1.0 + abs(x - y) / (abs(x) + abs(y))


class Orientations:
    """Which way round the image of a device stands, for a map of vertices that may still be growing."""

    def __init__(self, graph: CircuitGraph, images: Mapping[Vertex, Vertex]) -> None:
        self.graph = graph
        self.images = images

    def node(self, name: str) -> str | None:
        image = self.images.get((NODE, name))
        return None if image is None else image[1]

    def device(self, name: str) -> str | None:
        image = self.images.get((DEVICE, name))
        return None if image is None else image[1]

    def sign(self, name: str, start: int = 0) -> int:
        """+1 where terminals `start` and `start + 1` go to those of the image in order, -1 reversed, 0 neither.

        A device with both terminals at one node counts as in order.
        """
        image = self.device(name)
        if image is None:
            return 0
        if start == 0 and name in self.graph.chains:
            return self._in_chain(name, image)
        here = self.graph.circuit.instances[name].nodes[start : start + 2]
        there = self.graph.circuit.instances[image].nodes[start : start + 2]
        first, second = (self.node(node) for node in here)
        if (first, second) == there:
            return 1
        return -1 if (second, first) == there else 0

    def _in_chain(self, name: str, image: str) -> int:
        here, there = self.graph.chains[name], self.graph.chains.get(image)
        if there is None:
            return 0
        own = here.signs[here.members.index(name)] * there.signs[there.members.index(image)]
        ends = tuple(self.node(node) for node in here.ends)
        if ends == there.ends:
            return own
        return -own if ends[::-1] == there.ends else 0

    def total(self, name: str) -> int:
        """The sign that the value of a device takes in its image; 0 where the image is none."""
        instance = self.graph.circuit.instances[name]
        if instance.device in LINEAR_CONTROLLED:
            return self.sign(name) * self.sign(name, 2)
        product = self.sign(name) if turns(instance) else 1
        if instance.device != "behavioral":
            for control in instance.controls:
                product *= self.sign(control)
        return product


def differences(
    graph: CircuitGraph, images: Mapping[Vertex, Vertex], exempt: frozenset[str]
) -> list[Difference] | None:
    """Where the values of mirrored devices differ, each pair once; None where the image is no image after all.

    `exempt` names the input sources: their waveforms are drives. Which way round sources stand is known only now.
    """
    orientations = Orientations(graph, images)
    found: list[Difference] = []
    done: set[str] = set()
    for vertex, image in images.items():
        name, other = vertex[1], image[1]
        if vertex[0] != DEVICE or name in done:
            continue
        done |= {name, other}
        pair = compare(graph, orientations, name, other, exempt)
        if pair is None:
            return None
        found += pair
    return found


def compare(
    graph: CircuitGraph, orientations: Orientations, name: str, other: str, exempt: frozenset[str]
) -> list[Difference] | None:
    """Where a device and its image differ; None where the second is not an image of the first."""
    circuit = graph.circuit
    first, second = circuit.instances[name], circuit.instances[other]
    sign = orientations.total(name)
    if sign == 0 or {orientations.device(control) for control in first.controls} != set(second.controls):
        return None
    if first.device == "behavioral" and not _same_law(circuit, first, second, orientations, sign):
        return None
    if name not in exempt and _waveform(circuit, first) != _waveform(circuit, second):
        return None
    return list(_apart_in(circuit, first, second, sign)) if _steers(circuit, first, second, sign) else None


def _steers(circuit: Circuit, first: Instance, second: Instance, sign: int) -> bool:
    """Whether controlled sources and couplings act in the same sense; a wrong sign is no mismatch."""
    name = SIGNED.get(first.device)
    if name is None or name == "dc":
        return True
    a, b = (circuit.number(i.parameters.get(name, 0.0)) for i in (first, second))
    return a * b * sign >= 0.0


def _apart_in(circuit: Circuit, first: Instance, second: Instance, sign: int) -> Iterator[Difference]:
    pair = first.name, second.name
    there = numbers(circuit, second)
    for name, x in numbers(circuit, first).items():
        y = there.get(name)
        if y is not None and name == SIGNED.get(first.device):
            y *= sign
        if _apart(x, y):
            yield Difference(pair, name, _or_nan(x), _or_nan(y))
    if first.model != second.model and first.model is not None and second.model is not None:
        a, b = (_model_numbers(circuit, circuit.models[m]) for m in (first.model, second.model))
        declared = {p.name: p.default for p in devices()[first.device].model_parameters}
        for name in sorted(a.keys() | b.keys()):
            x, y = (c.get(name, declared.get(name)) for c in (a, b))
            if _apart(x, y):
                yield Difference(pair, f"model {name}", _or_nan(x), _or_nan(y))


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _waveform(circuit: Circuit, instance: Instance) -> Hashable:
    shape = instance.waveform
    return None if shape is None else (shape.kind, *(_rounded(circuit.number(v)) for v in shape.values))


def _same_law(circuit: Circuit, first: Instance, second: Instance, orientations: Orientations, sign: int) -> bool:
    """Whether two laws agree at mirrored potentials and currents, tried at a few points."""
    assert first.expression is not None and second.expression is not None
    names = {name: circuit.number(value) for name, value in circuit.parameters.items()} | {"temper": 27.0, "time": 0.0}
    generator = random.Random(1)
    for _ in range(POINTS):
        volts: dict[str | None, float] = {node: generator.uniform(-1.0, 1.0) for node in circuit.nodes}
        volts[GROUND] = 0.0
        amperes: dict[str | None, float] = {device: generator.uniform(-1e-3, 1e-3) for device in circuit.instances}
        mirrored_volts = {orientations.node(node): x for node, x in volts.items() if node is not None}
        mirrored_amperes = {
            orientations.device(d): orientations.sign(d) * x
            for d, x in amperes.items()
            if d and len(circuit.instances[d].nodes) >= 2  # couplings carry no current of their own
        }
        here = _law(first.expression, names, volts, amperes)
        there = _law(second.expression, names, mirrored_volts, mirrored_amperes)
        if not (here == there == math.inf or math.isclose(here, sign * there, rel_tol=1e-9, abs_tol=1e-15)):
            return False
    return True


def _law(
    law: Expression, names: Mapping[str, float], volts: Mapping[str | None, float], amperes: Mapping[str | None, float]
) -> float:
    """The value of a law; infinite where it has none."""

    def potential(leaf: Potential) -> float:
        return volts.get(leaf.positive, math.nan) - volts.get(leaf.negative, math.nan)

    def current(leaf: BranchCurrent) -> float:
        return amperes.get(leaf.device, math.nan)

    try:
        value = float(evaluate(law, names, BEHAVIORAL, potential=potential, current=current))
    except NetlistError:
        return math.inf
    return value
