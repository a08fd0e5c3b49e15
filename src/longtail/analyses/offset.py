"""Input offset by nulling, input bias and offset currents, and how all of them drift with temperature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import TEMPERATURE, Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.axes import FORMS
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.kinds import RANGE
from longtail.contract.options import COLDEST, FREE_NULL_OPTIONS, HOTTEST, INPUT_OPTIONS
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.driven.inputs import find_drives
from longtail.driven.levels import sweep
from longtail.driven.nulling import null_target
from longtail.driven.stability import instability_notes
from longtail.merits.inputs import BIAS_CURRENT, DRIFT_STEP, OFFSET_CURRENT, offsets
from longtail.merits.reasons import exchanging
from longtail.merits.seen import seen_at

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]

TEMPERATURES = "-40:125:34"


@dataclass(frozen=True, eq=False, repr=False)
class Offset(AtOutput, Result):
    """Offsets and bias currents of the inputs, at the temperature of the netlist and over others.

    input_offset    v1 - v2 in V that brings the output to `target` V, the systematic offset of the netlist
    bias_current    A, the mean of the currents that the two input sources deliver into the amplifier
    offset_current  A, i1 - i2 of the same
    ..._drift       their slopes over temperature at the netlist's, V/K and A/K
    is_symmetric    whether the circuit has a mirror image that exchanges inputs and outputs
    temperature_deg_c `[point]`, and `..._over_temperature` `[point]`; nan where the output could not be nulled
    """

    analysis: ClassVar[str] = "offset"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "offset"

    output: tuple[str, ...]
    input: tuple[str, ...]
    vcm: float
    target: float
    nominal_deg_c: float
    input_offset: float
    bias_current: float
    offset_current: float
    input_offset_drift: float
    bias_current_drift: float
    offset_current_drift: float
    temperature_deg_c: Array
    input_offset_over_temperature: Array
    bias_current_over_temperature: Array
    offset_current_over_temperature: Array
    notes: tuple[str, ...] = ()
    is_symmetric: bool = False

    def __repr__(self) -> str:
        return (
            f"<offset of {self.label}: {self.input_offset:.4g} V, {self.input_offset_drift:.4g} V/K, "
            f"bias {self.bias_current:.4g} A, offset {self.offset_current:.4g} A>"
        )

    @property
    def span(self) -> float:
        """The difference in V between the largest and the smallest offset over the temperatures."""
        return float(np.nanmax(self.input_offset_over_temperature) - np.nanmin(self.input_offset_over_temperature))

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                **ports(self.input, self.output),
                "vcm": self.vcm,
                "target": self.target,
                "temperature_deg_c": self.nominal_deg_c,
                "input_offset": self.input_offset,
                "bias_current": self.bias_current,
                "offset_current": self.offset_current,
                "drift_v_per_k": self.input_offset_drift,
                "bias_current_drift_a_per_k": self.bias_current_drift,
                "offset_current_drift_a_per_k": self.offset_current_drift,
                "over_temperature": {
                    "temperature_deg_c": self.temperature_deg_c,
                    "input_offset": self.input_offset_over_temperature,
                    "bias_current": self.bias_current_over_temperature,
                    "offset_current": self.offset_current_over_temperature,
                },
                "is_symmetric": self.is_symmetric,
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Offset:
        over = dict(entries["over_temperature"])
        named = {
            "nominal_deg_c": entries["temperature_deg_c"],
            "temperature_deg_c": over.pop("temperature_deg_c"),
            "input_offset_drift": entries["drift_v_per_k"],
            "bias_current_drift": entries["bias_current_drift_a_per_k"],
            "offset_current_drift": entries["offset_current_drift_a_per_k"],
        }
        return super().from_dict({**entries, **named, **{f"{name}_over_temperature": x for name, x in over.items()}})

    def to_xarray(self) -> xarray.Dataset:
        """Offset and currents over "temperature" in degrees Celsius."""
        import xarray

        return xarray.Dataset(
            {
                "input_offset": ("temperature", self.input_offset_over_temperature, {"units": "V"}),
                "bias_current": ("temperature", self.bias_current_over_temperature, {"units": "A"}),
                "offset_current": ("temperature", self.offset_current_over_temperature, {"units": "A"}),
            },
            coords={"temperature": ("temperature", self.temperature_deg_c, {"units": "degC"})},
            attrs={"output": self.label, "vcm": self.vcm},
        )


def run(circuit: Circuit, drive: Drive, temp: Array) -> Offset:
    """Null at every temperature, all of them together; two lanes beside the nominal temperature give the drift."""
    temperatures = np.unique(temp)
    drives = find_drives(circuit, drive)
    swept = sweep(drives, null=True, target=drive.target, vary=(TEMPERATURE,))
    nominal = float(np.asarray(swept.nominal.values[TEMPERATURE]))
    beside = nominal + DRIFT_STEP * np.array([-1.0, 1.0])
    points = swept.at(varied={TEMPERATURE: np.concatenate([[nominal], beside, temperatures])})
    currents = (merit.figures(seen_at(points)) for merit in (BIAS_CURRENT, OFFSET_CURRENT))
    values = np.array([offsets(points, swept.center), *currents])
    drift = dict(zip(("offset", "bias", "difference"), (values[:, 2] - values[:, 1]) / (2.0 * DRIFT_STEP), strict=True))
    offset, bias, difference = values[:, 0]
    notes = list(instability_notes(points.point.select(np.zeros(1, int)))) if points.good[0] else []
    lost = temperatures[~points.good[3:]]
    if lost.size:
        notes.append(f"the output could not be nulled at {', '.join(f'{t:.4g}' for t in lost[:6])} °C")
    return Offset(
        drives.output,
        drives.hot,
        float(swept.own.common),
        null_target(drives, drive.target),
        nominal,
        offset.item(),
        bias.item(),
        difference.item(),
        drift["offset"].item(),
        drift["bias"].item(),
        drift["difference"].item(),
        temperature_deg_c=temperatures,
        input_offset_over_temperature=values[0, 3:],
        bias_current_over_temperature=values[1, 3:],
        offset_current_over_temperature=values[2, 3:],
        notes=tuple(notes),
        is_symmetric=exchanging(drives) is not None,
    )


ANALYSIS = Analysis(
    "offset",
    "Input offset by nulling, bias and offset currents, and their drift",
    run,
    Offset,
    (
        *INPUT_OPTIONS,
        *(option for option in FREE_NULL_OPTIONS if option.name != "null"),
        Option(
            "temp",
            RANGE,
            "degC",
            f"temperatures: {FORMS}",
            TEMPERATURES,
            low=COLDEST,
            high=HOTTEST,
            aliases=("temperatures",),
        ),
    ),
)
