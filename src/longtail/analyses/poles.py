"""Poles, and the zeros and residues of every mode transfer.

The natural frequencies s of (G + s*C) x = 0 are the poles of all transfers; a zero of one transfer from the drive b
to the output l is where the bordered pencil [[G + s*C, b], [l, 0]] is singular. Partial fractions: the residue of a
pole is (l x)(y b), with right and left vectors scaled so that y C x = 1. Excess phase (a delay) is no finite pole:
it is left out here, and a note says so. Source: Vlach and Singhal, Computer Methods for Circuit Analysis and Design,
2nd edition, chapter 7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.encoding import pairs, plain
from longtail.contract.options import INPUT_OPTIONS, NULL_OPTIONS
from longtail.contract.output import AtOutput, Output
from longtail.contract.result import Result
from longtail.driven.band_search import model_bands, search_axis
from longtail.driven.bands import Bands
from longtail.driven.drives import Drives
from longtail.driven.inputs import find_drives
from longtail.driven.loop_gain import Loop, check_source, loop_gain, margins
from longtail.driven.mode_gains import common_level, model_gains, status_text
from longtail.driven.nulling import bias
from longtail.driven.stability import growing, home
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.small_signal.pencil import Eigenmodes, eigenmodes
from longtail.errors import OptionError
from longtail.large_signal.stuck import bias_notes
from longtail.merits.reasons import Inquiry, Reason
from longtail.units import counted, format_si

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

CANCELS = 1e-2  # a zero this close to a pole, relatively, is paired with it
_TOUCHES = 1e-8  # a distance that is less, relatively, is rounding
_VIRTUAL_GROUND = 0.1  # of its common-mode signal: a node that moves less in differential mode may be the tail
_FOLLOWS = 0.5  # of the common-mode input: what the tail of a pair does at least
_CHECKED = np.geomspace(1.0, 1e9, 37)  # Hz, where zeros and poles of a transfer are checked against its gain
_NOTHING = 10.0  # times the floor of rounding: a transfer that is nowhere above is zero
_GOOD = 1e-6  # an error of the check above this is said
_ROUNDINGS = 10.0  # times the last bits of the circuit: what the steps of a solution add to them
_LEAST = 1e-10  # of the largest gain: poles and zeros are not looked for more exactly
_EXACT = 1e-9  # of itself: a zero that rounding moves by more has its uncertainty told
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


@dataclass(frozen=True, slots=True)
class Pair:
    """A pole and a zero, by their places, that nearly cancel: `distance` is abs(p - z)/abs(p)."""

    pole: int
    zero: int
    distance: float


@dataclass(frozen=True, eq=False)
class ModeTransfer:
    """One mode transfer. zeros and zero_nodes as for poles; residues `[pole]` in rad/s; gain_at_dc in V/V.

    A transfer that is zero has no zeros: `zeros` is None, and so is all else but the `reason`. `log_scale` is the
    logarithm of what the products of (s - zero) over (s - pole) are multiplied with. `error` is the largest difference
    between the gain and what poles and zeros make of it, between 1 Hz and 1 GHz, as a part of the largest gain; zero
    where the last bits of conductances and capacitances may be the cause.

    `zero_uncertainty` `[zero]` is how far those may move a zero, as a part of it, rounded up to a power of ten; zero up
    to 1e-9. Zeros of a gain in which large terms cancel are such.
    """

    gain_at_dc: float | None = None
    zeros: Complex | None = None
    zero_nodes: tuple[str, ...] = ()
    residues: Complex | None = None
    pairs: tuple[Pair, ...] = ()
    log_scale: complex = 0.0
    error: float | None = None
    zero_uncertainty: Real | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class TailZero:
    """The zero of the common-mode gain where the capacitance of the tail takes over from its resistance.

    node: of the tail; zero and pole in rad/s, the pole None where none lives at that node.
    """

    node: str
    zero: complex
    pole: complex | None


@dataclass(frozen=True, eq=False, repr=False)
class PolesAndZeros(AtOutput, Result):
    """Natural frequencies of an amplifier.

    poles       `[pole]`, rad/s, in rising magnitude; pole_nodes: where each lives, the nodes with the largest shares
    transfers   by name: "differential", "common", and the conversions of a differential output
    corners     of the differential gain; tail: see `TailZero`; loop: where one was named
    """

    analysis: ClassVar[str] = "poles"
    view: ClassVar[str] = "poles"

    poles: Complex
    pole_nodes: tuple[str, ...]
    transfers: Mapping[str, ModeTransfer]
    corners: Corners
    tail: TailZero | None
    loop: Loop | None
    input: tuple[str, str]
    output: tuple[str, ...]
    vcm: float
    input_offset: float | None
    status: str
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
        return np.exp(_log_shape(f, self.poles, transfer.zeros) + transfer.log_scale)

    def to_dict(self) -> dict[str, Any]:
        named = self.transfers.items()
        return plain(
            {
                "status": self.status,
                "output": Output(self.output).kind,
                "vcm": self.vcm,
                "input_offset": self.input_offset,
                "poles_rad_s": pairs(self.poles),
                "pole_nodes": self.pole_nodes,
                "zeros_rad_s": {name: pairs(t.zeros) for name, t in named},
                "zero_uncertainty": {name: t.zero_uncertainty for name, t in named},
                "residues_rad_s": {name: pairs(t.residues) for name, t in named},
                "cancelling": {
                    name: [{"pole": p.pole, "zero": p.zero, "distance": p.distance} for p in t.pairs]
                    for name, t in named
                },
                "gain_at_dc": {name: t.gain_at_dc for name, t in named},
                "error": {name: t.error for name, t in named},
                "bandwidth_hz": self.corners.bandwidth_hz,
                "low_corner_hz": self.corners.low_hz,
                "gain_bandwidth_hz": self.corners.gain_bandwidth_hz,
                "unity_gain_hz": self.corners.unity_hz,
                "tail": self.tail
                and {
                    "node": self.tail.node,
                    "zero_rad_s": pairs(self.tail.zero),
                    "pole_rad_s": pairs(self.tail.pole),
                },
                "loop": self.loop and {name: getattr(self.loop, name) for name in Loop.__slots__},
            }
        )


def run(
    circuit: Circuit,
    input: Sequence[str] | None,
    output: Sequence[str] | None,
    loop: Sequence[str] | None,
    vcm: float | None,
    null: bool,
    target: float | None,
) -> PolesAndZeros:
    """Poles of the whole circuit once, zeros for each pair of modes."""
    drives = find_drives(circuit, input, output, vcm)
    for name in loop or ():
        check_source(drives.circuit, name)
    point, offset = bias(drives, null=null, target=target)
    model = linearize(point)
    rational = replace(model, delays=())
    modes = eigenmodes(model.conductance[0], model.capacitance[0])
    gains = model_gains(drives, rational, np.append(0.0, _CHECKED))
    homes = tuple(home(modes, rational, k) for k in range(len(modes.values)))
    transfers = {name: _transfer(rational, modes, drives, *at, gains) for name, at in _names(drives).items()}
    return PolesAndZeros(
        modes.values,
        homes,
        transfers,
        _NO_CORNERS
        if transfers["differential"].zeros is None or growing(point)
        else _corners(model_bands(drives, model, search_axis(model, np.ones(1)))),
        _tail(rational, modes, drives, transfers["common"]),
        _loop(model, modes.values, loop[0]) if loop else None,
        drives.hot,
        drives.output,
        common_level(drives, point),
        offset,
        status_text(point),
        (*bias_notes(drives, point, offset), *_notes(model, transfers)),
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


def _transfer(
    model: Linearization, modes: Eigenmodes, drives: Drives, out: int, into: int, gains: tuple[Complex, Real]
) -> ModeTransfer:
    matrix, floor = gains  # at 0 Hz, and at the frequencies of the check
    gain = matrix[:, out, into]
    if (np.abs(gain[1:]) <= _NOTHING * floor[1:]).all():
        point = model.operating_point
        return ModeTransfer(reason=Inquiry(drives, point).why(float(_CHECKED[0]), out, into))
    row = drives.output_matrix(model.operating_point.system)[out]
    column = -(model.inputs[0] @ drives.unit_modes[:, into])
    n = len(row)
    static, dynamic = np.zeros((2, n + 1, n + 1))
    static[:n, :n], static[:n, n], static[n, :n] = model.conductance[0], -column, row
    dynamic[:n, :n] = model.capacitance[0]
    zeros = eigenmodes(static, dynamic)
    moved = zeros.uncertainty(static, dynamic)
    if abs(gain[0]) <= _NOTHING * floor[0]:
        # nothing passes at 0 Hz: the lowest zeros are there, and came out beside it by rounding
        zeros.values[: _order_at_dc(model, row, column, modes.values)] = 0.0
    return ModeTransfer(
        float(gain[0].real),
        zeros.values,
        tuple(home(zeros, model, k) for k in range(len(zeros.values))),
        (row @ modes.right) * (column @ modes.left),
        tuple(_cancelling(modes.values, zeros.values)),
        *_scale_and_error(
            gain[1:],
            floor[1:],
            (modes.values, modes.uncertainty(model.conductance[0], model.capacitance[0])),
            (zeros.values, moved),
        ),
        _uncertainty(zeros.values, moved),
    )


def _order_at_dc(model: Linearization, row: Real, column: Real, poles: Complex) -> int:
    """With which power of s a transfer begins that is zero at 0 Hz."""
    low = np.abs(poles).min() / (2.0 * np.pi) * 1e-3
    first, second = np.abs(model.solve(np.array([low, 2.0 * low]), column[None, :, None])[0, :, :, 0] @ row)
    return round(float(np.log2(second / first)))


def _log_shape(f: Real, poles: Complex, zeros: Complex) -> Complex:
    """The logarithm of the products of (s - zero) over (s - pole) at s = 2j*pi*f."""
    s = 2j * np.pi * f[:, None]
    with np.errstate(divide="ignore"):  # a zero at 0 Hz
        return np.log(s - zeros).sum(axis=1) - np.log(s - poles).sum(axis=1)


def _scale_and_error(
    gain: Complex, floor: Real, poles: tuple[Complex, Real], zeros: tuple[Complex, Real]
) -> tuple[complex, float]:
    """The scale that makes poles and zeros equal to the gain where it is largest, and how far they miss elsewhere.

    `floor` is the rounding of the gain; poles and zeros come with what rounding moves them by.
    """
    shape = _log_shape(_CHECKED, poles[0], zeros[0])
    size = np.abs(gain)
    largest = int(size.argmax())
    scale = np.log(gain[largest]) - shape[largest]
    missed = np.abs(np.exp(shape + scale) - gain)
    with np.errstate(divide="ignore"):  # a zero at 0 Hz, or on the axis
        moved = sum((by / np.abs(2j * np.pi * _CHECKED[:, None] - at)).sum(axis=1) for at, by in (poles, zeros))
    rounding = np.maximum(floor + _ROUNDINGS * size * (moved + moved[largest]), _LEAST * size[largest])
    error = float(np.where(missed > rounding, missed, 0.0).max() / size[largest])
    return complex(scale), error


def _uncertainty(zeros: Complex, moved: Real) -> Real:
    """What rounding moves zeros by, as parts of them: powers of ten, 1 at most."""
    part = np.divide(_ROUNDINGS * moved, np.abs(zeros), out=np.zeros(len(zeros)), where=zeros != 0.0)
    return np.where(part > _EXACT, 10.0 ** np.ceil(np.log10(np.clip(part, _EXACT, 1.0))), 0.0)


def _cancelling(poles: Complex, zeros: Complex) -> list[Pair]:
    """Each pole with the nearest zero that is free, nearest pairs first."""
    if not len(poles) or not len(zeros):
        return []
    distance = np.abs(poles[:, None] - zeros) / np.abs(poles)[:, None]
    distance[distance <= _TOUCHES] = 0.0
    pairs: list[Pair] = []
    for place in np.argsort(np.round(distance / _TOUCHES), axis=None, kind="stable"):
        p, z = (int(k) for k in np.unravel_index(place, distance.shape))
        if distance[p, z] > CANCELS:
            break
        if all(p != pair.pole and z != pair.zero for pair in pairs):
            pairs.append(Pair(p, z, float(distance[p, z])))
    return sorted(pairs, key=lambda pair: pair.pole)


def _tail(model: Linearization, modes: Eigenmodes, drives: Drives, common: ModeTransfer) -> TailZero | None:
    """The lowest real zero of the common-mode gain that lives at a node which differential signals do not move."""
    if common.zeros is None:
        return None
    system = model.operating_point.system
    for zero, node in zip(common.zeros, common.zero_nodes, strict=True):
        if node not in system.index or zero.real >= 0.0 or abs(zero.imag) > 1e-6 * abs(zero):
            continue
        x = model.response(np.array([abs(zero) / (2.0 * np.pi)]), drives.unit_modes)[0, 0]
        differential, in_common = np.abs(x[system.index[node]])
        if in_common > _FOLLOWS and differential < _VIRTUAL_GROUND * in_common:
            share = modes.participation[system.index[node]].real
            most = share.max(initial=0.0)
            first = int(np.argmax(share >= most * (1.0 - 1e-6)))  # of a conjugate pair, both of which live there alike
            return TailZero(node, complex(zero), complex(modes.values[first]) if most > _VIRTUAL_GROUND else None)
    return None


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


def _loop(model: Linearization, poles: Complex, source: str) -> Loop:
    low, high = _span(poles)
    f = np.geomspace(low, high, int(200 * np.log10(high / low)))
    at_dc = loop_gain(model, source, np.zeros(1))[0]
    return margins(f, loop_gain(model, source, f), float(at_dc.real), source)


def _notes(model: Linearization, transfers: Mapping[str, ModeTransfer]) -> list[str]:
    notes = []
    seconds = max([float(np.abs(d).max()) for slopes, d in model.delays if np.abs(slopes).max() > 0.0], default=0.0)
    if seconds > 0.0:
        notes.append(
            f"excess phase of transistors, a delay of up to {format_si(seconds, 's')}, is no finite pole: it is left "
            "out of poles and zeros, and counted in bandwidth and margins"
        )
    notes += [
        f"poles and zeros miss the {name.replace('_', ' ')} gain by up to {t.error:.1g} of its largest value"
        for name, t in transfers.items()
        if t.error is not None and t.error > _GOOD
    ]
    notes += [
        f"rounding may move zeros of the {name.replace('_', ' ')} gain by up to {worst:.0e} of their magnitude"
        for name, t in transfers.items()
        if t.zero_uncertainty is not None and (worst := t.zero_uncertainty.max(initial=0.0)) > _SHOWN
    ]
    return notes


LOOP_OPTION = Option("loop", "nodes", "", "a voltage source in a loop, whose margins are wanted")

ANALYSIS = Analysis(
    "poles",
    "Poles, zeros of every mode transfer, bandwidth and margins",
    run,
    PolesAndZeros,
    (*INPUT_OPTIONS, LOOP_OPTION, *NULL_OPTIONS),
)
