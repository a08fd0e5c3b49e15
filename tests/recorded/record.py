"""Ask what was asked when the answers were recorded, show what has changed, and record it.

    make recorded             every recorded question again
    make recorded MORE=50     and so many more, drawn from those of `make machines`

A change that was meant shows here which figures it moved; what was not meant fails in `test_recorded.py` before.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from machine.answers import answer
from machine.cases import Case, cases
from machine.comparing import Difference, differences
from recorded.thinned import thinned

FILE = Path(__file__).parent / "answers.jsonl"
WITHIN = 1e-8  # of the scale: processors differ by 1e-9
QUICK = 2.0  # s: what takes longer is not drawn
_SHOWN = 5  # differences of an answer


def recorded() -> dict[str, tuple[Case, Any]]:
    """Every question by its text, with its answer, thinned."""
    lines = [json.loads(line) for line in FILE.read_text().splitlines()] if FILE.exists() else []
    asked = [(Case(each["deck"], each["analysis"], each["options"]), each["answer"]) for each in lines]
    return {str(case): (case, found) for case, found in asked}


def changes(before: Any, case: Case) -> tuple[Any, list[Difference]]:
    """The answer now, and where it is another one than before."""
    now = json.loads(json.dumps(thinned(answer(case))))
    return now, [each for each in differences(before, now) if each.counts and each.size > WITHIN]


def drawn(count: int, known: dict[str, tuple[Case, Any]]) -> Iterator[Case]:
    """Questions that are not known yet, of every analysis and every way to ask it alike."""
    rng = random.Random(len(known))
    by_way: dict[str, list[Case]] = {}
    for case in cases():
        if str(case) not in known:
            by_way.setdefault(f"{case.analysis}{sorted(case.options)}", []).append(case)
    for each in by_way.values():
        rng.shuffle(each)
    for _ in range(count):
        ways = [way for way in by_way.values() if way]
        fewest = min(
            ways,
            key=lambda way: sum(
                c.analysis == way[0].analysis and c.options == way[0].options for c, _ in known.values()
            ),
        )
        yield fewest.pop()


def main(arguments: Sequence[str]) -> int:
    more = int(arguments[0]) if arguments else 0
    known = recorded()
    moved = 0
    for name, (case, before) in known.items():
        now, found = changes(before, case)
        if found:
            moved += 1
            print(name, *[f"    {each}" for each in found[:_SHOWN]], sep="\n", flush=True)
            known[name] = case, now
    added = 0
    for case in drawn(more, known):
        begun = time.process_time()
        now = thinned(answer(case))
        if time.process_time() - begun < QUICK:
            known[str(case)] = case, now
            added += 1
    text = [json.dumps({**case._asdict(), "answer": found}) + "\n" for case, found in known.values()]
    FILE.write_text("".join(sorted(text)))
    print(f"{len(known)} answers: {moved} changed, {added} new")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
