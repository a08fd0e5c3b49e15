"""Operating points of many lanes: as they stand, or nulled."""

from __future__ import annotations

from collections.abc import Mapping

from longtail.circuit import Circuit
from longtail.driven.drives import Drives
from longtail.driven.grid import Array, Lanes
from longtail.driven.nulling import as_plain, at_one_lane, bias, not_nulled, nulled_nearby, offset_of
from longtail.elaborate.named_values import nominal
from longtail.engine.equations.system import System
from longtail.engine.equations.trace import Null
from longtail.engine.remember import Remembered
from longtail.engine.solving.batch import Batch
from longtail.engine.solving.operating_point import OperatingPoint, solve_operating_point
from longtail.errors import ConvergenceError
from longtail.lanes.kernels import COMPILED

_BATCHES = Remembered[Batch](16)


def batch(circuit: Circuit, names: tuple[str, ...], drives: Drives | None = None, null: Null | None = None) -> Batch:
    """The circuit solved at its nominal point and ready for lanes of these names; remembered for the next time."""
    driven = drives.names if drives else ()
    key = (tuple(sorted(names)), driven, repr(null), drives.levels if drives else ())

    def prepare() -> Batch:
        system = System(circuit, varied=names, drives=driven, null=null, executor=COMPILED if names else None)
        values = {name: nominal(circuit, name) for name in names}
        if not drives:
            return Batch(solve_operating_point(system, values))
        values |= drives.values
        if null is None:
            return Batch(solve_operating_point(system, values, bias(drives)[0]))
        try:
            return Batch(nulled_nearby(drives, system, values) or solve_operating_point(system, values))
        except ConvergenceError as error:
            raise not_nulled(drives, null.target, error) from error

    return _BATCHES.get(circuit, key, prepare)


def solve_lanes(
    circuit: Circuit, lanes: Lanes, drives: Drives | None = None, *, threads: int = 1
) -> tuple[Batch, OperatingPoint]:
    """Operating points of all lanes."""
    prepared = batch(circuit, tuple(lanes.values), drives)
    return prepared, prepared.solve(lanes.values, threads=threads)


def null_lanes(drives: Drives, lanes: Lanes, target: float, *, threads: int = 1) -> tuple[Batch, OperatingPoint, Array]:
    """Operating points with the output of every lane brought to `target`, and the input offset of each in V.

    The points are handed over as those of the plain circuit, with the offsets in its input sources.
    """
    names = tuple(lanes.values)
    plain = batch_at_null(drives, names, drives.null(target))
    point = solve_nulled(drives, plain, lanes.values, target, threads=threads)
    return plain, point, offset_of(drives, point)


def solve_nulled(
    drives: Drives, plain: Batch, values: Mapping[str, Array], target: float, *, threads: int = 1
) -> OperatingPoint:
    """Nulled operating points as points of the plain circuit; `values` by names that are varied in `plain`."""
    null = drives.null(target)
    names = tuple(n for n in plain.system.varied if n not in drives.names or n in values)
    nulled = batch(drives.circuit, names, drives, null).solve(values, threads=threads)
    return as_plain(drives, plain.system, nulled)


def batch_at_null(drives: Drives, names: tuple[str, ...], null: Null) -> Batch:
    """The plain circuit at the nominal nulled point: what frequency sweeps of nulled lanes start from."""
    circuit = drives.circuit

    def prepare() -> Batch:
        nulled = batch(circuit, names, drives, null).nominal
        system = System(circuit, varied=names, drives=drives.names, executor=COMPILED if names else None)
        return Batch(at_one_lane(as_plain(drives, system, nulled)))

    return _BATCHES.get(circuit, (tuple(sorted(names)), "at null", repr(null), drives.levels), prepare)
