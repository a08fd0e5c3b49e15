"""The kernels that work through blocks of lanes: compiled where Numba is, plain NumPy elsewhere.

Both modules have the same names with the same arguments and give the same numbers to rounding. Which one serves is
chosen by the call alone, never by what was done before or elsewhere, so that last bits stay what they are:
lanes take the compiled kernels from the first on (`COMPILED`), however many there are; a single circuit takes them
where its programs are so large that a solve in plain NumPy takes as long as importing Numba (`BY_SIZE`).
The environment variable LONGTAIL_NUMBA=0 asks for the plain ones throughout.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from longtail.lanes.plain.executor import Executor, Lanes, NumpyExecutor
from longtail.lanes.program import Program

_LARGE = 20_000  # instructions whose run takes so long in NumPy that a few dozen take as long as importing Numba
_CHEAP = 500  # lanes in a call of NumPy that cost about as much as the call itself


@cache
def kernels() -> Any:
    """The module of kernels: compiled ones where they are there and wanted.

    >>> hasattr(kernels(), "newton_block")
    True
    """
    if os.environ.get("LONGTAIL_NUMBA", "1") != "0":
        try:
            from longtail.lanes.compiled import kernels as compiled
        except ModuleNotFoundError as error:
            if error.name != "numba":
                raise
        else:
            return compiled
    from longtail.lanes.plain import kernels as plain

    return plain


class CompiledExecutor:
    """Runs every program with `kernels`. See `longtail.lanes.plain.executor.Executor`."""

    def run(self, program: Program, inputs: Sequence[Any], lanes: int, dtype: type[np.generic] = np.float64) -> Lanes:
        result: Lanes = kernels().Executor().run(program, inputs, lanes, dtype)
        return result


class SizeExecutor:
    """Runs small programs in plain NumPy, and large ones as `CompiledExecutor` does."""

    def run(self, program: Program, inputs: Sequence[Any], lanes: int, dtype: type[np.generic] = np.float64) -> Lanes:
        calls = program.size * (1.0 + lanes / _CHEAP)
        executor: Executor = COMPILED if calls >= _LARGE else _PLAIN
        return executor.run(program, inputs, lanes, dtype)


_PLAIN = NumpyExecutor()
COMPILED = CompiledExecutor()
BY_SIZE = SizeExecutor()
