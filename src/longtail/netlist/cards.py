"""What a netlist says, before anything is resolved: one frozen object per card, each with its source span.

Text is lower-cased except file names, titles and texts assigned in quotes. Nothing here knows a device model:
which words of a card are nodes and which is a model name is decided by `longtail.elaborate`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from longtail.errors import NetlistError, Span
from longtail.netlist.dialect import UNSAID, Dialect
from longtail.netlist.expressions.tree import Expression


@dataclass(frozen=True, slots=True)
class Word:
    """A positional field of a card: a node, a number, a model name, a keyword.

    `expression` is set when the field was written `{...}` or `'...'`, and then `text` is the raw text within.
    `group` holds the fields of a parenthesis behind the word: `sin(0 1 1k)`, `poly(2)`, `v(a,b)`.
    """

    text: str
    span: Span
    expression: Expression | None = None
    group: tuple[Word, ...] | None = None

    @property
    def original(self) -> str:
        """The word as it stands in the file, case kept."""
        return self.span.text[self.span.column - 1 :][: len(self.text)]


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name=value` on a card; a bare number is a `Number`, a bare name a `Name`.

    `more` holds further values behind commas: `tc=1m,2u`. The name of `v(a)=1` is "v(a)".
    """

    name: str
    value: Expression
    span: Span
    more: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """A device card. `name` is the whole first field ("q1"), its first letter is the kind of device."""

    name: str
    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    span: Span

    @property
    def letter(self) -> str:
        return self.name[0]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """`.model name type (name=value ...)`, with or without parentheses.

    `base` is the model that another card starts from (`ako:base`), and then `type` may be empty. `fault` is why the
    card cannot be read: an error where the model is used, else a note.
    """

    name: str
    type: str
    assignments: tuple[Assignment, ...]
    span: Span
    base: str | None = None
    fault: NetlistError | None = None


@dataclass(frozen=True, slots=True)
class ParameterCard:
    """One assignment of a `.param` line."""

    name: str
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class FunctionCard:
    """`.func f(x,y) {...}`, also `.param f(x,y)='...'`."""

    name: str
    arguments: tuple[str, ...]
    body: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Directive:
    """Any other dot card that is not skipped: `.global .temp .option .nodeset .ic`, as words and assignments."""

    name: str
    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Include:
    """`.include "file"`, or `.lib "file" section` (section set)."""

    file: str
    section: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    """One arm of `.if/.elseif/.else`; `condition` is None for `.else`."""

    condition: Expression | None
    body: Body


@dataclass(frozen=True, slots=True)
class Conditionals:
    """A whole `.if ... .endif`, resolved when the parameters are known."""

    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Subcircuit:
    """`.subckt name nodes... params: a=1 b=2` up to `.ends`; `parameters` are the defaults.

    `optional` are the nodes that an X card may leave out, each with the node that it then is (PSpice's `optional:`).
    `fault` is why the first line cannot be read: an error where the subcircuit is used.
    """

    name: str
    nodes: tuple[Word, ...]
    parameters: tuple[Assignment, ...]
    body: Body
    span: Span
    optional: tuple[tuple[str, str], ...] = ()
    fault: NetlistError | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A card that cannot be read, and why: an error where it counts, which it does not in a subcircuit without use."""

    error: NetlistError
    span: Span


@dataclass(frozen=True, slots=True)
class PortDirective:
    """`*@ input inp inn`, `*@ output o1 o2`, `*@ supply vcc vee`, `*@ vcm 1.2`: longtail's own comments.

    Only `*@ corner slow dvt=50m` has assignments.
    """

    name: str
    words: tuple[Word, ...]
    span: Span
    assignments: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True)
class SpreadRule:
    """`*@ mismatch r(rc*) sigma=0.1%` and `*@ process vto(nch) sigma=10m`: how a parameter of some devices spreads.

    kind        "mismatch": each device by itself; "process": all of them together
    parameter   of a device or its model; of the top level where there are no `owners`
    owners      names of devices or models, `*` and `?` standing for any letters
    sigma       standard deviation; limit: the largest deviation; None where it is not given. Without a sigma every
                value within the limit is as likely as any other
    pelgrom     Pelgrom's coefficient in place of sigma: the deviation between two devices times the root of their area
    gradient    Pelgrom's other one: the deviation between two devices over their distance, per m
    relative    whether these are parts of the value, and not in its unit
    correlation of the devices of a rule with each other
    correlation_length in m: over it the correlation of two places falls to 1/e
    origin      what the rule begins with where it is told: `*@`, or the name of a file

    `*@ mismatch NAME` without values is of a `.param`: what that draws is of the devices that read it.
    """

    kind: str
    parameter: str
    owners: tuple[str, ...]
    span: Span
    sigma: float | None = None
    limit: float | None = None
    pelgrom: float | None = None
    gradient: float | None = None
    relative: bool = False
    correlation: float = 0.0
    correlation_length: float | None = None
    origin: str = "*@"

    @property
    def of_draws(self) -> bool:
        """Whether it says of a `.param` that it draws for devices."""
        return not self.owners and self.sigma is None and self.limit is None

    @property
    def of_places(self) -> bool:
        """Whether it goes by where devices lie; it adds to what each has by itself."""
        return self.gradient is not None or self.correlation_length is not None


@dataclass(frozen=True, slots=True)
class PositionCard:
    """`*@ position m1 0 0` or `*@ position m1 0 0 10u 10u`: where a device lies, or each of its units; x and y in m."""

    device: str
    units: tuple[tuple[float, float], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Shown:
    """Voltages that a card or a command of a simulator names: each of one node, or the difference of two.

    keyword: "print", "tf", ...; analysis: "ac", "tran", ..., or ""
    """

    keyword: str
    analysis: str
    voltages: tuple[tuple[str, ...], ...]
    span: Span


Card = (
    Element
    | ModelCard
    | ParameterCard
    | FunctionCard
    | Directive
    | Include
    | Conditionals
    | Subcircuit
    | PortDirective
    | SpreadRule
    | PositionCard
    | Shown
    | Fault
)
Body = tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader should know that is no error: an ignored card, a suspicious number."""

    message: str
    span: Span | None = None

    def __str__(self) -> str:
        return f"{self.span}: {self.message}" if self.span else self.message


@dataclass(frozen=True, slots=True)
class Netlist:
    """One parsed file: title, cards in order, library sections by name (`.lib x ... .endl`), notes, its path, and
    what cannot be read of it, which also stands in its place."""

    title: str
    body: Body
    sections: dict[str, Body] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    path: Path | None = None
    dialect: Dialect = UNSAID
    faults: tuple[NetlistError, ...] = ()
