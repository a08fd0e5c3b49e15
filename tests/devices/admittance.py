"""One device with a source at every terminal, solved and swept: its currents and admittances, by both programs."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from devices.transistors import Bias, Case
from longtail.circuit import GROUND, Circuit, Instance, Model, Options
from longtail.devices.base import DeviceModel
from longtail.engine.equations.system import System
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving.operating_point import OperatingPoint, solve_operating_point
from reference.ngspice import read_raw


def circuit_of(device: DeviceModel, case: Case, bias: Bias, temp_deg_c: float) -> Circuit:
    """Source "vb" at node "b", and so on for every terminal; the device is "x"."""
    sources = {
        f"v{t}": Instance(f"v{t}", "voltage_source", (t, GROUND), {"dc": float(bias.get(t, 0.0))})
        for t in device.terminals
    }
    card = Model("card", device.name, case.type, case.model)
    x = Instance("x", device.name, device.terminals, case.instance, model="card")
    options = Options(temp_deg_c=temp_deg_c)
    return Circuit("one device", device.terminals, {**sources, "x": x}, {"card": card}, {}, options)


def solved(device: DeviceModel, case: Case, bias: Bias, temp_deg_c: float) -> OperatingPoint:
    drives = {f"v{t}.dc": float(bias.get(t, 0.0)) for t in device.terminals}
    return solve_operating_point(System(circuit_of(device, case, bias, temp_deg_c), drives=list(drives)), drives)


def terminal_currents(point: OperatingPoint, device: DeviceModel) -> np.ndarray:
    """The current in A into every terminal."""
    return np.array([-point[f"i(v{t})"][0] for t in device.terminals])


def admittances(point: OperatingPoint, device: DeviceModel, frequency_hz: np.ndarray) -> np.ndarray:
    """`[frequency, into terminal, by terminal]` in S."""
    response = linearize(point).response(frequency_hz, np.eye(len(device.terminals)))[0]
    return -response[:, [point.system.index[f"i(v{t})"] for t in device.terminals]]


def by_ngspice(
    case: Case, letter: str, terminals: Sequence[str], bias: Bias, frequency_hz: Sequence[float], temp_deg_c: float
) -> tuple[np.ndarray, np.ndarray]:
    """Terminal currents and admittances as above, at frequencies that ngspice is told to step through by decades."""
    start, stop = float(frequency_hz[0]), float(frequency_hz[-1])
    tolerances = f"option temp={temp_deg_c!r} reltol=1e-10 abstol=1e-18 vntol=1e-13"
    control = [".control", "set filetype=binary", tolerances, "op", "write op.raw"]
    for t in terminals:
        control += [
            f"alter v{t}0 acmag = 1",
            f"ac dec 1 {start!r} {stop!r}",
            f"write {t}.raw",
            f"alter v{t}0 acmag = 0",
        ]
    deck = case.deck(letter, terminals, [bias]) + "\n".join([*control, "quit 0", ".endc", ".end"]) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["ngspice", "-n", "-b", "/dev/stdin"], cwd=folder, input=deck, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        point = read_raw(Path(folder) / "op.raw").vectors
        swept = {t: read_raw(Path(folder) / f"{t}.raw").vectors for t in terminals}
    currents = np.array([-point[f"i(v{t}0)"][0] for t in terminals])
    return currents, np.array([[-swept[by][f"i(v{into}0)"] for by in terminals] for into in terminals]).transpose(
        2, 0, 1
    )
