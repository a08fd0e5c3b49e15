"""The `netlist` command: what the reader made of the netlist, without subcircuits, includes and parameters."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter

from longtail import OptionError
from longtail.cli.messages import remark
from longtail.cli.sources import ANY_DIALECT, DIALECT_HELP, SET_HELP, Source


def netlist(
    file: Annotated[str, Parameter(help="a netlist, '-' for standard input, or the name of an example")],
    /,
    *,
    set: Annotated[
        list[str], Parameter(help=SET_HELP, metavar="NAME=VALUE", negative=(), show_default=lambda _: "none")
    ] = [],  # noqa: B006  the command line makes a new one
    dialect: Annotated[
        str | None,
        Parameter(help=DIALECT_HELP, metavar="NAME", negative=(), show_default=lambda _: ANY_DIALECT),
    ] = None,
    allow_outside_includes: Annotated[
        bool,
        Parameter(
            help="let .include reach beyond the folder of the netlist", negative=(), show_default=lambda _: "off"
        ),
    ] = False,
) -> None:
    """Print the flat netlist. Raises `OptionError` where names would not be those of the circuit any more."""
    from longtail.elaborate import write

    source = Source(file, set=set, allow_outside_includes=allow_outside_includes, dialect=dialect)
    circuit = source.read().circuit
    remark(map(str, circuit.notes))
    flat = write(circuit)
    try:
        flat.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError as error:
        raise OptionError(
            f"the netlist has {flat[error.start]!a}, which standard output has not: it takes {sys.stdout.encoding}",
            hint="set PYTHONIOENCODING=utf-8",
        ) from error
    print(flat, end="")
