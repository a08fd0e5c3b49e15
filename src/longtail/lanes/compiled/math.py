"""Exponential and logarithm of a row of lanes, written so that the compiler makes vector instructions of them.

The standard library's, called in a loop, work one lane at a time. Here the exponent bits are taken apart and put
together by integer arithmetic on a scratch row, and the rest is a polynomial: within 1 unit in the last place (exp)
and 2 (log) of the correctly rounded value. Every lane goes through the same operations, wherever it stands in the row.
Source: Cody and Waite, Software Manual for the Elementary Functions (1980), chapters 5 and 6.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np
from numpy.typing import NDArray

from longtail.lanes.compiled.cache import compiled

Row = NDArray[np.float64]
Bits = NDArray[np.uint64]

# Contraction to fused multiply-add is allowed; infinities and nan keep their meaning.
FAST = {"contract", "nsz"}

_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it rounds to a whole number and leaves that in the low bits
_TAYLOR = tuple(1.0 / math.factorial(k) for k in range(14))
_SQRT_HALF = nb.uint64(int(np.float64(math.sqrt(0.5)).view(np.int64)))
_BIAS = nb.uint64(1024 << 52)  # keeps the difference of exponents positive
_TWO_TO_52 = nb.uint64(int(np.float64(2.0**52).view(np.int64)))  # or-ed with a whole number: that number plus 2^52
# log((1+s)/(1-s)) = 2*(s + s^3/3 + s^5/5 + ...), abs(s) < 0.1716
_ODD = tuple(2.0 / (2 * k + 1) for k in range(11))


@compiled(fastmath=FAST, error_model="numpy")
def exp_row(x: Row, out: Row, scratch: Row, bits: Bits) -> None:
    """out = exp(x); `bits` is the integer view of `scratch`. inf above 709, 0 below -708, nan stays.

    `out` and `x` may be the same row. Loops that compute and loops that move bits are apart: mixed, none vectorizes.
    """
    c = _TAYLOR
    for k in range(x.shape[0]):
        a = min(max(x[k], -708.0), 709.0)
        scratch[k] = a * _LOG2_E + _ROUND
    for k in range(x.shape[0]):
        a = min(max(x[k], -708.0), 709.0)
        n = scratch[k] - _ROUND
        r = (a - n * _LN2_HIGH) - n * _LN2_LOW
        p = c[13]
        p = p * r + c[12]
        p = p * r + c[11]
        p = p * r + c[10]
        p = p * r + c[9]
        p = p * r + c[8]
        p = p * r + c[7]
        p = p * r + c[6]
        p = p * r + c[5]
        p = p * r + c[4]
        p = p * r + c[3]
        p = p * r + c[2]
        p = p * r + 1.0
        p = p * r + 1.0
        a = x[k]
        p = math.inf if a > 709.0 else p
        p = 0.0 if a < -708.0 else p
        out[k] = p if a == a else a
    for k in range(x.shape[0]):
        bits[k] = (bits[k] + nb.uint64(1023)) << nb.uint64(52)
    for k in range(x.shape[0]):
        out[k] *= scratch[k]


@compiled(fastmath=FAST, error_model="numpy")
def log_row(x: Row, out: Row, scratch: Row, bits: Bits, other: Row, other_bits: Bits) -> None:
    """out = log(x); -inf at 0, nan below. `bits` and `other_bits` are the integer views of the scratch rows."""
    c = _ODD
    for k in range(x.shape[0]):
        scratch[k] = x[k]
    for k in range(x.shape[0]):
        e = (bits[k] - _SQRT_HALF + _BIAS) >> nb.uint64(52)
        other_bits[k] = e + _TWO_TO_52
        bits[k] = bits[k] - (e << nb.uint64(52)) + _BIAS
    for k in range(x.shape[0]):
        m = scratch[k]
        n = other[k] - 4503599627371520.0
        s = (m - 1.0) / (m + 1.0)
        z = s * s
        p = c[10]
        p = p * z + c[9]
        p = p * z + c[8]
        p = p * z + c[7]
        p = p * z + c[6]
        p = p * z + c[5]
        p = p * z + c[4]
        p = p * z + c[3]
        p = p * z + c[2]
        p = p * z + c[1]
        a = x[k]
        y = n * _LN2_HIGH + (s * z * p + (2.0 * s + n * _LN2_LOW))
        y = math.inf if a == math.inf else y
        y = -math.inf if a == 0.0 else y
        out[k] = y if a >= 0.0 else math.nan
