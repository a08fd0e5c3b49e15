"""Varied values held against the bounds that a device or its model declares, as those of a card are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import TEMPERATURE, Circuit
from longtail.devices.base import Parameter
from longtail.devices.discovery import devices
from longtail.errors import OptionError

ABSOLUTE_ZERO = Parameter(TEMPERATURE, "degC", "temperature", low=-273.15)


def check_bounds(circuit: Circuit, values: Mapping[str, NDArray[np.float64]]) -> None:
    """Raise `OptionError` for the first varied value that no card could have; nan is a lane without solution."""
    for name, varied in values.items():
        declared = _declared(circuit, name)
        wrong = _beyond(declared, varied)
        if declared is not None and wrong.any():
            called = "temp" if name == TEMPERATURE else name
            raise OptionError(f"{called} cannot be {varied[wrong][0]:g}: it must be {_bounds(declared)}")


def beyond_bounds(circuit: Circuit, values: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    """The lanes in which a varied value is one that no card could have, `[lane]`."""
    return np.any([_beyond(_declared(circuit, name), varied) for name, varied in values.items()], axis=0)


def _beyond(declared: Parameter | None, varied: NDArray[np.float64]) -> NDArray[np.bool_]:
    if declared is None:
        return np.zeros(varied.shape, bool)
    wrong = (varied < declared.low) | (varied > declared.high)
    if declared.choices:
        wrong |= ~np.isin(varied, declared.choices) & ~np.isnan(varied)
    return np.asarray(wrong)


def _bounds(declared: Parameter) -> str:
    if declared.choices:
        return f"one of {', '.join(f'{x:g}' for x in declared.choices)}"
    ends = (("at least", declared.low), ("at most", declared.high))
    return " and ".join(f"{side} {end:g}" for side, end in ends if np.isfinite(end))


def _declared(circuit: Circuit, name: str) -> Parameter | None:
    """What is declared of a name; None for a parameter of the netlist, which may be anything."""
    if name in circuit.parameters:
        return None
    if name == TEMPERATURE:
        return ABSOLUTE_ZERO
    owner, _, parameter = name.rpartition(".")
    instance = circuit.instances.get(owner.removesuffix(".model"))
    if instance is not None and not owner.endswith(".model"):
        own = {p.name: p for p in devices()[instance.device].parameters}
        if parameter in own:
            return own[parameter]
    model = circuit.models.get(instance.model if instance is not None and instance.model else owner)
    if model is None:
        return None
    return {p.name: p for p in devices()[model.device].model_parameters}.get(parameter)
