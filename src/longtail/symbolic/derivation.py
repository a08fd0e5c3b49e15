"""The derivation of the gains of a circuit, step by step, with the names of this circuit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from longtail.errors import AnalysisError
from longtail.symbolic.display import Writer
from longtail.symbolic.elements import Element, SmallSignal, Symbol
from longtail.symbolic.equations import Entry, equations
from longtail.symbolic.expression import (
    Expression,
    Name,
    Negative,
    Number,
    Quotient,
    product,
    quotient,
    text,
    total,
)
from longtail.symbolic.gain import Gain, Pairs, exact_transfer, gain_equations
from longtail.symbolic.names import Label
from longtail.symbolic.reference import dense
from longtail.symbolic.removal import WIRE, Change, simplify
from longtail.symbolic.transfer import Ring, Transfer, transfer

_NOTHING = 1e-12  # V/V
ZERO = Number(Fraction(0))
GROUND = "0"


@dataclass(frozen=True)
class Equation:
    """left = right, with a name for it."""

    name: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Step:
    """One step: what is done and why, and the equations that come out."""

    title: str
    why: str
    equations: tuple[Equation, ...] = ()


@dataclass(frozen=True)
class Reduced:
    """The circuit with what matters for its gains at low frequency: elements between nodes that are left.

    `node` maps each unknown to the name of the node that it is one with, ground included; inputs keep their names.
    """

    circuit: SmallSignal
    node: Mapping[str, str]
    inputs: tuple[str, str]
    dropped: tuple[str, ...] = ()
    wired: tuple[str, ...] = ()


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

    Raises `AnalysisError` where a gain is zero there.
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
                hint="say --frequency, where the amplifier has gain",
            )
        small = simplify(system, circuit.symbols, s, wanted, error, changes)
        kept |= {key for row in small.rows for e in row.values() for key, _ in e if key is not None}
    wires = {c.symbol for c in changes if c.how == WIRE} - kept
    nodes = _Nodes((GROUND, *inputs))
    for element in circuit.elements:
        if element.symbol in wires and len(element.rows) <= 2:
            nodes.join(*(*element.rows, GROUND)[:2])
    for stamp in circuit.stamps:
        if stamp.device.name == "voltage_source" and f"i({stamp.instance.name})" not in gains[0].drive:
            nodes.join(*stamp.instance.nodes)
    names = {name: nodes.find(name) for name in circuit.unknowns if not name.startswith("i(")}
    return Reduced(
        _rewritten(circuit, kept, names),
        names,
        inputs,
        tuple(sorted(set(circuit.symbols) - kept - wires)),
        tuple(sorted(wires)),
    )


def _rewritten(circuit: SmallSignal, kept: set[str], names: Mapping[str, str]) -> SmallSignal:
    """The elements that stay, over the nodes that are left; rows and columns of ground go."""
    elements = []
    for e in circuit.elements:
        if e.symbol in kept:
            rows, columns = _moved(e.rows, names), _moved(e.columns, names)
            if rows and columns:
                elements.append(Element(e.symbol, rows, columns, e.order))
    elements = _without_loose_ends(elements)
    used = {e.symbol for e in elements}
    symbols = {key: s for key, s in circuit.symbols.items() if key in used}
    nodes = dict.fromkeys(n for e in elements for n in (*e.rows, *e.columns))
    return SmallSignal(tuple(nodes), tuple(elements), symbols)


def _without_loose_ends(elements: list[Element]) -> list[Element]:
    """The elements without the equations of nodes whose own voltage is in none: the resistance of such a node, as
    the collector resistance of an emitter follower, is left out, and what flows into it flows on."""
    while True:
        known = {name for e in elements for name in e.columns}
        held = [replace(e, rows={name: x for name, x in e.rows.items() if name in known}) for e in elements]
        held = [e for e in held if e.rows]
        if held == elements:
            return elements
        elements = held


def _moved(places: Mapping[str, int], names: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, x in places.items():
        node = names.get(name, name)
        if node != GROUND:
            found[node] = found.get(node, 0) + x
    return {name: x for name, x in found.items() if x}


class Deriver:
    """Writes the steps for a reduced circuit. `pairs` are nodes that are each other's image."""

    def __init__(self, reduced: Reduced, labels: Mapping[str, Label], pairs: Sequence[tuple[str, str]]) -> None:
        self.reduced = reduced
        self.circuit = reduced.circuit
        self.labels = labels
        self.writer = Writer(reduced.circuit.symbols, labels)
        node = {**reduced.node}
        known = set(self.circuit.unknowns)
        found = [(node.get(a, a), node.get(b, b)) for a, b in pairs]
        once = {frozenset(pair): pair for pair in reversed(found)}  # in a double pair a node is met from both sides
        self.pairs = sorted((a, b) for a, b in once.values() if a != b and a in known and b in known)

    @property
    def nodes(self) -> list[str]:
        """Nodes where currents are summed: all but the inputs."""
        drawn = {n for e in self.circuit.elements for n in e.rows}
        return [n for n in self.circuit.unknowns if n in drawn and n not in self.reduced.inputs]

    def voltage(self, node: str) -> Name:
        return Name(Label("v", node))

    def laws(self) -> Step:
        """Kirchhoff's current law at every node."""
        return Step(
            "Currents at each node",
            "The currents that leave a node sum to zero. Supplies carry no signal and count as ground.",
            tuple(Equation(f"node {n}", self._law(n), ZERO) for n in self.nodes),
        )

    def _law(self, node: str) -> Expression:
        terms = [
            (self._current(e, e.rows[node]), e.rows[node] * self._sign(e))
            for e in self.circuit.elements
            if node in e.rows
        ]
        return total([Negative(t) if sign < 0 else t for t, sign in terms])

    def _sign(self, e: Element) -> int:
        return -1 if next(iter(e.columns.values())) < 0 and len(e.columns) == 1 else 1

    def _current(self, e: Element, sign: int) -> Expression:
        """What an element draws, its sign left aside: g*(v_a - v_b), or (v_a - v_b)/r."""
        symbol = self.circuit.symbols[e.symbol or ""]
        volts: list[Expression] = []
        for name, x in sorted(e.columns.items(), key=lambda c: -c[1]):
            voltage = self.voltage(name)
            volts.append(Negative(voltage) if x < 0 and len(e.columns) > 1 else voltage)
        across, factor = total(volts), Name(self.labels[symbol.key])
        return quotient(across, factor) if symbol.shown else product([factor, across])

    def cancellation(self) -> Step:
        """Subtracting the equations of mirror nodes: what a node on the line contributes cancels."""
        found = []
        line = [n for n in self.nodes if not any(n in pair for pair in self.pairs)]
        for a, b in self.pairs:
            if a in self.reduced.inputs:
                continue
            for node in line:
                first, second = (self._coefficient(x, node) for x in (a, b))
                if first is not None and second is not None:
                    name = f"{self.voltage(node).label.text} in node {a} minus node {b}"
                    found.append(Equation(name, self._taken(first, second, node), ZERO))
        return Step(
            "The voltages on the line cancel",
            "Subtract the equations of mirror nodes. A node on the line of symmetry enters both with the same factor, "
            "so it leaves the difference, whatever holds it: the differential gain cannot depend on the tail.",
            tuple(found),
        )

    def _taken(self, first: Expression, second: Expression, node: str) -> Expression:
        voltage = self.voltage(node)
        one, two = (
            Negative(_times(e.of, voltage)) if isinstance(e, Negative) else _times(e, voltage) for e in (first, second)
        )
        return total([one, two.of if isinstance(two, Negative) else Negative(two)])

    def _coefficient(self, node: str, by: str) -> Expression | None:
        entry: Entry = {}
        for e in self.circuit.elements:
            if node in e.rows and by in e.columns:
                term = e.symbol, e.order
                entry[term] = entry.get(term, 0) + e.rows[node] * e.columns[by]
        entry = {t: x for t, x in entry.items() if x}
        return self._written(entry) if entry else None

    def _written(self, entry: Entry) -> Expression:
        ring = Ring.of([key for key, _ in entry if key is not None])
        return self.writer.write(transfer(ring, Fraction(1), ring.entry(entry), ring.number(1)))

    def mode(self, name: str) -> Step:
        """The equations of one mode: differences or sums of those of mirror nodes."""
        differential = name == "differential"
        drive = dict.fromkeys(self.reduced.inputs, 0)
        triples = tuple((a, b, 1) for a, b in self.all_pairs())
        system = equations(self.circuit, drive, {}, triples)
        prefix = "Δ" if differential else "Σ"
        mine = [n for n in system.names if (n[0] == "Δ") == differential and n.lstrip("ΣΔ") not in self.reduced.inputs]
        found = []
        for row_name, row in zip(system.names, system.rows, strict=True):
            if row_name not in mine or row_name == "output":
                continue
            columns = {c: e for c, e in row.items() if (c[0] == "Δ") == differential}
            terms = list(self._mode_terms(columns, differential))
            if terms:
                found.append(Equation(self._row_name(row_name, differential), total(terms), ZERO))
        why = (
            "With v_x,d the difference of the voltages at a node x and its image; nodes on the line have none."
            if differential
            else "With v_x,c the mean of the voltages at a node x and its image; no current crosses the line."
        )
        return Step(f"The {name} mode", why if prefix else "", tuple(found))

    def all_pairs(self) -> Iterator[tuple[str, str]]:
        yield from self.pairs
        a, b = self.reduced.inputs
        if (a, b) not in self.pairs and (b, a) not in self.pairs and {a, b} <= set(self.circuit.unknowns):
            yield a, b

    def _mode_terms(self, columns: Mapping[str, Entry], differential: bool) -> Iterator[Expression]:
        # the unknown Δx is half of the difference at x, Σx is the mean; a common factor of two goes
        even = all(x % 2 == 0 for e in columns.values() for x in e.values())
        for name, entry in columns.items():
            whole = {t: x // 2 if even else x for t, x in entry.items()}
            factor = self._written(whole)
            node = name.lstrip("ΣΔ")
            label = Label("v", node) if name == node else Label("v", f"{node},{'d' if differential else 'c'}")
            if isinstance(factor, Negative):
                yield Negative(_times(factor.of, Name(label)))
            else:
                yield _times(factor, Name(label))

    def _row_name(self, name: str, differential: bool) -> str:
        node = name.lstrip("ΣΔ")
        if node == name:
            return f"node {node}"
        image = dict(self.all_pairs())[node]
        return f"node {node} {'minus' if differential else 'plus'} node {image}"


def _times(factor: Expression, voltage: Name) -> Expression:
    """A conductance times a voltage: v/R where the conductance is a quotient."""
    if isinstance(factor, Quotient):
        return quotient(product([factor.over, voltage]), factor.under)
    return product([factor, voltage])


def driven(reduced: Reduced) -> SmallSignal:
    """The reduced circuit with its input nodes forced: their equations are v = drive."""
    elements = []
    for e in reduced.circuit.elements:
        rows = {name: x for name, x in e.rows.items() if name not in reduced.inputs}
        if rows:
            elements.append(Element(e.symbol, rows, e.columns, e.order))
    forced = [Element(None, {name: 1}, {name: 1}) for name in reduced.inputs]
    unknowns = tuple(dict.fromkeys((*reduced.circuit.unknowns, *reduced.inputs)))
    return SmallSignal(unknowns, (*elements, *forced), reduced.circuit.symbols)


def solved(reduced: Reduced, gain: Gain, pairs: Sequence[tuple[str, str]]) -> Transfer:
    """A gain of the reduced circuit; `gain` drives and reads nodes."""
    read: dict[str, int] = {}
    for name, weight in gain.read.items():
        node = reduced.node.get(name, name)
        if node != GROUND:
            read[node] = read.get(node, 0) + weight
    triples = tuple((a, b, 1) for a, b in pairs)
    return exact_transfer(driven(reduced), Gain(gain.name, gain.drive, read, gain.scale), triples)


def element_lines(reduced: Reduced, labels: Mapping[str, Label]) -> list[tuple[str, str, Symbol]]:
    """Every element as (symbol, where it stands), in words."""
    lines = []
    for e in reduced.circuit.elements:
        symbol = reduced.circuit.symbols[e.symbol or ""]
        rows, columns = (" and ".join((*places, GROUND)[:2]) for places in (e.rows, e.columns))
        where = f"between {rows}" if set(e.rows) == set(e.columns) else f"between {rows}, controlled by {columns}"
        lines.append((text(Name(labels[symbol.key])), where, symbol))
    return lines
