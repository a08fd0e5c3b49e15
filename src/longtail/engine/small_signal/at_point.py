"""The linear model at an operating point, of whatever size the circuit is."""

from __future__ import annotations

import numpy as np

from longtail.engine.equations.large import LargeSystem
from longtail.engine.equations.potentials import HINT, lost_potentials, said, without
from longtail.engine.equations.system import Array, SparseMatrix
from longtail.engine.small_signal.large_linear import linearize_large
from longtail.engine.small_signal.linearization import Linearization, SlopeReader, slopes_of
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.errors import AnalysisError


def linearize(operating_point: OperatingPoint) -> Linearization:
    """The linear model at an operating point, all lanes at once."""
    system = operating_point.system
    if isinstance(system, LargeSystem) and len(operating_point.solution) == 1:
        large = linearize_large(operating_point, system)
        _check_potentials(operating_point, large.entries[1])
        return large
    linear = system.linear
    reader = SlopeReader(slopes_of(operating_point))
    entries = reader.entries(linear.conductance), reader.entries(linear.capacitance)
    b = linear.inputs
    columns = SparseMatrix(b.constant[:, : len(system.drives)], b.rows, b.columns).dense(reader.entries(b))
    delays = tuple((d.dense(reader.entries(d)), reader.row()) for d in linear.delays)
    _check_potentials(operating_point, entries[1])
    return Linearization(operating_point, entries, columns, delays, (linear.conductance, linear.capacitance))


def _check_potentials(point: OperatingPoint, capacitances: Array) -> None:
    """Make the capacitances `[entry, lane]` of lanes nan in which a junction has lost its built-in potential.

    Raises `AnalysisError` where all lanes are such.
    """
    lanes = len(point.solution)
    lost = lost_potentials(point.system, point.values, lanes)
    where = without(lost, lanes)
    if lanes and where.all():
        raise AnalysisError(f"small signals have no figures: {said(lost, point.system.circuit)}", hint=HINT)
    capacitances[:, where] = np.nan
