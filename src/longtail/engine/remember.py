"""Remembering what was prepared for a circuit, so that asking again with other numbers costs only the solve."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock, RLock
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The last few results of a preparation, by the identity of an object and the values of a key.

    Of threads that ask for the same at once, one prepares it and the others wait. What a preparation asks for itself
    never comes back to it, so they never wait in a circle.

    >>> squares = Remembered[int](2)
    >>> circuit = object()
    >>> squares.get(circuit, 3, lambda: 9), squares.get(circuit, 3, lambda: 0)
    (9, 9)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[int, Hashable], tuple[object, T]] = OrderedDict()
        self._preparing: dict[tuple[int, Hashable], Any] = {}
        self._lock = Lock()

    def get(self, owner: object, key: Hashable, prepare: Callable[[], T]) -> T:
        """What was prepared for `owner` and `key`, or else what `prepare` gives now."""
        place = (id(owner), key)
        with self._lock:
            if place in self._kept:
                self._kept.move_to_end(place)
                return self._kept[place][1]
            alone = self._preparing.setdefault(place, RLock())
        with alone:
            try:
                return self._kept_or(place, owner, prepare)
            finally:
                with self._lock:
                    self._preparing.pop(place, None)

    def _kept_or(self, place: tuple[int, Hashable], owner: object, prepare: Callable[[], T]) -> T:
        with self._lock:
            if place in self._kept:  # by another thread, while this one waited
                return self._kept[place][1]
        result = prepare()
        with self._lock:
            self._kept[place] = (owner, result)  # the owner is kept too, so that its identity stays its own
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return result
