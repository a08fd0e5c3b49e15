"""Elements left out of a circuit, or made ideal, as long as the gain stays near that of the full circuit.

An element is a change of low rank of the matrix, so what its removal does to the gain comes from one inverse for all
elements (Sherman and Morrison, Woodbury). Removals are judged jointly: each against the gain of the full circuit with
all earlier ones in place, so that two errors that cancel are no error, and two that add up are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from longtail.errors import AnalysisError
from longtail.symbolic.algebra.condense import condense
from longtail.symbolic.algebra.equations import OUTPUT, SymbolicEquations, relevant
from longtail.symbolic.algebra.reference import dense
from longtail.symbolic.algebra.transfer import Complex
from longtail.symbolic.circuit.elements import Symbol
from longtail.symbolic.grades import grades

OPEN, WIRE = "open", "wire"
Place = TypeVar("Place", int, str)
_BATCH = 0.02  # of the error still allowed: removals that change less than this are made many at a time
_NOTHING = 1e-9  # of the error allowed: removals that change less are alike
_LEFT = 1e-7  # of its terms: a difference below is mostly rounding


@dataclass(frozen=True)
class Change:
    """A symbol taken to zero (open) or to infinity (wire): a resistance of zero, a capacitance without voltage across
    it, a transistor whose control voltage is nothing.

    `step` is how far the gain moves, `error` how far it then is from that of the full circuit, both relative.
    """

    symbol: str
    how: str
    step: float
    error: float


@dataclass(frozen=True)
class _Stamp:
    """Where a symbol stands in the matrix: `left @ right` times s^order at the rows `at` and the columns `by`."""

    at: list[int]
    by: list[int]
    left: NDArray[np.float64]  # [len(at), rank]
    right: NDArray[np.float64]  # [rank, len(by)]
    order: int


def simplify(
    system: SymbolicEquations,
    symbols: Mapping[str, Symbol],
    s: Complex,
    wanted: Complex,
    allowed: float,
    made: list[Change] | None = None,
    *,
    ideal: bool = False,
) -> SymbolicEquations:
    """The equations with all elements gone that the error allows; `wanted` is the output of the full circuit at `s`.

    `allowed` bounds the relative error at the given frequencies. What was done is added to `made`. Resistances of one
    device may become wires; with `ideal`, any symbol may be taken to infinity, those that devices share among them.
    """
    values = {key: x.value for key, x in symbols.items()}
    left = allowed
    while True:
        present = {key for row in system.rows for e in row.values() for key, _ in e if key is not None}
        changes = _changes(system, symbols, values, s, wanted, present, ideal)
        chosen = _batch(changes, allowed, left)
        if not chosen:
            return system
        smaller, error, done = _apply_checked(system, values, chosen, s, wanted, allowed)
        if error > allowed:
            return system
        system, left = smaller, allowed - error
        if made is not None:
            made += done


def _batch(changes: list[Change], allowed: float, left: float) -> list[Change]:
    """The next changes to make at once: those that together do little, or else the least one alone."""
    possible = sorted((c for c in changes if c.error <= allowed), key=lambda c: (c.symbol, c.how))
    by_step = grades([c.step for c in possible], _NOTHING * allowed).argsort(kind="stable")
    possible = [possible[k] for k in by_step]
    chosen: dict[str, Change] = {}
    spent = 0.0
    for change in possible:
        spent += change.step
        if spent > _BATCH * left:
            break
        chosen.setdefault(change.symbol, change)
    return list(chosen.values()) or possible[:1]


def _apply_checked(
    system: SymbolicEquations,
    values: Mapping[str, float],
    chosen: list[Change],
    s: Complex,
    wanted: Complex,
    allowed: float,
) -> tuple[SymbolicEquations, float, list[Change]]:
    """The equations after the changes, their error, and the changes; where many fail together, the first alone."""
    for some in (chosen, chosen[:1]):
        smaller = condense(relevant(apply(system, some)))
        error = _error(smaller, values, s, wanted)
        if error <= allowed:
            break
    return smaller, error, some


def _error(system: SymbolicEquations, values: Mapping[str, float], s: Complex, wanted: Complex) -> float:
    if OUTPUT not in system.unknowns or len(system.unknowns) != len(system.rows):
        return np.inf
    try:
        return float(np.abs(dense(system, values).at(s) / wanted - 1.0).max())
    except AnalysisError:  # singular
        return np.inf


def apply(system: SymbolicEquations, changes: Iterable[Change]) -> SymbolicEquations:
    """The equations after changes. A wire adds its current as an unknown and its voltage, zero, as an equation; a
    symbol of several devices does so for each."""
    rows, right, names = [dict(row) for row in system.rows], list(system.right), list(system.names)
    wanted = list({change.symbol: change for change in changes}.values())
    stamps: dict[str | None, list[tuple[int, str, int]]] = {change.symbol: [] for change in wanted}
    for k, row in enumerate(rows):
        for name, entry in list(row.items()):
            for (key, _), x in entry.items():
                if key in stamps:
                    stamps[key].append((k, name, x))
            kept = {t: x for t, x in entry.items() if t[0] not in stamps}
            if not kept:
                del row[name]
            elif len(kept) < len(entry):
                row[name] = kept
    for change in wanted:
        stamp = stamps[change.symbol]
        if change.how == WIRE and stamp:
            for number, (current, voltage) in enumerate(_products(stamp)):
                for k, x in current.items():
                    rows[k][f"wire{number or ''}({change.symbol})"] = {(None, 0): x}
                rows.append({name: {(None, 0): x} for name, x in voltage.items()})
                right.append(0)
                names += [f"wire{number or ''}({change.symbol})"] if system.names else []
    return SymbolicEquations(rows, right, tuple(names))


def _products(stamp: Iterable[tuple[int, str, int]]) -> list[tuple[dict[int, int], dict[str, int]]]:
    """A stamp of (row, unknown, number) as a sum of columns times rows of whole numbers, as few as there can be.

    >>> _products([(0, "a", 1), (0, "b", -1), (1, "a", -1), (1, "b", 1)])
    [({0: 1, 1: -1}, {'a': 1, 'b': -1})]
    """
    left: dict[int, dict[str, Fraction]] = {}
    for k, name, x in stamp:
        left.setdefault(k, {})[name] = Fraction(x)
    found = []
    while left:
        base = dict(next(iter(left.values())))
        probe, size = next(iter(base.items()))
        column = {k: row[probe] / size for k, row in left.items() if probe in row}
        found.append((_whole(column), _whole(base)))
        for k, factor in column.items():
            rest = {n: left[k].get(n, Fraction(0)) - factor * base.get(n, Fraction(0)) for n in {**left[k], **base}}
            left[k] = {n: x for n, x in rest.items() if x}
        left = {k: row for k, row in left.items() if row}
    return found


def _whole(numbers: Mapping[Place, Fraction]) -> dict[Place, int]:
    """Numbers times the least that makes them whole: currents and voltages of wires have no scale."""
    common = lcm(*(x.denominator for x in numbers.values()))
    return {name: int(x * common) for name, x in numbers.items()}


def _changes(
    system: SymbolicEquations,
    symbols: Mapping[str, Symbol],
    values: Mapping[str, float],
    s: Complex,
    wanted: Complex,
    candidates: set[str],
    ideal: bool = False,
) -> list[Change]:
    """All single changes with the error that the gain would have after each."""
    numbers = dense(system, values)
    matrices = numbers.constant[None] + s[:, None, None] * numbers.slope[None]
    inverse = np.linalg.inv(matrices)
    solution = inverse @ numbers.drive
    reading = inverse[:, numbers.output, :]
    now = solution[:, numbers.output]
    found = []
    for key, stamp in _stamps(system, candidates).items():
        y = values[key] * s**stamp.order
        small = inverse[:, stamp.by][:, :, stamp.at]
        inner = np.asarray(stamp.right @ small @ stamp.left, complex)
        left, right = reading[:, stamp.at] @ stamp.left, solution[:, stamp.by] @ stamp.right.T
        rank = len(stamp.right)
        one = np.eye(rank)[None]
        choices: dict[str, Complex] = {OPEN: np.asarray(one - y[:, None, None] * inner, complex)}
        terms = np.abs(stamp.right) @ np.abs(small) @ np.abs(stamp.left)
        sizes = {OPEN: 1.0 + np.abs(y)[:, None, None] * terms, WIRE: terms}
        if ideal or (symbols[key].shown is not None and rank == 1):
            choices[WIRE] = inner
        for how, middle in choices.items():
            if _cancels(middle, sizes[how]):
                continue
            factor = y[:, None] if how == OPEN else -1.0
            with np.errstate(all="ignore"):
                try:
                    moved = right / middle[:, 0] if rank == 1 else np.linalg.solve(middle, right[..., None])[..., 0]
                except np.linalg.LinAlgError:
                    continue
                after = now + np.sum(left * factor * moved, axis=1)
                error = float(np.abs(after / wanted - 1.0).max())
                step = float(np.abs((after - now) / wanted).max())
            if np.isfinite(error) and np.isfinite(step):
                found.append(Change(key, how, step, error))
    return found


def _cancels(middle: Complex, terms: NDArray[np.float64]) -> bool:
    """Whether a small matrix `[frequency, rank, rank]` is what rounding left of its terms, in any direction.

    That is so where an element alone holds a node, up to what a transistor that is off adds: it cannot go first.
    """
    least = np.abs(middle[:, 0, 0]) if middle.shape[1] == 1 else np.linalg.svd(middle, compute_uv=False)[:, -1]
    return bool((least <= _LEFT * terms.max(axis=(1, 2))).any())


def _stamps(system: SymbolicEquations, candidates: set[str]) -> dict[str, _Stamp]:
    """The pattern of every symbol as a product of few columns and rows. A symbol with both powers of s is left out."""
    names = {name: k for k, name in enumerate(system.unknowns)}
    places: dict[str, list[tuple[int, int, int, int]]] = {}
    for k, row in enumerate(system.rows):
        for name, entry in row.items():
            for (key, order), x in entry.items():
                if key in candidates:
                    places.setdefault(key, []).append((k, names[name], x, order))
    found = {}
    for key, entries in places.items():
        rows, columns = (sorted({e[i] for e in entries}) for i in (0, 1))
        small = np.zeros((len(rows), len(columns)))
        for k, j, x, _ in entries:
            small[rows.index(k), columns.index(j)] = x
        u, size, v = np.linalg.svd(small)
        rank = int((size > 1e-9 * size[0]).sum())
        found[key] = _Stamp(rows, columns, u[:, :rank] * size[:rank], v[:rank], entries[0][3])
    return found
