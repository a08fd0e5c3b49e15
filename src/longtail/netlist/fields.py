"""The fields of one card: positional words, `name=value` assignments, parentheses, braces and quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from longtail.errors import NetlistError
from longtail.netlist.cards import Assignment, Word
from longtail.netlist.expressions.parser import parse
from longtail.netlist.expressions.tree import Expression, Name, Unary
from longtail.netlist.lines import LogicalLine
from longtail.units import number_or_none

# words that take a parenthesis even when a blank stands before it
WAVES = frozenset(("sin", "sine", "pulse", "exp", "pwl", "sffm", "am", "trnoise", "trrandom"))
GROUPED = WAVES | {"poly"}
CLOSING = {"{": "}", "'": "'", '"': '"'}
TEXTS = frozenset(("mfg", "pn", "type", "desc", "symbol"))  # names that LTspice gives a text in double quotes
DEEPEST = 64  # levels of parentheses or braces

_TOKEN = re.compile(r"""[^\s,=(){}'"]+|[=(),]|[{}'"]""")
_SIGN = re.compile(r"""[,=(){}'"]""")
_WORD = re.compile(r"\S+")
_BRACE = re.compile(r"[{}]")
_SECTION = re.compile(r"(?<=\s)(params|optional|text)\s*:")
_LONE_OPERATORS = frozenset(("*", "/", "+", "-", "**", "^", "%"))


class Token(NamedTuple):
    """`kind` is "word", one of `= ( ) ,`, "{" for a braced or quoted expression, or '"' for a string.

    `text` is what stands within braces and quotes; `start` and `end` bound the whole token, `inner` its text.
    """

    kind: str
    text: str
    start: int
    end: int
    inner: int


