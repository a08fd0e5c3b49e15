"""Any number of lanes in bounded memory: part by part, with buffers that are used again.

Each part is solved, swept over frequency and digested while its numbers are still near the processor; only what the
digest keeps goes on. Parts come out in order, so that a file can be written as they come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
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
    parts = [slice(k, min(k + size, lanes)) for k in range(first, lanes, size)]
    threads = min(threads, len(parts))
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
            yield from ((part, work(part)) for part in parts)
            return
        work(slice(first, first + 1))  # what is prepared on first use is prepared once, not once a thread
        yield from _in_order(parts, work, threads)


def _in_order(parts: list[slice], work: Callable[[slice], T], threads: int) -> Iterator[tuple[slice, T]]:
    """Parts over threads, no more under way or waiting than twice the threads."""
    waiting: deque[tuple[slice, Future[T]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for part in parts:
                waiting.append((part, pool.submit(work, part)))
                if len(waiting) >= 2 * threads:
                    where, done = waiting.popleft()
                    yield where, done.result()
            while waiting:
                where, done = waiting.popleft()
                yield where, done.result()
        finally:
            for _, future in waiting:
                future.cancel()
