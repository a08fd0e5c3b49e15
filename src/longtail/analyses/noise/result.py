"""What the noise analysis finds: densities, integrals, and shares by device and mechanism."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.contract.encoding import plain
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.devices.base import FLICKER
from longtail.driven.crossings import fall_hz
from longtail.driven.grid import Axes
from longtail.driven.noise_spectra import SpectrumSource
from longtail.merits.noise import input_density, output_density, output_rms
from longtail.merits.reasons import UNKNOWN, Inquiry, Reason
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.units import counted

if TYPE_CHECKING:
    import xarray

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

SILENT = "silent"  # under which JSON has the reason why noise does not reach the output
_ROUNDING, _SOME = 1e-12, 5e-5  # shares of a density: what is only rounding, and what is some noise
_NOTHING = 1e-24  # of the whole power: a transfer of a 1e-12th of the largest is what rounding leaves of zero


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one mechanism of a device makes of the output noise power; `share` is `[…]`, `sources` by name likewise."""

    instance: str
    mechanism: str
    share: Any
    sources: Mapping[str, Any]


@dataclass(frozen=True, eq=False, repr=False)
class Noise(AtOutput, Result):
    """Noise of an amplifier; `…` stands for the axes of varied parameters, if any.

    frequency_hz   `[frequency]`
    density        `[…, frequency, out_mode, source]`, V^2/Hz at the output, out_modes as in `ModeGains`
    gain           `[…, frequency, out_mode]`, V/V, what each is divided by to refer it to the input: A_dd and A_cc
    floor          `[…, frequency]`, V/V: a gain below this is rounding, and nothing is referred by it
    power          `[…, out_mode, source]`, V^2, the integral of `density` over `band_hz`
    input_power    `[…, out_mode]`, V^2, that of the density referred to the input; both nan over one frequency
    sources        what the last axis of `density` stands for
    temperature    of the circuit in K, `[…]`; a device may have its own
    inquiry        what tells why noise does not reach the output; told: what it told, of a result from its JSON
    """

    analysis: ClassVar[str] = "noise"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "noise"

    frequency_hz: Real
    density: Real
    gain: Complex
    floor: Real
    power: Real
    input_power: Real
    sources: tuple[SpectrumSource, ...]
    band_hz: tuple[float, float]
    input: tuple[str, ...]
    output: tuple[str, ...]
    vcm: float | Real
    temperature: float | Real
    input_offset: float | Real | None
    status: str | NDArray[np.str_] = "converged"
    notes: tuple[str, ...] = ()
    axes: Axes = ()
    inquiry: Inquiry | None = field(default=None, repr=False)
    told: Mapping[str, Reason] | None = None

    def __repr__(self) -> str:
        if self.axes:
            shape = " × ".join(f"{name} {len(values)}" for name, values in self.axes)
            points, sources = counted(self.frequency_hz.size, "point"), counted(len(self.sources), "source")
            return f"<noise over {shape}, {points}, {sources}>"
        top = self.contributions[0] if self.sources else None
        most = f", {top.share:.3g} of it {top.mechanism} noise of {top.instance}" if top else ""
        return (
            f"<noise: {self.input_v_per_rthz[0]:.4g} V/rtHz at the input at {self.frequency_hz[0]:g} Hz, "
            f"{self.output_v_rms:.4g} V rms at the output{most}>"
        )

    @property
    def output_v_per_rthz(self) -> Real:
        """Of the differential output, or of the single one, `[…, frequency]`."""
        return output_density(self)

    @property
    def input_v_per_rthz(self) -> Real:
        """The differential input noise that makes `output_v_per_rthz`; infinite where there is no gain."""
        return input_density(self)

    @property
    def common_output_v_per_rthz(self) -> Real | None:
        """Of the mean of both outputs, `[…, frequency]`; None if single-ended."""
        return None if self.single_ended else output_density(self, COMMON)

    @property
    def common_input_v_per_rthz(self) -> Real | None:
        """The common-mode input noise that makes `common_output_v_per_rthz`, by A_cc."""
        return None if self.single_ended else input_density(self, COMMON)

    @property
    def output_v_rms(self) -> Any:
        """The integral over `band_hz`, V rms `[…]`; nan over a single frequency."""
        return _number(output_rms(self))

    @property
    def input_v_rms(self) -> Any:
        """The integral of the noise referred to the differential input, V rms `[…]`."""
        return _root(self.input_power[..., DIFFERENTIAL])

    @property
    def common_output_v_rms(self) -> Any:
        return None if self.single_ended else _number(output_rms(self, COMMON))

    @property
    def common_input_v_rms(self) -> Any:
        return None if self.single_ended else _root(self.input_power[..., COMMON])

    @property
    def contributions(self) -> list[Contribution]:
        """Shares of the differential (or single) output power in the band by device and mechanism, largest first.

        Over a single frequency, shares of the density there.
        """
        low, high = self.band_hz
        return self.shares_at(low) if low == high else self.shares(self.power[..., DIFFERENTIAL, :])

    @property
    def corner_hz(self) -> Any:
        """Where flicker falls to half of the differential (or single) output noise power, `[…]`; nan if nowhere."""
        flicker = np.array([s.mechanism == FLICKER for s in self.sources], bool)
        output = self.density[..., DIFFERENTIAL, :]
        parts = np.array([output[..., flicker].sum(axis=-1), output[..., ~flicker].sum(axis=-1)])
        # powers of the frequency both, so that their ratio is one, and straight over logarithms
        excess = np.subtract(*np.log(np.maximum(parts, np.finfo(float).tiny)))
        return _number(fall_hz(self.frequency_hz, excess, 0.0))

    def shares_at(self, frequency_hz: float, mode: int = DIFFERENTIAL) -> list[Contribution]:
        """Shares of the density of an output mode at the frequency of the axis nearest to `frequency_hz`."""
        nearest = int(np.abs(np.log(self.frequency_hz / frequency_hz)).argmin())
        return self.shares(self.density[..., nearest, mode, :])

    def shares(self, power: Real) -> list[Contribution]:
        """Shares by device and mechanism of a power `[…, source]`, largest first."""
        total = power.sum(axis=-1, keepdims=True)
        share = power / np.where(total > 0.0, total, 1.0)
        share = np.where(share <= _NOTHING, 0.0, share)
        grouped: dict[tuple[str, str], dict[str, Any]] = {}
        for k, s in enumerate(self.sources):
            grouped.setdefault((s.instance, s.mechanism), {})[s.name] = _number(share[..., k])
        found = [Contribution(*key, _number(sum(by.values())), by) for key, by in grouped.items()]
        # rounded, so that the halves of a pair stay in the order of the netlist
        return sorted(found, key=lambda c: -round(float(np.nan_to_num(c.share).mean()), 9))

    def to_dict(self) -> dict[str, Any]:
        varied = {"axes": dict(self.axes)} if self.axes else {}
        common = None
        if self.common_output_v_per_rthz is not None and self.common_input_v_per_rthz is not None:
            common = {
                "output_v_per_rthz": self.common_output_v_per_rthz,
                "input_v_per_rthz": self.common_input_v_per_rthz,
                "output_v_rms": self.common_output_v_rms,
                "input_v_rms": self.common_input_v_rms,
            }
        why = self.why_silent()
        return plain(
            {
                "status": self.status,
                **ports(self.input, self.output),
                **varied,
                "vcm": self.vcm,
                "input_offset": self.input_offset,
                "temperature": self.temperature,
                "frequency_hz": self.frequency_hz,
                "output_v_per_rthz": self.output_v_per_rthz,
                "input_v_per_rthz": self.input_v_per_rthz,
                "corner_hz": self.corner_hz,
                "band_hz": self.band_hz,
                "output_v_rms": self.output_v_rms,
                "input_v_rms": self.input_v_rms,
                "common": common,
                "contributions": self.contributions,
                "sources": self.sources,
                "density": self.density,
                "power": self.power,
                "input_power": self.input_power,
                "gain": self.gain,
                "floor": self.floor,
                "zero": {} if why is None else {SILENT: why},
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Noise:
        return super().from_dict({**entries, "told": entries["zero"]})

    @property
    def silent(self) -> list[str]:
        """Devices whose noise reaches the common mode of the output and not its difference."""
        if self.single_ended or self.axes:
            return []
        share = self.density.sum(axis=0)
        share = share / np.maximum(share.sum(axis=-1, keepdims=True), 1e-300)
        held: dict[str, bool] = {}
        for k, source in enumerate(self.sources):
            gone = bool(share[0, k] < _ROUNDING and share[1, k] > _SOME)
            heard = bool(share[0, k] >= _ROUNDING)
            held[source.instance] = (held.get(source.instance, False) or gone) and not heard
        return [name for name, gone in held.items() if gone]

    def why_silent(self) -> Reason | None:
        """Why the noise of the `silent` ones does not reach the output; None where there is none of them."""
        if self.told is not None:
            return self.told.get(SILENT)
        if not self.silent or self.inquiry is None:
            return UNKNOWN if self.silent else None
        return self.inquiry.why_silent(self.silent, float(self.frequency_hz[0]))

    def to_xarray(self) -> xarray.Dataset:
        """Densities over the varied axes and "frequency" in Hz, and each source's over "source" as well."""
        import xarray

        lanes = tuple(name for name, _ in self.axes)
        dims = (*lanes, "frequency")
        data: dict[str, Any] = {
            "output": (dims, self.output_v_per_rthz, {"units": "V/rtHz"}),
            "input": (dims, self.input_v_per_rthz, {"units": "V/rtHz"}),
            "contribution": ((*dims, "source"), self.density[..., DIFFERENTIAL, :], {"units": "V^2/Hz"}),
            "output_rms": (lanes, self.output_v_rms, {"units": "V"}),
            "input_rms": (lanes, self.input_v_rms, {"units": "V"}),
        }
        coordinates: dict[str, Any] = {
            **dict(self.axes),
            "frequency": ("frequency", self.frequency_hz, {"units": "Hz"}),
            "source": [f"{s.instance}.{s.name}" for s in self.sources],
            "mechanism": ("source", [s.mechanism for s in self.sources]),
        }
        return xarray.Dataset(data, coords=coordinates, attrs={"band_hz": list(self.band_hz)})


def _root(power: Real) -> Any:
    return _number(np.sqrt(power))


def _number(value: Any) -> Any:
    """An array as it is, and one of no axes as a number."""
    return float(value) if np.ndim(value) == 0 else value
