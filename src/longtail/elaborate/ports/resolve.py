"""Which nodes are input, output and supply: said by `*@` directives, by options, or found in the circuit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from longtail.circuit import GROUND, Circuit, Ports
from longtail.elaborate.corners import CORNER
from longtail.elaborate.options import word_value
from longtail.elaborate.ports.inputs import find_input
from longtail.elaborate.ports.outputs import find_output
from longtail.elaborate.ports.planes import split_plane
from longtail.elaborate.ports.supplies import find_supplies
from longtail.elaborate.ports.wiring import Wiring
from longtail.elaborate.scope.scopes import Scope
from longtail.errors import InputError, NetlistError, OptionError, Span, in_short, nearest
from longtail.netlist.cards import PortDirective
from longtail.node_names import node_names

DIRECTIVES = ("input", "output", "supply", "vcm", CORNER)
COUNTS = {"input": (2, 2), "output": (1, 2), "supply": (1, 64), "vcm": (1, 1)}


def read_ports(circuit: Circuit, directives: Iterable[PortDirective], scope: Scope) -> Ports:
    """The ports that `*@` directives name; a later directive of the same name replaces an earlier one.

    Raises NetlistError for an unknown directive, a wrong number of names, and names that are not in the circuit.
    """
    ports = Ports()
    for directive in directives:
        names = tuple(word.text for word in directive.words)
        if directive.name == CORNER:
            continue  # no port: see `read_corners`
        if directive.name not in DIRECTIVES:
            raise NetlistError(
                f"unknown directive '{directive.name}'",
                span=directive.span,
                hint=nearest(directive.name, DIRECTIVES) or f"there are {', '.join(DIRECTIVES)}",
            )
        if directive.name == "vcm":
            _check_count("vcm", names, directive.span)
            level = scope.nominal(word_value(directive.words[0], scope), directive.span)
            ports = replace(ports, vcm=level, how={**ports.how, "vcm": "directive"})
        else:
            ports = _named(circuit, ports, directive.name, names, "directive", directive.span)
    return ports


def resolve_ports(
    circuit: Circuit,
    input: Sequence[str] | str | None = None,
    output: Sequence[str] | str | None = None,
    supply: Sequence[str] | str | None = None,
    vcm: float | None = None,
) -> Circuit:
    """The circuit with its ports checked and completed.

    What is given here (names, or "inp,inn") comes before what the netlist says, and that before what is found by
    looking at the circuit; `Ports.how` tells which it was and why. `vcm` is in V. Raises OptionError for names that
    are not in the circuit.
    """
    ports = circuit.ports
    for name, wanted in (("input", input), ("output", output), ("supply", supply)):
        if wanted is not None:
            ports = _named(circuit, ports, name, port_names(name, wanted), "option", None)
    if vcm is not None:
        ports = replace(ports, vcm=float(vcm), how={**ports.how, "vcm": "option"})
    return replace(circuit, ports=_completed(circuit, ports))


def port_names(kind: str, given: Any) -> tuple[str, ...]:
    """Names of nodes or devices, in a text as `node_names` reads it, or in a sequence.

    >>> port_names("input", "INP, inn"), port_names("output", ["o1", "o2"])
    (('inp', 'inn'), ('o1', 'o2'))
    """
    names = node_names(given) if isinstance(given, str) else given
    names = names.tolist() if isinstance(names, np.ndarray) else names
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise OptionError(f"{kind} must be names, not {in_short(given)}", hint='as in "inp,inn" or ("1", "2")')
    return tuple(name.lower() for name in names)


def _completed(circuit: Circuit, ports: Ports) -> Ports:
    """What is not said looked for: the supplies first, since no supply is an input."""
    wiring = Wiring(circuit)
    rails = ports.supplies
    if not _said(ports, "supply"):
        rails, _ = find_supplies(wiring, ports.input if _said(ports, "input") else ())
    inputs = find_input(wiring, rails)
    if not _said(ports, "input"):
        how = {**ports.how, "input": inputs.why}
        ports = replace(ports, input=inputs.planes, how=how, ordered=inputs.ordered, loop=inputs.loop)
    if not _said(ports, "output"):
        found, why = find_output(wiring, inputs, ports.shown)
        ports = replace(ports, output=found, how={**ports.how, "output": why})
    if not _said(ports, "supply"):
        found, why = find_supplies(wiring, ports.input)
        ports = replace(ports, supplies=found, how={**ports.how, "supply": why})
    return ports


def _said(ports: Ports, name: str) -> bool:
    return ports.how.get(name) in ("directive", "option")


def _named(circuit: Circuit, ports: Ports, kind: str, names: tuple[str, ...], how: str, span: Span | None) -> Ports:
    _check_count(kind, names, span)
    if len(set(names)) < len(names):
        raise _error(f"{kind}: the same name twice: {', '.join(names)}", span)
    origin = {**ports.how, kind: how}
    if kind == "input":
        return replace(ports, input=_input(circuit, names, span), how=origin)
    if kind == "output":
        for name in names:
            _check_node(circuit, name, kind, span)
        return replace(ports, output=names, how=origin)
    return replace(ports, supplies=tuple(_supply(circuit, name, span) for name in names), how=origin)


def _check_count(kind: str, names: Sequence[str], span: Span | None) -> None:
    least, most = COUNTS[kind]
    if not least <= len(names) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise _error(f"{kind} takes {wanted} name{'s' * (most > 1)}, not {len(names)}", span)


def _error(message: str, span: Span | None, hint: str | None = None) -> InputError:
    return OptionError(message, hint=hint) if span is None else NetlistError(message, span=span, hint=hint)


def _input(circuit: Circuit, names: tuple[str, ...], span: Span | None) -> tuple[str, ...]:
    """Two nodes, or ends of devices at a node (`0@rs2`), or two voltage sources. A name that is both means the node."""
    if all(name in circuit.nodes or _is_end(circuit, name) for name in names):
        return names
    if all(_is_source(circuit, name) for name in names):
        return names
    for name in names:
        if not _is_source(circuit, name):
            _check_node(circuit, name, "input", span)
    raise _error(f"input: give two nodes or two voltage sources, not one of each: {', '.join(names)}", span)


def _is_end(circuit: Circuit, name: str) -> bool:
    """Whether a name is `node@device` of a device that is at the node."""
    node, device = split_plane(name)
    return bool(device) and device in circuit.instances and node in circuit.instances[device].nodes


def _is_source(circuit: Circuit, name: str) -> bool:
    found = circuit.instances.get(name)
    return found is not None and found.device == "voltage_source"


def _check_node(circuit: Circuit, name: str, kind: str, span: Span | None) -> None:
    if name in circuit.nodes:
        return
    if name == GROUND:
        raise _error(f"{kind}: ground cannot be an {kind}", span)
    sources = [n for n, instance in circuit.instances.items() if instance.device == "voltage_source"]
    hint = nearest(name, [*circuit.nodes, *(sources if kind != "output" else ())])
    raise _error(f"{kind}: there is no node '{name}'", span, hint or f"nodes are {_some(circuit.nodes)}")


def _some(names: Sequence[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def _supply(circuit: Circuit, name: str, span: Span | None) -> str:
    """The voltage source of that name, a controlled one too, or the one that feeds the node of that name."""
    forcing = {i.name: i.nodes[:2] for i in Wiring(circuit).forcing}
    if name in forcing:
        return name
    _check_node(circuit, name, "supply", span)
    feeding = [source for source, ends in forcing.items() if name in ends]
    if len(feeding) != 1:
        which = f"several voltage sources: {', '.join(feeding)}" if feeding else "no voltage source"
        raise _error(f"supply: node '{name}' is fed by {which}", span, "name the source itself")
    return feeding[0]
