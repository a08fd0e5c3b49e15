"""LAPLACE sources, `e1 p n laplace {u} = {H(s)}`: exact in small signals, H(0) at dc.

H = N/D. With D*w = u the output is N*w. Voltages x_k = (tau*s)^k*w are those across a row of inductors:

    x_k = tau*dx_{k-1}/dt        a current of 1 S * x_{k-1} through an inductor tau at node x_k,  k = 1 .. order
    sum(d_k*x_k) = u             controlled currents at node x_0,  d_k = D_k/tau^k/size
    y = sum(n_k*x_k)             n_k = N_k/tau^k/size

All parts are controlled sources and inductors that the circuit has anyway, without noise, and zero at dc but x_0. The
time constant tau = |D_n/D_0|^(1/n) of the nominal values, and size, the largest d_k without it, only keep numbers
near one. What has a pole at s = 0 has no value at dc, and is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from longtail.circuit import GROUND, Instance, Value
from longtail.elaborate.cards.controlled import flat_behavioral
from longtail.elaborate.cards.line import Line
from longtail.elaborate.cards.rational import Rational, S, rational
from longtail.elaborate.scope.checking import Given
from longtail.elaborate.scope.rewriting import rewrite
from longtail.elaborate.scope.values import as_expression, divide
from longtail.errors import Span
from longtail.netlist.cards import Word
from longtail.netlist.expressions.tree import Binary, Expression, Number, Potential

NAME = "laplace"


def laplace(line: Line, law: Word, transfer: Word, *, voltage: bool) -> list[Instance]:
    """The source and the chain behind it; `law` is u, `transfer` is H, `voltage` what the source gives."""
    assert law.expression is not None and transfer.expression is not None
    scope = line.scope

    def lookup(name: str, span: Span | None) -> Value | None:
        return S if name == "s" else scope.parameter(name, span)

    resolved = rewrite(transfer.expression, scope, transfer.span, lookup)
    ratio = rational(resolved, scope, transfer.span)
    if ratio.numerator == (0.0,):
        ratio = Rational((0.0,), (1.0,))
    return _Chain(line, scope.law(law.expression, law.span), ratio, voltage).instances()


def filtered_source(line: Line) -> list[Instance]:
    """LTspice's `b1 p n v={u} laplace=H(s)`."""
    items = {a.name: Word("", a.span, a.value) for a in line.element.assignments if a.name in ("v", "i", NAME)}
    if len(items) != 2 or NAME not in items or len(line.element.words) > 2:
        raise line.error("a source with laplace is written 'b1 p n v={expression} laplace={transfer function}'")
    return laplace(line, items.get("v") or items["i"], items[NAME], voltage="v" in items)


@dataclass(slots=True)
class _Chain:
    line: Line
    law: Expression
    ratio: Rational
    voltage: bool

    def instances(self) -> list[Instance]:
        numerator, denominator = self.ratio
        if self.nominal(denominator[0]) == 0.0:
            hint = "give it a pole at a low frequency: 1/(s+1u) in place of 1/s"
            raise self.line.error("LAPLACE with a pole at s = 0 has no value at dc", hint=hint)
        order = max(len(numerator), len(denominator)) - 1
        if order == 0:
            return [self.output([(divide(numerator[0], denominator[0]), self.law)])]
        tau = self.time_constant()
        above, below = ([divide(c, tau**k) for k, c in enumerate(each)] for each in self.ratio)
        size = max(abs(self.nominal(value)) for value in below)
        parts = [self.into_first()]
        for k, value in enumerate(below):
            if value != 0.0:
                parts.append(self.current(f"g_d{k}", (self.node(0), GROUND), k, divide(value, size)))
        for k in range(1, order + 1):
            parts.append(self.line.part(f"l_x{k}", "inductor", (self.node(k), GROUND), l=tau))
            parts.append(self.current(f"g_x{k}", (GROUND, self.node(k)), k - 1, 1.0))
        terms = [(divide(value, size), Potential(self.node(k), GROUND)) for k, value in enumerate(above)]
        return [self.output([(value, what) for value, what in terms if value != 0.0]), *parts]

    def output(self, terms: Sequence[tuple[Value, Expression]]) -> Instance:
        nodes = self.line.nodes(("p", "n"))
        given = self.line.assigned("v", "i", NAME)
        if len(terms) == 1 and isinstance(terms[0][1], Potential) and self.line.element.letter != "b":
            gain, sensed = terms[0][0], terms[0][1]
            device = "vcvs" if self.voltage else "vccs"
            kept = [*given, Given("gain", gain, self.line.element.span)]
            return self.line.instance(device, (*nodes, sensed.positive, sensed.negative), kept)
        products = [Binary("*", as_expression(value), what) for value, what in terms]
        law: Expression = reduce(lambda a, b: Binary("+", a, b), products) if products else Number(0.0)
        return flat_behavioral(self.line, nodes, law, given, self.voltage)

    def into_first(self) -> Instance:
        """The current u into the first node."""
        nodes = (GROUND, self.node(0))
        if isinstance(self.law, Potential):
            return self.line.part("g_u", "vccs", (*nodes, self.law.positive, self.law.negative), gain=1.0)
        return flat_behavioral(self.line.named("g_u"), nodes, self.law, (), voltage=False)

    def time_constant(self) -> float:
        numerator, denominator = (list(map(self.nominal, each)) for each in self.ratio)
        longer = max(denominator, numerator, key=len)
        last = len(longer) - 1
        first = next(k for k, value in enumerate(longer) if value != 0.0)
        start = longer[first] if first < last else denominator[0]  # of c*s^k: x_k is the output
        order = last - first or last
        return abs(longer[last] / start) ** (1.0 / order) if longer[last] != 0.0 else 1.0

    def nominal(self, value: Value) -> float:
        return self.line.scope.nominal(value, self.line.element.span)

    def current(self, name: str, nodes: tuple[str, str], k: int, gain: Value) -> Instance:
        """The current gain*x_k from the first node to the second."""
        return self.line.part(name, "vccs", (*nodes, self.node(k), GROUND), gain=gain)

    def node(self, k: int) -> str:
        """The node whose voltage is x_k."""
        return self.line.inner(f"x{k}")
