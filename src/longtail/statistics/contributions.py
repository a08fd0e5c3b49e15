"""What each cause has of the variance of a figure: its share, to first order.

With the effects e_k, what one standard deviation of each cause does, and the correlations C of the causes, the variance
is V = sum over j, k of conj(e_j)*C_jk*e_k, and a cause has of it Re(conj(e_k)*(C*e)_k)/V. Of a complex figure V is
E|x - x0|^2, the sum of the variances of both parts. Without correlation shares are |e_k|^2/V.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Effects = NDArray[np.float64] | NDArray[np.complex128]


def variance_shares(effects: Effects, correlation: Array) -> tuple[Array, Array]:
    """The standard deviation `[…]`, and the share of each cause in the variance `[…, cause]`, of effects `[…, cause]`.

    Shares are zero where nothing spreads; one is negative where a cause takes away what another adds.

    >>> sigma, share = variance_shares(np.array([3.0, 4.0]), np.eye(2))
    >>> float(sigma), share.tolist()
    (5.0, [0.36, 0.64])
    """
    with_others = np.zeros(effects.shape, effects.dtype)
    for row, column in zip(*np.nonzero(correlation), strict=True):  # few, and the same sum for one place or many
        with_others[..., row] += correlation[row, column] * effects[..., column]
    parts = np.real(np.conj(effects) * with_others)
    variance = parts.sum(axis=-1)
    share = np.divide(parts, variance[..., None], out=np.zeros(parts.shape), where=variance[..., None] > 0.0)
    return np.sqrt(np.maximum(variance, 0.0)), share
