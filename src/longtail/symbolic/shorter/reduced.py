"""A circuit with only that which matters for its gains: what is left out is a gap, or joins the nodes at its ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from longtail.errors import AnalysisError, UnsupportedError
from longtail.hints import said
from longtail.symbolic.algebra.equations import equations, read_rows
from longtail.symbolic.algebra.gain import Gain, Pairs, gain_equations
from longtail.symbolic.algebra.reference import dense
from longtail.symbolic.circuit.elements import NamedElement, SmallSignal
from longtail.symbolic.circuit.nullors import Nullor
from longtail.symbolic.shorter.removal import WIRE, Change, apply, simplify

_NOTHING = 1e-12  # V/V
GROUND = "0"
ELSEWHERE = said("say {frequency}, where the amplifier has gain", frequency=None)  # a hint


def is_branch(unknown: str) -> bool:
    """Whether an unknown is the current of a branch.

    >>> is_branch("i(l1)"), is_branch("in")
    (True, False)
    """
    return unknown.startswith("i(")


@dataclass(frozen=True)
class Reduced:
    """The circuit with what matters for its gains at low frequency: elements between nodes that are left.

    `node` maps each unknown to the name of the node that it is one with, ground included; inputs keep their names.
    Branches that matter have their currents for unknowns, "i(name)", and an equation each. `idle` are nodes and
    branches whose equations no gain needs, as that of the output of an amplifier of infinite gain. `nullors` are the
    subcircuits that such amplifiers stand for; their currents are unknowns of branches too.
    """

    circuit: SmallSignal
    node: Mapping[str, str]
    inputs: tuple[str, str]
    idle: frozenset[str] = frozenset()
    dropped: tuple[str, ...] = ()
    wired: tuple[str, ...] = ()
    nullors: tuple[Nullor, ...] = ()


@dataclass
class _Nodes:
    """Nodes that are one: joined by a wire or by a source without signal. Ground stands first, then the inputs."""

    first: Sequence[str]
    parent: dict[str, str] = field(default_factory=dict)

    def find(self, x: str) -> str:
        while self.parent.get(x, x) != x:
            x = self.parent[x]
        return x

    def join(self, a: str, b: str) -> None:
        a, b = self.find(a), self.find(b)
        if a != b:
            keep, go = sorted((a, b), key=self._rank)
            self.parent[go] = keep

    def short(self, a: str, b: str) -> None:
        """Join the ends of a branch without voltage: of a source without signal, of what does not matter.

        A branch between inputs, or from one to ground, that does not matter is in parallel with what drives them.
        """
        if not {self.find(a), self.find(b)} <= set(self.first):
            self.join(a, b)

    def _rank(self, x: str) -> tuple[int, bool, int]:
        return self.first.index(x) if x in self.first else len(self.first), "#" in x, len(x)


def reduce_circuit(
    circuit: SmallSignal,
    gains: Sequence[Gain],
    pairs: Pairs,
    inputs: tuple[str, str],
    error: float,
    frequency_hz: float = 0.0,
) -> Reduced:
    """Leave out what changes none of the gains at a frequency by more than the error.

    Raises `AnalysisError` where a gain is zero there, `UnsupportedError` where the current of an input is read.
    """
    values = {key: s.value for key, s in circuit.symbols.items()}
    kept: set[str] = set()
    changes: list[Change] = []
    s = np.array([2j * np.pi * frequency_hz])
    for gain in gains:
        system = gain_equations(circuit, gain, pairs)
        wanted = dense(system, values).at(s)
        if abs(wanted[0]) < _NOTHING:
            raise AnalysisError(
                f"the {gain.name} gain is zero at {frequency_hz:g} Hz: there is nothing to derive",
                hint=ELSEWHERE,
            )
        small = simplify(system, circuit.symbols, s, wanted, error, changes)
        kept |= {key for row in small.rows for e in row.values() for key, _ in e if key is not None}
    wires = {c.symbol for c in changes if c.how == WIRE} - kept
    nodes = _Nodes((GROUND, *inputs))
    for element in circuit.elements:
        if element.symbol in wires and len(element.rows) <= 2:
            nodes.join(*(*element.rows, GROUND)[:2])
    staying = _branches(circuit, kept, gains[0])
    for stamp in circuit.stamps:
        current = f"i({stamp.instance.name})"
        if current in circuit.unknowns and current not in {*gains[0].drive, *staying}:
            nodes.short(*stamp.instance.nodes[:2])
    names = {name: nodes.find(name) for name in circuit.unknowns if not is_branch(name)}
    gone = {c.symbol: c for c in sorted(changes, key=lambda c: c.how) if c.symbol not in kept}  # a wire comes last
    needed = [_needed(circuit, gain, pairs, gone.values()) for gain in gains]
    return Reduced(
        _rewritten(circuit, kept, staying, names),
        names,
        inputs,
        _idle(circuit, names, needed) - {*inputs},
        tuple(sorted(set(circuit.symbols) - kept - wires)),
        tuple(sorted(wires)),
    )


def _needed(circuit: SmallSignal, gain: Gain, pairs: Pairs, gone: Iterable[Change]) -> set[str]:
    """The unknowns whose equations a gain needs after these changes.

    Where an amplifier of infinite gain holds its inputs together, the current into its output is what it has to be,
    and the equation of that node says nothing of the gain.
    """
    system = equations(circuit, gain.drive, gain.read, pairs)
    image = {a: b for a, b, _ in pairs}
    found = {name.lstrip("ΣΔ") for name in read_rows(apply(system, gone))}
    return found | {image[name] for name in found if name in image}


def _idle(circuit: SmallSignal, names: Mapping[str, str], needed: Sequence[set[str]]) -> frozenset[str]:
    """Nodes and branches whose equations no gain needs: of a node that is several, where one of these is not needed."""
    members: dict[str, set[str]] = {}
    for unknown in circuit.unknowns:
        members.setdefault(names.get(unknown, unknown), set()).add(unknown)
    return frozenset(node for node, ones in members.items() if not any(ones <= some for some in needed))


def _branches(circuit: SmallSignal, kept: set[str], gain: Gain) -> set[str]:
    """Currents of branches that stay: of what matters itself, and those that steer what matters."""
    ends = {f"i({stamp.instance.name})": stamp.instance.nodes[:2] for stamp in circuit.stamps}
    touched = {
        name
        for e in circuit.elements
        if e.symbol in kept or (e.symbol is None and _steers(e, ends))
        for name in (*e.rows, *e.columns)
    }
    staying = {name for name in touched if is_branch(name)}
    for name in sorted(staying & gain.drive.keys()):
        raise UnsupportedError(
            f"something is steered by {name}, the current of an input, and inputs are given as voltages",
            hint="longtail formula gives the result for this circuit",
        )
    return staying


def _steers(element: NamedElement, ends: Mapping[str, Sequence[str]]) -> bool:
    """Whether a plain number is more than a branch between its own nodes: a controlled source of gain one."""
    (row,), (column,) = element.rows, element.columns
    branch, other = (row, column) if is_branch(row) else (column, row)
    return is_branch(branch) and other not in ends.get(branch, ())  # a nullor has no ends


def _rewritten(circuit: SmallSignal, kept: set[str], staying: set[str], names: Mapping[str, str]) -> SmallSignal:
    """The elements that stay, over the nodes that are left; rows and columns of ground go."""
    elements = []
    for e in circuit.elements:
        if e.symbol in kept or (e.symbol is None and staying.intersection((*e.rows, *e.columns))):
            rows, columns = _moved(e.rows, names), _moved(e.columns, names)
            if rows and columns:
                elements.append(NamedElement(e.symbol, rows, columns, e.order))

    used = {e.symbol for e in elements if e.symbol is not None}
    symbols = {key: s for key, s in circuit.symbols.items() if key in used}
    nodes = dict.fromkeys(n for e in elements for n in (*e.rows, *e.columns))
    return SmallSignal(tuple(nodes), tuple(elements), symbols)


def _moved(places: Mapping[str, int], names: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, x in places.items():
        node = names.get(name, name)
        if node != GROUND:
            found[node] = found.get(node, 0) + x
    return {name: x for name, x in found.items() if x}
