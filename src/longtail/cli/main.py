"""The `longtail` command: what it understands, and how it ends.

Results go to standard output, everything else to standard error. Exit status: 0 done, 1 the computation failed,
2 the netlist or the command cannot be used, 129 the terminal was closed, 130 interrupted,
141 nobody reads the output any more, 143 terminated.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO

from cyclopts import App
from cyclopts.exceptions import CycloptsError

from longtail import AnalysisError, LongtailError, __version__
from longtail.cli import letters
from longtail.cli.interrupts import asked_status, exit_status, listen
from longtail.cli.messages import complain
from longtail.cli.sources import STDIN
from longtail.cli.usage import usage
from longtail.registry import announced, commands

PIPE_CLOSED = 141
_LAST_STREAM = 2
PURPOSE = """\
A workbench for differential amplifiers: SPICE netlist in, the two modes out, with the reasons.

Start with: longtail analyze bjt_pair
"""


def application() -> App:
    """The commands. Those of analyses are imported when they are called, not when they are listed."""
    app = App(
        name="longtail", version=__version__, help=PURPOSE, help_format="plaintext", suppress_keyboard_interrupt=False
    )
    docs = announced()
    for command, name in commands().items():
        app.command(f"longtail.cli.verbs:{name}", name=command, help=docs[name])
    app.command("longtail.cli.gallery:examples", name="examples", help="List the gallery, or copy an example out")
    app.command("longtail.cli.netlist:netlist", name="netlist", help="The flat netlist, as ngspice reads it back")
    app.register_install_completion_command(help="Install completion for bash, zsh or fish.")
    return app


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit status."""
    words = [STDIN if word == "-" else word for word in arguments]  # a lone hyphen would be taken for an option
    try:
        application()(words, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        return complain(usage(error, arguments))
    except LongtailError as error:
        return complain(error)
    except KeyboardInterrupt as stopped:
        complain(AnalysisError("interrupted", hint=str(stopped) or None))
        return exit_status(stopped)
    except BrokenPipeError:
        _give_up(sys.stdout)
        return PIPE_CLOSED
    except OSError as error:
        _give_up(sys.stdout)
        return complain(AnalysisError(f"{error.filename or 'standard output'}: {error.strerror or error}"))
    return 0


def _give_up(stream: TextIO) -> None:
    """Nothing more can be written: without this the interpreter would try once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def main() -> None:
    """The entry point: runs the command line of this process and ends it with the exit status."""
    listen()
    _hold_streams()
    if sys.stderr is None:  # closed: messages go nowhere, and not among the results
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115  as long as the process
    if sys.stdout is None:
        sys.exit(complain(AnalysisError("standard output is closed", hint="send it to /dev/null to drop it")))
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=letters.register())  # an arrow must not stop a terminal that has no arrows
    try:
        status = run(sys.argv[1:])
        sys.stderr.flush()
    except OSError:  # nobody can be told
        _give_up(sys.stderr)
        status = PIPE_CLOSED
    sys.exit(status and (asked_status() or status))


def _hold_streams() -> None:
    """Take the numbers of streams that are closed: else a file that is opened later has one of them, and gets what
    libraries say to standard error."""
    while (handle := os.open(os.devnull, os.O_RDWR)) <= _LAST_STREAM:
        pass
    os.close(handle)


if __name__ == "__main__":
    main()
