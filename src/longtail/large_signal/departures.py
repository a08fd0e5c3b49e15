"""Where transistors leave their amplifying region along a sweep, and what voltage they lack at its ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from longtail.devices.role import Role
from longtail.driven.points import Points
from longtail.large_signal.march import Mask, Rows, march
from longtail.large_signal.transistors import amplifying, is_cut_off, region, transistors, voltages

Array = NDArray[np.float64]

_TOLERANCE = 2.0**-26  # of the step between two lanes: the edge is found to some nanovolts


class SolveOnAxis(Protocol):
    """Operating points for values on an axis, every lane from the state `near` it."""

    def __call__(self, values: Array, /, *, near: Array) -> Points: ...


@dataclass(frozen=True, slots=True)
class Departure:
    """A transistor that amplifies in the middle of a sweep and not at its end.

    `edge` is where on the axis, in V, it leaves its amplifying region, `region` the one that it enters there for want
    of `voltage`: V_CE or V_DS where it saturates, V_BE or V_GS where it turns off. At the end of the sweep it lacks
    `lacks` V of that to return; None where something else keeps it from amplifying there.
    """

    device: str
    edge: float
    region: str
    voltage: str
    lacks: float | None


@dataclass(frozen=True, slots=True)
class _Gone:
    """A transistor, and two neighbouring lanes between which it leaves; `end` is the lane that counts what it lacks."""

    device: str
    inside: int
    outside: int
    end: int


def departures(
    solve: SolveOnAxis, axis: Array, points: Points, reference: Points
) -> tuple[tuple[Departure, ...], tuple[Departure, ...]]:
    """The transistors that have left at the low and at the high end of a rising `axis`, first those that leave first.

    `solve` gives operating points for values on the axis from states nearby, `points` are those of the axis itself,
    and `reference` is one lane at which everything is as it should be, somewhere along the axis.
    """
    working = [name for name, there in amplifying(reference.point).items() if there[0]]
    if not working or axis.size < 2 or not points.good.any():
        return (), ()
    within = amplifying(points.point)
    inside = {name: within[name] & points.good for name in working}
    middle = int(np.argmax(np.sum(list(inside.values()), axis=0) - 1e-9 * np.abs(np.arange(axis.size) - axis.size / 2)))
    low = [g for name in working if (g := _gone(name, inside[name], points.good, middle, -1))]
    high = [g for name in working if (g := _gone(name, inside[name], points.good, middle, +1))]
    if not low and not high:
        return (), ()
    edges, at_edges = _edges(solve, axis, points, [*low, *high])
    roles = transistors(points.point.system.circuit)
    still = amplifying(at_edges.point)
    found = [
        None if still[g.device][k] else _departure(g, float(edge), points, at_edges, k, roles[g.device])
        for k, (g, edge) in enumerate(zip([*low, *high], edges, strict=True))
    ]  # none where it is the operating point that ends there, and no region
    falling, rising = ([d for d in part if d] for part in (found[: len(low)], found[len(low) :]))
    return tuple(sorted(falling, key=lambda d: -d.edge)), tuple(sorted(rising, key=lambda d: d.edge))


def _gone(name: str, inside: NDArray[np.bool_], good: NDArray[np.bool_], middle: int, step: int) -> _Gone | None:
    """Whether a transistor has left at the end in the direction of `step`, and between which lanes it went."""
    lanes = np.arange(middle, len(inside) if step > 0 else -1, step)
    solved = lanes[good[lanes]]
    if not solved.size or inside[solved[-1]] or not inside[lanes].any():
        return None
    last = int(lanes[inside[lanes]][-1])
    return _Gone(name, last, last + step, int(solved[-1]))


def _edges(solve: SolveOnAxis, axis: Array, points: Points, gone: list[_Gone]) -> tuple[Array, Points]:
    """Where on the axis each transistor leaves, and the points just beyond, one for each: the last where it is the
    operating point that ends."""
    inside, outside = (axis[[getattr(g, end) for g in gone]] for end in ("inside", "outside"))

    def at(rows: Rows, shares: Array, near: Array) -> Points:
        return solve(inside[rows] + shares * (outside - inside)[rows], near=near)

    def attempt(rows: Rows, shares: Array, near: Array) -> tuple[Mask, Mask, Array]:
        found = at(rows, shares, near)
        within = amplifying(found.point)
        still = np.array([within[gone[row].device][k] for k, row in enumerate(rows)])
        return found.good, still, found.state

    start, end = (points.state[[getattr(g, end) for g in gone]] for end in ("inside", "outside"))
    end[~points.good[[g.outside for g in gone]]] = np.nan
    edge = march(attempt, start, np.zeros_like(start), np.full(len(gone), _TOLERANCE), end)
    beyond = np.where(edge.solved, edge.first, edge.last)
    return inside + edge.last * (outside - inside), at(np.arange(len(gone)), beyond, edge.beyond)


def _departure(gone: _Gone, edge: float, points: Points, at_edges: Points, k: int, role: Role) -> Departure:
    name = gone.device
    off = bool(is_cut_off(at_edges.point, name)[k])
    which, letters = ("control", role.drive_letters) if off else ("across", role.across_letters)
    there = voltages(at_edges.point, name)[which][k]
    here = voltages(points.point, name)[which][gone.end]
    lacks = float(there - here)
    return Departure(name, edge, region(at_edges.point, name, k), f"V_{letters}", lacks if lacks > 0.0 else None)
