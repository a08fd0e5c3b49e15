"""Mutants: small faults put into a module, one at a time, each as the module's text with that fault in it.

The operators are the usual ones: a comparison turned round, `+` for `-` and `*` for `/`, `and` for `or`, a condition
or a sign the other way, a number one larger, True for False, nothing returned, a statement left out, a loop broken off.
No faults are put where they could not show: into annotations, docstrings, assertions (of a class as of a value: that
its objects are frozen, that a method is to be overridden) and what is for the reader alone (`__repr__`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_OPPOSITE: dict[type[ast.AST], str] = {
    ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
_NEXT: dict[type[ast.AST], str] = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_OTHER: dict[type[ast.AST], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*", ast.Pow: "*",
    ast.BitAnd: "|", ast.BitOr: "&",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A fault: `new` in place of the text from `start` to `end`, which are offsets in the module's text."""

    start: int
    end: int
    new: str
    line: int

    def text(self, source: str) -> str:
        """The module's text with the fault in it."""
        return source[: self.start] + self.new + source[self.end :]

    def shown(self, source: str) -> str:
        """The line of the fault, before and after.

        >>> [m.shown("a = b < 1") for m in mutants("a = b < 1")]
        ['a = b < 1  ->  a = b <= 1', 'a = b < 1  ->  a = b >= 1', 'a = b < 1  ->  a = b < 2']
        """
        first = source.rfind("\n", 0, self.start) + 1
        last = source.find("\n", self.end)
        last = len(source) if last < 0 else last
        before, after = source[first:last], source[first : self.start] + self.new + source[self.end : last]
        return "  ->  ".join(" ".join(text.split()) for text in (before, after))


def mutants(source: str) -> list[Mutant]:
    """All faults that the operators put into a module, in the order of its text.

    >>> [m.new for m in mutants("def f(x: int | None) -> int:\\n    return 2 * x if x else -x")]
    ['3', 'None', '/', 'not (x)', 'x']
    """
    return sorted(_Mutants(source).found(), key=lambda m: (m.start, m.end, m.new))


class _Mutants:
    def __init__(self, source: str) -> None:
        self.source = source
        lengths = [len(line) for line in source.splitlines(keepends=True)]
        self.starts = [sum(lengths[:k]) for k in range(len(lengths) + 1)]
        self.ascii = source.isascii()
        self.lines = source.splitlines(keepends=True)

    def found(self) -> Iterator[Mutant]:
        yield from self._within(ast.parse(self.source))

    def _within(self, node: ast.AST) -> Iterator[Mutant]:
        yield from self._of(node)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_comment", "bases"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _for_readers(child):
                    yield from self._within(child)

    def _of(self, node: ast.AST) -> Iterator[Mutant]:
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from self._between(node.left, node.comparators[0], node.ops[0], _OPPOSITE)
            if any(isinstance(side, ast.Constant) for side in (node.left, node.comparators[0])):
                yield from self._between(node.left, node.comparators[0], node.ops[0], _NEXT)
        elif isinstance(node, ast.BinOp):
            yield from self._between(node.left, node.right, node.op, _OTHER)
        elif isinstance(node, ast.BoolOp):
            other = {ast.And: "or", ast.Or: "and"}
            for one, next_one in zip(node.values, node.values[1:], strict=False):
                yield from self._between(one, next_one, node.op, other)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            yield self._instead(node, self._text(node.operand))
        elif isinstance(node, ast.Constant):
            yield from self._constant(node)
        elif isinstance(node, ast.AugAssign):
            yield from self._between(node.target, node.value, node.op, _OTHER, "=")
        elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
            yield self._instead(node.value, "None")
        elif isinstance(node, ast.If | ast.While | ast.IfExp) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
            yield self._instead(node.test, f"not ({self._text(node.test)})")
        elif isinstance(node, ast.Break | ast.Continue):
            yield self._instead(node, "continue" if isinstance(node, ast.Break) else "break")
        elif isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
            yield self._instead(node, "pass")

    def _constant(self, node: ast.Constant) -> Iterator[Mutant]:
        if isinstance(node.value, bool):
            yield self._instead(node, str(not node.value))
        elif isinstance(node.value, int | float):
            yield self._instead(node, repr(node.value + 1))

    def _between(
        self, left: ast.AST, right: ast.AST, op: ast.AST, new: dict[type[ast.AST], str], after: str = ""
    ) -> Iterator[Mutant]:
        """The operator between two operands replaced. Parentheses and comments around it stay."""
        if type(op) not in new:
            return
        first, last = self._offset(left, end=True), self._offset(right)
        between = self.source[first:last]
        old = _SYMBOLS[type(op)] + after
        place = between.find(old)
        if place >= 0:  # not there where an f-string has no places of its own
            start = first + place
            yield Mutant(start, start + len(old), new[type(op)] + after, self.source.count("\n", 0, start) + 1)

    def _instead(self, node: ast.AST, new: str) -> Mutant:
        start = self._offset(node)
        return Mutant(start, self._offset(node, end=True), new, self.source.count("\n", 0, start) + 1)

    def _text(self, node: ast.AST) -> str:
        return self.source[self._offset(node) : self._offset(node, end=True)]

    def _offset(self, node: ast.AST, end: bool = False) -> int:
        """Where a node begins or ends in the text; the places of a tree count bytes."""
        line = (node.end_lineno if end else node.lineno) - 1  # type: ignore[attr-defined]
        column = node.end_col_offset if end else node.col_offset  # type: ignore[attr-defined]
        if not self.ascii:
            column = len(self.lines[line].encode()[:column].decode())
        return int(self.starts[line] + column)


_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitAnd: "&", ast.BitOr: "|", ast.And: "and", ast.Or: "or",
}  # fmt: skip


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _for_readers(node: ast.AST) -> bool:
    """Whether a part of the tree only speaks to readers and checkers: no fault in it could show."""
    if isinstance(node, ast.Assert | ast.JoinedStr | ast.ImportFrom | ast.Import):
        return True
    if isinstance(node, ast.Raise):
        return _is_assertion(node)
    if isinstance(node, ast.keyword):
        return node.arg in _ASSERTED
    if isinstance(node, ast.FunctionDef):
        return node.name == "__repr__"
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    # a name for a type: `Values = Mapping[str, float | Array]`
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and _is_type(node.value)


# `strict` of zip; of a dataclass what `__repr__` says, and that nobody changes it or adds to it; what commands offer,
# which has a test of its own
_ASSERTED = ("strict", "repr", "frozen", "slots", "python_only")


def _is_assertion(node: ast.Raise) -> bool:
    """Whether an exception says that the program is wrong, and no more than that: `raise NotImplementedError`."""
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id in ("NotImplementedError", "AssertionError")


def _is_type(node: ast.Subscript) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("Mapping", "Callable", "dict", "tuple", "NDArray")
