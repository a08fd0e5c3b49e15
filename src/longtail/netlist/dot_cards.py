"""Dot cards that are one line: parameters, functions, models, includes, directives.

Each function takes the card and the offset behind its dot word, and raises NetlistError where the card is not of the
form that its docstring shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

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
from longtail.netlist.fields import Definition, Fields, defined_value, definitions, sections
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
UNKNOWN_FLAGS = ("oneway",)  # of switches and VDMOS in LTspice's own libraries
MODEL_FLAGS = ("nchan", "pchan", "noiseless")  # words without value that a model card may hold

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_BARE = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s+(?P<value>[a-z]\w*\(.*\))\s*")  # LTspice: `.param x table(y,1,2)`
_FUNCTION = re.compile(r"(?P<name>[^\W\d]\w*)\s*\((?P<arguments>[^()]*)\)\s*=?\s*")
_MODEL = re.compile(r"\s*(?P<name>[^\s(),={}'\"]+)[\s,]+(?P<type>[^\s(),={}'\"]+)")
_OPTIONAL = re.compile(r"(?P<node>[^\s,=(){}'\"]+)\s*=\s*(?P<instead>[^\s,=(){}'\"]+)")
_AKO = re.compile(r"ako:\s*(?P<base>[^\s(),={}'\"]+)(?:[\s,]+(?P<type>[a-z]\w*)(?=\s*(?:$|\()|\s+[^\s=]))?")
_FILE = re.compile(r"\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"']+))")


def parameters(line: LogicalLine, start: int) -> list[ParameterCard | FunctionCard]:
    """`.param a=1 b='2*a' f(x)='x*b'`."""
    found = list(definitions(line, start))
    before = line.text[start : found[0].at] if found else line.text[start:]
    bare = _BARE.fullmatch(line.text, start) if not found else None
    if bare is not None:
        whole = Definition(bare["name"], bare.start("name"), bare.start("value"), len(line.text.rstrip()))
        return [_parameter(line, whole)]
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
    """`.model name type (a=1 b=2)`, with or without parentheses, `=` and commas; `.model name ako:other type (...)`.

    A card that names a model and cannot be read has its `fault`. Raises NetlistError where it names none.
    """
    head = _MODEL.match(line.text, start)
    if head is None:
        raise NetlistError("expected .model name type (parameters)", span=line.span())
    name, kind, base, rest = head["name"], head["type"], None, head.end()
    if kind.startswith("ako:"):
        again = _AKO.match(line.text, head.start("type"))
        if again is None:
            raise NetlistError("expected ako: and the name of a model", span=line.span(head.start("type")))
        base, kind, rest = again["base"], again["type"] or "", again.end()
    try:
        fields = Fields(line, rest, lists=False).read()
        assignments = (*fields.assignments, *_pairs(line, fields.words))
    except NetlistError as fault:
        return ModelCard(name, kind, (), line.span(), base, fault)
    return ModelCard(name, kind, assignments, line.span(), base)


def _pairs(line: LogicalLine, words: list[Word]) -> Iterator[Assignment]:
    """`bf 100` as bf=100, and flags."""
    waiting = iter(words)
    for word in waiting:
        if word.text in MODEL_FLAGS:
            yield Assignment(word.text, Number(1.0), word.span)
            continue
        if word.text in UNKNOWN_FLAGS:
            raise UnsupportedError(f"'{word.text}' is not supported: no manual says what it does", span=word.span)
        value = next(waiting, None)
        reading = line.dialect.number(value.text) if value is not None and value.expression is None else None
        given = Number(*reading) if reading is not None else value.expression if value is not None else None
        if given is None or word.expression is not None or not _IDENTIFIER.fullmatch(word.text):
            raise NetlistError(f"expected name=value, found '{word.text}'", span=word.span)
        yield Assignment(word.text, given, word.span)


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


def with_blanks(line: LogicalLine, start: int, names: list[str]) -> list[str]:
    """The one path with blanks that LTspice writes without quotes, `C:\\Program Files\\x.lib`; else the names."""
    is_path = "." not in names[0] or any(sign in name for name in names for sign in ":/\\")
    return [line.raw[start:].strip()] if is_path else names


def include(line: LogicalLine, start: int) -> Include:
    """`.include "file"`."""
    names = file_names(line, start)
    if len(names) > 1 and '"' not in line.raw and "'" not in line.raw:
        names = with_blanks(line, start, names)
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


class SubcircuitHead(NamedTuple):
    """What stands on a `.subckt` line."""

    name: str
    nodes: tuple[Word, ...]
    parameters: tuple[Assignment, ...]
    optional: tuple[tuple[str, str], ...]


def subcircuit_head(line: LogicalLine, start: int) -> SubcircuitHead:
    """`.subckt name a b optional: vcc=vdd params: r=1 text: file="..."`.

    Raises NetlistError for what is no node and for a node that stands twice. Texts have no effect here.
    """
    parts = sections(line, start)
    fields = Fields(line, *parts[""]).read()
    parameters = Fields(line, *parts["params"]).read() if "params" in parts else None
    optional = list(_OPTIONAL.finditer(line.text, *parts["optional"])) if "optional" in parts else []
    if "text" in parts:
        line.remark("texts of a subcircuit have no effect", parts["text"][0])
    words = [*fields.words, *(parameters.words if parameters else ())]
    if not words:
        raise NetlistError("expected .subckt name nodes...", span=line.span())
    for word in words:
        if word.expression is not None or word.group is not None:
            raise NetlistError("expected a node name", span=word.span)
    nodes = [*words[1:], *(Word(pair["node"], line.span(pair.start())) for pair in optional)]
    seen: set[str] = set()
    for word in nodes:
        if word.text in seen:
            raise NetlistError(f"node '{word.text}' stands twice in the .subckt line", span=word.span)
        seen.add(word.text)
    given = (*fields.assignments, *(parameters.assignments if parameters else ()))
    return SubcircuitHead(words[0].text, tuple(nodes), given, tuple((p["node"], p["instead"]) for p in optional))
