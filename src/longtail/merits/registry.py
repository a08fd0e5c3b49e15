"""The figures of merit by name: what sweeps measure of every lane, and what a datasheet has rows of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from longtail.circuit import Circuit
from longtail.contract.axes import frequency_axis
from longtail.devices.discovery import devices
from longtail.engine.equations.system import System
from longtail.errors import OptionError, nearest
from longtail.hints import said
from longtail.merits import gains, impedances, inputs, noise, poles, ranges, supplies
from longtail.merits.merit import LaneMerit, Merit, SpotMerit

SCALARS: tuple[Merit, ...] = (
    *gains.AT_HEADLINE,
    *gains.CORNERS,
    *inputs.MERITS,
    *supplies.MERITS,
    *ranges.MERITS,
    *impedances.MERITS,
    *noise.MERITS,
    *poles.MERITS,
)
MERITS: dict[str, Merit] = {merit.name: merit for merit in (*gains.OVER_FREQUENCY, *SCALARS)}
OF_PAIRS = (*gains.OF_PAIRS, *impedances.OF_PAIRS)
PSRR = "psrr"  # of one supply as psrr(vcc), of all by itself
DEFAULT = "differential_db,cmrr_db,bandwidth_hz"
ALIASES = {"offset": "input_offset"}  # other names of figures
AT_A_FREQUENCY = {"cmrr": "cmrr_db"}  # what a figure over frequency is called at one


def table() -> list[str]:
    """The figures of lanes in lines of Markdown: name, symbol, unit, and what it is.

    >>> table()[0]
    '| `differential_db` | A_dd, A_d | dB | differential gain |'
    """
    rows = (*SCALARS, replace(supplies.psrr("vcc"), parameter="rejection of a supply; `psrr` stands for all of them"))
    return [
        f"| `{m.name}` | {', '.join(filter(None, (m.symbol, m.single)))} | {m.unit} | {m.parameter} |" for m in rows
    ]


def of_point(name: str) -> bool:
    """Whether operating points alone tell it.

    >>> of_point("v(out)"), of_point("q1.ic"), of_point("supply_power"), of_point("cmrr_db"), of_point("psrr(vcc)@1k")
    (True, True, True, False, False)
    """
    base = name.partition("@")[0]
    merit = MERITS.get(ALIASES.get(base, base))
    return base != "gains" and not base.startswith(PSRR) if merit is None else merit.needs == "point"


def named(name: str, circuit: Circuit | None = None) -> Merit | None:
    """The merit of a name, as in cmrr_db, psrr(vcc), input_noise@1k or cmrr@50; None where there is none.

    Supplies are those of the `circuit`, any where none is given. Raises `OptionError` for a frequency that is none, and
    for one behind a figure that has none of its own.
    """
    base, sign, given = name.partition("@")
    own = ALIASES.get(base, AT_A_FREQUENCY.get(base, base) if sign else base)
    merit = MERITS.get(own)
    if merit is not None and own != base and not sign:
        return replace(merit, name=base)
    if merit is None and base.startswith(f"{PSRR}(") and base.endswith(")"):
        supply = base[len(PSRR) + 1 : -1]
        if circuit is not None and supply not in circuit.ports.supplies:
            raise _no_supply(f"'{supply}' is no supply", circuit, supply)
        merit = supplies.psrr(supply)
    if not sign or merit is None:
        return merit
    if not isinstance(merit, SpotMerit):
        raise OptionError(f"{base} is no figure of one frequency", hint=f"{', '.join(_spots())} are, as in cmrr_db@50")
    return merit.at(_frequency(name, given), name)


def _frequency(name: str, given: str) -> float:
    try:
        axis = frequency_axis(given)
    except OptionError as error:
        raise OptionError(f"'{name}': {error.message}", hint="a frequency in Hz, as in cmrr_db@50") from error
    if axis.size != 1:
        raise OptionError(f"'{name}' asks for {axis.size} frequencies", hint="give one, as in cmrr_db@50")
    return float(axis[0])


def _spots() -> list[str]:
    return [merit.name for merit in SCALARS if isinstance(merit, SpotMerit)]


def _no_supply(message: str, circuit: Circuit, name: str = "") -> OptionError:
    there = circuit.ports.supplies
    if not there:
        return OptionError("no supplies are known", hint="name them in the netlist, as in '*@ supply vcc'")
    return OptionError(message, hint=nearest(name, there) or f"there are {', '.join(there)}")


def measures(given: Sequence[str], circuit: Circuit, outputs: int) -> tuple[Merit, ...]:
    """What names ask for: "gains", "op" and "psrr" stand for all that they have, v(node), i(device) and q1.ic for
    single ones; a frequency may follow, as in cmrr_db@50.

    `outputs` is the number of output nodes, 0 where none are known. Raises `OptionError` for another name, with the
    nearest that there is.
    """
    found: dict[str, Merit] = {}
    for name in given:
        for word in _expanded(name, circuit, outputs):
            found[word] = named(word, circuit) or _of_point(word, circuit)
    if not found:
        raise OptionError("nothing to measure", hint=said("as in {measure}", measure="differential_db,cmrr_db"))
    wrong = next((name for name in found if outputs == 1 and name.partition("@")[0] in OF_PAIRS), None)
    if wrong:
        one = "its impedance is z_od: Z_o" if wrong.startswith("z_") else "its rejection is of 'common': A_cm"
        raise OptionError(f"a single-ended output has no {wrong}", hint=one)
    if "supply_power" in found and not circuit.ports.supplies:
        raise _no_supply("", circuit)
    return tuple(found.values())


def _expanded(name: str, circuit: Circuit, outputs: int) -> list[str]:
    if name == "gains":
        return [m.name for m in gains.OVER_FREQUENCY if outputs == 2 or m.name not in gains.OF_PAIRS]
    if name == "op":
        return [*(f"v({node})" for node in circuit.nodes), *_branches(circuit)]
    base, sign, at = name.partition("@")
    if base == PSRR:
        if not circuit.ports.supplies:
            raise _no_supply("", circuit)
        return [f"{PSRR}({supply}){sign}{at}" for supply in circuit.ports.supplies]
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
        return LaneMerit(name, name, f"{name} of the operating point", unit, lambda s: s.point[key])
    device, _, quantity = name.rpartition(".")
    if device in circuit.instances:
        declared = {q.name: q for q in devices()[circuit.instances[device].device].quantities if q.name != "region"}
        if quantity in declared:
            q = declared[quantity]
            return LaneMerit(name, name, q.doc, q.unit, lambda s: s.point.quantities[device][quantity])
        raise OptionError(
            f"{device} has no quantity '{quantity}'",
            hint=nearest(quantity, declared) or f"it has: {', '.join(declared) or 'none'}",
        )
    words = ["gains", "op", PSRR, *MERITS]
    raise OptionError(
        f"there is nothing called '{name}' to measure",
        hint=nearest(name, [*words, *nodes, *_branches(circuit)])
        or f"there are {', '.join(words)}, v(node), i(device) and q1.ic",
    )
