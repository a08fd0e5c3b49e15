"""The figures of merit by name: what sweeps measure of every lane, and what a datasheet has rows of."""

from __future__ import annotations

from collections.abc import Sequence

from longtail.circuit import Circuit
from longtail.devices.discovery import devices
from longtail.engine.equations.system import System
from longtail.errors import OptionError, nearest
from longtail.hints import said
from longtail.merits import gains, inputs, supplies
from longtail.merits.merit import Merit

SCALARS = (*gains.AT_HEADLINE, *gains.CORNERS, *inputs.MERITS, *supplies.MERITS)
MERITS = {merit.name: merit for merit in (*gains.OVER_FREQUENCY, *SCALARS)}
DEFAULT = "differential_db,cmrr_db,bandwidth_hz"


def of_point(name: str) -> bool:
    """Whether operating points alone tell it.

    >>> of_point("v(out)"), of_point("q1.ic"), of_point("supply_power"), of_point("cmrr_db")
    (True, True, True, False)
    """
    merit = MERITS.get(name)
    return name != "gains" if merit is None else merit.needs == "point"


def measures(given: Sequence[str], circuit: Circuit, outputs: int) -> tuple[Merit, ...]:
    """What names ask for: "gains" and "op" stand for all that they have, v(node), i(device) and q1.ic for single ones.

    `outputs` is the number of output nodes, 0 where none are known. Raises `OptionError` for another name, with the
    nearest that there is.
    """
    found: dict[str, Merit] = {}
    for name in given:
        for word in _expanded(name, circuit, outputs):
            found[word] = MERITS.get(word) or _of_point(word, circuit)
    if not found:
        raise OptionError("nothing to measure", hint=said("as in {measure}", measure="differential_db,cmrr_db"))
    wrong = [name for name in gains.OF_PAIRS if name in found and outputs == 1]
    if wrong:
        raise OptionError(f"a single-ended output has no {wrong[0]}", hint="its rejection is of 'common': A_cm")
    if "supply_power" in found and not circuit.ports.supplies:
        raise OptionError("no supplies are known", hint="name them in the netlist, as in '*@ supply vcc'")
    return tuple(found.values())


def _expanded(name: str, circuit: Circuit, outputs: int) -> list[str]:
    if name == "gains":
        return [m.name for m in gains.OVER_FREQUENCY if outputs == 2 or m.name not in gains.OF_PAIRS]
    if name == "op":
        return [*(f"v({node})" for node in circuit.nodes), *_branches(circuit)]
    return [name]


def _branches(circuit: Circuit) -> list[str]:
    """The currents that are unknowns, as in i(vcc)."""
    return [u.name for u in System(circuit).unknowns if u.unit == "A"]


def _of_point(name: str, circuit: Circuit) -> Merit:
    """A node voltage, a branch current or a quantity of a device."""
    nodes = [f"v({node})" for node in circuit.nodes]
    if name in nodes or (name.startswith("i(") and name in _branches(circuit)):
        unit = "V" if name in nodes else "A"
        key = name[2:-1] if unit == "V" else name
        return Merit(name, name, f"{name} of the operating point", unit, lambda s: s.point[key])
    device, _, quantity = name.rpartition(".")
    if device in circuit.instances:
        declared = {q.name: q for q in devices()[circuit.instances[device].device].quantities if q.name != "region"}
        if quantity in declared:
            q = declared[quantity]
            return Merit(name, name, q.doc, q.unit, lambda s: s.point.quantities[device][quantity])
        raise OptionError(
            f"{device} has no quantity '{quantity}'",
            hint=nearest(quantity, declared) or f"it has: {', '.join(declared) or 'none'}",
        )
    words = ["gains", "op", *MERITS]
    raise OptionError(
        f"there is nothing called '{name}' to measure",
        hint=nearest(name, [*words, *nodes, *_branches(circuit)])
        or f"there are {', '.join(words)}, v(node), i(device) and q1.ic",
    )
