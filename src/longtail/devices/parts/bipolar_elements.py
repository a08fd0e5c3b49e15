"""The small-signal elements of a bipolar transistor with the local names c, b, e, s, ci, bi and ei."""

from __future__ import annotations

from longtail.devices.small_signal import CAPACITANCE, Pattern, between, in_series

_BE, _BC, _CE = ("bi", "ei"), ("bi", "ci"), ("ci", "ei")
_CROWDING = "slope of the base resistance's current by the base-{} voltage"

ELEMENTS = (
    in_series("x", "b", "bi", "base resistance", "x"),
    in_series("c", "c", "ci", "collector series resistance", "c"),
    in_series("e", "e", "ei", "emitter series resistance", "e"),
    Pattern("g", "xe", ("b", "bi"), _BE, ("b", "ei"), _CROWDING.format("emitter")),
    Pattern("g", "xc", ("b", "bi"), _BC, ("b", "ci"), _CROWDING.format("collector")),
    between("g", "sub", "s", "ci", "substrate junction conductance"),
    between("g", "sub", "s", "bi", "substrate junction conductance"),
    Pattern("g", "pi", _BE, _BE, ("bi", "ei"), "base-emitter resistance", 0, ("r", "pi")),
    Pattern("g", "mu", _BC, _BC, ("bi", "ci"), "base-collector resistance", 0, ("r", "mu")),
    Pattern("g", "o", _CE, _CE, ("ei", "ci"), "output resistance", 0, ("r", "o")),
    Pattern("g", "m", _CE, _BE, ("ei", "bi"), "transconductance"),
    between("c", "sub", "s", "ci", "substrate capacitance", CAPACITANCE),
    between("c", "sub", "s", "bi", "substrate capacitance", CAPACITANCE),
    Pattern("c", "pi", _BE, _BE, ("ei", "ei"), "base-emitter capacitance", CAPACITANCE),
    Pattern("c", "be", _BE, _BC, ("ei", "ci"), "slope of the emitter charge by the collector voltage", CAPACITANCE),
    Pattern("c", "mu", _BC, _BC, ("bi", "ci"), "base-collector capacitance", CAPACITANCE),
    between("c", "bx", "b", "ci", "capacitance from the outer base to the collector", CAPACITANCE),
)