def tokens(line: LogicalLine, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of a card between two offsets. Raises NetlistError for a brace or quote without its partner."""
    text = line.text
    stop = len(text) if end is None else end
    if _SIGN.search(text, start, stop) is None:  # most cards are words alone
        return [Token("word", m[0], m.start(), m.end(), m.start()) for m in _WORD.finditer(text, start, stop)]
    found = []
    at = start
    while (match := _TOKEN.search(text, at, stop)) is not None:
        token, begin, at = match[0], match.start(), match.end()
        if token in CLOSING:
            closing = _closing(line, begin)
            at = closing + 1
            if token == '"':
                found.append(Token('"', line.raw[begin + 1 : closing], begin, at, begin + 1))
            else:
                found.append(Token("{", text[begin + 1 : closing], begin, at, begin + 1))
        elif token == "}":
            raise NetlistError("'}' without '{'", span=line.span(begin))
        else:
            found.append(Token(token if token in "=()," else "word", token, begin, at, begin))
    return found


def _closing(line: LogicalLine, begin: int) -> int:
    """Where the brace or quote that opens at `begin` closes."""
    opening = line.text[begin]
    if opening != "{":
        closing = line.text.find(opening, begin + 1)
        if closing < 0:
            raise NetlistError(f"no closing {opening}", span=line.span(begin))
        return closing
    depth = 0
    for brace in _BRACE.finditer(line.text, begin):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.start()
        if depth > DEEPEST:
            raise NetlistError(f"braces are nested deeper than {DEEPEST} levels", span=line.span(brace.start()))
    raise NetlistError("no closing }", span=line.span(begin))


def expression_at(line: LogicalLine, start: int, end: int) -> Expression:
    """The expression between two offsets of a card."""
    return parse(line.text[start:end], lambda offset: line.span(start + offset), line.dialect)


def sections(line: LogicalLine, start: int) -> dict[str, tuple[int, int]]:
    """Where the parts of a `.subckt` or X card stand: "" is what comes first, then "optional", "params" and "text"."""
    found = {"": start}
    ends = []
    for match in _SECTION.finditer(line.text, start):
        ends.append(match.start())
        found[match[1]] = match.end()
    return {name: (at, next((end for end in ends if end >= at), len(line.text))) for name, at in found.items()}


class Fields:
    """Reads the tokens of a card one after the other into `words` and `assignments`.

    Parentheses that group nothing but fields may be one too few or too many, as in ngspice: a note says so. With
    `lists` a comma behind a value is followed by more values of the same name; else it separates as a blank does.
    """

    def __init__(self, line: LogicalLine, start: int = 0, end: int | None = None, *, lists: bool = True) -> None:
        self.line = line
        self.lists = lists
        self.tokens = tokens(line, start, end)
        self.at = 0
        self.words: list[Word] = []
        self.assignments: list[Assignment] = []
        self.open: list[Token] = []

    def read(self) -> Fields:
        """Read them all. Raises NetlistError for stray signs and missing values."""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            match token.kind:
                case "word":
                    self.word(token)
                case "{":
                    self.detached(token)
                    self.words.append(self.braced(token))
                case '"':
                    self.words.append(Word(token.text.lower(), self.line.span(token.start)))  # "OUT" is the node out
                case "(":
                    self.enter(token)
                case ")":
                    if self.open:
                        self.open.pop()
                    else:
                        self.line.remark("')' without '(' is passed over", token.start)
                case "=":
                    raise self.error("expected a name before '='", token)
        if self.open:
            self.line.remark("no closing ): it is taken to be at the end", self.open[-1].start)
        return self

    def enter(self, token: Token) -> None:
        self.open.append(token)
        if len(self.open) > DEEPEST:
            raise self.error(f"parentheses are nested deeper than {DEEPEST} levels", token)

    def error(self, message: str, token: Token, hint: str | None = None) -> NetlistError:
        return NetlistError(message, span=self.line.span(token.start), hint=hint)

    def ahead(self, kind: str) -> Token | None:
        """The next token if it is of this kind."""
        if self.at < len(self.tokens) and self.tokens[self.at].kind == kind:
            return self.tokens[self.at]
        return None

    def detached(self, token: Token) -> None:
        """Raise NetlistError where a word stands directly at a brace or quote: `{a}k`, `n{i}`."""
        before = self.tokens[self.at - 2] if self.at > 1 else None
        behind = self.ahead("word")
        if before is not None and before.kind == "word" and before.end == token.start:
            raise self.error(f"expected a blank before '{self.line.text[token.start]}'", token)
        if behind is not None and behind.start == token.end:
            hint = "what belongs to the expression stands within its braces: {1k*a}"
            raise self.error(f"expected a blank before '{behind.text}'", behind, hint)

    def word(self, token: Token) -> None:
        if self.ahead("=") is not None:
            self.at += 1
            self.assign(token.text, token)
            return
        opening = self.ahead("(")
        if opening is not None and (opening.start == token.end or token.text in GROUPED):
            self.grouped(token)
            return
        if token.text in ("+", "-"):
            brace = self.ahead("{")
            if brace is not None and brace.start == token.end:
                self.at += 1
                inner = self.braced(brace)
                assert inner.expression is not None
                signed = Unary(token.text, inner.expression)
                span = self.line.span(token.start)
                self.words.append(replace(inner, text=token.text + inner.text, expression=signed, span=span))
                return
        self.words.append(Word(token.text, self.line.span(token.start)))

    def braced(self, token: Token) -> Word:
        expression = expression_at(self.line, token.inner, token.end - 1)
        return Word(token.text.strip(), self.line.span(token.start), expression)

    def grouped(self, token: Token) -> None:
        """`sin(0 1 1k)`, `poly(2)`, `v(a)`; the last may be assigned to: `v(a)=1`."""
        opening = self.tokens[self.at]
        self.at += 1
        inside: list[Word] = []
        while True:
            if self.at >= len(self.tokens):
                if token.text not in WAVES:
                    raise self.error("no closing )", opening)
                self.line.remark("no closing ): it is taken to be at the end", opening.start)
                break
            item = self.tokens[self.at]
            self.at += 1
            if item.kind == ")":
                break
            if item.kind == "(":
                raise self.error(f"'(' inside the parentheses of '{token.text}'", item)
            if item.kind == "=":
                raise self.error(f"'=' inside the parentheses of '{token.text}'", item)
            if item.kind == "{":
                inside.append(self.braced(item))
            elif item.kind != ",":
                inside.append(Word(item.text, self.line.span(item.start)))
        if self.ahead("=") is not None:
            self.at += 1
            self.assign(f"{token.text}({','.join(word.text for word in inside)})", token)
        else:
            self.words.append(Word(token.text, self.line.span(token.start), group=tuple(inside)))

    def assign(self, name: str, token: Token) -> None:
        if not (name[0].isalpha() or name[0] == "_"):
            raise self.error(f"expected a name before '=', found '{name}'", token)
        value = self.value(name, token)
        more = []
        while self.another_value(name):
            more.append(self.value(name, token))
        self.assignments.append(Assignment(name, value, self.line.span(token.start), tuple(more)))
        following = self.ahead("word")
        if following is not None and following.text in _LONE_OPERATORS:
            raise self.error(
                f"'{following.text}' after the value of '{name}'", following, "write {...} round the value"
            )

    def another_value(self, name: str) -> bool:
        """Move to a further value, as in `tc=1m,2u` and `tc=1m 2u`; false where a name with `=` comes."""
        at = self.at + (self.ahead(",") is not None)
        if not self.lists and at > self.at:
            return False
        if at >= len(self.tokens) or self.tokens[at].kind not in ("word", "{"):
            return False
        if at + 1 < len(self.tokens) and self.tokens[at + 1].kind == "=":
            return False
        if at == self.at and (name != "tc" or number_or_none(self.tokens[at].text) is None):
            return False
        self.at = at
        return True

    def value(self, name: str, token: Token) -> Expression:
        """The expression that stands at the cursor, up to a blank or comma outside parentheses."""
        if self.at >= len(self.tokens):
            raise self.error(f"expected a value after '{name}='", token)
        first = self.tokens[self.at]
        if first.kind == "{":
            self.at += 1
            return expression_at(self.line, first.inner, first.end - 1)
        text = first.kind == '"' and name in TEXTS
        if text or (name == "version" and first.kind == "word" and number_or_none(first.text) is None):  # 3.3.0
            self.at += 1
            return Name(first.text)
        if first.kind not in ("word", "("):
            raise self.error(f"expected a number or an expression after '{name}='", first)
        depth, end = 0, first.start
        while self.at < len(self.tokens):
            item = self.tokens[self.at]
            if depth == 0 and (item.start != end or item.kind in ("=", ",", ")", '"')):
                break
            depth += (item.kind == "(") - (item.kind == ")")
            end = item.end
            self.at += 1
        if depth:
            raise self.error(f"no closing ) in the value of '{name}'", first)
        return expression_at(self.line, first.start, end)


class Definition(NamedTuple):
    """`name = text`: offsets of the name, and of the first and behind the last character of the value."""

    name: str
    at: int
    start: int
    end: int


def definitions(line: LogicalLine, start: int) -> Iterator[Definition]:
    """The `name = expression` pairs of a card whose expressions may hold blanks: `.param a = 2 * b  c=3`.

    A name may carry arguments: `f(x,y) = x+y`. Raises NetlistError where a name or a value is missing.
    """
    signs = list(_equal_signs(line, start))
    starts = []
    begin = start
    for sign in signs:
        starts.append(_name_start(line, begin, sign))
        begin = sign + 1
    for index, (at, sign) in enumerate(zip(starts, signs, strict=True)):
        name = line.text[at:sign].rstrip()
        last = starts[index + 1] if index + 1 < len(starts) else len(line.text)
        value = line.text[sign + 1 : last].rstrip(" \t,")
        if not value.strip():
            raise NetlistError(f"expected a value after '{name}='", span=line.span(at))
        yield Definition(name, at, sign + 1 + len(value) - len(value.lstrip()), sign + 1 + len(value))


def _name_start(line: LogicalLine, begin: int, sign: int) -> int:
    """Where the name before an `=` starts: `a`, or `f(x,y)`. It does not reach back before `begin`."""
    before = line.text[begin:sign].rstrip()
    if before.endswith(")"):
        before = before[: max(before.rfind("("), 0)].rstrip()
    at = len(before)
    while at and (before[at - 1].isalnum() or before[at - 1] in "_."):
        at -= 1
    if at == len(before) or not (before[at].isalpha() or before[at] == "_"):
        raise NetlistError("expected a name before '='", span=line.span(sign))
    return begin + at


def defined_value(line: LogicalLine, definition: Definition) -> Expression:
    """The expression of a definition; quotes round all of it are taken off."""
    start, end = definition.start, definition.end
    if line.text[start] in "'\"" and end - start > 1 and line.text[end - 1] == line.text[start]:
        start, end = start + 1, end - 1
    return expression_at(line, start, end)


def _equal_signs(line: LogicalLine, start: int) -> Iterator[int]:
    """Offsets of the `=` that assign: outside parentheses, braces and quotes, and no part of `==`, `<=`, `>=`, `!=`."""
    text = line.text
    depth, at = 0, start
    while at < len(text):
        sign = text[at]
        if sign in CLOSING:
            at = _closing(line, at)
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "=" and depth == 0:
            if text[at + 1 : at + 2] == "=":
                at += 1
            elif text[at - 1] not in "<>!":
                yield at
        at += 1
