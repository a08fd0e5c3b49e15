"""The noise sources of a circuit at its operating points, their transfers and their integrals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.system import Array
from longtail.engine.equations.trace import TracedNoise
from longtail.engine.solving.operating_point import OperatingPoint

Complex = NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class NoiseSources:
    """Noise currents of the densities `density`/f^`exponent` in A^2/Hz, both `[lane, source]`, with their places."""

    places: tuple[TracedNoise, ...]
    density: Array
    exponent: Array

    def spectrum(self, frequency_hz: Array) -> Array:
        """A^2/Hz, `[lane, frequency, source]`."""
        spectrum: Array = self.density[:, None] * frequency_hz[None, :, None] ** -self.exponent[:, None]
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


def noise_sources(point: OperatingPoint) -> NoiseSources:
    """Every noise source of the circuit, in the order of the netlist, all lanes at once."""
    program, places = point.system.noise
    inputs = point.inputs
    rows = point.system.executor.run(program, [inputs[n] for n in program.inputs], len(point.solution))
    return NoiseSources(tuple(places), rows[: len(places)].T, rows[len(places) :].T)


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
