"""From a method of an amplifier to its analysis: what is written is the signature, what answers is the registry."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

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
        known = {name: value for name, value in options.items() if name in signature.parameters}
        (_, amplifier), *given = signature.bind(*places, **known).arguments.items()
        answer: Answer = amplifier.run(analysis, **{**dict(given), **options})
        return answer

    return ask
