"""Forward-mode derivatives on the expression graph, sparse: a node carries slopes only where it has any.

Slopes are taken in two steps. Inside a device they are with respect to its few control voltages (`Op.LIMIT` nodes)
and the variables that it reads directly; `rows` then expands the controls into the variables, where most slopes
are plus or minus one and cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from longtail.lanes.calls import called
from longtail.lanes.functions import cos, cosh, log, power, select, sin, sinh, sqrt
from longtail.lanes.graph import Expr, Graph, Op, Real

Slopes = dict[int, Real]

_UNARY: dict[Op, Callable[[Expr, Expr], Real]] = {
    Op.NEG: lambda x, y: -1.0,
    Op.EXP: lambda x, y: y,
    Op.LOG: lambda x, y: 1.0 / x,
    Op.SQRT: lambda x, y: 0.5 / y,
    Op.SIN: lambda x, y: cos(x),
    Op.COS: lambda x, y: -sin(x),
    Op.TAN: lambda x, y: 1.0 + y * y,
    Op.ASIN: lambda x, y: 1.0 / sqrt(1.0 - x * x),
    Op.ACOS: lambda x, y: -1.0 / sqrt(1.0 - x * x),
    Op.ATAN: lambda x, y: 1.0 / (1.0 + x * x),
    Op.SINH: lambda x, y: cosh(x),
    Op.COSH: lambda x, y: sinh(x),
    Op.TANH: lambda x, y: 1.0 - y * y,
    Op.ASINH: lambda x, y: 1.0 / sqrt(1.0 + x * x),
    Op.ACOSH: lambda x, y: 1.0 / sqrt(x * x - 1.0),
    Op.ATANH: lambda x, y: 1.0 / (1.0 - x * x),
    Op.ABS: lambda x, y: select(x < 0.0, -1.0, 1.0),
}
_FLAT = {Op.CONSTANT, Op.INPUT, Op.FLOOR, Op.CEIL, Op.LT, Op.LE, Op.EQ, Op.AND, Op.OR, Op.NOT}


class Differentiator:
    """Slopes of any node with respect to `variables` (inputs) and to the controls met on the way.

    With `by_value` a control has the slopes of what it reads as, like anything else: those of slopes that were taken
    before, in which what is held or limited counts as its value, are taken so.

    With `together`, a name, they are taken by one variable of that name, which moves all the others: what depends on
    their differences has a slope of zero then, exactly.

    >>> g = Graph()
    >>> x, y = g.input("x"), g.input("y")
    >>> rows, _ = Differentiator(g, [x, y]).rows([x * y + 3.0 * x])
    >>> rows[0][y.id]
    Expr(x)
    """

    def __init__(
        self, graph: Graph, variables: Iterable[Expr], *, together: str | None = None, by_value: bool = False
    ) -> None:
        self.graph = graph
        self._by_value = by_value
        self._together = all_of_them = None if together is None else graph.input(together).id
        self._slopes: dict[int, Slopes] = {v.id: {v.id if all_of_them is None else all_of_them: 1.0} for v in variables}

    def slopes(self, expression: Real) -> Slopes:
        """Slopes by variable or control id; controls are not expanded."""
        if not isinstance(expression, Expr):
            return {}
        stack = [expression.id]
        known = self._slopes
        while stack:
            id = stack[-1]
            if id in known:
                stack.pop()
                continue
            limited = self.graph.ops[id] == Op.LIMIT
            if limited and not self._by_value:
                known[id] = {id: 1.0}
                continue
            read = self.graph.args[id][:1] if limited else self.graph.args[id]
            missing = [a for a in read if a not in known]
            if missing:
                stack.extend(missing)
            else:
                known[id] = known[read[0]] if limited else self._combine(id)
        return known[expression.id]

    def partial(self, expression: Real, control: Real) -> Real:
        """One slope; 0.0 where there is none."""
        if not isinstance(control, Expr):
            raise TypeError("a derivative is taken with respect to a control voltage or a variable, not a number")
        return self.slopes(expression).get(control.id, 0.0)

    def rows(self, outputs: Sequence[Real]) -> tuple[list[Slopes], list[Real]]:
        """For each output its slopes by variable id, and what limiting adds to it.

        A limited control reads as another value than its raw one. The second list holds, for each output, the sum
        over its controls of slope*(raw - value): added to the output it gives the linear model taken at the
        limited values, seen from the raw ones (what SPICE solves in a limited iteration).
        """
        rows, corrections = [], []
        for output in outputs:
            row: Slopes = {}
            correction: Real = 0.0
            for key, slope in self.slopes(output).items():
                if self.graph.ops[key] != Op.LIMIT:
                    row[key] = row.get(key, 0.0) + slope
                    continue
                value, raw = (Expr(self.graph, a) for a in self.graph.args[key])
                correction = correction + slope * (raw - value)
                for variable, inner in self.slopes(raw).items():
                    row[variable] = row.get(variable, 0.0) + slope * inner
            rows.append({k: s for k, s in row.items() if isinstance(s, Expr) or s != 0.0})
            corrections.append(correction)
        return rows, corrections

    def _combine(self, id: int) -> Slopes:
        op = self.graph.ops[id]
        if op in _FLAT:
            return {}
        args = self.graph.args[id]
        if all(not self._slopes[a] for a in args):
            return {}
        operands = [Expr(self.graph, a) for a in args]
        result = Expr(self.graph, id)
        if op == Op.SELECT:
            return self._select(operands)
        if op == Op.CALL:
            return self._called(id)
        first = 1 if op in (Op.ADD, Op.SUB) else 0  # a sum begins with the slopes of its first part, as they are
        slopes: Slopes = dict(self._slopes[args[0]]) if first else {}
        for operand, partial in list(zip(operands, self._partials(op, operands, result), strict=True))[first:]:
            for key, inner in self._slopes[operand.id].items():
                slopes[key] = slopes.get(key, 0.0) + partial() * inner
        return slopes

    def _select(self, operands: list[Expr]) -> Slopes:
        condition, yes, no = operands
        a, b = self._slopes[yes.id], self._slopes[no.id]
        return {k: select(condition, a.get(k, 0.0), b.get(k, 0.0)) for k in sorted({*a, *b})}

    def _called(self, id: int) -> Slopes:
        site, result = called(self.graph, id)
        given = dict(zip(site.routine.arguments(result), self.graph.args[id], strict=True))
        by = [name for name, a in given.items() if self._slopes[a]]
        alike = self._together is not None and all(self._slopes[given[name]] == {self._together: 1.0} for name in by)
        slopes: Slopes = {}
        for name, partial in site.routine.slopes(result, by, alike).items():
            for key, inner in self._slopes[given[name]].items():
                slopes[key] = slopes.get(key, 0.0) + site.result(partial) * inner
        return slopes

    def _partials(self, op: Op, x: list[Expr], y: Expr) -> list[Callable[[], Real]]:
        """The partial derivative with respect to each operand, computed only if it is used."""
        if op in _UNARY:
            rule = _UNARY[op]
            return [lambda: rule(x[0], y)]
        if op == Op.ADD:
            return [lambda: 1.0, lambda: 1.0]
        if op == Op.SUB:
            return [lambda: 1.0, lambda: -1.0]
        if op == Op.MUL:
            return [lambda: x[1], lambda: x[0]]
        if op == Op.DIV:
            return [lambda: 1.0 / x[1], lambda: -(y * (1.0 / x[1]))]
        if op == Op.POW:
            return [lambda: self._power_slope(x[0], x[1], y), lambda: select(x[0] > 0.0, y * log(x[0]), 0.0)]
        raise NotImplementedError(f"no derivative rule for {op.name}")

    def _power_slope(self, base: Expr, exponent: Expr, y: Expr) -> Real:
        """n*x^(n-1): by division where that is safe, since a power costs ten divisions."""
        if self.graph.ops[exponent.id] == Op.CONSTANT:
            n = self.graph.payload[exponent.id]
            return n * power(base, n - 1.0) if n > 1.0 else n * (y / base)
        return exponent * power(base, exponent - 1.0)
