"""Writes docs/schema/NAME.json, the form of the JSON of each analysis, from results: python scripts/json_schema.py"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import longtail as lt
from longtail.contract.result import Result
from longtail.registry import analyses

FOLDER = Path(__file__).parents[1] / "docs" / "schema"
FEW, LANES = "1:1meg:2", {"temp": [-20.0, 85.0]}
LIMITS = {"CMRR": {"min": 60}, "A_dd": {"min": 10, "unit": "dB", "at": "1 Hz"}}
PORTS = "*@ input a b\n*@ output o\nv1 a 0 0\nv2 b 0 0\n"
ONE_SIDE = f"no pair\n{PORTS}r1 a o 1k\nc1 b o 1n\nr2 o 0 1k\n"
PAIR_GAINS = {"differential": -100, "common": -0.5, "common_to_differential": 0.25, "differential_to_common": 0.1}
TWO_WIRES = (
    f"two\n{PORTS}e1 x 0 n a 1k\ne2 y 0 b m 1k\nr1 x o 1k\nc1 o 0 1u\nr2 y p 1k\nc2 p 0 1u\nv1l o n 0\nv2l p m 0\n"
)
BY_AREA = (
    "a pair\n.model n nmos(vto=0.5 kp=100u a_vt=5n)\nvdd d 0 3\nvip a 0 1.2\nvin b 0 1.2\nm1 o1 a s 0 n w=10u l=1u\n"
    "m2 o2 b s 0 n w=10u l=1u\nr1 d o1 10k\nr2 d o2 10k\ni1 s 0 0.1m\n"
)
LOOP = f"a loop\n{PORTS}e1 x 0 a m 1k\nr1 x y 1k\nc1 y 0 1u\nr3 y z 1k\nc3 z 0 1n\n"
LOOP += "r4 z o 9k\nc4 o 0 9p\nvl o m 0\nr2 m b 10k\n"
PLACED = f"{ONE_SIDE}*@ mismatch r(r*) gradient=100%\n*@ position r1 0 0\n*@ position r2 1m 0\n"
# decks (parameters behind a colon; none of what is about no circuit) and options by analysis, which between them have
# every entry and every form of it
QUESTIONS: dict[str, tuple[tuple[str | None, dict[str, Any]], ...]] = {
    "analyze": (
        ("bjt_pair", {"frequency_hz": FEW, "limits": LIMITS}),
        ("ota_5t", {"frequency_hz": FEW, "full": True, "temperatures": [0.0, 70.0]}),
    ),
    "behavioral": (("bjt_pair", {}), ("ota_5t", {"frequency_hz": 1e6, "null": True})),
    "check-statistics": (("bjt_pair", {}),),
    "cmrr": (("bjt_pair", {"frequency_hz": FEW}), ("ota_5t", {"vcm": "0.5:2.5:5", "null": True, "frequency_hz": 1.0})),
    "contributions": (
        ("bjt_pair", {}),
        ("bjt_pair", {"measure": "cmrr@50"}),
        ("ota_5t", {"measure": "common", "frequency_hz": FEW, "vcm": [1.2, 1.5], "null": True}),
        ("mos_pair", {"measure": "v(o1)"}),
        (PLACED, {"measure": "v(o)"}),
    ),
    "derive": (("mos_pair", {"error": "5%"}), ("ota_5t", {"latex": True})),
    "formula": (
        ("ota_5t", {"band": "1:1meg", "error": "5%", "validity": True}),
        ("mos_pair", {"of": "common"}),
    ),
    "gains": (
        ("bjt_pair", {"null": True}),
        ("bjt_pair_ideal_tail", {"frequency_hz": FEW}),
        ("ota_5t", {"parameters": LANES, "frequency_hz": FEW, "null": True}),
    ),
    "half": (("bjt_pair:drc=0.01", {}), ("ota_5t", {}), ("ua741", {}), (ONE_SIDE, {})),
    "impedance": (("ota_5t", {"frequency_hz": FEW}), ("bjt_pair", {"null": True})),
    "monte-carlo": (
        ("bjt_pair", {"samples": 20}),
        ("mos_pair", {"samples": 20, "measure": "v(o1),bandwidth_hz", "limit": "bandwidth_hz>=1meg"}),
        ("mos_pair", {"samples": 20, "sample": 3}),
    ),
    "noise": (
        ("bjt_pair", {"frequency_hz": FEW}),
        ("ota_5t", {"frequency_hz": 1e3, "null": True}),
        ("mos_pair", {"parameters": LANES, "frequency_hz": FEW}),
    ),
    "offset": (("bjt_pair", {"temp": [0.0, 50.0]}), ("ota_5t", {"temp": [0.0, 50.0]})),
    "op": (
        ("bjt_pair", {}),
        ("mos_pair", {"parameters": LANES}),
        ("ota_5t", {"null": True}),
        ("bjt_pair", {"vcm": 0.5, "temp": [0.0, 70.0]}),
        ("bjt_pair", {"temp": 70.0}),
    ),
    "poles": (
        ("bjt_pair", {}),
        ("ota_5t", {"null": True}),
        ("radio_front_end", {}),
        (LOOP, {"loop": ["vl"]}),
        (TWO_WIRES, {"loop": ["v1l", "v2l"]}),
    ),
    "predict": (
        (None, {"differential": 100, "common": 0.01, "v1": 1.002, "v2": 0.998}),
        (None, {"differential": -50, "cmrr": 60, "v_id": 0, "v_ic": 0}),
        (None, {**PAIR_GAINS, "v1": 1, "v2": 0.5}),
    ),
    "psrr": (("bjt_pair", {"frequency_hz": FEW}), ("ota_5t", {"null": True})),
    "range": (("bjt_pair", {}), ("ota_5t", {})),
    "source-imbalance": (("bjt_pair", {"frequency_hz": FEW}), ("ota_5t", {"frequency_hz": FEW, "null": True})),
    "sweep": (
        ("bjt_pair", {"parameters": LANES}),
        ("mos_pair", {"parameters": LANES, "measure": "gains,v(o1)"}),
        ("mos_pair", {"parameters": LANES, "measure": "v(o1)"}),
    ),
    "transfer": (
        ("bjt_pair", {"temperatures": [0.0, 70.0]}),
        ("ota_5t", {"null": True}),
        (ONE_SIDE, {"v_id": "-1:1:5"}),
    ),
    "worst-case": (
        ("bjt_pair", {"only": ["rc*"]}),
        ("mos_pair", {"measure": "v(o1)", "tolerance": "1%", "only": ["rd*"]}),
        ("bjt_pair", {"measure": "cmrr@50", "only": ["rc*"]}),
    ),
    "yields": (
        ("bjt_pair", {"limit": ["cmrr@50>=95dB", "|offset|<=1mV"]}),
        ("bjt_pair", {"limit": ["cmrr@50>=10dB", "|offset|<=2mV"], "samples": 500}),
        ("bjt_pair", {"limit": "|offset|<=1mV", "improve": "99%"}),
        (BY_AREA, {"limit": "|offset|<=1mV", "improve": "99%"}),
        (BY_AREA, {"limit": "offset>=1mV", "improve": "99%"}),
        ("ota_5t", {"limit": "common@1k<=1m"}),
        ("bjt_pair_ideal_tail", {"limit": "common@1k<=1m"}),
    ),
}
# objects whose keys are names in the circuit, or of what was asked for
BY_NAME = {"nodes", "branches", "devices", "units", "kinds", "axes", "values", "supplies", "zero", "symbols", "joints"}
BY_NAME |= {"worst_at", "sources", "infinite", "zeros_rad_s", "zero_nodes", "zero_uncertainty"}
BY_NAME |= {"measures", "quantiles", "drawn", "groups", "worst_case", "rejection_db", "changes"}
BY_NAME |= {"loops", "residues_rad_s", "cancelling", "gain_at_dc", "scale", "error", "halves"}
MAY_BE_NULL = {"worst_at", "tail", "loop", "steering", "image", "null", "limit", "reason", "curves", "common"}
MAY_BE_NULL |= {"law", "ideal_share", "device", "ambiguous", "path", "pole_rad_s", "input_common_mode_by_cmrr", "rails"}
MAY_BE_NULL |= {"terms_expanded", "input_offset", "v_cm", "rejection_db", "noise", "noise_hz"}
NUMBER = {"type": ["null", "number"]}
DEFINITIONS = {
    "numbers": {"type": "array", "items": {"anyOf": [NUMBER, {"$ref": "#/$defs/numbers"}]}},
    "words": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/words"}]}},
    "complex": {
        "type": "object",
        "properties": {part: {"anyOf": [NUMBER, {"$ref": "#/$defs/numbers"}]} for part in ("re", "im")},
        "required": ["re", "im"],
        "additionalProperties": False,
    },
}
DESCRIPTIONS = {
    "schema": "name of the analysis and version of the form",
    "infinite": "where null is infinite: at the same places, 1 or -1; 0 beside them in lists",
    "status": "'converged', or what was found instead; of every lane or level, where there are several",
    "input": "names of the input nodes, the positive one first",
    "output": "names of the output nodes, the positive one first",
    "axes": "values of each varied parameter, by name: the first axes of every array over lanes",
    "vcm": "dc common-mode level at the inputs, V",
    "input_offset": "v1 - v2 in V where the output is nulled; null where it is not",
    "frequency_hz": "frequencies of the arrays, Hz",
    "differential": "A_dd, or A_d of a single-ended output, V/V",
    "common": "A_cc, or A_cm of a single-ended output, V/V",
    "common_to_differential": "A_c→d, V/V; null for a single-ended output",
    "differential_to_common": "A_d→c, V/V; null for a single-ended output",
    "cmrr_db": "20*log10 of abs(A_dd/A_c→d), or of abs(A_d/A_cm) of a single-ended output",
    "floor": "V/V: a gain below this is rounding",
    "zero": "why a gain is no more than rounding, by its name",
    "notes": "what the reader should know",
    "title": "of the netlist",
}
OWN = {
    "op": {
        "iterations": "of Newton's method, in all",
        "continuation": "what found the point: 'newton', 'gmin stepping' ...",
        "kinds": "by device, the kind of device that it is",
        "units": "by kind of device, the unit of each quantity",
    },
    "half": {
        "on_axis": "nodes and devices on the line of symmetry",
        "asymmetric": "where the two devices of a pair differ, in the unit of the parameter",
        "complete": "whether the whole circuit has a mirror image",
        "exact": "whether values are equal too",
        "ends_at": "nodes at which the symmetry ends",
        "without_image": "devices without a mirror image",
        "image": "the mirror image: by node and device, its image",
        "circuit": "kind and nodes of every device, and what supplies hold, V",
        "halves": "by mode, the half circuit with its deck",
        "decks": "by mode, the file that was written",
    },
    "impedance": {
        "input_impedance": "Z_id and Z_ic, ohm",
        "output_impedance": "Z_od and Z_oc, ohm; the common one null for a single-ended output",
    },
    "predict": {
        "differential": "A_d, or A_dd of a differential output, V/V",
        "common": "A_c, or A_cc of a differential output, V/V",
        "cmrr": "abs(A_d/A_c), or abs(A_dd/A_c→d) of a differential output",
        "cmrr_db": "20*log10 of it",
        "outputs": "voltages of the two outputs of a pair, V; null for a single one",
        "signal": "what the differential input makes of v_out, V",
        "interference": "what the common-mode input makes of v_out, V",
        "signal_over_interference": "ratio of their magnitudes; null where both are zero",
        "signal_over_interference_db": "20*log10 of it",
    },
    "poles": {
        "poles_rad_s": "[re, im] of each, rad/s, in rising magnitude",
        "pole_nodes": "where each lives",
        "zeros_rad_s": "[re, im] of each by transfer; null of one that is zero",
        "zero_nodes": "where each lives, by transfer",
        "zero_uncertainty": "how far rounding may move each, as a part of it, by transfer",
        "residues_rad_s": "of each pole, [re, im], by transfer",
        "cancelling": "places of poles and zeros that nearly cancel, by transfer",
        "gain_at_dc": "V/V by transfer",
        "scale": "the factor before the products of s - zero over s - pole, by transfer",
        "error": "how far poles and zeros miss the gain, as a part of the largest, by transfer",
        "reference_gain": "magnitude of the differential gain at mid-band, V/V",
        "mid_band_hz": "null of a low-pass",
        "bandwidth_hz": "the upper corner",
        "low_corner_hz": "null of a low-pass",
        "gain_bandwidth_hz": "the reference times the upper corner",
        "unity_gain_hz": "the highest frequency at which the magnitude falls through one",
        "tail": "the zero of the common-mode gain that the capacitance of the tail makes",
        "loop": "loop gain and margins of one wire that was named",
        "loops": "the same of two wires, by mode: differential and common",
    },
}


def form(values: Iterable[Any], name: str = "") -> dict[str, Any]:
    """The schema that all of these values fit, which stand under one name; a number may always be null."""
    values = list(values)
    lists = [v for v in values if isinstance(v, list)]
    objects = [v for v in values if isinstance(v, dict) and v.keys() != {"re", "im"}]
    numeric, words = ([v for v in lists if _all(v, kind)] for kind in ((float, int), str))
    other = [v for v in lists if v and v not in numeric and v not in words]
    found: list[dict[str, Any]] = []
    kinds = set().union(*(_kinds(v) for v in values))
    if kinds:
        found.append({"type": sorted(kinds) if len(kinds) > 1 else kinds.pop()})
    found += (
        [{"$ref": "#/$defs/complex"}] if any(isinstance(v, dict) and v.keys() == {"re", "im"} for v in values) else []
    )
    found += [{"$ref": "#/$defs/numbers"}] if numeric else []
    found += [{"$ref": "#/$defs/words"}] if words else []
    if other:
        found.append({"type": "array", "items": form((entry for v in other for entry in v), name)})
    elif lists and not numeric and not words:
        found.append({"type": "array", "items": {}})
    if objects:
        found.append(_object(objects, name))
    return found[0] if len(found) == 1 else {"anyOf": found}


def _kinds(value: Any) -> set[str]:
    if isinstance(value, bool):
        return {"boolean"}
    if isinstance(value, int | float):
        return {"number", "null"}
    return {"null"} if value is None else {"string"} if isinstance(value, str) else set()


def _all(value: Any, kinds: Any) -> bool:
    """Whether lists, which are not empty, have nothing but what is of one kind, or null beside numbers."""
    if isinstance(value, list):
        return bool(value) and all(_all(entry, kinds) for entry in value)
    return not isinstance(value, bool) and (isinstance(value, kinds) or (value is None and kinds is not str))


def _object(objects: list[dict[str, Any]], name: str) -> dict[str, Any]:
    if name in BY_NAME:
        if name == "infinite":
            return {"type": "object"}
        inner = "units" if name in ("devices", "units") else ""  # quantities by name
        return {"type": "object", "additionalProperties": form((v for each in objects for v in each.values()), inner)}
    keys = dict.fromkeys(key for each in objects for key in each)
    return {
        "type": "object",
        "properties": {
            key: form([*(each[key] for each in objects if key in each), *([None] if key in MAY_BE_NULL else [])], key)
            for key in keys
        },
        "required": [key for key in keys if all(key in each for each in objects)],
        "additionalProperties": False,
    }


def described(kind: type[Result]) -> dict[str, str]:
    """What a result says of its fields: names at the start of a line of its docstring, and what follows."""
    found, names = {}, []
    for line in (inspect.getdoc(kind) or "").splitlines():
        head = re.match(r"([a-z]\w*(?:, [a-z]\w*)*)\s{2,}(\S.*)", line)
        if head:
            names = head[1].split(", ")
            found |= dict.fromkeys(names, head[2])
        elif names and line.startswith("  "):
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
        else:
            names = []
    return found


def descriptions(name: str) -> dict[str, str]:
    """What there is to say of entries of an analysis: what its JSON has of its own goes before fields of the result."""
    return DESCRIPTIONS | described(analyses()[name].result) | OWN.get(name, {})


def schema(name: str, written: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The form of what an analysis has written, each entry with what there is to say of it."""
    kind = analyses()[name].result
    found = form(written)
    told = descriptions(name)
    properties = found["properties"]
    properties["schema"] = {
        "type": "object",
        "properties": {"name": {"const": name}, "version": {"const": kind.json_version}},
        "required": ["name", "version"],
        "additionalProperties": False,
    }
    properties.setdefault("infinite", {"type": "object"})
    found["properties"] = {
        key: ({"description": told[key]} if key in told else {}) | entry for key, entry in properties.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"longtail {name}",
        "description": analyses()[name].doc,
        **found,
        "$defs": DEFINITIONS,
    }


def answers(name: str) -> list[dict[str, Any]]:
    """What an analysis writes on its questions."""
    return [json.loads(answer(name, deck, options).to_json()) for deck, options in QUESTIONS[name]]


def answer(name: str, deck: str | None, options: Mapping[str, Any]) -> Result:
    """What an analysis makes of a question."""
    return analyses()[name](*([] if deck is None else [amplifier(deck).circuit]), **options)


def amplifier(deck: str) -> lt.Amplifier:
    """An example with the parameters behind its colon, or a netlist."""
    if "\n" in deck:
        return lt.read(deck)
    example, *given = deck.split(":")
    return lt.read(example, parameters=dict(each.split("=") for each in given))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in analyses():
        text = json.dumps(schema(each, answers(each)), indent=1, ensure_ascii=False)
        (FOLDER / f"{each}.json").write_text(text + "\n", encoding="utf-8")
