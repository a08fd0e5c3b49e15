"""The compiled kernels, in one place: see `longtail.lanes.kernels`."""

import numpy as np
from numpy.typing import NDArray

from longtail.lanes.compiled.executor import NumbaExecutor as Executor
from longtail.lanes.compiled.executor import run_block, run_complex_block
from longtail.lanes.compiled.newton import newton_block
from longtail.lanes.compiled.sweep import combine, judge, solve_plain, solve_points, spread

__all__ = [
    "Executor",
    "combine",
    "judge",
    "newton_block",
    "prepare",
    "run_block",
    "run_complex_block",
    "solve_plain",
    "solve_points",
    "spread",
]


def prepare(code: NDArray[np.int32], rows: NDArray[np.float64]) -> NDArray[np.int32]:
    """What `newton_block` takes for instructions that it is to run again and again over the same rows."""
    return code
