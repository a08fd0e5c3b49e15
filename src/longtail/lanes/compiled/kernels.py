"""The compiled kernels, in one place: see `longtail.lanes.kernels`."""

from typing import Any

from longtail.lanes.compiled.executor import NumbaExecutor as Executor
from longtail.lanes.compiled.executor import prepare, run_block, run_complex_block
from longtail.lanes.compiled.newton import advance, predict
from longtail.lanes.compiled.newton import newton_block as newton_instructions
from longtail.lanes.compiled.sweep import combine, judge, solve_plain, solve_points, spread
from longtail.lanes.plain.executor import Lanes, Step, run_steps

__all__ = [
    "Executor",
    "combine",
    "judge",
    "newton_block",
    "predict",
    "prepare",
    "run_block",
    "run_complex_block",
    "run_steps",
    "solve_plain",
    "solve_points",
    "spread",
]


def newton_block(
    steps: list[Step],
    rows: Lanes,
    outputs: Any,
    scratch: Any,
    absolute: Lanes,
    relative: float,
    most: int,
    clamp: float,
    done: Lanes,
) -> int:
    """See `longtail.lanes.compiled.newton.newton_block`. A program without calls stays in compiled code throughout."""
    if len(steps) == 1:
        ((_, (code, *_)),) = steps
        return int(newton_instructions(code, rows, outputs, scratch, absolute, relative, most, clamp, done))
    done[:] = 0.0
    for iteration in range(most):
        run_steps(steps)
        if not advance(rows, outputs, scratch, absolute, relative, clamp, done):
            return iteration + 1
    return most
