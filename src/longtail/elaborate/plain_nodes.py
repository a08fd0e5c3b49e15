"""Node names that stand in a netlist without quotes, for the circuits whose names do not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from longtail.circuit import Circuit, Instance
from longtail.elaborate.scope.values import map_leaves
from longtail.netlist.expressions.tree import Expression, Potential

# blanks and what has a meaning in a card, the beginning of a comment, and nothing at all
_NOT_PLAIN = re.compile(r"""[\s(),={}'";]|//|^\$|^$""")


def plain_nodes(circuit: Circuit) -> dict[str, str]:
    """Another name for each node that needs quotes: ngspice 39 refuses such a name even in quotes.

    >>> from longtail.elaborate.pipeline import load
    >>> plain_nodes(load('t\\nv1 "net-(q1-e)" 0 1\\nr1 "net-(q1-e)" net-_q1-e_ 1k\\nr2 net-_q1-e_ 0 1k\\n'))
    {'net-(q1-e)': 'net-_q1-e__'}
    """
    taken = set(circuit.nodes)
    names = {}
    for node in circuit.nodes:
        if _NOT_PLAIN.search(node):
            name = _NOT_PLAIN.sub("_", node)
            while name in taken:
                name += "_"
            taken.add(name)
            names[node] = name
    return names


def renamed(circuit: Circuit, names: Mapping[str, str]) -> Circuit:
    """The circuit with other names for some of its nodes."""
    if not names:
        return circuit

    def of(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(word, word) for word in words)

    def leaf(e: Expression) -> Expression:
        return (
            Potential(names.get(e.positive, e.positive), names.get(e.negative, e.negative))
            if isinstance(e, Potential)
            else e
        )

    def instance(i: Instance) -> Instance:
        law = None if i.expression is None else map_leaves(i.expression, leaf)
        return replace(i, nodes=of(i.nodes), expression=law)

    ports = replace(circuit.ports, input=of(circuit.ports.input), output=of(circuit.ports.output))
    return replace(
        circuit,
        nodes=of(circuit.nodes),
        instances={name: instance(i) for name, i in circuit.instances.items()},
        nodesets={names.get(node, node): v for node, v in circuit.nodesets.items()},
        initial_conditions={names.get(node, node): v for node, v in circuit.initial_conditions.items()},
        ports=ports,
    )
