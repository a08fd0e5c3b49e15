"""Run ngspice beside longtail: a deck goes in, the operating point or the mode gains come out.

Every function takes a deck (a path, or the text itself), removes its own analysis cards and control blocks, appends
a control block of ours with tight tolerances, runs `ngspice -b` in the deck's folder (so that `.include` works) and
reads the binary raw files. Whatever ngspice complains about is an `NgspiceError`: no result is ever silently empty.
"""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import brentq

TOLERANCES = {"reltol": 1e-6, "abstol": 1e-14, "vntol": 1e-9}
TIMEOUT_S = 60.0
NULL_TOLERANCE = 0.05  # V at the output: with a gain of 1e5 ngspice solves no finer than some millivolts

# ngspice 39 has the constants of CODATA 2014, longtail those of 2018. Scaling ngspice's absolute temperatures by the
# ratio gives both the same k*T/q, which junction currents at a forced voltage follow with a factor of 25 or more.
THERMAL_RATIO = (1.380649e-23 / 1.602176634e-19) / (1.38064852e-23 / 1.6021766208e-19)

ANALYSIS_CARDS = (
    *(".op", ".ac", ".dc", ".tran", ".noise", ".tf", ".sens", ".pz", ".four", ".disto", ".sp", ".pss"),
    *(".plot", ".print", ".probe", ".save", ".meas", ".measure", ".width", ".end"),
)
COMPLAINTS = re.compile(
    r"^.*(\berror\b|no convergence|did not converge|failed|aborted|unrecognized parameter|can't find|unknown|"
    r"no such|not found|undefined|not available).*$",
    re.IGNORECASE | re.MULTILINE,
)
# Printed while a continuation method is at work; whether it succeeds in the end is told apart.
HARMLESS = re.compile(r"(gmin|source) step(ping)? (failed|completed)|warning: singular matrix", re.IGNORECASE)


class NgspiceError(RuntimeError):
    """ngspice is missing, did not finish, did not converge, or did not understand the deck."""


@dataclass(frozen=True)
class OperatingPoint:
    """Node voltages in V and source branch currents in A (from the positive node through the source) by name.

    `devices` maps ("q1", "ic") to a device quantity that was asked for.
    """

    nodes: dict[str, float]
    branches: dict[str, float]
    devices: dict[tuple[str, str], float]


@dataclass(frozen=True)
class ModeGains:
    """The four mode gains over frequency in Hz; those of a single output have no `..._to_common`, no `common`.

    For one output node, `differential` and `common_to_differential` are its gains from v_id and from v_ic.
    """

    frequency_hz: np.ndarray
    differential: np.ndarray
    common_to_differential: np.ndarray
    differential_to_common: np.ndarray | None = None
    common: np.ndarray | None = None


@dataclass(frozen=True)
class Noise:
    """Densities in V/rtHz at the output and at the input, over frequency in Hz.

    `sources` has the output density of each noise source by ("q1", "ic"), each device's own total under ("q1", "");
    `totals` the integrals in V rms, as ngspice names them: "onoise_total", "inoise_total", "onoise_total_q1_ic".
    """

    frequency_hz: np.ndarray
    output: np.ndarray
    input: np.ndarray
    sources: dict[tuple[str, str], np.ndarray]
    totals: dict[str, float]


@dataclass(frozen=True)
class Plot:
    """One raw file: vectors by name as ngspice writes them, lower case, all of the same length."""

    vectors: dict[str, np.ndarray]

    def voltage(self, node: str) -> np.ndarray:
        """The potential of a node in V; ground is zero."""
        if node == "0":
            return np.zeros_like(next(iter(self.vectors.values())))
        try:
            return self.vectors[f"v({node})"]
        except KeyError:
            raise NgspiceError(f"ngspice wrote no v({node}); there are {sorted(self.vectors)}") from None


