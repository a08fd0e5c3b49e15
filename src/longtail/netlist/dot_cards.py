"""Dot cards that are one line: parameters, functions, models, includes, directives.

Each function takes the card and the offset behind its dot word, and raises NetlistError where the card is not of the
form that its docstring shows.
"""

from __future__ import annotations

import re

from longtail.errors import NetlistError, UnsupportedError
from longtail.netlist.cards import (
    Assignment,
    Directive,
    FunctionCard,
    Include,
    ModelCard,
    ParameterCard,
    PortDirective,
    Word,
)
from longtail.netlist.expressions.tree import Number
from longtail.netlist.fields import Definition, Fields, defined_value, definitions
from longtail.netlist.lines import LogicalLine

DIRECTIVES = {
    "global": "global",
    "temp": "temp",
    "option": "option",
    "options": "option",
    "opt": "option",
    "nodeset": "nodeset",
    "ic": "ic",
}
MODEL_FLAGS = ("nchan", "pchan")  # words without value that a model card may hold

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_FUNCTION = re.compile(r"(?P<name>[^\W\d]\w*)\s*\((?P<arguments>[^()]*)\)\s*=?\s*")
_MODEL = re.compile(r"\s*(?P<name>[^\s(),={}'\"]+)[\s,]+(?P<type>[^\s(),={}'\"]+)")
_FILE = re.compile(r"\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"']+))")


def parameters(line: LogicalLine, start: int) -> list[ParameterCard | FunctionCard]:
    """`.param a=1 b='2*a' f(x)='x*b'`."""
    found = list(definitions(line, start))
    before = line.text[start : found[0].at] if found else line.text[start:]
    if not found or before.strip():
        offset = start + len(before) - len(before.lstrip())
        raise NetlistError("expected name=value", span=line.span(min(offset, len(line.text) - 1)))
    return [_function(line, item) if "(" in item.name else _parameter(line, item) for item in found]


def _parameter(line: LogicalLine, item: Definition) -> ParameterCard:
    if not _IDENTIFIER.fullmatch(item.name):
        raise NetlistError(f"'{item.name}' cannot be the name of a parameter", span=line.span(item.at))
    return ParameterCard(item.name, defined_value(line, item), line.span(item.at))


def _function(line: LogicalLine, item: Definition) -> FunctionCard:
    head = _FUNCTION.fullmatch(item.name)
    if head is None:
        raise NetlistError("expected f(x,y)=expression", span=line.span(item.at))
    arguments = _arguments(line, head["arguments"], item.at)
    return FunctionCard(head["name"], arguments, defined_value(line, item), line.span(item.at))


def _arguments(line: LogicalLine, text: str, at: int) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",")) if text.strip() else ()
    for name in names:
        if not _IDENTIFIER.fullmatch(name):
            raise NetlistError(f"'{name}' cannot be the name of an argument", span=line.span(at))
    if len(set(names)) < len(names):
        raise NetlistError("two arguments have the same name", span=line.span(at))
    return names


def function(line: LogicalLine, start: int) -> FunctionCard:
    """`.func f(x,y) {x+y}`, with `=` or quotes as well."""
    start += len(line.text[start:]) - len(line.text[start:].lstrip())
    head = _FUNCTION.match(line.text, start)
    if head is None or head.end() == len(line.text):
        raise NetlistError("expected .func name(arguments) {expression}", span=line.span())
    whole = Definition(head["name"], start, head.end(), len(line.text))
    return FunctionCard(
        head["name"], _arguments(line, head["arguments"], start), defined_value(line, whole), line.span(start)
    )


def model(line: LogicalLine, start: int) -> ModelCard:
    """`.model name type (a=1 b=2)`, with or without parentheses."""
    head = _MODEL.match(line.text, start)
    if head is None:
        raise NetlistError("expected .model name type (parameters)", span=line.span())
    if head["type"].startswith("ako:"):
        raise UnsupportedError("models that start from another (ako:) are not supported", span=line.span(head.start(2)))
    fields = Fields(line, head.end()).read()
    assignments = list(fields.assignments)
    for word in fields.words:
        if word.text not in MODEL_FLAGS:
            raise NetlistError(f"expected name=value, found '{word.text}'", span=word.span)
        assignments.append(Assignment(word.text, Number(1.0), word.span))
    return ModelCard(head["name"], head["type"], tuple(assignments), line.span())


def file_names(line: LogicalLine, start: int) -> list[str]:
    """The fields of `.include` and `.lib`: quoted, or up to a blank; case kept."""
    found = []
    while line.raw[start:].strip():
        match = _FILE.match(line.raw, start)
        if match is None:
            raise NetlistError("quote without its partner", span=line.span(start))
        found.append(next(text for text in match.groups() if text is not None))
        start = match.end()
    return found


def include(line: LogicalLine, start: int) -> Include:
    """`.include "file"`."""
    names = file_names(line, start)
    if len(names) != 1 or not names[0].strip():
        raise NetlistError("expected .include and one file name", span=line.span(), hint="quote a name with blanks")
    return Include(names[0], None, line.span())


def directive(line: LogicalLine, name: str, start: int) -> Directive:
    """`.global .temp .option .nodeset .ic`."""
    fields = Fields(line, start).read()
    if not fields.words and not fields.assignments:
        raise NetlistError(f".{name} says nothing", span=line.span(), hint="expected values behind it")
    return Directive(name, tuple(fields.words), tuple(fields.assignments), line.span())


def port_directive(line: LogicalLine) -> PortDirective:
    """`*@ input inp inn` and its kin."""
    fields = Fields(line, 2).read()
    if not fields.words or (fields.assignments and fields.words[0].text != "corner"):
        hint = "as in '*@ input inp inn', '*@ output out', '*@ supply vcc', '*@ vcm 1.2'"
        raise NetlistError("expected a directive and its values", span=line.span(), hint=hint)
    return PortDirective(fields.words[0].text, tuple(fields.words[1:]), line.span(), tuple(fields.assignments))


def subcircuit_head(line: LogicalLine, start: int) -> tuple[str, tuple[Word, ...], tuple[Assignment, ...]]:
    """Name, nodes and default parameters of `.subckt name a b params: r=1`."""
    fields = Fields(line, start).read()
    words = [word for word in fields.words if word.text != "params:"]
    if not words:
        raise NetlistError("expected .subckt name nodes...", span=line.span())
    for word in words:
        if word.expression is not None or word.group is not None:
            raise NetlistError("expected a node name", span=word.span)
        if word.text == "optional:":
            raise UnsupportedError("optional nodes of subcircuits are not supported", span=word.span)
    seen: set[str] = set()
    for word in words[1:]:
        if word.text in seen:
            raise NetlistError(f"node '{word.text}' stands twice in the .subckt line", span=word.span)
        seen.add(word.text)
    return words[0].text, tuple(words[1:]), tuple(fields.assignments)
