"""One device alone on the bench: `Card` plays the netlist, `Bias` the circuit, both with floats or on a graph.

    card = instance(MODEL, "npn", model={"bf": 200.0}, ic=0.0)
    flows = evaluate(MODEL, card, {"c": 2.0, "b": 0.7})          # floats
    traced = trace(MODEL, card)                                  # expressions; inputs "v.c", "v.b", ...

Names that a bias does not give are at zero. `Bias.limits` records what a device asked to be limited.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from longtail.devices.base import ZERO_CELSIUS, DeviceModel, Flows, Parameter
from longtail.lanes import functions
from longtail.lanes.derivative import Differentiator
from longtail.lanes.graph import Expr, Graph, Op, Real

Rule = Callable[[Mapping[str, Real], Mapping[str, Real]], Mapping[str, Real]]
Law = Callable[["Bias"], Real]


class View:
    """Parameters by name. `values` are what is computed with (floats or expressions), `given` the nominal floats."""

    def __init__(self, declared: Sequence[Parameter], given: Mapping[str, float]) -> None:
        spelled = {alias: parameter.name for parameter in declared for alias in (parameter.name, *parameter.aliases)}
        for name in given:
            if name not in spelled:
                raise KeyError(f"no parameter '{name}' is declared")
        self.declared = {parameter.name: parameter for parameter in declared}
        self.values: dict[str, Real] = {spelled[name]: float(value) for name, value in given.items()}
        self._nominal = {spelled[name]: float(value) for name, value in given.items()}

    def __getitem__(self, name: str) -> Real:
        parameter = self.declared[name]
        if name in self.values:
            return self.values[name]
        if parameter.default is None:
            raise LookupError(f"parameter '{name}' has no default and is not given: ask given() first")
        return parameter.default

    def given(self, name: str) -> bool:
        return self.declared[name].name in self._nominal

    def nominal(self, name: str) -> float:
        parameter = self.declared[name]
        if name in self._nominal:
            return self._nominal[name]
        if parameter.default is None:
            raise LookupError(f"parameter '{name}' has no default and is not given: ask given() first")
        return parameter.default

    def on(self, graph: Graph, prefix: str) -> View:
        """The same view with every given parameter as an input of `graph`, called `prefix` + its name."""
        view = View(tuple(self.declared.values()), self._nominal)
        view.values = {name: graph.input(prefix + name) for name in self._nominal}
        return view

    def inputs(self, prefix: str) -> dict[str, float]:
        """Values of the inputs that `on` makes."""
        return {prefix + name: value for name, value in self._nominal.items()}


class Card(View):
    """Instance parameters by item, and the rest of what `Parameters` tells."""

    def __init__(
        self,
        device: DeviceModel,
        model: View,
        given: Mapping[str, float],
        *,
        type: str | None = None,
        temperature: Real = 300.15,
        controls: Sequence[Card] = (),
        extra_nodes: int = 0,
    ) -> None:
        super().__init__(device.parameters, given)
        self.device = device
        self.model = model
        self.type = type
        self.polarity = device.model_types[type] if type is not None else 1.0
        self.circuit_temperature = temperature
        self.gmin: Real = 1e-12
        self.source_factor: Real = 1.0
        self.defaults = {"defl": 1e-4, "defw": 1e-4, "defad": 0.0, "defas": 0.0}
        self.controls = controls
        self.extra_nodes = extra_nodes

    @property
    def temperature(self) -> Real:
        if "temp" in self.declared and self.given("temp"):
            return self["temp"] + ZERO_CELSIUS
        return self.circuit_temperature + self["dtemp"] if "dtemp" in self.declared else self.circuit_temperature

    @property
    def nominal_temperature(self) -> Real:
        if "tnom" in self.model.declared and self.model.given("tnom"):
            return self.model["tnom"] + ZERO_CELSIUS
        return 300.15

    def on(self, graph: Graph, prefix: str = "p.") -> Card:
        """The same card with its given parameters and those of its model as inputs "p.name" and "model.name"."""
        card = Card(
            self.device,
            self.model.on(graph, "model."),
            self._nominal,
            type=self.type,
            temperature=self.circuit_temperature,
            controls=self.controls,
            extra_nodes=self.extra_nodes,
        )
        card.values = {name: graph.input(prefix + name) for name in self._nominal}
        card.gmin, card.source_factor = self.gmin, self.source_factor
        return card

    def graph_inputs(self) -> dict[str, float]:
        """Values of the inputs that `on` makes."""
        return self.inputs("p.") | self.model.inputs("model.")


def instance(
    device: DeviceModel,
    type: str | None = None,
    model: Mapping[str, float] = {},
    temperature: Real = 300.15,
    *,
    controls: Sequence[Card] = (),
    extra_nodes: int = 0,
    **parameters: float,
) -> Card:
    """A card of `device`; `type` defaults to the first of its model types, `temperature` is the circuit's in K,
    `controls` are the cards of the instances whose branch current it reads."""
    if type is None and device.model_types:
        type = next(iter(device.model_types))
    return Card(
        device,
        View(device.model_parameters, model),
        parameters,
        type=type,
        temperature=temperature,
        controls=controls,
        extra_nodes=extra_nodes,
    )


@dataclass
class Bias:
    """Potentials and branch currents by local name. On a graph, `limit` gives controls of their own and
    `derivative` differentiates; with floats, `derivative` replays what the graph gave (`slopes`, in order)."""

    values: Mapping[str, Real]
    merged: Mapping[str, str] = field(default_factory=dict)
    expression: Law | None = None
    differentiator: Differentiator | None = None
    slopes: Sequence[float] | None = None
    limits: list[tuple[Mapping[str, Real], Mapping[str, Real], Rule]] = field(default_factory=list)
    asked: list[Real] = field(default_factory=list)

    def __getitem__(self, name: str) -> Real:
        return self.values[self.merged.get(name, name)]

    def limit(self, raw: Mapping[str, Real], initial: Mapping[str, Real], rule: Rule) -> Mapping[str, Real]:
        self.limits.append((dict(raw), dict(initial), rule))
        if set(initial) != set(raw):
            raise KeyError(f"initial values for {sorted(initial)}, but controls {sorted(raw)}")
        if self.differentiator is None:
            return dict(raw)
        return {name: self.differentiator.graph.limit(value, value, name) for name, value in raw.items()}

    def derivative(self, expression: Real, control: Real) -> Real:
        if self.differentiator is not None:
            slope = self.differentiator.partial(expression, control)
        else:
            slope = self.slopes[len(self.asked)] if self.slopes is not None else math.nan
        self.asked.append(slope)
        return slope

    def law(self) -> Real:
        if self.expression is None:
            raise LookupError("this bench has no behavioural expression")
        return self.expression(self)


def local_names(device: DeviceModel, card: Card) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(nodes, branches) that the device may speak of: terminals, extra and internal nodes; own and other branches."""
    structure = device.topology(card)
    extra = tuple(f"c{k}" for k in range(card.extra_nodes)) if device.variadic else ()
    others = tuple(f"i{k}" for k in range(len(card.controls)))
    return device.terminals + extra + structure.internal, structure.branches + others


