"""The conditions of a characterization: temperatures and named corners, each one a lane."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longtail.circuit import Circuit
from longtail.contract.analysis import Option
from longtail.contract.kinds import CORNERS, RANGE
from longtail.contract.options import COLDEST, HOTTEST, NONE, OWN
from longtail.elaborate.named_values import nominal, temperature_name, with_values
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


@dataclass(frozen=True, slots=True)
class UnderWhich:
    """What conditions are asked for: temperatures in degrees Celsius, and corners by `read_corners`."""

    temperatures: NDArray[np.float64] | None = None
    corners: Corners | tuple[str, ...] | None = None

    def of(self, circuit: Circuit) -> tuple[Condition, ...]:
        """See `conditions`."""
        return conditions(circuit, self.temperatures, corners_of(circuit, self.corners))


def read_corners(given: Any) -> Corners | tuple[str, ...]:
    """Corners from a mapping or a TOML file; or names, with commas between or in a sequence, for `corners_of`.

    A TOML file has a table for each corner: `[slow]` and below it `vto_shift = "50m"`. Parameters are `.param` names,
    `device.parameter` as in `rc1.r`, or `temp`.
    """
    if isinstance(given, Mapping):
        return {str(name): _values(str(name), values) for name, values in given.items()}
    if isinstance(given, str) and given.endswith(".toml"):
        return {name: _values(name, values) for name, values in read_toml(given, "corners").items()}
    names = given.split(",") if isinstance(given, str) else given
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise OptionError(f"corners must be names, a TOML file or values by name, not {given!r}")
    return tuple(name.strip() for name in names)


def corners_of(circuit: Circuit, asked: Corners | tuple[str, ...] | None) -> Corners:
    """The corners of a circuit that `read_corners` names, "all" that the netlist has, or such with values; none for
    None.

    Raises `OptionError` for a name or a parameter that is not known, with the nearest.
    """
    if asked is None:
        return {}
    if not isinstance(asked, Mapping):
        return _of_netlist(asked, circuit)
    for name, values in asked.items():
        for parameter in values:
            try:
                nominal(circuit, parameter)
            except OptionError as error:
                raise OptionError(f"corner '{name}': {error.message}", hint=error.hint) from error
    return asked


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


def conditions(circuit: Circuit, temperatures: ArrayLike | None, corners: Corners) -> tuple[Condition, ...]:
    """The netlist as it stands first, then every corner (and none) at every temperature, the coldest first.

    A corner that says its own temperature is taken there only.

    >>> from longtail.elaborate import load
    >>> circuit = load("t\\nv1 a 0 1\\nr1 a 0 {r}\\n.param r=1k\\n")
    >>> [c.name for c in conditions(circuit, (27.0, -40.0), {"slow": {"r": 2e3}})]
    ['typical', '-40 °C', 'slow at -40 °C', 'slow']
    """
    degrees = [] if temperatures is None else np.unique(temperatures).tolist()
    temperature = temperature_name(circuit)
    own = nominal(circuit, temperature)
    found = [Condition(TYPICAL, {})]
    found += [Condition(f"{t:g} °C", {temperature: t}) for t in degrees if t != own]
    for name, values in corners.items():
        if temperature in values:
            found.append(Condition(name, dict(values)))
            continue
        for t in degrees or (own,):
            found.append(Condition(name if t == own else f"{name} at {t:g} °C", {**values, temperature: t}))
    return tuple(found)


def under(circuit: Circuit, condition: Condition) -> Circuit:
    """The circuit as it stands under a condition, whose values are its nominal ones; a netlist read is not read anew.

    >>> from longtail.elaborate import load
    >>> circuit = under(load("t\\nv1 a 0 1\\nr1 a 0 {2*r}\\n.param r=1k\\n"), Condition("slow", {"r": 2e3}))
    >>> nominal(circuit, "r1.r")
    4000.0
    """
    if not condition.values:
        return circuit
    of_top = {name: value for name, value in condition.values.items() if name in circuit.parameters}
    others = {name: value for name, value in condition.values.items() if name not in of_top}
    return with_values(replace(circuit, parameters={**circuit.parameters, **of_top}), others)


def arrays(circuit: Circuit, among: Sequence[Condition]) -> dict[str, NDArray[np.float64]]:
    """The conditions as lanes: the value of everything that any of them changes, and of the temperature."""
    names = dict.fromkeys([temperature_name(circuit), *(name for each in among for name in each.values)])
    return {name: np.array([each.values.get(name, nominal(circuit, name)) for each in among]) for name in names}


def condition_options(temperatures: str, corners: str) -> tuple[Option, Option]:
    """The options of an analysis under conditions, a group of its own, with their help; corners are read as far as no
    circuit is needed."""
    degrees = Option(
        "temperatures", RANGE, "degC", temperatures, low=COLDEST, high=HOTTEST, otherwise=OWN, aliases=("temp",)
    )
    named = Option("corners", CORNERS, "", corners, reads=read_corners, otherwise=NONE)
    return replace(degrees, group=UnderWhich), replace(named, group=UnderWhich)
