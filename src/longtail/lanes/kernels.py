"""The kernels that work through blocks of lanes: compiled where Numba is, plain NumPy elsewhere.

Both modules have the same names with the same arguments and give the same numbers to rounding. Importing Numba takes
as long as a few hundred thousand calls of NumPy on short rows do: so little work is done without it, and a process
that goes on to more changes over. The environment variable LONGTAIL_NUMBA=0 asks for the plain ones throughout.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from longtail.lanes.executor import Lanes
from longtail.lanes.program import Program

_IMPORT = 1_000_000  # calls of NumPy that take as long as importing Numba and its compiled code
_CHEAP = 500  # lanes in a call of NumPy that cost about as much as the call itself
_calls = 0  # made, or so, by the plain kernels of this process


def kernels(calls: float | None = None) -> Any:
    """The module of kernels for work that would take so many calls of NumPy; None: more than Numba's import takes.

    >>> hasattr(kernels(1000), "newton_block")
    True
    """
    global _calls
    _calls += _IMPORT if calls is None else int(calls)
    return _compiled() if _calls >= _IMPORT else import_module("longtail.lanes.numpy_kernels")


@cache
def _compiled() -> Any:
    wanted = os.environ.get("LONGTAIL_NUMBA", "1") != "0" and find_spec("numba") is not None
    return import_module(f"longtail.lanes.{'numba' if wanted else 'numpy'}_kernels")


def numpy_calls(program: Program, lanes: int) -> float:
    """What running a program once over so many lanes costs, in calls of NumPy on short rows."""
    return len(program.instructions) * (1.0 + lanes / _CHEAP)


class KernelExecutor:
    """Runs programs with whichever kernels are worth it. See `longtail.lanes.executor.Executor`."""

    def run(self, program: Program, inputs: Sequence[Any], lanes: int, dtype: type[np.generic] = np.float64) -> Lanes:
        result: Lanes = kernels(numpy_calls(program, lanes)).Executor().run(program, inputs, lanes, dtype)
        return result
