"""Blocks of a circuit, its subcircuits, and nullors in their place.

A nullor holds two nodes at one voltage, takes no current from them, and gives at a third node whatever current that
takes: an amplifier of infinite gain that feedback holds.

Source: H. Carlin, Singular network elements, IEEE Trans. Circuit Theory 11 (1964) 67.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from longtail.circuit import GROUND
from longtail.symbolic.circuit.elements import NamedElement, SmallSignal

_FEWEST = 4  # devices: a transistor wrapped in a subcircuit is no amplifier of its own


@dataclass(frozen=True, slots=True)
class Block:
    """A subcircuit by its path, "x1", with the nodes where it meets the rest; `inner` are unknowns of its own."""

    path: str
    ports: tuple[str, ...]
    inner: frozenset[str]


@dataclass(frozen=True, slots=True)
class Nullor:
    """What stands in the place of a block: its two inputs, of which the second may be ground, and its output."""

    path: str
    inputs: tuple[str, str]
    output: str

    @property
    def current(self) -> str:
        """The unknown that is the current into its output; its equation is that of the voltage between the inputs."""
        return f"i({self.path})"

    def elements(self) -> Iterator[NamedElement]:
        """The two inputs at one voltage, and the current."""
        for name, sign in zip(self.inputs, (1, -1), strict=True):
            if name != GROUND:
                yield NamedElement(None, {self.current: 1}, {name: sign})
        if self.output != GROUND:
            yield NamedElement(None, {self.output: 1}, {self.current: 1})


def blocks(circuit: SmallSignal) -> list[Block]:
    """The subcircuits that may amplify and meet the rest of the circuit at nodes alone, outer ones first."""
    devices = dict.fromkeys(e.device for e in circuit.elements)
    paths = dict.fromkeys(path for device in devices for path in _outer(_path(device)))
    found = []
    for path in sorted(paths, key=lambda p: p.count(".")):
        inside = [e for e in circuit.elements if within(e.device, path)]
        if len({e.device for e in inside}) < _FEWEST or not any(_controlled(e) for e in inside):
            continue
        here = _touched(inside)
        there = _touched(e for e in circuit.elements if not within(e.device, path))
        ports = tuple(name for name in here if name in there)
        if not any("#" in name or name.startswith("i(") for name in ports):
            found.append(Block(path, ports, frozenset(here) - frozenset(ports)))
    return found


def within(device: str, path: str) -> bool:
    """Whether a device stands in a subcircuit.

    >>> within("q.x1.q5", "x1"), within("q.x1.x2.q5", "x1"), within("q.x10.q5", "x1"), within("q5", "x1")
    (True, True, False, False)
    """
    return f"{_path(device)}.".startswith(f"{path}.")


def _path(device: str) -> str:
    """Where a device stands: the type letter comes first in its name, and its own name last."""
    return ".".join(device.split(".")[1:-1])


def _outer(path: str) -> list[str]:
    """All subcircuits around a place, the outermost first.

    >>> _outer("x1.x2"), _outer("")
    (['x1', 'x1.x2'], [])
    """
    parts = path.split(".") if path else []
    return [".".join(parts[: k + 1]) for k in range(len(parts))]


def _controlled(e: NamedElement) -> bool:
    return e.symbol is not None and not e.order and set(e.rows) != set(e.columns)


def _touched(elements: Iterable[NamedElement]) -> dict[str, None]:
    return dict.fromkeys(name for e in elements for name in (*e.rows, *e.columns))


def with_nullors(circuit: SmallSignal, nullors: Sequence[Nullor]) -> SmallSignal:
    """The circuit with nullors in the place of subcircuits."""
    paths = [n.path for n in nullors]

    def stays(device: str) -> bool:
        return not any(within(device, path) for path in paths)

    elements = (
        *(e for e in circuit.elements if stays(e.device)),
        *(e for n in nullors for e in n.elements()),
    )
    used = {e.symbol for e in elements if e.symbol is not None}
    return replace(
        circuit,
        unknowns=(*circuit.unknowns, *(n.current for n in nullors)),
        elements=elements,
        symbols={key: s for key, s in circuit.symbols.items() if key in used},
        stamps=tuple(s for s in circuit.stamps if stays(s.instance.name)),
    )


def current_pairs(nullors: Sequence[Nullor], images: Mapping[str, str]) -> tuple[tuple[str, str, int], ...]:
    """The currents of nullors that are each other's image, by the nodes that are."""
    by_place = {(n.inputs, n.output): n for n in nullors}
    found = []
    for k, first in enumerate(nullors):
        a, b = (images.get(name, name) for name in first.inputs)
        second = by_place.get(((a, b), images.get(first.output, first.output)))
        if second is not None and second in nullors[k + 1 :]:
            found.append((first.current, second.current, 1))
    return tuple(found)
