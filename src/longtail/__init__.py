"""longtail, a workbench for differential amplifiers.

A SPICE netlist in; operating point, differential and common-mode gain, mode conversion and CMRR out.

    import longtail as lt

    amp = lt.read("pair.cir")
    print(amp.analyze().to_text())
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the public names and their homes; read at run time too, by `longtail.registry`
    from longtail import modes
    from longtail.amplifier import Amplifier, read
    from longtail.analyses.behavioral import BehavioralModel
    from longtail.analyses.check_statistics.result import StatisticsCheck
    from longtail.analyses.cmrr import CmrrMap
    from longtail.analyses.contributions.result import Contributions
    from longtail.analyses.derive import Derivation
    from longtail.analyses.formula.result import Formula
    from longtail.analyses.gains import ModeGains
    from longtail.analyses.half import HalfCircuits
    from longtail.analyses.impedance import Impedances
    from longtail.analyses.monte_carlo.result import MonteCarlo
    from longtail.analyses.noise.result import Noise
    from longtail.analyses.offset import Offset
    from longtail.analyses.op import OpResult
    from longtail.analyses.poles.poles import PolesAndZeros
    from longtail.analyses.predict import Prediction
    from longtail.analyses.psrr import SupplyRejection
    from longtail.analyses.range import OperatingRange
    from longtail.analyses.source_imbalance import SourceImbalance
    from longtail.analyses.sweep.sweep import SweepResult
    from longtail.analyses.transfer.transfer import Transfer
    from longtail.analyses.worst_case.result import WorstCase
    from longtail.analyses.yields.result import Yields
    from longtail.bench.behavioral import Behavioral
    from longtail.circuit import Circuit
    from longtail.contract.axes import decades
    from longtail.contract.result import Result
    from longtail.datasheet.analyze import Datasheet
    from longtail.driven.grid import grid
    from longtail.errors import (
        AnalysisError,
        ConvergenceError,
        InputError,
        LongtailError,
        NetlistError,
        NetlistErrors,
        OptionError,
        SizeError,
        StructuralError,
        UnsupportedError,
        WorkersError,
    )
    from longtail.methods.of_options import predict

__version__ = "0.1.0"

__all__ = [
    "Amplifier",
    "AnalysisError",
    "Behavioral",
    "BehavioralModel",
    "Circuit",
    "CmrrMap",
    "Contributions",
    "ConvergenceError",
    "Datasheet",
    "Derivation",
    "Formula",
    "HalfCircuits",
    "Impedances",
    "InputError",
    "LongtailError",
    "ModeGains",
    "MonteCarlo",
    "NetlistError",
    "NetlistErrors",
    "Noise",
    "Offset",
    "OpResult",
    "OperatingRange",
    "OptionError",
    "PolesAndZeros",
    "Prediction",
    "Result",
    "SizeError",
    "SourceImbalance",
    "StatisticsCheck",
    "StructuralError",
    "SupplyRejection",
    "SweepResult",
    "Transfer",
    "UnsupportedError",
    "WorkersError",
    "WorstCase",
    "Yields",
    "decades",
    "grid",
    "modes",
    "predict",
    "read",
]


if not TYPE_CHECKING:  # a type checker would take any name at all

    def __getattr__(name: str) -> Any:
        """A public name, imported when it is first used, so that `longtail --help` starts at once."""
        from longtail.errors import nearest
        from longtail.registry import public

        if name not in __all__:
            hint = nearest(name, __all__)
            raise AttributeError(f"module 'longtail' has no attribute '{name}'" + (f": {hint}" if hint else ""))
        return public(name)


def __dir__() -> list[str]:
    return sorted(__all__)
