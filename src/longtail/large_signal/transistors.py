"""Which transistors amplify, where they cease to, and what voltage they lack then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtail.circuit import Circuit
from longtail.devices.discovery import devices
from longtail.engine.solving.operating_point import OperatingPoint

Array = NDArray[np.float64]
Quantities = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of transistor: its amplifying region, and the two voltages in V that keep it there.

    `across` rises with the voltage from collector to emitter or drain to source, `control` with that of base or gate,
    both in the device's own sense (positive for either polarity). Where the region is left, what the voltage lacks is
    counted from its value at that edge.
    """

    amplifying: int
    across: Callable[[Quantities, float], Array]
    control: Callable[[Quantities, float], Array]
    needs: str


KINDS = {
    "bipolar": Kind(1, lambda q, p: -p * q["vbc"], lambda q, p: p * q["vbe"], "V_CE"),
    "mosfet1": Kind(2, lambda q, _: q["vds"] - q["vdsat"], lambda q, _: q["v_ov"], "V_DS"),
    "jfet": Kind(2, lambda q, _: -q["vgd"], lambda q, _: q["vgs"], "V_DS"),
}
_CUT_OFF = 0  # the region of every kind in which it does not conduct


def transistors(circuit: Circuit) -> dict[str, Kind]:
    """The transistors of a circuit by name, without those taken out by an m of 0."""
    found = (i for i in circuit.instances.values() if i.device in KINDS)
    return {i.name: KINDS[i.device] for i in found if circuit.number(i.parameters.get("m", 1.0)) != 0.0}


def amplifying(point: OperatingPoint) -> dict[str, NDArray[np.bool_]]:
    """Which lanes each transistor amplifies in."""
    return {
        name: point.quantities[name]["region"] == kind.amplifying
        for name, kind in transistors(point.system.circuit).items()
    }


def region(point: OperatingPoint, name: str, lane: int) -> str:
    """The name of the region that a device is in."""
    model = devices()[point.system.circuit.instances[name].device]
    return model.regions[int(point.quantities[name]["region"][lane])]


def is_cut_off(point: OperatingPoint, name: str) -> NDArray[np.bool_]:
    """Which lanes a transistor does not conduct in."""
    return np.asarray(point.quantities[name]["region"] == _CUT_OFF)


def voltages(point: OperatingPoint, name: str) -> dict[str, Array]:
    """The two voltages in V that keep a transistor in its amplifying region, by "across" and "control"."""
    circuit = point.system.circuit
    kind = KINDS[circuit.instances[name].device]
    sign, quantities = polarity(circuit, name), point.quantities[name]
    return {"across": kind.across(quantities, sign), "control": kind.control(quantities, sign)}


def polarity(circuit: Circuit, name: str) -> float:
    """+1 for an npn or n-channel transistor, -1 for its opposite."""
    instance = circuit.instances[name]
    model = devices()[instance.device]
    return model.model_types[circuit.models[instance.model].type] if instance.model else 1.0
