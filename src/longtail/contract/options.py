"""Options that many analyses have."""

from __future__ import annotations

from dataclasses import replace

from longtail.contract.analysis import Option
from longtail.contract.axes import DEFAULT, FORMS, FREQUENCY_FORMS, level_axis
from longtail.contract.counted import Counted
from longtail.contract.drive import Drive
from longtail.contract.kinds import COUNT, FILE, FLAG, FREQUENCY, LANES, NAMES, NODES, NUMBER, RANGE
from longtail.devices.base import ZERO_CELSIUS

NONE, NEEDED, OWN = "none", "none, it must be given", "the netlist's own"  # what holds without an option
PORTS = "as the netlist says, or as found"
INPUT_OPTIONS = (
    Option("input", NODES, "", "input nodes or input voltage sources, positive first", group=Drive, otherwise=PORTS),
    Option("output", NODES, "", "output nodes, positive first, or one node", group=Drive, otherwise=PORTS),
)
NULL_OPTIONS = (
    Option("vcm", NUMBER, "V", "dc common-mode level of the inputs", group=Drive, otherwise=OWN),
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
        "output voltage to null to",
        needs="null",
        group=Drive,
        otherwise="0 for a pair, mid-supply for one node",
    ),
)
FREE_NULL_OPTIONS = tuple(replace(option, needs="") for option in NULL_OPTIONS)  # of analyses that null without a flag
COLDEST, HOTTEST = 1.0 - ZERO_CELSIUS, 1000.0  # degC: no junction is one there
FREQUENCY_OPTION = Option("frequency_hz", FREQUENCY, "Hz", f"frequencies: {FREQUENCY_FORMS}", DEFAULT)
LANE_OPTIONS = (
    Option(
        "parameters",
        LANES,
        "",
        "arrays by parameter name, or a grid: a lane for every value",
        python_only=True,
        otherwise=NONE,
    ),
    Option("threads", COUNT, "", "threads that share the lanes", 1, low=1, high=256, python_only=True),
)
VCM_OPTION = Option(
    "vcm",
    RANGE,
    "V",
    f"dc common-mode levels: {FORMS}, or 'supplies' for all between them",
    reads=level_axis,
    otherwise=OWN,
)
SPREADS_OPTION = Option(
    "spreads",
    FILE,
    "",
    "TOML file of mismatch, process and positions, beside the netlist and before it",
    otherwise=NONE,
)
SPREAD_OPTIONS = (
    Option("mismatch", FLAG, "", "only mismatch counts, each device by itself", False, group=Counted),
    Option("process", FLAG, "", "only the process counts, all devices together", False, group=Counted),
    Option("both", FLAG, "", "mismatch and process count, as also where nothing is said", False, group=Counted),
    Option("only", NAMES, "", "devices that spread, as in q1,q2,rc*", group=Counted, otherwise="all of them"),
    replace(SPREADS_OPTION, group=Counted),
)
