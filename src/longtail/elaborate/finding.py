"""Looking for the input pair, the outputs and the supplies of a circuit that does not name them.

Each function returns names (none when in doubt) and the reason, which starts with "found:" or says what is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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
    ("outp", "outm"),
    ("vop", "vom"),
    ("vout+", "vout-"),
    ("vo+", "vo-"),
    ("out1", "out2"),
    ("vout1", "vout2"),
    ("vo1", "vo2"),
    ("o1", "o2"),
)
OUTPUT_SINGLES = ("out", "vout", "vo", "output", "o")
INPUT_PAIRS = (
    ("inp", "inn"),
    ("in+", "in-"),
    ("inp", "inm"),
    ("vinp", "vinn"),
    ("vin+", "vin-"),
    ("vip", "vin"),
    ("in1", "in2"),
    ("vin1", "vin2"),
)
LARGEST_CASCODE = 4  # transistors on top of one of a pair
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
    """Two sources that drive the bases or gates of a pair: the same device and model, emitters or sources joined.

    Of several, the one with an AC amplitude. Without a pair, two sources at nodes whose names say that they are
    inputs, or the only two with an AC amplitude.
    """
    pairs = _input_pairs(circuit)
    if not pairs:
        return _input_without_pair(circuit)
    if len({frozenset(pair.sources) for pair in pairs}) > 1:
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


def _input_pairs(circuit: Circuit) -> list[_Pair]:
    """Pairs that two sources drive; where several sources do, those with an AC amplitude, if they are one pair."""
    pairs = [_positive_first(pair) for pair in _driven_pairs(circuit)]
    driven = [pair for pair in pairs if any(_has_amplitude(circuit, name) for name in pair.sources)]
    return driven if len({frozenset(pair.sources) for pair in driven}) == 1 else pairs


def _input_without_pair(circuit: Circuit) -> Found:
    used = {node for i in circuit.instances.values() if i.device != "voltage_source" for node in i.nodes}
    driven_nodes = {node for node, names in _sources_by_node(circuit).items() if _fixed(circuit, node, names)}
    nodes = _by_plain_name(driven_nodes & used)
    named = [tuple(nodes[name] for name in pair) for pair in INPUT_PAIRS if nodes.keys() >= set(pair)]
    if len(named) == 1:
        return named[0], "found: by name"
    driven = [
        name
        for name, instance in circuit.instances.items()
        if instance.device == "voltage_source" and _has_amplitude(circuit, name)
    ]
    if len(driven) == 2:
        return tuple(driven), f"found: {driven[0]} and {driven[1]} alone have an AC amplitude"
    return (), "not found: no two voltage sources drive the bases or gates of a pair; name them: *@ input inp inn"


def _fixed(circuit: Circuit, node: str, sources: list[str]) -> bool:
    """Whether a voltage source to ground drives the node."""
    return any(set(circuit.instances[name].nodes) == {node, GROUND} for name in sources)


def _has_amplitude(circuit: Circuit, source: str) -> bool:
    return circuit.number(circuit.instances[source].parameters.get("acmag", 0.0)) != 0.0


def _by_plain_name(nodes: Iterable[str]) -> dict[str, str]:
    """Nodes by their names without the slash of schematic sheets and without underscores."""
    return {node.lstrip("/").replace("_", ""): node for node in nodes}


def find_output(circuit: Circuit) -> Found:
    """Nodes whose names say that they are outputs; else where the input pair ends, if it drives nothing further."""
    nodes = _by_plain_name(circuit.nodes)
    found: list[tuple[str, ...]] = [
        tuple(nodes[name] for name in pair) for pair in OUTPUT_PAIRS if nodes.keys() >= set(pair)
    ]
    found += [(nodes[single],) for single in OUTPUT_SINGLES if single in nodes]
    if len(found) > 1 and "out" in nodes:
        found = [names for names in found if names not in (("o1", "o2"), ("vo1", "vo2"))]  # ends of a first stage
    if len(found) == 1:
        return found[0], "found: by name"
    if found:
        return (), f"ambiguous: {'; '.join(', '.join(names) for names in found)}; name one: *@ output {found[0][0]}"
    why = "not found: no node is named like an output (out; outp, outn; ...)"
    ends = _ends(circuit)
    if ends is None:
        return (), f"{why}; name it: *@ output node [node]"
    return ends


def _ends(circuit: Circuit) -> Found | None:
    """The two ends of the input pair, or the second where the first is the input of a current mirror; None where
    they go on to another stage."""
    pairs = _input_pairs(circuit)
    if len({frozenset(pair.sources) for pair in pairs}) != 1:
        return None
    first, second = (_end(circuit, circuit.instances[name]) for name in (pairs[0].first, pairs[0].second))
    sources = _sources_by_node(circuit)
    if first == second or any(node == GROUND or node in sources for node in (first, second)):
        return None
    steered = {node: _steered(circuit, node) for node in (first, second)}
    if not steered[first] | steered[second] <= {first, second}:
        return None
    mirrored = [node for node in (first, second) if steered[node]]
    why = f"found: where the pair {pairs[0].first}, {pairs[0].second} ends"
    if len(mirrored) == 1:
        return tuple(node for node in (first, second) if node not in mirrored), f"{why}, behind the mirror"
    return (first, second), f"{why}; it drives nothing further"


def _end(circuit: Circuit, instance: Instance) -> str:
    """The collector or drain of a transistor, or that of the cascode transistors on top of it."""
    node = _terminal(instance, _collector(instance))
    for _ in range(LARGEST_CASCODE):
        above = [other for other in circuit.instances.values() if _emitter(other) == node and other is not instance]
        if len(above) != 1:
            break
        instance = above[0]
        node = _terminal(instance, _collector(instance))
    return node


def _collector(instance: Instance) -> str:
    return next(name for name in ("c", "d") if name in devices()[instance.device].terminals)


def _emitter(instance: Instance) -> str | None:
    """The node of the emitter or source of a transistor."""
    kind = _control_terminals(instance)
    return None if kind is None else _terminal(instance, kind[1])


def _steered(circuit: Circuit, node: str) -> set[str]:
    """Collectors and drains of the transistors whose base or gate hangs at a node."""
    found = set()
    for instance in circuit.instances.values():
        kind = _control_terminals(instance)
        if kind is not None and _terminal(instance, kind[0]) == node:
            found.add(_terminal(instance, _collector(instance)))
    return found


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
    """Two devices of one model whose emitters or sources meet, directly, through a resistor each, or at the bases of
    two transistors of the other polarity into whose emitters they feed."""
    emitters: dict[str, list[Instance]] = defaultdict(list)
    for instance in circuit.instances.values():
        node = _emitter(instance)
        if node is not None:
            emitters[node].append(instance)
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
        behind = _bases_behind(circuit, instance, emitters[emitter])
        for node in dict.fromkeys((emitter, *sorted(joined - {emitter}), *behind)):
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


def _bases_behind(circuit: Circuit, instance: Instance, at_emitter: list[Instance]) -> list[str]:
    """Bases or gates of the other transistors at the emitter of one, where their polarity is the other."""
    found = []
    for other in at_emitter:
        kinds = [circuit.models[i.model].type for i in (instance, other) if i.model is not None]
        control = _control_terminals(other)
        if other.device == instance.device and len(set(kinds)) == 2 and control is not None:
            found.append(_terminal(other, control[0]))
    return found


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
