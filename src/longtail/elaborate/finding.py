"""Looking for the input pair, the outputs and the supplies of a circuit that does not name them.

Each function returns names (none when in doubt) and the reason, which starts with "found:" or says what is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from longtail.circuit import GROUND, Circuit, Instance
from longtail.devices.discovery import devices

CONTROLS = (("g", "s"), ("b", "e"))  # the terminal that steers and the one that a pair has in common
OUTPUT_PAIRS = (
    ("outp", "outn"),
    ("out+", "out-"),
    ("voutp", "voutn"),
    ("vop", "von"),
    ("op", "on"),
    ("out1", "out2"),
    ("vout1", "vout2"),
    ("vo1", "vo2"),
    ("o1", "o2"),
)
OUTPUT_SINGLES = ("out", "vout", "vo", "output", "o")
LARGEST_TAIL = 16  # devices or resistors at one node: with more it is a rail
LARGEST_NETWORK = 200  # nodes of a source network that are followed
Found = tuple[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class _Pair:
    first: str
    second: str
    common: str
    control: str
    sources: tuple[str, str]
    nodes: tuple[str, str]


def find_input(circuit: Circuit) -> Found:
    """Two sources that drive the bases or gates of a pair: the same device and model, emitters or sources joined."""
    pairs = [_positive_first(pair) for pair in _driven_pairs(circuit)]
    by_sources = {frozenset(pair.sources): pair for pair in reversed(pairs)}
    if not pairs:
        return (), "not found: no two voltage sources drive the bases or gates of a pair; name them: *@ input inp inn"
    if len(by_sources) > 1:
        choices = "; ".join(f"{pair.sources[0]}, {pair.sources[1]} at {pair.first}, {pair.second}" for pair in pairs)
        return (), f"ambiguous: {choices}; name one: *@ input {pairs[0].sources[0]} {pairs[0].sources[1]}"
    pair = pairs[0]
    direct = all(
        set(circuit.instances[source].nodes) == {node, GROUND}
        for source, node in zip(pair.sources, pair.nodes, strict=True)
    )
    word = {"g": "gates", "b": "bases"}[pair.control]
    why = f"found: {pair.sources[0]} and {pair.sources[1]} drive the {word} of {pair.first} and {pair.second}"
    return (pair.nodes if direct else pair.sources), f"{why}, joined at {pair.common}"


def find_output(circuit: Circuit) -> Found:
    """Nodes whose names say that they are outputs."""
    nodes = set(circuit.nodes)
    found: list[tuple[str, ...]] = [pair for pair in OUTPUT_PAIRS if nodes.issuperset(pair)]
    found += [(single,) for single in OUTPUT_SINGLES if single in nodes]
    if len(found) == 1:
        return found[0], "found: by name"
    if found:
        return (), f"ambiguous: {'; '.join(', '.join(names) for names in found)}; name one: *@ output {found[0][0]}"
    return (), "not found: no node is named like an output (out; outp, outn; ...); name it: *@ output node [node]"


def find_supplies(circuit: Circuit, input: tuple[str, ...]) -> Found:
    """DC voltage sources from a node to ground that are not inputs and not zero."""
    names = []
    for name, instance in circuit.instances.items():
        if instance.device != "voltage_source" or name in input or set(input) & set(instance.nodes):
            continue
        to_ground = len(set(instance.nodes) - {GROUND}) == 1 and GROUND in instance.nodes
        driven = circuit.number(instance.parameters.get("acmag", 0.0)) != 0.0 or instance.waveform is not None
        if to_ground and not driven and circuit.number(instance.parameters.get("dc", 0.0)) != 0.0:
            names.append(name)
    if not names:
        return (), "not found: no voltage source to ground has a value"
    return tuple(names), "found: voltage sources to ground"


def _driven_pairs(circuit: Circuit) -> Iterator[_Pair]:
    at_node = _passive_neighbours(circuit)
    sources = _sources_by_node(circuit)
    followed: dict[str, dict[str, int]] = {}
    for first, second, common, control in _pairs(circuit, at_node, sources):
        a, b = _terminal(first, control), _terminal(second, control)
        if a == b:
            continue
        for node in (a, b):
            if node not in followed:
                followed[node] = _drivers(circuit, node, at_node, sources)
        nearer_a, nearer_b = _nearer(followed[a], followed[b]), _nearer(followed[b], followed[a])
        if len(nearer_a) == 1 and len(nearer_b) == 1:
            (source_a,), (source_b,) = nearer_a, nearer_b
            yield _Pair(first.name, second.name, common, control, (source_a, source_b), (a, b))


def _pairs(
    circuit: Circuit, at_node: Mapping[str, set[str]], sources: Mapping[str, list[str]]
) -> Iterator[tuple[Instance, Instance, str, str]]:
    """Two devices of one model whose emitters or sources meet, directly or through a resistor each."""
    groups: dict[tuple[str, str | None, str, str], list[Instance]] = defaultdict(list)
    for instance in circuit.instances.values():
        kind = _control_terminals(instance)
        if kind is None:
            continue
        emitter = _terminal(instance, kind[1])
        model = circuit.models[instance.model].type if instance.model is not None else None
        fixed = emitter == GROUND or emitter in sources
        joined = at_node.get(emitter, set())
        if fixed or len(joined) > LARGEST_TAIL:
            continue
        for node in (emitter, *sorted(joined - {emitter})):
            if node != GROUND and node not in sources:
                groups[instance.device, model, node, kind[0]].append(instance)
    seen = set()
    for (_, _, node, control), members in groups.items():
        if len(members) > LARGEST_TAIL:
            continue
        for first, second in combinations(members, 2):
            if (first.name, second.name) not in seen:
                seen.add((first.name, second.name))
                yield first, second, node, control


def _control_terminals(instance: Instance) -> tuple[str, str] | None:
    terminals = devices()[instance.device].terminals
    return next((pair for pair in CONTROLS if set(pair) <= set(terminals)), None)


def _terminal(instance: Instance, name: str) -> str:
    return instance.nodes[devices()[instance.device].terminals.index(name)]


def _passive_neighbours(circuit: Circuit) -> dict[str, set[str]]:
    """Nodes that a resistor, capacitor or inductor joins."""
    joined: dict[str, set[str]] = defaultdict(set)
    for instance in circuit.instances.values():
        if instance.device in ("resistor", "capacitor", "inductor"):
            a, b = instance.nodes
            joined[a].add(b)
            joined[b].add(a)
    return joined


def _sources_by_node(circuit: Circuit) -> dict[str, list[str]]:
    """Voltage sources by the nodes that they drive."""
    driven: dict[str, list[str]] = defaultdict(list)
    for name, instance in circuit.instances.items():
        if instance.device == "voltage_source":
            for node in instance.nodes:
                if node != GROUND:
                    driven[node].append(name)
    return driven


def _drivers(
    circuit: Circuit, start: str, at_node: Mapping[str, set[str]], sources: Mapping[str, list[str]]
) -> dict[str, int]:
    """The sources to ground that reach a node through R, C, L and floating sources, with the number of steps."""
    found: dict[str, int] = {}
    steps = {start: 0}
    waiting = [start]
    while waiting and len(steps) < LARGEST_NETWORK:
        node = waiting.pop(0)
        beyond: list[str] = []
        grounded = False
        for source in sources.get(node, ()):
            others = set(circuit.instances[source].nodes) - {node}
            if others <= {GROUND}:
                found.setdefault(source, steps[node])
                grounded = True
            beyond += others
        if not grounded:  # a source to ground fixes its node: nothing behind it matters
            for other in (*beyond, *sorted(at_node.get(node, ()))):
                if other != GROUND and other not in steps:
                    steps[other] = steps[node] + 1
                    waiting.append(other)
    return found


def _nearer(here: Mapping[str, int], there: Mapping[str, int]) -> list[str]:
    """Sources that are fewer steps from here than from there."""
    return [source for source, steps in here.items() if steps < there.get(source, LARGEST_NETWORK)]


def _positive_first(pair: _Pair) -> _Pair:
    """Sources called ...n and ...p come in the order p, n; all others in the order of their transistors."""
    first, second = pair.sources
    if first[:-1] == second[:-1] and (first[-1], second[-1]) in (("n", "p"), ("-", "+"), ("2", "1")):
        return _Pair(pair.second, pair.first, pair.common, pair.control, (second, first), pair.nodes[::-1])
    return pair
