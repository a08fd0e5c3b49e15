"""Wrong commands as errors like all others, with the way on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts.exceptions import (
    CycloptsError,
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from longtail import OptionError
from longtail.errors import nearest
from longtail.hints import TEMPERATURES, TEMPERATURES_HINT, switch
from longtail.registry import analyses, analysis, commands, without_circuit

if TYPE_CHECKING:
    from longtail.contract.analysis import Analysis


def usage(error: CycloptsError, arguments: Sequence[str]) -> OptionError:
    """What is wrong with a command, and what to do."""
    known = [*commands(), "examples", "netlist"]
    verb = next((word for word in arguments if not word.startswith("-")), "")
    if not verb and arguments:
        return OptionError(f"{arguments[0]} is no option of longtail itself", hint="longtail --help")
    if isinstance(error, UnknownCommandError) and verb not in known:
        is_file = Path(verb).is_file()
        way = f"longtail analyze {verb}" if is_file else nearest(verb, known) or f"there are {', '.join(known)}"
        return OptionError(f"'{verb}' is no command", hint=way)
    elsewhere = without_circuit(commands().get(verb, verb))
    if elsewhere and _asks_for(error, elsewhere):
        return OptionError(
            f"{verb} takes its numbers out of a netlist, the FILE that it is given",
            hint=f"numbers of your own go to longtail {elsewhere}, which needs no netlist: longtail {elsewhere} --help",
        )
    if isinstance(error, UnusedCliTokensError):
        message = f"{verb} does not know what to do with '{' '.join(error.unused_tokens or ())}'"
    else:
        message = str(error).strip().rstrip(".")
    help = f"longtail {verb} --help" if verb in known else "longtail --help"
    more = _elsewhere(_option(error)) if isinstance(error, UnknownOptionError) else ()
    return OptionError(message, hint="; ".join([*more, help]))


def _elsewhere(option: str) -> Iterator[str]:
    """What there is to say of an option that a command does not have, but others do."""
    if option.removeprefix("--") in TEMPERATURES:
        yield TEMPERATURES_HINT.shell
    having = [each.command for each in analyses().values() if option in _switches(each)]
    if having:
        yield f"{option} is an option of {', '.join(having)}"


def _switches(analysis: Analysis) -> set[str]:
    """The options of an analysis as its command has them."""
    offered = (each for each in analysis.options if not each.python_only)
    return {switch(name) for each in offered for name in (each.name, *each.aliases)}


def _asks_for(error: CycloptsError, other: str) -> bool:
    """Whether no FILE is given, or an option that another analysis has."""
    if isinstance(error, MissingArgumentError):
        return error.keyword is None
    return isinstance(error, UnknownOptionError) and _option(error) in _switches(analysis(other))


def _option(error: UnknownOptionError) -> str:
    """The option as it was written, without its value."""
    return (error.token.keyword or error.token.value).partition("=")[0]
