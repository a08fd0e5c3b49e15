"""The small-signal elements of field-effect transistors with the local names d, g, s, b, di and si, and the signs of
what they report."""

from __future__ import annotations

from dataclasses import replace

from longtail.devices.base import Parameters
from longtail.devices.small_signal import CAPACITANCE, CONDUCTANCE, Pattern, between, in_series
from longtail.lanes.graph import Real

_CHANNEL = ("di", "si")
_TRANSCONDUCTANCE = Pattern("g", "m", _CHANNEL, ("g", "si"), ("di", "g"), "transconductance", turns=True)
_BULK_TRANSCONDUCTANCE = Pattern("g", "mb", _CHANNEL, ("b", "si"), ("di", "b"), "bulk transconductance", turns=True)
_OUTPUT = Pattern("g", "ds", _CHANNEL, _CHANNEL, ("si", "di"), "output resistance", CONDUCTANCE, ("r", "o"), turns=True)
_OHMIC = (
    in_series("dd", "d", "di", "drain series resistance", "d"),
    in_series("ss", "s", "si", "source series resistance", "s"),
)
_GATE_CAPACITANCES = (
    between("c", "gs", "g", "si", "gate-source capacitance", CAPACITANCE),
    between("c", "gd", "g", "di", "gate-drain capacitance", CAPACITANCE),
)

WITH_BULK = (
    *_OHMIC,
    between("g", "bd", "b", "di", "bulk-drain junction conductance"),
    between("g", "bs", "b", "si", "bulk-source junction conductance"),
    _TRANSCONDUCTANCE,
    _BULK_TRANSCONDUCTANCE,
    _OUTPUT,
    *_GATE_CAPACITANCES,
    between("c", "gb", "g", "b", "gate-bulk capacitance", CAPACITANCE),
    between("c", "bd", "b", "di", "bulk-drain capacitance", CAPACITANCE),
    between("c", "bs", "b", "si", "bulk-source capacitance", CAPACITANCE),
)
# gate and bulk behind resistances, too
WITH_BULK_INSIDE = (
    *_OHMIC,
    in_series("gg", "g", "gi", "gate series resistance", "g"),
    in_series("bb", "b", "bi", "bulk series resistance", "b"),
    between("g", "bd", "bi", "di", "bulk-drain junction conductance"),
    between("g", "bs", "bi", "si", "bulk-source junction conductance"),
    replace(_TRANSCONDUCTANCE, columns=("gi", "si"), read=("di", "gi")),
    replace(_BULK_TRANSCONDUCTANCE, columns=("bi", "si"), read=("di", "bi")),
    _OUTPUT,
    between("c", "gs", "gi", "si", "gate-source capacitance", CAPACITANCE),
    between("c", "gd", "gi", "di", "gate-drain capacitance", CAPACITANCE),
    between("c", "gb", "gi", "bi", "gate-bulk capacitance", CAPACITANCE),
    between("c", "bd", "bi", "di", "bulk-drain capacitance", CAPACITANCE),
    between("c", "bs", "bi", "si", "bulk-source capacitance", CAPACITANCE),
)
# a channel of charges, not capacitors: the gate moves the charge at the drain by other than the drain moves the gate's
WITH_BULK_AND_CHARGES = (
    *WITH_BULK,
    Pattern(
        "c", "bg", ("b", "si"), ("g", "b"), ("b", "g"), "slope of the bulk charge by the gate voltage", CAPACITANCE
    ),
    Pattern("c", "m", _CHANNEL, ("g", "si"), ("di", "g"), "slope of the drain charge by the gate voltage", CAPACITANCE),
    Pattern(
        "c", "mb", _CHANNEL, ("b", "si"), ("di", "b"), "slope of the drain charge by the bulk voltage", CAPACITANCE
    ),
    between("c", "ds", "di", "si", "drain-source capacitance", CAPACITANCE),
)
WITH_JUNCTION_GATE = (
    *_OHMIC,
    between("g", "gs", "g", "si", "gate-source junction conductance"),
    between("g", "gd", "g", "di", "gate-drain junction conductance"),
    _TRANSCONDUCTANCE,
    _OUTPUT,
    *_GATE_CAPACITANCES,
)
WITH_BODY_DIODE = (
    *_OHMIC,
    in_series("gg", "g", "gi", "gate series resistance", "g"),
    in_series("bb", "s", "bi", "series resistance of the body diode", "b"),
    between("g", "d", "bi", "d", "conductance of the body diode"),
    replace(_TRANSCONDUCTANCE, columns=("gi", "si"), read=("di", "gi")),
    _OUTPUT,
    between("c", "gs", "gi", "si", "gate-source capacitance", CAPACITANCE),
    between("c", "gd", "gi", "di", "gate-drain capacitance", CAPACITANCE),
    between("c", "ds", "bi", "d", "capacitance of the body diode", CAPACITANCE),
)


def at_terminals(p: Parameters, **own_sense: Real) -> dict[str, Real]:
    """Voltages and currents of the device's own sense as they are at its terminals: negative for a p channel where they
    are positive for an n channel, as V_GS = v_g - v_s and a current counted into the drain are."""
    return {name: p.polarity * value for name, value in own_sense.items()}
