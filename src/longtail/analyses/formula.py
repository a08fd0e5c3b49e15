"""The gain formulas of a circuit: exact, or shortened with a proven bound on the error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from longtail.analyses.base import Analysis, Option, Result
from longtail.analyses.drives import Drives, bias, find_drives
from longtail.analyses.gains import INPUT_OPTIONS, NULL_OPTIONS, mode_gains
from longtail.circuit import Circuit
from longtail.errors import OptionError, nearest
from longtail.modes import COMMON, DIFFERENTIAL
from longtail.symbolic.display import Writer
from longtail.symbolic.elements import SmallSignal, small_signal
from longtail.symbolic.expression import latex, text
from longtail.symbolic.gain import Gain, exact_transfer, unknown_pairs
from longtail.symbolic.names import labels, share, twins
from longtail.symbolic.transfer import Transfer

GAINS = ("differential", "common", "common_to_differential", "differential_to_common", "cmrr")


@dataclass(frozen=True, slots=True)
class SymbolValue:
    """What a symbol of a formula stands for, and its value at the operating point in `unit`."""

    meaning: str
    value: float
    unit: str


@dataclass(frozen=True, eq=False, repr=False)
class Formula(Result):
    """A gain as a formula. See `to_dict` for its fields by name."""

    of: str
    text: str
    latex: str
    symbols: dict[str, SymbolValue]
    value_dc: float

    def __repr__(self) -> str:
        return f"<formula of {self.of}: {self.text}>"

    def to_dict(self) -> dict[str, Any]:
        return {
            "of": self.of,
            "text": self.text,
            "latex": self.latex,
            "symbols": {
                name: {"meaning": s.meaning, "value": s.value, "unit": s.unit} for name, s in self.symbols.items()
            },
            "value_dc": self.value_dc,
        }


def gain_of(drives: Drives, of: str) -> Gain:
    """The gain of that name. Raises `OptionError` for one that there is not, or not with this output."""
    if of not in GAINS:
        raise OptionError(f"there is no gain '{of}'", hint=nearest(of, GAINS) or f"one of {', '.join(GAINS)}")
    if drives.single_ended and of in ("common_to_differential", "differential_to_common"):
        raise OptionError(f"a single-ended output has no '{of}'", hint="its gains are differential and common")
    common_in = of in ("common", "common_to_differential")
    common_out = of in ("common", "differential_to_common") and not drives.single_ended
    amplitudes = (1, 1) if common_in else (1, -1)
    drive = {f"i({s})": int(sign) * a for s, sign, a in zip(drives.sources, drives.signs, amplitudes, strict=True)}
    weights = (1,) if drives.single_ended else (1, 1) if common_out else (1, -1)
    read: dict[str, int] = {}
    for node, weight in zip(drives.output, weights, strict=True):
        if node != "0":
            read[node] = read.get(node, 0) + weight
    scale = Fraction(1) if common_in else Fraction(1, 2)
    return Gain(of, drive, read, scale / 2 if common_out else scale)


def run(
    circuit: Circuit,
    input: Sequence[str] | None,
    output: Sequence[str] | None,
    of: str,
    vcm: float | None,
    null: bool,
    target: float | None,
) -> Formula:
    """The formula of one gain at the operating point."""
    drives = find_drives(circuit, input, output, vcm)
    point, _ = bias(drives, null=null, target=target)
    gain = gain_of(drives, of)
    full = small_signal(point)
    shared = share(full, twins(full))
    found = exact_transfer(shared, gain)
    writer = Writer(shared.symbols, labels(shared.symbols.values()))
    expression = writer.write(found)
    values = {key: s.value for key, s in shared.symbols.items()}
    return Formula(
        of, text(expression), latex(expression), {}, float(found.at(values, np.zeros(1))[0].real)
    )


ANALYSIS = Analysis(
    "formula",
    "The formula of a gain, with what each symbol stands for and a bound on its error",
    run,
    Formula,
    (
        *INPUT_OPTIONS,
        Option("of", "word", "", f"which gain: {', '.join(GAINS)}", "differential"),
        *NULL_OPTIONS,
    ),
)
