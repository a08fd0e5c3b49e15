"""One deck or library, asked for what a user would ask first; the answer as JSON on standard output.

    python -m survey.one FILE [SUBCIRCUIT]

A file of models alone has nothing to solve: of each op-amp in it a difference amplifier is made, of gain 1.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import longtail as lt
from reference import ngspice
from survey.opamps import opamps

BENCH = """v1 a 0 0.2
v2 b 0 0.5
r1 a inn 10k
r2 inn out 10k
r3 b inp 10k
r4 inp 0 10k
rload out 0 10k
vp p 0 {supply}
vm m 0 -{supply}
xsurvey {nodes} {name}
*@ input b a
*@ output out
"""
SUPPLIES = (15.0, 5.0, 2.5)  # in V: what stands 5 V breaks down at 30 V, and has no solution there
CLOSE = 0.05  # of the gain of the difference amplifier
NGSPICE_SECONDS = 8.0
_NOT_AT_REST = "^.*transient op started.*$"  # ngspice's last resort: where 10 us of transient have come to, no solution
_MODES = ("", "psa", "lta")  # of ngspice, as a deck may have been written for any of them
_OTHERS = re.compile(r"EESchema|\(export|\(kicad|Version 4\b|\s*<|v \{xschem|#!|# EESchema", re.IGNORECASE)
_ELEMENT = re.compile(r"^[a-z]\S*\s+\S+\s+\S+", re.IGNORECASE)


def text_of(path: Path) -> str:
    """The text of a file, old ones with a micro sign of one byte too."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return path.read_text(encoding="cp1252", errors="replace")


def is_netlist(text: str) -> bool:
    """Whether it is one at all: folders of decks have drawings, symbols and logs of runs with the same endings."""
    return not _OTHERS.match(text)


def is_library(text: str) -> bool:
    """Whether nothing stands outside of subcircuits: a file of models. A deck may be in files that it includes."""
    if not re.search(r"^\s*\.(subckt|model)\b", text, re.IGNORECASE | re.MULTILINE):
        return False
    depth = 0
    for line in text.splitlines()[1:]:
        word = line.strip().lower()
        depth += word.startswith(".subckt") - word.startswith(".ends")
        if depth == 0 and _ELEMENT.match(line):
            return False
    return True


def difference_amplifier(path: Path, name: str, supply: float = SUPPLIES[0], order: int = 0) -> str:
    """A deck that puts a subcircuit between four resistors: these first, since libraries end where they like."""
    text = text_of(path)
    (opamp,) = (each for each in opamps(text) if each.name == name)
    bench = BENCH.format(name=name, nodes=opamp.nodes[order], supply=supply)
    return f"a difference amplifier of {name}\n{bench}{text}\n"


def asked_of_opamp(path: Path, name: str) -> dict[str, Any]:
    """The first answer with a gain of 1, over orders of ports and supplies; without one, the first that is solved.

    Some models watch their supply, and are off beyond their rating.
    """
    orders = next(len(each.nodes) for each in opamps(text_of(path)) if each.name == name)
    answers = []
    for order in range(orders):
        for supply in SUPPLIES:
            found = {**asked(difference_amplifier(path, name, supply, order)), "supply": supply, "order": order}
            if not found["read"] or is_follower(found):
                return found
            answers.append(found)
    first = next((each for each in answers if each["solved"]), answers[0])
    return {**first, "why": "no supply and no order of its ports gives a gain of 1"}


def is_follower(found: Mapping[str, Any]) -> bool:
    """Whether the difference amplifier has its gain of 1, within 5 %."""
    return abs(found.get("gain", 0.0) - 1.0) < CLOSE


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
        gains = amplifier.gains([1.0, 1e3, 1e6])
        found["gains"] = True
        found["gain"] = abs(complex(gains.differential[0]))
    except lt.LongtailError as error:
        found["why"] = error.message
    found["seconds"] = time.perf_counter() - start
    return {**found, **_beside_ngspice(deck, op.nodes)}


def _beside_ngspice(deck: Path | str, nodes: Mapping[str, float]) -> dict[str, Any]:
    """How far node voltages are from ngspice's, in the mode in which it is nearest, and at which node."""
    best: dict[str, Any] = {"apart": None}
    for mode in _MODES:
        try:
            theirs = ngspice.operating_point(deck, behavior=mode)
        except (ngspice.NgspiceError, OSError) as error:
            best.setdefault("ngspice", _complaint(str(error)))
            continue
        apart = {n: abs(nodes[n] - v) / (5e-6 + 1e-6 * abs(v)) for n, v in theirs.nodes.items() if n in nodes}
        if not apart:
            continue
        node = max(apart, key=lambda n: (apart[n], n))
        if best["apart"] is None or apart[node] < best["apart"]:
            best = {"apart": apart[node], "mode": mode, "node": [node, nodes[node], theirs.nodes[node]]}
        if best["apart"] <= 1.0:
            break
    return best


def _complaint(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("ngspice says")]
    return lines[0][:200] if lines else "failed"


def _kind(error: lt.LongtailError) -> str:
    """The message without names, numbers and places, to count those of a kind together."""
    message = re.sub(r"'[^']*'", "'…'", re.sub(r"^\S+: ", "…: ", error.message))
    message = re.sub(r"\b[a-z]*\d[\w.:#]*", "…", message, flags=re.IGNORECASE)
    return f"{type(error).__name__}: {message}"[:160]


def main(arguments: list[str]) -> int:
    ngspice.TIMEOUT_S = NGSPICE_SECONDS
    ngspice.COMPLAINTS = re.compile(f"{ngspice.COMPLAINTS.pattern}|{_NOT_AT_REST}", ngspice.COMPLAINTS.flags)
    path = Path(arguments[0])
    if len(arguments) == 1:
        found = asked(path)
    else:
        found = asked_of_opamp(path, arguments[1])
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
