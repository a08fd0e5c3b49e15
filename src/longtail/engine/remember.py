"""Remembering what was prepared for a circuit, so that asking again with other numbers costs only the solve."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count
from threading import Lock, RLock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from longtail.engine.weight import weigh

T = TypeVar("T")

MOST_BYTES = 512 << 20  # that all results together may weigh; those of a 741 weigh about 10 MB
_PART = 16  # of the most, that may be added before all is weighed anew


@dataclass(eq=False, slots=True)
class _Kept:
    """A result, and its owner, which is kept too, so that its identity stays its own; `used` rises with every use."""

    owner: object
    result: Any
    used: int


class _Shelf:
    """All that is remembered in the process: `lock` is held for every look and change, `uses` counts them."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.uses = count()
        self._all: WeakSet[Remembered[Any]] = WeakSet()
        self._added = 0.0

    def add(self, preparation: Remembered[Any]) -> None:
        """Take in what one preparation keeps."""
        with self.lock:
            self._all.add(preparation)

    def make_room(self, newest: _Kept) -> None:
        """Forget what does not fit any more. All is weighed anew when enough was added: it grows while it is used."""
        self._added += weigh((newest.owner, newest.result), ())[0]
        if self._added <= MOST_BYTES / _PART:
            return
        self._added = 0.0
        every = [(kept, place, each.kept) for each in self._all for place, kept in each.kept.items()]
        known: set[int] = set()
        total = 0.0
        for kept, place, entries in sorted(every, key=lambda each: -each[0].used):
            more, met = weigh((kept.owner, kept.result), known)
            if kept is not newest and total + more > MOST_BYTES:
                del entries[place]
            else:
                total += more
                known |= met


_SHELF = _Shelf()


class Remembered(Generic[T]):
    """The last few results of a preparation, by the identity of an object and the values of a key.

    They are few by number, and with those of all other preparations in the process they weigh at most `MOST_BYTES`: of
    what does not fit beside others used later the oldest goes first. The last one stays, whatever it weighs.

    Of threads that ask for the same at once, one prepares it and the others wait. What a preparation asks for itself
    never comes back to it, so they never wait in a circle.

    >>> squares = Remembered[int](2)
    >>> circuit = object()
    >>> squares.get(circuit, 3, lambda: 9), squares.get(circuit, 3, lambda: 0)
    (9, 9)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.kept: OrderedDict[tuple[int, Hashable], _Kept] = OrderedDict()  # the last used at the end
        self._preparing: dict[tuple[int, Hashable], Any] = {}
        _SHELF.add(self)

    def get(self, owner: object, key: Hashable, prepare: Callable[[], T]) -> T:
        """What was prepared for `owner` and `key`, or else what `prepare` gives now."""
        place = (id(owner), key)
        with _SHELF.lock:
            if place in self.kept:
                return self._again(place)
            alone = self._preparing.setdefault(place, RLock())
        with alone:
            try:
                return self._kept_or(place, owner, prepare)
            finally:
                with _SHELF.lock:
                    self._preparing.pop(place, None)

    def _again(self, place: tuple[int, Hashable]) -> T:
        self.kept.move_to_end(place)
        self.kept[place].used = next(_SHELF.uses)
        result: T = self.kept[place].result
        return result

    def _kept_or(self, place: tuple[int, Hashable], owner: object, prepare: Callable[[], T]) -> T:
        with _SHELF.lock:
            if place in self.kept:  # by another thread, while this one waited
                return self._again(place)
        result = prepare()
        with _SHELF.lock:
            self.kept[place] = newest = _Kept(owner, result, next(_SHELF.uses))
            while len(self.kept) > self._most:
                self.kept.popitem(last=False)
            _SHELF.make_room(newest)
        return result
