"""Which kernels do the work: the call alone says so."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.lanes import kernels
from longtail.lanes.graph import Graph
from longtail.lanes.plain import kernels as numpy_kernels
from longtail.lanes.program import Program, lower


@pytest.fixture
def program() -> Program:
    g = Graph()
    x = g.input("x")
    return lower(g, [x * x + 1.0], ["x"])


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lanes that went through the compiled executor."""
    ran: list[int] = []
    run = numpy_kernels.Executor().run

    class Counted:
        def run(self, program: Program, inputs: object, lanes: int, dtype: type[np.generic]) -> object:
            ran.append(lanes)
            return run(program, inputs, lanes, dtype)  # type: ignore[arg-type]

    monkeypatch.setattr(kernels.COMPILED, "run", Counted().run)
    return ran


def test_small_programs_stay_in_numpy_however_often_they_run(program: Program, compiled: list[int]) -> None:
    for _ in range(100):
        assert kernels.BY_SIZE.run(program, [3.0], 1).tolist() == [[10.0]]
    assert compiled == []


def test_large_work_is_compiled_at_once(program: Program, compiled: list[int]) -> None:
    lanes = kernels._LARGE * kernels._CHEAP
    kernels.BY_SIZE.run(program, [np.zeros(lanes)], lanes)
    assert compiled == [lanes]


def test_plain_ones_where_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGTAIL_NUMBA", "0")
    assert kernels.kernels.__wrapped__() is numpy_kernels
