"""One netlist file, or a text, to a `Netlist`: cards in order, nothing resolved, nothing dropped in silence.

Included files are not opened here: `.include` stays an `Include` card.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from longtail.errors import InputError, NetlistError, UnsupportedError, nearest
from longtail.files import reading as file_reading
from longtail.netlist import dot_cards
from longtail.netlist.cards import Body, Branch, Card, Conditionals, Include, Netlist, Note, Subcircuit
from longtail.netlist.elements import read_element
from longtail.netlist.expressions.tree import Expression
from longtail.netlist.fields import expression_at
from longtail.netlist.lines import LogicalLine, split_lines

DEEPEST = 64  # subcircuits and conditionals within each other

# cards that ask a simulator for an analysis or an output: longtail is asked otherwise
SKIPPED = (
    *("op", "ac", "dc", "tran", "noise", "tf", "pz", "sens", "disto", "pss", "sp", "four", "fft", "step", "mc"),
    *(
        "wcase",
        "meas",
        "measure",
        "print",
        "plot",
        "probe",
        "save",
        "width",
        "backanno",
        "csparam",
        "wave",
        "net",
        "savebias",
    ),
    *("prot", "unprot", "protect", "unprotect"),  # HSPICE: what is listed
)
UNSUPPORTED = frozenset(["connect", "data", "alter", "hdl", "verilog", "machine"])
# how files of other programs begin, what they are, and how to get a netlist from them
FOREIGN = (
    (
        r"version\s+\d+(\.\d+)?\s*\n\s*(sheet|symboltype)\b",
        "an LTspice schematic",
        "View > SPICE Netlist in LTspice writes one",
    ),
    (r"\s*\(kicad_sch\b", "a KiCad schematic", "kicad-cli sch export netlist --format spice writes one"),
    (r"\s*<qucs schematic\b", "a Qucs schematic", "qucs-s writes one: Simulation > Save netlist"),
    (r"v\s*\{xschem\b", "an xschem schematic", "xschem -n -s -q writes one"),
    (r"(.*\n){0,20}?\s*simulator\s+lang\s*=\s*spectre", "a Spectre netlist", "write it as SPICE"),
)
CLOSING = {
    "ends": ".subckt",
    "eom": ".macro",
    "endl": ".lib",
    "elseif": ".if",
    "else": ".if",
    "endif": ".if",
    "endc": ".control",
}
KNOWN = (
    *("param", "func", "model", "include", "inc", "lib", "endl", "subckt", "ends", "macro", "if", "elseif", "else"),
    *("endif", "title", "end", "control", "endc"),
)


def read_file(path: str | Path, *, included: bool = False) -> Netlist:
    """Read one netlist file. `included` says that its first line is a card and no title.

    UTF-8 (with or without mark), UTF-16 with mark, and else Latin-1 are understood.
    Raises InputError when the file cannot be read, NetlistError for what is wrong in it.
    """
    where = Path(path)
    try:
        content = file_reading.content(where)
    except OSError as error:
        raise InputError(f"cannot read '{path}': {(error.strerror or str(error)).lower()}") from error
    return _read(decoded(content), str(path), where, included)


def read_text(text: str, file: str = "<text>", *, included: bool = False) -> Netlist:
    """Read a netlist from a string; `file` is its name in messages.

    Raises NetlistError with the place of what is wrong, UnsupportedError for sound SPICE that longtail does not have.

    >>> netlist = read_text("A divider\\nV1 in 0 DC 1\\nR1 in out 1k\\nR2 out 0 {2*3k}\\n.end\\n")
    >>> netlist.title, [card.name for card in netlist.body]
    ('A divider', ['v1', 'r1', 'r2'])
    >>> print(netlist.body[2].span)
    <text>:4:1
    """
    if len(text) > file_reading.LARGEST:
        raise InputError(f"the netlist has {len(text)} characters, more than the {file_reading.LARGEST} that are read")
    return _read(text, file, None, included)


def decoded(content: bytes) -> str:
    """The text that bytes hold, whatever wrote them.

    >>> decoded("µ".encode()), decoded("µ".encode("utf-16")), decoded("µ".encode("latin-1"))
    ('µ', 'µ', 'µ')
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _read(text: str, file: str, path: Path | None, included: bool) -> Netlist:
    _refuse_foreign(text, file)
    lines = split_lines(text, file, included=included)
    reader = _CardReader(lines.cards, lines.title, lines.notes)
    body, _ = reader.body((), None)
    return Netlist(reader.title, body, reader.sections, tuple(reader.notes), path)


def _refuse_foreign(text: str, file: str) -> None:
    """Raise InputError for what another program keeps its circuits in."""
    beginning = text[:4000].replace("\r\n", "\n")
    for pattern, what, instead in FOREIGN:
        if re.match(pattern, beginning, re.IGNORECASE):
            raise InputError(f"'{file}' is {what}, not a SPICE netlist", hint=instead)


