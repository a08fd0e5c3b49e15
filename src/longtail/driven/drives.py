"""The two inputs as sources that can be driven in either mode, and the output as weights on nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.circuit import GROUND, Circuit, Instance
from longtail.driven.out_of_reach import out_of_reach
from longtail.elaborate.ports.wiring import control_terminals
from longtail.engine.equations.large import system_of
from longtail.engine.equations.system import System
from longtail.engine.equations.trace import Null
from longtail.engine.remember import Remembered
from longtail.engine.size import check_size
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving.operating_point import OperatingPoint, solve_operating_point
from longtail.errors import AnalysisError, ConvergenceError, OptionError
from longtail.hints import said


@dataclass(frozen=True)
class Drives:
    """How the amplifier is driven and read.

    circuit   the amplifier with a source to ground at each input: those of the netlist, or sources of longtail's own
              where the bench looks otherwise (see `longtail.elaborate.ports.planes`)
    sources   the two input sources, their positive terminals at the nodes `hot`, the others at ground
    output    one node or two
    levels    dc values of the sources, V
    bench     the circuit as the netlist has it where that is another one, and `bench_nodes`, whose voltages there are
              the levels
    has_level whether the netlist itself sets the common-mode level
    notes     what was decided
    """

    circuit: Circuit
    sources: tuple[str, str]
    hot: tuple[str, str]
    output: tuple[str, ...]
    levels: tuple[float, float]
    bench: Circuit | None = None
    bench_nodes: tuple[str, str] = ("", "")
    has_level: bool = True
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, str]:
        """The varied names of the two levels."""
        return f"{self.sources[0]}.dc", f"{self.sources[1]}.dc"

    @property
    def single_ended(self) -> bool:
        return len(self.output) == 1

    @property
    def values(self) -> dict[str, float]:
        return dict(zip(self.names, self.levels, strict=True))

    def modes_of(self, values: Mapping[str, float | NDArray[np.float64]]) -> modes.Modes:
        """v_id and v_ic in V for values of the two sources by varied name."""
        return modes.split(*(values[name] for name in self.names))

    @property
    def unit_modes(self) -> NDArray[np.float64]:
        """Source amplitudes `[drive, mode]` of one volt in each input mode."""
        return modes.unit_drives()

    def output_matrix(self, system: System) -> NDArray[np.float64]:
        """What each output mode takes of the unknowns, `[mode, unknown]`."""
        weights = np.zeros((len(self.output), len(system.unknowns)))
        for node, column in zip(self.output, modes.output_weights(len(self.output)).T, strict=True):
            if node != GROUND:
                weights[:, system.index[node]] += column
        return weights

    def outputs_of(self, point: OperatingPoint) -> NDArray[np.float64]:
        """The output modes in V, `[lane, mode]`."""
        matrix = self.output_matrix(point.system)
        # node by node: a matrix product rounds by the number of lanes
        outputs = np.zeros((len(point.solution), len(matrix)))
        for k in np.flatnonzero(matrix.any(axis=0)):
            outputs += point.solution[:, k, None] * matrix[:, k]
        return outputs

    def null(self, target: float) -> Null:
        """The equation that brings the output to `target` by an offset between the inputs."""
        weights = modes.output_weights(len(self.output))[modes.DIFFERENTIAL]
        shares = modes.unit_drives()[:, modes.DIFFERENTIAL]
        return Null(
            dict(zip(self.sources, shares.tolist(), strict=True)),
            dict(zip(self.output, weights.tolist(), strict=True)),
            target,
        )


_LAST_BITS = 4.0 * np.finfo(float).eps
_NO_RAILS = 100.0  # V: the span of the supplies where none are known
_SYSTEMS = Remembered[System](16)
_BIASES = Remembered[tuple[OperatingPoint, float | None]](16)
_RAILS = Remembered[tuple[float, float] | None](16)


def hot_end(source: Instance) -> tuple[str, float]:
    """The node that a source drives and its polarity there."""
    positive, negative = source.nodes[:2]
    return (negative, -1.0) if positive == GROUND else (positive, 1.0)


def supply_rails(circuit: Circuit) -> tuple[float, float] | None:
    """Lowest and highest voltage of the supplies to ground in V, ground counted in where all have one sign.

    A supply that does not stand at ground has its voltages at the operating point.
    """
    return _RAILS.get(circuit, circuit.ports.supplies, lambda: _rails(circuit))


def _rails(circuit: Circuit) -> tuple[float, float] | None:
    sources = [circuit.instances[name] for name in circuit.ports.supplies]
    if not sources:
        return None
    if all(s.device == "voltage_source" and GROUND in s.nodes for s in sources):
        volts = [circuit.number(s.parameters.get("dc", 0.0)) * hot_end(s)[1] for s in sources]
    else:
        point = solve_operating_point(system_of(circuit))
        volts = [point.voltage(node)[0].item() for s in sources for node in s.nodes[:2]]
    return min(*volts, 0.0), max(*volts, 0.0)


def null_target(drives: Drives, target: float | None) -> float:
    """Where nulling is to bring the output, V: as given, 0 for a pair, the middle of the supplies for one node.

    Also 0 in a circuit that has no transistors and wants no supplies: its op-amps are ideal.
    """
    if target is not None:
        return target
    if not drives.single_ended:
        return 0.0
    rails = supply_rails(drives.circuit)
    if rails is None and not any(control_terminals(i) for i in drives.circuit.instances.values()):
        return 0.0
    if rails is None:
        raise OptionError(
            "the target of nulling is not known: no supplies are named",
            hint=said("give {target} in V, or put '*@ supply vdd' into the netlist", target=None),
        )
    return (rails[0] + rails[1]) / 2


def bias(drives: Drives, *, null: bool = False, target: float | None = None) -> tuple[OperatingPoint, float | None]:
    """The operating point of the driven amplifier, and the input offset v_id in V where it was nulled.

    A nulled solution is handed over as one of the plain circuit: the same point, with the offset in its sources.
    """
    return _BIASES.get(drives, (null, target), lambda: _bias(drives, null, target))


def _bias(drives: Drives, null: bool, target: float | None) -> tuple[OperatingPoint, float | None]:
    plain = _SYSTEMS.get(drives, (), lambda: system_of(drives.circuit, drives.names))
    if not null:
        return solve_operating_point(plain, drives.values), None
    check_size(drives.circuit, "nulling")
    system = System(drives.circuit, drives=drives.names, null=drives.null(null_target(drives, target)))
    try:
        nulled = solve_operating_point(system, drives.values)
    except ConvergenceError as error:
        _check_gain(drives)
        why = out_of_reach(drives, bias(drives)[0], null_target(drives, target), _reach(drives))
        raise why or AnalysisError(f"the output cannot be nulled: {error.message}", hint=error.hint) from error
    point = at_one_lane(as_plain(drives, plain, nulled))
    offset = drives.modes_of(point.values).differential
    _check_offset(drives, offset, null_target(drives, target))
    return point, offset


def as_plain(drives: Drives, system: System, nulled: OperatingPoint) -> OperatingPoint:
    """A nulled point as one of the plain circuit: its input sources have the offset, and it is no unknown any more.

    An offset below the last bits of the largest voltage is rounding, and zero.
    """
    extra = nulled["input_offset"]
    extra = np.where(np.abs(extra) <= _LAST_BITS * nulled.largest_voltage, 0.0, extra)
    shares = drives.null(0.0).inputs
    levels = {
        n: np.asarray(nulled.values[n]) + shares[s] * extra for n, s in zip(drives.names, drives.sources, strict=True)
    }
    solution = np.delete(nulled.solution, nulled.system.index["input_offset"], axis=1)
    nominal = nulled.nominal and as_plain(drives, system, nulled.nominal)
    return replace(nulled, system=system, values={**nulled.values, **levels}, solution=solution, nominal=nominal)


def at_one_lane(point: OperatingPoint) -> OperatingPoint:
    """A point of one lane with numbers for values, in place of arrays of one."""
    return replace(point, values={name: float(np.squeeze(value)) for name, value in point.values.items()})


def _reach(drives: Drives) -> float:
    """The largest input offset in V that nulling may take: the span of the supplies."""
    low, high = supply_rails(drives.circuit) or (-_NO_RAILS / 2, _NO_RAILS / 2)
    return max(high - low, 1.0)


def _check_offset(drives: Drives, offset: float, target: float) -> None:
    """Raise `AnalysisError` for an offset that no amplifier would survive: the target cannot be reached."""
    if abs(offset) > _reach(drives):
        raise out_of_reach(drives, bias(drives)[0], target, _reach(drives)) or AnalysisError(
            f"the output cannot be nulled: it would take an input offset of {offset:.3g} V, beyond the supplies",
            hint=said("give a {target} that the output can reach", target=None),
        )


def _check_gain(drives: Drives) -> None:
    """Raise `AnalysisError` where the output does not follow the input at dc, and nulling means nothing."""
    model = linearize(bias(drives)[0])
    x = model.response(np.zeros(1), drives.unit_modes[:, [modes.DIFFERENTIAL]])[0, 0]
    gain = abs((drives.output_matrix(model.operating_point.system) @ x)[modes.DIFFERENTIAL, 0])
    if gain < 1e-6:
        raise AnalysisError(
            f"the output {', '.join(drives.output)} does not follow the inputs at dc (gain {gain:.1g} V/V): "
            "there is nothing to null",
            hint="is the output held by a source, or coupled by a capacitor or a transformer? Analyze without nulling",
        )
