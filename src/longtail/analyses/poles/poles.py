"""Poles, and the zeros and residues of every mode transfer.

The natural frequencies s of (G + s*C) x = 0 are the poles of all transfers; a zero of one transfer from the drive b
to the output l is where the bordered pencil [[G + s*C, b], [l, 0]] is singular. Partial fractions: the residue of a
pole is (l x)(y b), with right and left vectors scaled so that y C x = 1. Excess phase (a delay) is no finite pole:
it is left out here, and a note says so. Source: Vlach and Singhal, Computer Methods for Circuit Analysis and Design,
2nd edition, chapter 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from longtail.analyses.poles.loops import Loops, find_loops
from longtail.analyses.poles.tail import TailZero, tail_zero
from longtail.analyses.poles.transfers import (
    CHECKED,
    Complex,
    ModeTransfer,
    Real,
    in_parts,
    log_shape,
    transfer_between,
)
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.drive import Drive
from longtail.contract.encoding import pairs, plain
from longtail.contract.kinds import NODES
from longtail.contract.options import INPUT_OPTIONS, NONE, NULL_OPTIONS
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.driven.band_search import model_bands, search_axis
from longtail.driven.bands import Bands
from longtail.driven.drives import Drives
from longtail.driven.inputs import find_drives
from longtail.driven.loop_gain import Loop
from longtail.driven.mode_gains import common_level, model_gains, status_text
from longtail.driven.nulling import bias_of
from longtail.driven.stability import growing, home
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.eigenmodes import eigenmodes
from longtail.engine.small_signal.linearization import Linearization
from longtail.errors import OptionError
from longtail.large_signal.stuck import bias_notes
from longtail.units import counted, format_si

_GOOD = 1e-6  # an error of the check above this is said
_SHOWN = 1e-4  # of itself: what the digits on a page would show


@dataclass(frozen=True, slots=True)
class Corners:
    """The band of the differential gain, see `longtail.driven.bands`. None stands for what is not there.

    reference       magnitude of the gain at mid-band, V/V: that at 0 Hz of a low-pass
    peak_hz         mid-band of what does not pass 0 Hz
    low_hz          its lower corner
    bandwidth_hz    upper corner, 3 dB below the reference
    gain_bandwidth_hz  the reference times the upper corner
    unity_hz        the highest frequency at which the magnitude falls through one
    """

    reference: float
    peak_hz: float | None
    low_hz: float | None
    bandwidth_hz: float | None
    gain_bandwidth_hz: float | None
    unity_hz: float | None


_NO_CORNERS = Corners(0.0, None, None, None, None, None)  # of a gain that is zero, and of one about an unstable point


@dataclass(frozen=True, eq=False, repr=False)
class PolesAndZeros(AtOutput, Result):
    """Natural frequencies of an amplifier.

    poles       `[pole]`, rad/s, in rising magnitude; pole_nodes: where each lives, the nodes with the largest shares;
                pole_uncertainty `[pole]`: how far last bits may move each, as a part of it (see `ModeTransfer`)
    transfers   by name: "differential", "common", and the conversions of a differential output
    corners     of the differential gain; tail: see `TailZero`
    loop        of one wire, where one was named; `loops`, where two were: "differential" and "common"
    """

    analysis: ClassVar[str] = "poles"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "poles"

    poles: Complex
    pole_nodes: tuple[str, ...]
    transfers: Mapping[str, ModeTransfer]
    corners: Corners
    tail: TailZero | None
    loop: Loop | None
    loops: Mapping[str, Loop]
    input: tuple[str, str]
    output: tuple[str, ...]
    vcm: float
    input_offset: float | None
    status: str
    pole_uncertainty: Real
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        band = self.corners.bandwidth_hz
        return (
            f"<{counted(len(self.poles), 'pole')}, bandwidth "
            f"{'none' if band is None else format_si(band, 'Hz')}, output {', '.join(self.output)}>"
        )

    def gain(self, name: str, frequency_hz: Any) -> Complex:
        """A transfer by name, V/V, as its poles and zeros have it. Raises `OptionError` for an unknown name."""
        if name not in self.transfers:
            raise OptionError(f"there is no transfer '{name}'; there are {', '.join(self.transfers)}")
        transfer = self.transfers[name]
        f = np.atleast_1d(np.asarray(frequency_hz, float))
        if transfer.zeros is None:
            return np.zeros(f.shape, complex)
        return np.exp(log_shape(f, self.poles, transfer.zeros) + transfer.log_scale)

    def to_dict(self) -> dict[str, Any]:
        named = self.transfers.items()
        return plain(
            {
                "status": self.status,
                **ports(self.input, self.output),
                "vcm": self.vcm,
                "input_offset": self.input_offset,
                "poles_rad_s": pairs(self.poles),
                "pole_nodes": self.pole_nodes,
                "pole_uncertainty": self.pole_uncertainty,
                "zeros_rad_s": {name: pairs(t.zeros) for name, t in named},
                "zero_nodes": {name: t.zero_nodes for name, t in named},
                "zero_uncertainty": {name: t.zero_uncertainty for name, t in named},
                "residues_rad_s": {name: pairs(t.residues) for name, t in named},
                "cancelling": {name: t.pairs for name, t in named},
                "gain_at_dc": {name: t.gain_at_dc for name, t in named},
                "scale": {name: t.scale for name, t in named},
                "error": {name: t.error for name, t in named},
                "zero": {name: t.reason for name, t in named if t.reason is not None},
                "reference_gain": self.corners.reference,
                "mid_band_hz": self.corners.peak_hz,
                "bandwidth_hz": self.corners.bandwidth_hz,
                "low_corner_hz": self.corners.low_hz,
                "gain_bandwidth_hz": self.corners.gain_bandwidth_hz,
                "unity_gain_hz": self.corners.unity_hz,
                "tail": self.tail,
                "loop": self.loop,
                "loops": self.loops,
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> PolesAndZeros:
        names = ("reference_gain", "mid_band_hz", "low_corner_hz", "bandwidth_hz", "gain_bandwidth_hz", "unity_gain_hz")
        found = {
            "poles": entries["poles_rad_s"],
            "transfers": {name: ModeTransfer.from_dict(name, entries) for name in entries["zeros_rad_s"]},
            "corners": Corners(*(entries[name] for name in names)),
        }
        return super().from_dict({**entries, **found})


def run(circuit: Circuit, drive: Drive, loop: tuple[str, ...] | None) -> PolesAndZeros:
    """Poles of the whole circuit once, zeros for each pair of modes."""
    drives = find_drives(circuit, drive)
    point, offset = bias_of(drives, drive)
    model = linearize(point)
    rational = replace(model, delays=())
    modes = eigenmodes(model.conductance[0], model.capacitance[0])
    moved = modes.uncertainty(model.conductance[0], model.capacitance[0])
    uncertain = in_parts(moved, modes.values)
    gains = model_gains(drives, rational, np.append(0.0, CHECKED))
    homes = tuple(home(modes, rational, k) for k in range(len(modes.values)))
    around = find_loops(drives, drive, model, _span(modes.values), loop) if loop else Loops()
    transfers = {
        name: transfer_between(rational, (modes, moved), drives, *at, gains) for name, at in _names(drives).items()
    }
    return PolesAndZeros(
        modes.values,
        homes,
        transfers,
        _NO_CORNERS
        if transfers["differential"].zeros is None or growing(point)
        else _corners(model_bands(drives, model, search_axis(model, np.ones(1)))),
        tail_zero(rational, modes, drives, transfers["common"]),
        around.one,
        around.modes,
        drives.hot,
        drives.output,
        common_level(drives, point),
        offset,
        status_text(point),
        uncertain,
        (*bias_notes(drives, point, offset), *_notes(model, transfers, uncertain), *around.notes),
    )


def _names(drives: Drives) -> dict[str, tuple[int, int]]:
    """Output and input mode of each transfer."""
    if drives.single_ended:
        return {"differential": (0, 0), "common": (0, 1)}
    return {
        "differential": (0, 0),
        "common": (1, 1),
        "common_to_differential": (0, 1),
        "differential_to_common": (1, 0),
    }


def _span(poles: Complex) -> tuple[float, float]:
    """Frequencies in Hz that enclose what the poles do, within 1 mHz and 1 THz."""
    if not len(poles):
        return 1.0, 1e9
    f = np.abs(poles) / (2.0 * np.pi)
    return float(np.clip(f.min() / 100.0, 1e-3, 1e9)), float(np.clip(100.0 * f.max(), 1e3, 1e12))


def _corners(bands: Bands) -> Corners:
    """The band of the only lane; none of a gain that is zero by symmetry."""
    reference, middle, low, high, unity = (
        float(each[0]) if np.isfinite(each[0]) else None
        for each in (bands.reference, bands.middle_hz, bands.low_hz, bands.high_hz, bands.unity_hz)
    )
    if reference is None:
        return Corners(0.0, None, None, None, None, None)
    product = None if high is None else reference * high
    return Corners(reference, middle or None, low or None, high, product, unity)


def _notes(model: Linearization, transfers: Mapping[str, ModeTransfer], uncertain: Real) -> list[str]:
    notes = []
    seconds = max([float(np.abs(d).max()) for slopes, d in model.delays if np.abs(slopes).max() > 0.0], default=0.0)
    if seconds > 0.0:
        notes.append(
            f"{_what_delays(model)}, a delay of up to {format_si(seconds, 's')}, is no finite pole: it is left "
            "out of poles and zeros, and counted in bandwidth and margins"
        )
    notes += [
        f"poles and zeros miss the {name.replace('_', ' ')} gain by up to {t.error:.1g} of its largest value"
        for name, t in transfers.items()
        if t.error is not None and t.error > _GOOD
    ]
    if (most := uncertain.max(initial=0.0)) > _SHOWN:
        notes.append(f"rounding may move poles by up to {most:.0e} of their magnitude")
    notes += [
        f"rounding may move zeros of the {name.replace('_', ' ')} gain by up to {worst:.0e} of their magnitude"
        for name, t in transfers.items()
        if t.zero_uncertainty is not None and (worst := t.zero_uncertainty.max(initial=0.0)) > _SHOWN
    ]
    return notes


def _what_delays(model: Linearization) -> str:
    circuit = model.operating_point.system.circuit
    lines = [i.name for i in circuit.instances_of("transmission_line")]
    others = len(model.delays) > 2 * len(lines)
    found = ["excess phase of transistors"] * others + [f"the length of {', '.join(lines)}"] * bool(lines)
    return " and ".join(found)


LOOP_OPTION = Option(
    "loop",
    NODES,
    "",
    "an element in a loop, or one in each of its two wires, for the loop gain and its margins",
    otherwise=NONE,
)

ANALYSIS = Analysis(
    "poles",
    "Poles, zeros of every mode transfer, bandwidth and margins",
    run,
    PolesAndZeros,
    (*INPUT_OPTIONS, LOOP_OPTION, *NULL_OPTIONS),
)
