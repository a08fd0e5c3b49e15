"""An amplifier under all conditions of a characterization at once, the typical one first, or in lanes of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import TEMPERATURE
from longtail.contract.drive import AS_IT_IS, Drive
from longtail.driven.conditions import Condition, arrays
from longtail.driven.drives import Drives
from longtail.driven.levels import LevelSweep, sweep
from longtail.driven.nulling import null_target
from longtail.driven.points import Points
from longtail.driven.varied import read_lanes
from longtail.elaborate.named_values import nominal
from longtail.errors import AnalysisError, ConvergenceError, OptionError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Standing:
    """The amplifier, ready to be moved about under every condition.

    drives      of the circuit that nulling needs, which has a node more than the netlist
    values      varied parameters by name, `[condition]`; v_ic, v_id: the inputs of the netlist in V, `[condition]`
    plain       without nulling; nulled: with, None where the output cannot be nulled, and `why_not` says why
    points      where it is analyzed, `[condition]`: as the netlist has it, or nulled where `null` asks for it
    apart       whether each is an amplifier of its own, a lane of a sweep, and none the typical one of the others
    """

    drives: Drives
    names: tuple[str, ...]
    values: Mapping[str, Array]
    v_ic: Array
    v_id: Array
    plain: LevelSweep
    nulled: LevelSweep | None
    why_not: str
    points: Points
    null: bool
    apart: bool = False

    @property
    def count(self) -> int:
        return self.v_ic.size

    @property
    def good(self) -> NDArray[np.intp]:
        """The conditions that have an operating point."""
        return np.flatnonzero(self.points.good)

    def take(self, lanes: NDArray[np.intp]) -> dict[str, Array]:
        """The varied values of a condition for each lane."""
        return {name: value[lanes] for name, value in self.values.items()}

    def spread(self, values: Array) -> Array:
        """`[good condition, ...]` as `[condition, ...]`, nan in between."""
        whole = np.full((self.count, *values.shape[1:]), np.nan, values.dtype)
        whole[self.good] = values
        return whole

    def at_null(self, values: Mapping[str, Array] | None = None) -> Points | None:
        """Nulled points under every condition, or for other values; None where nulling does not serve."""
        if self.nulled is None:
            return None
        chosen = dict(self.values if values is None else values)
        lanes = max(v.size for v in chosen.values())
        return self.nulled.at(v_ic=np.resize(self.v_ic, lanes), varied=chosen)


def stand(drives: Drives, conditions: Sequence[Condition], drive: Drive = AS_IT_IS) -> Standing:
    """Solve all conditions. Raises as `bias` does where the typical one cannot be solved."""
    given = arrays(drives.circuit, conditions)
    lanes = read_lanes(drives.circuit, given, drives)
    return _stand(drives, tuple(each.name for each in conditions), lanes.values, drive, False)


def stand_apart(drives: Drives, values: Mapping[str, Array], drive: Drive) -> Standing:
    """The same of lanes of a sweep, from their checked values by varied name. Raises as `bias` does."""
    lanes = len(next(iter(values.values())))
    own = {TEMPERATURE: np.full(lanes, nominal(drives.circuit, TEMPERATURE))}
    return _stand(drives, (), {**own, **values}, drive, True)


def _stand(drives: Drives, names: tuple[str, ...], given: Mapping[str, Array], drive: Drive, apart: bool) -> Standing:
    values = {name: value for name, value in given.items() if name not in drives.names}
    v_id, v_ic = _levels(drives, given, len(next(iter(values.values()))))
    nulled, why_not = _nulled(drives, tuple(values), drive)
    plain = _plain(drives, tuple(values), nulled, drive.null)
    if drive.null and nulled is not None:
        points = nulled.at(v_ic=v_ic, varied=values)
    else:
        points = plain.at(v_ic=v_ic, v_id=v_id, varied=values)
    return Standing(plain.drives, names, values, v_ic, v_id, plain, nulled, why_not, points, drive.null, apart)


def _levels(drives: Drives, values: Mapping[str, Array], lanes: int) -> tuple[Array, Array]:
    found = {name: np.broadcast_to(values.get(name, own), lanes) for name, own in drives.values.items()}
    return drives.modes_of(found)


def _nulled(drives: Drives, vary: tuple[str, ...], drive: Drive) -> tuple[LevelSweep, str] | tuple[None, str]:
    """The amplifier with its output held; None and the reason where that is not asked for and does not work."""
    try:
        return sweep(drives, null=True, target=drive.target, vary=vary), ""
    except ConvergenceError:
        raise
    except AnalysisError as error:
        if drive.null:
            raise
        return None, f"no input offset brings the output to {null_target(drives, drive.target):g} V: {error.message}"
    except OptionError as error:
        if drive.null:
            raise
        return None, f"no input offset: {error.message}; {error.hint}"


def _plain(drives: Drives, vary: tuple[str, ...], nulled: LevelSweep | None, null: bool) -> LevelSweep:
    """The amplifier as the netlist has it, or at the offset that nulls it: all lanes start from there."""
    if nulled is None:
        return sweep(drives, vary=vary)
    if not null:
        return LevelSweep(nulled.drives, nulled.rest, nulled.plain, nulled.rest)
    return nulled.released
