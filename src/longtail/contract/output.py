"""The output of an amplifier: the voltage of one node to ground, or the difference of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Output:
    """An output by the names of its nodes, the positive one first.

    >>> Output(("o1", "o2")).description, Output(("out",)).description
    ('v(o1) - v(o2) (differential)', 'v(out) (single-ended)')
    """

    nodes: tuple[str, ...]

    @property
    def single_ended(self) -> bool:
        """Whether it is one node."""
        return len(self.nodes) == 1

    @property
    def kind(self) -> str:
        """One word for it, as JSON has it."""
        return "single-ended" if self.single_ended else "differential"

    @property
    def label(self) -> str:
        """Its voltage.

        >>> Output(("o1", "o2")).label, Output(("out",)).label
        ('v(o1) - v(o2)', 'v(out)')
        """
        return " - ".join(f"v({node})" for node in self.nodes)

    @property
    def description(self) -> str:
        """Its voltage and its kind."""
        return f"{self.label} ({self.kind})"

    @property
    def rejection(self) -> str:
        """The ratio that is its common-mode rejection.

        >>> Output(("o1", "o2")).rejection, Output(("out",)).rejection
        ('|A_dd/A_c→d|', '|A_d/A_cm|')
        """
        return "|A_d/A_cm|" if self.single_ended else "|A_dd/A_c→d|"

    def to_dict(self) -> dict[str, Any]:
        """The form that it has in every JSON.

        >>> Output(("out",)).to_dict()
        {'nodes': ['out'], 'kind': 'single-ended'}
        """
        return {"nodes": list(self.nodes), "kind": self.kind}


def ports(input: Sequence[str], output: Sequence[str]) -> dict[str, Any]:
    """Inputs and output by the names of their nodes, as every JSON has them.

    >>> ports(("a", "b"), ("out",))
    {'input': ['a', 'b'], 'output': {'nodes': ['out'], 'kind': 'single-ended'}}
    """
    return {"input": list(input), "output": Output(tuple(output)).to_dict()}


class AtOutput:
    """Whatever holds at an output whose nodes are named `output`, the positive one first."""

    output: tuple[str, ...]

    @property
    def single_ended(self) -> bool:
        """Whether the output is one node."""
        return Output(self.output).single_ended

    @property
    def label(self) -> str:
        """The output that every figure here refers to."""
        return Output(self.output).label
