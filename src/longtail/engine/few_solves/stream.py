"""Any number of lanes in bounded memory: part by part, with buffers that are used again.

Each part is solved, swept over frequency and digested while its numbers are still near the processor; only what the
digest keeps goes on. Parts come out in order, so that a file can be written as they come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from longtail.engine.few_solves.frequency_sweep import FrequencySweep
from longtail.engine.small_signal.linearization import Complex
from longtail.engine.solving import dense
from longtail.engine.solving.operating_point import OperatingPoint

T = TypeVar("T")

PART = 1024  # lanes: a few milliseconds of work, whose gains stay in the third-level cache


def stream(
    lanes: int,
    solve: Callable[[slice], OperatingPoint],
    digest: Callable[[slice, OperatingPoint, Complex | None], T],
    *,
    sweep: FrequencySweep | None = None,
    threads: int = 1,
    size: int = PART,
    first: int = 0,
) -> Iterator[tuple[slice, T]]:
    """Parts of `size` lanes from `first` on, each with what `digest(lanes of the part, points, gains)` made of it.

    `solve` gives the operating points of a part; the gains `[lane, frequency, out_mode, in_mode]` are those of
    `sweep`, None without one, and valid only until the digest returns. With `threads` several parts are under way at
    once, and both functions must bear that; compiled code lets go of the interpreter lock. Abandoning the iterator
    ends the work after the parts that are under way.
    """
    some = parts(lanes, size, first)
    threads = min(threads, len(some))
    buffers: SimpleQueue[Complex | None] = SimpleQueue()
    for _ in range(threads):
        buffers.put(sweep.buffer(min(size, lanes - first)) if sweep else None)

    def work(where: slice) -> T:
        buffer = buffers.get()
        try:
            point = solve(where)
            return digest(where, point, sweep.run(point, out=buffer) if sweep else None)
        finally:
            buffers.put(buffer)

    with dense.one_thread():
        if threads <= 1:
            yield from ((part, work(part)) for part in some)
            return
        work(slice(first, first + 1))  # what is prepared on first use is prepared once, not once a thread
        with ThreadPoolExecutor(threads) as pool:
            yield from in_order(some, lambda part: pool.submit(work, part), 2 * threads)


def parts(lanes: int, size: int, first: int = 0) -> list[slice]:
    """Parts of `size` lanes from `first` on.

    >>> parts(10, 4, 2)
    [slice(2, 6, None), slice(6, 10, None)]
    """
    return [slice(k, min(k + size, lanes)) for k in range(first, lanes, size)]


def in_order(some: Iterable[slice], submit: Callable[[slice], Future[T]], most: int) -> Iterator[tuple[slice, T]]:
    """Parts with what became of them, in order whatever is done first, no more than `most` under way or waiting.

    Those that are not under way when the iterator is abandoned are never begun.
    """
    waiting: deque[tuple[slice, Future[T]]] = deque()
    try:
        for part in some:
            waiting.append((part, submit(part)))
            if len(waiting) >= most:
                where, done = waiting.popleft()
                yield where, done.result()
        while waiting:
            where, done = waiting.popleft()
            yield where, done.result()
    finally:
        for _, future in waiting:
            future.cancel()
