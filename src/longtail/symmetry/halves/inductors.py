"""Coupled inductors in a half circuit.

The currents of all coupled inductors follow from those of the half, i = C*h: of a pair one is the half's own and the
other plus or minus the same; on the line it is twice the half's in the common half and none in the differential one;
across the line it is none in the common half and the half's own in the differential one. The fluxes of the half are
W*L*C*h, where W takes half the flux of a winding across the line, since the half has half of its voltage. So the
half's inductance matrix is W*L*C, and self and mutual inductances of the half are read from it.
"""

from __future__ import annotations

import math
from dataclasses import replace

from longtail.circuit import Instance
from longtail.symmetry.halves.sides import NotHalvedError, Sides

PLAIN = frozenset(("l", "m", "scale", "ic"))  # parameters of an inductor whose inductance is one number
SMALLEST = 1e-12  # of a coupling factor: less is left over from a difference


def couple(half: dict[str, Instance], sides: Sides, mode: float) -> None:
    """Give the coupled inductors of a half their inductances and couplings; `mode` is +1 common, -1 differential."""
    cards = [i for i in sides.circuit.instances.values() if i.device == "coupling"]
    names = list(dict.fromkeys(control for card in cards for control in card.controls))
    matrix = _inductances(sides, names, cards)
    windings = [name for name in names if name in half]
    currents = {name: {winding: _current(sides, name, winding, mode) for winding in windings} for name in names}
    own = {
        (a, b): _weight(sides, a) * sum(matrix.get((a, n), 0.0) * currents[n][b] for n in names)
        for a in windings
        for b in windings
    }
    for name in windings:
        half[name] = replace(half[name], parameters={"l": own[name, name]}, model=None)
    for k, first in enumerate(windings):
        for second in windings[k + 1 :]:
            size = own[first, first] * own[second, second]
            factor = own[first, second] / math.sqrt(size) if size > 0.0 else 0.0
            if abs(factor) > SMALLEST:
                name = f"k.{first}.{second}"
                factor = max(-1.0, min(1.0, factor))
                half[name] = Instance(name, "coupling", (), {"k": factor}, controls=(first, second))


def _inductances(sides: Sides, names: list[str], cards: list[Instance]) -> dict[tuple[str, str], float]:
    """Self and mutual inductances of the whole, in H, pairs at their mean."""
    matrix = {(name, name): _inductance(sides, name) for name in names}
    for card in cards:
        first, second = card.controls
        factor = sides.number(sides.standing_for(card.name).parameters["k"])
        mutual = factor * math.sqrt(abs(matrix[first, first] * matrix[second, second]))
        for place in ((first, second), (second, first)):
            matrix[place] = matrix.get(place, 0.0) + mutual
    return matrix


def _inductance(sides: Sides, name: str) -> float:
    inductor = sides.circuit.instances[name]
    if "l" not in inductor.parameters or not PLAIN.issuperset(inductor.parameters):
        raise NotHalvedError(f"{name} is coupled and not given by a plain value: that is not cut in half")
    parameters = sides.standing_for(name).parameters
    value, scale, m = (sides.number(parameters.get(key, 1.0)) for key in ("l", "scale", "m"))
    return value * scale / m


def _current(sides: Sides, name: str, winding: str, mode: float) -> float:
    """The current of an inductor of the whole for one ampere in a winding of the half."""
    image = sides.mirror.devices[name]
    if image != name:
        if sides.standing[name] != winding:
            return 0.0
        return 1.0 if name == winding else mode * (-1.0 if name in sides.mirror.reversed else 1.0)
    if name != winding:
        return 0.0
    return _orientation(sides, name) if name in sides.mirror.reversed else 2.0


def _weight(sides: Sides, name: str) -> float:
    across = sides.mirror.devices[name] == name and name in sides.mirror.reversed
    return _orientation(sides, name) / 2 if across else 1.0


def _orientation(sides: Sides, name: str) -> float:
    """A winding across the line points from the kept side to the middle in the half: -1 where it did not before."""
    return -1.0 if sides.foreign(sides.circuit.instances[name].nodes[0]) else 1.0
