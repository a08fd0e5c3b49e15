"""The two inputs as sources that can be driven in either mode, and the output as weights on nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.analyses.out_of_reach import out_of_reach
from longtail.circuit import GROUND, Circuit, Instance
from longtail.elaborate.ports import resolve_ports
from longtail.engine.linearization import linearize
from longtail.engine.operating_point import OperatingPoint, solve_operating_point
from longtail.engine.remember import Remembered
from longtail.engine.system import System
from longtail.engine.trace import Null
from longtail.errors import AnalysisError, ConvergenceError, OptionError


@dataclass(frozen=True)
class Drives:
    """How the amplifier is driven and read.

    circuit   with a source at each input, added where the netlist has none
    sources   the two input sources; `signs` +1 where the positive terminal faces the amplifier; `hot` that node
    output    one node or two
    levels    dc values of the sources, V
    """

    circuit: Circuit
    sources: tuple[str, str]
    signs: tuple[float, float]
    hot: tuple[str, str]
    output: tuple[str, ...]
    levels: tuple[float, float]

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
        return modes.split(*(values[name] * sign for name, sign in zip(self.names, self.signs, strict=True)))

    @property
    def unit_modes(self) -> NDArray[np.float64]:
        """Source amplitudes `[drive, mode]` of one volt in each input mode."""
        return modes.unit_drives() * np.array(self.signs)[:, None]

    def output_matrix(self, system: System) -> NDArray[np.float64]:
        """What each output mode takes of the unknowns, `[mode, unknown]`."""
        weights = np.zeros((len(self.output), len(system.unknowns)))
        for node, column in zip(self.output, modes.output_weights(len(self.output)).T, strict=True):
            if node != GROUND:
                weights[:, system.index[node]] += column
        return weights

    def null(self, target: float) -> Null:
        """The equation that brings the output to `target` by an offset between the inputs."""
        weights = modes.output_weights(len(self.output))[modes.DIFFERENTIAL]
        shares = modes.unit_drives()[:, modes.DIFFERENTIAL] * np.array(self.signs)
        return Null(
            dict(zip(self.sources, shares.tolist(), strict=True)),
            dict(zip(self.output, weights.tolist(), strict=True)),
            target,
        )


_NO_RAILS = 100.0  # V: the span of the supplies where none are known
_DRIVES = Remembered[Drives](16)
_SYSTEMS = Remembered[System](16)
_BIASES = Remembered[tuple[OperatingPoint, float | None]](16)


def find_drives(
    circuit: Circuit,
    input: Sequence[str] | None = None,
    output: Sequence[str] | None = None,
    vcm: float | None = None,
) -> Drives:
    """Settle inputs and outputs from options, directives or what was found, and set the common-mode level.

    Raises `OptionError` where the inputs or outputs are not known, or cannot be driven.
    """
    key = (_names(input), _names(output), vcm)
    return _DRIVES.get(circuit, key, lambda: _find(circuit, input, output, vcm))


def _names(given: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if given is None else (given,) if isinstance(given, str) else tuple(given)


def _find(circuit: Circuit, input: Sequence[str] | None, output: Sequence[str] | None, vcm: float | None) -> Drives:
    circuit = resolve_ports(circuit, input=input, output=output, vcm=vcm)
    ports = circuit.ports
    if len(ports.input) != 2:
        raise OptionError(
            "the inputs are not known" + _found(ports.how, "input"),
            hint="say --input inp,inn, or put '*@ input inp inn' into the netlist",
        )
    if len(ports.output) not in (1, 2):
        raise OptionError(
            "the output is not known" + _found(ports.how, "output"),
            hint="say --output outp,outn (or one node), or put '*@ output outp outn' into the netlist",
        )
    circuit, sources = _sources(circuit, ports.input, ports.vcm)
    ends = [hot_end(circuit.instances[s]) for s in sources]
    levels = [circuit.number(circuit.instances[s].parameters.get("dc", 0.0)) for s in sources]
    signs = [sign for _, sign in ends]
    if ports.vcm is not None:
        levels = _level(circuit, sources, signs, levels, ports.vcm)
    return Drives(
        circuit,
        (sources[0], sources[1]),
        (signs[0], signs[1]),
        (ends[0][0], ends[1][0]),
        tuple(ports.output),
        (levels[0], levels[1]),
    )


def _found(how: Mapping[str, str], port: str) -> str:
    return f": {how[port]}" if port in how else ""


def _sources(circuit: Circuit, names: Sequence[str], vcm: float | None) -> tuple[Circuit, list[str]]:
    """The input sources; where a node has none, one is added at the common-mode level."""
    sources: list[str] = []
    for name in names:
        instance = circuit.instances.get(name)
        if instance is not None and instance.device == "voltage_source":
            sources.append(name)
            continue
        driving = [s for s in circuit.instances.values() if s.device == "voltage_source" and name in s.nodes]
        grounded = [s for s in driving if GROUND in s.nodes]
        if grounded or driving:
            sources.append((grounded or driving)[0].name)
            continue
        if vcm is None:
            raise OptionError(
                f"no source drives the input node '{name}', and the common-mode level is not known",
                hint="give --vcm, or put a voltage source at the node",
            )
        added = Instance(f"v@{name}", "voltage_source", (name, GROUND), {"dc": vcm})
        circuit = replace(circuit, instances={**circuit.instances, added.name: added})
        sources.append(added.name)
    if sources[0] == sources[1]:
        raise OptionError(
            f"one source, {sources[0]}, drives both inputs",
            hint="give each input a source of its own to ground, so that both modes can be driven",
        )
    return circuit, sources


def hot_end(source: Instance) -> tuple[str, float]:
    """The node that a source drives and its polarity there."""
    positive, negative = source.nodes
    return (negative, -1.0) if positive == GROUND else (positive, 1.0)


def _level(
    circuit: Circuit, sources: Sequence[str], signs: Sequence[float], levels: Sequence[float], vcm: float
) -> list[float]:
    """Source values that put the inputs at `vcm`, keeping the difference that the netlist has."""
    for s in sources:
        nodes = circuit.instances[s].nodes
        if GROUND not in nodes:
            raise OptionError(
                f"--vcm needs input sources to ground, and {s} stands between {' and '.join(nodes)}",
                hint="set the level in the netlist instead, or tie the source to ground",
            )
    v_id, _ = modes.split(levels[0] * signs[0], levels[1] * signs[1])
    return [v * sign for v, sign in zip(modes.join(v_id, vcm), signs, strict=True)]


def supply_rails(circuit: Circuit) -> tuple[float, float] | None:
    """Lowest and highest supply voltage to ground in V, ground counted in where all have one sign."""
    volts = []
    for name in circuit.ports.supplies:
        source = circuit.instances[name]
        if GROUND in source.nodes:
            volts.append(circuit.number(source.parameters.get("dc", 0.0)) * hot_end(source)[1])
    if not volts:
        return None
    low, high = min(volts), max(volts)
    return min(low, 0.0), max(high, 0.0)


def null_target(drives: Drives, target: float | None) -> float:
    """Where nulling is to bring the output: as given, 0 V for a pair, the middle of the supplies for one node."""
    if target is not None:
        return target
    if not drives.single_ended:
        return 0.0
    rails = supply_rails(drives.circuit)
    if rails is None:
        raise OptionError(
            "the target of nulling is not known: no supplies are named",
            hint="give --target volts, or put '*@ supply vdd' into the netlist",
        )
    return (rails[0] + rails[1]) / 2


def bias(drives: Drives, *, null: bool = False, target: float | None = None) -> tuple[OperatingPoint, float | None]:
    """The operating point of the driven amplifier, and the input offset v_id in V where it was nulled.

    A nulled solution is handed over as one of the plain circuit: the same point, with the offset in its sources.
    """
    return _BIASES.get(drives, (null, target), lambda: _bias(drives, null, target))


def _bias(drives: Drives, null: bool, target: float | None) -> tuple[OperatingPoint, float | None]:
    plain = _SYSTEMS.get(drives, (), lambda: System(drives.circuit, drives=drives.names))
    if not null:
        return solve_operating_point(plain, drives.values), None
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
    """A nulled point as one of the plain circuit: its input sources have the offset, and it is no unknown any more."""
    extra = nulled["input_offset"]
    shares = drives.null(0.0).inputs
    levels = {
        n: np.asarray(nulled.values[n]) + shares[s] * extra for n, s in zip(drives.names, drives.sources, strict=True)
    }
    solution = np.delete(nulled.solution, nulled.system.index["input_offset"], axis=1)
    return replace(nulled, system=system, values={**nulled.values, **levels}, solution=solution)


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
            hint="give a --target that the output can reach",
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
            hint="is the output coupled by a capacitor or a transformer? Analyze without nulling",
        )
