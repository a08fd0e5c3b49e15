"""Bias points of a driven amplifier: as it stands, or nulled; and its circuit with sources in the place of inputs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.contract.drive import Drive
from longtail.driven.drives import Drives, supply_rails
from longtail.driven.out_of_reach import out_of_reach
from longtail.driven.points import FROM_NEARBY
from longtail.elaborate.roles import role_of
from longtail.engine.equations.large import system_of
from longtail.engine.equations.system import System
from longtail.engine.remember import Remembered
from longtail.engine.size import check_size
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving.newton import newton
from longtail.engine.solving.operating_point import OperatingPoint, solve_operating_point, start_beside
from longtail.errors import AnalysisError, ConvergenceError, OptionError
from longtail.hints import said

_LAST_BITS = 4.0 * np.finfo(float).eps

_NEARBY = 0.2  # V: an offset beyond is looked for with more care
_STRAIGHT = 0.05  # what an output may bend on the way to its target that goes there as its gain says
_NO_GAIN = 1e-6  # V/V
_CUT_OFF = 1e-2  # of the gain elsewhere: less comes through capacitances alone
_ANYWHERE = np.concatenate([[0.0], 10.0 ** np.arange(0.0, 10.0)])  # Hz

_NO_RAILS = 100.0  # V: the span of the supplies where none are known
_SYSTEMS = Remembered[System](16)
_BIASES = Remembered[tuple[OperatingPoint, float | None]](16)


@dataclass(frozen=True, slots=True)
class NullPoint:
    """What nulling did: the output was brought to `v_od_target` by `input_offset` = v1 - v2 (`[…]`), both in V."""

    v_od_target: float
    input_offset: float | NDArray[np.float64]


def null_target(drives: Drives, target: float | None) -> float:
    """Where nulling is to bring the output, V: as given, 0 for a pair, the middle of the supplies for one node.

    Also 0 in a circuit that has no transistors and wants no supplies: its op-amps are ideal.
    """
    if target is not None:
        return target
    if not drives.single_ended:
        return 0.0
    rails = supply_rails(drives.circuit)
    if rails is None and not any(role_of(i) for i in drives.circuit.instances.values()):
        return 0.0
    if rails is None:
        raise OptionError(
            "the target of nulling is not known: no supplies are named",
            hint=said("give {target} in V, or put '*@ supply vdd' into the netlist", target=None),
        )
    return (rails[0] + rails[1]) / 2


def nulled_to(drives: Drives, drive: Drive) -> float | None:
    """The same for what was asked: None where nulling was not."""
    return null_target(drives, drive.target) if drive.null else None


def bias_of(drives: Drives, drive: Drive) -> tuple[OperatingPoint, float | None]:
    """See `bias`: nulled if and to what was asked."""
    return bias(drives, null=drive.null, target=drive.target)


def bias(drives: Drives, *, null: bool = False, target: float | None = None) -> tuple[OperatingPoint, float | None]:
    """The operating point of the driven amplifier, and the input offset v_id in V where it was nulled.

    A nulled solution is handed over as one of the plain circuit: the same point, with the offset in its sources.
    """
    return _BIASES.get(drives, (null, target), lambda: _bias(drives, null, target))


def works(drives: Drives, elsewhere: Drives, drive: Drive) -> bool:
    """Whether the output follows the inputs where the drives stand, not much less than elsewhere, and can be nulled
    there if it is to be."""
    try:
        if drive.null:
            bias_of(drives, drive)
            return True
        return _largest_gain(drives, _ANYWHERE) >= _CUT_OFF * _largest_gain(elsewhere, _ANYWHERE)
    except (AnalysisError, ConvergenceError):
        return False


def _bias(drives: Drives, null: bool, target: float | None) -> tuple[OperatingPoint, float | None]:
    plain = _SYSTEMS.get(drives, (), lambda: system_of(drives.circuit, drives.names))
    if not null:
        return solve_operating_point(plain, drives.values, drives.nearby), None
    check_size(drives.circuit, "nulling")
    system = System(drives.circuit, drives=drives.names, null=drives.null(null_target(drives, target)))
    try:
        nulled = nulled_nearby(drives, system, drives.values) or solve_operating_point(system, drives.values)
    except ConvergenceError as error:
        raise not_nulled(drives, null_target(drives, target), error) from error
    point = at_one_lane(as_plain(drives, plain, nulled))
    offset = offset_of(drives, point).item()
    _check_offset(drives, offset, null_target(drives, target))
    return point, offset


def not_nulled(drives: Drives, target: float, error: ConvergenceError) -> AnalysisError:
    """Why there is no nulled point, in place of where a search for it ended.

    Raises `AnalysisError` where the output does not follow the inputs at all.
    """
    _check_gain(drives)
    why = out_of_reach(drives, bias(drives)[0], target, _reach(drives))
    return why or AnalysisError(f"the output cannot be nulled: {error.message}", hint=error.hint)


def nulled_nearby(drives: Drives, system: System, values: dict[str, float]) -> OperatingPoint | None:
    """The nulled point next to the one without an offset; None where there is none."""
    try:
        rest = bias(drives)[0]
    except ConvergenceError:
        return None
    return null_nearby(rest, system, values)


def null_nearby(start: OperatingPoint, nulled: System, values: dict[str, float]) -> OperatingPoint | None:
    """The nulled point next to the one without an offset, as an amplifier with feedback or of little gain has it.

    None if it is far away, and not where the first step of Newton's method, the gain about `start`, has it.
    """
    lanes = {name: np.array([value]) for name, value in values.items()}
    state, place = start_beside(nulled, lanes, start), nulled.index["input_offset"]
    result = newton(nulled, lanes, state, limit=FROM_NEARBY)
    if not result.converged:
        return None
    offset = float(result.state.x[0, place])
    if abs(offset) > _NEARBY:
        by_gain = float(newton(nulled, lanes, state, limit=1).state.x[0, place])
        if abs(offset - by_gain) > _STRAIGHT * abs(by_gain):
            return None
    return OperatingPoint(nulled, values, result.state.x, result.status, start.iterations + result.iterations, "newton")


def as_plain(drives: Drives, system: System, nulled: OperatingPoint) -> OperatingPoint:
    """A nulled point as one of the plain circuit: its input sources have the offset, and it is no unknown any more."""
    extra = _above_rounding(nulled["input_offset"], nulled)
    shares = drives.null(0.0).inputs
    levels = {
        n: np.asarray(nulled.values[n]) + shares[s] * extra for n, s in zip(drives.names, drives.sources, strict=True)
    }
    solution = np.delete(nulled.solution, nulled.system.index["input_offset"], axis=1)
    nominal = nulled.nominal and as_plain(drives, system, nulled.nominal)
    return replace(nulled, system=system, values={**nulled.values, **levels}, solution=solution, nominal=nominal)


def offset_of(drives: Drives, point: OperatingPoint) -> NDArray[np.float64]:
    """The differential input of a nulled point of the plain circuit in V, `[lane]`."""
    return _above_rounding(np.asarray(drives.modes_of(point.values).differential), point)


def _above_rounding(offset: NDArray[np.float64], point: OperatingPoint) -> NDArray[np.float64]:
    """An offset below the last bits of the largest voltage is rounding, and zero."""
    return np.where(np.abs(offset) <= _LAST_BITS * point.largest_voltage, 0.0, offset)


def at_one_lane(point: OperatingPoint) -> OperatingPoint:
    """A point of one lane with numbers for values, in place of arrays of one."""
    return replace(point, values={name: float(np.squeeze(value)) for name, value in point.values.items()})


def _check_offset(drives: Drives, offset: float, target: float) -> None:
    """Raise `AnalysisError` for an offset that no amplifier would survive: the target cannot be reached."""
    if abs(offset) > _reach(drives):
        raise out_of_reach(drives, bias(drives)[0], target, _reach(drives)) or AnalysisError(
            f"the output cannot be nulled: it would take an input offset of {offset:.3g} V, beyond the supplies",
            hint=said("give a {target} that the output can reach", target=None),
        )


def _check_gain(drives: Drives) -> None:
    """Raise `AnalysisError` where the output does not follow the input at dc, and nulling means nothing."""
    gain = _largest_gain(drives, np.zeros(1))
    if gain < _NO_GAIN:
        raise AnalysisError(
            f"the output {', '.join(drives.output)} does not follow the inputs at dc (gain {gain:.1g} V/V): "
            "there is nothing to null",
            hint="is the output held by a source, or coupled by a capacitor or a transformer? Analyze without nulling",
        )


def _largest_gain(drives: Drives, frequency_hz: NDArray[np.float64]) -> float:
    """The largest differential gain at these frequencies, V/V."""
    model = linearize(bias(drives)[0])
    x = model.response(frequency_hz, drives.unit_modes[:, [modes.DIFFERENTIAL]])[0, ..., 0]
    return float(np.abs(x @ drives.output_matrix(model.operating_point.system)[modes.DIFFERENTIAL]).max())


def _reach(drives: Drives) -> float:
    """The largest input offset in V that nulling may take: the span of the supplies."""
    low, high = supply_rails(drives.circuit) or (-_NO_RAILS / 2, _NO_RAILS / 2)
    return max(high - low, 1.0)
