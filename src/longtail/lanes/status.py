"""How a lane ended. Every solver returns one of these for every lane, and its text is its own advice."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class LaneStatus(IntEnum):
    """The status of one lane.

    >>> LaneStatus.CONVERGED.text
    'converged'
    """

    CONVERGED = 0
    TOO_MANY_ITERATIONS = 1
    SINGULAR = 2
    NOT_FINITE = 3

    @property
    def text(self) -> str:
        return _TEXTS[self]


_TEXTS = {
    LaneStatus.CONVERGED: "converged",
    LaneStatus.TOO_MANY_ITERATIONS: "did not settle within the allowed iterations",
    LaneStatus.SINGULAR: "the equations became singular: look for a node that nothing holds at this bias",
    LaneStatus.NOT_FINITE: "a device equation overflowed: check parameter values and supply voltages",
}


def texts(status: NDArray[np.int8]) -> NDArray[np.str_]:
    """The status of every lane in words.

    >>> texts(np.array([0, 2, 0], np.int8))[[0, 2]].tolist()
    ['converged', 'converged']
    """
    return np.array([each.text for each in LaneStatus])[status]
