"""The fuzzer: damaged and made-up decks through the whole program, several processes at a time.

    make fuzz [DECKS=100000 SEED=1 PROCESSES=0 FUZZ_OUT=out/fuzz]

Decks SEED to SEED + DECKS - 1, in PROCESSES processes (0: one for every processor). Each kind of failure is written to
FUZZ_OUT once: the smallest deck that was found to fail in the same way, and what was said beside it. A deck that holds
its process for a minute is a failure too.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import longtail as lt
from fuzz.decks import ROOT, deck
from fuzz.reducing import smallest
from fuzz.trial import Failure, failure

STUCK = 60  # s for a deck, after which its process ends


def worker(numbers: range, pipe: Connection) -> None:
    """Ask decks one after the other, and send what is wrong; the number of a deck goes ahead of it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "examples" / "opamp.inc", folder)
        os.chdir(folder)
        known: set[str] = set()
        compile_kernels()
        for number in numbers:
            pipe.send(number)
            signal.alarm(STUCK)  # ends this process, whatever it hangs in
            text = deck(number)
            found = failure(text, number)
            signal.alarm(0)
            if found is not None:
                pipe.send(
                    (number, found.kind, found.said, text if found.kind in known else _small(text, number, found))
                )
                known.add(found.kind)
        pipe.send(None)


def compile_kernels() -> None:
    """All compiled code at hand before the clock runs: an interrupted compiler fails in ways of its own."""
    lt.read(ROOT / "examples" / "bjt_pair.cir").gains(parameters={"q1.is": [1e-15, 1.1e-15]})


def _small(text: str, number: int, found: Failure) -> str:
    def fails(shorter: str) -> bool:
        signal.alarm(STUCK)
        again = failure(shorter, number)
        signal.alarm(0)
        return again is not None and again.kind == found.kind

    return smallest(text, fails)


def outcomes(numbers: range, processes: int) -> Iterator[Any]:
    """Numbers as they are asked, and failures; processes that die are replaced."""
    context = get_context("spawn")
    waiting = [numbers[start::processes] for start in range(processes)]
    running: dict[Any, tuple[Any, range]] = {}
    while waiting or running:
        while waiting:
            theirs = waiting.pop()
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=worker, args=(theirs, there), daemon=True)
            process.start()
            there.close()
            running[here] = (process, theirs)
        for pipe in wait(list(running)):
            process, theirs = running[pipe]
            try:
                message = pipe.recv()
            except EOFError:
                del running[pipe]
                process.join()
                yield (theirs[0], f"the process ends with {process.exitcode}", "", deck(theirs[0]))
                waiting += [theirs[1:]] if len(theirs) > 1 else []
                continue
            if message is None:
                del running[pipe]
                process.join()
            elif isinstance(message, int):
                running[pipe] = (process, theirs[theirs.index(message) :])
                yield message
            else:
                yield message


def main(decks: int, seed: int, processes: int, out: Path) -> int:
    out.mkdir(parents=True, exist_ok=True)
    kinds: Counter[str] = Counter()
    asked, start = 0, time.monotonic()
    for message in outcomes(range(seed, seed + decks), processes):
        if isinstance(message, int):
            asked += 1
            if asked % 1000 == 0:
                print(f"{asked} decks, {len(kinds)} kinds of failure, {time.monotonic() - start:.0f} s", flush=True)
            continue
        number, kind, said, text = message
        kinds[kind] += 1
        if kinds[kind] == 1:
            name = hashlib.sha256(kind.encode()).hexdigest()[:8]
            (out / f"{name}.cir").write_text(text, encoding="utf-8", newline="")
            (out / f"{name}.json").write_text(json.dumps({"deck": number, "kind": kind, "said": said}, indent=1))
            print(f"deck {number}: {kind} ({out / name}.cir)", flush=True)
    for kind, count in kinds.most_common():
        print(f"{count:6} {kind}")
    print(f"{asked} decks, {sum(kinds.values())} failures of {len(kinds)} kinds in {time.monotonic() - start:.0f} s")
    return 1 if kinds else 0


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(int(given[0]), int(given[1]), int(given[2]) or os.cpu_count() or 1, Path(given[3])))
