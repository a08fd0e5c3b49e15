"""Power-supply rejection: what each supply does to each output mode, and the same referred to the input.

The supplies are further modes of the input: v_out = A_d*v_id + A_c*v_ic + sum of A_s*v_s, where v_s is what the hot
end of a supply rises to ground (of a negative supply too: +1 V makes it less negative). The rejection is
abs(A_dd/A_s→d) of a differential output, abs(A_d/A_s) of a single one: v_s counts as much as v_s/PSRR at the input.
Source: Gray, Hurst, Lewis, Meyer, Analysis and Design of Analog Integrated Circuits, section 6.2.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.decoding import decoded
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.kinds import NODES
from longtail.contract.options import FREQUENCY_OPTION, INPUT_OPTIONS, NULL_OPTIONS, PORTS
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.driven.inputs import find_drives
from longtail.driven.mode_gains import common_level, matrix_of, named_gains, status_text
from longtail.driven.nulling import bias_of
from longtail.driven.port_maps import rejection_db
from longtail.elaborate.ports import resolve_ports
from longtail.engine.small_signal.at_point import linearize
from longtail.errors import OptionError
from longtail.hints import said
from longtail.large_signal.stuck import bias_notes
from longtail.merits.reasons import UNKNOWN, Inquiry, Reason, short
from longtail.merits.supplies import supply_gains
from longtail.modes import COMMON, DIFFERENTIAL

if TYPE_CHECKING:
    import xarray

Complex = NDArray[np.complex128]


@dataclass(frozen=True, eq=False, repr=False)
class SupplyRejection(AtOutput, Result):
    """Transfers from the supplies to an output.

    frequency_hz  `[frequency]`
    matrix        `[frequency, out_mode, in_mode]`, V/V; in_modes are differential, common, and the supplies in order
    supplies      names of the supplies; input, output: of the nodes
    floor         `[frequency]`, V/V: a transfer below this is rounding
    vcm           dc common-mode input in V; input_offset: V, where it was nulled
    reasons       why the transfer of a supply to the differential or single output is zero, where it is
    """

    analysis: ClassVar[str] = "psrr"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "psrr"

    frequency_hz: NDArray[np.float64]
    matrix: Complex
    supplies: tuple[str, ...]
    input: tuple[str, str]
    output: tuple[str, ...]
    floor: NDArray[np.float64]
    vcm: float
    input_offset: float | None
    status: str
    notes: tuple[str, ...] = ()
    reasons: Mapping[str, Reason] = field(default_factory=dict)

    def __repr__(self) -> str:
        said = []
        for name in self.supplies:
            value = self.psrr_db(name)[0]
            why = "without gain" if value < 0.0 else short(self.reasons.get(name, UNKNOWN).rejection)
            said.append(f"{name} {value:.4g} dB" if np.isfinite(value) else f"{name} {why}")
        return f"<supply rejection at {self.frequency_hz[0]:g} Hz: {', '.join(said)}>"

    @property
    def gain(self) -> Complex:
        """A_dd, or A_d of a single-ended output."""
        return self.matrix[:, DIFFERENTIAL, DIFFERENTIAL]

    def differential(self, supply: str) -> Complex:
        """A_s→d, what the supply does to the differential output, or to a single one, V/V."""
        return self.matrix[:, DIFFERENTIAL, self._column(supply)]

    def common(self, supply: str) -> Complex | None:
        """A_s→c, what the supply does to the mean of two outputs, V/V; None if single-ended."""
        return None if self.single_ended else self.matrix[:, COMMON, self._column(supply)]

    def input_referred(self, supply: str) -> Complex:
        """The differential input that does the same as one volt of the supply, V/V: one over the PSRR."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.differential(supply) / self.gain)

    def psrr_db(self, supply: str) -> NDArray[np.float64]:
        """20*log10 of abs(A_dd/A_s→d); infinite where the transfer of the supply is rounding, see `reasons`.

        Minus infinite where there is no gain to hold against it.
        """
        return rejection_db(self.gain, self.differential(supply), self.floor)

    def _column(self, supply: str) -> int:
        if supply not in self.supplies:
            raise OptionError(f"'{supply}' is no supply here; there are {', '.join(self.supplies)}")
        return 2 + self.supplies.index(supply)

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                "status": self.status,
                **ports(self.input, self.output),
                "vcm": self.vcm,
                "input_offset": self.input_offset,
                "frequency_hz": self.frequency_hz,
                **named_gains(self.matrix),
                "supplies": {
                    name: {
                        "differential": self.differential(name),
                        "common": self.common(name),
                        "psrr_db": self.psrr_db(name),
                    }
                    for name in self.supplies
                },
                "floor": self.floor,
                "zero": self.reasons,
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> SupplyRejection:
        transfers = [
            [decoded(Complex, gain) for gain in (of["differential"], of["common"]) if gain is not None]
            for of in entries["supplies"].values()
        ]
        matrix = np.concatenate([matrix_of(entries), np.array(transfers).transpose(2, 1, 0)], axis=-1)
        return super().from_dict(
            {**entries, "matrix": matrix, "supplies": list(entries["supplies"]), "reasons": entries["zero"]}
        )

    def to_xarray(self) -> xarray.Dataset:
        """Transfers and rejections over "supply" and "frequency" in Hz."""
        import xarray

        axes = ("supply", "frequency")
        data: dict[str, Any] = {
            "differential": (axes, np.stack([self.differential(name) for name in self.supplies]), {"units": "V/V"}),
            "psrr": (axes, np.stack([self.psrr_db(name) for name in self.supplies]), {"units": "dB"}),
        }
        if not self.single_ended:
            data["common"] = (axes, self.matrix[:, COMMON, 2:].T, {"units": "V/V"})
        return xarray.Dataset(
            data,
            coords={"supply": list(self.supplies), "frequency": ("frequency", self.frequency_hz, {"units": "Hz"})},
            attrs={"vcm": self.vcm, "status": self.status},
        )


