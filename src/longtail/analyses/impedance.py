"""Input and output impedance of both modes over frequency.

    input   [i_d; i_c] = Y [v_id; v_ic],   Z_id = v_id/i_d at v_ic = 0,   Z_ic = v_ic/i_c at v_id = 0
    output  [v_od; v_oc] = Z [i_od; i_oc], Z_od = v_od/i_od at i_oc = 0,  Z_oc = v_oc/i_oc at i_od = 0

with i_d = (i1 - i2)/2 and i_c = i1 + i2, currents into the amplifier. So two resistors R from the inputs to ground
are Z_id = 2*R and Z_ic = R/2. Inputs are driven with the outputs left open; outputs take a test current while the
inputs have no signal. What stands between the input sources and the amplifier belongs to the input impedance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.options import FREQUENCY_OPTION, INPUT_OPTIONS, NULL_OPTIONS
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.driven.inputs import find_drives
from longtail.driven.mode_gains import common_level, status_text
from longtail.driven.nulling import bias_of
from longtail.driven.port_maps import ROUNDING, above, port_matrices
from longtail.engine.small_signal.at_point import linearize
from longtail.large_signal.stuck import bias_notes
from longtail.modes import COMMON, DIFFERENTIAL

if TYPE_CHECKING:
    import xarray

Complex = NDArray[np.complex128]


@dataclass(frozen=True, eq=False, repr=False)
class Impedances(AtOutput, Result):
    """Impedances of an amplifier at its ports.

    frequency_hz   `[frequency]`
    admittance     `[frequency, mode, mode]`, S: currents into the inputs by input voltages
    output_matrix  `[frequency, mode, mode]`, ohm: output voltages by test currents; one mode for a single output
    input, output  names of the nodes; vcm: dc common-mode input in V; input_offset: V, where it was nulled
    """

    analysis: ClassVar[str] = "impedance"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "impedance"

    frequency_hz: NDArray[np.float64]
    admittance: Complex
    output_matrix: Complex
    input: tuple[str, str]
    output: tuple[str, ...]
    vcm: float
    input_offset: float | None
    status: str
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        z_id, z_ic = np.abs(self.differential_input[0]), np.abs(self.common_input[0])
        z_o = np.abs(self.differential_output[0])
        at = f"at {self.frequency_hz[0]:g} Hz"
        return f"<impedances {at}: input {z_id:.4g} ohm differential, {z_ic:.4g} ohm common, output {z_o:.4g} ohm>"

    @property
    def differential_input(self) -> Complex:
        """Z_id = v_id/i_d with no common-mode signal, ohm."""
        return _inverse(self.admittance[:, DIFFERENTIAL, DIFFERENTIAL])

    @property
    def common_input(self) -> Complex:
        """Z_ic = v_ic/i_c, both inputs tied, ohm."""
        return _inverse(self.admittance[:, COMMON, COMMON])

    @property
    def differential_output(self) -> Complex:
        """Z_od = v_od/i_od of a pair of outputs, or Z_o of one node, ohm."""
        return self.output_matrix[:, DIFFERENTIAL, DIFFERENTIAL]

    @property
    def common_output(self) -> Complex | None:
        """Z_oc = v_oc/i_oc, both outputs tied, ohm; None if single-ended."""
        return None if self.single_ended else self.output_matrix[:, COMMON, COMMON]

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                "status": self.status,
                **ports(self.input, self.output),
                "vcm": self.vcm,
                "input_offset": self.input_offset,
                "frequency_hz": self.frequency_hz,
                "input_impedance": {"differential": self.differential_input, "common": self.common_input},
                "output_impedance": {"differential": self.differential_output, "common": self.common_output},
                "admittance": self.admittance,
                "output_matrix": self.output_matrix,
                "notes": self.notes,
            }
        )

    def to_xarray(self) -> xarray.Dataset:
        """The impedances over "frequency" in Hz."""
        import xarray

        named = {
            "differential_input": self.differential_input,
            "common_input": self.common_input,
            "differential_output": self.differential_output,
            "common_output": self.common_output,
        }
        return xarray.Dataset(
            {name: ("frequency", z, {"units": "ohm"}) for name, z in named.items() if z is not None},
            coords={"frequency": ("frequency", self.frequency_hz, {"units": "Hz"})},
            attrs={"vcm": self.vcm, "status": self.status},
        )


def _with_conversions(matrix: Complex) -> Complex:
    """A matrix between modes `[…, mode, mode]` in which conversions that are rounding are zero."""
    floor = ROUNDING * np.abs(matrix).max(axis=(-2, -1), keepdims=True)
    return np.where(np.eye(matrix.shape[-1], dtype=bool), matrix, above(matrix, floor))


def _inverse(admittance: Complex) -> Complex:
    """1/Y; infinite where no current flows."""
    found = np.full(admittance.shape, complex(np.inf), complex)
    flows = admittance != 0.0
    found[flows] = 1.0 / admittance[flows]
    return found


def run(circuit: Circuit, drive: Drive, frequency_hz: NDArray[np.float64]) -> Impedances:
    """One factorization a frequency serves all four impedances."""
    drives = find_drives(circuit, drive)
    point, offset = bias_of(drives, drive)
    found = port_matrices(drives, linearize(point), frequency_hz)
    admittance, output_matrix = (_with_conversions(each[0]) for each in found)
    return Impedances(
        frequency_hz,
        admittance,
        output_matrix,
        drives.hot,
        drives.output,
        common_level(drives, point),
        offset,
        status_text(point),
        bias_notes(drives, point, offset),
    )


ANALYSIS = Analysis(
    "impedance",
    "Input and output impedance of both modes over frequency",
    run,
    Impedances,
    (*INPUT_OPTIONS, FREQUENCY_OPTION, *NULL_OPTIONS),
)
