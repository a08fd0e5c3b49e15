"""Wrong commands as errors like all others, with the way on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cyclopts.exceptions import (
    CycloptsError,
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from longtail import OptionError
from longtail.errors import nearest
from longtail.hints import switch
from longtail.registry import analysis, announced, without_circuit


def usage(error: CycloptsError, arguments: Sequence[str]) -> OptionError:
    """What is wrong with a command, and what to do."""
    known = [*announced(), "examples", "netlist"]
    verb = next((word for word in arguments if not word.startswith("-")), "")
    if not verb and arguments:
        return OptionError(f"{arguments[0]} is no option of longtail itself", hint="longtail --help")
    if isinstance(error, UnknownCommandError) and verb not in known:
        is_file = Path(verb).is_file()
        way = f"longtail analyze {verb}" if is_file else nearest(verb, known) or f"there are {', '.join(known)}"
        return OptionError(f"'{verb}' is no command", hint=way)
    elsewhere = without_circuit(verb)
    if elsewhere and _asks_for(error, elsewhere):
        return OptionError(
            f"{verb} takes its numbers out of a netlist, the FILE that it is given",
            hint=f"numbers of your own go to longtail {elsewhere}, which needs no netlist: longtail {elsewhere} --help",
        )
    if isinstance(error, UnusedCliTokensError):
        message = f"{verb} does not know what to do with '{' '.join(error.unused_tokens or ())}'"
    else:
        message = str(error).strip().rstrip(".")
    return OptionError(message, hint=f"longtail {verb} --help" if verb in known else "longtail --help")


def _asks_for(error: CycloptsError, other: str) -> bool:
    """Whether no FILE is given, or an option that another analysis has."""
    if isinstance(error, MissingArgumentError):
        return error.keyword is None
    return isinstance(error, UnknownOptionError) and _option(error) in {switch(o.name) for o in analysis(other).options}


def _option(error: UnknownOptionError) -> str:
    """The option as it was written, without its value."""
    return (error.token.keyword or error.token.value).partition("=")[0]
