"""Random words that depend on a seed, the number of a row and the column alone: Philox4x64-10.

A generator without a state: 256 bits of counter and 128 bits of key become 256 random bits, the same on every machine.
The counter is (row, column div 4, tag, 0), the key is the seed, and a column has one of the four words. Source:
J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", Proc. SC '11, section 3.3. NumPy
has it in C and promises never to change what its bit generators give (NEP 19); the tests hold it against the equations
and the published answers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Rows = NDArray[np.intp]

_PER_COUNTER = 4
_COUNTERS = 2**256
_GAP = 256  # rows that are left out between two: so many are drawn in the time that a generator takes to be set up


def words(seed: int, rows: Rows, columns: int, tag: int) -> Words:
    """Random words of 64 bits, `[row, column]`.

    seed     0 to 2^128 - 1
    rows     numbers from 0, in any order
    columns  how many; the first are the same for any number of them
    tag      0 to 2^64 - 1: words of one seed that have nothing to do with one another

    >>> [hex(word) for word in words(0, np.array([0]), 2, 0)[0]]
    ['0x16554d9eca36314c', '0xdb20fe9d672d0fdc']
    """
    ordered, places = rows, None
    if (np.diff(rows) <= 0).any():
        ordered, places = np.unique(rows, return_inverse=True)
    found = np.empty((ordered.size, columns), np.uint64)
    breaks = np.flatnonzero(np.diff(ordered) > _GAP) + 1
    for first, last in zip([0, *breaks], [*breaks, ordered.size], strict=True):
        run = ordered[first:last]
        if run.size:
            _fill(found[first:last], seed, run, tag)
    return found if places is None else found[places]


def _fill(found: Words, seed: int, run: Rows, tag: int) -> None:
    """The words of rows that ascend with small gaps."""
    start, length = int(run[0]), int(run[-1] - run[0]) + 1
    for column in range(0, found.shape[1], _PER_COUNTER):
        counter = start + (column // _PER_COUNTER << 64) + (tag << 128)
        generator = np.random.Philox(counter=(counter - 1) % _COUNTERS, key=seed)  # it counts before it draws
        drawn = generator.random_raw(_PER_COUNTER * length).reshape(length, _PER_COUNTER)
        some = found[:, column : column + _PER_COUNTER]
        some[:] = (drawn if length == run.size else drawn[run - start])[:, : some.shape[1]]
