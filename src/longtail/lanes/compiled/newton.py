"""Newton's method over a block of lanes, compiled: each lane goes on until it has converged, and then stands still."""

from __future__ import annotations

import math

from longtail.lanes.compiled.cache import compiled
from longtail.lanes.compiled.executor import run_block
from longtail.lanes.compiled.math import FAST


@compiled(error_model="numpy", nogil=True)  # each product rounded: to the bit what NumPy's give
def predict(x, start, slopes, moves):  # type: ignore[no-untyped-def]
    """x = start + slopes @ moves, `[unknown, lane]`; term by term in the order of the columns, alike in every lane."""
    for i in range(x.shape[0]):
        row = x[i]
        for lane in range(row.shape[0]):
            row[lane] = start[i]
        for k in range(slopes.shape[1]):
            slope, move = slopes[i, k], moves[k]
            for lane in range(row.shape[0]):
                row[lane] += slope * move[lane]


@compiled(fastmath=FAST, error_model="numpy", nogil=True)
def advance(rows, outputs, scratch, absolute, relative, clamp, done):  # type: ignore[no-untyped-def]
    """Take the Newton step that stands in the registers `outputs`, as `newton_block` does; how many lanes are left."""
    n = outputs.shape[0]
    lanes = rows.shape[1]
    worst, largest, share = scratch[5], scratch[6], scratch[7]
    for lane in range(lanes):
        worst[lane] = 0.0
        largest[lane] = 0.0
    for k in range(n):
        step, x = rows[outputs[k]], rows[k]
        for lane in range(lanes):
            size = abs(step[lane])
            ratio = size / (absolute[k] + relative * abs(x[lane]))
            # what is not a number must not be forgotten at the next unknown
            worst[lane] = max(worst[lane], ratio) if ratio < math.inf else math.inf
            largest[lane] = size if size > largest[lane] else largest[lane]
    left = 0
    for lane in range(lanes):
        share[lane] = 0.0 if done[lane] else (1.0 if largest[lane] <= clamp else clamp / largest[lane])
        # one that is lost stays so: whether it went on would depend on the others
        if done[lane] == 0.0:
            done[lane] = 1.0 if worst[lane] <= 1.0 else (0.0 if worst[lane] < math.inf else -1.0)
        left += 0 if done[lane] else 1
    for k in range(n):
        step, x = rows[outputs[k]], rows[k]
        for lane in range(lanes):
            x[lane] = x[lane] - share[lane] * step[lane] if share[lane] > 0.0 else x[lane]
    return left


@compiled(fastmath=FAST, error_model="numpy", nogil=True)
def newton_block(code, rows, outputs, scratch, absolute, relative, most, clamp, done):  # type: ignore[no-untyped-def]
    """Iterate a program that computes the Newton step of the first `len(outputs)` registers.

    A step is subtracted, at most `clamp` in any unknown (the whole step is scaled). A lane is done when its step was
    below absolute + relative*|x| in every unknown; `done` `[lane]` becomes 1 for it, stays 0 for one that is
    not after `most` iterations, and becomes -1 for one that met a number that is not finite.
    Returns the number of iterations.
    """
    for lane in range(rows.shape[1]):
        done[lane] = 0.0
    for iteration in range(most):
        run_block(code, rows, scratch[0], scratch[1], scratch[2], scratch[3], scratch[4])
        if advance(rows, outputs, scratch, absolute, relative, clamp, done) == 0:
            return iteration + 1
    return most
