"""The datasheet: operating point, mode gains, CMRR and offset of an amplifier in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.base import Analysis, Result
from longtail.analyses.drives import bias, find_drives, null_target
from longtail.analyses.frequency import frequency_axis
from longtail.analyses.gains import (
    FREQUENCY_OPTION,
    INPUT_OPTIONS,
    NULL_OPTIONS,
    ModeGains,
    gains_at,
)
from longtail.analyses.op import OpResult, describe
from longtail.circuit import Circuit
from longtail.errors import AnalysisError, OptionError
from longtail.units import format_si


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a datasheet: a quantity under its conditions; `value` None where it has none, and `remark` why."""

    symbol: str
    parameter: str
    conditions: str
    value: float | None
    unit: str
    remark: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Datasheet(Result):
    """Everything in one: `rows` for the table, and the results they come from.

    input_offset is v1 - v2 in V that brings the output to its target; None where nulling did not succeed, and then
    `notes` says why. supply_power is in W; None where no supplies are known.
    """

    title: str
    op: OpResult
    gains: ModeGains
    input_offset: float | None
    supply_power: float | None
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<datasheet of '{self.title}': {self.gains!r}>"

    def to_dict(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "op": self.op.to_dict(),
            "gains": self.gains.to_dict(),
            "input_offset": self.input_offset,
            "supply_power": self.supply_power,
            "rows": [{k: getattr(row, k) for k in Row.__slots__} for row in self.rows],
            "notes": list(self.notes),
        }

    def to_xarray(self) -> Any:
        """The gains over frequency; see `ModeGains.to_xarray`."""
        return self.gains.to_xarray()


def run(
    circuit: Circuit,
    input: Sequence[str] | None,
    output: Sequence[str] | None,
    frequency_hz: Any,
    vcm: float | None,
    null: bool,
    target: float | None,
) -> Datasheet:
    """Analyze as the netlist stands, or nulled; the offset is found by nulling in either case."""
    drives = find_drives(circuit, input, output, vcm)
    point, offset = bias(drives, null=null, target=target)
    op = describe(point)
    gains = gains_at(drives, point, frequency_axis(frequency_hz), offset, target)
    notes = [str(note) for note in circuit.notes] + list(gains.notes)
    if offset is None:
        try:
            _, offset = bias(drives, null=True, target=target)
        except AnalysisError as error:
            notes.append(f"no input offset brings the output to {null_target(drives, target):g} V: {error.message}")
        except OptionError as error:
            notes.append(f"no input offset: {error.message}; {error.hint}")
    power = _supply_power(circuit, op)
    return Datasheet(circuit.title, op, gains, offset, power, tuple(_rows(gains, offset, power)), tuple(notes))


def _supply_power(circuit: Circuit, op: OpResult) -> float | None:
    """Power that the supplies deliver, W; None where no supplies are known."""
    if not circuit.ports.supplies:
        return None
    return -sum(op.devices[name]["power"] for name in circuit.ports.supplies)


def _rows(gains: ModeGains, offset: float | None, power: float | None) -> list[Row]:
    f = gains.frequency_hz
    bias_text = f"V_CM = {gains.vcm:.4g} V"
    low = f"f = {format_si(f[0].item(), 'Hz')}, {bias_text}"
    single = gains.single_ended
    rows = [
        Row(
            "V_OS", "input offset voltage", bias_text, offset, "V", "" if offset is not None else "could not be nulled"
        ),
        Row("P_S", "supply power", bias_text, power, "W", "" if power is not None else "no supplies are known"),
        _gain("A_d" if single else "A_dd", "differential gain", low, gains.differential[0], gains.floor[0]),
        _gain("A_cm" if single else "A_cc", "common-mode gain", low, gains.common[0], gains.floor[0]),
    ]
    if gains.common_to_differential is not None and gains.differential_to_common is not None:
        rows += [
            _gain("A_c→d", "common to differential", low, gains.common_to_differential[0], gains.floor[0]),
            _gain("A_d→c", "differential to common", low, gains.differential_to_common[0], gains.floor[0]),
        ]
    rows += [_cmrr(gains, 0, bias_text), _cmrr(gains, f.size - 1, bias_text)][: 1 if f.size == 1 else 2]
    bandwidth = crossing(f, np.abs(gains.differential), np.abs(gains.differential[0]) / np.sqrt(2.0))
    unity = crossing(f, np.abs(gains.differential), 1.0)
    rows.append(Row("f_3dB", "bandwidth of the differential gain", bias_text, bandwidth, "Hz", _outside(bandwidth)))
    if np.abs(gains.differential[0]) > 1.0:
        rows.append(Row("f_T", "unity differential gain", bias_text, unity, "Hz", _outside(unity)))
    return rows


def _outside(value: float | None) -> str:
    return "beyond the frequency range" if value is None else ""


def _gain(symbol: str, parameter: str, conditions: str, gain: complex, floor: float) -> Row:
    if abs(gain) <= floor:
        return Row(symbol, parameter, conditions, None, "V/V", "zero by symmetry")
    sign = -1.0 if gain.real < 0.0 else 1.0
    return Row(symbol, parameter, conditions, float(sign * abs(gain)), "V/V", f"{20 * np.log10(abs(gain)):.1f} dB")


def _cmrr(gains: ModeGains, k: int, bias_text: str) -> Row:
    value = gains.cmrr_db[k].item()
    ratio = "|A_d/A_cm|" if gains.single_ended else "|A_dd/A_c→d|"
    conditions = f"f = {format_si(gains.frequency_hz[k].item(), 'Hz')}, {bias_text}"
    name = f"rejection {ratio}"
    if np.isfinite(value):
        return Row("CMRR", name, conditions, value, "dB")
    return Row("CMRR", name, conditions, None, "dB", "limited by symmetry: only mismatch gives a figure")


def crossing(frequency_hz: NDArray[np.float64], magnitude: NDArray[np.float64], level: float) -> float | None:
    """The first frequency at which a magnitude falls through `level`, interpolated on logarithmic axes; None if none.

    >>> round(crossing(np.array([1.0, 10.0, 100.0]), np.array([100.0, 100.0, 1.0]), 10.0), 2)
    31.62
    """
    below = np.flatnonzero((magnitude[1:] < level) & (magnitude[:-1] >= level))
    if not below.size or frequency_hz[below[0]] <= 0.0:
        return None
    k = below[0]
    part = np.log(magnitude[k] / level) / np.log(magnitude[k] / magnitude[k + 1])
    return float(frequency_hz[k] * (frequency_hz[k + 1] / frequency_hz[k]) ** part)


ANALYSIS = Analysis(
    "analyze",
    "The datasheet: operating point, mode gains, CMRR and offset",
    run,
    Datasheet,
    (*INPUT_OPTIONS, FREQUENCY_OPTION, *NULL_OPTIONS),
)
