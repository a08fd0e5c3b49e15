"""Many copies of one transistor, each at a bias of its own, in longtail and in ngspice."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devices.harness import Card, interpret, trace
from longtail.devices.base import DeviceModel
from reference.ngspice import read_raw

Bias = Mapping[str, float]

# CODATA 2014, as in ngspice 39; CODATA 2018 moves kT/q by 3.4e-7 of itself
NGSPICE_BOLTZMANN = 1.38064852e-23
NGSPICE_CHARGE = 1.6021766208e-19


@dataclass(frozen=True)
class Case:
    """A card in both languages: model type, model parameters, instance parameters."""

    type: str
    model: Mapping[str, float]
    instance: Mapping[str, float]

    def deck(self, letter: str, terminals: Sequence[str], biases: Sequence[Bias], level: str = "") -> str:
        """One copy for each bias, every terminal at a source of its own: vd0 vg0 ... at nodes d0 g0 ..."""
        model = " ".join(f"{name}={value!r}" for name, value in self.model.items())
        instance = " ".join(f"{name}={value!r}" for name, value in self.instance.items())
        lines = ["copies of one transistor", f".model card {self.type} {level} {model}"]
        for k, bias in enumerate(biases):
            nodes = " ".join(f"{t}{k}" for t in terminals)
            lines += [f"v{t}{k} {t}{k} 0 {float(bias.get(t, 0.0))!r}" for t in terminals]
            lines.append(f"{letter}{k} {nodes} card {instance}")
        return "\n".join(lines) + "\n"


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
    control = [
        *(".control", "set filetype=binary", f"option temp={temp_deg_c!r} reltol=1e-9 abstol=1e-16 vntol=1e-12"),
        # too many names on one line and ngspice saves none of them
        *("save all " + " ".join(f"@{letter}{k}[{q}]" for q in quantities) for k in copies),
        *("op", "write op.raw", "quit 0", ".endc", ".end"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        deck = case.deck(letter, terminals, biases) + "\n".join(control) + "\n"
        done = subprocess.run(
            ["ngspice", "-n", "-b", "/dev/stdin"], cwd=folder, input=deck, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found = {name: values[0] for name, values in read_raw(Path(folder) / "op.raw").vectors.items()}
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
