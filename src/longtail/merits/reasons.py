"""Why a gain is zero: what holds the output, cuts the way off, or makes two signals cancel.

A gain below its floor of rounding has no figure, but a reason. Symmetry is one of several, and is given only where the
mirror finder has an image of the whole circuit that exchanges the inputs, and the signals at this operating point
obey it: a differential input then gives v(image) = -v(node), a common one v(image) = v(node) at every node. All pages,
remarks and verdicts take reason and words from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import GROUND, Circuit, Instance
from longtail.driven.drives import Drives
from longtail.driven.port_maps import ROUNDING, signal_level, source_columns
from longtail.elaborate.roles import channel, terminal
from longtail.engine.remember import Remembered
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.large_signal.stuck import is_limited, stuck_nodes
from longtail.large_signal.transistors import is_cut_off, role_in, transistors
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.symmetry import Mirror, find_mirror
from longtail.units import format_si

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

_ALIKE = 1e-9  # of the largest signal: signals at mirrored nodes nearer than this are the same
_MOVES = 1e-9  # V/V: a node that moves by more follows an input
_ELSEWHERE = np.geomspace(1.0, 1e9, 19)  # Hz, where a way is looked for that there is not at the frequency asked for
_ABOVE = 1e3  # times the floor of rounding: a signal that is there for certain
_LEAK = 1e-6  # S, of a tail that is no ideal one
_CURRENTS = frozenset(("current_source", "vccs", "cccs", "behavioral"))


class Cause(Enum):
    """Kinds of reasons; the value is the word for a cell of a table."""

    SYMMETRY = "symmetry"
    IDEAL_TAIL = "ideal tail"
    HELD = "held"
    AT_RAIL = "at a rail"
    CUT_OFF = "cut off"
    NO_PATH = "no path"
    ROUNDING = "rounding"


# What stays open where a limit is to be judged: the amplifier works, and a real one has a figure.
_OPEN = frozenset((Cause.SYMMETRY, Cause.IDEAL_TAIL, Cause.ROUNDING))
_GAIN = {
    Cause.SYMMETRY: "zero by symmetry",
    Cause.IDEAL_TAIL: "zero by the ideal tail {}: only its output resistance gives a value",
    Cause.HELD: "zero, held by {}: the output cannot follow the inputs",
    Cause.AT_RAIL: "zero, stuck at {}: a difference of the inputs moves the output no more",
    Cause.CUT_OFF: "zero, {} cut off: no transistor that the inputs drive conducts",
    Cause.NO_PATH: "zero, no path at {}: coupled by capacitors or inductors, ask at another frequency",
    Cause.ROUNDING: "below rounding",
}
_REJECTION = {
    Cause.SYMMETRY: "limited by symmetry: only mismatch gives a figure",
    Cause.IDEAL_TAIL: "limited by the ideal tail {}: only its output resistance gives a figure",
    Cause.ROUNDING: "beyond rounding: what spoils it is below rounding",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a gain is zero; `what` names the source, the node and its volts, the devices or the frequency."""

    cause: Cause
    what: str = ""

    @property
    def gain(self) -> str:
        """What is said of the gain, "zero by symmetry": up to a colon in short."""
        return _GAIN[self.cause].format(self.what)

    @property
    def rejection(self) -> str:
        """What is said of a rejection that this gain spoils, "limited by symmetry": up to a colon in short."""
        return _REJECTION.get(self.cause, f"without figure: the unwanted gain is {self.gain}").format(self.what)

    @property
    def word(self) -> str:
        """One word or two, for a cell of a table."""
        return self.cause.value

    @property
    def is_open(self) -> bool:
        """Whether it says nothing against the amplifier: a limit then cannot be judged."""
        return self.cause in _OPEN

    def to_dict(self) -> dict[str, str]:
        return {"cause": self.cause.name.lower(), "what": self.what, "text": self.gain}

    @classmethod
    def from_dict(cls, entries: Mapping[str, str]) -> Reason:
        return cls(Cause[entries["cause"].upper()], entries["what"])


