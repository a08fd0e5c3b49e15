"""The flat circuit: what remains of a netlist when every include, parameter and subcircuit is resolved.

All of it is frozen data. A `Value` is a float, or an expression over the top-level parameters of the netlist,
kept so that a parameter can later be varied over lanes; `Circuit.number` gives its nominal value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from longtail.errors import Span
from longtail.netlist.cards import Note, Shown, SpreadRule
from longtail.netlist.expressions.evaluation import evaluate
from longtail.netlist.expressions.tree import Expression

GROUND = "0"
TEMPERATURE = "temper"  # of the circuit, in degrees Celsius: SPICE's own name for it, which no parameter can have

Value = float | Expression


@dataclass(frozen=True, slots=True)
class Waveform:
    """A time function of an independent source, read for later use: "pulse", "sin", "pwl", "exp", "sffm", "am"."""

    kind: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """One device of the flat circuit.

    `device` is the name of its `DeviceModel`; `nodes` are flat node names in terminal order, trailing optional
    terminals that the card left out not included; `controls` are the names of instances whose branch current it
    reads (F, H, K, and i(...) of a behavioural source); `expression` is the law of a behavioural source.
    """

    name: str
    device: str
    nodes: tuple[str, ...]
    parameters: Mapping[str, Value]
    model: str | None = None
    controls: tuple[str, ...] = ()
    expression: Expression | None = None
    waveform: Waveform | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A `.model` card: its device, its type ("npn"), and the parameters given, with their values."""

    name: str
    device: str
    type: str
    parameters: Mapping[str, Value]
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class RandomDraw:
    """What a statistical function of the netlist draws: a variable of mean 0 and variance 1, by whose name it is read.

    function        "agauss" and its kin
    owners          the devices that it moves, or none: a parameter of the top level
    parameter       the first that it moves, of the first of them; `value` is what that is
    local           whether it is drawn for a device or for an instance of a subcircuit, not once for the whole circuit
    """

    function: str
    owners: tuple[str, ...]
    parameter: str
    value: Value
    local: bool


@dataclass(frozen=True, slots=True)
class Ports:
    """What is input, output and supply. Empty tuples mean: not said, to be found or asked for.

    `input` names two nodes, or two independent voltage sources when a source network stands between them and the
    amplifier, or ends of devices at a node, as `0@rs2`, which is the end of rs2 at ground. `output` names one node or
    two. `supplies` names voltage sources. `how` says where each came from: "directive", "option" or
    "found: <reason>". `ordered` is False where nothing says which of the inputs that were found is the positive one.
    `loop` names the signal source of a feedback amplifier, which has one input, the transistor whose base or gate
    is fed back, and the other one of its pair ("" where there is none). `shown` is what cards of the netlist look at.
    """

    input: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    supplies: tuple[str, ...] = ()
    vcm: float | None = None
    how: Mapping[str, str] = field(default_factory=dict)
    ordered: bool = True
    loop: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """Simulation options in effect, SI units except temperatures in degrees Celsius as SPICE gives them."""

    temp_deg_c: Value = 27.0
    tnom_deg_c: float = 27.0
    gmin: float = 1e-12
    reltol: float = 1e-9
    abstol: float = 1e-15
    vntol: float = 1e-12
    itl1: int = 100
    defl: float = 1e-4
    defw: float = 1e-4
    defad: float = 0.0
    defas: float = 0.0


@dataclass(frozen=True, slots=True, repr=False)
class Circuit:
    """The flat circuit. `nodes` are all node names but ground, in order of first appearance.

    `parameters` are those of the top level, each after the ones that it depends on. `corners` are the values that
    `*@ corner` gives to some of them, by the name of the corner, `spreads` what `*@ mismatch` and `*@ process` say,
    `draws` those of statistical functions by name, in the order of the netlist; `positions` where devices lie, x and y
    in m of each of their units, as `*@ position` gives them.
    """

    title: str
    nodes: tuple[str, ...]
    instances: Mapping[str, Instance]
    models: Mapping[str, Model]
    parameters: Mapping[str, Value]
    options: Options = Options()
    nodesets: Mapping[str, float] = field(default_factory=dict)
    initial_conditions: Mapping[str, float] = field(default_factory=dict)
    ports: Ports = Ports()
    notes: tuple[Note, ...] = ()
    corners: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    spreads: tuple[SpreadRule, ...] = ()
    draws: Mapping[str, RandomDraw] = field(default_factory=dict)
    positions: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    _nominal: dict[str, float] = field(init=False, repr=False, compare=False, default_factory=dict)

    def number(self, value: Value) -> float:
        """The nominal value of a `Value`: parameters at their values in the netlist, `temper` in degrees Celsius.

        Raises NetlistError where it has none: a division by zero, a parameter that is not there.

        >>> from longtail.netlist.expressions.tree import Binary, Name, Number
        >>> circuit = Circuit("", (), {}, {}, {"r": 1e3, "r2": Binary("*", Number(2.0), Name("r"))})
        >>> circuit.number(Name("r2"))
        2000.0
        """
        if isinstance(value, float | int):
            return float(value)
        if not self._nominal:
            self._nominal.update(_nominal_parameters(self.parameters, self.options.temp_deg_c))
        return nominal(value, self._nominal)

    def drawn(self, value: Value, draws: Mapping[str, float]) -> float:
        """The value where some draws have other values than 0, parameters of the top level as they are."""
        self.number(value)
        return float(value) if isinstance(value, float | int) else nominal(value, {**self._nominal, **draws})

    def instances_of(self, device: str) -> tuple[Instance, ...]:
        """All instances of a device, by the name of its `DeviceModel`, in the order of the netlist."""
        return tuple(instance for instance in self.instances.values() if instance.device == device)

    def __repr__(self) -> str:
        return f"<Circuit '{self.title}': {len(self.nodes)} nodes, {len(self.instances)} devices>"


def _nominal_parameters(parameters: Mapping[str, Value], temp_deg_c: Value) -> dict[str, float]:
    """Parameters as floats, and `temper`. A temperature that follows parameters takes them at 27 degrees first."""
    names = {"temper": temp_deg_c if isinstance(temp_deg_c, float) else 27.0}
    for _ in range(1 if isinstance(temp_deg_c, float) else 2):
        for name, value in parameters.items():
            names[name] = float(value) if isinstance(value, float | int) else nominal(value, names)
        names["temper"] = nominal(temp_deg_c, names) if not isinstance(temp_deg_c, float | int) else float(temp_deg_c)
    return names


def nominal(expression: Expression, names: Mapping[str, float], span: Span | None = None) -> float:
    """An expression as a float, with `names` for its parameters.

    Raises NetlistError where the result is no finite number (a division by zero, a logarithm below zero).
    """
    return float(evaluate(expression, names, span=span))
