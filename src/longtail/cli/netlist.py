"""The `netlist` command: what the reader made of the netlist, without subcircuits, includes and parameters."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from longtail.cli.messages import remark
from longtail.cli.sources import SET_HELP, Source


def netlist(
    file: Annotated[str, Parameter(help="a netlist, '-' for standard input, or the name of an example")],
    /,
    *,
    set: Annotated[
        list[str], Parameter(help=SET_HELP, metavar="NAME=VALUE", negative=(), show_default=lambda _: "none")
    ] = [],  # noqa: B006  the command line makes a new one
    allow_outside_includes: Annotated[
        bool,
        Parameter(
            help="let .include reach beyond the folder of the netlist", negative=(), show_default=lambda _: "off"
        ),
    ] = False,
) -> None:
    """Print the flat netlist."""
    from longtail.elaborate import write

    circuit = Source(file, set=set, allow_outside_includes=allow_outside_includes).read().circuit
    remark(map(str, circuit.notes))
    print(write(circuit), end="")
