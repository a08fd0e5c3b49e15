"""The kernels in plain NumPy, for where Numba does not run: the names are those of `longtail.lanes.compiled`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from longtail.lanes.plain.executor import Lanes, NumpyExecutor, Step, bind, bind_call, in_steps, run_steps
from longtail.lanes.program import Program

Executor = NumpyExecutor


def run_block(code: Any, rows: Lanes, *scratch: Any) -> None:
    """See `longtail.lanes.compiled.executor.run_block`."""
    run_steps(bind(code, rows))


def run_complex_block(code: Any, re: Lanes, im: Lanes) -> None:
    """See `longtail.lanes.compiled.executor.run_complex_block`."""
    rows = re + 1j * im
    run_block(code, rows)
    re[...], im[...] = rows.real, rows.imag


def prepare(program: Program, rows: Lanes, *scratch: Any) -> list[Step]:
    """See `longtail.lanes.compiled.kernels.prepare`."""
    return in_steps(program, rows, bind, bind_call)


def predict(x: Lanes, start: Lanes, slopes: Lanes, moves: Lanes) -> None:
    """See `longtail.lanes.compiled.newton.predict`. A matrix product would round by the number of its columns."""
    x[:] = start[:, None]
    with np.errstate(over="ignore", invalid="ignore"):  # values that far off are led there in steps, or lost
        for column, move in zip(slopes.T, moves, strict=True):
            x += column[:, None] * move


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
    """See `longtail.lanes.compiled.newton.newton_block`."""
    n = len(outputs)
    done[:] = 0.0
    with np.errstate(all="ignore"):
        for iteration in range(most):
            for function, operands in steps:
                function(*operands)
            step, x = rows[outputs], rows[:n]
            size = np.abs(step)
            worst = (size / (absolute[:, None] + relative * np.abs(x))).max(axis=0)
            share = np.where(done != 0.0, 0.0, np.minimum(1.0, clamp / size.max(axis=0)))
            done[(done == 0.0) & (worst <= 1.0)] = 1.0
            done[(done == 0.0) & ~(worst < math.inf)] = -1.0
            moving = share > 0.0
            x[:, moving] -= share[moving] * step[:, moving]
            if not (done == 0.0).any():
                return iteration + 1
    return most


def _matrix(model: Lanes, entries: Any, delayed: Any, taus: Any, omega: float) -> Lanes:
    y = model[entries[:, 0]] + 1j * omega * model[entries[:, 1]]
    for entry, slope, k in delayed:
        y[entry] += model[slope] * (np.exp(-1j * omega * model[taus[k]]) - 1.0)
    return np.asarray(y)


def _solved(
    model: Lanes, entries: Any, delayed: Any, taus: Any, omega: float, code: Any, re: Lanes, im: Lanes
) -> Lanes:
    rows = re + 1j * im
    rows[: len(entries)] = _matrix(model, entries, delayed, taus, omega)
    run_block(code, rows)
    return rows


def solve_points(
    model: Lanes, entries: Any, reactive: Any, delayed: Any, taus: Any, delays: Any, omegas: Lanes, code: Any,
    re: Lanes, im: Lanes, outputs: Any, pivots: Any, scale: Lanes, even: Lanes, odd: Lanes, weakest: Lanes,
) -> None:  # fmt: skip
    """See `longtail.lanes.compiled.sweep.solve_points`."""
    weakest[:] = math.inf
    for p, omega in enumerate(omegas):
        rows = _solved(model, entries, delayed, taus, omega, code, re, im)
        scaled = rows[pivots] * scale[p][:, None]
        np.minimum(weakest, np.square(np.abs(scaled)).min(axis=0, initial=math.inf), out=weakest)
        determinant = scaled.prod(axis=0)
        values = np.concatenate([determinant[None], determinant * rows[outputs]])
        even[:, p], odd[:, p] = values.real, values.imag


def spread(
    even_matrix: Lanes, odd_matrix: Lanes, even: Lanes, odd: Lanes, work: Lanes, largest: Lanes, out: Lanes
) -> None:
    """See `longtail.lanes.compiled.sweep.spread`."""
    full = even_matrix @ even + 1j * (odd_matrix @ odd)
    with np.errstate(all="ignore"):
        _write(full[1:] / full[0], largest, out)


def combine(
    weights: Lanes, offset: Lanes, samples: Lanes, parts: Lanes, work: Lanes, largest: Lanes, out: Lanes
) -> None:
    """See `longtail.lanes.compiled.sweep.combine`."""
    full = weights @ np.concatenate([samples.real, samples.imag], axis=1) + offset[:, :, None]
    half = full.shape[1] // 2
    _write(full[:, :half] + 1j * full[:, half:], largest, out)


def _write(gains: Lanes, largest: Lanes, out: Lanes) -> None:
    largest[:] = np.square(np.abs(gains)).max(axis=1)
    lanes = out.shape[2] // 2
    out[:, :, 0::2], out[:, :, 1::2] = gains.real[:, :, :lanes], gains.imag[:, :, :lanes]


def solve_plain(
    model: Lanes, entries: Any, reactive: Any, delayed: Any, taus: Any, delays: Any, omegas: Lanes, code: Any,
    re: Lanes, im: Lanes, outputs: Any, out: Lanes,
) -> None:  # fmt: skip
    """See `longtail.lanes.compiled.sweep.solve_plain`."""
    for p, omega in enumerate(omegas):
        out[:, p] = _solved(model, entries, delayed, taus, omega, code, re, im)[outputs][:, : out.shape[2]]


def judge(
    exact: Lanes, found: Lanes, largest: Lanes, tolerance: float, rounding: float, trusted: Lanes, bad: Lanes
) -> int:
    """See `longtail.lanes.compiled.sweep.judge`."""
    lanes = found.shape[1]
    size = np.sqrt(largest[:, :lanes])
    allowed = np.maximum(tolerance * size, rounding * size.max(axis=0))
    bad[:lanes] = ~((np.abs(exact[:, 0, :lanes] - found) <= allowed).all(axis=0) & trusted[:lanes])
    return int(bad[:lanes].sum())
