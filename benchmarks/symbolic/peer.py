"""Asking a peer: a process of its own in temporary folders, stopped after a limit of processor time."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from benchmarks.symbolic import lcapy_peer, slicap_peer
from benchmarks.symbolic.question import Question

PEERS: tuple[ModuleType, ...] = (slicap_peer, lcapy_peer)
HANGS = 3600  # seconds after which something is wrong, however busy the machine
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """`seconds` of processor time of the best run, None where it was stopped; the values at the points."""

    seconds: float | None
    values: tuple[complex, ...]


def installed(peer: ModuleType) -> bool:
    """Whether the package of a peer can be imported."""
    return importlib.util.find_spec(peer.PACKAGE) is not None


def ask(
    peer: ModuleType,
    question: Question,
    points: Sequence[tuple[Mapping[str, float], complex]],
    way: str | None = None,
    limit: int = 120,
    repeats: int = 1,
) -> Answer:
    """The answer of a peer at points of (values of the symbols, s).

    `way` is one of its `WAYS`, the first unless said otherwise; `limit` is the processor time in s that each of up to
    `repeats` runs may take. Raises `RuntimeError` where the peer fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "answer.json")
        request = {
            **peer.request(question),
            "answer": str(file),
            "way": way or next(iter(peer.WAYS)),
            "limit": limit,
            "repeats": repeats,
            "points": [{**values, "s": [s.real, s.imag]} for values, s in points],
        }
        run = subprocess.run(
            [sys.executable, "-m", peer.__name__],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            cwd=folder,
            env={**os.environ, "HOME": folder, "PYTHONPATH": str(ROOT)},
            timeout=HANGS,
        )
        if run.returncode == -signal.SIGPROF:
            return Answer(None, ())
        if run.returncode:
            raise RuntimeError(f"{peer.NAME} failed:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
        found = json.loads(file.read_text())
    return Answer(min(found["seconds"]), tuple(complex(*x) for x in found["values"]))
