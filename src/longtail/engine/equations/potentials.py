"""Built-in potentials at temperature: where one falls to zero, a junction's equations hold no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.devices.discovery import devices
from longtail.engine.equations.large import LargeSystem
from longtail.engine.equations.system import Array, Inputs, System
from longtail.engine.equations.views import InstanceParameters, Numbers
from longtail.engine.remember import Remembered
from longtail.lanes.graph import Expr, Graph
from longtail.lanes.plain.executor import NumpyExecutor
from longtail.lanes.program import Program, lower

HINT = "the model holds up to a lower temperature: lower .temp (or temp of the device), or give a larger potential"
_NAMED = 6  # devices that a message names by junction


@dataclass(frozen=True, eq=False, slots=True)
class Lost:
    """A junction without a built-in potential above zero: `volts` `[lane]`, nan where it has one."""

    instance: str
    parameter: str
    volts: Array


@dataclass(frozen=True, eq=False)
class _Potentials:
    """All potentials: those that hold for all lanes as numbers, the others, by device and parameter, from a program."""

    fixed: tuple[tuple[str, str, float], ...]
    varied: tuple[tuple[str, str], ...]
    program: Program | None


_KNOWN = Remembered[_Potentials](16)


def lost_potentials(system: System, values: Inputs, lanes: int) -> list[Lost]:
    """Every junction without a built-in potential above zero; `values` are those of varied names."""
    if isinstance(system, LargeSystem) and lanes == 1:
        return _of_parts(system, values)
    known = _KNOWN.get(system, (), lambda: _potentials(system.circuit, system.varied))
    found = [Lost(name, parameter, np.full(lanes, volts)) for name, parameter, volts in known.fixed if not volts > 0.0]
    if known.program is not None:
        inputs = [np.broadcast_to(values[name], lanes) for name in known.program.inputs]
        rows = NumpyExecutor().run(known.program, inputs, lanes)
        found += [
            Lost(name, parameter, np.where(volts > 0.0, np.nan, volts))
            for (name, parameter), volts in zip(known.varied, rows, strict=True)
            if not (volts > 0.0).all()
        ]
    return found


def _of_parts(system: LargeSystem, values: Inputs) -> list[Lost]:
    """The same of a large circuit, from one device of each kind."""
    found = []
    for each in system.parts:
        own = {**values, **each.part.values}
        for lost in lost_potentials(each.part.system, own, each.copies):
            names = enumerate(each.part.standing_for(lost.instance))
            found += [Lost(name, lost.parameter, lost.volts[k : k + 1]) for k, name in names]
    return [lost for lost in found if not np.isnan(lost.volts).all()]


def without(lost: Sequence[Lost], lanes: int) -> NDArray[np.bool_]:
    """Which lanes have a junction without a potential."""
    return np.any([~np.isnan(each.volts) for each in lost], axis=0) if lost else np.zeros(lanes, bool)


def said(lost: Sequence[Lost], circuit: Circuit) -> str:
    """The junctions of the first lane that has any, by name, with their potentials."""
    lane = int(without(lost, 1).argmax())
    here = [each for each in lost if not np.isnan(each.volts[lane])]
    groups: dict[str, list[str]] = {}
    for each in here:
        groups.setdefault(f"{each.parameter} = {each.volts[lane]:.3g} V", []).append(each.instance)
    names = "; ".join(f"{what} of {', '.join(who[:_NAMED])}{_more(who)}" for what, who in groups.items())
    celsius = circuit.number(circuit.options.temp_deg_c)
    return f"built-in potentials are below zero at this temperature ({celsius:g} °C in the netlist): {names}"


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""


def _potentials(circuit: Circuit, varied: tuple[str, ...]) -> _Potentials:
    graph = Graph()
    numbers = Numbers(circuit, graph, frozenset(varied))
    models = devices()
    fixed: list[tuple[str, str, float]] = []
    moving: list[tuple[tuple[str, str], Expr]] = []
    for instance in circuit.instances.values():
        model = models[instance.device]
        if not instance.model:
            continue
        for parameter, volts in model.potentials(InstanceParameters(instance, model, numbers, 1.0)).items():
            if isinstance(volts, Expr):
                moving.append(((instance.name, parameter), volts))
            else:
                fixed.append((instance.name, parameter, float(volts)))
    program = lower(graph, [volts for _, volts in moving], list(varied)) if moving else None
    return _Potentials(tuple(fixed), tuple(place for place, _ in moving), program)
