"""V and I cards: dc value, small-signal amplitude and phase, and the waveform, kept for later."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from longtail.circuit import Instance, Value, Waveform
from longtail.elaborate.cards.line import Line
from longtail.elaborate.scope.checking import Given
from longtail.elaborate.scope.values import add, as_expression, divide, multiply, subtract
from longtail.netlist.cards import Assignment, Word
from longtail.netlist.expressions.tree import Binary, Call, Name, Number

# how many values each waveform takes: at least, at most
WAVEFORMS = {"pulse": (2, 8), "sin": (2, 7), "exp": (2, 6), "sffm": (2, 7), "am": (2, 7), "pwl": (2, 100_000)}
WAVEFORMS |= {"sine": WAVEFORMS["sin"]}
UNREAD = ("trnoise", "trrandom", "external")
ITEMS = {"dc": "dc", "ac": "acmag", "acmag": "acmag", "acphase": "acphase", "m": "m"}


def independent(line: Line, device: str) -> Instance:
    """`V1 a b [[dc] 1] [ac [mag [phase]]] [sin(...)]`. Without a dc value, the waveform at time zero is taken."""
    nodes = line.nodes(("p", "n"))
    reader = _Fields(line, line.element.words[2:])
    reader.read()
    given = dict(reader.given)
    for assignment in line.element.assignments:
        name = ITEMS.get(assignment.name)
        if name is not None:
            given[name] = Given(name, line.scope.value(assignment.value, assignment.span), assignment.span)
        elif assignment.name == "file":
            _check_wave_file(line, assignment, "dc" in given)
        elif assignment.name in ("r", "td") and reader.waveform is not None and reader.waveform.kind == "pwl":
            line.notes.add(f"{line.element.name}: {assignment.name} acts in transient analysis only", assignment.span)
        else:
            raise line.error(f"unknown item '{assignment.name}'", assignment, f"known are {', '.join(ITEMS)}")
    if "dc" not in given and reader.waveform is not None:
        given["dc"] = Given("dc", value_at_start(line, reader.waveform), line.element.span)
    return line.instance(device, nodes, given.values(), waveform=reader.waveform)


def _check_wave_file(line: Line, file: Assignment, has_level: bool) -> None:
    """A waveform in a file is not read: all that counts at the operating point is a dc value, which has to be there."""
    assert isinstance(file.value, Name)
    if not has_level:
        raise line.error(
            f"the waveform is in a file, {file.value.name}, which is not read",
            file,
            "only its value at time zero counts here: write it in front, as in 'dc 0.7 pwl file=...'",
        )
    line.notes.add(f"{line.element.name}: pwl file={file.value.name} acts in transient analysis only", file.span)


class _Fields:
    """Walks over the words of a source."""

    def __init__(self, line: Line, words: Sequence[Word]) -> None:
        self.line = line
        self.words = list(words)
        self.given: dict[str, Given] = {}
        self.waveform: Waveform | None = None

    def read(self) -> None:
        while self.words:
            word = self.words.pop(0)
            if word.text == "dc" and word.expression is None:
                self.take("dc", self.next_value(word))
            elif word.text == "ac" and word.expression is None:
                self.read_ac(word)
            elif word.text in ("distof1", "distof2"):
                self.numbers(2)
                self.line.notes.add(f"{self.line.element.name}: {word.text} is ignored", word.span)
            elif word.text in WAVEFORMS and word.expression is None:
                self.read_waveform(word)
            elif word.text in UNREAD:
                self.words.clear()
                self.line.notes.add(f"{self.line.element.name}: {word.text} acts in transient analysis only", word.span)
            elif word.text == "load" and word.expression is None and self.line.element.letter == "i":
                note = "load is passed over: in LTspice the current ends where the voltage across is not positive"
                self.line.notes.add(f"{self.line.element.name}: {note}", word.span)
            elif "dc" not in self.given:
                self.take("dc", word)
            else:
                raise self.line.error(f"unexpected '{word.text}'", word)

    def take(self, name: str, word: Word) -> None:
        self.given[name] = Given(name, self.line.value(word), word.span)

    def next_value(self, before: Word) -> Word:
        if not self.words:
            raise self.line.error(f"a value is expected after '{before.text}'", before)
        return self.words.pop(0)

    def numbers(self, most: int) -> list[Word]:
        """The next words as long as they are values."""
        found: list[Word] = []
        while self.words and len(found) < most and self.is_value(self.words[0]):
            found.append(self.words.pop(0))
        return found

    def is_value(self, word: Word) -> bool:
        if self.line.is_number(word):
            return True
        keyword = word.text in (*WAVEFORMS, *UNREAD, "dc", "ac", "distof1", "distof2")
        return not keyword and self.line.scope.parameter(word.text, word.span) is not None

    def read_ac(self, word: Word) -> None:
        values = self.numbers(2)
        if values:
            self.take("acmag", values[0])
        else:
            self.given["acmag"] = Given("acmag", 1.0, word.span)
        if len(values) > 1:
            self.take("acphase", values[1])

    def read_waveform(self, word: Word) -> None:
        least, most = WAVEFORMS[word.text]
        if self.waveform is not None:
            raise self.line.error("a second waveform", word, "one source has one waveform: put two in series")
        words = word.group if word.group is not None else self.numbers(most + 1)
        if not least <= len(words) <= most:
            raise self.line.error(f"{word.text} takes {least} to {most} values, not {len(words)}", word)
        if word.text == "pwl" and len(words) % 2:
            raise self.line.error("pwl takes pairs of time and value, and the last is incomplete", word)
        if word.text.startswith("sin") and len(words) == most:
            note = "the seventh value, a number of cycles, acts in transient analysis only"
            self.line.notes.add(f"{self.line.element.name}: {note}", word.span)
            words = words[:-1]
        self.waveform = Waveform(word.text.replace("sine", "sin"), tuple(self.line.value(value) for value in words))


def value_at_start(line: Line, waveform: Waveform) -> Value:
    """What a waveform is worth at time zero, which is where the operating point is taken (as ngspice does)."""
    values = (*waveform.values, *[0.0] * 8)
    match waveform.kind:
        case "sin":
            return add(values[0], multiply(values[1], _sine(values[5])))
        case "sffm":
            if values[5] == 0.0 and values[6] == 0.0:
                return values[0]
            phase = add(values[5], multiply(values[3], multiply(_sine(values[6]), 180.0 / math.pi)))
            return add(values[0], multiply(values[1], _sine(phase)))
        case "am":
            return 0.0
        case "pwl":
            return _interpolate(line, waveform.values)
    return values[0]  # pulse, exp


def _sine(degrees: Value) -> Value:
    if isinstance(degrees, float):
        return math.sin(math.radians(degrees))
    return Call("sin", (Binary("*", as_expression(degrees), Number(math.pi / 180.0)),))


def _interpolate(line: Line, values: tuple[Value, ...]) -> Value:
    """The value of a piecewise linear waveform at time zero."""
    times, levels = values[0::2], values[1::2]
    span = line.element.span
    nominal = [line.scope.nominal(time, span) for time in times]
    if any(later < earlier for earlier, later in itertools.pairwise(nominal)):
        raise line.error("the times of pwl must not decrease")
    after = next((i for i, time in enumerate(nominal) if time > 0.0), len(times))
    if after in (0, len(times)):
        return levels[min(after, len(times) - 1)]
    fraction = divide(subtract(0.0, times[after - 1]), subtract(times[after], times[after - 1]))
    return add(levels[after - 1], multiply(fraction, subtract(levels[after], levels[after - 1])))
