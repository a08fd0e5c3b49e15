"""The compiled kernels, in one place: see `longtail.lanes.kernels`."""

from longtail.lanes.numba_executor import NumbaExecutor as Executor
from longtail.lanes.numba_executor import run_block, run_complex_block
from longtail.lanes.numba_newton import newton_block
from longtail.lanes.numba_sweep import combine, judge, solve_plain, solve_points, spread

__all__ = [
    "Executor",
    "combine",
    "judge",
    "newton_block",
    "run_block",
    "run_complex_block",
    "solve_plain",
    "solve_points",
    "spread",
]
