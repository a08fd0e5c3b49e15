"""Answers as JSON, one a line, from a process that is told which processor to take itself for.

    python -m machine.answers SHARE SEED SKIP

The first line says what the process runs on. SKIP answers of an earlier process are not given again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import longtail as lt
from longtail.errors import LongtailError
from machine.cases import ABOVE, Case, chosen, decks
from machine.kinds import served


def answer(case: Case) -> Any:
    """The result as its JSON has it; an error of the program is an answer too."""
    source, parameters = decks()[case.deck]
    options = dict(case.options)
    try:
        amplifier = lt.read(source, parameters=parameters)
        if options.get("vcm") == ABOVE:
            options["vcm"] = round(amplifier.gains(frequency_hz=[0.0]).vcm, 3) + 0.05
        return json.loads(amplifier.run(case.analysis, **options).to_json())
    except LongtailError as error:
        return {"error": type(error).__name__, "text": str(error)}


def main(arguments: Sequence[str]) -> None:
    share, seed, skip = map(int, arguments)
    print(json.dumps(served()), flush=True)
    for case in chosen(share, seed)[skip:]:
        print(json.dumps(answer(case)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
