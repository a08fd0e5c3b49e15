"""From a method of an amplifier, or a function of the package, to its analysis: what is written is the signature, what
answers is the registry."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from longtail.registry import analysis as find_analysis

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def asks(method: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """The method that asks the analysis of its name, by `run` of its object, with the options that are given.

    An option that there is none of goes on to the analysis, which knows the nearest name. Raises TypeError, as Python
    does, for more places than the signature has, and for an option that is given twice.

    >>> class Asking:
    ...     def run(self, analysis: str, /, **options: float) -> str:
    ...         return f"{analysis} with {options}"
    ...
    ...     @asks
    ...     def source_gain(self, frequency_hz: float = 1.0, *, vcm: float = 0.0) -> str: ...
    >>> Asking().source_gain(50.0, vcn=1.0)
    "source-gain with {'frequency_hz': 50.0, 'vcn': 1.0}"
    """
    signature = inspect.signature(method)
    analysis = method.__name__.replace("_", "-")

    @wraps(method)
    def ask(*places: Asked.args, **options: Asked.kwargs) -> Answer:
        (_, amplifier), *given = _bound(signature, places, options).items()
        answer: Answer = amplifier.run(analysis, **{**dict(given), **options})
        return answer

    return ask


def asks_alone(function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """The function that asks the analysis of its name, which is about no circuit, with the options that are given.

    >>> @asks_alone
    ... def predict(*, differential: float, common: float, v1: float, v2: float) -> str: ...
    >>> predict(differential=100, common=0.01, v1=1.5, v2=0.5)
    <v_out = 100 V of Behavioral(A_d=100, A_c=0.01)>
    """
    signature = inspect.signature(function)
    analysis = function.__name__.replace("_", "-")

    @wraps(function)
    def ask(*places: Asked.args, **options: Asked.kwargs) -> Answer:
        answer: Answer = find_analysis(analysis)(**{**_bound(signature, places, options), **options})  # type: ignore[assignment]
        return answer

    return ask


def _bound(signature: inspect.Signature, places: Any, options: Any) -> dict[str, Any]:
    """Arguments by name, without options that the signature does not have."""
    known = {name: value for name, value in options.items() if name in signature.parameters}
    return signature.bind(*places, **known).arguments
