"""How results are made from their JSON again: each value by the type of the field that it goes into."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, ClassVar, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from longtail.errors import OptionError

Made = TypeVar("Made")

COMPLEX = {"re", "im"}


def rebuilt(kind: type[Made], entries: Mapping[str, Any]) -> Made:
    """A dataclass from the entries of its fields, as `longtail.contract.encoding.plain` has them or as they are.

    Raises `OptionError` for what is no dataclass, and where the entry of a field without default is missing.
    """
    if not is_dataclass(kind):
        raise _cannot(kind, "it is no dataclass")
    hints, given = get_type_hints(kind, localns={"ClassVar": ClassVar}), {}  # which a class of no module finds nowhere
    for each in fields(kind):
        if each.name in entries:
            given[each.name] = decoded(hints[each.name], entries[each.name])
        elif each.default is MISSING and each.default_factory is MISSING:
            raise _cannot(kind, f"there is no '{each.name}' in it")
    return kind(**given)


def _cannot(kind: type, why: str) -> OptionError:
    return OptionError(f"a {kind.__name__} cannot be made from its JSON: {why}", hint="json.loads gives its entries")


def decoded(hint: Any, value: Any) -> Any:
    """A value of the type that is hinted at; what is of that type already stays. None is nan where a number stands.

    >>> decoded(tuple[float, ...], [1.0, None]), decoded(complex, {"re": 0.0, "im": 2.0}), decoded(float | None, None)
    ((1.0, nan), 2j, None)
    >>> decoded(NDArray[np.complex128], {"re": [1.0, None], "im": [0.0, 0.0]})
    array([ 1.+0.j, nan+0.j])
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _one_of(arguments, value)
    if hint is Any or origin is np.ndarray:
        return _anything(value) if hint is Any else _array(arguments, value)
    if origin is tuple:
        values = list(value.items() if isinstance(value, Mapping) else value)
        kinds = [arguments[0]] * len(values) if arguments[-1] is ... else arguments
        return tuple(decoded(kind, each) for kind, each in zip(kinds, values, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        return {name: decoded(arguments[1], entry) for name, entry in value.items()}
    if is_dataclass(hint) and isinstance(value, Mapping):
        return hint.from_dict(value) if hasattr(hint, "from_dict") else rebuilt(hint, value)  # type: ignore[arg-type]
    if hint is float or hint is complex:
        return math.nan if value is None else _number(value)
    return Path(value) if hint is Path else frozenset(value) if origin is frozenset else value


def _one_of(kinds: tuple[Any, ...], value: Any) -> Any:
    """By what the value looks like: None, an array, or a single thing."""
    if value is None and NoneType in kinds:
        return None
    is_long = isinstance(value, list) or (isinstance(value, Mapping) and isinstance(value.get("re"), list))
    long = [kind for kind in kinds if get_origin(kind) in (np.ndarray, tuple)]
    short = [kind for kind in kinds if kind is not NoneType and kind not in long]
    return decoded((long or short if is_long else short or long)[0], value)


def _array(arguments: tuple[Any, ...], value: Any) -> NDArray[Any]:
    """An array of the hinted type; one of complex numbers from two arrays, or from pairs on one axis."""
    if isinstance(value, np.ndarray):
        return value
    kind = next(iter(get_args(arguments[1])), Any)
    if isinstance(kind, type) and issubclass(kind, np.complexfloating) and isinstance(value, list):
        pairs = np.array(value, float).reshape(-1, 2)
        value = {"re": pairs[:, 0], "im": pairs[:, 1]}
    if isinstance(value, Mapping):
        return np.asarray(_number(value))
    return np.array(value, None if kind is Any and _has_words(value) else float if kind is Any else kind)


def _number(value: Any) -> Any:
    """A number, or an array of complex ones: parts are put together as they are, infinite ones too."""
    if isinstance(value, list):
        return complex(*value)
    if not isinstance(value, Mapping):
        return value
    real, imaginary = (np.array(value[part], float) for part in ("re", "im"))
    found = np.empty(real.shape, complex)
    found.real, found.imag = real, imaginary
    return found if found.ndim else found.item()


def _anything(value: Any) -> Any:
    """By what it looks like: arrays from lists, complex numbers from their parts, nan for None."""
    if isinstance(value, Mapping):
        if value.keys() == COMPLEX:
            return _number(value)
        return {name: _anything(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return np.array(value) if _has_words(value) else np.array(value, float)
    return math.nan if value is None else value


def _has_words(value: Any) -> bool:
    """Whether nested lists are of words, and not of numbers."""
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, str)
