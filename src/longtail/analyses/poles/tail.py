"""The zero of the common-mode gain that the capacitance of the tail makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from longtail.analyses.poles.transfers import ModeTransfer
from longtail.contract.decoding import rebuilt
from longtail.contract.encoding import pairs
from longtail.driven.drives import Drives
from longtail.engine.small_signal.eigenmodes import Eigenmodes
from longtail.engine.small_signal.linearization import Linearization

_VIRTUAL_GROUND = 0.1  # of its common-mode signal: a node that moves less in differential mode may be the tail
_FOLLOWS = 0.5  # of the common-mode input: what the tail of a pair does at least


@dataclass(frozen=True, slots=True)
class TailZero:
    """The zero of the common-mode gain where the capacitance of the tail takes over from its resistance.

    node: of the tail; zero and pole in rad/s, the pole None where none lives at that node.
    """

    node: str
    zero: complex
    pole: complex | None

    def to_dict(self) -> dict[str, Any]:
        return {"node": self.node, "zero_rad_s": pairs(self.zero), "pole_rad_s": pairs(self.pole)}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> TailZero:
        return rebuilt(cls, {**entries, "zero": entries["zero_rad_s"], "pole": entries["pole_rad_s"]})


def tail_zero(model: Linearization, modes: Eigenmodes, drives: Drives, common: ModeTransfer) -> TailZero | None:
    """The lowest real zero of the common-mode gain that lives at a node which differential signals do not move."""
    if common.zeros is None:
        return None
    system = model.operating_point.system
    for zero, node in zip(common.zeros, common.zero_nodes, strict=True):
        if node not in system.index or zero.real >= 0.0 or abs(zero.imag) > 1e-6 * abs(zero):
            continue
        x = model.response(np.array([abs(zero) / (2.0 * np.pi)]), drives.unit_modes)[0, 0]
        differential, in_common = np.abs(x[system.index[node]])
        if in_common > _FOLLOWS and differential < _VIRTUAL_GROUND * in_common:
            share = modes.participation[system.index[node]].real
            most = share.max(initial=0.0)
            first = int(np.argmax(share >= most * (1.0 - 1e-6)))  # of a conjugate pair, both of which live there alike
            return TailZero(node, complex(zero), complex(modes.values[first]) if most > _VIRTUAL_GROUND else None)
    return None
