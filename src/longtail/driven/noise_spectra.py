"""Noise spectra of a driven amplifier: densities at its outputs by source, over lanes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.driven.drives import Drives
from longtail.driven.port_maps import ROUNDING, above
from longtail.engine.small_signal.adjoint import adjoint
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.noise import integrate, noise_sources
from longtail.engine.solving.operating_point import OperatingPoint

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class Spectra:
    """Noise and gains of lanes over a frequency axis, and their integrals over a band: see `Noise`."""

    density: Real
    gain: Complex
    floor: Real
    power: Real
    input_power: Real


def sources(point: OperatingPoint) -> tuple[SpectrumSource, ...]:
    """The noise sources of the circuit, in the order of the netlist."""
    return tuple(SpectrumSource(s.instance, s.name, s.mechanism) for s in point.system.noise[1])


def spectra(drives: Drives, point: OperatingPoint, frequency_hz: Real, band: tuple[float, float]) -> Spectra:
    """Noise of all lanes; one solve a frequency and output mode serves all sources and both gains.

    The edges of the band are solved for too, where the frequency axis does not have them.
    """
    axis = np.union1d(frequency_hz, band)
    model = linearize(point)
    rows = adjoint(model, axis, drives.output_matrix(point.system))
    found = noise_sources(point)
    transfer = found.transfer(rows)
    density = (transfer.real**2 + transfer.imag**2) * found.spectrum(axis)[:, :, None, :]
    columns = -(model.inputs @ drives.unit_modes)[:, None]
    gain = np.diagonal(rows @ columns, axis1=-2, axis2=-1)
    floor = ROUNDING * (np.abs(rows) @ np.abs(columns)).max(axis=(-2, -1))
    gain = above(gain, floor[..., None])
    at, inside = np.searchsorted(axis, frequency_hz), (axis >= band[0]) & (axis <= band[1])
    power, input_power = _integrals(axis[inside], density[:, inside], gain[:, inside], floor[:, inside])
    return Spectra(density[:, at], gain[:, at], floor[:, at], power, input_power)


def _integrals(frequency_hz: Real, density: Real, gain: Complex, floor: Real) -> tuple[Real, Real]:
    """Output powers by source and input powers in all; nan over a single frequency, infinite without gain."""
    if len(frequency_hz) == 1:
        return np.full_like(density[:, 0], np.nan), np.full(density[:, 0].shape[:-1], np.nan)
    factor = referred(np.ones(gain.shape), gain, floor[..., None]) ** 2
    blind = np.isinf(factor)
    referred_density = density * np.where(blind, 0.0, factor)[..., None]
    at_input = np.where(blind.any(axis=1), np.inf, integrate(frequency_hz, referred_density).sum(axis=-1))
    return integrate(frequency_hz, density), at_input


@dataclass(frozen=True, slots=True)
class SpectrumSource:
    """One noise source: the device, which of its sources ("ic", "rb", "flicker"), and the mechanism."""

    instance: str
    name: str
    mechanism: str


def referred(output: Real, gain: Complex, floor: Real) -> Real:
    """What at the input makes an output density; infinite where the gain is only rounding."""
    magnitude = np.abs(gain)
    result = np.full(output.shape, np.inf)
    np.divide(output, magnitude, out=result, where=~(magnitude <= floor))
    return result
