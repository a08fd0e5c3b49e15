"""Wires and forced currents taken out of equations: what costs no product of symbols is done before expanding.

A row of numbers such as v_a - v_b = 0 replaces one unknown by the others of the row; an unknown whose column holds
numbers alone, the current of a wire, goes when its rows are added up. Both change the determinant by its sign alone.
"""

from __future__ import annotations

from longtail.symbolic.algebra.equations import OUTPUT, Entry, Row, SymbolicEquations

_NUMBER = (None, 0)


def condense(system: SymbolicEquations) -> SymbolicEquations:
    """The same solution with fewer unknowns. The drive stays a vector of whole numbers.

    >>> wire: Row = {"a": {(None, 0): 1}, "b": {(None, 0): -1}}
    >>> load: Row = {"a": {("g", 0): 1}, OUTPUT: {(None, 0): 1}, "b": {("h", 0): 1}}
    >>> condense(SymbolicEquations([wire, load, {"a": {("k", 0): 1}}], [0, 0, 1])).rows[0]
    {'output': {(None, 0): 1}, 'b': {('h', 0): 1, ('g', 0): 1}}
    """
    rows, right = [{n: dict(e) for n, e in row.items()} for row in system.rows], list(system.right)
    while _substitute(rows, right) or _add_up(rows, right):
        pass
    return SymbolicEquations(rows, right)


def _unit(entry: Entry) -> bool:
    return entry.keys() == {_NUMBER} and abs(entry[_NUMBER]) == 1


def _plain(entry: Entry) -> bool:
    return entry.keys() == {_NUMBER}


def _substitute(rows: list[Row], right: list[int]) -> bool:
    """Use one row of numbers without drive to replace an unknown."""
    for k, row in enumerate(rows):
        if right[k] or not all(_plain(e) for e in row.values()):
            continue
        name = next((n for n, e in row.items() if n != OUTPUT and _unit(e)), None)
        if name is None:
            continue
        sign = row[name][_NUMBER]
        del rows[k], right[k]
        for other in rows:
            entry = other.pop(name, None)
            if entry is None:
                continue
            for n, e in row.items():
                if n != name:
                    _merge(other, n, entry, -sign * e[_NUMBER])
        return True
    return False


def _add_up(rows: list[Row], right: list[int]) -> bool:
    """Eliminate one unknown whose whole column is numbers."""
    columns: dict[str, list[int]] = {}
    for k, row in enumerate(rows):
        for n in row:
            columns.setdefault(n, []).append(k)
    for name, places in columns.items():
        if name == OUTPUT or not all(_plain(rows[k][name]) for k in places):
            continue
        pivot = next((k for k in places if _unit(rows[k][name])), None)
        if pivot is None:
            continue
        base, drive = rows[pivot], right[pivot]
        sign = base[name][_NUMBER]
        for k in places:
            if k == pivot:
                continue
            factor = -sign * rows[k].pop(name)[_NUMBER]
            for n, e in base.items():
                if n != name:
                    _merge(rows[k], n, e, factor)
            right[k] += factor * drive
        del rows[pivot], right[pivot]
        return True
    return False


def _merge(row: Row, name: str, entry: Entry, factor: int) -> None:
    target = row.setdefault(name, {})
    for term, x in entry.items():
        total = target.get(term, 0) + factor * x
        if total:
            target[term] = total
        else:
            del target[term]
    if not target:
        del row[name]
