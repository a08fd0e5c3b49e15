"""Blocks of lanes: how large they are, and the rows of registers that they work in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from longtail.lanes.program import Program

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


def scratch_rows(block: int) -> tuple[NDArray[Any], ...]:
    """The scratch rows that `run_block` takes after the registers."""
    scratch, other, saved = np.empty(block), np.empty(block), np.empty(block)
    return scratch, scratch.view(np.uint64), other, other.view(np.uint64), saved
