"""What a device sees while the engine traces it: its parameters and its potentials, as numbers or expressions."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from longtail.circuit import TEMPERATURE, Circuit, Instance, Value
from longtail.devices.base import ZERO_CELSIUS, DeviceModel, Parameter, Parameters, ParameterView
from longtail.engine.equations.expressions import evaluate_value
from longtail.errors import InputError
from longtail.lanes.derivative import Differentiator
from longtail.lanes.functions import select
from longtail.lanes.graph import Expr, Graph, Real
from longtail.netlist.expressions.draws import is_draw
from longtail.netlist.expressions.tree import Expression

FREQUENCY = "#hertz"  # an input of the program for noise


class Numbers:
    """The numbers of a circuit while it is traced: nominal ones are floats, varied ones are inputs of the graph.

    `varied` holds names that become inputs: netlist parameters ("ibias"), parameters of an instance or of its own
    copy of the model ("rc1.r", "q1.is"), parameters of a model card ("npn1.is"), and `TEMPERATURE`.
    """

    def __init__(self, circuit: Circuit, graph: Graph, varied: frozenset[str]) -> None:
        self.circuit = circuit
        self.graph = graph
        if "temp" in varied and "temp" not in circuit.parameters:
            raise ValueError(f"'temp' is no parameter: the engine knows the temperature as '{TEMPERATURE}'")
        self.varied = varied
        self._names: dict[str, Real] = {}

    def real(self, value: Value) -> Real:
        """A value as a float, or as an expression where it depends on a varied name."""
        if isinstance(value, float | int):
            return float(value)
        return evaluate_value(value, self.name, self.circuit.parameters)

    def name(self, name: str) -> Real:
        """A netlist parameter by name, or `temper`, or `hertz`, which noise alone may depend on."""
        if name == "temper":
            return self.temperature - ZERO_CELSIUS
        if name == "hertz":
            return self.graph.input(FREQUENCY)
        if name not in self._names:
            if name in self.varied:
                self._names[name] = self.graph.input(name)
            elif is_draw(name):
                self._names[name] = 0.0
            else:
                self._names[name] = self.real(self.circuit.parameters[name])
        return self._names[name]

    @property
    def temperature(self) -> Real:
        """The circuit's temperature in K."""
        if TEMPERATURE in self.varied:
            return self.graph.input(TEMPERATURE) + ZERO_CELSIUS
        return self.real(self.circuit.options.temp_deg_c) + ZERO_CELSIUS


@dataclass
class View:
    """Parameters of one card by name; see `longtail.devices.base.ParameterView`."""

    owner: str
    numbers: Numbers
    declared: Mapping[str, Parameter]
    values: Mapping[str, Value]
    keys: tuple[str, ...]  # prefixes under which a parameter of this card may be varied, nearest first
    hidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # prefixes that mean another card, by name
    overrides: Mapping[str, Real] = field(default_factory=dict)  # what the engine sets in place of the card's value

    def __getitem__(self, name: str) -> Real:
        if name in self.overrides:
            return self.overrides[name]
        varied = self._varied(name)
        if varied:
            return self.numbers.graph.input(varied)
        if name in self.values:
            return self.numbers.real(self.values[name])
        return self._default(name)

    def overriding(self, **values: Real) -> Self:
        """The same view with some values replaced."""
        changed = copy.copy(self)
        changed.overrides = values
        return changed

    def _default(self, name: str) -> float:
        if name not in self.declared:
            raise KeyError(f"the device of {self.owner} declares no parameter '{name}'")
        default = self.declared[name].default
        if default is None:
            raise InputError(f"{self.owner} needs a value for '{name}' ({self.declared[name].doc})")
        return default

    def given(self, name: str) -> bool:
        if name not in self.declared:
            raise KeyError(f"the device of {self.owner} declares no parameter '{name}'")
        return name in self.values or self._varied(name) is not None

    def _varied(self, name: str) -> str | None:
        """The full name under which the parameter is varied, if it is."""
        full = (f"{key}.{name}" for key in self.keys if key not in self.hidden.get(name, ()))
        return next((f for f in full if f in self.numbers.varied), None)

    def nominal(self, name: str) -> float:
        if name not in self.values:
            return self._default(name)
        return self.numbers.circuit.number(self.values[name])


