"""Lines at dc: each says that its two ports have the same voltage, which sources may have said already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from longtail.circuit import GROUND, Circuit
from longtail.errors import StructuralError

Pair = tuple[str, str]
Ports = tuple[Pair, Pair]
_Row = dict[str, Fraction]


def check_lines(circuit: Circuit, ties: Sequence[tuple[str, Iterable[Pair], Iterable[Ports]]]) -> None:
    """Raise `StructuralError` where the voltages of a line's ports follow from sources and other lines.

    `ties`: of every device its name, the pairs of nodes that it forces, and its ports of equal voltage.
    """
    if not any(alike for _, _, alike in ties):
        return
    found: list[tuple[str, _Row, _Row]] = []  # a node, an equation solved for it, and the share of each device in it
    forced = [(name, [pair]) for name, pairs, _ in ties for pair in pairs]
    lines = [(name, [p, (q[1], q[0])]) for name, _, alike in ties for p, q in alike]
    for name, pairs in (*forced, *lines):
        row, shares = _reduced(_equation(pairs), {name: Fraction(1)}, found)
        if row:
            found.append((next(iter(row)), row, shares))
            continue
        members = ", ".join(each for each in circuit.instances if each in shares)
        raise StructuralError(
            f"at dc a lossless line is a wire: the current in the loop of {members} is not determined",
            span=circuit.instances[name].span,
            hint="put a resistor between the line and one of its sources, as the source's own",
        )


def _equation(pairs: Iterable[Pair]) -> _Row:
    """The sum of the voltages of pairs of nodes, as a weight for each node but ground.

    >>> _equation([("a", "0"), ("b", "a")])
    {'b': Fraction(1, 1)}
    """
    row: _Row = {}
    for a, b in pairs:
        row = _sum(_sum(row, {a: Fraction(1)}, Fraction(1)), {b: Fraction(1)}, Fraction(-1))
    return {node: weight for node, weight in row.items() if node != GROUND}


def _sum(one: _Row, other: _Row, factor: Fraction) -> _Row:
    total = dict(one)
    for key, weight in other.items():
        total[key] = total.get(key, Fraction(0)) + factor * weight
    return {key: weight for key, weight in total.items() if weight}


def _reduced(row: _Row, shares: _Row, found: Iterable[tuple[str, _Row, _Row]]) -> tuple[_Row, _Row]:
    """An equation less what those found before say of its nodes."""
    for node, other, of_other in found:
        if node in row:
            factor = -row[node] / other[node]
            row, shares = _sum(row, other, factor), _sum(shares, of_other, factor)
    return row, shares
