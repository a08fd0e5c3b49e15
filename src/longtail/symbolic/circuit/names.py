"""How symbols are written, and which of them matched devices share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from longtail.symbolic.circuit.elements import SmallSignal, Symbol

_GREEK = {"pi": "π", "mu": "µ", "beta": "β"}
_LATEX = {"π": r"\pi", "µ": r"\mu", "β": r"\beta", "τ": r"\tau", "Δ": r"\Delta "}
_EQUAL = 1e-6  # relative: values that count as the same


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
    """The same for devices that share a symbol: letters once, numbers with commas between or, in a row, with dots.

    >>> shared_name(["rd1", "rd2"]), shared_name(["rbl", "rblb"]), shared_name(["q1", "q3", "q2", "q7"])
    (('D', '1,2', ''), ('BL,BLB', '', ''), ('', '1..3,7', ''))
    """
    parts = [own_name(d) for d in devices]
    letters, numbers, paths = ([*dict.fromkeys(p[k] for p in parts)] for k in range(3))
    return ",".join(filter(None, letters)), ",".join(_runs(numbers)), ",".join(filter(None, paths))


def _runs(numbers: Sequence[str]) -> Iterator[str]:
    """Numbers as they are, but three and more in a row by the first and the last."""
    plain = sorted((n for n in numbers if n.isdecimal()), key=int) if len(numbers) > 2 else []
    for _, run in groupby(enumerate(plain), key=lambda p: int(p[1]) - p[0]):
        row = [n for _, n in run]
        yield f"{row[0]}..{row[-1]}" if len(row) > 2 else ",".join(row)
    yield from (n for n in numbers if n and n not in plain)


def labels(symbols: Iterable[Symbol]) -> dict[str, Label]:
    """A label for every symbol, each its own: the plain ones where they are, else with the device's full name."""
    given = [s for s in symbols if s.base is None]
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


def share(circuit: SmallSignal, images: Mapping[str, str], tolerance: float = _EQUAL) -> SmallSignal:
    """The same circuit with one symbol for both devices of each pair where the two values agree.

    A shared symbol has the mean value. `images` maps devices to their partners; `tolerance` is relative.
    """
    symbols: dict[str, Symbol] = {}
    renamed: dict[str, str] = {}
    for first, second in _pairs_of_symbols(circuit, images):
        if abs(first.value - second.value) <= tolerance * abs(first.value):
            both = mean(first, second)
            renamed |= {first.key: both.key, second.key: both.key}
            symbols[both.key] = both
    left = {key: s for key, s in circuit.symbols.items() if key not in renamed}
    elements = tuple(replace(e, symbol=renamed.get(e.symbol, e.symbol) if e.symbol else None) for e in circuit.elements)
    return replace(circuit, elements=elements, symbols={**left, **symbols})


def mismatched(circuit: SmallSignal, images: Mapping[str, str]) -> SmallSignal:
    """Twice the same circuit, each pair with a mean and a difference for symbols: first = mean + difference/2.

    All elements count twice, so that halves stay whole: drive the rows twice as much.
    """
    symbols = dict(circuit.symbols)
    stands: dict[str, tuple[str, str, int]] = {}
    for first, second in _pairs_of_symbols(circuit, images):
        both, difference = mean(first, second), _difference(first, second)
        stands |= {first.key: (both.key, difference.key, 1), second.key: (both.key, difference.key, -1)}
        del symbols[first.key], symbols[second.key]
        symbols |= {both.key: both, difference.key: difference}
    elements = []
    for e in circuit.elements:
        doubled = replace(e, rows={name: 2 * x for name, x in e.rows.items()})
        if e.symbol in stands:
            mean_key, difference_key, sign = stands[e.symbol]
            elements.append(replace(doubled, symbol=mean_key))
            elements.append(replace(e, symbol=difference_key, rows={name: sign * x for name, x in e.rows.items()}))
        else:
            elements.append(doubled)
    return replace(circuit, elements=tuple(elements), symbols=symbols)


def _pairs_of_symbols(circuit: SmallSignal, images: Mapping[str, str]) -> Iterator[tuple[Symbol, Symbol]]:
    """Each pair once, the device that the netlist names first in front."""
    order = {device: k for k, device in enumerate(dict.fromkeys(s.device for s in circuit.symbols.values()))}
    for symbol in circuit.symbols.values():
        partner = images.get(symbol.device)
        other = circuit.symbols.get(f"{symbol.head}_{symbol.sub}({partner})") if partner else None
        if other is not None and order[symbol.device] < order[other.device]:
            yield symbol, other


def mean(*symbols: Symbol) -> Symbol:
    """One symbol for several, its value the mean over their devices."""
    first = symbols[0]
    devices = [d for s in symbols for d in s.device.split("+")]
    device = "+".join(devices)
    meaning = first.meaning.replace(f" {first.device}", f" {enumerated(devices)}")
    value = sum(s.value * len(s.device.split("+")) for s in symbols) / len(devices)
    return replace(first, key=f"{first.head}_{first.sub}({device})", device=device, value=value, meaning=meaning)


def enumerated(names: Sequence[str]) -> str:
    """
    >>> enumerated(["q1"]), enumerated(["q1", "q2", "q3"])
    ('q1', 'q1, q2 and q3')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _difference(first: Symbol, second: Symbol) -> Symbol:
    both = mean(first, second)
    return replace(both, key=f"Δ{both.key}", value=first.value - second.value, base=both.key)
