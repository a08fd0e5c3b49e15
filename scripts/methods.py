"""Writes the methods of an amplifier, and functions of the package, from what the analyses declare:
python scripts/methods.py

They go into `src/longtail/methods/`. The examples in their help are run, so that what they answer stands below them.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import longtail
from longtail.contract.analysis import Analysis, Option
from longtail.contract.kinds import NODES
from longtail.contract.subject import Subject
from longtail.registry import analyses, homes

FOLDER = Path(__file__).parents[1] / "src" / "longtail" / "methods"
WIDTH = 120
PAIR = 'read("bjt_pair", parameters={"drc": 0.01})'  # loads a percent apart: all figures have something to show


class Part(NamedTuple):
    """A file of methods: of the analyses of many lanes, which write them into a file, of the others with a frequency,
    or of those with neither; or one of functions, of those that are about no circuit, which has no class (its name is
    "")."""

    file: str
    name: str
    doc: str
    option: str = ""

    @property
    def about(self) -> Subject:
        return Subject.CIRCUIT if self.name else Subject.OPTIONS

    def analyses(self) -> list[Analysis]:
        found = analyses(self.about).values()
        if self.about is not Subject.CIRCUIT:
            return list(found)
        return [each for each in found if self.option == _telling(each)]


FREQUENCY, FILE = "frequency_hz", "out"


def _telling(analysis: Analysis) -> str:
    """The option that tells where an analysis belongs, or none."""
    names = {option.name for option in analysis.options}
    return next((name for name in (FILE, FREQUENCY) if name in names), "")


PARTS = (
    Part("at_frequencies.py", "AtFrequencies", "What is asked at a frequency, or over a range of them", FREQUENCY),
    Part("over_lanes.py", "OverLanes", "What is asked of many lanes, and may go into a file", FILE),
    Part("of_circuit.py", "OfCircuit", "What is asked of the circuit as it is"),
    Part("of_options.py", "", "What is asked without a circuit, of options alone"),
)
DECORATORS = {Subject.CIRCUIT: "asks", Subject.OPTIONS: "asks_alone"}
HEAD = '''\
"""{doc}: written by scripts/methods.py, see CONTRIBUTING.md.

They have no bodies here: `{decorator}` runs the analysis of the name with the options that are given.
"""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from typing import TYPE_CHECKING

from longtail.methods.asking import {decorator}

if TYPE_CHECKING:
{imports}'''
CLASS = '''

class {name}:
    """{doc}."""
'''


def positional(analysis: Analysis) -> Option | None:
    """The option that needs no name: the frequency, where no other option comes before it but ports."""
    first = next((option for option in analysis.options if option.kind is not NODES), None)
    return first if first is not None and first.name == FREQUENCY else None


def parameter(option: Option) -> str:
    """An option in a signature."""
    default = f'"{option.default}"' if isinstance(option.default, str) else repr(option.default)
    return f"{option.name}: {option.kind.takes}{' | None' if option.default is None else ''} = {default}"


def meaning(option: Option) -> str:
    """An option in the help: what it is, its unit, its bounds, and without what it has no effect."""
    bounds = ((side, value) for side, value in (("least", option.low), ("most", option.high)) if math.isfinite(value))
    more = ", ".join([*filter(None, [option.unit]), *(f"at {side} {value:g}" for side, value in bounds)])
    needs = f"; with {option.needs} only" if option.needs else ""
    absent = f"; {option.otherwise} if not given" if option.otherwise else ""
    return f"{option.name}: {option.doc}{f' ({more})' if more else ''}{needs}{absent}"


def example(analysis: Analysis) -> Iterator[str]:
    """The analysis of the pair of the gallery, or of its options alone, and what it answers."""
    of_circuit = analysis.about is Subject.CIRCUIT
    subject = [longtail.read("bjt_pair", parameters={"drc": 0.01}).circuit] if of_circuit else []
    answer = repr(eval(f"ask(*subject, {analysis.example})", {"ask": analysis, "subject": subject}))
    spaced = "  # doctest: +NORMALIZE_WHITESPACE" if len(answer) > WIDTH - 8 else ""
    yield f">>> from longtail import {'read' if of_circuit else analysis.identifier}"
    yield f">>> {f'{PAIR}.' if of_circuit else ''}{analysis.identifier}({analysis.example}){spaced}"
    yield wrapped(answer, indent="")


def wrapped(text: str, indent: str = "    ") -> str:
    """A line of a help text, with `indent` where it goes on; names are not broken."""
    return textwrap.fill(text, WIDTH - 8, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)


def indented(lines: Iterable[str], depth: int) -> Iterator[str]:
    for line in lines:
        yield textwrap.indent(line, " " * depth)


def method(analysis: Analysis) -> str:
    """One method, or a function: signature, help, example."""
    of_circuit = analysis.about is Subject.CIRCUIT
    place = positional(analysis)
    named = [parameter(option) for option in analysis.options if option is not place]
    first = [*(["self"] if of_circuit else []), *([parameter(place)] if place else [])]
    lines = [
        "" if of_circuit else "\n",
        f"@{DECORATORS[analysis.about]}",
        f"def {analysis.identifier}(",
        *indented((f"{argument}," for argument in [*first, *(["*", *named] if named else [])]), 4),
        f") -> {analysis.result.__name__}:",
        f'    """{analysis.doc}.',
        "",
        *indented((wrapped(meaning(option)) for option in analysis.options), 4),
        "",
        *indented(example(analysis), 4),
        '    """',
    ]
    return "\n".join(indented(lines, 4) if of_circuit else lines) + "\n"


def imports(known: list[Analysis]) -> str:
    """What the annotations need, in the order of the modules."""
    kinds = sorted({option.kind.takes for analysis in known for option in analysis.options})
    results = [analysis.result.__name__ for analysis in known]
    lines = {homes()[result]: f"    from {homes()[result]} import {result}\n" for result in results}
    listed = "".join(f"        {kind},\n" for kind in kinds)
    lines["longtail.contract.kinds"] = f"    from longtail.contract.kinds import (\n{listed}    )\n"
    return "".join(lines[module] for module in sorted(lines))


def page(part: Part) -> str:
    """A module of methods, as it is to be."""
    known = part.analyses()
    head = HEAD.format(doc=part.doc, imports=imports(known), decorator=DECORATORS[part.about])
    return "".join([head, CLASS.format(name=part.name, doc=part.doc) if part.name else "", *map(method, known)])


if __name__ == "__main__":
    for part in PARTS:
        (FOLDER / part.file).write_text(page(part), encoding="utf-8")
