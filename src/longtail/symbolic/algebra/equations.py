"""The small-signal equations as sparse rows of symbols, in the mode basis, and the part of them that a gain needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from longtail.symbolic.circuit.elements import SmallSignal

OUTPUT = "output"
Term = tuple[str | None, int]  # symbol (None: a number), power of s
Entry = dict[Term, int]
Row = dict[str, Entry]


@dataclass
class SymbolicEquations:
    """Rows of `A*x = b`: `rows[k]` by unknown, `right[k]` the integer drive. The unknown `OUTPUT` is what is read.

    `names` says whose equation each row is, as long as rows are those of the circuit.
    """

    rows: list[Row]
    right: list[int]
    names: tuple[str, ...] = ()

    @property
    def unknowns(self) -> list[str]:
        return list(dict.fromkeys(name for row in self.rows for name in row))


def equations(
    circuit: SmallSignal,
    drive: Mapping[str, int],
    read: Mapping[str, int],
    pairs: Sequence[tuple[str, str, int]] = (),
) -> SymbolicEquations:
    """The equations of a circuit driven and read.

    `drive` gives the amplitudes of rows (of branches of sources), `read` the weights of unknowns in the output.
    `pairs` are unknowns that are each other's image, with -1 where the image counts the other way round: for them
    the sum and the difference are the unknowns, named "Σname" and "Δname", and the rows are added and subtracted.
    """
    table: dict[str, Row] = {name: {} for name in circuit.unknowns}
    for element in circuit.elements:
        for row, a in element.rows.items():
            for column, b in element.columns.items():
                _add(table[row].setdefault(column, {}), {(element.symbol, element.order): 1}, a * b)
    table[OUTPUT] = {OUTPUT: {(None, 0): 1}, **{name: {(None, 0): -w} for name, w in read.items()}}
    right = {name: drive.get(name, 0) for name in table}
    for first, second, sign in pairs:
        for each in table.values():
            _split(each, first, second, sign)
        upper, lower = table.pop(first), table.pop(second)
        table[f"Σ{first}"], table[f"Δ{first}"] = _combined(upper, lower, sign), _combined(upper, lower, -sign)
        b1, b2 = right.pop(first), right.pop(second)
        right[f"Σ{first}"], right[f"Δ{first}"] = b1 + sign * b2, b1 - sign * b2
    rows, sides, names = [], [], []
    for name, found in table.items():
        kept = {column: entry for column, entry in found.items() if entry}
        if kept:
            names.append(name)
            divisor = gcd(*(x for entry in kept.values() for x in entry.values()), right[name])
            rows.append({c: {t: x // divisor for t, x in e.items()} for c, e in kept.items()})
            sides.append(right[name] // divisor)
    return SymbolicEquations(rows, sides, tuple(names))


def at_rest(system: SymbolicEquations) -> SymbolicEquations:
    """The equations at s = 0: capacitances are gaps there, and inductors wires.

    >>> row: Row = {"v": {("g", 0): 1, ("c", 1): 1}, "w": {("c", 1): -1}}
    >>> at_rest(SymbolicEquations([row, {"w": {("c", 1): 1}}], [1, 0])).rows
    [{'v': {('g', 0): 1}}]
    """
    rows, right = [], []
    for row, side in zip(system.rows, system.right, strict=True):
        found = {name: {t: x for t, x in entry.items() if not t[1]} for name, entry in row.items()}
        kept = {name: entry for name, entry in found.items() if entry}
        if kept or side:
            rows.append(kept)
            right.append(side)
    return SymbolicEquations(rows, right)


def renamed(system: SymbolicEquations, names: Mapping[str, str]) -> SymbolicEquations:
    """The same equations with other symbols in the place of some; several may become one.

    >>> row: Row = {"v": {("a", 0): 1, ("b", 0): -1, ("c", 1): 1}, "w": {("b", 0): 2}}
    >>> renamed(SymbolicEquations([row], [1]), {"a": "g", "b": "g"}).rows
    [{'v': {('c', 1): 1}, 'w': {('g', 0): 2}}]
    """
    rows = []
    for row in system.rows:
        found: Row = {}
        for name, entry in row.items():
            for (key, order), x in entry.items():
                _add(found.setdefault(name, {}), {(names.get(key, key) if key else None, order): 1}, x)
        rows.append({name: entry for name, entry in found.items() if entry})
    return SymbolicEquations(rows, list(system.right), system.names)


def _add(target: Entry, entry: Entry, factor: int) -> None:
    for term, x in entry.items():
        total = target.get(term, 0) + factor * x
        if total:
            target[term] = total
        else:
            target.pop(term, None)


def _split(row: Row, first: str, second: str, sign: int) -> None:
    """x1 = Σ + Δ, x2 = sign*(Σ - Δ) in one row."""
    a, b = row.pop(first, {}), row.pop(second, {})
    for name, factor in ((f"Σ{first}", sign), (f"Δ{first}", -sign)):
        entry: Entry = dict(a)
        _add(entry, b, factor)
        if entry:
            row[name] = entry


def _combined(first: Row, second: Row, factor: int) -> Row:
    result = {name: dict(entry) for name, entry in first.items()}
    for name, entry in second.items():
        _add(result.setdefault(name, {}), entry, factor)
    return {name: entry for name, entry in result.items() if entry}


def relevant(system: SymbolicEquations) -> SymbolicEquations:
    """What the output needs: unknowns that the drive reaches and that reach the output.

    Rows are matched to unknowns; an unknown then depends on the others of its row. What no drive reaches is zero,
    what does not reach the output does not matter, and the determinant loses the factors of both.
    """
    match = _match(system)
    depends = _depends(system, match)
    feeds: dict[str, list[str]] = {name: [] for name in depends}
    for name, others in depends.items():
        for other in others:
            feeds.setdefault(other, []).append(name)
    driven = _reach([match[k] for k, b in enumerate(system.right) if b and k in match], feeds)
    wanted = _reach([OUTPUT], depends)
    kept = driven & wanted
    rows, right = [], []
    for k, row in enumerate(system.rows):
        if match.get(k) in kept:
            rows.append({name: entry for name, entry in row.items() if name in kept})
            right.append(system.right[k])
    return SymbolicEquations(rows, right)


def read_rows(system: SymbolicEquations) -> set[str]:
    """The names of the rows that the output hangs on, driven or not.

    >>> held: Row = {"a": {(None, 0): 1}}
    >>> load: Row = {"a": {("g", 0): 1}, "i": {(None, 0): 1}}
    >>> read: Row = {OUTPUT: {(None, 0): 1}, "a": {(None, 0): -1}}
    >>> sorted(read_rows(SymbolicEquations([held, load, read], [1, 0, 0], ("source", "a", OUTPUT))))
    ['output', 'source']
    """
    match = _match(system)
    wanted = _reach([OUTPUT], _depends(system, match))
    return {name for k, name in enumerate(system.names) if match.get(k) in wanted}


def _depends(system: SymbolicEquations, match: Mapping[int, str]) -> dict[str, list[str]]:
    """The other unknowns of the row of each."""
    return {name: [n for n in system.rows[k] if n != name] for k, name in match.items()}


def _reach(start: Iterable[str], edges: Mapping[str, Sequence[str]]) -> set[str]:
    found = set(start)
    stack = list(found)
    while stack:
        for other in edges.get(stack.pop(), ()):
            if other not in found:
                found.add(other)
                stack.append(other)
    return found


def _match(system: SymbolicEquations) -> dict[int, str]:
    """A row for every unknown, as many as possible: augmenting paths."""
    taken: dict[str, int] = {}

    def place(k: int, seen: set[str]) -> bool:
        for name in system.rows[k]:
            if name in seen:
                continue
            seen.add(name)
            if name not in taken or place(taken[name], seen):
                taken[name] = k
                return True
        return False

    for k in sorted(range(len(system.rows)), key=lambda k: len(system.rows[k])):
        place(k, set())
    return {k: name for name, k in taken.items()}
