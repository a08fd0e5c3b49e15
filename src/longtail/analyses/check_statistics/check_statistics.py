"""Check of statistics: is what the netlist says of mismatch physical?"""

from __future__ import annotations

from pathlib import Path

from longtail.analyses.check_statistics.checks import CHECKS, GivenStatistics
from longtail.analyses.check_statistics.result import StatisticsCheck
from longtail.circuit import Circuit
from longtail.contract.analysis import Analysis
from longtail.contract.drive import Drive
from longtail.contract.options import INPUT_OPTIONS, SPREADS_OPTION
from longtail.driven.inputs import find_drives
from longtail.errors import LongtailError
from longtail.statistics.finding import find_spreads
from longtail.statistics.telling import file_notes


def run(circuit: Circuit, drive: Drive, spreads: Path | None) -> StatisticsCheck:
    """Every check in the order of its gravity; what a graver one has told of a device, a lighter one leaves out."""
    found = find_spreads(circuit, spreads)
    inputs, notes = _inputs(circuit, drive)
    said = GivenStatistics(circuit, found, inputs)
    read = file_notes(found)
    findings = tuple(finding for check in CHECKS for finding in check(said))
    return StatisticsCheck(circuit.title, 0 if found.assumed else len(found.causes), findings, (*read, *notes))


def _inputs(circuit: Circuit, drive: Drive) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The input nodes, and a note where there are none to be found."""
    try:
        return find_drives(circuit, drive).hot, ()
    except LongtailError as error:
        if drive.input or drive.output:
            raise
        return (), (f"no input pair is looked at: {error.message}",)


ANALYSIS = Analysis(
    "check-statistics",
    "Whether the mismatch that the netlist gives is physical, and what to write instead",
    run,
    StatisticsCheck,
    (*INPUT_OPTIONS, SPREADS_OPTION),
    draws=True,
)
