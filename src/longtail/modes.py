"""The definition of differential and common, in one place.

    v_id = v1 - v2          v_ic = (v1 + v2)/2          v1 = v_ic + v_id/2      v2 = v_ic - v_id/2
    i_d = (i1 - i2)/2       i_c = i1 + i2               (power is kept: v1*i1 + v2*i2 = v_d*i_d + v_c*i_c)

Everything takes numbers, phasors, arrays and sampled waveforms alike. Mode axes are ordered (differential, common).
Source: Bockelman and Eisenstadt, IEEE Trans. Microw. Theory Tech. 43 (1995) 1530, equations 6 to 9.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

DIFFERENTIAL, COMMON = 0, 1  # places on a mode axis

# [terminal, mode]: terminal voltages of a unit of each mode, and its inverse
_JOIN = np.array([[0.5, 1.0], [-0.5, 1.0]])
_SPLIT = np.array([[1.0, -1.0], [0.5, 0.5]])


class Modes(NamedTuple):
    """A differential and a common part."""

    differential: Any
    common: Any


class Terminals(NamedTuple):
    """The same at the two terminals."""

    first: Any
    second: Any


def split(v1: ArrayLike, v2: ArrayLike) -> Modes:
    """Voltages at two terminals as v_id = v1 - v2 and v_ic = (v1 + v2)/2.

    >>> split(2.75, 2.25)
    Modes(differential=0.5, common=2.5)
    """
    first, second = _numbers(v1, v2)
    return Modes(_plain(first - second), _plain(first / 2 + second / 2))


def join(v_id: ArrayLike, v_ic: ArrayLike) -> Terminals:
    """Voltages v1 = v_ic + v_id/2 and v2 = v_ic - v_id/2 from their modes.

    >>> join(2.0, 10.0)
    Terminals(first=11.0, second=9.0)
    """
    differential, common = _numbers(v_id, v_ic)
    return Terminals(_plain(common + differential / 2), _plain(common - differential / 2))


def split_currents(i1: ArrayLike, i2: ArrayLike) -> Modes:
    """Currents into two terminals as i_d = (i1 - i2)/2 and i_c = i1 + i2.

    >>> split_currents(3.0, 1.0)
    Modes(differential=1.0, common=4.0)
    """
    first, second = _numbers(i1, i2)
    return Modes(_plain((first - second) / 2), _plain(first + second))


def join_currents(i_d: ArrayLike, i_c: ArrayLike) -> Terminals:
    """Currents i1 = i_c/2 + i_d and i2 = i_c/2 - i_d from their modes.

    >>> join_currents(1.0, 4.0)
    Terminals(first=3.0, second=1.0)
    """
    differential, common = _numbers(i_d, i_c)
    return Terminals(_plain(common / 2 + differential), _plain(common / 2 - differential))


def unit_drives() -> NDArray[np.float64]:
    """Terminal voltages `[terminal, mode]` of one volt in each mode.

    >>> unit_drives().tolist()
    [[0.5, 1.0], [-0.5, 1.0]]
    """
    return _JOIN.copy()


def output_weights(outputs: int) -> NDArray[np.float64]:
    """What each output mode takes of the output nodes, `[mode, node]`: both modes of a pair, or the node itself.

    >>> output_weights(2).tolist(), output_weights(1).tolist()
    ([[1.0, -1.0], [0.5, 0.5]], [[1.0]])
    """
    return _SPLIT.copy() if outputs == 2 else np.ones((1, 1))


def _numbers(a: ArrayLike, b: ArrayLike) -> tuple[Any, Any]:
    a, b = np.asarray(a), np.asarray(b)
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        raise ValueError(f"the two terminals have different shapes: {a.shape} and {b.shape}") from None
    return a, b


def _plain(x: Any) -> Any:
    """An array as it is, a single number as a Python number."""
    return x if np.ndim(x) else x.item()
