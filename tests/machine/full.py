"""The full form of the machine tests: every question to every amplifier on every kind of machine, with a table.

    make machines [SHARE=1 SEED=1]

One process at a time, its answers in out/machines, where a later call goes on. SHARE=20 asks one question in twenty.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from machine.cases import chosen
from machine.comparing import WITHIN, differences
from machine.kinds import REFERENCE, differs, environment, kinds

FOLDER = Path("out/machines")
_SHOWN = 10  # differences of a kind that are written out


def asked(kind: str, share: int, seed: int) -> Path:
    """The file with all answers of a kind, after what was missing there has been asked for."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{kind.replace(', ', '-').replace(' ', '_')}-{share}-{seed}.jsonl"
    text = path.read_bytes() if path.exists() else b""
    text = text[: text.rfind(b"\n") + 1]  # of an answer that was broken off nothing is kept
    skip = text.count(b"\n")
    if skip == len(chosen(share, seed)):
        return path
    command = [sys.executable, "-m", "machine.answers", str(share), str(seed), str(skip)]
    with path.open("wb") as file:
        file.write(text)
        file.flush()
        process = subprocess.Popen(command, env=environment(kind), stdout=subprocess.PIPE)
        assert process.stdout is not None
        wrong = differs(kinds()[kind], json.loads(process.stdout.readline()))
        if wrong:
            process.terminate()
            sys.exit(f"{kind}: {'; '.join(wrong)}")
        for line in process.stdout:
            file.write(line)
            file.flush()
        if process.wait():
            sys.exit(f"{kind}: the process ended with {process.returncode}; its answers so far are kept")
    return path


def compared(reference: Path, other: Path) -> Iterator[list[Any]]:
    """The differences of every answer, one answer at a time."""
    with reference.open() as ours, other.open() as theirs:
        for one, another in zip(ours, theirs, strict=True):
            yield [] if one == another else list(differences(json.loads(one), json.loads(another)))


def main(arguments: Sequence[str]) -> int:
    share, seed = (int(arguments[k]) if len(arguments) > k else 1 for k in (0, 1))
    asks = chosen(share, seed)
    reference = asked(REFERENCE, share, seed)
    bad = 0
    print(f"{len(asks)} questions, one in {share}, seed {seed}; numbers to {WITHIN:g} of their scale")
    print(f"{'':46} {'equal':>6} {'structure':>9} {'numbers':>8}  worst")
    for kind in list(kinds())[1:]:
        equal = structure = beyond = 0
        worst, where = 0.0, ""
        said: list[str] = []
        for case, found in zip(asks, compared(reference, asked(kind, share, seed)), strict=True):
            other = [each for each in found if each.structural]
            large = [each for each in found if each.counts and not each.structural]
            equal += not found
            structure += bool(other)
            beyond += bool(large)
            said += [f"    {case}{each}" for each in (*other[:1], *sorted(large, key=lambda d: -d.size)[:1])]
            for each in found:
                if worst < each.size and not each.structural:
                    worst, where = each.size, f"{case}{each.place}"
        bad += structure + beyond
        print(f"{kind:46} {equal:6} {structure:9} {beyond:8}  {worst:.1e} {where}", flush=True)
        print("\n".join(said[:_SHOWN]) if said else "", end="\n" if said else "", flush=True)
    print(f"{bad} answers differ")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
