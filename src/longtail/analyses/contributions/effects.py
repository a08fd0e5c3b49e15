"""What one standard deviation of each random cause does to a figure, about the amplifier as the netlist has it.

Of mode gains, of their ratio and of the input offset by sensitivities, exact to first order; of any other figure by
the difference between lanes to either side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.sweep.plan import Plan
from longtail.circuit import Circuit
from longtail.contract.axes import DEFAULT, frequency_axis
from longtail.contract.drive import Drive
from longtail.driven.drives import Drives
from longtail.driven.inputs import find_drives
from longtail.driven.levels import levels_of, sweep
from longtail.driven.mode_gains import PLACES
from longtail.driven.nulling import nulled_to
from longtail.driven.points import Points
from longtail.driven.sensitivities import Sensitivities, sensitivities
from longtail.driven.varied import read_lanes
from longtail.errors import AnalysisError, OptionError
from longtail.hints import said
from longtail.lanes.status import LaneStatus
from longtail.merits.frequencies import Asked
from longtail.merits.gains import symbols
from longtail.merits.merit import Merit, SpotMerit
from longtail.merits.registry import ALIASES, measures, of_point
from longtail.merits.seen import Seen
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.statistics.spreads import Spreads

Array = NDArray[np.float64]
Values = NDArray[Any]  # real or complex

CMRR, OFFSET = "cmrr", "input_offset"
_NAMES = {**ALIASES, "cmrr_db": CMRR}  # other names of the two
_STEP = 2.0**-4  # standard deviations, to either side
_IN_DB = {f"{name}_db": name for name in PLACES}  # gains in dB, by what they are of
_DB = 20.0 / np.log(10.0)  # of a part of a magnitude
_IN_LANES = 10.0  # what rounding is in lanes, which are not refined, in that of sensitivities
_ROUNDING = 1e-11  # of the largest effect at a place: less is what solving leaves of none


@dataclass(frozen=True, eq=False)
class Effects:
    """Figures and effects at common-mode levels `vcm` in V and frequencies; none of a figure that has none.

    nominal `[level, frequency]`, nan at a level without operating point; effects `[level, frequency, cause]`
    rounding  what is none in a figure that is solved in lanes at the first level and frequency
    solve   the figure itself at the first level and frequency, `[sample]`, for causes `[sample, cause]`: whole
            solutions, nan where there is none
    """

    symbol: str
    unit: str
    frequency_hz: Array
    vcm: Array
    nominal: Values
    effects: Values
    drives: Drives | None
    solve: Callable[[Array], Values]
    rounding: float = 0.0


@dataclass(frozen=True, slots=True)
class AskedFigure:
    """A figure by name, with the frequencies that stand behind it or beside it: None for the middle of the band."""

    name: str
    frequency_hz: Array | None

    @property
    def by_sensitivities(self) -> bool:
        return self.name in (CMRR, OFFSET, *PLACES, *_IN_DB)


def question(measure: str, frequency_hz: Array | None) -> AskedFigure:
    """What is asked by a name such as cmrr@50. Raises `OptionError` where both say a frequency."""
    name, sign, given = measure.strip().lower().partition("@")
    if sign and frequency_hz is not None:
        raise OptionError(
            f"'{measure}' has a frequency of its own", hint=said("leave {frequency_hz} out", frequency_hz=None)
        )
    axis = frequency_axis(given) if sign else frequency_hz
    return AskedFigure(_NAMES.get(name, name), axis)


def found(circuit: Circuit, asked: AskedFigure, drive: Drive, vcm: Array | str | None, spreads: Spreads) -> Effects:
    """The effects. Raises `OptionError` for a figure that is not there, `AnalysisError` where no level has it."""
    way = _by_sensitivities if asked.by_sensitivities else _by_differences
    effects = way(circuit, asked, drive, vcm, spreads)
    size = np.abs(effects.effects)
    level = _ROUNDING * size.max(axis=-1, keepdims=True, initial=0.0)
    return replace(effects, effects=np.where(size <= level, 0.0, effects.effects).astype(effects.effects.dtype))


def _by_sensitivities(
    circuit: Circuit, asked: AskedFigure, drive: Drive, vcm: Array | str | None, spreads: Spreads
) -> Effects:
    drive = replace(drive, null=drive.null or asked.name == OFFSET)
    drives, levels = levels_of(circuit, drive, vcm)
    measures((asked.name,), drives.circuit, len(drives.output))
    within = spreads.within(drives.circuit)
    swept = sweep(drives, null=drive.null, target=drive.target, vary=within.names)
    points = swept.at(v_ic=levels)
    good = np.flatnonzero(points.good)
    if not good.size:
        raise AnalysisError(
            "there is no operating point at any of the levels", hint=said("try another {vcm}", vcm=None)
        )
    some = points.select(good)
    frequency = np.empty(0) if asked.name == OFFSET else _frequencies(asked, some)
    at = sensitivities(swept.drives, some.point, within.names, frequency, nulled=drive.null)
    nominal, slopes = _figure(asked.name, at, some)
    effects = np.full((levels.size, nominal.shape[1], len(spreads.causes)), np.nan, slopes.dtype)
    moved, rounding = slopes @ within.moves.T, _IN_LANES * _floor(asked.name, at)
    effects[good] = np.where(np.abs(moved) <= rounding[..., None], 0.0, moved).astype(slopes.dtype)
    if asked.name == CMRR:
        nominal = np.where(np.abs(nominal) <= rounding, 0.0, nominal).astype(nominal.dtype)
    figures = np.full(effects.shape[:2], np.nan, nominal.dtype)
    figures[good] = nominal
    symbol, unit = ("V_OS", "V") if asked.name == OFFSET else _written(asked.name, drives)

    def solve(causes: Array) -> Values:
        varied = within.values(causes)
        return _solved(asked.name, swept.at(v_ic=np.full(len(causes), levels[0]), varied=varied), frequency[:1])

    return Effects(symbol, unit, frequency, levels, figures, effects, drives, solve, float(rounding[0, 0]))


def _floor(name: str, at: Sensitivities) -> Array:
    """What is rounding in a figure of gains, `[lane, frequency]`; nothing of an offset and of logarithms."""
    if name == OFFSET or name in _IN_DB:
        return np.zeros((len(at.solution), 1 if name == OFFSET else at.floor.shape[1]))
    return at.floor if name != CMRR else at.floor / np.abs(at.gains[:, :, DIFFERENTIAL, DIFFERENTIAL])


def _solved(name: str, points: Points, frequency_hz: Array) -> Values:
    """A figure of points, `[lane]`."""
    if name == OFFSET:
        return np.where(points.good, points.v_id, np.nan)
    matrix = points.mode_gains(frequency_hz)[0][:, 0]
    if name == CMRR:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(matrix[:, DIFFERENTIAL, COMMON] / matrix[:, DIFFERENTIAL, DIFFERENTIAL])
    row, column = PLACES[_IN_DB.get(name, name)]
    gain = np.asarray(matrix[:, 0 if matrix.shape[1] == 1 else row, column])
    if name not in _IN_DB:
        return gain
    with np.errstate(divide="ignore"):
        return _DB * np.log(np.abs(gain))


def _written(name: str, drives: Drives) -> tuple[str, str]:
    written = symbols(drives.single_ended)
    if name in _IN_DB:
        return written[_IN_DB[name]], "dB"
    if name != CMRR:
        return written[name], "V/V"
    return (f"{written['common']}/{written['differential']}" if drives.single_ended else "A_c→d/A_dd"), "V/V"


def _frequencies(asked: AskedFigure, points: Points) -> Array:
    if asked.frequency_hz is not None:
        return asked.frequency_hz
    first = points.point.select(np.zeros(1, int))
    return np.array([Seen(first, points.drives, Asked(frequency_axis(DEFAULT))).frequencies.headline_hz])


def _figure(name: str, at: Sensitivities, points: Points) -> tuple[Values, Values]:
    """The figure `[lane, frequency]` and its slopes `[lane, frequency, parameter]`."""
    if name == OFFSET:
        assert at.offset is not None
        return points.v_id[:, None], at.offset[:, None]
    single = at.gains.shape[2] == 1
    if name != CMRR:
        row, column = PLACES[_IN_DB.get(name, name)]
        place = (0 if single else row, column)
        gain, slopes = at.gains[:, :, *place], at.slopes[:, :, *place]
        return _in_db(gain, slopes) if name in _IN_DB else (gain, slopes)
    wanted, unwanted = (at.gains[:, :, DIFFERENTIAL, k] for k in (DIFFERENTIAL, COMMON))
    if (wanted == 0.0).any():
        raise AnalysisError("there is no differential gain to hold the common-mode gain against")
    ratio = unwanted / wanted
    moved = (at.slopes[:, :, DIFFERENTIAL, k] for k in (COMMON, DIFFERENTIAL))
    by_unwanted, by_wanted = moved
    return ratio, (by_unwanted - ratio[..., None] * by_wanted) / wanted[..., None]


def _in_db(gain: Values, slopes: Values) -> tuple[Values, Values]:
    """The gain 20*lg|A| and its slopes 20/ln(10)*Re(dA/A), dB; nan where there is no gain."""
    there = np.where(gain != 0.0, gain, np.nan)
    return _DB * np.log(np.abs(there)), _DB * np.real(slopes / there[..., None])


def _by_differences(
    circuit: Circuit, asked: AskedFigure, drive: Drive, vcm: Array | str | None, spreads: Spreads
) -> Effects:
    """Lanes to either side of each cause, at every level. The figure is of one frequency or none."""
    merit, drives = _merit(circuit, asked, drive, vcm)
    within = spreads.within(drives.circuit if drives else circuit)
    levels = np.empty(0) if vcm is None else levels_of(circuit, drive, vcm)[1]
    count = len(within.causes)

    def solve(causes: Array, at: Array = levels[:1]) -> Array:
        given = within.values(causes)
        if at.size:
            given["vcm"] = np.broadcast_to(at, len(causes))
        plan = _plan(circuit, drives, drive, given, merit)
        status, values = plan.digest(slice(None), plan.solve(slice(None)), None)
        return np.where(status == LaneStatus.CONVERGED, values[merit.name], np.nan)

    steps = np.concatenate([np.zeros((1, count)), np.eye(count) * _STEP, -np.eye(count) * _STEP])
    rows = max(levels.size, 1)
    table = solve(np.tile(steps, (rows, 1)), np.repeat(levels, len(steps))).reshape(rows, 1, -1)
    effects = (table[:, :, 1 : count + 1] - table[:, :, count + 1 :]) / (2.0 * _STEP)
    at = merit.at_hz if isinstance(merit, SpotMerit) else None
    frequency = np.empty(0) if at is None else np.array([at])
    own = table[:, :, 0]
    return Effects(merit.symbol, merit.unit, frequency, levels, own, effects, drives, solve)


def _merit(circuit: Circuit, asked: AskedFigure, drive: Drive, vcm: Array | str | None) -> tuple[Merit, Drives | None]:
    if asked.frequency_hz is not None and asked.frequency_hz.size != 1:
        raise OptionError(
            f"{asked.name} is given at one frequency", hint=said("give one {frequency_hz}", frequency_hz=50.0)
        )
    name = asked.name if asked.frequency_hz is None else f"{asked.name}@{asked.frequency_hz[0].item()!r}"
    alone = of_point(name) and not drive.null and vcm is None
    drives = None if alone else find_drives(circuit, drive)
    wanted = measures((name,), drives.circuit if drives else circuit, len(drives.output) if drives else 0)
    if len(wanted) != 1 or wanted[0].over_frequency:
        raise OptionError(f"'{name}' is no single figure", hint="as in offset, cmrr@50, bandwidth_hz or v(out)")
    return wanted[0], drives


def _plan(circuit: Circuit, drives: Drives | None, drive: Drive, given: Mapping[str, Array], merit: Merit) -> Plan:
    whole = drives.circuit if drives else circuit
    lanes = read_lanes(whole, given, drives)
    target = nulled_to(drives, drive) if drives else None
    plan = Plan(whole, drives, lanes, given, (merit,), frequency_axis(DEFAULT), target)
    plan.check()
    return plan
