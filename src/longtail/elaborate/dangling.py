"""Nodes with a single connection: legal in SPICE, where they are mostly a misspelt name."""

from __future__ import annotations

from collections.abc import Iterator

from longtail.circuit import GROUND, Circuit, Instance
from longtail.elaborate.roles import place_of, role_of
from longtail.errors import Span, nearest
from longtail.netlist.cards import Note

# what schematic editors and people call a pin that is left open
_OPEN = ("nc", "unconnected", "noconn", "n/c")


def dangling(circuit: Circuit) -> Iterator[Note]:
    """A note on each node that one terminal alone is connected to, with the name that may have been meant.

    Nodes that a directive or an option names as ports are left out, and so are those whose names say that they are
    left open. What a law reads counts as a connection. A line that several subcircuits place is named once.
    """
    touching: dict[str, list[tuple[Instance, int]]] = {}
    for instance in circuit.instances.values():
        for place, node in enumerate(instance.nodes):
            touching.setdefault(node, []).append((instance, place))
    alone = {node: found[0] for node, found in touching.items() if len(found) == 1 and node != GROUND}
    named = _named(circuit)
    said: set[tuple[Span | None, int]] = set()
    for node, (instance, place) in alone.items():
        if node in named or node.rpartition(".")[2].lower().startswith(_OPEN) or (instance.span, place) in said:
            continue
        said.add((instance.span, place))
        near = [n for n in touching if n not in (node, GROUND) and n.rpartition(".")[0] == node.rpartition(".")[0]]
        meant = nearest(node, [n for n in near if n in alone]) or nearest(node, near)
        message = f"node '{node}' has a single connection, {_terminal(instance, place)}"
        yield Note(f"{message}; {meant}" if meant else message, instance.span)


def _terminal(instance: Instance, place: int) -> str:
    """What stands at the node: where that is a base or a gate, nothing drives it.

    >>> _terminal(Instance("m1", "mosfet1", ("d", "g", "s", "b"), {}), 1)
    'the gate of m1, which nothing drives'
    """
    role = role_of(instance)
    if role is None or place != place_of(instance, role.control):
        return instance.name
    return f"the {role.control_name} of {instance.name}, which nothing drives"


def _named(circuit: Circuit) -> set[str]:
    """Nodes that the user names as ports."""
    ports = circuit.ports
    given = {"input": ports.input, "output": ports.output}
    return {node for port, nodes in given.items() if ports.how.get(port) in ("directive", "option") for node in nodes}
