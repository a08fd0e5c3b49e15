"""Sensitivities of mode gains and of the input offset to parameters, the operating point moving along.

With J(s) the matrix of small signals, b its input along a mode, c an output mode, Z = -b/J the response and
J^T*lambda = c the adjoint, a gain A = c.Z has

    dA/dp = -lambda.(dJ/dp*Z + db/dp) - h.dx/dp,    h = d/dx [lambda.(J*Z + b)],    dx/dp = -F_x^-1 * dF/dp

for every parameter p at once. One solve a frequency for each mode and each output serves them all; the operating point
moves by one factorization at dc. A nulled amplifier has the null as one more equation of F, the input offset one more
unknown. No conjugation anywhere: gains are analytic in p. (Adjoint: S. Director, R. Rohrer, IEEE Trans. Circuit Theory
16 (1969) 318; the second term: the chain rule.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.driven.drives import Drives
from longtail.driven.port_maps import ROUNDING, above
from longtail.engine.equations.system import Array
from longtail.engine.small_signal.adjoint import adjoint
from longtail.engine.small_signal.at_point import linearize
from longtail.engine.small_signal.linearization import Linearization
from longtail.engine.small_signal.parameter_slopes import ParameterSlopes, Tensor, parameter_slopes
from longtail.engine.solving import dense
from longtail.engine.solving.operating_point import OperatingPoint
from longtail.modes import DIFFERENTIAL

Complex = NDArray[np.complex128]
_HELD = 1 << 22  # complex numbers held at once


@dataclass(frozen=True, eq=False)
class Sensitivities:
    """Mode gains and their sensitivities.

    names        the parameters
    frequency_hz `[frequency]`
    gains        `[lane, frequency, out_mode, in_mode]`, V/V; floor `[lane, frequency]`: what is below is rounding
    slopes       `[lane, frequency, out_mode, in_mode, parameter]`, V/V per unit of the parameter
    solution     of the operating point, `[lane, unknown, parameter]`, V and A per unit
    offset       of the input offset that nulls the output, `[lane, parameter]`, V per unit; None without nulling
    """

    names: tuple[str, ...]
    frequency_hz: Array
    gains: Complex
    floor: Array
    slopes: Complex
    solution: Array
    offset: Array | None


def sensitivities(
    drives: Drives, point: OperatingPoint, names: Sequence[str], frequency_hz: Array, *, nulled: bool
) -> Sensitivities:
    """Sensitivities at an operating point of the plain circuit, in whose system the names are varied.

    `nulled`: whether the output is held where it is by an input offset. Raises `AnalysisError` where the equations are
    singular.
    """
    model, slopes = linearize(point), parameter_slopes(point, names)
    solution, offset = _moved(drives, model, slopes, nulled)
    outputs = drives.output_matrix(point.system)
    shape = (len(point.solution), len(frequency_hz), len(outputs), drives.unit_modes.shape[1])
    gains, found = np.empty(shape, complex), np.empty((*shape, len(names)), complex)
    floor = np.empty(shape[:2])
    n = slopes.flows.shape[1]
    voltages = [k for k, unknown in enumerate(point.system.unknowns) if unknown.unit == "V"]
    entries = max(1, slopes.conductance.by.size + slopes.capacitance.by.size)
    size = max(1, _HELD // (shape[0] * entries))
    for start in range(0, len(frequency_hz), size):
        part = slice(start, start + size)
        response = model.response(frequency_hz[part], drives.unit_modes)
        floor[:, part] = ROUNDING * np.abs(response[:, :, voltages]).max(axis=(2, 3))
        gains[:, part] = above(outputs @ response, floor[:, part, None, None])
        back = adjoint(model, frequency_hz[part], outputs)
        for out, mode in np.ndindex(shape[2:]):
            shares = drives.unit_modes[:, mode]
            by = _slopes(slopes, frequency_hz[part], back[:, :, out], response[..., mode], shares)
            found[:, part, out, mode] = -(by[..., n:] + by[..., :n] @ solution)
    return Sensitivities(tuple(names), frequency_hz, gains, floor, found, solution, offset)


def _moved(drives: Drives, model: Linearization, slopes: ParameterSlopes, nulled: bool) -> tuple[Array, Array | None]:
    """How the operating point moves, and the offset that keeps the output where it is."""
    n = slopes.flows.shape[1]
    matrix, right = slopes.flows[:, :, :n], -slopes.flows[:, :, n:]
    if nulled:
        shares = drives.unit_modes[:, DIFFERENTIAL]
        weights = drives.output_matrix(model.operating_point.system)[DIFFERENTIAL]
        bordered = np.zeros((len(matrix), n + 1, n + 1))
        bordered[:, :n, :n] = matrix
        bordered[:, :n, n] = model.inputs @ shares
        bordered[:, n, :n] = weights
        matrix = bordered
        right = np.concatenate([right, np.zeros((len(right), 1, right.shape[2]))], axis=1)
    moved = dense.solve(matrix, right)
    return moved[:, :n], moved[:, n] if nulled else None


def _slopes(slopes: ParameterSlopes, frequency_hz: Array, back: Complex, response: Complex, shares: Array) -> Complex:
    """The slopes of lambda.(J*Z + b) by unknowns and parameters, `[lane, frequency, n + parameter]`.

    `back` and `response` are `[lane, frequency, n]`, `shares` `[drive]`.
    """
    count, s = slopes.flows.shape[2], 2j * np.pi * frequency_hz
    driven = np.broadcast_to(shares, (*response.shape[:2], len(shares)))
    by = _summed(slopes.conductance, back, response, count)
    by += s[:, None] * _summed(slopes.capacitance, back, response, count)
    by += _summed(slopes.inputs, back, driven.astype(complex), count)
    for entries, seconds, late, delay in slopes.delays:
        lag = np.exp(-s * delay[:, None])
        by += (lag - 1.0)[..., None] * _summed(entries, back, response, count)
        whole = _summed(late, back, response, 1)
        by += (-s * lag)[..., None] * whole * seconds[:, None, :]
    return by


def _summed(tensor: Tensor, back: Complex, response: Complex, count: int) -> Complex:
    """Over all entries the slope times both factors, `[lane, frequency, count]`."""
    total = np.zeros((*back.shape[:2], count), complex)
    if not tensor.by.size:
        return total
    order = np.argsort(tensor.by, kind="stable")
    by = tensor.by[order]
    first = np.unique(by, return_index=True)[1]
    rows, columns, values = tensor.rows[order], tensor.columns[order], tensor.values[order].T
    for lane in range(len(back)):  # whose terms stay near the processor
        terms = back[lane][:, rows] * response[lane][:, columns]
        terms *= values[lane]
        total[lane][:, by[first]] = np.add.reduceat(terms, first, axis=1)
    return total
