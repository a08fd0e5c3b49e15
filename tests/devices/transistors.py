"""Many copies of one transistor, each at a bias of its own, in longtail and in ngspice."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from devices.harness import Card, interpret, trace
from longtail.circuit import GROUND, Circuit, Instance, Model, Options
from longtail.devices.base import DeviceModel
from longtail.engine.equations.system import System
from longtail.engine.solving.operating_point import solve_operating_point
from longtail.lanes.derivative import Differentiator
from longtail.lanes.graph import Expr
from reference.ngspice import read_raw

Bias = Mapping[str, float]

# CODATA 2014, as in ngspice 39; CODATA 2018 moves kT/q by 3.4e-7 of itself
NGSPICE_BOLTZMANN = 1.38064852e-23
NGSPICE_CHARGE = 1.6021766208e-19


@dataclass(frozen=True)
class Case:
    """A card in both languages: model type, model parameters, instance parameters, and the level where it is not 1."""

    type: str
    model: Mapping[str, float]
    instance: Mapping[str, float]
    level: int | None = None

    def deck(self, letter: str, terminals: Sequence[str], biases: Sequence[Bias]) -> str:
        """One copy for each bias, every terminal at a source of its own: vd0 vg0 ... at nodes d0 g0 ..."""
        model = " ".join(f"{name}={value!r}" for name, value in self.model.items())
        instance = " ".join(f"{name}={value!r}" for name, value in self.instance.items())
        level = "" if self.level is None else f"level={self.level}"
        lines = ["copies of one transistor", f".model card {self.type} {level} {model}"]
        for k, bias in enumerate(biases):
            nodes = " ".join(f"{t}{k}" for t in terminals)
            lines += [f"v{t}{k} {t}{k} 0 {float(bias.get(t, 0.0))!r}" for t in terminals]
            lines.append(f"{letter}{k} {nodes} card {instance}")
        return "\n".join(lines) + "\n"


def run_ngspice(deck: str, temp_deg_c: float, commands: Sequence[str]) -> dict[str, Any]:
    """The first point of what the last of some commands finds, by vector name."""
    options = f"option temp={temp_deg_c!r} reltol=1e-9 abstol=1e-16 vntol=1e-12"
    control = [".control", "set filetype=binary", options, *commands, "write out.raw", "quit 0", ".endc", ".end"]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["ngspice", "-n", "-b", "/dev/stdin"],
            cwd=folder,
            input=deck + "\n".join(control) + "\n",
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return {name: values[0] for name, values in read_raw(Path(folder) / "out.raw").vectors.items()}


def by_ngspice(
    case: Case,
    letter: str,
    terminals: Sequence[str],
    biases: Sequence[Bias],
    quantities: Sequence[str],
    temp_deg_c: float,
) -> dict[str, np.ndarray]:
    """What ngspice finds at each bias: its own quantities by name, and "i(d)", the current into a terminal."""
    copies = range(len(biases))
    # too many names on one line and ngspice saves none of them
    saves = ["save all " + " ".join(f"@{letter}{k}[{q}]" for q in quantities) for k in copies]
    found = run_ngspice(case.deck(letter, terminals, biases), temp_deg_c, [*saves, "op"])
    by_name = {re.sub(r"^[iv]\((@.*)\)$", r"\1", name): value for name, value in found.items()}
    result = {q: np.array([by_name[f"@{letter}{k}[{q}]"] for k in copies]) for q in quantities}
    return result | {f"i({t})": np.array([-by_name[f"i(v{t}{k})"] for k in copies]) for t in terminals}


def by_longtail(device: DeviceModel, card: Card, biases: Sequence[Bias]) -> dict[str, np.ndarray]:
    """What longtail finds: every quantity, the static currents "i(node)", the capacitances "c(a,b)", and slopes.

    Slopes are "di(a)/dv(b)" and "dq(a)/dv(b)", for all local nodes.
    """
    traced = trace(device, card)
    flows = traced.flows
    outputs = dict(flows.quantities)
    merged = device.topology(card).merged
    nodes = device.terminals + device.topology(card).internal
    static, charges = (
        {n: sum((x for m, x in source.items() if merged.get(m, m) == n), 0.0) for n in nodes}
        for source in (flows.static, flows.charges)
    )
    outputs |= {f"i({n})": x for n, x in static.items()} | {f"q({n})": x for n, x in charges.items()}
    outputs |= {f"c({a},{b})": c for a, b, c in flows.capacitances}
    for kind, source in (("i", static), ("q", charges)):
        rows, _ = traced.differentiator.rows(list(source.values()))
        for n, row in zip(source, rows, strict=True):
            outputs |= {f"d{kind}({n})/dv({m})": row.get(traced.graph.input(f"v.{m}").id, 0.0) for m in nodes}
    table = np.array(
        [
            interpret(
                traced.graph,
                list(outputs.values()),
                {f"v.{n}": float(bias.get(n, 0.0)) for n in nodes} | card.graph_inputs(),
            )
            for bias in biases
        ]
    )
    return dict(zip(outputs, table.T, strict=True))


def by_engine(device: DeviceModel, case: Case, biases: Sequence[Bias], temp_deg_c: float) -> dict[str, np.ndarray]:
    """As `by_ngspice`, through the whole engine: a source at every terminal, inner nodes solved for."""
    terminals = device.terminals
    instances = [Instance(f"v{t}", "voltage_source", (t, GROUND), {"dc": 0.0}) for t in terminals] + [
        Instance("x1", device.name, terminals, case.instance, "card")
    ]
    circuit = Circuit(
        title="one transistor",
        nodes=terminals,
        instances={i.name: i for i in instances},
        models={"card": Model("card", device.name, case.type, case.model)},
        parameters={},
        options=Options(temp_deg_c=temp_deg_c),
    )
    system = System(circuit, varied=[f"v{t}.dc" for t in terminals])
    points = [solve_operating_point(system, {f"v{t}.dc": bias.get(t, 0.0) for t in terminals}) for bias in biases]
    found = {q.name: np.array([p.quantities["x1"][q.name][0] for p in points]) for q in device.quantities}
    return found | {f"i({t})": np.array([-p[f"i(v{t})"][0] for p in points]) for t in terminals}


def terminal_capacitances(
    case: Case, letter: str, terminals: Sequence[str], biases: Sequence[Bias], temp_deg_c: float
) -> dict[str, np.ndarray]:
    """By "c(a,b)" the slope in F of the charge at a by the voltage at b, from small-signal currents of ngspice."""
    omega = 1e6
    found: dict[str, np.ndarray] = {}
    for driven in terminals:
        deck = case.deck(letter, terminals, biases)
        deck = re.sub(rf"^(v{driven}\d+ .*)$", r"\1 ac 1", deck, flags=re.MULTILINE)
        plot = run_ngspice(deck, temp_deg_c, [f"ac lin 1 {omega / (2 * np.pi)!r} {omega / (2 * np.pi)!r}"])
        for t in terminals:
            found[f"c({t},{driven})"] = np.array([-plot[f"i(v{t}{k})"].imag / omega for k in range(len(biases))])
    return found


Changes = dict[str, np.ndarray]


def parameter_slopes(device: DeviceModel, card: Card, bias: Bias) -> tuple[Changes, Changes]:
    """How currents and charges change when each given parameter grows by 1e-6 of itself: by slopes, and as found.

    Both by parameter ("model.kp", "p.w"), an array over the currents and charges, relative to each of them.
    """
    traced = trace(device, card)
    given = card.graph_inputs()
    at = {f"v.{n}": float(bias.get(n, 0.0)) for n in device.terminals + device.topology(card).internal} | given
    varied = {name: traced.graph.input(name) for name in given}
    outputs = [x for x in (*traced.flows.static.values(), *traced.flows.charges.values()) if isinstance(x, Expr)]
    rows, _ = Differentiator(traced.graph, varied.values()).rows(outputs)
    centre = np.abs(interpret(traced.graph, outputs, at))
    by_slope, as_found = {}, {}
    for name, variable in varied.items():
        step = 1e-6 * abs(given[name])
        slopes = interpret(traced.graph, [row.get(variable.id, 0.0) for row in rows], at)
        high, low = (np.array(interpret(traced.graph, outputs, at | {name: given[name] + s})) for s in (step, -step))
        by_slope[name] = np.array(slopes) * step / np.maximum(centre, 1e-30)
        as_found[name] = (high - low) / 2.0 / np.maximum(centre, 1e-30)
    return by_slope, as_found


def turn_to_terminals(
    found: Mapping[str, np.ndarray], names: Mapping[str, str], device: DeviceModel, sign: float
) -> None:
    """ngspice has voltages and currents of a p channel in the device's own sense, but for von and vdsat."""
    units = {quantity.name: quantity.unit for quantity in device.quantities}
    for ours, theirs in names.items():
        if units[ours] in ("V", "A") and theirs not in ("von", "vdsat"):
            found[theirs][:] *= sign
