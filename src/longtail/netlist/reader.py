"""One netlist file, or a text, to a `Netlist`: cards in order, nothing resolved, nothing dropped in silence.

Included files are not opened here: `.include` stays an `Include` card.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from pathlib import Path

from longtail.errors import Faults, InputError, NetlistError, UnsupportedError, nearest
from longtail.files import reading as file_reading
from longtail.netlist import dot_cards
from longtail.netlist.cards import Body, Branch, Card, Conditionals, Fault, Include, Netlist, Note, Subcircuit
from longtail.netlist.dialect import UNSAID, Dialect
from longtail.netlist.elements import read_element
from longtail.netlist.expressions.tree import Expression
from longtail.netlist.fields import expression_at
from longtail.netlist.lines import LogicalLine, split_lines
from longtail.netlist.shown import CARDS, COMMANDS, shown
from longtail.netlist.spread_cards import is_spread_card, spread_card

DEEPEST = 64  # subcircuits and conditionals within each other

# cards that ask a simulator for an analysis or an output: longtail is asked otherwise
SKIPPED = frozenset(
    (
        *("op", "ac", "dc", "tran", "noise", "tf", "pz", "sens", "disto", "pss", "sp", "four", "fft", "step"),
        *("mc", "wcase", "meas", "measure", "print", "plot", "probe", "save", "width", "backanno", "csparam"),
        *("wave", "net", "savebias", "prot", "unprot", "protect", "unprotect", "autoconverge", "autoconvert"),
        *("watch", "loadbias", "savestate", "distribution", "aliases", "endaliases", "stimulus", "vector"),
        *("text", "hb", "hbosc", "hbac", "hbnoise", "pstran", "psnoise", "psac", "stb", "lstb", "lf", "ppsr"),
        *("snac", "sn", "dcmatch", "acmatch", "graph", "biaschk", "dout", "stim", "malias", "paramtest"),
        *("lin", "shootingdc", "bias", "pac", "pnoise"),
    )
)
UNSUPPORTED = frozenset(["connect", "hdl", "verilog", "machine"])
# cards that a section follows which says nothing of the circuit in its first run, and what ends that section
SECTIONS = {"data": "enddata", "alter": "end", "aliases": "endaliases"}
WHY_SKIPPED = {"aliases": "it names pins for PSpice's plots"}
ENOUGH = 0.7  # how much a word has to be like one that counts to be taken for that, misspelt
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
BETWEEN = ("subckt", "macro", "model", "ends", "eom")
BLOCKS = frozenset(("if", "lib", "subckt", "macro", *SECTIONS))
KNOWN = (
    *("param", "func", "model", "include", "inc", "lib", "endl", "subckt", "ends", "macro", "if", "elseif", "else"),
    *("endif", "title", "end", "control", "endc"),
)


def read_file(
    path: str | Path, *, included: bool = False, dialect: Dialect = UNSAID, keep_faults: bool = False
) -> Netlist:
    """Read one netlist file. `included` says that its first line is a card and no title.

    With `keep_faults` what cannot be read is kept in place (`Fault`, and `fault` of a model or subcircuit), for it may
    be that nothing uses it; without, all of it is raised.
    UTF-8 (with or without mark), UTF-16 with mark, and else Latin-1 are understood.
    Raises InputError when the file cannot be read, NetlistError for what is wrong in it.
    """
    where = Path(path)
    try:
        content = file_reading.content(where)
    except OSError as error:
        raise InputError(f"cannot read '{path}': {(error.strerror or str(error)).lower()}") from error
    return _read(decoded(content), str(path), where, included, dialect, keep_faults)


def read_text(
    text: str,
    file: str = "<text>",
    *,
    included: bool = False,
    dialect: Dialect = UNSAID,
    keep_faults: bool = False,
) -> Netlist:
    """Read a netlist from a string; `file` is its name in messages, the rest as in `read_file`.

    Raises NetlistError with the place of what is wrong, UnsupportedError for sound SPICE that longtail does not have.

    >>> netlist = read_text("A divider\\nV1 in 0 DC 1\\nR1 in out 1k\\nR2 out 0 {2*3k}\\n.end\\n")
    >>> netlist.title, [card.name for card in netlist.body]
    ('A divider', ['v1', 'r1', 'r2'])
    >>> print(netlist.body[2].span)
    <text>:4:1
    """
    if len(text) > file_reading.LARGEST:
        raise InputError(f"the netlist has {len(text)} characters, more than the {file_reading.LARGEST} that are read")
    return _read(text, file, None, included, dialect, keep_faults)


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


def _read(text: str, file: str, path: Path | None, included: bool, dialect: Dialect, keep_faults: bool) -> Netlist:
    _refuse_foreign(text, file)
    lines = split_lines(text, file, included=included, dialect=dialect)
    reader = _CardReader(lines.cards, lines.title, lines.notes)
    try:
        body, _ = reader.body((), None)
    except NetlistError as error:  # where a block ends is not to be known
        reader.faults.keep(error)
        body = ()
        keep_faults = False
    if included and 2 * len(reader.faults.found) > len(lines.cards):  # no netlist: its lines are nobody's business
        raise reader.faults.found[0]
    if not keep_faults:
        reader.faults.raise_all()
    commands = [(each, each.text.split()[0]) for each in lines.commands]
    body += tuple(card for each, word in commands if word in COMMANDS and (card := shown(each, word)))
    return Netlist(reader.title, body, reader.sections, tuple(reader.notes), path, dialect, tuple(reader.faults.found))


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
        self.faults = Faults()
        self.sections: dict[str, Body] = {}
        self.at = 0
        self.open: list[LogicalLine] = []
        self.closed: list[str] = []  # subcircuits that have their end, with nothing else but models since then
        self.single: dict[str, Callable[[LogicalLine, int], Card]] = {
            "func": dot_cards.function,
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
            keyword = _keyword(line) if line.text[0] == "." else ""
            if not self.open and keyword not in BETWEEN:
                self.closed.clear()
            if line.text[0] != ".":
                self.single_card(line, "", cards)
                continue
            if keyword in closers:
                self.open.pop()
                return tuple(cards), line
            if keyword in CLOSING:
                if not self.ends_again(line, keyword):
                    raise self.unopened(line, keyword)
                continue
            if keyword in BLOCKS:
                self.block(line, keyword, cards)
            else:
                self.single_card(line, keyword, cards)
        if opener is not None:
            raise NetlistError(f".{_keyword(opener)} without .{closers[-1]}", span=opener.span())
        return tuple(cards), None

    def block(self, line: LogicalLine, keyword: str, cards: list[Card]) -> None:
        start = len(keyword) + 1
        if keyword == "if":
            cards.append(self.conditionals(line, start))
        elif keyword == "lib":
            self.library(line, start, cards)
        elif keyword in SECTIONS:
            self.skip_section(line, keyword)
        else:
            cards.append(self.subcircuit(line, start))

    def single_card(self, line: LogicalLine, keyword: str, cards: list[Card]) -> None:
        """A card that is no block. What is wrong with it is kept with the others."""
        try:
            if line.text[0] == "*":
                cards.append(spread_card(line) if is_spread_card(line) else dot_cards.port_directive(line))
            elif line.text[0] == ".":
                self.dot(line, keyword, cards)
            else:
                cards.append(read_element(line))
        except NetlistError as error:
            self.faults.keep(error)
            cards.append(Fault(error, line.span()))

    def dot(self, line: LogicalLine, keyword: str, cards: list[Card]) -> None:
        start = len(keyword) + 1
        if keyword == "param":
            cards.extend(dot_cards.parameters(line, start))
        elif keyword == "model":
            card = dot_cards.model(line, start)
            if card.fault is not None:
                self.faults.keep(card.fault)
            cards.append(card)
        elif keyword in self.single:
            cards.append(self.single[keyword](line, start))
        elif keyword in dot_cards.DIRECTIVES:
            cards.append(dot_cards.directive(line, dot_cards.DIRECTIVES[keyword], start))
        elif keyword == "title":
            self.title = line.raw[start:].strip()
        elif keyword in SKIPPED:
            self.notes.append(Note(f".{keyword} skipped: analyses and outputs are chosen elsewhere", line.span()))
            seen = shown(line, keyword) if keyword in CARDS else None
            cards.extend([seen] if seen else [])
        elif keyword in UNSUPPORTED:
            raise UnsupportedError(f".{keyword} is not supported", span=line.span())
        else:
            self.unknown(line, keyword)

    def unknown(self, line: LogicalLine, keyword: str) -> None:
        """Pass over a card of another program, with a note. Raises NetlistError for a misspelt one of ours."""
        words = (*KNOWN, *dot_cards.DIRECTIVES)
        if not keyword or difflib.get_close_matches(keyword, words, n=1, cutoff=ENOUGH):
            hint = nearest(f".{keyword}", [f".{name}" for name in words])
            raise NetlistError(f"unknown card '.{keyword}'", span=line.span(), hint=hint)
        self.notes.append(Note(f"unknown card '.{keyword}' skipped: is it of another program?", line.span()))

    def ends_again(self, line: LogicalLine, keyword: str) -> bool:
        """Pass over a second `.ends a` behind subcircuits that follow on a, with a note; False for any other end.

        Burr-Brown has it where they were once inside of a.
        """
        name = line.text.split()[1:]
        if self.open or keyword not in ("ends", "eom") or len(name) != 1 or name[0] not in self.closed[:-1]:
            return False
        self.notes.append(Note(f".{keyword} {name[0]} is passed over: the subcircuit has ended before", line.span()))
        return True

    def unopened(self, line: LogicalLine, keyword: str) -> NetlistError:
        if not self.open:
            return NetlistError(f".{keyword} without {CLOSING[keyword]}", span=line.span())
        inner = self.open[-1]
        message = f".{keyword} inside .{_keyword(inner)}, which was opened at {inner.span()}"
        return NetlistError(message, span=line.span())

    def skip_section(self, line: LogicalLine, keyword: str) -> None:
        """Pass over all up to its end, with a note. Raises NetlistError without an end, as far as it needs one."""
        why = WHY_SKIPPED.get(keyword, "it is for further runs")
        self.notes.append(Note(f".{keyword} skipped up to .{SECTIONS[keyword]}: {why}", line.span()))
        while self.at < len(self.lines):
            self.at += 1
            if _keyword(self.lines[self.at - 1]) == SECTIONS[keyword]:
                return
        if SECTIONS[keyword] != "end":
            raise NetlistError(f".{keyword} without .{SECTIONS[keyword]}", span=line.span())

    def subcircuit(self, line: LogicalLine, start: int) -> Subcircuit:
        fault = None
        try:
            head = dot_cards.subcircuit_head(line, start)
        except NetlistError as error:
            self.faults.keep(error)
            fault = error
            head = dot_cards.SubcircuitHead((line.text[start:].split() or [""])[0], (), (), ())
        body, closing = self.body(("eom", "ends"), line)
        assert closing is not None
        self.check_end(line, head.name, closing)
        if not self.open:
            self.closed.append(head.name)
        return Subcircuit(head.name, head.nodes, head.parameters, body, line.span(), head.optional, fault)

    def check_end(self, line: LogicalLine, name: str, closing: LogicalLine) -> None:
        """Text behind `.ends` is a note. Raises NetlistError where it names a subcircuit further out."""
        ending = closing.text.split()[1:]
        if not ending or ending == [name]:
            return
        if any(ending[0] in outer.text.split()[1:2] for outer in self.open):
            found = " ".join(ending)
            raise NetlistError(f".ends {found} closes .subckt {name}, opened at {line.span()}", span=closing.span())
        self.notes.append(Note(f"the text behind .ends is passed over: it closes .subckt {name}", closing.span()))

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
        if not names or not names[0]:
            raise NetlistError("expected .lib file section, or .lib section", span=line.span())
        quoted = line.raw[start:].lstrip()[0] in "\"'"
        if len(names) > 1 and not quoted and (len(names) > 2 or any(sign in names[-1] for sign in "./\\")):
            names = dot_cards.with_blanks(line, start, names)
        if len(names) > 2:
            raise NetlistError("expected .lib file section, or .lib section", span=line.span())
        if len(names) == 2:
            cards.append(Include(names[0], names[1].lower(), line.span()))
            return
        looks_like_file = quoted or any(sign in names[0] for sign in "./\\")
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
