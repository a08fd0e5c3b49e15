"""Samples of an amplifier: the values of all that spreads, each sample by its number alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.statistics.draws import NORMAL, RANDOM, shaped, uniforms
from longtail.statistics.draws import UNIFORM as FLAT
from longtail.statistics.spreads import Spreads

NOMINAL = -1  # the number of the netlist as it stands, among samples

Array = NDArray[np.float64]
Rows = slice | NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sampling:
    """`samples` of the causes of `spreads`, drawn with a `seed`; `kind` as in `longtail.statistics.draws`."""

    spreads: Spreads
    samples: int
    seed: int
    kind: str = RANDOM

    def causes(self, where: Rows) -> Array:
        """The standardized causes of some samples, `[sample, cause]`; of `NOMINAL` all are zero.

        Those of a group are sums of independent ones, see `Spreads.mixing`, all normal.
        """
        rows = np.arange(self.samples)[where] if isinstance(where, slice) else where
        causes = self.spreads.causes
        u = uniforms(
            self.seed, np.maximum(rows, 0), len(causes) + len(self.spreads.groups), kind=self.kind, count=self.samples
        )
        found = np.empty((rows.size, len(causes)))
        for (shape, cut), columns in self._alike.items():
            scales = [np.sqrt(3.0) if shape == FLAT else causes[k].deviation / causes[k].standard for k in columns]
            found[:, columns] = shaped(u[:, columns], shape, cut) * scales
        own = {k: found[:, k].copy() for k, cause in enumerate(causes) if cause.group}
        own |= {k: shaped(u[:, k], NORMAL) for k in self.spreads.groups.values()}
        for k in (k for k, cause in enumerate(causes) if cause.group):
            row = self.spreads.mixing[k]
            parts = [row[j] * own[j] for j in np.flatnonzero(row).tolist()]  # in one order: the same on all machines
            found[:, k] = sum(parts[1:], parts[0])
        found[rows == NOMINAL] = 0.0
        return found

    @cached_property
    def _alike(self) -> dict[tuple[str, float], list[int]]:
        """The causes of each shape and cut."""
        found: dict[tuple[str, float], list[int]] = {}
        for k, cause in enumerate(self.spreads.causes):
            found.setdefault((cause.shape, cause.cut), []).append(k)
        return found

    def values(self, where: Rows) -> dict[str, Array]:
        """The values of some samples by varied name, `[sample]`."""
        return self.spreads.values(self.causes(where))
