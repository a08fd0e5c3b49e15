"""What threads share, and how: the rules of the whole program are here.

One amplifier may be used from any number of threads. What is found once for a circuit is kept, and of that
- what is made by adding to an expression graph is made by one thread at a time, behind `once`;
- what is prepared for a circuit is in `longtail.engine.remember`, where the others wait for the first that asks;
  a preparation may make things behind `once`, but never the other way round: two threads would wait in a circle;
- registers that programs work in are taken from a `Pool`, and belong to one thread until they are given back;
- all else that is kept is made from constants alone: two threads that make it twice have equal ones;
- BLAS keeps to one thread for as long as any question is at work, see `longtail.engine.solving.dense`.
Nothing of this decides by what other threads or earlier questions did, so bits do not either.

Under an interpreter without its global lock, one question is answered at a time: `turn` is a lock there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock, RLock
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")

_MAKING = RLock()  # one for all: making holds the interpreter anyway, and a single lock cannot be taken in two orders
_TURN = RLock()


class once(Generic[T]):
    """An attribute that is made when first asked for, by one thread while the others wait, and kept.

    What it is made from may grow meanwhile, as an expression graph does: `functools.cached_property` has no lock.
    The making starts no threads that need such an attribute themselves.

    >>> class Circle:
    ...     @once
    ...     def area(self) -> float:
    ...         print("made")
    ...         return 3.0
    >>> c = Circle()
    >>> c.area + c.area
    made
    6.0
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> once[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> once[T] | T:
        if instance is None:
            return self
        # reached only until the attribute is there: what an instance holds comes before this descriptor
        with _MAKING:
            kept = instance.__dict__
            if self._name not in kept:
                kept[self._name] = self._make(instance)
            made: T = kept[self._name]
            return made


class Pool(Generic[T]):
    """Things that one thread at a time may use, kept by a key for the next.

    >>> pool = Pool[list[int]]()
    >>> with pool.borrow(3, lambda: [0, 0, 0]) as mine, pool.borrow(3, lambda: [1, 1, 1]) as other:
    ...     print(mine, other)
    [0, 0, 0] [1, 1, 1]
    """

    def __init__(self) -> None:
        self._idle: dict[Hashable, list[T]] = {}
        self._lock = Lock()

    @contextmanager
    def borrow(self, key: Hashable, make: Callable[[], T]) -> Iterator[T]:
        """A context in which one of the things of a key is ours; `make` gives another where all are in use."""
        with self._lock:
            idle = self._idle.setdefault(key, [])
            kept = [idle.pop()] if idle else []
        ours = kept[0] if kept else make()
        try:
            yield ours
        finally:
            with self._lock:
                idle.append(ours)


def making() -> AbstractContextManager[object]:
    """A context in which no other thread makes anything behind `once`, and an expression graph may grow."""
    return _MAKING


def one_at_a_time() -> bool:
    """Whether questions wait for one another: without the interpreter's lock, or where LONGTAIL_ONE_AT_A_TIME=1."""
    free: bool = not getattr(sys, "_is_gil_enabled", lambda: True)()
    return free or os.environ.get("LONGTAIL_ONE_AT_A_TIME", "0") == "1"


def turn() -> AbstractContextManager[object]:
    """A context for one question, an analysis with all that it asks others for.

    It is a lock where `one_at_a_time` says so, which a thread that holds it may take again; else it does nothing.
    """
    return _TURN if one_at_a_time() else nullcontext()
