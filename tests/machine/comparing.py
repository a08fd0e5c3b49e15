"""Where two answers differ: in their structure, or in numbers by more than a part of their scale.

The scale of a number is the largest magnitude

- of the list that it stands in, and of the lists around that;
- of the real and the imaginary part of a complex number;
- of the complex numbers that stand beside it under other names: the entries of one matrix, sums of the same terms.

A number by itself is its own scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

WITHIN = 1e-9


class Difference(NamedTuple):
    """At what place, of what size as a part of the scale (infinite: in structure), and the two values."""

    place: str
    size: float
    one: Any
    other: Any

    def __str__(self) -> str:
        return f"{self.place}: {self.one!r} and {self.other!r}"


def differences(one: Any, other: Any, place: str = "", scale: float = 0.0) -> Iterator[Difference]:
    """Every difference, the smallest too.

    >>> [str(each) for each in differences({"a": [1.0, 0.0]}, {"a": [1.0, 1e-12]})]
    ['/a/1: 0.0 and 1e-12']
    >>> [each.size for each in differences([1.0, None], [1.0, 2.0])]
    [inf]
    """
    if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
        matrix = max((largest(part) for part in one.values() if _complex(part)), default=0.0)
        for key in one:
            own = max(scale, largest(one)) if _complex(one) else matrix if _complex(one[key]) else 0.0
            yield from differences(one[key], other[key], f"{place}/{key}", own)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        own = max(scale, largest(one))
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from differences(a, b, f"{place}/{k}", own)
    elif isinstance(one, float) and isinstance(other, float):
        if one != other:
            yield Difference(place, abs(one - other) / max(scale, abs(one), abs(other)), one, other)
    elif one != other or type(one) is not type(other):
        yield Difference(place, float("inf"), one, other)


def beyond(one: Any, other: Any) -> list[Difference]:
    """The differences that count."""
    return [each for each in differences(one, other) if not each.size <= WITHIN]


def largest(value: Any) -> float:
    """The largest magnitude of the numbers in nested lists, and in the parts of complex ones."""
    if isinstance(value, list):
        return max(map(largest, value), default=0.0)
    if _complex(value):
        return max(largest(value["re"]), largest(value["im"]))
    return abs(value) if isinstance(value, float) else 0.0


def _complex(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["re", "im"]
