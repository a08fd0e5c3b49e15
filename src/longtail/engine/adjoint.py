"""The adjoint of the linear model: what a current into any node brings to a few outputs.

With Y x = r and an output w.x, the transposed system Y^T z = w gives the output for every right-hand side at once:
w.x = z.r. One solve a frequency and output serves all sources of a circuit, however many (Rohrer, Nagel, Meyer, Weber,
IEEE J. Solid-State Circuits 6 (1971) 204).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.engine import dense
from longtail.engine.linearization import Linearization
from longtail.engine.system import Array
from longtail.errors import AnalysisError

Complex = NDArray[np.complex128]

_CHUNK = 1 << 21  # complex numbers of matrices held at once


def adjoint(model: Linearization, frequency_hz: Array, outputs: Array) -> Complex:
    """What one ampere into each node (one volt in each branch) brings to each output: `[lane, frequency, output, n]`.

    `outputs` `[output, n]` holds the weights of the unknowns in each. Raises `AnalysisError` where the matrix is
    singular.
    """
    lanes, n, _ = model.conductance.shape
    result = np.empty((lanes, len(frequency_hz), *outputs.shape), complex)
    step = max(1, _CHUNK // (n * n * lanes))
    for start in range(0, len(frequency_hz), step):
        part = slice(start, start + step)
        transposed = model.matrix(frequency_hz[part]).swapaxes(-1, -2)
        weights = np.broadcast_to(outputs.T, (*transposed.shape[:-1], len(outputs))).astype(complex)
        try:
            solved = dense.solve(transposed, weights)
        except np.linalg.LinAlgError as error:
            raise AnalysisError(
                "the small-signal equations are singular at this operating point",
                hint="look for a node that only a capacitor or an ideal current source holds",
            ) from error
        result[:, part] = solved.swapaxes(-1, -2)
    return result
