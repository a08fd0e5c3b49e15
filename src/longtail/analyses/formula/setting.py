"""What formulas are made from: a circuit at its operating point in symbols, and the gains that it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from longtail.circuit import Circuit
from longtail.contract.drive import AS_IT_IS, Drive
from longtail.driven.drives import Drives
from longtail.driven.inputs import find_drives
from longtail.driven.mode_gains import PLACES
from longtail.driven.nulling import bias_of
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import OptionError, nearest
from longtail.large_signal.stuck import bias_notes
from longtail.merits.reasons import Inquiry, Reason
from longtail.symbolic.algebra.gain import Gain, Pairs, unknown_pairs
from longtail.symbolic.circuit.elements import SmallSignal, small_signal
from longtail.symbolic.circuit.twins import beside_the_line, twins
from longtail.symbolic.shorter.answer import Question
from longtail.symmetry import Mirror, find_mirror

GAINS = ("differential", "common", "common_to_differential", "differential_to_common", "cmrr")


def read_gain(given: Any) -> str:
    """The name of a gain, with hyphens or underscores. Raises `OptionError` for one that there is not.

    >>> read_gain("common-to-differential")
    'common_to_differential'
    """
    of = str(given).replace("-", "_")
    if of not in GAINS:
        raise OptionError(f"there is no gain '{of}'", hint=nearest(of, GAINS) or f"one of {', '.join(GAINS)}")
    return of


def gain_of(drives: Drives, of: str) -> Gain:
    """The gain of that name, one of `GAINS`. Raises `OptionError` for one that there is not with this output."""
    if drives.single_ended and of in ("common_to_differential", "differential_to_common"):
        raise OptionError(f"a single-ended output has no '{of}'", hint="its gains are differential and common")
    common_in = of in ("common", "common_to_differential")
    common_out = of in ("common", "differential_to_common") and not drives.single_ended
    amplitudes = (1, 1) if common_in else (1, -1)
    drive = {f"i({s})": a for s, a in zip(drives.sources, amplitudes, strict=True)}
    weights = (1,) if drives.single_ended else (1, 1) if common_out else (1, -1)
    read: dict[str, int] = {}
    for node, weight in zip(drives.output, weights, strict=True):
        if node != "0":
            read[node] = read.get(node, 0) + weight
    scale = Fraction(1) if common_in else Fraction(1, 2)
    return Gain(of, drive, read, scale / 2 if common_out else scale)


@dataclass(frozen=True, eq=False)
class Setting:
    """A circuit at its operating point, ready for formulas; `notes` on that point."""

    drives: Drives
    point: OperatingPoint
    circuit: SmallSignal
    mirror: Mirror | None
    images: Mapping[str, str]
    pairs: Pairs
    notes: tuple[str, ...]

    def why_zero(self, of: str, frequency_hz: float) -> Reason:
        """The reason for a gain that is zero."""
        out, into = PLACES[of]
        return Inquiry(self.drives, self.point).why(frequency_hz, 0 if self.drives.single_ended else out, into)

    def question(self, of: str, band_hz: tuple[float, float]) -> Question:
        """The question for one gain."""
        return Question(self.circuit, gain_of(self.drives, of), self.images, self.pairs, band_hz)


def setting(circuit: Circuit, drive: Drive = AS_IT_IS) -> Setting:
    """Operating point, small-signal elements, and which devices are matched."""
    drives = find_drives(circuit, drive)
    point, offset = bias_of(drives, drive)
    elements = small_signal(point)
    mirror = find_mirror(drives.circuit, drives.sources, drives.output)
    mirrored = {a: b for a, b in mirror.devices.items() if a != b and b} if mirror else {}
    images = {a: b for a, b in twins(elements).items() if a not in mirrored and b not in mirrored} | mirrored
    complete = mirror is not None and mirror.complete
    if mirror is not None and not complete:
        images |= beside_the_line(elements, mirror.nodes, images)
    pairs = unknown_pairs(elements, mirror) if complete else ()
    return Setting(drives, point, elements, mirror, images, pairs, bias_notes(drives, point, offset))
