"""Blocks of lanes: how large they are, and the rows of registers that they work in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.lanes.program import Program

Loaded = NDArray[Any] | list[NDArray[Any]]

_WIDEST = 32  # lanes: four vectors of eight, as AVX-512 has them, in one turn of an unrolled loop
_CACHE_BYTES = 600_000  # of registers in a block: they and the scratch rows fit a second-level cache of 1 MiB


def block_size(registers: int, lanes: int = 512) -> int:
    """Lanes in a block: a power of two up to 512 whose registers stay in the second-level cache, if 32 lanes do.

    It is not much larger than the number of lanes that there are, and never less than the widest vector loops take at
    a time: a compiler rounds what is left over to shorter loops otherwise, and a lane would depend on its place.

    >>> block_size(250), block_size(10), block_size(100_000), block_size(250, 12)
    (256, 512, 32, 32)
    """
    size = min(512, max(_WIDEST, 1 << (lanes - 1).bit_length()))
    while size > _WIDEST and registers * size * 8 > _CACHE_BYTES:
        size //= 2
    return size


def real_registers(program: Program, block: int) -> NDArray[np.float64]:
    """Rows for a block with the constants filled in."""
    rows = np.zeros((program.registers, block))
    first = len(program.inputs)
    rows[first : first + len(program.constants)] = program.constants[:, None]
    return rows


def complex_registers(program: Program, block: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows of real and imaginary parts for a block with the constants filled in."""
    return real_registers(program, block), np.zeros((program.registers, block))


def gathered(inputs: Sequence[Any], lanes: int, dtype: type[np.generic]) -> Loaded:
    """The inputs of a program, numbers or arrays over lanes, for `load`: those of one lane as a column, since thousands
    of them take longer one by one than what the program does with them."""
    if lanes == 1:
        return np.array([x.item() if isinstance(x, np.ndarray) else x for x in inputs], dtype)[:, None]
    return [np.asarray(x) for x in inputs]


def load(rows: NDArray[Any], inputs: Loaded, start: int, count: int) -> None:
    """So many lanes of the inputs, from `start`, into the first rows of a block, the rest of which repeats the first.

    >>> rows = np.zeros((3, 4))
    >>> load(rows, gathered([7.0, np.array([1.0, 2.0, 3.0])], 3, np.float64), 1, 2)
    >>> rows.tolist()
    [[7.0, 7.0, 7.0, 7.0], [2.0, 3.0, 2.0, 2.0], [0.0, 0.0, 0.0, 0.0]]
    """
    if isinstance(inputs, np.ndarray):
        rows[: len(inputs)] = inputs
        return
    for row, x in zip(rows, inputs, strict=False):
        row[:count] = x if x.ndim == 0 or x.shape[0] == 1 else x[start : start + count]
        row[count:] = row[0]


def scratch_rows(block: int) -> tuple[NDArray[Any], ...]:
    """The scratch rows that `run_block` takes after the registers."""
    scratch, other, saved = np.empty(block), np.empty(block), np.empty(block)
    return scratch, scratch.view(np.uint64), other, other.view(np.uint64), saved
