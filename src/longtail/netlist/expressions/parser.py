"""Text of an expression to its tree, by precedence climbing. Nothing is ever handed to Python's `eval`.

Loosest first; all two-sided operators group from the left, the power included (2^3^2 is 64), as in ngspice:

    c ? a : b    || |    && &    == != <>    < <= > >=    + -    * / %    unary - + ! ~    ^ **

`|`, `&` and `~` are PSpice's and LTspice's. So is a `^` that is an exclusive or and binds like `|`: it is read as one
in their dialects, and in all others where both sides are conditions, `(a>b)^(c>d)`.

So -2^2 is -4 and 2^-3^2 is 2^-(3^2), as in ngspice's B sources. (Its `.param` reads a sign behind an operator as
part of the number, so that 2*-3^2 is 18 there; longtail reads -18 everywhere.)
"""

from __future__ import annotations

import re
from collections.abc import Callable

from longtail.errors import NetlistError, Span
from longtail.netlist.dialect import UNSAID, Dialect
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
from longtail.netlist.lines import lowered
from longtail.units import too_large

LONGEST = 65_536  # characters of an expression
DEEPEST = 64  # levels of parentheses, calls, signs and conditionals
TALLEST = 150  # levels of the tree: a sum of n terms without parentheses has n

LEVELS: dict[str, int] = {
    "||": 1,
    "|": 1,
    "&&": 2,
    "&": 2,
    "==": 3,
    "!=": 3,
    "<>": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}
LEVELS_WITH_XOR = LEVELS | {"^": 1}
LOGICAL = frozenset(("||", "&&", "==", "!=", "<", "<=", ">", ">="))
SAME = {"<>": "!=", "&": "&&", "|": "||"}
SIGNS = {"-": "-", "+": "+", "!": "!", "~": "!"}
CONDITIONALS = ("if", "ternary_fcn")
CLOSING = {"(": ")", "{": "}"}

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[ed][+-]?[0-9]+)?[\w.Ω]*)"
    r"|(?P<name>[^\W\d][\w.#$@]*)"
    r"|(?P<operator>\*\*|&&|\|\||<=|>=|==|!=|<>|[-+*/^%<>!?:(),{}&|~])|(?P<end>$)|(?P<wrong>.))",
    re.DOTALL,
)
_NAME = re.compile(r"[^\W\d][\w.#$@]*")
_PROBE = re.compile(r"[^\s(){},'\"=]+")

Place = Callable[[int], Span]


def parse(text: str, place: Place | None = None, dialect: Dialect = UNSAID) -> Expression:
    """The tree of an expression; `place` gives the span of an offset into `text`, for errors and for names.

    Raises NetlistError with the place and what was expected there, also when the expression is longer than
    LONGEST, nested deeper than DEEPEST, or its tree is higher than TALLEST.

    >>> parse("2*rc")
    Binary(operator='*', left=Number(value=2.0), right=Name(name='rc', span=None))
    >>> parse("v(a, b)")
    Potential(positive='a', negative='b', span=None)
    """
    if len(text) > LONGEST:
        raise NetlistError(f"expression is longer than {LONGEST} characters", span=_somewhere(text, place)(0))
    low = lowered(text)
    stripped = low.strip()
    if stripped[:1].isalpha() and _NAME.fullmatch(stripped):
        return Name(stripped, place(low.index(stripped)) if place else None)
    number = dialect.number(stripped)
    if number is not None and stripped[0] not in "+-":
        return Number(*number)
    parser = _Parser(low, place, _somewhere(text, place), dialect)
    tree = parser.whole()
    if parser.tokens > TALLEST:
        _check_height(tree, parser.where(0))
    return tree


def _two_sided(operator: str, left: Expression, right: Expression) -> Expression:
    if operator == "^":
        return Binary("!=", _truth(left), _truth(right))
    return Binary(SAME.get(operator, operator), left, right)


def _power(base: Expression, exponent: Expression) -> Expression:
    """`base^exponent`: an exclusive or of conditions; "^" where a reader who means that could have written it."""
    if _is_condition(base) and _is_condition(exponent):
        return _two_sided("^", base, exponent)
    literal = exponent.operand if isinstance(exponent, Unary) else exponent
    return Binary("**" if isinstance(literal, Number) else "^", base, exponent)


def _is_condition(expression: Expression) -> bool:
    match expression:
        case Binary(operator):
            return operator in LOGICAL
        case Unary("!", _):
            return True
    return False


def _truth(expression: Expression) -> Expression:
    """1 of what holds, else 0."""
    return expression if _is_condition(expression) else Conditional(expression, Number(1.0), Number(0.0))


def _somewhere(text: str, place: Place | None) -> Place:
    return place or (lambda offset: Span("<expression>", 1, offset + 1, text))


