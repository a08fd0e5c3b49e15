"""A figure as a function of random causes: to first and to second order about the nominal amplifier.

x(u) = x_0 + sum of e_k*u_k + 1/2*sum of H_jk*u_j*u_k, u the independent causes of variance 1. Slopes come from the
sensitivities, the curvatures from whole solutions beside the nominal one:

    H_kk = (x(h_k) + x(-h_k) - 2*x_0)/h^2
    H_jk = (x(h_j + h_k) + x(-h_j - h_k) - x(h_j) - x(-h_j) - x(h_k) - x(-h_k) + 2*x_0)/(2*h^2)

(M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, eq. 25.3.24 and 25.3.27), with steps of a standard
deviation, over which the figure is to be known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Values = NDArray[Any]  # real or complex

MOST_CAUSES = 60  # curvatures of more take more than 3 600 solutions
_STEP = 1.0


@dataclass(frozen=True, eq=False)
class Expansion:
    """Nominal value, slopes `[cause]` and curvatures `[cause, cause]`; of first order alone where there are none."""

    nominal: complex
    slopes: Values
    curvatures: Values | None = None

    @property
    def sigma(self) -> float:
        """The standard deviation to first order; of a complex figure that of both parts together."""
        return float(np.sqrt((np.abs(self.slopes) ** 2).sum()))

    def __call__(self, causes: Array) -> Values:
        """The figure `[sample]` for causes `[sample, cause]`.

        >>> Expansion(1.0, np.array([2.0]), np.array([[4.0]]))(np.array([[0.5], [-1.0]])).tolist()
        [2.5, 1.0]
        """
        found = self.nominal + causes @ self.slopes
        if self.curvatures is not None:
            found = found + 0.5 * np.einsum("sj,sj->s", causes @ self.curvatures, causes)
        return np.asarray(found)


def second_order(first: Expansion, solve: Callable[[Array], Values]) -> Expansion | None:
    """The same with its curvatures, from whole solutions; None for too many causes, and where one has no solution."""
    count = first.slopes.size
    if count > MOST_CAUSES:
        return None
    single = np.eye(count) * _STEP
    rows, columns = np.triu_indices(count, 1)
    pairs = single[rows] + single[columns]
    found = solve(np.concatenate([np.zeros((1, count)), single, -single, pairs, -pairs]))
    if np.isnan(found).any():
        return None
    middle, plus, minus = found[0], found[1 : count + 1], found[count + 1 : 2 * count + 1]
    both, neither = np.split(found[2 * count + 1 :], 2)
    curvatures = np.zeros((count, count), found.dtype)
    np.fill_diagonal(curvatures, (plus + minus - 2.0 * middle) / _STEP**2)
    alone = plus + minus
    mixed = (both + neither - alone[rows] - alone[columns] + 2.0 * middle) / (2.0 * _STEP**2)
    curvatures[rows, columns] = curvatures[columns, rows] = mixed
    return Expansion(first.nominal, first.slopes, curvatures)
