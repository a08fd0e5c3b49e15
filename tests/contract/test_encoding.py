"""JSON has one form for arrays and two for complex numbers, written in one place."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import longtail as lt
from longtail.contract.encoding import finite, pairs, plain
from longtail.contract.result import Result

SOURCE = Path(inspect.getfile(Result)).parents[1]
DECK = Path(__file__).parents[2] / "examples" / "bjt_pair.cir"


def kinds(value: Any) -> Iterator[type]:
    """The types of everything in a value."""
    yield type(value)
    if isinstance(value, dict):
        for entry in value.values():
            yield from kinds(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from kinds(entry)


def test_nothing_but_json_comes_out() -> None:
    given = {
        "array": np.eye(2),
        "number": np.float64(0.1),
        "flag": np.bool_(True),
        "words": np.array(["a", "b"]),
        "lanes": {"gain": np.full((2, 1), 1.0 - 2.0j)},
        "tuple": (np.int64(3), None, "x"),
    }
    found = plain(given)
    assert set(kinds(found)) <= {dict, list, str, int, float, bool, type(None)}
    assert found["lanes"] == {"gain": {"re": [[1.0], [1.0]], "im": [[-2.0], [-2.0]]}}
    assert found["tuple"] == [3, None, "x"]
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("value", [1.0 - 0.5j, np.complex128(1.0 - 0.5j)])
def test_a_single_complex_number_is_written_as_an_array_of_them(value: complex) -> None:
    assert plain(value) == {"re": 1.0, "im": -0.5}
    assert pairs(value) == [1.0, -0.5]


def test_no_roots_are_no_pairs() -> None:
    assert pairs(np.array([], complex)) == []


def test_numbers_keep_every_bit() -> None:
    values = np.random.default_rng(1).standard_normal(100) * 10.0 ** np.arange(-50, 50)
    assert (np.array(json.loads(json.dumps(plain(values)))) == values).all()


def test_what_is_not_finite_is_none_wherever_it_stands() -> None:
    assert finite(plain({"gain": np.array([complex(np.nan, np.inf)])})) == {"gain": {"re": [None], "im": [None]}}


@pytest.mark.parametrize("name", ["op", "impedance", "psrr", "poles", "half", "behavioral", "transfer"])
def test_a_result_has_nothing_but_json(name: str) -> None:
    found = getattr(lt.read(DECK), name)().to_dict()
    assert set(kinds(found)) <= {dict, list, str, int, float, bool, type(None)}


def test_no_result_takes_arrays_and_complex_numbers_apart_itself() -> None:
    apart = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in SOURCE.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef) and function.name == "to_dict"
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr in ("tolist", "real", "imag")
    ]
    assert not apart


ROUNDING = 1e-13  # of the largest number beside it
NOTHING = 1e-22  # of any unit: below the charge of an electron
SMALL = {".density", ".power", ".admittance"}  # powers of noise, and currents of gates at 1 Hz, may be so small
SUMS_OF_SQUARES = {".density", ".power"}


def numbers(value: Any, path: str = "") -> Iterator[tuple[str, float, float]]:
    """Every number in a value: where, what, and the largest beside it in its list; of complex ones the magnitude."""
    if isinstance(value, dict) and value.keys() == {"re", "im"}:
        yield from numbers(np.hypot(value["re"], value["im"]).tolist(), path)
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from numbers(entry, f"{path}.{name}")
    elif isinstance(value, list):
        sizes = [abs(x) for x in value if isinstance(x, float)]
        for entry in value:
            if isinstance(entry, float):
                yield path, entry, max(sizes)
            else:
                yield from numbers(entry, path)
    elif isinstance(value, float):
        yield path, value, abs(value)


@pytest.mark.parametrize("example", ["bjt_pair", "ota_5t", "folded_cascode"])
def test_no_number_is_rounding_alone_and_no_zero_has_a_sign(example: str) -> None:
    amp = lt.read(example)
    for name in ("op", "gains", "poles", "noise", "psrr", "offset", "range", "impedance", "cmrr", "source-imbalance"):
        result = amp.run(name)
        text = result.to_json()
        assert not re.search(r"-0\.0(?![\de])", text), name
        for path, x, largest in numbers(json.loads(text)):
            least = max(0.0 if path in SMALL else NOTHING, 0.0 if path in SUMS_OF_SQUARES else ROUNDING * largest)
            assert x == 0.0 or abs(x) > least, (name, path, x)
        assert not re.search(r"(?<![\w.])-0(\.0*)?(?![\w.])", result.to_text()), name
