"""The long form of the board tests: every analysis of every board, of transistor op-amps too, with how long it takes.

    make boards [OPAMP=transistors]

Prints a line for each answer. Exits with 1 where one has a number that is none, is no error of longtail's own, or a
formula is not that of the textbook.
"""

from __future__ import annotations

import sys
import time

import sympy

from boards.table import BOARDS, OPAMPS
from boards.test_boards import ANALYSES, NO_PATH, NO_SUPPLIES
from longtail.amplifier import read
from longtail.errors import LongtailError
from longtail.symbolic.writing.expression import as_sympy


def main(opamp: str) -> int:
    """Every board of op-amps of one kind: the number of answers that are wrong."""
    wrong = 0
    for name, board in BOARDS.items():
        for analysis in ANALYSES:
            start = time.process_time()
            said = _answer(name, opamp, analysis)
            wrong += said.startswith("WRONG")
            print(f"{name:12} {analysis:16} {time.process_time() - start:6.1f} s  {said}", flush=True)
        at = board.frequency_hz
        found = read(board.deck(OPAMPS[opamp])).formula(error="1%", band=f"{at}")
        assert found.expression is not None
        if sympy.simplify(as_sympy(found.expression) - board.formula(sympy.Symbol)) != 0:
            wrong += 1
            print(f"{name:12} WRONG: {found.text}", flush=True)
    return wrong


def _answer(board: str, opamp: str, analysis: str) -> str:
    refused = (NO_SUPPLIES if not OPAMPS[opamp].powered else frozenset()) | (
        NO_PATH if BOARDS[board].frequency_hz else frozenset()
    )
    try:
        result = getattr(read(BOARDS[board].deck(OPAMPS[opamp])), analysis)()
    except LongtailError as error:
        text = f"{type(error).__name__}: {error.message}; {error.hint}"
        return text if analysis in refused else f"WRONG {text}"
    return "WRONG: a number that is none" if "nan" in result.to_text().split() else "; ".join(result.notes)[:200]


if __name__ == "__main__":
    sys.exit(min(1, sum(main(opamp) for opamp in (sys.argv[1:] or OPAMPS))))
