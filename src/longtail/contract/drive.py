"""How an amplifier is to be driven and read: what five options say, in one value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drive:
    """What is asked of the inputs and the output; what is None, the netlist says.

    input   names of two nodes or sources, the positive one first
    output  names of one node or two, the positive one first
    vcm     the dc common-mode level of the inputs, V
    null    whether the output is brought to its target by an offset between the inputs
    target  where nulling brings it, V
    """

    input: tuple[str, ...] | None = None
    output: tuple[str, ...] | None = None
    vcm: float | None = None
    null: bool = False
    target: float | None = None


AS_IT_IS = Drive()
