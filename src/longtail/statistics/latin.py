"""Latin hypercubes of which one sample can be had without the others.

Of N samples, each dimension has one in each of N strata of equal probability. Which sample has which stratum is a
permutation of 0 to N - 1 that is computed, not shuffled: an unbalanced Feistel network over as many bits as N - 1 has,

    left ^= F(right, key of the round),  right ^= F(left, key of the next round),  left ^= ...

with random keys of each dimension. What falls beyond N goes through the network again until it does not, which keeps it
a permutation (cycle walking: J. Black, P. Rogaway, CT-RSA 2002, section 4). F multiplies and folds 64 bits by the
constants of SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014, fig. 16). Latin hypercubes: M. McKay, R. Beckman,
W. Conover, Technometrics 21 (1979) 239; a mean that is a sum of functions of one dimension each has an error of higher
order then (M. Stein, Technometrics 29 (1987) 143).
"""

from __future__ import annotations

import numpy as np

from longtail.statistics.words import Rows, Words

ROUNDS = 8
LARGEST = 2**40  # samples
_LEAST_BITS = 6  # with fewer, eight rounds do not make all permutations as likely
_C1, _C2, _HALF = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(32)


def strata(samples: Rows, count: int, keys: Words) -> Words:
    """The strata `[sample, dimension]`, 0 to count - 1, of some of `count` samples: a permutation in each dimension.

    keys  random words `[round, dimension]`

    >>> keys = np.arange(8, dtype=np.uint64).reshape(8, 1)
    >>> sorted(strata(np.arange(5), 5, keys)[:, 0].tolist())
    [0, 1, 2, 3, 4]
    """
    bits = max((count - 1).bit_length(), _LEAST_BITS)
    found = _network(samples.astype(np.uint64)[:, None], keys, bits)
    rows, columns = np.nonzero(found >= np.uint64(count))
    while rows.size:
        again = _network(found[rows, columns], keys[:, columns], bits)
        found[rows, columns] = again
        beyond = again >= np.uint64(count)
        rows, columns = rows[beyond], columns[beyond]
    return found


def _network(values: Words, keys: Words, bits: int) -> Words:
    """A permutation of all numbers of so many bits, by keys `[round, ...]`."""
    width = np.uint64(bits // 2)
    masks = np.uint64((1 << (bits - bits // 2)) - 1), np.uint64((1 << (bits // 2)) - 1)
    halves = [values >> width, values & masks[1]]
    for number, key in enumerate(keys):
        changed = number % 2
        mixed = (halves[1 - changed] ^ key) * _C1
        mixed ^= mixed >> _HALF
        mixed *= _C2
        mixed >>= _HALF
        mixed &= masks[changed]
        mixed ^= halves[changed]
        halves[changed] = mixed
    return (halves[0] << width) | halves[1]
