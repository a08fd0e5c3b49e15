"""The loop gain at a voltage source that stands in a loop, and its margins.

Cut the wire at the source: the rest of the circuit is a two-port with admittances y between the two ends of the
source and ground. The joined circuit is singular where (y11 + y22)*(1 + T) = 0, which gives the loop gain

    T = (y12 + y21)/(y11 + y22)

of both directions together; it loads the loop as it is and does not depend on which way the source points. Negative
feedback has T > 0 at low frequency.
Source: Tian, Visvanathan, Hantgan, Kundert, IEEE Circuits and Devices Magazine 17 (2001) 31.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import GROUND, Circuit
from longtail.driven.crossings import fall_hz
from longtail.engine.small_signal.linearization import Linearization
from longtail.errors import OptionError, nearest

Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop gain and its margins; None stands for a crossing that is not there.

    source            the voltage source in the loop
    gain_at_dc        T at 0 Hz, real
    crossover_hz      the highest frequency at which abs(T) falls through one
    phase_margin_deg  180 degrees and the phase of T there
    gain_margin_db    -20*log10 of abs(T) where its phase first passes -180 degrees
    """

    source: str
    gain_at_dc: float
    crossover_hz: float | None
    phase_margin_deg: float | None
    gain_margin_db: float | None


def check_source(circuit: Circuit, name: str) -> None:
    """Raise `OptionError` where `name` is no voltage source between two nodes of which none is ground."""
    sources = [i.name for i in circuit.instances_of("voltage_source")]
    if name not in sources:
        raise OptionError(
            f"there is no voltage source '{name}' in a loop",
            hint=nearest(name, sources) or "put a voltage source of 0 V in series with the loop and name that",
        )
    if GROUND in circuit.instances[name].nodes:
        raise OptionError(
            f"{name} stands at ground and is in no loop",
            hint="put a voltage source of 0 V in series with the loop and name that",
        )


def loop_gain(model: Linearization, source: str, frequency_hz: NDArray[np.float64]) -> Complex:
    """T at the source, `[frequency]`, of the first lane. See the top of this file."""
    system = model.operating_point.system
    first, second = (system.index[node] for node in system.circuit.instances[source].nodes)
    branch = system.index[f"i({source})"]
    right = np.zeros((1, len(system.unknowns), 2))
    right[0, branch, 0] = 1.0  # one volt in the source
    right[0, first, 1] = 1.0  # one ampere into its first end
    x = model.solve(frequency_hz, right)[0]
    v_first, v_second, v_both = x[:, first, 0], x[:, second, 0], x[:, first, 1]
    i_first, i_both = x[:, branch, 0], x[:, branch, 1]  # from the first end through the source
    # y from both experiments, with what divides all four of its entries left out: it may be zero, T stays finite
    across = 2.0 * i_first * v_both + (1.0 - i_both) * v_first - i_both * v_second
    own = -2.0 * i_first * v_both - (1.0 - i_both) * v_second + i_both * v_first
    return np.asarray(across / own)


def margins(frequency_hz: NDArray[np.float64], t: Complex, at_dc: float, source: str) -> Loop:
    """Margins of a loop gain over frequencies dense enough to interpolate between, on logarithmic axes."""
    size = np.abs(t)
    phase = np.unwrap(np.angle(t))
    phase -= 2.0 * np.pi * np.round(phase[0] / (2.0 * np.pi))
    log_f, log_size = np.log(frequency_hz), np.log(size)
    crossover = fall_hz(frequency_hz, log_size, 0.0, last=True).item()
    turned = fall_hz(frequency_hz, phase, -np.pi).item()
    margin = 180.0 + np.degrees(np.interp(np.log(crossover), log_f, phase)).item()
    gain_margin = (-20.0 * np.interp(np.log(turned), log_f, log_size) / np.log(10.0)).item()
    known = (None if math.isnan(each) else each for each in (crossover, margin, gain_margin))
    return Loop(source, at_dc, *known)
