"""Which tests run a line: a plugin of pytest that keeps, for every test, the lines of longtail it has run.

    MUTANTS_LINES=FOLDER python -m pytest -p mutants.lines

writes one file for each process of pytest into FOLDER; `Lines` reads them.
"""

from __future__ import annotations

import ast
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import coverage
import pytest

_FOLDER = "MUTANTS_LINES"
# tests of what files declare on import, which run nothing of them afterwards
_DECLARATIONS = ("tests/methods/test_methods.py::test_a_method_takes_what_its_analysis_declares",)


class _Keeper:
    """Tells coverage which test runs, and how long each took."""

    def __init__(self, folder: Path, source: str) -> None:
        self.folder = folder
        self.seconds: dict[str, float] = {}
        self.coverage = coverage.Coverage(data_file=folder / f".coverage.{os.getpid()}", include=[source])
        self.coverage.start()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        start = time.perf_counter()
        yield
        self.seconds[item.nodeid] = time.perf_counter() - start
        self.coverage.switch_context("")

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        self.coverage.save()
        (self.folder / f"seconds.{os.getpid()}.json").write_text(json.dumps(self.seconds))


def pytest_configure(config: pytest.Config) -> None:
    workers = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if not workers:  # the process that hands tests out to others runs none itself
        folder = Path(os.environ[_FOLDER])
        folder.mkdir(parents=True, exist_ok=True)
        config.pluginmanager.register(_Keeper(folder, str(config.rootpath / "src" / "*")), "mutants-lines")


class Lines:
    """The tests that run each line, the quickest first."""

    def __init__(self, folder: Path) -> None:
        self.seconds: dict[str, float] = {}
        for file in sorted(folder.glob("seconds.*.json")):
            self.seconds |= json.loads(file.read_text())
        self._tests: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for file in sorted(folder.glob(".coverage.*")):
            data: Any = coverage.CoverageData(str(file))
            data.read()
            for source in data.measured_files():
                for line, tests in data.contexts_by_lineno(source).items():
                    self._tests[source][line].update(tests)

    def tests(self, file: Path, line: int) -> list[str]:
        """The tests that run this line of a file; where the line runs on import, which a test does for those that come
        after it, all that run anything of the file and those of what is declared."""
        lines = self._tests.get(str(file), {})
        found = lines.get(line, set())
        if found and not _is_in_function(file, line):
            found = {test for test in self.seconds if test.startswith(_DECLARATIONS)}.union(*lines.values())
        return sorted((t for t in found if t in self.seconds), key=lambda test: (self.seconds[test], test))


def _is_in_function(file: Path, line: int) -> bool:
    """Whether a line is in the body of a function, and not run on import."""
    return any(
        isinstance(node, ast.FunctionDef) and node.body[0].lineno <= line <= (node.end_lineno or 0)
        for node in ast.walk(_tree(file))
    )


@cache
def _tree(file: Path) -> ast.AST:
    return ast.parse(file.read_text())