UNKNOWN = Reason(Cause.ROUNDING)
NO_GAIN = "no gain to reject by"  # what is said of a rejection where the wanted gain is zero


def short(text: str) -> str:
    """A remark without its advice.

    >>> short(Reason(Cause.HELD, "vdd").gain)
    'zero, held by vdd'
    """
    return text.partition(":")[0]


def said_of(names: Iterable[tuple[str, Reason]]) -> tuple[str, ...]:
    """Sentences on gains by name, those with one reason together.

    >>> said_of([("A_d", Reason(Cause.HELD, "v1")), ("A_cm", Reason(Cause.HELD, "v1")), ("A_s", UNKNOWN)])[1]
    'A_s is below rounding'
    """
    groups: dict[Reason, list[str]] = {}
    for name, reason in names:
        groups.setdefault(reason, []).append(name)
    return tuple(f"{' and '.join(g)} {'is' if len(g) == 1 else 'are'} {r.gain}" for r, g in groups.items())


@dataclass(frozen=True, eq=False)
class Inquiry:
    """Operating points whose zeros may be asked for."""

    drives: Drives
    point: OperatingPoint

    def why(self, frequency_hz: float, out: int, into: int | str, lane: int = 0) -> Reason:
        """The reason for a gain below its floor: to output mode `out` from an input mode, or from a supply by name."""
        point = self.point.select(np.array([lane]))
        return _why(_Signals(self.drives, point, linearize(point), frequency_hz), out, into)

    def why_silent(self, devices: Iterable[str], frequency_hz: float) -> Reason:
        """The reason why what devices make does not reach the differential output."""
        held = holding(self.drives, DIFFERENTIAL)
        if held:
            return Reason(Cause.HELD, " and ".join(held))
        point = self.point.select(np.array([0]))
        mirror = exchanging(self.drives)
        if mirror is None or any(mirror.devices.get(name) != name for name in devices):
            return UNKNOWN
        signals = _Signals(self.drives, point, linearize(point), frequency_hz)
        return Reason(Cause.SYMMETRY) if _is_mirrored(signals, mirror) else UNKNOWN

    def first(self, zero: NDArray[np.bool_], frequency_hz: Real, out: int, into: int | str) -> Reason | None:
        """The reason where a gain is `zero` `[..., frequency]` first, and None where it is not.

        Of several lanes, the first and the last have to agree on it.
        """
        flat = zero.reshape(-1, zero.shape[-1])
        lanes = np.flatnonzero(flat.any(axis=1))
        if not lanes.size:
            return None
        found = {
            self.why(float(frequency_hz[flat[lane].argmax()]), out, into, lane)
            for lane in sorted({int(lanes[0]), int(lanes[-1])})
        }
        return found.pop() if len(found) == 1 else UNKNOWN


@dataclass(frozen=True, eq=False)
class _Signals:
    """The small signals of one operating point at one frequency."""

    drives: Drives
    point: OperatingPoint
    model: Linearization
    frequency_hz: float

    @property
    def circuit(self) -> Circuit:
        return self.drives.circuit

    @cached_property
    def weights(self) -> Real:
        return self.drives.output_matrix(self.point.system)

    @cached_property
    def both(self) -> Complex:
        """All unknowns by input mode, `[unknown, mode]`."""
        return self.model.response(np.array([self.frequency_hz]), self.drives.unit_modes)[0, 0]

    def of(self, into: int | str) -> Complex:
        """All unknowns for one input mode, or for one volt of a supply."""
        if isinstance(into, int):
            return self.both[:, into]
        right = source_columns(self.circuit, self.point.system, [into])
        return self.model.solve(np.array([self.frequency_hz]), right[None])[0, 0, :, 0]

    def at(self, x: Complex, node: str) -> complex:
        """A node voltage of a solution."""
        return 0j if node == GROUND else complex(x[self.point.system.index[node]])

    @cached_property
    def is_deaf(self) -> bool:
        """Whether no output answers to any input."""
        level = signal_level(self.point, self.both)
        return bool((np.abs(self.weights @ self.both) <= 10.0 * ROUNDING * level).all())

    def answers_elsewhere(self) -> bool:
        """Whether an output answers to an input at another frequency."""
        x = self.model.response(_ELSEWHERE, self.drives.unit_modes)[0]
        level = signal_level(self.point, x)[:, None, None]
        return bool((np.abs(self.weights @ x) > _ABOVE * ROUNDING * level).any())


