"""Impedances of the ports of an amplifier, one for each mode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.driven.drives import Drives
from longtail.driven.port_maps import port_matrices
from longtail.engine.small_signal.linearization import Linearization
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
