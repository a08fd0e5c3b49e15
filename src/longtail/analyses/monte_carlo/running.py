"""The yield of a Monte Carlo run while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.monte_carlo.summary import ALL, yield_of
from longtail.lanes.status import LaneStatus
from longtail.statistics.bounds import Bound


class RunningYield:
    """Counts the samples that keep all limits, part by part, and tells the yield so far to whoever listens.

    >>> from longtail.statistics.bounds import read_bound
    >>> watch = RunningYield([read_bound("offset<=1m")], print)
    >>> watch(np.zeros(200, np.int8), {"offset": np.linspace(0.0, 1.1e-3, 200)})
    yield of 200 samples 90.5 % (85.562 % to 94.183 %, Clopper-Pearson, 95 %)
    """

    def __init__(self, bounds: Sequence[Bound], tell: Callable[[str], object]) -> None:
        self._bounds = bounds
        self._tell = tell
        self._passed = self._samples = 0

    def __call__(self, status: NDArray[np.int8], values: Mapping[str, NDArray[Any]]) -> None:
        """Take in a part: the status of its samples and their figures by name."""
        kept = status == LaneStatus.CONVERGED
        for bound in self._bounds:
            kept &= bound.holds(values[bound.measure])
        self._passed += int(kept.sum())
        self._samples += kept.size
        so_far = yield_of(ALL, self._passed, self._samples)
        part, low, high = (f"{100.0 * each:.5g} %" for each in (so_far.value, so_far.low, so_far.high))
        self._tell(f"yield of {self._samples} samples {part} ({low} to {high}, {so_far.method})")
