"""What unequal sources do to rejection: resistance in series with each input, capacitance from it to ground.

Electrodes, cables and filters in front of an amplifier turn a common mode into a difference before the amplifier sees
it. With source resistances R1 = R + dR/2 and R2 = R - dR/2, capacitances C1 = C + dC/2 and C2 = C - dC/2 at the
inputs, and the amplifier's own admittances Y between its inputs and ground, the inputs get

    v = (1 + diag(R1, R2) (Y + s*diag(C1, C2)))^-1 e

of the sources e. Y and the gains from one linearization serve all values, unless the inputs draw bias current: then
the resistors move the operating point, and the network is put into the circuit and solved for each value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail import modes
from longtail.circuit import GROUND, Circuit, Instance
from longtail.contract.analysis import Analysis, Option
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.kinds import NUMBER
from longtail.contract.options import FREQUENCY_OPTION, INPUT_OPTIONS, NULL_OPTIONS
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.driven.drives import Drives
from longtail.driven.grid import Lanes
from longtail.driven.inputs import find_drives
from longtail.driven.lane_solves import null_lanes, solve_lanes
from longtail.driven.mode_gains import common_level, matrix_of, mode_gains, named_gains, status_text
from longtail.driven.nulling import bias_of, nulled_to
from longtail.driven.port_maps import (
    NO_CURRENT,
    ROUNDING,
    above,
    input_currents,
    port_matrices,
    rejection_db,
    signal_level,
)
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving import dense
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import OptionError
from longtail.lanes.status import LaneStatus
from longtail.large_signal.stuck import bias_notes
from longtail.merits.reasons import UNKNOWN, Inquiry, Reason, short
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.units import format_si

if TYPE_CHECKING:
    import xarray

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_STILL = 1e-7  # V: a bias current that drops less over its source resistance leaves the operating point where it is
_NOTHING = 10.0  # times the level of rounding: what is below is none of the circuit, with the network before it or not
_MAP = np.logspace(-3.0, 0.0, 25)  # differences of the map, as parts of the source resistance


@dataclass(frozen=True, slots=True)
class Network:
    """Source resistances in ohm and capacitances in F of many lanes, `[lane, input]`."""

    resistance: Real
    capacitance: Real


@dataclass(frozen=True, eq=False, repr=False)
class SourceImbalance(AtOutput, Result):
    """Rejection with unequal sources.

    frequency_hz            `[frequency]`
    resistance, capacitance of each source on average, ohm and F; `..._difference` of the first over the second
    matrix                  `[frequency, out_mode, in_mode]`, V/V, from the sources to the output
    balanced, amplifier     the same with equal sources, and with none
    map_difference, map_cmrr_db  differences of resistance in ohm, and the rejection `[difference, frequency]` for them
    floor                   `[frequency]`, V/V: an unwanted gain below this is rounding
    bias_current            A into each input at the operating point without sources
    reason                  why the amplifier's own unwanted gain is zero, where it is
    inserted                whether the network moved the operating point and was solved for within the circuit
    """

    analysis: ClassVar[str] = "source-imbalance"
    json_version: ClassVar[int] = 2
    view: ClassVar[str] = "source_imbalance"

    frequency_hz: Real
    resistance: float
    resistance_difference: float
    capacitance: float
    capacitance_difference: float
    matrix: Complex
    balanced: Complex
    amplifier: Complex
    map_difference: Real
    map_cmrr_db: Real
    floor: Real
    bias_current: tuple[float, float]
    inserted: bool
    input: tuple[str, str]
    output: tuple[str, ...]
    vcm: float
    input_offset: float | None
    status: str
    notes: tuple[str, ...] = ()
    reason: Reason | None = None

    def __repr__(self) -> str:
        f = self.frequency_hz[0]
        value = self.cmrr_db[0]
        text = f"{value:.4g} dB" if np.isfinite(value) else "without gain" if value < 0.0 else self.no_figure
        return f"<source imbalance of {self.resistance_difference:g} ohm: CMRR {text} at {f:g} Hz>"

    @property
    def no_figure(self) -> str:
        """In short, why a rejection is infinite."""
        return short((self.reason or UNKNOWN).rejection)

    @property
    def cmrr_db(self) -> Real:
        """Rejection from the sources to the output, `[frequency]`; which one, as in `ModeGains.cmrr_db`."""
        return _rejection(self.matrix, self.floor)

    @property
    def balanced_cmrr_db(self) -> Real:
        """The same with equal sources."""
        return _rejection(self.balanced, self.floor)

    @property
    def amplifier_cmrr_db(self) -> Real:
        """The same of the amplifier alone."""
        return _rejection(self.amplifier, self.floor)

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                "status": self.status,
                **ports(self.input, self.output),
                "vcm": self.vcm,
                "input_offset": self.input_offset,
                "resistance_ohm": self.resistance,
                "resistance_difference_ohm": self.resistance_difference,
                "capacitance_f": self.capacitance,
                "capacitance_difference_f": self.capacitance_difference,
                "bias_current": self.bias_current,
                "inserted": self.inserted,
                "frequency_hz": self.frequency_hz,
                **named_gains(self.matrix),
                "balanced": named_gains(self.balanced),
                "amplifier": named_gains(self.amplifier),
                "cmrr_db": self.cmrr_db,
                "balanced_cmrr_db": self.balanced_cmrr_db,
                "amplifier_cmrr_db": self.amplifier_cmrr_db,
                "map": {"resistance_difference_ohm": self.map_difference, "cmrr_db": self.map_cmrr_db},
                "floor": self.floor,
                "zero": {} if self.reason is None else {self._unwanted: self.reason},
                "notes": self.notes,
            }
        )

    @property
    def _unwanted(self) -> str:
        return "common" if self.single_ended else "common_to_differential"

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> SourceImbalance:
        units = {"resistance": "ohm", "resistance_difference": "ohm", "capacitance": "f", "capacitance_difference": "f"}
        places = entries["map"]
        return super().from_dict(
            {
                **entries,
                **{name: entries[f"{name}_{unit}"] for name, unit in units.items()},
                "matrix": matrix_of(entries),
                "balanced": matrix_of(entries["balanced"]),
                "amplifier": matrix_of(entries["amplifier"]),
                "map_difference": places["resistance_difference_ohm"],
                "map_cmrr_db": places["cmrr_db"],
                "reason": next(iter(entries["zero"].values()), None),
            }
        )

    def to_xarray(self) -> xarray.Dataset:
        """Rejections over "frequency" in Hz, and the map over "difference" in ohm too."""
        import xarray

        curves = {"cmrr": self.cmrr_db, "balanced": self.balanced_cmrr_db, "amplifier": self.amplifier_cmrr_db}
        data: dict[str, Any] = {name: ("frequency", values, {"units": "dB"}) for name, values in curves.items()}
        data["map"] = (("difference", "frequency"), self.map_cmrr_db, {"units": "dB"})
        return xarray.Dataset(
            data,
            coords={
                "frequency": ("frequency", self.frequency_hz, {"units": "Hz"}),
                "difference": ("difference", self.map_difference, {"units": "ohm"}),
            },
            attrs={"resistance": self.resistance, "capacitance": self.capacitance, "vcm": self.vcm},
        )


def behind(network: Network, gains: Complex, admittance: Complex, frequency_hz: Real) -> Complex:
    """Mode matrices `[lane, frequency, out_mode, in_mode]` from the sources, by the port equations above.

    gains       `[frequency, out_mode, in_mode]` of the amplifier from its inputs
    admittance  `[frequency, mode, mode]`, S, of its inputs
    """
    to_terminals, to_modes = modes.unit_drives(), np.linalg.inv(modes.unit_drives())
    currents = np.array(modes.join_currents(np.array([1.0, 0.0]), np.array([0.0, 1.0])))
    s = 2j * np.pi * frequency_hz
    own = currents @ admittance @ to_modes
    cable = network.capacitance[:, None, :, None] * np.eye(2) * s[:, None, None]
    matrix = np.eye(2) + network.resistance[:, None, :, None] * (own + cable)
    right = np.broadcast_to(to_terminals.astype(complex), matrix.shape)
    return np.asarray(gains @ (to_modes @ dense.solve(matrix, right)))


def inserted(drives: Drives, network: Network) -> tuple[Drives, dict[str, Real]]:
    """The circuit with a network at each input, sources moved behind the resistors, and the values by varied name."""
    instances, nodes = dict(drives.circuit.instances), list(drives.circuit.nodes)
    values: dict[str, Real] = {}
    behind_them: list[str] = []
    for k, (source, hot) in enumerate(zip(drives.sources, drives.hot, strict=True)):
        old, new = instances[source], f"{hot}@source"
        ends = tuple(new if node == hot else node for node in old.nodes)
        instances[source] = replace(old, nodes=ends)
        r, c = network.resistance[:, k], network.capacitance[:, k]
        resistor = Instance(f"r@{hot}", "resistor", (new, hot), {"r": float(r[0])})
        capacitor = Instance(f"c@{hot}", "capacitor", (hot, GROUND), {"c": float(c[0])})
        instances |= {resistor.name: resistor, capacitor.name: capacitor}
        values |= {f"{resistor.name}.r": r, f"{capacitor.name}.c": c}
        nodes.append(new)
        behind_them.append(new)
    circuit = replace(drives.circuit, instances=instances, nodes=tuple(nodes))
    return replace(drives, circuit=circuit, hot=(behind_them[0], behind_them[1])), values


def solved(
    drives: Drives, network: Network, frequency_hz: Real, target: float | None = None
) -> tuple[Complex, Real, NDArray[np.int8]]:
    """Mode matrices `[lane, frequency, out_mode, in_mode]` with the network in the circuit, the operating point of
    every lane its own; the level of rounding; and the status `[lane]`. `target` V is what each output is nulled to."""
    there, values = inserted(drives, network)
    lanes = Lanes(values, (("lane", np.arange(len(network.resistance), dtype=float)),))
    if target is None:
        _, point = solve_lanes(there.circuit, lanes, there)
    else:
        _, point, _ = null_lanes(there, lanes, target)
    x = linearize(point).response(frequency_hz, there.unit_modes)
    matrix = there.output_matrix(point.system) @ x
    matrix[point.status != LaneStatus.CONVERGED] = np.nan
    return matrix, ROUNDING * signal_level(point, x[:1])[0], point.status


def bias_currents(drives: Drives, point: OperatingPoint) -> tuple[float, float]:
    """Dc currents into the two inputs, A."""
    i_d, i_c = (float(i) for i in input_currents(drives, point.system) @ point.solution[0])
    first, second = (float(i) if abs(i) >= NO_CURRENT else 0.0 for i in modes.join_currents(i_d, i_c))
    return first, second


def _rejection(matrix: Complex, floor: Real) -> Real:
    """Of mode matrices `[..., frequency, out_mode, in_mode]`."""
    return rejection_db(matrix[..., DIFFERENTIAL, DIFFERENTIAL], matrix[..., DIFFERENTIAL, COMMON], floor)


def _network(r: float, dr: float, c: float, dc: float) -> Network:
    """What was asked for, equal sources, and the lanes of the map. Raises `OptionError` for a negative element."""
    for name, mean, difference in (("resistance", r, dr), ("capacitance", c, dc)):
        if abs(difference) > 2.0 * mean:
            raise OptionError(
                f"a {name} difference of {difference:g} on {mean:g} makes one of the two negative",
                hint=f"the {name} is the mean of both sides: give at least half of the difference",
            )
    spread = np.array([dr, 0.0, *(_MAP * r)])
    cables = np.array([dc, 0.0, *(dc for _ in _MAP)])
    signs = np.array([0.5, -0.5])
    # a resistor of exactly 0 ohm has no place in the equations of a circuit
    return Network(np.maximum(r + spread[:, None] * signs, 1e-6), c + cables[:, None] * signs)


def run(
    circuit: Circuit,
    drive: Drive,
    resistance: float,
    resistance_difference: float,
    capacitance: float,
    capacitance_difference: float,
    frequency_hz: NDArray[np.float64],
) -> SourceImbalance:
    """By port admittances where the inputs draw no bias current, else with the network in the circuit."""
    network = _network(resistance, resistance_difference, capacitance, capacitance_difference)
    drives = find_drives(circuit, drive)
    point, offset = bias_of(drives, drive)
    gains, level = mode_gains(drives, point, frequency_hz)
    currents = bias_currents(drives, point)
    drop = float((np.abs(currents) * network.resistance).max())
    notes = bias_notes(drives, point, offset)
    if drop > _STILL:
        matrices, level, status = solved(drives, network, frequency_hz, nulled_to(drives, drive))
        notes += _moved(drop, status)
    else:
        matrices = behind(network, gains, port_matrices(drives, linearize(point), frequency_hz)[0][0], frequency_hz)
    floor = _NOTHING * level
    matrices = above(matrices, floor[:, None, None])
    return SourceImbalance(
        frequency_hz,
        resistance,
        resistance_difference,
        capacitance,
        capacitance_difference,
        matrices[0],
        matrices[1],
        gains,
        _MAP * resistance,
        _rejection(matrices[2:], floor),
        floor,
        currents,
        drop > _STILL,
        drives.hot,
        drives.output,
        common_level(drives, point),
        offset,
        status_text(point),
        notes,
        Inquiry(drives, point).first(
            np.abs(gains[:, DIFFERENTIAL, COMMON]) <= floor, frequency_hz, DIFFERENTIAL, COMMON
        ),
    )


def _moved(drop: float, status: NDArray[np.int8]) -> tuple[str, ...]:
    """What to say where bias current moves the operating point by so many volts."""
    said = (
        f"bias current drops up to {format_si(drop, 'V')} over the source resistance: the operating point was "
        "solved again for every value",
    )
    failed = int((status != LaneStatus.CONVERGED).sum())
    return (*said, f"{failed} of {len(status)} values have no operating point") if failed else said


ANALYSIS = Analysis(
    "source-imbalance",
    "Rejection with unequal source resistances and capacitances",
    run,
    SourceImbalance,
    (
        *INPUT_OPTIONS,
        Option("resistance", NUMBER, "ohm", "mean of the two source resistances", 10e3, low=1e-3),
        Option("resistance_difference", NUMBER, "ohm", "of the first over the second source resistance", 1e3),
        Option("capacitance", NUMBER, "F", "mean of the capacitances from the inputs to ground", 100e-12, low=0.0),
        Option("capacitance_difference", NUMBER, "F", "of the first over the second capacitance", 0.0),
        replace(FREQUENCY_OPTION, default="1:1meg:10"),
        *NULL_OPTIONS,
    ),
)
