"""A command for each analysis, made from its options: `longtail.cli.verbs.gains` is the command of `gains`."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from longtail import InputError, OptionError
from longtail.circuit import Circuit
from longtail.cli.messages import advancing, busy, remark
from longtail.cli.results import Form, look_ahead, prepared, show, write, write_page
from longtail.cli.sources import ANY_DIALECT, DIALECT_HELP, SET_HELP, Source
from longtail.contract import kinds
from longtail.contract.analysis import Analysis, Option
from longtail.contract.options import NONE, PORTS
from longtail.contract.result import Result
from longtail.contract.subject import Subject
from longtail.driven.inputs import output_taken
from longtail.files.part_note import sidecar
from longtail.hints import in_shell, switch
from longtail.registry import analysis as analysis_of
from longtail.registry import announced

CIRCUIT, ANALYSIS, RESULT = "Circuit", "Analysis", "Result"  # headings of the help page
METAVARS = {
    kinds.NODES: "NAMES",
    kinds.FREQUENCY: "RANGE",
    kinds.RANGE: "RANGE",
    kinds.ASSIGNMENTS: "NAME=RANGE",
    kinds.NAMES: "NAMES",
    kinds.FILE: "FILE",
    kinds.CORNERS: "NAMES",
    kinds.LIMITS: "FILE",
    kinds.ADDRESS: "ADDRESS",
}


def option(
    names: str | tuple[str, ...],
    kind: Any,
    help: str,
    group: str,
    default: Any = None,
    metavar: str | None = None,
    unless_given: str = "off",
) -> Any:
    """A keyword of a command, as `inspect` has it; its help says in words what holds where it is not given."""
    name, *others = (names,) if isinstance(names, str) else names
    described = Parameter(
        name=[f"--{each}" for each in (name, *others)],
        help=help,
        group=group,
        metavar=metavar,
        negative=(),
        show_default=lambda _: unless_given,
        allow_leading_hyphen=kind is not bool,  # --vcm -1.2
    )
    identifier = name.replace("-", "_")
    return inspect.Parameter(
        identifier, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, described]
    )


NOTHING = "nothing is written"
REPORT = "write the report, one page with interactive plots, into this file"
FILE = inspect.Parameter(
    "file",
    inspect.Parameter.POSITIONAL_ONLY,
    annotation=Annotated[str, Parameter(help="a netlist, '-' for standard input, or the name of an example")],
)
SOURCE_OPTIONS = (
    option("set", list[str], SET_HELP, CIRCUIT, (), "NAME=VALUE", NONE),
    option("input", str | None, "input nodes or input voltage sources, positive first", CIRCUIT, None, "NAMES", PORTS),
    option("output", str | None, "output nodes, positive first, or one node", CIRCUIT, None, "NAMES", PORTS),
    option("supply", str | None, "voltage sources that feed the circuit", CIRCUIT, None, "NAMES", PORTS),
    option("dialect", str | None, DIALECT_HELP, CIRCUIT, None, "NAME", ANY_DIALECT),
    option("allow-outside-includes", bool, "let .include reach beyond the folder of the netlist", CIRCUIT, False),
)
RESULT_OPTIONS = (
    option("json", bool, "print the result as JSON", RESULT, False),
    option("out", str | None, "write figure, table and JSON into this folder", RESULT, None, "DIR", NOTHING),
    option("format", Literal["png", "svg", "pdf"], "of the figure", RESULT, "png", None, "png"),
    option("overwrite", bool, "replace files that are there already", RESULT, False),
)
PAGE_OPTIONS = (  # of results that can be a page
    option("html", str | None, REPORT, RESULT, None, "FILE", NOTHING),
    option("markdown", bool, "print the table as Markdown", RESULT, False),
)
FORMS = tuple(Form.__dataclass_fields__)
COMMON = {parameter.name for parameter in SOURCE_OPTIONS}


def __getattr__(name: str) -> Callable[..., None]:
    if name not in announced():
        raise AttributeError(f"there is no analysis '{name}'")
    return command(analysis_of(name))  # and not of the others, which take their time


def command(analysis: Analysis) -> Callable[..., None]:
    """The command of an analysis: reads the circuit, if it is about one, runs, shows."""
    of_circuit = analysis.about is Subject.CIRCUIT
    elsewhere = {"out", "overwrite"} | (COMMON if of_circuit else set())
    own = [each for each in analysis.options if each.name not in elsewhere and not each.python_only]
    offered = {each.name for each in analysis.options}

    def verb(*file: str, **given: Any) -> None:
        named = {name: given.pop(name) for name in COMMON if name in given}
        source = Source(file[0], **named) if of_circuit else None
        form = Form(**{name: given.pop(name) for name in FORMS if name in given})
        options = {each.name: number(each, given[key(each)]) for each in own if key(each) in given}
        if "out" in offered and form.out and Path(form.out).suffix:  # a file of its own, and no folder
            options["out"], form = form.out, replace(form, out=None)
        if "overwrite" in offered:
            options["overwrite"] = form.overwrite
        stem = f"{source.stem}-{analysis.name}" if source else analysis.name
        if source:
            _said_once(source, dict.fromkeys(_names(options.get("vary") or ()), "--vary"))
        look_ahead(form, stem)
        circuit = source.read().circuit if source else None
        if source and circuit:
            asked = (each.name for each in own if each.default is None and options.get(each.name) is not None)
            given = {name: switch(name) for name in asked}
            _said_once(source, {name: way for name, way in given.items() if name not in circuit.parameters})
            remark(_ports(circuit.ports) if len(own) < len(analysis.options) else ())
        result = prepared(_asked(analysis, circuit, options), form, stem)
        show(result, form, circuit.notes if circuit else ())
        if form.out is not None:
            remark(f"wrote {path}" for path in write(result, form, stem))
        if form.html is not None:
            remark([f"wrote {write_page(result, form)}"])
        if result.failure is not None:
            raise result.failure

    verb.__name__ = analysis.command
    verb.__doc__ = None
    parameters = _parameters(analysis, own)
    verb.__annotations__ = {each.name: each.annotation for each in parameters}
    verb.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return verb


def _asked(analysis: Analysis, circuit: Circuit | None, options: dict[str, Any]) -> Result:
    """What the analysis answers; on a terminal it is told meanwhile what is being done."""
    with resumable(options.get("out")):
        offered = {each.name for each in analysis.options}
        if "progress" in offered:
            with advancing(analysis.name) as shown:
                heard = {"running": shown.say} if "running" in offered else {}
                return analysis(circuit, **options, progress=shown, **heard)
        with busy(f"{analysis.name} of {circuit.title}" if circuit else analysis.name):
            return analysis(circuit, **options)


def _parameters(analysis: Analysis, own: Sequence[Option]) -> list[inspect.Parameter]:
    """What a command takes: FILE and how it is read where it is about a circuit, its options, and how to show it."""
    files = [each for each in analysis.options if each.name == "out"]
    results = [_file_or_folder(files[0]) if files and each.name == "out" else each for each in RESULT_OPTIONS]
    pages = PAGE_OPTIONS if hasattr(analysis.result, "to_html") else ()
    file, source = ((FILE,), SOURCE_OPTIONS) if analysis.about is Subject.CIRCUIT else ((), ())
    return [*file, *map(as_parameter, own), *source, *results, *pages]


@contextmanager
def resumable(out: str | None) -> Iterator[None]:
    """Work that says how to go on when it is interrupted: with the file that it was writing, if there is one."""
    try:
        yield
    except KeyboardInterrupt as stopped:
        begun = out is not None and sidecar(Path(out)).exists()
        way = f"{out} is good as far as it goes: go on with --resume" if begun else "nothing was written"
        raise type(stopped)(way) from None


def _said_once(source: Source, ways: Mapping[str, str]) -> None:
    """Raise `OptionError` where what is set is given in another way too: `ways` are the options, by name."""
    both = sorted(ways.keys() & _names(source.set))
    if both:
        raise OptionError(f"'{both[0]}' is given by --set and by {ways[both[0]]}", hint="leave one of them out")


def _names(words: Sequence[str]) -> set[str]:
    """What is to the left of equals signs."""
    return {word.partition("=")[0].strip().lower() for word in words}


def _file_or_folder(each: Option) -> Any:
    """The option `--out` of a command whose analysis can write a file of its own."""
    help = f"write figure, table and JSON into this folder; or else {each.doc}"
    return option("out", str | None, help, RESULT, None, "DIR|FILE", NOTHING)


def key(option: Option) -> str:
    """The name of an option as a keyword of its command: the unit goes, since numbers may carry one."""
    return option.name.removesuffix("_hz")


def as_parameter(each: Option) -> Any:
    """The keyword of a command that sets an option of an analysis."""
    kind: Any = {kinds.FLAG: bool, kinds.ASSIGNMENTS: list[str]}.get(each.kind, str | None)
    names = tuple(name.replace("_", "-") for name in (key(each), *each.aliases))
    metavar = METAVARS.get(each.kind, each.unit.upper() or "NUMBER") if kind is not bool else None
    bounds = [
        f"at {side} {bound:g}" for side, bound in (("least", each.low), ("most", each.high)) if math.isfinite(bound)
    ]
    help = ", ".join([each.doc, *bounds])
    default = () if each.kind is kinds.ASSIGNMENTS else each.default
    return option(names, kind, help, ANALYSIS, default, metavar, each.unless_given)


def number(each: Option, given: Any) -> Any:
    """What was given for an option, a number as one. Raises `OptionError` for no number, in the words of a command."""
    if each.kind not in (kinds.NUMBER, kinds.COUNT) or not isinstance(given, str):
        return given
    from longtail.units import parse_number

    try:
        return parse_number(given)
    except InputError as error:
        raise OptionError(f"{switch(each.name)}: {error.message}", hint=error.hint) from error


def _ports(ports: Any) -> list[str]:
    """How each port was found that neither the netlist nor the command names."""
    found = {"input": ports.input, "output": ports.output, "supply": ports.supplies}
    taken = [in_shell(note) for note in output_taken(ports)]
    return taken + [
        f"{port}: {', '.join(nodes)} ({ports.how[port]})"
        for port, nodes in found.items()
        if nodes and ports.how.get(port) not in (None, "directive", "option") and not (taken and port == "output")
    ]
