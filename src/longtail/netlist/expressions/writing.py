"""Trees of expressions back to text that SPICE programs read, and substitution within them."""

from __future__ import annotations

from collections.abc import Mapping

from longtail.netlist.expressions.draws import draw_of
from longtail.netlist.expressions.tree import (
    Binary,
    BranchCurrent,
    Call,
    Conditional,
    Expression,
    Name,
    Number,
    Potential,
    Unary,
)
from longtail.units import format_spice

# comparisons share a level and never stand beside each other without parentheses: programs differ in their order
LEVELS = {
    "||": 1,
    "&&": 2,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), 3),
    **dict.fromkeys("+-", 4),
    **dict.fromkeys("*/%", 5),
    "**": 7,
    "^": 7,
}
SIGN, ATOM = 6, 8


def to_text(expression: Expression) -> str:
    """The expression in SPICE's syntax, with the parentheses it needs; parsing it gives the same tree again.

    (A negative `Number`, which no parser makes, comes back as a minus sign and a number.)

    >>> to_text(Binary("*", Number(1e3), Binary("+", Name("a"), Potential("p", "0"))))
    '1k*(a+v(p))'
    """
    return _text(expression, 0)


def _text(e: Expression, lowest: int) -> str:
    """The text, in parentheses if it binds looser than `lowest`."""
    match e:
        case Number(value):
            text, level = format_spice(value), SIGN if value < 0 else ATOM
        case Name(name):
            text, level = name, ATOM
        case Unary(operator, operand):
            # parentheses behind a sign: `- -3` and `-!a` are read differently by different programs
            text, level = operator + _text(operand, SIGN + 1), SIGN
        case Binary(operator, left, right):
            text, level = _two_sided(operator, left, right)
        case Conditional(condition, yes, no):
            text, level = f"{_text(condition, 1)} ? {_text(yes, 1)} : {_text(no, 1)}", 0
        case Call(function, arguments):
            written = arguments if draw_of(e) is None else arguments[:-1]  # the name of a draw is longtail's own
            text, level = f"{function}({','.join(_text(argument, 0) for argument in written)})", ATOM
        case Potential(positive, negative):
            text, level = f"v({positive})" if negative == "0" else f"v({positive},{negative})", ATOM
        case BranchCurrent(device):
            text, level = f"i({device})", ATOM
    return text if level >= lowest else f"({text})"


def _two_sided(operator: str, left: Expression, right: Expression) -> tuple[str, int]:
    level = LEVELS[operator]
    # left-associative; a sign on the right side gets parentheses, for 2*-3**2 is read in two ways
    before = _text(left, level + 1 if level == 3 else level)
    after = _text(right, ATOM if isinstance(right, (Unary, Number)) else level + 1)
    return f"{before}{operator}{after}", level


def free_names(expression: Expression) -> frozenset[str]:
    """The names that an expression reads; node and device names are none.

    >>> sorted(free_names(Binary("*", Name("w"), Call("sqrt", (Name("l"),)))))
    ['l', 'w']
    """
    found = set()
    stack = [expression]
    while stack:
        top = stack.pop()
        match top:
            case Name(name):
                found.add(name)
            case Unary(_, operand):
                stack.append(operand)
            case Binary(_, left, right):
                stack += (left, right)
            case Conditional(condition, yes, no):
                stack += (condition, yes, no)
            case Call(_, arguments):
                stack += arguments
    return frozenset(found)


def substitute(expression: Expression, values: Mapping[str, Expression]) -> Expression:
    """The expression with names replaced, all at once; names without a value stay.

    >>> substitute(Binary("+", Name("a"), Name("b")), {"a": Name("b"), "b": Number(1.0)})
    Binary(operator='+', left=Name(name='b', span=None), right=Number(value=1.0))
    """
    match expression:
        case Name(name):
            return values.get(name, expression)
        case Unary(operator, operand):
            return Unary(operator, substitute(operand, values))
        case Binary(operator, left, right):
            return Binary(operator, substitute(left, values), substitute(right, values))
        case Conditional(condition, yes, no):
            return Conditional(*(substitute(part, values) for part in (condition, yes, no)))
        case Call(function, arguments, span):
            return Call(function, tuple(substitute(argument, values) for argument in arguments), span)
    return expression
