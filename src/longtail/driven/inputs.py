"""Settling what is driven and what is read: inputs and outputs from options, directives or what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from longtail import modes
from longtail.circuit import Circuit, Ports
from longtail.contract.drive import AS_IT_IS, Drive
from longtail.driven.closed_loop import closed_loop
from longtail.driven.drives import Drives
from longtail.driven.nulling import bias
from longtail.elaborate.ports import resolve_ports
from longtail.elaborate.ports.planes import Cut, cut
from longtail.elaborate.ports.wiring import Wiring
from longtail.elaborate.roles import base
from longtail.engine.remember import Remembered
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.solving.at_rest import at_rest
from longtail.errors import AnalysisError, ConvergenceError, OptionError
from longtail.hints import Said, said

_LOOKED_AT = np.array([0.0, 1.0, 1e2, 1e3, 1e4, 1e5, 1e6])  # Hz, for the sign of a gain
TAKEN = "taken: "  # how ports say that they are a guess
_DRIVES = Remembered[Drives](16)


def find_drives(circuit: Circuit, drive: Drive = AS_IT_IS) -> Drives:
    """Settle inputs and outputs from what was asked, directives or what was found, and set the common-mode level.

    Raises `OptionError` where the inputs or outputs are not known, or cannot be driven.
    """
    key = (drive.input, drive.output, drive.vcm)
    return _DRIVES.get(circuit, key, lambda: _find(circuit, drive))


def _find(circuit: Circuit, drive: Drive) -> Drives:
    circuit = resolve_ports(circuit, input=drive.input, output=drive.output, vcm=drive.vcm)
    ports = circuit.ports
    if len(ports.output) not in (1, 2):
        raise OptionError(
            "the output is not known" + _found(ports.how, "output"),
            hint=said(
                "say {output} (or one node), or put '*@ output outp outn' into the netlist", output=("outp", "outn")
            ),
        )
    if len(ports.input) != 2:
        raise OptionError(
            "the inputs are not known" + _found(ports.how, "input"),
            hint=closed_loop(circuit)
            or said("say {input}, or put '*@ input inp inn' into the netlist", input=("inp", "inn")),
        )
    drives = _driven(circuit, (ports.input[0], ports.input[1]))
    return drives if ports.ordered else _positive_first(circuit, drives)


def _driven(circuit: Circuit, inputs: tuple[str, str]) -> Drives:
    part = cut(circuit, inputs, circuit.ports.output)
    volts, known = rest_levels(circuit, part)
    if circuit.ports.vcm is not None:
        first, second = modes.join(modes.split(*volts).differential, circuit.ports.vcm)
        volts = first, second
    return Drives(
        part.circuit,
        part.sources,
        part.nodes,
        tuple(circuit.ports.output),
        volts,
        circuit if part.circuit is not circuit else None,
        part.bench,
        known,
        (*output_taken(circuit.ports), *_said(circuit, part)),
    )


def output_taken(ports: Ports) -> tuple[Said, ...]:
    """The note that an output was taken by the look of the circuit, and how another is named; none where it is said."""
    how = ports.how.get("output", "")
    if not how.startswith(TAKEN):
        return ()
    output = f"v({','.join(ports.output)})"
    return (said("output taken: {0}, {1}; another: {output}", output, how.removeprefix(TAKEN), output="NODE"),)


def _found(how: Mapping[str, str], port: str) -> str:
    return f": {how[port]}" if port in how else ""


def rest_levels(circuit: Circuit, part: Cut) -> tuple[tuple[float, float], bool]:
    """The dc voltages of the two inputs on the bench, and whether the netlist sets their common-mode level.

    Raises `OptionError` where it does not, and the ports do not either.
    """
    if part.circuit is circuit:
        sources = [circuit.instances[name] for name in part.sources]
        first, second = (circuit.number(s.parameters.get("dc", 0.0)) for s in sources)
        return (first, second), True
    loose = _loose(circuit, part)
    if not loose:
        point = at_rest(circuit)
        first, second = (point.voltage(node)[0].item() for node in part.bench)
        return (first, second), True
    if circuit.ports.vcm is None:
        between = ", ".join(_between(circuit, part))
        what = f"{between} alone drives" if between else "no source drives"
        raise OptionError(
            f"{what} the input node '{loose[0]}', and the common-mode level is not known",
            hint=said("give {vcm}, or put a voltage source between {0} and ground", loose[0], vcm=None),
        )
    v_id = sum(
        circuit.number(i.parameters.get("dc", 0.0)) * (1.0 if i.nodes[0] == part.nodes[0] else -1.0)
        for i in (circuit.instances[name] for name in _between(circuit, part))
    )
    first, second = modes.join(v_id, circuit.ports.vcm)
    return (first, second), False


def _between(circuit: Circuit, part: Cut) -> list[str]:
    """Voltage sources of the bench that stand from one input to the other."""
    sources = (circuit.instances[name] for name in part.removed)
    return [i.name for i in sources if i.device == "voltage_source" and set(i.nodes) == set(part.nodes)]


def _loose(circuit: Circuit, part: Cut) -> list[str]:
    """Inputs that nothing on the bench holds at dc but bases and gates, capacitors, and sources between the two."""
    wiring = Wiring(circuit)
    between = _between(circuit, part)
    free = [
        node
        for node in part.bench
        if not wiring.is_held(node)
        and all(base(i) == node or i.device == "capacitor" or i.name in between for i in wiring.at.get(node, ()))
    ]
    return free if not between or len(free) == 2 else []


def _said(circuit: Circuit, part: Cut) -> tuple[str, ...]:
    """What to know of a cut. Raises `OptionError` where a signal goes round the inputs."""
    for source, node in part.shared:
        if circuit.number(circuit.instances[source].parameters.get("acmag", 0.0)) != 0.0:
            raise OptionError(
                f"{source} moves the inputs, and at {node} it also acts on the amplifier otherwise: the voltages "
                f"of {' and '.join(part.nodes)} alone do not tell what it does",
                hint=f"give what hangs at {node} a source of its own, or take the ac amplitude off {source} if it is "
                "to stand still",
            )
    said = []
    if part.passives:
        names = ", ".join(part.passives[:6]) + (", ..." if len(part.passives) > 6 else "")
        said.append(
            f"{names} before the inputs {', '.join(part.nodes)} left out: gains belong to the voltages at these nodes, "
            "held at their dc levels"
        )
    said += [f"{source} also holds {node}, where the amplifier hangs: it stands still" for source, node in part.shared]
    return tuple(said)


def _positive_first(circuit: Circuit, drives: Drives) -> Drives:
    """The inputs in the order that makes the gain of a single output positive, where nothing else tells it."""
    if not drives.single_ended or len(circuit.ports.input) != 2:
        return drives
    try:
        model = linearize(bias(drives)[0])
        x = model.response(_LOOKED_AT, drives.unit_modes[:, [modes.DIFFERENTIAL]])[0]
    except (ConvergenceError, AnalysisError):
        return drives  # the analysis itself says what is wrong
    gain = (drives.output_matrix(model.operating_point.system) @ x)[:, modes.DIFFERENTIAL, 0]
    largest = gain[np.argmax(np.abs(gain) > 0.5 * np.abs(gain).max())]
    if largest.real >= -0.5 * abs(largest):
        return drives
    first, second = circuit.ports.input
    swapped = _driven(circuit, (second, first))
    return replace(
        swapped, notes=(*swapped.notes, f"{second} is taken for the positive input: {drives.output[0]} follows it")
    )
