"""The two inputs as sources that can be driven in either mode, and the output as weights on nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.circuit import GROUND, Circuit, Instance
from longtail.contract.output import AtOutput
from longtail.engine.equations.system import System
from longtail.engine.equations.trace import Null
from longtail.engine.remember import Remembered
from longtail.engine.solving.at_rest import at_rest
from longtail.engine.solving.operating_point import OperatingPoint


@dataclass(frozen=True)
class Drives(AtOutput):
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
    def told(self) -> Circuit:
        """The circuit without sources of longtail's own, which the netlist knows nothing of."""
        if self.bench is None:
            return self.circuit
        known = {name: i for name, i in self.circuit.instances.items() if name in self.bench.instances}
        return replace(self.circuit, instances=known)

    @property
    def values(self) -> dict[str, float]:
        return dict(zip(self.names, self.levels, strict=True))

    @property
    def nearby(self) -> OperatingPoint | None:
        """The operating point of the bench, where the netlist has one of its own and inputs held at dc."""
        return at_rest(self.bench) if self.bench is not None and self.has_level else None

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
        point = at_rest(circuit)
        volts = [point.voltage(node)[0].item() for s in sources for node in s.nodes[:2]]
    return min(*volts, 0.0), max(*volts, 0.0)
