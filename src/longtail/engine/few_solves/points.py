"""Where to solve exactly, so that interpolation gives the rest of a sweep: see `frequency_sweep` beside this file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from longtail.engine.equations.system import Array
from longtail.engine.few_solves.reduction import Elimination
from longtail.engine.small_signal.linearization import Complex
from longtail.engine.solving.operating_point import OperatingPoint

_ACCURACY = 3e-10  # on every probe, of the largest of a gain in the sweep
_MOST = 20
_NOTHING = 1e-12  # of the largest gain: a gain smaller than this on every probe is zero by symmetry


@dataclass(frozen=True, eq=False)
class SweepPoints:
    """Where to solve, rad/s, and how to spread: `[frequency, point]` for real and imaginary parts; `scale`
    `[point, pivot]`; `check` is the place in the sweep at which the probes were worst."""

    omega: Array
    even: Array
    odd: Array
    scale: Array
    check: int


class PointSearch:
    """Finds points by trying them on probes: a few operating points about the nominal one, which comes first.

    Greedy: the frequency at which the probes are worst becomes the next point. Starts with points beyond the end of
    the sweep are tried too, since they tame the poles out there.
    """

    def __init__(self, elimination: Elimination, probes: OperatingPoint, omega: Array) -> None:
        self.elimination = elimination
        self.probes = probes
        self.omega = omega
        self.gains, pivots = elimination.exact(probes, omega)
        self.log_sweep = np.log(np.abs(pivots[:, :, 0])).sum(axis=0)
        self.size = np.abs(self.gains).max(axis=1)
        self.size[self.size <= _NOTHING * self.size.max(initial=0.0)] = np.inf
        self._known: dict[float, tuple[Complex, Complex]] = {}

    def find(self) -> SweepPoints | None:
        """The fewest points that serve, or None where none up to a limit do."""
        top = self.omega.max(initial=0.0)
        if len(self.omega) < 8 or top <= 0.0:
            return None
        best = None
        for start in ([top], [top, 3.0 * top], [top, 10.0 * top], [top, 10.0 * top, 100.0 * top]):
            points = self._grow([0.0, *start], len(best.omega) if best else min(_MOST, len(self.omega)))
            best = points or best
        return best

    def _grow(self, omega: Sequence[float], limit: int) -> SweepPoints | None:
        while len(omega) < limit:
            points = self._points(np.array(sorted(omega)))
            error = self._error(points)
            worst = int(np.argmax(error))
            if error[worst] < _ACCURACY:
                return SweepPoints(points.omega, points.even, points.odd, points.scale, worst)
            if self.omega[worst] in omega:
                return None
            omega = [*omega, self.omega[worst].item()]
        return None

    def _solved(self, omega: Array) -> tuple[Complex, Complex]:
        new = [w for w in omega.tolist() if w not in self._known]
        if new:
            gains, pivots = self.elimination.exact(self.probes, np.array(new))
            self._known |= {w: (gains[:, k], pivots[:, k]) for k, w in enumerate(new)}
        solved = [self._known[w] for w in omega.tolist()]
        return np.stack([g for g, _ in solved], axis=1), np.stack([p for _, p in solved], axis=1)

    def _points(self, omega: Array) -> SweepPoints:
        size = np.abs(self._solved(omega)[1][:, :, 0])
        log_points = np.log(size).sum(axis=0)
        even = _lagrange(omega**2, self.omega**2, log_points, self.log_sweep)
        own = np.where(self.omega > 0.0, self.omega, 1.0)
        odd = np.zeros_like(even)
        odd[:, 1:] = _lagrange(
            omega[1:] ** 2, self.omega**2, log_points[1:] - np.log(omega[1:]), self.log_sweep - np.log(own)
        )
        odd[self.omega == 0.0] = 0.0
        return SweepPoints(omega, even, odd, 1.0 / size.T, 0)

    def _error(self, points: SweepPoints) -> Array:
        """The largest error over probes and gains at each frequency of the sweep, of the largest of each gain."""
        gains, pivots = self._solved(points.omega)
        determinant = (pivots * points.scale.T[:, :, None]).prod(axis=0)
        with np.errstate(all="ignore"):
            d = _spread(points, determinant[None])
            error = np.abs(_spread(points, gains * determinant) / d - self.gains) / self.size[:, None]
        return np.asarray(np.where(np.isfinite(error), error, np.inf).max(axis=(0, 2)))


def _spread(points: SweepPoints, values: Complex) -> Complex:
    """`[row, point, lane]` at the points to `[row, frequency, lane]`."""
    return np.asarray(points.even @ values.real + 1j * (points.odd @ values.imag))


def _lagrange(nodes: Array, at: Array, log_nodes: Array, log_at: Array) -> Array:
    """Lagrange's basis at `at`, `[at, node]`, times exp(log_nodes - log_at): in logarithms, which do not overflow."""
    differences = at[:, None] - nodes[None, :]
    own = nodes[:, None] - nodes[None, :]
    np.fill_diagonal(own, 1.0)
    result = np.empty(differences.shape)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        for k in range(len(nodes)):
            others = np.delete(differences, k, axis=1)
            sign = np.sign(others).prod(axis=1) * np.sign(np.delete(own[k], k)).prod()
            size = np.log(np.abs(others)).sum(axis=1) - np.log(np.abs(np.delete(own[k], k))).sum()
            result[:, k] = sign * np.exp(size + log_nodes[k] - log_at)
    return result
