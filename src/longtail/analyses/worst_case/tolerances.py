"""How far each cause may go: by the netlist's rules, or one tolerance for everything."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.contract.counted import MISMATCH
from longtail.devices.discovery import devices
from longtail.elaborate.named_values import nominal
from longtail.errors import InputError, OptionError
from longtail.hints import said
from longtail.statistics.draws import NORMAL, TRUNCATED, TWO_VALUES, UNIFORM
from longtail.statistics.finding import spread_parameter
from longtail.statistics.spreads import Spreads, Variation
from longtail.units import parse_part

FAR = 3.0  # standard deviations that count as the limit of a normal distribution


def part_of(given: Any) -> float:
    """A tolerance as a part of the value: "1%", "0.01" or 0.01. Raises `OptionError` outside (0, 1).

    >>> part_of("1%"), part_of(0.05)
    (0.01, 0.05)
    """
    try:
        part = parse_part(str(given))
    except InputError as error:
        raise OptionError(said("{tolerance}: expected a part, as in 1% or 0.01", tolerance=given)) from error
    if not 0.0 < part < 1.0:
        raise OptionError(f"a tolerance lies between 0 and 100 %, not {given}")
    return part


def reach_of(cause: Variation) -> float:
    """How far a cause goes to either side, in its standard deviations."""
    if cause.shape == UNIFORM:
        return math.sqrt(3.0)
    if cause.shape == TWO_VALUES:
        return 1.0
    return cause.cut * cause.deviation / cause.standard if cause.shape == TRUNCATED else FAR


def limit_of(cause: Variation) -> float:
    """The same in the unit of the parameter, or as a part of it."""
    return float(f"{reach_of(cause) * cause.standard:.15g}")


def of_all(spreads: Spreads, part: float) -> Spreads:
    """Every resistor and capacitor, and what else the netlist gives a spread, within a part of its value."""
    circuit = spreads.circuit
    named = () if spreads.assumed else [name for cause in spreads.causes for name in cause.parameters(circuit)]
    causes = tuple(_cause(circuit, name, part) for name in dict.fromkeys((*_passive(circuit), *named)))
    if not causes:
        raise OptionError("there is no resistor or capacitor that a tolerance could be of")
    return replace(spreads, causes=causes, assumed=False, bare=())


def _cause(circuit: Circuit, name: str, part: float) -> Variation:
    owner, _, parameter = name.rpartition(".")
    if not nominal(circuit, name):
        raise OptionError(
            f"{name} is 0, and no part of that is a tolerance", hint=said("leave it out of {only}", only="r*")
        )
    deviation = part / math.sqrt(3.0)
    return Variation(owner, parameter, (name,), MISMATCH, deviation, True, UNIFORM, source="tolerance")


def _passive(circuit: Circuit) -> Iterator[str]:
    """The values of resistors and capacitors, those that have one."""
    for instance in circuit.instances.values():
        model = devices()[instance.device]
        for spread in model.mismatch if model.role is None else ():
            found = spread_parameter(circuit, instance, spread)
            if found is not None:
                yield f"{instance.name}.{found[0]}"


def tolerance_notes(spreads: Spreads) -> Iterator[str]:
    """What was taken as a limit."""
    normal = [cause for cause in spreads.causes if cause.shape == NORMAL]
    if normal:
        names = ", ".join(dict.fromkeys(cause.instance or cause.parameter for cause in normal[:6]))
        more = " ..." if len(normal) > 6 else ""
        yield f"a sigma without a limit counts as {FAR:g} sigma to either side: {names}{more}"
    if any(cause.group for cause in spreads.causes):
        yield "correlations are not counted: every cause goes to its limit by itself"


def reaches(spreads: Spreads) -> NDArray[np.float64]:
    return np.array([reach_of(cause) for cause in spreads.causes])
