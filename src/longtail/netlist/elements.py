"""Device cards: the fields of an element, with the forms that are special to controlled and behavioural sources."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from longtail.errors import NetlistError, Span, UnsupportedError
from longtail.netlist.cards import Assignment, Element, Word
from longtail.netlist.expressions.parser import parse
from longtail.netlist.expressions.tree import Name, Potential
from longtail.netlist.fields import Fields, Token, defined_value, definitions, expression_at, sections, tokens
from longtail.netlist.lines import LogicalLine

SUPPORTED = frozenset("rclkviefghbdqmjzswtxa")
UNSUPPORTED = {
    "u": "a distributed RC line",
    "o": "a lossy transmission line",
    "y": "a transmission line of measured data",
    "n": "a compiled Verilog-A device",
    "p": "coupled lines",
}

SPECIAL_TERMINALS = 8  # of LTspice's A devices
_HOW_TO_TRANSFORM = ("window", "nfft", "mtol")  # LTspice's LAPLACE into time, of no effect here
_OF_TRANSFORMS = re.compile(r"[\s,]+(?:window|nfft|mtol)\s*=")

_NAME = re.compile(r"[^\s,=(){}'\"]+")
_LAW = re.compile(r"\b(?:value|vol|cur)\s*=")
_FREQUENCY_RESPONSE = re.compile(r"(?<=\s)(laplace|freq|chebyshev)\s*(?=[{('=])")
_WAVE_FILE = re.compile(r"""(?<=\s)pwl\s*(\()?\s*file\s*=\s*("[^"]*"|[^\s,()]+)\s*(?(1)\))""")
_VALUE = re.compile(r"(?P<name>(?<![\w.])[a-z_]\w*)\s*=\s*")
_OPERATORS = "+-*/^"
_GOES_ON = re.compile(r"\s+[-+*/^]\s*")
_TO_PARENTHESES = str.maketrans("{}", "()")
_TABLE = re.compile(r"(?<=\s)table\s*(?=[{('=])")


def read_element(line: LogicalLine) -> Element:
    """One device card.

    Raises UnsupportedError for a kind of device that longtail does not have, and NetlistError for what is no card.
    """
    match = _NAME.match(line.text)
    name = match[0] if match else ""
    letter = name[:1]
    if letter in UNSUPPORTED:
        raise UnsupportedError(f"'{name}' is {UNSUPPORTED[letter]}, which is not supported", span=line.span())
    if letter not in SUPPORTED:
        raise NetlistError(
            f"expected a card, found '{name or line.text[0]}'",
            span=line.span(),
            hint="cards begin with the letter of a device, '.', '+' or '*'",
        )
    words, assignments = _contents(line, letter, len(name))
    if letter == "a" and (len(words) <= SPECIAL_TERMINALS or any(word.text[:1] in ("[", "%") for word in words)):
        message = f"'{name}' is a code model of ngspice, which is not supported"
        raise UnsupportedError(message, span=line.span(), hint="A devices of LTspice have 8 nodes and a kind")
    return Element(name, tuple(words), tuple(assignments), line.span())


def _contents(line: LogicalLine, letter: str, start: int) -> tuple[list[Word], list[Assignment]]:
    if letter == "x":
        return _with_sections(line, start)
    if letter == "a":
        return _with_formulas(line, start)
    if letter == "b" or (letter in "efgh" and _LAW.search(line.text, start)):
        return _with_law(line, start)
    response = _FREQUENCY_RESPONSE.search(line.text, start) if letter in "eg" else None
    if response is not None and response[1] == "laplace":
        return _with_transfer_function(line, start, response)
    if response is not None:
        message = f"{line.text[:start]}: {response[1].upper()} is not supported"
        raise UnsupportedError(message, span=line.span(response.start()), hint="LAPLACE is, as a ratio of polynomials")
    table = _TABLE.search(line.text, start) if letter in "eg" else None
    if table is not None:
        return _with_table(line, start, table)
    wave = _WAVE_FILE.search(line.text, start) if letter in "vi" else None
    if wave is not None:
        return _with_wave_file(line, start, wave)
    fields = Fields(line, start).read()
    return fields.words, fields.assignments


def _with_sections(line: LogicalLine, start: int) -> tuple[list[Word], list[Assignment]]:
    """`x1 a b name params: r=1 text: file="x"`: texts have no effect."""
    parts = sections(line, start)
    if "text" in parts:
        line.remark("texts of a subcircuit have no effect", parts["text"][0])
    read = [Fields(line, *place).read() for name, place in parts.items() if name != "text"]
    return [word for part in read for word in part.words], [a for part in read for a in part.assignments]


def _with_formulas(line: LogicalLine, start: int) -> tuple[list[Word], list[Assignment]]:
    """`a1 a b ... ota g={g} linear en=1n + {k}/freq**0.5`: values are formulas without braces round all of it.

    A value goes on behind a blank where an operator stands before or behind that. Braces within are parentheses.
    """
    first = _VALUE.search(line.text, start)
    words = Fields(line, start, first.start() if first else None).read().words
    assignments = []
    at = first.start() if first else len(line.text)
    text = line.text.translate(_TO_PARENTHESES)
    while at < len(text):
        found = _VALUE.match(text, at)
        end = _end_of_formula(text, found.end() if found else at)
        if found is None:
            words.append(Word(text[at:end], line.span(at)))
        else:
            value = parse(text[found.end() : end], partial(_span_from, line, found.end()), line.dialect)
            assignments.append(Assignment(found["name"], value, line.span(at)))
        at = end + len(text[end:]) - len(text[end:].lstrip(" \t,"))
    return words, assignments


def _span_from(line: LogicalLine, start: int, offset: int) -> Span:
    return line.span(start + offset)


