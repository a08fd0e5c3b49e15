"""Where to look for the pass band of an amplifier, and the bands of all its lanes there."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from longtail.contract.axes import DEFAULT, frequency_axis
from longtail.driven.bands import Bands, Rows, find_bands
from longtail.driven.drives import Drives
from longtail.driven.port_maps import ROUNDING, signal_level
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.small_signal.pencil import slowest, unrefined
from longtail.modes import DIFFERENTIAL

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

_DENSITY = 10  # frequencies per decade
_WIDER = 100.0  # below the slowest pole, where nothing happens any more
_LOWEST, _HIGHEST = 1e-6, 1e12  # Hz: no amplifier reaches further
_APART = 1e-9  # relatively: frequencies closer than this are one
_QUICK = 200  # unknowns up to which all poles are looked at
_FEW = 100  # lanes up to which every corner is solved for
_ERROR = 1e-4  # of the magnitudes of more lanes
_RESONANT = 2.0  # quality of a pole from which its neighbourhood is looked at more closely
_ABOUT = np.array([-8.0, -4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0, 8.0])  # half bandwidths about a resonance


def search_axis(model: Linearization, frequency_hz: Array, default: bool = True) -> Array:
    """Frequencies above 0 Hz at which the band is looked for: from below the slowest pole of the first lane to 1 THz,
    and about its resonances.

    A frequency axis that is not the `default` one ends the search at its highest frequency.
    """
    poles = _poles(model)
    f = np.abs(poles) / (2.0 * np.pi)
    low = float(np.clip(np.concatenate([f, frequency_hz[frequency_hz > 0.0], [1.0]]).min() / _WIDER, _LOWEST, 1.0))
    high = _HIGHEST
    axis = np.geomspace(low, high, int(np.ceil(np.log10(high / low) * _DENSITY)) + 1)
    with np.errstate(divide="ignore"):
        quality = f / np.abs(poles.real / np.pi)
    resonant = (quality > _RESONANT) & np.isfinite(quality)
    about = f[resonant] * (1.0 + _ABOUT[:, None] / (2.0 * quality[resonant]))
    axis = np.union1d(axis, about[(about > low) & (about < high)])
    axis = axis[np.diff(axis, prepend=0.0) > _APART * axis]
    if default:
        return axis
    return np.append(axis[axis < frequency_hz.max() * (1.0 - 1e-9)], max(frequency_hz.max(), low))


def is_default(frequency_hz: Array) -> bool:
    """Whether nobody asked for other frequencies than the default ones."""
    return np.array_equal(frequency_hz, frequency_axis(DEFAULT))


def _poles(model: Linearization) -> Complex:
    """Natural frequencies of the first lane, rad/s, above 0; of a large circuit the slowest alone."""
    static, dynamic = model.conductance[0], model.capacitance[0]
    poles = unrefined(static, dynamic) if len(static) <= _QUICK else np.empty(0, complex)
    poles = np.append(poles, slowest(static[None], dynamic[None]))  # which the others have inexactly
    return poles[np.isfinite(poles) & (np.abs(poles) > 0.0)]


def allowed_error(lanes: int) -> float:
    """What magnitudes of so many lanes may be off, relatively, where they are read off samples: see `find_bands`."""
    return _ERROR if lanes > _FEW else 0.0


def model_bands(drives: Drives, model: Linearization, axis: Array, error: float = 0.0) -> Bands:
    """The bands of the differential gain in all lanes of a linear model; for `error` see `find_bands`."""
    point, found, floor = model.operating_point, [], []
    weights = drives.output_matrix(point.system)
    # a decade at a time: one order of elimination need not serve from 0 Hz to 1 THz
    for part in (np.zeros(1), *np.array_split(axis, math.ceil(axis.size / _DENSITY))):
        x = model.response(part, drives.unit_modes)
        found.append((weights @ x)[..., DIFFERENTIAL, DIFFERENTIAL])
        floor.append(ROUNDING * signal_level(point, x))
    return refined_bands(drives, model, axis, np.concatenate(found, axis=1), np.concatenate(floor, axis=1), error)


def refined_bands(
    drives: Drives, model: Linearization, axis: Array, gains: Complex, floor: Array, error: float = 0.0
) -> Bands:
    """The same where the differential gains `[lane, frequency]` at 0 Hz and on the axis are known; see `find_bands`."""
    row = drives.output_matrix(model.operating_point.system)[DIFFERENTIAL]
    column = -(model.inputs @ drives.unit_modes[:, [DIFFERENTIAL]])

    def gain(frequency_hz: Array, lanes: Rows) -> Array:
        # not a matrix product, which rounds by the number of lanes
        return np.abs((model.solve_each(frequency_hz, column, lanes)[:, :, 0] * row).sum(axis=1))

    size = np.abs(gains)
    return find_bands(gain, axis, size[:, 1:], size[:, 0], np.broadcast_to(floor, size.shape)[:, 1:], error)


def headline_hz(bands: Bands, frequency_hz: Array, default: bool = True) -> float:
    """The frequency at which the figures of an amplifier are given: the middle of the band of the first lane.

    The lowest frequency of the axis for a low-pass, where it lies within the band, and 0 Hz where it does not. Of
    frequencies that were asked for, the nearest to mid-band.
    """
    low, high = float(frequency_hz.min()), float(frequency_hz.max())
    middle, edge = float(bands.middle_hz[0]), float(bands.high_hz[0])
    if np.isnan(middle):
        return low
    if not default:
        return float(np.clip(middle, low, high))
    if bands.low_pass[0]:
        return low if low < edge else 0.0
    return middle if np.isfinite(middle) else high


def pass_band(bands: Bands, frequency_hz: Array) -> tuple[float, float]:
    """The band of the first lane as far as it is known, in Hz above 0: what noise is integrated over.

    Where it has no corner, it ends with the frequencies of the axis.
    """
    positive: Sequence[float] = frequency_hz[frequency_hz > 0.0].tolist()
    lowest, highest = min(positive), max(positive)
    low, high = float(bands.low_hz[0]), float(bands.high_hz[0])
    start = low if np.isfinite(low) and low > 0.0 else lowest
    stop = high if np.isfinite(high) else highest
    return (start, stop) if start < stop else (lowest, highest)
