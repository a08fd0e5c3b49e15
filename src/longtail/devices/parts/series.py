"""Ohmic resistances between a transistor's terminals and its inner nodes: terminal "d" has the inner node "di"."""

from __future__ import annotations

from collections.abc import Mapping

from longtail.devices.base import NoiseSource, Potentials, Topology
from longtail.devices.parts.noise import thermal
from longtail.lanes.graph import Real


def series_topology(present: Mapping[str, bool]) -> Topology:
    """Inner nodes for the terminals that have a resistance; the others' inner nodes are the terminals themselves.

    >>> series_topology({"d": True, "s": False})
    Topology(internal=('di',), branches=(), merged={'si': 's'})
    """
    return Topology(
        internal=tuple(f"{terminal}i" for terminal, there in present.items() if there),
        merged={f"{terminal}i": terminal for terminal, there in present.items() if not there},
    )


def with_series(
    v: Potentials, inner: Mapping[str, Real], resistances: Mapping[str, Real | None]
) -> tuple[dict[str, Real], Real]:
    """The currents in A out of all nodes, from those without resistances, and the power in W that they bring in.

    `resistances` in ohm by terminal; None where terminal and inner node are one. The power is the sum of current
    times potential over all nodes, and so counts the dissipation of every part also before the currents balance.
    """
    static = dict(inner)
    for terminal, resistance in resistances.items():
        node = f"{terminal}i"
        current: Real = 0.0
        if resistance is not None:
            current = (v[terminal] - v[node]) / resistance
            static[node] = static[node] - current
        static[terminal] = current
    power: Real = 0.0
    for node, current in static.items():
        power = power + current * v[node]
    return static, power


def series_noise(resistances: Mapping[str, Real | None], temperature: Real) -> list[NoiseSource]:
    """The thermal noise of those resistances that are there."""
    return [
        thermal(f"r{terminal}", terminal, f"{terminal}i", 1.0 / resistance, temperature)
        for terminal, resistance in resistances.items()
        if resistance is not None
    ]
