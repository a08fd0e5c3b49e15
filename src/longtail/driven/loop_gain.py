"""The loop gain at a probe that stands in a loop, of one wire or of two, and its margins.

One wire. Cut it at the probe, a voltage source: the rest of the circuit is a two-port with admittances y between the
two ends of the source and ground. The joined circuit is singular where (y11 + y22)*(1 + T) = 0, which gives the loop
gain

    T = (y12 + y21)/(y11 + y22)

of both directions together; it loads the loop as it is and does not depend on which way the source points. Negative
feedback has T > 0 at low frequency.
Source: Tian, Visvanathan, Hantgan, Kundert, IEEE Circuits and Devices Magazine 17 (2001) 31.

Two wires, of a fully differential loop. On either side of the cut, A and B, voltages and currents of both wires are
split into modes, v_d = v1 - v2 with i_d = (i1 - i2)/2 and v_c = (v1 + v2)/2 with i_c = i1 + i2 (see
`longtail.modes`). To cut one mode is to let v_Am differ from v_Bm, while the other mode stays joined, v_An = v_Bn and
i_An + i_Bn = 0. With m cut and n joined the rest is again a two-port, with ports (v_Am, i_Am) and (v_Bm, i_Bm), since
the split keeps the power; its T = (y12 + y21)/(y11 + y22) is the loop gain of the mode. Joining m makes the circuit
whole, so that 1 + T_d and 1 + T_c are both zero at poles of the closed loop, symmetrical or not. In a symmetrical
circuit each is the loop gain of a half circuit.

Scaling v_m or i_m leaves T as it is, and so does exchanging the sides A and B, or the two wires. Exchanging the ends
of one wire alone does not: see `longtail.driven.loop_probes`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.driven.crossings import fall_hz
from longtail.engine.small_signal.linearization import Linearization

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

ROUNDING = 1e-12  # of the signal that is sent round: less that comes back is none
_SHOWN, _TURN = 20.0, 3.0  # samples of a curve, a decade; or one where its phase has turned by so many degrees
_NEARLY = 0.05  # rad: what is so close to -180 degrees at low frequency is positive feedback


@dataclass(frozen=True, slots=True)
class Wire:
    """A wire of a loop: the voltage source in it, the nodes at its ends on the sides A and B of the cut, and the sign
    of the source from A to B."""

    source: str
    ends: tuple[str, str]
    sign: float = 1.0

    @property
    def turned(self) -> Wire:
        """The same with its ends exchanged."""
        return Wire(self.source, (self.ends[1], self.ends[0]), -self.sign)


@dataclass(frozen=True, eq=False)
class Loop:
    """A loop gain and its margins; None stands for a crossing that is not there.

    source            the voltage source in the loop, or the element at which it was cut; of two wires both
    wires             between what each wire is cut
    gain_at_dc        T at 0 Hz, real
    crossover_hz      the highest frequency at which abs(T) falls through one
    phase_margin_deg  180 degrees and the phase of T there
    phase_crossover_hz  where the phase of T first passes -180 degrees; 0 where T is negative at 0 Hz
    gain_margin_db    -20*log10 of abs(T) there
    frequency_hz, gain  T over frequency, V/V, and `phase_deg`, without jumps
    """

    source: str
    wires: tuple[str, ...]
    gain_at_dc: float
    crossover_hz: float | None
    phase_margin_deg: float | None
    phase_crossover_hz: float | None
    gain_margin_db: float | None
    frequency_hz: Real
    gain: Complex
    phase_deg: Real


class Transmission(NamedTuple):
    """y21 (A to B), y12 (B to A) and y11 + y22 of each mode `[mode, frequency]`, up to a factor that they share."""

    forward: Complex
    backward: Complex
    own: Complex


def transmission(model: Linearization, wires: Sequence[Wire], frequency_hz: Real) -> Transmission:
    """The two-port that each mode of one or two wires sees, of the first lane. See the top of this file."""
    system = model.operating_point.system
    # weights of voltages at a mode, and of currents: those of the one are amplitudes of the other, which keeps power
    volts = modes.output_weights(len(wires))
    amperes = modes.unit_drives().T if len(wires) == 2 else np.ones((1, 1))
    first, second = ([system.index[wire.ends[side]] for wire in wires] for side in (0, 1))
    branch = [system.index[f"i({wire.source})"] for wire in wires]
    signs = np.array([wire.sign for wire in wires])
    count = len(wires)
    right = np.zeros((1, len(system.unknowns), 2 * count))
    for k in range(count):
        right[0, branch[k], :count] += signs[k] * amperes[:, k]  # one volt from A to B, mode by mode
        right[0, first[k], count:] += volts[:, k]  # one ampere into side A
    x = model.solve(frequency_hz, right)[0].transpose(2, 1, 0)  # [combination, unknown, frequency]
    apart, both = x[:count], x[count:]

    def mode(part: Complex, places: list[int], weights: Real) -> Complex:
        return np.asarray(np.einsum("mk,mkf->mf", weights, part[:, places]))

    v_a, v_b, v_both = mode(apart, first, volts), mode(apart, second, volts), mode(both, first, volts)
    # from side A through the sources
    i_apart, i_both = mode(apart, branch, signs * amperes), mode(both, branch, signs * amperes)
    # y from both experiments, with what divides all four of its entries left out: it may be zero, T stays finite
    through = i_apart * v_both
    forward = through - i_both * v_b
    backward = through + (1.0 - i_both) * v_a
    own = -2.0 * through - (1.0 - i_both) * v_b + i_both * v_a
    return Transmission(forward, backward, own)


def loop_gain(model: Linearization, wires: Sequence[Wire], frequency_hz: Real) -> Complex:
    """T of one wire, or of the differential and of the common mode of two: `[mode, frequency]`, of the first lane."""
    y = transmission(model, wires, frequency_hz)
    return np.asarray((y.forward + y.backward) / y.own)


def phase(t: Complex) -> Real:
    """The phase of a loop gain in rad, without jumps. Where abs(T) is first within a percent of its largest, at low
    frequency as a rule, it lies between -180 and 180 degrees; T < 0 there, positive feedback, has -180 degrees."""
    size = np.abs(t)
    turned = np.unwrap(np.angle(t))
    at = int(np.argmax(size >= 0.99 * size.max()))
    return np.asarray(turned - 2.0 * np.pi * np.ceil((turned[at] - np.pi + _NEARLY) / (2.0 * np.pi)))


def margins(source: str, wires: tuple[str, ...], at_dc: float, frequency_hz: Real, t: Complex) -> Loop:
    """A loop with its margins, over frequencies dense enough to interpolate between, on logarithmic axes."""
    size = np.abs(t)
    if max(size.max(), abs(at_dc)) <= ROUNDING:
        return Loop(source, wires, 0.0, None, None, None, None, frequency_hz, np.zeros_like(t), np.zeros_like(size))
    at_dc = at_dc if abs(at_dc) > ROUNDING else 0.0
    angle = phase(t)
    log_f, log_size = np.log(frequency_hz), np.log(np.maximum(size, np.finfo(float).tiny))
    crossover = fall_hz(frequency_hz, log_size, 0.0, last=True).item()
    margin = 180.0 + np.degrees(np.interp(np.log(crossover), log_f, angle)).item()
    if at_dc < 0.0 and abs(angle[0] + np.pi) <= _NEARLY:
        turned, size_there = 0.0, -at_dc
    else:
        turned = fall_hz(frequency_hz, angle, -np.pi).item()
        size_there = np.exp(np.interp(np.log(turned), log_f, log_size)).item()
    if not size_there > ROUNDING:
        turned = math.nan
    gain_margin = -20.0 * math.log10(size_there) if turned >= 0.0 else math.nan
    f_one, phase_margin, f_turned, margin_db = (
        None if math.isnan(each) else each for each in (crossover, margin, turned, gain_margin)
    )
    seen = _telling(frequency_hz, angle)
    curve = frequency_hz[seen], t[seen], np.degrees(angle[seen])
    return Loop(source, wires, at_dc, f_one, phase_margin, f_turned, margin_db, *curve)


def _telling(frequency_hz: Real, angle: Real) -> NDArray[np.bool_]:
    """Which samples a curve needs: so many a decade, and more where it turns."""
    turned = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(angle)))])
    way = np.floor(_SHOWN * np.log10(frequency_hz / frequency_hz[0]) + np.degrees(turned) / _TURN)
    seen = np.concatenate([[True], np.diff(way) > 0.0])
    seen[-1] = True
    return seen
