"""Expressions of a netlist as a tree: `{rc*2}`, `.param a='sqrt(2)*b'`, `B1 ... v=tanh(v(a,b))`.

The nodes are frozen and compare by value. `parse` (in `expression_parser.py`) makes them from text;
`evaluate` walks one over any number-like values: floats, or expression-graph objects of `longtail.lanes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from longtail.errors import Span


@dataclass(frozen=True, slots=True)
class Number:
    """A literal, suffix already applied; `remark` says where other programs read another number."""

    value: float
    remark: str | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter (lower case). After elaboration: a top-level parameter of the netlist, `temper` or `time`."""

    name: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x`, `+x` or `!x` (`~x` is read as `!x`)."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """`+ - * / ** % < <= > >= == != && ||` (`&` is read as `&&`, `|` as `||`).

    Before elaboration also `^`, a power to some and an exclusive or to others.
    """

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? yes : no`, also written `if(condition, yes, no)` or `ternary_fcn(...)`."""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in function (lower case), or a `.func` before elaboration has expanded it."""

    function: str
    arguments: tuple[Expression, ...]
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Potential:
    """`v(a)` or `v(a,b)`: a node voltage, or a difference of two; `negative` is "0" for a single node."""

    positive: str
    negative: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class BranchCurrent:
    """`i(v1)`: the current through a device that has a branch current.

    Before elaboration also `i(r1)` of a device without one, and `ic(q1)`, which names a `terminal`.
    """

    device: str
    terminal: str = ""
    span: Span | None = field(default=None, compare=False)


Expression = Number | Name | Unary | Binary | Conditional | Call | Potential | BranchCurrent
