"""Options that many analyses have."""

from __future__ import annotations

from dataclasses import replace

from longtail.contract.analysis import Option
from longtail.contract.axes import DEFAULT, FORMS, FREQUENCY_FORMS, level_axis
from longtail.contract.drive import Drive
from longtail.contract.kinds import COUNT, FLAG, FREQUENCY, LANES, NODES, NUMBER, RANGE
from longtail.devices.base import ZERO_CELSIUS

INPUT_OPTIONS = (
    Option("input", NODES, "", "input nodes or input voltage sources, positive first", group=Drive),
    Option("output", NODES, "", "output nodes, positive first, or one node", group=Drive),
)
NULL_OPTIONS = (
    Option("vcm", NUMBER, "V", "dc common-mode level of the inputs; the netlist's own if not given", group=Drive),
    Option(
        "null",
        FLAG,
        "",
        "find the input offset that brings the output to its target, and analyze there",
        False,
        group=Drive,
    ),
    Option(
        "target",
        NUMBER,
        "V",
        "output voltage to null to: 0 for a pair, mid-supply for one node if not given",
        needs="null",
        group=Drive,
    ),
)
FREE_NULL_OPTIONS = tuple(replace(option, needs="") for option in NULL_OPTIONS)  # of analyses that null without a flag
COLDEST, HOTTEST = 1.0 - ZERO_CELSIUS, 1000.0  # degC: no junction is one there
FREQUENCY_OPTION = Option("frequency_hz", FREQUENCY, "Hz", f"frequencies: {FREQUENCY_FORMS}", DEFAULT)
LANE_OPTIONS = (
    Option("parameters", LANES, "", "arrays by parameter name, or a grid: a lane for every value", python_only=True),
    Option("threads", COUNT, "", "threads that share the lanes", 1, low=1, high=256, python_only=True),
)
VCM_OPTION = Option(
    "vcm",
    RANGE,
    "V",
    f"dc common-mode levels: {FORMS}, or 'supplies' for all between them; the netlist's own if not given",
    reads=level_axis,
)
