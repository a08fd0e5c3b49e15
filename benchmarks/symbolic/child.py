"""What runs in the process of a peer: read a request, time the work, evaluate the answer.

One JSON object comes in by standard input, one goes out by the file that the request names; what a peer prints does not
disturb it. An alarm ends the process where the work takes more processor time than it may: nothing else stops every
library, and what else runs on the machine does not count.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path
from typing import Any

Request = dict[str, Any]
Expression = Any  # sympy.Expr
Answer = tuple[Expression, Expression]
DIGITS = 40
ENOUGH = 20.0  # seconds of processor time after which no further repetition is made


def serve(prepare: Callable[[Request], Callable[[], Answer]]) -> None:
    """Answer the request of standard input.

    `prepare` reads the circuit and gives the work to time, which returns numerator and denominator.
    """
    from sympy.core.cache import clear_cache

    request = json.load(sys.stdin)
    work = prepare(request)
    seconds: list[float] = []
    while len(seconds) < request["repeats"] and sum(seconds) < ENOUGH:
        clear_cache()  # or SymPy would remember the earlier run
        signal.setitimer(signal.ITIMER_PROF, request["limit"])
        start = time.process_time()
        above, below = work()
        seconds.append(time.process_time() - start)
        signal.setitimer(signal.ITIMER_PROF, 0.0)
    values = [evaluate((above, below), point) for point in request["points"]]
    Path(request["answer"]).write_text(json.dumps({"seconds": seconds, "values": values}))


def evaluate(answer: Answer, point: dict[str, float | Sequence[float]]) -> tuple[float, float]:
    """Real and imaginary part of numerator/denominator at one point, each sum in 40 digits; not a number for 0/0.

    The expression is walked and not compiled: sums of ten thousand terms are beyond what Python's compiler takes.
    """
    import mpmath

    with mpmath.workdps(DIGITS):
        numbers = {name: mpmath.mpc(*x) if isinstance(x, list) else mpmath.mpf(x) for name, x in point.items()}
        try:
            above, below = (_value(expression, numbers) for expression in answer)
            result = complex(above / below)
        except ZeroDivisionError:
            result = complex("nan")
    return result.real, result.imag


def _value(expression: Expression, numbers: dict[str, Any]) -> Any:
    """A rational expression in 40 digits."""
    import mpmath

    if expression.is_Symbol:
        return numbers[expression.name]
    if expression.is_Rational:
        return mpmath.mpf(int(expression.p)) / int(expression.q)
    if expression.is_Number:
        return mpmath.mpf(str(expression))
    arguments = [_value(part, numbers) for part in expression.args]
    if expression.is_Add:
        return sum(arguments)
    if expression.is_Mul:
        return prod(arguments)
    if expression.is_Pow and expression.exp.is_Integer:
        return arguments[0] ** int(expression.exp)
    raise TypeError(f"{type(expression).__name__} is not expected in a rational function")