class InstanceParameters(View):
    """Everything an instance is told; see `longtail.devices.base.Parameters`."""

    def __init__(self, instance: Instance, device: DeviceModel, numbers: Numbers, source_factor: Real) -> None:
        own = {p.name: p for p in device.parameters}
        super().__init__(instance.name, numbers, own, instance.parameters, (instance.name,))
        card = numbers.circuit.models[instance.model] if instance.model else None
        options = numbers.circuit.options
        declared = {p.name: p for p in device.model_parameters}
        # where the instance has a parameter of the same name, "d1.model.m" reaches the model's
        keys = (f"{instance.name}.model", instance.name, card.name) if card else ()
        self.model: ParameterView = View(
            f"{instance.name}, model {card.name}" if card else instance.name,
            numbers,
            declared,
            card.parameters if card else {},
            keys,
            dict.fromkeys(own, (instance.name,)),
        )
        self.polarity = device.model_types[card.type] if card else 1.0
        self.gmin: Real = options.gmin
        self.source_factor = source_factor
        self.defaults: Mapping[str, float] = {k: getattr(options, k) for k in ("defl", "defw", "defad", "defas")}
        self.controls: Sequence[Parameters] = ()
        self.extra_nodes = max(0, len(instance.nodes) - len(device.terminals))
        self.temperature: Real = self._temperature()
        measured = self.model["tnom"] if "tnom" in declared and self.model.given("tnom") else options.tnom_deg_c
        self.nominal_temperature: Real = measured + ZERO_CELSIUS

    def _temperature(self) -> Real:
        if "temp" in self.declared and self.given("temp"):
            return self["temp"] + ZERO_CELSIUS
        rise = self["dtemp"] if "dtemp" in self.declared else 0.0
        return self.numbers.temperature + rise


@dataclass(frozen=True)
class LimitState:
    """One limited control voltage: the register of its last value, and the expression of its next."""

    name: str
    value: Real
    gap: Real  # raw - value: zero once limiting has let go


@dataclass
class InstancePotentials:
    """The unknowns by local name; see `longtail.devices.base.Potentials`."""

    instance: Instance
    values: Mapping[str, Real]
    differentiator: Differentiator
    first: Expr | None  # 1 in the first iteration; None: trace without limiting
    evaluate_law: Callable[[Expression], Real]
    states: list[LimitState] = field(default_factory=list)

    def __getitem__(self, name: str) -> Real:
        return self.values[name]

    def limit(
        self,
        raw: Mapping[str, Real],
        initial: Mapping[str, Real],
        rule: Callable[[Mapping[str, Real], Mapping[str, Real]], Mapping[str, Real]],
    ) -> Mapping[str, Real]:
        graph = self.differentiator.graph
        if self.first is None:
            return {k: graph.limit(x, x, f"{self.instance.name}:{k}") for k, x in raw.items()}
        old = {k: graph.input(f"{self.instance.name}:{k}") for k in raw}
        limited = rule(raw, old)
        result: dict[str, Real] = {}
        for k, x in raw.items():
            name = f"{self.instance.name}:{k}"
            value = select(self.first, initial[k], limited[k])
            result[k] = graph.limit(value, x, name)
            self.states.append(LimitState(name, value, x - value))
        return result

    def derivative(self, expression: Real, control: Real) -> Real:
        return self.differentiator.partial(expression, control)

    def law(self) -> Real:
        if self.instance.expression is None:
            raise InputError(f"{self.instance.name} has no expression", span=self.instance.span)
        return self.evaluate_law(self.instance.expression)
