"""Loop gains beside the poles: of one wire, or of both modes of two; see `longtail.driven.loop_gain`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from longtail.circuit import Circuit
from longtail.contract.drive import Drive
from longtail.driven.drives import Drives
from longtail.driven.loop_gain import Complex, Loop, Real, loop_gain, margins
from longtail.driven.loop_probes import Probe, find_probe, with_sides
from longtail.driven.nulling import bias_of
from longtail.driven.stability import growing
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError

_DECADE = 200  # samples
_STEP = 0.5  # of the logarithm, 4.3 dB or 29 degrees: samples between which T moves by more get one between them
_ROUNDS, _MOST = 16, 4  # halvings, enough for a Q of 1e5, and times the samples; a zero on the imaginary axis stays
_SEEN = 1e-9  # V/V: what is less may be rounding, and moves as it likes
_LOWEST, _FLAT, _SMALL = 1e-3, 1e-2, 1e-3  # Hz; of a loop gain, and V/V, that it moves by where it counts as flat
_SAME = 1e-6  # V, and of itself: a voltage that differs by no more is the same


@dataclass(frozen=True)
class Loops:
    """The loop of one wire, or those of two wires by mode, and what there is to say of them."""

    one: Loop | None = None
    modes: Mapping[str, Loop] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()


def find_loops(
    drives: Drives, drive: Drive, model: Linearization, span_hz: tuple[float, float], names: tuple[str, ...]
) -> Loops:
    """The loop gains at what is named, from one frequency to another; `model` is of the circuit as it is."""
    probe = find_probe(drives, names)
    if probe.circuit is not drives.circuit:
        point = bias_of(replace(drives, circuit=_near(probe.circuit, model.operating_point)), drive)[0]
        check_same(model.operating_point, point, probe.source)
        model = linearize(point)
    probe = with_sides(probe, drives, model, _axis(span_hz, _DECADE // 10))

    def gain(frequency_hz: Real) -> Complex:
        return loop_gain(model, probe.wires, frequency_hz)

    at_dc = gain(np.zeros(1)).real
    f, gains = sampled(gain, _axis((_lowest(gain, at_dc, span_hz[0]), span_hz[1]), _DECADE))
    found = [margins(probe.source, probe.told, float(dc), f, t) for dc, t in zip(at_dc[:, 0], gains, strict=True)]
    named = {"": found[0]} if len(found) == 1 else dict(zip(("differential", "common"), found, strict=True))
    notes = (*probe.notes, *_silent(probe, found), *_positive(named, model.operating_point))
    return Loops(named.get(""), {mode: loop for mode, loop in named.items() if mode}, notes)


def _near(circuit: Circuit, point: OperatingPoint) -> Circuit:
    """The circuit with a probe, to be solved from the point without it."""
    known = {node: float(point.voltage(node)[0]) for node in point.system.circuit.nodes}
    return replace(circuit, nodesets={**circuit.nodesets, **known})


def _axis(span_hz: tuple[float, float], decade: int) -> Real:
    low, high = span_hz
    return np.geomspace(low, high, max(2, round(decade * np.log10(high / low))))


def _lowest(gain: Callable[[Real], Complex], at_dc: Real, low: float) -> float:
    """A frequency in Hz where loop gains are as at 0 Hz: poles of the open loop lie below those of the closed one."""
    while low > _LOWEST and (np.abs(gain(np.array([low])) - at_dc) > _FLAT * np.abs(at_dc) + _SMALL).any():
        low /= 10.0
    return low


def sampled(gain: Callable[[Real], Complex], frequency_hz: Real) -> tuple[Real, Complex]:
    """Loop gains `[mode, frequency]`, at more frequencies than those given where they move fast, and these."""
    f, t = frequency_hz, gain(frequency_hz)
    for _ in range(_ROUNDS):
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.abs(np.log(t[:, 1:] / t[:, :-1]))
        large = np.maximum(np.abs(t[:, 1:]), np.abs(t[:, :-1])) > _SEEN
        moves = np.asarray(((step > _STEP) & large).any(axis=0))
        if not moves.any() or f.size > _MOST * frequency_hz.size:
            break
        beside = np.concatenate([moves[1:], [False]]) | np.concatenate([[False], moves[:-1]])  # a peak may be in there
        fast = np.flatnonzero(moves | beside)
        between = np.sqrt(f[fast] * f[fast + 1])
        f, t = np.insert(f, fast + 1, between), np.insert(t, fast + 1, gain(between), axis=1)
    return f, t


def check_same(one: OperatingPoint, other: OperatingPoint, where: str) -> None:
    """Raise `AnalysisError` where a probe has led to another operating point."""
    for unknown in one.system.circuit.nodes:
        here, there = (float(point.voltage(unknown)[0]) for point in (one, other))
        if abs(here - there) > _SAME * (1.0 + abs(here)):
            raise AnalysisError(
                f"with a source of 0 V at {where} another operating point is found: v({unknown}) is {there:.6g} V in "
                f"place of {here:.6g} V",
                hint="put the source into the netlist, and say with .nodeset which point is meant",
            )


def _silent(probe: Probe, found: Sequence[Loop]) -> list[str]:
    if any(loop.gain.any() for loop in found):
        return []
    return [f"nothing that leaves {probe.source} comes back: no loop is there, or the inputs, which are held, end it"]


def _positive(named: Mapping[str, Loop], point: OperatingPoint) -> list[str]:
    """What a loop gain below -1 V/V at 0 Hz means: 1 + T changes its sign on the way to high frequencies, which takes
    an odd number of poles in the right half-plane, of the closed loop or of the open one."""
    if growing(point):
        return []
    return [
        f"T is {loop.gain_at_dc:.4g} V/V at 0 Hz{f' in the {mode} loop' if mode else ''}, positive feedback about "
        "a stable point: with this loop open the rest of the circuit is unstable, and needs it"
        for mode, loop in named.items()
        if loop.gain_at_dc < -1.0
    ]
