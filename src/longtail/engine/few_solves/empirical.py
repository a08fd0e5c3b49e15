"""A sweep from a few exact solves by experience: what neighbouring circuits do is learnt, and lanes are fitted to it.

For circuits with many natural frequencies in the band the polynomials of `points` beside this file are too badly
conditioned. But over lanes that differ by a few percent the response varies in few ways: the leading singular vectors
of the responses of random neighbours span it to a part in 10^10. A lane's response is then a fixed linear function of
its values at a few frequencies, which are chosen so that they tell those ways apart.
Source: Chaturantabut and Sorensen, SIAM J. Sci. Comput. 32 (2010) 2737 (discrete empirical interpolation).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from longtail.engine.equations.system import Array
from longtail.engine.few_solves.reduction import Elimination
from longtail.engine.small_signal.linearization import Complex
from longtail.engine.solving.operating_point import OperatingPoint

_ACCURACY = 7e-10  # on circuits that were not learnt from, of the largest of a gain in the sweep
_ROUNDING = 1e-14  # of the largest gain: by so much any gain is uncertain, being a difference of such signals
_NOISE = 2e-13  # of the largest gain: what the rounding of an operating point may do to any gain. It is no error of
# the shortcut, and whether points serve must not hang on it
_NOTHING = 1e-12  # of the largest gain: a gain smaller than this is zero by symmetry


@dataclass(frozen=True, eq=False)
class Experience:
    """Where to solve, rad/s, and how to spread.

    `weights` `[gain, 2*frequency, 2*point]` act on real parts, then imaginary parts, at the points; `offset`
    `[gain, 2*frequency]` is added. `check` is the place in the sweep where unlearnt circuits were worst.
    """

    omega: Array
    weights: Array
    offset: Array
    check: int


def learn(elimination: Elimination, probes: OperatingPoint, omega: Array, most: int) -> Experience | None:
    """Learn from every other probe and try on the rest; None where up to `most` points do not serve.

    The nominal circuit is the first of `probes`.
    """
    gains, _ = elimination.exact(probes, omega)
    own = np.abs(gains).max(axis=1)
    largest = own.max(initial=0.0)
    nothing = own.max(axis=1, keepdims=True) <= _NOTHING * largest
    own = np.where(nothing, np.inf, np.maximum(own, _NOTHING * largest))
    rounding = _ROUNDING * largest / own
    rows = np.concatenate([gains.real, gains.imag], axis=1)
    centre = rows[:, :, :1]
    # every circuit counts by the size of its own response
    varied = (rows - centre) / own[:, None]
    learnt, unseen = varied[:, :, 0::2], varied[:, :, 1::2]
    bases = [_basis(part, max(1e-12, noise)) for part, noise in zip(learnt, np.median(rounding, axis=1), strict=True)]
    allowed = np.maximum(_ACCURACY, _NOISE / _ROUNDING * rounding[:, None, 1::2])
    order = _choose(bases, len(omega), most)
    for count in range(2, len(order) + 1):
        chosen = np.sort(order[:count])
        places = np.concatenate([chosen, chosen + len(omega)])
        weights = np.stack([_weights(basis, places) for basis in bases])
        error = (np.abs(weights @ unseen[:, places] - unseen) / allowed).max(axis=(0, 2))
        error = np.maximum(error[: len(omega)], error[len(omega) :])
        if error.max() < 1.0:
            offset = centre[:, :, 0] - np.einsum("gfp,gp->gf", weights, centre[:, places, 0])
            return Experience(omega[chosen], weights, offset, int(np.argmax(error)))
    return None


def _basis(varied: Array, noise: float) -> Array:
    """Orthonormal columns that span the responses, each times its singular value, `[2*frequency, way]`; ways of a
    size below `noise` are rounding."""
    u, s, _ = np.linalg.svd(varied, full_matrices=False)
    keep = s > noise * np.sqrt(varied.shape[1])
    return np.asarray(u[:, keep] * s[keep])


def _choose(bases: list[Array], frequencies: int, most: int) -> list[int]:
    """Frequencies in the order in which they tell most of what the earlier ones leave open."""
    left = np.concatenate(bases, axis=1)
    order: list[int] = []
    while len(order) < min(most, frequencies):
        strength = np.square(left).sum(axis=1)
        place = int(np.argmax(strength[:frequencies] + strength[frequencies:]))
        order.append(place)
        for row in (place, place + frequencies):
            direction = left[row]
            norm = direction @ direction
            if norm > 1e-30:
                left = left - np.outer(left @ direction / norm, direction)
    return order


def _weights(basis: Array, places: Array) -> Array:
    """From values at the places to values everywhere, `[2*frequency, place]`, by least squares in the basis."""
    if not basis.shape[1]:
        return np.zeros((len(basis), len(places)))
    return np.asarray(basis @ np.linalg.pinv(basis[places], rcond=1e-11))


def spread(experience: Experience, at_points: Complex) -> Complex:
    """`[gain, point, lane]` at the points to `[gain, frequency, lane]`: the formula, for tests and small numbers."""
    rows = np.concatenate([at_points.real, at_points.imag], axis=1)
    full = experience.weights @ rows + experience.offset[:, :, None]
    half = full.shape[1] // 2
    return np.asarray(full[:, :half] + 1j * full[:, half:])