def _why(signals: _Signals, out: int, into: int | str) -> Reason:
    held = holding(signals.drives, out)
    if held:
        return Reason(Cause.HELD, " and ".join(held))
    if isinstance(into, int) and signals.is_deaf and (why := _why_deaf(signals)) is not UNKNOWN:
        return why  # where no signal comes through, symmetric ones prove nothing
    if _is_symmetric(signals, out, into):
        return Reason(Cause.SYMMETRY)
    if into != DIFFERENTIAL:
        tails = _ideal_tails(signals, out, into)
        if tails:
            return Reason(Cause.IDEAL_TAIL, " and ".join(tails))
    return UNKNOWN


def _why_deaf(signals: _Signals) -> Reason:
    """Why the outputs answer to no input."""
    off = _cut_off(signals)
    if off:
        return Reason(Cause.CUT_OFF, " and ".join(off))
    drives, point = signals.drives, signals.point
    stuck = [node for node, lanes in stuck_nodes(drives, point).items() if lanes[0]]
    stuck = stuck or [node for node in drives.output if is_limited(drives, point, node)[0]]
    if stuck:
        volts = " and ".join(format_si(point.voltage(node)[0].item(), "V") for node in stuck)
        return Reason(Cause.AT_RAIL, volts)
    if signals.answers_elsewhere():
        return Reason(Cause.NO_PATH, format_si(signals.frequency_hz, "Hz"))
    return UNKNOWN


def holding(drives: Drives, out: int) -> list[str]:
    """The voltage sources that hold an output mode, input sources aside: all of a way to ground, or between outputs."""
    ways = {node: _way(drives, node, GROUND) for node in drives.output}
    if all(way is not None for way in ways.values()):
        return list(dict.fromkeys(name for way in ways.values() for name in way or ()))
    if out == DIFFERENTIAL and len(drives.output) == 2:
        return _way(drives, *drives.output) or []
    return []


def _way(drives: Drives, start: str, end: str) -> list[str] | None:
    """The voltage sources on the way from node to node, None where there is no way."""
    sources = [i for i in drives.circuit.instances.values() if _is_fixed(i, drives)]
    ways: dict[str, list[str]] = {start: []}
    queue = [start]
    for node in queue:
        for source in sources:
            if node in source.nodes:
                other = source.nodes[0] if source.nodes[1] == node else source.nodes[1]
                if other not in ways:
                    ways[other] = [*ways[node], source.name]
                    queue.append(other)
    return ways.get(end)


def _is_fixed(instance: Instance, drives: Drives) -> bool:
    return instance.device == "voltage_source" and instance.name not in drives.sources


_MIRRORS = Remembered[Mirror | None](16)


def mirror_of(drives: Drives) -> Mirror | None:
    """The image of the whole circuit that exchanges the inputs, and knows the outputs; None where there is none."""
    mirror = _MIRRORS.get(drives, (), lambda: find_mirror(drives.circuit, drives.sources, drives.output))
    if mirror is None or not mirror.complete or not all(node in mirror.nodes for node in drives.output):
        return None
    return mirror


def exchanging(drives: Drives) -> Mirror | None:
    """The same where it exchanges two outputs too."""
    mirror = mirror_of(drives)
    if mirror is None or tuple(mirror.nodes[node] for node in drives.output) != drives.output[::-1]:
        return None
    return mirror if len(drives.output) == 2 else None


