"""What is asked: every analysis, in every way that matters, of all examples and of many other amplifiers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from benches.table import BENCHES, MODELS
from longtail.contract.subject import Subject
from longtail.registry import analyses
from reference.amplifiers import DECKS
from reference.gallery import FOLDER, MISMATCH, NAMES

LANES: dict[str, list[float]] = {"temp": [-20.0, 27.0, 85.0]}
FEW = "1:1meg:3"  # three frequencies a decade
ABOVE = "above"  # in place of a level: 50 mV above that of the deck
LIMITS = "|offset|<=2mV,cmrr@1k>=60dB"
# options by analysis: one that is not here is asked with its defaults alone
WAYS: dict[str, tuple[dict[str, Any], ...]] = {
    "analyze": (
        {"frequency_hz": FEW},
        {"full": True, "frequency_hz": FEW, "temperatures": [0.0, 70.0]},
        {"frequency_hz": FEW, "samples": 20},
    ),
    "behavioral": ({}, {"null": True}),
    "cmrr": ({"frequency_hz": FEW}, {"frequency_hz": FEW, "null": True}),
    "derive": ({}, {"null": True, "error": "5%"}),
    "formula": (
        {},
        {"null": True},
        {"null": True, "error": "20%", "of": "common"},
        {"of": "common_to_differential"},
        {"of": "cmrr", "error": "1%"},
        {"band": "1:1meg", "error": "5%"},
    ),
    "gains": (
        {},
        {"frequency_hz": FEW, "null": True},
        {"frequency_hz": FEW, "vcm": ABOVE},
        {"frequency_hz": FEW, "parameters": LANES},
        {"frequency_hz": FEW, "parameters": LANES, "null": True},
    ),
    "check-statistics": ({},),
    "contributions": ({}, {"measure": "cmrr", "frequency_hz": FEW}, {"measure": "differential_db@1k", "null": True}),
    "half": ({}, {"at_hz": 1e6}),
    "impedance": ({"frequency_hz": FEW}, {"frequency_hz": FEW, "null": True}),
    "monte-carlo": (
        {"samples": 40},
        {"samples": 40, "measure": "differential_db,cmrr", "null": True},
        {"samples": 40, "limit": LIMITS, "control": True, "temperatures": [0.0, 70.0], "null": True},
    ),
    "noise": ({"frequency_hz": FEW}, {"frequency_hz": FEW, "null": True}, {"frequency_hz": FEW, "parameters": LANES}),
    "offset": ({"temp": [-20.0, 27.0, 85.0]},),
    "op": ({}, {"parameters": LANES}, {"null": True}, {"vcm": ABOVE, "temp": 60.0}),
    "poles": ({}, {"null": True}, {"vcm": ABOVE}),
    "psrr": ({"frequency_hz": FEW}, {"frequency_hz": FEW, "null": True}),
    "range": ({}, {"null": True}),
    "source-imbalance": (
        {"frequency_hz": FEW},
        {"frequency_hz": FEW, "null": True},
        {"frequency_hz": FEW, "capacitance_difference": 1e-11},
    ),
    "sweep": ({"parameters": LANES}, {"parameters": LANES, "null": True}),
    "transfer": ({}, {"null": True}, {"temperatures": [0.0, 70.0]}),
    "worst-case": ({"only": ["r*"]}, {"measure": "cmrr@1k", "only": ["r*"], "null": True}),
    "yields": (
        {"limit": LIMITS, "null": True},
        {"limit": LIMITS, "null": True, "samples": 200, "temperatures": [70.0]},
        {"limit": LIMITS, "null": True, "improve": "99%"},
    ),
}


class Case(NamedTuple):
    """One question: of which deck, which analysis, with what options."""

    deck: str
    analysis: str
    options: dict[str, Any]

    def __str__(self) -> str:
        options = ", ".join(f"{name}={value}" for name, value in self.options.items())
        return f"{self.deck}: {self.analysis}({options})"


def decks() -> dict[str, tuple[Any, dict[str, float]]]:
    """Every deck by name: its path or text, and parameters that take it out of balance."""
    found: dict[str, tuple[Any, dict[str, float]]] = {}
    for name in NAMES:
        found[name] = FOLDER / f"{name}.cir", {}
        if name in MISMATCH:
            found[f"{name} out of balance"] = FOLDER / f"{name}.cir", dict(MISMATCH[name])
    found |= {f"reference {name}": (deck, {}) for name, deck in DECKS.items()}
    found |= {
        f"bench {name}": (f"{name}\n{MODELS}{bench.deck}", {}) for name, bench in BENCHES.items() if not bench.refused
    }
    return found


def cases() -> Iterator[Case]:
    """Every question, always in the same order."""
    for deck in decks():
        for analysis in sorted(analyses(Subject.CIRCUIT)):
            for options in WAYS.get(analysis, ({},)):
                yield Case(deck, analysis, options)


# what hung on last bits once: formulas, homes of poles, conjugates, sweeps learnt
KNOWN = (
    Case("ua741", "formula", {"null": True, "error": "10%"}),
    Case("ua741", "formula", {"null": True, "error": "20%", "of": "common"}),
    Case("ua741", "formula", {"null": True, "error": "10%"}),  # asked again, in a process that has done some work
    Case("folded_cascode", "formula", {"of": "common_to_differential"}),
    Case("ota_5t", "formula", {"of": "cmrr", "error": "1%"}),
    Case("jfet_pair", "formula", {"band": "1:1meg", "error": "1%"}),
    Case("bjt_pair_ideal_tail", "formula", {}),
    Case("ua741", "poles", {"null": True}),
    Case("bjt_pair_resistor_tail", "poles", {}),
    Case("folded_cascode", "poles", {}),
    Case("data_link_receiver", "poles", {}),
    Case("ua741", "gains", {"null": True, "frequency_hz": FEW, "parameters": {"q1.is": [0.99e-14, 1.01e-14]}}),
    Case("two_stage_opamp", "gains", {"null": True, "frequency_hz": FEW}),
)


def chosen(share: int, seed: int) -> list[Case]:
    """The known ones, and one question in `share` of all, of every analysis alike."""
    rng = random.Random(seed)
    by_analysis: dict[str, list[Case]] = {}
    for case in cases():
        by_analysis.setdefault(case.analysis, []).append(case)
    found = [*KNOWN]
    for of_one in by_analysis.values():
        found += rng.sample(of_one, max(1, len(of_one) // share))
    return found
