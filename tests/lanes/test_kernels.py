"""Which kernels do the work: plain ones for a little, compiled ones once there is more than their import takes."""

from __future__ import annotations

import numpy as np
import pytest

from longtail.engine.batch import in_threads
from longtail.lanes import kernels, numpy_kernels
from longtail.lanes.graph import Graph
from longtail.lanes.program import lower


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> object:
    """A stand-in for the compiled module, in a process that has not done anything yet."""
    module = object()
    monkeypatch.setattr(kernels, "_compiled", lambda: module)
    return module


def test_work_adds_up_until_the_import_pays(compiled: object) -> None:
    part = kernels._IMPORT * 0.4
    with kernels.question():
        assert [kernels.kernels(part) is compiled for _ in range(4)] == [False, False, True, True]
        with kernels.question():  # asked for the first one
            assert kernels.kernels(1) is compiled


def test_what_was_asked_before_does_not_count(compiled: object) -> None:
    """The same question has the same kernels, and so the same last bits, the first and the second time."""
    part = kernels._IMPORT * 0.4
    for _ in range(2):
        with kernels.question():
            assert [kernels.kernels(part) is compiled for _ in range(4)] == [False, False, True, True]
    assert [kernels.kernels(part) is compiled for _ in range(4)] == [False] * 4


def test_threads_work_for_the_question_that_is_asked() -> None:
    with kernels.question():
        here = kernels.asked()
        seen: list[object] = []
        in_threads(lambda _: seen.append(kernels.asked()) or 0, [slice(0, 1), slice(1, 2)], 2)
    assert seen == [here, here]
    assert kernels.asked() is None


def test_much_work_is_compiled_at_once(compiled: object) -> None:
    assert kernels.kernels() is compiled


def test_many_lanes_count_for_more(compiled: object) -> None:
    g = Graph()
    x = g.input("x")
    program = lower(g, [x * x + 1.0], ["x"])
    assert kernels.numpy_calls(program, 1) < 2 * len(program.instructions)
    assert kernels.numpy_calls(program, 1_000_000) > 1000 * len(program.instructions)
    out = kernels.KernelExecutor().run(program, [np.arange(3.0)], 3)
    assert out.tolist() == [[1.0, 2.0, 5.0]]
    assert kernels.kernels(0) is numpy_kernels
