"""The output of an amplifier: the voltage of one node to ground, or the difference of two."""

from __future__ import annotations

from dataclasses import dataclass


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
