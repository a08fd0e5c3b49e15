"""The kernels that work through blocks of lanes: compiled where Numba is, plain NumPy elsewhere.

Both modules have the same names with the same arguments and give the same numbers to rounding. The environment
variable LONGTAIL_NUMBA=0 asks for the plain ones.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from longtail.lanes.executor import Executor


@cache
def kernels() -> Any:
    """The module of kernels; imported when first asked for, since Numba takes its time.

    >>> hasattr(kernels(), "newton_block")
    True
    """
    compiled = os.environ.get("LONGTAIL_NUMBA", "1") != "0" and find_spec("numba") is not None
    return import_module(f"longtail.lanes.{'numba' if compiled else 'numpy'}_kernels")


def lane_executor() -> Executor:
    """The executor for many lanes."""
    executor: Executor = kernels().Executor()
    return executor
