"""The adjoint of the linear model: what a current into any node brings to a few outputs.

With Y x = r and an output w.x, the transposed system Y^T z = w gives the output for every right-hand side at once:
w.x = z.r. One solve a frequency and output serves all sources of a circuit, however many (Rohrer, Nagel, Meyer, Weber,
IEEE J. Solid-State Circuits 6 (1971) 204).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from longtail.engine.equations.system import Array
from longtail.engine.small_signal.linearization import Linearization

Complex = NDArray[np.complex128]


def adjoint(model: Linearization, frequency_hz: Array, outputs: Array) -> Complex:
    """What one ampere into each node (one volt in each branch) brings to each output: `[lane, frequency, output, n]`.

    `outputs` `[output, n]` holds the weights of the unknowns in each. Raises `AnalysisError` where the matrix is
    singular.
    """
    weights = np.broadcast_to(outputs.T, (len(model.inputs), *outputs.T.shape))
    return model.transposed().solve(frequency_hz, weights).swapaxes(-1, -2)