def run(
    circuit: Circuit, drive: Drive, supply: tuple[str, ...] | None, frequency_hz: NDArray[np.float64]
) -> SupplyRejection:
    """One factorization a frequency serves the inputs and all supplies. Raises `OptionError` without supplies."""
    drives = find_drives(circuit if supply is None else resolve_ports(circuit, supply=supply), drive)
    supplies = drives.circuit.ports.supplies
    if not supplies:
        raise OptionError(
            "the supplies are not known",
            hint=said(
                "say {supply} (names of voltage sources), or put '*@ supply vdd vss' into the netlist",
                supply=("vdd", "vss"),
            ),
        )
    point, offset = bias_of(drives, drive)
    matrix, floor = (each[0] for each in supply_gains(drives, linearize(point), frequency_hz))
    inquiry, zero = Inquiry(drives, point), np.abs(matrix[:, DIFFERENTIAL, 2:]) <= floor[:, None]
    whys = {name: inquiry.first(zero[:, k], frequency_hz, DIFFERENTIAL, name) for k, name in enumerate(supplies)}
    return SupplyRejection(
        frequency_hz,
        matrix,
        supplies,
        drives.hot,
        drives.output,
        floor,
        common_level(drives, point),
        offset,
        status_text(point),
        bias_notes(drives, point, offset),
        {name: why for name, why in whys.items() if why is not None},
    )


SUPPLY_OPTION = Option("supply", NODES, "", "voltage sources that feed the circuit", otherwise=PORTS)

ANALYSIS = Analysis(
    "psrr",
    "Power-supply rejection: each supply to each output mode",
    run,
    SupplyRejection,
    (*INPUT_OPTIONS, SUPPLY_OPTION, FREQUENCY_OPTION, *NULL_OPTIONS),
)
