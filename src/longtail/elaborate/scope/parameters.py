"""Parameters of the top level: overrides, and the values kept in the circuit."""

from __future__ import annotations

import math
from collections.abc import Mapping

from longtail.circuit import Value
from longtail.elaborate.scope.scopes import Scope
from longtail.elaborate.scope.values import leaves, reads_names
from longtail.errors import Faults, NetlistError, OptionError, Span
from longtail.netlist.expressions.tree import Name
from longtail.units import number_or_none


def read_overrides(overrides: Mapping[str, float | str]) -> dict[str, float]:
    """Overrides as floats; text is read as a SPICE number.

    >>> read_overrides({"RC": "4.7k"})
    {'rc': 4700.0}
    """
    values: dict[str, float] = {}
    for name, given in overrides.items():
        number = number_or_none(given.strip().lower()) if isinstance(given, str) else float(given)
        if number is None or not math.isfinite(number):
            raise OptionError(f"{name} is set to '{given}', which is no number", hint="write 4.7k, 1meg, 2e-3")
        values[name.lower()] = number
    return values


def top_level(root: Scope, faults: Faults) -> dict[str, Value]:
    """Every parameter of the top level with its value, each after those it needs.

    Faults are circular definitions and values that cannot be computed.
    """
    order: dict[str, None] = {}
    for name in root.contents.parameters:
        with faults.kept():
            order |= dict.fromkeys(root.dependency_order([name], order))
    found = {}
    for name in order:
        with faults.kept():
            root.nominal_parameter(name)
            if name in root.of_devices:
                continue
            found[name] = root.definition(name)
    return found


def check_temperature(root: Scope, temp_deg_c: Value, span: Span) -> None:
    """Raise NetlistError when the circuit's temperature is defined by `temper`, which is that temperature."""
    if isinstance(temp_deg_c, float):
        return
    names = [leaf.name for leaf in leaves(temp_deg_c) if isinstance(leaf, Name)]
    needed = root.dependency_order(name for name in names if name in root.contents.parameters)
    values = [temp_deg_c, *(root.definition(name) for name in needed)]
    if any(not isinstance(value, float) and reads_names(value, "temper") for value in values):
        raise NetlistError("the temperature of the circuit is defined by temper, which is that temperature", span=span)
