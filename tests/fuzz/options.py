"""Options that nobody should give: question number k, of an analysis with one to three of them, is the same in every
run."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

import longtail as lt
from longtail import registry
from longtail.contract.analysis import Option
from longtail.contract.result import Result
from longtail.contract.subject import Subject

# fmt: off
VALUES: tuple[Callable[[], Any], ...] = (
    lambda: float("nan"), lambda: float("inf"), lambda: -float("inf"), lambda: -0.0, lambda: 0, lambda: -1,
    lambda: 1e+308, lambda: -1e+300, lambda: 5e-324, lambda: 1000000000000.0, lambda: 10 ** 400, lambda: 2.5,
    lambda: 1, lambda: 1j, lambda: True, lambda: False, lambda: b"1", lambda: bytearray(b"out"), lambda: object(),
    lambda: int, lambda: ..., lambda: "", lambda: " ", lambda: "µ", lambda: "\x00", lambda: "nan", lambda: "inf",
    lambda: "1e400", lambda: "-0", lambda: "1:2", lambda: "1:1e3:0", lambda: "0:0:0", lambda: "::", lambda: "1:nan:3",
    lambda: "9:1:-1", lambda: ",", lambda: "1:1e400:20", lambda: "0:1:1e9", lambda: "1,,2", lambda: "x" * 10000,
    lambda: "1" * 400, lambda: "a=b=c", lambda: "rc=", lambda: "=1", lambda: "rc1.r=nan", lambda: "r1.r=0:0:0",
    lambda: "supplies", lambda: "all", lambda: "\ud800", lambda: "१२", lambda: "1_000", lambda: "0x10", lambda: "1%",
    lambda: "nan%", lambda: "-5%", list, lambda: (), dict, lambda: set(), lambda: [[]], lambda: [[1.0, 2.0], [3.0]],
    lambda: {"a": {}}, lambda: [None], lambda: [1.0, "x"], lambda: [1.0, None], lambda: [float("nan")],
    lambda: [1e+308, 1e-308], lambda: [2.0, 1.0], lambda: [1.0, 1.0], lambda: [-1.0, 1.0], lambda: [True, False],
    lambda: ["", ""], lambda: [0], lambda: {"rc1.r": []}, lambda: {"rc1.r": [[1000.0, 2000.0]]},
    lambda: {"rc1.r": float("nan")}, lambda: {1: 2}, lambda: {"rc1.r": None}, lambda: {"rc1.r": "x"},
    lambda: {"rc1.r": [1000.0, 2000.0], "rc2.r": [1000.0] * 3}, lambda: {"": 1.0}, lambda: {"": {"": ""}},
    lambda: {"A_dd": {"min": "x"}}, lambda: {"A_dd": 3}, lambda: {None: 1}, lambda: {"slow": {"temp": float("nan")}},
    lambda: {"slow": {"temp": 1000000000.0}}, lambda: {"slow": None}, lambda: "a, a", lambda: np.float64("nan"),
    lambda: np.int8(-1), lambda: np.bool_(True), lambda: np.str_("1k"), lambda: range(3), lambda: np.array(3.0),
    lambda: np.array([]), lambda: np.ones((2, 2)), lambda: np.array(["a", "b"]), lambda: np.array([1.0, 2.0]),
    lambda: np.array([object()]), lambda: np.array([1 + 1j]), lambda: np.float32(1e+30),
    lambda: np.array([1, 2], dtype=np.uint8), lambda: np.array([True]), lambda: np.array([[[]]]),
    lambda: np.array("2026-01-01", dtype="datetime64[D]"), lambda: iter([1.0, 2.0]), lambda: (1.0, 2.0, 3.0),
    lambda: np.ma.masked_array([1.0, 2.0], [True, False]), lambda: {"rc1.r": np.ones((2, 2)) * 1000.0}, lambda: len,
    lambda: "out", lambda: "o1 o2", lambda: "0", lambda: ("o1", "o1"), lambda: ["o1", "o2", "o1"], lambda: "vcc",
)
# fmt: on
DECK = """a pair of everything
vcc vcc 0 9
vee vee 0 -9
vp inp 0 0
vn inn 0 0
q1 o1 inp e m
q2 o2 inn e m
rc1 vcc o1 5k
rc2 vcc o2 5k
cc o1 o2 1p
re e vee 9k
.model m npn(cje=1p)
"""
NEEDED: dict[str, dict[str, Any]] = {"sweep": {"vary": {"rc1.r": [4e3, 5e3]}, "measure": "differential_db"}}
_NODES = ("o1", "o1,o2", "o2 o1", "inp,inn", "vp,vn", ("INP", "INN"), "vcc", "vee", "e", "0", "vcc,vee", "o1,0", "nix")
_NUMBERS = (0, 0.0, 1, 2, -1.0, 0.5, 3.7, -20.0, 1e3, 1e6, 1e-6, 1e12, -1e12, 1e30, "1k", "-1meg", 1e-300, 1e300, 255)
_RANGES = (
    "0:3:4",
    "-1:1:3",
    "1:1",
    "0,1,2",
    [0.0, 1.0],
    [3.0, -3.0],
    1.0,
    "-9:9:19",
    "supplies",
    [1e9],
    "-1e300,1e300",
)
_RANGES += ("0:0:2", "3:-3:5", "-300,27", "1e6", [0.0] * 50, np.linspace(-20, 20, 41), "1e-320:1e-310:3")  # fmt: skip
_FREQUENCIES = ("1:1k:3", 50.0, 0.0, [0.0, 1e9], "1e-15:1e18:1", [5.0, 5.0], [1e3, 1.0], "1g", [1e18], 5e-324, "1:1")
# fmt: off
LIKELY: dict[str, tuple[Any, ...]] = {  # by what their kind takes
    "Nodes": _NODES,
    "Number": _NUMBERS,
    "Range": _RANGES,
    "Frequency": _FREQUENCIES,
    "Flag": (True, False, "on", 0),
    "Names": (
        "gains", "op", "cmrr_db", "input_offset", "v(o1)", "q1.ic", "q1.region", "i(vcc)", "op,op", "supply_power",
    ),
    "Word": (
        "cmrr", "common", "common_to_differential", "10%", "0.1", 1e-09, 0.999, "1:1meg", (1.0, 1e+18), "bias",
        "beta",
    ),
    "Assignments": (
        "rc1.r=1k:9k:3", {"temp": [-300.0]}, {"q1.is": [1e-300, 1e+300]}, ["vcm=0,9", "temp=27"], {"rc1.m": 0},
    ),
    "Lanes": (
        {"rc1.r": [1000.0, 1e+300]}, {"temp": [-273.15, 1000000000.0]}, {"vcm": [np.nan, 1000000000.0]},
        {"q1.area": 0.0}, {"vcm": 3},
    ),
    "Corners": (
        "all", {"slow": {"rc1.r": "9k"}}, {"s": {"temp": -400}}, {"s": {"rc1.r": 0}}, {"": {"q1.bf": 1e+300}},
    ),
    "Limits": ({"A_dd": {"min": 30, "unit": "dB"}}, {"CMRR": {"min": -1e309}}, {"I_B": {"max": "1f", "unit": "mA"}}),
    "File": ("x.csv", "x.json", "x.zarr", "x", "x.csv/y", "."),
    "Callback": (max, lambda done, of: None),
    "Listener": (str.strip, lambda text: None),
    "Workers": (ThreadPoolExecutor(1),),
    "Address": ("tcp://127.0.0.1:1", "127.0.0.1", ""),
}
# fmt: on


def question(number: int) -> tuple[str, dict[str, Any]]:
    """An analysis and its options."""
    draw = random.Random(f"options {number}")
    analysis = draw.choice(tuple(registry.analyses().values()))
    chosen = draw.sample(analysis.options, min(len(analysis.options), draw.choice((1, 1, 1, 2, 3))))
    return analysis.name, {**NEEDED.get(analysis.name, {}), **{o.name: _value(draw, o) for o in chosen}}


def ask(name: str, **options: Any) -> Result:
    """What an analysis answers, of the deck if it is about one."""
    analysis = registry.analyses()[name]
    return analysis(*([lt.read(DECK).circuit] if analysis.about is Subject.CIRCUIT else []), **options)


def _value(draw: random.Random, option: Option) -> Any:
    """Half of them what might be meant; of those that may not be, one in twenty in a list with another."""
    if draw.random() < 0.5:
        return draw.choice(LIKELY[option.kind.takes])
    value = draw.choice(VALUES)()
    return [value, draw.choice(VALUES)()] if draw.random() < 0.05 else value
