"""When the ends of a figure are proven: in a linear circuit of real gains, where all corners are solved.

By Cramer's rule a gain is N/D, the ratio of two determinants, each a straight line in every conductance by itself, and
so, times the resistance, in every resistance. Such a ratio rises or falls with each resistance alone as long as D has
no zero, and D, a straight line in each, has none in the box where it has one sign at all of its corners. So both ends
are at corners. The ratio of two gains is N/N', for which the same holds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.contributions.effects import CMRR, Effects
from longtail.analyses.worst_case.search import ALL_CORNERS, BoxSearch
from longtail.driven.levels import sweep
from longtail.driven.mode_gains import PLACES
from longtail.engine.small_signal.at_point import linearize
from longtail.modes import DIFFERENTIAL
from longtail.statistics.spreads import Spreads

_RESISTIVE = {"resistor", "voltage_source", "current_source", "vcvs", "vccs", "ccvs", "cccs"}
_REACTIVE = {"capacitor", "inductor", "coupling"}
_VALUES = {"resistor.r", "resistor.scale", "capacitor.c", "capacitor.scale"}  # what may move
_SAME = 1e-9  # of the largest: what two solutions of one point may differ by
PROVEN = (
    "the circuit is linear and the figure real: a ratio of determinants, each a straight line in every resistance, "
    "without a pole within the limits; its ends are at corners, and all corners are solved"
)


def proof(
    name: str, effects: Effects, spreads: Spreads, search: BoxSearch, ends: tuple[float, float]
) -> tuple[bool, str]:
    """Whether the ends of the magnitude that were found are proven, and why, or why not."""
    why_not = _obstacle(name, effects, spreads, search) or _other_ends(search, ends)
    if why_not:
        return False, f"corners and points inside were solved, but that is no proof: {why_not}"
    return True, PROVEN


def _obstacle(name: str, effects: Effects, spreads: Spreads, search: BoxSearch) -> str:
    """What stands against a proof, "" where nothing does."""
    if effects.drives is None or name not in (CMRR, *PLACES):
        return "only gains and their ratios are proven"
    circuit = effects.drives.circuit
    kinds = {instance.device for instance in circuit.instances.values()}
    bent = sorted(
        instance.name
        for instance in circuit.instances.values()
        if instance.device not in _RESISTIVE | _REACTIVE or instance.expression is not None
    )
    if bent:
        return f"the circuit is not linear ({', '.join(bent[:3])}{' ...' if len(bent) > 3 else ''})"
    if kinds & _REACTIVE and effects.frequency_hz[:1].any():
        return "the figure is complex, since there are capacitors or inductors; at 0 Hz it is real"
    if search.failed:
        return "some points have no solution"
    within = spreads.within(circuit)
    for cause in within.causes:
        if cause.draw:
            return f"what {cause.source} draws may move more than one resistance, and not along a straight line"
        moved = [name.rpartition(".") for name in cause.names]
        if len(moved) > 1 or any(
            owner not in circuit.instances or f"{circuit.instances[owner].device}.{parameter}" not in _VALUES
            for owner, _, parameter in moved
        ):
            return f"{cause.instance or cause.parameter} moves more than one resistance"
    if len(within.causes) > ALL_CORNERS:
        return f"of more than {ALL_CORNERS} causes not all corners are solved"
    values = within.values(search.corners)
    if any((value <= 0.0).any() for value in values.values()):
        return "a resistance is not positive at some corner"
    return "" if _one_sign(name, effects, within, values) else "there may be a pole within the limits"


def _one_sign(name: str, effects: Effects, spreads: Spreads, values: dict[str, NDArray[np.float64]]) -> bool:
    """Whether the determinants of the circuit and of the gain that a rejection divides by have one sign at all
    corners."""
    assert effects.drives is not None
    swept = sweep(effects.drives, vary=spreads.names)
    corners = len(next(iter(values.values())))
    points = swept.at(v_ic=np.full(corners, effects.vcm[0]), varied=values)
    found = [np.linalg.slogdet(linearize(points.point).conductance)[0]]
    if name == CMRR:
        found.append(points.mode_gains(effects.frequency_hz[:1])[0][:, 0, DIFFERENTIAL, DIFFERENTIAL].real)
    return all(bool((each > 0.0).all() or (each < 0.0).all()) for each in found)


def _other_ends(search: BoxSearch, ends: tuple[float, float]) -> str:
    """What the corners say against the ends that were found; a gain that changes its sign has a magnitude of zero."""
    figures = search.solve(search.corners)
    if np.imag(figures).any():
        return "the figure is complex"
    real = np.real(figures)
    least = 0.0 if real.min() < 0.0 < real.max() else np.abs(real).min()
    largest = np.abs(real).max()
    close = np.allclose(ends, (least, largest), rtol=_SAME, atol=_SAME * largest)
    return "" if close else "the corners have other ends"
