"""A linear circuit and a question about it, in words that every program understands: parts between nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from longtail.symbolic.algebra.gain import Gain
from longtail.symbolic.circuit.elements import NamedElement, SmallSignal

GROUND = "0"


@dataclass(frozen=True)
class Part:
    """A part as SPICE counts its signs.

    letter    R, C, L, E, F, G, H as in SPICE; Y a conductance; V a wire through which a current is measured
    name      unique; F and H refer to a V by it
    symbol    what stands for its value
    controls  the two nodes that control an E or G, the V that controls an F or H
    """

    letter: str
    name: str
    nodes: tuple[str, str]
    symbol: str = ""
    controls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """The voltage `read[0]`, or `read[0] - read[1]`, where nodes are held at the voltages of `drive`."""

    parts: tuple[Part, ...]
    drive: Mapping[str, Fraction]
    read: tuple[str, ...]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol once."""
        return tuple(dict.fromkeys(part.symbol for part in self.parts if part.symbol))

    @property
    def nodes(self) -> tuple[str, ...]:
        """Every node once, ground left out."""
        found = (n for part in self.parts for n in (*part.nodes, *(part.controls if part.letter in "EG" else ())))
        return tuple(n for n in dict.fromkeys(found) if n != GROUND)


def question_of(circuit: SmallSignal, gain: Gain) -> Question:
    """The question behind a gain of a small-signal circuit.

    Wires and sources that stand still are contracted, sources with one signal become one, and what only loads a
    source is left out, so that no program carries unknowns that do not matter. Raises `ValueError` for elements that
    are no admittance and no transconductance, and for what is read as a sum.
    """
    joined = _Nodes()
    driven: dict[str, Fraction] = {}
    for branch, ends in _sources(circuit).items():
        amplitude = gain.scale * gain.drive.get(branch, 0)
        if not amplitude:
            joined.join(ends)
            continue
        (node, sign), *more = ends.items()
        if more:
            raise ValueError(f"{branch} does not end at ground")
        driven[node] = amplitude * sign
    driven = {joined.of(node): x for node, x in driven.items()}
    if len(set(driven.values())) == 1:
        first, *others = driven
        for other in others:
            joined.join({first: 1, other: -1})
        driven = {joined.of(first): driven[first]}
    names = symbol_names(circuit)
    held = {GROUND, *driven}
    parts = [
        _part(f"{k}", element, names[element.symbol], rows, columns)
        for k, element in enumerate(circuit.elements, start=1)
        if element.symbol
        and not (rows := joined.ends(element.rows)).keys() <= held
        and (columns := joined.ends(element.columns))
    ]
    if set(gain.read.values()) == {1, -1}:
        read = tuple(joined.of(node) for node in sorted(gain.read, key=lambda node: -gain.read[node]))
    elif list(gain.read.values()) == [1]:
        read = (joined.of(next(iter(gain.read))),)
    else:
        raise ValueError("a sum of nodes cannot be asked for")
    return Question(tuple(parts), driven, read)


def symbol_names(circuit: SmallSignal) -> dict[str, str]:
    """The names that `question_of` gives to the symbols of a circuit, by key.

    They end in a digit: SLiCAP reads a P or N at the end as the side of a pair, lcapy some letters as functions.
    """
    keys = dict.fromkeys(e.symbol for e in circuit.elements if e.symbol)
    return {key: f"q{k}" for k, key in enumerate(keys, start=1)}


def _sources(circuit: SmallSignal) -> dict[str, dict[str, int]]:
    """The ends of every voltage source by its branch."""
    found: dict[str, dict[str, int]] = {name: {} for name in circuit.unknowns if name.startswith("i(")}
    for element in circuit.elements:
        touched = found.keys() & {*element.rows, *element.columns}
        if element.symbol is None:
            for branch in element.rows.keys() & found.keys():
                sign = element.rows[branch]
                found[branch] |= {node: sign * x for node, x in element.columns.items()}
        elif touched:
            raise ValueError(f"{element.symbol} needs the current {touched.pop()}")
    return found


def _part(number: str, element: NamedElement, symbol: str, rows: Mapping[str, int], columns: Mapping[str, int]) -> Part:
    across, control = _pair(rows), _pair(columns)
    if across in (control, control[::-1]):
        if across == control:
            return Part("C" if element.order else "Y", ("C" if element.order else "Y") + number, across, symbol)
        across = control[::-1]
    if element.order:
        raise ValueError(f"{element.symbol} is a capacitance from one pair of nodes to another")
    return Part("G", "G" + number, across, symbol, control)


def _pair(ends: Mapping[str, int]) -> tuple[str, str]:
    """The positive and the negative node. Raises `ValueError` where that is not all there is to say."""
    by_sign = {sign: node for node, sign in ends.items()}
    if len(by_sign) != len(ends) or not by_sign.keys() <= {1, -1}:
        raise ValueError(f"{dict(ends)} is no pair of nodes")
    return by_sign.get(1, GROUND), by_sign.get(-1, GROUND)


class _Nodes:
    """Nodes that are one."""

    def __init__(self) -> None:
        self._same: dict[str, str] = {}

    def of(self, node: str) -> str:
        """What a node is called."""
        while node in self._same:
            node = self._same[node]
        return node

    def join(self, ends: Iterable[str]) -> None:
        """One node out of one or two; out of one: ground."""
        first, second = sorted((self.of(n) for n in (*ends, GROUND)[:2]), key=lambda n: n != GROUND)
        if first != second:
            self._same[second] = first

    def ends(self, signs: Mapping[str, int]) -> dict[str, int]:
        """The signs over what the nodes are called, ground left out."""
        found: dict[str, int] = {}
        for node, sign in signs.items():
            name = self.of(node)
            found[name] = found.get(name, 0) + sign
        return {node: sign for node, sign in found.items() if sign and node != GROUND}
