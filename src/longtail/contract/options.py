"""Options that many analyses have."""

from __future__ import annotations

from dataclasses import replace

from longtail.contract.analysis import Option
from longtail.contract.axes import DEFAULT

INPUT_OPTIONS = (
    Option("input", "nodes", "", "input nodes or input voltage sources, positive first"),
    Option("output", "nodes", "", "output nodes, positive first, or one node"),
)
NULL_OPTIONS = (
    Option("vcm", "number", "V", "dc common-mode level of the inputs; the netlist's own if not given"),
    Option("null", "flag", "", "find the input offset that brings the output to its target, and analyze there", False),
    Option(
        "target",
        "number",
        "V",
        "output voltage to null to: 0 for a pair, mid-supply for one node if not given",
        needs="null",
    ),
)
FREE_NULL_OPTIONS = tuple(replace(option, needs="") for option in NULL_OPTIONS)  # of analyses that null without a flag
FREQUENCY_OPTION = Option("frequency_hz", "frequency", "Hz", "start:stop:points-per-decade", DEFAULT)
LANE_OPTIONS = (
    Option("parameters", "lanes", "", "arrays by parameter name, or a grid: a lane for every value", python_only=True),
    Option("threads", "number", "", "threads that share the lanes", 1, low=1, high=256, python_only=True),
)
VCM_OPTION = Option(
    "vcm",
    "range",
    "V",
    "dc common-mode levels: start:stop:points, a list, or 'supplies' for all between them; the netlist's own if not "
    "given",
)
