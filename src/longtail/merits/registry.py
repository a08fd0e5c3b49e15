"""What a sweep over lanes may measure: figures of every lane by name, from operating points and mode gains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.circuit import Circuit
from longtail.devices.discovery import devices
from longtail.driven.bands import Bands, sampled_bands
from longtail.driven.drives import Drives
from longtail.driven.mode_gains import ModeMatrix
from longtail.engine.equations.system import System
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import OptionError, nearest
from longtail.hints import said

Array = NDArray[np.float64]
Values = NDArray[np.float64] | NDArray[np.complex128]


@dataclass(frozen=True)
class Seen:
    """What there is to measure of some lanes: points, and where they are asked for mode gains over frequency, those at
    the headline frequency, and pass bands."""

    point: OperatingPoint
    drives: Drives | None = None
    gains: ModeMatrix | None = None
    headline: ModeMatrix | None = None
    bands: Bands | None = None

    @property
    def response(self) -> ModeMatrix:
        assert self.gains is not None
        return self.gains

    @property
    def single(self) -> ModeMatrix:
        assert self.headline is not None
        return self.headline

    @property
    def band(self) -> Bands:
        assert self.bands is not None
        return self.bands

    def input_levels(self) -> modes.Modes:
        """Differential and common dc level of the inputs, V, `[lane]`."""
        assert self.drives is not None
        lanes = len(self.point.solution)
        return self.drives.modes_of({name: np.broadcast_to(v, lanes) for name, v in self.point.values.items()})


@dataclass(frozen=True)
class Measure:
    """One figure of every lane: `of` gives `[lane]`, or `[lane, frequency]` where it is `over_frequency`.

    needs  "point", "drives" (levels at the inputs), "headline" (gains at the headline frequency, see `headline_hz`),
           "axis" (at all frequencies) or "band" (corners of the differential gain, see `longtail.driven.bands`)
    """

    name: str
    unit: str
    doc: str
    of: Callable[[Seen], Values] = field(repr=False)
    needs: str = "point"
    over_frequency: bool = False
    is_complex: bool = False


def _db(seen: Seen, gain: NDArray[np.complex128]) -> Array:
    """Of the headline frequency; minus infinity where a gain is no more than rounding."""
    size = np.abs(gain[:, 0])
    with np.errstate(divide="ignore"):
        return np.asarray(20.0 * np.log10(np.where(size <= seen.single.floor[:, 0], 0.0, size)))


def bandwidth(gains: ModeMatrix) -> Array:
    """The upper corner of the differential gain of each lane, Hz, `[lane]`, from nothing but samples.

    Infinite where they end before, nan where there is no gain.
    """
    return sampled_bands(gains.frequency_hz, np.abs(gains.differential), gains.floor).high_hz


OVER_FREQUENCY = (
    Measure("differential", "V/V", "A_dd, or A_d of a single-ended output", lambda s: s.response.differential),
    Measure("common", "V/V", "A_cc, or A_cm of a single-ended output", lambda s: s.response.common),
    Measure("common_to_differential", "V/V", "A_c→d", lambda s: s.response.unwanted),
    Measure("differential_to_common", "V/V", "A_d→c", lambda s: s.response.matrix[..., -1, 0]),
    Measure("cmrr", "dB", "rejection over frequency", lambda s: s.response.cmrr_db),
)
SCALARS = (
    Measure("differential_db", "dB", "A_dd or A_d at mid-band", lambda s: _db(s, s.single.differential), "headline"),
    Measure("common_db", "dB", "A_cc or A_cm at mid-band", lambda s: _db(s, s.single.common), "headline"),
    Measure("cmrr_db", "dB", "rejection at mid-band", lambda s: s.single.cmrr_db[:, 0], "headline"),
    Measure(
        "bandwidth_hz",
        "Hz",
        "f_3dB, or f_H: the upper corner of the differential gain",
        lambda s: s.band.high_hz,
        "band",
    ),
    Measure("low_corner_hz", "Hz", "f_L: its lower corner, 0 Hz of a low-pass", lambda s: s.band.low_hz, "band"),
    Measure("unity_gain_hz", "Hz", "f_T: where it falls through one", lambda s: s.band.unity_hz, "band"),
    Measure("input_offset", "V", "v1 - v2 that nulls the output", lambda s: s.input_levels().differential, "drives"),
    Measure("vcm", "V", "dc common-mode level of the inputs", lambda s: s.input_levels().common, "drives"),
)
_BY_NAME = {
    **{
        m.name: Measure(m.name, m.unit, m.doc, m.of, "axis", over_frequency=True, is_complex=m.unit == "V/V")
        for m in OVER_FREQUENCY
    },
    **{m.name: m for m in SCALARS},
}
_OF_PAIRS = ("common_to_differential", "differential_to_common")  # what only an output of two nodes has
DEFAULT = "differential_db,cmrr_db,bandwidth_hz"


def names(given: str | Sequence[str]) -> tuple[str, ...]:
    """Names with commas between, or a sequence of them.

    >>> names("gains, V(out)"), names(["op"])
    (('gains', 'v(out)'), ('op',))
    """
    words = given.split(",") if isinstance(given, str) else given
    return tuple(word.strip().lower() for word in words)


def of_point(name: str) -> bool:
    """Whether operating points alone tell it.

    >>> of_point("v(out)"), of_point("q1.ic"), of_point("cmrr_db")
    (True, True, False)
    """
    return name != "gains" and name not in _BY_NAME


def measures(given: str | Sequence[str], circuit: Circuit, outputs: int) -> tuple[Measure, ...]:
    """What names ask for: "gains" and "op" stand for all that they have, v(node), i(device) and q1.ic for single ones.

    `outputs` is the number of output nodes, 0 where none are known. Raises `OptionError` for another name, with the
    nearest that there is.
    """
    found: dict[str, Measure] = {}
    for name in names(given):
        for word in _expanded(name, circuit, outputs):
            found[word] = _BY_NAME.get(word) or _of_point(word, circuit)
    if not found:
        raise OptionError("nothing to measure", hint=said("as in {measure}", measure="differential_db,cmrr_db"))
    wrong = [name for name in _OF_PAIRS if name in found and outputs == 1]
    if wrong:
        raise OptionError(f"a single-ended output has no {wrong[0]}", hint="its rejection is of 'common': A_cm")
    return tuple(found.values())


def _expanded(name: str, circuit: Circuit, outputs: int) -> list[str]:
    if name == "gains":
        return [m.name for m in OVER_FREQUENCY if outputs == 2 or m.name not in _OF_PAIRS]
    if name == "op":
        return [*(f"v({node})" for node in circuit.nodes), *_branches(circuit)]
    return [name]


def _branches(circuit: Circuit) -> list[str]:
    """The currents that are unknowns, as in i(vcc)."""
    return [u.name for u in System(circuit).unknowns if u.unit == "A"]


def _of_point(name: str, circuit: Circuit) -> Measure:
    """A node voltage, a branch current or a quantity of a device."""
    nodes = [f"v({node})" for node in circuit.nodes]
    if name in nodes or (name.startswith("i(") and name in _branches(circuit)):
        unit = "V" if name in nodes else "A"
        key = name[2:-1] if unit == "V" else name
        return Measure(name, unit, f"{name} of the operating point", lambda s: s.point[key])
    device, _, quantity = name.rpartition(".")
    if device in circuit.instances:
        declared = {q.name: q for q in devices()[circuit.instances[device].device].quantities if q.name != "region"}
        if quantity in declared:
            q = declared[quantity]
            return Measure(name, q.unit, q.doc, lambda s: s.point.quantities[device][quantity])
        raise OptionError(
            f"{device} has no quantity '{quantity}'",
            hint=nearest(quantity, declared) or f"it has: {', '.join(declared) or 'none'}",
        )
    words = ["gains", "op", *_BY_NAME]
    raise OptionError(
        f"there is nothing called '{name}' to measure",
        hint=nearest(name, [*words, *nodes, *_branches(circuit)])
        or f"there are {', '.join(words)}, v(node), i(device) and q1.ic",
    )
