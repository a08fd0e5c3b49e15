"""Answers as JSON, from a process that is told which processor to take itself for: see `test_processors.py`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import longtail as lt

EXAMPLES = Path(__file__).parents[2] / "examples"

# what hung on last bits once: formulas, homes of poles, conjugates, sweeps learnt; and some of what did not
CASES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("ua741", "formula", {"null": True, "error": "10%"}),
    ("ua741", "formula", {"null": True, "error": "20%", "of": "common"}),
    ("ua741", "formula", {"null": True, "error": "10%"}),
    ("folded_cascode", "formula", {"of": "common_to_differential"}),
    ("ota_5t", "formula", {"of": "cmrr", "error": "1%"}),
    ("jfet_pair", "formula", {"band": "1:1meg", "error": "1%"}),
    ("bjt_pair_ideal_tail", "formula", {}),
    ("ua741", "poles", {"null": True}),
    ("bjt_pair_resistor_tail", "poles", {}),
    ("folded_cascode", "poles", {}),
    ("data_link_receiver", "poles", {}),
    ("ua741", "gains", {"null": True, "frequency_hz": "1:1meg:3", "parameters": {"q1.is": [0.99e-14, 1.01e-14]}}),
    ("two_stage_opamp", "gains", {"null": True, "frequency_hz": "1:1meg:3"}),
    ("mos_pair", "cmrr", {}),
    ("bjt_pair", "op", {}),
)


def answers() -> dict[str, Any]:
    """Every case by its number and name."""
    found = {}
    for number, (name, analysis, options) in enumerate(CASES):
        result = getattr(lt.read(EXAMPLES / f"{name}.cir"), analysis)(**options)
        found[f"{number} {name} {analysis}"] = json.loads(result.to_json())
    return found


if __name__ == "__main__":
    json.dump(answers(), sys.stdout)
