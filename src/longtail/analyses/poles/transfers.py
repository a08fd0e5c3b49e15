"""The transfers between modes by their poles and zeros."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.contract.decoding import rebuilt
from longtail.driven.drives import Drives
from longtail.driven.stability import home
from longtail.engine.small_signal.eigenmodes import Eigenmodes, eigenmodes
from longtail.engine.small_signal.linearization import Linearization
from longtail.merits.reasons import Inquiry, Reason

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
CANCELS = 1e-2  # a zero this close to a pole, relatively, is paired with it
_ONE = 1e-12  # a scale that is one but for rounding has a logarithm below
_TOUCHES = 1e-8  # a distance that is less, relatively, is rounding
CHECKED = np.geomspace(1.0, 1e9, 37)  # Hz, where zeros and poles of a transfer are checked against its gain
_NOTHING = 10.0  # times the floor of rounding: a transfer that is nowhere above is zero
_ROUNDINGS = 10.0  # times the last bits of the circuit: what the steps of a solution add to them
_LEAST = 1e-10  # of the largest gain: poles and zeros are not looked for more exactly
_EXACT = 1e-9  # of itself: a zero that rounding moves by more has its uncertainty told


@dataclass(frozen=True, slots=True)
class CancellingPair:
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
    pairs: tuple[CancellingPair, ...] = ()
    log_scale: complex = 0.0
    error: float | None = None
    zero_uncertainty: Real | None = None
    reason: Reason | None = None

    @property
    def scale(self) -> dict[str, float] | None:
        """What `log_scale` is of, as JSON has it: a real factor, by its sign and the logarithm of its magnitude."""
        if self.zeros is None:
            return None
        log = self.log_scale.real
        return {"sign": float(np.sign(np.cos(self.log_scale.imag))), "log": log if abs(log) > _ONE else 0.0}

    @classmethod
    def from_dict(cls, name: str, entries: Mapping[str, Any]) -> ModeTransfer:
        """The transfer of that name from the JSON of all of them."""
        at = {"zeros_rad_s": "zeros", "residues_rad_s": "residues", "cancelling": "pairs"}
        own = {at.get(key, key): by[name] for key, by in entries.items() if isinstance(by, Mapping) and name in by}
        scale = own["scale"]
        log_scale = complex(scale["log"], 0.0 if scale["sign"] > 0.0 else np.pi) if scale else 0j
        return rebuilt(cls, {**own, "log_scale": log_scale, "reason": entries["zero"].get(name)})


def transfer_between(
    model: Linearization,
    poles: tuple[Eigenmodes, Real],
    drives: Drives,
    out: int,
    into: int,
    gains: tuple[Complex, Real],
) -> ModeTransfer:
    """The transfer from one mode to another; `poles` come with what rounding moves them by."""
    modes, shifts = poles
    matrix, floor = gains  # at 0 Hz, and at the frequencies of the check
    gain = matrix[:, out, into]
    if (np.abs(gain[1:]) <= _NOTHING * floor[1:]).all():
        point = model.operating_point
        return ModeTransfer(reason=Inquiry(drives, point).why(float(CHECKED[0]), out, into))
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
        _residues(modes, row, column, float(floor.max())),
        tuple(_cancelling(modes.values, zeros.values)),
        *_scale_and_error(
            gain[1:],
            floor[1:],
            (modes.values, shifts),
            (zeros.values, moved),
        ),
        in_parts(moved, zeros.values),
    )


def _seen(weights: Real, modes: Complex) -> Complex:
    """How far each mode, a column, is seen by weights or driven by them; zero where that is rounding of the mode."""
    products = weights @ modes
    floor = _ROUNDINGS * np.finfo(float).eps * np.abs(weights).sum() * np.abs(modes).max(axis=0, initial=0.0)
    return np.where(np.abs(products) > floor, products, 0.0)


def _residues(modes: Eigenmodes, row: Real, column: Real, floor: float) -> Complex:
    """What each pole gives the gain, rad/s; zero where that is at no frequency more than the gain's rounding."""
    found = _seen(row, modes.right) * _seen(column, modes.left)
    return np.where(np.abs(found) > floor * np.abs(modes.values.real), found, 0.0)


def _order_at_dc(model: Linearization, row: Real, column: Real, poles: Complex) -> int:
    """With which power of s a transfer begins that is zero at 0 Hz."""
    low = np.abs(poles).min() / (2.0 * np.pi) * 1e-3
    first, second = np.abs(model.solve(np.array([low, 2.0 * low]), column[None, :, None])[0, :, :, 0] @ row)
    return round(float(np.log2(second / first)))


def log_shape(f: Real, poles: Complex, zeros: Complex) -> Complex:
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
    shape = log_shape(CHECKED, poles[0], zeros[0])
    size = np.abs(gain)
    largest = int(size.argmax())
    scale = np.log(gain[largest]) - shape[largest]
    missed = np.abs(np.exp(shape + scale) - gain)
    with np.errstate(divide="ignore"):  # a zero at 0 Hz, or on the axis
        moved = sum((by / np.abs(2j * np.pi * CHECKED[:, None] - at)).sum(axis=1) for at, by in (poles, zeros))
    rounding = np.maximum(floor + _ROUNDINGS * size * (moved + moved[largest]), _LEAST * size[largest])
    error = float(np.where(missed > rounding, missed, 0.0).max() / size[largest])
    return complex(scale), error


def in_parts(moved: Real, roots: Complex) -> Real:
    """What rounding moves poles or zeros by, as parts of them: powers of ten, 1 at most; zero up to 1e-9."""
    part = np.divide(_ROUNDINGS * moved, np.abs(roots), out=np.zeros(len(roots)), where=roots != 0.0)
    return np.where(part > _EXACT, 10.0 ** np.ceil(np.log10(np.clip(part, _EXACT, 1.0))), 0.0)


def _cancelling(poles: Complex, zeros: Complex) -> list[CancellingPair]:
    """Each pole with the nearest zero that is free, nearest pairs first."""
    if not len(poles) or not len(zeros):
        return []
    distance = np.abs(poles[:, None] - zeros) / np.abs(poles)[:, None]
    distance[distance <= _TOUCHES] = 0.0
    pairs: list[CancellingPair] = []
    for place in np.argsort(np.round(distance / _TOUCHES), axis=None, kind="stable"):
        p, z = (int(k) for k in np.unravel_index(place, distance.shape))
        if distance[p, z] > CANCELS:
            break
        if all(p != pair.pole and z != pair.zero for pair in pairs):
            pairs.append(CancellingPair(p, z, float(distance[p, z])))
    return sorted(pairs, key=lambda pair: pair.pole)
