"""Compiled functions that are kept on disk where that can be done, and compiled again where it cannot.

A folder for compiled code may be read-only, full, or hold what was half written when a machine went down. None of that
is a reason not to compute: it takes the seconds of compiling, and a damaged folder is mended on the way.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numba as nb
from numba.core.caching import FunctionCache


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.njit` with these options, its machine code kept on disk."""

    def compile(function: Callable[..., Any]) -> Any:
        dispatcher = nb.njit(**options)(function)
        with contextlib.suppress(RuntimeError):  # no folder can be written to: nothing is kept
            dispatcher._cache = TolerantCache(function)
        return dispatcher

    return compile


class TolerantCache(FunctionCache):
    """A cache that a damaged or full folder does not stop. Loading and saving are those of Numba."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Code that was kept; None where there is none that can be read."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # what is unpickled from damaged bytes can raise anything
            with contextlib.suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep code where there is room; whoever needs it next compiles it otherwise."""
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)
