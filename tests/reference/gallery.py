"""The gallery as the tests see it: which decks there are, and their directives, read without longtail's own parser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reference import ngspice

FOLDER = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.stem for path in FOLDER.glob("*.cir"))

# The outputs of these sit at a rail with no input offset; they are nulled at this output voltage.
NULLED = {"two_stage_opamp": 1.5, "ua741": 0.0}

# One mismatched variant of each, so that the conversions between the modes are not zero.
MISMATCH: Mapping[str, Mapping[str, float]] = {
    "accelerometer_bridge": {"dstray": 0.01},
    "bjt_pair": {"drc": 0.01, "darea": 0.02},
    "bjt_pair_ideal_tail": {"drc": 0.01},
    "bjt_pair_resistor_tail": {"drc": 0.01},
    "data_link_receiver": {"dz": 0.05, "drl": 0.01},
    "ecg_front_end": {"de": 0.2},
    "folded_cascode": {"dw": 1e-4},
    "instrumentation_amplifier": {"d1": 0.001, "re2": 20e3},
    "jfet_pair": {"drd": 0.01, "dbeta": 0.02},
    "mos_pair": {"drd": 0.01, "dw": 0.02},
    "ota_5t": {"dvt": 0.001},
    "radio_front_end": {"dl": 0.01},
    "sense_amplifier": {"dw": 0.01},
    "two_stage_opamp": {"iref": 25e-6},
    "ua741": {"rl": 10e3},
}


@dataclass(frozen=True)
class Deck:
    """A deck and its directives; `sources` are the two voltage sources that drive its inputs, positive one first."""

    path: Path
    directives: Mapping[str, tuple[str, ...]]
    sources: tuple[str, str]

    @property
    def outputs(self) -> tuple[str, ...]:
        return self.directives["output"]


def deck(name: str, folder: Path = FOLDER) -> Deck:
    """Read the directives of a deck."""
    path = folder / f"{name}.cir"
    lines = path.read_text().lower().splitlines()
    directives = {m[1]: tuple(m[2].split()) for m in (re.match(r"\*@\s*(\w+)\s+(.*)", line) for line in lines) if m}
    elements = {words[0]: words[1:] for words in (line.split() for line in lines[1:]) if words}
    drives = {nodes[0]: name for name, nodes in elements.items() if name[0] == "v" and nodes[1:2] == ["0"]}
    first, second = (name if name in elements else drives[name] for name in directives["input"])
    return Deck(path, directives, (first, second))


def variant(name: str, folder: Path, parameters: Mapping[str, float], changes: Mapping[str, str] | None = None) -> Path:
    """Write a deck with other parameters, and with other cards, into a folder, its includes beside it."""
    text = (FOLDER / f"{name}.cir").read_text()
    for parameter, value in parameters.items():
        text = ngspice.with_parameter(text, parameter, value)
    for old, new in (changes or {}).items():
        assert text.count(old) == 1, f"{name} has {text.count(old)} times {old!r}"
        text = text.replace(old, new)
    for include in FOLDER.glob("*.inc"):
        shutil.copy(include, folder)
    path = folder / f"{name}.cir"
    path.write_text(text)
    return path
