"""What an analysis is about. It decides where the analysis is offered: of an amplifier, or of the package itself."""

from __future__ import annotations

from enum import Enum


class Subject(Enum):
    """What an analysis is about.

    CIRCUIT  a netlist: `run(circuit, ...)`, a method of an amplifier, a command with a FILE
    OPTIONS  nothing but its options: `run(...)`, a function of the package, a command without one
    """

    CIRCUIT = "circuit"
    OPTIONS = "options"