def operating_point(
    deck: str | Path,
    *,
    devices: Iterable[str] = (),
    dc: Mapping[str, float] | None = None,
    parameters: Mapping[str, float] | None = None,
    temp_deg_c: float | None = None,
    behavior: str = "",
    ways: str = "",
) -> OperatingPoint:
    """Solve for the operating point.

    ways        which ways ngspice may go there, in the order Newton's method, gmin and source stepping: "1 0 0"
    behavior    the `ngbehavior` of ngspice, "psa" to read the deck as PSpice does
    devices     device quantities as ngspice names them: "@q1[ic]", "@m.x1.m3[gm]"
    dc          values in V or A that replace those of independent sources
    parameters  values that replace those of top-level `.param` cards
    """
    devices = list(devices)
    allowed = [f"optran {ways} 0 0 0"] if ways else []
    commands = [f"save all {' '.join(devices)}", *_alterations(dc), *allowed, "op", "write op.raw"]
    plot = _run(deck, commands, ["op.raw"], parameters, temp_deg_c, behavior=behavior)["op.raw"]
    nodes: dict[str, float] = {}
    branches: dict[str, float] = {}
    quantities: dict[tuple[str, str], float] = {}
    for name, values in plot.vectors.items():
        if quantity := re.fullmatch(r"(?:i\(|v\()?@([^\[]+)\[(\w+)\]\)?", name):
            quantities[quantity[1], quantity[2]] = float(values[0])
        elif branch := re.fullmatch(r"i\((.+)\)", name):
            branches[branch[1]] = float(values[0])
        elif node := re.fullmatch(r"v\((.+)\)", name):
            nodes[node[1]] = float(values[0])
    if len(quantities) != len(set(devices)):
        raise NgspiceError(f"asked for {devices}, got {sorted(quantities)}")
    return OperatingPoint(nodes, branches, quantities)


def mode_gains(
    deck: str | Path,
    inputs: tuple[str, str],
    outputs: Sequence[str],
    start_hz: float,
    stop_hz: float,
    points_per_decade: int = 10,
    *,
    dc: Mapping[str, float] | None = None,
    parameters: Mapping[str, float] | None = None,
    temp_deg_c: float | None = None,
) -> ModeGains:
    """Drive the two input sources once with +1/2 and -1/2, once with 1 and 1, and read the outputs in both modes.

    inputs   names of the two independent voltage sources, positive one first
    outputs  one node, or two for a differential output, positive one first
    """
    positive, negative = inputs
    if points_per_decade * math.log10(stop_hz / start_hz) < 1:
        raise ValueError("ngspice hangs on a decade sweep of fewer than two points")
    sweep = f"ac dec {points_per_decade} {start_hz!r} {stop_hz!r}"

    def driven(first: float, second: float) -> Plot:
        # One process a drive: ngspice 39 multiplies the area of a diode by its m at every alter behind an analysis.
        drives = [f"alter {positive} acmag = {first!r}", f"alter {negative} acmag = {second!r}"]
        commands = [*_alterations(dc), *drives, sweep, "write ac.raw"]
        return _run(deck, commands, ["ac.raw"], parameters, temp_deg_c)["ac.raw"]

    by_differential, by_common = driven(0.5, -0.5), driven(1.0, 1.0)
    frequency_hz = by_differential.vectors["frequency"].real
    if len(outputs) == 1:
        return ModeGains(frequency_hz, by_differential.voltage(outputs[0]), by_common.voltage(outputs[0]))
    first, second = outputs
    return ModeGains(
        frequency_hz,
        differential=by_differential.voltage(first) - by_differential.voltage(second),
        common_to_differential=by_common.voltage(first) - by_common.voltage(second),
        differential_to_common=(by_differential.voltage(first) + by_differential.voltage(second)) / 2,
        common=(by_common.voltage(first) + by_common.voltage(second)) / 2,
    )


def small_signals(
    deck: str | Path,
    drives: Mapping[str, float],
    start_hz: float,
    stop_hz: float,
    points_per_decade: int = 10,
    *,
    cards: Sequence[str] = (),
    dc: Mapping[str, float] | None = None,
    parameters: Mapping[str, float] | None = None,
    behavior: str = "",
) -> Plot:
    """Sweep over frequency with sources by name at the amplitudes given; `cards` are added to the deck.

    The vectors are "frequency", every v(node), and i(source) of every voltage source, through it from + to -.
    """
    if points_per_decade * math.log10(stop_hz / start_hz) < 1:
        raise ValueError("ngspice hangs on a decade sweep of fewer than two points")
    alterations = [f"alter {name} acmag = {amplitude!r}" for name, amplitude in drives.items()]
    sweep = f"ac dec {points_per_decade} {start_hz!r} {stop_hz!r}"
    commands = [*_alterations(dc), *alterations, sweep, "write ac.raw"]
    return _run(deck, commands, ["ac.raw"], parameters, None, cards, behavior=behavior)["ac.raw"]


