"""longtail, a workbench for differential amplifiers.

A SPICE netlist in; operating point, differential and common-mode gain, mode conversion and CMRR out.

    import longtail as lt

    amp = lt.read("pair.cir")
    print(amp.analyze().to_text())
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from longtail import modes
    from longtail.amplifier import Amplifier, read
    from longtail.analyses.analyze import Datasheet
    from longtail.analyses.gains import ModeGains
    from longtail.analyses.lanes import grid
    from longtail.analyses.op import OpResult
    from longtail.bench.behavioral import Behavioral
    from longtail.circuit import Circuit
    from longtail.errors import (
        AnalysisError,
        ConvergenceError,
        InputError,
        LongtailError,
        NetlistError,
        OptionError,
        StructuralError,
        UnsupportedError,
    )

__version__ = "0.1.0"

__all__ = [
    "Amplifier",
    "AnalysisError",
    "Behavioral",
    "Circuit",
    "ConvergenceError",
    "Datasheet",
    "InputError",
    "LongtailError",
    "ModeGains",
    "NetlistError",
    "OpResult",
    "OptionError",
    "StructuralError",
    "UnsupportedError",
    "grid",
    "modes",
    "read",
]

# Where each public name lives. They are imported when first used, so that `longtail --help` starts at once.
_HOMES = {
    "Amplifier": "amplifier",
    "Behavioral": "bench.behavioral",
    "read": "amplifier",
    "Circuit": "circuit",
    "Datasheet": "analyses.analyze",
    "ModeGains": "analyses.gains",
    "OpResult": "analyses.op",
    "grid": "analyses.lanes",
}


def __getattr__(name: str) -> Any:
    if name == "modes":
        return importlib.import_module("longtail.modes")
    if name not in __all__:
        raise AttributeError(f"module 'longtail' has no attribute '{name}'")
    return getattr(importlib.import_module(f"longtail.{_HOMES.get(name, 'errors')}"), name)