@dataclass(frozen=True)
class Traced:
    """A device on a graph: its flows, its bias with the inputs "v.name", and slopes with respect to these."""

    graph: Graph
    flows: Flows
    bias: Bias
    differentiator: Differentiator


def trace(device: DeviceModel, card: Card, expression: Law | None = None) -> Traced:
    """The device's flows as expressions in inputs "v.<local name>", "p.<parameter>" and "model.<parameter>"."""
    graph = Graph()
    nodes, branches = local_names(device, card)
    values = {name: graph.input(f"v.{name}") for name in nodes + branches}
    differentiator = Differentiator(graph, values.values())
    bias = Bias(values, device.topology(card).merged, expression, differentiator)
    return Traced(graph, _complete(device.evaluate(bias, card.on(graph))), bias, differentiator)


def evaluate(device: DeviceModel, card: Card, voltages: Mapping[str, float], expression: Law | None = None) -> Flows:
    """The device's flows as floats. Quantities that are derivatives are taken from a graph of the same equations."""
    nodes, branches = local_names(device, card)
    unknown = set(voltages) - set(nodes + branches)
    if unknown:
        raise KeyError(f"no local name {sorted(unknown)}, there are {nodes + branches}")
    values: dict[str, Real] = {name: float(voltages.get(name, 0.0)) for name in nodes + branches}
    merged = device.topology(card).merged
    bias = Bias(values, merged, expression)
    flows = _complete(device.evaluate(bias, card))
    if not bias.asked:
        return flows
    traced = trace(device, card, expression)
    inputs = {f"v.{name}": float(value) for name, value in values.items()} | card.graph_inputs()
    slopes = interpret(traced.graph, traced.bias.asked, inputs)
    return _complete(device.evaluate(Bias(values, merged, expression, slopes=slopes), card))


def _complete(flows: Flows) -> Flows:
    """The flows with quantities that wait computed now, so that derivatives are asked for in the same order."""
    return dataclasses.replace(flows, quantities=dict(flows.quantities))


_SCALAR: dict[Op, Callable[..., Real]] = {
    Op.ADD: lambda a, b: a + b,
    Op.SUB: lambda a, b: a - b,
    Op.MUL: lambda a, b: a * b,
    Op.DIV: lambda a, b: a / b if b != 0.0 else math.copysign(math.inf, b) * a if a != 0.0 else math.nan,
    Op.NEG: lambda a: -a,
    Op.FNMS: lambda a, b, c: a - b * c,
    Op.POW: functions.power,
    Op.ABS: functions.absolute,
    Op.LT: lambda a, b: float(a < b),
    Op.LE: lambda a, b: float(a <= b),
    Op.EQ: lambda a, b: float(a == b),
    Op.AND: lambda a, b: float(bool(a) and bool(b)),
    Op.OR: lambda a, b: float(bool(a) or bool(b)),
    Op.NOT: lambda a: float(not a),
    Op.SELECT: lambda condition, yes, no: yes if condition else no,
    Op.LIMIT: lambda value, raw: value,
} | {
    op: getattr(functions, op.name.lower())
    for op in (
        *(Op.EXP, Op.LOG, Op.SQRT, Op.SIN, Op.COS, Op.TAN, Op.ASIN, Op.ACOS, Op.ATAN, Op.SINH, Op.COSH),
        *(Op.TANH, Op.ASINH, Op.ACOSH, Op.ATANH, Op.FLOOR, Op.CEIL),
    )
}


def interpret(graph: Graph, outputs: Sequence[Real], inputs: Mapping[str, float]) -> list[float]:
    """The values of `outputs` by walking the graph one node at a time: slow, short, and no executor of longtail."""
    values: dict[int, float] = {}
    for id in graph.order([output.id for output in outputs if isinstance(output, Expr)]):
        op = graph.ops[id]
        if op == Op.CONSTANT:
            values[id] = graph.payload[id]
        elif op == Op.INPUT:
            values[id] = float(inputs[graph.payload[id]])
        else:
            values[id] = _SCALAR[op](*(values[argument] for argument in graph.args[id]))
    return [values[output.id] if isinstance(output, Expr) else float(output) for output in outputs]
