"""One step of iterative refinement of small signals, with a residual that knows what goes to ground.

The common gain of an amplifier of high gain hangs on what little flows to ground when all nodes move together. In the
sum of the entries of a row that is a difference of large conductances: the last bit of a diagonal entry is a
conductance to ground, and moves the common gain of a 741 by 1e-7. So the sums of rows are had from the devices, where
they cancel exactly, and the current out of node i is written with differences of voltages,

    sum over nodes j of Y_ij*(x_j - x_i) + (sum over j of Y_ij)*x_i

in which the diagonal entry does not occur. What a solution leaves of the equations so written is solved for once more.
Source: Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, chapter 12; on diagonals kept as sums of
rows, Alfa, Xue, Ye, Math. Comp. 71 (2002) 217.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.system import Array
from longtail.engine.small_signal.linearization import CHUNK, MANY_UNKNOWNS, Complex, Linearization
from longtail.engine.solving import dense


def refined(model: Linearization, frequency_hz: Array, right: Array, x: Complex) -> Complex:
    """A better `model.solve(frequency_hz, right)` for a model of one lane, from that solution `x`, of its shape.

    It costs another factorization a frequency. What is not finite stays so, and so does the response of a circuit too
    large for dense matrices.
    """
    n = len(model.operating_point.system.unknowns)
    if n >= MANY_UNKNOWNS:
        return x
    out, chunk = x.copy(), max(1, CHUNK // n**2)
    for start in range(0, len(frequency_hz), chunk):
        part = slice(start, start + chunk)
        y = model.matrix(frequency_hz[part])[0]
        left = _left(model, frequency_hz[part], y, right[0], x[0, part])
        good = np.isfinite(left).all(axis=(1, 2))
        out[0, part][good] += dense.solve(y[good], left[good])
    return out


def _left(model: Linearization, frequency_hz: Array, y: Complex, right: Array, x: Complex) -> Complex:
    """What `x` `[frequency, n, combination]` leaves of the equations with the matrix `y` `[frequency, n, n]`."""
    system = model.operating_point.system
    rows, columns = np.nonzero(model.shapes[0].pattern | model.shapes[1].pattern)  # delayed slopes are in the first
    by = _references(y[[0, -1]], system.node_mask)
    moved = x[:, columns] - system.node_mask[columns, None] * x[:, by[rows]]
    first = np.unique(rows, return_index=True)[1]  # no row is empty: the matrix would be singular
    flows = np.add.reduceat(y[:, rows, columns, None] * moved, first, axis=1)
    return right - flows - _to_ground(model, frequency_hz)[..., None] * x[:, by]


def _references(y: Complex, nodes: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The node against which each row takes its voltages: any will do, and that of its largest entry does best."""
    size: Array = np.where(nodes, np.abs(y).max(axis=0), -1.0)
    return np.asarray(size.argmax(axis=1), np.intp)


def _to_ground(model: Linearization, frequency_hz: Array) -> Complex:
    """The sums of the matrix over all nodes, `[frequency, n]`."""
    point = model.operating_point
    sums = point.system.sums
    values = point.system.executor.run(sums.program, [point.inputs[n] for n in sums.program.inputs], 1)
    g, c, *delayed = (column.dense(values[k])[0, :, 0] for column, k in zip(sums.columns, sums.places, strict=True))
    s = 2j * np.pi * frequency_hz[:, None]
    y = g + s * c
    for slopes, (_, seconds) in zip(delayed if model.delays else (), model.delays, strict=True):  # or left out
        y = y + (np.exp(-s * seconds[0]) - 1.0) * slopes
    return np.asarray(y, complex)
