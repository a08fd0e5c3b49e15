"""The mutation tester itself: its faults are faults, and are put where they belong."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest
from coverage import CoverageData

from mutants.full import ROOMS, SOURCE, Faulty
from mutants.lines import _DECLARATIONS, Lines
from mutants.operators import mutants

(TEST,) = _DECLARATIONS
FILES = [file for room in ROOMS for file in sorted((SOURCE / room).rglob("*.py"))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_fault_is_python_and_changes_its_line(file: Path) -> None:
    source = file.read_text()
    for mutant in mutants(source):
        text = mutant.text(source)
        compile(text, str(file), "exec")
        assert text != source
        before, after = mutant.shown(source).split("  ->  ")
        assert before != after
        assert " ".join(source.splitlines()[mutant.line - 1].split()) in before


def test_offsets_count_characters_and_not_bytes() -> None:
    source = 'Ω = "µ²" + "Ω"\nif Ω and 1:\n    pass'
    assert [m.text(source).replace(source, "") for m in mutants(source)] == [
        source.replace(" + ", " - "),
        source.replace("Ω and 1", "not (Ω and 1)"),
        source.replace(" and ", " or "),
        source.replace("and 1", "and 2"),
    ]


def test_readers_are_left_alone() -> None:
    source = (
        '"""1"""\n'
        "def f(x: int | None = None) -> int | None:\n"
        '    """2 + 2."""\n'
        "    assert x == 3\n"
        "    return zip(x, strict=True)\n"
    )
    assert [m.new for m in mutants(source)] == ["None"]


def test_what_only_asserts_is_left_alone() -> None:
    """No program that keeps to them could tell: that a class is frozen, that a method is to be overridden."""
    source = (
        "@dataclass(frozen=True, slots=True, eq=False)\n"
        "class Base:\n"
        "    def first(self):\n"
        "        raise NotImplementedError\n"
        "    def second(self):\n"
        "        raise AssertionError(f'never {1}')\n"
        "    def third(self):\n"
        "        raise ValueError\n"
        "option = Option('threads', python_only=True)\n"
    )
    assert [(m.line, m.new) for m in mutants(source)] == [(1, "True"), (8, "pass")]


def test_what_runs_on_import_is_tested_by_all_that_runs_the_file(tmp_path: Path) -> None:
    """Not by the test alone that happened to import it; and by those that look at what is declared."""
    source = tmp_path / "one.py"
    source.write_text("LIMIT = 1\n\n\ndef f(x=2):\n    return x\n\n\ndef g():\n    return 3\n")
    declared, first, other = (f"{TEST}[gains]", "tests/test_a.py::test_a", "tests/test_b.py::test_b")
    (tmp_path / "seconds.1.json").write_text(json.dumps({declared: 0.1, other: 0.2, first: 0.05}))
    data = CoverageData(str(tmp_path / ".coverage.1"))
    for context, lines in ((first, [1, 4, 8, 9]), (other, [5])):
        data.set_context(context)
        data.add_lines({str(source): lines})
    data.write()
    lines_of = Lines(tmp_path)
    assert lines_of.tests(source, 1) == lines_of.tests(source, 4) == [first, declared, other]
    assert lines_of.tests(source, 5) == [other]
    assert lines_of.tests(source, 9) == [first]
    assert lines_of.tests(source, 2) == []


def test_a_fault_is_imported_in_place_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sum_of_two.py"
    file.write_text("def total(a, b):\n    return a + b\n")
    monkeypatch.syspath_prepend(tmp_path)
    (fault,) = [m for m in mutants(file.read_text()) if m.new == "-"]
    finder = Faulty("sum_of_two", file, fault.text(file.read_text()))
    sys.meta_path.insert(0, finder)
    try:
        assert importlib.import_module("sum_of_two").total(3, 2) == 1
    finally:
        sys.meta_path.remove(finder)
        del sys.modules["sum_of_two"]
    assert importlib.import_module("sum_of_two").total(3, 2) == 5
    del sys.modules["sum_of_two"]
    assert file.read_text().endswith("a + b\n")
