"""What a transistor is to those who do not know its equations: analyses, pages and formulas ask its model for this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EXPONENTIAL, SQUARE = "exponential", "square"  # laws by which the current follows the control voltage


@dataclass(frozen=True, slots=True)
class Role:
    """The part that a transistor plays in an amplifier, by names of what its `DeviceModel` declares.

    Quantities are counted at the terminals: a current into its terminal, V_GS = v_g - v_s, so that those in V and A
    have the other sign in a p channel or a pnp.

    heading             what a table of such transistors is called
    control, common, output
                        terminals: the one that steers, the one that it has in common with its partner in a pair, and
                        the one that the steered current comes out of. The first letters of voltages: V_BE, V_CE
    control_name, output_name
                        what people call two of them: "base", "collector"
    law                 EXPONENTIAL: current ~ exp(v/V_T), g_m = I/V_T, never quite off; or SQUARE: current ~ v^2
    amplifying, cut_off regions: where it amplifies, and where it does not conduct
    current             quantity in A: the steered current
    across              quantity in V: the voltage from output to common
    headroom, drive     the two voltages in V that keep it in its amplifying region, each a sum of quantities times
                        factors, which polarity turns. `headroom` rises with the voltage from output to
                        common, `drive` with that from control to common, counted positive for either polarity. Where
                        the region is left, what the voltage lacks is counted from its value at that edge
    shown               quantities in the order of a table
    reads               other terminals that it reads more than it drives: a bulk
    enough              quantity in V: `across` beyond which it amplifies; None where only the region tells
    overdrive           quantity in V: v_ov of g_m = 2*I/v_ov; None where there is none to report
    bulk_currents       quantities in A of junctions that no amplifier biases forwards, positive where they are in an
                        n channel, negative in a p channel
    """

    heading: str
    control: str
    common: str
    output: str
    control_name: str
    output_name: str
    law: str
    amplifying: str
    cut_off: str
    current: str
    across: str
    headroom: Mapping[str, float]
    drive: Mapping[str, float]
    shown: tuple[str, ...]
    reads: tuple[str, ...] = ()
    enough: str | None = None
    overdrive: str | None = None
    bulk_currents: tuple[str, ...] = ()

    @property
    def senses(self) -> tuple[str, ...]:
        """Terminals that it reads more than it drives."""
        return (self.control, *self.reads)

    @property
    def across_letters(self) -> str:
        """The subscript of the voltage from output to common: "CE", "DS"."""
        return (self.output + self.common).upper()

    @property
    def drive_letters(self) -> str:
        """The subscript of the voltage from control to common: "BE", "GS"."""
        return (self.control + self.common).upper()
