"""Port currents and injected currents in modes, as weights on the unknowns of a system."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longtail import modes
from longtail.circuit import GROUND, Circuit
from longtail.driven.drives import Drives, hot_end
from longtail.engine.equations.system import System
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.small_signal.refinement import refined
from longtail.engine.solving.operating_point import OperatingPoint

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

# What is left of a difference below this part of its terms is rounding, and says nothing of the circuit; of equations
# that are solved once more, a tenth of it.
ROUNDING = 1e-12
REFINED = 0.1 * ROUNDING
NO_CURRENT = 1e-24  # A: less is rounding; a single electron in two days is more


def input_currents(drives: Drives, system: System) -> Real:
    """What i_d = (i1 - i2)/2 and i_c = i1 + i2 take of the unknowns, `[mode, unknown]`.

    i1 and i2 flow from the hot ends of the input sources into the amplifier, and into whatever stands before it.
    """
    weights = np.zeros((2, len(system.unknowns)))
    split = np.array(modes.split_currents(np.array([1.0, 0.0]), np.array([0.0, 1.0])))
    for column, source in zip(split.T, drives.sources, strict=True):
        weights[:, system.index[f"i({source})"]] -= column
    return weights


def output_injection(drives: Drives, system: System) -> Real:
    """Right-hand sides `[unknown, mode]` of one ampere in each output mode, into the output nodes.

    i_od = 1 A enters the first node and leaves the second; i_oc = 1 A enters half at each. One node has one mode.
    """
    right = np.zeros((len(system.unknowns), len(drives.output)))
    shares = np.ones((1, 1))
    if len(drives.output) == 2:
        shares = np.array(modes.join_currents(np.array([1.0, 0.0]), np.array([0.0, 1.0])))
    for node, share in zip(drives.output, shares, strict=True):
        if node != GROUND:
            right[system.index[node]] += share
    return right


def source_columns(circuit: Circuit, system: System, names: Sequence[str]) -> Real:
    """Right-hand sides `[unknown, source]`: the hot end of each voltage source one volt up."""
    right = np.zeros((len(system.unknowns), len(names)))
    for k, name in enumerate(names):
        right[system.index[f"i({name})"], k] = hot_end(circuit.instances[name])[1]
    return right


def signal_level(point: OperatingPoint, x: Complex) -> Real:
    """The largest voltage of all nodes in solutions `[..., unknown, combination]`: rounding is a part of it.

    A bridge or an input stage cancels signals long before the output, so every node counts.
    """
    voltages = [k for k, unknown in enumerate(point.system.unknowns) if unknown.unit == "V"]
    level: Real = np.abs(x[..., voltages, :]).max(axis=(-2, -1))
    return level


def above(gains: Complex, floor: Real) -> Complex:
    """Gains of which all up to `floor` is rounding, that being zero.

    >>> above(np.array([0.5 + 0j, 3e-28j]), np.array(1e-13)).tolist()
    [(0.5+0j), 0j]
    """
    gains = np.asarray(gains)
    near = (np.abs(gains.real) <= floor) & (np.abs(gains.imag) <= floor)  # sooner found than a magnitude, and rare
    return np.where(np.abs(gains) <= floor, 0.0, gains) if near.any() else gains


def rejection_db(wanted: ArrayLike, unwanted: ArrayLike, floor: Real) -> Real:
    """20*log10 of abs(wanted/unwanted), gains in V/V of which all below `floor` is rounding; nan where one is nan.

    Infinite where the unwanted gain alone is rounding, for which `longtail.merits.reasons` has the reason. Minus
    infinite where the wanted gain is: nothing is amplified that something could be held against.

    >>> rejection_db([100.0, -10.0, 1e-16, 1e-16], [0.1, 1e-16, 1.0, 1e-16], np.array(1e-12)).tolist()
    [60.0, inf, -inf, -inf]
    """
    signal, disturbance = np.broadcast_arrays(np.abs(wanted), np.abs(unwanted))
    none = signal <= floor
    ratio = np.where(none, 0.0, np.inf)
    np.divide(signal, disturbance, out=ratio, where=~none & ~(disturbance <= floor))
    with np.errstate(divide="ignore"):
        return np.asarray(20.0 * np.log10(np.where(np.isnan(signal), np.nan, ratio)))


def beside_inputs(drives: Drives, model: Linearization, columns: Real) -> Real:
    """Right-hand sides `[lane, unknown, column]`: one volt in each input mode, and `columns` that all lanes share."""
    inputs = -(model.inputs @ drives.unit_modes)
    return np.concatenate([inputs, np.broadcast_to(columns, (len(inputs), *columns.shape))], axis=2)


def port_matrices(drives: Drives, model: Linearization, frequency_hz: Real) -> tuple[Complex, Complex]:
    """Input admittances in S and output impedances in ohm between modes, `[lane, frequency, mode, mode]`.

    A point by itself is refined: what a gate takes is less than the last bits of a transconductance.
    """
    system = model.operating_point.system
    right = beside_inputs(drives, model, output_injection(drives, system))
    x = model.solve(frequency_hz, right)
    if model.operating_point.nominal is None:
        x = refined(model, frequency_hz, right, x)
    return input_currents(drives, system) @ x[..., :2], drives.output_matrix(system) @ x[..., 2:]
