"""What contributes to the spread of a figure, as a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.contract.decoding import decoded
from longtail.contract.encoding import plain
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.statistics.magnitudes import QUANTILES, Magnitude

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
FEW = 100  # places, of which quantiles are written and told


@dataclass(frozen=True, slots=True)
class Contributor:
    """A random cause.

    instance, parameter what it moves, devices with commas between where it moves several; kind: mismatch or process
    sigma        standard deviation of the parameter in its unit, or as a part of it where `relative`
    source       what says so; group: the devices that ought to be equal to this one, itself among them
    law          "field" or "gradient" of what goes by the places of devices, beside what each has by itself
    """

    instance: str
    parameter: str
    kind: str
    sigma: float
    relative: bool
    unit: str
    source: str
    group: str
    law: str = ""

    @property
    def name(self) -> str:
        named = f"{self.instance}.{self.parameter}" if self.instance else self.parameter
        return f"{named} ({self.law})" if self.law else named


@dataclass(frozen=True, eq=False, repr=False)
class Contributions(AtOutput, Result):
    """What random differences do to one figure, and what each cause has of it, to first order.

    measure       by its name; symbol, unit: as pages print it. Of "cmrr" all is of the ratio rho of the unwanted to the
                  wanted gain, whose magnitude is one over the CMRR
    frequency_hz  `[frequency]`, none of a figure that has no frequency; vcm `[level]`, V
    nominal       the figure without any spread, `[level, frequency]`; one frequency where there is none
    sigma         standard deviation, of a complex figure sqrt(E|x - x0|^2), `[level, frequency]`
    causes        what spreads; sensitivity `[level, frequency, cause]`: per unit of the sigma of each
    share         of each in the variance, `[level, frequency, cause]`
    input, output names of nodes; none of a figure of the operating point
    covariance    of "cmrr" alone: that of the real and imaginary part of rho, `[level, frequency, 2, 2]`
    """

    analysis: ClassVar[str] = "contributions"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "contributions"

    measure: str
    symbol: str
    unit: str
    frequency_hz: Array
    vcm: Array
    nominal: Array | Complex
    sigma: Array
    causes: tuple[Contributor, ...]
    sensitivity: Array | Complex
    share: Array
    input: tuple[str, ...]
    output: tuple[str, ...]
    notes: tuple[str, ...] = ()
    covariance: Array | None = None

    def __repr__(self) -> str:
        first = ", ".join(f"{self.causes[k].name} {self.share[0, 0, k]:.2g}" for k in self.order[:3])
        return f"<contributions to {self.measure}: sigma {self.sigma[0, 0]:.4g} {self.unit}; {first}>"

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The causes by their share where the figure is given first, the largest first; of equal ones by name."""
        share = np.nan_to_num(self.share[0, 0])
        rounded = [round(value, 9) for value in share.tolist()]
        return np.array(sorted(range(len(rounded)), key=lambda k: (-rounded[k], self.causes[k].name)), np.intp)

    @cached_property
    def groups(self) -> dict[str, Array]:
        """Sums of shares over devices that ought to be equal, by parameter, `[level, frequency]`; the largest first."""
        found: dict[str, Array] = {}
        for k in self.order:
            cause = self.causes[k]
            name = f"{cause.parameter} of {cause.group}" if cause.group else cause.parameter
            found[name] = found.get(name, np.zeros(self.share.shape[:2])) + self.share[:, :, k]
        return dict(sorted(found.items(), key=lambda item: (-round(float(item[1][0, 0]), 9), item[0])))

    @cached_property
    def rejection_db(self) -> dict[str, Array]:
        """The CMRR in dB that a part of all amplifiers is below, by percent, "0.1" to "99.9", `[level, frequency]`.

        To first order, and exact for a complex normal ratio; nan at a level without operating point. None of a figure
        that is no "cmrr".
        """
        return self.rejections(self.sigma.shape)

    def rejections(self, shape: tuple[int, ...]) -> dict[str, Array]:
        """The same at the first levels and frequencies, of the shape that is given: it takes milliseconds a place."""
        if self.covariance is None:
            return {}
        levels, frequencies = shape
        nominal, covariance = self.nominal[:levels, :frequencies], self.covariance[:levels, :frequencies]
        there = np.isfinite(nominal)
        found = Magnitude.of_covariance(nominal[there], covariance[there]).rejection_db(QUANTILES)
        tables = np.full((len(QUANTILES), *there.shape), np.nan)
        tables[:, there] = found
        return {f"{100.0 * p:g}": table for p, table in zip(QUANTILES, tables, strict=True)}

    def _shown(self, values: NDArray[Any]) -> Any:
        """Values `[level, frequency]` as JSON has them: a number where there is one place."""
        return values[0, 0] if values.shape[:2] == (1, 1) else values

    def to_dict(self) -> dict[str, Any]:
        one = self.sigma.shape == (1, 1)
        frequency = self.frequency_hz[0] if one and self.frequency_hz.size else self.frequency_hz if not one else None
        return plain(
            {
                "measure": self.measure,
                "symbol": self.symbol,
                "unit": self.unit,
                **(ports(self.input, self.output) if self.output else {}),
                "frequency_hz": frequency,
                "vcm": self.vcm[0] if one and self.vcm.size else self.vcm if not one else None,
                "nominal": self._shown(self.nominal),
                "sigma": self._shown(self.sigma),
                "contributions": [
                    {
                        "instance": self.causes[k].instance,
                        "parameter": self.causes[k].parameter,
                        "kind": self.causes[k].kind,
                        "sigma": self.causes[k].sigma,
                        "relative": self.causes[k].relative,
                        "unit": self.causes[k].unit,
                        "sensitivity": self._shown(self.sensitivity[:, :, k]),
                        "share": self._shown(self.share[:, :, k]),
                        "source": self.causes[k].source,
                        "group": self.causes[k].group,
                        **({"law": self.causes[k].law} if self.causes[k].law else {}),
                    }
                    for k in self.order
                ],
                "covariance": None if self.covariance is None else self._shown(self.covariance),
                "rejection_db": self._rejections(),
                "groups": {name: self._shown(share) for name, share in self.groups.items()},
                "notes": self.notes,
            }
        )

    def _rejections(self) -> dict[str, Any]:
        """Quantiles as JSON has them: of a map, which has its covariances, none."""
        return {name: self._shown(x) for name, x in self.rejection_db.items()} if self.sigma.size <= FEW else {}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Contributions:
        each, known = entries["contributions"], Contributor.__dataclass_fields__
        vcm, frequency = (
            np.atleast_1d(np.array([] if entries[name] is None else entries[name], float))
            for name in ("vcm", "frequency_hz")
        )
        shape = (max(vcm.size, 1), max(frequency.size, 1))

        def table(values: Any) -> Any:
            found = decoded(Complex if isinstance(values, Mapping) else Array, values)
            return np.reshape(np.array(found), shape)

        return super().from_dict(
            {
                "input": (),
                "output": (),
                **entries,
                "vcm": vcm,
                "frequency_hz": frequency,
                "nominal": table(entries["nominal"]),
                "sigma": table(entries["sigma"]),
                "causes": tuple(Contributor(**{k: e[k] for k in known if k in e}) for e in each),
                "sensitivity": np.stack([table(e["sensitivity"]) for e in each], axis=-1),
                "share": np.stack([table(e["share"]) for e in each], axis=-1),
                "covariance": None
                if entries["covariance"] is None
                else np.array(entries["covariance"], float).reshape(*shape, 2, 2),
            }
        )

    def to_xarray(self) -> xarray.Dataset:
        """Sigma, shares and sensitivities over "vcm" in V, "frequency" in Hz and "cause"."""
        import xarray

        places = ("vcm", "frequency")
        vcm = self.vcm if self.vcm.size else np.array([np.nan])
        frequency = self.frequency_hz if self.frequency_hz.size else np.array([np.nan])
        return xarray.Dataset(
            {
                "nominal": (places, self.nominal, {"units": self.unit}),
                "sigma": (places, self.sigma, {"units": self.unit}),
                "sensitivity": ((*places, "cause"), self.sensitivity[:, :, self.order]),
                "share": ((*places, "cause"), self.share[:, :, self.order]),
            },
            coords={
                "vcm": ("vcm", vcm, {"units": "V"}),
                "frequency": ("frequency", frequency, {"units": "Hz"}),
                "cause": [self.causes[k].name for k in self.order],
            },
            attrs={"measure": self.measure, "output": ", ".join(self.output)},
        )
