"""The conditions of a characterization: temperatures and named corners, each one a lane."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.contract.axes import temperature_axis
from longtail.driven.parameters import nominal, temperature_name
from longtail.errors import OptionError, nearest
from longtail.files.toml import HINT, number, read_toml

Corners = Mapping[str, Mapping[str, float]]

TYPICAL = "typical"
ALL = "all"


@dataclass(frozen=True, slots=True)
class Condition:
    """What differs from the netlist: `values` by parameter ("temp" in degrees Celsius), and a name for people."""

    name: str
    values: Mapping[str, float]


def read_temperatures(given: Any) -> tuple[float, ...]:
    """Temperatures in degrees Celsius from `start:stop:points`, a list or numbers; none where nothing is given.

    >>> read_temperatures("-40,27,125")
    (-40.0, 27.0, 125.0)
    """
    if given is None:
        return ()
    return tuple(temperature_axis(given, "temperatures").tolist())


def read_corners(given: Any, circuit: Circuit) -> Corners:
    """Corners from names with commas between, "all" of the netlist, a TOML file, or a mapping; none for None.

    A TOML file has a table for each corner: `[slow]` and below it `vto_shift = "50m"`. Parameters are `.param` names,
    `device.parameter` as in `rc1.r`, or `temp`. Raises `OptionError` for what is not known, with the nearest name.
    """
    if given is None:
        return {}
    if isinstance(given, Mapping):
        found = {str(name): _values(str(name), values) for name, values in given.items()}
    elif isinstance(given, str) and given.endswith(".toml"):
        found = {name: _values(name, values) for name, values in read_toml(given, "corners").items()}
    else:
        return _of_netlist([word.strip() for word in given.split(",")] if isinstance(given, str) else given, circuit)
    for name, values in found.items():
        for parameter in values:
            try:
                nominal(circuit, parameter)
            except OptionError as error:
                raise OptionError(f"corner '{name}': {error.message}", hint=error.hint) from error
    return found


def _of_netlist(names: Sequence[str], circuit: Circuit) -> Corners:
    known = circuit.corners
    if list(names) == [ALL] and ALL not in known:
        if not known:
            raise OptionError(
                "the netlist has no corners", hint="put '*@ corner slow vto_shift=50m' into it, or name a TOML file"
            )
        return known
    for name in names:
        if name not in known:
            there = (
                f"there are {', '.join(known)}" if known else "the netlist has none: '*@ corner NAME parameter=value'"
            )
            raise OptionError(f"there is no corner '{name}'", hint=nearest(name, known) or there)
    return {name: known[name] for name in names}


def _values(corner: str, given: Any) -> dict[str, float]:
    if not isinstance(given, Mapping) or not given:
        raise OptionError(f"corner '{corner}' gives no parameters", hint='expected a table as in [slow] r = "1.1k"')
    found = {str(name).lower(): number(value, f"corner '{corner}', {name}") for name, value in given.items()}
    for name, value in found.items():
        if not math.isfinite(value):
            raise OptionError(f"corner '{corner}', {name}: {value} is no number to compute with", hint=HINT)
    return found


def conditions(circuit: Circuit, temperatures: Sequence[float], corners: Corners) -> tuple[Condition, ...]:
    """The netlist as it stands first, then every corner (and none) at every temperature.

    A corner that says its own temperature is taken there only.

    >>> from longtail.elaborate import load
    >>> circuit = load("t\\nv1 a 0 1\\nr1 a 0 {r}\\n.param r=1k\\n")
    >>> [c.name for c in conditions(circuit, (-40.0, 27.0), {"slow": {"r": 2e3}})]
    ['typical', '-40 °C', 'slow at -40 °C', 'slow']
    """
    temperature = temperature_name(circuit)
    own = nominal(circuit, temperature)
    found = [Condition(TYPICAL, {})]
    found += [Condition(f"{t:g} °C", {temperature: t}) for t in temperatures if t != own]
    for name, values in corners.items():
        if temperature in values:
            found.append(Condition(name, dict(values)))
            continue
        for t in temperatures or (own,):
            found.append(Condition(name if t == own else f"{name} at {t:g} °C", {**values, temperature: t}))
    return tuple(found)


def arrays(circuit: Circuit, among: Sequence[Condition]) -> dict[str, NDArray[np.float64]]:
    """The conditions as lanes: the value of everything that any of them changes, and of the temperature."""
    names = dict.fromkeys([temperature_name(circuit), *(name for each in among for name in each.values)])
    return {name: np.array([each.values.get(name, nominal(circuit, name)) for each in among]) for name in names}
