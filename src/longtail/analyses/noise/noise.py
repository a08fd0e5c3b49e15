"""Noise: densities at the output and referred to the input, integrals, and which device makes how much of it.

Every source is a current between two nodes, of the one-sided density S_k(f); z_k is what one ampere of it brings to
an output mode, all of them from one solve of the transposed system a frequency and mode
(`longtail.engine.small_signal.adjoint`).
Sources are independent, so their powers add:

    S_out(f) = sum of abs(z_k)^2*S_k(f)      referred to the input: S_out/abs(A)^2

with A_dd (or A_d of a single output) for the differential output and A_cc for the common one. What is symmetric in
a matched amplifier, the noise of the tail and of the supplies, has z_k = 0 in the differential output, and gets
there by mismatch only. Source: Gray, Hurst, Lewis, Meyer, Analysis and Design of Analog Integrated Circuits,
chapter 11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.analyses.noise.result import Noise
from longtail.circuit import TEMPERATURE, Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.drive import Drive
from longtail.contract.kinds import FREQUENCY
from longtail.contract.options import FREQUENCY_OPTION, INPUT_OPTIONS, LANE_OPTIONS, NULL_OPTIONS
from longtail.devices.base import ZERO_CELSIUS
from longtail.driven.drives import Drives
from longtail.driven.grid import Lanes
from longtail.driven.inputs import find_drives
from longtail.driven.lane_solves import null_lanes, solve_lanes
from longtail.driven.mode_gains import common_level, status_text
from longtail.driven.noise_spectra import sources, spectra
from longtail.driven.nulling import bias_of, nulled_to
from longtail.driven.stability import lane_notes
from longtail.driven.varied import read_lanes
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import InputError, OptionError, in_short
from longtail.lanes.status import LaneStatus, texts
from longtail.large_signal.stuck import bias_notes
from longtail.merits.reasons import Inquiry
from longtail.units import parse_number

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]


def read_band(given: Any) -> tuple[float, float]:
    """The band of integrals in Hz from `start:stop` or a pair. Raises `OptionError` for one that is no band.

    >>> read_band("20:20k")
    (20.0, 20000.0)
    """
    try:
        ends = [parse_number(x) for x in given.split(":")] if isinstance(given, str) else [float(x) for x in given]
    except (InputError, TypeError, ValueError) as error:
        raise OptionError(f"band: {in_short(given)} is no band: expected start:stop in Hz, as in 20:20k") from error
    if len(ends) != 2 or not ends[0] < ends[1]:
        raise OptionError(
            f"band: {in_short(given)} is no band: expected start:stop in Hz with start below stop, as in 20:20k"
        )
    return ends[0], ends[1]


def band_within(band: tuple[float, float] | None, frequency_hz: Real) -> tuple[float, float]:
    """The band of integrals, all frequencies for None. Raises `OptionError` for one that reaches beyond them."""
    lowest, highest = float(frequency_hz.min()), float(frequency_hz.max())
    if band is None:
        return lowest, highest
    if band[0] < lowest or band[1] > highest:
        raise OptionError(
            f"the band of {band[0]:g} Hz to {band[1]:g} Hz reaches beyond the frequencies, "
            f"{lowest:g} Hz to {highest:g} Hz",
            hint="give frequencies that hold the band",
        )
    return band


def run(
    circuit: Circuit,
    drive: Drive,
    frequency_hz: Real,
    band: tuple[float, float] | None,
    parameters: Mapping[str, Any] | None,
    threads: int,
) -> Noise:
    """Noise at the outputs and referred to the inputs. Raises `OptionError` for a frequency of 0 Hz."""
    drives = find_drives(circuit, drive)
    if (frequency_hz == 0.0).any():
        raise OptionError("noise at 0 Hz has no density: flicker noise is infinite there", hint="start above 0 Hz")
    within = band_within(band, frequency_hz)
    if parameters:
        lanes = read_lanes(drives.circuit, parameters, drives)
        return noise_over(drives, lanes, frequency_hz, within, nulled_to(drives, drive), threads)
    point, offset = bias_of(drives, drive)
    return noise_at(drives, point, frequency_hz, within, offset)


def noise_at(
    drives: Drives,
    point: OperatingPoint,
    frequency_hz: Real,
    band: tuple[float, float] | None = None,
    offset: float | None = None,
) -> Noise:
    """Noise at an operating point that is known; `offset` where it was nulled."""
    band = band_within(band, frequency_hz)
    found = spectra(drives, point, frequency_hz, band)
    return Noise(
        frequency_hz,
        found.density[0],
        found.gain[0],
        found.floor[0],
        found.power[0],
        found.input_power[0],
        sources(point),
        band,
        drives.hot,
        drives.output,
        common_level(drives, point),
        _temperature(drives.circuit),
        offset,
        status_text(point),
        bias_notes(drives, point, offset),
        inquiry=Inquiry(drives, point),
    )


def noise_over(
    drives: Drives,
    lanes: Lanes,
    frequency_hz: Real,
    band: tuple[float, float],
    target: float | None = None,
    threads: int = 1,
) -> Noise:
    """Noise of every lane, nan in those without solution; `target` V is what each output is nulled to."""
    offset = None
    if target is None:
        _, point = solve_lanes(drives.circuit, lanes, drives, threads=threads)
    else:
        _, point, offset = null_lanes(drives, lanes, target, threads=threads)
    good = np.flatnonzero(point.status == LaneStatus.CONVERGED)
    found = spectra(drives, point.select(good), frequency_hz, band)

    def shaped(part: NDArray[Any]) -> NDArray[Any]:
        whole = np.full((len(point.status), *part.shape[1:]), np.nan, part.dtype)
        whole[good] = part
        return np.asarray(lanes.shaped(whole))

    levels = modes.split(*(point.voltage(node) for node in drives.hot)).common
    temperature = np.broadcast_to(
        lanes.values.get(TEMPERATURE, _temperature(drives.circuit) - ZERO_CELSIUS), point.status.shape
    )
    return Noise(
        frequency_hz,
        shaped(found.density),
        shaped(found.gain),
        shaped(found.floor),
        shaped(found.power),
        shaped(found.input_power),
        sources(point),
        band,
        drives.hot,
        drives.output,
        lanes.shaped(levels),
        lanes.shaped(temperature + ZERO_CELSIUS),
        None if offset is None else lanes.shaped(offset),
        lanes.shaped(texts(point.status)),
        lane_notes(point),
        lanes.axes,
    )


def _temperature(circuit: Circuit) -> float:
    return circuit.number(circuit.options.temp_deg_c) + ZERO_CELSIUS


BAND_OPTION = Option(
    "band", FREQUENCY, "Hz", "start:stop of the integrals", reads=read_band, otherwise="all frequencies"
)

ANALYSIS = Analysis(
    "noise",
    "Noise at the output and referred to the input, and who makes it",
    run,
    Noise,
    (*INPUT_OPTIONS, FREQUENCY_OPTION, BAND_OPTION, *NULL_OPTIONS, *LANE_OPTIONS),
)
