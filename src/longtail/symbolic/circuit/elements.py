"""The small-signal circuit as named elements, whose sum is the engine's linear model entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from longtail.devices.small_signal import CAPACITANCE, CONDUCTANCE, Pattern
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.symbolic.circuit.stamps import Entries, Stamp, device_stamps, stamps_over

_ROUNDING = 1e-12  # of what an entry was before: what remains below it is left over from subtracting


@dataclass(frozen=True, slots=True)
class Symbol:
    """A small-signal quantity of one device, or of a pair of matched devices.

    key         unique: "g_m(m1)"
    head, sub   the symbol as it is calculated with, an admittance or a factor: "g", "ds"
    device      whose it is
    value       at the operating point, in SI units of (head, sub)
    meaning     in words, of what is shown
    shown       (head, sub) of the resistance 1/value under which it is shown; None: shown as it is
    unit        of what is shown
    base        key of the symbol of which this is the difference between two matched devices, first minus second
    """

    key: str
    head: str
    sub: str
    device: str
    value: float
    meaning: str
    shown: tuple[str, str] | None = None
    unit: str = "S"
    base: str | None = None

    @property
    def shown_value(self) -> float:
        """The value of what is shown: of the resistance where that is it."""
        return 1.0 / self.value if self.shown else self.value


@dataclass(frozen=True, slots=True)
class NamedElement:
    """An entry `symbol * rows * columns^T * s^order` of the equations; without a symbol, a plain number (sign).

    `device` is the one that it is of; empty for what stands for several.
    """

    symbol: str | None
    rows: Mapping[str, int]
    columns: Mapping[str, int]
    order: int = CONDUCTANCE
    device: str = ""


@dataclass(frozen=True)
class SmallSignal:
    """All elements over the unknowns of the circuit, and the symbols by key.

    `delayed` names the unknowns added for excess phase: transport currents that follow late. Each is small and obeys
    a first-order Padé approximation of exp(-s*tau).
    """

    unknowns: tuple[str, ...]
    elements: tuple[NamedElement, ...]
    symbols: Mapping[str, Symbol]
    delayed: tuple[str, ...] = ()
    stamps: tuple[Stamp, ...] = field(default=(), repr=False)


def small_signal(point: OperatingPoint, lane: int = 0) -> SmallSignal:
    """The named small-signal circuit of one lane of an operating point."""
    stamps = device_stamps(point, lane)
    unknowns = [u.name for u in point.system.unknowns]
    elements: list[NamedElement] = []
    symbols: dict[str, Symbol] = {}
    delayed: list[str] = []
    for stamp in stamps:
        reader = _ElementReader(stamp)
        reader.run()
        elements += reader.elements
        symbols |= {s.key: s for s in reader.symbols}
        delayed += reader.delayed
    return SmallSignal((*unknowns, *delayed), tuple(elements), symbols, tuple(delayed), tuple(stamps))


def values_over(point: OperatingPoint) -> dict[str, NDArray[np.float64]]:
    """The value of every symbol in every lane, `[lane]` by key; zero where a device does not have the element."""
    lanes = len(point.solution)
    found: dict[str, NDArray[np.float64]] = {}
    for lane, stamps in enumerate(stamps_over(point)):
        for stamp in stamps:
            reader = _ElementReader(stamp)
            reader.run()
            for symbol in reader.symbols:
                found.setdefault(symbol.key, np.zeros(lanes))[lane] = symbol.value
    return found


class _ElementReader:
    """Takes one device apart."""

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self.left: tuple[Entries, Entries] = (dict(stamp.conductance), dict(stamp.capacitance))
        self.size = [{key: abs(value) for key, value in m.items()} for m in self.left]
        self.branches = {name for name, u in stamp.unknowns.items() if u is not None and u.startswith("i(")}
        self.elements: list[NamedElement] = []
        self.symbols: list[Symbol] = []
        self.delayed: list[str] = []

    def run(self) -> None:
        self._numbers()
        self._simple()
        backwards = self._backwards()
        for pattern in self.stamp.device.elements:
            self._fit(pattern.turned if pattern.turns and backwards else pattern)
        for order in (CONDUCTANCE, CAPACITANCE):
            self._rest(order)
        for k, delay in enumerate(self.stamp.delays):
            self._delay(k, delay.rows, delay.slopes, delay.seconds)

    def _backwards(self) -> bool:
        """Whether a channel conducts from the end that is called its source to the one called its drain."""
        channel = next((p for p in self.stamp.device.elements if p.turns), None)
        if channel is None:
            return False
        row, column = (self._inner(name) for name in channel.read)
        return self.stamp.conductance.get((row, column), 0.0) < 0.0

    def _inner(self, name: str) -> str:
        """The local name behind an inner node: the terminal itself where no resistance stands between."""
        return self.stamp.merged.get(name, name)

    def _numbers(self) -> None:
        """Entries of branch equations that are plus or minus one by structure."""
        entries = self.left[CONDUCTANCE]
        for (row, column), value in list(entries.items()):
            if abs(value) == 1.0 and (row in self.branches or column in self.branches):
                self._add(None, {row: int(value)}, {column: 1}, CONDUCTANCE)
                del entries[row, column]

    def _simple(self) -> None:
        """Resistors, capacitors, inductors, couplings, controlled sources and lines: one symbol each."""
        name = self.stamp.instance.name
        match self.stamp.device.name:
            case "resistor":
                self._fit(Pattern("G", "", ("p", "n"), ("p", "n"), ("p", "p"), f"resistor {name}", 0, ("R", "")))
            case "capacitor":
                self._fit(Pattern("C", "", ("p", "n"), ("p", "n"), ("p", "p"), f"capacitor {name}", CAPACITANCE))
            case "inductor":
                self._single("L", f"inductor {name}", "H", CAPACITANCE, {"i": -1}, {"i": 1})
            case "coupling":
                value = self.left[CAPACITANCE].get(("i0", "i1"), 0.0)
                self._single("M", f"mutual inductance {name}", "H", CAPACITANCE, {"i0": -1}, {"i1": 1})
                if value:
                    key = self.symbols[-1].key
                    self._take(CAPACITANCE, value, {"i1": 1}, {"i0": 1})
                    self._add(key, {"i1": -1}, {"i0": 1}, CAPACITANCE)
            case "vccs":
                self._single("G", f"transconductance {name}", "S", CONDUCTANCE, {"p": 1, "n": -1}, {"cp": 1, "cn": -1})
            case "cccs":
                self._single("A", f"current gain of {name}", "", CONDUCTANCE, {"p": 1, "n": -1}, {"i0": 1})
            case "vcvs":
                self._single("A", f"voltage gain of {name}", "", CONDUCTANCE, {"i": -1}, {"cp": 1, "cn": -1})
            case "ccvs":
                self._single("R", f"transresistance {name}", "ohm", CONDUCTANCE, {"i": -1}, {"i0": 1})
            case "transmission_line":
                rows, columns = {"near": -1, "far": -1}, {"near": 1, "far": 1}
                self._single("Z", f"characteristic impedance of {name}", "ohm", CONDUCTANCE, rows, columns)

    def _single(
        self, head: str, meaning: str, unit: str, order: int, rows: Mapping[str, int], columns: Mapping[str, int]
    ) -> None:
        row, column = next(iter(rows)), next(iter(columns))
        entry = self.left[order].get((row, column), 0.0)
        value = entry * rows[row] * columns[column]
        if value:
            self._symbol(head, "", value, meaning, None, unit)
            self._take(order, value, rows, columns)
            self._add(self.symbols[-1].key, rows, columns, order)

    def _fit(self, pattern: Pattern) -> None:
        rows, columns = ({self._inner(a): 1, self._inner(b): -1} for a, b in (pattern.rows, pattern.columns))
        if len(rows) < 2 or len(columns) < 2:
            return
        row, column = (self._inner(name) for name in pattern.read)
        value = self._value(pattern.order, (row, column)) * rows[row] * columns[column]
        if not value:
            return
        unit = "F" if pattern.order else "S"
        self._symbol(pattern.head, pattern.sub, value, pattern.meaning, pattern.shown, "ohm" if pattern.shown else unit)
        self._take(pattern.order, value, rows, columns)
        self._add(self.symbols[-1].key, rows, columns, pattern.order)

    def _value(self, order: int, key: tuple[str, str]) -> float:
        """What is left of an entry; zero where it is no more than rounding."""
        value = self.left[order].get(key, 0.0)
        return value if abs(value) > _ROUNDING * self.size[order].get(key, 0.0) else 0.0

    def _rest(self, order: int) -> None:
        """What no standard element covers, as transfers from one pair of nodes to another."""
        left = {key: value for key in self.left[order] if (value := self._value(order, key))}
        if not left:
            return
        balanced = self._balanced(left, order)
        reference = self._names(left)[-1]
        for k, ((row, column), value) in enumerate(left.items(), start=1):
            if balanced and reference in (row, column):
                continue
            rows = {row: 1, reference: -1} if balanced else {row: 1}
            columns = {column: 1, reference: -1} if balanced else {column: 1}
            head = "c" if order else "g"
            meaning = f"slope of the {'charge' if order else 'current'} at {row} by {column}"
            self._symbol(head, f"x{k}", value, meaning, None, "F" if order else "S")
            self._add(self.symbols[-1].key, rows, columns, order)

    def _names(self, left: Entries) -> list[str]:
        return sorted({name for key in left for name in key}, key=list(self.stamp.unknowns).index)

    def _balanced(self, left: Entries, order: int) -> bool:
        """Whether the rest is a device that only sees differences of its own node voltages."""
        names = self._names(left)
        if any(name in self.branches or name.startswith("=") for name in names):
            return False
        sums = [sum(left.get((a, b), 0.0) for b in names) for a in names]
        sums += [sum(left.get((a, b), 0.0) for a in names) for b in names]
        return max(map(abs, sums)) <= 1e-9 * max(map(abs, left.values()))

    def _delay(self, k: int, rows: Mapping[str, float], slopes: Mapping[str, float], seconds: float) -> None:
        """flow*(exp(-s*tau) - 1) as -s*tau*flow/(1 + s*tau/2): an unknown u with (1 + s*tau/2)*u + s*tau*flow = 0."""
        name = f"{self.stamp.instance.name}#late{k or ''}"
        self.delayed.append(name)
        self.stamp.unknowns[name] = name
        self._add(None, {name: 1}, {name: 1}, CONDUCTANCE)
        self._symbol("τ", "", seconds / 2.0, "half the excess-phase delay", None, "s")
        self._add(self.symbols[-1].key, {name: 1}, {name: 1}, CAPACITANCE)
        for column, slope in slopes.items():
            self._symbol("c", f"τ{column[0]}", seconds * slope, "excess phase: delay times slope", None, "F")
            self._add(self.symbols[-1].key, {name: 1}, {column: 1}, CAPACITANCE)
        for row, sign in rows.items():
            self._add(None, {row: int(sign)}, {name: 1}, CONDUCTANCE)

    def _symbol(
        self, head: str, sub: str, value: float, meaning: str, shown: tuple[str, str] | None, unit: str
    ) -> None:
        device = self.stamp.instance.name
        key = f"{head}_{sub}({device})"
        self.symbols.append(Symbol(key, head, sub, device, value, meaning, shown, unit))

    def _take(self, order: int, value: float, rows: Mapping[str, int], columns: Mapping[str, int]) -> None:
        left = self.left[order]
        for row, a in rows.items():
            for column, b in columns.items():
                left[row, column] = left.get((row, column), 0.0) - value * a * b
                self.size[order][row, column] = max(self.size[order].get((row, column), 0.0), abs(value))

    def _add(self, symbol: str | None, rows: Mapping[str, int], columns: Mapping[str, int], order: int) -> None:
        """An element over the unknowns of the circuit: ground goes, terminals on one node join."""
        at, by = self._global(rows), self._global(columns)
        if at and by:
            self.elements.append(NamedElement(symbol, at, by, order, self.stamp.instance.name))

    def _global(self, local: Mapping[str, int]) -> dict[str, int]:
        found: dict[str, int] = {}
        for name, sign in local.items():
            unknown = self.stamp.unknowns[name]
            if unknown is not None:
                found[unknown] = found.get(unknown, 0) + sign
        return {name: sign for name, sign in found.items() if sign}


def entries(circuit: SmallSignal) -> Iterator[tuple[str, str, int, float]]:
    """Row, column, power of s and value of everything that the elements add up to."""
    for element in circuit.elements:
        value = circuit.symbols[element.symbol].value if element.symbol else 1.0
        for row, a in element.rows.items():
            for column, b in element.columns.items():
                yield row, column, element.order, value * a * b
