"""Impedances of the ports of an amplifier, one for each mode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail.driven.drives import Drives
from longtail.driven.port_maps import port_matrices
from longtail.engine.small_signal.linearization import Linearization
from longtail.merits.merit import SpotMerit
from longtail.merits.seen import Spot
from longtail.modes import COMMON, DIFFERENTIAL

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PortImpedances:
    """Magnitudes at one frequency, ohm, `[lane]`; infinite where no current flows.

    An input mode is driven with no voltage of the other, an output mode with no current of the other. A single-ended
    output has one impedance, `differential_output`.
    """

    differential_input: Array
    common_input: Array
    differential_output: Array
    common_output: Array | None


def port_impedances(drives: Drives, model: Linearization, frequency_hz: float) -> PortImpedances:
    """Of every lane: 1/Y_dd and 1/Y_cc of the inputs, Z_dd and Z_cc of the outputs."""
    admittance, output = (np.abs(each[:, 0]) for each in port_matrices(drives, model, np.array([frequency_hz])))
    with np.errstate(divide="ignore"):
        inputs = 1.0 / admittance
    return PortImpedances(
        inputs[:, DIFFERENTIAL, DIFFERENTIAL],
        inputs[:, COMMON, COMMON],
        output[:, DIFFERENTIAL, DIFFERENTIAL],
        None if drives.single_ended else output[:, COMMON, COMMON],
    )


def _ports(spot: Spot) -> PortImpedances:
    return port_impedances(spot.seen.driven, spot.seen.model, spot.frequency_hz)


def _of(mode: str) -> Callable[[Spot], Array]:
    return lambda s: s.seen.spread(getattr(s.once(_ports), mode))


Z_ID = SpotMerit("z_id", "Z_id", "differential input impedance", "ohm", _of("differential_input"))
Z_IC = SpotMerit("z_ic", "Z_ic", "common-mode input impedance", "ohm", _of("common_input"))
Z_OD = SpotMerit("z_od", "Z_od", "differential output impedance", "ohm", _of("differential_output"), single="Z_o")
Z_OC = SpotMerit("z_oc", "Z_oc", "common-mode output impedance", "ohm", _of("common_output"))
MERITS = (Z_ID, Z_IC, Z_OD, Z_OC)
OF_PAIRS = (Z_OC.name,)  # what only an output of two nodes has


def of_output(single_ended: bool) -> tuple[SpotMerit, ...]:
    """Those that there are with an output of one node or of two."""
    return (Z_ID, Z_IC, replace(Z_OD, parameter="output impedance")) if single_ended else MERITS
