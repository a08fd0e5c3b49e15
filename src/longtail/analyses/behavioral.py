"""The behavioural model of an amplifier, taken out of its deck at one frequency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from longtail.analyses.gains import ModeGains, gains_at
from longtail.bench.behavioral import Behavioral
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.drive import Drive
from longtail.contract.encoding import pairs, plain
from longtail.contract.kinds import NUMBER
from longtail.contract.options import INPUT_OPTIONS, NULL_OPTIONS
from longtail.contract.output import ports
from longtail.contract.result import Result
from longtail.driven.inputs import find_drives
from longtail.driven.nulling import bias_of


@dataclass(frozen=True, eq=False, repr=False)
class BehavioralModel(Result):
    """A model and where it comes from.

    model         see `longtail.Behavioral`; its gains are real at 0 Hz
    frequency_hz  Hz; gains: the mode gains that it was made of
    """

    analysis: ClassVar[str] = "behavioral"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "behavioral"

    model: Behavioral
    frequency_hz: float
    gains: ModeGains
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<{self.model!r} at {self.frequency_hz:g} Hz, output {self.gains.label}>"

    def to_dict(self) -> dict[str, Any]:
        model = self.model
        found = {"differential": model.differential, "common": model.common}
        if not model.single_ended:
            found |= {"common_to_differential": model.unwanted, "differential_to_common": model.matrix[1, 0].item()}
        return plain(
            {
                "status": self.gains.status,
                **ports(self.gains.input, self.gains.output),
                "vcm": self.gains.vcm,
                "frequency_hz": self.frequency_hz,
                **{name: pairs(gain) for name, gain in found.items()},
                "cmrr_db": self.model.cmrr_db,
                "gains": self.gains,
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> BehavioralModel:
        gains = ModeGains.from_dict(entries["gains"])
        return super().from_dict({**entries, "model": model_of(gains), "gains": gains})


def model_of(gains: ModeGains) -> Behavioral:
    """The model of gains at one frequency, real at 0 Hz; a gain that is rounding is zero in it."""
    matrix = np.where(np.abs(gains.matrix[0]) > gains.floor[0], gains.matrix[0], 0.0)
    return Behavioral.of_matrix(matrix.real if gains.frequency_hz[0] == 0.0 else matrix)


def run(circuit: Circuit, drive: Drive, frequency_hz: float) -> BehavioralModel:
    """The mode gains at one frequency as a model."""
    drives = find_drives(circuit, drive)
    point, offset = bias_of(drives, drive)
    gains = gains_at(drives, point, np.array([frequency_hz]), offset, drive.target)
    return BehavioralModel(model_of(gains), frequency_hz, gains, gains.notes)


ANALYSIS = Analysis(
    "behavioral",
    "The behavioural model at one frequency: A_d and A_c, or the matrix of a pair",
    run,
    BehavioralModel,
    (*INPUT_OPTIONS, Option("frequency_hz", NUMBER, "Hz", "of the model", 0.0, low=0.0), *NULL_OPTIONS),
    without_circuit="predict",
)
