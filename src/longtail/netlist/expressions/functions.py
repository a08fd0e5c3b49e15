"""The functions of expressions, defined once over whatever computes: floats, or a program that is being recorded.

Two dialects, as ngspice 39 has them (each line was tried there):

    written        `.param`, braces              B, E and G sources
    log(x)         natural                       natural
    x^y, x**y      |x|^y                         |x|^y
    pow(x,y)       x^y, an error where complex   |x|^y
    pwr(x,y)       |x|^y                         sgn(x)*|x|^y

Beyond ngspice, both dialects know what one of them or other programs have: `table` (constant beyond its ends, while
`pwl` goes on straight), `limit(x,lo,hi)`, `atan2`, `hypot`, `int`, `u`, `u2`, `uramp`, `sqr`, `arctan`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Function = Callable[..., Any]
MANY = 100_000

# how many arguments each function takes: at least, at most
FUNCTIONS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("sqrt", "exp", "ln", "log", "log10", "sqr", "abs", "sgn"), (1, 1)),
    **dict.fromkeys(("sin", "cos", "tan", "asin", "acos", "atan", "arctan"), (1, 1)),
    **dict.fromkeys(("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"), (1, 1)),
    **dict.fromkeys(("int", "nint", "floor", "ceil", "u", "u2", "uramp"), (1, 1)),
    **dict.fromkeys(("pow", "pwr", "atan2", "hypot"), (2, 2)),
    **dict.fromkeys(("min", "max"), (1, MANY)),
    **dict.fromkeys(("table", "pwl"), (5, MANY)),
    "limit": (3, 3),
}
UNSUPPORTED: Mapping[str, str] = {
    **dict.fromkeys(("ddt", "idt", "sdt", "delay"), "it needs the past of the circuit"),
    **dict.fromkeys(("agauss", "gauss", "aunif", "unif"), "it is drawn, and nothing is drawn here"),
}


class LookupTable(NamedTuple):
    """How to compute: `calls` by function name, and the operators that Python's own do not serve."""

    calls: Mapping[str, Function]
    power: Function
    remainder: Function
    select: Function
    both: Function
    either: Function
    negate: Function
    equal: Function


def function_table(primitives: Any, *, behavioral: bool = False) -> LookupTable:
    """The table over `primitives`: anything with the attributes of `FloatMath`, a module included.

    `behavioral` chooses the dialect of B, E and G sources.
    """
    p = primitives
    calls: dict[str, Function] = {
        name: getattr(p, name)
        for name in ("sqrt", "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")
    }
    calls |= {name: getattr(p, name) for name in ("asinh", "acosh", "atanh", "floor", "ceil")}
    calls |= {"ln": p.log, "abs": p.absolute, "arctan": p.atan, "sqr": lambda x: x * x}
    calls |= _steps(p) | _powers(p, behavioral) | _choices(p)
    return LookupTable(calls, _bar_power(p), _remainder(p), p.select, p.both, p.either, p.negate, p.equal)


class FloatMath:
    """The primitives over floats. They raise ValueError, OverflowError and ZeroDivisionError as `math` does."""

    exp = staticmethod(math.exp)
    log = staticmethod(math.log)
    sqrt = staticmethod(math.sqrt)
    sin = staticmethod(math.sin)
    cos = staticmethod(math.cos)
    tan = staticmethod(math.tan)
    asin = staticmethod(math.asin)
    acos = staticmethod(math.acos)
    atan = staticmethod(math.atan)
    sinh = staticmethod(math.sinh)
    cosh = staticmethod(math.cosh)
    tanh = staticmethod(math.tanh)
    asinh = staticmethod(math.asinh)
    acosh = staticmethod(math.acosh)
    atanh = staticmethod(math.atanh)
    absolute = staticmethod(math.fabs)
    power = staticmethod(math.pow)

    @staticmethod
    def floor(x: float) -> float:
        return float(math.floor(x))

    @staticmethod
    def ceil(x: float) -> float:
        return float(math.ceil(x))

    @staticmethod
    def select(condition: bool, yes: float, no: float) -> float:
        return yes if condition else no

    @staticmethod
    def both(a: bool, b: bool) -> bool:
        return a and b

    @staticmethod
    def either(a: bool, b: bool) -> bool:
        return a or b

    @staticmethod
    def negate(a: bool) -> bool:
        return not a

    @staticmethod
    def equal(a: float, b: float) -> bool:
        return a == b


