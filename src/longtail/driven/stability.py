"""Poles in the right half-plane: an operating point that no circuit stays at, so that its small signals mean little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from longtail.driven.ideal_loops import LATCHED, latches
from longtail.driven.other_states import OtherStates, other_states
from longtail.engine.remember import Remembered
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.eigenmodes import Eigenmodes, eigenmodes
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.small_signal.pencil import may_grow
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.status import LaneStatus
from longtail.remarks import warning
from longtail.units import counted, format_si

Real = NDArray[np.float64]

_ALIKE = 1e-6  # shares that differ by less count as equal
_AT_HOME = 0.5  # share of one node from which a natural frequency is said to live there
_TOUCHED = 1e-3  # of the largest share: what has less is no home, and what differs by less counts as equal
_GROWS = 1e-9  # of its magnitude: a pole with less of a real part lies on the axis, as those of lossless circuits do
_STANDS = 1e-2  # rad/s: slower is as good as standing still, and rounding of a pole at zero
_MOST = 1000  # unknowns: the poles of so many take some ten seconds
_LOOKED_AT = 32  # lanes of many that are looked at


@dataclass(frozen=True, slots=True)
class Growing:
    """A pole in the right half-plane, rad/s (of a pair the one above), and the node where it lives; `vector`
    `[unknown]` is how the circuit leaves the operating point by it."""

    pole: complex
    home: str
    vector: Real = field(default_factory=lambda: np.zeros(0), compare=False, repr=False)

    @property
    def note(self) -> str:
        size = format_si(abs(self.pole) / (2.0 * np.pi), "Hz")
        return warning(f"the operating point is unstable: a pole in the right half-plane, {size}, lives at {self.home}")


_KNOWN = Remembered[tuple[Growing, ...]](16)
_STATES = Remembered[OtherStates | None](16)


def growing(point: OperatingPoint) -> tuple[Growing, ...]:
    """The poles in the right half-plane of one operating point; found once."""
    return _KNOWN.get(point, (), lambda: _growing(point))


def _growing(point: OperatingPoint) -> tuple[Growing, ...]:
    model = linearize(point)
    if not may_grow(model.conductance[:1], model.capacitance[:1])[0]:
        return ()
    modes = eigenmodes(model.conductance[0], model.capacitance[0], growing=True)
    return tuple(
        Growing(complex(s), home(modes, model, k), modes.right[:, k].real)
        for k, s in enumerate(modes.values)
        if s.real > max(_GROWS * abs(s), _STANDS) and s.imag >= 0.0
    )


def instability_notes(point: OperatingPoint) -> tuple[str, ...]:
    """A warning for each pole in the right half-plane of the first lane, or that there are too many unknowns to look.

    Where there is none, a warning of ideal op-amps with positive feedback, which have no poles of their own.
    """
    unknowns = len(point.system.unknowns)
    if unknowns > _MOST:
        return (f"poles in the right half-plane are not looked for beyond {_MOST} unknowns: this has {unknowns}",)
    found = tuple(each.note for each in growing(point)) + _other_states(point)
    return found or ((LATCHED,) if latches(point) else ())


def _other_states(point: OperatingPoint) -> tuple[str, ...]:
    """Where the circuit goes instead, if it leaves the operating point without swinging."""
    away = [each for each in growing(point) if not each.pole.imag]
    if len(away) != 1 or point.system.null is not None:
        return ()
    states = _STATES.get(point, (), lambda: other_states(point.select(np.zeros(1, np.intp)), away[0].vector))
    return (states.note,) if states else ()


def unstable_lanes(point: OperatingPoint) -> NDArray[np.bool_]:
    """Which lanes have a pole in the right half-plane."""
    found = np.zeros(len(point.solution), bool)
    good = np.flatnonzero(point.status == LaneStatus.CONVERGED)
    if good.size:
        model = linearize(point.select(good))
        for lane in good[may_grow(model.conductance, model.capacitance)]:
            found[lane] = bool(_growing(point.select(np.array([lane]))))
    return found


def sample(count: int) -> NDArray[np.intp]:
    """Which of so many lanes are looked at: all of a few, of many some that are evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, _LOOKED_AT)).round().astype(np.intp))


def lane_notes(point: OperatingPoint, what: str = "lane", of: int = 0) -> tuple[str, ...]:
    """A warning of how many lanes are unstable; `of` how many these are a sample already, if they are."""
    count = len(point.solution)
    lanes = sample(count)
    unstable = int(unstable_lanes(point.select(lanes)).sum())
    if not unstable:
        return ()
    among = counted(lanes.size, what) + (" looked at" if lanes.size < max(count, of) else "")
    return (warning(f"the operating point is unstable in {unstable} of {among}: a pole in the right half-plane"),)


def shares(modes: Eigenmodes, model: Linearization, k: int) -> Sequence[tuple[float, str]]:
    """Share and name of every unknown in a natural frequency, largest first."""
    return _ranked(modes.participation[:, k].real, model, _ALIKE)


def _ranked(found: Real, model: Linearization, alike: float) -> list[tuple[float, str]]:
    """Shares with their names, largest first; of those that differ by less than `alike`, by name."""
    named = [(float(f), unknown.name) for f, unknown in zip(found, model.operating_point.system.unknowns, strict=False)]
    return sorted(named, key=lambda each: (-round(each[0] / alike), each[1]))


def home(modes: Eigenmodes, model: Linearization, k: int) -> str:
    """The nodes that make up most of a natural frequency: one, or two that share it.

    Of several at zero none has nodes of its own, but they have together: each gets one, as far as there are. Where they
    have one vector among them, shares are rounding over rounding, large and of both signs; their sizes are not.
    """
    at_zero = np.flatnonzero(modes.values == 0.0).tolist()
    if len(at_zero) > 1 and k in at_zero:
        sizes = np.abs(modes.participation[:, at_zero])
        together = _ranked((sizes / sizes.max(axis=0)).sum(axis=1), model, _TOUCHED)
        nodes = [node for share, node in together if share > _TOUCHED * together[0][0]]
        return nodes[min(at_zero.index(k), len(nodes) - 1)]
    (first, node), *others = shares(modes, model, k)
    if first >= _AT_HOME - _ALIKE and not (others and others[0][0] > 0.8 * first):
        return node
    return ", ".join(sorted([node, others[0][1]])) if others and others[0][0] > 0.2 else node
