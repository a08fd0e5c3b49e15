"""Outputs that sit at a supply rail, where no small-signal number means anything, and what brings them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import GROUND
from longtail.driven.drives import Drives, supply_rails
from longtail.driven.nulling import bias, null_target
from longtail.driven.points import Points
from longtail.driven.stability import instability_notes, sample
from longtail.engine.remember import Remembered
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError
from longtail.hints import named
from longtail.lanes.status import LaneStatus
from longtail.large_signal.extremes import extreme_notes
from longtail.large_signal.transistors import amplifying
from longtail.modes import DIFFERENTIAL
from longtail.remarks import warning
from longtail.units import counted

Mask = NDArray[np.bool_]

_NEAR = 0.1  # of the supply span
_LITTLE = 10.0  # V/V: an output that moves by more is not looked at any further
_COLLAPSED = 0.01  # of the gain at the nulled point
_AT_REST = np.zeros(1)
_WIRES = frozenset(("voltage_source", "inductor"))  # at 0 Hz
_OPEN_AT_DC = frozenset(("capacitor", "coupling"))
_NULLED = Remembered[float](16)
LOST = (
    "No differential input brings them back: nothing holds their common-mode level, which takes common-mode feedback "
    "(or loads that set it)"
)


def stuck(points: Points) -> Mask:
    """Lanes in which an output sits at a rail."""
    found = np.zeros(points.v_id.size, bool)
    for lanes in stuck_nodes(points.drives, points.point).values():
        found |= lanes
    return found


def level_lost(drives: Drives, point: OperatingPoint) -> Mask:
    """Lanes in which two outputs sit at the same rail, whence no differential input brings them back."""
    nodes = stuck_nodes(drives, point)
    rails = supply_rails(drives.circuit)
    if len(nodes) < 2 or rails is None:
        return np.zeros(len(point.solution), bool)
    upper = [point.voltage(node) > sum(rails) / 2.0 for node in nodes]
    return np.all(list(nodes.values()), axis=0) & (upper[0] == upper[1])


def stuck_nodes(drives: Drives, point: OperatingPoint) -> dict[str, Mask]:
    """By output node, the lanes in which it sits at a rail.

    It is near one then, and a transistor at the node has ceased to amplify, or the gain has collapsed: behavioural
    and macromodel stages limit without transistors.
    """
    good = np.asarray(point.status == LaneStatus.CONVERGED)
    outputs = [node for node in drives.output if node != GROUND]
    rails = supply_rails(drives.circuit)
    if rails is None:
        return {node: np.zeros(good.size, bool) for node in outputs}
    low, high = rails
    instances = point.system.circuit.instances
    found = {}
    for node in outputs:
        volts = point.voltage(node)
        near = good & (np.minimum(volts - low, high - volts) < _NEAR * (high - low))
        left = np.zeros_like(near)
        for name, amplifies in (amplifying(point) if near.any() else {}).items():
            if node in instances[name].nodes:
                left |= near & ~amplifies
        open_yet = np.flatnonzero(near & ~left)
        if open_yet.size:
            left[open_yet] = is_limited(drives, point.select(open_yet), node)
        found[node] = left
    return found


def is_limited(drives: Drives, point: OperatingPoint, node: str) -> Mask:
    """Lanes in which a node hardly answers to the differential input, though it does at the nulled point: less than
    10 V/V, and less than a hundredth."""
    alone = replace(drives, output=(node,))
    gain = _gain(alone, point)
    little = gain < _LITTLE
    if not little.any() or not has_dc_path(drives, node):
        return np.zeros_like(little)
    return little & (gain < _COLLAPSED * _NULLED.get(drives, node, lambda: _nulled_gain(drives, alone)))


def has_dc_path(drives: Drives, node: str) -> bool:
    """Whether anything but capacitors and transformers leads from an input to a node that no source or inductor holds.

    Nodes that sources and inductors tie to ground pass nothing on at 0 Hz.
    """
    instances = [i for i in drives.circuit.instances.values() if i.name not in drives.sources]
    ties = [i.nodes for i in instances if i.device in _WIRES]
    held = _reached(ties, {GROUND})
    ways = [[n for n in i.nodes if n not in held] for i in instances if i.device not in _OPEN_AT_DC]
    return node not in held and node in _reached(ways, set(drives.hot))


def _reached(groups: Sequence[Sequence[str]], start: set[str]) -> set[str]:
    """All nodes that groups of joined nodes lead to."""
    at: dict[str, list[Sequence[str]]] = {}
    for group in groups:
        for node in group:
            at.setdefault(node, []).append(group)
    found, queue = set(start), list(start)
    for node in queue:
        fresh = {other for group in at.get(node, ()) for other in group} - found
        found |= fresh
        queue += sorted(fresh)
    return found


def _gain(drives: Drives, point: OperatingPoint) -> NDArray[np.float64]:
    """abs(A_d) at 0 Hz by lane, nan where nothing holds a node."""
    lanes = np.zeros(len(point.solution))
    matrix, _ = Points(drives, point, lanes, point.solution).mode_gains(_AT_REST)
    return np.asarray(np.abs(matrix[:, 0, DIFFERENTIAL, DIFFERENTIAL]))


def _nulled_gain(drives: Drives, alone: Drives) -> float:
    """abs(A_d) of a node with the outputs of `drives` nulled, to the middle of the supplies; 0 where they cannot be."""
    known = supply_rails(drives.circuit) is not None or not drives.single_ended
    try:
        point, _ = bias(drives, null=True, target=null_target(drives, None) if known else 0.0)
    except AnalysisError:
        return 0.0  # then there is no point to compare with, and nothing says that the stage limits
    return float(np.nan_to_num(_gain(alone, point)[0]))


def stuck_notes(drives: Drives, point: OperatingPoint, nulled: bool) -> tuple[str, ...]:
    """A warning of the outputs that sit at a rail, where no small-signal number means anything, with a way out."""
    nodes = [node for node, lanes in stuck_nodes(drives, point).items() if lanes[0]]
    rails = supply_rails(drives.circuit)
    if not nodes or rails is None:
        return ()
    low, high = rails
    volts = [point.voltage(node)[0].item() for node in nodes]
    where = f"near a supply rail of {low:g} V to {high:g} V: small-signal figures mean little"
    if level_lost(drives, point)[0]:
        names = " and ".join(f"{node} at {v:.3g} V" for node, v in zip(nodes, volts, strict=True))
        return (warning(f"both outputs, {names}, are stuck {where}. {LOST}"),)
    out = "" if nulled else f". {way_back(drives)}"
    return tuple(
        warning(f"the output {node} is stuck at {v:.3g} V, {where}{out}") for node, v in zip(nodes, volts, strict=True)
    )


def lane_notes(drives: Drives, point: OperatingPoint, nulled: bool, of: int = 0) -> tuple[str, ...]:
    """A warning of how many lanes have an output at a rail; of many some are looked at, see `stability.sample`."""
    count = len(point.solution)
    lanes = sample(count)
    at_rail = np.any(list(stuck_nodes(drives, point.select(lanes)).values()), axis=0)
    if not at_rail.any():
        return ()
    among = counted(lanes.size, "lane") + (" looked at" if lanes.size < max(count, of) else "")
    out = "" if nulled else f". {way_back(drives)}"
    where = f"near a supply rail in {at_rail.sum()} of {among}"
    return (warning(f"an output is stuck {where}: gains mean little there{out}"),)


def way_back(drives: Drives) -> str:
    """What to do about outputs that are stuck without nulling: an advice that has been tried."""
    try:
        point, _ = bias(drives, null=True)
    except AnalysisError as error:
        wanted, other = null_target(drives, None), named("target")
        return f"No input offset brings it to {wanted:g} V ({error.message}): try another {other}"
    if any(lanes[0] for lanes in stuck_nodes(drives, point).values()):
        return "Nulling finds an operating point, but an output is stuck there too"
    return f"Use {named('null', True)} to find the input offset that brings it back"


def bias_notes(drives: Drives, point: OperatingPoint, offset: float | None) -> tuple[str, ...]:
    """What to know of the operating point of a small-signal analysis: how it is driven; voltages beyond
    reason, poles that grow, outputs at a rail, the gravest first."""
    stuck = stuck_notes(drives, point, nulled=offset is not None)
    return (*drives.notes, *extreme_notes(point), *instability_notes(point), *stuck)
