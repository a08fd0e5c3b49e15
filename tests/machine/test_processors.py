"""The same answers on every processor: other kernels of BLAS and NumPy round otherwise, and decide nothing by it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from numpy._core import _multiarray_umath as umath

SCRIPT = Path(__file__).with_name("answers.py")
WITHIN = 1e-8  # of the scale of a number: A_cm of the 741 is a difference of currents a million times larger
# figures that are rounding themselves: how far poles and zeros miss a gain
ROUNDING = ("error/differential", "error/common", "error/common_to_differential", "error/differential_to_common")


def plain_numpy() -> str:
    """What NumPy has to be told so that it takes no instructions beyond the least."""
    return " ".join(name for name in umath.__cpu_dispatch__ if umath.__cpu_features__[name])


MACHINES = {
    "this one": {},
    "without compiled kernels": {"LONGTAIL_NUMBA": "0"},
    "Haswell": {"OPENBLAS_CORETYPE": "Haswell", "LONGTAIL_NUMBA": "0"},
    "Nehalem": {"OPENBLAS_CORETYPE": "Nehalem"},
    "Prescott": {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": plain_numpy()},
}


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    """What each machine answers, by its name; they work side by side."""
    started = {
        name: subprocess.Popen([sys.executable, str(SCRIPT)], env={**os.environ, **env}, stdout=subprocess.PIPE)
        for name, env in MACHINES.items()
    }
    outputs = {name: process.communicate()[0] for name, process in started.items()}
    assert [process.returncode for process in started.values()] == [0] * len(started)
    return {name: json.loads(text) for name, text in outputs.items()}


def differences(one: Any, other: Any, place: str = "", scale: float = 0.0) -> Iterator[str]:
    """Where two answers differ: in their structure, or in numbers by more than a share of the largest beside them."""
    if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
        parts = list(one) == ["re", "im"]  # of complex numbers: a small part is no more exact than the large one
        for key in one:
            own = max(map(abs, numbers([*one.values()])), default=0.0) if parts else float(key == "distance")
            yield from differences(one[key], other[key], f"{place}/{key}", own)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        largest = max([scale, *map(abs, numbers(one))])
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from differences(a, b, f"{place}/{k}", largest)
    elif isinstance(one, float) and isinstance(other, float):
        if abs(one - other) > WITHIN * max(scale, abs(one)) and not place.endswith(ROUNDING):
            yield f"{place}: {one!r} and {other!r}"
    elif one != other:
        yield f"{place}: {one!r} and {other!r}"


def numbers(value: Any) -> list[float]:
    """All numbers in nested lists."""
    if isinstance(value, list):
        return [x for each in value for x in numbers(each)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize("machine", list(MACHINES)[1:])
def test_another_processor_gives_the_same_answers(answers: dict[str, dict[str, Any]], machine: str) -> None:
    assert not list(differences(answers["this one"], answers[machine]))


@pytest.mark.parametrize("machine", list(MACHINES))
def test_asked_again_a_formula_is_the_same(answers: dict[str, dict[str, Any]], machine: str) -> None:
    """The third case is the first one once more, in a process that has done some work."""
    first, _, again = list(answers[machine].values())[:3]
    assert first == again