def noise(
    deck: str | Path,
    inputs: tuple[str, str],
    outputs: Sequence[str],
    start_hz: float,
    stop_hz: float,
    points_per_decade: int = 10,
    *,
    null: tuple[float, float] | None = None,
    parameters: Mapping[str, float] | None = None,
    temp_deg_c: float | None = None,
) -> Noise:
    """Noise at one output node or between two, referred to the differential input.

    null  target of the output in V, and feedback from the output to the differential input in V/V. It acts at dc
          alone, without noise of its own: an offset given as a number would leave the search for the operating
          point of an amplifier of large gain to its last digit.

    ngspice refers noise to one source: half of a source of our own is put in series with each of the two inputs.
    4*k*T is longtail's but for 8e-9 of it: the temperatures are scaled so that k*T/q is the same.
    """
    folder = deck.parent if isinstance(deck, Path) else None
    text, drive = _with_differential_source(deck.read_text() if isinstance(deck, Path) else deck, inputs)
    drive += ["vbottom bottom 0 0"] if null is None else _servo(outputs, *null)
    commands = [
        f"noise v({','.join(outputs)}) vdrive dec {points_per_decade} {start_hz!r} {stop_hz!r} 1",
        *("setplot noise1", "write density.raw all", "setplot noise2", "write total.raw all"),
    ]
    plots = _run(text, commands, ["density.raw", "total.raw"], parameters, temp_deg_c, drive, folder)
    vectors, totals = (
        {re.sub(r"^v\((.*)\)$", r"\1", name): values.real for name, values in plots[file].vectors.items()}
        for file in ("density.raw", "total.raw")
    )
    sources = {}
    for name, values in vectors.items():
        if name.startswith("onoise_") and name != "onoise_spectrum":
            device, _, source = name.removeprefix("onoise_").partition("_")
            sources[device, source] = values
    return Noise(
        vectors["frequency"],
        vectors["onoise_spectrum"],
        vectors["inoise_spectrum"],
        sources,
        {name: float(values[0]) for name, values in totals.items()},
    )


def _with_differential_source(text: str, inputs: tuple[str, str]) -> tuple[str, list[str]]:
    """The deck with its inputs cut open, and cards that put half of "vdrive" in there, the second turned round."""
    title, *lines = text.splitlines()
    cards = ["vdrive drive bottom dc 0 ac 1"]
    for k, (name, share) in enumerate(zip(inputs, (0.5, -0.5), strict=True)):
        place = next(i for i, line in enumerate(lines) if line.split()[:1] and line.split()[0].lower() == name.lower())
        _, hot, cold, *rest = lines[place].split()
        lines[place] = " ".join((name, f"behind{k}", cold, *rest))
        cards.append(f"edrive{k} {hot} behind{k} drive 0 {share!r}")
    return "\n".join([title, *lines]), cards


def _servo(outputs: Sequence[str], target: float, feedback: float) -> list[str]:
    """Cards that drive "bottom" by what the output lacks, through a low pass of 1.6e-17 Hz."""
    return [
        f"gwanted 0 slow {' '.join([*outputs, '0'][:2])} 1",
        f"itarget slow 0 {target!r}",
        "gleak slow 0 slow 0 1",
        "cslow slow 0 1e16",
        f"eservo bottom 0 slow 0 {feedback!r}",
    ]


def transfer_function(
    deck: str | Path, source: str, outputs: Sequence[str], *, parameters: Mapping[str, float] | None = None
) -> tuple[float, float, float]:
    """Return gain from a source to v(first) - v(second) at 0 Hz, the resistance at the source, and at the output."""
    commands = [f"tf v({','.join(outputs)}) {source}", "write tf.raw all"]
    vectors = _run(deck, commands, ["tf.raw"], parameters, None)["tf.raw"].vectors
    gain, at_source, at_output = (
        next(float(v[0].real) for name, v in vectors.items() if part in name)
        for part in ("transfer_function", "input_impedance", "output_impedance")
    )
    return gain, at_source, at_output


