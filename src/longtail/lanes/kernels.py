"""The kernels that work through blocks of lanes: compiled where Numba is, plain NumPy elsewhere.

Both modules have the same names with the same arguments and give the same numbers to rounding. Importing Numba takes
as long as a few hundred thousand calls of NumPy on short rows do: so little work is done without it, and a question
that goes on to more changes over, at the same place whenever it is asked: what a process did before does not count.
The environment variable LONGTAIL_NUMBA=0 asks for the plain ones throughout.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from longtail.lanes.executor import Lanes
from longtail.lanes.program import Program

_IMPORT = 1_000_000  # calls of NumPy that take as long as importing Numba and its compiled code
_CHEAP = 500  # lanes in a call of NumPy that cost about as much as the call itself


class Question:
    """What is asked at once, an analysis with all that it asks others for. Work done for it counts together."""

    def __init__(self) -> None:
        self.calls = 0.0  # made, or so, by the plain kernels


_asked: ContextVar[Question | None] = ContextVar("asked", default=None)


@contextmanager
def question() -> Iterator[None]:
    """A context in which all work counts for one question; within another question, for that one."""
    if _asked.get() is not None:
        yield
        return
    token = _asked.set(Question())
    try:
        yield
    finally:
        _asked.reset(token)


def asked() -> Question | None:
    """The question that work is done for now; None where a part of the engine is used by itself."""
    return _asked.get()


def kernels(calls: float | None = None) -> Any:
    """The module of kernels for work that would take so many calls of NumPy; None: more than Numba's import takes.

    >>> hasattr(kernels(1000), "newton_block")
    True
    """
    if calls is None:  # counts for nothing else: what is solved before a sweep rounds as what is solved after it
        return _compiled()
    whole = asked() or Question()
    whole.calls += calls
    return _compiled() if whole.calls >= _IMPORT else import_module("longtail.lanes.numpy_kernels")


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
