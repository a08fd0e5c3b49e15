"""The long form of the tests with kills: `longtail mc` killed at many random moments, into files of all kinds.

    make kills [KILLS=20] [SEED=1]

So many kills for each kind of file, one to three in a row before a run that is let end. Exits with 1 where bytes differ
from those of a run without a break, or where more than a part was lost.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from kills.killing import ENDINGS, chain, whole

SAMPLES = 100_000


def main(kills: int, seed: int) -> int:
    """The number of chains in which something is wrong."""
    bad = 0
    for ending in ENDINGS:
        rng, done = random.Random(f"{seed} {ending}"), 0
        with tempfile.TemporaryDirectory() as folder:
            good, seconds = whole(Path(folder), ending, SAMPLES)
            while done < kills:
                found = chain(good, seconds, SAMPLES, min(rng.randint(1, 3), kills - done), rng)
                done += len(found.kills)
                bad += bool(found.wrong)
                told = ", ".join(f"{each.after:.3f} s: {each.noted}/{each.written}" for each in found.kills)
                print(f"{ending}: {told}; {'; '.join(found.wrong) or 'the same bytes'}", flush=True)
        print(f"{ending}: {done} kills within {seconds:.2f} s", flush=True)
    return bad


if __name__ == "__main__":
    sys.exit(min(1, main(int(sys.argv[1]), int(sys.argv[2]))))
