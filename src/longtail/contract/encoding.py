"""How results are written as JSON: arrays as lists, complex numbers as `re` and `im`, roots as pairs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike


@overload
def plain(value: Mapping[str, Any]) -> dict[str, Any]: ...
@overload
def plain(value: Any) -> Any: ...
def plain(value: Any) -> Any:
    """The same in nothing but dictionaries, lists, numbers and strings.

    Arrays, tuples and sets become lists. A complex number becomes its real and imaginary part, an array of them two
    arrays. A dataclass becomes what its `to_dict` says, or its fields by name.

    >>> plain({"gain": np.array([1.0, 2.0j]), "at": (0.0, 1.0), "null": None})
    {'gain': {'re': [1.0, 0.0], 'im': [0.0, 2.0]}, 'at': [0.0, 1.0], 'null': None}
    >>> plain(np.zeros(2)), plain(1j), plain("on")
    ([0.0, 0.0], {'re': 0.0, 'im': 1.0}, 'on')
    """
    if isinstance(value, Mapping):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [plain(entry) for entry in (sorted(value) if isinstance(value, frozenset) else value)]
    if is_dataclass(value) and not isinstance(value, type):
        told = getattr(value, "to_dict", None)
        return plain(told() if told else {each.name: getattr(value, each.name) for each in fields(value)})
    if np.iscomplexobj(value):
        return {"re": plain(value.real), "im": plain(value.imag)}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def pairs(values: ArrayLike | None) -> Any:
    """Places in the complex plane as [re, im] each, in lists as deep as `values`; None stays None.

    >>> pairs([-1.0, 2.0 + 3.0j]), pairs(1j), pairs(None)
    ([[-1.0, 0.0], [2.0, 3.0]], [0.0, 1.0], None)
    """
    if values is None:
        return None
    places = np.asarray(values, complex)
    return np.stack([places.real, places.imag], axis=-1).tolist()


def finite(value: Any) -> Any:
    """The same with every number that is not finite replaced by None, since JSON has none of them, and with one zero.

    >>> finite({"a": [1.0, float("inf"), -0.0]})
    {'a': [1.0, None, 0.0]}
    """
    if isinstance(value, Mapping):
        return {k: finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v) for v in value]
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else None
    return value


def infinite(value: Any) -> Any:
    """Where numbers are infinite: the same places with the sign of each, 0 in a list where one is finite; None if none.

    >>> infinite({"a": [1.0, float("inf")], "b": {"c": 2.0, "d": -float("inf")}, "rows": [{"x": 1.0}]})
    {'a': [0, 1], 'b': {'d': -1}}
    """
    if isinstance(value, list | tuple) and any(isinstance(entry, Mapping) for entry in value):
        value = {str(k): entry for k, entry in enumerate(value)}
    if isinstance(value, Mapping):
        found = {name: signs for name, entry in value.items() if (signs := infinite(entry)) is not None}
        return found or None
    if isinstance(value, list | tuple):
        signs = [infinite(entry) for entry in value]
        return None if all(sign is None for sign in signs) else [0 if sign is None else sign for sign in signs]
    return int(math.copysign(1.0, value)) if isinstance(value, float) and math.isinf(value) else None


def with_infinite(value: Any, signs: Any) -> Any:
    """The opposite of `finite`, with what `infinite` said: None becomes the infinity that was there.

    >>> with_infinite({"a": [1.0, None], "b": None}, {"a": [0, 1]})
    {'a': [1.0, inf], 'b': None}
    """
    if not signs:
        return value
    if isinstance(value, Mapping):
        return {name: with_infinite(entry, signs.get(name)) for name, entry in value.items()}
    if isinstance(value, list):
        found = [signs.get(str(k)) for k in range(len(value))] if isinstance(signs, Mapping) else signs
        return [with_infinite(entry, sign) for entry, sign in zip(value, found, strict=True)]
    return signs * math.inf