class _CardReader:
    """Walks over the logical lines; blocks (.subckt, .if, .lib) call `body` again for what they hold."""

    def __init__(self, lines: list[LogicalLine], title: str, notes: list[Note]) -> None:
        self.lines = lines
        self.title = title
        self.notes = notes
        self.sections: dict[str, Body] = {}
        self.at = 0
        self.open: list[LogicalLine] = []
        self.single: dict[str, Callable[[LogicalLine, int], Card]] = {
            "func": dot_cards.function,
            "model": dot_cards.model,
            "include": dot_cards.include,
            "inc": dot_cards.include,
        }

    def body(self, closers: tuple[str, ...], opener: LogicalLine | None) -> tuple[Body, LogicalLine | None]:
        """Cards up to a line whose dot word is in `closers` (the last of them ends the block), and that line.

        Without opener, cards up to the end.
        """
        if opener is not None:
            self.open.append(opener)
            if len(self.open) > DEEPEST:
                raise NetlistError(f"blocks are nested deeper than {DEEPEST} levels", span=opener.span())
        cards: list[Card] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if line.text[0] == ".":
                keyword = _keyword(line)
                if keyword in closers:
                    self.open.pop()
                    return tuple(cards), line
                self.dot(line, keyword, cards)
            elif line.text[0] == "*":
                cards.append(dot_cards.port_directive(line))
            else:
                cards.append(read_element(line))
        if opener is not None:
            raise NetlistError(f".{_keyword(opener)} without .{closers[-1]}", span=opener.span())
        return tuple(cards), None

    def dot(self, line: LogicalLine, keyword: str, cards: list[Card]) -> None:
        start = len(keyword) + 1
        if keyword == "param":
            cards.extend(dot_cards.parameters(line, start))
        elif keyword in self.single:
            cards.append(self.single[keyword](line, start))
        elif keyword in dot_cards.DIRECTIVES:
            cards.append(dot_cards.directive(line, dot_cards.DIRECTIVES[keyword], start))
        elif keyword in ("subckt", "macro"):
            cards.append(self.subcircuit(line, start))
        elif keyword == "if":
            cards.append(self.conditionals(line, start))
        elif keyword == "lib":
            self.library(line, start, cards)
        elif keyword == "title":
            self.title = line.raw[start:].strip()
        elif keyword in SKIPPED:
            self.notes.append(Note(f".{keyword} skipped: analyses and outputs are chosen elsewhere", line.span()))
        else:
            raise self.refusal(line, keyword)

    def refusal(self, line: LogicalLine, keyword: str) -> NetlistError:
        if keyword in CLOSING:
            if not self.open:
                return NetlistError(f".{keyword} without {CLOSING[keyword]}", span=line.span())
            inner = self.open[-1]
            message = f".{keyword} inside .{_keyword(inner)}, which was opened at {inner.span()}"
            return NetlistError(message, span=line.span())
        if keyword in UNSUPPORTED:
            return UnsupportedError(f".{keyword} is not supported", span=line.span())
        hint = nearest(f".{keyword}", [f".{name}" for name in (*KNOWN, *dot_cards.DIRECTIVES, *SKIPPED)])
        return NetlistError(f"unknown card '.{keyword}'", span=line.span(), hint=hint)

    def subcircuit(self, line: LogicalLine, start: int) -> Subcircuit:
        name, nodes, parameters = dot_cards.subcircuit_head(line, start)
        body, closing = self.body(("eom", "ends"), line)
        assert closing is not None
        ending = closing.text.split()[1:]
        if ending and ending != [name]:
            found = " ".join(ending)
            raise NetlistError(f".ends {found} closes .subckt {name}, opened at {line.span()}", span=closing.span())
        return Subcircuit(name, nodes, parameters, body, line.span())

    def conditionals(self, line: LogicalLine, start: int) -> Conditionals:
        branches: list[Branch] = []
        opener: LogicalLine = line
        condition: Expression | None = expression_at(line, start, len(line.text))
        while True:
            closers = ("endif",) if condition is None else ("elseif", "else", "endif")
            body, closing = self.body(closers, opener)
            branches.append(Branch(condition, body))
            assert closing is not None
            keyword = _keyword(closing)
            if keyword == "endif":
                return Conditionals(tuple(branches), line.span())
            opener = closing
            condition = expression_at(closing, len("elseif") + 1, len(closing.text)) if keyword == "elseif" else None

    def library(self, line: LogicalLine, start: int, cards: list[Card]) -> None:
        """`.lib file section` and `.lib file` include; `.lib section` up to `.endl` defines."""
        names = dot_cards.file_names(line, start)
        if not 1 <= len(names) <= 2:
            raise NetlistError("expected .lib file section, or .lib section", span=line.span())
        if len(names) == 2:
            cards.append(Include(names[0], names[1].lower(), line.span()))
            return
        looks_like_file = line.raw[start:].lstrip()[0] in "\"'" or any(sign in names[0] for sign in "./\\")
        if looks_like_file:
            cards.append(Include(names[0], None, line.span()))
            return
        self.section(line, names[0].lower())

    def section(self, line: LogicalLine, name: str) -> None:
        if self.open:
            raise NetlistError(f".lib {name} inside .{_keyword(self.open[-1])}", span=line.span())
        if name in self.sections:
            raise NetlistError(f"section '{name}' is defined twice", span=line.span())
        body, closing = self.body(("endl",), line)
        assert closing is not None
        ending = closing.text.split()[1:]
        if ending and ending != [name]:
            raise NetlistError(f".endl {' '.join(ending)} closes .lib {name}", span=closing.span())
        self.sections[name] = body


def _keyword(line: LogicalLine) -> str:
    """The dot word of a card without its dot: a parenthesis or a quote may follow it at once (`.if(a==1)`)."""
    end = 1
    while end < len(line.text) and (line.text[end].isalnum() or line.text[end] in "_-"):
        end += 1
    return line.text[1:end]