def poles_and_zeros(
    deck: str | Path,
    inputs: tuple[str, str],
    outputs: Sequence[str],
    mode: int,
    *,
    parameters: Mapping[str, float] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Poles and zeros in rad/s of the transfer from an input mode (0 differential, 1 common) to v(first) - v(second).

    Both input sources, which must stand at ground, are put on top of halves of one node that `.pz` drives.
    """
    text = deck.read_text() if isinstance(deck, Path) else deck
    cards = ["rpz pz 0 1"]
    for k, (name, share) in enumerate(zip(inputs, ((0.5, -0.5), (1.0, 1.0))[mode], strict=True)):
        text, count = re.subn(rf"^({name}\s+\S+)\s+0\s", rf"\1 pz{k} ", text, flags=re.MULTILINE | re.IGNORECASE)
        if count != 1:
            raise NgspiceError(f"{name} does not stand at ground")
        cards.append(f"epz{k} pz{k} 0 pz 0 {share}")
    first, second = (*outputs, "0")[:2]
    commands = [f"pz pz 0 {first} {second} vol pz", "write pz.raw"]
    vectors = _run(text, commands, ["pz.raw"], parameters, None, cards)["pz.raw"].vectors
    found = {kind: [x[0] for name, x in vectors.items() if kind in name] for kind in ("pole", "zero")}
    return np.array(found["pole"], complex), np.array(found["zero"], complex)


def dc_sweep(
    deck: str | Path,
    source: str,
    values: tuple[float, float, float],
    *,
    parameters: Mapping[str, float] | None = None,
    temp_deg_c: float | None = None,
) -> Plot:
    """Sweep an independent source over (start, stop, step); the sweep itself is "v(v-sweep)" or "i(i-sweep)"."""
    start, stop, step = values
    commands = [f"dc {source} {start!r} {stop!r} {step!r}", "write dc.raw"]
    return _run(deck, commands, ["dc.raw"], parameters, temp_deg_c)["dc.raw"]


def null_offset(
    deck: str | Path,
    inputs: tuple[str, str],
    outputs: Sequence[str],
    target: float = 0.0,
    *,
    search_volts: float = 0.05,
    parameters: Mapping[str, float] | None = None,
) -> float:
    """Find the v1 - v2 in V, taken half from each source, that brings the output voltage to `target`."""

    def miss(offset: float) -> float:
        point = operating_point(deck, dc=offset_sources(deck, inputs, offset, parameters), parameters=parameters)
        first, second = (*outputs, "0")[:2]
        voltage = {**point.nodes, "0": 0.0}
        return voltage[first] - voltage[second] - target

    offset = float(brentq(miss, -search_volts, search_volts, xtol=1e-14, rtol=1e-12))
    if abs(remainder := miss(offset)) > NULL_TOLERANCE:
        raise NgspiceError(f"at an offset of {offset:g} V the output still misses its target by {remainder:g} V")
    return offset


def offset_sources(
    deck: str | Path, inputs: tuple[str, str], offset: float, parameters: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Return the DC values of the two input sources with half of `offset` added to one and taken from the other."""
    commands = ["op", *(f"let dc_{name} = @{name}[dc]" for name in inputs)]
    vectors = " ".join(f"dc_{name}" for name in inputs)
    plot = _run(deck, [*commands, f"write op.raw {vectors}"], ["op.raw"], parameters, None)["op.raw"]
    first, second = (next(float(v[0]) for k, v in plot.vectors.items() if f"dc_{name}" in k) for name in inputs)
    return {inputs[0]: first + offset / 2, inputs[1]: second - offset / 2}


def _alterations(dc: Mapping[str, float] | None) -> list[str]:
    return [f"alter {name} dc = {value!r}" for name, value in (dc or {}).items()]


def _run(
    deck: str | Path,
    commands: Sequence[str],
    files: Sequence[str],
    parameters: Mapping[str, float] | None,
    temp_deg_c: float | None,
    cards: Sequence[str] = (),
    folder: Path | None = None,
    behavior: str = "",
) -> dict[str, Plot]:
    """Run the commands on the deck, `cards` added to it, and read the raw files that they write.

    Includes are looked for in the folder of the deck, or in `folder` for one that is given as text.
    """
    text = deck.read_text() if isinstance(deck, Path) else deck
    folder = deck.parent if isinstance(deck, Path) else folder
    for name, value in (parameters or {}).items():
        text = with_parameter(text, name, value)
    given = {} if temp_deg_c is None else {"temp": temp_deg_c}
    if not re.search(r"^\.temp\b|^\.opt.*\btemp\s*=", text, re.IGNORECASE | re.MULTILINE):
        given.setdefault("temp", 27.0)
    if not re.search(r"^\.opt.*\btnom\s*=", text, re.IGNORECASE | re.MULTILINE):
        given.setdefault("tnom", 27.0)
    options = {**TOLERANCES, **{name: _same_thermal_voltage(value) for name, value in given.items()}}
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        placed = [re.sub(r"\bwrite (\w+\.raw)", rf"write {scratch}/\1", command) for command in commands]
        control = [
            *(".control", "set filetype=binary", "set numdgt=16", "unset askquit"),
            *(f"option {name}={value!r}" for name, value in options.items()),
            *(*placed, "quit 0", ".endc", ".end"),
        ]
        path = scratch / "deck.cir"
        path.write_text("\n".join([_with_same_thermal_voltages(bare(text)), *cards, *control]) + "\n")
        log = _execute(path, folder or scratch, behavior)
        _complain(log)
        missing = [file for file in files if not (scratch / file).exists()]
        if missing:
            raise NgspiceError(f"ngspice wrote no {missing}:\n{log}")
        return {file: read_raw(scratch / file) for file in files}


def _with_same_thermal_voltages(text: str) -> str:
    """Scale every temperature that the deck gives as a number: of the circuit, of models, of instances."""
    return re.sub(
        r"(\b(?:temp|tnom)\s*=\s*|^\.temp\s+)([-+]?[\d.]+(?:e[-+]?\d+)?)(?=[\s)]|$)",
        lambda match: f"{match[1]}{_same_thermal_voltage(float(match[2]))!r}",
        text,
        flags=re.IGNORECASE | re.MULTILINE,
    )


def _same_thermal_voltage(temp_deg_c: float) -> float:
    return (temp_deg_c + 273.15) * THERMAL_RATIO - 273.15


def _execute(path: Path, folder: Path, behavior: str = "") -> str:
    program = shutil.which("ngspice")
    if program is None:
        raise NgspiceError("ngspice is not installed: run scripts/ensure-ngspice.sh")
    try:
        done = subprocess.run(
            [program, "-n", "-b", *(["-D", f"ngbehavior={behavior}"] if behavior else []), str(path)],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NgspiceError(f"ngspice did not finish within {TIMEOUT_S:g} s") from error
    log = done.stdout + done.stderr
    if done.returncode != 0:
        raise NgspiceError(f"ngspice ended with status {done.returncode}:\n{log}")
    return log


def _complain(log: str) -> None:
    lines = [match[0].strip() for match in COMPLAINTS.finditer(log) if not HARMLESS.search(match[0])]
    if lines:
        raise NgspiceError("ngspice says:\n  " + "\n  ".join(lines) + "\n" + log)


def bare(text: str) -> str:
    """Return the deck without analyses, control blocks, `.end` and small-signal drives; the title stays first."""
    title, *lines = text.splitlines()
    kept = [title]
    in_control = dropping = False
    for line in lines:
        word = line.split()[0].lower() if line.split() else ""
        if word in (".control", ".endc"):
            in_control, dropping = word == ".control", True
        elif in_control or (word.startswith("+") and dropping):
            continue
        else:
            dropping = word in ANALYSIS_CARDS
            if not dropping:
                kept.append(_without_drive(line, word))
    return "\n".join(kept)


def _without_drive(line: str, word: str) -> str:
    """Take `ac 1` or `ac 1 90` out of the line of an independent source, so that only our drives count."""
    if word[:1] not in ("v", "i"):
        return line
    return re.sub(r"\sac(\s*=?\s*(?:[-+.\d]\S*|\{[^}]*\}))*(?=\s|$)", " ", line, flags=re.IGNORECASE)


def with_parameter(text: str, name: str, value: float) -> str:
    """Replace the value of a `.param` card."""
    pattern = re.compile(
        rf"^(\s*(?:\.param\b|\+).*?\b{re.escape(name)}\s*=\s*)(\{{[^}}]*\}}|'[^']*'|\S+)", re.IGNORECASE | re.MULTILINE
    )
    replaced, count = pattern.subn(lambda match: match[1] + repr(float(value)), text, count=1)
    if count == 0:
        raise NgspiceError(f"the deck has no .param {name}")
    return replaced


def read_raw(path: Path) -> Plot:
    """Read a binary raw file with one plot: a header of text lines, then doubles point after point."""
    header, mark, data = path.read_bytes().partition(b"Binary:\n")
    if not mark:
        raise NgspiceError(f"{path.name} is not a binary raw file")
    lines = header.decode("utf-8", "replace").splitlines()
    fields = dict(line.split(":", 1) for line in lines if ":" in line and not line.startswith("\t"))
    count, points = int(fields["No. Variables"]), int(fields["No. Points"])
    names = [line.split()[1].lower() for line in lines[-count:]]
    complex_valued = "complex" in fields["Flags"]
    table = np.frombuffer(data, complex if complex_valued else float)
    if table.size != count * points or points == 0:
        raise NgspiceError(f"{path.name}: {table.size} numbers for {count} variables at {points} points")
    if not np.isfinite(table).all():
        raise NgspiceError(f"{path.name} holds numbers that are not finite")
    return Plot(dict(zip(names, table.reshape(points, count).T.copy(), strict=True)))
