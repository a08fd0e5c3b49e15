"""The least cost of making variances smaller, so that no more than an allowed part fails.

The variance of a group falls as one over a factor a_g, and that costs c_g*a_g: of an area by Pelgrom's law the area
itself. For one figure with the variance sum of v_g/a_g, that may be V, the least sum of c_g*a_g is where
(M. Lagrange's multiplier)

    a_g = sqrt(v_g/c_g)*(sum of sqrt(v_h*c_h))/V

For several limits, and factors within bounds, the least is found by sequential quadratic programming in the logarithms
of the factors (D. Kraft, DFVLR-FB 88-28 (1988)): there the costs, and the logarithm of a variance, are convex.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEAST, MOST = 0.1, 1e4  # factors
_STEP = 2.0**-10  # of logarithms of factors, for slopes
_FLOOR = 1e-300  # a part that fails: less has no logarithm
_HALVINGS = 60
_ROUNDS, _BETTER = 6, 1e-7  # of the programming, each from where the last one ended, while the cost falls by that part


def cheapest(costs: Array, failing: Callable[[Array], float], allowed: float) -> Array | None:
    """The factors `[group]` of the least cost, `costs` for a factor of 1, at which no more than `allowed` fails.

    failing  the part that fails for factors `[group]`, less for larger ones

    Factors lie between `LEAST` and `MOST`; None where these do not serve.

    >>> from scipy.special import ndtr
    >>> found = cheapest(np.array([1.0, 4.0]), lambda a: ndtr(-3.0 / np.sqrt((1.0 / a).sum())).item(), 0.01)
    >>> round((found[0] / found[1]).item(), 4)
    2.0
    """
    logs = _scaled(np.zeros(costs.size), failing, allowed)
    if logs is None or not costs.size:
        return None
    cost = float(costs @ np.exp(logs))
    for _ in range(_ROUNDS):
        next_logs = _scaled(_programmed(logs, costs, failing, allowed), failing, allowed)
        if next_logs is None or not (next_cost := float(costs @ np.exp(next_logs))) < (1.0 - _BETTER) * cost:
            break
        logs, cost = next_logs, next_cost
    return np.exp(logs)


def alone(group: int, groups: int, failing: Callable[[Array], float], allowed: float) -> float | None:
    """The factor of one of `groups` where all others stay at 1; None where none serves."""

    def one(factors: Array) -> float:
        whole = np.ones(groups)
        whole[group] = factors[0]
        return failing(whole)

    logs = _scaled(np.zeros(1), one, allowed)
    return None if logs is None else float(np.exp(logs[0]))


def _scaled(logs: Array, failing: Callable[[Array], float], allowed: float) -> Array | None:
    """Logarithms of factors that are all moved by the same, within bounds, until no more than `allowed` fails."""
    bounds = np.log(LEAST), np.log(MOST)
    span = bounds[1] - bounds[0]
    low, high = -span, span

    def at(shift: float) -> Array:
        return np.clip(logs + shift, *bounds)

    if failing(np.exp(at(high))) > allowed:
        return None
    if failing(np.exp(at(low))) <= allowed:
        return at(low)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if failing(np.exp(at(middle))) <= allowed else (middle, high)
    return at(high)


def _programmed(logs: Array, costs: Array, failing: Callable[[Array], float], allowed: float) -> Array:
    """A step of the programming: better factors, which are to be scaled until they serve."""
    from scipy.optimize import minimize

    total = float(costs @ np.exp(logs))
    steps = np.eye(logs.size) * _STEP

    def room(t: Array) -> float:
        return float(np.log(allowed) - np.log(max(failing(np.exp(t)), _FLOOR)))

    def slopes(t: Array) -> Array:
        return np.array([(room(t + step) - room(t - step)) / (2.0 * _STEP) for step in steps])

    found = minimize(
        lambda t: costs @ np.exp(t) / total,
        logs,
        jac=lambda t: costs * np.exp(t) / total,
        bounds=[(np.log(LEAST), np.log(MOST))] * logs.size,
        constraints={"type": "ineq", "fun": room, "jac": slopes},
        method="SLSQP",
        options={"maxiter": 200, "ftol": 1e-12},
    )
    return np.asarray(found.x) if np.isfinite(found.x).all() else logs
