"""A flat circuit as a netlist, which ngspice and longtail's own reader both read back.

Every number is written so that it reads back exactly. A node whose name needs quotes gets another. Device names keep
the form `q.x1.q1`, whose first letter says what it is; a behavioural source that came from an F, H or R card is written
as a B card named `b.f1`. What several values draw together is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterator

from longtail.circuit import Circuit, Instance, Model, Options, Ports, Value
from longtail.devices.discovery import devices
from longtail.elaborate.draws import with_named_draws
from longtail.elaborate.plain_nodes import plain_nodes, renamed
from longtail.elaborate.scope.values import map_leaves
from longtail.netlist.cards import SpreadRule
from longtail.netlist.expressions.evaluation import to_text
from longtail.netlist.expressions.tree import BranchCurrent, Expression, Name
from longtail.netlist.spread_cards import POSITION
from longtail.netlist.spread_values import SIZES
from longtail.units import format_spice

OPTION_NAMES = {"temp_deg_c": "temp", "tnom_deg_c": "tnom"}
POSITIONAL = {"resistor": "r", "capacitor": "c", "inductor": "l", "coupling": "k", "vcvs": "gain"} | dict.fromkeys(
    ("vccs", "cccs", "ccvs"), "gain"
)
LAW_NAMES = {"e": ("cur", "vol"), "g": ("cur", "vol"), "b": ("i", "v")}


def write(circuit: Circuit) -> str:
    """The netlist text of a circuit, one card a line.

    >>> from longtail.elaborate.pipeline import load
    >>> text = "loop\\nx1 a 0 two\\nv1 a 0 dc 3\\n.subckt two p n\\nr1 p m 1k\\nr2 m n 2k\\n.ends\\n"
    >>> print(write(load(text)), end="")
    loop
    r.x1.r1 a x1.m 1k
    r.x1.r2 x1.m 0 2k
    v1 a 0 dc 3
    .end
    """
    nodes = plain_nodes(circuit)
    circuit = with_named_draws(renamed(circuit, nodes))
    names = _written_names(circuit)
    lines = [circuit.title.replace("\n", " ")]
    lines += [f"* node '{node}' is called {name} here" for node, name in nodes.items()]
    lines += _ports(circuit.ports)
    for name, corner in circuit.corners.items():
        lines.append(f"*@ corner {name} " + " ".join(f"{k}={format_spice(v)}" for k, v in corner.items()))
    lines += map(_spread, circuit.spreads)
    for device, units in circuit.positions.items():
        places = " ".join(format_spice(each) for unit in units for each in unit)
        lines.append(f"*@ {POSITION} {names.get(device, device)} {places}")
    lines += [f".param {name}={_value(value)}" for name, value in circuit.parameters.items()]
    lines += _options(circuit.options)
    lines += [_instance(instance, circuit, names) for instance in circuit.instances.values()]
    lines += [_model(model) for model in circuit.models.values()]
    for directive, voltages in ((".nodeset", circuit.nodesets), (".ic", circuit.initial_conditions)):
        lines += [f"{directive} v({node})={format_spice(voltage)}" for node, voltage in voltages.items()]
    return "\n".join([*lines, ".end", ""])


def _written_names(circuit: Circuit) -> dict[str, str]:
    """Names that must change: a behavioural source needs a letter that takes a formula in ngspice too."""
    changed = {}
    for name, instance in circuit.instances.items():
        if instance.device == "behavioral" and name[0] not in LAW_NAMES:
            changed[name] = f"b.{name}"
    return changed


def _ports(ports: Ports) -> Iterator[str]:
    """Only what was said or found for certain is written; how it was found is not kept."""
    for word, names in (("input", ports.input), ("output", ports.output), ("supply", ports.supplies)):
        if names:
            yield f"*@ {word} {' '.join(names)}"
    if ports.vcm is not None:
        yield f"*@ vcm {format_spice(ports.vcm)}"


def _spread(rule: SpreadRule) -> str:
    sizes = {name: getattr(rule, name) for name in SIZES}
    unit, scale = ("%", 100.0) if rule.relative else ("", 1.0)
    given = [f"{name}={format_spice(value * scale)}{unit}" for name, value in sizes.items() if value is not None]
    given += [f"correlation={format_spice(rule.correlation)}"] if rule.correlation else []
    given += [f"correlation_length={format_spice(rule.correlation_length)}"] if rule.correlation_length else []
    owners = f"({','.join(rule.owners)})" if rule.owners else ""
    return f"*@ {rule.kind} {rule.parameter}{owners} {' '.join(given)}".strip()


def _options(options: Options) -> Iterator[str]:
    default = Options()
    for name in Options.__dataclass_fields__:
        value = getattr(options, name)
        if value != getattr(default, name):
            shown = value if isinstance(value, int) else _value(value)
            yield f".option {OPTION_NAMES.get(name, name)}={shown}"


def _instance(instance: Instance, circuit: Circuit, names: dict[str, str]) -> str:
    name = names.get(instance.name, instance.name)
    if instance.device == "behavioral":
        return _behavioral(instance, name, names)
    if instance.device == "noise_current":
        return _noise(instance, name)
    words = [name, *instance.nodes, *(names.get(control, control) for control in instance.controls)]
    parameters = dict(instance.parameters)
    if instance.device in ("voltage_source", "current_source"):
        words += _source(instance, parameters)
    first = parameters.pop(POSITIONAL.get(instance.device, ""), None)
    if first is not None:
        words.append(_value(first))
    if instance.model is not None:
        words.append(instance.model)
    flags = {p.name for p in devices()[instance.device].parameters if p.flag}
    words += [name if name in flags else f"{name}={_value(value)}" for name, value in parameters.items()]
    return " ".join(words)


def _source(instance: Instance, parameters: dict[str, Value]) -> Iterator[str]:
    yield f"dc {_value(parameters.pop('dc', 0.0))}"
    magnitude, phase = parameters.pop("acmag", None), parameters.pop("acphase", None)
    if magnitude is not None or phase is not None:
        yield f"ac {_value(0.0 if magnitude is None else magnitude)}" + (
            f" {_value(phase)}" if phase is not None else ""
        )
    if instance.waveform is not None:
        yield f"{instance.waveform.kind}({' '.join(_value(value) for value in instance.waveform.values)})"


def _behavioral(instance: Instance, name: str, names: dict[str, str]) -> str:
    parameters = dict(instance.parameters)
    voltage = parameters.pop("voltage", 0.0) != 0.0
    assert instance.expression is not None
    law = to_text(_renamed(instance.expression, names))
    words = [name, *instance.nodes[:2], f"{LAW_NAMES[name[0]][voltage]}={{{law}}}"]
    return " ".join([*words, *(f"{key}={_value(value)}" for key, value in parameters.items())])


def _noise(instance: Instance, name: str) -> str:
    """An OTA of LTspice without a transconductance, since ngspice 39 has no noise current."""
    given = instance.parameters
    if instance.expression is None:
        white = _value(given.get("i", 0.0))
    else:
        law = map_leaves(instance.expression, lambda leaf: Name("freq") if leaf == Name("hertz") else leaf)
        white = f"{{{to_text(law)}}}"
    nodes = " ".join(instance.nodes)
    return f"{name} {nodes} 0 0 0 0 0 0 ota g=0 in={white} ink={_value(given.get('corner', 0.0))}"


def _renamed(expression: Expression, names: dict[str, str]) -> Expression:
    if not names:
        return expression
    return map_leaves(
        expression,
        lambda leaf: BranchCurrent(names.get(leaf.device, leaf.device)) if isinstance(leaf, BranchCurrent) else leaf,
    )


def _model(model: Model) -> str:
    """A `.model` card, with the level that its device serves unless that is the first, which needs none."""
    levels = devices()[model.device].levels
    named = [] if 1 in levels or not levels or "level" in model.parameters else [f"level={levels[0]}"]
    parameters = [*named, *(f"{name}={_value(value)}" for name, value in model.parameters.items())]
    kind = model.type
    if kind.removesuffix("p") in devices()[model.device].model_types and kind.endswith("p"):
        kind, parameters = kind.removesuffix("p"), ["pchan", *parameters]  # `vdmosp` stops ngspice 39
    return f".model {model.name} {kind}({' '.join(parameters)})"


def _value(value: Value) -> str:
    return format_spice(value) if isinstance(value, float) else f"{{{to_text(value)}}}"
