"""One deck through the program: what went wrong, or None where it was answered or refused as it should be.

Only errors of `longtail.errors` are allowed: no other exception, no warning, no figure that is not finite without a
word, nothing that takes longer than SECONDS of processor time or more than MEMORY.
"""

from __future__ import annotations

import contextlib
import io
import random
import resource
import signal
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import longtail as lt
from longtail.cli.main import run

SECONDS = 10.0  # of the processor
MEMORY = 1 << 30  # bytes beyond those held at the start
ANALYSES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "gains": ({}, {"frequency_hz": "1:1g", "null": True}, {"vcm": 0.5}),
    "cmrr": ({},),
    "offset": ({},),
    "poles": ({},),
    "impedance": ({},),
    "noise": ({},),
    "psrr": ({},),
    "transfer": ({},),
    "half": ({},),
    "range": ({},),
    "analyze": ({},),
    "formula": ({"error": "5%"},),
}
WEIGHTS = (30, 20, 3, 3, 3, 3, 3, 2, 2, 1, 1, 1)
VERBS = ("op", "gains", "netlist", "cmrr", "analyze")


@dataclass(frozen=True)
class Failure:
    """`kind` is the same for failures that are one; `said` is the traceback or what is wrong with the answer."""

    kind: str
    said: str


class TooSlow(BaseException):
    """The time is up: no `except Exception` may hold it."""


def failure(deck: str, number: int, share: float = 0.08) -> Failure | None:
    """Ask a deck what its number says. `share` of the decks are asked more than their operating point."""
    draw = random.Random(f"questions {number}")
    try:
        with bounded(), warnings.catch_warnings():
            warnings.simplefilter("error")
            said = _ask(deck, draw, share)
    except lt.LongtailError as error:
        str(error)
        return None
    except (Exception, TooSlow, RecursionError) as error:
        return Failure(f"{type(error).__name__} in {_place(error)}", traceback.format_exc())
    return Failure(said, said) if said else None


def _ask(deck: str, draw: random.Random, share: float) -> str | None:
    if draw.random() < share / 4:
        return _command(deck, draw)
    amplifier = lt.read(deck)
    point = amplifier.op()
    unknown = [node for node, volts in point.nodes.items() if not np.isfinite(volts)]
    if unknown:
        return "operating point is not finite"
    if draw.random() < share:
        name = draw.choices(tuple(ANALYSES), WEIGHTS)[0]
        result = amplifier.run(name, **draw.choice(ANALYSES[name]))
        result.to_json()
        result.to_text()
        if name == "gains" and not np.isfinite(result.matrix).all():
            return "gains are not finite"
    return None


def _command(deck: str, draw: random.Random) -> str | None:
    """The command line in this process."""
    verb = draw.choice(VERBS)
    file = Path("deck.cir")
    file.write_text(deck, encoding=draw.choice(("utf-8", "utf-8", "utf-16")), newline="")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run([verb, str(file), *(["--json"] if verb != "netlist" and draw.random() < 0.5 else [])])
    if status not in (0, 1, 2) or "Traceback" in err.getvalue():
        return f"{verb} ends with {status}"
    if status and not err.getvalue().strip():
        return f"{verb} fails without a word"
    return None


def _place(error: BaseException) -> str:
    """Where in longtail an error arose, as far down as it goes."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/longtail/" in frame.filename]
    if isinstance(error, (TooSlow, RecursionError)):
        own = own[:5]  # where exactly is chance
    return f"{Path(own[-1].filename).name}:{own[-1].name}" if own else "no place of longtail"


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Bounds on time and memory while the block runs."""

    def over(*_: object) -> None:
        raise TooSlow(f"more than {SECONDS:g} s")

    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    if pages:
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, hard))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
