"""How a formula fares away from its operating point: over mismatch, temperature and common-mode level.

In every lane the symbols take the values that the devices have there, the formula is evaluated with them, and its
error is counted against the gain of the full circuit in the same lane.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import GROUND, Circuit
from longtail.circuit import TEMPERATURE as CELSIUS
from longtail.devices.discovery import devices
from longtail.driven.drives import Drives, supply_rails
from longtail.driven.grid import Lanes
from longtail.driven.lane_solves import null_lanes, solve_lanes
from longtail.driven.mode_gains import PLACES
from longtail.driven.points import Points
from longtail.driven.varied import read_lanes
from longtail.elaborate.named_values import INPUT_LEVEL, known_value, shown
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.lanes.status import LaneStatus
from longtail.large_signal.transistors import amplifying, transistors
from longtail.symbolic.shorter.answer import Answer
from longtail.symbolic.shorter.approximate import frequencies
from longtail.symbolic.shorter.values import symbol_values

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Mask = NDArray[np.bool_]

MISMATCH, TEMPERATURE, LEVEL = "mismatch", "temperature", "common mode"
SAMPLES, SEED = 100, 1  # of mismatch
COLD, HOT, STEPS = -40.0, 125.0, 34  # degC
_SEARCH, _LEVELS = 61, 41  # common-mode levels between the supplies, and where the amplifier works
_MUCH = 0.1  # error over mismatch beyond which a word is said
_LEAST = 7  # frequencies of a band


@dataclass(frozen=True, slots=True)
class Validity:
    """The error of a formula along one axis: relative, the largest over the frequencies of the band in each lane.

    low, high       where the axis goes, in `unit`; of mismatch the first and the last sample
    lanes           how many were solved for
    failed          of them without a solution
    outside         of them in which a transistor no longer amplifies that does so at the operating point
    at_rounding     of them in which a gain is only rounding: nothing to compare with
    median_error, p95_error, worst_error
                    over the lanes that are none of these; None where there is no such lane
    worst_at        the parameters of the worst lane, as `gains(parameters=...)` takes them; `worst_place` its place
                    on the axis
    worst_outside   largest error over lanes outside, `outside_place` where; None where there are none
    gain_low, gain_high
                    magnitude of the circuit's own gain at the low end of the band, least and most of the lanes that
                    the errors are over
    """

    axis: str
    unit: str
    low: float
    high: float
    lanes: int
    failed: int
    outside: int
    at_rounding: int
    median_error: float | None
    p95_error: float | None
    worst_error: float | None
    worst_at: Mapping[str, float] | None
    worst_place: float | None
    worst_outside: float | None
    outside_place: float | None
    gain_low: float | None
    gain_high: float | None


@dataclass(frozen=True, eq=False)
class Conditions:
    """A formula and the amplifier that it is of, to be moved about.

    drives, point  of the operating point that the formula holds at
    of, answer     the gain, and its formula
    target         V that the output is nulled to in every lane; None without nulling
    """

    drives: Drives
    point: OperatingPoint
    of: str
    answer: Answer
    target: float | None

    @property
    def frequency_hz(self) -> Array:
        """A handful of frequencies of the band that the formula is for."""
        return np.asarray(np.sort(frequencies(self.answer.at.band_hz, 1, _LEAST).imag) / (2.0 * np.pi))

    @property
    def working(self) -> list[str]:
        """The transistors that amplify at the operating point."""
        return [name for name, there in amplifying(self.point).items() if there[0]]

    def solve(self, parameters: Mapping[str, Array]) -> OperatingPoint:
        """All lanes, nulled where the formula is."""
        lanes = self.lanes(parameters)
        if self.target is None:
            return solve_lanes(self.drives.circuit, lanes, self.drives)[1]
        return null_lanes(self.drives, lanes, self.target)[1]

    def lanes(self, parameters: Mapping[str, Array]) -> Lanes:
        return read_lanes(self.drives.circuit, parameters, self.drives)

    def inside(self, point: OperatingPoint) -> Mask:
        """Lanes that are solved and in which all transistors amplify that do so at the operating point."""
        found = point.status == LaneStatus.CONVERGED
        regions = amplifying(point)
        for name in self.working:
            found &= regions[name]
        return np.asarray(found)

    def gains(self, point: OperatingPoint) -> tuple[Complex, Mask]:
        """The gain of the full circuit `[lane, frequency]`, and where it is more than rounding, `[lane]`."""
        points = Points(self.drives, point, np.zeros(len(point.status)), point.solution)
        matrix, floor = points.mode_gains(self.frequency_hz)
        wanted = matrix[:, :, 0, 0] if self.of == "cmrr" else self._entry(matrix, self.of)
        if self.of != "cmrr":
            return wanted, np.asarray((np.abs(wanted) > floor).all(axis=1))
        unwanted = self._entry(matrix, "common" if self.drives.single_ended else "common_to_differential")
        sure = (np.abs(unwanted) > floor).all(axis=1)
        quotient = np.full(wanted.shape, complex(np.nan))
        quotient[sure] = wanted[sure] / unwanted[sure]
        return quotient, np.asarray(sure)

    def _entry(self, matrix: Complex, of: str) -> Complex:
        row, column = PLACES[of]
        return np.asarray(matrix[:, :, 0 if self.drives.single_ended else row, column])

    def errors(self, point: OperatingPoint, circuit: Complex) -> Array:
        """Relative error of the formula at its worst frequency, `[lane]`, of lanes with a gain to compare with."""
        s = np.asarray(2j * np.pi * self.frequency_hz, complex)
        values = symbol_values(self.answer, point)
        return np.asarray(np.abs(self.answer.transfer.over(values, s) / circuit - 1.0).max(axis=1))


def errors_away(at: Conditions) -> tuple[tuple[Validity, ...], tuple[str, ...]]:
    """The errors along every axis that the circuit has, and notes on those that it does not have."""
    found, notes = [], []
    spread = mismatch(at.drives.circuit)
    if spread:
        found.append(_along(at, MISMATCH, "", np.arange(1.0, SAMPLES + 1.0), spread))
    else:
        notes.append("no errors over mismatch: the circuit has neither transistors nor resistors")
    celsius = np.linspace(COLD, HOT, STEPS)
    found.append(_along(at, TEMPERATURE, "degC", celsius, {CELSIUS: celsius}))
    volts = _levels(at)
    if volts is None:
        notes.append("no errors over the common-mode level: it takes input sources to ground, and known supplies")
    else:
        found.append(_along(at, LEVEL, "V", volts, {INPUT_LEVEL: volts}))
    if transistors(at.drives.circuit) and not at.working:
        notes.append("no transistor amplifies at the operating point: these figures are over all lanes that are solved")
    for each in found:
        notes += _said(each, at)
    return tuple(found), tuple(notes)


def _said(each: Validity, at: Conditions) -> list[str]:
    """What the figures of an axis leave aside, and why."""
    notes = []
    if each.axis == MISMATCH and (each.median_error or 0.0) > _MUCH + 2.0 * at.answer.error_sampled:
        notes.append(
            "mismatch changes this gain by something that the formula leaves out: matched devices share symbols in it, "
            "or differences count to first order alone"
        )
    if each.outside:
        error = "" if each.worst_outside is None else f" and the error reaches {100.0 * each.worst_outside:.3g} %"
        hint = ". --null holds the output where it is" if each.axis == MISMATCH and at.target is None else ""
        notes.append(
            f"over {each.axis}, {each.outside} of {each.lanes} lanes are not in these figures: a transistor ceases to "
            f"amplify there{error}{hint}"
        )
    if each.failed:
        notes.append(f"over {each.axis}, {each.failed} of {each.lanes} lanes have no operating point")
    if each.at_rounding:
        notes.append(
            f"over {each.axis}, {each.at_rounding} of {each.lanes} lanes have a gain that is only rounding: there "
            "is nothing to compare with"
        )
    return notes


def mismatch(circuit: Circuit, samples: int = SAMPLES, seed: int = SEED) -> dict[str, Array]:
    """Random parameters `[sample]` by name, each device by itself: normal about what the netlist has.

    Standard deviations are 1 % of resistances, of bipolar saturation currents and of transconductance parameters, and
    5 mV of thresholds.
    """
    random = np.random.default_rng(seed)
    found = {}
    for instance in circuit.instances.values():
        for spread in (each for each in devices()[instance.device].mismatch if each.deviation):
            for parameter in spread.parameters:
                name = f"{instance.name}.{parameter}"
                value = known_value(circuit, name)
                if value:
                    deviation = spread.deviation * (value if spread.relative else 1.0)
                    found[name] = value + deviation * random.standard_normal(samples)
                    break
    return found


def _levels(at: Conditions) -> Array | None:
    """Common-mode levels at which the amplifier works, about that of the operating point, and a step beyond."""
    circuit, rails = at.drives.circuit, supply_rails(at.drives.circuit)
    grounded = all(GROUND in circuit.instances[source].nodes for source in at.drives.sources)
    if rails is None or not grounded:
        return None
    own = float(np.mean(at.drives.levels))
    volts = np.unique([own, *np.linspace(min(rails[0], own), max(rails[1], own), _SEARCH)])
    works = at.inside(at.solve({INPUT_LEVEL: volts}))
    low = high = int(np.flatnonzero(volts == own)[0])
    while low > 0 and works[low]:
        low -= 1
    while high < volts.size - 1 and works[high]:
        high += 1
    return np.linspace(volts[low], volts[high], _LEVELS)


def _along(at: Conditions, axis: str, unit: str, places: Array, parameters: Mapping[str, Array]) -> Validity:
    point = at.solve(parameters)
    inside = at.inside(point)
    circuit, figured = at.gains(point)
    solved = point.status == LaneStatus.CONVERGED
    judged = np.flatnonzero(solved & figured)
    errors = np.full(places.size, np.nan)
    if judged.size:
        errors[judged] = at.errors(point.select(judged), circuit[judged])
    within, beyond = np.flatnonzero(inside & figured), np.flatnonzero(solved & figured & ~inside)
    worst, outside = (_largest(errors, lanes) for lanes in (within, beyond))
    size = np.abs(circuit[within, 0])
    some = within.size > 0
    return Validity(
        axis,
        unit,
        places[0].item(),
        places[-1].item(),
        places.size,
        int((~solved).sum()),
        int((solved & ~inside).sum()),
        int((solved & ~figured).sum()),
        float(np.median(errors[within])) if some else None,
        float(np.percentile(errors[within], 95.0)) if some else None,
        None if worst is None else errors[worst].item(),
        None if worst is None else shown({name: values[worst].item() for name, values in parameters.items()}),
        None if worst is None else places[worst].item(),
        None if outside is None else errors[outside].item(),
        None if outside is None else places[outside].item(),
        size.min().item() if some else None,
        size.max().item() if some else None,
    )


def _largest(errors: Array, lanes: NDArray[np.intp]) -> int | None:
    return int(lanes[np.argmax(errors[lanes])]) if lanes.size else None
