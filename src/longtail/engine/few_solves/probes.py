"""Neighbours of a nominal circuit, on which shortcuts are found and tried before lanes rely on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from longtail.engine.equations.system import Array
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.status import LaneStatus

FEW_PROBES, MANY_PROBES = 4, 241
_SPREADS = (0.02, 0.006, 0.002)  # relative, in turn: how far lanes vary is not known beforehand
_LIKENESS = 0.5  # of the nominal solution's largest voltage: a node that moves more makes another circuit of it


class Probes:
    """The nominal point first, and random neighbours; the same ones whatever lanes are asked for later."""

    def __init__(
        self,
        nominal: OperatingPoint,
        varied: Sequence[str],
        solve: Callable[[dict[str, Array]], OperatingPoint],
        count: int,
    ) -> None:
        self._nominal = nominal
        self._varied = varied
        self._solve = solve
        self._count = count

    @cached_property
    def points(self) -> OperatingPoint:
        """Those that converged and stayed like the nominal one."""
        if not self._varied:
            return self._nominal
        random = np.random.default_rng(0)
        spreads = np.resize(_SPREADS, self._count - 1)
        values = {
            name: self._nominal.values[name] * (1.0 + np.append(0.0, spreads * random.normal(size=self._count - 1)))
            for name in self._varied
        }
        probes = self._solve(values)
        moved = np.abs(probes.solution - self._nominal.solution)[:, probes.system.node_mask].max(axis=1)
        largest = np.abs(self._nominal.solution[:, probes.system.node_mask]).max()
        good = (probes.status == LaneStatus.CONVERGED) & (moved <= _LIKENESS * largest)
        return probes.select(np.flatnonzero(good)) if good[0] else self._nominal
