"""Physical lines to logical lines: comments stripped, continuations joined, every character with its place.

What is a comment (as in ngspice): a line that starts with `*`; the rest of a line behind `;`, behind `//`, and
behind a `$` that stands at the start or after a blank or comma, unless it begins a node of PSpice, `$N_0001`. Comments
that start with `*@` are kept: they are longtail's own. `+` continues the card before it, with comment lines and blank
lines allowed between; so does a line that has nothing but `)`. The first line of the main file is its title. `.control`
sections are skipped with a note, and nothing is read behind `.end`. The end-of-file character of DOS, 0x1a, is no part
of a line that ends in it; what stands behind it is read, as in ngspice.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from longtail.errors import NetlistError, Span
from longtail.netlist.cards import Note
from longtail.netlist.dialect import UNSAID, Dialect

LONGEST_LINE = 65_536  # characters
LONGEST_CARD = 1_048_576  # characters, continuations included

_LINE_END = re.compile(r"\r\n|\n|\r")
_INLINE_COMMENT = re.compile(r';|//|(?:^|(?<=[\s,]))\$|"')
_NODE_WITH_DOLLAR = re.compile(r"\$[ngd]_\w", re.IGNORECASE)
_END_OF_FILE = "\x1a"
# a card that goes on with `+*` where a product may stand: what is to be multiplied is no comment
_LAW = re.compile(r"\.(?:param|func)\b|[begfh]\S*\s.*=", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_CARD_LIKE = re.compile(
    r"\s*(?:\.(?:subckt|model|param|include|inc|lib|option|options|global|temp|ends|op|ac|dc|tran)\b"
    r"|\*@|[rclvi]\w*\s+\S+\s+\S+\s+[-+.{]?\d\S*\s*$|[qmj][0-9]\w*(?:\s+[\w.]+){4,}\s*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a logical line that stands on one physical line: it begins at `column` of `line`."""

    start: int
    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One card: its text with continuations joined by a blank, lower case except in `raw`; both equally long."""

    file: str
    raw: str
    text: str
    pieces: tuple[Piece, ...]
    dialect: Dialect = UNSAID
    notes: list[Note] = field(default_factory=list, compare=False, repr=False)  # of the whole file

    def remark(self, message: str, offset: int = 0) -> None:
        """Note something about the character at `offset`."""
        self.notes.append(Note(message, self.span(offset)))

    def span(self, offset: int = 0) -> Span:
        """The place of the character at `offset`."""
        pieces = self.pieces
        piece = pieces[0]
        if len(pieces) > 1:
            piece = pieces[max(0, bisect_right(pieces, offset, key=lambda p: p.start) - 1)]
        return Span(self.file, piece.line, piece.column + offset - piece.start, piece.text)


@dataclass(slots=True)
class Lines:
    """What a file holds: its title ("" when included), its cards, its `*@` comments among them, the commands of its
    `.control` sections, which nothing runs, and notes."""

    title: str = ""
    cards: list[LogicalLine] = field(default_factory=list)
    commands: list[LogicalLine] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def lowered(text: str) -> str:
    """Lower case, character by character, so that every place stays where it was.

    >>> lowered("RC İ"), len(lowered("RC İ"))
    ('rc İ', 4)
    """
    return text.lower() if text.isascii() else "".join(low if len(low := c.lower()) == 1 else c for c in text)


def split_lines(text: str, file: str, *, included: bool = False, dialect: Dialect = UNSAID) -> Lines:
    """The logical lines of a file.

    Raises NetlistError for control characters, lines that are too long, a continuation of nothing, and a
    `.control` section without end.

    >>> lines = split_lines("A title\\nR1 a b\\n* comment\\n+ 1k ; load\\n.end\\n", "demo.cir")
    >>> [card.text for card in lines.cards], str(lines.cards[0].span(7))
    (['r1 a b 1k'], 'demo.cir:4:3')
    """
    physical = _LINE_END.split(text.removeprefix("\ufeff"))
    if physical and not physical[-1]:
        physical.pop()
    if _END_OF_FILE in text:
        physical = [line.rstrip(f"{_END_OF_FILE} \t") if _END_OF_FILE in line else line for line in physical]
    _refuse_control_characters(physical, file)
    splitter = _Splitter(file, dialect)
    if _END_OF_FILE in text:
        splitter.note_end_of_file(text, physical)
    first = 0
    if not included and physical:
        splitter.title(physical[0])
        first = 1
    for number, line in enumerate(physical[first:], first + 1):
        if not splitter.take(number, line):
            splitter.note_what_follows(number, physical)
            break
    return splitter.finish()


def _refuse_control_characters(physical: list[str], file: str) -> None:
    for number, line in enumerate(physical, 1):
        if len(line) > LONGEST_LINE:
            raise NetlistError(f"line is longer than {LONGEST_LINE} characters", span=Span(file, number, 1, line[:80]))
        found = _CONTROL.search(line)
        if found is not None:
            raise NetlistError(
                f"control character 0x{ord(found[0]):02x}: expected a text file",
                span=Span(file, number, found.start() + 1, line),
            )


class _Splitter:
    def __init__(self, file: str, dialect: Dialect) -> None:
        self.file = file
        self.dialect = dialect
        self.lines = Lines()
        self.pieces: list[Piece] = []
        self.contents: list[str] = []
        self.size = 0
        self.control: Span | None = None
        self.directives: list[LogicalLine] = []

    def title(self, line: str) -> None:
        self.lines.title = line.strip().lstrip("* ") or line.strip()  # many write it as a comment
        if _CARD_LIKE.match(line):
            note = "the first line is the title: it looks like a card, and is not read as one"
            self.lines.notes.append(Note(note, Span(self.file, 1, 1, line)))

    def take(self, number: int, line: str) -> bool:
        """Read one physical line. False when it is `.end`."""
        content = line if self.control is None and _plain(line) else self.without_comment(line)
        stripped = content.lstrip()
        if self.control is not None:
            if stripped[:5].lower() == ".endc":
                self.control = None
            elif stripped and stripped[0] != "*":
                self.lines.commands.append(self.alone(number, line, len(content) - len(stripped), stripped.rstrip()))
            return True
        if not stripped or stripped[0] == "*":
            if stripped[:2] == "*@":
                self.directive(number, line, len(content) - len(stripped), stripped.rstrip())
            return True
        column = len(content) - len(stripped)
        if stripped[0] == "+":
            self.proceed(number, line, column, stripped)
            return True
        if stripped[0] == ")" and self.pieces and not stripped.strip(") \t"):
            self.add(number, line, column, stripped.rstrip())
            return True
        if stripped[0] == ".":
            keyword = stripped.split(None, 1)[0].lower()
            if keyword == ".end":
                return False
            if keyword == ".control":
                self.control = Span(self.file, number, column + 1, line)
                self.lines.notes.append(Note(".control section skipped", self.control))
                return True
        self.flush()
        self.add(number, line, column, stripped.rstrip())
        return True

    def directive(self, number: int, line: str, column: int, content: str) -> None:
        """A `*@` comment is a card of its own; the card before it may still be continued behind it."""
        self.directives.append(self.alone(number, line, column, content))

    def alone(self, number: int, line: str, column: int, content: str) -> LogicalLine:
        pieces = (Piece(0, number, column + 1, line),)
        return LogicalLine(self.file, content, lowered(content), pieces, self.dialect, self.lines.notes)

    def proceed(self, number: int, line: str, column: int, stripped: str) -> None:
        span = Span(self.file, number, column + 1, line)
        if not self.pieces:
            raise NetlistError("continuation line '+' without a card before it", span=span)
        content = stripped[1:].lstrip()
        if content[:1] == "*" and self.takes_comments(content):
            note = "not read: a continuation that begins with * is a comment (ngspice reads what stands behind)"
            self.lines.notes.append(Note(note, span))
            return
        self.add(number, line, column + len(stripped) - len(content), content.rstrip())
        if self.size > LONGEST_CARD:
            raise NetlistError(f"card is longer than {LONGEST_CARD} characters", span=span)

    def takes_comments(self, content: str) -> bool:
        """Whether a `*` that begins a continuation cannot be a sign of multiplication."""
        card = " ".join(self.contents)
        whole = card.count("{") <= card.count("}") and card.count("'") % 2 == 0
        return content[:2] != "**" and whole and not _LAW.match(card)

    def add(self, number: int, line: str, column: int, content: str) -> None:
        self.pieces.append(Piece(self.size, number, column + 1, line))
        self.contents.append(content)
        self.size += len(content) + 1

    def flush(self) -> None:
        if self.pieces:
            raw = " ".join(self.contents)
            self.lines.cards.append(
                LogicalLine(self.file, raw, lowered(raw), tuple(self.pieces), self.dialect, self.lines.notes)
            )
            self.pieces, self.contents, self.size = [], [], 0
        self.lines.cards += self.directives
        self.directives.clear()

    def note_end_of_file(self, text: str, physical: list[str]) -> None:
        """Say that what stands behind the first end-of-file character is read, where something does."""
        number = len(_LINE_END.findall(text[: text.index(_END_OF_FILE)])) + 1
        if any(line.strip() for line in physical[number:]):
            note = "the file ends here for DOS and PSpice (0x1a): what stands behind is read too, as in ngspice"
            self.lines.notes.append(Note(note, Span(self.file, number, 1, physical[number - 1])))

    def note_what_follows(self, number: int, physical: list[str]) -> None:
        for below, line in enumerate(physical[number:], number + 1):
            stripped = line.strip()
            if stripped and stripped[0] != "*":
                self.lines.notes.append(Note("not read: it stands behind .end", Span(self.file, below, 1, line)))
                return

    def without_comment(self, line: str) -> str:
        """The line up to its inline comment; double quotes protect what is in them."""
        quoted = False
        dollars = self.dialect.nodes_with_dollar or not self.dialect.said
        for found in _INLINE_COMMENT.finditer(line):
            if found[0] == '"':
                quoted = not quoted
            elif not quoted and not (found[0] == "$" and dollars and _NODE_WITH_DOLLAR.match(line, found.start())):
                return line[: found.start()]
        return line

    def finish(self) -> Lines:
        if self.control is not None:
            raise NetlistError(".control without .endc", span=self.control)
        self.flush()
        return self.lines


def _plain(line: str) -> bool:
    return ";" not in line and "$" not in line and "//" not in line
