"""The noise sources of a circuit at its operating points, their transfers and their integrals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.system import Array
from longtail.engine.equations.trace import TracedNoise
from longtail.engine.equations.views import FREQUENCY
from longtail.engine.solving.operating_point import OperatingPoint

Complex = NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class NoiseSources:
    """The noise currents of a circuit at its operating points, with their places."""

    places: tuple[TracedNoise, ...]
    point: OperatingPoint

    def spectrum(self, frequency_hz: Array) -> Array:
        """density/f^exponent in A^2/Hz, `[lane, frequency, source]`, where some densities are formulas over f."""
        program, inputs = self.point.system.noise[0], self.point.inputs
        by_formula = FREQUENCY in program.inputs
        axis = frequency_hz if by_formula else np.ones(1)
        shape = len(self.point.solution), len(axis)
        inputs |= {FREQUENCY: np.tile(axis, shape[0])} if by_formula else {}
        gathered = [
            inputs[n] if n == FREQUENCY or not by_formula else np.repeat(_over(inputs[n], shape[0]), shape[1])
            for n in program.inputs
        ]
        rows = self.point.system.executor.run(program, gathered, shape[0] * shape[1])
        density, exponent = np.moveaxis(rows.reshape(2, len(self.places), *shape), 1, -1)
        spectrum: Array = density * frequency_hz[None, :, None] ** -exponent
        return spectrum

    def transfer(self, adjoint: Complex) -> Complex:
        """What one ampere of each source brings to each output, `[lane, frequency, output, source]`.

        `adjoint` is what `longtail.engine.small_signal.adjoint` gives. The sign is that of a current from b through
        the source to a.
        """
        grounded = np.concatenate([adjoint, np.zeros((*adjoint.shape[:-1], 1))], axis=-1)
        ground = adjoint.shape[-1]
        ends = np.array([[ground if k is None else k for k in (s.a, s.b)] for s in self.places], np.intp).reshape(-1, 2)
        difference: Complex = grounded[..., ends[:, 0]] - grounded[..., ends[:, 1]]
        return difference


def _over(values: float | Array, lanes: int) -> Array:
    """A value, or one a lane, as one a lane."""
    return np.broadcast_to(np.asarray(values, float), lanes)


def noise_sources(point: OperatingPoint) -> NoiseSources:
    """Every noise source of the circuit, in the order of the netlist, all lanes at once."""
    return NoiseSources(tuple(point.system.noise[1]), point)


def integrate(frequency_hz: Array, density: Array) -> Array:
    """The integral of a density `[..., frequency, output, source]` over all frequencies given, which rise.

    Between two frequencies the density is taken as a power of the frequency, which is exact for white and for
    flicker noise; where it is zero at an end, as a straight line.

    >>> f = np.array([1.0, 10.0, 100.0])
    >>> round(float(integrate(f, (5.0 / f)[:, None, None])[0, 0] / (5.0 * np.log(100.0))), 12)
    1.0
    """
    log_step = np.diff(np.log(frequency_hz))[:, None, None]
    low, high = (x[:, None, None] for x in (frequency_hz[:-1], frequency_hz[1:]))
    first, last = density[..., :-1, :, :], density[..., 1:, :, :]
    powers = (first > 0.0) & (last > 0.0)
    # of S1*f1*(exp(x) - 1)/x*ln(f2/f1) with x = ln(S2*f2/(S1*f1)), which for x = 0 is S1*f1*ln(f2/f1)
    x = np.log(np.where(powers, last, 1.0)) - np.log(np.where(powers, first, 1.0)) + log_step
    flat = np.abs(x) < 1e-9
    growth = np.where(flat, 1.0, np.expm1(x) / np.where(flat, 1.0, x))
    parts = np.where(powers, first * low * log_step * growth, 0.5 * (first + last) * (high - low))
    total: Array = parts.sum(axis=-3)
    return total
