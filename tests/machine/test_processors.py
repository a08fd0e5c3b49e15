"""The same answers on every processor: other kernels of BLAS and NumPy round otherwise, and decide nothing by it.

A choice of the questions of `make machines`, another one for every LONGTAIL_MACHINE_SEED.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from longtail.contract.subject import Subject
from longtail.registry import analyses
from machine import comparing
from machine.cases import KNOWN, WAYS, chosen, decks
from machine.kinds import REFERENCE, differs, environment, kinds

TESTS = Path(__file__).parents[1]
SHARE = 10**6  # one question for every analysis, beside the known ones
SEED = int(os.environ.get("LONGTAIL_MACHINE_SEED", "1"))
MACHINES = (
    REFERENCE,
    "Haswell, least instructions, plain kernels",
    "Nehalem",
    "Prescott, least instructions",
)
QUESTIONS = chosen(SHARE, SEED)


def started(kind: str) -> subprocess.Popen[str]:
    env = {**environment(kind), "PYTHONPATH": os.pathsep.join([str(TESTS), *filter(None, sys.path)])}
    command = [sys.executable, "-m", "machine.answers", str(SHARE), str(SEED), "0"]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def answers() -> dict[str, list[Any]]:
    """What each machine answers, after what it runs on; they work side by side."""
    processes = {kind: started(kind) for kind in MACHINES}
    outputs = {kind: process.communicate()[0] for kind, process in processes.items()}
    assert [process.returncode for process in processes.values()] == [0] * len(processes)
    return {kind: [json.loads(line) for line in text.splitlines()] for kind, text in outputs.items()}


@pytest.mark.parametrize("machine", MACHINES)
def test_a_machine_is_what_it_was_told_to_be(answers: dict[str, list[Any]], machine: str) -> None:
    assert not differs(kinds()[machine], answers[machine][0])
    assert len(answers[machine]) == 1 + len(QUESTIONS)


@pytest.mark.parametrize("machine", MACHINES[1:])
def test_another_processor_gives_the_same_answers(answers: dict[str, list[Any]], machine: str) -> None:
    found = [
        f"{case}{each}"
        for case, one, other in zip(QUESTIONS, answers[REFERENCE][1:], answers[machine][1:], strict=True)
        for each in comparing.beyond(one, other)
    ]
    assert not found, f"LONGTAIL_MACHINE_SEED={SEED}: " + "\n".join(found[:20])


@pytest.mark.parametrize("machine", MACHINES)
def test_asked_again_a_formula_is_the_same(answers: dict[str, list[Any]], machine: str) -> None:
    """The third question is the first one once more, in a process that has done some work."""
    first, _, again = answers[machine][1:4]
    assert first == again


def test_every_analysis_is_asked_of_the_gallery_and_of_twenty_more_decks() -> None:
    assert {case.analysis for case in QUESTIONS} == set(analyses(Subject.CIRCUIT)) >= set(WAYS)
    more = [name for name in decks() if name.startswith(("reference", "bench"))]
    assert len(more) >= 20 and len(decks()) - len(more) >= 15


def test_the_seed_chooses_the_questions_and_the_known_ones_come_first() -> None:
    assert chosen(SHARE, 1) == chosen(SHARE, 1) != chosen(SHARE, 2)
    assert tuple(QUESTIONS[: len(KNOWN)]) == KNOWN


@pytest.mark.parametrize(
    ("one", "other", "size"),
    [
        ({"a": [1.0, 1e-12]}, {"a": [1.0, 0.0]}, 1e-12),  # beside the largest of its list
        ({"a": 1e-12}, {"a": 2e-12}, 0.5),  # by itself
        ({"re": [1e-9], "im": [1.0]}, {"re": [0.0], "im": [1.0]}, 1e-9),
        ({"differential": {"re": [1e3], "im": [0.0]}, "common": {"re": [1e-6], "im": [0.0]}},
         {"differential": {"re": [1e3], "im": [0.0]}, "common": {"re": [2e-6], "im": [0.0]}}, 1e-9),
        ({"differential": 1e3, "common": 1e-6}, {"differential": 1e3, "common": 2e-6}, 1e-9),
        ({"z": 1e3, "y": 1e-6}, {"z": 1e3, "y": 2e-6}, 0.5),
        ({"poles_rad_s": [[-1.0, 0.0], [-1e6, 0.0]]}, {"poles_rad_s": [[-2.0, 0.0], [-1e6, 0.0]]}, 0.5),
        ({"zeros_rad_s": {"common": [[-1.0, 0.0], [-9.0, 0.0]]}},
         {"zeros_rad_s": {"common": [[-1.0, 2e-6], [-9.0, 0.0]]}}, 2e-6),
        ({"zeros_rad_s": {"common": [[-1.0, 0.0], [-9.0, 0.0]]}, "zero_uncertainty": {"common": [1e-6, 0.0]}},
         {"zeros_rad_s": {"common": [[-1.0, 2e-6], [-9.0, 0.0]]}, "zero_uncertainty": {"common": [1e-6, 0.0]}}, 2e-9),
        ({"zeros_rad_s": {"common": [[-1.0, 0.0], [-9.0, 0.0]]}, "zero_uncertainty": {"common": [1e-6, 0.0]}},
         {"zeros_rad_s": {"common": [[-1.0, 0.0], [-9.0, 9e-8]]}, "zero_uncertainty": {"common": [1e-6, 0.0]}}, 1e-8),
        ({"zeros_rad_s": {"common": None}, "zero_uncertainty": {"common": None}},
         {"zeros_rad_s": {"common": []}, "zero_uncertainty": {"common": None}}, float("inf")),
        ({"cmrr_db": [200.0]}, {"cmrr_db": [200.0 + 20 * np.log10(1.1)]}, 1e-5 * (1 - 1 / 1.1)),
        ({"cmrr_db": [[200.0]]}, {"cmrr_db": [[200.0 + 20 * np.log10(1.1)]]}, 1e-10 * (1 - 1 / 1.1)),
        ({"cmrr_db": [100.0]}, {"cmrr_db": [100.0 + 20 * np.log10(1.1)]}, 1 - 1 / 1.1),
        ({"contributions": [{"share": 0.5}, {"share": 1e-9}]},
         {"contributions": [{"share": 0.5}, {"share": 2e-9}]}, 2e-9),
        ({"contributions": [{"share": [0.5, 1e-9]}]}, {"contributions": [{"share": [0.5, 2e-9]}]}, 2e-9),
        ({"deck": "r1 a 0 1.5k"}, {"deck": "r1 a 0 1.49997k"}, 2e-5),
        ({"deck": "r1 a 0 1.5k"}, {"deck": "r1 b 0 1.5k"}, float("inf")),
        ({"hd7": [1e-8]}, {"hd7": [2e-8]}, 1e-8),
        ({"distance": 1e-7}, {"distance": 2e-7}, 1e-7),
        ({"log": 1e-7}, {"log": 2e-7}, 1e-7),
        ({"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}, float("inf")),
        ([1.0, None], [1.0, 2.0], float("inf")),
        ([1.0], [1.0, 2.0], float("inf")),
        ([1], [1.0], float("inf")),
        ({"a": {}}, {"a": []}, float("inf")),
        ({"text": "a"}, {"text": "b"}, float("inf")),
    ],
)  # fmt: skip
def test_a_difference_has_the_size_of_its_part_of_the_scale(one: Any, other: Any, size: float) -> None:
    (found,) = comparing.differences(one, other)
    assert found.size == pytest.approx(size)
    assert bool(comparing.beyond(one, other)) == (size > comparing.WITHIN)


@pytest.mark.parametrize(
    ("env", "found", "said"),
    [
        ({"OPENBLAS_CORETYPE": "Nehalem"}, {"blas": ["Haswell"]}, "BLAS runs on Haswell, not Nehalem"),
        ({"NPY_DISABLE_CPU_FEATURES": "X86_V3"}, {"numpy": ["X86_V3"]}, "NumPy still has X86_V3"),
        ({"NUMBA_CPU_NAME": "generic"}, {"numba": "host"}, "Numba compiles for host"),
        ({"LONGTAIL_NUMBA": "0"}, {"compiled": True}, "the other kernels were taken"),
    ],
)
def test_a_machine_that_is_another_one_is_told(env: dict[str, str], found: dict[str, Any], said: str) -> None:
    here = {
        "blas": [],
        "numpy": [],
        "numba": env.get("NUMBA_CPU_NAME", "host"),
        "compiled": "LONGTAIL_NUMBA" not in env,
    }
    assert differs(env, here | found) == [said]
