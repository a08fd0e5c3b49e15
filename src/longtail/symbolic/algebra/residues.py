"""The determinant of A + s*B as a polynomial in s, exactly, for matrices of whole numbers.

Modulo a prime p, with A + s0*B invertible and M = (A + s0*B)^-1 * B,

    det(A + s*B) = det(A + s0*B) * det(1 + t*M),  t = s - s0,

whose second factor is the characteristic polynomial of M with its coefficients in reverse and every other sign turned.
Whole numbers follow from their residues modulo as many primes as their size asks for (Chinese remainder theorem), and
the size is bounded by the product over all rows of the sum of all magnitudes. One prime takes about as long as one
product of matrices, so this is far faster than exact determinants at as many numbers s as the degree asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Rows = Sequence[Sequence[int]]
_TOP = 2**62  # primes below it fit a machine word


def determinant(constant: Rows, slope: Rows) -> list[int]:
    """The coefficients of det(constant + s*slope), lowest first.

    >>> determinant([[1, 2], [3, 4]], [[5, 0], [0, 1]])
    [-2, 21, 5]
    """
    from flint import fmpz_mat

    n = len(constant)
    at_zero, growth = (fmpz_mat(n, n, [x for row in m for x in row]) for m in (constant, slope))
    bits = 2
    for a, b in zip(constant, slope, strict=True):
        bits += sum(map(abs, (*a, *b))).bit_length()
    modulus, found = 1, [0] * (n + 1)
    primes, residues = [], []
    for p in _primes():
        primes.append(p)
        residues.append(_residues(at_zero, growth, p))
        modulus *= p
        if modulus.bit_length() > bits:
            break
    for p, values in zip(primes, residues, strict=True):
        rest = modulus // p
        weight = rest * pow(rest, -1, p)
        for k, value in enumerate(values):
            found[k] += value * weight
    signed = [(x + modulus // 2) % modulus - modulus // 2 for x in found]
    while signed and not signed[-1]:
        signed.pop()
    return signed


def _primes() -> Iterator[int]:
    """Primes from the largest down."""
    from flint import fmpz

    candidate = _TOP - 1
    while True:
        if fmpz(candidate).is_prime():
            yield candidate
        candidate -= 2


def _residues(constant: Any, slope: Any, p: int) -> list[int]:
    """The coefficients modulo a prime."""
    from flint import nmod_mat, nmod_poly

    a, b = nmod_mat(constant, p), nmod_mat(slope, p)
    n = a.nrows()
    for shift in range(n + 1):
        moved = a + b * shift
        size = int(moved.det())
        if size:
            break
    else:
        return []  # zero at more numbers than its degree: zero everywhere
    reverse = moved.solve(b).charpoly().coeffs()[::-1]
    turned = nmod_poly([-int(c) if k % 2 else int(c) for k, c in enumerate(reverse)], p)
    return [int(c) * size % p for c in turned(nmod_poly([-shift, 1], p)).coeffs()]
