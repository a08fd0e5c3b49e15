"""The expression graph: straight-line arithmetic with common subexpressions shared and constants folded.

An `Expr` is a number that is not known yet; arithmetic with it records an instruction instead of computing one.
Equal instructions on equal operands are one node (hash-consing), and what is known already is computed at once,
so a model traced with constant parameters leaves only what depends on the unknowns.
"""

from __future__ import annotations

import math
from enum import IntEnum, auto
from typing import Any


class Op(IntEnum):
    """The instructions that executors know. Comparisons give 1.0 or 0.0; SELECT takes (condition, yes, no)."""

    CONSTANT = 0
    INPUT = auto()
    ADD = auto()
    SUB = auto()
    MUL = auto()
    DIV = auto()
    NEG = auto()
    FMA = auto()  # a + b*c; these three are made by lowering, from sums of products used once
    FNMS = auto()  # a - b*c
    FMS = auto()  # b*c - a
    EXP = auto()
    LOG = auto()
    SQRT = auto()
    POW = auto()
    SIN = auto()
    COS = auto()
    TAN = auto()
    ASIN = auto()
    ACOS = auto()
    ATAN = auto()
    SINH = auto()
    COSH = auto()
    TANH = auto()
    ASINH = auto()
    ACOSH = auto()
    ATANH = auto()
    ABS = auto()
    FLOOR = auto()
    CEIL = auto()
    LT = auto()
    LE = auto()
    EQ = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    SELECT = auto()
    LIMIT = auto()  # (value, raw): reads as value, differentiates as raw; lowering drops it
    CALL = auto()  # (arguments): a result of a program of its own, see `longtail.lanes.calls`; none that executors know


class Expr:
    """A node of a `Graph`. Supports arithmetic and ordering with floats and other nodes of the same graph.

    It has no truth value: write `select(x > 0, a, b)` instead of `a if x > 0 else b`.
    """

    __slots__ = ("graph", "id")

    def __init__(self, graph: Graph, id: int) -> None:
        self.graph = graph
        self.id = id

    def __bool__(self) -> bool:
        raise TypeError("an expression has no truth value while it is traced: use select(condition, yes, no)")

    __hash__ = object.__hash__

    def __add__(self, other: Real) -> Real:
        return self.graph.add(self, other)

    def __radd__(self, other: Real) -> Real:
        return self.graph.add(other, self)

    def __sub__(self, other: Real) -> Real:
        return self.graph.sub(self, other)

    def __rsub__(self, other: Real) -> Real:
        return self.graph.sub(other, self)

    def __mul__(self, other: Real) -> Real:
        return self.graph.mul(self, other)

    def __rmul__(self, other: Real) -> Real:
        return self.graph.mul(other, self)

    def __truediv__(self, other: Real) -> Real:
        return self.graph.div(self, other)

    def __rtruediv__(self, other: Real) -> Real:
        return self.graph.div(other, self)

    def __neg__(self) -> Real:
        return self.graph.neg(self)

    def __pos__(self) -> Expr:
        return self

    def __pow__(self, other: Real) -> Real:
        return self.graph.power(self, other)

    def __rpow__(self, other: Real) -> Real:
        return self.graph.power(other, self)

    def __abs__(self) -> Real:
        return self.graph.apply(Op.ABS, self)

    def __lt__(self, other: Real) -> Expr:
        return self.graph.compare(Op.LT, self, other)

    def __gt__(self, other: Real) -> Expr:
        return self.graph.compare(Op.LT, other, self)

    def __le__(self, other: Real) -> Expr:
        return self.graph.compare(Op.LE, self, other)

    def __ge__(self, other: Real) -> Expr:
        return self.graph.compare(Op.LE, other, self)

    def __repr__(self) -> str:
        op = self.graph.ops[self.id]
        if op == Op.INPUT:
            return f"Expr({self.graph.payload[self.id]})"
        if op == Op.CONSTANT:
            return f"Expr({self.graph.payload[self.id]!r})"
        return f"Expr({op.name} {self.graph.args[self.id]})"


Real = float | Expr  # what device equations compute with: a number, or one that is not known yet