def _is_symmetric(signals: _Signals, out: int, into: int | str) -> bool:
    """Whether an output mode is odd where the response is even, or even where it is odd, by a mirror image."""
    drives = signals.drives
    mirror = mirror_of(drives)
    if mirror is None:
        return False
    if isinstance(into, str) and (mirror.devices.get(into) != into or into in mirror.negated):
        return False
    images = tuple(mirror.nodes[node] for node in drives.output)
    odd = into == DIFFERENTIAL
    if images == drives.output:  # on the line, which stands still where the response is odd
        zero = odd
    elif images == drives.output[::-1]:
        zero = (out == COMMON) if odd else (out == DIFFERENTIAL)
    else:
        return False
    return zero and _is_mirrored(signals, mirror) and (odd or _obeys(signals, mirror.nodes, signals.of(into), 1.0))


def _is_mirrored(signals: _Signals, mirror: Mirror) -> bool:
    """Whether the signals of both modes obey a mirror image: values and operating point are those of a pair."""
    modes_of = ((DIFFERENTIAL, -1.0), (COMMON, 1.0))
    return all(_obeys(signals, mirror.nodes, signals.both[:, mode], parity) for mode, parity in modes_of)


def _obeys(signals: _Signals, images: Mapping[str, str], x: Complex, parity: float) -> bool:
    """Whether v(image) = parity * v(node) at every node of a solution."""
    index = signals.point.system.index
    pairs = [(a, b) for a, b in images.items() if a in index and b in index]
    here, there = (np.array([signals.at(x, pair[k]) for pair in pairs]) for k in (0, 1))
    return bool((np.abs(there - parity * here) <= _ALIKE * np.abs(here).max(initial=0.0)).all())


def _cut_off(signals: _Signals) -> list[str]:
    """The transistors that the inputs reach, where not one of them conducts."""
    circuit = signals.circuit
    reached = [
        name
        for name in transistors(circuit)
        if any(np.abs([signals.at(x, n) for n in circuit.instances[name].nodes]).max() > _MOVES for x in signals.both.T)
    ]
    return reached if all(is_cut_off(signals.point, name)[0] for name in reached) else []


def _ideal_tails(signals: _Signals, out: int, into: int | str) -> list[str]:
    """Current sources and transistors without output resistance, beside which a resistance would give the gain a value.

    A conductance g between nodes p and n adds -g*(v_p - v_n)*z to the gain, to first order, with the voltages of the
    common response and z in ohm from a current into p and out of n to the output. What steers the device itself must
    stand still: a transistor of the pair is no tail.
    """
    x, system, circuit = signals.of(into), signals.point.system, signals.circuit
    candidates = [(i, *ends) for i in circuit.instances.values() if (ends := _ends(i, circuit)) is not None]
    candidates = [
        (i, p, n) for i, p, n in candidates if all(abs(signals.at(x, c)) <= _MOVES for c in _steering(i, circuit))
    ]
    if not candidates:
        return []
    right = np.zeros((len(system.unknowns), len(candidates)))
    for k, (_, p, n) in enumerate(candidates):
        for node, sign in ((p, 1.0), (n, -1.0)):
            if node != GROUND:
                right[system.index[node], k] += sign
    ohms = signals.weights[out] @ signals.model.solve(np.array([signals.frequency_hz]), right[None])[0, 0]
    volts = np.array([signals.at(x, p) - signals.at(x, n) for _, p, n in candidates])
    floor = _ABOVE * ROUNDING * signal_level(signals.point, x[:, None])
    return [i.name for (i, *_), counts in zip(candidates, np.abs(ohms * volts) * _LEAK > floor, strict=True) if counts]


def _ends(instance: Instance, circuit: Circuit) -> tuple[str, str] | None:
    """The terminals between which a current source or a transistor stands; None of other devices."""
    if role_in(circuit, instance) is not None:
        return channel(instance)
    if instance.device in _CURRENTS and not instance.parameters.get("voltage"):
        return instance.nodes[0], instance.nodes[1]
    return None


def _steering(instance: Instance, circuit: Circuit) -> tuple[str, ...]:
    role = role_in(circuit, instance)
    return instance.nodes[2:] if role is None else (terminal(instance, role.control),)
