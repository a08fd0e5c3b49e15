"""Which gain a formula is for, and its exact form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from longtail.symbolic.algebra.condense import condense
from longtail.symbolic.algebra.equations import SymbolicEquations, at_rest, equations, relevant
from longtail.symbolic.algebra.transfer import TERM_LIMIT, RationalTransfer, expand, transfer
from longtail.symbolic.circuit.elements import SmallSignal
from longtail.symmetry import Mirror

Pairs = tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Gain:
    """A gain between two modes: amplitudes of the rows of sources, weights of unknowns in the output, and the
    factor that makes the quotient of such integers the gain per volt."""

    name: str
    drive: Mapping[str, int]
    read: Mapping[str, int]
    scale: Fraction


def unknown_pairs(circuit: SmallSignal, mirror: Mirror | None) -> Pairs:
    """Unknowns that are each other's image: nodes, inner nodes of devices and branch currents."""
    if mirror is None:
        return ()
    known = set(circuit.unknowns)
    pairs = [(a, b, 1) for a, b in mirror.node_pairs if a in known and b in known]
    for first, second in mirror.device_pairs:
        sign = -1 if first in mirror.reversed else 1
        for name in circuit.unknowns:
            if name.startswith(f"{first}#"):
                image = name.replace(f"{first}#", f"{second}#", 1)
                pairs += [(name, image, 1)] if image in known else []
            elif name == f"i({first})" and f"i({second})" in known:
                pairs.append((name, f"i({second})", sign))
    return tuple(pairs)


def gain_equations(circuit: SmallSignal, gain: Gain, pairs: Pairs, *, static: bool = False) -> SymbolicEquations:
    """The equations that a gain needs, in the mode basis where there are pairs; `static`: at s = 0 alone."""
    system = equations(circuit, gain.drive, gain.read, pairs)
    return condense(relevant(at_rest(system) if static else system))


def exact_transfer(circuit: SmallSignal, gain: Gain, pairs: Pairs = (), limit: int = TERM_LIMIT) -> RationalTransfer:
    """The exact gain. Raises `TooLargeError` where it would have more than `limit` terms."""
    ring, numerator, denominator = expand(gain_equations(circuit, gain, pairs), limit)
    return transfer(ring, gain.scale, numerator, denominator)


def first_order_equations(circuit: SmallSignal, gain: Gain, pairs: Pairs) -> SymbolicEquations:
    """The equations of a conversion between modes to first order in the differences of matched devices.

    `circuit` comes from `longtail.symbolic.circuit.names.mismatched`. A difference turns one mode into the other once
    on the way from the drive to the output: it counts in rows of the mode that is read and columns of the mode that is
    driven alone.
    """
    drive = {name: 2 * x for name, x in gain.drive.items()}
    system = equations(circuit, drive, gain.read, pairs)
    differential_out = sum(gain.read.values()) == 0
    differences = {key for key, s in circuit.symbols.items() if s.base is not None}
    rows = []
    for name, row in zip(system.names, system.rows, strict=True):
        reads = (name[0] == "Δ") == differential_out
        kept = {}
        for column, entry in row.items():
            converts = reads and (column[0] == "Δ") != differential_out
            left = {t: x for t, x in entry.items() if converts or t[0] not in differences}
            if left:
                kept[column] = left
        rows.append(kept)
    return condense(relevant(SymbolicEquations(rows, system.right)))
