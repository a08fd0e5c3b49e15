"""Which named elements the small-signal circuit of each kind of device is made of, and how to read their values.

A device is known by its terminals, so that every field-effect transistor with (d, g, s, b) has the same elements
whatever its model. An element is an admittance y between a pair of rows and a pair of columns: it draws the current
y*(v_c1 - v_c2) out of row r1 and puts it into row r2. Its value is one entry of what remains of the matrix after
the elements before it in the list have been taken away, so the order of a list matters.
"""

from __future__ import annotations

from dataclasses import dataclass

CONDUCTANCE, CAPACITANCE = 0, 1  # powers of s


@dataclass(frozen=True, slots=True)
class Pattern:
    """A standard element. `head` and `sub` are its symbol, "g" and "m"; `resistance`: shown as 1/y under the name
    of `shown`, "r_o" for 1/g_o. `rows`, `columns`: local names; `read` the entry that gives the value."""

    head: str
    sub: str
    rows: tuple[str, str]
    columns: tuple[str, str]
    read: tuple[str, str]
    meaning: str
    order: int = CONDUCTANCE
    shown: tuple[str, str] | None = None


def _between(
    head: str, sub: str, a: str, b: str, meaning: str, order: int = CONDUCTANCE, shown: tuple[str, str] | None = None
) -> Pattern:
    """An element with two ends, its value read from the entry across."""
    return Pattern(head, sub, (a, b), (a, b), (a, b), meaning, order, shown)


def _field_effect(drain: str, source: str) -> tuple[Pattern, ...]:
    """The channel of a transistor in which `drain` acts as drain and `source` as source."""
    channel = (drain, source)
    return (
        Pattern("g", "m", channel, ("g", source), (drain, "g"), "transconductance"),
        Pattern("g", "mb", channel, ("b", source), (drain, "b"), "bulk transconductance"),
        Pattern("g", "ds", channel, channel, (source, drain), "output resistance", CONDUCTANCE, ("r", "o")),
    )


_OHMIC_FET = (
    Pattern("g", "dd", ("d", "di"), ("d", "di"), ("d", "d"), "drain series resistance", 0, ("r", "d")),
    Pattern("g", "ss", ("s", "si"), ("s", "si"), ("s", "s"), "source series resistance", 0, ("r", "s")),
)
_GATE = (
    _between("c", "gs", "g", "si", "gate-source capacitance", CAPACITANCE),
    _between("c", "gd", "g", "di", "gate-drain capacitance", CAPACITANCE),
)
_MOS = (
    *_OHMIC_FET,
    _between("g", "bd", "b", "di", "bulk-drain junction conductance"),
    _between("g", "bs", "b", "si", "bulk-source junction conductance"),
)
_MOS_CAPACITANCES = (
    *_GATE,
    _between("c", "gb", "g", "b", "gate-bulk capacitance", CAPACITANCE),
    _between("c", "bd", "b", "di", "bulk-drain capacitance", CAPACITANCE),
    _between("c", "bs", "b", "si", "bulk-source capacitance", CAPACITANCE),
)
_JFET = (
    *_OHMIC_FET,
    _between("g", "gs", "g", "si", "gate-source junction conductance"),
    _between("g", "gd", "g", "di", "gate-drain junction conductance"),
)
_BE, _BC, _CE, _CB = ("bi", "ei"), ("bi", "ci"), ("ci", "ei"), ("ci", "bi")
_CROWDING = "slope of the base resistance's current by the base-{} voltage"
_BIPOLAR = (
    Pattern("g", "x", ("b", "bi"), ("b", "bi"), ("b", "b"), "base resistance", 0, ("r", "x")),
    Pattern("g", "c", ("c", "ci"), ("c", "ci"), ("c", "c"), "collector series resistance", 0, ("r", "c")),
    Pattern("g", "e", ("e", "ei"), ("e", "ei"), ("e", "e"), "emitter series resistance", 0, ("r", "e")),
    Pattern("g", "xe", ("b", "bi"), _BE, ("b", "ei"), _CROWDING.format("emitter")),
    Pattern("g", "xc", ("b", "bi"), _BC, ("b", "ci"), _CROWDING.format("collector")),
    _between("g", "sub", "s", "ci", "substrate junction conductance"),
    _between("g", "sub", "s", "bi", "substrate junction conductance"),
    Pattern("g", "pi", _BE, _BE, ("bi", "ei"), "base-emitter resistance", 0, ("r", "pi")),
    Pattern("g", "mu", _BC, _BC, ("bi", "ci"), "base-collector resistance", 0, ("r", "mu")),
    Pattern("g", "o", _CE, _CE, ("ei", "ci"), "output resistance", 0, ("r", "o")),
    Pattern("g", "m", _CE, _BE, ("ei", "bi"), "transconductance"),
    _between("c", "sub", "s", "ci", "substrate capacitance", CAPACITANCE),
    _between("c", "sub", "s", "bi", "substrate capacitance", CAPACITANCE),
    Pattern("c", "pi", _BE, _BE, ("ei", "ei"), "base-emitter capacitance", CAPACITANCE),
    Pattern("c", "be", _BE, _BC, ("ei", "ci"), "slope of the emitter charge by the collector voltage", CAPACITANCE),
    Pattern("c", "mu", _BC, _BC, ("bi", "ci"), "base-collector capacitance", CAPACITANCE),
    _between("c", "bx", "b", "ci", "capacitance from the outer base to the collector", CAPACITANCE),
)
_DIODE = (
    Pattern("g", "s", ("a", "ai"), ("a", "ai"), ("a", "a"), "series resistance", 0, ("r", "s")),
    _between("g", "d", "ai", "k", "slope resistance", CONDUCTANCE, ("r", "d")),
    _between("c", "d", "ai", "k", "junction capacitance", CAPACITANCE),
)


def patterns(terminals: tuple[str, ...], forward: bool) -> tuple[Pattern, ...]:
    """The elements of a device with these terminals; `forward`: the terminal called drain acts as drain.

    >>> [p.head + "_" + p.sub for p in patterns(("a", "k"), True)]
    ['g_s', 'g_d', 'c_d']
    """
    channel = _field_effect("di", "si") if forward else _field_effect("si", "di")
    match terminals:
        case ("d", "g", "s", "b"):
            return (*_MOS, *channel, *_MOS_CAPACITANCES)
        case ("d", "g", "s"):
            return (*_JFET, channel[0], channel[2], *_GATE)
        case ("c", "b", "e", "s"):
            return _BIPOLAR
        case ("a", "k"):
            return _DIODE
        case _:
            return ()
