"""The mirror line of an amplifier, what breaks its symmetry, and its two half circuits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from longtail.circuit import GROUND, Circuit, Instance
from longtail.contract.analysis import Analysis, Option
from longtail.contract.drive import Drive
from longtail.contract.encoding import plain
from longtail.contract.kinds import NUMBER
from longtail.contract.options import INPUT_OPTIONS, NULL_OPTIONS
from longtail.contract.output import AtOutput, ports
from longtail.contract.result import Result
from longtail.driven.drives import Drives
from longtail.driven.inputs import find_drives
from longtail.driven.port_maps import ROUNDING, signal_level
from longtail.driven.stability import instability_notes
from longtail.elaborate.writer import write
from longtail.engine.equations.system import System
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving.operating_point import OperatingPoint, solve_operating_point
from longtail.errors import AnalysisError, OptionError
from longtail.files.writing import write_report
from longtail.symmetry import Mirror, find_mirror
from longtail.symmetry.halves.common_half import common_half
from longtail.symmetry.halves.differential_half import differential_half
from longtail.symmetry.halves.sides import Sides
from longtail.symmetry.mirror import NOTHING

SWEEP = ".ac dec 10 1 10g"
CANNOT_TELL = (
    "a half circuit has one mode only: what turns one mode into the other (A_c→d, A_d→c, hence the CMRR of a "
    "differential output) comes from the differences between the sides, which neither half has"
)


@dataclass(frozen=True, eq=False, repr=False)
class Half:
    """One half circuit.

    mode      "differential" or "common"
    source    drives it; `output` is the node that answers ("" where the output is on the line)
    sign      what v(output) counts at the output that is named first: +1, -1, or 0 where the mode does not reach it
    remarks   what the half assumes, for the head of its deck
    deck      a netlist that ngspice runs too: operating point, and the response to one volt
    devices, nodes   how many there are
    circuit   the half itself; None of a result from its JSON
    """

    mode: str
    source: str
    output: str
    sign: float
    remarks: tuple[str, ...]
    deck: str
    devices: int
    nodes: int
    circuit: Circuit | None = None

    def to_dict(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "circuit"}

    def gain(self, frequency_hz: float) -> complex:
        """A_dd or A_cc at a frequency in Hz, by the half alone: v(output) per volt of the source.

        The source is one side's: of v_id and of v_od it sees half each, of v_ic and v_oc all. What is no more than
        rounding is zero. Raises `OptionError` for a half from its JSON, which has no circuit to solve.
        """
        if self.circuit is None:
            raise OptionError("a half from its JSON has no circuit to solve", hint="run the analysis again")
        if not self.sign:
            return 0j
        system = System(self.circuit, drives=(f"{self.source}.dc",))
        point = solve_operating_point(system, {f"{self.source}.dc": _dc(self.circuit, self.source)})
        x = linearize(point).response(np.array([frequency_hz]), np.ones((1, 1)))
        gain = complex(x[0, 0, system.index[self.output], 0])
        return gain * self.sign if abs(gain) > ROUNDING * signal_level(point, x[0])[0] else 0j


@dataclass(frozen=True, eq=False)
class Drawing:
    """What a picture of an amplifier is made of, by device: the `kinds` of device models, the nodes (`joints`).

    supplies  V to ground at the end that each supply holds
    """

    title: str
    kinds: Mapping[str, str]
    joints: Mapping[str, tuple[str, ...]]
    supplies: Mapping[str, float]


@dataclass(frozen=True, eq=False, repr=False)
class HalfCircuits(AtOutput, Result):
    """The mirror image of an amplifier and its half circuits.

    pairs, node_pairs  devices and nodes that are each other's image, those of the first input's side first
    drawing            the amplifier, with a source at each input; input, output: names of the nodes
    mirror             the image itself, see `longtail.symmetry.Mirror`
    differential, common   the half circuits; None where there are none, and then `notes` says why
    gains              A_dd and A_cc (A_d and A_cm of a single output) by the halves alone, at `frequency_hz`
    paths              the decks that were written, by mode
    """

    analysis: ClassVar[str] = "half"
    view: ClassVar[str] = "half"

    drawing: Drawing
    mirror: Mirror | None
    pairs: tuple[tuple[str, str], ...]
    node_pairs: tuple[tuple[str, str], ...]
    differential: Half | None
    common: Half | None
    input: tuple[str, ...]
    output: tuple[str, ...]
    notes: tuple[str, ...]
    frequency_hz: float
    gains: Mapping[str, complex]
    paths: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        if self.mirror is None:
            return f"<half circuits of '{self.title}': no mirror image>"
        kind = ("exact" if self.mirror.exact else "inexact") if self.mirror.complete else "partial"
        return f"<half circuits of '{self.title}': {kind} mirror image, {len(self.pairs)} pairs of devices>"

    @property
    def title(self) -> str:
        return self.drawing.title

    @property
    def rails(self) -> frozenset[str]:
        """Nodes that supplies hold."""
        return frozenset(n for name in self.drawing.supplies for n in self.drawing.joints[name][:2])

    @property
    def halves(self) -> tuple[Half, ...]:
        return tuple(half for half in (self.differential, self.common) if half is not None)

    def to_dict(self) -> dict[str, Any]:
        mirror = self.mirror
        return plain(
            {
                **ports(self.input, self.output),
                "pairs": self.pairs,
                "node_pairs": self.node_pairs,
                "on_axis": {
                    "nodes": mirror.axis_nodes if mirror else [],
                    "devices": mirror.axis_devices if mirror else [],
                },
                "asymmetric": mirror.differences if mirror else [],
                "complete": mirror is not None and mirror.complete,
                "exact": mirror is not None and mirror.exact,
                "ends_at": mirror.ends_at if mirror else [],
                "without_image": mirror.unmatched if mirror else [],
                "image": mirror,
                "circuit": self.drawing,
                "halves": {half.mode: half for half in self.halves},
                "frequency_hz": self.frequency_hz,
                "gains": self.gains,
                "decks": {mode: self.paths.get(mode) for mode in ("differential", "common")},
                "notes": self.notes,
            }
        )

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> HalfCircuits:
        found = {
            "drawing": entries["circuit"],
            "mirror": entries["image"],
            "differential": entries["halves"].get("differential"),
            "common": entries["halves"].get("common"),
            "paths": {mode: path for mode, path in entries["decks"].items() if path is not None},
        }
        return super().from_dict({**entries, **found})

    @property
    def files(self) -> tuple[Path, ...]:
        """The decks that were written."""
        return tuple(map(Path, self.paths.values()))

    def saved(self, folder: Path, stem: str, *, overwrite: bool = False) -> HalfCircuits:
        """The same result with its decks written into a folder that exists, as `stem-differential.cir` and so on."""
        paths = {half.mode: folder / f"{stem}-{half.mode}.cir" for half in self.halves}
        for half in self.halves:
            write_report(paths[half.mode], half.deck, overwrite=overwrite)
        return replace(self, paths={mode: str(path) for mode, path in paths.items()})


def run(circuit: Circuit, drive: Drive, at_hz: float) -> HalfCircuits:
    """Look for the mirror image under exchange of the inputs, and cut the circuit where it is complete."""
    drives = find_drives(circuit, drive)
    drives = replace(drives, circuit=_levelled(drives))
    mirror = find_mirror(drives.circuit, drives.sources, drives.output)
    drawing, at = _drawing(drives.circuit), (drives.hot, drives.output)
    if mirror is None:
        note = (
            f"nothing is a pair when {' and '.join(drives.sources)} are exchanged: no two devices stand alike at them"
        )
        return HalfCircuits(drawing, None, (), (), None, None, *at, (note,), at_hz, {})
    sides = Sides(drives.circuit, mirror, drives.sources[0], (*drives.sources, *drives.output))
    why = _where(drives, mirror)
    differential, common, gains, notes = (None, None, {}, why) if why else _cut(drives, sides, at_hz)
    return HalfCircuits(
        drawing,
        mirror,
        tuple((a, b) if sides.standing[a] == a else (b, a) for a, b in mirror.device_pairs),
        tuple((b, a) if sides.foreign(a) else (a, b) for a, b in mirror.node_pairs),
        differential,
        common,
        *at,
        (*_choices(mirror), *notes),
        at_hz,
        gains,
    )


def _drawing(circuit: Circuit) -> Drawing:
    instances = circuit.instances
    signs = {name: -1.0 if instances[name].nodes[0] == GROUND else 1.0 for name in circuit.ports.supplies}
    return Drawing(
        circuit.title,
        {name: instance.device for name, instance in instances.items()},
        {name: instance.nodes for name, instance in instances.items()},
        {name: sign * _dc(circuit, name) for name, sign in signs.items()},
    )


def _levelled(drives: Drives) -> Circuit:
    """The circuit with its input sources at their levels."""
    instances = dict(drives.circuit.instances)
    for name, level in zip(drives.sources, drives.levels, strict=True):
        source = instances[name]
        if drives.circuit.number(source.parameters.get("dc", 0.0)) != level:
            instances[name] = replace(source, parameters={**source.parameters, "dc": level})
    return replace(drives.circuit, instances=instances)


def _where(drives: Drives, mirror: Mirror) -> tuple[str, ...]:
    """Why there are no halves of a circuit that is mirrored in part, or whose outputs are no pair; else empty."""
    if mirror.complete and not drives.single_ended and mirror.nodes[drives.output[0]] != drives.output[1]:
        names = " and ".join(drives.output)
        return (f"the outputs {names} are not each other's mirror image: a half circuit has only one of them",)
    if mirror.complete:
        return ()
    shown = ", ".join(mirror.unmatched[:8]) + (", ..." if len(mirror.unmatched) > 8 else "")
    return (
        f"the symmetry ends at {', '.join(mirror.ends_at)}: {len(mirror.unmatched)} devices have no mirror image "
        f"({shown}). A half circuit needs all of the circuit to be mirrored, so there is none",
    )


def _choices(mirror: Mirror) -> tuple[str, ...]:
    notes = []
    if mirror.ambiguous:
        notes.append(f"the mirror image is not the only one: {mirror.ambiguous}")
    if mirror.wires:
        notes.append(f"{', '.join(mirror.wires)} stands on one side only and counts as a wire in the image")
    return tuple(notes)


def _cut(
    drives: Drives, sides: Sides, at_hz: float
) -> tuple[Half | None, Half | None, dict[str, complex], tuple[str, ...]]:
    """Both halves, their gains, and what must be said of them; none where a device cannot be cut or nothing settles."""
    try:
        whole = solve_operating_point(System(drives.circuit))
        start = _voltages(whole, sides)
        common = _half(drives, sides, "common", common_half(sides), start)
        assert common.circuit is not None, "it was made here"
        rest = solve_operating_point(System(common.circuit))
        levels, currents = _voltages(rest, sides), _currents(rest, sides)
        devices = differential_half(sides, levels, currents, lambda drawing: _drawn(sides, drawing, levels))
        differential = _half(drives, sides, "differential", devices, levels)
        gains = {half.mode: half.gain(at_hz) for half in (differential, common)}
        grows = instability_notes(whole)
    except AnalysisError as error:
        return None, None, {}, (f"no half circuits: {error.message}",)
    return differential, common, gains, (*grows, *_means(sides.mirror), CANNOT_TELL)


def _means(mirror: Mirror) -> tuple[str, ...]:
    if mirror.exact:
        return ()
    return (
        "the sides are not equal: the halves are made of the mean of each pair, and know nothing of the difference",
    )


def _voltages(point: OperatingPoint, sides: Sides) -> dict[str, float]:
    """Node voltages in V of the kept side and the line; the mean of both sides where both are there."""
    present = [n for n in point.system.circuit.nodes if n in point.system.index]
    found: dict[str, list[float]] = {}
    for node in present:
        found.setdefault(sides.place(node), []).append(point.voltage(node)[0].item())
    return {node: sum(volts) / len(volts) for node, volts in found.items()}


def _currents(point: OperatingPoint, sides: Sides) -> dict[str, float]:
    """Currents in A of the whole, from the common half: of the kept side, and on the line, where a half has half."""
    found: dict[str, float] = {}
    for name in point.system.circuit.instances:
        if f"i({name})" in point.system.index:
            on_line = sides.mirror.devices.get(name) == name
            found[name] = point[f"i({name})"][0].item() * (2.0 if on_line else 1.0)
    return found


def _drawn(sides: Sides, devices: Mapping[str, Instance], levels: Mapping[str, float]) -> dict[str, float]:
    """What devices draw from each node, in A, with every node at its voltage at rest."""
    if not devices:
        return {}
    nodes = dict.fromkeys(n for i in devices.values() for n in i.nodes if n != GROUND)
    holding = {
        f"v.at.{n}": Instance(f"v.at.{n}", "voltage_source", (n, GROUND), {"dc": levels[sides.place(n)]}) for n in nodes
    }
    circuit = sides.finished("", {**devices, **holding}, "", {})
    point = solve_operating_point(System(circuit))
    return {n: -point[f"i(v.at.{n})"][0].item() for n in nodes}


def _half(
    drives: Drives, sides: Sides, mode: str, devices: Mapping[str, Instance], levels: Mapping[str, float]
) -> Half:
    first = drives.output[0]
    output = sides.place(first)
    differential = mode == "differential"
    foreign = differential and sides.foreign(first)
    circuit = sides.finished(mode, devices, output, levels)
    sign = -1.0 if foreign else 1.0
    if output not in circuit.nodes or (differential and sides.on_line(first)):
        sign = 0.0
    elif differential and drives.single_ended:
        sign /= 2.0  # of v_id one side sees half
    source, remarks = drives.sources[0], _remarks(drives, sides.mirror, mode, output, sign)
    counts = len(circuit.instances), len(circuit.nodes)
    return Half(mode, source, output, sign, remarks, _deck(circuit, source, remarks), *counts, circuit)


def _deck(circuit: Circuit, source: str, remarks: Sequence[str]) -> str:
    driven = circuit.instances[source]
    driven = replace(driven, parameters={**driven.parameters, "acmag": 1.0, "acphase": 0.0})
    circuit = replace(circuit, instances={**circuit.instances, source: driven})
    title, *cards = write(circuit).splitlines()
    return "\n".join([title, *(f"* {line}" for line in remarks), *cards[:-1], SWEEP, cards[-1], ""])


def _remarks(drives: Drives, mirror: Mirror, mode: str, output: str, sign: float) -> tuple[str, ...]:
    """What stands at the head of the deck."""
    word = {1.0: "", -1.0: "-", 0.5: "1/2 of ", -0.5: "-1/2 of "}.get(sign)
    symbol = {
        "differential": "A_d" if drives.single_ended else "A_dd",
        "common": "A_cm" if drives.single_ended else "A_cc",
    }
    lines = [
        "Both sides do the opposite: the line stands still, held at the operating point of the whole."
        if mode == "differential"
        else "Both sides do the same: nothing crosses the line; what stands on it is there by half.",
        f"Read {symbol[mode]} as {word}v({output}) with one volt of {drives.sources[0]}."
        if word is not None
        else f"The output {drives.output[0]} does not answer to this mode.",
        "Mode conversion cannot be seen here: it comes from differences between the sides, and a half has one side.",
    ]
    if not mirror.exact:
        lines.append("The sides differ: every value here is the mean of a pair.")
        lines += [
            f"  {d.pair[0]}, {d.pair[1] or 'a wire'}: {d.parameter} {d.first:.6g} and {d.second:.6g}"
            for d in mirror.differences
            if d.pair[1] != NOTHING or d.first
        ]
    return tuple(lines)


def _dc(circuit: Circuit, source: str) -> float:
    return circuit.number(circuit.instances[source].parameters.get("dc", 0.0))


ANALYSIS = Analysis(
    "half",
    "Mirror line, what breaks the symmetry, and the differential and common-mode half circuits",
    run,
    HalfCircuits,
    (
        *INPUT_OPTIONS,
        next(option for option in NULL_OPTIONS if option.name == "vcm"),
        Option("at_hz", NUMBER, "Hz", "frequency at which the gains of the halves are computed", 1e3, low=0.0),
    ),
)