class Graph:
    """A growing list of nodes in an order in which each comes after its operands.

    `ops[i]`, `args[i]` (ids of operands) and `payload[i]` (value of a constant, name of an input) describe node i.

    >>> g = Graph()
    >>> x = g.input("x")
    >>> (x + 0.0) is x, (x * 1.0) is x, x - x
    (True, True, 0.0)
    >>> (x * x).id == (x * x).id
    True
    """

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.args: list[tuple[int, ...]] = []
        self.payload: list[Any] = []
        self._known: dict[tuple[Any, ...], int] = {}

    def __len__(self) -> int:
        return len(self.ops)

    def _node(self, op: Op, args: tuple[int, ...], payload: Any = None) -> Expr:
        key = (op, args, payload) if payload is not None else (op, *args)
        id = self._known.get(key)
        if id is None:
            id = len(self.ops)
            self._known[key] = id
            self.ops.append(op)
            self.args.append(args)
            self.payload.append(payload)
        return Expr(self, id)

    def input(self, name: str) -> Expr:
        """The input called `name`: the same node whenever it is asked for."""
        return self._node(Op.INPUT, (), name)

    def constant(self, value: float) -> Expr:
        """A constant as a node; arithmetic makes these itself where a float meets an `Expr`."""
        # repr tells 0.0 from -0.0 and keeps nan equal to itself
        id = self._known.get(("constant", repr(value)))
        if id is None:
            id = len(self.ops)
            self._known["constant", repr(value)] = id
            self.ops.append(Op.CONSTANT)
            self.args.append(())
            self.payload.append(float(value))
        return Expr(self, id)

    def lift(self, x: Real) -> Expr:
        """`x` as a node of this graph."""
        if isinstance(x, Expr):
            if x.graph is not self:
                raise ValueError("an expression of another graph cannot be used here")
            return x
        return self.constant(x)

    def apply(self, op: Op, *operands: Real) -> Expr:
        """A node without folding; the functions of `longtail.lanes.functions` call this."""
        return self._node(op, tuple(self.lift(x).id for x in operands))

    def add(self, a: Real, b: Real) -> Real:
        if not isinstance(a, Expr):
            a, b = b, a
        assert isinstance(a, Expr)
        if not isinstance(b, Expr):
            return a if b == 0.0 else self._node(Op.ADD, (a.id, self.constant(b).id))
        if self.ops[b.id] == Op.NEG:
            return self.sub(a, Expr(self, self.args[b.id][0]))
        if self.ops[a.id] == Op.NEG:
            return self.sub(b, Expr(self, self.args[a.id][0]))
        return self._node(Op.ADD, (a.id, b.id) if a.id <= b.id else (b.id, a.id))

    def sub(self, a: Real, b: Real) -> Real:
        if not isinstance(b, Expr):
            return self.add(a, -b)
        if not isinstance(a, Expr):
            return self.neg(b) if a == 0.0 else self._node(Op.SUB, (self.constant(a).id, b.id))
        if a.id == b.id:
            return 0.0
        if self.ops[b.id] == Op.NEG:
            return self.add(a, Expr(self, self.args[b.id][0]))
        return self._node(Op.SUB, (a.id, b.id))

    def mul(self, a: Real, b: Real) -> Real:
        if not isinstance(a, Expr):
            a, b = b, a
        assert isinstance(a, Expr)
        if not isinstance(b, Expr):
            if b == 0.0:
                return 0.0
            if b == 1.0:
                return a
            if b == -1.0:
                return self.neg(a)
            return self._node(Op.MUL, (a.id, self.constant(b).id))
        return self._node(Op.MUL, (a.id, b.id) if a.id <= b.id else (b.id, a.id))

    def div(self, a: Real, b: Real) -> Real:
        if not isinstance(b, Expr):
            if b == 0.0:
                raise ZeroDivisionError("an expression is divided by the constant zero")
            return (
                self.mul(a, 1.0 / b)
                if math.isfinite(1.0 / b)
                else self._node(Op.DIV, (self.lift(a).id, self.constant(b).id))
            )
        if not isinstance(a, Expr):
            return 0.0 if a == 0.0 else self._node(Op.DIV, (self.constant(a).id, b.id))
        return self._node(Op.DIV, (a.id, b.id))

    def neg(self, a: Real) -> Real:
        if not isinstance(a, Expr):
            return -a
        if self.ops[a.id] == Op.NEG:
            return Expr(self, self.args[a.id][0])
        if self.ops[a.id] == Op.SUB:
            return self._node(Op.SUB, (self.args[a.id][1], self.args[a.id][0]))
        return self._node(Op.NEG, (a.id,))

    def power(self, a: Real, b: Real) -> Real:
        if not isinstance(b, Expr):
            if b == 0.0:
                return 1.0
            if b == 1.0:
                return a
            if b == 2.0:
                return a * a
            if b == 0.5:
                return self.apply(Op.SQRT, a)
            if b == -1.0:
                return self.div(1.0, a)
        return self.apply(Op.POW, a, b)

    def compare(self, op: Op, a: Real, b: Real) -> Expr:
        return self.apply(op, a, b)

    def select(self, condition: Expr, yes: Real, no: Real) -> Real:
        if isinstance(yes, Expr) and isinstance(no, Expr):
            if yes.id == no.id:
                return yes
        elif not isinstance(yes, Expr) and not isinstance(no, Expr) and yes == no:
            return yes
        return self.apply(Op.SELECT, condition, yes, no)

    def limit(self, value: Real, raw: Real, name: str) -> Expr:
        """A control quantity that reads as `value` and whose derivatives are those of `raw`.

        `name` keeps two controls apart that happen to be the same expression (a diode-connected transistor).
        """
        return self._node(Op.LIMIT, (self.lift(value).id, self.lift(raw).id), name)

    def call(self, arguments: tuple[int, ...], result: tuple[Any, int]) -> Expr:
        """A result of a `longtail.lanes.calls.Site` from its arguments."""
        return self._node(Op.CALL, arguments, result)

    def order(self, outputs: list[int]) -> list[int]:
        """The ids needed for `outputs`, operands first."""
        needed = set()
        stack = list(outputs)
        while stack:
            id = stack.pop()
            if id not in needed:
                needed.add(id)
                stack.extend(self.args[id])
        return sorted(needed)
