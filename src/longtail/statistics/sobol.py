"""Scrambled Sobol' points of which one can be had without the others.

Point i is the exclusive or of the generators of the bits of i. The generators are points 1, 2, 4, 8, ... of SciPy's
unscrambled sequence, whose direction numbers are those of S. Joe and F. Kuo, SIAM J. Sci. Comput. 30 (2008) 2635; its
order is that of a Gray code.

Scrambled by a random linear matrix and a digital shift: of a number x of binary digits x_c, digit r becomes

    y_r = d_r + x_r + sum over c < r of L_rc*x_c (mod 2)

with random digits L and d of each dimension (J. Matousek, J. Complexity 14 (1998) 527). Each point is then uniformly
distributed, so that means are unbiased; each 2^m points from a multiple of 2^m keep one point in each elementary
interval that had one; and variances of means are those of Owen's nested scrambling (A. Owen, ACM TOMACS 13 (2003) 363).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from longtail.statistics.words import Rows, Words

DIGITS = 32  # of the unscrambled points
SCRAMBLED_DIGITS = 52
MOST_DIMENSIONS = 21201  # of which SciPy has direction numbers
LARGEST = 2**30  # samples
_ONE = np.uint64(1)


def points(samples: Rows, words: Words) -> Words:
    """Points `[sample, dimension]` of 52 binary digits, as integers.

    words  random words `[DIGITS + 1, dimension]` that scramble: a column of L below its diagonal each, and the shift

    >>> words = np.zeros((DIGITS + 1, 2), np.uint64)  # unscrambled
    >>> (points(np.arange(4), words) / 2**52).tolist()
    [[0.0, 0.0], [0.5, 0.5], [0.75, 0.25], [0.25, 0.75]]
    """
    bits = max(int(samples.max(initial=0)).bit_length(), 10)
    generators = _scrambled(_generators(words.shape[1], bits), words[:-1])
    found = np.repeat(words[-1:] >> np.uint64(64 - SCRAMBLED_DIGITS), samples.size, axis=0)
    for first in range(0, bits, 8):
        table = np.zeros((1, words.shape[1]), np.uint64)  # of all values of eight bits of the number
        for each in generators[first : first + 8]:
            table = np.concatenate([table, table ^ each])
        found ^= table[(samples >> first) & (len(table) - 1)]
    return found


def _scrambled(generators: Words, words: Words) -> Words:
    """Generators `[bit, dimension]` of 32 digits times L: 52 digits."""
    total = np.zeros_like(generators)
    for c, word in enumerate(words):
        below = SCRAMBLED_DIGITS - 1 - c  # digits below the diagonal
        column = np.uint64(1 << below) | (word >> np.uint64(64 - below))
        total ^= column * ((generators >> np.uint64(DIGITS - 1 - c)) & _ONE)
    return total


@lru_cache(maxsize=16)
def _generators(dimensions: int, bits: int) -> Words:
    """The unscrambled points 1, 2, 4, ... `[bit, dimension]`, of 32 digits; it takes 2^bits steps."""
    from scipy.stats import qmc

    sequence = qmc.Sobol(dimensions, scramble=False, bits=DIGITS)
    found = []
    for bit in range(bits):
        sequence.fast_forward(2**bit - sequence.num_generated)
        found.append(sequence.random(1)[0])
    return (np.array(found) * 2.0**DIGITS).astype(np.uint64)
