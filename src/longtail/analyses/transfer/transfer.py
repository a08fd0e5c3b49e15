"""Large signals: output and steered current over the differential input, linear range, distortion, ideal laws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.analyses.transfer.conditions import ERRORS, TransferUnder, transfers_under
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis, Option
from longtail.contract.axes import FORMS
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.kinds import NUMBER, RANGE
from longtail.contract.options import FREE_NULL_OPTIONS, INPUT_OPTIONS, VCM_OPTION
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.driven.conditions import UnderWhich, condition_options
from longtail.driven.drives import Drives, supply_rails
from longtail.driven.levels import LevelSweep, levels_of, sweep
from longtail.driven.points import Points
from longtail.driven.stability import instability_notes
from longtail.elaborate.roles import polarity, role_of
from longtail.engine.size import LARGEST_FOLLOWED
from longtail.engine.small_signal.at_point import linearize
from longtail.errors import AnalysisError
from longtail.hints import said
from longtail.large_signal.curve import Curve, Distortion
from longtail.large_signal.pair import SQUARE_LAW, TANH, Pair, find_pair
from longtail.large_signal.stuck import LOST, level_lost, stuck, way_back
from longtail.merits.reasons import UNKNOWN, Inquiry
from longtail.modes import DIFFERENTIAL
from longtail.remarks import warning

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]

STEERED = 0.99  # of the current: where a bipolar pair counts as steered, which it never is in full
_POINTS = 201
_WIDTHS = {TANH: 4.0, SQUARE_LAW: 1.5}  # of the law's scale, which the sweep covers at either side
_FAR = 100.0  # times the sweep, up to which the steering of the pair is looked for
_BULK_SHARE, _BULK_LEAST = 0.01, 1e-9  # of the channel current, A: a bulk junction that conducts carries more
_NO_GAIN = 1e-6  # V/V
_NO_OFFSET = "no input offset brings the output to its target at V_CM ="


@dataclass(frozen=True, eq=False, repr=False)
class Transfer(AtOutput, Result):
    """The large-signal transfer of an amplifier at common-mode levels `vcm`.

    vcm            `[level]`, V
    v_id           `[point]`, V, counted from `input_offset` `[level]` (where the output is at its target if nulled,
                   else the v_id of the netlist)
    v_out          `[level, point]`, V; nan where there is no operating point
    gain           `[level, point]`, V/V: the slope of v_out, exact
    v_oc           `[level, point]`, V: the mean of a differential output; None for a single one
    linear_range   by "1%" and "0.1%", `[level]`, V: up to this abs(v_id), to either side, the output is within that
                   part of the tangent; nan where the sweep ends first
    distortion     of a sine of `distortion.amplitude`
    pair           the input pair, None where none was found; its `current` `[level, device, point]`, A
    steered        `[level]`, V: where 99 % of the current has gone to one side; full_steering: where one transistor
                   of a field-effect pair turns off. The smaller of both directions, nan where the sweep ends first
    under          the transfer at other temperatures and in corners, where these were asked for
    """

    analysis: ClassVar[str] = "transfer"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "transfer"

    output: tuple[str, ...]
    input: tuple[str, ...]
    vcm: Array
    v_id: Array
    input_offset: Array
    v_out: Array
    gain: Array
    v_oc: Array | None
    linear_range: dict[str, Array]
    distortion: Distortion
    pair: Pair | None
    current: Array | None
    steered: Array | None
    full_steering: Array | None
    notes: tuple[str, ...] = ()
    under: tuple[TransferUnder, ...] = ()

    def __repr__(self) -> str:
        width = self.linear_range["1%"][0] * 1e3
        return f"<transfer to {self.label}: gain {self.center_gain[0]:.4g} V/V, linear to 1 % within {width:.4g} mV>"

    @property
    def center_gain(self) -> Array:
        """The slope at v_id = 0 of the axis, `[level]`, V/V."""
        return np.array([np.interp(0.0, self.v_id, gain) for gain in self.gain])

    @property
    def share(self) -> Array | None:
        """(i1 - i2)/(i1 + i2) of the pair, `[level, point]`."""
        if self.current is None:
            return None
        first, second = self.current[:, 0], self.current[:, 1]
        return np.asarray((first - second) / (first + second))

    @property
    def ideal_share(self) -> Array | None:
        """The same by the law of the pair, `[level, point]`; None where there is none."""
        if self.pair is None or self.pair.law is None:
            return None
        return self.pair.share(self.v_id[None, :] + self.input_offset[:, None])

    @property
    def steers(self) -> bool:
        """Whether the sweep is wide enough to move half of the current."""
        return self.share is not None and bool(np.nanmax(np.abs(self.share)) > 0.5)

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                **ports(self.input, self.output),
                "vcm": self.vcm,
                "v_id": self.v_id,
                "input_offset": self.input_offset,
                self._output: self.v_out,
                **({} if self.v_oc is None else {"v_oc": self.v_oc}),
                "gain": self.gain,
                "linear_range": self.linear_range,
                "distortion": self.distortion,
                "steering": self._steering(),
                "conditions": self.under,
                "notes": self.notes,
            }
        )

    @property
    def _output(self) -> str:
        return "v_out" if self.single_ended else "v_od"

    def _steering(self) -> dict[str, Any] | None:
        if self.pair is None:
            return None
        return {
            "devices": self.pair.devices,
            "kind": self.pair.kind,
            "current": self.current,
            "steered_99%": self.steered,
            "full_steering": self.full_steering,
            "law": self.pair.law,
            "law_scale": self.pair.scale if self.pair.law else None,
            "ideal_share": self.ideal_share,
        }

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Transfer:
        steering = entries["steering"]
        of = steering or {"current": None, "steered_99%": None, "full_steering": None}
        found = {
            "v_out": entries.get("v_out", entries.get("v_od")),
            "v_oc": entries.get("v_oc"),
            "pair": steering and Pair.from_dict(steering),
            "current": of["current"],
            "steered": of["steered_99%"],
            "full_steering": of["full_steering"],
            "under": entries["conditions"],
        }
        return super().from_dict({**entries, **found})

    def to_xarray(self) -> xarray.Dataset:
        """Output, gain and shares over "vcm" and "v_id" in V."""
        import xarray

        axes = ("vcm", "v_id")
        data: dict[str, Any] = {
            "v_out": (axes, self.v_out, {"units": "V"}),
            "gain": (axes, self.gain, {"units": "V/V"}),
        }
        if self.share is not None:
            data["share"] = (axes, self.share)
        return xarray.Dataset(
            data,
            coords={"vcm": ("vcm", self.vcm, {"units": "V"}), "v_id": ("v_id", self.v_id, {"units": "V"})},
            attrs={"output": self.label},
        )


def run(
    circuit: Circuit,
    drive: Drive,
    vcm: Array | str | None,
    v_id: Array | None,
    amplitude: float | None,
    underwhich: UnderWhich,
) -> Transfer:
    """Sweep v_id at every level, all points together; then narrow down where the curve leaves its tangent."""
    among = underwhich.of(circuit)
    drive = replace(drive, null=drive.null or drive.target is not None)
    own, asked = levels_of(circuit, drive, vcm)
    plain, levels, offsets = _centers(own, asked, drive)
    drives = plain.drives
    curve = Curve(plain, levels, offsets)
    middle = _middle(curve)
    pair = find_pair(middle)
    _check_gain(curve)
    axis = _default_axis(curve, pair) if v_id is None else np.unique(v_id)
    points = curve.followed(np.tile(axis, (levels.size, 1)))
    shape = (levels.size, axis.size)
    reach = float(np.abs(axis).max())
    width = _width(pair)
    far = max(reach, width if width <= _FAR * reach else 0.0)  # an output so far overdriven says nothing of the pair
    linear = {name: curve.linear_range(error, reach) for name, error in ERRORS.items()}
    amplitude = amplitude or _default_amplitude(linear["1%"], reach)
    moved = None if vcm is None else levels
    under = transfers_under(own, among, moved, axis, amplitude, drive) if len(among) > 1 else ()
    outputs = points.outputs
    return Transfer(
        drives.output,
        drives.hot,
        levels,
        axis,
        offsets,
        points.output.reshape(shape),
        _slopes(points).reshape(shape),
        outputs[:, modes.COMMON].reshape(shape) if outputs.shape[1] == 2 else None,
        linear,
        curve.distortion(amplitude),
        pair,
        pair.currents(points).reshape(2, *shape).swapaxes(0, 1) if pair else None,
        curve.reach(_unsteered(pair), far) if pair else None,
        curve.reach(lambda p, *_: ~pair.cut_off(p), far) if pair else None,
        (*_left_out(asked, levels), *_notes(middle, points, drive.null, under)),
        under,
    )


def _middle(curve: Curve) -> Points:
    """The operating point at the level asked for that is nearest to that of the netlist, as far as there is one."""
    good = np.flatnonzero(curve.center.good)
    if not good.size:
        return curve.sweep.center
    nearest = good[np.abs(curve.levels[good] - curve.sweep.own.common).argmin()]
    return curve.center.select(np.array([nearest]))


def _centers(drives: Drives, levels: Array, drive: Drive) -> tuple[LevelSweep, Array, Array]:
    """The amplifier without nulling, the levels at which it can be nulled, if it is to be, and v_id in V about which
    each is swept."""
    if not drive.null:
        return sweep(drives), levels, np.full(levels.size, drives.modes_of(drives.values).differential)
    nulled = sweep(drives, null=True, target=drive.target)
    points = nulled.at(levels)
    if not points.good.any():
        raise AnalysisError(
            f"{_NO_OFFSET} {_listed(levels)} V", hint=said("keep {vcm} within the range that 'range' finds", vcm=None)
        )
    return nulled.released, levels[points.good], points.v_id[points.good]


def _left_out(asked: Array, levels: Array) -> list[str]:
    lost = np.setdiff1d(asked, levels)
    return [f"{_NO_OFFSET} {_listed(lost)} V: left out"] if lost.size else []


def _listed(levels: Array) -> str:
    return ", ".join(f"{v:.4g}" for v in levels[:6]) + (" ..." if levels.size > 6 else "")


def _check_gain(curve: Curve) -> None:
    if np.isnan(curve.center_gain).all():
        linearize(curve.center.point)  # says what has no figure
    if not (np.abs(curve.center_gain) > _NO_GAIN).any():
        drives = curve.sweep.drives
        why = Inquiry(drives, curve.center.point).why(0.0, DIFFERENTIAL, DIFFERENTIAL)
        raise AnalysisError(
            f"the output {', '.join(drives.output)} does not follow the inputs at dc: there is no static transfer",
            hint="look at what stands between input and output" if why is UNKNOWN else f"the gain is {why.gain}",
        )


def _default_axis(curve: Curve, pair: Pair | None) -> Array:
    """As far as the pair steers, no further than the gain takes the output across the supplies, and than these go.

    A pair without a law is seen to steer; of an output at a rail the gain says nothing.
    """
    rails = supply_rails(curve.sweep.drives.circuit)
    swing = rails[1] - rails[0] if rails else 1.0
    reach = swing / float(np.nanmax(np.abs(curve.center_gain)))
    reach = min(reach, _width(pair) or reach, swing if rails else reach)
    if pair and not _width(pair):
        steered = curve.reach(_unsteered(pair), reach)
        reach = min(reach, 2.0 * float(np.nanmax(steered))) if np.isfinite(steered).any() else reach
    return np.linspace(-reach, reach, _POINTS)


def _width(pair: Pair | None) -> float:
    """abs(v_id) in V that covers the law of the pair; 0 without one."""
    return _WIDTHS[pair.law] * pair.scale if pair and pair.law else 0.0


def _unsteered(pair: Pair) -> Callable[..., NDArray[np.bool_]]:
    """Whether less than `STEERED` of the current is on one side, at points of a curve."""
    return lambda points, *_: np.asarray(np.abs(pair.steered(points)) < STEERED)


def _default_amplitude(linear: Array, reach: float) -> float:
    """The smallest linear range to one percent, or the reach of the sweep where none ends within it."""
    return float(np.nanmin(linear)) if np.isfinite(linear).any() else reach


def _slopes(points: Points) -> Array:
    matrix, _ = points.mode_gains(np.zeros(1))
    return np.asarray(matrix[:, 0, modes.DIFFERENTIAL, modes.DIFFERENTIAL].real)


def _bulk_conducts(points: Points) -> list[str]:
    """Field-effect transistors whose bulk carries more than a hundredth of their largest channel current, forwards."""
    found = []
    for name, instance in points.point.system.circuit.instances.items():
        role, quantities = role_of(instance), points.point.quantities[name]
        if role is not None and role.bulk_currents and points.good.any():
            bulk, channel = (
                np.stack([quantities[q][points.good] for q in names]) for names in (role.bulk_currents, (role.current,))
            )
            sign = polarity(points.point.system.circuit, name)
            forward, largest = np.nanmax(sign * bulk), np.nanmax(np.abs(channel))
            if forward > max(_BULK_SHARE * largest, _BULK_LEAST):
                found.append(name)
    return found


def _notes(center: Points, points: Points, nulled: bool, under: Sequence[TransferUnder]) -> list[str]:
    notes = list(instability_notes(center.point))
    where = "stuck near a supply rail in the middle of the sweep"
    if level_lost(center.drives, center.point).any():
        notes.append(warning(f"both outputs are {where}. {LOST}"))
    elif stuck(center).any() and not nulled:
        notes.append(warning(f"the output is {where}. {way_back(center.drives)}"))
    conducting = _bulk_conducts(points)
    if conducting:
        notes.append(
            f"bulk junctions of {', '.join(conducting)} conduct within the sweep: the inputs take current there, and "
            "no such amplifier is meant to go so far"
        )
    if not points.good.all():
        notes.append(f"no operating point was found at {(~points.good).sum()} of {points.v_id.size} points")
    lost = [each.condition for each in under if np.isnan(each.v_out).any()]
    if lost:
        notes.append(f"at some points no operating point was found: {', '.join(lost)}")
    return notes


ANALYSIS = Analysis(
    "transfer",
    "Large-signal transfer: steering, linear range and distortion",
    run,
    Transfer,
    (
        *INPUT_OPTIONS,
        VCM_OPTION,
        Option("v_id", RANGE, "V", f"differential inputs: {FORMS}", otherwise="as far as the pair steers"),
        *(option for option in FREE_NULL_OPTIONS if option.name != "vcm"),
        Option(
            "amplitude",
            NUMBER,
            "V",
            "peak of the sine whose distortion is computed",
            low=1e-12,
            otherwise="the linear range to 1 %",
        ),
        *condition_options(
            f"the transfer at these temperatures too: {FORMS}",
            "and in these corners: names in the netlist, 'all', or a TOML file",
        ),
    ),
    most=LARGEST_FOLLOWED,
)