def _end_of_formula(text: str, at: int) -> int:
    """Where the first blank is that ends a value: outside of parentheses, with no operator at either side."""
    depth = 0
    for k in range(at, len(text)):
        depth += (text[k] == "(") - (text[k] == ")")
        if depth <= 0 and text[k] in " \t" and not _GOES_ON.match(text, k):
            before = text[at:k].rstrip()
            if before and before[-1] not in _OPERATORS:
                return k
    return len(text)


def _with_wave_file(line: LogicalLine, start: int, wave: re.Match[str]) -> tuple[list[Word], list[Assignment]]:
    """LTspice's `v1 p n pwl file=wave.txt`: the path as an assignment `file`, with the letters that the file has."""
    before, behind = Fields(line, start, wave.start()).read(), Fields(line, wave.end()).read()
    path = line.raw[wave.start(2) : wave.end(2)].strip('"')
    file = Assignment("file", Name(path), line.span(wave.start()))
    return [*before.words, *behind.words], [*before.assignments, file, *behind.assignments]


def _with_law(line: LogicalLine, start: int) -> tuple[list[Word], list[Assignment]]:
    """`b1 p n v = expression with blanks  tc1=...`: what follows a sign belongs to it up to the next name."""
    found = list(definitions(line, start))
    words = Fields(line, start, found[0].at if found else None).read().words
    assignments = []
    for item in found:
        if item.name not in _HOW_TO_TRANSFORM:
            read = _of_transfer(line) if item.name == "laplace" else line
            assignments.append(Assignment(item.name, defined_value(read, item), line.span(item.at)))
    return words, assignments


def _with_table(line: LogicalLine, start: int, table: re.Match[str]) -> tuple[list[Word], list[Assignment]]:
    """`e1 p n table {x} = (x1,y1) (x2,y2)` and `table(x, x1, y1, ...)`: the word, the expression, then all numbers.

    LTspice's `e1 p n table={x} (x1,y1) ...` and `e1 p n a b table=(x1 y1, x2 y2, ...)`, of v(a,b), are read too.
    """
    words = Fields(line, start, table.start()).read().words
    following = tokens(line, table.end())
    controls = words[2:]
    words = [*words[:2], Word("table", line.span(table.start()))]
    if following[0].kind == "=" and len(following) > 1 and (following[1].kind == "{" or controls):
        following = following[1:]
    first = following[0]
    if len(controls) == 2 and first.kind == "(":
        sensed = parse(f"v({controls[0].text},{controls[1].text})", lambda _: controls[0].span)
        words.append(Word("v", controls[0].span, sensed))
        rest = first.start
    elif controls:
        raise NetlistError(f"unexpected '{controls[-1].text}' before 'table'", span=controls[-1].span)
    elif first.kind == "{":
        words.append(Word(first.text.strip(), line.span(first.start), expression_at(line, first.inner, first.end - 1)))
        rest = first.end
        if len(following) > 1 and following[1].kind == "=":
            rest = following[1].end
    elif first.kind == "(":
        comma = _first_comma(line, following)
        text = line.text[first.end : comma.start]
        words.append(Word(text.strip(), line.span(first.end), expression_at(line, first.end, comma.start)))
        closing = line.text.rindex(")")
        fields = Fields(line, comma.end, closing).read()
        behind = Fields(line, closing + 1).read()
        return [*words, *fields.words, *behind.words], [*fields.assignments, *behind.assignments]
    else:
        raise NetlistError("expected {expression} after 'table'", span=line.span(first.start))
    fields = Fields(line, rest).read()
    return [*words, *fields.words], fields.assignments


def _of_transfer(line: LogicalLine) -> LogicalLine:
    """The line as it is read where a transfer function stands: `^` is a power there for everyone."""
    return replace(line, dialect=replace(line.dialect, exclusive_or=False))


def _with_transfer_function(
    line: LogicalLine, start: int, response: re.Match[str]
) -> tuple[list[Word], list[Assignment]]:
    """`e1 p n laplace {u} = {H}` and LTspice's `e1 p n a b laplace = H`: nodes, the word, u and H, which reads s."""
    line = _of_transfer(line)
    words = Fields(line, start, response.start()).read().words
    following = [token for token in tokens(line, response.end()) if token.kind != "="]
    name = Word("laplace", line.span(response.start()))
    if len(words) == 4 and following:
        sensed = Word("v", words[2].span, Potential(words[2].text, words[3].text))
        begin = following[0].start
        window = _OF_TRANSFORMS.search(line.text, begin)
        end = window.start() if window else len(line.text)
        transfer = Word("h", line.span(begin), expression_at(line, begin, end))
        return [*words[:2], name, sensed, transfer], []
    if len(words) != 2 or len(following) < 2 or any(token.kind != "{" for token in following[:2]):
        raise NetlistError("expected laplace {expression} = {transfer function}", span=line.span(response.start()))
    law, transfer = (
        Word(t.text.strip(), line.span(t.start), expression_at(line, t.inner, t.end - 1)) for t in following[:2]
    )
    behind = Fields(line, following[1].end).read()
    return [*words, name, law, transfer, *behind.words], behind.assignments


def _first_comma(line: LogicalLine, following: list[Token]) -> Token:
    """The comma that ends the first argument of `table(`. Raises NetlistError where there is none."""
    depth = 0
    comma: Token | None = None
    for token in following:
        depth += (token.kind == "(") - (token.kind == ")")
        if depth == 1 and token.kind == "," and comma is None:
            comma = token
        if depth == 0:
            break
    if depth or comma is None:
        raise NetlistError("expected table(expression, x1, y1, ...)", span=line.span(following[0].start))
    return comma
