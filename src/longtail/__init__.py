"""longtail, a workbench for differential amplifiers.

A SPICE netlist in; operating point, differential and common-mode gain, mode conversion and CMRR out.

    import longtail as lt

    amp = lt.read("pair.cir")
    print(amp.analyze().to_text())
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from longtail import modes
    from longtail.amplifier import Amplifier, read
    from longtail.analyses.gains import ModeGains
    from longtail.analyses.op import OpResult
    from longtail.bench.behavioral import Behavioral
    from longtail.circuit import Circuit
    from longtail.datasheet.analyze import Datasheet
    from longtail.driven.grid import grid
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


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first used, so that `longtail --help` starts at once."""
    if name not in __all__:
        raise AttributeError(f"module 'longtail' has no attribute '{name}'")
    from longtail.registry import public

    return public(name)


def __dir__() -> list[str]:
    return sorted(__all__)
