"""How symbols are written, and which of them matched devices share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from longtail.symbolic.elements import Element, SmallSignal, Symbol

_GREEK = {"pi": "π", "mu": "µ", "beta": "β"}
_LATEX = {"π": r"\pi", "µ": r"\mu", "β": r"\beta", "τ": r"\tau", "Δ": r"\Delta "}
_EQUAL = 1e-6  # relative: values that count as matched


@dataclass(frozen=True, slots=True)
class Label:
    """A symbol as it is written: `Label("g", "m1,2")` is g_m1,2."""

    head: str
    sub: str = ""

    @property
    def text(self) -> str:
        return f"{self.head}_{self.sub}" if self.sub else self.head

    @property
    def latex(self) -> str:
        """
        >>> Label("r", "π1").latex, Label("R", "SS").latex
        ('r_{\\\\pi 1}', 'R_{\\\\mathrm{SS}}')
        """
        head = "".join(_LATEX.get(c, c) for c in self.head)
        sub = "".join(f"{_LATEX[c]} " if c in _LATEX else c for c in self.sub)
        if not self.sub:
            return head
        return f"{head}_{{{sub}}}" if "\\" in sub else f"{head}_{{\\mathrm{{{sub}}}}}"


def own_name(device: str) -> tuple[str, str, str]:
    """Letters, number and path of a device's name without its type letter.

    >>> own_name("rd1"), own_name("m12"), own_name("r.x1.rin"), own_name("q13a")
    (('D', '1', ''), ('', '12', ''), ('IN', '', 'x1'), ('', '13a', ''))
    """
    *path, name = device.split(".")
    body = name[1:] if len(name) > 1 else name
    match = re.fullmatch(r"(\D*)(\d\w*)?", body)
    letters, number = (match[1], match[2] or "") if match else (body, "")
    return letters.upper(), number, ".".join(path[1:])


def shared_name(devices: Sequence[str]) -> tuple[str, str, str]:
    """The same for devices that share a symbol: letters once, numbers with commas between.

    >>> shared_name(["rd1", "rd2"]), shared_name(["rbl", "rblb"])
    (('D', '1,2', ''), ('BL,BLB', '', ''))
    """
    parts = [own_name(d) for d in devices]
    letters, numbers, paths = ([*dict.fromkeys(p[k] for p in parts)] for k in range(3))
    return ",".join(filter(None, letters)), ",".join(filter(None, numbers)), ",".join(filter(None, paths))


def labels(symbols: Iterable[Symbol]) -> dict[str, Label]:
    """A label for every symbol, each its own: the plain ones where they are, else with the device's full name."""
    given = list(symbols)
    plain = {s.key: _label(s) for s in given}
    twice = Counter(x.text for x in plain.values())
    found = {s.key: plain[s.key] if twice[plain[s.key].text] == 1 else _full_label(s) for s in given}
    return _without_numbers(given, found)


def _label(symbol: Symbol) -> Label:
    head, sub = symbol.shown or (symbol.head, symbol.sub)
    letters, number, path = shared_name(symbol.device.split("+"))
    body = f"{_GREEK.get(sub, sub)}{letters}{number}"
    return Label(head, ",".join(filter(None, (body, path))))


def _full_label(symbol: Symbol) -> Label:
    head, sub = symbol.shown or (symbol.head, symbol.sub)
    device = symbol.device.replace("+", ",")
    return Label(head, ",".join(filter(None, (_GREEK.get(sub, sub), device))))


def _without_numbers(symbols: Sequence[Symbol], found: dict[str, Label]) -> dict[str, Label]:
    """R_D1,2 as R_D, where nothing else is called so."""
    taken = {x.text for x in found.values()}
    for symbol in symbols:
        letters, number, path = shared_name(symbol.device.split("+"))
        if "," in number and letters and not path and not symbol.sub and "," not in letters:
            short = Label(found[symbol.key].head, letters)
            if short.text not in taken:
                taken.add(short.text)
                found[symbol.key] = short
    return found


def share(circuit: SmallSignal, images: Mapping[str, str]) -> SmallSignal:
    """The same circuit with one symbol for both devices of each pair where the two values agree.

    A shared symbol has the mean value. `images` maps devices to their partners.
    """
    renamed: dict[str, str] = {}
    symbols: dict[str, Symbol] = {}
    order = {device: k for k, device in enumerate(dict.fromkeys(s.device for s in circuit.symbols.values()))}
    for key, symbol in circuit.symbols.items():
        partner = images.get(symbol.device)
        other = circuit.symbols.get(f"{symbol.head}_{symbol.sub}({partner})") if partner else None
        same = other is not None and abs(other.value - symbol.value) <= _EQUAL * abs(symbol.value)
        if other is None or partner is None or other is symbol or not same:
            symbols[key] = symbol
            continue
        first, second = sorted((symbol.device, partner), key=order.__getitem__)
        shared = f"{symbol.head}_{symbol.sub}({first}+{second})"
        renamed[key] = shared
        meaning = symbol.meaning.replace(symbol.device, f"{first} and {second}")
        symbols.setdefault(
            shared,
            replace(
                symbol,
                key=shared,
                device=f"{first}+{second}",
                value=(symbol.value + other.value) / 2.0,
                meaning=meaning,
            ),
        )
    elements = tuple(
        Element(renamed.get(e.symbol, e.symbol) if e.symbol else None, e.rows, e.columns, e.order)
        for e in circuit.elements
    )
    return replace(circuit, elements=elements, symbols=symbols)


def twins(circuit: SmallSignal) -> dict[str, str]:
    """Devices that look like a matched pair: of one model, with equal values, and no third like them.

    Resistors, capacitors and inductors count only where their names differ in nothing but a number.
    """
    groups: dict[tuple[object, ...], list[str]] = {}
    values: dict[str, list[tuple[str, str]]] = {}
    for symbol in circuit.symbols.values():
        values.setdefault(symbol.device, []).append((symbol.head + symbol.sub, f"{symbol.value:.6e}"))
    for stamp in circuit.stamps:
        i = stamp.instance
        if i.name not in values:
            continue
        letters, number, _ = own_name(i.name)
        stem = None if i.model and number else letters
        groups.setdefault((i.device, i.model, stem, *values[i.name]), []).append(i.name)
    found: dict[str, str] = {}
    for members in groups.values():
        if len(members) == 2 and (own_name(members[0])[0] or circuit.symbols):
            found |= {members[0]: members[1], members[1]: members[0]}
    return {a: b for a, b in found.items() if _alike(circuit, a)}


def _alike(circuit: SmallSignal, device: str) -> bool:
    """Whether equal values are a sign of matching: not so for passive elements that have only a number for a name."""
    kinds = {s.instance.name: s.instance for s in circuit.stamps}
    return kinds[device].model is not None or bool(own_name(device)[0])
