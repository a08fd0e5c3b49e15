"""One deck or library, asked for what a user would ask first; the answer as JSON on standard output.

    python -m survey.one FILE [SUBCIRCUIT]

A file of models alone has nothing to solve: of each subcircuit with five ports a follower is made, as op-amps have
them: in+, in-, supply, supply, out.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import longtail as lt
from reference import ngspice

OPAMP_PORTS = 5
BENCH = "vin inp 0 0.5\nvp p 0 15\nvm m 0 -15\nxsurvey inp out p m out {name}\nrload out 0 10k\n"
_SUBCKT = re.compile(r"^\s*\.subckt\s+(\S+)((?:[^\n]|\n\+)*)", re.IGNORECASE | re.MULTILINE)
_ELEMENT = re.compile(r"^[a-z]\S*\s+\S+\s+\S+", re.IGNORECASE)


def subcircuits(text: str) -> list[str]:
    """Names of subcircuits with as many ports as an op-amp."""
    found = []
    for name, rest in _SUBCKT.findall(text):
        ports = re.split(
            r"\s+params:|\s+optional:|\s+\S+\s*=", rest.replace("\n+", " "), maxsplit=1, flags=re.IGNORECASE
        )
        if len(ports[0].split()) == OPAMP_PORTS:
            found.append(name)
    return found


def is_library(text: str) -> bool:
    """Whether nothing stands outside of subcircuits: a file of models."""
    depth = 0
    for line in text.splitlines()[1:]:
        word = line.strip().lower()
        depth += word.startswith(".subckt") - word.startswith(".ends")
        if depth == 0 and _ELEMENT.match(line):
            return False
    return True


def follower(path: Path, name: str) -> str:
    """A deck that makes a follower of a subcircuit: the bench first, since libraries end where they like."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return f"a follower of {name}\n{BENCH.format(name=name)}{text}\n"


def asked(deck: Path | str) -> dict[str, Any]:
    """How far it comes: read, solved, gains found; what is refused; and how far node voltages are from ngspice's."""
    found: dict[str, Any] = {"read": False, "solved": False, "gains": False, "refused": [], "apart": None}
    start = time.perf_counter()
    try:
        amplifier = lt.read(deck)
        found["read"] = True
        op = amplifier.op()
        found["solved"] = True
    except lt.LongtailError as error:
        found["refused"] = [_kind(each) for each in getattr(error, "errors", (error,))]
        return {**found, "seconds": time.perf_counter() - start}
    try:
        amplifier.gains([1.0, 1e3, 1e6])
        found["gains"] = True
    except lt.LongtailError as error:
        found["why"] = error.message
    found["seconds"] = time.perf_counter() - start
    try:
        theirs = ngspice.operating_point(deck)
    except (ngspice.NgspiceError, OSError) as error:
        return {**found, "ngspice": str(error).strip().splitlines()[-1][:200] if str(error).strip() else "failed"}
    shared = [(op.nodes[n], v) for n, v in theirs.nodes.items() if n in op.nodes]
    apart = [abs(ours - v) / (5e-6 + 1e-6 * abs(v)) for ours, v in shared]
    return {**found, "apart": max(apart, default=None)}


def _kind(error: lt.LongtailError) -> str:
    """The message without names, numbers and places, to count those of a kind together."""
    message = re.sub(r"'[^']*'", "'…'", error.message)
    message = re.sub(r"\b[a-z]*\d[\w.:#]*", "…", message, flags=re.IGNORECASE)
    return f"{type(error).__name__}: {message}"[:160]


def main(arguments: list[str]) -> int:
    path = Path(arguments[0])
    deck: Path | str = follower(path, arguments[1]) if len(arguments) > 1 else path
    print(json.dumps(asked(deck)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
