"""The derivation of the gains of a circuit, step by step, with the names of this circuit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from longtail.symbolic.algebra.equations import OUTPUT, Entry, equations
from longtail.symbolic.algebra.gain import Gain, exact_transfer, gain_equations
from longtail.symbolic.algebra.reference import dense
from longtail.symbolic.algebra.transfer import FREQUENCY, Complex, RationalTransfer, Ring, transfer
from longtail.symbolic.circuit.elements import NamedElement, SmallSignal, Symbol
from longtail.symbolic.circuit.names import Label
from longtail.symbolic.shorter.reduced import GROUND, Reduced, is_branch
from longtail.symbolic.writing.display import Writer
from longtail.symbolic.writing.expression import (
    Expression,
    Negative,
    PlainNumber,
    Quotient,
    SymbolName,
    latex_text,
    product,
    quotient,
    text,
    total,
)

ZERO = PlainNumber(Fraction(0))
S = SymbolName(Label(FREQUENCY))
Signed = tuple[str, str, int]  # two unknowns that are each other's image, with -1 where the second counts the other way


@dataclass(frozen=True)
class Equation:
    """left = right, with a name for it."""

    name: str
    left: Expression
    right: Expression

    @property
    def text(self) -> str:
        return f"{text(self.left)} = {text(self.right)}"

    @property
    def latex(self) -> str:
        return f"{latex_text(self.left)} = {latex_text(self.right)}"


@dataclass(frozen=True)
class WrittenEquation:
    """An equation of which there is nothing but what was written: of a derivation from its JSON."""

    name: str
    text: str
    latex: str


@dataclass(frozen=True)
class Step:
    """One step: what is done and why, and the equations that come out."""

    title: str
    why: str
    equations: Sequence[Equation | WrittenEquation] = ()

    def to_dict(self) -> dict[str, Any]:
        written = [{"name": e.name, "text": e.text, "latex": e.latex} for e in self.equations]
        return {"title": self.title, "why": self.why, "equations": written}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Step:
        equations = tuple(WrittenEquation(**each) for each in entries["equations"])
        return cls(entries["title"], entries["why"], equations)


class Deriver:
    """Writes the steps for a reduced circuit. `pairs` are nodes and branches that are each other's image."""

    def __init__(self, reduced: Reduced, labels: Mapping[str, Label], pairs: Sequence[Signed]) -> None:
        self.reduced = reduced
        self.circuit = reduced.circuit
        self.labels = labels
        self.writer = Writer(reduced.circuit.symbols, labels)
        node = {**reduced.node}
        known = set(self.circuit.unknowns)
        found = [(node.get(a, a), node.get(b, b), sign) for a, b, sign in pairs]
        once = {frozenset(pair[:2]): pair for pair in reversed(found)}  # in a double pair a node is met from both sides
        self.pairs = sorted((a, b, sign) for a, b, sign in once.values() if a != b and a in known and b in known)
        self.pairs = [pair for pair in self.pairs if not is_branch(pair[0]) or self._alike(*pair)]

    def _alike(self, first: str, second: str, sign: int) -> bool:
        """Whether nodes on the line enter two branches alike: not so where the two are members of one chain."""
        paired = {name for pair in self.pairs for name in pair[:2]}
        ends: tuple[dict[str, int], dict[str, int]] = ({}, {})
        for found, branch, factor in zip(ends, (first, second), (1, sign), strict=True):
            for e in self.circuit.elements:
                if e.symbol is None and branch in e.rows:
                    found |= {name: factor * e.rows[branch] * x for name, x in e.columns.items() if name not in paired}
        return ends[0] == ends[1]

    @property
    def nodes(self) -> list[str]:
        """Nodes where currents are summed: all but the inputs."""
        return [n for n in self._rows() if not is_branch(n)]

    def _rows(self) -> list[str]:
        drawn = {n for e in self.circuit.elements for n in e.rows}
        aside = {*self.reduced.inputs, *self.reduced.idle}
        return [n for n in self.circuit.unknowns if n in drawn and n not in aside]

    def voltage(self, unknown: str, mode: str = "") -> SymbolName:
        """The voltage of a node, the current of a branch; `mode` is a letter for one mode of a pair."""
        head, name = ("i", _device(unknown)) if is_branch(unknown) else ("v", unknown)
        return SymbolName(Label(head, f"{name},{mode}" if mode else name))

    def laws(self) -> Step:
        """Kirchhoff's current law at every node."""
        return Step(
            "Currents at each node",
            "The currents that leave a node sum to zero. Supplies carry no signal and count as ground.",
            tuple(Equation(f"node {n}", self._law(n), ZERO) for n in self.nodes),
        )

    def held(self) -> Step:
        """What holds at the inputs of ideal amplifiers."""
        return Step(
            "Ideal amplifiers",
            "The gain within their loops is so large that no voltage is left between their inputs, and no current "
            "flows in. The output gives whatever current that takes: its node has no equation of its own.",
            tuple(
                Equation(n.path, self._law(n.current), ZERO) for n in self.reduced.nullors if n.current in self._rows()
            ),
        )

    def branches(self) -> Step:
        """The equation of every branch whose current is an unknown."""
        held = {n.current for n in self.reduced.nullors}
        return Step(
            "Voltages of branches",
            "An inductor, a voltage that something controls and a source whose current is read carry currents that no "
            "conductance gives: i_x is that of x, an unknown, and x has an equation of its own.",
            tuple(Equation(_place(n), self._law(n), ZERO) for n in self._rows() if is_branch(n) and n not in held),
        )

    def _law(self, node: str) -> Expression:
        terms = [
            (self._current(e, e.rows[node]), e.rows[node] * self._sign(e))
            for e in self.circuit.elements
            if node in e.rows
        ]
        return total([Negative(t) if sign < 0 else t for t, sign in terms])

    def _sign(self, e: NamedElement) -> int:
        return -1 if next(iter(e.columns.values())) < 0 and len(e.columns) == 1 else 1

    def _current(self, e: NamedElement, sign: int) -> Expression:
        """What an element draws, its sign left aside: g*(v_a - v_b), s*c*(v_a - v_b) or (v_a - v_b)/r."""
        volts: list[Expression] = []
        for name, x in sorted(e.columns.items(), key=lambda c: -c[1]):
            voltage = self.voltage(name)
            volts.append(Negative(voltage) if x < 0 and len(e.columns) > 1 else voltage)
        across = total(volts)
        if e.symbol is None:
            return across
        factor = SymbolName(self.labels[e.symbol])
        if self.circuit.symbols[e.symbol].shown:
            return quotient(across, factor)
        return product([*[S] * e.order, factor, across])

    def cancellation(self) -> Step:
        """Subtracting the equations of mirror nodes: what a node on the line contributes cancels."""
        found = []
        line = [n for n in self.nodes if not any(n in pair for pair in self.pairs)]
        for a, b, sign in self.pairs:
            if a in self.reduced.inputs or sign < 0:
                continue
            for node in line:
                first, second = (self._coefficient(x, node) for x in (a, b))
                if first is not None and second is not None:
                    name = f"{self.voltage(node).label.text} in {_place(a)} minus {_place(b)}"
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
        triples = tuple(self.all_pairs())
        system = equations(self.circuit, drive, {}, triples)
        aside = {*self.reduced.inputs, *self.reduced.idle}
        mine = [n for n in system.names if (n[0] == "Δ") == differential and n.lstrip("ΣΔ") not in aside]
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
        if any(is_branch(a) for a, _, _ in self.pairs):
            why += " Likewise for i_x of a branch x, its image turned to face the same way."
        return Step(f"The {name} mode", why, tuple(found))

    def all_pairs(self) -> Iterator[Signed]:
        """The pairs, the inputs among them."""
        yield from self.pairs
        a, b = self.reduced.inputs
        if not any({a, b} == {*pair[:2]} for pair in self.pairs) and {a, b} <= set(self.circuit.unknowns):
            yield a, b, 1

    def _mode_terms(self, columns: Mapping[str, Entry], differential: bool) -> Iterator[Expression]:
        # the unknown Δx is half of the difference at x, Σx is the mean; a common factor of two goes
        even = all(x % 2 == 0 for e in columns.values() for x in e.values())
        for name, entry in columns.items():
            whole = {t: x // 2 if even else x for t, x in entry.items()}
            factor = self._written(whole)
            node = name.lstrip("ΣΔ")
            unknown = self.voltage(node, "" if name == node else "d" if differential else "c")
            if isinstance(factor, Negative):
                yield Negative(_times(factor.of, unknown))
            else:
                yield _times(factor, unknown)

    def _row_name(self, name: str, differential: bool) -> str:
        node = name.lstrip("ΣΔ")
        if node == name:
            return _place(node)
        image, sign = next((b, sign) for a, b, sign in self.all_pairs() if a == node)
        return f"{_place(node)} {'minus' if differential == (sign > 0) else 'plus'} {_place(image)}"


def _device(branch: str) -> str:
    return branch.removeprefix("i(").removesuffix(")")


def _place(unknown: str) -> str:
    """Whose equation that of an unknown is, in words.

    >>> _place("out"), _place("i(l1)")
    ('node out', 'branch l1')
    """
    return f"branch {_device(unknown)}" if is_branch(unknown) else f"node {unknown}"


def _times(factor: Expression, voltage: SymbolName) -> Expression:
    """A conductance times a voltage: v/R where the conductance is a quotient."""
    if isinstance(factor, Quotient):
        return quotient(product([factor.over, voltage]), factor.under)
    return product([factor, voltage])


def driven(reduced: Reduced) -> SmallSignal:
    """The reduced circuit with its input nodes forced: their equations are v = drive."""
    elements = []
    for e in reduced.circuit.elements:
        rows = {name: x for name, x in e.rows.items() if name not in reduced.inputs and name not in reduced.idle}
        if rows:
            elements.append(NamedElement(e.symbol, rows, e.columns, e.order))
    forced = [NamedElement(None, {name: 1}, {name: 1}) for name in reduced.inputs]
    unknowns = tuple(dict.fromkeys((*reduced.circuit.unknowns, *reduced.inputs)))
    return SmallSignal(unknowns, (*elements, *forced), reduced.circuit.symbols)


def between_nodes(reduced: Reduced, gain: Gain) -> Gain:
    """A gain of the circuit as one of the reduced circuit: its inputs for sources, read at the nodes that are left."""
    amplitudes = (1, 1) if gain.name == "common" else (1, -1)
    read: dict[str, int] = {}
    for name, weight in gain.read.items():
        node = reduced.node.get(name, name)
        if node != GROUND:
            read[node] = read.get(node, 0) + weight
    return Gain(gain.name, dict(zip(reduced.inputs, amplitudes, strict=True)), read, Fraction(gain.scale))


def solved(reduced: Reduced, gain: Gain, pairs: Sequence[Signed]) -> RationalTransfer:
    """A gain of the reduced circuit."""
    return exact_transfer(driven(reduced), between_nodes(reduced, gain), tuple(pairs))


def gain_left(reduced: Reduced, gain: Gain, s: Complex) -> Complex:
    """A gain of the reduced circuit in numbers; zero where nothing of it is left."""
    system = gain_equations(driven(reduced), between_nodes(reduced, gain), ())
    if OUTPUT not in system.unknowns:
        return np.zeros_like(s)
    found = dense(system, {key: x.value for key, x in reduced.circuit.symbols.items()})
    return np.asarray(float(gain.scale) * found.at(s), complex)


def element_lines(reduced: Reduced, labels: Mapping[str, Label]) -> list[tuple[str, str, Symbol]]:
    """Every element as (symbol, where it stands), in words."""
    lines = []
    for e in reduced.circuit.elements:
        if e.symbol is None:
            continue
        symbol = reduced.circuit.symbols[e.symbol]
        rows, columns = (_ends(reduced.circuit, places) for places in (e.rows, e.columns))
        same = set(e.rows) == set(e.columns)
        where = f"between {rows}" if same else f"between {rows}, controlled by {columns}"
        lines.append((text(SymbolName(labels[symbol.key])), where, symbol))
    return lines


def _ends(circuit: SmallSignal, places: Mapping[str, int]) -> str:
    """Between which nodes something stands: those of its branch, where it is in the equation of one."""
    name = next(iter(places))
    if is_branch(name):
        found = [e for e in circuit.elements if e.symbol is None and name in e.rows]
        places = {node: x for e in found for node, x in e.columns.items()}
    return " and ".join((*sorted(places, key=lambda node: -places[node]), GROUND)[:2])
