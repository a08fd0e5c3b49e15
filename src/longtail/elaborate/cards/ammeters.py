"""Currents that laws read of devices without a branch current, `I(R1)`, `I(D1)`, `Ic(Q1)`: an ammeter in series.

    r1 a b 1k                    vmeter_r1 a r1_meter 0
    b1 c 0 i={2*i(r1)}           r1 r1_meter b 1k
                                 b1 c 0 i={2*i(vmeter_r1)}

As in LTspice, a current is positive that flows into the first node, or into the terminal that is named. The ammeter is
a source of 0 V, so that what flows is exact with all that the device has: charge, noise, breakdown.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

from longtail.circuit import GROUND, Circuit, Instance, Value
from longtail.elaborate.cards import catalog
from longtail.elaborate.scope.values import leaves, map_leaves
from longtail.errors import Faults, NetlistError
from longtail.netlist.expressions.tree import BranchCurrent, Expression, Potential

WITH_CURRENT = ("voltage_source", "inductor", "vcvs", "ccvs")
TWO_ENDED = "rcdsiwbgf"  # letters of devices through which one current flows, from the first node to the second
TRANSISTORS = "qmjz"
_METER = "vmeter"


def has_current(instance: Instance) -> bool:
    """Whether a device forces a voltage, and so has a branch current."""
    return instance.device in WITH_CURRENT or bool(instance.parameters.get("voltage"))


def with_ammeters(
    instances: Mapping[str, Instance], multipliers: dict[str, Value], faults: Faults
) -> dict[str, Instance]:
    """The instances with an ammeter before each device whose current a law reads; it has the multiplier of the device.

    What cannot be read is among the faults; of what is not there `build` complains.
    """
    moved: dict[str, Instance] = {}  # devices with a terminal behind an ammeter
    meters: dict[str, tuple[str, Instance]] = {}  # by name, each with its device
    for reader in instances.values():
        for leaf in _read(reader):
            meter = _name(leaf)
            with faults.kept():
                place = None if meter in meters else _terminal(reader, leaf, instances)
                if place is None:
                    continue
                if meter in instances:
                    message = f"{reader.name} needs an ammeter '{meter}', a name that is taken"
                    raise NetlistError(message, span=reader.span)
                device = moved.get(leaf.device, instances[leaf.device])
                ends = (device.nodes[place], _inner(leaf))
                moved[leaf.device] = replace(device, nodes=_moved(device, place, ends[1]))
                source = Instance(meter, "voltage_source", ends, {"dc": 0.0}, span=device.span)
                meters[meter] = (leaf.device, source)
                if leaf.device in multipliers:
                    multipliers[meter] = multipliers[leaf.device]
    found: dict[str, Instance] = {}
    for name, instance in instances.items():
        if name in moved:
            found |= {meter: source for meter, (device, source) in meters.items() if device == name}
        found[name] = _reading(moved.get(name, instance), meters)
    return found


def without_ammeters(circuit: Circuit) -> Circuit:
    """What is told of a circuit: without ammeters and their nodes, also where `write` has written them."""
    inner = {nodes[1] for nodes in (i.nodes for i in circuit.instances.values() if _is_ammeter(i))}
    if not inner:
        return circuit
    kept = {name: i for name, i in circuit.instances.items() if not _is_ammeter(i)}
    return replace(circuit, instances=kept, nodes=tuple(node for node in circuit.nodes if node not in inner))


def _is_ammeter(instance: Instance) -> bool:
    """Whether a source is one of these; one that has been given a voltage is told of."""
    own = instance.name.rpartition(".")[2]
    node = instance.nodes[-1].rpartition(".")[2] if instance.nodes else ""
    named = own.startswith(f"{_METER}_") and node == f"{own.removeprefix(f'{_METER}_')}_meter"
    return named and instance.device == "voltage_source" and instance.parameters.get("dc") == 0.0


def _moved(device: Instance, terminal: int, inner: str) -> tuple[str, ...]:
    """The nodes of a device with a terminal at an inner node; its own law may read the outer one still."""
    outer = device.nodes[terminal]
    nodes = (*device.nodes[:terminal], inner, *device.nodes[terminal + 1 :])
    law = device.expression
    reads = law is not None and any(isinstance(e, Potential) and outer in (e.positive, e.negative) for e in leaves(law))
    return (*nodes, outer) if reads and outer != GROUND and outer not in nodes else nodes


def _read(reader: Instance) -> Iterator[BranchCurrent]:
    for leaf in () if reader.expression is None else leaves(reader.expression):
        if isinstance(leaf, BranchCurrent):
            yield leaf


def _terminal(reader: Instance, leaf: BranchCurrent, instances: Mapping[str, Instance]) -> int | None:
    """The place of the terminal that an ammeter has to stand at; None where none is needed, or no device is there."""
    read = instances.get(leaf.device)
    if read is None or (not leaf.terminal and has_current(read)):
        return None
    device = catalog.device(read.device)
    if not leaf.terminal and device.letter in TWO_ENDED:
        return 0
    what = f"{reader.name} reads the current of '{leaf.device}', a {device.name}"
    if device.letter not in TRANSISTORS:
        hint = "put a voltage source of 0 V in series and read its current"
        raise NetlistError(f"{what}, which has no branch current", span=reader.span, hint=hint)
    known = device.terminals[: len(read.nodes)]
    if leaf.terminal not in known:
        names = ", ".join(f"I{terminal}({leaf.device})" for terminal in known)
        why = f"which has no terminal '{leaf.terminal}'" if leaf.terminal else "which has several"
        raise NetlistError(f"{what}, {why}", span=reader.span, hint=f"there are {names}")
    return known.index(leaf.terminal)


def _name(leaf: BranchCurrent) -> str:
    """`vmeter_r1`, `v.x1.vmeter_r1`; with the terminal of a transistor, `vmeter_q1_c`."""
    path, dot, own = leaf.device.rpartition(".")
    return f"{'v' if dot else ''}{path[1:]}{dot}{_METER}_{own}" + (f"_{leaf.terminal}" if leaf.terminal else "")


def _inner(leaf: BranchCurrent) -> str:
    """The node between ammeter and device: `r1_meter`, `x1.r1_meter`, `q1_c_meter`."""
    own = leaf.device[2:] if leaf.device[1:2] == "." else leaf.device
    return f"{own}_{leaf.terminal}_meter" if leaf.terminal else f"{own}_meter"


def _reading(instance: Instance, meters: Container[str]) -> Instance:
    """The instance with a law that reads the ammeters."""

    def measured(leaf: Expression) -> Expression:
        return BranchCurrent(_name(leaf)) if isinstance(leaf, BranchCurrent) and _name(leaf) in meters else leaf

    if not any(_name(leaf) in meters for leaf in _read(instance)):
        return instance
    assert instance.expression is not None
    law = map_leaves(instance.expression, measured)
    controls = dict.fromkeys(leaf.device for leaf in leaves(law) if isinstance(leaf, BranchCurrent))
    return replace(instance, expression=law, controls=tuple(controls))