def _steps(p: Any) -> dict[str, Function]:
    def sgn(x: Any) -> Any:
        return p.select(x > 0.0, 1.0, p.select(x < 0.0, -1.0, 0.0))

    def integer(x: Any) -> Any:
        return p.select(x < 0.0, p.ceil(x), p.floor(x))

    def nearest_integer(x: Any) -> Any:
        upper = p.floor(x + 0.5)
        odd_half = p.both(p.equal(upper - x, 0.5), p.negate(p.equal(upper, 2.0 * p.floor(upper / 2.0))))
        return p.select(odd_half, upper - 1.0, upper)  # halves go to the even neighbour

    def unit_step(x: Any) -> Any:
        return p.select(x > 0.0, 1.0, p.select(x < 0.0, 0.0, 0.5))

    def ramp(x: Any) -> Any:
        return p.select(x > 0.0, x, 0.0)

    def saturating_ramp(x: Any) -> Any:
        return p.select(x > 0.0, p.select(x < 1.0, x, 1.0), 0.0)

    return {
        "sgn": sgn,
        "int": integer,
        "nint": nearest_integer,
        "u": unit_step,
        "u2": saturating_ramp,
        "uramp": ramp,
    }


def _powers(p: Any, behavioral: bool) -> dict[str, Function]:
    bar_power = _bar_power(p)

    def signed(x: Any, y: Any) -> Any:
        magnitude = bar_power(x, y)
        return p.select(x < 0.0, -magnitude, magnitude)

    def log10(x: Any) -> Any:
        # math.log10 is exact for powers of ten, the quotient of logarithms is not
        return math.log10(x) if isinstance(x, (int, float)) and x > 0.0 else p.log(x) / math.log(10.0)

    def atan2(y: Any, x: Any) -> Any:
        flat = p.atan(y / p.select(x > 0.0, x, 1.0))
        quarter = p.select(y > 0.0, math.pi / 2.0, -math.pi / 2.0)
        steep = quarter - p.atan(x / p.select(p.equal(y, 0.0), 1.0, y))
        axis = p.select(x < 0.0, math.pi, 0.0)
        return p.select(x > 0.0, flat, p.select(p.equal(y, 0.0), axis, steep))

    return {
        "pow": bar_power if behavioral else p.power,
        "pwr": signed if behavioral else bar_power,
        "log10": log10,
        "atan2": atan2,
        "hypot": lambda x, y: p.sqrt(x * x + y * y),
    }


def _bar_power(p: Any) -> Function:
    def bar_power(x: Any, y: Any) -> Any:
        even = isinstance(y, float) and y % 2.0 == 0.0
        return p.power(x if even else p.absolute(x), y)

    return bar_power


def _remainder(p: Any) -> Function:
    def remainder(x: Any, y: Any) -> Any:
        if isinstance(x, float) and isinstance(y, float):
            return math.fmod(x, y)
        quotient = x / y
        return x - y * p.select(quotient < 0.0, p.ceil(quotient), p.floor(quotient))

    return remainder


def _choices(p: Any) -> dict[str, Function]:
    def smallest(first: Any, *others: Any) -> Any:
        for other in others:
            first = p.select(other < first, other, first)
        return first

    def largest(first: Any, *others: Any) -> Any:
        for other in others:
            first = p.select(other > first, other, first)
        return first

    def limit(x: Any, low: Any, high: Any) -> Any:
        return smallest(largest(x, smallest(low, high)), largest(low, high))

    def straight(x: Any, *points: Any) -> Any:
        """Straight lines through (x1,y1), (x2,y2), ...; the outer ones go on."""
        if len(points) % 2:
            raise ValueError("the last point is incomplete")
        xs, ys = points[0::2], points[1::2]
        result = None
        for x1, x2, y1, y2 in zip(xs, xs[1:], ys, ys[1:], strict=False):
            if isinstance(x1, float) and isinstance(x2, float) and x2 <= x1:
                raise ValueError("the x of its points must increase")
            line = y1 + (y2 - y1) / (x2 - x1) * (x - x1)
            result = line if result is None else p.select(x > x1, line, result)
        return result

    def table(x: Any, *points: Any) -> Any:
        if len(points) % 2:
            raise ValueError("the last point is incomplete")
        return straight(smallest(largest(x, points[0]), points[-2]), *points)

    return {"min": smallest, "max": largest, "limit": limit, "pwl": straight, "table": table}
