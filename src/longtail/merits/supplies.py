"""The supplies of an amplifier: the power that they deliver, and how much of what moves them is seen at the output."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.driven.drives import Drives
from longtail.driven.port_maps import ROUNDING, above, beside_inputs, rejection_db, signal_level, source_columns
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.merits.merit import LaneMerit, SpotMerit
from longtail.merits.seen import Spot
from longtail.modes import DIFFERENTIAL

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


def supply_power(point: OperatingPoint) -> Array:
    """What all supplies together deliver, W, `[lane]`; nan where none are known."""
    supplies = point.system.circuit.ports.supplies
    if not supplies:
        return np.full(len(point.solution), np.nan)
    return np.asarray(-np.sum([point.quantities[name]["power"] for name in supplies], axis=0))


def supply_gains(drives: Drives, model: Linearization, frequency_hz: Array) -> tuple[Complex, Array]:
    """Gains `[lane, frequency, out_mode, input]` and the level `[lane, frequency]` of their rounding, V/V.

    The inputs are both modes, as of a mode matrix, and a volt in each supply after them.
    """
    system = model.operating_point.system
    supplies = source_columns(drives.circuit, system, drives.circuit.ports.supplies)
    x = model.solve(frequency_hz, beside_inputs(drives, model, supplies))
    floor = ROUNDING * signal_level(model.operating_point, x)
    return above(drives.output_matrix(system) @ x, floor[..., None, None]), floor


def supply_rejection(gains: Complex, floor: Array) -> Array:
    """20*log10 of abs(A_dd/A_s→d) `[lane, frequency, supply]` from gains as `supply_gains` gives them; see
    `rejection_db`."""
    output = gains[..., DIFFERENTIAL, :]
    return rejection_db(output[..., [DIFFERENTIAL]], output[..., 2:], floor[..., None])


SUPPLY_POWER = LaneMerit("supply_power", "P_S", "supply power", "W", lambda s: supply_power(s.point))
MERITS = (SUPPLY_POWER,)


def _rejections(spot: Spot) -> Array:
    """Of every supply, `[lane, supply]`."""
    gains = supply_gains(spot.seen.driven, spot.seen.model, np.array([spot.frequency_hz]))
    return spot.seen.spread(supply_rejection(*gains)[:, 0])


def psrr(supply: str) -> SpotMerit:
    """The rejection of a supply by name."""

    def of(spot: Spot) -> Array:
        return spot.once(_rejections)[:, spot.seen.driven.circuit.ports.supplies.index(supply)]

    name, symbol = f"psrr({supply})", f"PSRR({supply})"
    return SpotMerit(name, symbol, f"rejection of the supply {supply}", "dB", of, unwanted=(DIFFERENTIAL, supply))