class _Parser:
    """One token of lookahead: `kind`, `token` and its offset `at`; `after` is where the next one begins."""

    def __init__(self, text: str, place: Place | None, where: Place, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.levels = LEVELS_WITH_XOR if dialect.exclusive_or else LEVELS
        self.powers = ("**",) if dialect.exclusive_or else ("**", "^")
        self.place = place
        self.where = where
        self.depth = 0
        self.tokens = 0
        self.after = 0
        self.advance()

    def advance(self) -> None:
        match = _TOKEN.match(self.text, self.after)
        assert match is not None and match.lastgroup is not None
        self.kind = match.lastgroup
        self.token = match[self.kind]
        self.at = match.start(self.kind)
        self.after = match.end()
        self.tokens += 1

    def error(self, expected: str) -> NetlistError:
        found = f"'{self.token}'" if self.kind != "end" else "the end"
        hint = "assignment is not an operator: compare with ==" if self.token == "=" else None
        return NetlistError(f"expected {expected}, found {found}", span=self.where(self.at), hint=hint)

    def expect(self, token: str, what: str) -> None:
        if self.token != token or self.kind != "operator":
            raise self.error(what)
        self.advance()

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NetlistError(f"expression is nested deeper than {DEEPEST} levels", span=self.where(self.at))

    def span(self, offset: int) -> Span | None:
        return self.place(offset) if self.place else None

    # the grammar ------------------------------------------------------------------------------------------------

    def whole(self) -> Expression:
        if self.kind == "end":
            raise self.error("an expression")
        tree = self.conditional()
        if self.kind != "end":
            raise self.error("an operator or the end of the expression")
        return tree

    def conditional(self) -> Expression:
        self.deeper()
        condition = self.binary()
        if self.token == "?":
            self.advance()
            yes = self.conditional()
            self.expect(":", "':' of the conditional")
            condition = Conditional(condition, yes, self.conditional())
        self.depth -= 1
        return condition

    def binary(self) -> Expression:
        """A chain of two-sided operators, on a stack of its own so that levels cost no recursion."""
        operands = [self.unary()]
        operators: list[str] = []
        levels = self.levels
        while True:
            level = levels.get(self.token, 0) if self.kind == "operator" else 0
            while operators and levels[operators[-1]] >= level:
                right = operands.pop()
                operands.append(_two_sided(operators.pop(), operands.pop(), right))
            if not level:
                return operands[0]
            operators.append(self.token)
            self.advance()
            operands.append(self.unary())

    def unary(self) -> Expression:
        if self.kind == "operator" and self.token in SIGNS:
            operator = SIGNS[self.token]
            self.deeper()
            self.advance()
            operand = self.unary()
            self.depth -= 1
            return Unary(operator, operand)
        return self.power()

    def power(self) -> Expression:
        base = self.primary()
        while self.kind == "operator" and self.token in self.powers:
            operator = self.token
            self.advance()
            signed = self.kind == "operator" and self.token in SIGNS
            exponent = self.unary() if signed else self.primary()
            base = _power(base, exponent) if operator == "^" else Binary("**", base, exponent)
        return base

    def primary(self) -> Expression:
        if self.kind == "number":
            reading = self.dialect.number(self.token)
            if reading is None:
                why = "too large: a number is at most 1.8e308" if too_large(self.token) else "no number"
                raise NetlistError(f"'{self.token}' is {why}", span=self.where(self.at))
            self.advance()
            return Number(*reading)
        if self.kind == "name":
            return self.named()
        if self.kind == "operator" and self.token in CLOSING:
            closing = CLOSING[self.token]
            self.advance()
            inner = self.conditional()
            self.expect(closing, f"'{closing}'")
            return inner
        raise self.error("a number, a name or '('")

    def named(self) -> Expression:
        name, at = self.token, self.at
        start = self.after
        self.advance()
        if self.token != "(" or self.kind != "operator":
            return Name(name, self.span(at))
        if name in ("v", "i"):
            self.after = start
            return self.probe(name, at)
        self.advance()
        arguments = self.arguments()
        if name not in CONDITIONALS:
            return Call(name, arguments, self.span(at))
        if len(arguments) != 3:
            raise NetlistError(f"{name} takes 3 arguments, not {len(arguments)}", span=self.where(at))
        return Conditional(*arguments)

    def arguments(self) -> tuple[Expression, ...]:
        found: list[Expression] = []
        if self.token != ")":
            found.append(self.conditional())
            while self.token == ",":
                self.advance()
                found.append(self.conditional())
        self.expect(")", "',' or ')'")
        return tuple(found)

    def probe(self, kind: str, at: int) -> Expression:
        """`v(a)`, `v(a,b)`, `i(v1)`: node names have their own alphabet (`in+`, `net-3`), so they are cut out raw."""
        opening = self.text.index("(", self.after)
        closing = self.text.find(")", opening)
        names = [] if closing < 0 else [part.strip() for part in self.text[opening + 1 : closing].split(",")]
        most = 2 if kind == "v" else 1
        if not 1 <= len(names) <= most or not all(_PROBE.fullmatch(name) for name in names):
            expected = "v(node) or v(node,node)" if kind == "v" else "i(device)"
            raise NetlistError(f"expected {expected}", span=self.where(at))
        self.after = closing + 1
        self.advance()
        if kind == "i":
            return BranchCurrent(names[0], span=self.span(at))
        return Potential(names[0], names[1] if len(names) > 1 else "0", self.span(at))


def _check_height(tree: Expression, span: Span) -> None:
    stack = [(tree, 1)]
    while stack:
        node, height = stack.pop()
        if height > TALLEST:
            hint = "group the terms with parentheses, or name parts of it with .param"
            raise NetlistError(f"expression has more than {TALLEST} operators in a row", span=span, hint=hint)
        stack.extend((child, height + 1) for child in operands(node))


def operands(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly below a node, in order.

    >>> operands(parse("a < b ? 1 : 0"))[1:]
    (Number(value=1.0), Number(value=0.0))
    """
    match expression:
        case Binary(_, left, right):
            return (left, right)
        case Unary(_, operand):
            return (operand,)
        case Call(_, arguments):
            return arguments
        case Conditional(condition, yes, no):
            return (condition, yes, no)
    return ()
