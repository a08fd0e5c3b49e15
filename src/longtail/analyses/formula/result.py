"""What is said of a gain as a formula: the formula, its symbols, how good it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from longtail.analyses.formula.validity import Validity
from longtail.contract.encoding import plain
from longtail.contract.output import ports
from longtail.contract.result import Result
from longtail.errors import OptionError
from longtail.symbolic.writing.expression import Expression, as_sympy

if TYPE_CHECKING:
    import sympy

_LETTERS = {
    "A_c→d": r"A_{\mathrm{c \rightarrow d}}",
    "A_d→c": r"A_{\mathrm{d \rightarrow c}}",
    "CMRR": r"\mathrm{CMRR}",
}
_WRITTEN = (  # fields that stand in the JSON as they are
    *("of", "letter", "label", "text", "latex", "mathml", "symbols", "value_dc", "error_bound"),
    *("error_sampled", "band_hz", "terms", "terms_printed", "terms_expanded", "terms_exact", "cancellation"),
    *("mode", "roots", "curves", "as_latex", "notes"),
)


@dataclass(frozen=True, slots=True)
class SymbolValue:
    """What a symbol of a formula stands for, and its value at the operating point in `unit`."""

    meaning: str
    value: float
    unit: str
    latex: str = ""


@dataclass(frozen=True, slots=True)
class RootFormula:
    """A pole or zero: a formula for s, its value in Hz (negative in the left half plane), and how far the formula is
    from the root of the full circuit, relative."""

    kind: str
    text: str
    latex: str
    value_hz: float
    error: float | None


@dataclass(frozen=True, eq=False)
class GainCurves:
    """The gain of the circuit and of the formula over frequency in Hz, for pictures."""

    frequency_hz: NDArray[np.float64]
    circuit: NDArray[np.complex128]
    formula: NDArray[np.complex128]


@dataclass(frozen=True, eq=False, repr=False)
class Formula(Result):
    """A gain as a formula, and how good it is.

    of             which gain; `letter` as it is written, `label` the output that it is for
    input, output  names of the nodes
    text, latex    the formula
    mathml         the equation for browsers
    symbols        what every symbol stands for, with its value
    value_dc       the formula at the lowest frequency of the band (0 Hz unless the band starts higher): its magnitude,
                   negative where its real part is
    error_bound    proven largest relative error on the band; None where no proof was found
    error_sampled  largest relative error found at many frequencies of the band
    band_hz        lowest and highest frequency; both 0 is dc alone
    terms          of all factors; `terms_exact` of the exact formula, None where that is too large
    terms_printed  of all factors above the line, and of all below it; their sum is `terms`
    terms_expanded of numerator and denominator multiplied out; None where they are too large for that
    cancellation   how much larger the terms of a factor are than their sum: 1 where nothing cancels
    expression     the formula itself; None of a result from its JSON, which has it as text
    validity       errors over mismatch, temperature and common-mode level; None where they were not asked for
    """

    analysis: ClassVar[str] = "formula"
    view: ClassVar[str] = "formula"

    of: str
    letter: str
    label: str
    text: str
    latex: str
    mathml: str
    symbols: dict[str, SymbolValue]
    value_dc: float
    error_bound: float | None
    error_sampled: float
    band_hz: tuple[float, float]
    terms: int
    terms_printed: tuple[int, int]
    terms_expanded: tuple[int, int] | None
    terms_exact: int | None
    cancellation: float
    roots: tuple[RootFormula, ...]
    mode: str
    expression: Expression | None = field(default=None, repr=False)
    curves: GainCurves | None = None
    input: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    as_latex: bool = False
    notes: tuple[str, ...] = ()
    validity: tuple[Validity, ...] | None = None

    def __repr__(self) -> str:
        return f"<formula: {self.letter} = {self.text}>"

    def to_dict(self) -> dict[str, Any]:
        return plain(
            {
                **ports(self.input, self.output),
                **{name: getattr(self, name) for name in _WRITTEN},
                **({} if self.validity is None else {"validity": self.validity}),
            }
        )

    @property
    def letter_latex(self) -> str:
        """The letter in LaTeX."""
        head, _, tail = self.letter.partition("_")
        return _LETTERS.get(self.letter, rf"{head}_{{\mathrm{{{tail}}}}}")

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.letter_latex} = {self.latex}$"

    def to_sympy(self) -> sympy.Expr:
        """The formula as a SymPy expression, with `s` as the complex frequency in rad/s.

        Raises `OptionError` for a formula from its JSON, which has it as text alone.
        """
        if self.expression is None:
            raise OptionError(
                "a formula from its JSON is text: there is no expression of it", hint="run the analysis again"
            )
        return as_sympy(self.expression)
