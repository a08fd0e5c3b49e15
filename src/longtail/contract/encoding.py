"""How results are written as JSON: arrays as lists, complex numbers as `re` and `im`, roots as pairs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike


@overload
def plain(value: Mapping[str, Any]) -> dict[str, Any]: ...
@overload
def plain(value: Any) -> Any: ...
def plain(value: Any) -> Any:
    """The same in nothing but dictionaries, lists, numbers and strings.

    Arrays and tuples become lists. A complex number becomes its real and imaginary part, an array of them two arrays.

    >>> plain({"gain": np.array([1.0, 2.0j]), "at": (0.0, 1.0), "null": None})
    {'gain': {'re': [1.0, 0.0], 'im': [0.0, 2.0]}, 'at': [0.0, 1.0], 'null': None}
    >>> plain(np.zeros(2)), plain(1j), plain("on")
    ([0.0, 0.0], {'re': 0.0, 'im': 1.0}, 'on')
    """
    if isinstance(value, Mapping):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
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
